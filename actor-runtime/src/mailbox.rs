//! The bounds of a mailbox, and the count of what has a place in it.
//!
//! A mailbox is what waits for one actor: its backlog. Messages take a place while they wait, and a promise
//! takes one for a message that is still to come: a permit's, or that of a `try_tell` under way. Signals and
//! answers take none (M3). Everything here is arithmetic; the shard's turn acts on it.

use std::collections::VecDeque;
use std::sync::Weak;

use tokio::sync::oneshot;

use crate::address::Address;
use crate::stats::Levels;

/// What becomes of a message that finds no place in a bounded mailbox.
///
/// A tell that is dropped or refused is a dead letter with the reason
/// [`Overflow`](crate::DeadReason::Overflow), and an ask ends with [`Full`](crate::AskError::Full).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Overflow {
    /// The actor ends, with [`ExitReason::Overflow`](crate::ExitReason::Overflow).
    Crash,
    /// The message is dropped.
    DropNewest,
    /// The oldest message that waits is dropped, and this one waits.
    DropOldest,
    /// The message is refused: where the sender can know in time, `try_tell` gives it back.
    #[default]
    Reject,
}

/// How many messages may wait for an actor, and what becomes of one more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub(crate) capacity: u32,
    pub(crate) overflow: Overflow,
}

/// Who has a place in a mailbox, and who waits for one.
#[derive(Default)]
pub(crate) struct Room {
    /// Messages that wait.
    pub(crate) messages: u64,
    /// Places kept for messages that were promised one.
    pub(crate) promised: u64,
    pub(crate) levels: Levels,
    seekers: Line<Seeker>,
}

impl Room {
    /// Whether one more message may come.
    pub(crate) fn has_place(&self, bound: Bound) -> bool {
        self.messages + self.promised < u64::from(bound.capacity)
    }

    /// Whether nobody has a place, nor waits for one.
    pub(crate) fn is_unused(&self) -> bool {
        self.messages == 0 && self.promised == 0 && self.seekers.is_empty()
    }

    /// Whether somebody waits for a place.
    pub(crate) fn is_waited_for(&self) -> bool {
        !self.seekers.is_empty()
    }

    /// Somebody waits for a place.
    pub(crate) fn seek(&mut self, seeker: Seeker) {
        self.seekers.push(seeker);
    }

    /// Promises a place to who has waited longest, if there is one.
    pub(crate) fn grant(&mut self, bound: Bound) -> Option<Seeker> {
        if !self.has_place(bound) {
            return None;
        }
        let seeker = self.seekers.pop()?;
        self.promised += 1;
        Some(seeker)
    }

    /// All who wait for a place, in their order; there will be none.
    pub(crate) fn take_seekers(&mut self) -> impl Iterator<Item = Seeker> + use<> {
        std::mem::take(&mut self.seekers).into_iter()
    }

    /// A promise is kept or given back.
    pub(crate) fn redeem(&mut self) {
        self.promised = self.promised.saturating_sub(1);
    }
}

/// Somebody who waits for a place.
#[derive(Debug)]
pub(crate) struct Seeker {
    /// Where the place is sent to: the cell of an ask.
    pub(crate) from: Address,
    /// Whether anybody still waits there.
    pub(crate) wanted: Weak<()>,
    /// Whether it waits in a handler of the mailbox's own actor, so that no place could come free.
    pub(crate) by_itself: bool,
}

/// What can be given up by who waits.
pub(crate) trait Wait {
    fn is_given_up(&self) -> bool;
}

impl Wait for Seeker {
    fn is_given_up(&self) -> bool {
        self.wanted.strong_count() == 0
    }
}

impl<T> Wait for oneshot::Sender<T> {
    fn is_given_up(&self) -> bool {
        self.is_closed()
    }
}

/// Those who wait, in their order. Who has given up is forgotten in time, so the line is never longer than
/// twice those who wait.
#[derive(Debug)]
pub(crate) struct Line<T> {
    waiting: VecDeque<T>,
    sweep_at: usize,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), sweep_at: 0 }
    }
}

impl<T: Wait> Line<T> {
    pub(crate) fn push(&mut self, one: T) {
        if self.waiting.len() >= self.sweep_at {
            self.waiting.retain(|one| !one.is_given_up());
            self.sweep_at = (2 * self.waiting.len()).max(8);
        }
        self.waiting.push_back(one);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        std::iter::from_fn(|| self.waiting.pop_front()).find(|one| !one.is_given_up())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn into_iter(self) -> impl Iterator<Item = T> {
        self.waiting.into_iter().filter(|one| !one.is_given_up())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::address::{ShardId, Target};

    const TWO: Bound = Bound { capacity: 2, overflow: Overflow::Reject };

    fn seeker(slot: u32, wanted: &Arc<()>) -> Seeker {
        let from = Address::new(ShardId::new(0, 0), Target::new(slot, 1));
        Seeker { from, wanted: Arc::downgrade(wanted), by_itself: false }
    }

    #[test]
    fn m4_a_place_is_taken_by_who_waits_and_by_who_was_promised_one() {
        let mut room = Room { messages: 1, ..Room::default() };
        assert!(room.has_place(TWO) && !room.is_unused());
        room.promised = 1;
        assert!(!room.has_place(TWO));
        room.redeem();
        assert!(room.has_place(TWO));
    }

    #[test]
    fn m4_places_are_granted_in_order_to_who_still_waits() {
        let (mut room, wanted, gone) = (Room::default(), Arc::new(()), Arc::new(()));
        room.seek(seeker(1, &gone));
        room.seek(seeker(2, &wanted));
        room.seek(seeker(3, &wanted));
        room.seek(seeker(4, &wanted));
        drop(gone);
        let mut granted = || room.grant(TWO).map(|seeker| seeker.from.target().slot());
        assert_eq!([granted(), granted(), granted()], [Some(2), Some(3), None]);
        assert_eq!((room.promised, room.take_seekers().count()), (2, 1));
    }

    #[test]
    fn those_who_gave_up_are_forgotten() {
        let (mut line, wanted) = (Line::default(), Arc::new(()));
        line.push(seeker(0, &wanted));
        for slot in 1..10_000 {
            line.push(seeker(slot, &Arc::new(())));
            assert!(line.waiting.len() < 10);
        }
        assert_eq!(line.into_iter().count(), 1);
    }
}
