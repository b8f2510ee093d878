//! Many actors, each with a random peer to hand a token to: what a message costs as actors outgrow the caches.
//!
//! The peers form one cycle through all actors, in random order, so no actor is met twice before all others were.

use crate::harness::Clock;
use crate::workloads::{Framework, Measured, Random, Tally, Told, Workload};

/// Messages of one lap, unless there are more actors.
const LAP: u64 = 500_000;

/// Tokens in flight, unless there are fewer actors.
const TOKENS: u64 = 1_000;

struct Peer<F: Framework> {
    peer: Option<F::Told<Self>>,
}

enum PeerMessage<F: Framework> {
    Meet(F::Told<Peer<F>>),
    Take { left: u64, tally: &'static Tally },
}

impl<F: Framework> Told for Peer<F> {
    type Message = PeerMessage<F>;

    fn told(&mut self, message: PeerMessage<F>) {
        match message {
            PeerMessage::Meet(peer) => self.peer = Some(peer),
            PeerMessage::Take { left: 0, tally } => tally.count(1),
            PeerMessage::Take { left, tally } => {
                let peer = self.peer.as_ref().expect("it met its peer");
                F::tell(peer, PeerMessage::Take { left: left - 1, tally });
            }
        }
    }
}

pub(crate) struct Peers;

impl Workload for Peers {
    const ONCE: bool = true;

    async fn run<F: Framework>(on: F, actors: u64) -> Measured {
        let mut peers = Vec::with_capacity(actors as usize);
        for _ in 0..actors {
            peers.push(on.spawn(0, Peer::<F> { peer: None }).await);
        }
        // Sattolo's shuffle: a permutation that is one cycle.
        let mut random = Random::new(actors);
        let mut order: Vec<u32> = (0..actors as u32).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, random.below(last));
        }
        for (peer, next) in peers.iter().zip(&order) {
            F::tell(peer, PeerMessage::Meet(peers[*next as usize].clone()));
        }
        let tokens = TOKENS.min(actors);
        let hops = LAP.max(actors) / tokens;
        let step = peers.len() / tokens as usize;
        let mut time = Default::default();
        // The first lap warms up: it is also after all have met.
        for _ in 0..2 {
            let (tally, end) = Tally::expect(tokens);
            let clock = Clock::start();
            for peer in peers.iter().step_by(step).take(tokens as usize) {
                F::tell(peer, PeerMessage::Take { left: hops - 1, tally });
            }
            assert_eq!(end.await.expect("all tokens stop"), tokens, "each token went all the way");
            time = clock.time();
        }
        Measured::new(time, tokens * hops)
    }
}
