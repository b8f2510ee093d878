//! A system ends within its deadline, handles what it accepted, and leaves nothing running.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use callboard::{
    ActorRef, AskError, Context, DeadReason, ExitReason, System, actor, handlers, spawn,
};

use crate::check::{
    Counted, END, LONG, Log, Subject, Tally, World, everywhere, on_shards, put, real,
};

#[test]
fn g4_what_was_accepted_is_handled_before_the_end() {
    everywhere(|world: World| {
        let log = world.spawn(1, Log::default);
        world.run(0, move || async move { (0..10_000).for_each(|number| log.note(number)) });
        let report = world.end();
        assert_eq!((report.handled, report.dead_letters.total()), (10_000, 0), "{report}");
    });
}

#[test]
fn g4_an_idle_system_ends_before_its_deadline() {
    let system = real(2);
    for at in 0..100 {
        system.spawn_on(at % 2, Subject::default).wait().expect("it starts");
    }
    // At the deadline they would be cut off, and counted.
    assert_eq!(system.stop(END).actors_left, 0);
}

/// Says when it stops, and why.
#[actor]
struct Farewell(mpsc::Sender<String>);

#[handlers]
impl Farewell {
    #[stop]
    async fn finish(&mut self, why: &ExitReason) {
        tokio::task::yield_now().await;
        self.0.send(why.to_string()).expect("the test listens");
    }
}

#[test]
fn g4_stop_hooks_run_at_the_end() {
    everywhere(|world| {
        let (send, receive) = mpsc::channel();
        for at in 0..10 {
            let send = send.clone();
            world.spawn(at, || Farewell(send));
        }
        drop(send);
        world.end();
        assert_eq!(Vec::from_iter(receive.iter()), vec!["shutdown"; 10]);
    });
}

/// Never ends by itself.
#[actor]
struct Hanging(#[expect(dead_code, reason = "it is there to be dropped")] Counted);

#[handlers]
impl Hanging {
    #[tell]
    async fn hang(&mut self, value: Counted) {
        let _value = value;
        std::future::pending::<()>().await;
    }

    #[tell]
    fn take(&mut self, _value: Counted) {}
}

#[test]
fn g4_what_does_not_end_is_cut_off_and_counted() {
    let tally = Tally::default();
    let (system, counted) = (real(2), tally.make());
    let hanging = system.spawn_on(1, || Hanging(counted)).wait().expect("it starts");
    hanging.hang(tally.make());
    (0..5).for_each(|_| hanging.take(tally.make()));
    let report = system.stop(Duration::from_millis(50));
    assert_eq!((report.actors_left, report.messages_left), (1, 6), "{report}");
    assert_eq!(report.dead_letters.total(), 6, "{report}");
    tally.assert_even();
}

#[test]
fn g4_what_does_not_end_in_the_simulator_is_cut_off_and_counted() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let counted = tally.make();
        let hanging = put(&simulator, 1, || Hanging(counted));
        simulator.enter(0, || {
            hanging.hang(tally.make());
            (0..5).for_each(|_| hanging.take(tally.make()));
        });
        let report = simulator.stop();
        assert_eq!((report.actors_left, report.messages_left), (1, 6), "{report}");
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1, "{report}");
        tally.assert_even();
    });
}

/// Holds up its shard until it is let go.
#[actor]
struct Stuck;

#[handlers]
impl Stuck {
    #[tell]
    fn hold_up(&mut self, begun: mpsc::Sender<()>, gate: mpsc::Receiver<()>) {
        begun.send(()).expect("the test listens");
        let _ = gate.recv();
    }
}

#[test]
fn g4_a_handler_that_does_not_return_is_left_behind_and_counted() {
    let system = real(2);
    let stuck = system.spawn_on(1, || Stuck).wait().expect("it starts");
    let ((begun, begins), (open, gate)) = (mpsc::channel(), mpsc::channel());
    stuck.hold_up(begun, gate);
    begins.recv().expect("the handler begins");
    let report = system.stop(Duration::ZERO);
    assert_eq!(report.stuck_shards, 1);
    drop(open);
}

#[test]
fn g4_nothing_is_accepted_from_outside_afterwards() {
    let system = real(2);
    let log = system.spawn_on(1, Log::default).wait().expect("it starts");
    system.stop(END);
    log.note(1);
    log.stop();
    log.stop_now();
    assert!(log.notes().wait().is_err());
}

/// Sends as long as it lives.
#[actor]
struct Chain(Option<ActorRef<Self>>);

#[handlers]
impl Chain {
    #[tell]
    fn pass(&mut self, cx: &mut Context<Self>, value: Counted) {
        self.0.unwrap_or_else(|| cx.me()).pass(value);
    }
}

#[test]
fn g4_actors_that_never_rest_are_ended_too() {
    let tally = Tally::default();
    let system = real(2);
    let first = system.spawn_on(0, || Chain(None)).wait().expect("it starts");
    let second = system.spawn_on(1, move || Chain(Some(first))).wait().expect("it starts");
    (0..10).for_each(|_| second.pass(tally.make()));
    let report = system.stop(END);
    assert_eq!(report.actors_left, 0, "{report}");
    tally.assert_even();
}

/// Spawns another of it when it stops.
#[actor]
struct Phoenix(u32, Tally, #[expect(dead_code, reason = "it is there to be dropped")] Counted);

#[handlers]
impl Phoenix {
    #[stop]
    fn rise(&mut self) {
        if self.0 > 0 {
            spawn(Self(self.0 - 1, self.1.clone(), self.1.make()));
        }
    }
}

#[test]
fn g4_actors_spawned_by_stop_hooks_are_ended_too() {
    let tally = Tally::default();
    let system = real(2);
    let (made, counted) = (tally.clone(), tally.make());
    system.spawn_on(1, || Phoenix(5, made, counted)).wait().expect("it starts");
    let report = system.stop(END);
    assert_eq!(report.actors_left, 0, "{report}");
    assert_eq!(tally.made(), 6);
    tally.assert_even();
}

#[test]
fn g3_asks_at_the_end_are_answered_or_told() {
    everywhere(|world| {
        let subject = world.spawn(1, Subject::default);
        let kept = subject.keep().timeout(LONG).start();
        world.end();
        assert_eq!(kept.wait(), Err(AskError::Stopped));
    });
}

#[test]
fn g7_a_system_may_start_after_another_has_ended() {
    for _ in 0..20 {
        let system = real(2);
        let subject = system.spawn_on(1, Subject::default).wait().expect("it starts");
        assert_eq!(subject.handled().wait(), Ok(0));
        assert_eq!(system.stop(END).actors_left, 0);
    }
}

/// Says that so many threads of this process have a name that begins so. Linux may show a thread that was
/// joined for a moment longer, so it is asked more than once.
#[cfg(target_os = "linux")]
fn assert_threads(begin: &str, count: usize) {
    let settled = (0..10_000).any(|_| {
        let same = threads_named(begin) == count;
        if !same {
            std::thread::yield_now();
        }
        same
    });
    assert!(settled, "{} threads are called `{begin}`, not {count}", threads_named(begin));
}

/// How many threads of this process have a name that begins so.
#[cfg(target_os = "linux")]
fn threads_named(begin: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux shows its threads");
    let names =
        tasks.flatten().filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with(begin)).count()
}

#[test]
#[cfg(target_os = "linux")]
fn g7_no_thread_is_left() {
    let system = System::builder().shards(3).pin(false).thread_name("leave").start();
    let system = system.expect("a system starts");
    // One for each shard, and the watchdog.
    assert_threads("leave-", 4);
    system.stop(END);
    assert_threads("leave-", 0);
}

#[test]
#[cfg(target_os = "linux")]
fn g7_a_dropped_system_leaves_no_thread() {
    let system = System::builder().shards(2).pin(false).thread_name("fallen").start();
    drop(system.expect("a system starts"));
    assert_threads("fallen-", 0);
}

#[test]
fn a_dropped_system_runs_its_stop_hooks() {
    let (send, receive) = mpsc::channel();
    let system = real(1);
    system.spawn_on(0, || Farewell(send)).wait().expect("it starts");
    drop(system);
    assert_eq!(Vec::from_iter(receive.iter()), ["shutdown"]);
}

/// Owns the system it runs in.
#[actor]
struct Owner(
    Option<System>,
    #[expect(dead_code, reason = "it is there to be dropped")] mpsc::Sender<()>,
);

#[handlers]
impl Owner {
    #[tell]
    fn own(&mut self, system: System) {
        self.0 = Some(system);
    }

    #[tell]
    fn drop_it(&mut self) {
        self.0 = None;
    }
}

#[test]
fn a_system_dropped_by_its_own_actor_ends() {
    let (send, ended) = mpsc::channel();
    let system = real(2);
    let owner = system.spawn_on(1, || Owner(None, send)).wait().expect("it starts");
    owner.own(system);
    owner.drop_it();
    assert_eq!(ended.recv_timeout(LONG), Err(mpsc::RecvTimeoutError::Disconnected));
}

#[test]
fn g4_tells_that_race_the_end_are_dropped_once() {
    for _ in 0..10 {
        let tally = Tally::default();
        let (system, counted) = (real(2), tally.make());
        let hanging = system.spawn_on(1, || Hanging(counted)).wait().expect("it starts");
        let threads = Vec::from_iter((0..3).map(|_| {
            let tally = tally.clone();
            std::thread::spawn(move || (0..2_000).for_each(|_| hanging.take(tally.make())))
        }));
        system.stop(END);
        threads.into_iter().for_each(|thread| thread.join().expect("the thread ends well"));
        tally.assert_even();
    }
}

#[test]
fn g4_asks_that_race_the_end_all_return() {
    for _ in 0..10 {
        let system = real(2);
        let subject = system.spawn_on(1, Subject::default).wait().expect("it starts");
        let threads = Vec::from_iter(
            (0..3).map(|_| std::thread::spawn(move || while subject.handled().wait().is_ok() {})),
        );
        system.stop(END);
        threads.into_iter().for_each(|thread| thread.join().expect("the thread ends well"));
    }
}

#[test]
fn g4_a_chain_of_asks_across_shards_ends_with_its_system() {
    for _ in 0..10 {
        let system = real(2);
        let a = system.spawn_on(0, || Link(None)).wait().expect("it starts");
        let b = system.spawn_on(1, move || Link(Some(a))).wait().expect("it starts");
        let asks = Vec::from_iter((0..100).map(|_| b.follow().timeout(LONG).start()));
        let report = system.stop(END);
        assert_eq!(report.actors_left, 0, "{report}");
        for ask in asks {
            let answer = ask.wait();
            let told = matches!(answer, Ok(Ok(0)) | Ok(Err(AskError::Stopped)));
            assert!(told || answer == Err(AskError::Stopped), "{answer:?}");
        }
    }
}

/// Asks the next of a chain.
#[actor]
struct Link(Option<ActorRef<Self>>);

#[handlers]
impl Link {
    #[ask]
    async fn follow(&mut self) -> Result<u64, AskError> {
        match self.0 {
            Some(next) => next.follow().await?,
            None => Ok(0),
        }
    }
}

/// Sends a value whose destructor sends again, so often, from shard to shard.
struct Echo {
    to: Vec<ActorRef<Hangs>>,
    depth: u64,
    sent: Arc<AtomicU64>,
    _counted: Counted,
    tally: Tally,
}

impl Drop for Echo {
    fn drop(&mut self) {
        let Some(depth) = self.depth.checked_sub(1) else { return };
        for to in &self.to {
            self.sent.fetch_add(1, Ordering::Relaxed);
            to.take(Self {
                to: self.to.clone(),
                depth,
                sent: self.sent.clone(),
                _counted: self.tally.make(),
                tally: self.tally.clone(),
            });
        }
    }
}

/// Waits for ever, with a value.
#[actor]
#[derive(Default)]
struct Hangs(Vec<Echo>);

#[handlers]
impl Hangs {
    #[tell]
    fn hold(&mut self, echo: Echo) {
        self.0.push(echo);
    }

    #[tell]
    async fn hang(&mut self) {
        std::future::pending::<()>().await;
    }

    #[tell]
    fn take(&mut self, _echo: Echo) {}
}

#[test]
fn dl4_what_destructors_send_at_the_very_end_is_counted() {
    everywhere(|world| {
        let (sent, tally) = (Arc::<AtomicU64>::default(), Tally::default());
        let hangs = Vec::from_iter((0..3).map(|at| world.spawn(at, Hangs::default)));
        for at in &hangs {
            sent.fetch_add(2, Ordering::Relaxed);
            at.hold(Echo {
                to: hangs.clone(),
                depth: 4,
                sent: sent.clone(),
                _counted: tally.make(),
                tally: tally.clone(),
            });
            at.hang();
        }
        let report = world.end_within(Duration::from_millis(20));
        let sent = sent.load(Ordering::Relaxed);
        assert_eq!(report.handled + report.dead_letters.total(), sent, "{report}");
        tally.assert_even();
    });
}
