//! A long run on all shards of a real system, with stops, kills and crashes: in the end all is counted.
//!
//! Says once a second how far it is, and at its end the exact balance: messages sent are those handled and those
//! dead-lettered, values made are those dropped, and no actor, ask or record is left. If not, it fails.
//!
//! ```console
//! $ cargo bench --bench soak -- --messages 100000000
//! ```

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::print_stdout, reason = "a bench reports to a person")]

use std::cell::Cell;
use std::error::Error;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use callboard::prelude::*;
use callboard::{Pending, Report};

/// Sent in one handler of a storm, before its shard goes on.
const RUN: u64 = 512;

/// Workers of each shard.
const WORKERS: usize = 64;

/// Threads that count on lines of their own.
const THREADS: usize = 256;

/// One thread's count, alone on its cache lines.
#[repr(align(128))]
struct Line(AtomicU64);

/// A number that all threads add to.
struct Sum([Line; THREADS]);

impl Sum {
    const fn new() -> Self {
        Self([const { Line(AtomicU64::new(0)) }; THREADS])
    }

    fn add(&self) {
        thread_local! {
            static INDEX: Cell<usize> = Cell::new({
                static NEXT: AtomicUsize = AtomicUsize::new(0);
                NEXT.fetch_add(1, Ordering::Relaxed) % THREADS
            });
        }
        self.0[INDEX.get()].0.fetch_add(1, Ordering::Relaxed);
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|line| line.0.load(Ordering::Relaxed)).sum()
    }
}

static SENT: Sum = Sum::new();
static MADE: Sum = Sum::new();
static DROPPED: Sum = Sum::new();

/// A value whose life is counted.
struct Value(u64);

impl Value {
    fn new(number: u64) -> Self {
        MADE.add();
        Self(number)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        DROPPED.add();
    }
}

/// Takes messages, and ends in all the ways there are.
#[actor]
struct Worker {
    sum: u64,
    kept: Vec<Reply<Value>>,
    _state: Value,
}

impl Worker {
    fn new() -> Self {
        Self { sum: 0, kept: Vec::new(), _state: Value::new(0) }
    }
}

#[handlers]
impl Worker {
    #[tell]
    fn take(&mut self, value: Value) {
        self.sum = self.sum.wrapping_add(value.0);
    }

    #[tell]
    fn take_large(&mut self, value: Value, rest: [u64; 40]) {
        self.sum = self.sum.wrapping_add(value.0 + rest[39]);
    }

    #[tell]
    async fn take_slowly(&mut self, value: Value) {
        tokio::task::yield_now().await;
        self.sum = self.sum.wrapping_add(value.0);
    }

    #[tell]
    fn hand_on(&mut self, value: Value, to: ActorRef<Self>) {
        SENT.add();
        to.take(value);
    }

    #[tell]
    fn crash(&mut self, _value: Value) {
        panic!("as told");
    }

    #[tell]
    async fn crash_slowly(&mut self, value: Value) {
        let _value = value;
        tokio::task::yield_now().await;
        panic!("as told, later");
    }

    #[tell]
    fn fail(&mut self, _value: Value) -> Result<(), String> {
        Err("as told".to_owned())
    }

    #[ask]
    fn swap(&mut self, value: Value) -> Value {
        value
    }

    #[ask]
    fn keep(&mut self, _value: Value, reply: Reply<Value>) {
        self.kept.push(reply);
    }
}

/// Sends from one shard to workers of all, some of which it ends and replaces.
#[actor]
struct Storm {
    others: Vec<ActorRef<Self>>,
    workers: Vec<ActorRef<Worker>>,
    left: u64,
    dice: u64,
    asked: Vec<Pending<Value>>,
    /// Dropped when there is no more to send.
    done: Option<mpsc::Sender<()>>,
}

impl Storm {
    fn roll(&mut self, below: u64) -> u64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % below
    }

    fn send_one(&mut self) {
        let at = self.roll(self.workers.len() as u64) as usize;
        let (worker, value) = (self.workers[at], Value::new(self.left));
        SENT.add();
        let what = self.roll(100_000);
        match what {
            0..90_000 => worker.take(value),
            90_000..94_000 => {
                let to = self.roll(self.workers.len() as u64) as usize;
                worker.hand_on(value, self.workers[to]);
            }
            94_000..96_000 => worker.take_large(value, [1; 40]),
            96_000..98_000 => worker.take_slowly(value),
            98_000..99_000 => drop(worker.swap(value).start()),
            99_000..99_960 => self.asked.push(worker.keep(value).start()),
            99_960..99_965 => worker.crash(value),
            99_965..99_970 => worker.crash_slowly(value),
            99_970..99_975 => worker.fail(value),
            ending => {
                worker.take(value);
                match ending {
                    99_975..99_984 => worker.stop(),
                    99_984..99_992 => worker.stop_now(),
                    _ => worker.kill(),
                }
            }
        }
        if what >= 99_960 {
            let worker = spawn(Worker::new());
            self.workers[at] = worker;
            for other in &self.others {
                SENT.add();
                other.adopt(at, worker);
            }
        }
    }
}

#[handlers]
impl Storm {
    #[ask]
    fn first_workers(&mut self) -> Vec<ActorRef<Worker>> {
        (0..WORKERS).map(|_| spawn(Worker::new())).collect()
    }

    #[tell]
    fn blow(
        &mut self,
        cx: &mut Context<Self>,
        storms: Vec<ActorRef<Self>>,
        workers: Vec<ActorRef<Worker>>,
    ) {
        self.others = storms.into_iter().filter(|storm| *storm != cx.me()).collect();
        self.workers = workers;
        cx.me().go_on();
    }

    /// Another storm has replaced a worker.
    #[tell]
    fn adopt(&mut self, at: usize, worker: ActorRef<Worker>) {
        self.workers[at] = worker;
    }

    #[tell]
    fn go_on(&mut self, cx: &mut Context<Self>) {
        for _ in 0..RUN.min(self.left) {
            self.send_one();
            self.left -= 1;
        }
        self.asked.clear();
        if self.left == 0 {
            self.done = None;
        } else {
            SENT.add();
            cx.me().go_on();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it says how long it took")]
fn main() -> Result<(), Box<dyn Error>> {
    let (mut messages, mut shards) = (10_000_000_u64, None);
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        use lexopt::{Arg, ValueExt};
        match arg {
            Arg::Long("messages") => messages = parser.value()?.parse()?,
            Arg::Long("shards") => shards = Some(parser.value()?.parse()?),
            // As `cargo bench` says.
            Arg::Long("bench") => {}
            other => return Err(other.unexpected().into()),
        }
    }
    let mut builder = System::builder();
    if let Some(shards) = shards {
        builder = builder.shards(shards);
    }
    let system = builder.start()?;
    let began = Instant::now();
    let (done, ends) = mpsc::channel();
    let mut storms = Vec::new();
    for shard in 0..system.shards() {
        let share = messages / system.shards() as u64;
        let done = Some(done.clone());
        let storm = system.spawn_on(shard, move || Storm {
            others: Vec::new(),
            workers: Vec::new(),
            left: share,
            dice: shard as u64,
            asked: Vec::new(),
            done,
        });
        storms.push(storm.wait()?);
    }
    drop(done);
    let mut workers = Vec::new();
    for storm in &storms {
        SENT.add();
        workers.extend(storm.first_workers().wait()?);
    }
    for storm in &storms {
        SENT.add();
        SENT.add();
        storm.blow(storms.clone(), workers.clone());
    }
    while let Err(RecvTimeoutError::Timeout) = ends.recv_timeout(Duration::from_secs(1)) {
        let total = system.stats().total();
        println!(
            "{:5.0} s: {} of {messages} sent, {} handled, {} dead, {} actors, {} KiB of blocks",
            began.elapsed().as_secs_f64(),
            SENT.total(),
            total.handled,
            total.dead_letters.total(),
            total.actors,
            total.block_bytes / 1_024,
        );
    }
    let took = began.elapsed();
    let report = system.stop(Duration::from_secs(60));
    balance(&report)?;
    let per_second = SENT.total() as f64 / took.as_secs_f64();
    println!("in {:.1} s, {:.1} million messages a second", took.as_secs_f64(), per_second / 1e6);
    Ok(())
}

/// Says that nothing was lost, and shows it.
fn balance(report: &Report) -> Result<(), String> {
    let (sent, made, dropped) = (SENT.total(), MADE.total(), DROPPED.total());
    println!("{report}");
    println!("sent {sent} = handled {} + dead {}", report.handled, report.dead_letters.total());
    println!("values made {made}, dropped {dropped}; late answers {}", report.late_answers);
    let is_even = report.handled + report.dead_letters.total() == sent
        && made == dropped
        && (report.actors_left, report.messages_left, report.stuck_shards) == (0, 0, 0);
    if is_even { Ok(()) } else { Err("something was lost".to_owned()) }
}
