//! Who sends, waits or asks learns what became of the other: at once, and with the reason.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{
    ActorRef, AskError, Context, DeadReason, ExitReason, Flow, Reply, TellError, actor, handlers,
    spawn,
};
use tokio::sync::oneshot;

use crate::check::{
    Counted, END, Events, LONG, Log, LogMsg, Subject, SubjectMsg, Tally, World, ask_from,
    everywhere, on_shards, put, real, run_on,
};

/// How an actor ended, once its end is there.
fn end_of(simulator: &Simulator, actor: ActorRef<Subject>) -> Option<ExitReason> {
    simulator.block_on(0, move || actor.wait())
}

#[test]
fn p56_try_tell_after_a_stop_gives_the_value_back() {
    on_shards(|simulator| {
        let log = put(&simulator, 1, Log::default);
        let (open, held) = hold(&simulator);
        simulator.enter(its_shard(&simulator), || {
            (0..100).for_each(|_| held.work());
            held.stop();
        });
        simulator.run();
        let refused = simulator.enter(its_shard(&simulator), || {
            (0..10).for_each(|_| held.work());
            held.try_tell(HeldMsg::Say { text: "late".to_owned(), to: log })
        });
        let Err(TellError::Stopped(HeldMsg::Say { text, .. })) = refused else {
            panic!("the stop waits before it: {refused:?}");
        };
        assert_eq!(text, "late");
        open.send(()).expect("it is held");
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (101, 10));
    });
}

#[test]
fn p56_try_tell_after_stop_now_gives_the_value_back() {
    on_shards(|simulator| {
        let (open, held) = hold(&simulator);
        simulator.enter(its_shard(&simulator), || {
            (0..100).for_each(|_| held.work());
        });
        simulator.run();
        simulator.enter(its_shard(&simulator), || {
            held.stop_now();
            assert!(matches!(held.try_tell(HeldMsg::Work), Err(TellError::Stopped(HeldMsg::Work))));
        });
        open.send(()).expect("it is held");
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (1, 100));
    });
}

/// Waits in its first handler until it is let go.
#[actor]
#[derive(Default)]
struct Held;

#[handlers]
impl Held {
    #[tell]
    async fn hold(&mut self, gate: oneshot::Receiver<()>) {
        let _ = gate.await;
    }

    #[tell]
    fn work(&mut self) {}

    #[tell]
    fn say(&mut self, text: String, to: ActorRef<Log>) {
        to.note(text.len() as u64);
    }
}

/// An actor on the shard of `put` with 1 that is held, and who lets it go.
fn hold(simulator: &Simulator) -> (oneshot::Sender<()>, ActorRef<Held>) {
    let held = put(simulator, 1, Held::default);
    let (open, gate) = oneshot::channel();
    held.hold(gate);
    simulator.run();
    (open, held)
}

fn its_shard(simulator: &Simulator) -> usize {
    1 % simulator.shards()
}

#[test]
fn d10_try_tell_to_an_actor_that_has_ended_gives_the_value_back() {
    on_shards(|simulator| {
        let stale = put(&simulator, 1, Subject::default);
        stale.stop();
        simulator.run();
        let try_tell =
            || simulator.enter(its_shard(&simulator), || stale.try_tell(SubjectMsg::Work));
        assert!(matches!(try_tell(), Err(TellError::Stopped(SubjectMsg::Work))));
        // Its place has another.
        let fresh = put(&simulator, 1, Subject::default);
        assert!(matches!(try_tell(), Err(TellError::Stopped(SubjectMsg::Work))));
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, fresh.handled()), Ok(0));
        assert_eq!(simulator.report().dead_letters.total(), 0);
    });
}

#[test]
fn d10_try_tell_is_a_tell_to_an_actor_that_lives() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        world.run(0, move || async move {
            for number in 0..1_000 {
                assert!(log.try_tell(LogMsg::Note { number }).is_ok());
            }
        });
        assert_eq!(world.ask(log.notes_of(1_000)), Ok(Vec::from_iter(0..1_000)));
        assert_eq!(world.end().dead_letters.total(), 0);
    });
}

#[test]
fn d10_try_tell_keeps_its_place_among_tells() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        world.run(0, move || async move {
            for number in (0..1_000).step_by(2) {
                log.note(number);
                assert!(log.try_tell(LogMsg::Note { number: number + 1 }).is_ok());
            }
        });
        assert_eq!(world.ask(log.notes_of(1_000)), Ok(Vec::from_iter(0..1_000)));
        world.end();
    });
}

#[test]
fn d10_try_tell_from_a_plain_thread_sends() {
    let system = real(2);
    let log = system.spawn_on(1, Log::default).wait().expect("it starts");
    for number in 0..100 {
        assert!(log.try_tell(LogMsg::Note { number }).is_ok());
    }
    assert_eq!(log.notes_of(100).timeout(LONG).wait(), Ok(Vec::from_iter(0..100)));
    system.stop(END);
    let refused = log.try_tell(LogMsg::Note { number: 7 });
    assert!(
        matches!(refused, Err(TellError::Stopped(LogMsg::Note { number: 7 }))),
        "there is no such system any more"
    );
}

#[test]
fn d10_try_tell_across_shards_becomes_a_dead_letter_if_it_comes_too_late() {
    let simulator = Simulator::new(2);
    let subject = put(&simulator, 1, Subject::default);
    subject.stop();
    simulator.run();
    simulator.enter(0, || assert!(subject.try_tell(SubjectMsg::Work).is_ok()));
    simulator.run();
    assert_eq!(simulator.report().dead_letters.of(DeadReason::Stopped), 1);
}

#[test]
fn p09_a_value_that_try_tell_gives_back_is_dropped_once() {
    /// Takes values.
    #[actor]
    struct Taker;

    #[handlers]
    impl Taker {
        #[tell]
        fn take(&mut self, _value: Counted) {}
    }

    on_shards(|simulator| {
        let tally = Tally::default();
        let taker = put(&simulator, 1, || Taker);
        taker.stop();
        simulator.run();
        let value = tally.make();
        simulator.enter(its_shard(&simulator), || {
            let refused = taker.try_tell(TakerMsg::Take { _value: value });
            assert_eq!(tally.dropped(), 0, "the caller has it");
            drop(refused);
        });
        tally.assert_even();
    });
}

#[test]
fn p57_all_who_wait_for_an_end_are_told() {
    everywhere(|world: World| {
        let subject = world.spawn(1, Subject::default);
        let early = [0, 1, 2].map(|shard| world.spawn(shard, move || Waiter::of(subject)));
        for waiter in early {
            waiter.watch();
        }
        // What each was told before has been handled when it answers; then it waits.
        for waiter in early {
            assert_eq!(world.ask(waiter.hears()), Ok(None));
        }
        subject.stop();
        for waiter in early {
            // On threads of their own, some may come late after all.
            let heard = world.ask(waiter.heard()).expect("it is told");
            assert!(heard == "normal" || heard == "no such actor", "{heard}");
        }
        for shard in [0, 1] {
            let late = world.run(shard, move || async move { subject.wait().await });
            assert!(matches!(late, ExitReason::NoProc), "{late}");
        }
        world.end();
    });
}

/// Waits for the end of a subject, in a task of its shard, and says what it heard.
#[actor]
struct Waiter {
    of: ActorRef<Subject>,
    heard: Option<String>,
    waiting: Vec<Reply<String>>,
}

impl Waiter {
    fn of(of: ActorRef<Subject>) -> Self {
        Self { of, heard: None, waiting: Vec::new() }
    }
}

#[handlers]
impl Waiter {
    #[tell]
    fn watch(&mut self, cx: &mut Context<Self>) {
        // Another waits, so that this one goes on.
        spawn(Listener { of: self.of, to: cx.me() });
    }

    #[tell]
    fn hear(&mut self, reason: String) {
        for reply in self.waiting.drain(..) {
            reply.answer(reason.clone());
        }
        self.heard = Some(reason);
    }

    #[ask]
    fn hears(&self) -> Option<String> {
        self.heard.clone()
    }

    #[ask]
    fn heard(&mut self, reply: Reply<String>) {
        match &self.heard {
            Some(reason) => reply.answer(reason.clone()),
            None => self.waiting.push(reply),
        }
    }
}

/// Waits in its start hook.
#[actor(start_timeout = "60s")]
struct Listener {
    of: ActorRef<Subject>,
    to: ActorRef<Waiter>,
}

#[handlers]
impl Listener {
    #[start]
    async fn listen(&mut self) {
        self.to.hear(self.of.wait().await.to_string());
    }
}

#[test]
fn g2_wait_on_plain_threads_returns_for_all() {
    let system = real(2);
    let subject = system.spawn_on(1, Subject::default).wait().expect("it starts");
    let waiters = [(); 3].map(|()| std::thread::spawn(move || subject.wait().wait()));
    assert!(subject.is_alive().wait());
    subject.stop();
    for waiter in waiters {
        let reason = waiter.join().expect("the thread ends well");
        assert!(matches!(reason, ExitReason::Normal | ExitReason::NoProc), "{reason}");
    }
    assert!(!subject.is_alive().wait());
    system.stop(END);
}

#[test]
fn x1_wait_gives_the_reason_of_each_end() {
    fn reason(end: impl Fn(ActorRef<Subject>) + Copy) -> Vec<ExitReason> {
        let reasons = std::cell::RefCell::default();
        on_shards(|simulator| {
            let subject = put(&simulator, 1, Subject::default);
            let waiter = simulator.start(0, move || subject.wait());
            simulator.run();
            assert!(waiter.take().is_none(), "it lives");
            end(subject);
            simulator.run();
            let reasons: &std::cell::RefCell<Vec<_>> = &reasons;
            reasons.borrow_mut().push(waiter.take().expect("it has ended"));
        });
        reasons.into_inner()
    }
    for reason in reason(|subject| subject.stop()) {
        assert!(matches!(reason, ExitReason::Normal), "{reason}");
    }
    for reason in reason(|subject| subject.stop_now()) {
        assert!(matches!(reason, ExitReason::Normal), "{reason}");
    }
    for reason in reason(|subject| subject.end()) {
        assert!(matches!(reason, ExitReason::Normal), "{reason}");
    }
    for reason in reason(|subject| subject.end_with("no more".to_owned())) {
        assert!(matches!(&reason, ExitReason::Error(error) if error.to_string() == "no more"));
        assert!(!reason.is_normal());
    }
    for reason in reason(|subject| subject.panic("ouch".to_owned())) {
        assert!(matches!(&reason, ExitReason::Panic(panic) if panic.text == "ouch"), "{reason}");
    }
    for reason in reason(|subject| subject.kill()) {
        assert!(matches!(reason, ExitReason::Killed), "{reason}");
        assert!(!reason.is_normal());
    }
}

/// What an actor may say of its own end.
#[derive(Debug, PartialEq)]
struct Detail(u8);

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "detail {}", self.0)
    }
}

impl Error for Detail {}

/// Ends for the reason it is given.
#[actor]
#[derive(Default)]
struct Ender;

#[handlers]
impl Ender {
    #[tell]
    fn end(&mut self, reason: ExitReason) -> Flow {
        Flow::stop_with(reason)
    }
}

#[test]
fn x1_an_actor_may_end_itself_for_any_reason() {
    for reason in [
        ExitReason::Kill,
        ExitReason::Normal,
        ExitReason::Shutdown,
        ExitReason::error(Detail(1)),
        ExitReason::shutdown_with(Detail(2)),
    ] {
        let is_normal = reason.is_normal();
        on_shards(|simulator| {
            let ender = put(&simulator, 1, Ender::default);
            let waiter = simulator.start(0, move || ender.wait());
            simulator.run();
            ender.end(reason.clone());
            simulator.run();
            let told = waiter.take().expect("it has ended");
            assert_eq!(told.to_string(), reason.to_string(), "unconverted");
            assert_eq!(told.detail::<Detail>(), reason.detail::<Detail>());
        });
        assert_eq!(
            is_normal,
            matches!(
                reason,
                ExitReason::Normal | ExitReason::Shutdown | ExitReason::ShutdownWith(_)
            )
        );
    }
}

#[test]
fn x1_a_detail_is_found_by_its_type() {
    assert_eq!(ExitReason::error(Detail(1)).detail(), Some(&Detail(1)));
    assert_eq!(ExitReason::shutdown_with(Detail(2)).detail(), Some(&Detail(2)));
    assert_eq!(ExitReason::error("text").detail::<Detail>(), None);
    assert_eq!(ExitReason::Normal.detail::<Detail>(), None);
}

#[test]
fn g2_who_waits_for_an_actor_that_never_was_is_told_so() {
    on_shards(|simulator| {
        let stale = put(&simulator, 1, Subject::default);
        stale.stop();
        simulator.run();
        put(&simulator, 1, Subject::default);
        let reason = end_of(&simulator, stale).expect("it is told at once");
        assert!(matches!(reason, ExitReason::NoProc), "{reason}");
    });
}

#[test]
fn g2_a_wait_has_no_deadline() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let waiter = simulator.start(0, move || subject.wait());
        simulator.advance(Duration::from_secs(3_600));
        assert!(waiter.take().is_none());
        subject.stop();
        simulator.run();
        assert!(matches!(waiter.take(), Some(ExitReason::Normal)));
    });
}

#[test]
fn g2_a_wait_that_is_dropped_leaves_nothing() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        simulator.block_on(0, move || async move {
            for _ in 0..100 {
                let wait = std::pin::pin!(subject.wait());
                let soon = std::pin::pin!(tokio::task::yield_now());
                tokio::select! {
                    biased;
                    reason = wait => panic!("it lives: {reason}"),
                    () = soon => {}
                }
            }
        });
        simulator.run();
        assert_eq!((simulator.asks(), simulator.actors()), (0, 1));
        subject.stop();
        simulator.run();
        assert_eq!((simulator.asks(), simulator.actors()), (0, 0));
    });
}

#[test]
fn g2_the_end_is_known_only_after_the_stop_hook() {
    on_shards(|simulator| {
        let events = put(&simulator, 0, Events::default);
        let subject = put(&simulator, 1, move || Subject::watched(events));
        let listed = simulator.block_on(0, move || async move {
            subject.stop();
            subject.wait().await;
            events.list().await
        });
        let listed = listed.expect("the subject ends").expect("the events live");
        // What the hook told an actor of another shard may still be on its way to it.
        assert!(listed.is_empty() || listed == ["stop: normal"], "{listed:?}");
        assert_eq!(ask_from(&simulator, 0, events.list()), Ok(vec!["stop: normal".to_owned()]));
    });
}

#[test]
fn g2_the_end_of_a_system_is_heard_by_who_waits() {
    let system = real(2);
    let subject = system.spawn_on(1, Subject::default).wait().expect("it starts");
    let waiter = std::thread::spawn(move || subject.wait().wait());
    // The waiter's question is behind this one only if it was sent before; either way it is told.
    assert!(subject.is_alive().wait());
    system.stop(END);
    let reason = waiter.join().expect("the thread ends well");
    assert!(matches!(reason, ExitReason::Shutdown | ExitReason::NoProc), "{reason}");
    assert!(!subject.is_alive().wait(), "there is no such system any more");
}

#[test]
fn l1_an_actor_is_alive_from_its_spawn_to_its_end() {
    everywhere(|world| {
        let states = world.run(1, || async {
            let subject = spawn(Subject::default());
            let at_first = subject.is_alive().await;
            subject.stop();
            // It has ended when this returns, whatever is still known of it.
            drop(subject.wait().await);
            (at_first, subject.is_alive().await)
        });
        assert_eq!(states, (true, false));
        world.end();
    });
}

#[test]
fn l1_is_alive_is_seen_from_every_shard() {
    everywhere(|world| {
        let subject = world.spawn(1, Subject::default);
        for shard in [0, 1, 2] {
            assert!(world.run(shard, move || async move { subject.is_alive().await }));
        }
        world.run(0, move || async move {
            subject.stop();
            subject.wait().await
        });
        for shard in [0, 1, 2] {
            assert!(!world.run(shard, move || async move { subject.is_alive().await }));
        }
        world.end();
    });
}

#[test]
fn l1_a_busy_actor_is_alive() {
    on_shards(|simulator| {
        let (open, held) = hold(&simulator);
        assert_eq!(simulator.block_on(0, move || held.is_alive()), Some(true));
        open.send(()).expect("it is held");
    });
}

#[test]
fn l12_is_alive_and_wait_are_about_one_life() {
    on_shards(|simulator| {
        let stale = put(&simulator, 1, Subject::default);
        stale.stop();
        simulator.run();
        let fresh = put(&simulator, 1, Subject::default);
        assert_eq!(simulator.block_on(0, move || stale.is_alive()), Some(false));
        assert_eq!(simulator.block_on(0, move || fresh.is_alive()), Some(true));
        stale.kill();
        simulator.run();
        assert_eq!(simulator.block_on(0, move || fresh.is_alive()), Some(true));
    });
}

#[test]
fn l6_the_message_of_a_crash_is_never_handled_again() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let crasher = put(&simulator, 1, Crasher::default);
        let value = tally.make();
        simulator.enter(0, || {
            crasher.crash(value);
            crasher.crash(tally.make());
        });
        simulator.run();
        let letters = simulator.report().dead_letters;
        assert_eq!((letters.of(DeadReason::InFlight), letters.of(DeadReason::Stopped)), (1, 1));
        assert_eq!(simulator.report().handled, 0);
        tally.assert_even();
    });
}

/// Crashes at what it is told.
#[actor]
#[derive(Default)]
struct Crasher;

#[handlers]
impl Crasher {
    #[tell]
    fn crash(&mut self, _value: Counted) {
        panic!("at a value");
    }
}

#[test]
fn x9_a_kill_ends_what_waits_at_its_next_await() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let (_open, held) = hold(&simulator);
        simulator.enter(0, || (0..10).for_each(|_| held.work()));
        simulator.run();
        let waiter = simulator.start(0, move || held.wait());
        simulator.run();
        held.kill();
        simulator.run();
        assert!(matches!(waiter.take(), Some(ExitReason::Killed)));
        let letters = simulator.report().dead_letters;
        assert_eq!((letters.of(DeadReason::InFlight), letters.of(DeadReason::Stopped)), (1, 10));
        tally.assert_even();
    });
}

#[test]
fn x9_a_kill_overtakes_what_waits() {
    on_shards(|simulator| {
        let events = put(&simulator, 0, Events::default);
        let subject = put(&simulator, 1, move || Subject::watched(events));
        simulator.enter(its_shard(&simulator), || {
            (0..100).for_each(|_| subject.work());
            subject.kill();
        });
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (0, 100));
        assert_eq!(ask_from(&simulator, 0, events.list()), Ok(vec![]), "no stop hook");
    });
}

#[test]
fn x9_an_ask_of_an_actor_that_is_killed_ends_at_once() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let answer = simulator.start(0, move || subject.keep());
        simulator.run();
        subject.kill();
        simulator.run();
        let ended = answer.take().expect("it ends at once");
        assert!(matches!(ended, Err(AskError::Stopped | AskError::Crashed)), "{ended:?}");
    });
}

#[test]
fn x9_a_kill_in_a_handler_ends_that_actor_after_it() {
    /// Kills itself.
    #[actor]
    #[derive(Default)]
    struct Desperate;

    #[handlers]
    impl Desperate {
        #[tell]
        fn end(&mut self, cx: &mut Context<Self>) {
            cx.me().kill();
        }

        #[tell]
        fn work(&mut self) {}
    }

    on_shards(|simulator| {
        let desperate = put(&simulator, 1, Desperate::default);
        let waiter = simulator.start(0, move || desperate.wait());
        simulator.run();
        simulator.enter(0, || {
            desperate.end();
            (0..10).for_each(|_| desperate.work());
        });
        simulator.run();
        assert!(matches!(waiter.take(), Some(ExitReason::Killed)));
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (1, 10));
    });
}

#[test]
fn queries_of_real_systems_are_answered_on_every_shard() {
    let system = real(2);
    let subject = system.spawn_on(1, Subject::default).wait().expect("it starts");
    for shard in [0, 1] {
        assert!(run_on(&system, shard, move || async move { subject.is_alive().await }));
    }
    let reason = run_on(&system, 0, move || async move {
        subject.stop();
        subject.wait().await
    });
    assert!(reason.is_normal() || matches!(reason, ExitReason::NoProc), "{reason}");
    system.stop(END);
}
