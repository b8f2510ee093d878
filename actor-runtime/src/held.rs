//! UNSAFE. What an ask is made of: a closure that is called at most once, kept inline while it is small, and a value
//! that is mostly spent when it is dropped.
//!
//! An ask holds what it will send until it is polled. In a box that cost a fifth of the whole ask.
//!
//! Invariants:
//!
//! 1. While `calls` is some, `words` holds an `F`, or a box of one if `F` is not [`is_small`], of exactly the
//!    type whose functions `calls` are; else it holds nothing.
//! 2. Every `F` is `Send`, so a `Held` may go to another thread.
//! 3. The value in a [`Seldom`] is dropped by its drop alone.

use std::fmt;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// The words kept inline: a few fields, or a message with a reference and a `Vec`.
const WORDS: usize = 5;

/// What is called with an `A`, a `B` and a `C`, once. Arguments of one word or two travel in registers, as far as there
/// are any; what is made of several, by way of memory.
pub(crate) struct Held<A: 'static, B: 'static, C: 'static> {
    words: [MaybeUninit<u64>; WORDS],
    calls: Option<&'static Calls<A, B, C>>,
}

struct Calls<A: 'static, B: 'static, C: 'static> {
    call: unsafe fn(NonNull<u8>, A, B, C),
    drop: unsafe fn(NonNull<u8>),
}

// SAFETY: invariant 2.
unsafe impl<A: 'static, B: 'static, C: 'static> Send for Held<A, B, C> {}

const fn is_small<F>() -> bool {
    size_of::<F>() <= WORDS * size_of::<u64>() && align_of::<F>() <= align_of::<u64>()
}

struct Of<F>(std::marker::PhantomData<F>);

impl<F> Of<F> {
    const fn calls<A: 'static, B: 'static, C: 'static>() -> Calls<A, B, C>
    where
        F: FnOnce(A, B, C),
    {
        Calls { call: call::<A, B, C, F>, drop: drop_held::<F> }
    }
}

impl<A: 'static, B: 'static, C: 'static> Held<A, B, C> {
    /// Keeps a closure.
    #[inline(always)]
    pub(crate) fn new<F: FnOnce(A, B, C) + Send + 'static>(closure: F) -> Self {
        let mut held = Self {
            words: [const { MaybeUninit::uninit() }; WORDS],
            calls: Some(const { &Of::<F>::calls::<A, B, C>() }),
        };
        let at = held.at();
        if is_small::<F>() {
            // SAFETY: the words are long and aligned enough for an `F`.
            unsafe { at.cast::<F>().write(closure) }
        } else {
            // SAFETY: the words have room for a pointer.
            unsafe { at.cast::<*mut F>().write(Box::into_raw(Box::new(closure))) }
        }
        held
    }

    /// Keeps nothing.
    pub(crate) const fn empty() -> Self {
        Self { words: [const { MaybeUninit::uninit() }; WORDS], calls: None }
    }

    fn at(&mut self) -> NonNull<u8> {
        NonNull::from(&mut self.words).cast()
    }

    /// Whether there is something to call.
    pub(crate) const fn is_some(&self) -> bool {
        self.calls.is_some()
    }

    /// Calls it.
    ///
    /// # Panics
    ///
    /// If there is nothing to call.
    #[inline(always)]
    pub(crate) fn call(&mut self, first: A, second: B, third: C) {
        let calls = self.calls.take().expect("it is called once");
        // SAFETY: invariant 1; the words count as empty from here on, whatever the call does.
        unsafe { (calls.call)(self.at(), first, second, third) }
    }

    /// Moves it out.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::empty())
    }
}

impl<A: 'static, B: 'static, C: 'static> Drop for Held<A, B, C> {
    #[inline]
    fn drop(&mut self) {
        if let Some(calls) = self.calls {
            // SAFETY: invariant 1; the words are not used again.
            unsafe { (calls.drop)(self.at()) }
        }
    }
}

impl<A: 'static, B: 'static, C: 'static> fmt::Debug for Held<A, B, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_some() { "Held" } else { "Held(nothing)" })
    }
}

/// # Safety
///
/// `at` holds an `F` as [`Held::new`] wrote it, which is given up.
#[inline(always)]
unsafe fn take<F>(at: NonNull<u8>) -> F {
    if is_small::<F>() {
        // SAFETY: passed on from the caller.
        unsafe { at.cast::<F>().read() }
    } else {
        // SAFETY: passed on from the caller.
        let boxed = unsafe { at.cast::<*mut F>().read() };
        // SAFETY: the pointer came from a box.
        *unsafe { Box::from_raw(boxed) }
    }
}

/// # Safety
///
/// As for [`take`].
unsafe fn call<A, B, C, F: FnOnce(A, B, C)>(at: NonNull<u8>, first: A, second: B, third: C) {
    // SAFETY: passed on from the caller.
    let closure = unsafe { take::<F>(at) };
    closure(first, second, third);
}

/// # Safety
///
/// As for [`take`].
unsafe fn drop_held<F>(at: NonNull<u8>) {
    // SAFETY: passed on from the caller.
    drop(unsafe { take::<F>(at) });
}

/// What can be spent.
pub(crate) trait Spends {
    /// Whether nothing is left to drop: then nothing is dropped.
    fn is_spent(&self) -> bool;
}

/// A value that is mostly spent when it is dropped. To see that takes two instructions where it is dropped; else it
/// is dropped elsewhere.
pub(crate) struct Seldom<T: Spends>(ManuallyDrop<T>);

impl<T: Spends> Seldom<T> {
    #[inline(always)]
    pub(crate) const fn new(value: T) -> Self {
        Self(ManuallyDrop::new(value))
    }
}

impl<T: Spends> Deref for Seldom<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Spends> DerefMut for Seldom<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Spends> Drop for Seldom<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.0.is_spent() {
            // SAFETY: invariant 3.
            unsafe { drop_rest(&mut self.0) }
        }
    }
}

/// # Safety
///
/// The value is not used again.
#[cold]
#[inline(never)]
unsafe fn drop_rest<T>(value: &mut ManuallyDrop<T>) {
    // SAFETY: passed on from the caller.
    unsafe { ManuallyDrop::drop(value) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Calls, moves or drops a closure over `payload`, and checks that the payload is dropped once.
    fn check<P: Send + 'static>(payload: impl Fn(Arc<AtomicUsize>) -> P) {
        struct Bump(Arc<AtomicUsize>);
        impl Drop for Bump {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        for (calls, moves) in [(true, true), (true, false), (false, true), (false, false)] {
            let (sum, drops) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let (payload, seen, bump) = (payload(sum.clone()), sum.clone(), Bump(drops.clone()));
            let mut held = Held::new(move |by: usize, (): (), (): ()| {
                let _kept = (payload, bump);
                seen.fetch_add(by, Ordering::Relaxed);
            });
            if moves {
                let mut moved = held.take();
                assert!(!held.is_some());
                std::mem::swap(&mut held, &mut moved);
            }
            if calls {
                held.call(7, (), ());
                assert!(!held.is_some());
            }
            drop(held);
            assert_eq!(sum.load(Ordering::Relaxed), if calls { 7 } else { 0 });
            assert_eq!(drops.load(Ordering::Relaxed), 1);
        }
    }

    #[test]
    fn what_is_left_of_a_value_is_dropped_once() {
        struct Counts<'c>(bool, &'c AtomicUsize);
        impl Spends for Counts<'_> {
            fn is_spent(&self) -> bool {
                self.0
            }
        }
        impl Drop for Counts<'_> {
            fn drop(&mut self) {
                self.1.fetch_add(1, Ordering::Relaxed);
            }
        }
        let drops = AtomicUsize::new(0);
        let mut spent = Seldom::new(Counts(false, &drops));
        spent.0.0 = true;
        drop(spent);
        assert_eq!(drops.load(Ordering::Relaxed), 0);
        drop(Seldom::new(Counts(false, &drops)));
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_closure_is_called_once_and_dropped_once_inline_or_boxed() {
        #[repr(align(32))]
        struct Aligned(#[expect(dead_code, reason = "its alignment counts")] u8);
        check(|_| ());
        check(|sum| sum);
        check(|sum| (sum, [0_u64; 20]));
        check(|sum| (sum, Aligned(1)));
    }
}
