//! `#[callboard::test]` with a `Sim` runs in the simulator.

use std::time::Duration;

use callboard::testing::Sim;

#[callboard::test(seed = 7, nodes = 3, shards = 1, time = virtual, timeout = "1h", faults(drop = 0.01, delay = "0ms..20ms", partition))]
async fn a_test_has_the_world_it_asks_for(sim: Sim) {
    assert_eq!((sim.seed(), sim.nodes().len(), sim.node(2).system().shards()), (7, 3, 1));
    sim.start(|node| node);
    sim.connected().await;
    sim.sleep(Duration::from_secs(1_800)).await;
    assert!(sim.now() >= Duration::from_secs(1_800));
}

#[callboard::test(explore = 20, faults(all))]
async fn a_test_may_return_a_result(sim: Sim) -> Result<(), String> {
    sim.sleep(Duration::from_secs(1)).await;
    Ok(())
}

#[callboard::test(explore = 5)]
#[should_panic(expected = "the test returned an error\n\nwith seed ")]
async fn a_test_that_returns_an_error_has_failed(sim: Sim) -> Result<(), String> {
    Err(format!("{sim:?} has failed"))
}

#[callboard::test(timeout = "1m")]
#[should_panic(expected = "the run does not end")]
async fn a_test_that_takes_too_long_has_failed(sim: Sim) {
    sim.sleep(Duration::from_secs(3_600)).await;
}
