//! What a handler is given beside its message.

use std::fmt;
use std::marker::PhantomData;

use super::Spawn;
use crate::actor_ref::ActorRef;
use crate::address::{Address, Target};
use crate::error::StartError;
use crate::host;
use crate::message::Protocol;

/// What a handler may ask of its actor: `cx: &mut Context<Self>`, the first parameter after `self`.
///
/// It stays on the actor's shard: it is neither `Send` nor `Clone`.
pub struct Context<A> {
    pub(super) me: Target,
    actor: PhantomData<*const A>,
}

impl<A> Context<A> {
    pub(crate) const fn new(me: Target) -> Self {
        Self { me, actor: PhantomData }
    }
}

impl<A> Context<A> {
    pub(crate) fn target(&self) -> Target {
        self.me
    }

    // A context stays with its actor.
    #[inline]
    pub(super) fn address(&self) -> Address {
        host::address_here(self.me)
    }

    /// The actor itself. What is told to it goes to the end of the queue, never inline.
    #[must_use]
    pub fn me(&self) -> ActorRef<A>
    where
        A: Protocol,
    {
        ActorRef::from_address(self.address())
    }

    /// Ends the actor once the present handler has ended; what waits becomes dead letters.
    pub fn stop(&mut self)
    where
        A: Protocol,
    {
        self.me().stop_now();
    }

    /// Publishes a value to all who are subscribed to its type and topic, as
    /// [`SystemRef::publish`](crate::SystemRef::publish) does.
    pub fn publish<T: Clone + Send + 'static>(&self, topic: &str, value: T) {
        let publisher = host::at_home(|host| host.publisher.clone());
        publisher.publish_value(topic, &value);
    }

    /// As the free function [`spawn`](crate::spawn): an actor on this shard, at once.
    pub fn spawn<S: Spawn>(&mut self, actor: S) -> ActorRef<S::Protocol> {
        super::spawn(actor)
    }

    /// As the free function [`start`](crate::start): the same, ended when the start hook has.
    ///
    /// # Errors
    ///
    /// If the start hook ended the actor, wants none, or took too long.
    pub async fn start<S: Spawn>(&mut self, actor: S) -> Result<ActorRef<S::Protocol>, StartError> {
        super::start(actor).await
    }
}

impl<A> fmt::Debug for Context<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({})", self.address())
    }
}
