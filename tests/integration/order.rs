//! What one sender tells one actor is heard at most once, without loss, in the order sent.

use std::sync::Arc;

use callboard::testing::Simulator;
use callboard::{ActorRef, Context, actor, handlers, spawn};

use crate::check::{
    Counted, Events, Log, Subject, Tally, World, ask_from, everywhere, on_shards, put,
};

const MANY: u64 = 100_000;

/// Sends numbers in one way or another.
#[actor]
struct Sender(ActorRef<Log>);

#[handlers]
impl Sender {
    #[tell]
    fn send(&mut self, from: u64, to: u64) {
        (from..to).for_each(|number| self.0.note(number));
    }

    /// Sends a number and tells itself to send the next, so that each goes in another turn.
    #[tell]
    fn send_one_by_one(&mut self, cx: &mut Context<Self>, from: u64, to: u64) {
        if from < to {
            self.0.note(from);
            cx.me().send_one_by_one(from + 1, to);
        }
    }
}

#[test]
fn p01_one_sender_is_heard_in_order() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        world.run(0, move || async move { (1..=MANY).for_each(|number| log.note(number)) });
        assert_eq!(world.ask(log.notes_of(MANY as usize)).unwrap(), Vec::from_iter(1..=MANY));
        assert_eq!(world.end().dead_letters.total(), 0);
    });
}

#[test]
fn p03_last_words_come_before_the_end_is_known() {
    on_shards(|simulator| {
        let events = put(&simulator, 0, Events::default);
        let subject = put(&simulator, 1, move || Subject::watched(events));
        simulator.enter(0, || {
            subject.work();
            subject.stop();
            subject.work();
        });
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, events.list()).unwrap(), ["stop: normal"]);
        let report = simulator.report();
        assert_eq!(report.handled, 3, "one piece of work, one event, one look at the events");
    });
}

#[test]
fn d1_no_message_is_handled_twice() {
    on_shards(|simulator| {
        let log = put(&simulator, 1, Log::default);
        for shard in 0..4 {
            simulator.enter(shard % simulator.shards(), || {
                (0..1_000).for_each(|number| log.note(shard as u64 * 1_000 + number));
            });
        }
        simulator.run();
        let mut notes = ask_from(&simulator, 0, log.notes()).unwrap();
        notes.sort_unstable();
        assert_eq!(notes, Vec::from_iter(0..4_000));
    });
}

#[test]
fn d2_no_message_between_live_actors_is_lost() {
    on_shards(|simulator| {
        let log = put(&simulator, 1, Log::default);
        let senders = Vec::from_iter((0..64).map(|at| put(&simulator, at, move || Sender(log))));
        for sender in senders {
            sender.send(0, 1_000);
        }
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()).unwrap().len(), 64_000);
        assert_eq!(simulator.report().dead_letters.total(), 0);
    });
}

#[test]
fn d3_copies_of_a_reference_share_one_order() {
    on_shards(|simulator| {
        let log = put(&simulator, 1, Log::default);
        let copies = Vec::from_iter((0..8).map(|_| ActorRef::<Log>::from_address(log.address())));
        simulator.enter(0, || (0..1_000).for_each(|number| copies[number % 8].note(number as u64)));
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()).unwrap(), Vec::from_iter(0..1_000));
    });
}

#[test]
fn d3_a_tell_sent_before_an_ask_is_handled_before_it() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        let seen = world.run(0, move || async move {
            log.note(1);
            let first = log.notes().start();
            log.note(2);
            let second = log.notes().start();
            log.note(3);
            (first.await, second.await)
        });
        assert_eq!(seen, (Ok(vec![1]), Ok(vec![1, 2])));
        world.end();
    });
}

#[test]
fn d4_order_holds_from_turn_to_turn() {
    on_shards(|simulator| {
        let log = put(&simulator, 1, Log::default);
        let sender = put(&simulator, 0, move || Sender(log));
        sender.send_one_by_one(0, 2_000);
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()).unwrap(), Vec::from_iter(0..2_000));
    });
}

#[test]
fn d4_order_holds_from_a_plain_thread() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        std::thread::spawn(move || (0..MANY).for_each(|number| log.note(number))).join().unwrap();
        assert_eq!(world.ask(log.notes_of(MANY as usize)).unwrap(), Vec::from_iter(0..MANY));
        world.end();
    });
}

#[test]
fn d4_an_ask_from_a_plain_thread_keeps_its_place_among_tells() {
    on_shards(|simulator| {
        let log = put(&simulator, 1, Log::default);
        log.note(1);
        let notes = log.notes().start();
        log.note(2);
        simulator.run();
        assert_eq!(notes.wait().unwrap(), [1]);
    });
}

#[test]
fn d4_a_stop_from_a_plain_thread_does_not_overtake_its_asks() {
    on_shards(|simulator| {
        let log = put(&simulator, 1, Log::default);
        let notes = log.notes().start();
        log.stop();
        simulator.run();
        assert_eq!(notes.wait(), Ok(vec![]));
    });
}

/// Waits in a handler, so that what comes meanwhile lies in its backlog.
#[actor]
#[derive(Default)]
struct Slow {
    notes: Vec<u64>,
    gate: Option<tokio::sync::oneshot::Receiver<()>>,
}

#[handlers]
impl Slow {
    #[tell]
    fn wait_for(&mut self, gate: tokio::sync::oneshot::Receiver<()>) {
        self.gate = Some(gate);
    }

    #[tell]
    async fn note(&mut self, number: u64) {
        if let Some(gate) = self.gate.take() {
            gate.await.expect("the gate opens");
        }
        self.notes.push(number);
    }

    #[ask]
    fn notes(&self) -> Vec<u64> {
        self.notes.clone()
    }
}

#[test]
fn d4_order_holds_through_a_backlog() {
    on_shards(|simulator| {
        let slow = put(&simulator, 1, Slow::default);
        let (open, gate) = tokio::sync::oneshot::channel();
        simulator.enter(0, || {
            slow.wait_for(gate);
            (0..500).for_each(|number| slow.note(number));
        });
        simulator.run();
        simulator.enter(0, || (500..700).for_each(|number| slow.note(number)));
        simulator.run();
        open.send(()).unwrap();
        simulator.enter(0, || (700..1_000).for_each(|number| slow.note(number)));
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, slow.notes()).unwrap(), Vec::from_iter(0..1_000));
    });
}

#[test]
fn d4_order_holds_through_slices() {
    on_shards(|simulator| {
        simulator.set_look(std::time::Duration::from_micros(30));
        let log = put(&simulator, 1, Log::default);
        for from in [0, 1_000, 2_000] {
            simulator.enter(0, || (from..from + 1_000).for_each(|number| log.note(number)));
            simulator.turn();
        }
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()).unwrap(), Vec::from_iter(0..3_000));
    });
}

/// Takes small values, which travel in blocks, and large ones, which travel in boxes.
#[actor]
#[derive(Default)]
struct Mixed(Vec<u64>);

#[handlers]
impl Mixed {
    #[tell]
    fn small(&mut self, number: u64) {
        self.0.push(number);
    }

    #[tell]
    fn large(&mut self, number: u64, _rest: [u8; 4_096]) {
        self.0.push(number);
    }

    #[ask]
    fn notes(&self) -> Vec<u64> {
        self.0.clone()
    }
}

#[test]
fn d4_order_holds_for_boxed_values() {
    on_shards(|simulator| {
        let mixed = put(&simulator, 1, Mixed::default);
        simulator.enter(0, || {
            for number in 0..1_000 {
                match number % 3 {
                    0 => mixed.large(number, [0; 4_096]),
                    _ => mixed.small(number),
                }
            }
        });
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, mixed.notes()).unwrap(), Vec::from_iter(0..1_000));
    });
}

#[test]
fn d4_order_holds_when_a_lane_is_full() {
    let simulator = Simulator::new(2);
    let log = put(&simulator, 1, Log::default);
    // Far more blocks than a lane has slots.
    simulator.enter(0, || (0..2 * MANY).for_each(|number| log.note(number)));
    simulator.run();
    let notes = ask_from(&simulator, 0, log.notes()).unwrap();
    assert!(notes.iter().copied().eq(0..2 * MANY), "{} notes, or out of order", notes.len());
}

/// Tells itself what it is told to.
#[actor]
#[derive(Default)]
struct Echo(Vec<u64>);

#[handlers]
impl Echo {
    #[tell]
    fn twice(&mut self, cx: &mut Context<Self>, number: u64) {
        cx.me().once(number);
        self.0.push(number);
    }

    #[tell]
    fn once(&mut self, number: u64) {
        self.0.push(number + 100);
    }

    #[ask]
    fn notes(&self) -> Vec<u64> {
        self.0.clone()
    }
}

#[test]
fn d7_a_tell_to_oneself_goes_to_the_end_of_the_queue() {
    on_shards(|simulator| {
        let echo = put(&simulator, 1, Echo::default);
        simulator.enter(1 % simulator.shards(), || (0..3).for_each(|number| echo.twice(number)));
        simulator.run();
        let notes = ask_from(&simulator, 0, echo.notes()).unwrap();
        assert_eq!(notes, [0, 1, 2, 100, 101, 102]);
    });
}

/// Notes that it started.
#[actor]
struct Starter(Vec<u64>);

#[handlers]
impl Starter {
    #[start]
    async fn begin(&mut self) {
        tokio::task::yield_now().await;
        self.0.push(0);
    }

    #[tell]
    fn note(&mut self, number: u64) {
        self.0.push(number);
    }

    #[ask]
    fn notes(&self) -> Vec<u64> {
        self.0.clone()
    }
}

#[test]
fn d9_the_start_hook_comes_before_what_the_spawner_tells() {
    everywhere(|world: World| {
        let notes = world.run(1, || async {
            let starter = spawn(Starter(Vec::new()));
            (1..=3).for_each(|number| starter.note(number));
            starter.notes().await
        });
        assert_eq!(notes, Ok(vec![0, 1, 2, 3]));
        world.end();
    });
}

/// Drops what it is told.
#[actor]
struct Sink;

#[handlers]
impl Sink {
    #[tell]
    fn take(&mut self, _value: Arc<Counted>) {}
}

#[test]
fn d10_a_tell_that_cannot_be_delivered_becomes_a_dead_letter() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let sink = put(&simulator, 1, || Sink);
        sink.stop();
        simulator.run();
        simulator.enter(0, || sink.take(Arc::new(tally.make())));
        simulator.run();
        assert_eq!(simulator.report().dead_letters.total(), 1);
        tally.assert_even();
    });
}

#[test]
fn d10_a_tell_waits_for_nothing() {
    on_shards(|simulator| {
        let slow = put(&simulator, 1, Slow::default);
        let (_never, gate) = tokio::sync::oneshot::channel();
        slow.wait_for(gate);
        simulator.enter(0, || (0..10_000).for_each(|number| slow.note(number)));
        simulator.run();
        assert_eq!(simulator.report().dead_letters.total(), 0);
        assert_eq!(simulator.handled(), 1, "the others wait");
    });
}

/// Sends so many numbers to a log on another shard, and so many come back.
#[actor]
#[derive(Default)]
struct Flood;

#[handlers]
impl Flood {
    #[tell]
    fn flood(&mut self, to: ActorRef<Log>, count: u64) {
        (0..count).for_each(|number| to.note(number));
    }
}

#[test]
fn d2_shards_that_flood_each_other_lose_nothing() {
    everywhere(|world| {
        let logs = [0, 1].map(|at| world.spawn(at, Log::default));
        for at in [0, 1] {
            world.spawn(at, Flood::default).flood(logs[1 - at], MANY);
        }
        for log in logs {
            assert_eq!(world.ask(log.notes_of(MANY as usize)), Ok(Vec::from_iter(0..MANY)));
        }
        assert_eq!(world.end().dead_letters.total(), 0);
    });
}

#[test]
fn d2_sixteen_shards_tell_each_other_all() {
    let simulator = Simulator::new(16);
    let logs = Vec::from_iter((0..16).map(|at| put(&simulator, at, Log::default)));
    for round in 0..20 {
        for shard in 0..16 {
            simulator.enter(shard, || logs.iter().for_each(|log| log.note(round)));
        }
    }
    simulator.run();
    for log in logs {
        let mut want = Vec::from_iter((0..20).flat_map(|round| [round; 16]));
        let mut notes = ask_from(&simulator, 0, log.notes()).unwrap();
        want.sort_unstable();
        notes.sort_unstable();
        assert_eq!(notes, want);
    }
}

#[test]
fn d4_order_holds_from_a_plain_thread_through_a_backlog() {
    on_shards(|simulator| {
        let slow = put(&simulator, 1, Slow::default);
        let (open, gate) = tokio::sync::oneshot::channel();
        slow.wait_for(gate);
        (0..300).for_each(|number| slow.note(number));
        simulator.run();
        (300..600).for_each(|number| slow.note(number));
        open.send(()).unwrap();
        simulator.turn();
        (600..900).for_each(|number| slow.note(number));
        simulator.run();
        let notes = slow.notes().start();
        simulator.run();
        assert_eq!(notes.wait(), Ok(Vec::from_iter(0..900)));
    });
}

#[test]
fn d3_what_a_start_hook_tells_comes_before_what_its_handlers_tell() {
    on_shards(|simulator| {
        let log = put(&simulator, 1, Log::default);
        let early = put(&simulator, 0, move || Early(log));
        early.note();
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()), Ok(vec![1, 2, 3]));
    });
}

/// Tells a log in each part of its life.
#[actor]
struct Early(ActorRef<Log>);

#[handlers]
impl Early {
    #[start]
    async fn begin(&mut self) {
        self.0.note(1);
        tokio::task::yield_now().await;
        self.0.note(2);
    }

    #[tell]
    fn note(&mut self) {
        self.0.note(3);
    }
}
