//! Supervisors start, restart and stop their children by the rules of Erlang/OTP, and nothing that waits is lost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{
    ActorRef, AskError, AutoShutdown, ChildError, ChildFailed, ChildSpec, ChildState, Context,
    DeadReason, Down, DynamicSpec, Event, Exit, ExitReason, Flow, Restart, Shutdown, Start,
    StartError, Strategy, Supervisor, SupervisorSpec, Topic, Tree, actor, handlers,
};

use crate::check::{Journal, ask_from, on_shards, put};

/// A child that does as it is told, and notes when it starts and stops.
#[actor]
struct Worker {
    name: &'static str,
    journal: Journal,
    handled: u64,
}

#[handlers]
impl Worker {
    #[start]
    fn begin(&mut self) {
        self.journal.note(format!("+{}", self.name));
    }

    #[stop]
    fn end(&mut self) {
        self.journal.note(format!("-{}", self.name));
    }

    #[tell]
    fn note(&mut self, number: u64) {
        self.handled += 1;
        self.journal.note(format!("{}{number}", self.name));
    }

    #[tell]
    fn fail(&mut self) {
        panic!("{} fails", self.name);
    }

    /// Asks its supervisor not to run any more, and fails.
    #[tell]
    fn resign(&mut self, supervisor: ActorRef<Supervisor>) -> Result<(), &'static str> {
        drop(supervisor.terminate(self.name).start());
        Err("it resigns")
    }

    #[tell]
    fn end_with(&mut self, reason: ExitReason) -> Flow {
        Flow::stop_with(reason)
    }

    #[ask]
    fn handled(&self) -> u64 {
        self.handled
    }
}

/// Where the child with this index runs: each on a shard of its own, as far as there are so many.
fn worker(
    simulator: &Simulator,
    index: usize,
    name: &'static str,
    journal: &Journal,
) -> ChildSpec<Worker> {
    let journal = journal.clone();
    let make = move |_: &_| {
        let journal = journal.clone();
        async move { Ok(Worker { name, journal, handled: 0 }) }
    };
    ChildSpec::new(name, make).shard(index % simulator.shards())
}

/// A tree of workers `a`, `b`, ...; `change` may change each spec.
fn workers(
    simulator: &Simulator,
    names: &[&'static str],
    journal: &Journal,
    change: impl Fn(&'static str, ChildSpec<Worker>) -> ChildSpec<Worker>,
) -> SupervisorSpec {
    let mut spec = SupervisorSpec::new("tree").intensity(10, Duration::from_secs(5));
    for (index, name) in names.iter().enumerate() {
        spec = spec.child(change(name, worker(simulator, index, name, journal)));
    }
    spec
}

fn start(simulator: &Simulator, spec: SupervisorSpec) -> Result<Tree, StartError> {
    let started = simulator.start(0, || spec.start());
    simulator.run();
    started.take().expect("the tree starts in the present moment")
}

fn started(simulator: &Simulator, spec: SupervisorSpec) -> Tree {
    start(simulator, spec).expect("the tree starts")
}

/// Has a child fail.
fn fail(simulator: &Simulator, tree: &Tree, index: usize) {
    simulator.enter(0, || tree.child::<Worker>(index).fail());
    simulator.run();
}

#[test]
fn p30_s1_s3_children_start_in_order_and_stop_in_reverse() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let names = ["a", "b", "c", "d", "e"];
        let tree = started(&simulator, workers(&simulator, &names, &journal, |_, spec| spec));
        assert_eq!(journal.line(), "+a +b +c +d +e");
        simulator.enter(0, || tree.supervisor().stop());
        simulator.run();
        assert_eq!(journal.line(), "-e -d -c -b -a");
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn l7_what_is_behind_a_failure_is_handled_in_the_same_turn() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let tree = started(&simulator, workers(&simulator, &["a"], &journal, |_, spec| spec));
        let a = tree.child::<Worker>(0);
        simulator.enter(0, || {
            a.note(1);
            a.fail();
            a.note(2);
        });
        simulator.turn();
        assert_eq!(journal.line(), "+a a1 +a a2");
    });
}

#[test]
fn d3_a_supervisor_hears_the_last_words_of_its_child_before_its_end() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let tree = started(&simulator, workers(&simulator, &["a"], &journal, |_, spec| spec));
        journal.take();
        let (a, supervisor) = (tree.child::<Worker>(0), tree.supervisor());
        simulator.enter(0, || a.resign(*supervisor));
        simulator.run();
        assert_eq!(journal.line(), "-a", "it does not begin again");
    });
}

#[test]
fn p31_one_for_one_restarts_only_the_failed() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let tree = started(&simulator, workers(&simulator, &["a", "b"], &journal, |_, spec| spec));
        let (a, b) = (tree.child::<Worker>(0), tree.child::<Worker>(1));
        let watcher = put(&simulator, 2, Watcher::default);
        for child in [a, b] {
            ask_from(&simulator, 0, watcher.watch(child)).expect("it monitors");
        }
        journal.take();
        fail(&simulator, &tree, 0);
        assert_eq!(journal.line(), "+a");
        assert_eq!((a, b), (tree.child(0), tree.child(1)), "references stay");
        let heard = ask_from(&simulator, 0, watcher.heard()).expect("it answers");
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert!(heard[0].starts_with("incarnation 1 restarting panic at "), "{heard:?}");
        assert_eq!(ask_from(&simulator, 0, a.handled()), Ok(0));
    });
}

/// Keeps what monitors tell it.
#[actor]
#[derive(Default)]
struct Watcher {
    heard: Vec<String>,
}

#[handlers]
impl Watcher {
    #[ask]
    fn watch(&mut self, cx: &mut Context<Self>, worker: ActorRef<Worker>) {
        cx.monitor(worker);
    }

    #[ask]
    fn heard(&mut self) -> Vec<String> {
        std::mem::take(&mut self.heard)
    }

    #[down]
    fn down(&mut self, down: Down) {
        let restarting = if down.restarting { "restarting" } else { "gone" };
        self.heard.push(format!("incarnation {} {restarting} {}", down.incarnation, down.reason));
    }
}

#[test]
fn p32_s4_one_for_all_restarts_all() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let spec = workers(&simulator, &["a", "b", "c"], &journal, |_, spec| spec);
        let tree = started(&simulator, spec.strategy(Strategy::OneForAll));
        journal.take();
        fail(&simulator, &tree, 1);
        assert_eq!(journal.line(), "-c -a +a +b +c");
    });
}

#[test]
fn p33_s4_rest_for_one_restarts_those_after_it() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let spec = workers(&simulator, &["a", "b", "c", "d"], &journal, |_, spec| spec);
        let tree = started(&simulator, spec.strategy(Strategy::RestForOne));
        journal.take();
        fail(&simulator, &tree, 1);
        assert_eq!(journal.line(), "-d -c +b +c +d");
    });
}

/// As in Erlang: those who live together begin together.
#[test]
fn s4_siblings_that_had_ended_begin_again_with_the_others() {
    on_shards(|simulator| {
        let kind = |name| if name == "b" { Restart::Transient } else { Restart::Permanent };
        for (strategy, failing, expected) in [
            (Strategy::OneForOne, 0, "+a"),
            (Strategy::OneForAll, 0, "-c +a +b +c"),
            (Strategy::RestForOne, 0, "-c +a +b +c"),
            (Strategy::RestForOne, 2, "+c"),
        ] {
            let journal = Journal::default();
            let names = ["a", "b", "c"];
            let spec = workers(&simulator, &names, &journal, |name, spec| spec.restart(kind(name)));
            let tree = started(&simulator, spec.strategy(strategy));
            simulator.enter(0, || tree.child::<Worker>(1).end_with(ExitReason::Normal));
            simulator.run();
            journal.take();
            fail(&simulator, &tree, failing);
            assert_eq!(journal.line(), expected, "{strategy:?}");
            simulator.enter(0, || tree.supervisor().stop());
            simulator.run();
        }
    });
}

#[test]
fn p34_s6_each_kind_restarts_after_its_ends_only() {
    on_shards(|simulator| {
        let ends = [ExitReason::Normal, ExitReason::Shutdown, ExitReason::error("bad")];
        let kinds = [
            (Restart::Permanent, [true, true, true]),
            (Restart::Transient, [false, false, true]),
            (Restart::Temporary, [false, false, false]),
        ];
        for (kind, expected) in kinds {
            for (reason, again) in ends.iter().zip(expected) {
                let journal = Journal::default();
                let spec = workers(&simulator, &["a"], &journal, |_, spec| spec.restart(kind));
                let tree = started(&simulator, spec);
                journal.take();
                let reason = reason.clone();
                simulator.enter(0, || tree.child::<Worker>(0).end_with(reason.clone()));
                simulator.run();
                let line = journal.line();
                assert_eq!(line, if again { "-a +a" } else { "-a" }, "{kind:?} {reason}");
                let counts = ask_from(&simulator, 0, tree.supervisor().count()).expect("it counts");
                let specs = usize::from(kind != Restart::Temporary);
                assert_eq!((counts.specs, counts.active), (specs, usize::from(again)));
                simulator.enter(0, || tree.supervisor().stop());
                simulator.run();
            }
        }
    });
}

#[test]
fn p35_s6_a_temporary_bystander_stays_gone() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let kind = |name| if name == "b" { Restart::Temporary } else { Restart::Permanent };
        let spec =
            workers(&simulator, &["a", "b", "c"], &journal, |name, spec| spec.restart(kind(name)));
        let tree = started(&simulator, spec.strategy(Strategy::OneForAll));
        journal.take();
        fail(&simulator, &tree, 0);
        assert_eq!(journal.line(), "-c -b +a +c");
        let counts = ask_from(&simulator, 0, tree.supervisor().count()).expect("it counts");
        assert_eq!((counts.specs, counts.active), (2, 2));
    });
}

#[test]
fn p36_s7_a_third_quick_death_ends_a_supervisor_of_intensity_two() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let spec = workers(&simulator, &["a", "b"], &journal, |_, spec| spec);
        let tree = started(&simulator, spec.intensity(2, Duration::from_secs(5)));
        let supervisor = *tree.supervisor();
        let ended = simulator.start(0, move || supervisor.wait());
        journal.take();
        for _ in 0..2 {
            fail(&simulator, &tree, 0);
        }
        assert_eq!(journal.line(), "+a +a");
        assert!(ended.take().is_none(), "the supervisor lives");
        fail(&simulator, &tree, 0);
        assert_eq!(journal.line(), "-b");
        assert!(matches!(ended.take(), Some(ExitReason::Shutdown)));
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn s7_with_zero_the_first_failure_escalates() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let spec = workers(&simulator, &["a"], &journal, |_, spec| spec);
        let tree = started(&simulator, spec.intensity(0, Duration::from_secs(5)));
        fail(&simulator, &tree, 0);
        assert_eq!((journal.line().as_str(), simulator.actors()), ("+a", 0));
    });
}

#[test]
fn p37_s8_the_window_slides() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let spec = workers(&simulator, &["a"], &journal, |_, spec| spec);
        let tree = started(&simulator, spec.intensity(1, Duration::from_secs(1)));
        for _ in 0..5 {
            simulator.advance(Duration::from_millis(2_100));
            fail(&simulator, &tree, 0);
        }
        assert_eq!(journal.line(), "+a +a +a +a +a +a");
    });
}

/// Cannot start while the journal holds the word.
#[actor]
struct Picky {
    journal: Journal,
}

#[handlers]
impl Picky {
    #[start]
    fn begin(&mut self) -> Result<(), String> {
        self.journal.note("try");
        Err("it does not want to".to_owned())
    }
}

#[test]
fn p38_s2_a_child_that_does_not_start_stops_those_before_it() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let picky = journal.clone();
        let picky = ChildSpec::<Picky>::new("picky", move |_| {
            let journal = picky.clone();
            async move { Ok(Picky { journal }) }
        });
        let spec = workers(&simulator, &["a", "b"], &journal, |_, spec| spec)
            .child(picky)
            .child(worker(&simulator, 3, "c", &journal));
        let error = start(&simulator, spec).expect_err("a child does not start");
        assert_eq!(journal.line(), "+a +b try -b -a");
        let StartError::Failed(reason) = error else { panic!("{error}") };
        let failed = reason.detail::<ChildFailed>().expect("it names the child");
        assert_eq!(failed.child, "picky");
        assert!(failed.error.to_string().contains("it does not want to"), "{failed}");
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn s2_a_state_that_cannot_be_made_is_a_start_that_failed() {
    on_shards(|simulator| {
        let bad = ChildSpec::<Worker>::new("bad", |_| async { Err("no file".into()) });
        let error =
            start(&simulator, SupervisorSpec::new("tree").child(bad)).expect_err("it fails");
        assert!(error.to_string().contains("the child `bad` did not start"), "{error}");
        assert!(error.to_string().contains("no file"), "{error}");
        let worse = ChildSpec::<Worker>::new("worse", |_| async { panic!("no luck") });
        let error =
            start(&simulator, SupervisorSpec::new("tree").child(worse)).expect_err("it fails");
        assert!(error.to_string().contains("no luck"), "{error}");
        let worst =
            ChildSpec::<Worker>::new("worst", |_| -> std::future::Pending<_> { panic!("oh") });
        let error =
            start(&simulator, SupervisorSpec::new("tree").child(worst)).expect_err("it fails");
        assert!(error.to_string().contains("oh"), "{error}");
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn s1_l3_a_state_that_takes_too_long_is_a_start_that_failed() {
    on_shards(|simulator| {
        let slow = ChildSpec::<Worker>::new("slow", |_| std::future::pending());
        let started = simulator.start(0, || SupervisorSpec::new("tree").child(slow).start());
        simulator.run();
        assert!(started.take().is_none(), "it starts");
        simulator.advance(Duration::from_secs(5));
        let error = started.take().expect("the deadline passed").expect_err("it is too late");
        assert!(error.to_string().contains("longer than its deadline"), "{error}");
        assert_eq!(simulator.actors(), 0);
    });
}

/// Hears that it is to end, and goes on.
#[actor]
struct Stubborn {
    journal: Journal,
}

#[handlers]
impl Stubborn {
    #[exit]
    fn exits(&mut self, exit: Exit) {
        self.journal.note(format!("exit {}", exit.reason));
    }
}

fn stubborn(simulator: &Simulator, journal: &Journal, shutdown: Shutdown) -> SupervisorSpec {
    let journal = journal.clone();
    let child = ChildSpec::<Stubborn>::new("stubborn", move |_| {
        let journal = journal.clone();
        async move { Ok(Stubborn { journal }) }
    });
    SupervisorSpec::new("tree").child(child.shutdown(shutdown).shard(2 % simulator.shards()))
}

#[test]
fn p39_s10_a_child_that_does_not_stop_is_killed_after_its_time() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let second = Shutdown::Timeout(Duration::from_secs(1));
        let tree = started(&simulator, stubborn(&simulator, &journal, second));
        let child = tree.child::<Stubborn>(0);
        let ended = simulator.start(0, move || child.wait());
        simulator.enter(0, || tree.supervisor().exit(ExitReason::Shutdown));
        simulator.run();
        assert_eq!(journal.line(), "exit shutdown");
        simulator.advance(Duration::from_millis(999));
        assert!(ended.take().is_none(), "it has a second");
        simulator.advance(Duration::from_millis(101));
        assert!(matches!(ended.take(), Some(ExitReason::Killed)));
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn p40_s10_a_brutal_child_is_killed_at_once() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let tree = started(&simulator, stubborn(&simulator, &journal, Shutdown::Brutal));
        let child = tree.child::<Stubborn>(0);
        let ended = simulator.start(0, move || child.wait());
        simulator.enter(0, || tree.supervisor().stop());
        simulator.run();
        assert!(matches!(ended.take(), Some(ExitReason::Killed)));
        assert_eq!((journal.line().as_str(), simulator.actors()), ("", 0));
    });
}

#[test]
fn p42_s14_administration_has_exact_errors() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let tree = started(&simulator, workers(&simulator, &["a", "b"], &journal, |_, spec| spec));
        let supervisor = *tree.supervisor();
        let again = worker(&simulator, 1, "a", &journal);
        let error =
            simulator.block_on(0, move || async move { supervisor.start_child(again).await });
        assert!(matches!(error, Some(Err(ChildError::AlreadyStarted))));
        let ask = |ask| ask_from(&simulator, 0, ask).expect("it answers");
        assert!(matches!(ask(supervisor.delete("a")), Err(ChildError::Running)));
        assert!(matches!(ask(supervisor.delete("z")), Err(ChildError::NotFound)));
        let restart = |id| ask_from(&simulator, 0, supervisor.restart(id)).expect("it answers");
        assert!(matches!(restart("a"), Err(ChildError::Running)));
        journal.take();
        ask(supervisor.terminate("a")).expect("it stops");
        assert_eq!(journal.line(), "-a");
        ask(supervisor.terminate("a")).expect("it has stopped");
        let again = worker(&simulator, 1, "a", &journal);
        let error =
            simulator.block_on(0, move || async move { supervisor.start_child(again).await });
        assert!(matches!(error, Some(Err(ChildError::AlreadyPresent))));
        let before = tree.child::<Worker>(0);
        let place = restart("a").expect("it starts again");
        assert_eq!((journal.line().as_str(), tree.child::<Worker>(0).address()), ("+a", place));
        assert_ne!(before.address(), place, "it is another actor (L12)");
        ask(supervisor.terminate("a")).expect("it stops");
        ask(supervisor.delete("a")).expect("it does not run");
        let children = simulator.block_on(0, move || async move { supervisor.children().await });
        let children = children.expect("it answers").expect("it lives");
        let ids: Vec<_> = children.iter().map(|child| (child.id.as_str(), child.state)).collect();
        assert_eq!(ids, [("b", ChildState::Running)]);
    });
}

#[test]
fn s14_administration_answers_while_a_child_restarts() {
    on_shards(|simulator| {
        let slow = ChildSpec::<Slow>::new("slow", |_| async { Ok(Slow) });
        let spec = SupervisorSpec::new("tree").child(slow.shard(1 % simulator.shards()));
        let started = simulator.start(0, || spec.start());
        simulator.run();
        simulator.advance(Duration::from_secs(1));
        let tree = started.take().expect("it has started").expect("it starts");
        simulator.enter(0, || tree.child::<Slow>(0).fail());
        simulator.run();
        let counts = ask_from(&simulator, 0, tree.supervisor().count()).expect("it answers");
        assert_eq!(counts.specs, 1);
        let supervisor = *tree.supervisor();
        let stopped = simulator.start(0, move || supervisor.terminate("slow"));
        simulator.run();
        assert!(matches!(stopped.take(), Some(Ok(Ok(())))), "it need not have started");
        simulator.advance(Duration::from_secs(10));
        let counts = ask_from(&simulator, 0, tree.supervisor().count()).expect("it answers");
        assert_eq!((counts.specs, counts.active), (1, 0));
    });
}

#[test]
fn s9_s14_a_child_whose_start_takes_its_time_is_not_said_to_run() {
    on_shards(|simulator| {
        let slow = ChildSpec::<Slow>::new("slow", |_| async { Ok(Slow) });
        let spec = SupervisorSpec::new("tree").child(slow);
        let started = simulator.start(0, || spec.start());
        simulator.advance(Duration::from_secs(1));
        let tree = started.take().expect("it has started").expect("it starts");
        let mut events = simulator.events().only([Topic::Restarted]);
        let supervisor = *tree.supervisor();
        let state = || {
            let children =
                simulator.block_on(0, move || async move { supervisor.children().await });
            children.expect("it answers at once").expect("it lives")[0].state
        };
        simulator.enter(0, || tree.child::<Slow>(0).fail());
        simulator.run();
        assert_eq!(state(), ChildState::Starting);
        assert!(events.try_next().is_none(), "it does not run yet");
        simulator.advance(Duration::from_secs(1));
        assert_eq!(state(), ChildState::Running);
        let told = events.try_next();
        let is_told = matches!(&told, Some(Event::Restarted { reason: ExitReason::Panic(_), .. }));
        assert!(is_told && events.try_next().is_none(), "{told:?}");
    });
}

/// Takes a second to start.
#[actor]
struct Slow;

#[handlers]
impl Slow {
    #[start]
    async fn begin(&mut self) {
        tokio_sleep().await;
    }

    #[tell]
    fn fail(&mut self) {
        panic!("slow fails");
    }
}

/// A second of the simulator's: an ask that nobody answers.
async fn tokio_sleep() {
    let mute = callboard::spawn(Mute(None));
    let _ = mute.never().timeout(Duration::from_secs(1)).await;
    mute.stop_now();
}

/// Keeps a reply.
#[actor]
struct Mute(Option<callboard::Reply<()>>);

#[handlers]
impl Mute {
    #[ask]
    fn never(&mut self, reply: callboard::Reply<()>) {
        self.0 = Some(reply);
    }
}

#[test]
fn p43_s5_ten_thousand_dynamic_children_stop_one_by_one_and_all() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let notes = journal.clone();
        let tellers =
            DynamicSpec::<Worker, _>::new("tellers", move |_, (name,): (&'static str,)| {
                let journal = notes.clone();
                async move { Ok(Worker { name, journal, handled: 0 }) }
            });
        let spec = SupervisorSpec::new("tree").dynamic(tellers.max(10_000));
        let tree = started(&simulator, spec);
        let tellers = tree.dynamic::<Worker, (&'static str,)>(0);
        let group = tellers.clone();
        let children = simulator.block_on(0, move || async move {
            let mut children = Vec::new();
            for _ in 0..10_000 {
                children.push(group.start("t").await.expect("it starts"));
            }
            let full = group.start("t").await;
            assert!(matches!(full, Err(ChildError::Full(10_000))), "{full:?}");
            children
        });
        let children = children.expect("they start in the present moment");
        let count = |group: &callboard::Dynamic<Worker, (&'static str,)>| {
            let group = group.clone();
            simulator.block_on(0, move || async move { group.count().await }).expect("it answers")
        };
        assert_eq!((count(&tellers), simulator.actors()), (Ok(10_000), 10_002));
        let group = tellers.clone();
        let stopped = simulator.block_on(0, move || async move {
            for child in children.into_iter().take(100) {
                group.stop(child).await.expect("it answers").expect("it stops");
            }
        });
        assert_eq!((stopped, count(&tellers)), (Some(()), Ok(9_900)));
        simulator.enter(0, || tree.supervisor().stop());
        simulator.run();
        assert_eq!(simulator.actors(), 0);
        assert_eq!(journal.take().len(), 20_000);
    });
}

#[test]
fn s5_a_dynamic_child_is_restarted_with_its_arguments() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let notes = journal.clone();
        let shard = 1 % simulator.shards();
        let tellers =
            DynamicSpec::<Worker, _>::new("tellers", move |_, (name,): (&'static str,)| {
                let journal = notes.clone();
                async move { Ok(Worker { name, journal, handled: 0 }) }
            });
        let tree = started(&simulator, SupervisorSpec::new("tree").dynamic(tellers.shard(shard)));
        let tellers = tree.dynamic::<Worker, (&'static str,)>(0);
        let child = simulator.block_on(0, move || async move { tellers.start("t").await });
        let child = child.expect("it starts at once").expect("it starts");
        simulator.enter(0, || {
            child.note(1);
            child.fail();
            child.note(2);
        });
        simulator.run();
        assert_eq!(journal.line(), "+t t1 +t t2");
    });
}

#[test]
fn p44_s16_killing_a_supervisor_ends_all_below_it() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let (inner, shards) = (journal.clone(), simulator.shards());
        let below = move |deep: usize| nested(deep, inner.clone(), shards);
        let tree = started(&simulator, below(3));
        assert_eq!(journal.line(), "+w +w +w +w");
        assert_eq!(simulator.actors(), 8);
        simulator.enter(0, || tree.supervisor().kill());
        simulator.run();
        assert_eq!((simulator.actors(), journal.line().as_str()), (0, ""), "no stop hook runs");
    });
}

/// A supervisor with a worker and, below it, so many more levels of the same.
fn nested(deep: usize, journal: Journal, shards: usize) -> SupervisorSpec {
    let notes = journal.clone();
    let worker = ChildSpec::<Worker>::new("worker", move |_| {
        let journal = notes.clone();
        async move { Ok(Worker { name: "w", journal, handled: 0 }) }
    });
    let spec = SupervisorSpec::new("level").child(worker.shard(deep % shards));
    if deep == 0 {
        return spec;
    }
    let below = ChildSpec::<Supervisor>::new("below", move |_| {
        let spec = nested(deep - 1, journal.clone(), shards);
        async move { Ok(Supervisor::new(spec)) }
    });
    spec.child(below.shard(deep % shards))
}

#[test]
fn s12_a_supervisor_out_of_intensity_counts_in_its_parents() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let (notes, shards) = (journal.clone(), simulator.shards());
        let below = ChildSpec::<Supervisor>::new("below", move |_| {
            let spec = nested(0, notes.clone(), shards).intensity(0, Duration::from_secs(1));
            async move { Ok(Supervisor::new(spec)) }
        });
        let spec = SupervisorSpec::new("top").child(below).intensity(1, Duration::from_secs(1));
        let tree = started(&simulator, spec);
        let below = tree.child::<Supervisor>(0);
        for lives in [true, false] {
            let children = simulator.block_on(0, move || async move { below.children().await });
            let worker = children.expect("it answers").expect("it lives")[0].actor;
            let worker = ActorRef::<Worker>::from_address(worker.expect("it runs"));
            simulator.enter(0, || worker.fail());
            simulator.run();
            assert_eq!(simulator.actors() == 3, lives);
        }
        assert_eq!((journal.line().as_str(), simulator.actors()), ("+w +w", 0));
    });
}

#[test]
fn s14_a_tree_is_data_and_text_and_a_picture() {
    on_shards(|simulator| {
        let tree = started(&simulator, nested(1, Journal::default(), simulator.shards()));
        let supervisor = *tree.supervisor();
        let view = simulator.block_on(0, move || async move { supervisor.tree().await });
        let view = view.expect("it answers").expect("it lives");
        let text = "level (one for one)\n├─ worker: Worker, running\n└─ below (one for one)\n   └─ worker: Worker, running";
        assert_eq!(view.to_string(), text);
        let picture = view.mermaid();
        let arrows: Vec<_> =
            picture.lines().filter(|line| line.contains("-->")).map(str::trim).collect();
        assert_eq!(arrows, ["n0 --> n1", "n2 --> n3", "n0 --> n2"]);
    });
}

#[test]
fn s14_a_tree_answers_while_a_supervisor_in_it_waits_for_its_restart() {
    on_shards(|simulator| {
        let (journal, shards) = (Journal::default(), simulator.shards());
        let second = Duration::from_secs(1);
        let below = ChildSpec::<Supervisor>::new("below", move |_| {
            let spec = nested(0, journal.clone(), shards);
            async move { Ok(Supervisor::new(spec)) }
        });
        let below = below.backoff(second..=second).shard(1 % simulator.shards());
        let tree = started(&simulator, SupervisorSpec::new("top").child(below));
        simulator.enter(0, || tree.child::<Supervisor>(0).kill());
        simulator.run();
        let supervisor = *tree.supervisor();
        let view = simulator.block_on(0, move || async move { supervisor.tree().await });
        let view = view.expect("it answers at once").expect("it lives");
        assert_eq!(view.to_string(), "top (one for one)\n└─ below: Supervisor, restarting");
    });
}

#[test]
fn g1_s10_a_child_that_was_stopped_and_restarted_is_stopped_like_any() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let tree = started(&simulator, workers(&simulator, &["a"], &journal, |_, spec| spec));
        let shard = tree.child::<Worker>(0).address().shard();
        simulator.enter(shard, || tree.child::<Worker>(0).stop());
        simulator.run();
        assert_eq!(journal.line(), "+a -a +a");
        simulator.enter(0, || tree.supervisor().exit(ExitReason::Shutdown));
        simulator.run();
        assert_eq!((journal.line().as_str(), simulator.actors()), ("-a", 0), "no time passed");
    });
}

#[test]
fn s16_a_child_that_began_for_a_supervisor_that_was_killed_is_none_of_the_next() {
    on_shards(|simulator| {
        // Killed at any moment of its start, also while a child begins on another shard.
        for turns in 0..12 {
            let (journal, shards) = (Journal::default(), simulator.shards());
            let notes = journal.clone();
            let lives = Arc::new(Mutex::new(0));
            let last = lives.clone();
            let below = ChildSpec::<Supervisor>::new("below", move |_| {
                let mut life = lives.lock().unwrap_or_else(PoisonError::into_inner);
                *life += 1;
                let (journal, number) = (notes.clone(), *life);
                let worker = ChildSpec::<Worker>::new("w", move |_| {
                    let journal = journal.clone();
                    async move { Ok(Worker { name: "w", journal, handled: number }) }
                });
                let spec = SupervisorSpec::new("below").child(worker.shard(2 % shards));
                async move { Ok(Supervisor::new(spec)) }
            });
            let spec = SupervisorSpec::new("top").child(below.shard(1 % shards));
            let tree = started(&simulator, spec);
            let below = tree.child::<Supervisor>(0);
            simulator.enter(0, || below.kill());
            for _ in 0..turns {
                simulator.turn();
            }
            simulator.enter(0, || below.kill());
            simulator.run();
            let children = simulator.block_on(0, move || async move { below.children().await });
            let worker = children.expect("it answers").expect("it lives")[0].actor;
            let worker = ActorRef::<Worker>::from_address(worker.expect("it runs"));
            let life = ask_from(&simulator, 0, worker.handled());
            let last = *last.lock().unwrap_or_else(PoisonError::into_inner);
            assert_eq!(life, Ok(last), "killed after {turns} turns");
            assert_eq!(simulator.actors(), 3);
            simulator.enter(0, || tree.supervisor().stop());
            simulator.run();
        }
    });
}

#[test]
fn s14_a_child_of_a_group_is_known_by_its_number() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let group = DynamicSpec::<Worker, _>::new("group", move |_, (name,): (&'static str,)| {
            let journal = journal.clone();
            async move { Ok(Worker { name, journal, handled: 0 }) }
        });
        let tree = started(&simulator, SupervisorSpec::new("tree").dynamic(group));
        let group = tree.dynamic::<Worker, (&'static str,)>(0);
        let supervisor = group.supervisor();
        for name in ["a", "b"] {
            let group = group.clone();
            let child = simulator.block_on(0, move || async move { group.start(name).await });
            child.expect("it starts at once").expect("it starts");
        }
        let ask = |id| ask_from(&simulator, 0, supervisor.terminate(id)).expect("it answers");
        assert!(matches!(ask("group"), Err(ChildError::NotFound)), "it is the template's");
        assert!(matches!(ask("1"), Ok(())));
        let children = simulator.block_on(0, move || async move { supervisor.children().await });
        let children = children.expect("it answers").expect("it lives");
        assert_eq!(children.iter().map(|child| child.id.as_str()).collect::<Vec<_>>(), ["0"]);
    });
}

#[test]
fn p45_s15_restarts_wait_longer_and_longer() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let delays = Duration::from_millis(10)..=Duration::from_millis(80);
        let spec = workers(&simulator, &["a"], &journal, |_, spec| spec.backoff(delays.clone()));
        let tree = started(&simulator, spec);
        journal.take();
        for expected in [10, 20, 40, 80, 80] {
            fail(&simulator, &tree, 0);
            assert_eq!(journal.line(), "");
            simulator.advance(Duration::from_millis(expected * 4 / 5) - Duration::from_nanos(1));
            assert_eq!(journal.line(), "", "{expected} ms less a fifth");
            simulator.advance(Duration::from_millis(expected * 2 / 5 + 1));
            assert_eq!(journal.line(), "+a", "{expected} ms and a fifth");
        }
    });
}

#[test]
fn s15_shutdown_during_a_delay_is_immediate() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let delays = Duration::from_secs(10)..=Duration::from_secs(10);
        let spec = workers(&simulator, &["a"], &journal, |_, spec| spec.backoff(delays.clone()));
        let tree = started(&simulator, spec);
        fail(&simulator, &tree, 0);
        simulator.enter(0, || tree.supervisor().stop());
        simulator.run();
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn p15_l6_l7_what_waits_outlives_a_crash() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let tree = started(&simulator, workers(&simulator, &["a"], &journal, |_, spec| spec));
        journal.take();
        let a = tree.child::<Worker>(0);
        simulator.enter(0, || {
            a.note(1);
            a.fail();
            (3..6).for_each(|number| a.note(number));
        });
        simulator.run();
        assert_eq!(journal.line(), "a1 +a a3 a4 a5");
        let report = simulator.report();
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
        assert_eq!(report.dead_letters.total(), 1);
    });
}

#[test]
fn s13_a_significant_child_ends_the_supervisor() {
    on_shards(|simulator| {
        for (rule, ends) in
            [(AutoShutdown::Any, 1), (AutoShutdown::All, 2), (AutoShutdown::Never, 9)]
        {
            let journal = Journal::default();
            let spec = workers(&simulator, &["a", "b", "c"], &journal, |name, spec| {
                if name == "c" { spec } else { spec.restart(Restart::Transient).significant() }
            });
            let tree = started(&simulator, spec.auto_shutdown(rule));
            for (index, lives) in [(0, ends > 1), (1, ends > 2)] {
                simulator.enter(0, || {
                    tree.child::<Worker>(index).end_with(ExitReason::Normal);
                });
                simulator.run();
                let count = ask_from(&simulator, 0, tree.supervisor().count());
                assert_eq!(count.is_ok(), lives, "{rule:?} {index}");
            }
            simulator.enter(0, || tree.supervisor().stop());
            simulator.run();
            assert_eq!(simulator.actors(), 0);
        }
    });
}

#[test]
fn p13_l4_a_child_that_wants_not_to_run_is_no_failure() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let idle =
            |restart| ChildSpec::<Idle>::new("idle", |_| async { Ok(Idle) }).restart(restart);
        for (kind, specs) in [(Restart::Permanent, 2), (Restart::Temporary, 1)] {
            let spec = workers(&simulator, &["a"], &journal, |_, spec| spec).child(idle(kind));
            let tree = started(&simulator, spec);
            let counts = ask_from(&simulator, 0, tree.supervisor().count()).expect("it counts");
            assert_eq!((counts.specs, counts.active), (specs, 1), "{kind:?}");
        }
    });
}

/// Wants not to run.
#[actor]
struct Idle;

#[handlers]
impl Idle {
    #[start]
    fn begin(&mut self) -> Result<Start, AskError> {
        Ok(Start::Ignore)
    }
}

#[test]
fn s18_an_ask_to_a_supervisor_that_ends_ends_with_stopping() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let tree = started(&simulator, stubborn(&simulator, &journal, Shutdown::Infinite));
        simulator.enter(0, || tree.supervisor().exit(ExitReason::Shutdown));
        simulator.run();
        let count = ask_from(&simulator, 0, tree.supervisor().count());
        assert_eq!(count, Err(AskError::Stopping));
        assert_eq!(journal.line(), "exit shutdown");
    });
}

#[test]
fn g4_a_system_ends_its_trees_from_the_top() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let names = ["a", "b", "c"];
        let tree = started(&simulator, workers(&simulator, &names, &journal, |_, spec| spec));
        journal.take();
        simulator.enter(0, || (0..3).for_each(|child| tree.child::<Worker>(child).note(1)));
        let report = simulator.stop();
        let line = journal.line();
        assert!(line.ends_with("-c -b -a"), "{line}");
        assert_eq!((line.len(), report.dead_letters.total()), ("a1 b1 c1 -c -b -a".len(), 0));
    });
}

#[test]
fn s9_a_restart_that_does_not_start_counts_and_is_tried_again() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let notes = journal.clone();
        let tries = Arc::new(Mutex::new(0));
        let child = ChildSpec::<Worker>::new("a", move |_| {
            let (journal, tries) = (notes.clone(), tries.clone());
            async move {
                let mut tries = tries.lock().unwrap_or_else(PoisonError::into_inner);
                *tries += 1;
                journal.note(format!("try{tries}"));
                match *tries {
                    2 | 3 => Err("not yet".into()),
                    _ => Ok(Worker { name: "a", journal, handled: 0 }),
                }
            }
        });
        let shard = 1 % simulator.shards();
        let spec = SupervisorSpec::new("tree").child(child.shard(shard));
        let tree = started(&simulator, spec.intensity(3, Duration::from_secs(5)));
        simulator.enter(0, || {
            tree.child::<Worker>(0).fail();
            tree.child::<Worker>(0).note(1);
        });
        simulator.run();
        assert_eq!(journal.line(), "try1 +a try2 try3 try4 +a a1");
        fail(&simulator, &tree, 0);
        assert_eq!((journal.line().as_str(), simulator.actors()), ("", 0), "one too many");
    });
}

#[test]
fn p41_s11_a_child_that_unlinks_from_its_supervisor_is_stopped_all_the_same() {
    on_shards(|simulator| {
        let unlinker = ChildSpec::<Unlinker>::new("unlinker", |_| async { Ok(Unlinker) });
        let tree = started(&simulator, SupervisorSpec::new("tree").child(unlinker));
        let (child, supervisor) = (tree.child::<Unlinker>(0), *tree.supervisor());
        ask_from(&simulator, 0, child.unlink_it(supervisor)).expect("it unlinks");
        simulator.enter(0, || supervisor.stop());
        simulator.run();
        assert_eq!(simulator.actors(), 0);
    });
}

/// Wants to have nothing to do with its supervisor.
#[actor]
struct Unlinker;

#[handlers]
impl Unlinker {
    #[ask]
    fn unlink_it(&mut self, cx: &mut Context<Self>, supervisor: ActorRef<Supervisor>) {
        cx.unlink(supervisor);
    }
}

#[test]
fn p19_l12_a_reference_names_the_actor_across_restarts() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let tree = started(&simulator, workers(&simulator, &["a"], &journal, |_, spec| spec));
        let a = tree.child::<Worker>(0);
        fail(&simulator, &tree, 0);
        let watcher = put(&simulator, 2, Watcher::default);
        ask_from(&simulator, 0, watcher.watch(a)).expect("it monitors");
        simulator.enter(0, || a.note(1));
        assert_eq!(ask_from(&simulator, 0, a.handled()), Ok(1));
        assert_eq!(simulator.block_on(0, move || a.is_alive()), Some(true));
        simulator.enter(0, || a.kill());
        simulator.run();
        assert_eq!(journal.line(), "+a +a a1 +a");
        let heard = ask_from(&simulator, 0, watcher.heard()).expect("it answers");
        assert_eq!(heard, ["incarnation 2 restarting killed"]);
    });
}

#[test]
fn x3_a_monitor_of_a_restarting_actor_attaches_to_its_next_incarnation() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let delays = Duration::from_secs(1)..=Duration::from_secs(1);
        let spec = workers(&simulator, &["a"], &journal, |_, spec| spec.backoff(delays.clone()));
        let tree = started(&simulator, spec);
        let a = tree.child::<Worker>(0);
        fail(&simulator, &tree, 0);
        let watcher = put(&simulator, 2, Watcher::default);
        ask_from(&simulator, 0, watcher.watch(a)).expect("it monitors");
        let heard = || ask_from(&simulator, 0, watcher.heard()).expect("it answers");
        assert!(heard().is_empty(), "it is between two lives");
        simulator.advance(Duration::from_secs(2));
        assert!(heard().is_empty(), "it lives");
        simulator.enter(0, || a.kill());
        simulator.run();
        assert_eq!(heard(), ["incarnation 2 restarting killed"]);
        ask_from(&simulator, 0, watcher.watch(a)).expect("it monitors");
        simulator.enter(0, || tree.supervisor().stop());
        simulator.run();
        assert_eq!(heard(), ["incarnation 2 gone no such actor"], "there will be no other");
    });
}

#[test]
fn s17_a_panic_of_a_childs_start_is_none_of_its_supervisor() {
    on_shards(|simulator| {
        let notes = Journal::default();
        let group = DynamicSpec::<Worker, _>::temporary("group", move |_, (bomb,): (Bomb,)| {
            let journal = notes.clone();
            drop(bomb);
            async move { Ok(Worker { name: "b", journal, handled: 0 }) }
        });
        let tree = started(&simulator, SupervisorSpec::new("tree").dynamic(group));
        let tellers = tree.dynamic::<Worker, (Bomb,)>(0);
        let failed = simulator.block_on(0, move || async move { tellers.start(Bomb).await });
        let failed = failed.expect("it answers");
        assert!(matches!(failed, Err(ChildError::NotStarted(StartError::Failed(_)))), "{failed:?}");
        let tellers = tree.dynamic::<Worker, (Bomb,)>(0);
        assert_eq!(
            simulator.block_on(0, move || async move { tellers.count().await }),
            Some(Ok(0))
        );
    });
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("boom");
    }
}

#[test]
fn s10_a_child_whose_shard_is_held_up_is_given_up() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let brutal = Shutdown::Timeout(Duration::from_millis(10));
        let tree = started(&simulator, stubborn(&simulator, &journal, brutal));
        let supervisor = *tree.supervisor();
        simulator.enter(0, || supervisor.exit(ExitReason::Shutdown));
        simulator.run();
        simulator.advance(Duration::from_millis(110));
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn l7_what_waits_outlives_restarts_under_every_strategy() {
    on_shards(|simulator| {
        for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
            let journal = Journal::default();
            let spec = workers(&simulator, &["a", "b", "c"], &journal, |_, spec| spec);
            let spec = spec.strategy(strategy).intensity(10_000, Duration::from_secs(1));
            let tree = started(&simulator, spec);
            for round in 0..300 {
                simulator.enter(round % simulator.shards(), || {
                    let child = tree.child::<Worker>(round % 3);
                    child.note(1);
                    child.fail();
                    child.note(2);
                });
                if round % 7 == 0 {
                    simulator.run();
                }
            }
            simulator.run();
            let lines = journal.take();
            let count = |end| lines.iter().filter(|line| line.ends_with(end)).count();
            assert_eq!((count("1"), count("2")), (300, 300), "{strategy:?}");
            simulator.enter(0, || tree.supervisor().stop());
            simulator.run();
            assert_eq!(simulator.actors(), 0);
        }
        let report = simulator.report();
        assert_eq!(report.dead_letters.total(), 900, "those that failed");
    });
}

/// Does not want to begin with what waited for the state before it.
#[actor(mailbox(on_restart = drop))]
struct Fresh {
    journal: Journal,
}

#[handlers]
impl Fresh {
    #[tell]
    fn note(&mut self, number: u64) {
        assert_ne!(number, 2, "it fails at the second");
        self.journal.note(number.to_string());
    }

    #[ask]
    fn answer(&mut self, number: u64) -> u64 {
        self.journal.note(number.to_string());
        number
    }
}

#[test]
fn p16_l7_what_waits_is_dropped_where_the_type_says_so() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let notes = journal.clone();
        let fresh = ChildSpec::<Fresh>::new("fresh", move |_| {
            let journal = notes.clone();
            async move { Ok(Fresh { journal }) }
        });
        let delays = Duration::from_secs(1)..=Duration::from_secs(1);
        let shard = 1 % simulator.shards();
        let tree = started(
            &simulator,
            SupervisorSpec::new("tree").child(fresh.shard(shard).backoff(delays)),
        );
        let fresh = tree.child::<Fresh>(0);
        let mut events = simulator.events();
        simulator.enter(0, || (1..6).for_each(|number| fresh.note(number)));
        let asked = simulator.start(0, move || fresh.answer(6));
        simulator.run();
        simulator.advance(Duration::from_secs(2));
        assert_eq!(asked.take(), Some(Err(AskError::Crashed)));
        simulator.enter(0, || fresh.note(7));
        simulator.run();
        assert_eq!(journal.line(), "1 7");
        let dead = simulator.report().dead_letters;
        assert_eq!(dead.of(DeadReason::InFlight), 1);
        assert_eq!((dead.of(DeadReason::Restart), dead.total()), (4, 5));
        let mut reasons = Vec::new();
        while let Some(event) = events.try_next() {
            if let Event::DeadLetter { reason, .. } = event {
                reasons.push(reason);
            }
        }
        let restart = [DeadReason::Restart; 4];
        assert_eq!((reasons[0], &reasons[1..]), (DeadReason::InFlight, &restart[..]));
    });
}

#[test]
fn l7_what_is_behind_a_failure_is_dropped_where_the_type_says_so() {
    // The supervisor is near and nothing delays the restart, so that it could come before what is behind the failure.
    on_shards(|simulator| {
        let journal = Journal::default();
        let notes = journal.clone();
        let fresh = ChildSpec::<Fresh>::new("fresh", move |_| {
            let journal = notes.clone();
            async move { Ok(Fresh { journal }) }
        });
        let spec = SupervisorSpec::new("tree").intensity(100, Duration::from_secs(1));
        let tree = started(&simulator, spec.child(fresh));
        let fresh = tree.child::<Fresh>(0);
        for round in 1..=20 {
            simulator.enter(0, || (1..5).for_each(|number| fresh.note(number)));
            simulator.run();
            assert_eq!(journal.take(), ["1"], "round {round}");
            // Nothing is behind this one.
            simulator.enter(0, || fresh.note(2));
            simulator.run();
            simulator.enter(0, || fresh.note(5));
            simulator.run();
            assert_eq!(journal.take(), ["5"], "round {round}");
            let dead = simulator.report().dead_letters;
            assert_eq!(
                (dead.of(DeadReason::InFlight), dead.of(DeadReason::Restart)),
                (2 * round, 2 * round)
            );
        }
    });
}

/// Sets a timer, and fails before it fires.
#[actor]
struct Sleeper {
    journal: Journal,
}

#[handlers]
impl Sleeper {
    #[start]
    fn begin(&mut self) {
        self.journal.note("+");
    }

    #[tell]
    fn set(&mut self, cx: &mut Context<Self>, number: u64) {
        cx.after_keyed("key", Duration::from_secs(1), SleeperMsg::Fire { number });
    }

    #[tell]
    fn fire(&mut self, number: u64) {
        self.journal.note(number.to_string());
    }

    #[tell]
    fn fail(&mut self) {
        panic!("it fails");
    }

    #[every("700ms")]
    fn tick(&mut self) {
        self.journal.note("tick");
    }
}

#[test]
fn p17_l8_t3_timers_of_an_incarnation_end_with_it() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let notes = journal.clone();
        let sleeper = ChildSpec::<Sleeper>::new("sleeper", move |_| {
            let journal = notes.clone();
            async move { Ok(Sleeper { journal }) }
        });
        let tree = started(&simulator, SupervisorSpec::new("tree").child(sleeper));
        let sleeper = tree.child::<Sleeper>(0);
        simulator.enter(0, || sleeper.set(1));
        simulator.run();
        simulator.advance(Duration::from_millis(600));
        simulator.enter(0, || {
            sleeper.fail();
            sleeper.set(2);
        });
        simulator.run();
        simulator.advance(Duration::from_millis(650));
        assert_eq!(journal.line(), "+ +", "its ticks begin anew");
        simulator.advance(Duration::from_millis(100));
        assert_eq!(journal.line(), "tick");
        simulator.advance(Duration::from_millis(300));
        assert_eq!(journal.line(), "2");
    });
}

#[test]
fn s4_s7_restarts_and_giving_up_are_events() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let spec = workers(&simulator, &["a", "b"], &journal, |_, spec| spec);
        let tree = started(&simulator, spec.intensity(1, Duration::from_secs(1)));
        let mut events = simulator.events().only([Topic::ChildGaveUp, Topic::Restarted]);
        let a = tree.child::<Worker>(0).address();
        fail(&simulator, &tree, 0);
        match events.try_next() {
            Some(Event::Restarted { actor, kind, reason: ExitReason::Panic(_), .. }) => {
                assert!(actor == a && kind.ends_with("Worker"), "{actor} {kind}");
            }
            other => panic!("{other:?}"),
        }
        fail(&simulator, &tree, 1);
        match events.try_next() {
            Some(Event::ChildGaveUp { supervisor, child, reason: ExitReason::Panic(panic) }) => {
                assert_eq!(supervisor, tree.supervisor().address());
                assert_eq!((&*child, panic.text.as_str()), ("b", "b fails"));
            }
            other => panic!("{other:?}"),
        }
        assert!(events.try_next().is_none());
    });
}
