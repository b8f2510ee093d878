//! UNSAFE. Blocks: 16 KiB of raw memory that hold records, and a shard's stock of free ones.
//!
//! Invariants:
//!
//! 1. A [`Block`] owns its memory, `bytes()` long and aligned to 64; it knows nothing of what lies in it.
//! 2. A block may be freed on any thread: its memory is the global allocator's.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use crate::config;

/// Bytes of a whole block.
pub(crate) const BLOCK: usize = 16 * 1024;

/// Bytes of the small block a queue begins with where many queues exist.
pub(crate) const SMALL_BLOCK: usize = 512;

/// Raw memory for records, owned.
pub(crate) struct Block {
    at: NonNull<u8>,
    small: bool,
}

impl Block {
    fn layout(small: bool) -> Layout {
        let bytes = if small { SMALL_BLOCK } else { BLOCK };
        Layout::from_size_align(bytes, 64).expect("64 is a power of two and the size is small")
    }

    fn allocate(small: bool) -> Self {
        let layout = Self::layout(small);
        // SAFETY: the layout is not empty.
        let at = unsafe { alloc(layout) };
        let Some(at) = NonNull::new(at) else { handle_alloc_error(layout) };
        Self { at, small }
    }

    pub(super) fn at(&self) -> NonNull<u8> {
        self.at
    }

    pub(super) fn bytes(&self) -> usize {
        if self.small { SMALL_BLOCK } else { BLOCK }
    }

    /// Gives the memory's address; the block comes back by [`from_raw`](Self::from_raw).
    pub(crate) fn into_raw(self) -> NonNull<u8> {
        std::mem::ManuallyDrop::new(self).at
    }

    /// # Safety
    ///
    /// `at` came from `into_raw` of a block that was `small` or not, and is used once.
    pub(crate) unsafe fn from_raw(at: NonNull<u8>, small: bool) -> Self {
        Self { at, small }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: invariant 1: the memory is ours and was allocated with this layout.
        unsafe { dealloc(self.at.as_ptr(), Self::layout(self.small)) }
    }
}

/// The free blocks of a shard, last in first out.
#[derive(Default)]
pub(crate) struct Stock {
    free: RefCell<Vec<Block>>,
    small: RefCell<Vec<Block>>,
    /// Of all blocks that came from here and are not yet given back to the allocator.
    bytes: Cell<usize>,
}

impl Stock {
    /// A whole block: a used one if there is one.
    #[cold]
    pub(crate) fn take(&self) -> Block {
        let used = self.free.borrow_mut().pop();
        used.unwrap_or_else(|| self.allocate(false))
    }

    /// A small block: a used one if there is one.
    #[cold]
    pub(crate) fn small(&self) -> Block {
        let used = self.small.borrow_mut().pop();
        used.unwrap_or_else(|| self.allocate(true))
    }

    fn allocate(&self, small: bool) -> Block {
        let block = Block::allocate(small);
        self.bytes.set(self.bytes.get() + block.bytes());
        block
    }

    /// Takes a block of this stock back. It is kept for later; one too many goes to the allocator.
    pub(crate) fn put(&self, block: Block) {
        let (free, most) = if block.small {
            (&self.small, config::STOCK_SMALL_BLOCKS)
        } else {
            (&self.free, config::STOCK_BLOCKS)
        };
        let mut free = free.borrow_mut();
        if free.len() < most {
            free.push(block);
        } else {
            self.bytes.set(self.bytes.get().wrapping_sub(block.bytes()));
        }
    }

    /// Bytes of the blocks that came from here, wherever they are now, and of those that are free.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.get()
    }
}
