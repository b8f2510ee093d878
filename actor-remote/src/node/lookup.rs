//! Names of other nodes: a question to the node, and its answer.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actor_runtime::{ActorRef, Remote};
use tokio::sync::oneshot;

use super::Inner;
use crate::config::NAME_BYTES;
use crate::error::FindError;
use crate::route::address_of;
use crate::wire::RemoteProtocol;
use crate::wire::frame::Place;

/// A question to another node for an actor of some name: made by [`Node::lookup`](crate::Node::lookup), asked at once.
#[derive(Debug)]
#[must_use = "it is a future of the answer: `.await` it, or `.wait()` on a thread that may block"]
pub struct Lookup<P: ?Sized> {
    answer: oneshot::Receiver<Result<Place, FindError>>,
    node: u32,
    protocol: PhantomData<fn(Box<P>)>,
}

pub(super) fn look_up<P: RemoteProtocol + ?Sized>(
    inner: &Arc<Inner>,
    node: &str,
    name: &str,
) -> Lookup<P> {
    let (tell, answer) = oneshot::channel();
    let mut index = 0;
    match inner.outbound(node) {
        Some(_) if name.len() > NAME_BYTES => drop(tell.send(Err(FindError::NotFound))),
        Some((outbound, node)) => {
            index = node;
            outbound.look_up(P::ID, name, tell);
        }
        // The receiver is here.
        None => drop(tell.send(Err(FindError::NoConnection))),
    }
    Lookup { answer, node: index, protocol: PhantomData }
}

impl<P: Remote + ?Sized> Lookup<P> {
    fn found(
        node: u32,
        answer: Result<Result<Place, FindError>, oneshot::error::RecvError>,
    ) -> Result<ActorRef<P>, FindError> {
        let place = answer.unwrap_or(Err(FindError::NoConnection))?;
        Ok(ActorRef::from_address(address_of(node, place)))
    }

    /// Waits for the answer, on a thread that may block.
    ///
    /// # Errors
    ///
    /// As for awaiting it.
    ///
    /// # Panics
    ///
    /// In async code, which it would hold up: await it there.
    pub fn wait(self) -> Result<ActorRef<P>, FindError> {
        Self::found(self.node, self.answer.blocking_recv())
    }
}

impl<P: Remote + ?Sized> Future for Lookup<P> {
    type Output = Result<ActorRef<P>, FindError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let node = self.node;
        Pin::new(&mut self.answer).poll(cx).map(|answer| Self::found(node, answer))
    }
}

// Nothing in it is pinned.
impl<P: ?Sized> Unpin for Lookup<P> {}
