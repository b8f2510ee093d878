//! Who is linked to an actor, or monitors it, hears of its end: once, in order, and with the reason.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::sync::mpsc;

use callboard::testing::Simulator;
use callboard::{
    Actor, ActorRef, Ask, Context, Down, Exit, ExitReason, Flow, Monitor, Reply, actor, handlers,
    spawn,
};
use tokio::sync::oneshot;

use crate::check::{Subject, World, ask_from, everywhere, on_shards, put, real};

/// Hears of others, and keeps what it heard.
#[actor]
#[derive(Default)]
struct Watcher {
    monitors: Vec<Monitor>,
    heard: Vec<String>,
}

#[handlers]
impl Watcher {
    #[ask]
    fn monitor_it(&mut self, cx: &mut Context<Self>, subject: ActorRef<Subject>) {
        self.monitors.push(cx.monitor(subject));
    }

    #[ask]
    fn cancel_it(&mut self, index: u64) -> bool {
        self.monitors[index as usize].cancel()
    }

    #[ask]
    fn link_it(&mut self, cx: &mut Context<Self>, subject: ActorRef<Subject>) {
        cx.link(subject);
    }

    #[ask]
    fn link_knot(&mut self, cx: &mut Context<Self>, knot: ActorRef<Knot>) {
        cx.link(knot);
    }

    #[ask]
    fn unlink_it(&mut self, cx: &mut Context<Self>, subject: ActorRef<Subject>) {
        cx.unlink(subject);
    }

    #[tell]
    async fn hold(&mut self, gate: oneshot::Receiver<()>) {
        let _ = gate.await;
    }

    #[tell]
    fn hear(&mut self, words: String) {
        self.heard.push(words);
    }

    #[ask]
    fn heard(&self) -> Vec<String> {
        self.heard.clone()
    }

    #[down]
    fn down(&mut self, down: Down) {
        let index = self.monitors.iter().position(|monitor| *monitor == down.monitor);
        self.heard.push(format!("down {}: {}", index.expect("it is its own"), down.reason));
    }

    #[exit]
    fn exits(&mut self, exit: Exit) {
        self.heard.push(format!("exit: {}", exit.reason));
    }
}

/// Is linked to others, and ends with them.
#[actor]
#[derive(Default)]
struct Knot;

#[handlers]
impl Knot {
    #[ask]
    fn tie(&mut self, cx: &mut Context<Self>, other: ActorRef<Self>) {
        cx.link(other);
    }

    #[ask]
    fn tie_to(&mut self, cx: &mut Context<Self>, other: ActorRef<Subject>) {
        cx.link(other);
    }

    #[ask]
    fn untie(&mut self, cx: &mut Context<Self>, other: ActorRef<Self>) {
        cx.unlink(other);
    }

    #[tell]
    fn end_for(&mut self, reason: ExitReason) -> Flow {
        Flow::stop_with(reason)
    }

    #[tell]
    async fn hold(&mut self, gate: oneshot::Receiver<()>) {
        let _ = gate.await;
    }

    #[tell]
    fn work(&mut self) {}
}

/// What a watcher has heard when all is at rest.
fn heard(simulator: &Simulator, watcher: ActorRef<Watcher>) -> Vec<String> {
    simulator.run();
    ask_from(simulator, 0, watcher.heard()).expect("it lives")
}

/// A watcher, and a subject of another shard if there is one.
fn pair(simulator: &Simulator) -> (ActorRef<Watcher>, ActorRef<Subject>) {
    (put(simulator, 0, Watcher::default), put(simulator, 1, Subject::default))
}

/// Has an actor do what it is asked to.
fn done(simulator: &Simulator, ask: Ask<()>) {
    ask_from(simulator, 0, ask).expect("it lives");
}

fn is_alive<A: Actor>(simulator: &Simulator, actor: ActorRef<A>) -> bool {
    simulator.block_on(0, move || actor.is_alive()).expect("it is answered at once")
}

#[test]
fn p21_two_monitors_of_one_end_give_two_downs() {
    on_shards(|simulator| {
        let (watcher, subject) = pair(&simulator);
        (0..2).for_each(|_| done(&simulator, watcher.monitor_it(subject)));
        subject.panic("ouch".to_owned());
        let heard = heard(&simulator, watcher);
        assert_eq!(heard.len(), 2, "{heard:?}");
        assert!(heard[0].starts_with("down 0: panic") && heard[1].starts_with("down 1: panic"));
    });
}

#[test]
fn x2_a_monitor_is_told_of_every_kind_of_end() {
    let end_and_hear = |end: fn(ActorRef<Subject>)| {
        let told = RefCell::default();
        on_shards(|simulator| {
            let (watcher, subject) = pair(&simulator);
            done(&simulator, watcher.monitor_it(subject));
            end(subject);
            let mut heard = heard(&simulator, watcher);
            assert_eq!(heard.len(), 1, "{heard:?}");
            *told.borrow_mut() = heard.remove(0);
        });
        told.into_inner()
    };
    assert_eq!(end_and_hear(|subject| subject.stop()), "down 0: normal");
    assert_eq!(end_and_hear(|subject| subject.stop_now()), "down 0: normal");
    assert_eq!(end_and_hear(|subject| subject.end()), "down 0: normal");
    assert_eq!(end_and_hear(|subject| subject.kill()), "down 0: killed");
    assert_eq!(end_and_hear(|subject| subject.exit(ExitReason::Shutdown)), "down 0: shutdown");
    let error = end_and_hear(|subject| subject.end_with("no more".to_owned()));
    assert_eq!(error, "down 0: error: no more");
}

#[test]
fn p22_a_monitor_of_who_is_gone_gives_noproc_at_once() {
    on_shards(|simulator| {
        let (watcher, subject) = pair(&simulator);
        subject.stop();
        simulator.run();
        done(&simulator, watcher.monitor_it(subject));
        assert_eq!(heard(&simulator, watcher), ["down 0: no such actor"]);
    });
}

#[test]
fn p23_a_monitor_that_was_cancelled_after_the_end_is_not_told() {
    on_shards(|simulator| {
        let (watcher, subject) = pair(&simulator);
        (0..2).for_each(|_| done(&simulator, watcher.monitor_it(subject)));
        let (open, gate) = oneshot::channel();
        watcher.hold(gate);
        simulator.run();
        let cancelled = simulator.start(0, move || watcher.cancel_it(1));
        simulator.run();
        subject.stop();
        simulator.run();
        // Both wait now: the cancel, and behind it that the subject is down.
        open.send(()).expect("it is held");
        assert_eq!(heard(&simulator, watcher), ["down 0: normal"]);
        assert_eq!(cancelled.take(), Some(Ok(true)));
        assert_eq!(ask_from(&simulator, 0, watcher.cancel_it(0)), Ok(false), "it was told");
    });
}

#[test]
fn x2_a_monitor_taken_off_gives_no_down() {
    on_shards(|simulator| {
        let (watcher, subject) = pair(&simulator);
        done(&simulator, watcher.monitor_it(subject));
        assert_eq!(ask_from(&simulator, 0, watcher.cancel_it(0)), Ok(true));
        subject.stop();
        assert_eq!(heard(&simulator, watcher), [""; 0]);
    });
}

#[test]
fn p24_a_link_made_twice_gives_one_exit() {
    on_shards(|simulator| {
        let (watcher, subject) = pair(&simulator);
        (0..2).for_each(|_| done(&simulator, watcher.link_it(subject)));
        subject.stop();
        assert_eq!(heard(&simulator, watcher), ["exit: normal"]);
    });
}

#[test]
fn p25_who_does_not_trap_ends_for_the_same_reason_unless_that_is_normal() {
    for (reason, ends) in [
        (ExitReason::Normal, false),
        (ExitReason::Shutdown, true),
        (ExitReason::error("no more"), true),
        (ExitReason::Kill, true),
    ] {
        on_shards(|simulator| {
            let (one, other) =
                (put(&simulator, 0, Knot::default), put(&simulator, 1, Knot::default));
            done(&simulator, one.tie(other));
            let waiter = simulator.start(0, move || one.wait());
            simulator.run();
            other.end_for(reason.clone());
            simulator.run();
            let told = waiter.take().map(|told| told.to_string());
            assert_eq!(told, ends.then(|| reason.to_string()));
        });
    }
}

#[test]
fn p25_who_traps_is_told_every_reason_and_goes_on() {
    on_shards(|simulator| {
        let watcher = put(&simulator, 0, Watcher::default);
        let reasons = [ExitReason::Normal, ExitReason::Shutdown, ExitReason::error("no more")];
        for reason in reasons {
            let knot = put(&simulator, 1, Knot::default);
            done(&simulator, watcher.link_knot(knot));
            knot.end_for(reason);
            simulator.run();
        }
        let expected = ["exit: normal", "exit: shutdown", "exit: error: no more"];
        assert_eq!(heard(&simulator, watcher), expected);
    });
}

#[test]
fn p26_a_link_to_who_is_gone_is_an_exit() {
    on_shards(|simulator| {
        let (watcher, subject) = pair(&simulator);
        let knot = put(&simulator, 0, Knot::default);
        subject.stop();
        simulator.run();
        done(&simulator, watcher.link_it(subject));
        assert_eq!(heard(&simulator, watcher), ["exit: no such actor"]);
        done(&simulator, knot.tie_to(subject));
        simulator.run();
        assert!(!is_alive(&simulator, knot), "who does not trap ends");
    });
}

#[test]
fn x5_either_side_may_unlink() {
    on_shards(|simulator| {
        for by_first in [true, false] {
            let (one, other) =
                (put(&simulator, 0, Knot::default), put(&simulator, 1, Knot::default));
            done(&simulator, one.tie(other));
            let (who, whom) = if by_first { (one, other) } else { (other, one) };
            done(&simulator, who.untie(whom));
            simulator.run();
            other.kill();
            simulator.run();
            assert!(is_alive(&simulator, one) && !is_alive(&simulator, other));
        }
    });
}

#[test]
fn x8_after_unlink_nothing_comes() {
    on_shards(|simulator| {
        let (watcher, subject) = pair(&simulator);
        done(&simulator, watcher.link_it(subject));
        simulator.run();
        // The end and the unlink are on their way to each other.
        let unlinked = simulator.start(0, move || watcher.unlink_it(subject));
        simulator.run();
        subject.stop();
        assert_eq!(heard(&simulator, watcher), [""; 0]);
        assert_eq!(unlinked.take(), Some(Ok(())));
        // It may link again.
        let again = put(&simulator, 1, Subject::default);
        for _ in 0..2 {
            done(&simulator, watcher.link_it(again));
            done(&simulator, watcher.unlink_it(again));
        }
        done(&simulator, watcher.link_it(again));
        again.stop();
        assert_eq!(heard(&simulator, watcher), ["exit: normal"]);
    });
}

#[test]
fn p27_a_kill_goes_along_a_chain_as_killed() {
    for length in [1, 2, 9, 10] {
        on_shards(|simulator| {
            let watcher = put(&simulator, 0, Watcher::default);
            let knots = Vec::from_iter((0..length).map(|at| put(&simulator, at, Knot::default)));
            for pair in knots.windows(2) {
                done(&simulator, pair[0].tie(pair[1]));
            }
            done(&simulator, watcher.link_knot(knots[0]));
            simulator.run();
            knots[length - 1].kill();
            assert_eq!(heard(&simulator, watcher), ["exit: killed"]);
            let knot = put(&simulator, 1, Knot::default);
            done(&simulator, watcher.link_knot(knot));
            knot.end_for(ExitReason::Kill);
            assert_eq!(heard(&simulator, watcher), ["exit: killed", "exit: kill"]);
        });
    }
}

/// Says `exit` to another, or to itself.
#[actor]
#[derive(Default)]
struct Says;

#[handlers]
impl Says {
    #[tell]
    fn exit_with(&mut self, other: ActorRef<Knot>, reason: ExitReason) {
        other.exit(reason);
    }

    #[tell]
    fn exit_itself(&mut self, cx: &mut Context<Self>, reason: ExitReason) {
        cx.me().exit(reason);
    }

    /// Tells three times, says `exit`, and tells three times more.
    #[tell]
    fn exit_among_tells(&mut self, other: ActorRef<Subject>) {
        (0..3).for_each(|_| other.work());
        other.exit(ExitReason::error("enough"));
        (0..3).for_each(|_| other.work());
    }
}

#[test]
fn p28_normal_ends_only_who_says_it_to_itself() {
    on_shards(|simulator| {
        let (says, knot) = (put(&simulator, 0, Says::default), put(&simulator, 1, Knot::default));
        says.exit_with(knot, ExitReason::Normal);
        simulator.run();
        knot.exit(ExitReason::Normal);
        simulator.run();
        assert!(is_alive(&simulator, knot), "nor is it ended from outside");
        says.exit_itself(ExitReason::Normal);
        simulator.run();
        assert!(!is_alive(&simulator, says));
    });
}

#[test]
fn x10_exit_ends_who_does_not_trap_and_is_told_to_who_does() {
    on_shards(|simulator| {
        let (watcher, knot) =
            (put(&simulator, 0, Watcher::default), put(&simulator, 1, Knot::default));
        let waiter = simulator.start(0, move || knot.wait());
        simulator.run();
        for reason in [ExitReason::Normal, ExitReason::Shutdown, ExitReason::error("enough")] {
            watcher.exit(reason);
        }
        knot.exit(ExitReason::error("enough"));
        let expected = ["exit: normal", "exit: shutdown", "exit: error: enough"];
        assert_eq!(heard(&simulator, watcher), expected);
        assert_eq!(
            waiter.take().map(|reason| reason.to_string()).as_deref(),
            Some("error: enough")
        );
        // What cannot be trapped is a kill.
        watcher.exit(ExitReason::Kill);
        simulator.run();
        assert!(!is_alive(&simulator, watcher));
    });
}

#[test]
fn p02_nothing_that_was_sent_after_an_exit_is_handled() {
    on_shards(|simulator| {
        let says = put(&simulator, 0, Says::default);
        let mut handled = 0;
        for _ in 0..1_000 {
            let subject = put(&simulator, 1, Subject::default);
            let waiter = simulator.start(0, move || subject.wait());
            simulator.run();
            says.exit_among_tells(subject);
            simulator.run();
            let reason = waiter.take().expect("it has ended");
            assert_eq!(reason.to_string(), "error: enough");
            let now = simulator.report().handled;
            assert!(now - handled <= 1 + 3, "{handled} to {now}");
            handled = now;
        }
    });
}

#[test]
fn x10_an_exit_acts_at_the_await_of_a_busy_actor() {
    on_shards(|simulator| {
        let knot = put(&simulator, 1, Knot::default);
        let (_open, gate) = oneshot::channel();
        knot.hold(gate);
        knot.work();
        simulator.run();
        knot.exit(ExitReason::Shutdown);
        simulator.run();
        let report = simulator.report();
        assert_eq!((simulator.actors(), report.handled, report.dead_letters.total()), (0, 0, 2));
    });
}

/// Ends at once, with last words.
#[actor]
struct Dying(ActorRef<Watcher>);

#[handlers]
impl Dying {
    #[tell]
    fn die(&mut self, cx: &mut Context<Self>) {
        self.0.hear("last words".to_owned());
        cx.stop();
    }

    #[ask]
    fn link_back(&mut self, cx: &mut Context<Self>) {
        cx.link(self.0);
    }
}

#[test]
fn p03_an_exit_comes_after_the_last_words() {
    on_shards(|simulator| {
        let watcher = put(&simulator, 0, Watcher::default);
        let dying = put(&simulator, 1, move || Dying(watcher));
        done(&simulator, dying.link_back());
        simulator.run();
        dying.die();
        assert_eq!(heard(&simulator, watcher), ["last words", "exit: normal"]);
    });
}

/// Spawns others that end at once, or do not start.
#[actor]
#[derive(Default)]
struct Parent {
    heard: Vec<String>,
    waiting: Option<(usize, Reply<Vec<String>>)>,
}

impl Parent {
    fn note(&mut self, what: String) {
        self.heard.push(what);
        if let Some((_, reply)) = self.waiting.take_if(|(count, _)| self.heard.len() >= *count) {
            reply.answer(std::mem::take(&mut self.heard));
        }
    }
}

#[handlers]
impl Parent {
    #[tell]
    fn linked(&mut self, cx: &mut Context<Self>, count: u64) {
        (0..count).for_each(|_| cx.spawn_linked(Brief { fails: false }).end());
    }

    #[tell]
    fn monitored(&mut self, cx: &mut Context<Self>, count: u64) {
        (0..count).for_each(|_| cx.spawn_monitored(Brief { fails: false }).0.end());
    }

    #[tell]
    fn failing(&mut self, cx: &mut Context<Self>) {
        cx.spawn_linked(Brief { fails: true });
        cx.spawn_monitored(Brief { fails: true });
    }

    /// What it has heard, once that is so much.
    #[ask]
    fn heard(&mut self, count: u64, reply: Reply<Vec<String>>) {
        self.waiting = Some((count as usize, reply));
        if self.heard.len() >= count as usize {
            self.waiting.take().into_iter().for_each(|(_, reply)| {
                reply.answer(std::mem::take(&mut self.heard));
            });
        }
    }

    #[down]
    fn down(&mut self, down: Down) {
        self.note(format!("down: {}", down.reason));
    }

    #[exit]
    fn exits(&mut self, exit: Exit) {
        self.note(format!("exit: {}", exit.reason));
    }
}

/// Ends when it is told to, or does not start.
#[actor]
struct Brief {
    fails: bool,
}

#[derive(Debug)]
struct NotToday;

impl fmt::Display for NotToday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not today")
    }
}

impl Error for NotToday {}

#[handlers]
impl Brief {
    #[start]
    fn begin(&mut self) -> Result<(), NotToday> {
        if self.fails { Err(NotToday) } else { Ok(()) }
    }

    #[tell]
    fn end(&mut self) -> Flow {
        Flow::stop()
    }
}

#[test]
fn p05_every_linked_child_gives_one_exit_and_never_noproc() {
    everywhere(|world: World| {
        let parent = world.spawn(1, Parent::default);
        parent.linked(10_000);
        let heard = world.ask(parent.heard(10_000)).expect("it lives");
        assert!(heard.len() == 10_000 && heard.iter().all(|heard| heard == "exit: normal"));
        parent.monitored(10_000);
        let heard = world.ask(parent.heard(10_000)).expect("it lives");
        assert!(heard.len() == 10_000 && heard.iter().all(|heard| heard == "down: normal"));
        world.end();
    });
}

#[test]
fn x16_a_failed_start_is_seen_through_a_link_and_a_monitor() {
    on_shards(|simulator| {
        let parent = put(&simulator, 1, Parent::default);
        parent.failing();
        simulator.run();
        let mut heard = ask_from(&simulator, 0, parent.heard(2)).expect("it lives");
        heard.sort();
        assert_eq!(heard, ["down: error: not today", "exit: error: not today"]);
    });
}

/// Makes a chain of linked actors, or a star.
#[actor]
struct Chain {
    /// How many are still to be made behind it.
    left: u64,
    done: Option<Reply<()>>,
}

#[handlers]
impl Chain {
    #[tell]
    fn grow(&mut self, cx: &mut Context<Self>) {
        match self.left {
            0 => self.done.take().into_iter().for_each(|done| done.answer(())),
            left => {
                cx.spawn_linked(Self { left: left - 1, done: self.done.take() }).grow();
            }
        }
    }

    #[ask]
    fn make(&mut self, cx: &mut Context<Self>, reply: Reply<()>) {
        self.done = Some(reply);
        self.grow(cx);
    }

    #[ask]
    fn make_star(&mut self, cx: &mut Context<Self>) {
        (0..self.left).for_each(|_| {
            cx.spawn_linked(Self { left: 0, done: None });
        });
    }
}

#[test]
fn x15_a_long_chain_ends_without_a_deep_stack() {
    let simulator = Simulator::new(1);
    let links = 100_000;
    let head = put(&simulator, 0, move || Chain { left: links, done: None });
    ask_from(&simulator, 0, head.make()).expect("it is made");
    assert_eq!(simulator.actors() as u64, links + 1);
    head.kill();
    simulator.run();
    assert_eq!(simulator.actors(), 0);
}

#[test]
fn x15_many_links_on_one_actor_are_told_of_in_slices() {
    let simulator = Simulator::new(1);
    let links = 100_000;
    let head = put(&simulator, 0, move || Chain { left: links, done: None });
    ask_from(&simulator, 0, head.make_star()).expect("it is made");
    let turns = || simulator.stats().total().turns;
    let before = turns();
    head.kill();
    simulator.run();
    assert_eq!(simulator.actors(), 0);
    assert!(turns() - before >= links / 1_024, "not all of it in one turn");
}

#[test]
fn x9_those_on_other_shards_hear_at_once_of_who_was_cut_off() {
    /// Holds its shard until it is let go.
    #[actor]
    struct Stuck(mpsc::Sender<()>, mpsc::Receiver<()>);

    #[handlers]
    impl Stuck {
        #[tell]
        fn hold_it(&mut self) {
            self.0.send(()).expect("the test listens");
            let _ = self.1.recv();
        }

        #[ask]
        fn ping(&self) {}
    }

    /// Monitors and is linked.
    #[actor]
    #[derive(Default)]
    struct Far(Vec<String>, Option<Reply<Vec<String>>>);

    impl Far {
        fn note(&mut self, what: String) {
            self.0.push(what);
            if self.0.len() == 2 {
                self.0.sort();
                let heard = std::mem::take(&mut self.0);
                self.1.take().into_iter().for_each(|reply| reply.answer(heard.clone()));
            }
        }
    }

    #[handlers]
    impl Far {
        #[ask]
        async fn bind(&mut self, cx: &mut Context<Self>, stuck: ActorRef<Stuck>) {
            cx.link(stuck);
            cx.monitor(stuck);
            // When this is answered, both have arrived.
            stuck.ping().await.expect("it lives");
        }

        #[ask]
        fn heard(&mut self, reply: Reply<Vec<String>>) {
            self.1 = Some(reply);
        }

        #[down]
        fn down(&mut self, down: Down) {
            self.note(format!("down: {}", down.reason));
        }

        #[exit]
        fn exits(&mut self, exit: Exit) {
            self.note(format!("exit: {}", exit.reason));
        }
    }

    let system = real(2);
    let ((open, gate), (holds, held)) = (mpsc::channel(), mpsc::channel());
    let stuck = system.spawn_on(0, move || Stuck(holds, gate)).wait().expect("it starts");
    let far = system.spawn_on(1, Far::default).wait().expect("it starts");
    far.bind(stuck).wait().expect("it lives");
    let heard = far.heard().timeout(crate::check::LONG).start();
    stuck.hold_it();
    held.recv().expect("it holds its shard");
    stuck.kill();
    let heard = heard.wait().expect("it hears while the handler holds the other shard");
    assert_eq!(heard, ["down: killed", "exit: killed"]);
    open.send(()).expect("it holds its shard");
    assert_eq!(system.stop(crate::check::END).actors_left, 0);
}

#[test]
fn g4_links_do_not_make_a_system_lose_what_it_accepted() {
    everywhere(|world| {
        let knots = [0, 1].map(|shard| world.spawn(shard, Knot::default));
        world.ask(knots[0].tie(knots[1])).expect("it lives");
        for knot in knots {
            (0..1_000).for_each(|_| knot.work());
        }
        let report = world.end();
        assert_eq!((report.handled, report.dead_letters.total()), (2_001, 0), "{report}");
    });
}

#[test]
fn l5_a_panic_in_a_hook_for_others_ends_its_actor_and_counts_no_message() {
    /// Panics at the end of another.
    #[actor]
    struct Timid;

    #[handlers]
    impl Timid {
        #[ask]
        fn monitor_it(&mut self, cx: &mut Context<Self>, subject: ActorRef<Subject>) {
            cx.monitor(subject);
        }

        #[down]
        async fn down(&mut self) {
            tokio::task::yield_now().await;
            panic!("too much");
        }
    }

    on_shards(|simulator| {
        let (timid, subject) = (put(&simulator, 0, || Timid), put(&simulator, 1, Subject::default));
        done(&simulator, timid.monitor_it(subject));
        let waiter = simulator.start(0, move || timid.wait());
        simulator.run();
        let handled = simulator.report().handled;
        subject.stop();
        simulator.run();
        let reason = waiter.take().expect("it has ended");
        assert!(
            matches!(&reason, ExitReason::Panic(panic) if panic.text == "too much"),
            "{reason}"
        );
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.total()), (handled, 0));
    });
}

#[test]
fn x2_an_actor_without_the_hook_may_monitor_all_the_same() {
    /// Does not listen.
    #[actor]
    struct Deaf;

    #[handlers]
    impl Deaf {
        #[ask]
        fn monitor_it(&mut self, cx: &mut Context<Self>) -> ActorRef<Subject> {
            let (subject, monitor) = cx.spawn_monitored(Subject::default());
            let other = cx.monitor(spawn(Subject::default()));
            assert_ne!(monitor, other);
            subject
        }
    }

    on_shards(|simulator| {
        let deaf = put(&simulator, 1, || Deaf);
        let subject = ask_from(&simulator, 0, deaf.monitor_it()).expect("it lives");
        subject.stop();
        simulator.run();
        assert!(is_alive(&simulator, deaf));
    });
}
