//! Actors that come and go: told one message and ended by it, or stopped from outside.

use crate::harness::Clock;
use crate::workloads::{Framework, Measured, Tally, Told, Workload, sum_below};

/// Actors that are alive at once.
const WAVE: u64 = 1_000;

/// Lives for one message, and counts itself when it is dropped, so only once it has really ended.
struct Fly {
    tally: &'static Tally,
    told: Option<u64>,
}

impl Told for Fly {
    type Message = u64;

    fn told(&mut self, value: u64) {
        self.told = Some(value);
    }

    fn has_ended(&self) -> bool {
        self.told.is_some()
    }
}

impl Drop for Fly {
    fn drop(&mut self) {
        self.tally.count(self.told.unwrap_or(1));
    }
}

/// Savina's fork-join create: each actor is told one message and ends.
pub(crate) struct Create;

impl Workload for Create {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let waves = operations.div_ceil(WAVE);
        let clock = Clock::start();
        for _ in 0..waves {
            let (tally, end) = Tally::expect(WAVE);
            for value in 0..WAVE {
                let fly = on.spawn(0, Fly { tally, told: None }).await;
                F::tell(&fly, value);
            }
            let sum = end.await.expect("all end");
            assert_eq!(sum, sum_below(WAVE), "each was told once and ended");
        }
        Measured::new(clock.time(), waves * WAVE)
    }
}

/// Each actor is spawned and stopped, and told nothing.
pub(crate) struct Stop;

impl Workload for Stop {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let waves = operations.div_ceil(WAVE);
        let mut flies = Vec::new();
        let clock = Clock::start();
        for _ in 0..waves {
            let (tally, end) = Tally::expect(WAVE);
            for _ in 0..WAVE {
                flies.push(on.spawn(0, Fly { tally, told: None }).await);
            }
            for fly in flies.drain(..) {
                F::stop(fly);
            }
            let ended = end.await.expect("all end");
            assert_eq!(ended, WAVE, "each ended once");
        }
        Measured::new(clock.time(), waves * WAVE)
    }
}
