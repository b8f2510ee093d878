//! Each actor tells a random peer and is told back: what a message costs as actors become many.

#![allow(missing_docs, reason = "a bench is no library")]

mod harness;

use std::cell::Cell;
use std::time::Duration;

use callboard::prelude::*;
use harness::{Bench, Bound, pin, time};

thread_local! {
    /// Whom the peers of this shard tell when they are done: so a peer's state is 24 bytes.
    static REFEREE: Cell<Option<ActorRef<Referee>>> = const { Cell::new(None) };
}

/// Tells its random peer, one message at a time, and answers those that tell it. With each message the
/// peers are dealt anew: who is told takes the teller for its peer and gives its own away.
#[actor]
struct Peer {
    peer: ActorRef<Self>,
    left: u32,
}

#[handlers]
impl Peer {
    #[tell]
    fn meet(&mut self, peer: ActorRef<Self>) {
        self.peer = peer;
    }

    #[tell]
    fn go(&mut self, cx: &mut Context<Self>, rounds: u32) {
        self.left = rounds;
        self.peer.told(cx.me());
    }

    #[tell]
    fn told(&mut self, from: ActorRef<Self>) {
        from.told_back(std::mem::replace(&mut self.peer, from));
    }

    #[tell]
    fn told_back(&mut self, cx: &mut Context<Self>, peer: ActorRef<Self>) {
        self.peer = peer;
        self.left -= 1;
        if self.left > 0 {
            peer.told(cx.me());
        } else if let Some(referee) = REFEREE.get() {
            referee.done();
        }
    }
}

/// Knows the peers of one field and waits until all are done.
#[actor]
#[derive(Default)]
struct Referee {
    peers: Vec<ActorRef<Peer>>,
    left: usize,
    reply: Option<Reply<()>>,
}

#[handlers]
impl Referee {
    #[ask]
    fn field(&mut self, cx: &mut Context<Self>, actors: u32) {
        REFEREE.set(Some(cx.me()));
        let nobody = ActorRef::from_address(cx.me().address());
        self.peers = (0..actors).map(|_| cx.spawn(Peer { peer: nobody, left: 0 })).collect();
        // A cheap random number (xorshift, by Marsaglia).
        let mut seed = 2_463_534_242_u32;
        for peer in &self.peers {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            let index = (u64::from(seed) * u64::from(actors)) >> 32;
            peer.meet(self.peers[index as usize]);
        }
    }

    #[ask]
    fn play(&mut self, rounds: u32, reply: Reply<()>) {
        self.left = self.peers.len();
        self.reply = Some(reply);
        for peer in &self.peers {
            peer.go(rounds);
        }
    }

    #[tell]
    fn done(&mut self) {
        self.left -= 1;
        if self.left == 0
            && let Some(reply) = self.reply.take()
        {
            reply.answer(());
        }
    }
}

fn main() {
    pin();
    let long = Duration::from_secs(600);
    let fields: Vec<_> = [120, 100_000, 1_000_000]
        .into_iter()
        .map(|actors| {
            let system = System::builder().shards(1).start().expect("a shard starts");
            let referee = system.spawn_on(0, Referee::default).wait().expect("no start hook");
            referee.field(actors).timeout(long).wait().expect("the field is made");
            (system, referee, u64::from(actors))
        })
        .collect();
    // Each round is two messages; the counts are multiples of two messages an actor.
    let play = |field: usize| {
        let (_, referee, actors) = &fields[field];
        move |messages: u64| {
            let rounds = (messages / actors / 2).max(1);
            let time = time(|| {
                let played = referee.play(rounds as u32).timeout(long).wait();
                played.expect("all are done");
            });
            time.mul_f64(messages as f64 / (rounds * actors * 2) as f64)
        }
    };
    let mut bench = Bench::default();
    let few = bench.baseline("120 actors", 12_000_000, play(0));
    bench.candidate("100,000 actors", 12_000_000, few, Bound::AtMost(2.5), play(1));
    bench.candidate("1,000,000 actors", 12_000_000, few, Bound::AtMost(4.0), play(2));
    bench.run("many actors, random peers");
    for (system, ..) in fields {
        system.stop(Duration::from_secs(60));
    }
}
