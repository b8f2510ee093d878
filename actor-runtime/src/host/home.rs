//! Where a blocking actor lives, for the thread that makes one call of its code.

use std::any::Any;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use super::here::{discard, here, send, with};
use super::signal::Signal;
use super::{Call, Host};
use crate::address::{Address, ShardId, Target};
use crate::cell::task::Wakes;
use crate::message::MessageField;
use crate::record::Delivery;
use crate::threads::BlockingThreads;

thread_local! {
    /// The blocking actor whose code runs on this thread.
    static HOME: RefCell<Option<Arc<Home>>> = const { RefCell::new(None) };
}

/// Where a blocking actor lives, for the thread that makes one call of its code.
///
/// What the thread says goes by way of the actor's shard, in order with what that says for the actor; unless
/// nobody wants it any more, because the actor was ended in the middle of the call.
pub(crate) struct Home {
    pub(crate) me: Address,
    shard: Arc<dyn Wakes>,
    threads: Arc<BlockingThreads>,
    is_left: Arc<AtomicBool>,
}

/// Says as it is dropped that nobody wants what a call says any more.
pub(crate) struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        // Ordering: read on this same shard.
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Home {
    /// That of an actor of this shard.
    pub(crate) fn new(me: Target, threads: Arc<BlockingThreads>) -> Arc<Self> {
        with(|host| {
            let host = host.expect("a blocking actor is called from its shard");
            let (me, shard) = (host.address(me), host.home.clone());
            Arc::new(Self { me, shard, threads, is_left: Arc::default() })
        })
    }

    /// What says that the call is wanted, until it is dropped.
    pub(crate) fn wanted(&self) -> Wanted {
        Wanted(self.is_left.clone())
    }

    /// Runs code of the actor's on this thread.
    pub(crate) fn run<R>(self: &Arc<Self>, call: impl FnOnce() -> R) -> R {
        HOME.set(Some(self.clone()));
        here().lives_on.set(self.me.shard_id());
        let result = call();
        here().lives_on.set(ShardId::OUTSIDE);
        HOME.set(None);
        result
    }

    /// Has the shard make a call.
    pub(crate) fn say(&self, call: Call) {
        self.shard.call(call);
        self.threads.has_said();
    }

    pub(super) fn send<M: MessageField>(&self, delivery: Delivery<M>, to: Address, message: M) {
        let is_left = self.is_left.clone();
        self.say(Box::new(move || {
            let signal = (&message as &dyn Any).downcast_ref::<Signal>();
            // Ordering: written on this same shard.
            if !is_left.load(Ordering::Relaxed) || !signal.is_none_or(Signal::is_of_an_actor) {
                return send(delivery, to, message);
            }
            with(|host| {
                let host = host.expect("a shard runs its calls in its turn");
                discard(host, delivery, to, message);
            });
        }));
    }

    /// Has the shard make a call, and waits for what it gives; none if the actor or its system has ended.
    fn ask<R: Send + 'static>(&self, call: impl FnOnce(&Host) -> R + Send + 'static) -> Option<R> {
        let (tell, told) = mpsc::channel();
        let is_left = self.is_left.clone();
        self.say(Box::new(move || {
            // Ordering: written on this same shard.
            if !is_left.load(Ordering::Relaxed) {
                // Who waits is there.
                with(|host| host.map(|host| tell.send(call(host))));
            }
        }));
        told.recv().ok()
    }
}

/// Where the actor lives whose code runs on this thread, if that is a blocking actor's.
pub(crate) fn home() -> Option<Arc<Home>> {
    HOME.try_with(|home| home.try_borrow().ok()?.clone()).ok().flatten()
}

/// Has the shard of the blocking actor whose code runs here do something for it, in its turn.
pub(crate) fn say_home(call: impl FnOnce(&Host, Target) + Send + 'static) {
    if let Some(home) = home() {
        let me = home.me.target();
        home.say(Box::new(move || {
            with(|host| call(host.expect("a shard runs its calls in its turn"), me));
        }));
    }
}

/// Does something on the shard of the actor whose code runs: at once, or, of a blocking actor, in a turn of its shard for
/// which this thread waits.
///
/// # Panics
///
/// On any other thread; and if the actor was ended meanwhile.
pub(crate) fn at_home<R: Send + 'static>(call: impl FnOnce(&Host) -> R + Send + 'static) -> R {
    let is_here = with(|host| host.is_some());
    match home().filter(|_| !is_here) {
        Some(home) => home.ask(call).expect("the actor has not ended"),
        None => with(|host| call(host.expect("a context stays on its shard"))),
    }
}
