//! The one file that knows of loom: atomics, cells and fences, from the model checker or from std.
//!
//! Called by everything that threads share: the lanes and the parking of a shard. The cfg is our own, for
//! `--cfg loom` would also change tokio.

#[cfg(not(callboard_loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};

#[cfg(callboard_loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};

/// A cell that threads hand to each other, with the interface of loom's: a pointer lent to a closure.
#[cfg(callboard_loom)]
pub(crate) use loom::cell::UnsafeCell;

/// A cell that threads hand to each other.
#[cfg(not(callboard_loom))]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(callboard_loom))]
impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    pub(crate) fn with<R>(&self, with: impl FnOnce(*const T) -> R) -> R {
        with(self.0.get())
    }

    pub(crate) fn with_mut<R>(&self, with: impl FnOnce(*mut T) -> R) -> R {
        with(self.0.get())
    }
}
