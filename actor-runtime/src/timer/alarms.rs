//! Alarms: what a process waits for that sleeps, or that receives for a time.
//!
//! They bring nothing but a poll, and go when nobody waits for them any more. So they are no timers of an actor's: no list
//! has them, and each takes the room of a deadline and of whom to poll.

use std::cell::{Cell, RefCell};
use std::task::Waker;

use super::wheel::{TimerId, Wheel};
use crate::address::Target;
use crate::config::NEVER;

/// An alarm that was set.
pub(crate) struct AlarmId(TimerId);

/// Whom an alarm has polled.
pub(crate) enum Ring {
    /// The process itself.
    Process(Target),
    /// Whoever waits with this waker.
    Waker(Waker),
}

/// All alarms of a shard.
pub(crate) struct Alarms {
    wheel: RefCell<Wheel<Ring>>,
    /// As the wheel's, to be looked at in each turn.
    next: Cell<u64>,
}

impl Alarms {
    pub(crate) fn new() -> Self {
        Self { wheel: RefCell::new(Wheel::new()), next: Cell::new(NEVER) }
    }

    /// When to look again, in nanoseconds of the shard's clock: never later than the next deadline.
    #[inline(always)]
    pub(crate) fn next(&self) -> u64 {
        self.next.get()
    }

    fn with<R>(&self, call: impl FnOnce(&mut Wheel<Ring>) -> R) -> R {
        let mut wheel = self.wheel.borrow_mut();
        let result = call(&mut wheel);
        self.next.set(wheel.next());
        result
    }

    pub(crate) fn set(&self, deadline: u64, ring: Ring) -> AlarmId {
        AlarmId(self.with(|wheel| wheel.insert(ring, deadline)))
    }

    /// Another waits for an alarm. Gives whoever did before.
    pub(crate) fn change(&self, alarm: &AlarmId, ring: Ring) -> Option<Ring> {
        self.with(|wheel| Some(std::mem::replace(wheel.get(alarm.0)?, ring)))
    }

    /// Takes an alarm off, unless it has rung. Gives whoever waited.
    pub(crate) fn end(&self, alarm: &AlarmId) -> Option<Ring> {
        self.with(|wheel| wheel.remove(alarm.0))
    }

    /// An alarm that is due, which is over.
    pub(crate) fn pop(&self, now: u64) -> Option<Ring> {
        if now < self.next.get() {
            return None;
        }
        self.with(|wheel| {
            let alarm = wheel.pop(now)?;
            wheel.remove(alarm)
        })
    }
}
