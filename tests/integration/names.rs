//! An actor is found by its name: by one type, until its end, and not a moment longer.

use std::collections::HashSet;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{
    ActorRef, Address, ChildFailed, ChildSpec, Context, Down, DynamicSpec, Event, Events, Exit,
    ExitReason, LookupError, Name, RegisterError, Reply, StartError, Supervisor, SupervisorSpec,
    System, SystemRef, Tree, actor, handlers, spawn_on, start,
};

use crate::check::{Dice, END, Log, Subject, World, everywhere, on_shards, put, real};

const CLERK: Name<Clerk> = Name::new("/office/clerk");

/// Registers itself as it starts, if it has a name, and then does what the start of an actor may do.
#[actor(start_timeout = "20ms")]
#[derive(Default)]
struct Clerk {
    name: Option<String>,
    starts: Starts,
}

#[derive(Default)]
enum Starts {
    #[default]
    Well,
    Panics,
    Fails,
    Hangs,
}

impl Clerk {
    fn named(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::default() }
    }

    fn who(starts: Starts) -> Self {
        Self { name: Some(CLERK.text().to_owned()), starts }
    }
}

#[handlers]
impl Clerk {
    #[start]
    async fn open(&mut self, cx: &mut Context<Self>) -> Result<(), RegisterError> {
        if let Some(name) = &self.name {
            cx.register(name)?;
        }
        match self.starts {
            Starts::Well => {}
            Starts::Panics => panic!("no ink"),
            Starts::Fails => return Err(RegisterError::BadName),
            Starts::Hangs => std::future::pending().await,
        }
        Ok(())
    }

    #[ask]
    fn register(&mut self, cx: &mut Context<Self>, name: String) -> Result<(), RegisterError> {
        cx.register(name)
    }

    #[ask]
    fn unregister(&mut self, cx: &mut Context<Self>, name: String) -> bool {
        cx.unregister(name)
    }

    #[ask]
    fn find(&self, cx: &mut Context<Self>) -> Result<ActorRef<Self>, LookupError> {
        cx.lookup(CLERK)
    }

    #[tell]
    fn end_for(&mut self, reason: ExitReason) -> callboard::Flow {
        callboard::Flow::stop_with(reason)
    }
}

/// The names that end in other ways than by their actor.
fn texts(system: &SystemRef, path: &str) -> Vec<String> {
    system.names(path).into_iter().map(|named| named.name.to_string()).collect()
}

fn not_found<T>(name: &str) -> Result<T, LookupError> {
    Err(LookupError::NotFound(name.into()))
}

/// Has somebody else give an actor a name.
fn register(world: &World, name: &str, clerk: ActorRef<Clerk>) -> Result<(), RegisterError> {
    let (system, name) = (world.system(), name.to_owned());
    world.run(0, move || async move { system.register(name, clerk).await })
}

#[test]
fn n1_an_actor_is_found_by_the_name_it_took_as_it_started() {
    everywhere(|world| {
        let clerk = world.spawn(1, || Clerk::named(CLERK.text()));
        let other = world.spawn(2, Clerk::default);
        let system = world.system();
        assert_eq!(system.lookup(CLERK), Ok(clerk));
        assert_eq!(system.lookup::<Clerk>("/office/clerk"), Ok(clerk));
        assert_eq!(world.ask(other.find()), Ok(Ok(clerk)), "from its own shard and from others");
        assert_eq!(world.ask(clerk.find()), Ok(Ok(clerk)));
        assert_eq!(system.lookup::<Clerk>("/office"), not_found("/office"));
    });
}

#[test]
fn n1_a_name_has_one_holder_and_the_others_learn_which() {
    everywhere(|world| {
        let clerk = world.spawn(1, || Clerk::named(CLERK.text()));
        let other = world.spawn(2, Clerk::default);
        let taken = Err(RegisterError::AlreadyRegistered(clerk.address()));
        assert_eq!(world.ask(other.register(CLERK.text().to_owned())), Ok(taken.clone()));
        assert_eq!(register(&world, CLERK.text(), other), taken);
        // What it has, an actor may register again.
        assert_eq!(world.ask(clerk.register(CLERK.text().to_owned())), Ok(Ok(())));
        assert_eq!(register(&world, CLERK.text(), clerk), Ok(()));
        assert_eq!(world.system().stats().names, 1);
    });
}

#[test]
fn p52_of_64_tasks_that_register_one_name_one_wins() {
    on_shards(|simulator| {
        let clerks: Vec<_> = (0..64).map(|n| put(&simulator, n, Clerk::default)).collect();
        let tries = clerks.iter().enumerate().map(|(n, clerk)| {
            let (clerk, system) = (*clerk, simulator.system());
            simulator.start(n % simulator.shards(), move || system.register(CLERK, clerk))
        });
        let tries: Vec<_> = tries.collect();
        simulator.run();
        let told: Vec<_> = tries.iter().map(|told| told.take().expect("it was told")).collect();
        one_wins(&simulator.system(), &told);
    });
    let system = real(2);
    let barrier = Arc::new(Barrier::new(64));
    let threads = (0..64).map(|n| {
        let (system, barrier) = ((*system).clone(), barrier.clone());
        let clerk = system.spawn_on(n % 2, Clerk::default).wait().expect("it starts");
        std::thread::spawn(move || {
            barrier.wait();
            system.register(CLERK, clerk).wait()
        })
    });
    let threads: Vec<_> = threads.collect();
    let told: Vec<_> = threads.into_iter().map(|t| t.join().expect("no panic")).collect();
    one_wins(&system, &told);
}

fn one_wins(system: &SystemRef, told: &[Result<(), RegisterError>]) {
    let winner = system.lookup(CLERK).expect("one has the name").address();
    let lost = Err(RegisterError::AlreadyRegistered(winner));
    assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 1);
    assert_eq!(told.iter().filter(|told| **told == lost).count(), 63);
}

/// Sees named actors end, one after the other, and takes the name of each when it hears of it.
#[actor]
struct Heir {
    left: u32,
    shard: usize,
    wrong: Vec<String>,
    done: Option<Reply<Vec<String>>>,
}

#[handlers]
impl Heir {
    #[ask]
    async fn inherit(&mut self, cx: &mut Context<Self>, reply: Reply<Vec<String>>) {
        self.done = Some(reply);
        self.next(cx).await;
    }

    async fn next(&mut self, cx: &mut Context<Self>) {
        let clerk = spawn_on(self.shard, || Clerk::named(HEIR.text())).await.expect("it starts");
        cx.monitor(clerk);
        match self.left % 3 {
            0 => clerk.stop(),
            1 => clerk.kill(),
            _ => clerk.end_for(ExitReason::error("enough")),
        }
    }

    #[down]
    async fn down(&mut self, cx: &mut Context<Self>, down: Down) {
        if let Ok(found) = cx.lookup::<Clerk>(HEIR.text()) {
            self.wrong.push(format!("{found:?} is found after {down:?}"));
        }
        if let Err(error) = cx.register(HEIR) {
            self.wrong.push(format!("after {down:?}: {error}"));
        }
        assert!(cx.unregister(HEIR));
        self.left -= 1;
        if self.left > 0 {
            self.next(cx).await;
        } else if let Some(done) = self.done.take() {
            done.answer(std::mem::take(&mut self.wrong));
        }
    }
}

const HEIR: Name<Heir> = Name::new("estate");

#[test]
fn p29_at_its_down_the_name_of_an_actor_is_free() {
    everywhere(|world| {
        let shards = world.system().shards();
        let left = if matches!(world, World::Simulated(_)) { 10_000 } else { 500 };
        let shard = shards - 1;
        let heir = world.spawn(0, move || Heir { left, shard, wrong: Vec::new(), done: None });
        let wrong = world.run(0, move || async move { heir.inherit().timeout(END * 6).await });
        assert_eq!(wrong, Ok(Vec::new()));
    });
}

#[test]
fn n2_a_name_is_free_once_the_end_is_known_whichever_end_it_was() {
    let ends: [fn(ActorRef<Clerk>); 6] = [
        |clerk| clerk.stop(),
        |clerk| clerk.stop_now(),
        |clerk| clerk.kill(),
        |clerk| clerk.exit(ExitReason::Shutdown),
        |clerk| clerk.end_for(ExitReason::Normal),
        |clerk| clerk.end_for(ExitReason::error("enough")),
    ];
    for end in ends {
        everywhere(|world| {
            let clerk = world.spawn(1, || Clerk::named(CLERK.text()));
            assert_eq!(register(&world, "second", clerk), Ok(()));
            let heir = world.spawn(2, Clerk::default);
            let system = world.system();
            world.run(0, move || async move {
                end(clerk);
                clerk.wait().await;
                assert_eq!(system.lookup(CLERK), not_found(CLERK.text()));
                assert_eq!(system.lookup::<Clerk>("second"), not_found("second"));
                assert_eq!(system.register(CLERK, heir).await, Ok(()));
                assert_eq!(system.lookup(CLERK), Ok(heir));
            });
            assert_eq!(world.system().stats().names, 1);
        });
    }
}

/// Looks for names when others end.
#[actor]
#[derive(Default)]
struct Mourner {
    found: Vec<bool>,
}

#[handlers]
impl Mourner {
    #[ask]
    fn mourn(&mut self, cx: &mut Context<Self>, clerk: ActorRef<Clerk>) {
        cx.link(clerk);
        cx.monitor(clerk);
    }

    #[exit]
    fn exits(&mut self, cx: &mut Context<Self>, _exit: Exit) {
        self.found.push(cx.lookup(CLERK).is_ok());
    }

    #[down]
    fn down(&mut self, cx: &mut Context<Self>, _down: Down) {
        self.found.push(cx.lookup(CLERK).is_ok());
    }

    #[ask]
    fn found(&self) -> Vec<bool> {
        self.found.clone()
    }
}

#[test]
fn x12_the_name_of_an_actor_is_free_before_its_exit_or_down_is_told() {
    on_shards(|simulator| {
        let clerk = put(&simulator, 1, || Clerk::named(CLERK.text()));
        let mourners = [0, 1, 2].map(|shard| put(&simulator, shard, Mourner::default));
        for mourner in mourners {
            simulator
                .block_on(0, move || mourner.mourn(clerk))
                .expect("at once")
                .expect("it lives");
        }
        clerk.stop();
        simulator.run();
        for mourner in mourners {
            let found = simulator.block_on(0, move || mourner.found()).expect("at once");
            assert_eq!(found, Ok(vec![false, false]));
        }
    });
}

#[test]
fn n3_an_actor_whose_end_is_known_is_not_found_though_its_name_was_claimed_meanwhile() {
    let system = real(2);
    for round in 0..if cfg!(miri) { 2 } else { 500 } {
        let clerk = system.spawn_on(round % 2, Clerk::default).wait().expect("it starts");
        let claims = {
            let system = (*system).clone();
            std::thread::spawn(move || {
                let claims = (0..8).map(|n| system.register(format!("claimed/{n}"), clerk));
                claims.map(callboard::Query::wait).filter(Result::is_ok).count()
            })
        };
        clerk.stop();
        clerk.wait().wait();
        assert_eq!(texts(&system, "claimed"), [""; 0], "its end is known");
        claims.join().expect("no panic");
        assert_eq!(texts(&system, ""), [""; 0], "no name is left");
    }
}

#[test]
fn p11_a_name_taken_by_a_start_that_panics_is_free_before_the_error_is_told() {
    everywhere(|world| {
        let mut events = world.events();
        let (system, shards) = (world.system(), world.system().shards());
        for shard in [0, shards - 1] {
            let system = system.clone();
            world.run(0, move || async move {
                let make = || Clerk::who(Starts::Panics);
                let started =
                    if shard == 0 { start(make()).await } else { spawn_on(shard, make).await };
                let found = system.lookup(CLERK);
                let Err(StartError::Failed(ExitReason::Panic(panic))) = started else {
                    panic!("{started:?}")
                };
                assert_eq!(panic.text, "no ink");
                assert_eq!(found, not_found(CLERK.text()));
                assert!(start(Clerk::named(CLERK.text())).await.is_ok(), "the name is free");
                system.lookup(CLERK).expect("it has the name").stop();
            });
        }
        assert_eq!(world.end().panics_in_drop, 0);
        let told = std::iter::from_fn(|| events.try_next());
        let told = told.filter(|event| matches!(event, Event::StartFailed { .. })).count();
        assert_eq!(told, 2, "once each");
    });
}

#[test]
fn n4_a_failed_start_leaves_no_name() {
    on_shards(|simulator| {
        let system = simulator.system();
        let failed = simulator.start(0, || start(Clerk::who(Starts::Fails)));
        simulator.run();
        assert!(matches!(failed.take(), Some(Err(StartError::Failed(_)))));
        assert_eq!(system.lookup(CLERK), not_found(CLERK.text()));

        let late = simulator.start(0, || start(Clerk::who(Starts::Hangs)));
        simulator.run();
        assert!(system.lookup(CLERK).is_ok(), "one that starts has its name");
        simulator.advance(Duration::from_millis(25));
        assert!(matches!(late.take(), Some(Err(StartError::Timeout))));
        assert_eq!(system.lookup(CLERK), not_found(CLERK.text()));

        // A name that is taken is a reason not to start.
        let clerk = put(&simulator, 1, || Clerk::named(CLERK.text()));
        let second = simulator.spawn_on(0, || Clerk::named(CLERK.text()));
        let Err(StartError::Failed(reason)) = second else { panic!("{second:?}") };
        let taken = RegisterError::AlreadyRegistered(clerk.address());
        assert_eq!(reason.detail::<RegisterError>(), Some(&taken));
        assert_eq!(system.lookup(CLERK), Ok(clerk));
    });
}

/// Spawns clerks under a name.
#[actor]
struct Office;

#[handlers]
impl Office {
    #[ask]
    fn employ(
        &mut self,
        cx: &mut Context<Self>,
        clerk: Clerk,
    ) -> (Result<ActorRef<Clerk>, RegisterError>, bool) {
        let employed = cx.spawn_named(CLERK, clerk);
        (employed, cx.lookup(CLERK).is_ok())
    }
}

#[test]
fn n4_an_actor_spawned_with_a_name_has_it_or_there_is_no_such_actor() {
    everywhere(|world| {
        let office = world.spawn(0, || Office);
        let (employed, is_found) = world.ask(office.employ(Clerk::default())).expect("it lives");
        let clerk = employed.expect("the name is free");
        assert!(is_found, "before anything of it has run");
        assert_eq!(world.system().lookup(CLERK), Ok(clerk));
        // No hook of one runs that cannot have the name.
        let (employed, _) = world.ask(office.employ(Clerk::named("side"))).expect("it lives");
        assert_eq!(employed, Err(RegisterError::AlreadyRegistered(clerk.address())));
        world.run(0, move || async move {
            clerk.kill();
            clerk.wait().await;
        });
        assert_eq!(texts(&world.system(), ""), [""; 0]);
        // A start that fails leaves nothing of it.
        let fails = Clerk { name: None, starts: Starts::Panics };
        let (employed, is_found) = world.ask(office.employ(fails)).expect("it lives");
        let clerk = employed.expect("the name is free");
        assert!(is_found);
        world.run(0, move || async move { clerk.wait().await });
        assert_eq!(texts(&world.system(), ""), [""; 0]);
    });
}

fn clerk_spec(id: &'static str, shard: usize) -> ChildSpec<Clerk> {
    ChildSpec::new(id, |_| async { Ok(Clerk::default()) }).shard(shard)
}

/// `/svc/bank` with the children `log`, `house` and, below supervisors of their own, `back/vault` and `tellers`.
fn bank(shards: usize) -> SupervisorSpec {
    let tellers = DynamicSpec::<Clerk, _>::new("tellers", |_, ()| async { Ok(Clerk::default()) });
    let back = ChildSpec::<Supervisor>::new("back", move |_| {
        let vault = clerk_spec("vault", 2 % shards);
        async move { Ok(Supervisor::new(SupervisorSpec::new("back").child(vault))) }
    });
    SupervisorSpec::new("bank")
        .path("/svc/bank")
        .child(clerk_spec("log", 1 % shards))
        .child(clerk_spec("house", 0))
        .child(back)
        .dynamic(tellers)
}

fn start_tree(simulator: &Simulator, spec: SupervisorSpec) -> Result<Tree, StartError> {
    let started = simulator.start(0, || spec.start());
    simulator.run();
    started.take().expect("it starts at once")
}

#[test]
fn n4_children_below_a_path_have_names_and_keep_them_over_restarts() {
    on_shards(|simulator| {
        let system = simulator.system();
        let tree = start_tree(&simulator, bank(simulator.shards())).expect("it starts");
        let tellers = tree.dynamic::<Clerk, ()>(3).supervisor();
        let names = [
            "/svc/bank",
            "/svc/bank/back",
            "/svc/bank/back/vault",
            "/svc/bank/house",
            "/svc/bank/log",
            "/svc/bank/tellers",
        ];
        assert_eq!(texts(&system, ""), names);
        assert_eq!(system.lookup("/svc/bank"), Ok(*tree.supervisor()));
        assert_eq!(system.lookup("/svc/bank/tellers"), Ok(tellers));
        let log = system.lookup::<Clerk>("/svc/bank/log").expect("it is a clerk");
        assert_eq!(log, tree.child(0));
        // A restart changes no name, not for a moment.
        let mut events = simulator.events();
        simulator.enter(0, || {
            log.end_for(ExitReason::error("enough"));
            tree.child::<Clerk>(1).end_for(ExitReason::Normal);
        });
        simulator.run();
        assert_eq!(simulator.block_on(0, move || log.is_alive()), Some(true));
        assert_eq!(
            (texts(&system, ""), heard(&mut events, "")),
            (names.map(str::to_owned).into(), vec![])
        );
        tree.supervisor().stop();
        simulator.run();
        assert_eq!((texts(&system, "").len(), simulator.actors()), (0, 0));
    });
}

#[test]
fn n4_a_child_whose_name_is_taken_does_not_start() {
    on_shards(|simulator| {
        let system = simulator.system();
        for taken in ["/svc/bank/house", "/svc/bank"] {
            let holder = put(&simulator, 1, move || Clerk::named(taken));
            let started = start_tree(&simulator, bank(simulator.shards()));
            let Err(StartError::Failed(reason)) = started else { panic!("{started:?}") };
            let reason = match reason.detail::<ChildFailed>() {
                Some(ChildFailed { child, error: StartError::Failed(reason) }) => {
                    assert_eq!(child, "house");
                    reason.clone()
                }
                _ => reason,
            };
            let already = RegisterError::AlreadyRegistered(holder.address());
            assert_eq!(reason.detail::<RegisterError>(), Some(&already));
            assert_eq!((texts(&system, ""), simulator.actors()), (vec![taken.to_owned()], 1));
            holder.stop();
            simulator.run();
        }
    });
}

#[test]
fn n4_a_restart_keeps_the_names_that_an_actor_took_itself() {
    on_shards(|simulator| {
        let shard = 1 % simulator.shards();
        let child = ChildSpec::<Clerk>::new("clerk", |_| async { Ok(Clerk::named(CLERK.text())) });
        let spec = SupervisorSpec::new("office").child(child.shard(shard));
        let tree = start_tree(&simulator, spec).expect("it starts");
        let (clerk, system) = (tree.child::<Clerk>(0), simulator.system());
        let joined = {
            let system = system.clone();
            simulator.block_on(0, move || system.join(CLERK, clerk))
        };
        assert_eq!(joined, Some(Ok(())));
        let mut events = simulator.events();
        clerk.end_for(ExitReason::error("enough"));
        simulator.run();
        assert_eq!((system.lookup(CLERK), system.members(CLERK)), (Ok(clerk), Ok(vec![clerk])));
        assert_eq!(heard(&mut events, ""), [], "it is registered again, which changes nothing");
    });
}

#[test]
fn x9_who_is_begun_in_place_of_a_child_that_was_cut_off_has_its_names() {
    let name: Name<Hog> = Name::new("/hogs/hog");
    // The supervisor is on another shard, or is stuck itself. Either way it begins another child.
    for place in [0, 1] {
        let builder = System::builder().shards(2).pin(false).kill_grace(Duration::from_millis(10));
        let system = builder.start().expect("it starts");
        let child = ChildSpec::<Hog>::new("hog", |_| async { Ok(Hog { name: Name::new("hog") }) });
        let spec = SupervisorSpec::new("hogs").path("/hogs").child(child.shard(1));
        let tree = system.supervise(place, spec).wait().expect("it starts");
        let hog = tree.child::<Hog>(0);
        assert_eq!(system.lookup(name), Ok(hog));
        let (let_go, go_on) = mpsc::channel();
        let ((tell, told), (begun, holds)) = (mpsc::channel(), mpsc::channel());
        hog.hold(Held { begun, go_on, tell });
        holds.recv().expect("it holds its shard");
        let mut events = system.events();
        hog.kill();
        while texts(&system, "") != ["/hogs"] {
            events.wait_next().expect("the system runs");
        }
        let_go.send(()).expect("it is held");
        assert_eq!(told.recv().map(|told| told.map(|claim| claim.is_ok())), Ok([false; 2]));
        while texts(&system, "") != ["/hogs", "/hogs/hog", "hog"] {
            events.wait_next().expect("the system runs");
        }
        let again = system.lookup(name).expect("it has its name");
        assert_eq!((again == hog, again.is_alive().wait()), (false, true));
    }
}

#[test]
fn n5_a_name_is_found_as_its_own_type_alone() {
    everywhere(|world| {
        world.spawn(1, || Clerk::named(CLERK.text()));
        let other = world.system().lookup::<Subject>(CLERK.text());
        let Err(LookupError::OtherType { registered, wanted }) = other else { panic!("{other:?}") };
        assert!(registered.ends_with("Clerk") && wanted.ends_with("Subject"));
        assert_eq!(world.system().names("")[0].kind, registered);
    });
}

#[test]
fn n5_a_reference_of_another_type_than_its_actor_is_not_registered() {
    everywhere(|world| {
        let clerk = world.spawn(1, Clerk::default);
        let (system, forged) = (world.system(), ActorRef::<Subject>::from_address(clerk.address()));
        let told = world.run(0, move || async move { system.register("forged", forged).await });
        assert_eq!(told, Err(RegisterError::NoProc));
        assert_eq!(world.system().stats().names, 0);
    });
}

#[test]
fn n7_a_text_that_is_no_name_is_refused() {
    everywhere(|world| {
        let clerk = world.spawn(1, Clerk::default);
        for text in ["", "/", "a/", "a//b", "a\nb", &"a".repeat(256)] {
            assert_eq!(register(&world, text, clerk), Err(RegisterError::BadName));
            assert_eq!(world.system().lookup::<Clerk>(text), not_found(text));
        }
        assert_eq!(world.ask(clerk.register("a/".to_owned())), Ok(Err(RegisterError::BadName)));
    });
}

#[test]
fn q1_a_name_too_many_is_refused_and_counted() {
    let system = System::builder().shards(2).pin(false).names(2).start().expect("it starts");
    let clerk = system.spawn_on(0, Clerk::default).wait().expect("it starts");
    let other = system.spawn_on(1, Clerk::default).wait().expect("it starts");
    assert_eq!(system.register("1", clerk).wait(), Ok(()));
    assert_eq!(system.register("2", other).wait(), Ok(()));
    assert_eq!(system.register("3", clerk).wait(), Err(RegisterError::TooMany(2)));
    assert_eq!(system.register("1", clerk).wait(), Ok(()), "it is no new one");
    let stats = system.stats();
    assert_eq!((stats.names, stats.names_refused), (2, 1));
    other.stop();
    other.wait().wait();
    assert_eq!(system.register("3", clerk).wait(), Ok(()), "there is room again");
}

#[test]
fn n2_a_name_goes_only_from_who_has_it() {
    everywhere(|world| {
        let clerk = world.spawn(1, || Clerk::named(CLERK.text()));
        let other = world.spawn(2, Clerk::default);
        let system = world.system();
        assert!(!system.unregister(CLERK, other));
        assert_eq!(world.ask(other.unregister(CLERK.text().to_owned())), Ok(false));
        assert_eq!(system.lookup(CLERK), Ok(clerk));
        assert!(system.unregister(CLERK, clerk) && !system.unregister(CLERK, clerk));
        assert_eq!(register(&world, CLERK.text(), other), Ok(()));
        // The end of who had it before takes nothing from who has it now.
        world.run(0, move || async move {
            clerk.stop();
            clerk.wait().await;
        });
        assert_eq!(system.lookup(CLERK), Ok(other));
        assert_eq!(world.ask(other.unregister(CLERK.text().to_owned())), Ok(true));
        assert_eq!(system.stats().names, 0);
    });
}

#[test]
fn n3_who_is_gone_gets_no_name() {
    everywhere(|world| {
        let clerk = world.spawn(1, Clerk::default);
        world.run(0, move || async move {
            clerk.stop();
            clerk.wait().await;
        });
        assert_eq!(register(&world, CLERK.text(), clerk), Err(RegisterError::NoProc));
        assert_eq!(world.system().lookup(CLERK), not_found(CLERK.text()));
    });
}

#[test]
fn g7_names_end_with_their_system_and_are_of_no_other() {
    let (one, other) = (real(1), real(1));
    let clerk = one.spawn_on(0, || Clerk::named(CLERK.text())).wait().expect("it starts");
    assert_eq!(other.lookup(CLERK), not_found(CLERK.text()));
    assert_eq!(other.register(CLERK, clerk).wait(), Err(RegisterError::NoProc));
    assert_eq!(other.stats().names + one.stats().names, 1);
    let after = (*one).clone();
    one.stop(END);
    assert_eq!(after.lookup(CLERK), not_found(CLERK.text()));
    assert_eq!(after.register(CLERK, clerk).wait(), Err(RegisterError::NoProc));
}

#[test]
fn n1_names_are_listed_by_path() {
    everywhere(|world| {
        let clerk = world.spawn(1, Clerk::default);
        let names = [
            "clerk",
            "/svc",
            "/svc/bank",
            "/svc/bank/teller/1",
            "/svc/bank/teller/2",
            "/svc/banker",
        ];
        for name in names {
            assert_eq!(register(&world, name, clerk), Ok(()));
        }
        let system = world.system();
        assert_eq!(texts(&system, "/svc/bank"), names[2..5]);
        assert_eq!(texts(&system, "/svc/bank/"), names[2..5]);
        assert_eq!(texts(&system, "/svc/bank/teller"), names[3..5]);
        assert_eq!(texts(&system, "/"), names[1..]);
        assert_eq!(texts(&system, "").len(), names.len());
        assert_eq!(texts(&system, "/nothing"), [""; 0]);
        assert_eq!(system.child_names("/svc"), ["/svc/bank", "/svc/banker"]);
        assert_eq!(system.child_names("/svc/bank"), ["/svc/bank/teller"]);
        assert_eq!(system.child_names(""), ["/svc", "clerk"]);
        assert_eq!(system.child_names("/svc/bank/teller/1"), [""; 0]);
        let named = &system.names("clerk")[0];
        assert_eq!((&*named.name, named.actor), ("clerk", clerk.address()));
        assert!(named.to_string().starts_with("clerk: "), "{named}");
    });
}

/// What was heard of the names below a path: whether it was taken, which, and by whom.
fn heard(events: &mut Events, path: &str) -> Vec<(bool, String, Address)> {
    let events = std::iter::from_fn(|| events.try_next());
    let events = events.filter(|event| event.is_of_name_below(path));
    let events = events.map(|event| match event {
        Event::NameTaken { name, actor, .. } => (true, name.to_string(), actor),
        Event::NameReleased { name, actor, .. } => (false, name.to_string(), actor),
        other => panic!("{other} is of no name"),
    });
    events.collect()
}

#[test]
fn n2_who_watches_a_path_hears_of_all_that_changes_below_it() {
    everywhere(|world| {
        let mut events = world.events();
        let clerk = world.spawn(1, || Clerk::named("/office/1"));
        assert_eq!(register(&world, "/office/1", clerk), Ok(()), "which changes nothing");
        assert_eq!(register(&world, "/elsewhere", clerk), Ok(()));
        assert!(world.system().unregister("/office/1", clerk));
        assert_eq!(register(&world, "/office/2", clerk), Ok(()));
        world.run(0, move || async move {
            clerk.stop();
            clerk.wait().await;
        });
        let changes =
            [(true, "/office/1"), (false, "/office/1"), (true, "/office/2"), (false, "/office/2")];
        let changes = changes.map(|(taken, name)| (taken, name.to_owned(), clerk.address()));
        assert_eq!(heard(&mut events, "/office"), changes);
    });
}

/// Holds its shard until it is let go, and tries to have a name then.
#[actor]
struct Hog {
    name: Name<Self>,
}

#[handlers]
impl Hog {
    #[start]
    fn open(&mut self, cx: &mut Context<Self>) -> Result<(), RegisterError> {
        cx.register(self.name)?;
        cx.join(self.name)
    }

    #[tell]
    fn hold(&mut self, cx: &mut Context<Self>, held: Held) {
        let _ = held.begun.send(());
        let _ = held.go_on.recv();
        let registered = cx.register("late");
        let _ = held.tell.send([registered, cx.join("late")]);
    }
}

struct Held {
    begun: mpsc::Sender<()>,
    go_on: mpsc::Receiver<()>,
    tell: mpsc::Sender<[Result<(), RegisterError>; 2]>,
}

#[test]
fn x9_who_is_cut_off_has_no_name_from_then_on() {
    const HOG: Name<Hog> = Name::new("hog");
    let grace = Duration::from_millis(10);
    let builder = System::builder().shards(2).pin(false).kill_grace(grace);
    let system = builder.start().expect("it starts");
    let hog = system.spawn_on(0, || Hog { name: HOG }).wait().expect("it starts");
    assert_eq!((system.lookup(HOG), system.members(HOG)), (Ok(hog), Ok(vec![hog])));
    let (let_go, go_on) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    let (begun, holds) = mpsc::channel();
    hog.hold(Held { begun, go_on, tell });
    holds.recv().expect("it holds its shard");
    hog.kill();
    // The watchdog says so, for the shard is held.
    assert!(matches!(hog.wait().wait(), ExitReason::Killed));
    assert_eq!((system.lookup(HOG), system.members(HOG)), (not_found("hog"), Ok(Vec::new())));
    let heir = system.spawn_on(1, || Hog { name: HOG }).wait().expect("the name is free");
    let_go.send(()).expect("it is held");
    let noproc = Err(RegisterError::NoProc);
    assert_eq!(told.recv(), Ok([noproc.clone(), noproc]));
    // The shard goes on, and what it ends has nothing that is another's now.
    system.spawn_on(0, Clerk::default).wait().expect("it starts");
    assert_eq!((system.lookup(HOG), system.members(HOG)), (Ok(heir), Ok(vec![heir])));
    assert_eq!(texts(&system, ""), ["hog"]);
}

/// Registers itself and joins, and then holds its shard for a while.
#[actor]
struct Clings(mpsc::Sender<()>);

const CLINGS: Name<Clings> = Name::new("/clings");

#[handlers]
impl Clings {
    #[tell]
    fn cling(&mut self, cx: &mut Context<Self>, spins: u32) {
        self.0.send(()).expect("the test listens");
        for _ in 0..spins {
            // Refused from the moment on at which it is cut off.
            let _ = (cx.register(CLINGS), cx.join(CLINGS));
        }
    }
}

#[test]
fn x9_names_claimed_while_their_actor_is_cut_off_are_gone_when_that_is_told() {
    let soon = Duration::from_millis(1);
    let builder = System::builder().shards(2).pin(false).overrun_after(soon).kill_grace(soon);
    let system = builder.start().expect("it starts");
    let (send, holds) = mpsc::channel();
    for round in 0..if cfg!(miri) { 2 } else { 100 } {
        let send = send.clone();
        let clings = system.spawn_on(1, move || Clings(send)).wait().expect("it starts");
        // Some return before they are cut off, and some as they are.
        clings.cling(500 + 200 * round);
        holds.recv().expect("it holds");
        clings.kill();
        clings.wait().wait();
        assert_eq!(system.lookup(CLINGS), not_found(CLINGS.text()));
        assert_eq!(system.members(CLINGS), Ok(Vec::new()));
    }
    let stats = system.stats();
    assert_eq!((stats.names, stats.memberships), (0, 0));
}

/// What a thread does at random with the clerks of all threads.
fn play(
    system: &SystemRef,
    clerks: &Mutex<Vec<ActorRef<Clerk>>>,
    gone: &Mutex<HashSet<Address>>,
    mut dice: Dice,
) {
    for _ in 0..if cfg!(miri) { 20 } else { 2_000 } {
        let name = format!("/play/{}", dice.roll(4));
        let some = {
            let clerks = clerks.lock().expect("nobody panics");
            let among = clerks.len().max(1) as u64;
            clerks.get(dice.roll(among) as usize).copied()
        };
        match (dice.roll(8), some) {
            (0, Some(clerk)) => drop(system.register(name, clerk)),
            (1, Some(clerk)) => drop(system.join(name, clerk).wait()),
            (2, Some(clerk)) => drop(system.register(name, clerk).wait()),
            (3, Some(clerk)) => {
                let _ = (system.unregister(&name, clerk), system.leave(&name, clerk));
            }
            (4, Some(clerk)) => {
                if dice.roll(2) == 0 {
                    clerk.stop();
                } else {
                    clerk.kill();
                }
                clerk.wait().wait();
                gone.lock().expect("nobody panics").insert(clerk.address());
                clerks.lock().expect("nobody panics").retain(|other| *other != clerk);
            }
            (5 | 6, _) => {
                let known = gone.lock().expect("nobody panics").clone();
                let found = system.lookup::<Clerk>(&name);
                let members = system.members::<Clerk>(&name).expect("they are clerks");
                let found = found.into_iter().chain(members);
                let ghosts: Vec<_> = found.filter(|c| known.contains(&c.address())).collect();
                assert_eq!(ghosts, [], "their end is known");
            }
            _ => {
                let clerk = system.spawn_on(dice.roll(2) as usize, Clerk::default);
                clerks.lock().expect("nobody panics").push(clerk.wait().expect("it starts"));
            }
        }
    }
}

#[test]
fn n3_names_and_groups_at_random_hold_nobody_whose_end_is_known() {
    let system = real(2);
    let (clerks, gone) = (Mutex::default(), Mutex::default());
    std::thread::scope(|scope| {
        for seed in 0..3 {
            let (system, clerks, gone) = (&*system, &clerks, &gone);
            scope.spawn(move || play(system, clerks, gone, Dice::new(seed)));
        }
    });
    for clerk in clerks.into_inner().expect("nobody panicked") {
        clerk.stop();
        clerk.wait().wait();
    }
    let stats = system.stats();
    assert_eq!((stats.names, stats.memberships, texts(&system, "").len()), (0, 0, 0));
}

/// Tells numbers, by turns to a reference and to what has a name.
#[actor]
struct Caller(ActorRef<Log>);

const LOG: Name<Log> = Name::new("log");

#[handlers]
impl Caller {
    #[tell]
    fn call(&mut self, cx: &mut Context<Self>, count: u64) -> Result<(), LookupError> {
        for number in 0..count {
            if number % 2 == 0 { self.0.note(number) } else { cx.lookup(LOG)?.note(number) }
        }
        Ok(())
    }
}

#[test]
fn d4_order_holds_by_reference_and_by_name() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        let system = world.system();
        let told = world.run(0, move || async move { system.register(LOG, log).await });
        assert_eq!(told, Ok(()));
        world.spawn(0, move || Caller(log)).call(1_000);
        assert_eq!(world.ask(log.notes_of(1_000)), Ok(Vec::from_iter(0..1_000)));
    });
}

#[test]
fn n2_an_actor_may_have_many_names() {
    on_shards(|simulator: Simulator| {
        let clerk = put(&simulator, 1, Clerk::default);
        let system = simulator.system();
        let all = {
            let system = system.clone();
            move || async move {
                for n in 0..1_000 {
                    assert_eq!(system.register(format!("many/{n}"), clerk).await, Ok(()));
                }
            }
        };
        simulator.block_on(0, all).expect("at once");
        assert_eq!((system.names("many").len(), system.child_names("many").len()), (1_000, 1_000));
        clerk.stop();
        simulator.run();
        assert_eq!(system.names("").len(), 0);
    });
}
