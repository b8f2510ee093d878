//! Savina's counting and fork-join throughput: one handler sends a million messages before any is handled, to
//! one counter, or to 60 actors in turn.

use crate::harness::Clock;
use crate::workloads::{Framework, Measured, Tally, Told, Workload};

/// Messages that are sent in one go.
const BATCH: u64 = 600_000;

const FORKS: usize = 60;

/// Counts so many, then counts itself.
struct Counter {
    count: u64,
    left: u64,
    tally: Option<&'static Tally>,
}

enum CounterMessage {
    Expect(u64, &'static Tally),
    Increment,
}

impl Counter {
    fn new() -> Self {
        Self { count: 0, left: 0, tally: None }
    }
}

impl Told for Counter {
    type Message = CounterMessage;

    fn told(&mut self, message: CounterMessage) {
        match message {
            CounterMessage::Expect(left, tally) => {
                self.count = 0;
                self.left = left;
                self.tally = Some(tally);
            }
            CounterMessage::Increment => {
                self.count += 1;
                self.left -= 1;
                if self.left == 0 {
                    self.tally.expect("it was told how many").count(self.count);
                }
            }
        }
    }
}

/// Sends batches round these many counters, each batch when the one before was counted.
async fn count<F: Framework>(on: F, counters: usize, operations: u64) -> Measured {
    let mut addresses = Vec::new();
    for _ in 0..counters {
        addresses.push(on.spawn(0, Counter::new()).await);
    }
    let batches = operations.div_ceil(BATCH);
    let each = BATCH / counters as u64;
    let clock = Clock::start();
    for _ in 0..batches {
        let (tally, end) = Tally::expect(counters as u64);
        for counter in &addresses {
            F::tell(counter, CounterMessage::Expect(each, tally));
        }
        for _ in 0..each {
            for counter in &addresses {
                F::tell(counter, CounterMessage::Increment);
            }
        }
        let counted = end.await.expect("all are counted");
        assert_eq!(counted, BATCH, "each message was counted once");
    }
    Measured::new(clock.time(), batches * BATCH)
}

pub(crate) struct Counting;

impl Workload for Counting {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        count(on, 1, operations).await
    }
}

pub(crate) struct ForkJoin;

impl Workload for ForkJoin {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        count(on, FORKS, operations).await
    }
}
