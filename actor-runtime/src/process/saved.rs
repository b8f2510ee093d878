//! Messages that wait, filed by their tags: a queue for each tag, in the order of arrival, and which of them hold
//! any.
//!
//! What looks for a message looks at the heads of the tags it wants alone, so a million messages of other tags cost
//! it nothing. Only those of a wanted tag that were refused are looked at again. Everything here is data; the
//! numbers of arrivals are whoever's that files.

use std::collections::VecDeque;
use std::ops::Range;

use super::table::TagSet;

/// A queue that is emptied keeps room for so many messages at most.
const KEPT: usize = 32;

/// Messages that wait.
pub(crate) struct Saved<M> {
    /// By the bit of the tag. None before the first message.
    queues: Box<[VecDeque<Filed<M>>]>,
    /// The queues that hold something.
    held: TagSet,
    len: u64,
}

struct Filed<M> {
    arrival: u64,
    message: M,
}

/// A message that was found, and the arm that takes it. It is there until something is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    bit: usize,
    index: usize,
    pub(crate) arm: usize,
    pub(crate) arrival: u64,
}

impl<M> Default for Saved<M> {
    fn default() -> Self {
        Self { queues: Box::default(), held: TagSet::none(), len: 0 }
    }
}

impl<M> Saved<M> {
    /// Whether there is any of these tags.
    #[inline(always)]
    pub(crate) fn holds(&self, tags: TagSet) -> bool {
        !self.held.and(tags).is_empty()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Files a message, which arrived after all others. There are `tags` of them.
    pub(crate) fn file(&mut self, tags: usize, tag: usize, arrival: u64, message: M) {
        let bit = TagSet::bit(tag);
        if self.queues.is_empty() {
            let queues = TagSet::bit(tags.saturating_sub(1)) + 1;
            self.queues = (0..queues.max(bit + 1)).map(|_| VecDeque::new()).collect();
        }
        self.queues[bit].push_back(Filed { arrival, message });
        self.held = self.held.with(bit);
        self.len += 1;
    }

    /// Looks for the oldest message of these tags, of those that arrived within a range, for which `test` gives an arm.
    #[inline]
    pub(crate) fn find(
        &self,
        tags: TagSet,
        within: Range<u64>,
        mut test: impl FnMut(&M) -> Option<usize>,
    ) -> Option<Found> {
        let tags = tags.and(self.held);
        let mut heads = tags.bits().filter_map(|bit| self.first(bit, within.start));
        // Mostly there is one tag, or the oldest head is taken.
        let first = heads.next()?;
        let oldest =
            heads.fold(first, |oldest, head| if head.2 < oldest.2 { head } else { oldest });
        let (bit, index, arrival) = oldest;
        if arrival >= within.end {
            return None;
        }
        match test(&self.queues[bit][index].message) {
            Some(arm) => Some(Found { bit, index, arm, arrival }),
            None => self.find_later(tags, arrival + 1..within.end, test),
        }
    }

    /// The first message of a queue that arrived no earlier.
    #[inline]
    fn first(&self, bit: usize, start: u64) -> Option<(usize, usize, u64)> {
        let queue = &self.queues[bit];
        let head = queue.front()?;
        if head.arrival >= start {
            return Some((bit, 0, head.arrival));
        }
        let index = queue.partition_point(|filed| filed.arrival < start);
        queue.get(index).map(|filed| (bit, index, filed.arrival))
    }

    /// The same for what comes after a message that was refused: each message of these tags once, in order.
    #[cold]
    fn find_later(
        &self,
        tags: TagSet,
        within: Range<u64>,
        mut test: impl FnMut(&M) -> Option<usize>,
    ) -> Option<Found> {
        let mut places: Vec<_> =
            tags.bits().filter_map(|bit| self.first(bit, within.start)).collect();
        loop {
            let oldest = places.iter().enumerate().min_by_key(|(_, (.., arrival))| *arrival);
            let (place, &(bit, index, arrival)) = oldest?;
            if arrival >= within.end {
                return None;
            }
            if let Some(arm) = test(&self.queues[bit][index].message) {
                return Some(Found { bit, index, arm, arrival });
            }
            match self.queues[bit].get(index + 1) {
                Some(next) => places[place] = (bit, index + 1, next.arrival),
                None => drop(places.swap_remove(place)),
            }
        }
    }

    /// Takes what was found.
    #[inline]
    pub(crate) fn take(&mut self, found: Found) -> M {
        let queue = &mut self.queues[found.bit];
        let filed = if found.index == 0 { queue.pop_front() } else { queue.remove(found.index) };
        let filed = filed.expect("what was found is there until something is taken");
        self.len -= 1;
        self.shrink(found.bit);
        filed.message
    }

    /// Gives memory back when a queue has become much shorter than it was.
    #[inline]
    fn shrink(&mut self, bit: usize) {
        let queue = &mut self.queues[bit];
        if queue.is_empty() {
            self.held = self.held.without(bit);
        }
        if queue.capacity() > KEPT && queue.len() * 4 < queue.capacity() {
            queue.shrink_to((queue.capacity() / 2).max(KEPT));
        }
    }

    /// Takes the message that has waited longest, and says when it arrived.
    pub(crate) fn take_oldest(&mut self) -> Option<(u64, M)> {
        let found = self.find(TagSet::all(), 0..u64::MAX, |_| Some(0))?;
        Some((found.arrival, self.take(found)))
    }

    /// Takes the message that arrived last, and says when.
    pub(crate) fn take_newest(&mut self) -> Option<(u64, M)> {
        let last = |bit: usize| Some((self.queues[bit].back()?.arrival, bit));
        let (arrival, bit) = self.held.bits().filter_map(last).max()?;
        let index = self.queues[bit].len() - 1;
        Some((arrival, self.take(Found { bit, index, arm: 0, arrival })))
    }

    /// Takes the message of this tag that arrived then.
    pub(crate) fn take_back(&mut self, tag: usize, arrival: u64) -> Option<M> {
        let bit = TagSet::bit(tag);
        let queue = self.queues.get(bit)?;
        let index = queue.binary_search_by_key(&arrival, |filed| filed.arrival).ok()?;
        Some(self.take(Found { bit, index, arm: 0, arrival }))
    }
}
