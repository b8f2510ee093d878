//! Asks that wait for an answer from the other node, by the numbers that go with them.
//!
//! A number is the index of a slot and how often that was used before, so an answer that comes late finds nobody.
//! Who asks has a deadline of its own; here an entry goes some seconds later, so that there are never many more
//! entries than asks that live. Time is counted in ticks of a second.

use tokio::sync::oneshot;

use actor_runtime::remote::Question;
use actor_runtime::{AskError, ExitReason};

use crate::error::{FindError, SpawnError};
use crate::wire::Asked;
use crate::wire::frame::Place;

/// What waits for an answer.
#[derive(Debug)]
pub(crate) enum Waiting {
    /// An ask.
    Ask(Asked),
    /// A question of the runtime.
    Question(Question),
    /// A lookup of a name.
    Lookup(oneshot::Sender<Result<Place, FindError>>),
    /// An actor that is to begin.
    Spawn(oneshot::Sender<Result<Place, SpawnError>>),
}

impl Waiting {
    /// Ends it as the connection is lost.
    pub(crate) fn lose(self) {
        match self {
            Self::Ask(asked) => asked.fail(AskError::NoConnection),
            Self::Question(question) => question.fail(ExitReason::NoConnection),
            // Who looked may be gone.
            Self::Lookup(found) => drop(found.send(Err(FindError::NoConnection))),
            Self::Spawn(begun) => drop(begun.send(Err(SpawnError::NoConnection))),
        }
    }

    /// Ends it as nobody has answered.
    pub(crate) fn expire(self) {
        match self {
            Self::Ask(asked) => asked.fail(AskError::Timeout),
            // These have no deadline: whoever asked has given up.
            Self::Question(question) => drop(question),
            Self::Spawn(begun) => drop(begun),
            Self::Lookup(found) => drop(found.send(Err(FindError::Timeout))),
        }
    }

    fn is_given_up(&self) -> bool {
        match self {
            Self::Question(question) => question.is_given_up(),
            Self::Spawn(begun) => begun.is_closed(),
            Self::Ask(_) | Self::Lookup(_) => false,
        }
    }
}

#[derive(Debug, Default)]
struct Slot {
    uses: u32,
    expires: u32,
    waiting: Option<Waiting>,
}

/// The asks of one connection.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    slots: Vec<Slot>,
    free: Vec<u32>,
    tick: u32,
}

impl Pending {
    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Adds one that has so many seconds, and answers its number.
    pub(crate) fn insert(&mut self, waiting: Waiting, ticks: u32) -> u64 {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            (self.slots.len() - 1) as u32
        });
        let slot = &mut self.slots[index as usize];
        slot.waiting = Some(waiting);
        slot.expires = self.tick.saturating_add(ticks);
        u64::from(slot.uses) << 32 | u64::from(index)
    }

    /// Takes the one of this number, unless it has ended.
    pub(crate) fn take(&mut self, number: u64) -> Option<Waiting> {
        let index = number as u32;
        let slot = self.slots.get_mut(index as usize)?;
        if u64::from(slot.uses) != number >> 32 {
            return None;
        }
        let waiting = slot.waiting.take()?;
        // A slot whose uses are counted to their end is not used again.
        if let Some(uses) = slot.uses.checked_add(1) {
            slot.uses = uses;
            self.free.push(index);
        }
        Some(waiting)
    }

    /// A second has passed: takes those whose time is over, with their numbers.
    pub(crate) fn tick(&mut self) -> Vec<(u64, Waiting)> {
        self.tick = self.tick.saturating_add(1);
        let tick = self.tick;
        let due = |slot: &Slot| {
            (slot.waiting.as_ref())
                .is_some_and(|waiting| slot.expires <= tick || waiting.is_given_up())
        };
        let numbers: Vec<u64> = (self.slots.iter().enumerate())
            .filter(|(_, slot)| due(slot))
            .map(|(index, slot)| u64::from(slot.uses) << 32 | index as u64)
            .collect();
        numbers.into_iter().filter_map(|number| Some((number, self.take(number)?))).collect()
    }

    /// Takes all, at the end of the connection.
    pub(crate) fn take_all(&mut self) -> Vec<Waiting> {
        let slots = std::mem::take(&mut self.slots);
        self.free.clear();
        slots.into_iter().filter_map(|slot| slot.waiting).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup() -> (Waiting, oneshot::Receiver<Result<Place, FindError>>) {
        let (tell, told) = oneshot::channel();
        (Waiting::Lookup(tell), told)
    }

    #[test]
    fn a_late_answer_finds_nobody() {
        let mut pending = Pending::default();
        let first = pending.insert(lookup().0, 5);
        assert!(pending.take(first).is_some());
        let second = pending.insert(lookup().0, 5);
        assert_ne!(first, second);
        assert!(pending.take(first).is_none() && pending.take(u64::MAX).is_none());
        assert_eq!(pending.len(), 1);
    }

    #[test]
    fn a6_an_entry_goes_when_its_time_is_over() {
        let mut pending = Pending::default();
        let (waiting, mut told) = lookup();
        pending.insert(waiting, 2);
        assert!(pending.tick().is_empty());
        pending.tick().into_iter().for_each(|(_, waiting)| waiting.expire());
        assert_eq!(told.try_recv(), Ok(Err(FindError::Timeout)));
        assert_eq!(pending.len(), 0);
    }
}
