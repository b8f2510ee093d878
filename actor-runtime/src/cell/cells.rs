//! UNSAFE. The cells of a shard: a slot number is a cell's address.
//!
//! Cells of one stride lie in chunks of 1,024 that never move, so the slot's upper bits find the chunk in a
//! small table and its lower bits the cell: one cache miss a message, not two. The cells of asks have
//! chunks of their own, so that a sweep over deadlines reads nothing else; so have those of aides, which are
//! found by their actors alone.
//!
//! Invariants:
//!
//! 1. `table` points to `chunks` entries that stay until a chunk is added; nobody keeps the pointer across
//!    user code. Each entry is a chunk of `CELLS * stride` bytes that stays until the cells are dropped.
//! 2. A slot below `chunks * CELLS` is a real cell, used or all zero, so one from random bits is safe to look
//!    at.
//! 3. A cell is on at most one free list, and never while it has a type. Where bodies lie it then holds a
//!    [`Free`]; the list begins and goes on with cells of these chunks.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use super::status::LENT;
use super::{Body, CellHeader, CellRef, CellType, STRIDE, STRIDE_MOST, TypeOf, body_at, take_body};
use crate::address::Target;

/// Cells in a chunk.
const CELLS: u32 = 1_024;

/// What cells are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Actor,
    Aide,
    Ask,
}

/// As many as two bits can say, the lowest of a class.
const ROLES: usize = 4;

/// Strides, once for each role.
const CLASSES: usize = ROLES * STRIDE_MOST / STRIDE;

/// What a free cell holds: which it is, so that it need not be found by its slot, and the next.
struct Free {
    slot: u32,
    next: Option<NonNull<CellHeader>>,
}

const _: () = assert!(super::HEAD + size_of::<Free>() <= STRIDE, "every cell has room for it");

#[derive(Clone, Copy)]
struct Chunk {
    base: NonNull<u8>,
    stride: u32,
    class: u32,
    /// What the allocator gave, in front of `base` by less than a stride.
    memory: NonNull<u8>,
}

impl Chunk {
    fn layout(class: usize) -> Layout {
        let bytes = CELLS as usize * stride_of(class) + STRIDE;
        // The allocator gives zeroed pages untouched only for small alignments, so the chunk is longer
        // by one stride and begins where a cache line does.
        Layout::from_size_align(bytes, 16).expect("a chunk is at most half a megabyte")
    }

    fn new(class: usize) -> Self {
        let layout = Self::layout(class);
        // SAFETY: the layout is not empty.
        let memory = unsafe { alloc_zeroed(layout) };
        let Some(memory) = NonNull::new(memory) else { handle_alloc_error(layout) };
        let skip = memory.as_ptr().align_offset(STRIDE);
        // SAFETY: `skip` is less than a stride, which the layout has to spare.
        let base = unsafe { memory.add(skip) };
        Self { base, stride: stride_of(class) as u32, class: class as u32, memory }
    }

    #[inline(always)]
    fn cell<'s>(&self, index: u32) -> CellRef<'s> {
        // SAFETY: callers mask the index, so the cell lies in the chunk (invariant 1).
        let at = unsafe { self.base.add(index as usize * self.stride as usize) };
        // SAFETY: a cell of its chunk's stride (invariant 2), which lives as long as the cells.
        unsafe { CellRef::new(at) }
    }
}

const fn stride_of(class: usize) -> usize {
    (class / ROLES + 1) * STRIDE
}

/// Whether cells of this class are for this role.
const fn is_for(class: usize, role: Role) -> bool {
    class % ROLES == role as usize
}

/// The class of cells of this stride, for this role.
pub(super) const fn class_of(stride: usize, role: Role) -> u32 {
    ((stride / STRIDE - 1) * ROLES + role as usize) as u32
}

/// What the free cell that begins here holds.
#[inline(always)]
fn free_at(cell: NonNull<CellHeader>) -> NonNull<Free> {
    body_at(CellRef { at: cell, cells: PhantomData }).cast()
}

/// All cells of a shard, of actors and of asks.
pub(crate) struct Cells {
    table: Cell<*const Chunk>,
    chunks: Cell<u32>,
    store: RefCell<Vec<Chunk>>,
    /// The first free cell of each class.
    free: [Cell<Option<NonNull<CellHeader>>>; CLASSES],
    /// The next slot never used of each class; at a chunk's end there is none.
    fresh: [Cell<u32>; CLASSES],
    actors: Cell<usize>,
    asks: Cell<usize>,
    bytes: Cell<usize>,
}

impl Cells {
    pub(crate) fn new() -> Self {
        Self {
            table: Cell::new(ptr::null()),
            chunks: Cell::new(0),
            store: RefCell::default(),
            free: [const { Cell::new(None) }; CLASSES],
            fresh: [const { Cell::new(0) }; CLASSES],
            actors: Cell::new(0),
            asks: Cell::new(0),
            bytes: Cell::new(0),
        }
    }

    /// The cell at a slot; none for a slot that no chunk has.
    #[inline(always)]
    pub(crate) fn at(&self, slot: u32) -> Option<CellRef<'_>> {
        let index = slot / CELLS;
        if index >= self.chunks.get() {
            return None;
        }
        // SAFETY: the index is below the table's length (invariant 1).
        let chunk = unsafe { self.table.get().add(index as usize) };
        // SAFETY: the entry is there, and nothing here moves the table.
        let chunk = unsafe { &*chunk };
        Some(chunk.cell(slot % CELLS))
    }

    /// Asks for a slot's cell to be brought near. A hint: any slot will do.
    #[inline(always)]
    pub(crate) fn prefetch(&self, slot: u32) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        if let Some(cell) = self.at(slot) {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: a prefetch reads nothing that the program can see, and every x86-64 has it.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(ptr::from_ref(&*cell).cast()) };
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let _ = slot;
    }

    /// A free cell for this type. None when the shard has all the cells that slots can name.
    #[inline]
    pub(crate) fn allocate(&self, kind: &'static CellType) -> Option<(u32, CellRef<'_>)> {
        let class = kind.class as usize;
        if self.free[class].get().is_none() {
            self.free[class].set(Some(self.fresh(class)?.at));
        }
        self.reuse(kind)
    }

    /// A cell for this type that was used before, if one is free.
    #[inline(always)]
    pub(crate) fn reuse(&self, kind: &'static CellType) -> Option<(u32, CellRef<'_>)> {
        let class = kind.class as usize;
        let cell = CellRef { at: self.free[class].get()?, cells: PhantomData };
        // SAFETY: invariant 3: the cell was on the free list, from which it goes now.
        let free = unsafe { free_at(cell.at).read() };
        self.free[class].set(free.next);
        self.count(class, 1);
        Some((free.slot, cell))
    }

    /// A cell never used, as the last of a free list.
    #[cold]
    fn fresh(&self, class: usize) -> Option<CellRef<'_>> {
        let slot = self.fresh[class].get();
        let slot = if slot.is_multiple_of(CELLS) { self.add_chunk(class)? } else { slot };
        self.fresh[class].set(slot + 1);
        let cell = self.at(slot).expect("fresh slots lie in chunks");
        cell.word.begin();
        // SAFETY: a free cell has no body there, and every cell has room for it.
        unsafe { free_at(cell.at).write(Free { slot, next: None }) };
        Some(cell)
    }

    #[cold]
    fn add_chunk(&self, class: usize) -> Option<u32> {
        let chunks = self.chunks.get();
        // The last slots are left out: they would read as the JUMP of a record queue.
        let first = chunks.checked_mul(CELLS).filter(|first| *first < u32::MAX - CELLS)?;
        let mut store = self.store.borrow_mut();
        store.push(Chunk::new(class));
        self.table.set(store.as_ptr());
        self.chunks.set(chunks + 1);
        Some(first)
    }

    /// Frees the cell at this slot, whose body, of this type, was dropped.
    #[inline]
    pub(crate) fn free(&self, slot: u32, cell: CellRef<'_>, kind: &'static CellType) {
        debug_assert!(cell.word.has(LENT), "a cell is freed after its body was dropped");
        cell.drop_extras();
        self.vacate(slot, cell, kind);
    }

    /// Takes the body out of a cell of this life with exactly this status, and frees the cell. None if it is
    /// another's, or has extras.
    #[inline(always)]
    pub(crate) fn take<B: Body>(
        &self,
        cell: CellRef<'_>,
        life: Target,
        status: u32,
        kind: &'static TypeOf<B>,
    ) -> Option<B> {
        debug_assert!(status & (super::BUSY | LENT | super::FREE) == 0, "the body is in use");
        let fits = cell.is_of(kind) && cell.word.is_just(life.generation(), status);
        if !fits || cell.has_extras() {
            return None;
        }
        // SAFETY: the type is the body's, and the word says that nobody uses it; the cell is freed at once.
        let body = unsafe { take_body::<B>(cell) };
        self.vacate(life.slot(), cell, kind.erased());
        Some(body)
    }

    /// Puts a cell without a body and without extras on its free list, unless it may not be used again.
    #[inline(always)]
    fn vacate(&self, slot: u32, cell: CellRef<'_>, kind: &'static CellType) {
        let class = kind.class as usize;
        if cell.vacate() {
            let next = self.free[class].replace(Some(cell.at));
            // SAFETY: the cell has no body there any more, and every cell has room for it.
            unsafe { free_at(cell.at).write(Free { slot, next }) };
        }
        self.count(class, -1);
    }

    /// Counts a cell more, or one less.
    #[inline]
    fn count(&self, class: usize, by: isize) {
        if is_for(class, Role::Ask) {
            self.asks.set(self.asks.get().wrapping_add_signed(by));
        } else if is_for(class, Role::Actor) {
            self.actors.set(self.actors.get().wrapping_add_signed(by));
            let bytes = by * stride_of(class) as isize;
            self.bytes.set(self.bytes.get().wrapping_add_signed(bytes));
        }
    }

    /// Actors alive.
    pub(crate) fn actors(&self) -> usize {
        self.actors.get()
    }

    /// Asks pending.
    pub(crate) fn asks(&self) -> usize {
        self.asks.get()
    }

    /// Bytes of actors' cells in use.
    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Shows each cell in use for this role to `each`. `each` may free cells and may
    /// run user code: cells made meanwhile may or may not be shown.
    pub(crate) fn for_each(&self, role: Role, mut each: impl FnMut(u32, CellRef<'_>)) {
        for index in 0..self.chunks.get() {
            let chunk = self.store.borrow()[index as usize];
            if !is_for(chunk.class as usize, role) {
                continue;
            }
            for at in 0..CELLS {
                let slot = index * CELLS + at;
                // Cells from here on were never used.
                if self.fresh[chunk.class as usize].get() == slot {
                    break;
                }
                let cell = chunk.cell(at);
                if cell.kind().is_some() {
                    each(slot, cell);
                }
            }
        }
    }
}

impl Drop for Cells {
    /// Bodies are dropped by the shard, on its thread; here goes only the memory.
    fn drop(&mut self) {
        for chunk in self.store.get_mut().drain(..) {
            // SAFETY: allocated with this layout, and nobody borrows the cells any more.
            unsafe { dealloc(chunk.memory.as_ptr(), Chunk::layout(chunk.class as usize)) }
        }
    }
}
