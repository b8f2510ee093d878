//! The one file that knows of loom: atomics, cells, fences, queues and wakes, from the model checker or not.
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

#[cfg(not(callboard_loom))]
pub(crate) use tokio::sync::Notify;

/// In the place of a wake that the model checker cannot look into: it is kept until somebody waits for it,
/// and two that nobody has waited for are one.
#[cfg(callboard_loom)]
#[derive(Debug)]
pub(crate) struct Notify(loom::sync::Mutex<(bool, Option<std::task::Waker>)>);

#[cfg(callboard_loom)]
impl Notify {
    pub(crate) fn new() -> Self {
        Self(loom::sync::Mutex::new((false, None)))
    }

    fn state(&self) -> loom::sync::MutexGuard<'_, (bool, Option<std::task::Waker>)> {
        self.0.lock().expect("nothing panics with it")
    }

    pub(crate) fn notify_one(&self) {
        let waiting = {
            let (is_notified, waiting) = &mut *self.state();
            *is_notified = true;
            waiting.take()
        };
        waiting.into_iter().for_each(std::task::Waker::wake);
    }

    pub(crate) async fn notified(&self) {
        std::future::poll_fn(|cx| {
            let (is_notified, waiting) = &mut *self.state();
            if std::mem::take(is_notified) {
                return std::task::Poll::Ready(());
            }
            *waiting = Some(cx.waker().clone());
            std::task::Poll::Pending
        })
        .await;
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
