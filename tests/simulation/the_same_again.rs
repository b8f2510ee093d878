//! A seed says all: the same one gives the same run, and a failure names it.

use std::time::Duration;

use callboard::testing::{Done, Sim};

use crate::whatever_goes_wrong::{World, how};

#[test]
fn the_same_seed_gives_the_same_run() {
    let mut traces = Vec::new();
    for seed in 0..50 {
        let run = || {
            let run = how(Sim::builder(), seed).run(World::begin_and_end);
            let done = run.unwrap_or_else(|failure| panic!("{failure}"));
            (done.trace, done.turns, done.time)
        };
        let first = run();
        assert_eq!(first, run(), "seed {seed}");
        traces.push(first.0);
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
