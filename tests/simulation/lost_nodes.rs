//! A node that is lost: what waits for it hears so at once, and once.

use std::time::Duration;

use callboard::remote::NodeEvent;
use callboard::testing::{Faults, Sim};
use callboard::{ActorRef, AskError};

use crate::book::Book;
use crate::worker::Worker;

const HOUR: Duration = Duration::from_secs(3_600);

/// A worker of the second node, as the first sees it.
async fn far_worker(sim: &Sim) -> ActorRef<Worker> {
    sim.start(|node| node.register::<Worker>().export("/w"));
    let there = sim.node(1);
    let worker = there.spawn_on(0, || Worker::new("n1".to_owned(), &Book::default())).await;
    let worker = worker.expect("it starts");
    there.system().register("/w/1", worker).await.expect("the name is free");
    sim.connected().await;
    let found = sim.node(0).node().lookup("n1", "/w/1").await;
    found.expect("it is exported")
}

/// Loses the second node for the first, in one way or the other.
async fn lose(sim: &Sim) {
    let network = sim.network();
    sim.sleep(sim.random_time(Duration::ZERO..Duration::from_secs(5))).await;
    match sim.random(5) {
        0 => network.cut("n0", "n1"),
        1 => network.silence("n1", "n0"),
        2 => network.silence("n0", "n1"),
        3 => sim.node(1).crash(),
        _ => sim.node(0).node().disconnect("n1"),
    }
}

#[test]
fn a3_asks_to_a_node_that_is_lost_end_as_soon_as_that_is_known() {
    let faults = Faults::none().delay(Duration::ZERO..Duration::from_millis(30));
    let seeds = Sim::builder().nodes(2).faults(faults).explore(60, |sim| async move {
        let far = far_worker(&sim).await;
        let mut events = sim.node(0).system().subscribe::<NodeEvent>("nodes/n1");
        let held: Vec<_> =
            (0..5).map(|number| far.hold(1, number + 1).timeout(HOUR).start()).collect();
        lose(&sim).await;
        while !matches!(events.next().await, Some(Ok(NodeEvent::Down { .. }))) {}
        let known = sim.now();
        for held in held {
            assert_eq!(held.await, Err(AskError::NoConnection));
        }
        let later = sim.now() - known;
        assert!(later < Duration::from_millis(5), "the asks ended {later:?} later");
    });
    assert!(seeds > 0);
}

#[test]
fn w13_a_silent_node_is_lost_within_its_time() {
    Sim::builder().nodes(2).explore(40, |sim| async move {
        far_worker(&sim).await;
        sim.sleep(sim.random_time(Duration::ZERO..Duration::from_secs(20))).await;
        let mut events = sim.node(0).system().subscribe::<NodeEvent>("nodes/n1");
        let silent = sim.now();
        sim.network().silence("n1", "n0");
        while !matches!(events.next().await, Some(Ok(NodeEvent::Down { .. }))) {}
        let took = sim.now() - silent;
        // A pause of 3 s is forgiven, 10 s of silence are not; heartbeats come each second.
        let range = Duration::from_secs(3)..Duration::from_millis(11_100);
        assert!(range.contains(&took), "it was lost after {took:?}");
    });
}

#[test]
fn a_node_that_was_paused_itself_loses_nobody() {
    Sim::builder().nodes(2).explore(40, |sim| async move {
        let far = far_worker(&sim).await;
        sim.sleep(sim.random_time(Duration::ZERO..Duration::from_secs(5))).await;
        // Two that slept at the same time have missed nothing of each other, however long.
        let together = sim.random(2) == 0;
        let longest = Duration::from_secs(if together { 100 } else { 2 });
        let pause = sim.random_time(Duration::from_millis(100)..longest);
        let mut events = sim.node(0).system().subscribe::<NodeEvent>("nodes/n1");
        sim.node(0).pause(pause);
        if together {
            sim.node(1).pause(pause);
        }
        sim.sleep(pause + Duration::from_secs(5)).await;
        assert!(far.number().timeout(HOUR).await.is_ok(), "a pause of {pause:?} is forgiven");
        assert_eq!(sim.network().connections(), 1);
        // Nor was it lost and found again.
        assert!(events.try_next().is_none(), "after a pause of {pause:?}");
    });
}
