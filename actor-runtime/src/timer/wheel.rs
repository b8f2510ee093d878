//! A timing wheel: values that wait for a moment, of which a million cost no more each than one.
//!
//! It is that of George Varghese and Tony Lauck, "Hashed and Hierarchical Timing Wheels": eight levels of 64
//! slots, each slot of a level as long as the whole level below it. A timer lies in the level of the highest
//! digit in which its deadline differs from the wheel's own time, and sinks as that comes nearer. A word for
//! each level says which slots hold anything, so time that holds nothing is skipped at once.
//!
//! What a slot holds is an array of deadlines, so to walk through a slot is to read memory in a row. To set is to
//! push; to cancel is to cross out, and a slot of which more than half is crossed out is tidied.
//!
//! It is pure: time is a number of nanoseconds that the caller passes, and never goes back. What always holds:
//!
//! - Nothing comes out before its deadline, and everything in the order of deadlines, equal ones in the order
//!   they were set.
//! - The timers of a level come before those of all levels above it, for they share a longer prefix with the
//!   wheel's time. So the first slot in use of the first level in use is the next.
//! - `next` is never later than the next deadline.

mod places;

use self::places::Places;
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

/// Where a timer is whose moment has come.
const READY: u16 = (LEVELS * SLOTS) as u16;
/// In no slot.
const RESTING: u16 = u16::MAX;

/// A deadline that is crossed out.
const NONE: u32 = u32::MAX;

/// How many more deadlines than twice those that count a slot has before it is tidied.
const SLOT_SLACK: usize = 16;

/// For how many deadlines an empty slot keeps its memory.
const SLOT_KEEPS: usize = 64;

/// One timer of a wheel; of one that was removed it names nothing, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TimerId {
    index: u32,
    generation: u32,
}

/// Two cache lines, which processors fetch together.
#[repr(align(128))]
pub(super) struct TwoLines;

/// A timer's place in the table, which lies as an `A` would.
struct Node<T, A> {
    _lies: [A; 0],
    generation: u32,
    /// Where its deadline is.
    at: At,
    /// None while the place is free.
    value: Option<T>,
}

/// A slot, and a deadline's position there.
#[derive(Clone, Copy)]
struct At {
    slot: u16,
    position: u32,
}

impl At {
    const NOWHERE: Self = Self { slot: RESTING, position: 0 };

    fn new(slot: u16, position: usize) -> Self {
        Self { slot, position: u32::try_from(position).expect("memory holds fewer deadlines") }
    }
}

/// When a timer is due.
#[derive(Clone, Copy)]
struct Due {
    deadline: u64,
    index: u32,
}

/// The deadlines of a slot, in the order they came.
#[derive(Default)]
struct Slot {
    due: Vec<Due>,
    /// How many of them are not crossed out.
    armed: usize,
}

/// Values, each with a deadline or without. A place lies as an `A` would: of a value that is looked at without others,
/// in cache lines of its own.
pub(crate) struct Wheel<T, A = ()> {
    nodes: Vec<Box<[Node<T, A>]>>,
    free: Places,
    slots: Box<[Slot]>,
    /// Which slots of a level are in use, a bit each.
    used: [u64; LEVELS],
    /// Those whose moment has come, of which the first `taken` are no longer there.
    ready: Vec<Due>,
    taken: usize,
    /// The wheel's own time: all that was due by then is out of the slots.
    time: u64,
    next: u64,
}

impl<T, A> Wheel<T, A> {
    pub(crate) fn new() -> Self {
        Self {
            nodes: Vec::new(),
            free: Places::default(),
            slots: (0..LEVELS * SLOTS).map(|_| Slot::default()).collect(),
            used: [0; LEVELS],
            ready: Vec::new(),
            taken: 0,
            time: 0,
            next: NEVER,
        }
    }

    /// When to look again: never later than the next deadline.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Keeps a value until its deadline, or for good if that never comes.
    ///
    /// # Panics
    ///
    /// With four billion timers.
    #[inline(always)]
    pub(crate) fn insert(&mut self, value: T, deadline: u64) -> TimerId {
        let index = match self.free.take() {
            Some(index) => index,
            None => self.grow(),
        };
        let at = self.place(Due { deadline, index });
        let node = self.at(index);
        node.at = at;
        // It was free, so there is nothing to drop.
        std::mem::forget(node.value.replace(value));
        TimerId { index, generation: node.generation }
    }

    /// Gives a timer another deadline.
    pub(crate) fn arm(&mut self, id: TimerId, deadline: u64) {
        if self.get(id).is_some() {
            let before = self.at(id.index).at;
            self.cross_out(before);
            self.at(id.index).at = self.place(Due { deadline, index: id.index });
        }
    }

    /// The value of a timer that is there.
    pub(crate) fn get(&mut self, id: TimerId) -> Option<&mut T> {
        let nodes = self.nodes.get_mut(id.index as usize / CHUNK)?;
        let node = &mut nodes[id.index as usize % CHUNK];
        node.value.as_mut().filter(|_| node.generation == id.generation)
    }

    /// Whether this timer was not removed: then its generation was left behind.
    pub(crate) fn is_there(&self, id: TimerId) -> bool {
        let nodes = self.nodes.get(id.index as usize / CHUNK);
        nodes.is_some_and(|nodes| nodes[id.index as usize % CHUNK].generation == id.generation)
    }

    /// Removes a timer. Its id names nothing from then on.
    #[inline(always)]
    pub(crate) fn remove(&mut self, id: TimerId) -> Option<T> {
        let nodes = self.nodes.get_mut(id.index as usize / CHUNK)?;
        let node = &mut nodes[id.index as usize % CHUNK];
        if node.generation != id.generation {
            return None;
        }
        node.generation += 1;
        let (value, at, generation) = (node.value.take(), node.at, node.generation);
        self.cross_out(at);
        // In the last generation, which no id has, it is used no more.
        if generation < u32::MAX {
            self.free.put(id.index);
        }
        value
    }

    /// The timer that is due next, if any is by `now`; it has no deadline then.
    pub(crate) fn pop(&mut self, now: u64) -> Option<TimerId> {
        loop {
            while let Some(due) = self.ready.get(self.taken) {
                self.taken += 1;
                if due.index != NONE {
                    let index = due.index;
                    let node = self.at(index);
                    node.at = At::NOWHERE;
                    return Some(TimerId { index, generation: node.generation });
                }
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
        let Some((level, digit)) = self.first_used() else { return false };
        let start = self.start_of(level, digit);
        if start > now {
            return false;
        }
        self.time = self.time.max(start);
        let slot = level * SLOTS + digit;
        if level == 0 {
            return self.make_ready(slot, now);
        }
        self.used[level] &= !(1 << digit);
        let mut sinking = std::mem::take(&mut self.slots[slot]).due;
        for due in sinking.drain(..) {
            if due.index != NONE {
                self.at(due.index).at = self.place(due);
            }
        }
        sinking.shrink_to(SLOT_KEEPS);
        // All that was in it lies deeper now.
        self.slots[slot].due = sinking;
        true
    }

    /// Takes what is due out of a slot of the lowest level. Answers whether anything was.
    fn make_ready(&mut self, slot: usize, now: u64) -> bool {
        self.ready.clear();
        self.ready.shrink_to(SLOT_KEEPS);
        self.taken = 0;
        let Slot { due: all, armed } = &mut self.slots[slot];
        for due in all.iter_mut().filter(|due| due.index != NONE && due.deadline <= now) {
            self.ready.push(*due);
            due.index = NONE;
        }
        *armed -= self.ready.len();
        self.tidy(slot);
        // Stable: equal deadlines stay in the order they were set.
        self.ready.sort_by_key(|due| due.deadline);
        for position in 0..self.ready.len() {
            let index = self.ready[position].index;
            self.at(index).at = At::new(READY, position);
        }
        !self.ready.is_empty()
    }

    /// The first deadline, or the beginning of the slot it lies in.
    fn soonest(&self) -> u64 {
        let Some((level, digit)) = self.first_used() else { return NEVER };
        if level > 0 {
            return self.start_of(level, digit);
        }
        let armed = self.slots[digit].due.iter().filter(|due| due.index != NONE);
        armed.map(|due| due.deadline).min().unwrap_or(NEVER)
    }

    fn first_used(&self) -> Option<(usize, usize)> {
        let level = self.used.iter().position(|used| *used != 0)?;
        Some((level, self.used[level].trailing_zeros() as usize))
    }

    /// When a slot of a level begins.
    fn start_of(&self, level: usize, digit: usize) -> u64 {
        let shift = DIGIT_BITS * level as u32;
        let above = shift + DIGIT_BITS;
        let prefix = (self.time >> SLOT_BITS) >> above << above;
        (prefix | (digit as u64) << shift) << SLOT_BITS
    }

    /// Puts a deadline, if it ever comes, into its slot.
    #[inline]
    fn place(&mut self, due: Due) -> At {
        if due.deadline >= NEVER {
            return At::NOWHERE;
        }
        self.next = self.next.min(due.deadline);
        // What is late already lies in the present slot.
        let moment = due.deadline.max(self.time) >> SLOT_BITS;
        let differs = moment ^ (self.time >> SLOT_BITS);
        let level = differs.checked_ilog2().map_or(0, |bit| bit / DIGIT_BITS);
        let digit = (moment >> (DIGIT_BITS * level)) as usize % SLOTS;
        let number = level as usize * SLOTS + digit;
        if self.slots[number].due.len() >= 2 * self.slots[number].armed + SLOT_SLACK {
            self.tidy(number);
        }
        self.used[level as usize] |= 1 << digit;
        let slot = &mut self.slots[number];
        let at = At::new(number as u16, slot.due.len());
        slot.due.push(due);
        slot.armed += 1;
        at
    }

    /// Crosses out a deadline.
    #[inline]
    fn cross_out(&mut self, At { slot, position }: At) {
        match slot {
            RESTING => {}
            READY => self.ready[position as usize].index = NONE,
            _ => {
                let number = usize::from(slot);
                let slot = &mut self.slots[number];
                slot.due[position as usize].index = NONE;
                slot.armed -= 1;
                if slot.armed == 0 {
                    self.tidy(number);
                }
            }
        }
    }

    /// Leaves out of a slot what is crossed out.
    #[cold]
    fn tidy(&mut self, slot: usize) {
        let mut due = std::mem::take(&mut self.slots[slot].due);
        due.retain(|due| due.index != NONE);
        for (position, due) in due.iter().enumerate() {
            self.at(due.index).at = At::new(slot as u16, position);
        }
        if due.is_empty() {
            due.shrink_to(SLOT_KEEPS);
            self.used[slot / SLOTS] &= !(1 << (slot % SLOTS));
        }
        self.slots[slot].due = due;
    }

    fn at(&mut self, index: u32) -> &mut Node<T, A> {
        &mut self.nodes[index as usize / CHUNK][index as usize % CHUNK]
    }

    /// Makes places, and takes the first of them.
    #[cold]
    fn grow(&mut self) -> u32 {
        let first = self.nodes.len() * CHUNK;
        let end = u32::try_from(first + CHUNK).expect("a shard has room for another timer");
        let node = |_| Node { _lies: [], generation: 0, at: At::NOWHERE, value: None };
        self.free.grow(end as usize);
        self.nodes.push((0..CHUNK).map(node).collect());
        (first as u32 + 1..end).for_each(|index| self.free.put(index));
        first as u32
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
            let (mut wheel, mut model) = (Wheel::<_>::new(), Model::default());
            let (mut now, mut ids) = (0, Vec::new());
            for step in steps {
                match step {
                    Step::Set { delay } => {
                        let id = wheel.insert(ids.len(), now + delay);
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
        let mut wheel = Wheel::<_>::new();
        let far = 3_600_000_000_000;
        wheel.insert((), far);
        assert_eq!(wheel.next(), far);
        // Another one comes in between, and the wheel no longer knows the far one exactly.
        let near = wheel.insert((), 1_000_000);
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
        let mut wheel = Wheel::<_>::new();
        let id = wheel.insert(1, NEVER);
        assert_eq!((wheel.next(), wheel.pop(NEVER)), (NEVER, None));
        assert_eq!(wheel.remove(id), Some(1));
        assert_eq!(wheel.remove(id), None);
    }
}
