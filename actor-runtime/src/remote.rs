//! The seam toward other nodes: what a crate needs that carries messages between systems, as `actor-remote` does.
//!
//! A [`Remote`] protocol has a name that peers know. Its messages leave by the function that its
//! [`Delivery`](crate::Delivery) names, which is given a [`Departure`]; what carries them is a [`Carrier`], which is
//! put into the table of nodes by [`set_standing`]. What arrives goes to its actor by [`arrive`] and [`signal`],
//! from a future that [`attend`] runs among a shard's actors.

use std::future::Future;

use crate::actor::{self, Actor, Handle};
use crate::address::{Address, ShardId, Target};
use crate::ask::Reply;
use crate::config;
use crate::error::{AskError, LookupError};
use crate::exit::{Drained, ExitReason};
use crate::host;
use crate::message::{MessageField, Protocol};
use crate::name::Kind;
use crate::query::{self, Query};
use crate::record::Letter;
use crate::route::{self, Word};
use crate::stats::DeadReason;
use crate::system::SystemRef;

pub use crate::actor::unlisted;
pub use crate::message::is_same;
pub use crate::record::{Departure, Label, Leave};
pub use crate::route::{Carrier, Crossing, Question, Standing};

/// A protocol whose messages may go to other nodes.
///
/// Made by `#[actor(remote = "..")]` and `#[protocol(remote = "..")]`.
#[diagnostic::on_unimplemented(
    message = "`ActorRef<{Self}>` cannot leave this node",
    note = "put `#[actor(remote = \"..\")]` on `{Self}`"
)]
pub trait Remote: Protocol {
    /// What peers know it as. It outlives the type's name and place.
    const NAME: &'static str;
    /// Which version of the protocol this is.
    const VERSION: u32;
    /// What its parameters are, if it has any: for each choice of them it is another protocol to peers. 0 without.
    const ARGUMENTS: u64 = 0;
    /// What peers know of it: the text of its schema lock, if it has one.
    const LOCK: Option<&'static str> = None;
}

/// An address as other nodes know it: with the id of its node in place of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireAddress {
    /// The id of the node, which names one life of it.
    pub node: u128,
    /// The shard.
    pub shard: u32,
    /// The slot of the shard.
    pub slot: u32,
    /// The life of that slot.
    pub generation: u32,
}

impl WireAddress {
    /// Says an address to other nodes; none if its node is no node others can reach.
    #[must_use]
    pub fn of(address: Address) -> Option<Self> {
        let (shard_id, target) = (address.shard_id(), address.target());
        Some(Self {
            node: route::id_of(shard_id.node())?,
            shard: shard_id.shard(),
            slot: target.slot(),
            generation: target.generation(),
        })
    }

    /// The same address on this node: of the system on whose shard this is called, or, on any other thread, of the
    /// system of this process that the id is of. None if there is no such system, or it knows too many nodes.
    #[must_use]
    pub fn here(self) -> Option<Address> {
        let home = host::with(|host| host.map(|host| host.shard_id.node()));
        let home = home.or_else(|| Some(host::home()?.me.shard_id().node()));
        let node = match home {
            Some(home) => route::node_of(home, self.node)?,
            None => route::system_of(self.node)?,
        };
        Some(address(node, self.shard, self.slot, self.generation))
    }
}

/// The address of an actor of the node with this index.
#[must_use]
pub const fn address(node: u32, shard: u32, slot: u32, generation: u32) -> Address {
    Address::new(ShardId::new(node, shard), Target::new(slot, generation))
}

/// What an address says beside its node: shard, slot and generation.
#[must_use]
pub const fn place_of(address: Address) -> (u32, u32, u32) {
    let (shard_id, target) = (address.shard_id(), address.target());
    (shard_id.shard(), target.slot(), target.generation())
}

/// The index of an address's node.
#[must_use]
pub const fn node_of(address: Address) -> u32 {
    address.shard_id().node()
}

/// Makes a system a node that others know by this id, for the rest of its life. Answers whether it was none before.
pub fn identify(system: &SystemRef, id: u128) -> bool {
    route::identify(system.node(), id)
}

/// The index of a system.
#[must_use]
pub fn index_of(system: &SystemRef) -> u32 {
    system.node()
}

/// The index by which a system knows the node of this id; none if it knows as many as it may.
#[must_use]
pub fn index_of_id(system: &SystemRef, id: u128) -> Option<u32> {
    route::node_of(system.node(), id)
}

/// Says what is known of the node with this index from now on.
pub fn set_standing(node: u32, standing: Standing) {
    route::set_standing(node, standing);
}

/// Whether the life of the node with this index is over.
#[must_use]
pub fn is_gone(node: u32) -> bool {
    matches!(route::standing(node, None), Some(Standing::Gone))
}

/// Has each link and monitor between actors of a system and those of a node fire with `NoConnection`.
pub fn lose(system: &SystemRef, node: u32) {
    if let Some(route) = route::find(system.node()) {
        for shard in 0..system.shards() {
            route.say(shard as u32, Word::Lost(node));
        }
    }
}

/// Begins a future on a shard of a system; `make` runs there, so it need not be `Send`. It is polled among the
/// shard's actors, shown as an actor of the type `K`, and dropped when the system ends.
pub fn attend<K, F>(system: &SystemRef, shard: usize, make: impl FnOnce() -> F + Send + 'static)
where
    K: 'static,
    F: Future<Output = ()> + 'static,
{
    if let Some(route) = route::find(system.node()) {
        actor::attend::<K, F>(&*route, shard as u32, make);
    }
}

/// Sends a message that came from another node; from there on it is one like any other.
#[inline]
pub fn arrive<P: Protocol + ?Sized>(to: Address, message: P::Msg) {
    host::send(P::DELIVERY, to, message);
}

/// Sends a message that came from another node and that no reference sends: the actor `A` handles it in its turn, as its
/// own; to another it is a dead letter.
pub fn arrive_unlisted<A, M>(to: Address, message: M)
where
    A: Actor + Handle<M>,
    M: MessageField,
{
    host::send(actor::unlisted_delivery::<A, M>(), to, message);
}

/// The actors of a node that other nodes see: those that speak one of some protocols. To others' words the rest is
/// nobody.
#[derive(Clone, Debug, Default)]
pub struct Visible(host::Visible);

impl Visible {
    /// Adds the actors that speak `P`. Costs a copy of the list.
    pub fn add<P: Protocol + ?Sized>(&mut self) {
        let letter: &'static Letter = P::DELIVERY.letter();
        self.0 = self.0.iter().copied().chain([letter]).collect();
    }
}

/// Says a word of the runtime that came from another node. If that one may not end actors of this node, a link that it
/// makes tells it of their end, and does not end them.
pub fn signal(to: Address, crossing: Crossing, visible: &Visible, may_end: bool) {
    host::arrives(to, crossing, &visible.0, may_end);
}

/// Whether an actor lives, for another node.
pub fn is_alive(actor: Address, visible: &Visible) -> Query<bool> {
    query::is_alive(actor, &visible.0)
}

/// Why an actor ended, once it has, for another node.
pub fn wait(actor: Address, visible: &Visible) -> Query<ExitReason> {
    query::wait(actor, &visible.0)
}

/// Drains an actor, for another node.
pub fn drain(actor: Address, nanos: u64, visible: &Visible) -> Query<Drained> {
    query::drain(actor, nanos.min(config::NEVER), &visible.0)
}

/// How an actor of another node was drained.
#[must_use]
pub const fn drained(left: u64, reason: ExitReason) -> Drained {
    Drained { left, reason }
}

/// The actor of a system that has this name as a `P`.
///
/// # Errors
///
/// As [`SystemRef::lookup`].
pub fn lookup<P: Protocol + ?Sized>(
    system: &SystemRef,
    name: &str,
) -> Result<Address, LookupError> {
    system.registry().lookup(name, Kind::of::<P>())
}

/// A message was refused on its way out: counts it as a dead letter, and says so.
pub fn refuse(message: Label, reason: DeadReason) {
    host::not_departed(message, reason);
}

/// Has the shard that turns on this thread call this before what it says to other shards goes out, at the end of its turn
/// at the latest. Answers whether one turns here. Of two calls the last counts.
#[inline]
#[must_use]
pub fn before_others(call: fn()) -> bool {
    host::with(|host| host.map(|host| host.departing.set(Some(call))).is_some())
}

/// A message that came from another node reached nobody: counts it as a dead letter, and says so. Only on a shard.
pub fn refuse_arrival<P: Protocol + ?Sized>(to: Address, reason: DeadReason) {
    let letter: &'static Letter = P::DELIVERY.letter();
    host::with(|host| host.map(|host| host.dead_letter(reason, to, letter)));
}

/// Whether this shard has more to deliver than it can in one turn: then what other nodes say is left unread for a while,
/// and they wait, instead of what they said filling the memory. The same throughout a turn, so all connections are
/// alike. Only on a shard.
#[must_use]
pub fn is_behind() -> bool {
    let queued = host::with(|host| host.map_or(0, |host| host.counters.queue.get()));
    queued > u64::from(config::TURN_RECORDS)
}

/// Reads a message that came from another node: an ask of it whose reply is dropped on the way ends with
/// [`AskError::Codec`].
pub fn decoding<R>(read: impl FnOnce() -> R) -> R {
    host::dropping_asks(AskError::Codec, read)
}

/// Makes a reply for an ask that waits on another node: `then` hears its answer, or why there is none, on this shard.
/// After so many nanoseconds that is [`AskError::Timeout`].
///
/// # Panics
///
/// On a thread that is no shard.
pub fn reply_by<T: Send + 'static>(
    timeout_nanos: u64,
    then: impl FnOnce(Result<T, AskError>) + 'static,
) -> Reply<T> {
    host::with(|host| {
        let host = host.expect("what arrives is taken on a shard");
        crate::ask::reply_by(host, timeout_nanos.min(config::NEVER), then)
    })
}

/// An ask of this node that is to be answered by another: what a [`Reply`] becomes as it leaves.
#[derive(Clone, Copy, Debug)]
pub struct Awaiting {
    to: Address,
    remaining_nanos: u64,
}

impl Awaiting {
    /// Takes the ask off the reply; who has it must end it by [`answer`](Self::answer) or [`fail`](Self::fail). Where
    /// it is not known how long the ask still has, it has the time that asks with this message have.
    pub fn new<T: Send + 'static>(reply: Reply<T>, default_nanos: u64) -> Self {
        let remaining_nanos = reply.remaining_nanos().unwrap_or(default_nanos);
        Self { to: reply.into_address(), remaining_nanos }
    }

    /// How long it has, in nanoseconds.
    #[must_use]
    pub const fn remaining_nanos(self) -> u64 {
        self.remaining_nanos
    }

    /// Ends it with its answer. `T` is the type of the reply that it was made of; with another nobody is answered.
    pub fn answer<T: Send + 'static>(self, value: T) {
        Reply::to(self.to, None).answer(value);
    }

    /// Ends it without one.
    pub fn fail(self, error: AskError) {
        host::fail(self.to, error);
    }
}

/// The deadline of asks with messages like this one that name none, in nanoseconds.
#[must_use]
#[inline]
pub fn ask_timeout_nanos(message: &Label) -> u64 {
    message.letter().ask_timeout_nanos()
}

/// Drops a message that does not leave; the ask in it, if there is one, ends with `error`.
pub fn drop_unsent<M: MessageField>(departure: &mut Departure<M>, error: AskError) {
    host::dropping_asks(error, || drop(departure.take()));
}

#[cfg(feature = "serde")]
mod with_serde {
    //! References in messages: an address with the id of its node.

    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Remote, WireAddress};
    use crate::actor_ref::ActorRef;

    /// The id of its node in two halves, the higher first, then shard, slot and generation.
    impl<P: Remote + ?Sized> Serialize for ActorRef<P> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let wire = WireAddress::of(self.address())
                .ok_or_else(|| S::Error::custom("the reference is of a system that is no node"))?;
            let WireAddress { node, shard, slot, generation } = wire;
            let halves = ((node >> 64) as u64, node as u64);
            (halves.0, halves.1, shard, slot, generation).serialize(serializer)
        }
    }

    /// On a shard, as its system knows the node; on any other thread only what is of this process.
    impl<'de, P: Remote + ?Sized> Deserialize<'de> for ActorRef<P> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let (high, low, shard, slot, generation) =
                <(u64, u64, u32, u32, u32)>::deserialize(deserializer)?;
            let node = u128::from(high) << 64 | u128::from(low);
            let address = WireAddress { node, shard, slot, generation }.here();
            address.map(Self::from_address).ok_or_else(|| {
                D::Error::custom("the reference is of a node that cannot be known here")
            })
        }
    }
}
