//! A start ends well, with the reason why not, or at its deadline; a failed one leaves nothing.

use std::time::Duration;

use callboard::{ActorRef, Context, ExitReason, Start, StartError, actor, handlers, spawn, start};

use crate::check::{Counted, Events, Tally, World, ask_from, everywhere, on_shards, put};

/// How a start hook ends.
#[derive(Clone, Copy)]
enum How {
    Err,
    Hang,
    Ignore,
    Panic,
    PanicLater,
    Run,
}

/// Starts in one of all ways, and holds what must be dropped.
#[actor(start_timeout = "2s")]
struct Child(How, #[expect(dead_code, reason = "it is there to be dropped")] Counted);

#[handlers]
impl Child {
    #[start]
    async fn begin(&mut self) -> Result<Start, String> {
        match self.0 {
            How::Err => return Err("no such file".to_owned()),
            How::Hang => std::future::pending().await,
            How::Ignore => return Ok(Start::Ignore),
            How::Panic => panic!("the first step failed"),
            How::PanicLater => {
                tokio::task::yield_now().await;
                panic!("the second step failed");
            }
            How::Run => tokio::task::yield_now().await,
        }
        Ok(Start::Run)
    }

    #[tell]
    fn work(&mut self) {}
}

/// The text of a start that failed.
fn failure(started: Result<ActorRef<Child>, StartError>) -> String {
    match started {
        Err(StartError::Failed(ExitReason::Panic(panic))) => panic.text.clone(),
        Err(StartError::Failed(reason)) => reason.to_string(),
        other => format!("{other:?}"),
    }
}

fn starts(world: &World, how: How, tally: &Tally) -> Result<ActorRef<Child>, StartError> {
    let counted = tally.make();
    world.run(1, move || start(Child(how, counted)))
}

#[test]
fn a_start_gives_a_reference_that_works() {
    everywhere(|world| {
        let tally = Tally::default();
        let child = starts(&world, How::Run, &tally).expect("a child");
        child.work();
        assert_eq!(world.end().handled, 1);
        tally.assert_even();
    });
}

#[test]
fn p11_a_panic_in_the_start_hook_is_told_with_its_text() {
    everywhere(|world| {
        let tally = Tally::default();
        assert_eq!(failure(starts(&world, How::Panic, &tally)), "the first step failed");
        assert_eq!(failure(starts(&world, How::PanicLater, &tally)), "the second step failed");
        world.end();
    });
}

#[test]
fn l2_an_error_of_the_start_hook_is_told() {
    everywhere(|world| {
        let tally = Tally::default();
        assert_eq!(failure(starts(&world, How::Err, &tally)), "error: no such file");
        world.end();
    });
}

#[test]
fn l2_a_failed_start_leaves_nothing() {
    on_shards(|simulator| {
        let tally = Tally::default();
        for how in [How::Err, How::Panic, How::PanicLater] {
            let counted = tally.make();
            let started = simulator.block_on(0, move || start(Child(how, counted)));
            assert!(matches!(started, Some(Err(StartError::Failed(_)))));
            tally.assert_even();
            assert_eq!((simulator.actors(), simulator.asks()), (0, 0));
        }
    });
}

#[test]
fn l2_messages_to_a_failed_start_become_dead_letters() {
    on_shards(|simulator| {
        let counted = Tally::default().make();
        let child = simulator.enter(0, || spawn(Child(How::PanicLater, counted)));
        simulator.enter(0, || (0..10).for_each(|_| child.work()));
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.total()), (0, 10));
    });
}

#[test]
fn p12_a_start_that_takes_too_long_is_dropped_at_its_deadline() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let counted = tally.make();
        let started = simulator.start(0, move || start(Child(How::Hang, counted)));
        simulator.advance(Duration::from_millis(1_990));
        assert!(started.take().is_none(), "there is time left");
        simulator.advance(Duration::from_millis(20));
        assert!(matches!(started.take(), Some(Err(StartError::Timeout))));
        tally.assert_even();
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn l3_the_deadline_of_a_start_is_five_seconds() {
    on_shards(|simulator| {
        let started = simulator.start(0, || start(Patient));
        simulator.advance(Duration::from_millis(4_990));
        assert!(started.take().is_none(), "there is time left");
        simulator.advance(Duration::from_millis(20));
        assert!(matches!(started.take(), Some(Err(StartError::Timeout))));
    });
}

/// Never starts.
#[actor]
struct Patient;

#[handlers]
impl Patient {
    #[start]
    async fn begin(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[test]
fn p13_a_start_that_is_ignored_leaves_no_actor() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let counted = tally.make();
        let started = simulator.block_on(0, move || start(Child(How::Ignore, counted)));
        assert!(matches!(started, Some(Err(StartError::Ignored))));
        tally.assert_even();
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn l4_an_ignored_start_on_another_shard_says_so() {
    everywhere(|world| {
        let tally = Tally::default();
        let counted = tally.make();
        let started = world.run(0, move || {
            callboard::spawn_on(callboard::Place::Any, move || Child(How::Ignore, counted))
        });
        assert!(matches!(started, Err(StartError::Ignored)));
        world.end();
        tally.assert_even();
    });
}

/// Tells of each step of its life.
#[actor]
struct Living(ActorRef<Events>);

#[handlers]
impl Living {
    #[start]
    fn begin(&mut self) {
        self.0.happened("start".to_owned());
    }

    #[tell]
    fn work(&mut self) {
        self.0.happened("work".to_owned());
    }

    #[stop]
    async fn finish(&mut self, why: &ExitReason) {
        tokio::task::yield_now().await;
        self.0.happened(format!("stop: {why}"));
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        self.0.happened("drop".to_owned());
    }
}

#[test]
fn l1_a_life_has_each_state_once_and_in_order() {
    on_shards(|simulator| {
        let events = put(&simulator, 0, Events::default);
        let living = put(&simulator, 1, move || Living(events));
        living.work();
        living.stop();
        living.work();
        living.stop();
        simulator.run();
        let seen = ask_from(&simulator, 0, events.list()).unwrap();
        assert_eq!(seen, ["start", "work", "stop: normal", "drop"]);
    });
}

#[test]
fn l1_an_actor_that_ends_with_its_system_is_told_so() {
    on_shards(|simulator| {
        let (send, receive) = std::sync::mpsc::channel();
        put(&simulator, 1, move || Farewell(send));
        simulator.stop();
        assert_eq!(receive.recv().as_deref(), Ok("shutdown"));
    });
}

/// Says why it stops to the outside.
#[actor]
struct Farewell(std::sync::mpsc::Sender<String>);

#[handlers]
impl Farewell {
    #[stop]
    fn finish(&mut self, why: &ExitReason) {
        self.0.send(why.to_string()).expect("the test listens");
    }
}

/// Spawns children, by the context.
#[actor]
struct Parent(Tally);

#[handlers]
impl Parent {
    #[ask]
    async fn start(&mut self, cx: &mut Context<Self>) -> Result<ActorRef<Child>, String> {
        let child = Child(How::Run, self.0.make());
        cx.start(child).await.map_err(|error| error.to_string())
    }

    #[ask]
    fn spawn(&mut self, cx: &mut Context<Self>) -> ActorRef<Child> {
        cx.spawn(Child(How::Run, self.0.make()))
    }
}

#[test]
fn l15_an_actor_outlives_its_spawner() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let made = tally.clone();
        let parent = put(&simulator, 1, move || Parent(made));
        let child = ask_from(&simulator, 0, parent.spawn()).unwrap();
        parent.stop();
        simulator.run();
        child.work();
        simulator.run();
        assert_eq!((tally.dropped(), simulator.actors()), (0, 1));
        assert_eq!(simulator.handled(), 2);
    });
}

#[test]
fn l15_an_actor_outlives_a_spawner_that_crashed() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let made = tally.clone();
        let parent = put(&simulator, 1, move || Parent(made));
        let child = ask_from(&simulator, 0, parent.start()).unwrap().unwrap();
        parent.stop_now();
        child.work();
        simulator.run();
        assert_eq!((tally.dropped(), simulator.actors()), (0, 1));
    });
}

#[test]
fn a_child_runs_on_its_spawners_shard() {
    on_shards(|simulator| {
        let parent = put(&simulator, 1, || Parent(Tally::default()));
        let child = ask_from(&simulator, 0, parent.spawn()).unwrap();
        assert_eq!(child.address().shard(), parent.address().shard());
    });
}

#[test]
fn a_panic_while_an_actor_is_made_is_a_failed_start() {
    everywhere(|world| {
        let started = world.run(0, || callboard::spawn_on(0, || -> Patient { panic!("no parts") }));
        match started {
            Err(StartError::Failed(ExitReason::Panic(panic))) => assert_eq!(panic.text, "no parts"),
            other => panic!("{other:?}"),
        }
        world.end();
    });
}

#[test]
fn a_place_that_is_not_there_is_an_error() {
    everywhere(|world| {
        let started = world.run(0, || callboard::spawn_on(99, || Patient));
        assert!(matches!(started, Err(StartError::NoShard(1 | 2 | 4))));
        world.end();
    });
}

#[test]
fn spawn_outside_a_system_panics_and_names_spawn_on() {
    let panicked = std::panic::catch_unwind(|| spawn(Patient)).expect_err("there is no shard here");
    let text = panicked.downcast_ref::<&str>().expect("a text");
    assert!(text.contains("System::spawn_on"), "{text}");
}

#[test]
fn stop_now_ends_a_start_that_has_not_begun() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let counted = tally.make();
        simulator.enter(0, || spawn(Child(How::Run, counted)).stop_now());
        simulator.run();
        assert_eq!(simulator.actors(), 0);
        tally.assert_even();
    });
}

#[test]
fn stop_waits_for_the_start_hook() {
    on_shards(|simulator| {
        let events = put(&simulator, 0, Events::default);
        simulator.enter(1 % simulator.shards(), || {
            let living = spawn(Living(events));
            living.stop();
        });
        simulator.run();
        let seen = ask_from(&simulator, 0, events.list()).unwrap();
        assert_eq!(seen, ["start", "stop: normal", "drop"]);
    });
}

#[test]
fn stop_now_ends_a_start_at_its_deadline_at_the_latest() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let counted = tally.make();
        let child = simulator.enter(0, || spawn(Child(How::Hang, counted)));
        simulator.enter(0, || (0..5).for_each(|_| child.work()));
        simulator.run();
        child.stop_now();
        simulator.advance(Duration::from_secs(3));
        assert_eq!((simulator.actors(), simulator.report().dead_letters.total()), (0, 5));
        tally.assert_even();
    });
}

#[test]
fn l3_what_waits_for_a_start_that_took_too_long_becomes_dead_letters() {
    on_shards(|simulator| {
        let counted = Tally::default().make();
        let child = simulator.enter(0, || spawn(Child(How::Hang, counted)));
        simulator.enter(0, || (0..5).for_each(|_| child.work()));
        simulator.advance(Duration::from_secs(3));
        assert_eq!((simulator.actors(), simulator.report().dead_letters.total()), (0, 5));
    });
}

#[test]
fn a_start_that_its_system_cuts_off_ends_with_stopped() {
    let system = crate::check::real(2);
    let starting = system.spawn_on(1, || Patient);
    system.stop(Duration::from_millis(20));
    assert!(matches!(starting.wait(), Err(StartError::Stopped)));
}

#[test]
fn a_spawn_that_nobody_waits_for_goes_on() {
    everywhere(|world| {
        let (send, receive) = std::sync::mpsc::channel();
        world.run(0, || async {
            drop(callboard::spawn_on(callboard::Place::Any, || Farewell(send)));
        });
        world.end();
        assert_eq!(receive.recv().as_deref(), Ok("shutdown"));
    });
}

#[test]
fn a_thousand_starts_wait_at_once_and_end_at_their_deadlines() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let starts = Vec::from_iter((0..1_000).map(|at| {
            let counted = tally.make();
            simulator.start(at % simulator.shards(), move || start(Child(How::Hang, counted)))
        }));
        simulator.advance(Duration::from_millis(2_010));
        assert!(starts.iter().all(|start| matches!(start.take(), Some(Err(StartError::Timeout)))));
        tally.assert_even();
    });
}
