//! What an actor costs that has handled one message and waits for the next: resident bytes.

use crate::harness::resident_bytes;
use crate::workloads::{Framework, Measured, Tally, Told, Workload, sum_below};

/// Eight bytes of state, beside whom to tell that it was told.
struct Idle {
    tally: &'static Tally,
}

impl Told for Idle {
    type Message = u64;

    fn told(&mut self, value: u64) {
        self.tally.count(value);
    }
}

pub(crate) struct Memory;

impl Workload for Memory {
    const ONCE: bool = true;

    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let mut actors = Vec::with_capacity(operations as usize);
        let before = resident_bytes();
        let (tally, end) = Tally::expect(operations);
        for _ in 0..operations {
            actors.push(on.spawn(0, Idle { tally }).await);
        }
        for (value, actor) in (0..operations).zip(&actors) {
            F::tell(actor, value);
        }
        let sum = end.await.expect("all are told");
        assert_eq!(sum, sum_below(operations), "each was told once");
        let addresses = (actors.len() * size_of::<F::Told<Idle>>()) as f64;
        let more = resident_bytes() - before - addresses;
        Measured::value(more / operations as f64)
    }
}
