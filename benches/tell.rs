//! One shard, one pinned thread: a message's cost against the least that could be done by hand.
//!
//! The baseline is a `VecDeque` of 24-byte items: push, pop, match on an enum, a dynamic call. For one-way
//! tells it goes in runs of 256; for ping-pong and the ring there is one item in flight.

#![allow(missing_docs, reason = "a bench is no library")]

mod harness;

use std::collections::VecDeque;
use std::time::Duration;

use callboard::prelude::*;
use harness::{Bench, Bound, pin, time};

/// How many tells a producer sends before its consumer gets its turn.
const RUN: u64 = 256;

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
    fn add(&mut self, value: u64) {
        self.sum += value;
        self.left -= 1;
        if self.left == 0
            && let Some(done) = self.done.take()
        {
            done.answer(self.sum);
        }
    }

    #[ask]
    fn expect(&mut self, messages: u64, reply: Reply<u64>) {
        self.left = messages;
        self.done = Some(reply);
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
            self.sink.add(value);
        }
        if left > RUN {
            cx.me().send(left - RUN);
        }
    }
}

/// Passes a count on, one less each time, to the next of a ring (of two: ping-pong).
#[actor]
#[derive(Default)]
struct Link {
    next: Option<ActorRef<Self>>,
    done: Option<Reply<()>>,
}

#[handlers]
impl Link {
    #[tell]
    fn join(&mut self, next: ActorRef<Self>) {
        self.next = Some(next);
    }

    #[tell]
    fn pass(&mut self, left: u64) {
        if left == 0 {
            if let Some(done) = self.done.take() {
                done.answer(());
            }
        } else if let Some(next) = self.next {
            next.pass(left - 1);
        }
    }

    /// Answers when the count has come to zero here.
    #[ask]
    fn zero(&mut self, reply: Reply<()>) {
        self.done = Some(reply);
    }
}

fn ring(system: &System, length: u64) -> Vec<ActorRef<Link>> {
    let links: Vec<_> = (0..length)
        .map(|_| system.spawn_on(0, Link::default).wait().expect("a link has no start hook"))
        .collect();
    for (index, link) in links.iter().enumerate() {
        link.join(links[(index + 1) % links.len()]);
    }
    links
}

fn pass_round(links: &[ActorRef<Link>], hops: u64) -> Duration {
    let hops = hops - hops % links.len() as u64;
    let first = links[0];
    time(|| {
        let zero = first.zero().timeout(Duration::from_secs(600)).start();
        first.pass(hops);
        zero.wait().expect("the count comes round");
    })
}

/// What the baseline's queue holds: 24 bytes.
enum Item {
    Add { actor: u32, value: u64 },
    Pass { actor: u32, left: u64 },
}

const _: () = assert!(size_of::<Item>() <= 24);

trait Receiver {
    fn receive(&mut self, item: Item, queue: &mut VecDeque<Item>);
}

#[derive(Default)]
struct Summer(u64);

impl Receiver for Summer {
    fn receive(&mut self, item: Item, _queue: &mut VecDeque<Item>) {
        if let Item::Add { value, .. } = item {
            self.0 += value;
        }
    }
}

struct Hopper(u32);

impl Receiver for Hopper {
    fn receive(&mut self, item: Item, queue: &mut VecDeque<Item>) {
        match item {
            Item::Pass { left, .. } if left > 0 => {
                queue.push_back(Item::Pass { actor: self.0, left: left - 1 });
            }
            Item::Pass { .. } | Item::Add { .. } => {}
        }
    }
}

fn by_hand(receivers: &mut [Box<dyn Receiver>], queue: &mut VecDeque<Item>) {
    while let Some(item) = queue.pop_front() {
        let (Item::Add { actor, .. } | Item::Pass { actor, .. }) = item;
        receivers[actor as usize].receive(item, queue);
    }
}

fn tell_by_hand(messages: u64) -> Duration {
    let mut receivers: Vec<Box<dyn Receiver>> = vec![Box::new(Summer::default())];
    let mut queue = VecDeque::new();
    time(|| {
        for _ in 0..messages / RUN {
            for value in 0..RUN {
                queue.push_back(Item::Add { actor: std::hint::black_box(0), value });
            }
            by_hand(&mut receivers, &mut queue);
        }
    })
}

fn pass_by_hand(hops: u64) -> Duration {
    let mut receivers: Vec<Box<dyn Receiver>> = vec![Box::new(Hopper(1)), Box::new(Hopper(0))];
    let mut queue = VecDeque::from([Item::Pass { actor: std::hint::black_box(0), left: hops }]);
    time(|| by_hand(&mut receivers, &mut queue))
}

fn main() {
    pin();
    let system = System::builder().shards(1).start().expect("a shard starts");
    let sink = system.spawn_on(0, Sink::default).wait().expect("no start hook");
    let source = system.spawn_on(0, move || Source { sink }).wait().expect("no start hook");
    let (pair, long) = (ring(&system, 2), ring(&system, 503));

    let mut bench = Bench::default();
    let tell = bench.baseline("VecDeque, runs of 256", 10_000_000, tell_by_hand);
    bench.candidate("tell, one way", 10_000_000, tell, Bound::AtMost(2.0), |messages| {
        time(|| {
            let sum = sink.expect(messages).timeout(Duration::from_secs(600)).start();
            source.send(messages);
            sum.wait().expect("the sink answers");
        })
    });
    let pass = bench.baseline("VecDeque, one in flight", 10_000_000, pass_by_hand);
    bench.candidate("ping-pong", 10_000_000, pass, Bound::AtMost(2.0), |hops| {
        pass_round(&pair, hops)
    });
    bench.candidate("ring of 503", 10_000_000, pass, Bound::AtMost(2.0), |hops| {
        pass_round(&long, hops)
    });
    bench.run("tell");
    system.stop(Duration::from_secs(5));
}
