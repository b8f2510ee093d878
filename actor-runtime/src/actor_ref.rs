//! References: an address with a type.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;

use crate::address::{Address, Target, short_name};
use crate::cell::status::CLOSING;
use crate::exit::ExitReason;
use crate::host::{self, Host, Said, Signal};
use crate::message::{Api, Message, MsgOf, Protocol, Takes};
use crate::nearby::{LocalRef, Nearby};
use crate::route::{self, Word};

/// A reference to an actor: where it is, and what it takes.
///
/// It is 16 bytes, `Copy`, `Send` and `Sync`, and the same type wherever the actor runs. It does not own:
/// dropping references stops nothing, and one whose actor ended reaches no later actor of the same place.
/// It derefs to the actor's methods, so `counter.inc(5)` needs no import.
///
/// What one sender tells and asks one actor arrives in the order sent. No order is promised between
/// different senders, nor by way of a third actor.
pub struct ActorRef<P: Protocol + ?Sized> {
    api: P::Api,
    protocol: PhantomData<fn(Box<P>)>,
}

impl<P: Protocol + ?Sized> ActorRef<P> {
    /// The reference to the actor at this address. If none of type `P` is there, what is sent to it
    /// becomes a dead letter.
    pub fn from_address(address: Address) -> Self {
        Self { api: P::Api::at(address), protocol: PhantomData }
    }

    /// Where the actor is.
    pub fn address(&self) -> Address {
        self.api.address()
    }

    /// The same actor as one that speaks the protocol `Q`: `savings.as_dyn::<dyn Account>()`. Costs nothing.
    ///
    /// The way back is [`downcast`](Self::downcast).
    #[must_use]
    pub fn as_dyn<Q: Protocol + ?Sized>(&self) -> ActorRef<Q>
    where
        P: Speaks<Q>,
    {
        ActorRef::from_address(self.address())
    }

    /// The same actor, if it is of this node: only so do its handlers that are `#[local]` have callers.
    ///
    /// On a shard that is one of its own system; on any other thread, of any system of this process that runs.
    #[must_use]
    pub fn local(&self) -> Option<LocalRef<P>>
    where
        P: Nearby,
    {
        LocalRef::at(self.address())
    }

    /// Sends a message and waits for nothing: at most once, in order, some nanoseconds on the
    /// actor's own shard. What cannot be delivered becomes a dead letter.
    #[inline]
    pub fn tell<M: Message>(&self, message: M)
    where
        P: Takes<M>,
    {
        host::send(P::WAY, self.address(), message);
    }

    /// Ends the actor after what was sent to it before; what comes later becomes dead letters, and asks
    /// end with `Stopped`.
    pub fn stop(&self) {
        host::with(|host| {
            let is_here = |host: &&Host| host.shard_id == self.address().shard_id();
            // What an actor says that was cut off, nobody hears.
            let host = host.filter(|host| is_here(host) && !host.watched.is_in_cut());
            if let Some(cell) = host.and_then(|host| host.cell(self.address().target())) {
                cell.word.set(CLOSING);
            }
        });
        host::send(host::signals(), self.address(), Signal::Stop);
    }

    /// Ends the actor after its present message; what waits becomes dead letters.
    pub fn stop_now(&self) {
        self.urge(Host::leave, Word::StopNow);
    }

    /// Asks the actor to end for this reason, when this arrives, whatever waits: at the next await of its handler,
    /// or when that returns, and after its stop hook. One with the hook `#[exit]` is told instead, and goes on if it
    /// likes.
    ///
    /// [`Normal`](ExitReason::Normal) ends only who says it to itself, and
    /// [`Kill`](ExitReason::Kill) is [`kill`](Self::kill).
    pub fn exit(&self, reason: ExitReason) {
        if matches!(reason, ExitReason::Kill) {
            return self.kill();
        }
        let from = host::running();
        host::send(host::signals(), self.address(), Signal::Exit(Said { from, reason }));
    }

    /// Ends the actor at once, with [`ExitReason::Killed`]: at the next await of
    /// its handler, or when the handler returns. What waits becomes dead letters, and a message whose handler
    /// did not come to its end is one too. No stop hook runs. It works on an actor that starts or stops, too.
    ///
    /// A handler that neither awaits nor returns for `SystemBuilder::kill_grace`, 100 ms unless said otherwise,
    /// is *cut off*: for everybody else its actor has ended, what it sends from then on is discarded, and
    /// [`Event::CutOff`](crate::Event::CutOff) says so. Its shard goes on when it returns.
    pub fn kill(&self) {
        self.urge(Host::kill, Word::Kill);
    }

    /// Does something to the actor that overtakes what waits: `here` on its own shard, else by a word.
    fn urge(&self, here: fn(&Host, Target), word: fn(Target) -> Word) {
        let (shard_id, target) = (self.address().shard_id(), self.address().target());
        let is_done = host::with(|host| match host {
            Some(host) if host.shard_id == shard_id => {
                here(host, target);
                true
            }
            // An actor of another system is nobody's here.
            Some(host) => host.shard_id.node() != shard_id.node(),
            None => false,
        });
        if !is_done && let Some(route) = route::find(shard_id.node()) {
            route.say(shard_id.shard(), word(target));
        }
    }
}

impl<P: Protocol + ?Sized> Deref for ActorRef<P> {
    type Target = P::Api;

    #[inline]
    fn deref(&self) -> &P::Api {
        &self.api
    }
}

impl<P: Protocol + ?Sized> Copy for ActorRef<P> {}
impl<P: Protocol + ?Sized> Clone for ActorRef<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Protocol + ?Sized> PartialEq for ActorRef<P> {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl<P: Protocol + ?Sized> Eq for ActorRef<P> {}

impl<P: Protocol + ?Sized> Hash for ActorRef<P> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

/// `Counter@0/3/17.1`: the type, then node, shard, slot and generation.
impl<P: Protocol + ?Sized> fmt::Debug for ActorRef<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", short_name(std::any::type_name::<P>()), self.address())
    }
}

/// Who speaks the protocol `P`: an actor with `#[actor(speaks(..))]`, and the protocol itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not speak `{P}`",
    label = "does not speak `{P}`",
    note = "add the protocol to `speaks`, as in `#[actor(speaks(..))]`"
)]
pub trait Speaks<P: Protocol + ?Sized>: Protocol {}

#[diagnostic::do_not_recommend]
impl<A, P> Speaks<P> for A
where
    A: Takes<MsgOf<P>> + ?Sized,
    P: Protocol + ?Sized,
{
}

/// A reference that speaks the protocol `P`: to an actor that does, or to the protocol itself.
///
/// It is what a method of a reference takes where the handler says `ActorRef<dyn Account>`, so that
/// `house.move_to(savings, 5)` needs no conversion.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not speak `{P}`",
    label = "not a reference that speaks `{P}`",
    note = "pass an `ActorRef` of an actor with the protocol in `#[actor(speaks(..))]`"
)]
pub trait Speaking<P: Protocol + ?Sized>: Copy {
    /// The same actor, as one that speaks `P`.
    fn speaking(self) -> ActorRef<P>;
}

#[diagnostic::do_not_recommend]
impl<A, P> Speaking<P> for ActorRef<A>
where
    A: Speaks<P> + ?Sized,
    P: Protocol + ?Sized,
{
    #[inline]
    fn speaking(self) -> ActorRef<P> {
        self.as_dyn()
    }
}
