//! Savina's big: 120 actors, each of which pings a random other, is answered, and pings the next.

use std::sync::Arc;

use crate::harness::Clock;
use crate::workloads::{Framework, Measured, Random, Tally, Told, Workload};

const ACTORS: usize = 120;

struct Pinger<F: Framework> {
    me: u32,
    all: Arc<[F::Told<Self>]>,
    random: Random,
    left: u32,
    answered: u64,
    tally: &'static Tally,
}

enum PingerMessage<F: Framework> {
    Meet(Arc<[F::Told<Pinger<F>>]>),
    Begin { pings: u32 },
    Ping { from: u32 },
    Pong,
}

impl<F: Framework> Pinger<F> {
    fn next(&mut self) {
        if self.left == 0 {
            return self.tally.count(self.answered);
        }
        self.left -= 1;
        let to = self.random.below(ACTORS);
        F::tell(&self.all[to], PingerMessage::Ping { from: self.me });
    }
}

impl<F: Framework> Told for Pinger<F> {
    type Message = PingerMessage<F>;

    fn told(&mut self, message: PingerMessage<F>) {
        match message {
            PingerMessage::Meet(all) => self.all = all,
            PingerMessage::Begin { pings } => {
                self.left = pings;
                self.next();
            }
            PingerMessage::Ping { from } => {
                F::tell(&self.all[from as usize], PingerMessage::Pong);
            }
            PingerMessage::Pong => {
                self.answered += 1;
                self.next();
            }
        }
    }
}

/// An operation is one message, a ping or a pong.
pub(crate) struct Big;

impl Workload for Big {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let pings = operations / 2 / ACTORS as u64;
        let (tally, end) = Tally::expect(ACTORS as u64);
        let mut actors = Vec::new();
        for me in 0..ACTORS as u32 {
            let random = Random::new(me.into());
            let all = Arc::new([]);
            let pinger = Pinger::<F> { me, all, random, left: 0, answered: 0, tally };
            actors.push(on.spawn(0, pinger).await);
        }
        let actors: Arc<[_]> = actors.into();
        for actor in actors.iter() {
            F::tell(actor, PingerMessage::Meet(actors.clone()));
        }
        let clock = Clock::start();
        for actor in actors.iter() {
            F::tell(actor, PingerMessage::Begin { pings: pings as u32 });
        }
        let answered = end.await.expect("all end");
        let time = clock.time();
        assert_eq!(answered, pings * ACTORS as u64, "every ping was answered");
        Measured::new(time, 2 * pings * ACTORS as u64)
    }
}
