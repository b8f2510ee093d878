//! References that another node is asked for: a question to the node, and its answer.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use actor_runtime::{ActorRef, Remote};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::RecvError;

use super::Inner;
use crate::config::NAME_BYTES;
use crate::error::{FindError, SpawnError};
use crate::route::{Outbound, address_of};
use crate::wire::frame::Place;
use crate::wire::{RemoteProtocol, Wire};

type Answer<E> = Result<Place, E>;

/// A question to another node for an actor of some name: made by [`Node::lookup`](crate::Node::lookup), asked at once.
pub type Lookup<P> = Located<P, FindError>;

/// An actor that another node begins: made by [`Node::spawn`](crate::Node::spawn), asked for at once.
pub type Spawning<P> = Located<P, SpawnError>;

/// A reference that another node is asked for: a [`Lookup`] or a [`Spawning`].
#[derive(Debug)]
#[must_use = "it is a future of the actor: `.await` it, or `.wait()` on a thread that may block"]
pub struct Located<P: ?Sized, E> {
    answer: oneshot::Receiver<Answer<E>>,
    node: u32,
    /// What it ends with where nobody answers.
    lost: fn() -> E,
    protocol: PhantomData<fn(Box<P>)>,
}

pub(super) fn look_up<P: RemoteProtocol + ?Sized>(
    inner: &Inner,
    node: &str,
    name: &str,
) -> Lookup<P> {
    Located::ask(
        inner,
        node,
        || FindError::NoConnection,
        |outbound, tell| {
            if name.len() > NAME_BYTES {
                // The receiver is here.
                return drop(tell.send(Err(FindError::NotFound)));
            }
            outbound.look_up(P::ID, name, tell);
        },
    )
}

pub(super) fn spawn<P: RemoteProtocol + ?Sized, A: Wire>(
    inner: &Inner,
    node: &str,
    arguments: &A,
) -> Spawning<P> {
    Located::ask(
        inner,
        node,
        || SpawnError::NoConnection,
        |outbound, tell| {
            outbound.spawn(P::ID, arguments, tell);
        },
    )
}

impl<P: Remote + ?Sized, E> Located<P, E> {
    /// Asks by the connection to a node; where there is none, nobody asks, and nobody answers.
    fn ask(
        inner: &Inner,
        node: &str,
        lost: fn() -> E,
        ask: impl FnOnce(&Outbound, oneshot::Sender<Answer<E>>),
    ) -> Self {
        let (tell, answer) = oneshot::channel();
        let mut index = 0;
        if let Some((outbound, node)) = inner.outbound(node) {
            index = node;
            ask(&outbound, tell);
        }
        Self { answer, node: index, lost, protocol: PhantomData }
    }

    fn found(
        node: u32,
        lost: fn() -> E,
        answer: Result<Answer<E>, RecvError>,
    ) -> Result<ActorRef<P>, E> {
        let place = answer.unwrap_or_else(|_| Err(lost()))?;
        Ok(ActorRef::from_address(address_of(node, place)))
    }

    /// Waits for the actor, on a thread that may block: one that begins is there when its start hook has ended.
    ///
    /// # Errors
    ///
    /// As for awaiting it.
    ///
    /// # Panics
    ///
    /// In async code, which it would hold up: await it there.
    pub fn wait(self) -> Result<ActorRef<P>, E> {
        Self::found(self.node, self.lost, self.answer.blocking_recv())
    }
}

impl<P: Remote + ?Sized, E> Future for Located<P, E> {
    type Output = Result<ActorRef<P>, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (node, lost) = (self.node, self.lost);
        Pin::new(&mut self.answer).poll(cx).map(|answer| Self::found(node, lost, answer))
    }
}

// Nothing in it is pinned.
impl<P: ?Sized, E> Unpin for Located<P, E> {}
