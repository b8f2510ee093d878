//! Places in bounded mailboxes: taken at once by `try_tell`, waited for by `reserve`.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::actor_ref::ActorRef;
use crate::address::{Address, Target};
use crate::ask::{Ask, Reply, ask_by};
use crate::cell::status::{CLOSING, ENDING, LEAVING, LENT};
use crate::error::{ReserveError, TellError};
use crate::host::{self, Host, Signal, Sought};
use crate::mailbox::{Overflow, Seeker};
use crate::message::{Message, Protocol, Takes};
use crate::record::Mark;
use crate::route::{self, Standing};

/// A place in an actor's mailbox, or the right to send to one without a bound.
#[derive(Debug)]
pub(crate) struct Place {
    actor: Address,
    /// It is counted, and so it must be used or given back.
    is_promised: bool,
}

impl Place {
    /// Where anybody may send, there is nothing to count.
    pub(crate) const fn unbounded(actor: Address) -> Self {
        Self { actor, is_promised: false }
    }

    /// A place that was counted as promised.
    pub(crate) const fn promised(actor: Address) -> Self {
        Self { actor, is_promised: true }
    }

    /// Gives it to who waits for one.
    pub(crate) fn give(self, seeker: &Seeker) {
        Reply::to(seeker.from, None).answer(self);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_promised {
            host::send(host::signals(), self.actor, Signal::GiveBack);
        }
    }
}

/// A place in an actor's mailbox, kept for one message: made by [`ActorRef::reserve`].
///
/// It is kept for as long as the permit lives; dropping that gives the place to who waits for one. It may go
/// to any thread. If the actor has ended by then, what is sent is a dead letter as ever.
#[must_use = "it keeps a place in the mailbox: `send` with it, or drop it"]
pub struct Permit<P: Protocol + ?Sized> {
    place: Place,
    protocol: PhantomData<fn(Box<P>)>,
}

impl<P: Protocol + ?Sized> Permit<P> {
    const fn new(place: Place) -> Self {
        Self { place, protocol: PhantomData }
    }

    /// Sends the message; it has its place, whoever else waits. Costs what a tell costs.
    pub fn send<M: Message>(self, message: M)
    where
        P: Takes<M>,
    {
        // The place goes with the message.
        let place = ManuallyDrop::new(self.place);
        let mark = if place.is_promised { Mark::Placed } else { Mark::Plain };
        host::send(P::WAY.marked(mark), place.actor, message);
    }
}

impl<P: Protocol + ?Sized> fmt::Debug for Permit<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actor = ActorRef::<P>::from_address(self.place.actor);
        write!(f, "Permit({actor:?})")
    }
}

/// A wait for a place in an actor's mailbox: a lazy future of a [`Permit`], made by [`ActorRef::reserve`].
///
/// Nobody waits until it is awaited. Dropping it takes no place.
#[must_use = "it does nothing until awaited: `.await?`, or `.wait()?` on a thread that may block"]
pub struct Reserve<P: Protocol + ?Sized> {
    place: Ask<Place>,
    actor: Address,
    /// Says to the mailbox that somebody waits; gone with the wait.
    wanted: Option<Arc<()>>,
    protocol: PhantomData<fn(Box<P>)>,
}

impl<P: Protocol + ?Sized> Reserve<P> {
    /// Sets the deadline, from when it is awaited; that of the actor's asks unless said here.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.place = self.place.timeout(timeout);
        self
    }

    /// Waits for the place, on a thread that may block.
    ///
    /// # Errors
    ///
    /// As for awaiting it.
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up: await it there.
    pub fn wait(self) -> Result<Permit<P>, ReserveError> {
        Ok(Permit::new(self.place.wait()?))
    }
}

impl<P: Protocol + ?Sized> Future for Reserve<P> {
    type Output = Result<Permit<P>, ReserveError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let place = Pin::new(&mut self.place).poll(cx);
        if place.is_ready() {
            self.wanted = None;
        }
        place.map_ok(Permit::new).map_err(ReserveError::from)
    }
}

// Nothing in it is pinned.
impl<P: Protocol + ?Sized> Unpin for Reserve<P> {}

impl<P: Protocol + ?Sized> fmt::Debug for Reserve<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actor = ActorRef::<P>::from_address(self.actor);
        write!(f, "Reserve({actor:?})")
    }
}

/// What `try_tell` knows of a mailbox.
enum Open {
    /// Whatever comes is taken, or it is not known.
    Yes,
    /// A place was taken for the message.
    Placed,
    Full,
    Stopped,
}

impl Open {
    /// Of a mailbox of this shard.
    fn here(host: &Host, actor: Address) -> Self {
        let Some(cell) = host.cell(actor.target()) else { return Self::Stopped };
        if cell.word.has(CLOSING | ENDING | LEAVING | LENT) {
            return Self::Stopped;
        }
        let bound = cell.kind().and_then(|kind| kind.options.bound);
        match bound.filter(|bound| bound.overflow == Overflow::Reject) {
            None => Self::Yes,
            Some(bound) => cell.with_extras(|extras| {
                if !extras.room.has_place(bound) {
                    return Self::Full;
                }
                extras.room.promised += 1;
                Self::Placed
            }),
        }
    }

    fn of(actor: Address) -> Self {
        let shard_id = actor.shard_id();
        host::with(|host| match host {
            Some(host) if host.shard_id == shard_id => Self::here(host, actor),
            Some(host) if host.shard_id.node() != shard_id.node() => {
                Self::away(actor, Some(host.shard_id.node()))
            }
            Some(_) => Self::Yes,
            None => match route::find(shard_id.node()) {
                None => Self::Stopped,
                Some(route) if route.is_other() => Self::away(actor, None),
                Some(_) => Self::Yes,
            },
        })
    }

    /// Of the way to another node. An actor of another system that is none is nobody's here.
    #[cold]
    fn away(actor: Address, home: Option<u32>) -> Self {
        match route::standing(actor.shard_id().node(), home) {
            Some(Standing::Connected(carrier)) if carrier.has_room() => Self::Yes,
            Some(Standing::Connected(_)) => Self::Full,
            _ => Self::Stopped,
        }
    }
}

impl<P: Protocol + ?Sized> ActorRef<P> {
    /// As [`tell`](Self::tell), but gives the message back where this shard knows that it would be lost.
    ///
    /// To an actor of the same shard the answer is exact. To others it is that of `tell`, and a message that
    /// comes too late, or finds no place, becomes a dead letter.
    ///
    /// # Errors
    ///
    /// [`TellError::Full`] if the mailbox has no place and rejects what finds none, [`TellError::Stopped`] if
    /// the actor has ended or is about to; each with the message.
    pub fn try_tell<M: Message>(&self, message: M) -> Result<(), TellError<M>>
    where
        P: Takes<M>,
    {
        let mark = match Open::of(self.address()) {
            Open::Yes => Mark::Plain,
            Open::Placed => Mark::Placed,
            Open::Full => return Err(TellError::Full(message)),
            Open::Stopped => return Err(TellError::Stopped(message)),
        };
        host::send(P::WAY.marked(mark), self.address(), message);
        Ok(())
    }

    /// Waits for a place in the mailbox: a lazy future of a [`Permit`], which sends one message that will find
    /// its place. Places are given in the order of waiting. A mailbox without a bound has one at once.
    ///
    /// # Errors
    ///
    /// [`ReserveError::Timeout`] after the time that asks to the actor have, 5 s unless its type says otherwise,
    /// or after that of [`timeout`](Reserve::timeout);
    /// [`ReserveError::Stopped`] or [`ReserveError::NoProc`] if there is no such actor, or when it ends;
    /// [`ReserveError::WouldDeadlock`] if an actor waits in a handler for its own full mailbox.
    pub fn reserve(&self) -> Reserve<P> {
        let actor = self.address();
        let wanted = Arc::new(());
        let seen = Arc::downgrade(&wanted);
        let blocks_itself = host::home().is_some_and(|home| home.me == actor);
        let seek = move |_, reply: Reply<Place>| {
            let by_itself =
                blocks_itself || host::with(|host| host.is_some_and(|host| host.is_polled(actor)));
            let seeker = Seeker { from: reply.into_address(), wanted: seen, by_itself };
            let sought = Sought::new(seeker);
            let home = host::with(|host| host.map(|host| host.shard_id.node()));
            match route::standing(actor.shard_id().node(), home) {
                // For another node the way there is reserved.
                Some(Standing::Connected(carrier)) => carrier.when_room(Box::new(move || {
                    if let Some(seeker) = sought.take() {
                        Place::unbounded(actor).give(&seeker);
                    }
                })),
                _ => host::send(host::signals(), actor, Signal::Reserve(sought)),
            }
        };
        // It is asked of the shard, not of a handler: an actor may reserve its own places.
        let shard = Address::new(actor.shard_id(), Target::NOBODY);
        let place = ask_by(shard, P::DELIVERY.letter().ask_timeout_nanos(), seek);
        Reserve { place, actor, wanted: Some(wanted), protocol: PhantomData }
    }
}
