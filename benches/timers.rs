//! What a timer costs when there are a million of them, against tokio's `sleep` and a sorted map; and how late
//! one is on a shard that has nothing else to do.

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::print_stdout, reason = "a bench reports to a person")]
#![allow(clippy::disallowed_methods, reason = "a bench measures the machine's time")]

mod harness;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Waker};
use std::time::Instant;

use callboard::Timer;
use callboard::prelude::*;
use harness::{Bench, Bound, count, pin, progress, progress_ends, time};

/// The timers that expire do so within this time, and all before anybody looks.
const SPREAD: Duration = Duration::from_millis(100);

/// The timers whose lateness is measured, and the time they are spread over.
const LOOKED_AT: u64 = 5_000;
const LOOKED_FOR: Duration = Duration::from_secs(10);

/// The most that one in a hundred of them may be late.
const LATE_MOST: Duration = Duration::from_millis(2);

/// Delays of an hour or more, in no order: the finalizer of `splitmix64`, by Sebastiano Vigna.
fn far(number: u64) -> Duration {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Duration::from_secs(3_600) + Duration::from_micros((z ^ (z >> 31)) % 1_000_000_000)
}

/// Delays that have passed when `SPREAD` has.
fn near(number: u64) -> Duration {
    SPREAD * (number.wrapping_mul(7_919) % 1_000) as u32 / 1_000
}

/// Holds the thread until this moment.
fn hold_until(moment: Instant) {
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
}

#[actor]
#[derive(Default)]
struct Setter {
    timers: Vec<Timer>,
    left: u64,
    began: Option<Instant>,
    done: Option<Reply<Duration>>,
    late: Vec<Duration>,
    lateness: Option<Reply<Vec<Duration>>>,
}

#[handlers]
impl Setter {
    #[ask]
    fn set(&mut self, cx: &mut Context<Self>, timers: u64) -> Duration {
        self.timers.reserve(timers as usize);
        time(|| {
            for number in 0..timers {
                self.timers.push(cx.after(far(number), SetterMsg::Fire));
            }
        })
    }

    #[ask]
    fn cancel(&mut self, cx: &mut Context<Self>) -> Duration {
        let timers = std::mem::take(&mut self.timers);
        time(|| {
            for timer in timers {
                cx.cancel(timer);
            }
        })
    }

    /// The time from when all of them are due until the last was handled.
    #[ask]
    fn expire(&mut self, cx: &mut Context<Self>, timers: u64, reply: Reply<Duration>) {
        (self.left, self.done) = (timers, Some(reply));
        for number in 0..timers {
            cx.after(near(number), SetterMsg::Fire);
        }
        hold_until(Instant::now() + SPREAD);
        self.began = Some(Instant::now());
    }

    #[tell]
    fn fire(&mut self) {
        self.left -= 1;
        if self.left == 0
            && let (Some(done), Some(began)) = (self.done.take(), self.began)
        {
            done.answer(began.elapsed());
        }
    }

    #[ask]
    fn lateness(
        &mut self,
        cx: &mut Context<Self>,
        timers: u64,
        within: Duration,
        reply: Reply<Vec<Duration>>,
    ) {
        (self.left, self.lateness) = (timers, Some(reply));
        for number in 0..timers {
            let delay = within * (number + 1) as u32 / timers as u32;
            let due = Instant::now() + delay;
            cx.after(delay, SetterMsg::Note { due });
        }
    }

    #[tell]
    fn note(&mut self, due: Instant) {
        self.late.push(due.elapsed());
        self.left -= 1;
        if self.left == 0
            && let Some(reply) = self.lateness.take()
        {
            reply.answer(std::mem::take(&mut self.late));
        }
    }
}

/// Timers by hand: messages by their deadlines, equal ones apart by their numbers.
type Sorted = BTreeMap<(Instant, u64), SetterMsg>;

/// Sets them, and says when each is due.
fn sort(timers: u64, sorted: &mut Sorted, due: &mut Vec<(Instant, u64)>) {
    for number in 0..timers {
        let key = (Instant::now() + far(number), number);
        sorted.insert(key, SetterMsg::Fire);
        due.push(key);
    }
}

fn set_by_hand(timers: u64) -> Duration {
    let (mut sorted, mut due) = (Sorted::new(), Vec::with_capacity(timers as usize));
    time(|| sort(timers, &mut sorted, &mut due))
}

fn cancel_by_hand(timers: u64) -> Duration {
    let (mut sorted, mut due) = (Sorted::new(), Vec::with_capacity(timers as usize));
    sort(timers, &mut sorted, &mut due);
    time(|| {
        for key in due {
            sorted.remove(&key);
        }
    })
}

type Sleeps = Vec<Pin<Box<tokio::time::Sleep>>>;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}

/// Timers of tokio's, each polled once: that registers it.
fn sleeps(timers: u64, sleeps: &mut Sleeps) {
    let mut cx = TaskContext::from_waker(Waker::noop());
    for number in 0..timers {
        let mut sleep = Box::pin(tokio::time::sleep(far(number)));
        assert!(sleep.as_mut().poll(&mut cx).is_pending());
        sleeps.push(sleep);
    }
}

fn set_by_tokio(timers: u64) -> Duration {
    runtime().block_on(async {
        let mut all = Sleeps::with_capacity(timers as usize);
        time(|| sleeps(timers, &mut all))
    })
}

fn cancel_by_tokio(timers: u64) -> Duration {
    runtime().block_on(async {
        let mut all = Sleeps::with_capacity(timers as usize);
        sleeps(timers, &mut all);
        time(|| drop(all))
    })
}

fn expire_by_tokio(timers: u64) -> Duration {
    runtime().block_on(async {
        let tasks: Vec<_> =
            (0..timers).map(|number| tokio::spawn(tokio::time::sleep(near(number)))).collect();
        // Each task is polled once, and waits then.
        tokio::task::yield_now().await;
        hold_until(Instant::now() + SPREAD);
        let began = Instant::now();
        for task in tasks {
            task.await.expect("no panic");
        }
        began.elapsed()
    })
}

/// Prints how late the timers of an idle shard are.
fn lateness(setter: ActorRef<Setter>) {
    let (timers, within) = match count() {
        Some(_) => (100, Duration::from_millis(100)),
        None => (LOOKED_AT, LOOKED_FOR),
    };
    progress("lateness on an idle shard");
    let late = setter.lateness(timers, within).timeout(within * 10).wait();
    progress_ends();
    let mut late = late.expect("all timers fire");
    late.sort_unstable();
    let at = |share: usize| late[(late.len() - 1) * share / 100];
    let verdict = if at(99) < LATE_MOST { "ok  " } else { "MISS" };
    println!("lateness on an idle shard: {timers} timers in {within:?}, microseconds");
    for (name, share) in [("p50", 50), ("p99", 99), ("most", 100)] {
        let micros = at(share).as_nanos() as f64 / 1_000.0;
        let verdict = if share == 99 {
            format!("  {verdict} p99 under {LATE_MOST:?}")
        } else {
            String::new()
        };
        println!("  {name:<44} {micros:>9.1}{verdict}");
    }
}

fn main() {
    const TIMERS: u64 = 1_000_000;
    pin();
    let system = System::builder().shards(1).start().expect("a shard starts");
    let setter = system.spawn_on(0, Setter::default).wait().expect("no start hook");
    let long = Duration::from_secs(600);
    let wait = |ask: Ask<Duration>| ask.timeout(long).wait().expect("the setter answers");

    let mut bench = Bench::default();
    let set = bench.baseline("tokio sleep: set", TIMERS, set_by_tokio);
    let set = bench.candidate("set", TIMERS, set, Bound::AtMost(1.0), |timers| {
        let took = wait(setter.set(timers));
        wait(setter.cancel());
        took
    });
    bench.candidate("sorted map: set", TIMERS, set, Bound::AtLeast(5.0), set_by_hand);
    let cancel = bench.baseline("tokio sleep: cancel", TIMERS, cancel_by_tokio);
    let cancel = bench.candidate("cancel", TIMERS, cancel, Bound::AtMost(1.0), |timers| {
        wait(setter.set(timers));
        wait(setter.cancel())
    });
    bench.candidate("sorted map: cancel", TIMERS, cancel, Bound::AtLeast(5.0), cancel_by_hand);
    let expire = bench.baseline("tokio sleep: expire and poll", TIMERS, expire_by_tokio);
    bench.candidate("expire and handle", TIMERS, expire, Bound::AtMost(1.0), |timers| {
        wait(setter.expire(timers))
    });
    bench.run("timers, a million at a time");
    lateness(setter);
    system.stop(Duration::from_secs(5));
}
