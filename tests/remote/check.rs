//! Fixtures: two nodes, and what is on them.

use std::time::Duration;

use callboard::remote::{MemoryNetwork, Node, NodeBuilder, RemoteProtocol};
use callboard::{ActorRef, System};

use crate::counter::Counter;

/// Longer than any machine needs; a case that takes it has failed.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// More time than the end of a system needs; what is left after it is seen in the report.
pub(crate) const END: Duration = Duration::from_secs(10);

/// A real system whose threads may run anywhere: tests run beside one another.
pub(crate) fn real(shards: usize) -> System {
    System::builder().shards(shards).pin(false).start().expect("a system starts")
}

/// A node that takes counters and exports what is below `/test`: on a network within the process, or on loopback.
pub(crate) fn node(network: Option<&MemoryNetwork>, name: &str) -> NodeBuilder {
    let node = Node::builder(name).register::<Counter>().export("/test");
    match network {
        Some(network) => node.memory(network),
        None => node.listen("127.0.0.1:0"),
    }
}

/// A node and its system.
pub(crate) struct At<'a> {
    pub(crate) system: &'a System,
    pub(crate) node: &'a Node,
}

impl At<'_> {
    /// A counter of this node, and as the other sees it.
    pub(crate) fn counter(&self, shard: usize, seen_from: &At<'_>) -> [ActorRef<Counter>; 2] {
        let shard = shard % self.system.shards();
        let counter = self.system.spawn_on(shard, Counter::default).wait().expect("it starts");
        let name = format!("/test/counter/{}", self.system.child_names("/test/counter").len());
        self.system.register(&name, counter).wait().expect("the name is free");
        let seen = seen_from.node.lookup(&self.node.info().name, &name).wait();
        [counter, seen.expect("it is exported")]
    }
}

impl At<'_> {
    /// An actor of this node as the other sees it.
    pub(crate) fn share<A: RemoteProtocol>(
        &self,
        actor: ActorRef<A>,
        seen_from: &At<'_>,
    ) -> ActorRef<A> {
        let name = format!("/test/shared/{}", self.system.child_names("/test/shared").len());
        self.system.register(&name, actor).wait().expect("the name is free");
        seen_from.node.lookup(&self.node.info().name, &name).wait().expect("it is exported")
    }
}

/// Two nodes, the first connected to the second.
pub(crate) struct Pair {
    systems: [System; 2],
    nodes: [Node; 2],
}

impl Pair {
    /// `how` says how each is to be.
    pub(crate) fn new(
        network: Option<&MemoryNetwork>,
        shards: usize,
        how: impl Fn(NodeBuilder) -> NodeBuilder,
    ) -> Self {
        let systems = [real(shards), real(shards)];
        let a = how(node(network, "a")).start(&systems[0]).expect("a node");
        let b = how(node(network, "b")).start(&systems[1]).expect("a node");
        let address = b.address().map_or_else(|| "b".to_owned(), |address| address.to_string());
        assert_eq!(a.connect(address).wait().map(|peer| peer.name).ok().as_deref(), Some("b"));
        // The other may learn it a moment later.
        while b.peers().is_empty() {
            std::thread::yield_now();
        }
        Self { systems, nodes: [a, b] }
    }

    /// Runs a case, and ends both.
    pub(crate) fn run(self, case: impl Fn(At<'_>, At<'_>)) {
        let [a, b] = &self.nodes;
        let [here, there] = &self.systems;
        case(At { system: here, node: a }, At { system: there, node: b });
        drop(self.nodes);
        for system in self.systems {
            let report = system.stop(END);
            assert_eq!((report.actors_left, report.stuck_shards), (0, 0), "{report}");
        }
    }
}

/// Runs a case with two nodes.
pub(crate) fn two_nodes(
    network: Option<&MemoryNetwork>,
    shards: usize,
    case: impl Fn(At<'_>, At<'_>),
) {
    Pair::new(network, shards, |node| node).run(case);
}

/// Runs a case within the process and on loopback, on one shard and on two.
pub(crate) fn everywhere(case: impl Fn(At<'_>, At<'_>)) {
    for shards in [1, 2] {
        two_nodes(Some(&MemoryNetwork::default()), shards, &case);
        two_nodes(None, shards, &case);
    }
}
