//! Record queues beside those of the standard library: whatever is done to both, they hold the same.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::delivery::delivery;
use super::{Ahead, Arrived, RecordQueue, Stock, record_size};
use crate::address::Target;

/// Counts its drops.
#[derive(Clone, Debug)]
pub(super) struct Counted(pub(super) u64, pub(super) Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

/// Too large for a record.
struct Large([u64; 64], Counted);

/// Aligned to more than a record is.
#[repr(align(64))]
struct Aligned(Counted);

pub(super) fn target(slot: u32) -> Target {
    Target::new(slot, 1)
}

/// Appends a value of one of four kinds.
pub(super) fn append(
    queue: &RecordQueue,
    kind: u8,
    value: u64,
    drops: &Arc<AtomicUsize>,
    stock: &Stock,
) {
    let counted = Counted(value, drops.clone());
    let target = target(value as u32);
    match kind {
        0 => queue.append(delivery!(u64), target, value, stock),
        1 => queue.append(delivery!(Counted), target, counted, stock),
        2 => queue.append(delivery!(Large), target, Large([value; 64], counted), stock),
        _ => queue.append(delivery!(Aligned), target, Aligned(counted), stock),
    }
}

/// The kind of a record's value, and the value.
pub(super) fn value_of(record: Arrived<'_>) -> (u8, u64) {
    let record = match record.take(delivery!(u64)) {
        Ok(value) => return (0, value),
        Err(record) => record,
    };
    let record = match record.take(delivery!(Counted)) {
        Ok(counted) => return (1, counted.0),
        Err(record) => record,
    };
    let record = match record.take(delivery!(Large)) {
        Ok(large) => return (2, large.0[63].min(large.1.0)),
        Err(record) => record,
    };
    match record.take(delivery!(Aligned)) {
        Ok(aligned) => {
            assert!((&raw const aligned).is_aligned());
            (3, aligned.0.0)
        }
        Err(_) => unreachable!("one of four types"),
    }
}

/// What is done to the queues.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Appends to the queue, of this kind.
    Append(u8),
    /// Looks at what is ahead, and counts it.
    Look,
    /// Takes, drops, or moves to another queue what is first.
    Take,
    Discard,
    Move,
    /// Appends to an outbox; if it is full, that is sent first.
    Post(u8),
    Send,
}

impl Step {
    /// The step of a byte, and how often it is done.
    fn of(byte: u8) -> (Self, u32) {
        let kind = byte >> 3 & 3;
        let step = match byte & 7 {
            0 | 1 => Self::Append(kind),
            2 => Self::Take,
            3 => Self::Discard,
            4 => Self::Move,
            5 => Self::Look,
            6 => Self::Post(kind),
            _ => Self::Send,
        };
        (step, 1 << (byte >> 5))
    }
}

/// What a queue holds: the kind of each value, and the value.
type Model = VecDeque<(u8, u64)>;

/// Queues, and what they should hold.
#[derive(Default)]
struct Bench {
    stock: Stock,
    drops: Arc<AtomicUsize>,
    made: u64,
    queue: (RecordQueue, Model),
    other: (RecordQueue, Model),
    outbox: (RecordQueue, Model),
}

impl Bench {
    fn append(&mut self, kind: u8) {
        append(&self.queue.0, kind, self.made, &self.drops, &self.stock);
        self.queue.1.push_back((kind, self.made));
        self.made += 1;
    }

    fn first(&mut self, step: Step) {
        let mut reader = self.queue.0.reader(&self.stock);
        let record = reader.next();
        assert_eq!(record.is_some(), !self.queue.1.is_empty());
        let (Some(record), Some(expected)) = (record, self.queue.1.pop_front()) else { return };
        assert_eq!(record.target(), target(expected.1 as u32));
        match step {
            Step::Take => assert_eq!(value_of(record), expected),
            Step::Move => {
                record.move_to(&self.other.0, &self.stock);
                self.other.1.push_back(expected);
            }
            _ => assert!(record.discard()),
        }
    }

    fn look(&self) {
        let (queue, model) = &self.queue;
        let slot = |value: &(u8, u64)| target(value.1 as u32);
        assert_eq!(queue.is_empty(), model.is_empty());
        if model.len() <= 64 {
            assert_eq!(queue.len_with(queue.cursor(), 64), model.len() as u64);
        }
        let mut reader = queue.reader(&self.stock);
        assert_eq!(reader.peek(|record| record.target()), model.front().map(slot));
        let mut shown = Vec::new();
        reader.look_ahead(&mut Ahead::new(), 100, |target| shown.push(target));
        assert!(shown.into_iter().eq(model.iter().take(100).map(slot)));
        let last = model.back().map(slot);
        let most = model.len() as u32 + 1;
        // JUMPs are counted as records.
        let holds = reader.rest().may_hold(most * 2, |target, _| Some(target) == last);
        assert_eq!(holds, last.is_some());
    }

    fn post(&mut self, kind: u8) {
        let bytes = match kind {
            0 => record_size::<u64>(),
            1 => record_size::<Counted>(),
            2 => record_size::<Large>(),
            _ => record_size::<Aligned>(),
        };
        self.outbox.0.begin(|| self.stock.take());
        if !self.outbox.0.has_room(bytes) {
            self.send();
        }
        append(&self.outbox.0, kind, self.made, &self.drops, &self.stock);
        self.outbox.1.push_back((kind, self.made));
        self.made += 1;
    }

    /// Takes half of a parcel off, which ends with the rest.
    fn send(&mut self) {
        let parcel = self.outbox.0.take_parcel();
        assert_eq!(parcel.is_some(), !self.outbox.1.is_empty());
        let Some(mut parcel) = parcel else { return };
        let mut walk = parcel.walk();
        for _ in 0..self.outbox.1.len().div_ceil(2) {
            let record = walk.next().expect("it was sent");
            assert_eq!(Some(value_of(record)), self.outbox.1.pop_front());
        }
        drop(walk);
        self.stock.put(parcel.finish());
        self.outbox.1.clear();
    }
}

/// Runs steps, one for each byte.
///
/// # Panics
///
/// Where the two differ, and where a value is dropped twice or never.
pub(crate) fn check(steps: &[u8]) {
    let mut bench = Bench::default();
    for (step, times) in steps.iter().copied().map(Step::of) {
        for _ in 0..times {
            match step {
                Step::Append(kind) => bench.append(kind),
                Step::Look => bench.look(),
                Step::Post(kind) => bench.post(kind),
                Step::Send => bench.send(),
                Step::Take | Step::Discard | Step::Move => bench.first(step),
            }
        }
    }
    let mut reader = bench.other.0.reader(&bench.stock);
    while let Some(record) = reader.next() {
        assert_eq!(Some(value_of(record)), bench.other.1.pop_front());
    }
    drop(reader);
    assert!(bench.other.1.is_empty());
    let (drops, made) = (bench.drops.clone(), bench.made);
    drop(bench);
    assert_eq!(drops.load(Ordering::Relaxed) as u64, made);
}
