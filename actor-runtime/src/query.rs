//! What one may ask of an actor without its handlers: whether it lives, why it ended, how much waits, to have a
//! name.

use std::any::type_name;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::actor_ref::ActorRef;
use crate::address::{Address, short_name};
use crate::ask::block_on;
use crate::config;
use crate::error::RegisterError;
use crate::exit::{Drained, ExitReason};
use crate::host::{self, Claimed, Foreign, Says, Signal, Takes, Visible};
use crate::message::Protocol;
use crate::registry::Claim;
use crate::route;

/// A question to an actor's shard: await the answer, or wait for it on a thread that may block.
///
/// It is asked when it is made, whether or not anybody waits for the answer. No handler sees it: the actor's
/// shard answers when it arrives, whatever else waits for the actor. It has no deadline.
#[must_use = "it is a future of the answer: `.await` it, or `.wait()` on a thread that may block"]
pub struct Query<T> {
    answer: oneshot::Receiver<T>,
    /// Told if the actor is cut off, for then its shard cannot answer; none once that will not happen.
    cut_off: Option<oneshot::Receiver<()>>,
    otherwise: Otherwise<T>,
}

/// What is true of an actor whose shard does not answer.
struct Otherwise<T> {
    /// There is no such actor.
    gone: T,
    /// It was cut off.
    cut_off: T,
}

impl<T> Query<T> {
    fn new(
        to: Address,
        signal: impl FnOnce(oneshot::Sender<T>) -> Signal,
        otherwise: Otherwise<T>,
    ) -> Self {
        let (tell, answer) = oneshot::channel();
        let is_here = host::with(|host| host.is_some_and(|host| host.shard_id == to.shard_id()));
        let route = route::find(to.shard_id().node()).filter(|_| !is_here);
        let cut_off = route.map(|route| route.hear_cut_off(to.shard_id().shard(), to.target()));
        host::send(host::signals(), to, signal(tell));
        Self { answer, cut_off, otherwise }
    }
}

impl<T: Clone> Query<T> {
    /// Waits for the answer, on a thread that may block.
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up, and inside any other async code: await it there.
    pub fn wait(self) -> T {
        let on_shard = host::with(|host| host.is_some());
        assert!(!on_shard, "`wait` would hold up the shard: use `.await` in a handler");
        block_on(self, None).expect("there is no deadline")
    }
}

impl<T: Clone> Future for Query<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        if let Poll::Ready(answer) = Pin::new(&mut this.answer).poll(cx) {
            return Poll::Ready(answer.unwrap_or_else(|_| this.otherwise.gone.clone()));
        }
        let Some(cut_off) = &mut this.cut_off else { return Poll::Pending };
        match Pin::new(cut_off).poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(())) => Poll::Ready(this.otherwise.cut_off.clone()),
            Poll::Ready(Err(_)) => {
                this.cut_off = None;
                Poll::Pending
            }
        }
    }
}

// Nothing in it is pinned.
impl<T> Unpin for Query<T> {}

impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query<{}>", short_name(type_name::<T>()))
    }
}

impl<P: Protocol + ?Sized> ActorRef<P> {
    /// Why the actor ended, once it has: its stop hook has run and its state is dropped by then. Of one that
    /// had ended before it is [`ExitReason::NoProc`], and of one that was cut off
    /// [`ExitReason::Killed`]. However often it is called, each call is answered.
    ///
    /// An actor that awaits its own end never ends. Of one of another node it is [`ExitReason::NoConnection`] where
    /// there is no connection, or that is lost meanwhile.
    pub fn wait(&self) -> Query<ExitReason> {
        let otherwise = Otherwise { gone: ExitReason::NoProc, cut_off: ExitReason::Killed };
        Query::new(self.address(), Signal::Wait, otherwise)
    }

    /// Stops the actor as [`stop`](Self::stop) does, and says how that went: all that was sent to it before is
    /// handled, unless that takes longer than the deadline; then it is killed. A supervisor has its children drain,
    /// in reverse order, and all below it end at the deadline.
    ///
    /// Of an actor that had ended before it says [`ExitReason::NoProc`]. One of another node is drained where that node
    /// gives the right to end it, else this says so, as an error; without a connection it says
    /// [`ExitReason::NoConnection`].
    pub fn drain(&self, deadline: Duration) -> Query<Drained> {
        let drained = |reason| Drained { left: 0, reason };
        let otherwise =
            Otherwise { gone: drained(ExitReason::NoProc), cut_off: drained(ExitReason::Killed) };
        let nanos = config::nanos(deadline);
        Query::new(self.address(), |tell| Signal::Drain(nanos, tell), otherwise)
    }

    /// The way back from [`as_dyn`](Self::as_dyn): the same actor, if it is an `A`, or speaks the protocol `A`. An
    /// address knows no type, so the actor's shard says it.
    pub fn downcast<A: Protocol + ?Sized>(&self) -> Query<Option<ActorRef<A>>> {
        let found = ActorRef::from_address(self.address());
        let signal = |tell: oneshot::Sender<_>| {
            // Whoever asked may wait no more.
            let tell = Box::new(move |takes: bool| {
                let _ = tell.send(takes.then_some(found));
            });
            Signal::Takes(Box::new(Takes { letter: A::DELIVERY.letter(), tell }))
        };
        Query::new(self.address(), signal, Otherwise { gone: None, cut_off: None })
    }

    /// Whether the actor has not ended, when this reaches it. One that stops is alive until its stop hook has
    /// run. Of one of another node nobody can say it without a connection: then it is false.
    pub fn is_alive(&self) -> Query<bool> {
        let otherwise = Otherwise { gone: false, cut_off: false };
        Query::new(self.address(), Signal::IsAlive, otherwise)
    }
}

/// As [`ActorRef::wait`], where an actor of another node asks, to whom not all are visible.
pub(crate) fn wait(actor: Address, visible: &Visible) -> Query<ExitReason> {
    let otherwise = Otherwise { gone: ExitReason::NoProc, cut_off: ExitReason::Killed };
    Query::new(actor, |tell| foreign(visible, Signal::Wait(tell)), otherwise)
}

/// As [`ActorRef::drain`], likewise.
pub(crate) fn drain(actor: Address, nanos: u64, visible: &Visible) -> Query<Drained> {
    let drained = |reason| Drained { left: 0, reason };
    let otherwise =
        Otherwise { gone: drained(ExitReason::NoProc), cut_off: drained(ExitReason::Killed) };
    Query::new(actor, |tell| foreign(visible, Signal::Drain(nanos, tell)), otherwise)
}

/// As [`ActorRef::is_alive`], likewise.
pub(crate) fn is_alive(actor: Address, visible: &Visible) -> Query<bool> {
    let otherwise = Otherwise { gone: false, cut_off: false };
    Query::new(actor, |tell| foreign(visible, Signal::IsAlive(tell)), otherwise)
}

fn foreign(visible: &Visible, signal: Signal) -> Signal {
    let (visible, says) = (visible.clone(), Says::Signal(signal));
    Signal::Foreign(Box::new(Foreign { visible, may_end: true, says }))
}

/// Who keeps the workers of a pool; none if it is no pool.
pub(crate) fn workers_of(pool: Address) -> Query<Option<Address>> {
    Query::new(pool, Signal::Workers, Otherwise { gone: None, cut_off: None })
}

/// How many messages wait for an actor, when this reaches it.
pub(crate) fn mailbox_len(actor: Address) -> Query<u64> {
    Query::new(actor, Signal::MailboxLen, Otherwise { gone: 0, cut_off: 0 })
}

/// Has the shard of an actor of this node give it a name, or make it a member of a group.
pub(crate) fn claim<P: Protocol + ?Sized>(
    node: u32,
    actor: ActorRef<P>,
    claim: Claim,
) -> Query<Result<(), RegisterError>> {
    let noproc = Err(RegisterError::NoProc);
    let otherwise = Otherwise { gone: noproc.clone(), cut_off: noproc };
    if actor.address().shard_id().node() != node {
        // Nobody will answer.
        return Query { answer: oneshot::channel().1, cut_off: None, otherwise };
    }
    let letter = P::DELIVERY.letter();
    let signal = |tell| Signal::Claim(Box::new(Claimed { claim, letter, tell }));
    Query::new(actor.address(), signal, otherwise)
}
