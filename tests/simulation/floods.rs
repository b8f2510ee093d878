//! What floods in from another node waits there, and not in the memory of the one that cannot keep up.

use callboard::prelude::*;
use callboard::testing::Sim;

/// Fewer than may wait to be sent.
const MANY: u64 = 30_000;

/// Records in a shard's queue that are no flood: those of a few turns.
const FEW: u64 = 10_000;

#[actor(remote = "simulation.counter")]
#[derive(Default)]
struct Counter {
    taken: u64,
}

#[handlers]
impl Counter {
    #[tell]
    fn take(&mut self, _word: u64) {
        self.taken += 1;
    }

    #[ask]
    fn taken(&self) -> u64 {
        self.taken
    }
}

#[test]
fn what_floods_in_from_another_node_waits_there() {
    Sim::builder().nodes(2).shards(1).explore(3, |sim| async move {
        sim.start(|node| node.register::<Counter>().export("/counter"));
        let counter = sim.node(1).spawn_on(0, Counter::default).await.expect("it starts");
        let system = sim.node(1).system();
        system.register("/counter", counter).await.expect("the name is free");
        sim.connected().await;
        let found = sim.node(0).node().lookup::<Counter>("n1", "/counter").await;
        let found = found.expect("it is exported");
        sim.node(0).enter(0, || (0..MANY).for_each(|word| found.take(word)));
        let mut most = 0;
        while system.stats().total().handled < MANY {
            most = most.max(system.stats().total().queue);
            tokio::task::yield_now().await;
        }
        assert_eq!(found.taken().await, Ok(MANY));
        assert!(most < FEW, "{most} records were in the queue");
    });
}
