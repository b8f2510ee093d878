//! References by name, which find their actor again when its node returns.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use actor_runtime::{ActorRef, Remote};

use super::located::look_up;
use super::{Inner, remote};
use crate::error::FindError;
use crate::wire::RemoteProtocol;

/// An actor of another node by its name: made by [`Node::named`](crate::Node::named).
///
/// It keeps the reference that it found, and looks the name up again once that is of a life of the node that is over.
pub struct Named<P: Remote + ?Sized> {
    inner: Arc<Inner>,
    node: String,
    name: String,
    found: Mutex<Option<ActorRef<P>>>,
}

impl<P: RemoteProtocol + ?Sized> Named<P> {
    pub(super) fn new(inner: &Arc<Inner>, node: &str, name: &str) -> Self {
        let (node, name) = (node.to_owned(), name.to_owned());
        Self { inner: inner.clone(), node, name, found: Mutex::default() }
    }

    /// The actor; waits until its node is connected. Costs a lock while that is the one it was found on.
    ///
    /// # Errors
    ///
    /// As [`Node::lookup`](crate::Node::lookup); [`FindError::NoConnection`] only if this node ends, or the
    /// connection is lost while it is asked.
    pub async fn get(&self) -> Result<ActorRef<P>, FindError> {
        let index = loop {
            let changed = self.inner.changes.notified();
            if let Some((_, index)) = self.inner.outbound(&self.node) {
                break index;
            }
            if self.inner.is_leaving() {
                return Err(FindError::NoConnection);
            }
            changed.await;
        };
        let found = *self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = found.filter(|found| remote::node_of(found.address()) == index) {
            return Ok(found);
        }
        let found = look_up(&self.inner, &self.node, &self.name).await?;
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(found)
    }

    /// Forgets what was found, so that it is looked up again: for an actor that has ended while its node lives.
    pub fn forget(&self) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl<P: Remote + ?Sized> fmt::Debug for Named<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Named({} at {})", self.name, self.node)
    }
}
