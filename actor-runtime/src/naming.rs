//! Names and groups of a system, from any thread: `system.lookup(BANK)`, `system.names("/svc")`.
//!
//! Before me: whoever has a `SystemRef`. After me: the registry to read, and the shard of an actor to register it.

use crate::actor_ref::ActorRef;
use crate::error::{LookupError, RegisterError};
use crate::message::Protocol;
use crate::name::{Kind, NameOf};
use crate::query::{self, Query};
use crate::registry::{Claim, Named};
use crate::system::SystemRef;

/// Names and groups.
///
/// Who has a name, and who is in a group, is looked up in tables that all shards share, from any thread: what
/// changes meanwhile is seen or not, but an actor is found in none of them by who has heard of its end.
impl SystemRef {
    /// Gives an actor of the system a name: [`Context::register`](crate::Context::register), said by another. The
    /// actor's shard does it when it hears of it; await that, or wait for it on a thread that may block.
    ///
    /// ```
    /// # use actor_runtime::{Actor, ActorRef, Name, RegisterError, System};
    /// fn open<Bank: Actor>(system: &System, bank: ActorRef<Bank>) -> Result<(), RegisterError> {
    ///     system.register("/svc/bank", bank).wait()?;
    ///     assert_eq!(system.lookup("/svc/bank"), Ok(bank));
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As there; and [`NoProc`](RegisterError::NoProc) if there is no such actor.
    pub fn register<P: Protocol + ?Sized>(
        &self,
        name: impl NameOf<P>,
        actor: ActorRef<P>,
    ) -> Query<Result<(), RegisterError>> {
        query::claim(self.node(), actor, Claim::name::<P>(name.text()))
    }

    /// Takes a name off an actor, at once. Answers whether it had it: what another has, it keeps.
    pub fn unregister<P: Protocol + ?Sized>(
        &self,
        name: impl NameOf<P>,
        actor: ActorRef<P>,
    ) -> bool {
        self.registry().unregister(name.text(), actor.address())
    }

    /// The actor that has this name now, as [`Context::lookup`](crate::Context::lookup).
    ///
    /// # Errors
    ///
    /// [`NotFound`](LookupError::NotFound); [`OtherType`](LookupError::OtherType) if what has the name was registered
    /// as another type than `P`.
    pub fn lookup<P: Protocol + ?Sized>(
        &self,
        name: impl NameOf<P>,
    ) -> Result<ActorRef<P>, LookupError> {
        self.registry().lookup(name.text(), Kind::of::<P>()).map(ActorRef::from_address)
    }

    /// The names at and below a path, sorted as text, with who has them: `/svc/bank` and `/svc/bank/teller/7` for
    /// `/svc/bank`, but not `/svc/banker`; all names for `""`. What changes while it is listed is there or not.
    ///
    /// To watch a path, subscribe to [`events`](Self::events) first, list its names, and go on with the events that
    /// are of it, see [`Event::is_of_name_below`](crate::Event::is_of_name_below).
    #[must_use]
    pub fn names(&self, path: &str) -> Vec<Named> {
        self.registry().below(path)
    }

    /// The direct children of a path, sorted: `/svc/bank/teller` for `/svc/bank`, once, whether an actor has that
    /// name or only others below it.
    #[must_use]
    pub fn child_names(&self, path: &str) -> Vec<String> {
        self.registry().children(path)
    }

    /// Makes an actor of the system a member of a group: [`Context::join`](crate::Context::join), said by another,
    /// and done as [`register`](Self::register) is.
    ///
    /// # Errors
    ///
    /// As there; and [`NoProc`](RegisterError::NoProc) if there is no such actor.
    pub fn join<P: Protocol + ?Sized>(
        &self,
        group: impl NameOf<P>,
        actor: ActorRef<P>,
    ) -> Query<Result<(), RegisterError>> {
        query::claim(self.node(), actor, Claim::membership::<P>(group.text()))
    }

    /// Ends an actor's membership of a group, at once. Answers whether it was a member.
    pub fn leave<P: Protocol + ?Sized>(&self, group: impl NameOf<P>, actor: ActorRef<P>) -> bool {
        self.registry().leave(group.text(), actor.address())
    }

    /// The members of a group now, as [`Context::members`](crate::Context::members).
    ///
    /// # Errors
    ///
    /// [`OtherType`](LookupError::OtherType) if the members are of another type than `P`.
    pub fn members<P: Protocol + ?Sized>(
        &self,
        group: impl NameOf<P>,
    ) -> Result<Vec<ActorRef<P>>, LookupError> {
        let members = self.registry().members(group.text(), Kind::of::<P>())?;
        Ok(members.into_iter().map(ActorRef::from_address).collect())
    }

    /// Calls `tell` with each member of a group: `system.broadcast(TELLERS, |teller| teller.close())`. Answers how
    /// many that were.
    ///
    /// # Errors
    ///
    /// As [`members`](Self::members).
    pub fn broadcast<P: Protocol + ?Sized>(
        &self,
        group: impl NameOf<P>,
        tell: impl FnMut(ActorRef<P>),
    ) -> Result<usize, LookupError> {
        let members = self.members(group)?;
        let count = members.len();
        members.into_iter().for_each(tell);
        Ok(count)
    }
}
