//! Actors that one node has another begin.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actor_runtime::{ActorRef, Address, Remote, Spawn, StartError, SystemRef};
use tokio::sync::oneshot;

use super::Inner;
use crate::error::{DecodeError, SpawnError};
use crate::route::address_of;
use crate::wire::frame::Place;
use crate::wire::{Codec, RemoteProtocol, Wire, fingerprint};

/// An actor that is made, until its start hook has ended.
pub(super) type Starting = Pin<Box<dyn Future<Output = Result<Address, StartError>> + Send>>;

type Begin = dyn Fn(&SystemRef, Codec, &[u8]) -> Result<Starting, DecodeError> + Send + Sync;

/// What other nodes may have begun here.
pub(super) struct Offer {
    /// Of the type of the arguments.
    pub(super) fingerprint: u64,
    /// Reads the arguments, and begins the actor on the next shard.
    pub(super) begin: Box<Begin>,
}

impl Offer {
    pub(super) fn of<P, A>(make: impl Fn(A) -> P + Send + Sync + 'static) -> Self
    where
        P: RemoteProtocol + Spawn,
        A: Wire,
    {
        let make = Arc::new(make);
        let begin = move |system: &SystemRef, codec: Codec, mut bytes: &[u8]| {
            let arguments: A = codec.decode(&mut bytes)?;
            if !bytes.is_empty() {
                return Err(DecodeError::Trailing(bytes.len()));
            }
            let make = make.clone();
            let started = system.spawn_on(actor_runtime::Place::Any, move || make(arguments));
            let started = async { started.await.map(|actor| actor.address()) };
            Ok(Box::pin(started) as Starting)
        };
        Self { fingerprint: const { fingerprint(A::SCHEMA) }, begin: Box::new(begin) }
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Offer({:x})", self.fingerprint)
    }
}

/// An actor that another node begins: made by [`Node::spawn`](crate::Node::spawn), asked for at once.
#[derive(Debug)]
#[must_use = "it is a future of the actor: `.await` it, or `.wait()` on a thread that may block"]
pub struct Spawning<P: ?Sized> {
    answer: oneshot::Receiver<Result<Place, SpawnError>>,
    node: u32,
    protocol: PhantomData<fn(Box<P>)>,
}

pub(super) fn spawn<P: RemoteProtocol + ?Sized, A: Wire>(
    inner: &Arc<Inner>,
    node: &str,
    arguments: &A,
) -> Spawning<P> {
    let (tell, answer) = oneshot::channel();
    let mut index = 0;
    match inner.outbound(node) {
        Some((outbound, node)) => {
            index = node;
            outbound.spawn(P::ID, arguments, tell);
        }
        // The receiver is here.
        None => drop(tell.send(Err(SpawnError::NoConnection))),
    }
    Spawning { answer, node: index, protocol: PhantomData }
}

impl<P: Remote + ?Sized> Spawning<P> {
    fn begun(
        node: u32,
        answer: Result<Result<Place, SpawnError>, oneshot::error::RecvError>,
    ) -> Result<ActorRef<P>, SpawnError> {
        let place = answer.unwrap_or(Err(SpawnError::NoConnection))?;
        Ok(ActorRef::from_address(address_of(node, place)))
    }

    /// Waits until the start hook has ended, on a thread that may block.
    ///
    /// # Errors
    ///
    /// As for awaiting it.
    ///
    /// # Panics
    ///
    /// In async code, which it would hold up: await it there.
    pub fn wait(self) -> Result<ActorRef<P>, SpawnError> {
        Self::begun(self.node, self.answer.blocking_recv())
    }
}

impl<P: Remote + ?Sized> Future for Spawning<P> {
    type Output = Result<ActorRef<P>, SpawnError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let node = self.node;
        Pin::new(&mut self.answer).poll(cx).map(|answer| Self::begun(node, answer))
    }
}

// Nothing in it is pinned.
impl<P: ?Sized> Unpin for Spawning<P> {}
