//! A timing wheel: values that wait for a moment, of which a million cost no more each than one.
//!
//! It is that of George Varghese and Tony Lauck, "Hashed and Hierarchical Timing Wheels": eight levels of 64
//! slots, each slot of a level as long as the whole level below it. A timer lies in the level of the highest
//! digit in which its deadline differs from the wheel's own time, and sinks as that comes nearer. To set and
//! to cancel is to link and to unlink. A word for each level says which slots hold anything, so time that
//! holds nothing is skipped at once.
//!
//! It is pure: time is a number of nanoseconds that the caller passes, and never goes back. What always holds:
//!
//! - Nothing comes out before its deadline, and everything in the order of deadlines, equal ones in the order
//!   they were set.
//! - The timers of a level come before those of all levels above it, for they share a longer prefix with the
//!   wheel's time. So the first slot in use of the first level in use is the next.
//! - `next` is never later than the next deadline.

use crate::config::NEVER;

/// A slot of the lowest level is so many bits of nanoseconds long: 65.5 µs. Only the order within one is found
/// by sorting.
const SLOT_BITS: u32 = 16;

const DIGIT_BITS: u32 = 6;
const SLOTS: usize = 1 << DIGIT_BITS;

/// As many as reach to the end of a 64-bit time.
const LEVELS: usize = 8;

/// Timers are kept in chunks of so many, so that they never move.
const CHUNK: usize = 1024;

/// The list of those whose moment has come.
const READY: u16 = (LEVELS * SLOTS) as u16;
/// In no list.
const RESTING: u16 = u16::MAX;

/// The end of a list.
const NONE: u32 = u32::MAX;

/// One timer of a wheel; of one that was removed it names nothing, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TimerId {
    index: u32,
    generation: u32,
}

/// Where a timer lies. Apart from its value, so that many of them fit into a cache: to sink and to come out is
/// to walk through lists of them.
struct Entry {
    deadline: u64,
    generation: u32,
    /// The neighbours in its list; of a free entry `after` is the next free one.
    before: u32,
    after: u32,
    list: u16,
}

#[derive(Clone, Copy)]
struct List {
    first: u32,
    last: u32,
}

impl List {
    const EMPTY: Self = Self { first: NONE, last: NONE };
}

/// Values, each with a deadline or without.
pub(crate) struct Wheel<T> {
    entries: Vec<Box<[Entry]>>,
    /// Of an entry that is free there is none.
    values: Vec<Box<[Option<T>]>>,
    free: u32,
    lists: Box<[List; LEVELS * SLOTS + 1]>,
    /// Which slots of a level are in use, a bit each.
    used: [u64; LEVELS],
    /// The wheel's own time: all that was due by then is out of the slots.
    time: u64,
    next: u64,
    /// Those of a slot that are due, while they are sorted.
    due: Vec<(u64, u32)>,
}

impl<T> Wheel<T> {
    pub(crate) fn new() -> Self {
        Self {
            entries: Vec::new(),
            values: Vec::new(),
            free: NONE,
            lists: Box::new([List::EMPTY; LEVELS * SLOTS + 1]),
            used: [0; LEVELS],
            time: 0,
            next: NEVER,
            due: Vec::new(),
        }
    }

    /// When to look again: never later than the next deadline.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Keeps a value, without a deadline yet.
    ///
    /// # Panics
    ///
    /// With four billion timers.
    pub(crate) fn insert(&mut self, value: T) -> TimerId {
        if self.free == NONE {
            self.grow();
        }
        let index = self.free;
        self.values[index as usize / CHUNK][index as usize % CHUNK] = Some(value);
        let entry = self.at(index);
        let (id, next) = (TimerId { index, generation: entry.generation }, entry.after);
        self.free = next;
        id
    }

    /// Gives a timer its deadline, in place of the one it had.
    pub(crate) fn arm(&mut self, id: TimerId, deadline: u64) {
        if !self.is_there(id) {
            return;
        }
        self.unlink(id.index);
        if deadline < NEVER {
            self.at(id.index).deadline = deadline;
            self.place(id.index);
            self.next = self.next.min(deadline);
        }
    }

    /// The value of a timer that is there.
    pub(crate) fn get(&mut self, id: TimerId) -> Option<&mut T> {
        let is_there = self.is_there(id);
        let values = self.values.get_mut(id.index as usize / CHUNK).filter(|_| is_there)?;
        values[id.index as usize % CHUNK].as_mut()
    }

    /// Whether this timer was not removed: then its generation was left behind.
    pub(crate) fn is_there(&self, id: TimerId) -> bool {
        let entries = self.entries.get(id.index as usize / CHUNK);
        entries
            .is_some_and(|entries| entries[id.index as usize % CHUNK].generation == id.generation)
    }

    /// Removes a timer. Its id names nothing from then on.
    pub(crate) fn remove(&mut self, id: TimerId) -> Option<T> {
        self.get(id)?;
        let value = self.values[id.index as usize / CHUNK][id.index as usize % CHUNK].take();
        self.unlink(id.index);
        let free = self.free;
        let entry = self.at(id.index);
        entry.generation += 1;
        // In the last generation, which no id has, it is used no more.
        if entry.generation < u32::MAX {
            entry.after = free;
            self.free = id.index;
        }
        value
    }

    /// The timer that is due next, if any is by `now`; it has no deadline then.
    pub(crate) fn pop(&mut self, now: u64) -> Option<TimerId> {
        loop {
            let first = self.lists[READY as usize].first;
            if first != NONE {
                self.unlink(first);
                return Some(TimerId { index: first, generation: self.at(first).generation });
            }
            if now < self.next {
                return None;
            }
            if !self.turn(now) {
                self.time = self.time.max(now);
                self.next = self.soonest();
                return None;
            }
        }
    }

    /// Empties the first slot in use, if its time has come: what is due becomes ready, the rest sinks. Answers
    /// whether that changed anything.
    fn turn(&mut self, now: u64) -> bool {
        let Some((level, slot)) = self.first_used() else { return false };
        let start = self.start_of(level, slot);
        if start > now {
            return false;
        }
        self.time = self.time.max(start);
        let list = (level * SLOTS + slot) as u16;
        let mut index = std::mem::replace(&mut self.lists[list as usize], List::EMPTY).first;
        self.used[level] &= !(1 << slot);
        let mut due = std::mem::take(&mut self.due);
        while index != NONE {
            let entry = self.at(index);
            let (deadline, after) = (entry.deadline, entry.after);
            entry.list = RESTING;
            if level == 0 && deadline <= now {
                due.push((deadline, index));
            } else {
                self.place(index);
            }
            index = after;
        }
        // Stable: equal deadlines stay in the order they were set.
        due.sort_by_key(|(deadline, _)| *deadline);
        let changed = level > 0 || !due.is_empty();
        for (_, index) in due.drain(..) {
            self.link(index, READY);
        }
        self.due = due;
        changed
    }

    /// The first deadline, or the beginning of the slot it lies in.
    fn soonest(&mut self) -> u64 {
        let Some((level, slot)) = self.first_used() else { return NEVER };
        if level > 0 {
            return self.start_of(level, slot);
        }
        let (mut index, mut soonest) = (self.lists[slot].first, NEVER);
        while index != NONE {
            let entry = self.at(index);
            soonest = soonest.min(entry.deadline);
            index = entry.after;
        }
        soonest
    }

    fn first_used(&self) -> Option<(usize, usize)> {
        let level = self.used.iter().position(|used| *used != 0)?;
        Some((level, self.used[level].trailing_zeros() as usize))
    }

    /// When a slot of a level begins.
    fn start_of(&self, level: usize, slot: usize) -> u64 {
        let shift = DIGIT_BITS * level as u32;
        let above = shift + DIGIT_BITS;
        let prefix = (self.time >> SLOT_BITS) >> above << above;
        (prefix | (slot as u64) << shift) << SLOT_BITS
    }

    /// Links an entry into the slot of its deadline.
    fn place(&mut self, index: u32) {
        let time = self.time;
        // What is late already lies in the present slot.
        let slot = self.at(index).deadline.max(time) >> SLOT_BITS;
        let differs = slot ^ (time >> SLOT_BITS);
        let level = differs.checked_ilog2().map_or(0, |bit| bit / DIGIT_BITS);
        let digit = (slot >> (DIGIT_BITS * level)) as usize % SLOTS;
        self.used[level as usize] |= 1 << digit;
        self.link(index, (level as usize * SLOTS + digit) as u16);
    }

    /// Puts an entry at the end of a list.
    fn link(&mut self, index: u32, list: u16) {
        let last = std::mem::replace(&mut self.lists[list as usize].last, index);
        let entry = self.at(index);
        (entry.list, entry.before, entry.after) = (list, last, NONE);
        if last == NONE {
            self.lists[list as usize].first = index;
        } else {
            self.at(last).after = index;
        }
    }

    /// Takes an entry out of the list it is in, if it is in one.
    fn unlink(&mut self, index: u32) {
        let entry = self.at(index);
        let list = std::mem::replace(&mut entry.list, RESTING);
        let (before, after) = (entry.before, entry.after);
        if list == RESTING {
            return;
        }
        match before {
            NONE => self.lists[list as usize].first = after,
            _ => self.at(before).after = after,
        }
        match after {
            NONE => self.lists[list as usize].last = before,
            _ => self.at(after).before = before,
        }
        if list != READY && self.lists[list as usize].first == NONE {
            self.used[list as usize / SLOTS] &= !(1 << (list as usize % SLOTS));
        }
    }

    fn at(&mut self, index: u32) -> &mut Entry {
        &mut self.entries[index as usize / CHUNK][index as usize % CHUNK]
    }

    #[cold]
    fn grow(&mut self) {
        let first = self.entries.len() * CHUNK;
        let end = u32::try_from(first + CHUNK).expect("a shard has room for another timer");
        let entry = |index| Entry {
            deadline: 0,
            generation: 0,
            before: NONE,
            after: if index + 1 == end { NONE } else { index + 1 },
            list: RESTING,
        };
        self.entries.push((first as u32..end).map(entry).collect());
        self.values.push((0..CHUNK).map(|_| None).collect());
        self.free = first as u32;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// What a wheel is to do, step by step.
    #[derive(Clone, Debug)]
    enum Step {
        Set { delay: u64 },
        Again { which: usize, delay: u64 },
        Cancel { which: usize },
        Pass { time: u64, most: usize },
    }

    /// Delays of every size, many of them equal.
    fn delay() -> impl Strategy<Value = u64> {
        (0_u32..52, 0_u64..4).prop_map(|(bits, more)| (1 << bits) - 1 + more)
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => delay().prop_map(|delay| Step::Set { delay }),
            1 => (any::<usize>(), delay()).prop_map(|(which, delay)| Step::Again { which, delay }),
            1 => any::<usize>().prop_map(|which| Step::Cancel { which }),
            2 => (delay(), 1_usize..8).prop_map(|(time, most)| Step::Pass { time, most }),
        ]
    }

    /// The same by a sorted map: what is set, by deadline and by the order of setting.
    #[derive(Default)]
    struct Model {
        set: BTreeMap<(u64, u64), TimerId>,
        sets: u64,
    }

    impl Model {
        fn set(&mut self, deadline: u64, id: TimerId) {
            self.set.insert((deadline, self.sets), id);
            self.sets += 1;
        }

        fn cancel(&mut self, id: TimerId) {
            self.set.retain(|_, set| *set != id);
        }

        fn pop(&mut self, now: u64) -> Option<TimerId> {
            let first = self.set.first_entry().filter(|first| first.key().0 <= now)?;
            Some(first.remove())
        }
    }

    fn pick(ids: &[TimerId], which: usize) -> Option<TimerId> {
        (!ids.is_empty()).then(|| ids[which % ids.len()])
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 4 } else { 256 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn t6_a_wheel_fires_what_a_sorted_map_does(steps in prop::collection::vec(step(), 0..300)) {
            let (mut wheel, mut model) = (Wheel::new(), Model::default());
            let (mut now, mut ids) = (0, Vec::new());
            for step in steps {
                match step {
                    Step::Set { delay } => {
                        let id = wheel.insert(ids.len());
                        wheel.arm(id, now + delay);
                        model.set(now + delay, id);
                        ids.push(id);
                    }
                    Step::Again { which, delay } => {
                        let Some(id) = pick(&ids, which) else { continue };
                        let is_there = wheel.get(id).is_some();
                        wheel.arm(id, now + delay);
                        model.cancel(id);
                        if is_there {
                            model.set(now + delay, id);
                        }
                    }
                    Step::Cancel { which } => {
                        let Some(id) = pick(&ids, which) else { continue };
                        wheel.remove(id);
                        prop_assert!(wheel.get(id).is_none());
                        model.cancel(id);
                    }
                    Step::Pass { time, most } => {
                        now += time;
                        for _ in 0..most {
                            prop_assert_eq!(wheel.pop(now), model.pop(now));
                        }
                    }
                }
                if let Some(((deadline, _), _)) = model.set.first_key_value() {
                    prop_assert!(wheel.next() <= *deadline);
                }
            }
            while let Some(id) = model.pop(NEVER - 1) {
                prop_assert_eq!(wheel.pop(NEVER - 1), Some(id));
            }
            prop_assert_eq!(wheel.pop(NEVER - 1), None);
            prop_assert_eq!(wheel.next(), NEVER);
        }
    }

    #[test]
    fn t6_an_idle_wheel_is_looked_at_a_few_times_for_a_far_deadline() {
        let mut wheel = Wheel::new();
        let far = 3_600_000_000_000;
        let id = wheel.insert(());
        wheel.arm(id, far);
        assert_eq!(wheel.next(), far);
        // Another one comes in between, and the wheel no longer knows the far one exactly.
        let near = wheel.insert(());
        wheel.arm(near, 1_000_000);
        assert_eq!(wheel.pop(1_000_000), Some(near));
        let mut looks = 0;
        loop {
            let now = wheel.next();
            assert!(now <= far);
            looks += 1;
            if wheel.pop(now).is_some() {
                break;
            }
        }
        assert!(looks <= LEVELS, "{looks}");
    }

    #[test]
    fn a_deadline_that_never_comes_is_never_due() {
        let mut wheel = Wheel::new();
        let id = wheel.insert(1);
        wheel.arm(id, NEVER);
        assert_eq!((wheel.next(), wheel.pop(NEVER)), (NEVER, None));
        assert_eq!(wheel.remove(id), Some(1));
        assert_eq!(wheel.remove(id), None);
    }
}
