//! Two nodes, each built with a version of a protocol of its own, which are three crates beside this one.

#![cfg(feature = "remote")]

use std::time::Duration;

use callboard::remote::{MemoryNetwork, Node, NodeBuilder, RemoteProtocol};
use callboard::{Actor, ActorRef, System};

/// Two nodes of different versions, and a cart on the second.
#[derive(Debug)]
pub struct Pair<Ours: RemoteProtocol> {
    nodes: [Node; 2],
    systems: [System; 2],
    /// The cart as the first node sees it.
    pub cart: ActorRef<Ours>,
}

/// A cart of `Theirs` on one node, and another node that knows it as `Ours`.
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
    let cart = systems[1].spawn_on(0, Theirs::default).wait().expect("it starts");
    systems[1].register("/test/cart", cart).wait().expect("the name is free");
    let cart = here.lookup("there", "/test/cart").wait().expect("it is exported");
    Pair { nodes: [here, there], systems, cart }
}

impl<Ours: RemoteProtocol> Pair<Ours> {
    /// Ends both nodes.
    pub fn end(self) {
        drop(self.nodes);
        for system in self.systems {
            system.stop(Duration::from_secs(10));
        }
    }
}
