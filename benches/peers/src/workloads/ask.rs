//! An ask and its answer: plain, and through an actor whose async handler asks in turn.

use crate::harness::Clock;
use crate::workloads::{Asked, Framework, Measured, Workload, sum_below};

/// Answers twice the number.
pub(crate) struct Doubler;

impl Asked for Doubler {
    type Question = u64;
    type Answer = u64;

    fn asked(&mut self, value: u64) -> u64 {
        value * 2
    }
}

pub(crate) struct Ask;

impl Workload for Ask {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let doubler = on.spawn_asked(0, Doubler).await;
        let clock = Clock::start();
        let mut sum = 0;
        for value in 0..operations {
            sum += F::ask(&doubler, value).await;
        }
        let time = clock.time();
        assert_eq!(sum, 2 * sum_below(operations), "the answers are right");
        Measured::new(time, operations)
    }
}

/// An operation is two asks: one to the relay, and the one that its handler awaits.
pub(crate) struct AsyncHandler;

impl Workload for AsyncHandler {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let doubler = on.spawn_asked(0, Doubler).await;
        let relay = on.spawn_relay(doubler).await;
        let clock = Clock::start();
        let mut sum = 0;
        for value in 0..operations {
            sum += F::ask_relay(&relay, value).await;
        }
        let time = clock.time();
        assert_eq!(sum, 2 * sum_below(operations), "the answers are right");
        Measured::new(time, operations)
    }
}
