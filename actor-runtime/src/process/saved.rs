//! Messages that wait, filed by their tags: a queue for each tag, in the order of arrival, and which of them hold
//! any.
//!
//! What looks for a message looks at the heads of the tags it wants alone, so a million messages of other tags cost
//! it nothing. Only those of a wanted tag that were refused are looked at again. Everything here is data; the
//! numbers of arrivals are whoever's that files. A mailbox has this from its first message on that had to wait.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::Range;

use super::table::TagSet;
use crate::stats::Levels;

/// A queue that is emptied keeps room for so many messages at most.
const KEPT: usize = 32;

/// Messages that wait.
pub(crate) struct Saved<M> {
    /// By the bit of the tag. None before the first message.
    queues: Box<[VecDeque<Filed<M>>]>,
    /// The queues that hold something.
    held: TagSet,
    len: u64,
    levels: Levels,
    /// The queue and the place in it of what was found last; of no meaning once something is taken.
    found: Cell<(u32, u32)>,
}

struct Filed<M> {
    arrival: u64,
    message: M,
}

impl<M> Default for Saved<M> {
    fn default() -> Self {
        Self {
            queues: Box::default(),
            held: TagSet::none(),
            len: 0,
            levels: Levels::default(),
            found: Cell::default(),
        }
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

    /// Whether there are as many by now as are told of.
    #[inline]
    pub(crate) fn rises(&mut self) -> bool {
        self.levels.rises(self.len)
    }

    /// Puts a message back to where it was when it was taken.
    pub(crate) fn put_back(&mut self, tag: usize, arrival: u64, message: M) {
        let bit = TagSet::bit(tag);
        let queue = &mut self.queues[bit];
        let index = queue.partition_point(|filed| filed.arrival < arrival);
        queue.insert(index, Filed { arrival, message });
        self.held = self.held.with(bit);
        self.len += 1;
    }

    /// When the message arrived that was found last.
    pub(crate) fn found_at(&self) -> Option<u64> {
        let (bit, index) = self.found.get();
        Some(self.queues.get(bit as usize)?.get(index as usize)?.arrival)
    }

    /// Looks for the oldest message of these tags, of those that arrived within a range, that passes a test. It is
    /// [taken](Self::take_found) before anything else is, or not at all.
    #[inline]
    pub(crate) fn find(
        &self,
        tags: TagSet,
        within: Range<u64>,
        mut test: impl FnMut(&M) -> bool,
    ) -> bool {
        let tags = tags.and(self.held);
        let mut oldest: Option<(usize, usize, u64)> = None;
        for bit in tags.bits() {
            if let Some(head) = self.first(bit, within.start)
                && oldest.is_none_or(|(.., arrival)| head.2 < arrival)
            {
                oldest = Some(head);
            }
        }
        let Some((bit, index, arrival)) = oldest.filter(|(.., arrival)| *arrival < within.end)
        else {
            return false;
        };
        if test(&self.queues[bit][index].message) {
            self.has_found(bit, index);
            return true;
        }
        self.find_later(tags, arrival + 1..within.end, test)
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
        mut test: impl FnMut(&M) -> bool,
    ) -> bool {
        let mut places: Vec<_> =
            tags.bits().filter_map(|bit| self.first(bit, within.start)).collect();
        loop {
            let oldest = places.iter().enumerate().min_by_key(|(_, (.., arrival))| *arrival);
            let Some((place, &(bit, index, arrival))) = oldest else { return false };
            if arrival >= within.end {
                return false;
            }
            if test(&self.queues[bit][index].message) {
                self.has_found(bit, index);
                return true;
            }
            match self.queues[bit].get(index + 1) {
                Some(next) => places[place] = (bit, index + 1, next.arrival),
                None => drop(places.swap_remove(place)),
            }
        }
    }

    /// Takes what was found last, and says when it arrived.
    #[inline]
    pub(crate) fn take_found(&mut self) -> Option<(u64, M)> {
        let (bit, index) = self.found.get();
        self.take(bit as usize, index as usize)
    }

    #[inline(always)]
    fn has_found(&self, bit: usize, index: usize) {
        let index = u32::try_from(index).expect("memory holds fewer messages");
        self.found.set((bit as u32, index));
    }

    #[inline(always)]
    fn take(&mut self, bit: usize, index: usize) -> Option<(u64, M)> {
        let queue = self.queues.get_mut(bit)?;
        let filed = if index == 0 { queue.pop_front() } else { queue.remove(index) };
        let Filed { arrival, message } = filed?;
        self.len -= 1;
        self.levels.falls(self.len);
        // Now and then, and when it is empty.
        if queue.len().is_multiple_of(KEPT) {
            self.shrink(bit);
        }
        Some((arrival, message))
    }

    /// Gives memory back when a queue has become much shorter than it was.
    #[cold]
    #[inline(never)]
    fn shrink(&mut self, bit: usize) {
        let queue = &mut self.queues[bit];
        if queue.is_empty() {
            self.held = self.held.without(bit);
        }
        if queue.capacity() > KEPT && queue.len() * 4 < queue.capacity() {
            queue.shrink_to((queue.len() * 2).max(KEPT));
        }
    }

    /// Takes the message that has waited longest, and says when it arrived.
    pub(crate) fn take_oldest(&mut self) -> Option<(u64, M)> {
        let is_there = self.find(TagSet::all(), 0..u64::MAX, |_| true);
        if is_there { self.take_found() } else { None }
    }

    /// Takes the message that arrived last, and says when.
    pub(crate) fn take_newest(&mut self) -> Option<(u64, M)> {
        let last = |bit: usize| Some((self.queues[bit].back()?.arrival, bit));
        let (_, bit) = self.held.bits().filter_map(last).max()?;
        self.take(bit, self.queues[bit].len() - 1)
    }

    /// Takes the message of this tag that arrived then.
    pub(crate) fn take_back(&mut self, tag: usize, arrival: u64) -> Option<M> {
        let bit = TagSet::bit(tag);
        let queue = self.queues.get(bit)?;
        let index = queue.binary_search_by_key(&arrival, |filed| filed.arrival).ok()?;
        self.take(bit, index).map(|(_, message)| message)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TAGS: usize = 70;

    #[derive(Clone, Copy, Debug)]
    enum Step {
        File(usize, u8),
        Find(u64, u64, u8),
        Oldest,
        Newest,
        Back(usize),
        Refuse(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0..TAGS, 0..4u8).prop_map(|(tag, value)| Step::File(tag, value)),
            3 => (any::<u64>(), 0..60u64, 0..4u8).prop_map(|(t, s, v)| Step::Find(t, s, v)),
            1 => Just(Step::Oldest),
            1 => Just(Step::Newest),
            1 => (0..30usize).prop_map(Step::Back),
            1 => any::<u64>().prop_map(Step::Refuse),
        ];
        prop::collection::vec(step, 0..if cfg!(miri) { 40 } else { 400 })
    }

    fn set(bits: u64) -> TagSet {
        (0..64)
            .fold(TagSet::none(), |set, bit| if bits >> bit & 1 == 1 { set.with(bit) } else { set })
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 8 } else { 256 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn r1_r2_r6_it_finds_what_a_naive_scan_finds(steps in steps()) {
            let mut saved = Saved::default();
            let mut model: Vec<(u64, usize, u8)> = Vec::new();
            for (arrival, step) in steps.into_iter().enumerate() {
                let arrival = arrival as u64;
                match step {
                    Step::File(tag, value) => {
                        saved.file(TAGS, tag, arrival, value);
                        model.push((arrival, tag, value));
                    }
                    Step::Find(bits, start, value) => {
                        let tags = set(bits);
                        let mut looks = 0;
                        let found = saved.find(tags, start..arrival, |other| {
                            looks += 1;
                            *other == value
                        });
                        let is_of = |(_, tag, _): &(u64, usize, u8)| tags.has(TagSet::bit(*tag));
                        let wanted = model.iter().filter(|one| is_of(one) && one.0 >= start);
                        let refused = wanted.take_while(|(.., other)| *other != value).count();
                        let at = model
                            .iter()
                            .position(|one| is_of(one) && one.0 >= start && one.2 == value);
                        prop_assert_eq!(found, at.is_some());
                        prop_assert_eq!(looks, refused + usize::from(found), "each is looked at once");
                        if let Some(at) = at {
                            let (arrival, _, value) = model.remove(at);
                            prop_assert_eq!(saved.take_found(), Some((arrival, value)));
                        }
                    }
                    Step::Oldest => {
                        let oldest = (!model.is_empty()).then(|| model.remove(0));
                        prop_assert_eq!(saved.take_oldest(), oldest.map(|(at, _, value)| (at, value)));
                    }
                    Step::Newest => {
                        let newest = model.pop();
                        prop_assert_eq!(saved.take_newest(), newest.map(|(at, _, value)| (at, value)));
                    }
                    Step::Back(index) if index < model.len() => {
                        let (arrival, tag, value) = model.remove(index);
                        prop_assert_eq!(saved.take_back(tag, arrival), Some(value));
                        prop_assert_eq!(saved.take_back(tag, arrival), None);
                    }
                    Step::Back(_) => {}
                    Step::Refuse(bits) => {
                        let is_of = |(_, tag, _): &&(u64, usize, u8)| set(bits).has(TagSet::bit(*tag));
                        let first = model.iter().find(is_of).copied();
                        prop_assert_eq!(saved.find(set(bits), 0..arrival, |_| true), first.is_some());
                        if let Some((at, tag, value)) = first {
                            prop_assert_eq!(saved.found_at(), Some(at));
                            prop_assert_eq!(saved.take_found(), Some((at, value)));
                            saved.put_back(tag, at, value);
                        }
                    }
                }
                prop_assert_eq!(saved.len(), model.len() as u64);
            }
        }
    }

    #[test]
    fn memory_is_given_back_as_messages_are_taken() {
        let mut saved = Saved::default();
        for arrival in 0..if cfg!(miri) { 2_000 } else { 100_000 } {
            saved.file(1, 0, arrival, [0_u64; 4]);
        }
        while saved.len() > 10 {
            saved.take_oldest();
        }
        assert!(saved.queues[0].capacity() <= 2 * KEPT, "{}", saved.queues[0].capacity());
    }
}
