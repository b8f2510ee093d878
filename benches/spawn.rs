//! An actor's whole life: spawned, told once, stopped; against a task of tokio's with a channel.

#![allow(missing_docs, reason = "a bench is no library")]

mod harness;

use std::time::Duration;

use callboard::prelude::*;
use harness::{Bench, Bound, pin, time};
use tokio::sync::mpsc;

/// Lives for one message.
#[actor]
#[derive(Default)]
struct Fly {
    sum: u64,
}

#[handlers]
impl Fly {
    #[tell]
    fn add(&mut self, value: u64) {
        self.sum += value;
    }
}

#[actor]
#[derive(Default)]
struct Spawner {
    done: Option<Reply<()>>,
}

#[handlers]
impl Spawner {
    #[ask]
    fn lives(&mut self, cx: &mut Context<Self>, lives: u64, reply: Reply<()>) {
        self.done = Some(reply);
        cx.me().next(lives);
    }

    /// The next life; the one before has ended.
    #[tell]
    fn next(&mut self, cx: &mut Context<Self>, left: u64) {
        if left == 0 {
            if let Some(done) = self.done.take() {
                done.answer(());
            }
            return;
        }
        let fly = cx.spawn(Fly::default());
        fly.add(left);
        fly.stop();
        cx.me().next(left - 1);
    }
}

/// A task that takes one message from its channel and ends with it.
fn tokio_lives(lives: u64) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let spawner = tokio::spawn(async move {
            for value in 0..lives {
                let (send, mut receive) = mpsc::unbounded_channel::<u64>();
                let task = tokio::spawn(async move {
                    let mut sum = 0_u64;
                    while let Some(value) = receive.recv().await {
                        sum += value;
                    }
                    sum
                });
                send.send(value).expect("the task runs");
                drop(send);
                task.await.expect("no panic");
            }
        });
        let began = tokio::time::Instant::now();
        spawner.await.expect("no panic");
        began.elapsed()
    })
}

fn main() {
    pin();
    let system = System::builder().shards(1).start().expect("a shard starts");
    let spawner = system.spawn_on(0, Spawner::default).wait().expect("no start hook");

    let mut bench = Bench::default();
    let tokio = bench.baseline("tokio task and channel", 500_000, tokio_lives);
    bench.candidate("spawn, tell, stop", 2_000_000, tokio, Bound::TimesFaster(1.0), |lives| {
        time(|| spawner.lives(lives).timeout(Duration::from_secs(600)).wait().expect("it answers"))
    });
    bench.run("spawn");
    system.stop(Duration::from_secs(5));
}
