//! Status and generation of a cell, in one word.
//!
//! ```text
//!  63                32 31                 0
//!  | status bits        | generation       |
//! ```
//!
//! The status is zero exactly when the cell is idle, alive and nothing waits for it, so one compare with
//! a record's generation decides whether the record may be delivered at once. All else is the cold path.
//!
//! | move | from | to |
//! |---|---|---|
//! | spawned, with a start hook | free | `STARTING` |
//! | spawned, without one | free | 0 |
//! | a handler or hook awaits | any | + `BUSY` |
//! | its future ended | `BUSY` | - `BUSY` |
//! | a concurrent handler has begun | any | + `BUSY`, `SHARED` |
//! | the last of them has ended | `SHARED` | - `BUSY`, `SHARED` |
//! | a record has to wait | `BUSY`, `STARTING`, out of slice | + `BACKLOG` |
//! | the last waiting record was taken | `BACKLOG` | - `BACKLOG` |
//! | `stop_now` was called | any | + `LEAVING` |
//! | a stop waits behind the messages before it | any | + `CLOSING` |
//! | the actor asked for an event | any | + `LISTENS` |
//! | a hook for a monitor or a link runs | 0, or what is harmless | + `NEWS` |
//! | it has ended | `NEWS` | - `NEWS` |
//! | `kill` was called | any | + `LEAVING`, `KILLED` |
//! | the actor ends | any | + `ENDING`, then free |
//! | an answer, or the lack of one, arrived at the cell of an ask | 0 | `ANSWERED` |
//! | nobody took at once why there is no answer | `ANSWERED` | + `FAILED` |
//! | an incarnation has ended, and another may follow | any | `EMPTY`, `STARTING`, and what outlives it |
//! | the state of the next is made | `EMPTY` | - `EMPTY` |
//! | an actor begins whose messages depend on its state | free | + `STATED` |
//! | a future beside an actor lives here, in a cell of its own | free | `AIDE` |
//! | free | any | `FREE` in the next generation; at the last generation it stays so for ever |

use std::cell::Cell;

/// A future of the actor is pending.
pub(crate) const BUSY: u32 = 1 << 0;
/// Records wait in the backlog.
pub(crate) const BACKLOG: u32 = 1 << 1;
/// The start hook has not ended.
pub(crate) const STARTING: u32 = 1 << 2;
/// The actor ends: nothing is handled any more.
pub(crate) const ENDING: u32 = 1 << 3;
/// The actor has its place in the rotation of slices.
pub(crate) const LISTED: u32 = 1 << 4;
/// The actor is among those woken.
pub(crate) const WOKEN: u32 = 1 << 5;
/// The body is lent to the runtime.
pub(crate) const LENT: u32 = 1 << 6;
/// An ask's cell holds its answer, or why there is none.
pub(crate) const ANSWERED: u32 = 1 << 7;
/// The actor is to end after its present message: nothing more is handled.
pub(crate) const LEAVING: u32 = 1 << 8;
/// Nobody lives here.
pub(crate) const FREE: u32 = 1 << 9;

/// Once it has handled what was sent to it before, the actor ends: only `try_tell` asks for it.
pub(crate) const CLOSING: u32 = 1 << 11;

/// The actor listens to events: when it is polled, what it sends is marked.
pub(crate) const LISTENS: u32 = 1 << 12;

/// What runs is no message: the hook for a monitor or a link.
pub(crate) const NEWS: u32 = 1 << 13;

/// The actor was killed: none of its code is to be called but its destructor.
pub(crate) const KILLED: u32 = 1 << 10;

/// There is no body: the actor is between two incarnations, or before its first. It is `STARTING`, too.
pub(crate) const EMPTY: u32 = 1 << 15;

/// The future here is one that an actor has beside its own; it is polled for that actor.
pub(crate) const AIDE: u32 = 1 << 16;

/// What makes the actor busy are concurrent handlers, which share its state: others of the kind may begin.
pub(crate) const SHARED: u32 = 1 << 17;

/// The actor takes messages by its state: none goes by the fast path.
pub(crate) const STATED: u32 = 1 << 18;

/// What outlives an incarnation: what waits, where the cell is listed, and what is its type's.
const OUTLIVES: u32 = BACKLOG | CLOSING | LISTED | STATED | WOKEN;

/// What an ask's cell holds is why there is no answer.
pub(crate) const FAILED: u32 = 1 << 14;

/// The last generation a slot can have; a test build reaches it soon.
pub(crate) const LAST_GENERATION: u32 = if cfg!(test) { 7 } else { u32::MAX };

/// Generation and status of a cell. Read and written by the cell's own shard alone.
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct Word(Cell<u64>);

impl Word {
    #[inline(always)]
    pub(crate) fn generation(&self) -> u32 {
        self.0.get() as u32
    }

    #[inline(always)]
    pub(crate) fn status(&self) -> u32 {
        (self.0.get() >> 32) as u32
    }

    /// Whether this is the given generation with no status but the `allowed`.
    #[inline(always)]
    pub(crate) fn is(&self, generation: u32, allowed: u32) -> bool {
        self.0.get() & !(u64::from(allowed) << 32) == u64::from(generation)
    }

    /// Whether this is the given generation with exactly this status.
    #[inline(always)]
    pub(crate) fn is_just(&self, generation: u32, status: u32) -> bool {
        self.0.get() == u64::from(status) << 32 | u64::from(generation)
    }

    #[inline(always)]
    pub(crate) fn has(&self, bits: u32) -> bool {
        self.status() & bits != 0
    }

    pub(crate) fn set(&self, bits: u32) {
        self.0.set(self.0.get() | u64::from(bits) << 32);
    }

    pub(crate) fn clear(&self, bits: u32) {
        self.0.set(self.0.get() & !(u64::from(bits) << 32));
    }

    /// A cell never used becomes free, in the first generation.
    pub(crate) fn begin(&self) {
        self.0.set(u64::from(FREE) << 32 | 1);
    }

    /// An incarnation has ended, and the cell waits for the next.
    pub(crate) fn rest(&self) {
        self.occupy(self.status() & OUTLIVES | STARTING | EMPTY);
    }

    /// The cell becomes somebody's: the present generation, with this status.
    pub(crate) fn occupy(&self, status: u32) {
        self.0.set(u64::from(status) << 32 | u64::from(self.generation()));
    }

    /// The cell becomes free, in its next generation. Answers whether it may be used again.
    #[inline]
    pub(crate) fn vacate(&self) -> bool {
        let generation = match self.generation() {
            LAST_GENERATION => 0,
            generation => generation + 1,
        };
        self.0.set(u64::from(FREE) << 32 | u64::from(generation));
        generation != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q4_a_slot_at_its_last_generation_is_retired() {
        let word = Word(Cell::new(0));
        word.begin();
        word.occupy(0);
        let mut lives = 1;
        while word.vacate() {
            word.occupy(0);
            lives += 1;
        }
        assert_eq!(lives, LAST_GENERATION);
        assert!(word.has(FREE));
        assert!(!word.is(1, 0), "no address of an earlier life fits again");
    }

    #[test]
    fn one_compare_decides_for_an_idle_cell() {
        let word = Word(Cell::new(0));
        word.begin();
        word.occupy(0);
        assert!(word.is(1, 0));
        assert!(!word.is(2, 0));
        word.set(BACKLOG);
        assert!(!word.is(1, 0));
        assert!(word.is(1, BACKLOG | LISTED));
    }
}
