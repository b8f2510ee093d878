//! The one file that knows of loom: atomics, cells, fences and queues, from the model checker or not.
//!
//! Called by everything that threads share: the lanes and the parking of a shard. The cfg is our own, for
//! `--cfg loom` would also change tokio.

#[cfg(not(callboard_loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};

#[cfg(callboard_loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};

#[cfg(not(callboard_loom))]
pub(crate) use crossbeam_queue::SegQueue;

/// In the place of a queue that the model checker cannot look into: one that does what it promises.
#[cfg(callboard_loom)]
#[derive(Debug)]
pub(crate) struct SegQueue<T>(loom::sync::Mutex<std::collections::VecDeque<T>>);

#[cfg(callboard_loom)]
impl<T> SegQueue<T> {
    pub(crate) fn new() -> Self {
        Self(loom::sync::Mutex::new(std::collections::VecDeque::new()))
    }

    fn items(&self) -> loom::sync::MutexGuard<'_, std::collections::VecDeque<T>> {
        self.0.lock().expect("nothing panics with it")
    }

    pub(crate) fn push(&self, item: T) {
        self.items().push_back(item);
    }

    pub(crate) fn pop(&self) -> Option<T> {
        self.items().pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items().is_empty()
    }
}

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
