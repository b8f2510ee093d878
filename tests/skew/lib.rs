//! Two nodes, each built with a version of a protocol of its own, which are three crates beside this one.

#![cfg(feature = "remote")]

use std::time::Duration;

use callboard::remote::{MemoryNetwork, Node, NodeBuilder, RemoteProtocol};
use callboard::{Actor, ActorRef, Report, System};

/// Two nodes of different versions, and an actor on the second.
#[derive(Debug)]
pub struct Pair<Ours: RemoteProtocol> {
    nodes: [Node; 2],
    systems: [System; 2],
    /// The actor as the first node sees it.
    pub actor: ActorRef<Ours>,
}

/// An actor of `Theirs` on one node, and another node that knows it as `Ours`.
///
/// # Panics
///
/// If the nodes do not find each other.
#[must_use]
pub fn seen<Theirs, Ours>() -> Pair<Ours>
where
    Theirs: RemoteProtocol + Actor + Default,
    Ours: RemoteProtocol,
{
    let system = || System::builder().shards(1).pin(false).start().expect("a system starts");
    let (network, systems) = (MemoryNetwork::default(), [system(), system()]);
    let start = |node: NodeBuilder, system: &System| {
        node.export("/test").memory(&network).start(system).expect("a node")
    };
    let here = start(Node::builder("here").register::<Ours>(), &systems[0]);
    let there = start(Node::builder("there").register::<Theirs>(), &systems[1]);
    here.connect("there").wait().expect("they connect");
    let actor = systems[1].spawn_on(0, Theirs::default).wait().expect("it starts");
    systems[1].register("/test/actor", actor).wait().expect("the name is free");
    let actor = here.lookup("there", "/test/actor").wait().expect("it is exported");
    Pair { nodes: [here, there], systems, actor }
}

impl<Ours: RemoteProtocol> Pair<Ours> {
    /// Ends both nodes; how each system ended.
    pub fn end(self) -> [Report; 2] {
        drop(self.nodes);
        self.systems.map(|system| system.stop(Duration::from_secs(10)))
    }
}
