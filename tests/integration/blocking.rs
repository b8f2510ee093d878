//! A blocking actor's plain handlers run on a thread of its own, and may wait there; all else is as with any actor.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;

use callboard::prelude::*;
use callboard::{Actor, ChildSpec, DeadReason, Restart, SupervisorSpec, Topic};

use crate::check::{
    Counted, END, Journal, LONG, Log, Tally, World, ask_from, everywhere, on_shards, put, real,
};

/// Does what blocks, and says where.
#[actor(blocking)]
struct Disk {
    journal: Journal,
    log: Option<ActorRef<Log>>,
    kept: Option<Counted>,
    made_on: ThreadId,
    fails: bool,
}

impl Disk {
    fn new(journal: &Journal) -> Self {
        let made_on = std::thread::current().id();
        let journal = journal.clone();
        Self { journal, log: None, kept: None, made_on, fails: false }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.journal.note("drop");
    }
}

#[handlers]
impl Disk {
    #[start]
    fn open(&mut self) -> Result<(), String> {
        self.journal.note("start");
        if self.fails { Err("no disk".to_owned()) } else { Ok(()) }
    }

    #[stop]
    fn close(&mut self, why: &ExitReason) {
        self.journal.note(format!("stop: {why}"));
    }

    #[restart]
    fn look_back(&mut self, why: &ExitReason) {
        let why = why.to_string();
        self.journal.note(format!("restart: {}", why.rsplit(": ").next().unwrap_or_default()));
    }

    #[down]
    fn peer_down(&mut self, down: Down) {
        self.journal.note(format!("down: {}", down.reason));
    }

    #[tell]
    fn log_to(&mut self, log: ActorRef<Log>) {
        self.log = Some(log);
    }

    #[tell]
    fn note(&mut self, number: u64) {
        if let Some(log) = self.log {
            log.note(number);
        }
    }

    /// Tells all these numbers, then says how many.
    #[ask]
    fn note_all(&mut self, numbers: u64) -> u64 {
        (0..numbers).for_each(|number| self.note(number));
        numbers
    }

    /// Waits for another actor's answer.
    #[ask]
    fn read_back(&mut self, count: usize) -> Result<Vec<u64>, AskError> {
        self.log.ok_or(AskError::NoProc)?.notes_of(count).timeout(LONG).wait()
    }

    #[ask]
    fn threads(&self) -> (ThreadId, ThreadId) {
        (self.made_on, std::thread::current().id())
    }

    /// Waits until somebody opens the gate.
    #[tell]
    fn wait_at(&mut self, gate: Arc<Mutex<Receiver<()>>>, kept: Counted) {
        self.kept = Some(kept);
        self.journal.note("waits");
        let _ = gate.lock().map(|gate| gate.recv());
        self.journal.note("went on");
        self.note(99);
    }

    #[ask]
    fn ask_itself(&mut self, cx: &mut Context<Self>) -> Result<u64, AskError> {
        cx.me().note_all(1).wait()
    }

    #[tell]
    fn watch(&mut self, cx: &mut Context<Self>, other: ActorRef<Log>) {
        cx.monitor(other);
    }

    #[tell]
    fn tie(&mut self, cx: &mut Context<Self>, other: ActorRef<Log>) {
        cx.link(other);
    }

    #[tell]
    fn later(&mut self, cx: &mut Context<Self>, number: u64) {
        cx.after(millis(5), DiskMsg::Note { number });
    }

    #[tell(keep)]
    fn crash(&mut self, text: String) {
        panic!("{text}");
    }

    #[tell]
    fn fail(&mut self, text: String) -> Result<(), String> {
        Err(text)
    }

    #[tell]
    fn finish(&mut self, cx: &mut Context<Self>) {
        cx.stop();
    }
}

fn disk(world: &World, shard: usize, journal: &Journal) -> ActorRef<Disk> {
    let journal = journal.clone();
    world.spawn(shard, move || Disk::new(&journal))
}

/// A gate, and what opens it.
fn gate() -> (Arc<Mutex<Receiver<()>>>, Sender<()>) {
    let (open, gate) = channel();
    (Arc::new(Mutex::new(gate)), open)
}

#[test]
fn its_handlers_run_on_one_thread_of_its_own() {
    everywhere(|world| {
        let journal = Journal::default();
        let (one, two) = (disk(&world, 0, &journal), disk(&world, 0, &journal));
        let (made_on, runs_on) = world.ask(one.threads()).expect("it answers");
        assert_ne!(made_on, runs_on);
        assert_eq!(world.ask(one.threads()), Ok((made_on, runs_on)));
        assert_ne!(world.ask(two.threads()).expect("it answers").1, runs_on);
        let report = world.end();
        assert_eq!((report.actors_left, report.stuck_threads), (0, 0));
        let expected = [["start"; 2], ["stop: shutdown"; 2], ["drop"; 2]].concat();
        let mut lines = journal.take();
        lines.sort_by_key(|line| expected.iter().position(|expected| expected == line));
        assert_eq!(lines, expected);
    });
}

#[test]
fn d3_what_it_sends_keeps_its_order_however_it_is_sent() {
    everywhere(|world| {
        let (log, disk) = (world.spawn(1, Log::default), disk(&world, 0, &Journal::default()));
        disk.log_to(log);
        for round in 0..20 {
            assert_eq!(world.ask(disk.note_all(100)), Ok(100));
            let have = (round + 1) * 100;
            // An ask is not overtaken by, and does not overtake, what was told before.
            assert_eq!(
                world.ask(disk.read_back(have)).map(|read| read.map(|r| r.len())),
                Ok(Ok(have))
            );
        }
        let notes = world.ask(log.notes()).expect("it answers");
        assert_eq!(notes, (0..100).collect::<Vec<_>>().repeat(20));
    });
}

#[test]
fn d3_its_end_is_told_after_its_last_words() {
    everywhere(|world| {
        let disk = disk(&world, 0, &Journal::default());
        let (log, watcher) = (world.spawn(1, Log::default), world.spawn(1, Watcher::default));
        disk.log_to(log);
        watcher.watch(disk, log);
        world.ask(watcher.last()).expect("it answers");
        let last = watcher.last_at_down();
        for number in 0..3_000 {
            disk.note(number);
        }
        disk.finish();
        assert_eq!(world.ask(last), Ok(Some(2_999)));
    });
}

/// Reads the log when it hears that another has ended.
#[actor]
#[derive(Default)]
struct Watcher {
    log: Option<ActorRef<Log>>,
    last: Option<u64>,
    asked: Vec<Reply<Option<u64>>>,
}

#[handlers]
impl Watcher {
    #[tell]
    fn watch(&mut self, cx: &mut Context<Self>, disk: ActorRef<Disk>, log: ActorRef<Log>) {
        cx.monitor(disk);
        self.log = Some(log);
    }

    #[ask]
    fn last(&self) -> Option<u64> {
        self.last
    }

    #[ask]
    fn last_at_down(&mut self, reply: Reply<Option<u64>>) {
        self.asked.push(reply);
    }

    #[down]
    async fn disk_down(&mut self, _down: Down) -> Result<(), AskError> {
        let Some(log) = self.log else { return Ok(()) };
        self.last = log.notes().await?.last().copied();
        self.asked.drain(..).for_each(|reply| reply.answer(self.last));
        Ok(())
    }
}

#[test]
fn a_shard_goes_on_while_its_blocking_actors_wait() {
    for shards in [1, 2] {
        let system = real(shards);
        let journal = Journal::default();
        let world = World::Real(system);
        let (log, disk) = (world.spawn(0, Log::default), disk(&world, 0, &journal));
        disk.log_to(log);
        let ((gate, open), tally) = (gate(), Tally::default());
        disk.wait_at(gate, tally.make());
        // Waits in the order of arrival, and counts as waiting.
        disk.note(1);
        for number in 0..100 {
            log.note(number);
        }
        assert_eq!(world.ask(log.notes_of(100)).map(|notes| notes.len()), Ok(100));
        open.send(()).expect("it waits");
        let notes = world.ask(log.notes_of(102)).expect("it answers");
        assert_eq!(notes[100..], [99, 1]);
        let report = world.end();
        assert_eq!((report.messages_left, report.stuck_threads), (0, 0));
        tally.assert_even();
    }
}

#[test]
fn a5_a_blocking_actor_that_waits_for_itself_is_refused() {
    everywhere(|world| {
        let disk = disk(&world, 1, &Journal::default());
        assert_eq!(world.ask(disk.ask_itself()), Ok(Err(AskError::CallingSelf)));
    });
}

#[test]
fn l5_a_panic_on_its_thread_ends_it_with_text_and_place() {
    everywhere(|world| {
        let journal = Journal::default();
        let disk = disk(&world, 1, &journal);
        let mut events = world.events();
        let end = world.run(1, move || async move {
            let end = disk.wait();
            disk.crash("a bad block".to_owned());
            disk.note(1);
            end.await
        });
        let ExitReason::Panic(panic) = end else { panic!("{end}") };
        assert_eq!(panic.text, "a bad block");
        assert!(panic.location.contains("blocking.rs"), "{panic}");
        // Its state was dropped by then.
        assert_eq!(journal.take(), ["start", "drop"]);
        let kept =
            std::iter::from_fn(|| events.try_next()).find_map(|event| event.value::<(String,)>());
        assert_eq!(kept, Some(("a bad block".to_owned(),)));
        let report = world.end();
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
        assert_eq!(report.dead_letters.of(DeadReason::Stopped), 1);
    });
}

#[test]
fn l8_a_restart_in_place_keeps_its_place_and_what_waits() {
    everywhere(|world| {
        let journal = Journal::default();
        let given = journal.clone();
        let tree = world.run(1, move || async move {
            let disk =
                ChildSpec::<Disk>::new("disk", move |_| std::future::ready(Ok(Disk::new(&given))));
            SupervisorSpec::new("storage").child(disk.restart(Restart::Transient)).start().await
        });
        let tree = tree.expect("it starts");
        let (disk, log): (ActorRef<Disk>, _) = (tree.child(0), world.spawn(0, Log::default));
        disk.crash("a bad block".to_owned());
        disk.log_to(log);
        disk.note(7);
        assert_eq!(world.ask(log.notes_of(1)), Ok(vec![7]));
        disk.fail("no more".to_owned());
        assert_eq!(world.ask(disk.note_all(0)), Ok(0));
        let expected = [
            "start",
            "restart: a bad block",
            "drop",
            "start",
            "stop: error: no more",
            "drop",
            "start",
        ];
        assert_eq!(journal.take(), expected);
        let report = world.end();
        assert_eq!((report.actors_left, report.stuck_threads), (0, 0));
        assert_eq!(journal.take(), ["stop: shutdown", "drop"]);
    });
}

#[test]
fn l2_a_start_that_fails_leaves_nothing() {
    everywhere(|world| {
        let journal = Journal::default();
        let given = journal.clone();
        let started = world.run(0, move || async move {
            let mut disk = Disk::new(&given);
            disk.fails = true;
            start(disk).await.map(|_| ())
        });
        assert!(matches!(started, Err(StartError::Failed(ExitReason::Error(_)))), "{started:?}");
        assert_eq!(world.end().actors_left, 0);
        assert_eq!(journal.take(), ["start", "drop"]);
    });
}

#[test]
fn x2_it_hears_of_ends_and_its_own_is_told() {
    everywhere(|world| {
        let journal = Journal::default();
        let (disk, log) = (disk(&world, 0, &journal), world.spawn(1, Log::default));
        disk.watch(log);
        assert_eq!(world.ask(disk.note_all(0)), Ok(0));
        let end = world.run(1, move || async move {
            let end = log.wait();
            log.stop();
            end.await
        });
        assert!(matches!(end, ExitReason::Normal));
        while !journal.take().contains(&"down: normal".to_owned()) {
            assert_eq!(world.ask(disk.note_all(0)), Ok(0));
        }
        // A link ends the other.
        let other = world.spawn(1, Log::default);
        let end = other.wait();
        disk.tie(other);
        disk.fail("no disk".to_owned());
        let reason = world.run(0, move || end);
        assert!(matches!(reason, ExitReason::Error(_)), "{reason}");
    });
}

#[test]
fn timers_of_a_blocking_actor_are_messages_to_it() {
    on_shards(|simulator| {
        let world = World::Simulated(simulator);
        let (disk, log) = (disk(&world, 0, &Journal::default()), world.spawn(0, Log::default));
        disk.log_to(log);
        disk.later(3);
        let World::Simulated(simulator) = &world else { return };
        simulator.run();
        simulator.advance(millis(4));
        assert_eq!(world.ask(log.notes()), Ok(vec![]));
        simulator.advance(millis(2));
        assert_eq!(world.ask(log.notes()), Ok(vec![3]));
    });
}

#[test]
fn x9_a_killed_blocking_actor_is_gone_and_what_it_says_then_is_discarded() {
    for shards in [1, 2] {
        let (journal, tally) = (Journal::default(), Tally::default());
        let world = World::Real(real(shards));
        let (disk, log) = (disk(&world, 0, &journal), world.spawn(1, Log::default));
        disk.log_to(log);
        let (gate, open) = gate();
        disk.wait_at(gate, tally.make());
        assert_eq!(world.ask(log.notes()), Ok(vec![]));
        let end = disk.wait();
        // The handler waits on; the actor is gone.
        while !journal.line().contains("waits") {
            std::thread::yield_now();
        }
        disk.kill();
        assert!(matches!(end.wait(), ExitReason::Killed));
        assert_eq!(world.ask(disk.note_all(1)), Err(AskError::Stopped));
        open.send(()).expect("it waits");
        let report = world.end();
        assert_eq!((report.stuck_threads, report.actors_left), (0, 0));
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
        assert_eq!(journal.take(), ["went on", "drop"]);
        tally.assert_even();
    }
}

#[test]
fn there_are_as_many_threads_as_the_builder_says() {
    let system = System::builder().shards(1).pin(false).blocking_threads(2).start();
    let system = system.expect("a system starts");
    let journal = Journal::default();
    let spawn = || {
        let journal = journal.clone();
        system.spawn_on(0, move || Disk::new(&journal)).wait()
    };
    let (one, two) = (spawn().expect("one"), spawn().expect("two"));
    let error = spawn().expect_err("there is none left");
    assert!(matches!(error, StartError::NoThread(2)), "{error}");
    assert_eq!(error.to_string(), "no thread is left for a blocking actor: the system has 2");
    assert_eq!(two.note_all(0).wait(), Ok(0));
    let end = one.wait();
    one.stop();
    assert!(matches!(end.wait(), ExitReason::Normal));
    // Its thread ends a moment after it.
    let third = std::iter::repeat_with(spawn).find_map(Result::ok).expect("one is free again");
    assert_eq!(third.note_all(0).wait(), Ok(0));
    let report = system.stop(END);
    assert_eq!((report.actors_left, report.stuck_threads), (0, 0));
}

#[test]
fn g7_a_thread_that_does_not_return_is_left_and_counted() {
    let world = World::Real(real(1));
    let disk = disk(&world, 0, &Journal::default());
    let ((gate, open), tally) = (gate(), Tally::default());
    disk.wait_at(gate, tally.make());
    let report = world.end_within(millis(50));
    assert_eq!((report.stuck_threads, report.stuck_shards, report.actors_left), (1, 0, 1));
    assert!(report.to_string().contains("1 blocking threads did not end"), "{report}");
    drop(open);
}

/// Is well as long as it is told so.
#[actor(blocking)]
struct Pump {
    well: bool,
    ticks: u64,
}

#[handlers]
impl Pump {
    #[tell]
    fn set_well(&mut self, well: bool) {
        self.well = well;
    }

    #[ask]
    fn ticks(&self) -> u64 {
        self.ticks
    }

    #[every("1s")]
    fn tick(&mut self) {
        self.ticks += 1;
    }

    #[health(every = "1s", restart_after = 2)]
    fn is_well(&self) -> bool {
        self.well
    }
}

#[test]
fn the_clock_calls_its_methods_and_asks_for_its_health() {
    on_shards(|simulator| {
        let mut events = simulator.events().only([Topic::Health]);
        let pump = put(&simulator, 1, || Pump { well: true, ticks: 0 });
        simulator.advance(millis(3_500));
        assert_eq!(ask_from(&simulator, 0, pump.ticks()), Ok(3));
        let end = pump.wait();
        pump.set_well(false);
        simulator.advance(millis(2_000));
        let reason = simulator.block_on(0, move || end).expect("it has ended");
        assert!(reason.to_string().contains("not healthy 2 times in a row"), "{reason}");
        assert_eq!(std::iter::from_fn(|| events.try_next()).count(), 1);
    });
}

/// Has room for two.
#[actor(blocking, mailbox(capacity = 2))]
struct Narrow(Arc<Mutex<Receiver<()>>>);

#[handlers]
impl Narrow {
    #[ask]
    fn pass(&mut self) -> bool {
        self.0.lock().is_ok_and(|gate| gate.recv().is_ok())
    }

    #[ask]
    fn reserves_itself(&mut self, cx: &mut Context<Self>) -> bool {
        cx.me().reserve().wait().is_ok()
    }
}

#[test]
fn m2_its_mailbox_is_bounded_like_any() {
    let world = World::Real(real(1));
    let (gate, open) = gate();
    let narrow = world.spawn(0, move || Narrow(gate));
    let outcomes = world.run(0, move || async move {
        let first = narrow.pass().start();
        let rest: Vec<_> = (0..3).map(|_| narrow.pass().start()).collect();
        // One is at it, two wait, and the fourth finds no place.
        let mut rest = rest.into_iter();
        let (second, third) = (rest.next(), rest.next());
        let fourth = match rest.next() {
            Some(fourth) => fourth.await,
            None => Ok(true),
        };
        (0..3).for_each(|_| open.send(()).expect("the gate is there"));
        let mut outcomes = vec![fourth, first.await];
        for pending in [second, third].into_iter().flatten() {
            outcomes.push(pending.await);
        }
        outcomes
    });
    assert_eq!(outcomes, [Err(AskError::Full), Ok(true), Ok(true), Ok(true)]);
    assert_eq!(world.ask(narrow.reserves_itself()), Ok(true));
}

/// Any type will do, if it may go to another thread.
#[actor(blocking)]
struct Store<T: Send + 'static>(Vec<T>);

#[handlers]
impl<T: Send + 'static> Store<T> {
    #[ask]
    fn put(&mut self, value: T) -> usize {
        self.0.push(value);
        self.0.len()
    }
}

#[test]
fn a_generic_actor_may_block_and_be_a_worker() {
    fn is_actor<A: Actor>() {}
    is_actor::<Store<String>>();
    everywhere(|world| {
        let store = world.spawn(0, || Store(vec![1_u8]));
        assert_eq!(world.ask(store.put(2)), Ok(2));
        let pool = world.spawn(1, || Pool::new(3, || Store(Vec::<u8>::new())));
        for count in [1, 1, 1, 2] {
            assert_eq!(world.ask(pool.put(0)), Ok(count));
        }
        assert_eq!(world.end().actors_left, 0);
    });
}
