//! From one shard to another, each on a core of its own: 16-byte messages one way, and ping-pong awake.
//!
//! Held against a tokio unbounded channel between two threads, measured in the same run.

#![allow(missing_docs, reason = "a bench is no library")]

mod harness;

use std::time::Duration;

use callboard::prelude::*;
use harness::{Bench, Bound, time};
use tokio::sync::mpsc;

/// Tells a run, then itself, so that the shard can hand over what was told.
const RUN: u64 = 512;

#[actor]
#[derive(Default)]
struct Sink {
    sum: u64,
    left: u64,
    done: Option<Reply<u64>>,
}

#[handlers]
impl Sink {
    #[tell]
    fn add(&mut self, value: u64, more: u64) {
        self.sum = self.sum.wrapping_add(value ^ more);
        self.left -= 1;
        if self.left == 0
            && let Some(done) = self.done.take()
        {
            done.answer(self.sum);
        }
    }

    #[ask]
    fn expect(&mut self, messages: u64) {
        self.left = messages;
    }

    #[ask]
    fn all(&mut self, reply: Reply<u64>) {
        if self.left == 0 {
            reply.answer(self.sum);
        } else {
            self.done = Some(reply);
        }
    }
}

#[actor]
struct Source {
    sink: ActorRef<Sink>,
}

#[handlers]
impl Source {
    #[tell]
    fn send(&mut self, cx: &mut Context<Self>, left: u64) {
        for value in 0..left.min(RUN) {
            self.sink.add(value, left);
        }
        if left > RUN {
            cx.me().send(left - RUN);
        }
    }
}

#[actor]
#[derive(Default)]
struct Player {
    done: Option<Reply<()>>,
}

#[handlers]
impl Player {
    #[tell]
    fn ball(&mut self, cx: &mut Context<Self>, from: ActorRef<Self>, left: u64) {
        if left == 0 {
            if let Some(done) = self.done.take() {
                done.answer(());
            }
        } else {
            from.ball(cx.me(), left - 1);
        }
    }

    #[ask]
    fn serve(&mut self, cx: &mut Context<Self>, to: ActorRef<Self>, left: u64, reply: Reply<()>) {
        self.done = Some(reply);
        to.ball(cx.me(), left - 1);
    }
}

fn pin_to(core: usize) {
    if let Some(core) = core_affinity::get_core_ids().unwrap_or_default().get(core) {
        core_affinity::set_for_current(*core);
    }
}

/// 16-byte messages through an unbounded channel, from a thread on one core to one on the other.
fn tokio_one_way(messages: u64) -> Duration {
    let (send, mut receive) = mpsc::unbounded_channel::<(u64, u64)>();
    let receiver = std::thread::spawn(move || {
        pin_to(1);
        let mut sum = 0_u64;
        while let Some((value, more)) = receive.blocking_recv() {
            sum = sum.wrapping_add(value ^ more);
        }
        sum
    });
    let sender = std::thread::spawn(move || {
        pin_to(0);
        for value in 0..messages {
            send.send((value, messages)).expect("the receiver runs");
        }
    });
    time(|| {
        sender.join().expect("no panic");
        receiver.join().expect("no panic");
    })
}

fn main() {
    let system = System::builder().shards(2).start().expect("two shards start");
    let long = Duration::from_secs(600);
    let sink = system.spawn_on(1, Sink::default).wait().expect("no start hook");
    let source = system.spawn_on(0, move || Source { sink }).wait().expect("no start hook");
    let near = system.spawn_on(0, Player::default).wait().expect("no start hook");
    let far = system.spawn_on(1, Player::default).wait().expect("no start hook");

    let mut bench = Bench::default();
    let tokio = bench.baseline("tokio unbounded channel", 5_000_000, tokio_one_way);
    bench.candidate("tell, one way, 16 bytes", 20_000_000, tokio, Bound::TimesFaster(10.0), |n| {
        sink.expect(n).wait().expect("the sink answers");
        time(|| {
            source.send(n);
            sink.all().timeout(long).wait().expect("all arrive");
        })
    });
    bench.baseline("ping-pong, awake", 1_000_000, |hops| {
        let hops = hops - hops % 2;
        time(|| near.serve(far, hops).timeout(long).wait().expect("the ball comes back"))
    });
    bench.run("two shards");
    system.stop(Duration::from_secs(5));
}
