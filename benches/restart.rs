//! What it costs that a supervised actor crashes and begins again, and what a storm of that costs others.
//!
//! In each cycle the actor is told to fail and, behind it, something that waits out the restart; when that is handled,
//! the next cycle begins. So a cycle is a crash, a restart and four messages, and one lost message would end the bench.

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::print_stdout, reason = "a bench reports to a person")]

mod harness;

use std::hint::black_box;
use std::panic::catch_unwind;
use std::time::Duration;

use callboard::prelude::*;
use callboard::{ChildSpec, SupervisorSpec, Tree};
use harness::asks::{Asker, Doubler};
use harness::{Bench, Bound, count, median, pin, progress, progress_ends, time};

/// Cycles after which memory is to be what it was.
const CYCLES: u64 = 1_000_000;

/// Children that fail in the storm.
const STORM: usize = 100;

/// Runs of the storm; an odd number, so that there is a median.
const RUNS: usize = 5;

/// Asks of one run.
const ASKS: u64 = 20_000;

/// The 99th percentile of the asks is to be less than this, in microseconds.
const P99_MICROS: f64 = 1_000.0;

const LONG: Duration = Duration::from_secs(600);

/// Fails when it is told to.
#[actor]
struct Crasher;

#[handlers]
impl Crasher {
    #[tell]
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("it fails")
    }

    #[tell]
    fn panic(&mut self) {
        fail();
    }

    /// Waited while the actor was restarted.
    #[tell]
    fn work(&mut self, driver: ActorRef<Driver>) {
        driver.next();
    }

    /// Fails for ever.
    #[tell]
    fn storm(&mut self, cx: &mut Context<Self>) {
        cx.me().storm();
        fail();
    }
}

fn fail() {
    panic!("it fails");
}

/// Has a crasher fail, one time after the other.
#[actor]
struct Driver {
    crasher: ActorRef<Crasher>,
    panics: bool,
    left: u64,
    done: Option<Reply<()>>,
}

#[handlers]
impl Driver {
    #[ask]
    fn cycles(&mut self, cx: &mut Context<Self>, cycles: u64, panics: bool, reply: Reply<()>) {
        (self.left, self.panics, self.done) = (cycles, panics, Some(reply));
        cx.me().next();
    }

    /// The cycle before is over.
    #[tell]
    fn next(&mut self, cx: &mut Context<Self>) {
        if self.left == 0 {
            if let Some(done) = self.done.take() {
                done.answer(());
            }
            return;
        }
        self.left -= 1;
        if self.panics {
            self.crasher.panic();
        } else {
            self.crasher.fail();
        }
        self.crasher.work(cx.me());
    }
}

/// A supervisor of so many crashers, which never gives up.
fn crashers(system: &System, children: usize) -> Tree {
    let often = Duration::from_millis(1);
    let mut spec = SupervisorSpec::new("crashers").intensity(u32::MAX, often);
    for child in 0..children {
        spec = spec.child(ChildSpec::<Crasher>::new(child.to_string(), |_| async { Ok(Crasher) }));
    }
    system.supervise(0, spec).wait().expect("the tree starts")
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// The 99th percentile of asks on a shard, in microseconds.
fn p99(asker: ActorRef<Asker>, asks: u64) -> f64 {
    let mut times = asker.times(asks).timeout(LONG).wait().expect("it answers");
    times.sort_by(f64::total_cmp);
    times[times.len() * 99 / 100]
}

/// Asks on one shard, without and with a storm of restarts on another.
fn storm() {
    let system = System::builder().shards(2).start().expect("two shards start");
    let of = system.spawn_on(1, Doubler::default).wait().expect("no start hook");
    let asker = system.spawn_on(1, move || Asker { of }).wait().expect("no start hook");
    let runs = if count().is_some() { 1 } else { RUNS };
    let asks = count().unwrap_or(ASKS);
    let (mut calm, mut stormy) = (Vec::new(), Vec::new());
    for run in 0..runs {
        progress(&format!("run {} of {runs}: a storm of restarts", run + 1));
        calm.push(p99(asker, asks));
        let tree = crashers(&system, STORM);
        for child in 0..STORM {
            tree.child::<Crasher>(child).storm();
        }
        stormy.push(p99(asker, asks));
        tree.supervisor().kill();
        tree.supervisor().wait().wait();
    }
    progress_ends();
    let (calm, stormy) = (median(&calm), median(&stormy));
    let mark = if stormy < P99_MICROS { "ok  " } else { "MISS" };
    println!("p99 of asks on another shard, median of {runs} runs, microseconds");
    println!("  {:<44} {calm:>9.2}", "calm");
    println!(
        "  {:<44} {stormy:>9.2}  {mark} (less than {P99_MICROS})",
        format!("{STORM} children that fail all the time")
    );
    system.stop(Duration::from_secs(5));
}

fn main() {
    // A panic outside a system goes to this hook, and is as silent as one inside.
    std::panic::set_hook(Box::new(|_| {}));
    pin();
    let system = System::builder().shards(1).start().expect("a shard starts");
    let of = system.spawn_on(0, Doubler::default).wait().expect("no start hook");
    let asker = system.spawn_on(0, move || Asker { of }).wait().expect("no start hook");
    let crasher = crashers(&system, 1).child::<Crasher>(0);
    let driver = move || Driver { crasher, panics: false, left: 0, done: None };
    let driver = system.spawn_on(0, driver).wait().expect("no start hook");
    let cycles = |cycles: u64, panics: bool| {
        driver.cycles(cycles, panics).timeout(LONG).wait().expect("no message is lost");
    };

    let mut bench = Bench::default();
    let ask = bench.baseline("ask and answer", 1_000_000, |asks| {
        time(|| {
            let sum = asker.round_trips(asks).timeout(LONG).wait();
            sum.expect("it answers").expect("no ask fails");
        })
    });
    bench.candidate("handler returns `Err`, restart", 200_000, ask, Bound::AtMost(10.0), |n| {
        time(|| cycles(n, false))
    });
    let bare = bench.baseline("bare `catch_unwind` of a panic", 200_000, |panics| {
        time(|| {
            for _ in 0..panics {
                assert!(black_box(catch_unwind(fail)).is_err());
            }
        })
    });
    bench.candidate("handler panics, restart", 200_000, bare, Bound::AtMost(3.0), |n| {
        time(|| cycles(n, true))
    });
    bench.run("restart");

    let before = resident_kib();
    cycles(count().unwrap_or(CYCLES), false);
    let (after, cycles) = (resident_kib(), count().unwrap_or(CYCLES));
    println!("resident before and after {cycles} cycles: {before} and {after} KiB\n");
    system.stop(Duration::from_secs(5));
    storm();
}
