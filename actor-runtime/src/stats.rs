//! A shard's counters: what was handled, what waits, and what could not be delivered, by reason.
//!
//! A shard writes its own counters, as atomics that are only loaded and stored; any thread may look. What
//! changes with each message is published once a turn.

use std::fmt;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::config;

/// Why a message did not reach a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeadReason {
    /// It came from another node, or was to go there, and could not be read or written.
    Decode,
    /// The time that its ask had was over when it came to this node.
    ExpiredAsk,
    /// Its handler panicked, or was cut off, or its actor was killed while it waited.
    InFlight,
    /// There is no such actor, or never was one of that type.
    NoProc,
    /// There is no connection to its actor's node.
    NodeDown,
    /// Its actor is on another node, and messages of this type stay on theirs.
    NotRemote,
    /// The actor's mailbox is bounded and was full.
    Overflow,
    /// A supervisor restarted its actor, and `on_restart = drop`.
    Restart,
    /// The system ended before.
    Shutdown,
    /// The actor ended while the message waited, or who sent it had been cut off.
    Stopped,
}

impl DeadReason {
    const ALL: [Self; 10] = [
        Self::Decode,
        Self::ExpiredAsk,
        Self::InFlight,
        Self::NoProc,
        Self::NodeDown,
        Self::NotRemote,
        Self::Overflow,
        Self::Restart,
        Self::Shutdown,
        Self::Stopped,
    ];

    /// The reason in one word, as in an event.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::ExpiredAsk => "expired_ask",
            Self::InFlight => "in_flight",
            Self::NoProc => "noproc",
            Self::NodeDown => "node_down",
            Self::NotRemote => "not_remote",
            Self::Overflow => "overflow",
            Self::Restart => "restart",
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

/// A number that one thread writes and every thread may read.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn get(&self) -> u64 {
        // Ordering: a number that stands for itself.
        self.0.load(Ordering::Relaxed)
    }

    /// Only for the thread that writes it.
    pub(crate) fn set(&self, value: u64) {
        // Ordering: as in `get`. One writer, so a load and a store lose nothing.
        self.0.store(value, Ordering::Relaxed);
    }

    /// Only for the thread that writes it.
    pub(crate) fn add(&self, more: u64) {
        self.set(self.get() + more);
    }

    /// Only for the thread that writes it.
    pub(crate) fn remove(&self, some: u64) {
        self.set(self.get() - some);
    }
}

/// What one shard counts. Written by the shard alone, without a read-modify-write; read by any thread.
// No two shards write to the same cache lines.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counters {
    /// Messages given to a handler that did not panic, as of the end of the last turn.
    pub(crate) handled: Counter,
    pub(crate) turns: Counter,
    /// Actors alive, as of the end of the last turn; so are asks and the queue.
    pub(crate) actors: Counter,
    pub(crate) asks: Counter,
    pub(crate) queue: Counter,
    /// Bytes of blocks of records, as of the end of the last turn.
    pub(crate) block_bytes: Counter,
    /// Records that wait for one actor.
    pub(crate) backlog: Counter,
    /// Answers whose ask had ended.
    pub(crate) late_answers: Counter,
    /// Panics of user code that were contained.
    pub(crate) panics: Counter,
    /// Those of them that were of destructors of actors' states and of messages.
    pub(crate) panics_in_drop: Counter,
    dead_letters: [Counter; DeadReason::ALL.len()],
}

impl Counters {
    pub(crate) fn dead_letter(&self, reason: DeadReason) {
        self.dead_letters[reason as usize].add(1);
    }

    pub(crate) fn dead_letters(&self) -> DeadLetters {
        DeadLetters(std::array::from_fn(|reason| self.dead_letters[reason].get()))
    }

    /// What they are now, without what the watchdog knows.
    pub(crate) fn stats(&self) -> ShardStats {
        ShardStats {
            handled: self.handled.get(),
            turns: self.turns.get(),
            actors: self.actors.get(),
            asks: self.asks.get(),
            queue: self.queue.get(),
            backlog: self.backlog.get(),
            dead_letters: self.dead_letters(),
            late_answers: self.late_answers.get(),
            panics: self.panics.get(),
            panics_in_drop: self.panics_in_drop.get(),
            block_bytes: self.block_bytes.get(),
            cut_off: 0,
        }
    }
}

/// What a system counts, shard by shard: made by `System::stats`.
///
/// Each number is that of the end of its shard's last turn, or newer; numbers of one moment they are only
/// while the system is at rest. Shown, it is a table of a row for each shard and one for all.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Stats {
    /// By the index of the shard.
    pub shards: Vec<ShardStats>,
    /// Messages from outside that came after the end of the system had begun. They are of no shard; in the
    /// total they are among the dead letters, as `Shutdown`.
    pub refused: u64,
    /// Names that actors have.
    pub names: u64,
    /// Memberships of groups.
    pub memberships: u64,
    /// Names and memberships that were refused, because there were as many as `SystemBuilder::names` allows.
    pub names_refused: u64,
}

impl Stats {
    /// The sums over all shards.
    #[must_use]
    pub fn total(&self) -> ShardStats {
        let mut total = ShardStats::default();
        self.shards.iter().for_each(|shard| total += *shard);
        total.dead_letters.add_shutdown(self.refused);
        total
    }
}

/// What one shard counts. All but `actors`, `asks`, `queue`, `backlog`, `cut_off` and `block_bytes` only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShardStats {
    /// Messages given to a handler that did not panic.
    pub handled: u64,
    /// Rounds of the shard's loop.
    pub turns: u64,
    /// Actors alive.
    pub actors: u64,
    /// Asks pending that were sent from here, or from outside to an actor here.
    pub asks: u64,
    /// Records, answers too, that wait in the shard's own queue between two turns; exact up to 64, above that
    /// an estimate by their bytes.
    pub queue: u64,
    /// Records that wait for one actor each, because it is busy or has had its slice.
    pub backlog: u64,
    /// Messages not delivered, by reason.
    pub dead_letters: DeadLetters,
    /// Answers that came after their ask had ended.
    pub late_answers: u64,
    /// Panics of user code that were contained, those in destructors included.
    pub panics: u64,
    /// Destructors that panicked.
    pub panics_in_drop: u64,
    /// Actors that were cut off and whose handlers have not returned: at most one a shard.
    pub cut_off: u64,
    /// Bytes of the blocks in which this shard keeps what it sends and what waits here, free ones included.
    pub block_bytes: u64,
}

impl ShardStats {
    /// The columns of a row, with their titles.
    fn columns(&self) -> [(&'static str, u64); 12] {
        [
            ("handled", self.handled),
            ("turns", self.turns),
            ("actors", self.actors),
            ("asks", self.asks),
            ("queue", self.queue),
            ("backlog", self.backlog),
            ("dead", self.dead_letters.total()),
            ("late", self.late_answers),
            ("panics", self.panics),
            ("in drop", self.panics_in_drop),
            ("cut off", self.cut_off),
            ("block bytes", self.block_bytes),
        ]
    }
}

impl AddAssign for ShardStats {
    fn add_assign(&mut self, other: Self) {
        let Self {
            handled,
            turns,
            actors,
            asks,
            queue,
            backlog,
            dead_letters,
            late_answers,
            panics,
            panics_in_drop,
            cut_off,
            block_bytes,
        } = other;
        self.handled += handled;
        self.turns += turns;
        self.actors += actors;
        self.asks += asks;
        self.queue += queue;
        self.backlog += backlog;
        self.dead_letters += dead_letters;
        self.late_answers += late_answers;
        self.panics += panics;
        self.panics_in_drop += panics_in_drop;
        self.cut_off += cut_off;
        self.block_bytes += block_bytes;
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total().columns();
        // Nothing is wider than its title or its sum.
        let widths = total.map(|(title, sum)| title.len().max(sum.to_string().len()));
        write!(f, "shard")?;
        for ((title, _), width) in total.iter().zip(widths) {
            write!(f, "  {title:>width$}")?;
        }
        for (shard, stats) in self.shards.iter().enumerate() {
            write!(f, "\n{shard:>5}")?;
            for ((_, number), width) in stats.columns().iter().zip(widths) {
                write!(f, "  {number:>width$}")?;
            }
        }
        write!(f, "\ntotal")?;
        let mut sums = total.iter().zip(widths);
        sums.try_for_each(|((_, sum), width)| write!(f, "  {sum:>width$}"))
    }
}

/// Which lengths of a queue are told of: 10,000, 100,000, 1,000,000 and each doubling from there, each once
/// until the queue has fallen below half of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Levels {
    /// The lowest level that was not told of.
    next: u64,
}

impl Default for Levels {
    fn default() -> Self {
        Self { next: config::LEVEL_FIRST }
    }
}

impl Levels {
    /// Whether a queue that has grown to `len` is to be told of.
    #[inline]
    pub(crate) fn rises(&mut self, len: u64) -> bool {
        if len < self.next {
            return false;
        }
        while self.next <= len {
            let factor = if self.next < config::LEVEL_DOUBLES { 10 } else { 2 };
            self.next = self.next.saturating_mul(factor);
        }
        true
    }

    /// Notes that the queue has shrunk to `len`.
    #[inline]
    pub(crate) fn falls(&mut self, len: u64) {
        while self.next > config::LEVEL_FIRST {
            let told = self.next / if self.next <= config::LEVEL_DOUBLES { 10 } else { 2 };
            if len >= told / 2 {
                return;
            }
            self.next = told;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lengths at which a queue is told of that has these lengths, one after the other.
    fn told(lengths: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut levels = Levels::default();
        let told = lengths.into_iter().filter(|len| {
            levels.falls(*len);
            levels.rises(*len)
        });
        told.collect()
    }

    #[test]
    fn m1_a_growing_queue_is_told_of_at_each_level() {
        let expected = [10_000, 100_000, 1_000_000, 2_000_000, 4_000_000];
        assert_eq!(told((0..=5_000_000).step_by(1_000)), expected);
    }

    #[test]
    fn m1_a_level_is_told_of_again_below_half_of_it() {
        assert_eq!(told([9_999, 10_000, 10_001, 5_000, 9_999, 10_000]), [10_000]);
        assert_eq!(told([9_999, 10_000, 10_001, 4_999, 9_999, 10_000]), [10_000, 10_000]);
    }

    #[test]
    fn m1_a_fall_forgets_only_the_levels_twice_as_high() {
        assert_eq!(told([2_000_000, 999_999, 1_000_000, 2_000_000]), [2_000_000, 2_000_000]);
        let shrunk = [2_000_000, 499_999, 999_999, 1_000_000, 2_000_000];
        assert_eq!(told(shrunk), [2_000_000, 1_000_000, 2_000_000]);
    }

    #[test]
    fn m1_levels_passed_at_once_are_told_of_once() {
        assert_eq!(told([150_000, 150_000, 0, 99_999]), [150_000, 99_999]);
        assert_eq!(told([u64::MAX / 2, 0, 10_000]), [u64::MAX / 2, 10_000]);
    }

    #[test]
    fn a_table_has_a_row_for_each_shard_and_one_for_all() {
        let counters = Counters::default();
        counters.handled.add(1_234_567_890);
        counters.backlog.add(3);
        counters.backlog.remove(1);
        counters.dead_letter(DeadReason::Stopped);
        let shards = vec![ShardStats::default(), counters.stats()];
        let stats = Stats { shards, refused: 4, ..Stats::default() };
        let expected = "\
shard     handled  turns  actors  asks  queue  backlog  dead  late  panics  in drop  cut off  block bytes
    0           0      0       0     0      0        0     0     0       0        0        0            0
    1  1234567890      0       0     0      0        2     1     0       0        0        0            0
total  1234567890      0       0     0      0        2     5     0       0        0        0            0";
        assert_eq!(stats.to_string(), expected);
    }
}
