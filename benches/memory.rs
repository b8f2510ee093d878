//! What actors that wait for messages cost in memory, and that actors which come and go leave none behind.
//!
//! The measure is the resident memory of the process, by what Linux says of it in `/proc`. So that nothing of
//! one part lies about when the next is measured, each runs in a process of its own.

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::print_stdout, reason = "a bench reports to a person")]

mod harness;

use std::process::Command;
use std::time::Duration;

use callboard::prelude::*;
use harness::{argument, count, progress, progress_ends};

/// Actors that are alive at once, unless `--count` says otherwise.
const ALIVE: u64 = 1_000_000;

/// The most bytes that one with 8 bytes of state may take.
const BYTES_EACH: f64 = 96.0;

/// Looks at the memory while actors come and go.
const LOOKS: u64 = 10;

/// How much may be added from the first look to the last.
const MORE_MIB: f64 = 1.0;

/// Actors that are spawned before others have their turn.
const RUN: u64 = 1_000;

/// Actors of one wave: all are alive before the first is stopped.
const WAVE: u64 = 100_000;

const LONG: Duration = Duration::from_secs(600);

/// An actor with so many words of state.
#[actor]
struct Idle<const WORDS: usize> {
    state: [u64; WORDS],
}

#[handlers]
impl<const WORDS: usize> Idle<WORDS> {
    #[tell]
    fn touch(&mut self, word: u64) {
        self.state[0] += word;
    }
}

/// The same with an `async` handler, for which it keeps its context.
#[actor]
struct AsyncIdle {
    state: u64,
}

#[handlers]
impl AsyncIdle {
    #[tell]
    async fn touch(&mut self, word: u64) {
        self.state += word;
    }
}

/// Spawns actors and tells each one message.
#[actor]
#[derive(Default)]
struct Spawner {
    wave: Vec<ActorRef<Idle<1>>>,
    done: Option<Reply<()>>,
}

#[handlers]
impl Spawner {
    #[ask]
    fn fill(&mut self, cx: &mut Context<Self>, kind: usize, actors: u64, reply: Reply<()>) {
        self.done = Some(reply);
        cx.me().fill_on(kind, actors);
    }

    #[tell]
    fn fill_on(&mut self, cx: &mut Context<Self>, kind: usize, left: u64) {
        for word in 0..left.min(RUN) {
            match kind {
                0 => cx.spawn(Idle { state: [0; 1] }).touch(word),
                1 => cx.spawn(AsyncIdle { state: 0 }).touch(word),
                2 => cx.spawn(Idle { state: [0; 3] }).touch(word),
                3 => cx.spawn(Idle { state: [0; 11] }).touch(word),
                _ => cx.spawn(Idle { state: [0; 128] }).touch(word),
            }
        }
        match left.saturating_sub(RUN) {
            0 => self.answer(),
            left => cx.me().fill_on(kind, left),
        }
    }

    /// One actor after the other: each is spawned, told and stopped before the next.
    #[ask]
    fn one_by_one(&mut self, cx: &mut Context<Self>, actors: u64, reply: Reply<()>) {
        self.done = Some(reply);
        cx.me().one(actors);
    }

    #[tell]
    fn one(&mut self, cx: &mut Context<Self>, left: u64) {
        if left == 0 {
            return self.answer();
        }
        let actor = cx.spawn(Idle { state: [0; 1] });
        actor.touch(left);
        actor.stop();
        cx.me().one(left - 1);
    }

    /// A wave after the other: all are spawned and told, then all are stopped.
    #[ask]
    fn in_waves(&mut self, cx: &mut Context<Self>, actors: u64, reply: Reply<()>) {
        self.done = Some(reply);
        cx.me().rise(actors);
    }

    #[tell]
    fn rise(&mut self, cx: &mut Context<Self>, left: u64) {
        if left == 0 {
            return self.answer();
        }
        for word in 0..left.min(WAVE) {
            let actor = cx.spawn(Idle { state: [0; 1] });
            actor.touch(word);
            self.wave.push(actor);
        }
        cx.me().fall(left.saturating_sub(WAVE));
    }

    #[tell]
    fn fall(&mut self, cx: &mut Context<Self>, left: u64) {
        for actor in self.wave.drain(..) {
            actor.stop();
        }
        cx.me().rise(left);
    }

    fn answer(&mut self) {
        if let Some(done) = self.done.take() {
            done.answer(());
        }
    }
}

/// Bytes of memory that the process has in use; none where the system does not say.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

const KINDS: [&str; 5] = [
    "8 bytes",
    "8 bytes, and an async handler",
    "24 bytes: a cell of 64 is full",
    "88 bytes: one of 128 is full",
    "1,024 bytes: in a box",
];

fn start() -> (System, ActorRef<Spawner>) {
    let system = System::builder().shards(1).start().expect("a shard starts");
    let spawner = system.spawn_on(0, Spawner::default).wait().expect("no start hook");
    (system, spawner)
}

/// What so many actors of one kind take, each of which has handled a message.
fn idle(kind: usize, actors: u64) {
    let (system, spawner) = start();
    let before = resident();
    spawner.fill(kind, actors).timeout(LONG).wait().expect("all are spawned");
    // Behind the last message: whoever is asked now comes after all of them.
    spawner.fill(kind, 0).wait().expect("the shard runs");
    let now = system.stats().total();
    assert!(now.actors == actors + 1 && now.handled >= actors, "all live and were told: {now:?}");
    let Some((before, after)) = before.zip(resident()) else { return };
    let each = (after - before) / actors as f64;
    // Of few actors, what the system itself takes is most.
    let verdict = match kind {
        0 if actors < ALIVE => String::new(),
        0 if each <= BYTES_EACH => format!("  ok   at most {BYTES_EACH}"),
        0 => format!("  MISS at most {BYTES_EACH}"),
        _ => String::new(),
    };
    println!("  {:<44} {each:>9.1}{verdict}", KINDS[kind]);
}

/// What is resident after each tenth of so many actors, which come and go.
fn come_and_go(name: &str, actors: u64, some: impl Fn(&System, ActorRef<Spawner>, u64)) {
    let (system, spawner) = start();
    let mut mib = Vec::new();
    for look in 1..=LOOKS {
        progress(&format!("{name}: {look} of {LOOKS}"));
        some(&system, spawner, actors / LOOKS);
        mib.extend(resident().map(|bytes| bytes / f64::from(1 << 20)));
    }
    progress_ends();
    assert!(system.stop(LONG).handled >= actors / LOOKS * LOOKS, "each was told");
    let Some((first, last)) = mib.first().zip(mib.last()) else { return };
    let verdict = if last - first <= MORE_MIB { "ok  " } else { "MISS" };
    let shown: Vec<_> = mib.iter().map(|mib| format!("{mib:.1}")).collect();
    println!("  {name:<26} {}  {verdict} at most {MORE_MIB} more", shown.join(" "));
}

/// Runs this part in a process of its own.
fn part(part: usize) {
    let own = std::env::current_exe().expect("a program that runs has a path");
    let arguments = std::env::args().skip(1);
    let status = Command::new(own).args(arguments).args(["--part", &part.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "part {part} went well");
}

fn main() {
    let alive = count().unwrap_or(ALIVE);
    if let Some(part) = argument("--part").and_then(|part| part.parse::<usize>().ok()) {
        let come = 10 * alive;
        return match part.checked_sub(KINDS.len()) {
            None => idle(part, alive),
            Some(0) => come_and_go("in waves of 100,000", come, |_, spawner, actors| {
                spawner.in_waves(actors).timeout(LONG).wait().expect("it answers");
            }),
            Some(1) => come_and_go("one by one", come, |_, spawner, actors| {
                spawner.one_by_one(actors).timeout(LONG).wait().expect("it answers");
            }),
            Some(_) => come_and_go("one by one, from a thread", alive, |system, _, actors| {
                for word in 0..actors {
                    let make = || Idle { state: [0; 1] };
                    let actor = system.spawn_on(0, make).wait().expect("no start hook");
                    actor.touch(word);
                    actor.stop();
                }
            }),
        };
    }
    if resident().is_none() {
        println!(
            "memory: nothing is measured, for there is no /proc here that says what is resident"
        );
    }
    println!("memory: resident bytes of each of {alive} actors that wait, by their state");
    (0..KINDS.len()).for_each(part);
    println!(
        "memory: resident MiB after each tenth of {} actors that come and go, {alive} from a thread",
        10 * alive
    );
    (KINDS.len()..KINDS.len() + 3).for_each(part);
    println!();
}
