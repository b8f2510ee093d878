//! A seed says all: the same one gives the same run, and a failure names it.

use std::time::Duration;

use callboard::prelude::*;
use callboard::testing::{Done, Faults, Sim};

/// Counts, and tells its friends.
#[actor(remote = "simulation.gossip")]
#[derive(Default)]
pub(crate) struct Gossip {
    heard: u64,
    friends: Vec<ActorRef<Self>>,
}

#[handlers]
impl Gossip {
    #[tell]
    pub(crate) fn befriend(&mut self, friend: ActorRef<Self>) {
        self.friends.push(friend);
    }

    #[tell]
    pub(crate) fn hear(&mut self, hops: u32) {
        self.heard += 1;
        if hops > 0 {
            self.friends.iter().for_each(|friend| friend.hear(hops - 1));
        }
    }

    #[ask]
    pub(crate) fn heard(&self) -> u64 {
        self.heard
    }

    #[every("300ms")]
    fn remind(&mut self) {
        self.friends.iter().for_each(|friend| friend.hear(0));
    }

    #[ask]
    pub(crate) async fn ask_friends(&self) -> u64 {
        let mut heard = 0;
        for friend in &self.friends {
            heard += friend.heard().timeout(Duration::from_millis(700)).await.unwrap_or(1_000);
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        heard
    }
}

/// Three nodes gossip while all kinds of things go wrong.
fn gossip(seed: u64) -> Done<Vec<Result<u64, AskError>>> {
    let cluster = Sim::builder().seed(seed).nodes(3).faults(Faults::all());
    let run = cluster.run(|sim| async move {
        sim.start(|node| node.register::<Gossip>().export("/gossip"));
        let mut all = Vec::new();
        for node in sim.nodes() {
            let gossip = node.spawn_on(sim.random(2), Gossip::default).await.expect("it starts");
            node.system().register("/gossip", gossip).await.expect("the name is free");
            all.push(gossip);
        }
        sim.connected().await;
        for node in sim.nodes() {
            for other in sim.nodes().iter().filter(|other| other.name() != node.name()) {
                let friend = node.node().lookup::<Gossip>(other.name(), "/gossip").await;
                if let Ok(friend) = friend {
                    all[sim.random(3)].befriend(friend);
                }
            }
        }
        let mut answers = Vec::new();
        for _ in 0..10 {
            all[sim.random(3)].hear(2);
            answers.push(all[sim.random(3)].ask_friends().await);
            sim.sleep(Duration::from_millis(400)).await;
        }
        if sim.random(2) == 0 {
            sim.node(1).restart();
            sim.sleep(Duration::from_secs(3)).await;
        }
        answers
    });
    run.unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let mut traces = Vec::new();
    for seed in 0..50 {
        let (first, second) = (gossip(seed), gossip(seed));
        let what =
            |done: &Done<_>| (done.trace, done.turns, done.time, format!("{:?}", done.output));
        assert_eq!(what(&first), what(&second), "seed {seed}");
        traces.push(first.trace);
    }
    traces.sort_unstable();
    traces.dedup();
    assert_eq!(traces.len(), 50, "each seed has a run of its own");
}

#[test]
fn a_failure_names_its_seed_and_how_to_see_it_again() {
    let run = Sim::builder().seed(7).run(|sim| async move {
        sim.sleep(Duration::from_secs(5)).await;
        panic!("it went wrong");
    });
    let failure = run.map(|done: Done<()>| done.trace).expect_err("the body panics");
    let text = failure.to_string();
    assert!(text.starts_with("it went wrong\n\nwith seed 7, after 5"), "{text}");
    let again = "CALLBOARD_SEED=7 cargo test -- --exact the_same_again::a_failure_names_its_seed";
    assert!(text.contains(again), "{text}");
}
