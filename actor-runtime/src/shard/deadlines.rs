//! Moments by which something of an actor is to be over, by the shard's clock.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::address::Target;

/// Deadlines, the earliest first.
#[derive(Debug, Default)]
pub(super) struct Deadlines(RefCell<BTreeSet<(u64, Target)>>);

impl Deadlines {
    pub(super) fn insert(&self, at: u64, target: Target) {
        self.0.borrow_mut().insert((at, target));
    }

    /// The earliest; `u64::MAX` if there is none.
    pub(super) fn next(&self) -> u64 {
        self.0.borrow().first().map_or(u64::MAX, |(at, _)| *at)
    }

    /// Takes one that has passed.
    pub(super) fn take_due(&self, now: u64) -> Option<Target> {
        if self.next() > now {
            return None;
        }
        self.0.borrow_mut().pop_first().map(|(_, target)| target)
    }

    /// Takes those of this actor away.
    #[inline]
    pub(super) fn forget(&self, target: Target) {
        if !self.0.borrow().is_empty() {
            self.0.borrow_mut().retain(|(_, of)| *of != target);
        }
    }
}
