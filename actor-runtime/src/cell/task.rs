//! UNSAFE. The pending future of one actor, in memory from a stock.
//!
//! A [`Task`] is what `Pin<Box<dyn Future<Output = Flow>>>` would be, with two differences: its memory comes
//! from the shard's [`FutureStock`], and what the handler returned is turned into the flow, and the reply
//! given, by a `finish` beside the future instead of by a second future around it.
//!
//! Invariants:
//!
//! 1. A task owns memory of `vtable.layout`, rounded up to its class, that holds a whole `Body<F, K>`;
//!    the body never moves, and is dropped once, by the task's drop.
//! 2. `F` and `K` are those the vtable was made for.
//! 3. The waker lent to a poll points to the [`Seed`] of the task's head, of which nothing is written while
//!    the poll lasts; whoever keeps a waker clones it, and a clone owns an `Arc`. That of which the seed has the address
//!    outlives all polls of the task.
//! 4. The lists of a [`FutureStock`] go through memory of their class that is nobody else's, and that holds a [`Free`].

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

use crate::address::Target;
use crate::flow::Flow;

/// The sizes of memory the stock keeps, in bytes; larger futures are the allocator's. Each is 8 less than a multiple of
/// 16: most allocators put 8 bytes before what they give, and round up.
const CLASSES: [usize; 17] =
    [120, 136, 152, 168, 184, 200, 216, 232, 248, 280, 312, 376, 440, 504, 760, 1_016, 2_040];

/// How much of each class is kept at most, in pieces.
const KEPT: usize = 1_024;

/// The memory of futures that ended, for those to come: a list through it for each class.
#[derive(Default)]
pub(crate) struct FutureStock {
    free: [Cell<Option<NonNull<Free>>>; CLASSES.len()],
    kept: [Cell<usize>; CLASSES.len()],
}

/// What free memory holds: the next of its class.
struct Free(Option<NonNull<Self>>);

impl FutureStock {
    #[inline(always)]
    fn take(&self, class: usize) -> Option<NonNull<u8>> {
        let at = self.free.get(class)?.get()?;
        // SAFETY: invariant 4.
        let Free(next) = unsafe { at.read() };
        self.free[class].set(next);
        self.kept[class].set(self.kept[class].get() - 1);
        Some(at.cast())
    }

    /// Keeps the memory, or gives it back as refused.
    #[inline(always)]
    fn put(&self, class: usize, at: NonNull<u8>) -> bool {
        let Some(kept) = self.kept.get(class).filter(|kept| kept.get() < KEPT) else {
            return false;
        };
        kept.set(kept.get() + 1);
        let next = self.free[class].replace(Some(at.cast()));
        // SAFETY: the memory is nobody's, of at least the least class, and aligned to 16.
        unsafe { at.cast::<Free>().write(Free(next)) };
        true
    }
}

impl Drop for FutureStock {
    fn drop(&mut self) {
        for (class, bytes) in CLASSES.into_iter().enumerate() {
            while let Some(at) = self.take(class) {
                // SAFETY: the memory was allocated with its class's layout and belongs to nobody else.
                unsafe { dealloc(at.as_ptr(), class_layout(bytes)) }
            }
        }
    }
}

fn class_layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes, 16).expect("16 is a power of two and the classes are small")
}

/// The class that `layout` fits in, or a number past the last.
const fn class_of(layout: Layout) -> usize {
    let mut class = 0;
    while class < CLASSES.len() && (layout.size() > CLASSES[class] || layout.align() > 16) {
        class += 1;
    }
    class
}

/// The layout of the memory of a future of this class.
fn layout_of(class: usize, exact: Layout) -> Layout {
    CLASSES.get(class).map_or(exact, |bytes| class_layout(*bytes))
}

struct Vtable {
    /// Of the C ABI, which says that it does not unwind.
    #[allow(improper_ctypes_definitions, reason = "both sides are compiled together")]
    poll: unsafe extern "C" fn(NonNull<Head>, &mut Context<'_>) -> Polled,
    drop: unsafe fn(NonNull<Head>),
    layout: Layout,
    class: usize,
}

struct Head {
    vtable: &'static Vtable,
    seed: Seed,
}

/// How a poll ended.
#[must_use = "it says whether the future has ended"]
pub(crate) enum Polled {
    Pending,
    Ready(Flow),
    Panicked(Box<Box<dyn Any + Send>>),
}

#[repr(C)]
struct Body<F, K> {
    head: Head,
    future: F,
    finish: Option<K>,
}

impl<F: Future, K: FnOnce(F::Output) -> Flow> Body<F, K> {
    const VTABLE: Vtable = Vtable {
        poll: Self::poll,
        drop: Self::drop,
        layout: Layout::new::<Self>(),
        class: class_of(Layout::new::<Self>()),
    };

    /// # Safety
    ///
    /// `at` is the head of a live `Body<F, K>` that nobody else uses during the call.
    #[allow(improper_ctypes_definitions, reason = "both sides are compiled together")]
    unsafe extern "C" fn poll(at: NonNull<Head>, cx: &mut Context<'_>) -> Polled {
        let body = at.cast::<Self>().as_ptr();
        let polled = catch_unwind(AssertUnwindSafe(|| {
            // Not the whole body: wakers read the head.
            // SAFETY: invariant 2.
            let future = unsafe { &mut (*body).future };
            // SAFETY: invariant 1: the body never moves before it is dropped.
            let future = unsafe { Pin::new_unchecked(future) };
            let Poll::Ready(output) = future.poll(cx) else { return Polled::Pending };
            // SAFETY: invariant 2.
            let finish = unsafe { &mut (*body).finish };
            let finish = finish.take().expect("a task is not polled after its end");
            Polled::Ready(finish(output))
        }));
        polled.unwrap_or_else(|payload| Polled::Panicked(Box::new(payload)))
    }

    /// # Safety
    ///
    /// `at` is the head of a live `Body<F, K>` that nobody uses afterwards.
    unsafe fn drop(at: NonNull<Head>) {
        // SAFETY: invariants 1 and 2.
        unsafe { at.cast::<Self>().drop_in_place() }
    }
}

/// A future of an actor: a handler or hook that has not ended. `'a` is what it borrows.
pub(crate) struct Task<'a> {
    at: NonNull<Head>,
    /// Futures of actors are not `Send`, and borrow the actor mutably.
    borrows: PhantomData<(*const (), &'a mut ())>,
}

impl<'a> Task<'a> {
    /// Puts a future and what makes a flow of its output into memory, from `stock` if there is one.
    pub(crate) fn new<F, K>(future: F, finish: K, stock: Option<&FutureStock>) -> Self
    where
        F: Future + 'a,
        K: FnOnce(F::Output) -> Flow + 'a,
    {
        let vtable = const { &Body::<F, K>::VTABLE };
        let layout = layout_of(vtable.class, vtable.layout);
        let used = stock.and_then(|stock| stock.take(vtable.class));
        let at = used.unwrap_or_else(|| {
            // SAFETY: the layout is not empty: a body has a head.
            let new = unsafe { alloc(layout) };
            NonNull::new(new).unwrap_or_else(|| handle_alloc_error(layout))
        });
        let at = at.cast::<Body<F, K>>();
        let seed = Seed { actor: Target::NOBODY, home: None, owned: OnceLock::new() };
        let body = Body { head: Head { vtable, seed }, future, finish: Some(finish) };
        // SAFETY: the memory is large enough and aligned for a body: its own layout, or its class's.
        unsafe { at.write(body) };
        Self { at: at.cast(), borrows: PhantomData }
    }

    /// Says whose future it is, and where its wakes go. Of `home` somebody keeps a clone while the task is polled.
    #[inline(always)]
    pub(crate) fn belongs_to(&mut self, actor: Target, home: &Arc<dyn Wakes>) {
        // SAFETY: invariant 1; no waker is lent between polls.
        let seed = &mut unsafe { self.at.as_mut() }.seed;
        seed.actor = actor;
        seed.home = NonNull::new(Arc::as_ptr(home).cast_mut());
    }

    /// The task, to be polled where it lies: it need not be taken from there and put back.
    #[inline(always)]
    pub(crate) fn lend(&self) -> Lent {
        Lent(self.at)
    }

    /// Drops the future and keeps its memory in `stock`.
    pub(crate) fn end(self, stock: Option<&FutureStock>) {
        let this = ManuallyDrop::new(self);
        // SAFETY: the task is not used again.
        unsafe { free(this.at, stock) }
    }
}

/// A task that somebody else has.
pub(crate) struct Lent(NonNull<Head>);

impl Lent {
    /// Whose future it is.
    #[inline(always)]
    pub(crate) fn actor(&self) -> Target {
        // SAFETY: invariant 1; nothing of the head is written but between polls.
        unsafe { self.0.as_ref() }.seed.actor
    }

    /// Polls the future. `entered` is shown the waker's data, by which an ask knows its own actor.
    ///
    /// # Safety
    ///
    /// Whoever has the task keeps it until the call returns, and nobody else polls it.
    #[inline(always)]
    pub(crate) unsafe fn poll(&mut self, entered: impl FnOnce(*const ())) -> Polled {
        let head = self.0.as_ptr();
        // SAFETY: invariant 1; no waker is lent between polls.
        let Head { vtable, seed } = unsafe { &*head };
        let vtable = *vtable;
        if let Some(waker) = seed.owned.get() {
            entered(waker.data());
            // SAFETY: passed on from the caller.
            return unsafe { poll_kept(self.0, waker) };
        }
        // SAFETY: the head is there.
        let data = unsafe { &raw const (*head).seed }.cast::<()>();
        // SAFETY: the vtable's functions take `data` for a `Seed`, which outlives this waker; only
        // clones, which are other wakers, are kept (invariant 3). Not dropped: there is nothing to drop.
        let waker = ManuallyDrop::new(unsafe { Waker::new(data, &SEED) });
        entered(data);
        // SAFETY: invariant 2, and the caller says that nobody else uses the body.
        unsafe { (vtable.poll)(self.0, &mut Context::from_waker(&waker)) }
    }
}

/// Drops the body at `at` and frees its memory, even if the drop panics.
///
/// # Safety
///
/// `at` is a task's, which is not used again.
unsafe fn free(at: NonNull<Head>, stock: Option<&FutureStock>) {
    struct Memory<'s>(NonNull<u8>, usize, Layout, Option<&'s FutureStock>);
    impl Drop for Memory<'_> {
        fn drop(&mut self) {
            let Self(at, class, layout, stock) = *self;
            if !stock.is_some_and(|stock| stock.put(class, at)) {
                // SAFETY: invariant 1: allocated with the layout of its class, or its own.
                unsafe { dealloc(at.as_ptr(), layout_of(class, layout)) }
            }
        }
    }
    // SAFETY: the head lives.
    let vtable = unsafe { at.as_ref() }.vtable;
    let _memory = Memory(at.cast(), vtable.class, vtable.layout, stock);
    // SAFETY: invariant 2.
    unsafe { (vtable.drop)(at) }
}

impl Drop for Task<'_> {
    fn drop(&mut self) {
        // SAFETY: the task is not used again.
        unsafe { free(self.at, None) }
    }
}

/// What is to be done when a future has ended.
pub trait Follow {
    /// Does it.
    fn follow(&mut self);
}

/// A future with what follows its end.
pub struct Followed<F, K> {
    future: F,
    then: K,
}

impl<F, K> Followed<F, K> {
    pub(crate) const fn new(future: F, then: K) -> Self {
        Self { future, then }
    }
}

impl<F: Future, K: Follow> Future for Followed<F, K> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: the future is pinned where this is: it is reached only here, and by its drop.
        let future = unsafe { Pin::new_unchecked(&mut this.future) };
        let polled = future.poll(cx);
        if polled.is_ready() {
            this.then.follow();
        }
        polled
    }
}

impl<F, K> fmt::Debug for Followed<F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Followed")
    }
}

/// Where a wake for an actor goes, from any thread.
pub(crate) trait Wakes: Send + Sync {
    /// Has the actor polled soon. An actor that ended is left alone.
    fn wake(&self, actor: Target);

    /// Has the shard make a call in its turn, in order with the others.
    fn call(&self, call: Box<dyn FnOnce() + Send>);
}

/// What the borrowed waker of a poll points to. Nothing of it changes during the poll, but what `owned` allows.
struct Seed {
    actor: Target,
    /// What an `Arc` has that outlives the polls; there before the first.
    home: Option<NonNull<dyn Wakes>>,
    /// The waker somebody cloned, kept for the next polls so that `will_wake` holds.
    owned: OnceLock<Waker>,
}

impl Seed {
    fn home_at(&self) -> *const dyn Wakes {
        self.home.expect("a waker is lent by a poll").as_ptr()
    }

    fn home(&self) -> &dyn Wakes {
        // SAFETY: somebody keeps an `Arc` of it while the task is polled (invariant 3).
        unsafe { &*self.home_at() }
    }

    /// A share in where the wakes go.
    fn share_home(&self) -> Arc<dyn Wakes> {
        let home = self.home_at();
        // SAFETY: it came from an `Arc`, which somebody keeps while the task is polled (invariant 3).
        unsafe { Arc::increment_strong_count(home) };
        // SAFETY: the same; the count is this one's.
        unsafe { Arc::from_raw(home) }
    }
}

/// Polls with the waker that somebody cloned.
///
/// # Safety
///
/// As for [`Lent::poll`], which calls this.
#[cold]
#[inline(never)]
unsafe fn poll_kept(at: NonNull<Head>, waker: &Waker) -> Polled {
    let waker = waker.clone();
    // SAFETY: invariant 1.
    let vtable = unsafe { at.as_ref() }.vtable;
    // SAFETY: invariant 2, and the caller says that nobody else uses the body.
    unsafe { (vtable.poll)(at, &mut Context::from_waker(&waker)) }
}

/// What a clone of it owns.
struct ActorWaker {
    actor: Target,
    home: Arc<dyn Wakes>,
}

impl Wake for ActorWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.home.wake(self.actor);
    }
}

static SEED: RawWakerVTable = RawWakerVTable::new(seed_clone, seed_wake, seed_wake, |_| {});

/// # Safety
///
/// `data` is a live [`Seed`].
unsafe fn seed_clone(data: *const ()) -> RawWaker {
    // SAFETY: passed on from the caller; shared access only, and `Seed` is `Sync`.
    let seed = unsafe { &*data.cast::<Seed>() };
    let owned = seed
        .owned
        .get_or_init(|| Arc::new(ActorWaker { actor: seed.actor, home: seed.share_home() }).into());
    let clone = ManuallyDrop::new(owned.clone());
    RawWaker::new(clone.data(), clone.vtable())
}

/// # Safety
///
/// `data` is a live [`Seed`].
unsafe fn seed_wake(data: *const ()) {
    // SAFETY: as for `seed_clone`.
    let seed = unsafe { &*data.cast::<Seed>() };
    seed.home().wake(seed.actor);
}
