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
//! 3. The waker lent to a poll points to a [`Seed`] on the stack of that poll; whoever keeps a waker
//!    clones it, and a clone owns an `Arc`. What other threads can reach through it never changes.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::RefCell;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

use crate::address::Address;
use crate::flow::Flow;

/// The sizes of memory the stock keeps, in bytes; larger futures are the allocator's.
const CLASSES: [usize; 5] = [128, 256, 512, 1_024, 2_048];

/// How much of each class is kept at most, in pieces.
const KEPT: usize = 1_024;

/// The memory of futures that ended, for those to come.
#[derive(Default)]
pub(crate) struct FutureStock {
    free: RefCell<[Vec<NonNull<u8>>; CLASSES.len()]>,
}

impl FutureStock {
    fn take(&self, class: usize) -> Option<NonNull<u8>> {
        self.free.borrow_mut().get_mut(class)?.pop()
    }

    /// Keeps the memory, or gives it back as refused.
    fn put(&self, class: usize, at: NonNull<u8>) -> bool {
        match self.free.borrow_mut().get_mut(class) {
            Some(free) if free.len() < KEPT => {
                free.push(at);
                true
            }
            _ => false,
        }
    }
}

impl Drop for FutureStock {
    fn drop(&mut self) {
        for (free, bytes) in self.free.get_mut().iter_mut().zip(CLASSES) {
            for at in free.drain(..) {
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
    poll: unsafe fn(NonNull<Head>, &mut Context<'_>) -> Poll<Flow>,
    drop: unsafe fn(NonNull<Head>),
    layout: Layout,
    class: usize,
}

struct Head {
    vtable: &'static Vtable,
    /// The waker somebody cloned, kept for the next polls so that `will_wake` holds.
    waker: Option<Waker>,
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
    unsafe fn poll(at: NonNull<Head>, cx: &mut Context<'_>) -> Poll<Flow> {
        // SAFETY: invariant 2.
        let body = unsafe { at.cast::<Self>().as_mut() };
        // SAFETY: invariant 1: the body never moves before it is dropped.
        let future = unsafe { Pin::new_unchecked(&mut body.future) };
        future.poll(cx).map(|output| {
            let finish = body.finish.take().expect("a task is not polled after its end");
            finish(output)
        })
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
        let body = Body { head: Head { vtable, waker: None }, future, finish: Some(finish) };
        // SAFETY: the memory is large enough and aligned for a body: its own layout, or its class's.
        unsafe { at.write(body) };
        Self { at: at.cast(), borrows: PhantomData }
    }

    /// Polls the future. `entered` is shown the waker's data, by which an ask knows its own actor.
    pub(crate) fn poll(
        &mut self,
        actor: Address,
        home: &Arc<dyn Wakes>,
        entered: impl FnOnce(*const ()),
    ) -> Poll<Flow> {
        // SAFETY: invariant 1; the head is not borrowed otherwise.
        let head = unsafe { self.at.as_ref() };
        if head.waker.is_some() {
            return self.poll_kept(entered);
        }
        let vtable = head.vtable;
        let seed = Seed { actor, home, owned: OnceLock::new() };
        let data = (&raw const seed).cast::<()>();
        // SAFETY: the vtable's functions take `data` for a `Seed`, which outlives this waker; only
        // clones, which are other wakers, are kept (invariant 3). Not dropped: there is nothing to drop.
        let waker = ManuallyDrop::new(unsafe { Waker::new(data, &SEED) });
        entered(data);
        // SAFETY: invariant 2, and `&mut self` says that nobody else uses the body.
        let polled = unsafe { (vtable.poll)(self.at, &mut Context::from_waker(&waker)) };
        if seed.owned.get().is_some() {
            self.keep(seed);
        } else {
            std::mem::forget(seed);
        }
        polled
    }

    /// Polls with the waker that somebody cloned.
    #[inline(never)]
    fn poll_kept(&mut self, entered: impl FnOnce(*const ())) -> Poll<Flow> {
        // SAFETY: as in `poll`.
        let head = unsafe { self.at.as_ref() };
        let (vtable, waker) = (head.vtable, head.waker.clone().expect("`poll` saw it"));
        entered(waker.data());
        // SAFETY: as in `poll`.
        unsafe { (vtable.poll)(self.at, &mut Context::from_waker(&waker)) }
    }

    /// Keeps the waker that was made in a poll that is over.
    #[inline(never)]
    fn keep(&mut self, seed: Seed<'_>) {
        // SAFETY: the poll is over, so the head is ours again.
        unsafe { self.at.as_mut() }.waker = seed.owned.into_inner();
    }

    /// Drops the future and keeps its memory in `stock`.
    pub(crate) fn end(self, stock: Option<&FutureStock>) {
        let this = ManuallyDrop::new(self);
        // SAFETY: the task is not used again.
        unsafe { free(this.at, stock) }
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

/// Where a wake for an actor goes, from any thread.
pub(crate) trait Wakes: Send + Sync {
    /// Has the actor polled soon. An actor that ended is left alone.
    fn wake(&self, actor: Address);
}

/// What the borrowed waker of one poll points to.
struct Seed<'p> {
    actor: Address,
    home: &'p Arc<dyn Wakes>,
    owned: OnceLock<Waker>,
}

/// What a clone of it owns.
struct ActorWaker {
    actor: Address,
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
    let seed = unsafe { &*data.cast::<Seed<'_>>() };
    let owned = seed
        .owned
        .get_or_init(|| Arc::new(ActorWaker { actor: seed.actor, home: seed.home.clone() }).into());
    let clone = ManuallyDrop::new(owned.clone());
    RawWaker::new(clone.data(), clone.vtable())
}

/// # Safety
///
/// `data` is a live [`Seed`].
unsafe fn seed_wake(data: *const ()) {
    // SAFETY: as for `seed_clone`.
    let seed = unsafe { &*data.cast::<Seed<'_>>() };
    seed.home.wake(seed.actor);
}
