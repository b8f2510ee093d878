//! `concurrent = N`: handlers that share `&self` overlap at their awaits, up to N of them; all others take the actor
//! alone, and the order of messages holds.

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use callboard::testing::{Output, Simulator};
use callboard::{
    ActorRef, AskError, ChildSpec, Context, DeadReason, Event, ExitReason, Flow, Reply,
    SupervisorSpec, Topic, actor, handlers,
};
use tokio::sync::oneshot;

use crate::check::{Counted, END, Journal, LONG, Log, Subject, Tally, everywhere, on_shards, put};

const SECOND: Duration = Duration::from_secs(1);

/// A gate with this number, before which somebody waits.
type Gate = (u64, oneshot::Sender<()>);

/// Where handlers wait until the test lets them go on.
#[derive(Clone, Default)]
struct Gates(Arc<Mutex<Vec<Gate>>>);

impl Gates {
    /// Waits until the gate of this number is opened.
    async fn wait(&self, number: u64) {
        let (open, gate) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((number, open));
        let _ = gate.await;
    }

    fn open(&self, number: u64) {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let opened: Vec<_> = gates.extract_if(.., |(of, _)| *of == number).collect();
        drop(gates);
        assert!(!opened.is_empty(), "somebody waits at gate {number}");
        for (_, open) in opened {
            let _ = open.send(());
        }
    }
}

/// Serves several at a time.
#[actor]
#[derive(Default)]
struct Desk {
    journal: Journal,
    gates: Gates,
    served: Cell<u64>,
    ticks: bool,
}

/// Says that it was dropped, by the state that it borrows.
struct Leaves<'d>(&'d Desk, u64);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.journal.note(format!("-{}", self.1));
    }
}

#[handlers]
impl Desk {
    /// Answers once its gate is open.
    #[ask(concurrent = 3)]
    async fn serve(&self, number: u64) -> u64 {
        self.journal.note(format!("+{number}"));
        let _leaves = Leaves(self, number);
        self.gates.wait(number).await;
        self.served.set(self.served.get() + 1);
        number
    }

    /// Answers at its first poll.
    #[ask(concurrent = 3)]
    async fn count(&self) -> u64 {
        self.served.set(self.served.get() + 1);
        self.served.get()
    }

    #[ask(concurrent = 1)]
    async fn alone_of_its_kind(&self, number: u64) -> u64 {
        self.journal.note(format!("+{number}"));
        self.gates.wait(number).await;
        self.journal.note(format!("-{number}"));
        number
    }

    #[ask(concurrent = 8)]
    async fn ask_other(&self, other: ActorRef<Subject>) -> Result<u64, AskError> {
        other.handled().await?;
        tokio::task::yield_now().await;
        other.handled().await
    }

    #[ask(concurrent = 2)]
    async fn ask_itself(&self, cx: &Context<Self>) -> Result<u64, AskError> {
        cx.me().count().await
    }

    #[ask(concurrent = 2)]
    async fn keep_reply(&self, to: ActorRef<Keeper>, reply: Reply<u64>) {
        tokio::task::yield_now().await;
        to.keep(vec![reply]);
    }

    #[tell(concurrent = 8, keep)]
    async fn work(&self, number: u64) -> Result<(), String> {
        self.journal.note(format!("+{number}"));
        self.gates.wait(number).await;
        self.journal.note(format!("-{number}"));
        match number {
            13 => Err("thirteen".to_owned()),
            666 => panic!("at {number}"),
            _ => Ok(()),
        }
    }

    #[tell(concurrent = 2)]
    async fn hold_value(&self, value: Counted) {
        self.gates.wait(0).await;
        drop(value);
    }

    #[ask(concurrent = 2)]
    async fn panic_at_once(&self) -> u64 {
        panic!("at once");
    }

    #[tell]
    fn note(&mut self, what: String) {
        self.journal.note(what);
    }

    #[tell]
    async fn note_later(&mut self, what: String) -> Flow {
        tokio::task::yield_now().await;
        self.journal.note(what);
        Flow::go()
    }

    #[tell]
    fn panic(&mut self) {
        panic!("alone");
    }

    #[every("1s")]
    fn tick(&self) {
        if self.ticks {
            self.journal.note("tick");
        }
    }

    #[stop]
    fn stop(&mut self, why: &ExitReason) {
        self.journal.note(format!("stop: {why}"));
    }
}

/// Answers what was asked of another.
#[actor]
struct Keeper;

#[handlers]
impl Keeper {
    #[tell]
    fn keep(&self, replies: Vec<Reply<u64>>) {
        replies.into_iter().for_each(|reply| reply.answer(7));
    }
}

/// A desk in the simulator.
struct Stage {
    simulator: Simulator,
    journal: Journal,
    gates: Gates,
    desk: ActorRef<Desk>,
}

impl Stage {
    fn on(simulator: Simulator, ticks: bool) -> Self {
        let (journal, gates) = (Journal::default(), Gates::default());
        let desk =
            Desk { journal: journal.clone(), gates: gates.clone(), ticks, ..Desk::default() };
        let desk = put(&simulator, 1, move || desk);
        Self { simulator, journal, gates, desk }
    }

    /// Asks to be served, from any shard.
    fn serve(&self, number: u64) -> Output<Result<u64, AskError>> {
        let desk = self.desk;
        let shard = number as usize % self.simulator.shards();
        let output = self.simulator.start(shard, move || desk.serve(number).timeout(LONG));
        self.simulator.run();
        output
    }

    fn open(&self, number: u64) {
        self.gates.open(number);
        self.simulator.run();
    }

    /// What has happened since it was last asked.
    fn line(&self) -> String {
        self.simulator.run();
        self.journal.line()
    }
}

fn staged(case: impl Fn(Stage)) {
    on_shards(|simulator| case(Stage::on(simulator, false)));
}

#[test]
fn d8_concurrent_handlers_overlap_up_to_their_limit() {
    staged(|stage| {
        let served = [1, 2, 3, 4, 5].map(|number| stage.serve(number));
        assert_eq!(stage.line(), "+1 +2 +3");
        stage.open(2);
        assert_eq!(stage.line(), "-2 +4");
        stage.open(4);
        stage.open(1);
        stage.open(3);
        stage.open(5);
        assert_eq!(stage.line(), "-4 +5 -1 -3 -5");
        assert_eq!(served.map(|served| served.take()), [1, 2, 3, 4, 5].map(|n| Some(Ok(n))));
        let report = stage.simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total()), (5, 0));
    });
}

#[test]
fn d8_the_limit_is_each_handlers_own() {
    staged(|stage| {
        let desk = stage.desk;
        let first = stage.simulator.start(0, move || desk.alone_of_its_kind(7).timeout(LONG));
        let _served = stage.serve(1);
        assert_eq!(stage.line(), "+7 +1");
        let second = stage.simulator.start(0, move || desk.alone_of_its_kind(8).timeout(LONG));
        assert_eq!(stage.line(), "", "one of its kind is under way");
        stage.open(7);
        assert_eq!(stage.line(), "-7 +8");
        stage.open(8);
        assert_eq!((first.take(), second.take()), (Some(Ok(7)), Some(Ok(8))));
    });
}

#[test]
fn d8_a_handler_that_takes_the_actor_alone_waits_and_order_holds() {
    staged(|stage| {
        let _first = [stage.serve(1), stage.serve(2)];
        stage.desk.note("alone".to_owned());
        stage.simulator.run();
        let third = stage.serve(3);
        assert_eq!(stage.line(), "+1 +2", "the third came after one that takes the actor alone");
        stage.open(1);
        assert_eq!(stage.line(), "-1");
        stage.open(2);
        assert_eq!(stage.line(), "-2 alone +3");
        stage.desk.note_later("later".to_owned());
        let fourth = stage.serve(4);
        assert_eq!(stage.line(), "");
        stage.open(3);
        assert_eq!(stage.line(), "-3 later +4");
        stage.open(4);
        assert_eq!((third.take(), fourth.take()), (Some(Ok(3)), Some(Ok(4))));
    });
}

#[test]
fn d8_none_begins_while_a_handler_that_takes_the_actor_alone_waits() {
    staged(|stage| {
        stage.desk.note_later("later".to_owned());
        stage.simulator.turn();
        let _served = stage.serve(1);
        assert_eq!(stage.line(), "later +1");
    });
}

#[test]
fn t8_a_timer_takes_the_actor_alone_before_what_waits() {
    on_shards(|simulator| {
        let stage = Stage::on(simulator, true);
        let _served = stage.serve(1);
        stage.simulator.advance(SECOND);
        let _second = stage.serve(2);
        assert_eq!(stage.line(), "+1", "the tick waits, and the second behind it");
        stage.open(1);
        assert_eq!(stage.line(), "-1 tick +2");
    });
}

#[test]
fn a1_an_asker_whose_deadline_comes_first_hears_it_and_the_others_their_answers() {
    staged(|stage| {
        let desk = stage.desk;
        let short = stage.simulator.start(0, move || desk.serve(1).timeout(SECOND));
        let long = stage.serve(2);
        stage.simulator.advance(SECOND);
        assert_eq!(short.take(), Some(Err(AskError::Timeout)));
        stage.open(1);
        stage.open(2);
        assert_eq!(long.take(), Some(Ok(2)));
        assert_eq!(stage.simulator.stats().total().late_answers, 1);
        // The two, and the tick of that second.
        assert_eq!(stage.simulator.stop().handled, 3);
    });
}

#[test]
fn a3_a_crash_ends_all_that_were_under_way_and_what_waits() {
    staged(|stage| {
        let mut events = stage.simulator.events().only([Topic::DeadLetter]);
        let served = [stage.serve(1), stage.serve(2)];
        stage.desk.work(666);
        stage.desk.note("never".to_owned());
        stage.simulator.run();
        let third = stage.serve(3);
        assert_eq!(stage.line(), "+1 +2 +666");
        stage.open(666);
        assert_eq!(stage.line(), "-666 -1 -2", "no stop hook runs");
        for served in served {
            assert_eq!(served.take(), Some(Err(AskError::Crashed)));
        }
        assert_eq!(third.take(), Some(Err(AskError::Stopped)));
        let mut kept = Vec::new();
        while let Some(event) = events.try_next() {
            kept.extend(event.value::<(u64,)>());
        }
        assert_eq!(kept, [(666,)], "what says `keep` is kept");
        let report = stage.simulator.stop();
        assert_eq!(report.handled, 0);
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 3);
        assert_eq!(report.dead_letters.of(DeadReason::Stopped), 2);
    });
}

#[test]
fn a3_a_panic_at_the_first_poll_crashes_the_others_too() {
    staged(|stage| {
        let desk = stage.desk;
        let served = stage.serve(1);
        let panics = stage.simulator.start(0, move || desk.panic_at_once());
        stage.simulator.run();
        assert_eq!(panics.take(), Some(Err(AskError::Crashed)));
        assert_eq!(served.take(), Some(Err(AskError::Crashed)));
        assert_eq!(stage.simulator.stop().dead_letters.of(DeadReason::InFlight), 2);
    });
}

#[test]
fn l7_what_waits_behind_concurrent_handlers_is_the_next_incarnations() {
    let simulator = Simulator::new(2);
    let (journal, gates) = (Journal::default(), Gates::default());
    let (notes, waits) = (journal.clone(), gates.clone());
    let make = move |_: &_| {
        let desk = Desk { journal: notes.clone(), gates: waits.clone(), ..Desk::default() };
        async move { Ok(desk) }
    };
    let spec = SupervisorSpec::new("desks").child(ChildSpec::<Desk>::new("desk", make).shard(1));
    let tree = simulator.block_on(0, || spec.start()).expect("at once").expect("it starts");
    let desk = tree.child::<Desk>(0);
    let stage = Stage { simulator, journal, gates, desk };
    let served = [1, 2, 3, 4].map(|number| stage.serve(number));
    stage.desk.work(5);
    assert_eq!(stage.line(), "+1 +2 +3");
    stage.desk.panic();
    stage.open(1);
    assert_eq!(stage.line(), "-1 +4 +5");
    for number in [2, 3, 4, 5] {
        stage.open(number);
    }
    // The panic took the actor alone, after all that came before it.
    assert_eq!(stage.line(), "-2 -3 -4 -5");
    assert_eq!(served.map(|served| served.take()), [1, 2, 3, 4].map(|n| Some(Ok(n))));
    let again = stage.serve(6);
    assert_eq!(stage.line(), "+6");
    stage.desk.work(666);
    stage.desk.work(7);
    assert_eq!(stage.line(), "+666 +7");
    stage.open(666);
    assert_eq!(stage.line(), "-666 -6");
    assert_eq!(again.take(), Some(Err(AskError::Crashed)));
    let last = stage.serve(8);
    stage.open(8);
    assert_eq!(last.take(), Some(Ok(8)));
}

#[test]
fn the_error_of_one_ends_the_actor_once_the_others_have_ended() {
    staged(|stage| {
        let served = stage.serve(1);
        stage.desk.work(13);
        stage.desk.work(14);
        stage.simulator.run();
        stage.open(13);
        let late = stage.serve(2);
        assert_eq!(late.take(), Some(Err(AskError::Stopped)), "nothing more begins");
        stage.open(14);
        assert_eq!(stage.line(), "+1 +13 +14 -13 -14");
        stage.open(1);
        assert_eq!(stage.line(), "-1 stop: error: thirteen");
        assert_eq!(served.take(), Some(Ok(1)));
        let report = stage.simulator.stop();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (3, 1));
    });
}

#[test]
fn g1_a_stop_comes_after_all_that_was_sent_before() {
    staged(|stage| {
        let served = [1, 2, 3, 4].map(|number| stage.serve(number));
        stage.desk.stop();
        stage.simulator.run();
        for number in [1, 2, 3, 4] {
            stage.open(number);
        }
        assert_eq!(stage.line(), "+1 +2 +3 -1 +4 -2 -3 -4 stop: normal");
        assert_eq!(served.map(|served| served.take()), [1, 2, 3, 4].map(|n| Some(Ok(n))));
        assert_eq!(stage.simulator.stop().dead_letters.total(), 0);
    });
}

#[test]
fn g2_stop_now_comes_after_those_under_way() {
    staged(|stage| {
        let served = [1, 2, 3, 4].map(|number| stage.serve(number));
        stage.desk.stop_now();
        stage.simulator.run();
        for number in [3, 2, 1] {
            stage.open(number);
        }
        assert_eq!(stage.line(), "+1 +2 +3 -3 -2 -1 stop: normal");
        let ended = [Some(Ok(1)), Some(Ok(2)), Some(Ok(3)), Some(Err(AskError::Stopped))];
        assert_eq!(served.map(|served| served.take()), ended);
    });
}

#[test]
fn x9_a_kill_ends_all_that_are_under_way() {
    staged(|stage| {
        let served = [1, 2, 3, 4].map(|number| stage.serve(number));
        stage.desk.kill();
        assert_eq!(stage.line(), "+1 +2 +3 -1 -2 -3");
        for served in served {
            assert_eq!(served.take(), Some(Err(AskError::Stopped)));
        }
        let report = stage.simulator.stop();
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 3);
        assert_eq!(report.dead_letters.of(DeadReason::Stopped), 1);
    });
}

#[test]
fn x6_an_exit_ends_all_that_are_under_way_and_runs_the_stop_hook() {
    staged(|stage| {
        let served = [1, 2].map(|number| stage.serve(number));
        stage.desk.exit(ExitReason::error("enough"));
        assert_eq!(stage.line(), "+1 +2 -1 -2 stop: error: enough");
        for served in served {
            assert_eq!(served.take(), Some(Err(AskError::Stopped)));
        }
        assert_eq!(stage.simulator.stop().dead_letters.of(DeadReason::InFlight), 2);
    });
}

#[test]
fn a_drain_counts_all_that_were_under_way_at_its_deadline() {
    staged(|stage| {
        let _served = [1, 2, 3, 4].map(|number| stage.serve(number));
        let desk = stage.desk;
        let drained = stage.simulator.start(0, move || desk.drain(SECOND));
        stage.simulator.advance(SECOND);
        let drained = drained.take().expect("its deadline has come");
        assert_eq!(drained.left, 4);
        assert!(matches!(drained.reason, ExitReason::Killed), "{}", drained.reason);
    });
}

#[test]
fn the_end_of_a_system_cuts_off_what_does_not_end() {
    staged(|stage| {
        let _served = [1, 2].map(|number| stage.serve(number));
        let report = stage.simulator.stop();
        assert_eq!((report.actors_left, report.handled), (1, 0));
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 2);
    });
}

#[test]
fn m6_values_of_concurrent_messages_are_dropped_once() {
    staged(|stage| {
        let tally = Tally::default();
        for _ in 0..4 {
            stage.desk.hold_value(tally.make());
        }
        stage.simulator.run();
        stage.open(0);
        stage.desk.kill();
        stage.simulator.run();
        assert_eq!(tally.made(), 4);
        tally.assert_even();
    });
}

#[test]
fn m4_a_full_mailbox_refuses_none_that_may_begin() {
    on_shards(|simulator| {
        let gates = Gates::default();
        let waits = gates.clone();
        let booth = put(&simulator, 1, move || Booth { gates: waits });
        let ask = move |number| booth.serve(number).timeout(LONG);
        let served = [1, 2, 3, 4, 5].map(|number| simulator.start(0, move || ask(number)));
        simulator.run();
        let [.., fourth, fifth] = &served;
        assert_eq!(fifth.take(), Some(Err(AskError::Full)));
        assert!(fourth.take().is_none());
        gates.open(1);
        simulator.run();
        gates.open(4);
        simulator.run();
        assert_eq!(fourth.take(), Some(Ok(4)));
    });
}

/// Serves three, and one may wait.
#[actor(mailbox(capacity = 1))]
struct Booth {
    gates: Gates,
}

#[handlers]
impl Booth {
    #[ask(concurrent = 3)]
    async fn serve(&self, number: u64) -> u64 {
        self.gates.wait(number).await;
        number
    }
}

#[test]
fn concurrent_handlers_await_asks_of_their_own() {
    everywhere(|world| {
        let desk = world.spawn(0, Desk::default);
        let near = world.spawn(0, Subject::default);
        let far = world.spawn(1, Subject::default);
        near.work();
        far.work();
        let answers = world.run(1, move || async move {
            let asks: Vec<_> = (0..40)
                .map(|number| desk.ask_other(if number % 2 == 0 { near } else { far }).start())
                .collect();
            let mut answers = Vec::new();
            for ask in asks {
                answers.push(ask.await);
            }
            answers
        });
        assert_eq!(answers, vec![Ok(Ok(1)); 40]);
        assert_eq!(world.end().dead_letters.total(), 0);
    });
}

#[test]
fn a5_a_concurrent_handler_cannot_await_its_own_actor() {
    everywhere(|world| {
        let desk = world.spawn(1, Desk::default);
        assert_eq!(world.ask(desk.ask_itself()), Ok(Err(AskError::CallingSelf)));
        world.end();
    });
}

#[test]
fn a5_who_serves_several_at_a_time_closes_no_cycle() {
    for shards in [1, 4] {
        let simulator = Simulator::detecting_ask_cycles(shards);
        let first = put(&simulator, 1, || Ring { other: None });
        let second = put(&simulator, 2, move || Ring { other: Some(first) });
        first.meet(second);
        let asked = simulator.block_on(0, move || first.round(2));
        assert_eq!(asked, Some(Ok(Ok(2))), "each asks the other while it is asked");
    }
}

/// Asks the other, so many times round.
#[actor]
struct Ring {
    other: Option<ActorRef<Self>>,
}

#[handlers]
impl Ring {
    #[tell]
    fn meet(&mut self, other: ActorRef<Self>) {
        self.other = Some(other);
    }

    #[ask(concurrent = 4)]
    async fn round(&self, rounds: u64) -> Result<u64, AskError> {
        match self.other {
            Some(other) if rounds > 0 => other.round(rounds - 1).await?.map(|rounds| rounds + 1),
            _ => Ok(0),
        }
    }
}

#[test]
fn a8_a_concurrent_handler_may_hand_its_reply_on() {
    everywhere(|world| {
        let desk = world.spawn(1, Desk::default);
        let keeper = world.spawn(0, || Keeper);
        assert_eq!(world.ask(desk.keep_reply(keeper)), Ok(7));
        world.end();
    });
}

#[test]
fn p04_each_of_many_asks_is_answered_once() {
    everywhere(|world| {
        let desk = world.spawn(0, Desk::default);
        let log = world.spawn(1, Log::default);
        let answers = world.run(1, move || async move {
            let asks: Vec<_> = (0..5_000).map(|_| desk.count().timeout(LONG).start()).collect();
            let mut answers = Vec::new();
            for ask in asks {
                answers.push(ask.await);
            }
            log.note(1);
            answers
        });
        let in_order: Vec<_> = (1..=5_000).map(Ok).collect();
        assert_eq!(answers, in_order);
        let report = world.end_within(END);
        assert_eq!((report.handled, report.dead_letters.total()), (5_001, 0));
    });
}

#[test]
fn an_event_tells_of_a_panic_by_its_text() {
    staged(|stage| {
        let mut events = stage.simulator.events().only([Topic::Panic]);
        stage.desk.work(666);
        stage.simulator.run();
        stage.open(666);
        let Some(Event::Panic { actor, panic, .. }) = events.try_next() else {
            panic!("it panicked")
        };
        assert_eq!((actor, &*panic.text), (Some(stage.desk.address()), "at 666"));
    });
}
