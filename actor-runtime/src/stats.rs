//! A shard's counters: what was handled, and what could not be delivered, by reason.

use std::cell::Cell;
use std::fmt;
use std::ops::AddAssign;

/// Why a message did not reach a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeadReason {
    /// Its handler panicked, or was cut off.
    InFlight,
    /// There is no such actor, or never was one of that type.
    NoProc,
    /// The system ended before.
    Shutdown,
    /// The actor ended while the message waited.
    Stopped,
}

impl DeadReason {
    const ALL: [Self; 4] = [Self::InFlight, Self::NoProc, Self::Shutdown, Self::Stopped];

    /// The reason in one word, as in an event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InFlight => "in_flight",
            Self::NoProc => "noproc",
            Self::Shutdown => "shutdown",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for DeadReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Messages that were not delivered, by reason; exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeadLetters([u64; DeadReason::ALL.len()]);

impl DeadLetters {
    /// How many for this reason.
    #[must_use]
    pub const fn of(&self, reason: DeadReason) -> u64 {
        self.0[reason as usize]
    }

    /// Counts messages that came after their system's end had begun.
    pub(crate) fn add_shutdown(&mut self, messages: u64) {
        self.0[DeadReason::Shutdown as usize] += messages;
    }

    /// How many in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl AddAssign for DeadLetters {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

/// `12 (10 stopped, 2 noproc)`.
impl fmt::Display for DeadLetters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.total())?;
        let some = DeadReason::ALL.into_iter().filter(|reason| self.of(*reason) > 0);
        for (index, reason) in some.enumerate() {
            let open = if index == 0 { " (" } else { ", " };
            write!(f, "{open}{} {reason}", self.of(reason))?;
        }
        if self.total() > 0 { f.write_str(")") } else { Ok(()) }
    }
}

/// What one shard counts; written and read by the shard alone.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Messages given to a handler that did not panic.
    pub(crate) handled: Cell<u64>,
    /// Answers whose ask had ended.
    pub(crate) late_answers: Cell<u64>,
    /// Destructors of actors' states and of messages that panicked.
    pub(crate) panics_in_drop: Cell<u64>,
    dead_letters: Cell<DeadLetters>,
}

impl Counters {
    pub(crate) fn dead_letter(&self, reason: DeadReason) {
        let mut counts = self.dead_letters.get();
        counts.0[reason as usize] += 1;
        self.dead_letters.set(counts);
    }

    pub(crate) fn dead_letters(&self) -> DeadLetters {
        self.dead_letters.get()
    }
}

/// One more.
pub(crate) fn inc(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}
