//! A node: what makes a system reachable, and joins all that is beside it.

mod connection;
mod dial;
mod located;
mod named;
mod spawn;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use actor_runtime::remote::{self, Crossing, Standing, Visible};
use actor_runtime::{Address, DeadReason, LookupError, Spawn, System, SystemRef};
use tokio::sync::Notify;

pub use self::dial::Connecting;
pub use self::located::{Located, Lookup, Spawning};
pub use self::named::Named;
use self::spawn::Offer;
use crate::config::Limits;
use crate::error::{CloseCode, DecodeError, FindError, NodeError};
use crate::node_id::NodeId;
use crate::peer::{Ours, Theirs, Waiting, is_node_name};
use crate::route::{Lost, Outbound, address_of, place_of};
use crate::transport::MemoryNetwork;
#[cfg(feature = "tls")]
use crate::transport::Tls;
use crate::wire::frame::{Handler, Place, Protocol};
use crate::wire::{
    Arrivals, Codec, ProtocolSchema, Recipient, RemoteProtocol, Wire, protocol_name,
};

/// What actors of this node let those of other nodes do to them, beside what their handlers do. Nothing unless said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// `stop`, `stop_now`, `drain` and `exit`, and to end an actor of this node by a link to it that theirs have made.
    pub exit: bool,
    /// `kill`.
    pub kill: bool,
    /// To have actors begin here that [`NodeBuilder::register_spawn`] offers.
    pub spawn: bool,
}

/// Another node, as it has said and, with certificates, proven.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerInfo {
    /// Its name.
    pub name: String,
    /// Which life of it.
    pub id: NodeId,
}

/// What happens between nodes: published under `nodes/` and the name of the other node.
///
/// `system.subscribe::<NodeEvent>("nodes/**")` hears of all.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NodeEvent {
    /// The connection to a node was lost. Its links and monitors fire, asks to it end.
    Down {
        /// Who it was.
        peer: PeerInfo,
        /// Why.
        code: CloseCode,
        /// The most messages that this node had sent over the connection and that may not have arrived: the last ones.
        lost_most: u64,
    },
    /// A node is connected.
    Up(PeerInfo),
}

/// A protocol that the node takes.
pub(crate) struct Registered {
    arguments: u64,
    schema: &'static ProtocolSchema,
    fingerprint: u64,
    /// Whether it takes what it lacks the handler for.
    takes_unknown: bool,
    arrive: fn(Address, &mut Arrivals<'_>) -> Result<(), DecodeError>,
    refuse: fn(Address, DeadReason),
    find: fn(&SystemRef, &str) -> Result<Address, LookupError>,
}

impl Registered {
    fn of<P: RemoteProtocol + ?Sized>() -> Self {
        Self {
            arguments: P::ARGUMENTS,
            schema: const { &P::SCHEMA },
            fingerprint: const { P::SCHEMA.fingerprint() },
            takes_unknown: P::UNKNOWN.is_some(),
            arrive: arrive::<P>,
            refuse: remote::refuse_arrival::<P>,
            find: remote::lookup::<P>,
        }
    }

    fn said(&self) -> Protocol {
        let unknown = self.takes_unknown.then(Handler::unknown);
        Protocol {
            name: protocol_name(self.schema.name, self.arguments),
            version: self.schema.version,
            fingerprint: self.fingerprint,
            handlers: self.schema.said().chain(unknown).collect(),
        }
    }
}

/// Gives messages to their actor, up to the last or the first that cannot be read. The loop is where the type is known, and
/// nobody else reads such messages: so the compiler puts the reading there, and a message goes from its bytes into its record.
fn arrive<P>(to: Address, arrivals: &mut Arrivals<'_>) -> Result<(), DecodeError>
where
    P: RemoteProtocol + ?Sized,
{
    let sender = arrivals.sender;
    while let Some(mut decoder) = arrivals.next(const { &P::SCHEMA }) {
        if let Err(error) = P::decode(&mut decoder, Recipient::actor(to)) {
            let Some(arrive) = P::UNKNOWN else { return Err(error) };
            arrive(to, decoder.unknown_message(error, sender)?);
        }
    }
    Ok(())
}

/// Ids of protocols are hashes already.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = id;
    }
}

type Protocols = HashMap<u64, Registered, BuildHasherDefault<Identity>>;

/// Says how a node is to be: made by [`Node::builder`].
#[must_use = "a builder does nothing until `start`"]
pub struct NodeBuilder {
    name: String,
    cluster: String,
    codec: Codec,
    limits: Limits,
    rights: Rights,
    protocols: Protocols,
    visible: Visible,
    offers: HashMap<u64, Offer>,
    exports: Vec<String>,
    listen: Option<String>,
    memory: Option<MemoryNetwork>,
    insecure: bool,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
    shard: usize,
}

impl fmt::Debug for NodeBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeBuilder({}, {} protocols)", self.name, self.protocols.len())
    }
}

impl NodeBuilder {
    /// Takes messages of a protocol from other nodes, and lets them look up, monitor and link actors that speak it. What
    /// is not registered is not read, and other actors are nobody to other nodes.
    pub fn register<P: RemoteProtocol + ?Sized>(mut self) -> Self {
        self.protocols.insert(P::ID, Registered::of::<P>());
        self.visible.add::<P>();
        self
    }

    /// Lets other nodes have such actors begin here, on any shard, where [`Rights`] say `spawn`: `make` makes the state of
    /// each, of what the other node says. Takes their messages as [`register`](Self::register) does.
    ///
    /// `A` goes to other nodes as it is: where it is another type there, nothing begins.
    pub fn register_spawn<P, A>(self, make: impl Fn(A) -> P + Send + Sync + 'static) -> Self
    where
        P: RemoteProtocol + Spawn,
        A: Wire,
    {
        let mut this = self.register::<P>();
        this.offers.insert(P::ID, Offer::of(make));
        this
    }

    /// Lets other nodes look up the actor of this name, and those of the names below it.
    pub fn export(mut self, name: impl Into<String>) -> Self {
        self.exports.push(name.into());
        self
    }

    /// Takes connections at this address, such as `127.0.0.1:7000`; port 0 is any that is free.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.listen = Some(address.into());
        self
    }

    /// Uses a network within the process and no sockets: the node listens there under its name.
    pub fn memory(mut self, network: &MemoryNetwork) -> Self {
        self.memory = Some(network.clone());
        self
    }

    /// Proves by certificates who this node is, and has the others prove it; all that goes between them is encrypted.
    /// Beyond loopback a node does not listen, nor connect, without it.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Allows plain TCP beyond loopback, where anybody may read it, and be anybody. Each start says so in the log.
    pub fn insecure(mut self) -> Self {
        self.insecure = true;
        self
    }

    /// Only nodes of the same cluster connect; all are of the cluster `""` unless said here.
    pub fn cluster(mut self, cluster: impl Into<String>) -> Self {
        self.cluster = cluster.into();
        self
    }

    /// How values become bytes. Of two nodes that differ both use the codec of the one with the lower id.
    pub fn codec(mut self, codec: Codec) -> Self {
        self.codec = codec;
        self
    }

    /// What the node takes and keeps at most, and how long it waits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What other nodes may do to actors of this one.
    pub fn rights(mut self, rights: Rights) -> Self {
        self.rights = rights;
        self
    }

    /// The shard that the connections run on; 0 unless said here.
    pub fn shard(mut self, shard: usize) -> Self {
        self.shard = shard;
        self
    }

    /// Makes a system this node, for the rest of its life.
    ///
    /// # Errors
    ///
    /// [`NodeError::BadName`], [`NodeError::AlreadyNode`], [`NodeError::Insecure`], and what the operating system says
    /// of the address.
    pub fn start(self, system: &System) -> Result<Node, NodeError> {
        self.start_as(NodeId::random(), SystemRef::clone(system))
    }

    /// Makes a system the node of this id.
    pub(crate) fn start_as(self, id: NodeId, system: SystemRef) -> Result<Node, NodeError> {
        if !is_node_name(&self.name) || self.cluster.len() > 255 {
            return Err(NodeError::BadName);
        }
        let insecure = self.insecure;
        #[cfg(feature = "tls")]
        let is_open = insecure || self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        let is_open = insecure;
        let listener = match &self.listen {
            Some(address) if self.memory.is_none() => Some(bind(address, is_open)?),
            _ => None,
        };
        let address = match &listener {
            Some(listener) => Some(listener.local_addr()?),
            None => None,
        };
        if !remote::identify(&system, id.to_bits()) {
            return Err(NodeError::AlreadyNode);
        }
        let mut said: Vec<Protocol> = self.protocols.values().map(Registered::said).collect();
        said.sort_by(|one, other| one.name.cmp(&other.name));
        let inner = Arc::new(Inner {
            index: remote::index_of(&system),
            shard: self.shard.min(system.shards() - 1),
            system,
            ours: Ours {
                id: id.to_bits(),
                name: self.name,
                cluster: self.cluster,
                codec: self.codec,
                protocols: said,
            },
            limits: self.limits,
            rights: self.rights,
            protocols: self.protocols,
            visible: self.visible,
            offers: self.offers,
            exports: RwLock::new(self.exports),
            memory: self.memory,
            is_open,
            #[cfg(feature = "tls")]
            tls: self.tls,
            state: Mutex::default(),
            changes: Notify::new(),
        });
        if insecure {
            tracing::warn!(target: "callboard", node = inner.ours.name, "plain TCP: anybody may read it, and be anybody");
        }
        dial::listen(&inner, listener);
        Ok(Node { inner, address })
    }
}

/// Opens a listener; plain TCP stays on loopback unless that is said otherwise.
fn bind(address: &str, is_open: bool) -> Result<std::net::TcpListener, NodeError> {
    let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
    if !is_open && !addresses.iter().all(|address| address.ip().is_loopback()) {
        return Err(NodeError::Insecure);
    }
    let listener = std::net::TcpListener::bind(&*addresses)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// A system that others can reach, and its connections. Dropping it closes them; the system goes on.
#[derive(Debug)]
pub struct Node {
    inner: Arc<Inner>,
    address: Option<SocketAddr>,
}

impl Node {
    /// Says how a node of this name is to be. Names tell nodes apart for people and for [`lookup`](Self::lookup);
    /// each life of a node has an id beside it.
    pub fn builder(name: impl Into<String>) -> NodeBuilder {
        NodeBuilder {
            name: name.into(),
            cluster: String::new(),
            codec: Codec::default(),
            limits: Limits::default(),
            rights: Rights::default(),
            protocols: Protocols::default(),
            visible: Visible::default(),
            offers: HashMap::new(),
            exports: Vec::new(),
            listen: None,
            memory: None,
            insecure: false,
            #[cfg(feature = "tls")]
            tls: None,
            shard: 0,
        }
    }

    /// Which life of which node this is.
    #[must_use]
    pub fn info(&self) -> PeerInfo {
        let Ours { name, id, .. } = &self.inner.ours;
        PeerInfo { name: name.clone(), id: NodeId::of_bits(*id) }
    }

    /// Where it takes connections, if it listens on a socket.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Connects to the node at this address, and connects again whenever that is lost, for as long as this node
    /// lives; within a [`MemoryNetwork`] the address is the node's name. What it gives need not be awaited.
    ///
    /// Awaited, it says who the node is once it is connected. While nobody answers it goes on trying, after 100 ms
    /// at first, then after twice as long each time, 30 s at most; [`Limits::backoff`] sets both.
    ///
    /// # Errors
    ///
    /// [`NodeError::Closed`] if one of the two nodes refuses the other: it goes on trying. It does not after
    /// [`NodeError::BadAddress`] and [`NodeError::Insecure`].
    pub fn connect(&self, address: impl Into<String>) -> Connecting {
        dial::connect(&self.inner, address.into())
    }

    /// Lets other nodes look up the actor of this name, and those of the names below it.
    pub fn export(&self, name: impl Into<String>) {
        self.inner.exports.write().unwrap_or_else(PoisonError::into_inner).push(name.into());
    }

    /// Asks a node that is connected for a reference to its actor of this name: await that, or wait for it on a
    /// thread that may block.
    ///
    /// # Errors
    ///
    /// [`FindError`] has the cases. It ends after 5 s at the latest.
    pub fn lookup<P: RemoteProtocol + ?Sized>(&self, node: &str, name: &str) -> Lookup<P> {
        located::look_up(&self.inner, node, name)
    }

    /// Has a node that is connected begin an actor, made of these arguments as it has said by
    /// [`NodeBuilder::register_spawn`]: await the reference, or wait for it on a thread that may block.
    ///
    /// The actor is that node's: it lives when this one is gone, until somebody ends it who may.
    ///
    /// # Errors
    ///
    /// [`SpawnError`](crate::SpawnError) has the cases. There is no deadline but that of the start hook.
    pub fn spawn<P: RemoteProtocol + ?Sized>(
        &self,
        node: &str,
        arguments: impl Wire,
    ) -> Spawning<P> {
        located::spawn(&self.inner, node, &arguments)
    }

    /// An actor of another node by its name, to be found again whenever that node returns.
    pub fn named<P: RemoteProtocol + ?Sized>(&self, node: &str, name: &str) -> Named<P> {
        Named::new(&self.inner, node, name)
    }

    /// The nodes that are connected now, by their names.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerInfo> {
        let state = self.inner.state();
        let connected = state.peers.iter().filter(|(_, peer)| peer.outbound.is_some());
        connected.map(|(name, peer)| peer.info(name)).collect()
    }

    /// Closes the connection to a node, as if it had been lost; whoever dialled connects again.
    pub fn disconnect(&self, node: &str) {
        let outbound = self.inner.outbound(node);
        if let Some((outbound, _)) = outbound {
            outbound.end(CloseCode::Leaving);
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.inner.leave();
    }
}

/// What is known of a node of some name.
#[derive(Debug)]
struct Peer {
    id: u128,
    /// By which the table of nodes has it.
    index: u32,
    /// The number of the connection on which this life has answered last; 0 if it has on none.
    answered: u64,
    /// A connection whose handshake goes on has been chosen.
    is_claimed: bool,
    /// Another life that says it is there, and has still to answer.
    said: Option<u128>,
    outbound: Option<Arc<Outbound>>,
}

/// What has to end, for another life of a node is there or another connection.
struct Before {
    /// The life that is over.
    gone: Option<u32>,
    outbound: Option<Arc<Outbound>>,
}

impl Before {
    /// Ends it. Nothing is locked.
    fn end(self) {
        if let Some(index) = self.gone {
            remote::set_standing(index, Standing::Gone);
        }
        if let Some(outbound) = self.outbound {
            actor_runtime::sometimes!(NewLife);
            outbound.end(CloseCode::Restarted);
        }
    }
}

impl Peer {
    /// A life has answered on the connection of this number. A life before that never did may be a later one.
    fn answer(&mut self, id: u128, index: u32, number: u64) -> Before {
        let is_over = self.id != id && self.answered > 0;
        let before = Before { gone: is_over.then_some(self.index), outbound: self.outbound.take() };
        (self.id, self.index, self.answered) = (id, index, self.answered.max(number));
        before
    }

    fn info(&self, name: &str) -> PeerInfo {
        PeerInfo { name: name.to_owned(), id: NodeId::of_bits(self.id) }
    }
}

/// What changes while the node lives.
#[derive(Debug, Default)]
struct State {
    /// By name.
    peers: BTreeMap<String, Peer>,
    /// Connections so far, whatever became of them.
    connections: u64,
    /// Handshakes that go on.
    handshakes: usize,
    /// The same by the address that they come from.
    from: HashMap<IpAddr, usize>,
    is_leaving: bool,
}

pub(crate) struct Inner {
    system: SystemRef,
    index: u32,
    shard: usize,
    ours: Ours,
    limits: Limits,
    rights: Rights,
    protocols: Protocols,
    visible: Visible,
    offers: HashMap<u64, Offer>,
    exports: RwLock<Vec<String>>,
    memory: Option<MemoryNetwork>,
    /// Whether it may go beyond loopback.
    is_open: bool,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
    state: Mutex<State>,
    /// Told of each change of a peer, and as the node leaves.
    changes: Notify,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({})", self.ours.name)
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.notify_waiters();
    }

    fn is_leaving(&self) -> bool {
        self.state().is_leaving
    }

    fn leave(&self) {
        let mut state = self.state();
        state.is_leaving = true;
        let connected: Vec<_> =
            state.peers.values().filter_map(|peer| peer.outbound.clone()).collect();
        drop(state);
        self.changed();
        connected.iter().for_each(|outbound| outbound.end(CloseCode::Leaving));
    }

    #[inline]
    fn protocol(&self, id: u64) -> Option<&Registered> {
        self.protocols.get(&id)
    }

    /// The address of an actor of this node.
    #[inline]
    const fn own(&self, place: Place) -> Address {
        address_of(self.index, place)
    }

    /// Whether an actor of another node may say this.
    fn may(&self, crossing: &Crossing) -> bool {
        let may = match crossing {
            Crossing::Exit(..) | Crossing::Stop | Crossing::StopNow => self.rights.exit,
            Crossing::Kill => self.rights.kill,
            _ => true,
        };
        if !may {
            tracing::warn!(target: "callboard", node = self.ours.name, ?crossing, "no right to say it");
        }
        may
    }

    /// Who has a name, for another node.
    fn find(&self, protocol: u64, name: &str) -> Result<Place, FindError> {
        let known = self.protocol(protocol).ok_or(FindError::UnknownProtocol)?;
        let exports = self.exports.read().unwrap_or_else(PoisonError::into_inner);
        let is_below = |export: &String| {
            name.strip_prefix(&**export)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // A name that is not exported is as good as none.
        if !exports.iter().any(is_below) {
            return Err(FindError::NotFound);
        }
        drop(exports);
        match (known.find)(&self.system, name) {
            Ok(address) => Ok(place_of(address)),
            Err(LookupError::OtherType { .. }) => Err(FindError::OtherType),
            Err(_) => Err(FindError::NotFound),
        }
    }

    /// The connection to a node, and who that is.
    fn outbound(&self, node: &str) -> Option<(Arc<Outbound>, u32)> {
        let state = self.state();
        let peer = state.peers.get(node)?;
        Some((peer.outbound.clone()?, peer.index))
    }

    /// The number of a connection, as soon as there is a socket.
    fn number(&self) -> u64 {
        let mut state = self.state();
        state.connections += 1;
        state.connections
    }

    /// Chooses a connection to a node: no other to the same life of it goes on. The arbiter refuses a second one;
    /// the other node takes what the arbiter has chosen.
    ///
    /// A life that has answered on a connection was there when that was opened. So of two lives the later is the one
    /// that answered on the later connection, and what an earlier one said before its end, and is heard now, changes
    /// nothing. At the arbiter a life has said hello, and answers before [`open`](Self::open); elsewhere it has answered
    /// when it is chosen.
    fn claim(&self, theirs: &Theirs, number: u64, is_arbiter: bool) -> Result<(), CloseCode> {
        let index = remote::index_of_id(&self.system, theirs.id).ok_or(CloseCode::TooManyPeers)?;
        let mut state = self.state();
        if state.is_leaving {
            return Err(CloseCode::Leaving);
        }
        // Its own place is free for a node that returns.
        let is_other = |(name, peer): &(&String, &Peer)| {
            let is_there = peer.is_claimed || peer.said.is_some() || peer.outbound.is_some();
            **name != theirs.name && is_there
        };
        if state.peers.iter().filter(is_other).count() >= self.limits.peers {
            return Err(CloseCode::TooManyPeers);
        }
        if remote::is_gone(index) {
            return Err(CloseCode::Restarted);
        }
        let is_anothers = |(name, peer): (&String, &Peer)| {
            *name != theirs.name && (peer.id == theirs.id || peer.said == Some(theirs.id))
        };
        if state.peers.iter().any(is_anothers) {
            // References to that node's actors would lead here.
            return Err(CloseCode::Unauthenticated);
        }
        let peer = state.peers.entry(theirs.name.clone()).or_insert(Peer {
            id: theirs.id,
            index,
            answered: 0,
            is_claimed: false,
            said: None,
            outbound: None,
        });
        if peer.id != theirs.id && number < peer.answered {
            drop(state);
            remote::set_standing(index, Standing::Gone);
            return Err(CloseCode::Restarted);
        }
        if !is_arbiter {
            let before = peer.answer(theirs.id, index, number);
            peer.is_claimed = true;
            drop(state);
            before.end();
            return Ok(());
        }
        let is_chosen = if peer.id == theirs.id {
            peer.outbound.is_some() || std::mem::replace(&mut peer.is_claimed, true)
        } else {
            peer.said.replace(theirs.id) == Some(theirs.id)
        };
        if is_chosen {
            actor_runtime::sometimes!(DuplicateConnection);
            return Err(CloseCode::Duplicate);
        }
        Ok(())
    }

    /// The handshake with the connection that was chosen has failed.
    fn unclaim(&self, theirs: &Theirs) {
        let mut state = self.state();
        let Some(peer) = state.peers.get_mut(&theirs.name) else { return };
        peer.is_claimed &= peer.id != theirs.id;
        peer.said = peer.said.filter(|said| *said != theirs.id);
    }

    /// The connection that was chosen is open: from here on messages go by it.
    fn open(&self, theirs: &Theirs, number: u64, outbound: &Arc<Outbound>) {
        let mut state = self.state();
        let peer = state.peers.get_mut(&theirs.name);
        let peer = peer.filter(|peer| peer.id == theirs.id || number > peer.answered);
        let Some(peer) = peer else {
            // A later life of the node was here meanwhile.
            drop(state);
            return outbound.end(CloseCode::Restarted);
        };
        let before = peer.answer(theirs.id, outbound.node, number);
        peer.is_claimed = false;
        peer.said = peer.said.filter(|said| *said != theirs.id);
        peer.outbound = Some(outbound.clone());
        let info = peer.info(&theirs.name);
        remote::set_standing(peer.index, Standing::Connected(outbound.clone()));
        let is_leaving = state.is_leaving;
        drop(state);
        before.end();
        if is_leaving {
            outbound.end(CloseCode::Leaving);
        }
        self.changed();
        self.publish(&info.name.clone(), NodeEvent::Up(info));
    }

    /// A connection has ended.
    fn lost(&self, outbound: &Arc<Outbound>, who: &PeerInfo, code: CloseCode, lost: Lost) {
        let mut state = self.state();
        let is_present = |peer: &&mut Peer| {
            peer.outbound.as_ref().is_some_and(|present| Arc::ptr_eq(present, outbound))
        };
        if let Some(peer) = state.peers.get_mut(&who.name).filter(is_present) {
            peer.outbound = None;
            remote::set_standing(outbound.node, Standing::Lost);
        }
        drop(state);
        if lost.messages > 0 {
            actor_runtime::sometimes!(LostRange);
        }
        lost.waiting.into_iter().for_each(Waiting::lose);
        remote::lose(&self.system, outbound.node);
        self.changed();
        tracing::info!(target: "callboard", node = self.ours.name, peer = who.name, %code, "disconnected");
        let (peer, lost_most) = (who.clone(), lost.messages);
        self.publish(&who.name, NodeEvent::Down { peer, code, lost_most });
    }

    fn publish(&self, name: &str, event: NodeEvent) {
        self.system.publish(&format!("nodes/{name}"), event);
    }
}
