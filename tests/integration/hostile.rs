//! Code that panics, sends and spawns where it should not breaks its own actor at most.

use std::panic::panic_any;
use std::time::Duration;

use callboard::{ActorRef, AskError, Context, actor, handlers, spawn};

use crate::check::{
    Counted, END, LONG, Log, Subject, Tally, World, ask_from, everywhere, on_shards, put, real,
};

/// Panics when it is dropped.
struct Bomb(#[expect(dead_code, reason = "it is dropped")] Counted);

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("dropped");
        }
    }
}

/// Takes bombs.
#[actor]
#[derive(Default)]
struct Target(Vec<Bomb>);

#[handlers]
impl Target {
    #[tell]
    fn explode(&mut self, bomb: Bomb) {
        drop(bomb);
    }

    #[tell]
    fn keep(&mut self, bomb: Bomb) {
        self.0.push(bomb);
    }

    #[tell]
    async fn hold(&mut self, bomb: Bomb) {
        let _bomb = bomb;
        std::future::pending::<()>().await;
    }

    #[tell]
    async fn hold_shortly(&mut self, bomb: Bomb) {
        let _bomb = bomb;
        tokio::task::yield_now().await;
    }

    #[ask]
    fn give(&mut self, bomb: Bomb) -> Bomb {
        bomb
    }

    #[tell]
    fn panic_with(&mut self, bomb: Bomb) {
        panic_any(bomb);
    }

    #[tell]
    async fn panic_with_later(&mut self, bomb: Bomb) {
        tokio::task::yield_now().await;
        panic_any(bomb);
    }

    #[tell]
    fn trip(&mut self, wire: Tripwire) {
        let _wire = wire;
        panic!("with a tripwire");
    }
}

/// Runs a case on a target, and says that its shard and the drops are well.
fn check(case: impl Fn(ActorRef<Target>, &Tally)) {
    on_shards(|simulator| {
        let tally = Tally::default();
        let target = put(&simulator, 1, Target::default);
        let other = put(&simulator, 1, Subject::default);
        simulator.enter(0, || case(target, &tally));
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, other.handled()), Ok(0), "the shard goes on");
        simulator.stop();
        tally.assert_even();
    });
}

#[test]
fn l5_a_payload_that_panics_in_a_handler_ends_that_actor() {
    check(|target, tally| target.explode(Bomb(tally.make())));
}

#[test]
fn m6_payloads_that_panic_as_dead_letters_end_nothing() {
    check(|target, tally| {
        target.stop();
        (0..10).for_each(|_| target.explode(Bomb(tally.make())));
    });
}

#[test]
fn m6_payloads_that_panic_in_a_backlog_end_nothing() {
    check(|target, tally| {
        target.hold(Bomb(tally.make()));
        (0..10).for_each(|_| target.explode(Bomb(tally.make())));
        target.stop_now();
    });
}

#[test]
fn l10_a_state_that_panics_when_dropped_is_counted() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let target = put(&simulator, 1, Target::default);
        simulator.enter(0, || target.keep(Bomb(tally.make())));
        target.stop();
        simulator.run();
        assert_eq!((simulator.report().panics_in_drop, simulator.actors()), (1, 0));
        tally.assert_even();
    });
}

#[test]
fn l10_dead_letters_that_panic_when_dropped_are_counted() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let target = put(&simulator, 1, Target::default);
        target.stop();
        simulator.run();
        simulator.enter(0, || (0..3).for_each(|_| target.keep(Bomb(tally.make()))));
        simulator.run();
        assert_eq!(simulator.report().panics_in_drop, 3);
    });
}

#[test]
fn a_future_that_panics_when_dropped_ends_its_actor() {
    check(|target, tally| target.hold_shortly(Bomb(tally.make())));
}

#[test]
fn an_answer_that_panics_when_dropped_ends_nothing() {
    check(|target, tally| {
        let asker = spawn(Asker::default());
        asker.ask(target, Bomb(tally.make()));
    });
}

/// Gives up its asks.
#[actor]
#[derive(Default)]
struct Asker(Vec<callboard::Pending<Bomb>>);

#[handlers]
impl Asker {
    #[tell]
    fn ask(&mut self, cx: &mut Context<Self>, target: ActorRef<Target>, bomb: Bomb) {
        self.0.push(target.give(bomb).start());
        cx.me().wait_for(20);
    }

    /// Tells itself so often, and gives up its asks then.
    #[tell]
    fn wait_for(&mut self, cx: &mut Context<Self>, turns: u32) {
        match turns {
            0 => self.0.clear(),
            _ => cx.me().wait_for(turns - 1),
        }
    }
}

#[test]
fn l5_a_panics_payload_that_panics_when_dropped_ends_only_its_actor() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let (a, b) = (put(&simulator, 1, Target::default), put(&simulator, 1, Target::default));
        let other = put(&simulator, 1, Subject::default);
        simulator.enter(0, || {
            a.panic_with(Bomb(tally.make()));
            b.panic_with_later(Bomb(tally.make()));
        });
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, other.handled()), Ok(0));
        assert_eq!(simulator.actors(), 1);
    });
}

#[test]
fn a_real_shard_survives_bombs_of_all_kinds() {
    let system = real(2);
    let tally = Tally::default();
    for round in 0..20 {
        let target = system.spawn_on(round % 2, Target::default).wait().expect("it starts");
        target.keep(Bomb(tally.make()));
        match round % 5 {
            0 => target.explode(Bomb(tally.make())),
            1 => target.panic_with(Bomb(tally.make())),
            2 => target.panic_with_later(Bomb(tally.make())),
            3 => target.hold_shortly(Bomb(tally.make())),
            _ => target.stop(),
        }
        target.keep(Bomb(tally.make()));
    }
    let subject = system.spawn_on(1, Subject::default).wait().expect("it starts");
    assert_eq!(subject.handled().wait(), Ok(0));
    assert_eq!(system.stop(END).stuck_shards, 0);
}

/// Sends, spawns and stops others when it is dropped.
struct Busybody {
    log: ActorRef<Log>,
    depth: u64,
    tally: Tally,
    _counted: Counted,
}

impl Busybody {
    fn new(log: ActorRef<Log>, depth: u64, tally: &Tally) -> Self {
        Self { log, depth, tally: tally.clone(), _counted: tally.make() }
    }
}

impl Drop for Busybody {
    fn drop(&mut self) {
        self.log.note(self.depth);
        if self.depth > 0 {
            let child = Holder(Self::new(self.log, self.depth - 1, &self.tally));
            let child = spawn(child);
            child.touch();
            child.stop();
        }
    }
}

/// Holds a value until it stops.
#[actor]
struct Holder(#[expect(dead_code, reason = "it is there to be dropped")] Busybody);

#[handlers]
impl Holder {
    #[tell]
    fn touch(&mut self) {}

    #[tell]
    fn take(&mut self, _value: Busybody) {}

    #[tell]
    fn panic(&mut self) {
        panic!("with a busybody");
    }
}

#[test]
fn a_destructor_may_tell_and_spawn() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let log = put(&simulator, 0, Log::default);
        let made = tally.clone();
        let holder = put(&simulator, 1, move || Holder(Busybody::new(log, 5, &made)));
        holder.stop();
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()), Ok(vec![5, 4, 3, 2, 1, 0]));
        tally.assert_even();
    });
}

#[test]
fn a_destructor_may_tell_and_spawn_at_a_crash() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let log = put(&simulator, 0, Log::default);
        let made = tally.clone();
        let holder = put(&simulator, 1, move || Holder(Busybody::new(log, 2, &made)));
        holder.panic();
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()), Ok(vec![2, 1, 0]));
        tally.assert_even();
    });
}

#[test]
fn the_destructor_of_a_dead_letter_may_tell_and_spawn() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let log = put(&simulator, 0, Log::default);
        let made = tally.clone();
        let holder = put(&simulator, 1, move || Holder(Busybody::new(log, 0, &made)));
        simulator.enter(1 % simulator.shards(), || {
            holder.stop();
            holder.take(Busybody::new(log, 3, &tally));
        });
        simulator.run();
        let mut notes = ask_from(&simulator, 0, log.notes()).unwrap();
        notes.sort_unstable();
        assert_eq!(notes, [0, 0, 1, 2, 3]);
        tally.assert_even();
    });
}

#[test]
fn a_destructor_that_spawns_when_its_system_ends_leaves_nothing() {
    everywhere(|world: World| {
        let tally = Tally::default();
        let log = world.spawn(0, Log::default);
        let made = tally.clone();
        world.spawn(1, move || Holder(Busybody::new(log, 3, &made)));
        world.end();
        tally.assert_even();
    });
}

#[test]
fn a_destructor_that_spawns_when_it_is_cut_off_leaves_nothing() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let log = put(&simulator, 0, Log::default);
        let made = tally.clone();
        put(&simulator, 1, move || Holder(Busybody::new(log, 3, &made)));
        drop(simulator);
        tally.assert_even();
    });
}

/// Spawns without measure.
#[actor]
struct Spawner(Tally);

#[handlers]
impl Spawner {
    #[ask]
    async fn spawn_many(&mut self, count: usize) -> Result<(), AskError> {
        let children = Vec::from_iter((0..count).map(|_| spawn(Child(self.0.make()))));
        for child in &children {
            child.work();
            child.alive().timeout(LONG).await?;
        }
        children.iter().for_each(|child| child.stop());
        Ok(())
    }
}

#[actor]
struct Child(#[expect(dead_code, reason = "it is there to be dropped")] Counted);

#[handlers]
impl Child {
    #[tell]
    fn work(&mut self) {}

    #[ask]
    fn alive(&self) {}
}

#[test]
fn a_handler_may_spawn_thousands_of_actors() {
    everywhere(|world| {
        let tally = Tally::default();
        let made = tally.clone();
        let spawner = world.spawn(1, move || Spawner(made));
        assert_eq!(world.ask(spawner.spawn_many(20_000)), Ok(Ok(())));
        assert_eq!(tally.made(), 20_000);
        world.end();
        tally.assert_even();
    });
}

/// Stops itself and others from everywhere.
#[actor]
struct Suicidal(Option<ActorRef<Self>>);

#[handlers]
impl Suicidal {
    #[start]
    fn begin(&mut self, cx: &mut Context<Self>) {
        self.0 = Some(cx.me());
    }

    #[tell]
    async fn end(&mut self, cx: &mut Context<Self>) {
        cx.stop();
        cx.me().stop();
        cx.me().stop_now();
        tokio::task::yield_now().await;
        cx.me().end();
    }

    #[stop]
    async fn finish(&mut self, cx: &mut Context<Self>) {
        cx.stop();
        cx.me().stop_now();
        tokio::task::yield_now().await;
    }
}

impl Drop for Suicidal {
    fn drop(&mut self) {
        if let Some(me) = self.0 {
            me.stop_now();
            me.stop();
            me.end();
        }
    }
}

#[test]
fn g2_an_actor_may_stop_itself_from_everywhere() {
    on_shards(|simulator| {
        let suicidal = put(&simulator, 1, || Suicidal(None));
        suicidal.end();
        simulator.run();
        simulator.advance(Duration::from_secs(1));
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.total()), (1, 2), "{report}");
        assert_eq!(simulator.actors(), 0);
    });
}

/// Runs a test of this binary that is ignored, in a process of its own.
pub(crate) fn in_a_process(test: &str) -> std::process::Output {
    let binary = std::env::current_exe().expect("this binary has a path");
    std::process::Command::new(binary)
        .args(["--exact", "--ignored", "--nocapture", test])
        .output()
        .expect("the process runs")
}

/// Bodies for processes of their own: no tests by themselves.
mod apart {
    use super::{Target, Tripwire, real};
    use crate::check::{END, Subject};

    #[test]
    #[ignore = "it aborts its process"]
    fn panics_while_unwinding() {
        let system = real(1);
        let target = system.spawn_on(0, Target::default).wait().expect("it starts");
        target.trip(Tripwire);
        system.stop(END);
    }

    #[test]
    #[ignore = "another test reads what it prints"]
    fn panics_on_a_shard_and_elsewhere() {
        let system = real(1);
        let subject = system.spawn_on(0, Subject::default).wait().expect("it starts");
        subject.panic("said on a shard".to_owned());
        let panics = || panic!("said elsewhere");
        std::thread::spawn(panics).join().expect_err("the thread panics");
        system.stop(END);
    }
}

/// Panics when it is dropped, even while its thread unwinds.
struct Tripwire;

impl Drop for Tripwire {
    fn drop(&mut self) {
        panic!("tripped");
    }
}

#[test]
#[cfg(unix)]
fn l10_a_second_panic_while_unwinding_aborts_the_process() {
    use std::os::unix::process::ExitStatusExt;

    let output = in_a_process("hostile::apart::panics_while_unwinding");
    assert!(output.status.signal().is_some(), "{output:?}");
}

#[test]
fn l5_panics_are_silent_on_a_shard_and_only_there() {
    let output = in_a_process("hostile::apart::panics_on_a_shard_and_elsewhere");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{output:?}");
    assert!(said.contains("said elsewhere"), "{said}");
    assert!(!said.contains("said on a shard"), "{said}");
}
