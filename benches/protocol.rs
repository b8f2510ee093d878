//! What a call through a protocol costs beside one through the actor's own reference: one shard, one pinned thread.

#![allow(missing_docs, reason = "a bench is no library")]

mod harness;

use std::time::Duration;

use callboard::prelude::*;
use harness::{Bench, Bound, pin, time};

/// How many tells a producer sends before its consumer gets its turn.
const RUN: u64 = 256;

/// Longer than any round takes.
const LONG: Duration = Duration::from_secs(600);

#[protocol]
trait Summing {
    #[tell]
    fn add_spoken(&mut self, value: u64);

    #[ask]
    fn sum_spoken(&self) -> u64;
}

#[actor(speaks(Summing))]
#[derive(Default)]
struct Sink {
    sum: u64,
}

#[handlers]
impl Sink {
    #[tell]
    fn add(&mut self, value: u64) {
        self.sum += value;
    }

    #[ask]
    fn sum(&self) -> u64 {
        self.sum
    }
}

#[handlers]
impl Summing for Sink {
    fn add_spoken(&mut self, value: u64) {
        self.sum += value;
    }

    fn sum_spoken(&self) -> u64 {
        self.sum
    }
}

/// Sends by one reference or by the other.
#[actor]
struct Source {
    own: ActorRef<Sink>,
    spoken: ActorRef<dyn Summing>,
    done: Option<Reply<()>>,
}

#[handlers]
impl Source {
    /// Answers when the last of so many tells was sent, behind a run of which the sink has had its turn.
    #[ask]
    fn tells(
        &mut self,
        cx: &mut Context<Self>,
        messages: u64,
        by_protocol: bool,
        reply: Reply<()>,
    ) {
        self.done = Some(reply);
        cx.me().send(messages, by_protocol);
    }

    #[tell]
    fn send(&mut self, cx: &mut Context<Self>, left: u64, by_protocol: bool) {
        for value in 0..left.min(RUN) {
            if by_protocol {
                self.spoken.add_spoken(value);
            } else {
                self.own.add(value);
            }
        }
        if left > RUN {
            cx.me().send(left - RUN, by_protocol);
        } else if let Some(done) = self.done.take() {
            done.answer(());
        }
    }

    #[ask]
    async fn asks(&mut self, asks: u64, by_protocol: bool) -> Result<u64, AskError> {
        let mut sum = 0;
        for _ in 0..asks {
            sum ^=
                if by_protocol { self.spoken.sum_spoken().await? } else { self.own.sum().await? };
        }
        Ok(sum)
    }
}

fn main() {
    pin();
    let system = System::builder().shards(1).start().expect("a shard starts");
    let own = system.spawn_on(0, Sink::default).wait().expect("no start hook");
    let source = move || Source { own, spoken: own.as_dyn(), done: None };
    let source = system.spawn_on(0, source).wait().expect("no start hook");
    let tells = |messages, by_protocol| {
        time(|| {
            source.tells(messages, by_protocol).timeout(LONG).wait().expect("it sends them");
        })
    };
    let asks = |asks, by_protocol| {
        time(|| {
            let asked = source.asks(asks, by_protocol).timeout(LONG).wait();
            asked.expect("it lives").expect("the sink answers");
        })
    };

    let mut bench = Bench::default();
    let own_tell = bench.baseline("tell by ActorRef<Sink>", 10_000_000, move |n| tells(n, false));
    bench.candidate(
        "tell by ActorRef<dyn Summing>",
        10_000_000,
        own_tell,
        Bound::AtMost(1.3),
        move |n| tells(n, true),
    );
    let own_ask = bench.baseline("ask by ActorRef<Sink>", 2_000_000, move |n| asks(n, false));
    bench.candidate(
        "ask by ActorRef<dyn Summing>",
        2_000_000,
        own_ask,
        Bound::AtMost(1.3),
        move |n| asks(n, true),
    );
    bench.run("protocol");
    system.stop(Duration::from_secs(5));
}
