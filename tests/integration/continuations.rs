//! `.on(cx, Self::got)`: the answer to an ask becomes a message of the asker, which goes on meanwhile.

use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{
    ActorRef, AskError, Context, DeadReason, ExitReason, Flow, Reply, actor, handlers,
};
use tokio::sync::oneshot;

use crate::check::{Counted, Events, Log, Subject, Tally, ask_from, everywhere, on_shards, put};

const SECOND: Duration = Duration::from_secs(1);

/// Asks subjects and logs, and keeps what it hears.
#[actor]
#[derive(Default)]
struct Asker {
    heard: Vec<String>,
    gate: Option<oneshot::Receiver<()>>,
}

impl Asker {
    fn got(&mut self, answer: Result<u64, AskError>) {
        self.heard.push(format!("{answer:?}"));
    }

    async fn got_later(&mut self, answer: Result<u64, AskError>) {
        self.heard.push("later".to_owned());
        match self.gate.take() {
            Some(gate) => {
                let _ = gate.await;
            }
            None => tokio::task::yield_now().await,
        }
        self.heard.push(format!("{answer:?}"));
    }

    fn got_with_context(&mut self, cx: &mut Context<Self>, answer: Result<u64, AskError>) {
        self.heard.push(format!("{answer:?}"));
        cx.me().hear("itself".to_owned());
    }

    async fn got_later_with_context(
        &mut self,
        cx: &mut Context<Self>,
        answer: Result<u64, AskError>,
    ) {
        tokio::task::yield_now().await;
        self.got_with_context(cx, answer);
    }

    fn got_or_fail(&mut self, answer: Result<u64, AskError>) -> Result<(), AskError> {
        answer.map(drop)
    }

    async fn got_or_fail_later(&mut self, answer: Result<u64, AskError>) -> Result<(), AskError> {
        tokio::task::yield_now().await;
        answer.map(drop)
    }

    fn got_and_stops(&mut self, answer: Result<u64, AskError>) -> Flow {
        if answer.is_ok() { Flow::stop() } else { Flow::go() }
    }

    fn got_and_panics(&mut self, answer: Result<u64, AskError>) {
        panic!("at {answer:?}");
    }

    async fn got_and_panics_later(&mut self, answer: Result<u64, AskError>) {
        tokio::task::yield_now().await;
        panic!("at {answer:?}");
    }

    fn got_notes(&mut self, answer: Result<Vec<u64>, AskError>) {
        self.heard.push(format!("{answer:?}"));
    }

    fn got_value(&mut self, value: Result<Counted, AskError>) {
        self.heard.push(value.map_or_else(|error| format!("{error:?}"), |_| "value".to_owned()));
    }
}

/// Which method takes the answer.
#[derive(Clone, Copy)]
enum By {
    Got,
    GotAndPanics,
    GotAndPanicsLater,
    GotAndStops,
    GotLater,
    GotLaterWithContext,
    GotOrFail,
    GotOrFailLater,
    GotWithContext,
}

#[handlers]
impl Asker {
    #[tell]
    fn ask(&mut self, cx: &mut Context<Self>, subject: ActorRef<Subject>, by: By) {
        let ask = subject.handled();
        match by {
            By::Got => ask.on(cx, Self::got),
            By::GotAndPanics => ask.on(cx, Self::got_and_panics),
            By::GotAndPanicsLater => ask.on(cx, Self::got_and_panics_later),
            By::GotAndStops => ask.on(cx, Self::got_and_stops),
            By::GotLater => ask.on(cx, Self::got_later),
            By::GotLaterWithContext => ask.on(cx, Self::got_later_with_context),
            By::GotOrFail => ask.on(cx, Self::got_or_fail),
            By::GotOrFailLater => ask.on(cx, Self::got_or_fail_later),
            By::GotWithContext => ask.on(cx, Self::got_with_context),
        }
        self.heard.push("asked".to_owned());
    }

    /// Asks for an answer that comes only when the subject gives it.
    #[tell]
    fn ask_kept(&mut self, cx: &mut Context<Self>, subject: ActorRef<Subject>) {
        subject.keep().on(cx, Self::got);
    }

    #[tell]
    fn ask_kept_for(
        &mut self,
        cx: &mut Context<Self>,
        subject: ActorRef<Subject>,
        timeout: Duration,
    ) {
        subject.keep().timeout(timeout).on(cx, Self::got);
    }

    #[tell]
    fn ask_in_each_way_to_fail(&mut self, cx: &mut Context<Self>, subject: ActorRef<Subject>) {
        subject.lose().on(cx, Self::got);
        subject.fail().on(cx, Self::got);
    }

    #[tell]
    fn ask_itself(&mut self, cx: &mut Context<Self>) {
        cx.me().count().on(cx, Self::got);
        self.heard.push("asked".to_owned());
    }

    #[tell]
    fn ask_log(&mut self, cx: &mut Context<Self>, log: ActorRef<Log>) {
        log.note(1);
        log.notes().on(cx, Self::got_notes);
        log.note(2);
        log.notes().on(cx, Self::got_notes);
    }

    #[tell]
    fn ask_value(&mut self, cx: &mut Context<Self>, of: ActorRef<Store>) {
        of.give().on(cx, Self::got_value);
    }

    #[tell]
    fn wait_for(&mut self, gate: oneshot::Receiver<()>) {
        self.gate = Some(gate);
    }

    #[tell]
    async fn hold(&mut self, gate: oneshot::Receiver<()>) {
        let _ = gate.await;
    }

    #[tell]
    fn hear(&mut self, what: String) {
        self.heard.push(what);
    }

    #[tell]
    fn end(&mut self, cx: &mut Context<Self>) {
        cx.stop();
    }

    #[ask]
    fn count(&self) -> u64 {
        self.heard.len() as u64
    }

    #[ask]
    fn heard(&self) -> Vec<String> {
        self.heard.clone()
    }
}

/// Gives values away, when it is let.
#[actor]
struct Store(Tally, Vec<Reply<Counted>>);

#[handlers]
impl Store {
    #[ask]
    fn give(&mut self, reply: Reply<Counted>) {
        self.1.push(reply);
    }

    #[tell]
    fn hand_out(&mut self) {
        for reply in self.1.drain(..) {
            reply.answer(self.0.make());
        }
    }
}

/// What an asker heard, in order.
fn heard(simulator: &Simulator, asker: ActorRef<Asker>) -> Vec<String> {
    simulator.run();
    ask_from(simulator, 0, asker.heard()).expect("the asker lives")
}

fn pair(simulator: &Simulator) -> (ActorRef<Asker>, ActorRef<Subject>) {
    (put(simulator, 0, Asker::default), put(simulator, 1, Subject::default))
}

#[test]
fn on_calls_every_kind_of_method_with_the_answer() {
    on_shards(|simulator| {
        for (by, then) in [
            (By::Got, &["asked", "Ok(0)"][..]),
            (By::GotLater, &["asked", "later", "Ok(0)"]),
            (By::GotWithContext, &["asked", "Ok(0)", "itself"]),
            (By::GotLaterWithContext, &["asked", "Ok(0)", "itself"]),
            (By::GotOrFail, &["asked"]),
            (By::GotOrFailLater, &["asked"]),
        ] {
            let (asker, subject) = pair(&simulator);
            asker.ask(subject, by);
            assert_eq!(heard(&simulator, asker), then);
            assert_eq!(simulator.asks(), 0);
        }
    });
}

#[test]
fn on_is_a_message_that_is_counted() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask(subject, By::Got);
        simulator.run();
        let report = simulator.report();
        assert_eq!(report.handled, 3, "the tell, the ask, and the answer");
        assert_eq!((report.dead_letters.total(), report.late_answers), (0, 0));
    });
}

#[test]
fn the_asker_goes_on_until_the_answer_comes() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask_kept(subject);
        asker.hear("meanwhile".to_owned());
        assert_eq!(heard(&simulator, asker), ["meanwhile"]);
        subject.answer_kept(7);
        assert_eq!(heard(&simulator, asker), ["meanwhile", "Ok(7)"]);
    });
}

#[test]
fn d3_answers_arrive_in_the_order_they_were_given() {
    on_shards(|simulator| {
        let asker = put(&simulator, 0, Asker::default);
        let log = put(&simulator, 1, Log::default);
        asker.ask_log(log);
        assert_eq!(heard(&simulator, asker), ["Ok([1])", "Ok([1, 2])"]);
    });
}

#[test]
fn d3_an_answer_keeps_its_place_among_tells_of_who_answers() {
    /// Asks it.
    #[actor]
    struct Curious(Vec<String>);

    #[handlers]
    impl Curious {
        #[tell]
        fn ask(&mut self, cx: &mut Context<Self>, of: ActorRef<Whisperer>) {
            of.count(cx.me()).on(cx, Self::got);
        }

        #[tell]
        fn hear(&mut self, what: String) {
            self.0.push(what);
        }

        #[ask]
        fn heard(&self) -> Vec<String> {
            self.0.clone()
        }
    }

    impl Curious {
        fn got(&mut self, answer: Result<u64, AskError>) {
            self.0.push(format!("{answer:?}"));
        }
    }

    /// Tells before and after it answers.
    #[actor]
    struct Whisperer;

    #[handlers]
    impl Whisperer {
        #[ask]
        fn count(&mut self, to: ActorRef<Curious>, reply: Reply<u64>) {
            to.hear("before".to_owned());
            reply.answer(7);
            to.hear("after".to_owned());
        }
    }

    on_shards(|simulator| {
        let curious = put(&simulator, 0, || Curious(Vec::new()));
        let whisperer = put(&simulator, 1, || Whisperer);
        curious.ask(whisperer);
        simulator.run();
        let heard = ask_from(&simulator, 0, curious.heard()).expect("it lives");
        assert_eq!(heard, ["before", "Ok(7)", "after"]);
    });
}

#[test]
fn d3_an_answer_that_finds_its_asker_busy_keeps_its_place() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask_kept(subject);
        let (open, gate) = oneshot::channel();
        asker.hold(gate);
        asker.hear("before".to_owned());
        simulator.run();
        subject.answer_kept(7);
        simulator.run();
        asker.hear("after".to_owned());
        simulator.run();
        open.send(()).expect("it is held");
        assert_eq!(heard(&simulator, asker), ["before", "Ok(7)", "after"]);
    });
}

#[test]
fn a1_every_end_of_an_ask_is_told() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask_in_each_way_to_fail(subject);
        simulator.run();
        // Before whoever asks what was heard has its place.
        asker.ask(subject, By::Got);
        let ends = ["Err(NoReply)", "Err(Crashed)", "asked", "Err(Stopped)"];
        assert_eq!(heard(&simulator, asker), ends);
        // Its place has another, which ends too.
        put(&simulator, 1, Subject::default).stop();
        asker.ask(subject, By::Got);
        assert_eq!(heard(&simulator, asker)[4..], ["asked", "Err(NoProc)"]);
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a1_the_end_of_who_was_asked_is_told_at_once() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask_kept(subject);
        simulator.run();
        subject.stop();
        assert_eq!(heard(&simulator, asker), ["Err(Stopped)"]);
    });
}

#[test]
fn a1_the_deadline_is_told() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask_kept(subject);
        asker.ask_kept_for(subject, SECOND);
        simulator.advance(SECOND - Duration::from_millis(1));
        assert_eq!(heard(&simulator, asker), [""; 0]);
        simulator.advance(Duration::from_millis(3));
        assert_eq!(heard(&simulator, asker), ["Err(Timeout)"]);
        simulator.advance(SECOND * 4);
        assert_eq!(heard(&simulator, asker), ["Err(Timeout)"; 2]);
        subject.answer_kept(7);
        assert_eq!(heard(&simulator, asker), ["Err(Timeout)"; 2], "an answer that is late is none");
        assert_eq!((simulator.report().late_answers, simulator.asks()), (2, 0));
    });
}

#[test]
fn a5_an_actor_may_ask_itself_and_go_on() {
    on_shards(|simulator| {
        let asker = put(&simulator, 1, Asker::default);
        asker.ask_itself();
        assert_eq!(heard(&simulator, asker), ["asked", "Ok(1)"]);
    });
}

#[test]
fn a2_a_lack_of_answer_that_nobody_takes_is_no_late_answer() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask_kept(subject);
        let (open, gate) = oneshot::channel();
        asker.hold(gate);
        simulator.run();
        subject.stop();
        simulator.run();
        asker.kill();
        simulator.run();
        drop(open);
        assert_eq!((simulator.actors(), simulator.asks()), (0, 0));
        assert_eq!(simulator.report().late_answers, 0);
    });
}

#[test]
fn a6_an_asker_that_stops_releases_what_it_asked() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask_kept(subject);
        asker.end();
        simulator.run();
        assert_eq!(simulator.asks(), 0);
        subject.answer_kept(7);
        simulator.run();
        assert_eq!(simulator.actors(), 1);
        assert_eq!(simulator.report().late_answers, 1);
    });
}

#[test]
fn a6_an_asker_that_crashes_releases_what_it_asked() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        (0..10).for_each(|_| asker.ask_kept(subject));
        asker.ask(subject, By::GotAndPanics);
        simulator.run();
        assert_eq!((simulator.asks(), simulator.actors()), (0, 1));
    });
}

#[test]
fn a6_an_answer_for_an_actor_that_ended_is_dropped_once() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let (asker, values) = (put(&simulator, 0, Asker::default), tally.clone());
        let store = put(&simulator, 1, move || Store(values, Vec::new()));
        // One is taken, one comes when the asker waits in a handler, one when it has ended.
        asker.ask_value(store);
        simulator.run();
        store.hand_out();
        assert_eq!(heard(&simulator, asker), ["value"]);
        asker.ask_value(store);
        let (open, gate) = oneshot::channel();
        asker.hold(gate);
        simulator.run();
        store.hand_out();
        simulator.run();
        assert_eq!((tally.made(), tally.dropped()), (2, 1), "it waits for its asker");
        asker.stop_now();
        open.send(()).expect("it is held");
        simulator.run();
        tally.assert_even();
        assert_eq!(simulator.asks(), 0);

        let late = put(&simulator, 0, Asker::default);
        late.ask_value(store);
        late.end();
        simulator.run();
        store.hand_out();
        simulator.run();
        assert_eq!(tally.made(), 3);
        tally.assert_even();
    });
}

#[test]
fn m6_answers_on_their_way_at_the_end_are_dropped_once() {
    everywhere(|world| {
        let tally = Tally::default();
        let values = tally.clone();
        let asker = world.spawn(0, Asker::default);
        let store = world.spawn(1, move || Store(values, Vec::new()));
        for _ in 0..100 {
            asker.ask_value(store);
        }
        store.hand_out();
        world.end();
        tally.assert_even();
    });
}

#[test]
fn d8_no_message_is_handled_while_a_continuation_waits() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        let (open, gate) = oneshot::channel();
        asker.wait_for(gate);
        asker.ask(subject, By::GotLater);
        simulator.run();
        asker.hear("behind".to_owned());
        simulator.run();
        open.send(()).expect("it waits");
        assert_eq!(heard(&simulator, asker), ["asked", "later", "Ok(0)", "behind"]);
    });
}

#[test]
fn an_error_of_a_continuation_ends_the_actor() {
    on_shards(|simulator| {
        for by in [By::GotOrFail, By::GotOrFailLater] {
            let (asker, subject) = pair(&simulator);
            let waiter = simulator.start(0, move || asker.wait());
            simulator.run();
            subject.stop();
            simulator.run();
            asker.ask(subject, by);
            simulator.run();
            let reason = waiter.take().expect("it has ended");
            let is_error = reason.detail::<AskError>().is_some();
            assert!(is_error && matches!(reason, ExitReason::Error(_)), "{reason}");
        }
    });
}

#[test]
fn a_flow_of_a_continuation_ends_the_actor() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask(subject, By::GotAndStops);
        simulator.run();
        asker.hear("too late".to_owned());
        simulator.run();
        let letters = simulator.report().dead_letters;
        assert_eq!((letters.of(DeadReason::Stopped), simulator.actors()), (1, 1));
    });
}

#[test]
fn l5_a_panic_of_a_continuation_ends_its_actor_alone() {
    on_shards(|simulator| {
        for by in [By::GotAndPanics, By::GotAndPanicsLater] {
            let (asker, subject) = pair(&simulator);
            let waiter = simulator.start(0, move || asker.wait());
            simulator.run();
            asker.ask(subject, by);
            simulator.run();
            let reason = waiter.take().expect("it has ended");
            assert!(
                matches!(&reason, ExitReason::Panic(panic) if panic.text == "at Ok(0)"),
                "{reason}"
            );
            assert_eq!(ask_from(&simulator, 0, subject.handled()), Ok(0));
        }
    });
}

#[test]
fn g1_an_answer_behind_a_stop_is_not_taken() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        asker.ask_kept(subject);
        let (open, gate) = oneshot::channel();
        asker.hold(gate);
        simulator.run();
        asker.stop();
        simulator.run();
        subject.answer_kept(7);
        simulator.run();
        open.send(()).expect("it is held");
        simulator.run();
        assert_eq!((simulator.asks(), simulator.actors()), (0, 1));
    });
}

/// Asks while its own mailbox has one place.
#[actor(mailbox(capacity = 1))]
#[derive(Default)]
struct Narrow(Vec<String>);

impl Narrow {
    fn got(&mut self, answer: Result<u64, AskError>) {
        self.0.push(format!("{answer:?}"));
    }
}

#[handlers]
impl Narrow {
    #[tell]
    fn ask(&mut self, cx: &mut Context<Self>, subject: ActorRef<Subject>) {
        (0..3).for_each(|_| subject.keep().on(cx, Self::got));
    }

    #[tell]
    async fn hold(&mut self, gate: oneshot::Receiver<()>) {
        let _ = gate.await;
    }

    #[tell]
    fn hear(&mut self, what: String) {
        self.0.push(what);
    }

    #[ask]
    fn heard(&self) -> Vec<String> {
        self.0.clone()
    }
}

#[test]
fn m3_answers_to_continuations_take_no_place() {
    on_shards(|simulator| {
        let narrow = put(&simulator, 0, Narrow::default);
        let subject = put(&simulator, 1, Subject::default);
        narrow.ask(subject);
        simulator.run();
        let (open, gate) = oneshot::channel();
        narrow.hold(gate);
        simulator.run();
        narrow.hear("before".to_owned());
        simulator.run();
        subject.answer_kept(7);
        simulator.run();
        narrow.hear("no place".to_owned());
        simulator.run();
        assert_eq!(simulator.report().dead_letters.of(DeadReason::Overflow), 1);
        open.send(()).expect("it is held");
        simulator.run();
        let heard = ask_from(&simulator, 0, narrow.heard()).expect("it lives");
        assert_eq!(heard, ["before", "Ok(7)", "Ok(7)", "Ok(7)"]);
        assert_eq!(simulator.report().dead_letters.total(), 1);
    });
}

#[test]
fn m3_answers_in_the_mailbox_leave_its_place_to_messages() {
    on_shards(|simulator| {
        let narrow = put(&simulator, 0, Narrow::default);
        let subject = put(&simulator, 1, Subject::default);
        narrow.ask(subject);
        simulator.run();
        let (open, gate) = oneshot::channel();
        narrow.hold(gate);
        simulator.run();
        subject.answer_kept(7);
        simulator.run();
        narrow.hear("behind".to_owned());
        simulator.run();
        open.send(()).expect("it is held");
        simulator.run();
        let heard = ask_from(&simulator, 0, narrow.heard()).expect("it lives");
        assert_eq!(heard, ["Ok(7)", "Ok(7)", "Ok(7)", "behind"]);
        assert_eq!(simulator.report().dead_letters.total(), 0);
    });
}

/// Asks in its hooks.
#[actor]
struct Early {
    of: ActorRef<Subject>,
    events: ActorRef<Events>,
}

impl Early {
    fn got(&mut self, answer: Result<u64, AskError>) {
        self.events.happened(format!("{answer:?}"));
    }
}

#[handlers]
impl Early {
    #[start]
    async fn begin(&mut self, cx: &mut Context<Self>) {
        self.of.handled().on(cx, Self::got);
        tokio::task::yield_now().await;
        self.events.happened("begun".to_owned());
    }

    #[stop]
    fn end(&mut self, cx: &mut Context<Self>) {
        self.of.handled().on(cx, Self::got);
        self.events.happened("ended".to_owned());
    }
}

#[test]
fn d9_a_continuation_of_the_start_hook_comes_after_it() {
    on_shards(|simulator| {
        let events = put(&simulator, 0, Events::default);
        let of = put(&simulator, 1, Subject::default);
        let early = put(&simulator, 1, move || Early { of, events });
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, events.list()).expect("it lives"), ["begun", "Ok(0)"]);
        early.stop();
        simulator.run();
        let list = ask_from(&simulator, 0, events.list()).expect("it lives");
        assert_eq!(list, ["begun", "Ok(0)", "ended"], "nobody is there for the last answer");
        assert_eq!((simulator.asks(), simulator.actors()), (0, 2));
    });
}

/// Asks again when it is answered.
#[actor]
struct Chain {
    of: ActorRef<Subject>,
    left: u64,
    done: Option<Reply<u64>>,
}

impl Chain {
    fn got(&mut self, cx: &mut Context<Self>, answer: Result<u64, AskError>) {
        match (answer, self.left) {
            (Ok(_), left @ 1..) => {
                self.left = left - 1;
                self.of.work();
                self.of.handled().on(cx, Self::got);
            }
            (answer, _) => {
                if let Some(done) = self.done.take() {
                    done.answer(answer.unwrap_or(u64::MAX));
                }
            }
        }
    }
}

#[handlers]
impl Chain {
    #[ask]
    fn run(&mut self, cx: &mut Context<Self>, reply: Reply<u64>) {
        self.done = Some(reply);
        self.of.handled().on(cx, Self::got);
    }
}

#[test]
fn a_continuation_may_ask_again() {
    everywhere(|world| {
        let of = world.spawn(1, Subject::default);
        let chain = world.spawn(0, move || Chain { of, left: 1_000, done: None });
        assert_eq!(world.ask(chain.run()), Ok(1_000));
        let report = world.end();
        assert_eq!(report.dead_letters.total(), 0, "{report}");
    });
}

#[test]
fn d11_many_answers_at_once_hold_up_nobody_for_longer_than_a_slice() {
    on_shards(|simulator| {
        let (asker, subject) = pair(&simulator);
        (0..1_000).for_each(|_| asker.ask_kept(subject));
        simulator.run();
        subject.answer_kept(1);
        assert_eq!(heard(&simulator, asker), ["Ok(1)"; 1_000]);
        assert_eq!(simulator.asks(), 0);
    });
}
