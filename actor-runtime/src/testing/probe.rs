//! A probe: an actor that notes what it gets, for a test to look at.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::actor::Place;
use crate::actor_ref::ActorRef;
use crate::error::StartError;
use crate::process::{Arms, NO_ARM, Process, Receivable, Table, TagSet, message, process, receive};
use crate::system::SystemRef;

/// An actor that notes what it gets: it stands in for whoever speaks a protocol, or for a process.
///
/// `probe.actor()` is what the code under test is given; where that wants a `dyn Account`, `probe.actor().as_dyn()`. The
/// macro [`expect!`](crate::expect) waits for a message.
pub struct Probe<M: Receivable> {
    actor: ActorRef<M>,
    notes: Arc<Notes<M>>,
}

/// What came and was not expected yet, oldest first.
struct Notes<M> {
    came: Mutex<VecDeque<M>>,
    more: Notify,
}

impl<M> Notes<M> {
    fn came(&self) -> MutexGuard<'_, VecDeque<M>> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every message.
struct Any;

impl<M: Receivable> Arms<M> for Any {
    const TABLE: Table = Table::new(TagSet::all(), TagSet::none());
}

impl<M: Receivable> Probe<M> {
    /// A probe on a shard of a system.
    ///
    /// # Errors
    ///
    /// As [`SystemRef::spawn_on`].
    pub async fn start(system: &SystemRef, place: impl Into<Place>) -> Result<Self, StartError> {
        let notes = Arc::new(Notes { came: Mutex::default(), more: Notify::new() });
        let noted = notes.clone();
        let note = async move |cx: &mut Process<M>| -> () {
            loop {
                let (_, got) = receive(cx, Any, |_| NO_ARM, |_| 0).await;
                let message = message(got);
                noted.came().push_back(message);
                noted.more.notify_waiters();
            }
        };
        let actor = system.spawn_on(place, move || process(note)).await?;
        Ok(Self { actor, notes })
    }

    /// Who gets what the test is about.
    #[must_use]
    pub const fn actor(&self) -> ActorRef<M> {
        self.actor
    }

    /// The oldest message of which `takes` is true, of what came and was not taken; waits for one so long, by the time
    /// of tokio. What it leaves keeps its order. `takes` must not ask the probe anything, which is looking.
    ///
    /// # Errors
    ///
    /// [`Missed`] if none has come by then.
    pub async fn expect(&self, within: Duration, takes: impl Fn(&M) -> bool) -> Result<M, Missed> {
        let until = Instant::now() + within;
        loop {
            let more = self.notes.more.notified();
            {
                let mut came = self.notes.came();
                let at = came.iter().position(&takes);
                if let Some(message) = at.and_then(|at| came.remove(at)) {
                    return Ok(message);
                }
            }
            if timeout_at(until, more).await.is_err() {
                let came = self.notes.came().iter().map(M::name).collect();
                return Err(Missed { within, came });
            }
        }
    }

    /// How many messages came and were not expected yet.
    #[must_use]
    pub fn unexpected(&self) -> usize {
        self.notes.came().len()
    }
}

impl<M: Receivable> fmt::Debug for Probe<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Probe({:?}, {} unexpected)", self.actor, self.unexpected())
    }
}

/// No message came that was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missed {
    /// How long it was waited for.
    pub within: Duration,
    /// What had come and was not expected, by name, oldest first.
    pub came: Vec<&'static str>,
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "did not come within {:?}; what came: ", self.within)?;
        if self.came.is_empty() {
            f.write_str("nothing")
        } else {
            f.write_str(&self.came.join(", "))
        }
    }
}

impl std::error::Error for Missed {}

/// Reads digits and a unit, such as `250ms`, for [`expect!`](crate::expect).
#[doc(hidden)]
#[must_use]
pub const fn within(text: &str) -> Duration {
    let (mut at, mut number) = (0, 0);
    let text = text.as_bytes();
    while at < text.len() && text[at].is_ascii_digit() {
        number = number * 10 + (text[at] - b'0') as u64;
        at += 1;
    }
    match (at, text.split_at(at).1) {
        (1.., b"ms") => Duration::from_millis(number),
        (1.., b"s") => Duration::from_secs(number),
        (1.., b"m") => Duration::from_secs(number * 60),
        (1.., b"h") => Duration::from_secs(number * 3_600),
        _ => panic!("not a duration, such as `250ms`, `5s`, `2m`"),
    }
}

/// Waits until a [`Probe`] has got a message, for a second or as long as it says, and gives the
/// fields it names: the value of one, or a tuple of several. It awaits by itself, in `async` code.
///
/// `expect!(probe: AccountMsg, Deposit { amount } if *amount == 5, within "2s")` names the probe, the enum, a variant
/// with those of its fields that are wanted, and perhaps a condition, which sees references. It takes the oldest of that kind,
/// and leaves what else came. In an ask the field `reply` answers it.
///
/// # Panics
///
/// If no such message comes, with what did.
#[macro_export]
macro_rules! expect {
    ($probe:ident : $($messages:ident)::+, $variant:ident $({ $($field:ident),* $(,)? $(..)? })?
        $(if $guard:expr)? $(, within $within:literal)?) => {
        $crate::expect!(@ $probe, $($messages)::+,
            [$($messages)::+::$variant { $($($field,)*)? .. }] [$($($field),*)?] [$($guard)?] [$($within)?]
            ::core::stringify!($variant $({ $($field),* })? $(if $guard)?))
    };
    ($probe:ident : $($messages:ident)::+, $variant:ident ($($value:ident),* $(,)?)
        $(if $guard:expr)? $(, within $within:literal)?) => {
        $crate::expect!(@ $probe, $($messages)::+,
            [$($messages)::+::$variant($($value),*)] [$($value),*] [$($guard)?] [$($within)?]
            ::core::stringify!($variant($($value),*) $(if $guard)?))
    };
    (@ $probe:ident, $($messages:ident)::+,
        [$($pattern:tt)*] [$($value:ident),*] [$($guard:expr)?] [$($within:literal)?] $what:expr) => {{
        #[allow(unused_variables, reason = "a field may be wanted only for its value")]
        let takes = |message: &$($messages)::+| match message {
            $($pattern)* => true $(&& $guard)?,
            #[allow(unreachable_patterns, reason = "an enum may have one variant")]
            _ => false,
        };
        const WITHIN: ::core::time::Duration = $crate::testing::within([$($within,)? "1s"][0]);
        match $probe.expect(WITHIN, takes).await {
            ::core::result::Result::Ok($($pattern)*) => ($($value),*),
            #[allow(unreachable_patterns, reason = "an enum may have one variant")]
            ::core::result::Result::Ok(_) => ::core::unreachable!("it was looked at"),
            ::core::result::Result::Err(missed) => ::core::panic!("`{}` {missed}", $what),
        }
    }};
}
