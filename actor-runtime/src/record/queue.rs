//! UNSAFE. The record queue: a chain of blocks, appended at one end and taken at the other.
//!
//! ```text
//!  first block            next block
//!  | record | record | JUMP ----> | record | record |
//!           ^ head                                  ^ tail      ^ limit
//! ```
//!
//! A JUMP is a header whose slot is `u32::MAX` and whose value is the next block's address, or null at the
//! end of a parcel. The last bytes of a block always have room for one.
//!
//! Invariants:
//!
//! 1. `head` and `tail` lie in blocks of the chain that begins with `first`; from `head` to `tail`, by
//!    way of the JUMPs, lie whole records, each written with its letter and not yet taken.
//! 2. `tail <= limit`, and at least a JUMP fits behind `limit` in the block. Bounds are compared as
//!    addresses, never by moving a pointer past its block.
//! 3. The [`Reader`], and the [`Walk`] of a parcel or a run, advances past a record before it hands it out,
//!    so no record is handed out twice; the memory of a record handed out stays until it is asked for the
//!    next. Where it is when it is dropped is where the next one begins. So does a [`Row`], whose walk goes on
//!    where it ends.
//! 4. A block is given back only when the reader has passed its JUMP (so after the last record in it
//!    was taken, by 3).
//! 5. An [`Arrived`] owns the value of one record and is consumed by exactly one of: taking the value,
//!    moving it to another queue, dropping it.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};

use super::Header;
use super::block::{Block, Stock};
use super::delivery::{Class, Delivery, Letter, put_value, record_size, take_value};
use crate::address::Target;

const JUMP: u32 = u32::MAX;
const JUMP_BYTES: usize = size_of::<Header>() + size_of::<*mut u8>();

/// The longest record, in bytes: what a lane's slot and the smallest block must be able to take.
const HEADER_BYTES: usize = size_of::<Header>();

/// Where the next record is written: `tail`, and the `limit` it must not pass.
///
/// It is apart from its queue because a shard's own lies in a thread-local while the shard turns.
pub(crate) struct Cursor {
    tail: Cell<*mut u8>,
    limit: Cell<*mut u8>,
    /// How many blocks the chain has.
    blocks: Cell<u32>,
}

impl Cursor {
    /// A cursor without a block: the first record asks for one.
    pub(crate) const fn new() -> Self {
        Self {
            tail: Cell::new(ptr::null_mut()),
            limit: Cell::new(ptr::null_mut()),
            blocks: Cell::new(0),
        }
    }

    pub(crate) fn swap(&self, other: &Self) {
        self.tail.swap(&other.tail);
        self.limit.swap(&other.limit);
        self.blocks.swap(&other.blocks);
    }

    fn is_at(&self, at: *mut u8) -> bool {
        self.tail.get() == at
    }

    /// Whether a record of `bytes` fits into the present block.
    #[inline(always)]
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.tail.get().addr() + bytes <= self.limit.get().addr()
    }

    /// Appends a record. A cursor that has no room takes a block from `more`; one without any block is
    /// only given a first one by its queue.
    #[inline(always)]
    pub(crate) fn append<M>(
        &self,
        delivery: Delivery<M>,
        target: Target,
        value: M,
        more: impl FnOnce() -> Block,
    ) {
        let size = const { record_size::<M>() };
        let mut at = self.tail.get();
        if !self.has_room(size) {
            at = self.grow(more());
        }
        // SAFETY: an address within a block is not null.
        let record = unsafe { NonNull::new_unchecked(at) };
        // SAFETY: `at..at + size` lies before `limit` in the block (invariant 2), and nobody reads at or
        // past `tail`, which moves last, so no half-written record is ever seen (U6); the test
        // `behaves_as_a_deque` runs over the edges under Miri.
        unsafe { write(record, delivery, target, value) };
        // SAFETY: still inside the block.
        self.tail.set(unsafe { at.add(size) });
    }

    /// Ends the present block with a JUMP to `block` and goes on there.
    #[cold]
    #[inline(never)]
    fn grow(&self, block: Block) -> *mut u8 {
        self.begin(block, true)
    }

    fn begin(&self, block: Block, jump: bool) -> *mut u8 {
        let bytes = block.bytes();
        let at = block.into_raw().as_ptr();
        if jump {
            self.jump_to(at);
        }
        self.tail.set(at);
        self.blocks.set(self.blocks.get() + 1);
        // SAFETY: `bytes` is the block's length, which is more than a JUMP.
        self.limit.set(unsafe { at.add(bytes - JUMP_BYTES) });
        at
    }

    /// Writes a JUMP at the tail.
    fn jump_to(&self, next: *mut u8) {
        let tail = self.tail.get();
        debug_assert!(!tail.is_null(), "a queue gives its cursor the first block");
        let header = Header { letter: ptr::null(), target: Target::new(JUMP, 0) };
        // SAFETY: invariant 2: a JUMP fits behind the limit.
        unsafe { tail.cast::<Header>().write(header) };
        // SAFETY: the same.
        let value = unsafe { tail.add(HEADER_BYTES) };
        // SAFETY: the same.
        unsafe { value.cast::<*mut u8>().write(next) };
    }
}

/// A chain of blocks with records: a shard's own queue, an outbox, a backlog.
pub(crate) struct RecordQueue {
    first: Cell<*mut u8>,
    first_is_small: Cell<bool>,
    head: Cell<*mut u8>,
    cursor: Cursor,
    reading: Cell<bool>,
}

impl RecordQueue {
    /// An empty queue without memory.
    pub(crate) const fn new() -> Self {
        Self {
            first: Cell::new(ptr::null_mut()),
            first_is_small: Cell::new(false),
            head: Cell::new(ptr::null_mut()),
            cursor: Cursor::new(),
            reading: Cell::new(false),
        }
    }

    /// Gives the queue its first block, unless it has one.
    pub(crate) fn begin(&self, block: impl FnOnce() -> Block) {
        if self.first.get().is_null() {
            let block = block();
            self.first_is_small.set(block.bytes() == super::block::SMALL_BLOCK);
            let at = self.cursor.begin(block, false);
            self.first.set(at);
            self.head.set(at);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cursor.is_at(self.head.get())
    }

    /// The same, for a queue whose cursor is elsewhere at the moment.
    pub(crate) fn is_empty_with(&self, cursor: &Cursor) -> bool {
        cursor.is_at(self.head.get())
    }

    pub(crate) fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// Appends a record, in a block from `stock` if need be.
    #[inline]
    pub(crate) fn append<M>(&self, delivery: Delivery<M>, target: Target, value: M, stock: &Stock) {
        self.begin(|| stock.take());
        self.cursor.append(delivery, target, value, || stock.take());
    }

    /// A reader of the queue; there is one at a time.
    ///
    /// # Panics
    ///
    /// If there is one already: a turn within a turn.
    pub(crate) fn reader<'q>(&'q self, stock: &'q Stock) -> Reader<'q> {
        self.reader_with(&self.cursor, stock)
    }

    /// The same, for a queue whose cursor is elsewhere at the moment.
    pub(crate) fn reader_with<'q>(&'q self, cursor: &'q Cursor, stock: &'q Stock) -> Reader<'q> {
        assert!(!self.reading.replace(true), "a record queue has one reader at a time");
        Reader { queue: self, cursor, stock, head: self.head.get() }
    }

    /// Whether a record of `bytes` fits into the present block.
    #[inline]
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.cursor.has_room(bytes)
    }

    /// Hands over the block of a queue that never grew past one; none if it holds no record.
    pub(crate) fn take_parcel(&self) -> Option<Parcel> {
        if self.is_empty() {
            return None;
        }
        debug_assert!(!self.first_is_small.get(), "an outbox begins with a whole block");
        debug_assert!(self.head.get() == self.first.get(), "an outbox is never read");
        self.cursor.jump_to(ptr::null_mut());
        self.take_block().map(Parcel::of)
    }

    /// Takes the only block away and leaves the queue as new.
    fn take_block(&self) -> Option<Block> {
        let none = ptr::null_mut();
        self.head.set(none);
        self.cursor.tail.set(none);
        self.cursor.limit.set(none);
        self.cursor.blocks.set(0);
        let first = NonNull::new(self.first.replace(none))?;
        // SAFETY: the block was the queue's (invariant 1), which has just forgotten it.
        Some(unsafe { Block::from_raw(first, self.first_is_small.replace(false)) })
    }

    /// The bytes of all records if they lie in one block and are at most `most`, and forgets them: they
    /// are the caller's to deliver. Answers none if there are no records or too many.
    pub(crate) fn take_bytes(&self, into: &mut [MaybeUninit<u64>]) -> Option<usize> {
        let (head, tail) = (self.head.get(), self.cursor.tail.get());
        let bytes = tail.addr().wrapping_sub(head.addr());
        if head.is_null() || bytes == 0 || bytes > size_of_val(into) || self.first.get() != head {
            return None;
        }
        let words = bytes / size_of::<u64>();
        // SAFETY: `head..tail` lies within one block, since it is shorter than `into` and `head` is the
        // block's start; records are whole multiples of 8 bytes; the two do not overlap. Copied as
        // `MaybeUninit`, padding and pointers keep what they are.
        unsafe { ptr::copy_nonoverlapping(head.cast(), into.as_mut_ptr(), words) };
        self.cursor.tail.set(head);
        Some(bytes)
    }

    /// How many records the queue holds, whose cursor is elsewhere at the moment: exact if at most `most`,
    /// else an estimate by the bytes they take.
    pub(crate) fn len_with(&self, cursor: &Cursor, most: u64) -> u64 {
        let (mut at, mut block) = (self.head.get(), self.first.get());
        let (mut records, mut bytes, mut passed) = (0, 0, 0);
        while records < most {
            if cursor.is_at(at) {
                return records;
            }
            match Raw(at).letter() {
                None => {
                    at = Raw(at).jump();
                    block = at;
                    passed += 1;
                }
                Some(letter) => {
                    // SAFETY: the record is that long (invariant 1).
                    at = unsafe { at.add(letter.size()) };
                    records += 1;
                    bytes += letter.size() as u64;
                }
            }
        }
        let whole = |blocks: u32| u64::from(blocks) * super::block::BLOCK as u64;
        let into = |at: *mut u8, block: usize| at.addr().wrapping_sub(block) as u64;
        // Where the last block begins, be it a whole one; a first one that is small hardly counts.
        let last = cursor.limit.get().addr() + JUMP_BYTES - super::block::BLOCK;
        let left = (whole(cursor.blocks.get() - 1 - passed) + into(cursor.tail.get(), last))
            .saturating_sub(into(at, block.addr()));
        records + left * records / bytes.max(1)
    }

    /// Gives back the block that is left when every record was taken.
    pub(crate) fn give_back(&self, stock: &Stock) {
        debug_assert!(self.is_empty(), "its records were taken");
        if let Some(block) = self.take_block() {
            stock.put(block);
        }
    }

    /// Drops every record, each value's panic apart, and counts them.
    pub(crate) fn clear(&self, stock: &Stock, mut each: impl FnMut(&'static Letter)) {
        let mut reader = self.reader(stock);
        while let Some(record) = reader.next() {
            each(record.letter());
            record.discard();
        }
    }
}

impl Default for RecordQueue {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for RecordQueue {
    fn drop(&mut self) {
        self.clear(&Stock::default(), |_| {});
        // Read to the end, the chain is one block, or none.
        drop(self.take_block());
    }
}

/// A place where a whole record or a JUMP lies.
#[derive(Clone, Copy)]
struct Raw(*mut u8);

impl Raw {
    fn header(self) -> Header {
        // SAFETY: only made for places that hold a header (invariant 1).
        unsafe { self.0.cast::<Header>().read() }
    }

    #[inline(always)]
    fn head(self) -> Head {
        let Header { letter, target } = self.header();
        Head { letter, target }
    }

    /// The record's letter, or none for a JUMP.
    fn letter(self) -> Option<&'static Letter> {
        // SAFETY: a letter is `'static`; a JUMP has null.
        unsafe { self.header().letter.as_ref() }
    }

    /// Where a JUMP leads.
    fn jump(self) -> *mut u8 {
        // SAFETY: a JUMP has a pointer behind its header.
        let value = unsafe { self.0.add(HEADER_BYTES) };
        // SAFETY: the same.
        unsafe { value.cast::<*mut u8>().read() }
    }
}

/// Takes records off the head of a queue.
///
/// The head is the reader's own while it reads, so that it stays in a register: what comes next hangs on
/// it for every record.
pub(crate) struct Reader<'q> {
    queue: &'q RecordQueue,
    cursor: &'q Cursor,
    stock: &'q Stock,
    head: *mut u8,
}

impl Reader<'_> {
    /// The next record.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<Arrived<'_>> {
        loop {
            let at = self.head;
            if self.cursor.is_at(at) {
                return None;
            }
            let Some(letter) = Raw(at).letter() else {
                self.head = follow(self.queue, self.cursor, self.stock, Raw(at).jump());
                continue;
            };
            // SAFETY: the record is that long; the next header, or the tail, follows it.
            self.head = unsafe { at.add(letter.size()) };
            // SAFETY: `at` is not null.
            let at = unsafe { NonNull::new_unchecked(at) };
            return Some(Arrived { at, reader: PhantomData });
        }
    }

    /// What the next two records have in common, if there are two in a row.
    #[inline(always)]
    pub(crate) fn begins_row(&self) -> Option<Head> {
        let at = self.head;
        if self.cursor.is_at(at) {
            return None;
        }
        let letter = Raw(at).letter()?;
        // SAFETY: the record is that long; the next header, or the tail, follows it.
        let next = unsafe { at.add(letter.size()) };
        let head = Raw(at).head();
        (!self.cursor.is_at(next) && Raw(next).head() == head).then_some(head)
    }

    /// Shows the next record, which stays where it is. `look` does not panic.
    pub(crate) fn peek<R>(&mut self, look: impl FnOnce(&Arrived<'_>) -> R) -> Option<R> {
        let record = ManuallyDrop::new(self.next()?);
        let looked = look(&record);
        let at = record.at;
        self.head = at.as_ptr();
        Some(looked)
    }

    /// What is ahead.
    #[inline(always)]
    pub(crate) fn rest(&self) -> Rest<'_> {
        Rest { at: self.head, cursor: self.cursor }
    }

    /// Shows the targets of records ahead to `each`, up to `most` of them, each record's once; does nothing
    /// while more than half of so many have been shown and not yet taken.
    #[inline]
    pub(crate) fn look_ahead(&self, ahead: &mut Ahead, most: u32, mut each: impl FnMut(Target)) {
        if ahead.records > most / 2 {
            return;
        }
        if ahead.records == 0 {
            ahead.at = self.head;
        }
        while ahead.records < most && !self.cursor.is_at(ahead.at) {
            let record = Raw(ahead.at);
            match record.letter() {
                None => ahead.at = record.jump(),
                Some(letter) => {
                    each(record.header().target);
                    // SAFETY: the record is that long (invariant 1).
                    ahead.at = unsafe { ahead.at.add(letter.size()) };
                    ahead.records += 1;
                }
            }
        }
    }
}

impl InRows for Reader<'_> {
    /// Of what lies in the block that is read, and was there before.
    #[inline(always)]
    fn row<R>(&mut self, head: Head, most: u32, take: impl FnOnce(&mut Row<'_>) -> R) -> (R, u32) {
        // A block that is not the last ends with a JUMP.
        let is_last = self.cursor.blocks.get() == 1;
        let end = if is_last { self.cursor.tail.get() } else { ptr::null_mut() };
        // SAFETY: a reader has an address of the block that it reads, once it has taken a record.
        let began = unsafe { NonNull::new_unchecked(self.head) };
        let mut row = Row::new(began, end, head, most);
        let result = take(&mut row);
        self.head = row.at.as_ptr();
        (result, row.taken_from(began))
    }
}

/// Passes a JUMP: gives the block it ends back, and answers where the next begins.
#[cold]
#[inline(never)]
fn follow(queue: &RecordQueue, cursor: &Cursor, stock: &Stock, next: *mut u8) -> *mut u8 {
    cursor.blocks.set(cursor.blocks.get() - 1);
    let small = queue.first_is_small.replace(false);
    let first = NonNull::new(queue.first.replace(next)).expect("a read block has a start");
    // SAFETY: the reader has passed the block's JUMP (invariant 4), and the queue forgot it.
    stock.put(unsafe { Block::from_raw(first, small) });
    next
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.queue.head.set(self.head);
        self.queue.reading.set(false);
    }
}

/// The records that a reader has not taken. By value, so that the reader's own head needs no address.
#[derive(Clone, Copy)]
pub(crate) struct Rest<'q> {
    at: *mut u8,
    cursor: &'q Cursor,
}

impl Rest<'_> {
    /// Whether a record has a target and a class of which `test` says so. Of more than `most` records one is taken to.
    pub(crate) fn may_hold(self, most: u32, test: impl Fn(Target, Class) -> bool) -> bool {
        let mut at = self.at;
        for _ in 0..most {
            if self.cursor.is_at(at) {
                return false;
            }
            let record = Raw(at);
            at = match record.letter() {
                None => record.jump(),
                Some(letter) if test(record.header().target, letter.class()) => return true,
                // SAFETY: the record is that long (invariant 1).
                Some(letter) => unsafe { at.add(letter.size()) },
            };
        }
        true
    }
}

/// How far a look ahead has come: what [`Reader::look_ahead`] goes on from.
pub(crate) struct Ahead {
    at: *mut u8,
    /// Records shown and not yet taken.
    records: u32,
}

impl Ahead {
    pub(crate) const fn new() -> Self {
        Self { at: ptr::null_mut(), records: 0 }
    }

    /// Says that a record was taken.
    pub(crate) fn passed(&mut self) {
        self.records = self.records.saturating_sub(1);
    }
}

/// A record that was taken off its queue: it owns the value, which still lies where it was.
#[must_use = "a record is delivered, moved or discarded"]
pub(crate) struct Arrived<'r> {
    at: NonNull<u8>,
    reader: PhantomData<&'r mut ()>,
}

impl Arrived<'_> {
    #[inline(always)]
    fn header(&self) -> Header {
        Raw(self.at.as_ptr()).header()
    }

    #[inline(always)]
    pub(crate) fn letter(&self) -> &'static Letter {
        // SAFETY: a record, no JUMP, so its letter is a `'static` reference.
        unsafe { &*self.header().letter }
    }

    #[inline(always)]
    pub(crate) fn target(&self) -> Target {
        self.header().target
    }

    #[inline(always)]
    pub(crate) fn head(&self) -> Head {
        Raw(self.at.as_ptr()).head()
    }

    /// Where the value lies.
    #[inline(always)]
    pub(crate) fn value(&self) -> NonNull<u8> {
        // SAFETY: the value part begins behind the header.
        unsafe { self.at.add(HEADER_BYTES) }
    }

    /// Gives the value up to the caller, as the address of where it lies.
    #[inline(always)]
    pub(crate) fn into_value(self) -> NonNull<u8> {
        ManuallyDrop::new(self).value()
    }

    /// Takes the value out, if it is what this delivery is for.
    pub(crate) fn take<M>(self, delivery: Delivery<M>) -> Result<M, Self> {
        if !delivery.letter().is(self.letter()) {
            return Err(self);
        }
        // SAFETY: letters that mean the same are for the same type; the value is ours (invariant 5).
        Ok(unsafe { take_value::<M>(self.into_value()) })
    }

    /// Drops the value. A panic of its destructor ends here, and is answered by `false`.
    pub(crate) fn discard(self) -> bool {
        let letter = self.letter();
        let value = self.into_value();
        // SAFETY: the value was written with this letter and is ours (invariant 5).
        let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { letter.drop_value(value) }));
        dropped.map_err(forget_payload).is_ok()
    }

    /// Moves the record, as it is, to the end of another queue.
    /// A queue without a block begins with a small one.
    pub(crate) fn move_to(self, queue: &RecordQueue, stock: &Stock) {
        let size = self.letter().size();
        queue.begin(|| stock.small());
        let cursor = &queue.cursor;
        let mut to = cursor.tail.get();
        if !cursor.has_room(size) {
            to = cursor.grow(stock.take());
        }
        let from = ManuallyDrop::new(self).at;
        let words = size / size_of::<u64>();
        // SAFETY: `from` holds a whole record of `size` bytes, a multiple of 8; `to` has that much room
        // before the limit; they lie in different blocks. The value now lives there (invariant 5).
        unsafe {
            ptr::copy_nonoverlapping(from.as_ptr().cast::<MaybeUninit<u64>>(), to.cast(), words);
        }
        // SAFETY: still inside the block.
        cursor.tail.set(unsafe { to.add(size) });
    }
}

impl Drop for Arrived<'_> {
    fn drop(&mut self) {
        // Nobody took the value: a bug of ours that must not also leak or lose count.
        let record = Arrived { at: self.at, reader: PhantomData };
        debug_assert!(std::thread::panicking(), "a record was neither delivered nor discarded");
        record.discard();
    }
}

/// Drops a panic's payload; one that panics itself is forgotten (U5).
pub(crate) fn forget_payload(payload: Box<dyn std::any::Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

/// A block of records on its way to another shard, or a run of them in a lane's slot.
///
/// Dropping it drops the records that were not taken.
pub(crate) struct Parcel {
    block: ManuallyDrop<Block>,
    at: NonNull<u8>,
}

// SAFETY: a parcel owns its block and the values in it, and every value of a record is `Send`
// (`Letters::of` asks for it).
unsafe impl Send for Parcel {}

impl Parcel {
    /// A block whose records end with a JUMP to null.
    fn of(block: Block) -> Self {
        let at = block.at();
        Self { block: ManuallyDrop::new(block), at }
    }

    /// Takes the records, one after the other.
    #[inline(always)]
    pub(crate) fn walk(&mut self) -> Walk<'_> {
        Walk { at: self.at, end: ptr::null_mut(), place: &mut self.at }
    }

    /// Gives the block back, once every record was taken.
    pub(crate) fn finish(mut self) -> Block {
        self.discard();
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, nor dropped.
        unsafe { ManuallyDrop::take(&mut this.block) }
    }

    fn discard(&mut self) {
        let mut records = self.walk();
        while let Some(record) = records.next() {
            record.discard();
        }
    }

    /// Splits the parcel into what a lane can carry; it comes back by [`from_raw`](Self::from_raw).
    pub(crate) fn into_raw(self) -> NonNull<u8> {
        let this = ManuallyDrop::new(self);
        debug_assert!(this.at == this.block.at(), "a parcel travels before it is read");
        this.at
    }

    /// # Safety
    ///
    /// `at` came from `into_raw` and is used once.
    pub(crate) unsafe fn from_raw(at: NonNull<u8>) -> Self {
        // SAFETY: passed on from the caller; outboxes have whole blocks only.
        Self::of(unsafe { Block::from_raw(at, false) })
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        self.discard();
        // SAFETY: dropped once, here; `finish` does not come this way.
        unsafe { ManuallyDrop::drop(&mut self.block) }
    }
}

/// Records that lie in a row in memory lent by a lane's slot.
///
/// Dropping it drops the records that were not taken.
pub(crate) struct Run<'s> {
    at: NonNull<u8>,
    end: *mut u8,
    slot: PhantomData<&'s mut ()>,
}

impl Run<'_> {
    /// # Safety
    ///
    /// `bytes` bytes from `at` on are what `take_bytes` gave, not yet taken, for as long as the run lives.
    pub(crate) unsafe fn new(at: NonNull<u8>, bytes: usize) -> Self {
        // SAFETY: the bytes are there.
        let end = unsafe { at.as_ptr().add(bytes) };
        Self { at, end, slot: PhantomData }
    }

    /// Takes the records, one after the other.
    #[inline(always)]
    pub(crate) fn walk(&mut self) -> Walk<'_> {
        Walk { at: self.at, end: self.end, place: &mut self.at }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        let mut records = self.walk();
        while let Some(record) = records.next() {
            record.discard();
        }
    }
}

/// Takes the records of a parcel or a run.
///
/// As for the [`Reader`] of a queue, the place of the next is its own meanwhile, in a register.
pub(crate) struct Walk<'p> {
    at: NonNull<u8>,
    /// Where a run ends; null for a parcel, whose end is a JUMP.
    end: *mut u8,
    place: &'p mut NonNull<u8>,
}

impl Walk<'_> {
    /// The next record.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<Arrived<'_>> {
        let at = self.at;
        if at.as_ptr() == self.end {
            return None;
        }
        let letter = Raw(at.as_ptr()).letter()?;
        // SAFETY: the record is that long; another, the end or the final JUMP follows.
        self.at = unsafe { at.add(letter.size()) };
        Some(Arrived { at, reader: PhantomData })
    }

    /// Whether the next record has this head.
    #[inline(always)]
    pub(crate) fn is_next(&self, head: Head) -> bool {
        let at = self.at.as_ptr();
        at != self.end && Raw(at).head() == head
    }
}

impl InRows for Walk<'_> {
    #[inline(always)]
    fn row<R>(&mut self, head: Head, most: u32, take: impl FnOnce(&mut Row<'_>) -> R) -> (R, u32) {
        let mut row = Row::new(self.at, self.end, head, most);
        let result = take(&mut row);
        let taken = row.taken_from(self.at);
        self.at = row.at;
        (result, taken)
    }
}

impl Drop for Walk<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        *self.place = self.at;
    }
}

/// What records have in common that hold the same type of value for the same actor.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Head {
    letter: *const Letter,
    target: Target,
}

impl Head {
    #[inline(always)]
    pub(crate) fn target(self) -> Target {
        self.target
    }

    /// The letter: to compare, no more.
    #[inline(always)]
    pub(crate) fn letter(self) -> *const Letter {
        self.letter
    }
}

/// Whatever reads records that may lie in rows.
pub(crate) trait InRows {
    /// Shows what follows to `take`, as far as it has this head, which the record taken last had, and at most so many.
    /// Answers how many were taken. `take` does not panic.
    fn row<R>(&mut self, head: Head, most: u32, take: impl FnOnce(&mut Row<'_>) -> R) -> (R, u32);
}

/// Records with one head that lie one behind the other. Where the next begins hangs on nothing that is read, so the
/// processor fetches several at a time.
pub(crate) struct Row<'r> {
    at: NonNull<u8>,
    /// The address at which the row ends at the latest. A JUMP ends it before, which has no head of a record.
    end: usize,
    head: Head,
    size: usize,
    records: PhantomData<&'r mut ()>,
}

impl Row<'_> {
    /// The records from here on, up to `end` or a JUMP, that have this head, which is one of a record.
    #[inline(always)]
    fn new(at: NonNull<u8>, end: *mut u8, head: Head, most: u32) -> Self {
        // SAFETY: the head of a record, no JUMP, so its letter is a `'static` reference.
        let size = unsafe { &*head.letter }.size();
        let most = at.addr().get() + most as usize * size;
        let end = if end.is_null() { most } else { most.min(end.addr()) };
        Self { at, end, head, size, records: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// How many were taken, if it began there.
    #[inline(always)]
    fn taken_from(&self, began: NonNull<u8>) -> u32 {
        let bytes = self.at.addr().get() - began.addr().get();
        (bytes / self.size) as u32
    }

    /// Takes the records, one after the other.
    #[inline(always)]
    pub(crate) fn records(&mut self) -> Records<'_> {
        let Self { at, end, head, size, .. } = *self;
        Records { at, end, head, size, place: &mut self.at }
    }
}

/// Takes the records of a row. What it compares by is its own, in registers; where the next lies its row knows too,
/// before what was taken is used.
pub(crate) struct Records<'r> {
    at: NonNull<u8>,
    end: usize,
    head: Head,
    size: usize,
    place: &'r mut NonNull<u8>,
}

impl Records<'_> {
    /// The value of the next, if there is one more, which is the caller's. It lies here until the row is gone.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<NonNull<u8>> {
        let at = self.at;
        if at.addr().get() == self.end || Raw(at.as_ptr()).head() != self.head {
            return None;
        }
        // SAFETY: the record is that long; another, the end or a JUMP follows.
        self.at = unsafe { at.add(self.size) };
        *self.place = self.at;
        // SAFETY: the value part begins behind the header.
        Some(unsafe { at.add(HEADER_BYTES) })
    }
}

/// The words of a record that lies in its [`Loose`] itself.
const LOOSE_WORDS: usize = 8;

/// The words of the longest record.
const LONGEST_WORDS: usize = 34;

type Words<const N: usize> = [MaybeUninit<u64>; N];

/// One record on its own: what a thread outside the system sends, and what a timer brings.
///
/// Dropping it drops the value, if the record was not taken.
pub(crate) struct Loose {
    short: Short,
    /// Where the record lies if it is long.
    long: Option<Box<Words<LONGEST_WORDS>>>,
    left: Left,
}

/// Whether a record was taken: in a word, so that it is moved with what lies beside it.
#[derive(Clone, Copy, PartialEq)]
#[repr(u64)]
enum Left {
    Nothing,
    Record,
}

/// Moved in words of 16 bytes, from whatever it is a part of: else a move reads across what the move before wrote,
/// for which the processor waits.
#[repr(align(16))]
struct Short(#[expect(dead_code, reason = "reached by its address")] Words<LOOSE_WORDS>);

// SAFETY: a loose record owns its value, and every value of a record is `Send` (`Letters::of` asks for it).
unsafe impl Send for Loose {}

impl Loose {
    /// A record on its own.
    #[inline]
    pub(crate) fn new<M: Send>(delivery: Delivery<M>, target: Target, value: M) -> Self {
        const { assert!(record_size::<M>() <= size_of::<Words<LONGEST_WORDS>>(), "it fits") }
        let is_long = const { record_size::<M>() > size_of::<Short>() };
        let long = is_long.then(|| Box::new([MaybeUninit::uninit(); LONGEST_WORDS]));
        let short = Short([MaybeUninit::uninit(); LOOSE_WORDS]);
        let mut loose = Self { short, long, left: Left::Nothing };
        // SAFETY: the words have room for the record, and nobody else sees them.
        unsafe { write(loose.at(), delivery, target, value) };
        loose.left = Left::Record;
        loose
    }

    fn at(&mut self) -> NonNull<u8> {
        match &mut self.long {
            None => NonNull::from(&mut self.short).cast(),
            Some(long) => NonNull::from(&mut **long).cast(),
        }
    }

    /// Takes the record, once.
    pub(crate) fn take(&mut self) -> Option<Arrived<'_>> {
        let left = std::mem::replace(&mut self.left, Left::Nothing);
        (left == Left::Record).then(|| Arrived { at: self.at(), reader: PhantomData })
    }

    /// Drops the value. A panic of its destructor goes on.
    pub(crate) fn let_go(mut self) {
        if let Some(record) = self.take() {
            let letter = record.letter();
            let value = record.into_value();
            // SAFETY: the value was written with this letter and is ours (invariant 5).
            unsafe { letter.drop_value(value) };
        }
    }
}

impl Drop for Loose {
    fn drop(&mut self) {
        if let Some(record) = self.take() {
            record.discard();
        }
    }
}

/// Writes a record.
///
/// # Safety
///
/// From `at` on there are `record_size::<M>()` bytes, aligned as a header is, that nobody else sees.
#[inline(always)]
unsafe fn write<M>(at: NonNull<u8>, delivery: Delivery<M>, target: Target, value: M) {
    let header = Header { letter: delivery.letter(), target };
    // SAFETY: passed on from the caller.
    unsafe { at.cast::<Header>().write(header) };
    // SAFETY: the same; the value part begins behind the header.
    let value_at = unsafe { at.add(HEADER_BYTES) };
    // SAFETY: the same. A boxed value allocates before it is written.
    unsafe { put_value(value_at, value) };
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::*;
    use crate::config;
    use crate::record::delivery::delivery;
    use crate::record::model::{self, Counted, append, target, value_of};

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 8 } else { 256 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn behaves_as_a_deque(steps in prop::collection::vec(any::<u8>(), 0..if cfg!(miri) { 12 } else { 60 })) {
            model::check(&steps);
        }
    }

    #[test]
    fn looking_ahead_shows_each_record_once_and_in_order() {
        let stock = Stock::default();
        let queue = RecordQueue::new();
        let records: u32 = if cfg!(miri) { 1_500 } else { 5_000 };
        for value in 0..records {
            queue.append(delivery!(u64), target(value), u64::from(value), &stock);
        }
        let mut reader = queue.reader(&stock);
        let (mut shown, mut ahead) = (Vec::new(), Ahead::new());
        for value in 0..records {
            reader.look_ahead(&mut ahead, 64, |target| shown.push(target.slot()));
            ahead.passed();
            assert!(shown.len() as u32 > value, "what is taken was shown before");
            let record = reader.next().expect("a record for each");
            assert_eq!(value_of(record), (0, u64::from(value)));
        }
        assert_eq!(shown, (0..records).collect::<Vec<_>>());
    }

    #[test]
    fn the_length_of_a_short_queue_is_exact_and_that_of_a_long_one_near() {
        let stock = Stock::default();
        let queue = RecordQueue::new();
        queue.begin(|| stock.take());
        let says = |records: u64| {
            // Each look counts 64.
            if records <= 66 || records.is_multiple_of(97) {
                let (len, near) = (queue.len_with(&queue.cursor, 64), 64 + records / 50);
                let off = len.abs_diff(records);
                assert!(off == 0 || records > 64 && off <= near, "{len} for {records}");
            }
        };
        let records: u64 = if cfg!(miri) { 1_500 } else { 20_000 };
        for value in 0..records {
            says(value);
            queue.append(delivery!(u64), target(value as u32), value, &stock);
        }
        let all = stock.bytes();
        for left in (0..records).rev() {
            drop(queue.reader(&stock).next().expect("a record").take(delivery!(u64)));
            says(left);
        }
        assert_eq!(stock.bytes(), all, "free blocks are kept");
        queue.give_back(&stock);
        assert_eq!(queue.cursor.blocks.get(), 0);
    }

    #[test]
    fn a_stock_counts_what_it_gave_and_did_not_get_back() {
        let stock = Stock::default();
        let (small, whole) = (stock.small(), stock.take());
        assert_eq!(stock.bytes(), small.bytes() + whole.bytes());
        let all = stock.bytes();
        stock.put(small);
        stock.put(whole);
        assert_eq!(stock.bytes(), all, "both are kept");
        drop((stock.small(), stock.take()));
        assert_eq!(stock.bytes(), all, "they were not given back");
        let many: Vec<_> = (0..=config::STOCK_SMALL_BLOCKS).map(|_| stock.small()).collect();
        let all = stock.bytes();
        many.into_iter().for_each(|small| stock.put(small));
        assert_eq!(stock.bytes(), all - crate::record::block::SMALL_BLOCK, "one was too many");
    }

    #[test]
    fn a_parcel_carries_its_records_whole_and_drops_those_not_taken() {
        let stock = Stock::default();
        let drops = Arc::new(AtomicUsize::new(0));
        let outbox = RecordQueue::new();
        for value in 0..10 {
            append(&outbox, 1, value, &drops, &stock);
        }
        let mut parcel = outbox.take_parcel().expect("ten records");
        assert!(outbox.take_parcel().is_none(), "it was taken whole");
        assert_eq!(value_of(parcel.walk().next().expect("the first")), (1, 0));
        let sent = std::thread::spawn(move || drop(parcel));
        sent.join().expect("a parcel may be dropped on any thread");
        assert_eq!(drops.load(Ordering::Relaxed), 10);
    }

    /// Takes a row of numbers.
    fn numbers(row: &mut Row<'_>) -> Vec<u64> {
        let mut records = row.records();
        // SAFETY: the tests that show rows send numbers alone.
        std::iter::from_fn(|| records.next()).map(|at| unsafe { take_value(at) }).collect()
    }

    #[test]
    fn a_row_ends_where_the_head_is_another_or_the_records_end() {
        let stock = Stock::default();
        let outbox = RecordQueue::new();
        let fill = || {
            for (slot, value) in [(1, 10), (1, 11), (1, 12), (1, 13), (2, 14), (2, 15)] {
                outbox.append(delivery!(u64), target(slot), value, &stock);
            }
        };
        let taken_of = |mut walk: Walk<'_>| {
            let mut taken = Vec::new();
            loop {
                let Some(record) = walk.next() else { return taken };
                let head = record.head();
                taken.push(vec![value_of(record).1]);
                if walk.is_next(head) {
                    let (row, records) = walk.row(head, 2, numbers);
                    assert_eq!(row.len(), records as usize);
                    taken.push(row);
                }
            }
        };
        let expected = [vec![10], vec![11, 12], vec![13], vec![14], vec![15]];
        fill();
        let mut parcel = outbox.take_parcel().expect("it has records");
        assert_eq!(taken_of(parcel.walk()), expected);
        fill();
        let mut words = [MaybeUninit::uninit(); 32];
        let bytes = outbox.take_bytes(&mut words).expect("they are few");
        // SAFETY: the records lie there, and are taken once.
        let mut run = unsafe { Run::new(NonNull::from(&mut words).cast(), bytes) };
        assert_eq!(taken_of(run.walk()), expected);
    }

    #[test]
    fn a_row_of_a_queue_ends_with_its_block_and_before_what_came_meanwhile() {
        let (stock, queue) = (Stock::default(), RecordQueue::new());
        let append = |value| queue.append(delivery!(u64), target(1), value, &stock);
        let in_a_block = ((super::super::block::BLOCK - JUMP_BYTES) / record_size::<u64>()) as u64;
        (0..in_a_block + 3).for_each(append);
        let mut reader = queue.reader(&stock);
        let mut next = || {
            let head = reader.begins_row()?;
            let (row, taken) = reader.row(head, u32::MAX, |row| {
                append(u64::MAX);
                numbers(row)
            });
            assert_eq!(row.len(), taken as usize);
            Some(row)
        };
        assert!(next().is_some_and(|row| row.into_iter().eq(0..in_a_block)));
        assert_eq!(next(), None, "a JUMP is next");
        assert_eq!(reader.next().map(value_of), Some((0, in_a_block)));
        let rest = [in_a_block + 1, in_a_block + 2, u64::MAX];
        let (row, _) = reader.row(reader.begins_row().expect("two"), 2, numbers);
        assert_eq!(row, rest[..2]);
        assert!(reader.begins_row().is_none(), "there is one");
        assert_eq!(reader.next().map(value_of), Some((0, rest[2])));
        assert!(reader.next().is_none() && reader.begins_row().is_none());
    }

    #[test]
    fn m6_a_destructor_that_panics_runs_once_and_spares_the_rest() {
        struct Hostile(Arc<AtomicUsize>);
        impl Drop for Hostile {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
                panic!("a hostile destructor");
            }
        }
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let drops = Arc::new(AtomicUsize::new(0));
        let stock = Stock::default();
        let queue = RecordQueue::new();
        for slot in 0..3 {
            queue.append(delivery!(Hostile), target(slot), Hostile(drops.clone()), &stock);
        }
        drop(queue);
        std::panic::set_hook(before);
        assert_eq!(drops.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn what_is_ahead_is_looked_through_as_far_as_asked() {
        let (stock, queue) = (Stock::default(), RecordQueue::new());
        for slot in 0..2_000 {
            queue.append(delivery!(u64), target(slot), 7, &stock);
        }
        let mut reader = queue.reader(&stock);
        assert!(reader.next().expect("it has records").discard());
        let may_hold = |most, slot| {
            reader.rest().may_hold(most, |at, class| at == target(slot) && class == Class::Message)
        };
        assert!(!may_hold(3_000, 0), "it was taken");
        assert!(may_hold(3_000, 1) && may_hold(3_000, 1_999));
        assert!(may_hold(10, 2_000), "there are more than ten");
    }

    #[test]
    fn a_loose_record_is_one_record() {
        let drops = Arc::new(AtomicUsize::new(0));
        let new = |value| Loose::new(delivery!(Counted), target(7), Counted(value, drops.clone()));
        let mut loose = new(1);
        assert_eq!(value_of(loose.take().expect("it holds one")), (1, 1));
        assert!(loose.take().is_none());
        drop(new(2));
        new(3).let_go();
        assert_eq!(drops.load(Ordering::Relaxed), 3);
        let long = [7_u64; 30];
        let mut loose = Loose::new(delivery!([u64; 30]), target(7), long);
        let record = loose.take().expect("it holds one");
        assert_eq!((record.letter().name(), record.letter().value_bytes()), ("[u64; 30]", 240));
        assert_eq!(record.take(delivery!([u64; 30])).ok(), Some(long));
    }
}
