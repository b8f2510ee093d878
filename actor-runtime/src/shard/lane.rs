//! UNSAFE. The way from one shard to another: a ring of 128-byte slots, one ring for each ordered pair.
//!
//! A slot carries a few records inline, or one block of them by pointer; an emptied slot carries a free block
//! back, so that blocks circulate. The slot's own state word is the signal: one cache line a parcel.
//!
//! ```text
//!  state: | EMPTY | RETURNED: a free block | BLOCK: a full one | INLINE, and the bytes of records << 8 |
//! ```
//!
//! | who | sees | does | then writes, with release |
//! |---|---|---|---|
//! | sender | `EMPTY`, `RETURNED` | takes the free block, puts records or a block | `INLINE`, `BLOCK` |
//! | receiver | `INLINE`, `BLOCK` | delivers the records, puts a free block | `EMPTY`, `RETURNED` |
//!
//! Invariants:
//!
//! 1. A slot's data belongs to the sender while its state is `EMPTY` or `RETURNED`, to the receiver
//!    otherwise. Only the owner touches the data or writes the state; there is one sender and one
//!    receiver, and neither is `Sync`.
//! 2. The state is written with release after the data and read with acquire before it.
//! 3. The ring drops what it still carries when both ends are gone; every value in it is `Send`.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use crate::config::LANE_SLOTS;
use crate::record::{Block, Parcel, RecordQueue, Run, Stock, Walk};
use crate::sync::{AtomicU64, Ordering, UnsafeCell};

/// The words of a slot behind its state.
const WORDS: usize = 15;

const EMPTY: u64 = 0;
const RETURNED: u64 = 1;
const BLOCK: u64 = 2;
const INLINE: u64 = 3;

type Words = [MaybeUninit<u64>; WORDS];

#[repr(C, align(128))]
struct Slot {
    /// Written by the owner only (invariant 1).
    state: AtomicU64,
    /// The owner's.
    words: UnsafeCell<Words>,
}

impl Slot {
    fn new() -> Self {
        Self {
            state: AtomicU64::new(EMPTY),
            words: UnsafeCell::new([const { MaybeUninit::uninit() }; WORDS]),
        }
    }

    /// # Safety
    ///
    /// The slot is the caller's (invariant 1).
    unsafe fn put_pointer(&self, at: NonNull<u8>) {
        self.words.with_mut(|words| {
            // SAFETY: the data is the caller's; a pointer fits into its first word.
            unsafe { words.cast::<*mut u8>().write(at.as_ptr()) }
        });
    }

    /// # Safety
    ///
    /// The slot is the caller's, and its first word holds a pointer that is not used twice.
    unsafe fn pointer(&self) -> NonNull<u8> {
        let at = self.words.with(|words| {
            // SAFETY: passed on from the caller.
            unsafe { words.cast::<*mut u8>().read() }
        });
        NonNull::new(at).expect("a slot carries no null")
    }

    /// # Safety
    ///
    /// The slot is the caller's, in the state `RETURNED`.
    unsafe fn take_returned(&self) -> Block {
        // SAFETY: passed on from the caller.
        let at = unsafe { self.pointer() };
        // SAFETY: the receiver put a whole block's address there, and gave it up.
        unsafe { Block::from_raw(at, false) }
    }

    /// # Safety
    ///
    /// The slot is the caller's, in the state `BLOCK`.
    unsafe fn take_parcel(&self) -> Parcel {
        // SAFETY: passed on from the caller.
        let at = unsafe { self.pointer() };
        // SAFETY: the sender put a parcel's address there, and gave it up.
        unsafe { Parcel::from_raw(at) }
    }

    /// # Safety
    ///
    /// The slot is the caller's, in the state `INLINE` with this many bytes, none yet taken, and stays so
    /// while the run lives.
    unsafe fn inline_run(&self, bytes: usize) -> Run<'_> {
        let at = self.words.with_mut(|words| NonNull::new(words.cast::<u8>()));
        let at = at.expect("a slot lies somewhere");
        // SAFETY: the sender put so many bytes of records there, and they stay until the state changes.
        unsafe { Run::new(at, bytes) }
    }
}

/// What both ends share. The slots are made when the first parcel is sent.
#[derive(Default)]
struct Ring {
    slots: OnceLock<Box<[Slot]>>,
}

// SAFETY: the data of a slot is used by one thread at a time (invariants 1 and 2), and what it carries is
// `Send`: records of `Send` values, and blocks.
unsafe impl Send for Ring {}
// SAFETY: the same.
unsafe impl Sync for Ring {}

impl Drop for Ring {
    fn drop(&mut self) {
        for slot in self.slots.get().into_iter().flatten() {
            // Ordering: both ends are gone, and the last `Arc` made their writes visible.
            let state = slot.state.load(Ordering::Relaxed);
            match state & 0xff {
                // SAFETY: nobody else has the ring.
                RETURNED => drop(unsafe { slot.take_returned() }),
                // SAFETY: the same.
                BLOCK => drop(unsafe { slot.take_parcel() }),
                // SAFETY: the same.
                INLINE => drop(unsafe { slot.inline_run((state >> 8) as usize) }),
                _ => {}
            }
        }
    }
}

/// Makes a lane.
pub(crate) fn lane() -> (LaneSender, LaneReceiver) {
    let ring = Arc::new(Ring::default());
    let next = || Cell::new(0);
    (LaneSender { ring: ring.clone(), next: next() }, LaneReceiver { ring, next: next() })
}

/// The end of a lane that a shard sends by.
pub(crate) struct LaneSender {
    ring: Arc<Ring>,
    next: Cell<usize>,
}

impl LaneSender {
    /// The next slot, if it is ours; a block that it brings back goes to the stock.
    fn free_slot(&self, stock: &Stock) -> Option<&Slot> {
        let slots = self.ring.slots.get_or_init(|| (0..LANE_SLOTS).map(|_| Slot::new()).collect());
        let slot = &slots[self.next.get() % LANE_SLOTS];
        // Ordering: pairs with the receiver's release; its use of the data is over.
        match slot.state.load(Ordering::Acquire) {
            EMPTY => Some(slot),
            RETURNED => {
                // SAFETY: the state says that the slot is ours and carries a block.
                stock.put(unsafe { slot.take_returned() });
                Some(slot)
            }
            _ => None,
        }
    }

    fn hand_over(&self, slot: &Slot, state: u64) {
        // Ordering: pairs with the receiver's acquire; the data is written.
        slot.state.store(state, Ordering::Release);
        self.next.set(self.next.get().wrapping_add(1));
    }

    /// Sends a block of records, or gives it back while the lane is full.
    pub(crate) fn send_parcel(&self, parcel: Parcel, stock: &Stock) -> Result<(), Parcel> {
        let Some(slot) = self.free_slot(stock) else { return Err(parcel) };
        // SAFETY: `free_slot` gives slots that are ours.
        unsafe { slot.put_pointer(parcel.into_raw()) };
        self.hand_over(slot, BLOCK);
        Ok(())
    }

    /// Sends the records of a queue inline, if they are few enough and the lane is not full.
    pub(crate) fn send_inline(&self, queue: &RecordQueue, stock: &Stock) -> bool {
        let Some(slot) = self.free_slot(stock) else { return false };
        let bytes = slot.words.with_mut(|words| {
            // SAFETY: the slot is ours.
            queue.take_bytes(unsafe { &mut *words })
        });
        match bytes {
            Some(bytes) => self.hand_over(slot, INLINE | (bytes as u64) << 8),
            // A block that came back was taken out of the slot.
            // Ordering: nothing to publish; the slot stays ours.
            None => slot.state.store(EMPTY, Ordering::Relaxed),
        }
        bytes.is_some()
    }
}

/// The end of a lane that a shard receives by.
pub(crate) struct LaneReceiver {
    ring: Arc<Ring>,
    next: Cell<usize>,
}

impl LaneReceiver {
    /// The next slot, with its state, if it is ours.
    fn full_slot(&self) -> Option<(&Slot, u64)> {
        let slot = &self.ring.slots.get()?[self.next.get() % LANE_SLOTS];
        // Ordering: pairs with the sender's release; the data is there.
        let state = slot.state.load(Ordering::Acquire);
        matches!(state & 0xff, BLOCK | INLINE).then_some((slot, state))
    }

    /// Whether a parcel has arrived.
    pub(crate) fn has_parcel(&self) -> bool {
        self.full_slot().is_some()
    }

    /// Takes one parcel, if one has arrived.
    pub(crate) fn receive(&self) -> Option<Received<'_>> {
        let (slot, state) = self.full_slot()?;
        self.next.set(self.next.get().wrapping_add(1));
        let records = if state == BLOCK {
            // SAFETY: the state says that the slot is ours and carries a parcel.
            Records::Block(unsafe { slot.take_parcel() })
        } else {
            // SAFETY: the slot is ours, in this state, and stays so until `Received` is dropped.
            Records::Inline(unsafe { slot.inline_run((state >> 8) as usize) })
        };
        Some(Received { slot, records: Some(records) })
    }
}

/// A parcel that has arrived. Dropping it drops the records that were not taken, and gives the slot back with
/// the emptied block.
pub(crate) struct Received<'l> {
    slot: &'l Slot,
    /// None once it is given back.
    records: Option<Records<'l>>,
}

enum Records<'l> {
    Block(Parcel),
    Inline(Run<'l>),
}

impl Received<'_> {
    /// Takes the records, one after the other.
    pub(crate) fn walk(&mut self) -> Walk<'_> {
        match self.records.as_mut().expect("it is given back by its drop alone") {
            Records::Block(parcel) => parcel.walk(),
            Records::Inline(run) => run.walk(),
        }
    }
}

impl Drop for Received<'_> {
    fn drop(&mut self) {
        let state = match self.records.take() {
            Some(Records::Block(parcel)) => {
                // SAFETY: the slot is still ours.
                unsafe { self.slot.put_pointer(parcel.finish().into_raw()) };
                RETURNED
            }
            inline => {
                drop(inline);
                EMPTY
            }
        };
        // Ordering: pairs with the sender's acquire; our use of the data is over.
        self.slot.state.store(state, Ordering::Release);
    }
}

#[cfg(all(test, not(callboard_loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering as Counter};
    use std::time::Duration;

    use super::*;
    use crate::address::Target;
    use crate::record::{Class, Delivery, Letters};

    struct Counted(u64, Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.1.fetch_add(1, Counter::Relaxed);
        }
    }

    fn delivery() -> Delivery<Counted> {
        static LETTERS: Letters = Letters::of::<Counted, Counted>(Class::Message, Duration::ZERO);
        // SAFETY: the letters are for this type.
        unsafe { Delivery::new(&LETTERS) }
    }

    /// Sends `records`, flushing at odd moments, and checks what arrives at the other end.
    #[test]
    fn d4_a_lane_keeps_order_inline_and_by_block() {
        let records: u64 = if cfg!(miri) { 700 } else { 200_000 };
        let drops = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = lane();
        let sent = drops.clone();
        let sends = std::thread::spawn(move || {
            let stock = Stock::default();
            let queue = RecordQueue::new();
            let target = Target::new(1, 1);
            for value in 0..records {
                if !queue.has_room(64) {
                    push(&sender, &queue, &stock);
                }
                queue.append(delivery(), target, Counted(value, sent.clone()), &stock);
                if value % 97 < 3 {
                    while !sender.send_inline(&queue, &stock) && !queue.is_empty() {
                        push(&sender, &queue, &stock);
                    }
                }
            }
            push(&sender, &queue, &stock);
        });
        let mut next = 0;
        while next < records {
            let Some(mut parcel) = receiver.receive() else {
                std::thread::yield_now();
                continue;
            };
            let mut walk = parcel.walk();
            while let Some(record) = walk.next() {
                let Ok(counted) = record.take(delivery()) else { unreachable!("one type") };
                assert_eq!(counted.0, next);
                next += 1;
            }
        }
        sends.join().expect("the sender sends all");
        assert_eq!(drops.load(Counter::Relaxed) as u64, records);
    }

    /// Sends a block, waiting for room.
    fn push(sender: &LaneSender, queue: &RecordQueue, stock: &Stock) {
        let mut parcel = queue.take_parcel();
        while let Some(full) = parcel {
            parcel = sender.send_parcel(full, stock).err();
            std::thread::yield_now();
        }
    }

    #[test]
    fn m6_what_a_lane_still_carries_is_dropped_once() {
        let drops = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = lane();
        let (stock, queue) = (Stock::default(), RecordQueue::new());
        let target = Target::new(1, 1);
        for inline in [true, false, true] {
            queue.append(delivery(), target, Counted(0, drops.clone()), &stock);
            if inline {
                assert!(sender.send_inline(&queue, &stock));
            } else {
                push(&sender, &queue, &stock);
            }
        }
        let mut parcel = receiver.receive().expect("a parcel has arrived");
        assert!(parcel.walk().next().expect("it holds one record").discard());
        assert!(parcel.walk().next().is_none());
        drop(parcel);
        drop((sender, receiver));
        assert_eq!(drops.load(Counter::Relaxed), 3);
    }
}

/// What the model checker sees of a lane: every order in which its two ends can meet.
#[cfg(all(test, callboard_loom))]
pub(super) mod model {
    use std::time::Duration;

    use super::*;
    use crate::address::Target;
    use crate::record::{Class, Delivery, Letters};

    pub(in crate::shard) fn delivery() -> Delivery<u64> {
        static LETTERS: Letters = Letters::of::<u64, u64>(Class::Message, Duration::ZERO);
        // SAFETY: the letters are for this type.
        unsafe { Delivery::new(&LETTERS) }
    }

    /// More parcels than the lane has slots, inline and by block, arrive whole and in order; the second block goes by the slot
    /// in which the first comes back.
    #[test]
    fn d4_a_slot_changes_hands_in_any_order() {
        loom::model(|| {
            let (sender, receiver) = lane();
            // The checker does not see that the first use makes the slots only once.
            assert!(sender.free_slot(&Stock::default()).is_some());
            let sends = loom::thread::spawn(move || {
                let (stock, queue) = (Stock::default(), RecordQueue::new());
                for value in 0..4 {
                    queue.append(delivery(), Target::new(1, 1), value, &stock);
                    if value % 2 == 1 {
                        let mut parcel = queue.take_parcel();
                        while let Some(full) = parcel {
                            parcel = sender.send_parcel(full, &stock).err();
                            loom::thread::yield_now();
                        }
                    }
                    while !queue.is_empty() && !sender.send_inline(&queue, &stock) {
                        loom::thread::yield_now();
                    }
                }
            });
            let mut next = 0;
            while next < 4 {
                match receiver.receive() {
                    None => loom::thread::yield_now(),
                    Some(mut parcel) => {
                        let mut walk = parcel.walk();
                        while let Some(record) = walk.next() {
                            assert_eq!(record.take(delivery()).ok(), Some(next));
                            next += 1;
                        }
                    }
                }
            }
            sends.join().expect("the sender sends all");
        });
    }
}
