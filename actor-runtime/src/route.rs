//! The table of nodes, and how a record reaches a shard from a thread that is none of its system.
//!
//! Every system of the process is a node with an index that is never used again. The table is how an
//! address finds its system from a plain thread, or from another system's shard; it keeps no system alive
//! and is not used on the way between shards of one system.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use tokio::sync::oneshot;

use crate::address::{Address, Target};
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
}

/// By index; none where the system has ended.
static NODES: RwLock<Vec<Option<Weak<dyn Route>>>> = RwLock::new(Vec::new());

/// Adds a system to the table: `make` is given its index.
pub(crate) fn register<R: Route + 'static>(make: impl FnOnce(u32) -> Arc<R>) -> Arc<R> {
    let mut nodes = NODES.write().unwrap_or_else(PoisonError::into_inner);
    let node = u32::try_from(nodes.len()).expect("fewer than four billion systems in one process");
    let route = make(node);
    let weak: Weak<R> = Arc::downgrade(&route);
    nodes.push(Some(weak));
    route
}

/// The system with this index, unless it has ended.
pub(crate) fn find(node: u32) -> Option<Arc<dyn Route>> {
    let nodes = NODES.read().unwrap_or_else(PoisonError::into_inner);
    nodes.get(node as usize)?.as_ref()?.upgrade()
}

/// Takes a system that has ended off the table; its index stays used.
pub(crate) fn forget(node: u32) {
    let mut nodes = NODES.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(entry) = nodes.get_mut(node as usize) {
        *entry = None;
    }
}
