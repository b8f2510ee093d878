//! Branches that are taken rarely, which runs of the simulator are to have taken: `sometimes!` stands in each, and in a
//! build without the feature `testing` it is nothing.

#[cfg(any(test, feature = "testing"))]
use std::sync::atomic::{AtomicU64, Ordering};

/// Says that a rare branch was taken.
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! sometimes {
    ($rare:ident) => {
        $crate::testing::Rare::$rare.happens()
    };
}

/// Says nothing.
#[cfg(not(any(test, feature = "testing")))]
#[doc(hidden)]
#[macro_export]
macro_rules! sometimes {
    ($rare:ident) => {};
}

#[cfg(any(test, feature = "testing"))]
macro_rules! rare {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// A branch that is rarely taken: what many runs of a simulator are to have seen.
        ///
        /// ```
        /// use actor_runtime::testing::Rare;
        ///
        /// let missed = Rare::ALL.iter().filter(|rare| rare.times() == 0);
        /// println!("not seen yet: {:?}", missed.collect::<Vec<_>>());
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Rare {
            $($(#[doc = $doc])* $name,)*
        }

        impl Rare {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

#[cfg(any(test, feature = "testing"))]
rare! {
    /// A message to an actor that is busy went to its backlog.
    Backlog,
    /// A second connection between two nodes was refused.
    DuplicateConnection,
    /// The time of an ask was over when it came to its node.
    ExpiredAsk,
    /// A supervisor gave up, and its own was told.
    GaveUp,
    /// An answer came after its ask had ended.
    LateAnswer,
    /// A lane between two shards was full, and its sender waited.
    LaneFull,
    /// A connection ended before it could be said which of the last messages had arrived.
    LostRange,
    /// A name was refused, since another had it.
    NameTaken,
    /// A node was back in another life, while a connection to the former one was there.
    NewLife,
    /// An actor had handled as many messages as it may in a row, and the rest waited.
    OutOfSlice,
    /// What waits for a node was as much as may.
    OutboundFull,
    /// A message was for a life of a place that is over.
    PastLife,
    /// A node found that it had been held up itself, and forgave the others their silence.
    Paused,
    /// A frame went in several pieces.
    Pieces,
    /// A node counted as lost, for nothing was heard of it.
    Silence,
}

#[cfg(any(test, feature = "testing"))]
static TIMES: [AtomicU64; Rare::ALL.len()] = [const { AtomicU64::new(0) }; Rare::ALL.len()];

#[cfg(any(test, feature = "testing"))]
impl Rare {
    #[doc(hidden)]
    pub fn happens(self) {
        // Ordering: a number that stands for itself.
        TIMES[self as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often it was taken in this process so far.
    #[must_use]
    pub fn times(self) -> u64 {
        // Ordering: as above.
        TIMES[self as usize].load(Ordering::Relaxed)
    }
}
