//! Names and groups, as an actor uses them: `cx.register(BANK)`, `cx.lookup(BANK)`, `cx.join(TELLERS)`.
//!
//! Before me: a handler or a hook. After me: the registry of the system.

use super::spawn::begin_named;
use super::{Context, Spawn};
use crate::actor_ref::ActorRef;
use crate::error::{LookupError, RegisterError};
use crate::host::{self, Host};
use crate::message::Protocol;
use crate::name::{Kind, NameOf};
use crate::registry::{Claim, Registry};

impl<A: Protocol> Context<A> {
    /// Gives the actor a name, at once, by which all actors of the system find it: best in its start hook. It may
    /// have several. The name is free again when the actor has ended, before anybody hears of that; a start
    /// that fails leaves none. To register what the actor has already is no error.
    ///
    /// # Errors
    ///
    /// [`AlreadyRegistered`](RegisterError::AlreadyRegistered) with the actor that has the name,
    /// [`BadName`](RegisterError::BadName), [`TooMany`](RegisterError::TooMany); and
    /// [`NoProc`](RegisterError::NoProc) if the actor was cut off meanwhile.
    pub fn register(&mut self, name: impl NameOf<A>) -> Result<(), RegisterError> {
        self.claim(&Claim::name::<A>(name.text()))
    }

    /// As [`spawn`](Self::spawn), with a name before anything of the new actor runs: of a type that does not take
    /// one itself, or of which there are many.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register). There is no actor then: its state is dropped, and no hook of it runs.
    pub fn spawn_named<S: Spawn>(
        &mut self,
        name: impl NameOf<S::Protocol>,
        actor: S,
    ) -> Result<ActorRef<S::Protocol>, RegisterError> {
        here(|host| begin_named(host, name.text(), actor)).map(ActorRef::from_address)
    }

    /// Takes a name off the actor. Answers whether it had it.
    pub fn unregister(&mut self, name: impl NameOf<A>) -> bool {
        let me = self.address();
        registry(|registry| registry.unregister(name.text(), me))
    }

    /// The actor of the system that has this name now: some hundred nanoseconds, a look into a table that all shards
    /// share. Keep the reference rather than look it up for each message.
    ///
    /// # Errors
    ///
    /// [`NotFound`](LookupError::NotFound); [`OtherType`](LookupError::OtherType) if what has the name was registered
    /// as another type than `P`.
    pub fn lookup<P: Protocol + ?Sized>(
        &self,
        name: impl NameOf<P>,
    ) -> Result<ActorRef<P>, LookupError> {
        registry(|registry| registry.lookup(name.text(), Kind::of::<P>()))
            .map(ActorRef::from_address)
    }

    /// Makes the actor a member of a group, at once; once, however often it joins. It is one until it leaves or has
    /// ended, and is out of the group before anybody hears of that. A group has members of one type, that of the
    /// first, and is gone with the last.
    ///
    /// # Errors
    ///
    /// [`OtherType`](RegisterError::OtherType) if the members are of another type,
    /// [`BadName`](RegisterError::BadName), [`TooMany`](RegisterError::TooMany); and
    /// [`NoProc`](RegisterError::NoProc) if the actor was cut off meanwhile.
    pub fn join(&mut self, group: impl NameOf<A>) -> Result<(), RegisterError> {
        self.claim(&Claim::membership::<A>(group.text()))
    }

    /// Ends the actor's membership of a group. Answers whether it was a member.
    pub fn leave(&mut self, group: impl NameOf<A>) -> bool {
        let me = self.address();
        registry(|registry| registry.leave(group.text(), me))
    }

    /// The members of a group now, each once, in no order that means anything; none if there is no such group.
    ///
    /// # Errors
    ///
    /// [`OtherType`](LookupError::OtherType) if the members are of another type than `P`.
    pub fn members<P: Protocol + ?Sized>(
        &self,
        group: impl NameOf<P>,
    ) -> Result<Vec<ActorRef<P>>, LookupError> {
        let members = registry(|registry| registry.members(group.text(), Kind::of::<P>()))?;
        Ok(members.into_iter().map(ActorRef::from_address).collect())
    }
}

impl<A> Context<A> {
    pub(crate) fn claim(&self, claim: &Claim) -> Result<(), RegisterError> {
        here(|host| host.claim(claim, self.me))
    }
}

fn here<R>(call: impl FnOnce(&Host) -> R) -> R {
    host::with(|host| call(host.expect("a context stays on its shard")))
}

fn registry<R>(call: impl FnOnce(&Registry) -> R) -> R {
    here(|host| call(&host.registry))
}
