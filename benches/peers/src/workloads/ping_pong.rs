//! A token that is handed round: between two actors, or in a ring of 503 as in Savina's thread ring.

use crate::harness::Clock;
use crate::workloads::{Framework, Measured, Tally, Told, Workload};

/// Hands the token on until it has gone far enough.
struct Player<F: Framework> {
    next: Option<F::Told<Self>>,
    tally: &'static Tally,
}

enum PlayerMessage<F: Framework> {
    Meet(F::Told<Player<F>>),
    Take { left: u32, gone: u32 },
}

impl<F: Framework> Told for Player<F> {
    type Message = PlayerMessage<F>;

    fn told(&mut self, message: PlayerMessage<F>) {
        match message {
            PlayerMessage::Meet(next) => self.next = Some(next),
            PlayerMessage::Take { left: 0, gone } => self.tally.count(gone.into()),
            PlayerMessage::Take { left, gone } => {
                let next = self.next.as_ref().expect("it met the next");
                F::tell(next, PlayerMessage::Take { left: left - 1, gone: gone + 1 });
            }
        }
    }
}

/// Hands a token round players on these cores.
async fn play<F: Framework>(on: F, cores: &[usize], hops: u64) -> Measured {
    let (tally, end) = Tally::expect(1);
    let mut players = Vec::new();
    for core in cores {
        players.push(on.spawn(*core, Player::<F> { next: None, tally }).await);
    }
    for (player, next) in players.iter().zip(players.iter().cycle().skip(1)) {
        F::tell(player, PlayerMessage::Meet(next.clone()));
    }
    let clock = Clock::start();
    F::tell(&players[0], PlayerMessage::Take { left: hops as u32, gone: 0 });
    let gone = end.await.expect("the token stops");
    let time = clock.time();
    assert_eq!(gone, hops, "the token went all the way");
    Measured::new(time, hops)
}

/// An operation is one way of the ball.
pub(crate) struct PingPong;

impl Workload for PingPong {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        play(on, &[0; 2], operations).await
    }
}

pub(crate) struct Ring;

impl Workload for Ring {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        play(on, &[0; 503], operations).await
    }
}

/// The same on two cores. Where a framework waits awake for a while, it stays awake.
pub(crate) struct PingPongAcross;

impl Workload for PingPongAcross {
    const CORES: usize = 2;

    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        play(on, &[0, 1], operations).await
    }
}
