//! The table of nodes, and how a record reaches a shard from a thread that is none of its system.
//!
//! Every system of the process is a node with an index that is never used again. The table is how an
//! address finds its system from a plain thread, or from another system's shard; it keeps no system alive
//! and is not used on the way between shards of one system.
//!
//! Nodes of other processes have entries as well, each known to one system of this process, its *home*, by the
//! 128 bits that name one life of that node. What carries words there is put into the entry while there is a
//! connection. Two systems of one process know each other in this way alone.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use tokio::sync::oneshot;

use crate::address::{Address, ShardId, Target};
use crate::config;
use crate::exit::{Drained, ExitReason};
use crate::record::Loose;

/// What a thread outside a system may ask of one of its shards.
pub(crate) enum Word {
    /// Run this in a turn of the shard.
    Call(Box<dyn FnOnce() + Send>),
    /// This actor of another shard was cut off, so its shard cannot tell of its end.
    CutOff(Address),
    /// End this actor at once; `Watched::kill` has noted it.
    Kill(Target),
    /// Look at what the system asks of its shards.
    Look,
    /// The connection to the node of this index is lost, so no actor of it can tell of its end.
    Lost(u32),
    /// Deliver this record.
    Record(Loose),
    /// End this actor after its present message.
    StopNow(Target),
    /// Poll this actor.
    Wake(Target),
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Call(_) => "Call",
            Self::CutOff(_) => "CutOff",
            Self::Kill(_) => "Kill",
            Self::Look => "Look",
            Self::Lost(_) => "Lost",
            Self::Record(_) => "Record",
            Self::StopNow(_) => "StopNow",
            Self::Wake(_) => "Wake",
        })
    }
}

/// A system, as threads outside it see it.
pub(crate) trait Route: Send + Sync {
    /// Hands a word to a shard. One that can no longer be taken is dropped, and a record counted.
    fn say(&self, shard: u32, word: Word);

    /// Hears when an actor is cut off, see `Watched::hear`; never if there is no such shard.
    fn hear_cut_off(&self, shard: u32, actor: Target) -> oneshot::Receiver<()>;

    /// The system itself, for who knows its type.
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;

    /// How many shards there are.
    fn shards(&self) -> usize;

    /// The shard for an actor that may run on any: each in turn.
    fn next_shard(&self) -> u32;

    /// Whether it is another node, to which messages go by their own way.
    fn is_other(&self) -> bool {
        false
    }
}

/// What carries words to another node, while there is a connection to it.
pub trait Carrier: Any + Send + Sync + fmt::Debug {
    /// Takes a word of the runtime for an actor of that node; in order with the messages that it takes.
    fn signal(&self, to: Address, signal: Crossing);

    /// Asks an actor of that node what no handler answers. Whoever is to be told is dropped where there is no such
    /// actor.
    fn ask(&self, to: Address, question: Question);

    /// Whether a message would find room on its way out now.
    fn has_room(&self) -> bool;

    /// Calls this once a message would find room: now, or on another thread. Drops it when the connection is lost.
    fn when_room(&self, call: Box<dyn FnOnce() + Send>);
}

/// A word of the runtime between actors of two nodes.
#[derive(Clone, Debug)]
pub enum Crossing {
    /// The monitor of this number, of this actor, is taken off.
    Demonitor(Address, u64),
    /// Your monitor of this number has fired.
    Down {
        /// The number.
        monitor: u64,
        /// Who ended.
        actor: Address,
        /// Why.
        reason: ExitReason,
        /// Which of its incarnations.
        incarnation: u64,
        /// Whether another follows.
        restarting: bool,
    },
    /// This actor, or nobody, wants you to end.
    Exit(Option<Address>, ExitReason),
    /// End at once.
    Kill,
    /// This actor has linked to you.
    Link(Address),
    /// The actor to which you are linked has ended.
    LinkDown(Address, ExitReason),
    /// This actor's monitor of this number watches you.
    Monitor(Address, u64),
    /// End after what was sent before.
    Stop,
    /// End after the present message.
    StopNow,
    /// This actor has unlinked from you, by the unlink of this number.
    Unlink(Address, u64),
    /// This actor has heard of your unlink of this number.
    Unlinked(Address, u64),
}

/// A question of the runtime to an actor of another node, and who is told.
#[derive(Debug)]
pub enum Question {
    /// End after what was sent before, at once after so many nanoseconds, and say how it went.
    Drain(u64, oneshot::Sender<Drained>),
    /// Say that you live.
    IsAlive(oneshot::Sender<bool>),
    /// Say why you ended, once you have.
    Wait(oneshot::Sender<ExitReason>),
}

impl Question {
    /// Whether nobody waits for the answer any more.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        match self {
            Self::Drain(_, tell) => tell.is_closed(),
            Self::IsAlive(tell) => tell.is_closed(),
            Self::Wait(tell) => tell.is_closed(),
        }
    }

    /// Tells who asks that it will not be answered, and why.
    pub fn fail(self, why: ExitReason) {
        // Whoever asked may wait no more. That an actor lives cannot be said of one that is out of reach.
        match self {
            Self::Drain(_, tell) => drop(tell.send(Drained { left: 0, reason: why })),
            Self::IsAlive(tell) => drop(tell.send(false)),
            Self::Wait(tell) => drop(tell.send(why)),
        }
    }
}

/// What is known of another node.
#[derive(Clone, Debug)]
pub enum Standing {
    /// There is a connection.
    Connected(Arc<dyn Carrier>),
    /// Its life is over: its actors are nobody.
    Gone,
    /// There is none now.
    Lost,
}

/// Another node, as its home knows it.
struct Other {
    node: u32,
    id: u128,
    home: (u32, Weak<dyn Route>),
    standing: Mutex<Standing>,
}

impl Other {
    fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn home(&self) -> Option<Arc<dyn Route>> {
        self.home.1.upgrade()
    }
}

/// Words for another node that a plain thread says: its home says them.
impl Route for Other {
    fn say(&self, shard: u32, word: Word) {
        let (target, signal) = match word {
            Word::Kill(target) => (target, Crossing::Kill),
            Word::StopNow(target) => (target, Crossing::StopNow),
            Word::Call(call) => {
                if let Some(home) = self.home() {
                    home.say(0, Word::Call(call));
                }
                return;
            }
            // The others are for cells of this process.
            word => return drop(word),
        };
        if let Standing::Connected(carrier) = self.standing() {
            carrier.signal(Address::new(ShardId::new(self.node, shard), target), signal);
        }
    }

    fn hear_cut_off(&self, _shard: u32, _actor: Target) -> oneshot::Receiver<()> {
        oneshot::channel().1
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }

    fn shards(&self) -> usize {
        self.home().map_or(0, |home| home.shards())
    }

    fn next_shard(&self) -> u32 {
        0
    }

    fn is_other(&self) -> bool {
        true
    }
}

/// A line of the table.
enum Entry {
    /// Its system has ended.
    Ended,
    /// A node of another process, or another system that this one's home is connected to.
    Other(Arc<Other>),
    /// A system of this process, with its id if it is a node others can reach.
    System(Weak<dyn Route>, Option<u128>),
}

#[derive(Default)]
struct Nodes {
    /// By index.
    entries: Vec<Entry>,
    /// By the index of a home, those it knows, by their ids.
    known: HashMap<u32, HashMap<u128, u32>>,
}

impl Nodes {
    fn entry(&self, node: u32) -> Option<&Entry> {
        self.entries.get(node as usize)
    }
}

static NODES: RwLock<Option<Nodes>> = RwLock::new(None);

/// Counts the changes of what is known of nodes, each after it was made.
static CHANGES: AtomicU64 = AtomicU64::new(0);

fn changed() {
    // Ordering: pairs with the load in `Known::look`, so that who sees it sees the change.
    CHANGES.fetch_add(1, Ordering::Release);
}

fn read<R>(read: impl FnOnce(&Nodes) -> Option<R>) -> Option<R> {
    read(NODES.read().unwrap_or_else(PoisonError::into_inner).as_ref()?)
}

fn write<R>(write: impl FnOnce(&mut Nodes) -> R) -> R {
    write(NODES.write().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

/// Adds a system to the table: `make` is given its index.
pub(crate) fn register<R: Route + 'static>(make: impl FnOnce(u32) -> Arc<R>) -> Arc<R> {
    write(|nodes| {
        let node = next_index(nodes);
        let route = make(node);
        let weak: Weak<R> = Arc::downgrade(&route);
        nodes.entries.push(Entry::System(weak, None));
        route
    })
}

fn next_index(nodes: &Nodes) -> u32 {
    u32::try_from(nodes.entries.len()).expect("fewer than four billion nodes in one process")
}

/// Who takes words for the node with this index, unless that is a system which has ended.
pub(crate) fn find(node: u32) -> Option<Arc<dyn Route>> {
    read(|nodes| match nodes.entry(node)? {
        Entry::Ended => None,
        Entry::Other(other) => Some(other.clone() as Arc<dyn Route>),
        Entry::System(route, _) => route.upgrade(),
    })
}

/// Takes a system that has ended off the table, with the nodes it knew; their indices stay used.
pub(crate) fn forget(node: u32) {
    // What goes may be the last to hold a connection, whose drop may look here.
    let gone: Vec<Entry> = write(|nodes| {
        let known = nodes.known.remove(&node).unwrap_or_default();
        let mut gone = Vec::new();
        for index in known.into_values().chain([node]) {
            if let Some(entry) = nodes.entries.get_mut(index as usize) {
                gone.push(std::mem::replace(entry, Entry::Ended));
            }
        }
        gone
    });
    changed();
    drop(gone);
}

/// Makes a system a node that others can reach, by this id. Answers whether it had none.
pub(crate) fn identify(node: u32, id: u128) -> bool {
    write(|nodes| match nodes.entries.get_mut(node as usize) {
        Some(Entry::System(_, own @ None)) => {
            *own = Some(id);
            true
        }
        _ => false,
    })
}

/// The id of the node with this index, if it has one.
pub(crate) fn id_of(node: u32) -> Option<u128> {
    read(|nodes| match nodes.entry(node)? {
        Entry::Ended => None,
        Entry::Other(other) => Some(other.id),
        Entry::System(_, id) => *id,
    })
}

/// The system of this process that is the node of this id.
pub(crate) fn system_of(id: u128) -> Option<u32> {
    read(|nodes| {
        let own = |entry: &Entry| matches!(entry, Entry::System(_, Some(own)) if *own == id);
        nodes.entries.iter().position(own).map(|index| index as u32)
    })
}

/// The index by which a system knows the node of this id, itself among them; none if it knows too many.
pub(crate) fn node_of(home: u32, id: u128) -> Option<u32> {
    if id_of(home) == Some(id) {
        return Some(home);
    }
    let known = |nodes: &Nodes| nodes.known.get(&home)?.get(&id).copied();
    if let Some(node) = read(known) {
        return Some(node);
    }
    write(|nodes| {
        // Another thread may have been here since.
        if let Some(node) = known(nodes) {
            return Some(node);
        }
        let route = match nodes.entry(home)? {
            Entry::System(route, _) => route.clone(),
            _ => return None,
        };
        let node = next_index(nodes);
        let known = nodes.known.entry(home).or_default();
        if known.len() >= config::NODES {
            return None;
        }
        known.insert(id, node);
        let standing = Mutex::new(Standing::Lost);
        let other = Other { node, id, home: (home, route), standing };
        nodes.entries.push(Entry::Other(Arc::new(other)));
        Some(node)
    })
}

/// Says what is known of another node from now on.
pub(crate) fn set_standing(node: u32, standing: Standing) {
    let other = read(|nodes| match nodes.entry(node)? {
        Entry::Other(other) => Some(other.clone()),
        _ => None,
    });
    let Some(other) = other else { return };
    let before = std::mem::replace(
        &mut *other.standing.lock().unwrap_or_else(PoisonError::into_inner),
        standing,
    );
    changed();
    drop(before);
}

/// What there is toward the node of this index, for the system `home`; for any thread, if that is none.
pub(crate) fn standing(node: u32, home: Option<u32>) -> Option<Standing> {
    read(|nodes| match nodes.entry(node)? {
        Entry::Other(other) if home.is_none_or(|home| home == other.home.0) => {
            Some(other.standing())
        }
        _ => None,
    })
}

/// What a shard knows of the node that it sent to last: while nothing changes it need not look again, which would cost
/// two locks and a count of references.
pub(crate) struct Known {
    node: u32,
    /// The changes before it looked.
    changes: u64,
    pub(crate) standing: Standing,
}

impl Known {
    /// What there is toward the node of this index, for a shard of the system `home`.
    pub(crate) fn look(node: u32, home: u32) -> Self {
        // Ordering: pairs with the addition in `changed`.
        let changes = CHANGES.load(Ordering::Acquire);
        let standing = standing(node, Some(home)).unwrap_or(Standing::Gone);
        Self { node, changes, standing }
    }

    /// Whether it is what there is toward this node.
    pub(crate) fn is_of(&self, node: u32) -> bool {
        // Ordering: as above.
        self.node == node && self.changes == CHANGES.load(Ordering::Acquire)
    }
}
