//! What a system costs that has nothing to do, and what it takes to wake one of its shards.
//!
//! The first is processor time by what Linux says of each thread in `/proc`. The second counts system calls:
//! the bench runs itself under `strace`, with N wakes and with 2 N, so starting and ending are not counted.

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::print_stdout, reason = "a bench reports to a person")]

mod harness;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use callboard::prelude::*;
use harness::{argument, count, pin, time};

/// How long an idle system is watched.
const WATCHED: Duration = Duration::from_secs(5);

/// The most processor time it may take, in per cent of a core.
const PERCENT: f64 = 0.5;

/// Wakes of the shorter run; each comes after a silence in which the shard falls asleep.
const WAKES: u64 = 200;
const SILENCE: Duration = Duration::from_millis(5);

#[actor]
#[derive(Default)]
struct Sleeper {
    told: u64,
}

#[handlers]
impl Sleeper {
    #[tell]
    fn wake(&mut self) {
        self.told += 1;
    }

    #[ask]
    fn told(&self) -> u64 {
        self.told
    }
}

fn start() -> (System, ActorRef<Sleeper>) {
    let system = System::builder().shards(2).start().expect("two shards start");
    let sleeper = system.spawn_on(1, Sleeper::default).wait().expect("no start hook");
    (system, sleeper)
}

/// Lets this thread pass the time awake, and without a system call.
fn wait_awake(silence: Duration) {
    let mut waited = Duration::ZERO;
    while waited < silence {
        waited += time(|| (0..1_000).for_each(|_| std::hint::spin_loop()));
    }
}

/// Processor time of all threads so far; none where the system does not say.
fn processor_time() -> Option<Duration> {
    let mut nanos = 0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let said = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        nanos += said.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(nanos))
}

/// Lets this thread sleep, which costs nothing.
fn wait_asleep(silence: Duration) {
    let (_open, never) = std::sync::mpsc::channel::<()>();
    assert!(never.recv_timeout(silence).is_err(), "nothing comes");
}

fn idle(watched: Duration) {
    let (system, sleeper) = start();
    for _ in 0..1_000 {
        sleeper.wake();
    }
    assert_eq!(sleeper.told().wait(), Ok(1_000));
    wait_asleep(SILENCE);
    let before = processor_time();
    wait_asleep(watched);
    if let Some((before, after)) = before.zip(processor_time()) {
        let percent = 100.0 * (after - before).as_secs_f64() / watched.as_secs_f64();
        let mark = if percent < PERCENT { "ok" } else { "MISS" };
        let seconds = watched.as_secs_f64();
        println!("two idle shards and their watchdog, {seconds} s");
        println!(
            "  processor time, per cent of a core {percent:>9.3}  {mark} (less than {PERCENT})"
        );
    }
    system.stop(Duration::from_secs(5));
}

/// Wakes a sleeping shard so often.
fn wake(wakes: u64) {
    // On the core of the other shard: waiting awake must not keep this one from falling asleep.
    pin();
    let (system, sleeper) = start();
    for _ in 0..wakes {
        wait_awake(SILENCE);
        sleeper.wake();
    }
    assert_eq!(sleeper.told().wait(), Ok(wakes));
    system.stop(Duration::from_secs(5));
}

/// System calls of a run with so many wakes, by name; none without `strace`.
fn calls(wakes: u64) -> Option<BTreeMap<String, f64>> {
    let file = std::env::temp_dir().join(format!("callboard-idle-{}", std::process::id()));
    let program = std::env::current_exe().ok()?;
    let mut strace = Command::new("strace");
    strace.args(["-f", "-c", "-o"]).arg(&file).arg(program);
    let status = strace.args(["--wakes", &wakes.to_string()]).status().ok()?;
    let said = std::fs::read_to_string(&file);
    // Nobody else reads it; one that stays lies among other such files.
    let _ = std::fs::remove_file(&file);
    assert!(status.success(), "all wakes came");
    let mut calls = BTreeMap::new();
    // Share, seconds, microseconds a call, calls, errors if there were any, name.
    for line in said.ok()?.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let [_, _, _, count, .., name] = fields[..]
            && let Ok(count) = count.parse()
            && name != "total"
        {
            calls.insert(name.to_owned(), count);
        }
    }
    Some(calls)
}

fn main() {
    if let Some(wakes) = argument("--wakes").and_then(|wakes| wakes.parse().ok()) {
        return wake(wakes);
    }
    if count().is_some() {
        idle(Duration::from_millis(10));
        return wake(3);
    }
    idle(WATCHED);
    let Some((once, twice)) = calls(WAKES).zip(calls(2 * WAKES)) else {
        return println!("no system calls are counted: there is no `strace` here");
    };
    println!(
        "system calls a wake from a plain thread, by the difference of {WAKES} and {}",
        2 * WAKES
    );
    for (name, calls) in &twice {
        let each = (calls - once.get(name).unwrap_or(&0.0)) / WAKES as f64;
        if each.abs() >= 0.01 {
            println!("  {name:<34} {each:>9.2}");
        }
    }
}
