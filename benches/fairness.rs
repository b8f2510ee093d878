//! How long an actor's answer takes while another of its shard is flooded, and whether a fast producer and
//! its consumer stay in balance.
//!
//! The flood never ebbs: each of its messages works for a microsecond, then sends itself again. An ask waits
//! for its answer before the next, so each meets the shard wherever it happens to be in its turn.

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::print_stdout, reason = "a bench reports to a person")]

mod harness;

use std::hint::black_box;
use std::time::Duration;

use callboard::prelude::*;
use harness::asks::{Asker, Doubler};
use harness::{count, median, progress, progress_ends, time};

/// Messages that wait for the flooded actor at any moment.
const FLOOD: u64 = 1_000_000;

/// Work of each of them.
const WORK: Duration = Duration::from_micros(1);

/// Runs of each kind; an odd number, so that there is a median.
const RUNS: usize = 5;

/// Asks of one run.
const ASKS: u64 = 5_000;

/// The 99th percentile of the asks is to be less than this, in microseconds.
const P99_MICROS: f64 = 1_000.0;

/// How long the producer produces.
const PRODUCING: Duration = Duration::from_secs(10);

/// For how long it stumbles, and every how many messages.
const STUMBLE: Duration = Duration::from_micros(500);
const STUMBLES_EVERY: u64 = 10_000_000;

/// How often one looks at what waits meanwhile.
const LOOK: Duration = Duration::from_micros(200);

const LONG: Duration = Duration::from_secs(600);

/// Works for so many steps, which no compiler can shorten.
fn work(steps: u64) {
    let mut number = steps;
    for _ in 0..steps {
        number = black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
}

/// How many steps take this long: by the fastest of some runs, so that a message has no more work.
fn calibrate(long: Duration) -> u64 {
    const STEPS: u64 = 10_000_000;
    let times = (0..5).map(|_| time(|| work(STEPS)));
    let fastest = times.min().expect("there are some runs");
    (STEPS as f64 * long.as_secs_f64() / fastest.as_secs_f64()) as u64
}

/// Handles a message for each that it is told, for ever: as many wait as it was told at first.
#[actor]
struct Flooded {
    steps: u64,
    flows: bool,
}

#[handlers]
impl Flooded {
    #[tell]
    fn begin(&mut self, cx: &mut Context<Self>, messages: u64) {
        self.flows = true;
        for _ in 0..messages {
            cx.me().work();
        }
    }

    #[tell]
    fn work(&mut self, cx: &mut Context<Self>) {
        work(self.steps);
        if self.flows {
            cx.me().work();
        }
    }

    #[tell]
    fn end(&mut self) {
        self.flows = false;
    }
}

/// How long each of so many asks from a thread took, in microseconds.
fn thread_times(of: ActorRef<Doubler>, asks: u64) -> Vec<f64> {
    let one = |value| {
        let time = time(|| {
            let answer = of.double(value).wait();
            assert!(answer.is_ok_and(|answer| answer == 2 * value), "the answer is right");
        });
        time.as_nanos() as f64 / 1e3
    };
    (0..asks).map(one).collect()
}

/// The median, the 99th percentile and the most of some times.
fn spread(mut times: Vec<f64>) -> [f64; 3] {
    times.sort_by(f64::total_cmp);
    let last = times.len() - 1;
    [times[times.len() / 2], times[(times.len() * 99 / 100).min(last)], times[last]]
}

/// The runs of one kind.
struct Row {
    name: &'static str,
    spreads: Vec<[f64; 3]>,
}

impl Row {
    fn print(&self, is_bound: bool) {
        let column = |index: usize| -> Vec<f64> {
            self.spreads.iter().map(|spread| spread[index]).collect()
        };
        let [p50, p99, most] = [0, 1, 2].map(|index| median(&column(index)));
        let worst = column(2).into_iter().fold(0.0, f64::max);
        let verdict = match is_bound {
            false => "",
            true if p99 < P99_MICROS => "  ok   p99 under 1000",
            true => "  MISS p99 under 1000",
        };
        println!("  {:<28} {p50:>9.1} {p99:>9.1} {most:>9.1} {worst:>9.1}{verdict}", self.name);
    }
}

/// Records that wait on the first shard: in its queue, and for one actor each.
fn waits(system: &System) -> u64 {
    let shard = system.stats().shards[0];
    shard.queue + shard.backlog
}

/// Asks an actor whose shard is calm, then one whose shard is flooded, from a thread and from a shard.
fn answers(asks: u64, flood: u64) {
    let steps = calibrate(WORK);
    let mut rows = ["a thread, calm", "a shard, calm", "a thread, flooded", "a shard, flooded"]
        .map(|name| Row { name, spreads: Vec::new() });
    let runs = if count().is_some() { 1 } else { RUNS };
    let mut least = u64::MAX;
    for run in 0..runs {
        let system = System::builder().shards(2).start().expect("two shards start");
        let of = system.spawn_on(0, Doubler::default).wait().expect("no start hook");
        let asker = system.spawn_on(1, move || Asker { of }).wait().expect("no start hook");
        let flooded = move || Flooded { steps, flows: false };
        let flooded = system.spawn_on(0, flooded).wait().expect("no start hook");
        for (index, row) in rows.iter_mut().enumerate() {
            progress(&format!("run {} of {runs}: {}", run + 1, row.name));
            if index == 2 {
                flooded.begin(flood);
                // What is still in the queue is to be set aside for it first.
                while system.stats().shards[0].backlog < flood.saturating_sub(2_048) {
                    std::thread::yield_now();
                }
            }
            let times = if index % 2 == 0 {
                thread_times(of, asks)
            } else {
                asker.times(asks).timeout(LONG).wait().expect("it answers")
            };
            if index >= 2 {
                least = least.min(waits(&system));
            }
            row.spreads.push(spread(times));
        }
        flooded.end();
        system.stop(LONG);
    }
    progress_ends();
    println!(
        "fairness: {asks} asks from .. to an actor whose shard is .., median of {runs} runs, microseconds"
    );
    println!("  {:<28} {:>9} {:>9} {:>9} {:>9}", "", "p50", "p99", "most", "worst run");
    for (index, row) in rows.iter().enumerate() {
        row.print(index >= 2);
    }
    println!("  waiting for the flooded actor meanwhile: never fewer than {least}");
}

/// The most that may wait at any moment: some runs of the longest kind.
const WAITING: u64 = 50_000;

/// Takes what the producer sends.
#[actor]
struct Consumer {
    sum: u64,
    steps: u64,
}

#[handlers]
impl Consumer {
    #[tell]
    fn add(&mut self, value: u64) {
        self.sum = self.sum.wrapping_add(value);
        work(self.steps);
    }
}

/// Sends a run, then itself a message to go on. Now and then it stumbles: a shard that was held up for a
/// moment is where a balance shows that it is one.
#[actor]
struct Producer {
    to: ActorRef<Consumer>,
    run: u64,
    steps: u64,
    runs: u64,
}

#[handlers]
impl Producer {
    #[tell]
    fn produce(&mut self, cx: &mut Context<Self>) {
        self.runs += 1;
        if self.runs.is_multiple_of(STUMBLES_EVERY / self.run) {
            work(self.steps);
        }
        for value in 0..self.run {
            self.to.add(value);
        }
        cx.me().produce();
    }
}

/// The most that waits in each tenth of the time, while a producer sends runs of this length to a consumer
/// with so much work in each message.
fn balance(run: u64, work_nanos: u64, producing: Duration) {
    let system = System::builder().shards(1).start().expect("a shard starts");
    let steps = calibrate(WORK) * work_nanos / 1_000;
    let to = move || Consumer { sum: 0, steps };
    let to = system.spawn_on(0, to).wait().expect("no start hook");
    let steps = calibrate(STUMBLE);
    let producer = move || Producer { to, run, steps, runs: 0 };
    let producer = system.spawn_on(0, producer).wait().expect("no start hook");
    producer.produce();
    let mut most = [0_u64; 10];
    for (tenth, most) in most.iter_mut().enumerate() {
        progress(&format!("producing runs of {run}: {} of 10", tenth + 1));
        let mut left = producing / 10;
        while !left.is_zero() {
            left = left.saturating_sub(time(|| {
                std::thread::park_timeout(LOOK);
                *most = (*most).max(waits(&system));
            }));
        }
    }
    progress_ends();
    let millions = system.stats().total().handled as f64 / producing.as_secs_f64() / 1e6;
    producer.stop_now();
    system.stop(LONG);
    let verdict = if most.iter().all(|most| *most <= WAITING) { "ok  " } else { "MISS" };
    let shown: Vec<_> = most.iter().map(u64::to_string).collect();
    let shown = shown.join(" ");
    println!("  {run:>6} {work_nanos:>5} {millions:>7.1}   {shown}  {verdict} at most {WAITING}");
}

fn main() {
    let (asks, flood) = (count().unwrap_or(ASKS), count().map_or(FLOOD, |count| count.min(FLOOD)));
    answers(asks, flood);
    let producing = count().map_or(PRODUCING, |_| PRODUCING / 100);
    println!(
        "fairness: a producer on its consumer's shard for {producing:?}: length of its runs, nanoseconds of \
         work in a message,\n  million messages a second, the most that waited in each tenth of the time"
    );
    for (run, work_nanos) in [(64, 0), (64, 50), (1_000, 50), (10_000, 0)] {
        balance(run, work_nanos, producing);
    }
    println!();
}
