//! When all is quiet, what was accepted is what was handled and what became a dead letter, exactly.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{Context, Pending, Reply, actor, handlers, spawn};

use crate::check::{Counted, Dice, Tally, World, everywhere, on_shards};

/// Counts what is sent.
#[derive(Clone, Default)]
struct Sent(Arc<AtomicU64>);

impl Sent {
    fn one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Does all that can happen to a message.
#[actor]
struct Chaos {
    sent: Sent,
    kept: Vec<Reply<Counted>>,
}

impl Chaos {
    fn new(sent: Sent) -> Self {
        Self { sent, kept: Vec::new() }
    }
}

#[handlers]
impl Chaos {
    #[tell]
    fn take(&mut self, _value: Counted) {}

    #[tell]
    fn take_large(&mut self, _value: Counted, _rest: [u64; 200]) {}

    #[tell]
    async fn take_slowly(&mut self, value: Counted) {
        tokio::task::yield_now().await;
        drop(value);
    }

    #[tell]
    fn panic(&mut self, _value: Counted) {
        panic!("chaos");
    }

    #[tell]
    async fn panic_slowly(&mut self, value: Counted) {
        let _value = value;
        tokio::task::yield_now().await;
        panic!("chaos, later");
    }

    #[tell]
    fn fail(&mut self, _value: Counted) -> Result<(), String> {
        Err("chaos".to_owned())
    }

    #[tell]
    fn end(&mut self, cx: &mut Context<Self>, _value: Counted) {
        cx.stop();
    }

    #[tell]
    fn repeat(&mut self, cx: &mut Context<Self>, value: Counted) {
        self.sent.one();
        cx.me().take(value);
    }

    #[tell]
    fn keep(&mut self, handed: Handed) {
        self.kept.push(handed.0);
    }

    #[ask]
    fn swap(&mut self, value: Counted) -> Counted {
        value
    }

    #[ask]
    fn hold(&mut self, _value: Counted, reply: Reply<Counted>) {
        self.kept.push(reply);
    }
}

/// A reply on its way to who answers.
struct Handed(Reply<Counted>);

/// Sends a share of all kinds of messages to actors of which many end.
fn send_some(
    dice: &mut Dice,
    actors: &mut [callboard::ActorRef<Chaos>],
    sent: &Sent,
    tally: &Tally,
    times: u64,
) -> Vec<Pending<Counted>> {
    let mut asked = Vec::new();
    for _ in 0..times {
        let at = dice.roll(actors.len() as u64) as usize;
        let (actor, value) = (actors[at], tally.make());
        sent.one();
        let what = dice.roll(1_000);
        match what {
            0..600 => actor.take(value),
            600..700 => actor.take_large(value, [0; 200]),
            700..800 => actor.take_slowly(value),
            800..900 => actor.repeat(value),
            900..940 => drop(actor.swap(value).start()),
            940..980 => asked.push(actor.hold(value).start()),
            980..983 => actor.panic(value),
            983..986 => actor.panic_slowly(value),
            986..989 => actor.fail(value),
            989..992 => actor.end(value),
            ending => {
                actor.take(value);
                if ending < 996 { actor.stop() } else { actor.stop_now() }
            }
        }
        // Nine of ten that end have a successor; the others are told all the same.
        if what >= 980 && dice.roll(10) > 0 {
            actors[at] = spawn(Chaos::new(sent.clone()));
        }
    }
    asked
}

/// Runs chaos of so many messages, and says what is left of it.
fn chaos(simulator: Simulator, seed: u64, messages: u64) {
    let (sent, tally) = (Sent::default(), Tally::default());
    let mut dice = Dice::new(seed);
    let mut actors = Vec::new();
    for at in 0..64 {
        let sent = sent.clone();
        actors.push(crate::check::put(&simulator, at, move || Chaos::new(sent)));
    }
    let rounds = messages / 500;
    for _ in 0..rounds {
        let shard = dice.roll(simulator.shards() as u64) as usize;
        let asked =
            simulator.enter(shard, || send_some(&mut dice, &mut actors, &sent, &tally, 500));
        for _ in 0..dice.roll(4) {
            simulator.turn();
        }
        simulator.enter(shard, || drop(asked));
    }
    simulator.run();
    simulator.advance(Duration::from_secs(10));
    let sent = sent.0.load(Ordering::Relaxed);
    let report = simulator.report();
    assert_eq!(report.handled + report.dead_letters.total(), sent, "{report}");
    assert_eq!(simulator.asks(), 0);
    let end = simulator.stop();
    assert_eq!(end.handled + end.dead_letters.total(), sent, "{end}");
    tally.assert_even();
}

#[test]
fn p20_a_million_messages_are_handled_or_dead() {
    on_shards(|simulator| chaos(simulator, 20, 1_000_000));
}

#[test]
fn p20_many_short_runs_are_even() {
    for seed in 0..40 {
        on_shards(|simulator| chaos(simulator, seed, 5_000));
    }
}

#[test]
fn p20_slow_turns_are_even() {
    for seed in 0..10 {
        on_shards(|simulator| {
            simulator.set_look(Duration::from_micros(seed * 7));
            chaos(simulator, seed, 20_000);
        });
    }
}

/// Sends chaos from a shard.
#[actor]
struct Storm(Vec<callboard::ActorRef<Chaos>>, Sent, Tally);

#[handlers]
impl Storm {
    #[ask]
    async fn blow(&mut self, seed: u64, times: u64) {
        let mut dice = Dice::new(seed);
        for _ in 0..times / 100 {
            let asked = send_some(&mut dice, &mut self.0, &self.1, &self.2, 100);
            tokio::task::yield_now().await;
            drop(asked);
        }
    }
}

#[test]
fn p20_what_a_system_accepted_is_in_its_report() {
    everywhere(|world: World| {
        let (sent, tally) = (Sent::default(), Tally::default());
        let mut actors = Vec::new();
        for at in 0..16 {
            let sent = sent.clone();
            actors.push(world.spawn(at, move || Chaos::new(sent)));
        }
        let mut blows = 0;
        for at in 0..4 {
            let storm = Storm(actors.clone(), sent.clone(), tally.clone());
            let storm = world.spawn(at, || storm);
            world.ask(storm.blow(at as u64, 5_000)).expect("the storm passes");
            blows += 1;
        }
        let report = world.end();
        let sent = sent.0.load(Ordering::Relaxed) + blows;
        assert_eq!(report.handled + report.dead_letters.total(), sent, "{report}");
        tally.assert_even();
    });
}

#[test]
fn dl4_tells_of_plain_threads_are_counted() {
    everywhere(|world| {
        let (sent, tally) = (Sent::default(), Tally::default());
        let actor = world.spawn(1, move || Chaos::new(sent));
        let threads = Vec::from_iter((0..4).map(|at| {
            let tally = tally.clone();
            std::thread::spawn(move || {
                for number in 0..1_000 {
                    actor.take(tally.make());
                    if (at, number) == (3, 500) {
                        actor.stop();
                    }
                }
            })
        }));
        threads.into_iter().for_each(|thread| thread.join().expect("the thread ends well"));
        let report = world.end();
        assert_eq!(report.handled + report.dead_letters.total(), 4_000, "{report}");
        tally.assert_even();
    });
}

#[test]
fn dl4_what_comes_after_the_end_is_counted_nowhere_and_dropped() {
    everywhere(|world| {
        let (sent, tally) = (Sent::default(), Tally::default());
        let actor = world.spawn(1, move || Chaos::new(sent));
        let report = world.end();
        actor.take(tally.make());
        tally.assert_even();
        assert_eq!(report.handled + report.dead_letters.total(), 0);
    });
}
