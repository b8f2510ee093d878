//! An ask and its answer on one shard, against an `mpsc` and a `oneshot` of tokio on a current-thread runtime.

#![allow(missing_docs, reason = "a bench is no library")]

mod harness;

use std::time::Duration;

use callboard::prelude::*;
use harness::asks::{Asker, Doubler};
use harness::{Bench, Bound, pin, time};
use tokio::sync::{mpsc, oneshot};

/// The same by hand: a task that answers over a `oneshot` made for each request.
fn tokio_round_trips(asks: u64) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let (send, mut requests) = mpsc::channel::<(u64, oneshot::Sender<u64>)>(64);
        let server = tokio::spawn(async move {
            while let Some((value, reply)) = requests.recv().await {
                // Who asked is there: it awaits each answer.
                let _ = reply.send(value * 2);
            }
        });
        let client = tokio::spawn(async move {
            let mut sum = 0;
            for value in 0..asks {
                let (reply, answer) = oneshot::channel();
                send.send((value, reply)).await.expect("the server runs");
                sum += answer.await.expect("the server answers");
            }
            sum
        });
        let began = tokio::time::Instant::now();
        client.await.expect("no panic");
        server.await.expect("no panic");
        began.elapsed()
    })
}

fn main() {
    pin();
    let system = System::builder().shards(1).start().expect("a shard starts");
    let of = system.spawn_on(0, Doubler::default).wait().expect("no start hook");
    let asker = system.spawn_on(0, move || Asker { of }).wait().expect("no start hook");
    let long = Duration::from_secs(600);

    let mut bench = Bench::default();
    let tokio = bench.baseline("tokio mpsc and oneshot", 1_000_000, tokio_round_trips);
    bench.candidate("ask", 2_000_000, tokio, Bound::TimesFaster(5.0), |asks| {
        time(|| {
            let sum = asker.round_trips(asks).timeout(long).wait();
            sum.expect("it answers").expect("no ask fails");
        })
    });
    bench.candidate("ask of an async handler", 2_000_000, tokio, Bound::TimesFaster(3.0), |asks| {
        time(|| {
            let sum = asker.async_round_trips(asks).timeout(long).wait();
            sum.expect("it answers").expect("no ask fails");
        })
    });
    bench.run("ask");
    system.stop(Duration::from_secs(5));
}
