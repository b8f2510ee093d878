//! The end of a million actors that are linked, in a chain and in a star: it comes in slices, and others of the shard
//! go on meanwhile.
//!
//! While they end, an actor of another shard asks one of theirs, again and again: the longest answer is how long the
//! shard was held at most, and how long the others of this machine kept its cores.

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::print_stdout, reason = "a bench reports to a person")]

mod harness;

use std::time::Duration;

use callboard::prelude::*;
use harness::{count, median, progress, progress_ends, time};

/// Actors that are linked.
const ACTORS: u64 = 1_000_000;

/// Runs of each shape; an odd number, so that there is a median.
const RUNS: usize = 5;

/// A shard is not to be held for longer than this, in milliseconds.
const HOLD_MILLIS: f64 = 5.0;

const LONG: Duration = Duration::from_secs(600);

/// Ends with those it is linked to.
#[actor]
struct Bound;

#[handlers]
impl Bound {
    #[tell]
    fn bind_to(&mut self, cx: &mut Context<Self>, other: ActorRef<Self>) {
        cx.link(other);
    }

    /// Answers once all that was told before is handled.
    #[ask]
    fn is_ready(&self) {}
}

/// How the actors are linked.
#[derive(Clone, Copy)]
enum Shape {
    /// Each to the one before it.
    Chain,
    /// All to the first.
    Star,
}

/// Spawns actors and links them; gives the first and the last.
#[actor]
struct Binder;

#[handlers]
impl Binder {
    #[ask]
    fn bind(
        &mut self,
        cx: &mut Context<Self>,
        actors: u64,
        shape: Shape,
    ) -> (ActorRef<Bound>, ActorRef<Bound>) {
        let first = cx.spawn(Bound);
        let mut last = first;
        for _ in 1..actors {
            let next = cx.spawn(Bound);
            next.bind_to(if let Shape::Chain = shape { last } else { first });
            last = next;
        }
        (first, last)
    }
}

#[actor]
struct Neighbour;

#[handlers]
impl Neighbour {
    #[ask]
    fn is_there(&self) {}
}

/// Asks a neighbour of those that end.
#[actor]
struct Asker {
    neighbour: ActorRef<Neighbour>,
}

#[handlers]
impl Asker {
    /// Asks until the last has ended. Answers the longest wait, in milliseconds, and how many there were.
    #[ask]
    #[allow(clippy::disallowed_methods, reason = "a bench measures the machine's time")]
    async fn longest(&mut self, last: ActorRef<Bound>) -> (f64, u64) {
        let (mut longest, mut asks) = (Duration::ZERO, 0);
        loop {
            let began = std::time::Instant::now();
            let _ = self.neighbour.is_there().timeout(LONG).await;
            longest = longest.max(began.elapsed());
            asks += 1;
            if asks % 64 == 0 && !last.is_alive().await {
                return (longest.as_secs_f64() * 1e3, asks);
            }
        }
    }
}

fn main() {
    let runs = if count().is_some() { 1 } else { RUNS };
    let actors = count().unwrap_or(ACTORS);
    println!("{actors} actors that are linked end, median and most of {runs} runs");
    for (name, shape) in [("a chain", Shape::Chain), ("a star", Shape::Star)] {
        let (mut holds, mut takes) = (Vec::new(), Vec::new());
        for run in 0..runs {
            progress(&format!("run {} of {runs}: {name}", run + 1));
            let system = System::builder().shards(2).start().expect("two shards start");
            let binder = system.spawn_on(0, || Binder).wait().expect("no start hook");
            let neighbour = system.spawn_on(0, || Neighbour).wait().expect("no start hook");
            let asker = move || Asker { neighbour };
            let asker = system.spawn_on(1, asker).wait().expect("no start hook");
            let (first, last) =
                binder.bind(actors, shape).timeout(LONG).wait().expect("they are linked");
            for one in [last, first] {
                one.is_ready().timeout(LONG).wait().expect("it lives");
            }
            let mut longest = (0.0, 0);
            let took = time(|| {
                first.kill();
                longest = asker.longest(last).timeout(LONG).wait().expect("it answers");
            });
            holds.push(longest.0);
            takes.push(took.as_secs_f64() * 1e3);
            system.stop(Duration::from_secs(5));
        }
        progress_ends();
        let most = holds.iter().copied().fold(0.0, f64::max);
        let hold = median(&holds);
        let mark = if hold < HOLD_MILLIS { "ok  " } else { "MISS" };
        println!(
            "  {name:<10} ends in {:>9.1} ms, longest hold {hold:>6.2} ms, most {most:>6.2} ms  {mark} (under {HOLD_MILLIS})",
            median(&takes)
        );
    }
}
