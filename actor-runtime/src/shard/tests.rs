//! A small whole system, by hand and in virtual time: what Miri sees of shards, cells and futures.
//!
//! The actor here is written without macros, so it is also what the macros are to write.

mod beside;
mod bounded;
mod unlisted;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};
use std::time::Duration;

use crate::actor::{asked, asked_later, started_later, told, told_later};
use crate::address::Target;
use crate::testing::Simulator;
use crate::{
    Actor, ActorRef, ActorType, Address, Api, Ask, AskError, At, Context, DeadReason, ExitReason,
    Flow, Handle, Handled, Handlers, Message, Options, Protocol, Reply, Timed, private,
};
use crate::{host, remote};

const HOUR: Duration = Duration::from_secs(3_600);

/// Counts its drops.
#[derive(Clone)]
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// What an actor is made to do.
enum ActMsg {
    Ask { of: ActorRef<Act>, reply: Reply<Result<u64, AskError>> },
    Get { reply: Reply<u64> },
    Hold { reply: Reply<u64> },
    Later { payload: Counted },
    Panic { payload: Counted },
    Park { payload: Counted },
    Set { value: u64, payload: Counted },
    Stop,
}

impl Message for ActMsg {
    const NAMES: &'static [&'static str] =
        &["Ask", "Get", "Hold", "Later", "Panic", "Park", "Set", "Stop"];

    fn tag(&self) -> usize {
        match self {
            Self::Ask { .. } => 0,
            Self::Get { .. } => 1,
            Self::Hold { .. } => 2,
            Self::Later { .. } => 3,
            Self::Panic { .. } => 4,
            Self::Park { .. } => 5,
            Self::Set { .. } => 6,
            Self::Stop => 7,
        }
    }
}

/// An actor whose state is not `Send`.
struct Act {
    value: u64,
    held: Option<Reply<u64>>,
    waker: Rc<RefCell<Option<Waker>>>,
    released: Rc<Cell<bool>>,
    stopped: Rc<Cell<bool>>,
    _drops: Counted,
}

#[derive(Clone, Copy)]
struct ActApi(Address);

impl Api for ActApi {
    type Of = Act;

    fn at(address: Address) -> Self {
        Self(address)
    }

    fn address(&self) -> Address {
        self.0
    }
}

impl ActApi {
    fn set(&self, value: u64, payload: Counted) {
        private::tell::<Act>(self, ActMsg::Set { value, payload });
    }

    fn get(&self) -> Ask<u64> {
        private::ask::<Act, _>(self, |reply| ActMsg::Get { reply })
    }

    fn hold(&self) -> Ask<u64> {
        private::ask::<Act, _>(self, |reply| ActMsg::Hold { reply })
    }

    fn ask(&self, of: ActorRef<Act>) -> Ask<Result<u64, AskError>> {
        private::ask::<Act, _>(self, move |reply| ActMsg::Ask { of, reply })
    }
}

impl Protocol for Act {
    type Msg = ActMsg;
    type Api = ActApi;
    const DELIVERY: crate::Delivery<ActMsg> = Self::REACHED_BY;
}

impl Handle<ActMsg> for Act {
    fn handle<'a>(&'a mut self, message: ActMsg, cx: &'a mut Context<Self>) -> Handled<'a> {
        match message {
            ActMsg::Ask { of, reply } => asked_later(reply, async move { of.get().await }),
            ActMsg::Get { reply } => asked(reply, self.value),
            ActMsg::Hold { reply } => {
                self.held = Some(reply);
                told(())
            }
            ActMsg::Later { payload } => {
                cx.after(HOUR / 2, ActMsg::Set { value: 7, payload });
                told(())
            }
            ActMsg::Panic { payload } => {
                let _payload = payload;
                panic!("as told");
            }
            ActMsg::Park { payload } => told_later(async move {
                let _payload = payload;
                let (waker, released) = (self.waker.clone(), self.released.clone());
                poll_fn(|task| {
                    *waker.borrow_mut() = Some(task.waker().clone());
                    if released.get() { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                self.value += 1;
            }),
            ActMsg::Set { value, payload } => {
                drop(payload);
                self.value = value;
                told(())
            }
            ActMsg::Stop => {
                cx.stop();
                told(Flow::go())
            }
        }
    }
}

impl Handlers for Act {
    const STARTS: bool = true;
    const SUSPENDS: bool = true;
    const TIMERS: &'static [Timed<Self>] = &[
        Timed::every(HOUR, Duration::ZERO, |act, _cx| told_later(async { act.value += 1_000 })),
        Timed::idle(Duration::from_secs(36_000), |_act, _cx| told(Flow::stop())),
    ];

    fn start<'a>(&'a mut self, _cx: &'a mut Context<Self>) -> Handled<'a> {
        started_later(async move { self.value += 100 })
    }

    fn stop<'a>(&'a mut self, why: &'a ExitReason, _cx: &'a mut Context<Self>) -> Handled<'a> {
        told_later(async move { self.stopped.set(why.is_normal()) })
    }
}

impl Actor for Act {
    const OPTIONS: Options = Options::new().slice(8);
    const TYPE: &'static ActorType<Self> = {
        static TYPE: ActorType<Act> = ActorType::new();
        &TYPE
    };
    type Below = At<Self>;
    type Wraps = ();
}

/// A system with what its actors share with the test.
struct Stage {
    simulator: Simulator,
    drops: Arc<AtomicUsize>,
    waker: Rc<RefCell<Option<Waker>>>,
    released: Rc<Cell<bool>>,
    stopped: Rc<Cell<bool>>,
    made: Cell<usize>,
}

impl Stage {
    fn new(shards: usize) -> Self {
        Self {
            simulator: Simulator::new(shards),
            drops: Arc::default(),
            waker: Rc::default(),
            released: Rc::default(),
            stopped: Rc::default(),
            made: Cell::new(0),
        }
    }

    fn counted(&self) -> Counted {
        self.made.set(self.made.get() + 1);
        Counted(self.drops.clone())
    }

    fn act(&self, shard: usize) -> ActorRef<Act> {
        let act = Act {
            value: 0,
            held: None,
            waker: self.waker.clone(),
            released: self.released.clone(),
            stopped: self.stopped.clone(),
            _drops: self.counted(),
        };
        let act = self.simulator.enter(shard, || crate::spawn(act));
        self.simulator.run();
        act
    }

    /// The last shard, so that with more than one the pair crosses.
    fn far(&self) -> usize {
        self.simulator.shards() - 1
    }

    fn value(&self, act: ActorRef<Act>) -> Option<Result<u64, AskError>> {
        self.simulator.block_on(0, move || async move { act.get().await })
    }

    /// Ends the system, in which no actor is busy.
    fn end(self) {
        self.end_with(0);
    }

    /// Ends the system, with so many busy actors: what was made is dropped, once each.
    fn end_with(self, busy: usize) {
        let (drops, made) = (self.drops.clone(), self.made.get());
        self.waker.take();
        let report = self.simulator.stop();
        assert_eq!(report.actors_left, busy);
        assert_eq!(drops.load(Ordering::Relaxed), made, "each value is dropped once");
    }
}

fn on_shards(case: impl Fn(Stage)) {
    [1, 2].into_iter().for_each(|shards| case(Stage::new(shards)));
}

#[test]
fn a1_an_ask_is_answered_in_and_across_shards() {
    on_shards(|stage| {
        let (near, far) = (stage.act(0), stage.act(stage.far()));
        let payload = stage.counted();
        stage.simulator.enter(0, || far.set(7, payload));
        let asked = stage.simulator.block_on(0, move || async move { near.ask(far).await });
        assert_eq!(asked, Some(Ok(Ok(7))));
        stage.end();
    });
}

#[test]
fn t1_the_clock_calls_methods_and_sends_messages() {
    on_shards(|stage| {
        let far = stage.act(stage.far());
        let payload = stage.counted();
        stage.simulator.enter(stage.far(), || far.tell(ActMsg::Later { payload }));
        stage.simulator.run();
        stage.simulator.advance(3 * HOUR);
        assert_eq!(stage.value(far), Some(Ok(3_007)), "the message came first, then three ticks");
        stage.simulator.advance(10 * HOUR);
        assert_eq!(stage.simulator.actors(), 0, "it was silent for too long");
        assert!(stage.stopped.get());
        stage.end();
    });
}

#[test]
fn t3_timers_that_wait_are_dropped_with_their_actor() {
    on_shards(|stage| {
        let far = stage.act(stage.far());
        let (payload, parked) = (stage.counted(), stage.counted());
        stage.simulator.enter(stage.far(), || {
            far.tell(ActMsg::Later { payload });
            far.tell(ActMsg::Park { payload: parked });
        });
        stage.simulator.run();
        stage.simulator.advance(2 * HOUR);
        stage.end_with(1);
    });
}

#[test]
fn u16_a_wake_from_another_thread_polls_the_actor() {
    on_shards(|stage| {
        let far = stage.act(stage.far());
        let (parked, set) = (stage.counted(), stage.counted());
        stage.simulator.enter(0, || {
            far.tell(ActMsg::Park { payload: parked });
            far.set(7, set);
        });
        stage.simulator.run();
        assert_eq!(stage.simulator.handled(), 0, "the second waits for the first");
        stage.released.set(true);
        let waker = stage.waker.take().expect("the handler was polled");
        std::thread::spawn(move || waker.wake()).join().expect("a wake does not panic");
        assert_eq!(stage.value(far), Some(Ok(7)));
        stage.end();
    });
}

#[test]
fn a_stale_wake_reaches_nobody() {
    on_shards(|stage| {
        let far = stage.act(stage.far());
        let payload = stage.counted();
        stage.simulator.enter(0, || far.tell(ActMsg::Park { payload }));
        stage.simulator.run();
        stage.released.set(true);
        let waker = stage.waker.take().expect("the handler was polled");
        waker.wake_by_ref();
        stage.simulator.run();
        far.stop();
        stage.simulator.run();
        assert!(stage.stopped.get(), "the stop hook has run");
        waker.wake();
        stage.simulator.run();
        stage.end();
    });
}

#[test]
fn u15_a_pending_handler_is_dropped_before_its_state() {
    on_shards(|stage| {
        let far = stage.act(stage.far());
        let (parked, waiting) = (stage.counted(), stage.counted());
        stage.simulator.enter(0, || {
            far.tell(ActMsg::Park { payload: parked });
            far.set(1, waiting);
        });
        stage.simulator.run();
        stage.end_with(1);
    });
}

/// Sends twenty messages, the one in question, and twenty more. Answers how many were handled.
fn handled_in_a_row(stage: &Stage, act: ActorRef<Act>, middle: ActMsg) -> u64 {
    let before = stage.simulator.stats().total().handled;
    let payloads: Vec<_> = (0..40).map(|_| stage.counted()).collect();
    let mut middle = Some(middle);
    stage.simulator.enter(0, || {
        for (value, payload) in (0..).zip(payloads) {
            if value == 20 {
                act.tell(middle.take().expect("it is sent once"));
            }
            act.set(value, payload);
        }
    });
    stage.simulator.run();
    stage.simulator.stats().total().handled - before
}

#[test]
fn m2_messages_in_a_row_are_handled_as_one_by_one() {
    on_shards(|stage| {
        let dead = || stage.simulator.stats().total().dead_letters.of(DeadReason::Stopped);
        let act = stage.act(stage.far());
        assert_eq!(handled_in_a_row(&stage, act, ActMsg::Stop), 21);
        assert_eq!((stage.simulator.actors(), dead()), (0, 20), "what came later is dead");
        let (act, payload) = (stage.act(stage.far()), stage.counted());
        assert_eq!(handled_in_a_row(&stage, act, ActMsg::Panic { payload }), 20);
        assert_eq!((stage.simulator.actors(), dead()), (0, 40));
        let (act, payload) = (stage.act(stage.far()), stage.counted());
        assert_eq!(handled_in_a_row(&stage, act, ActMsg::Park { payload }), 20, "it is busy");
        stage.released.set(true);
        stage.waker.take().expect("it was polled").wake();
        stage.simulator.run();
        assert_eq!(stage.value(act), Some(Ok(39)), "the last was handled last");
        stage.end();
    });
}

#[test]
fn l5_a_panic_ends_its_actor_alone() {
    on_shards(|stage| {
        let (near, far) = (stage.act(0), stage.act(stage.far()));
        let payload = stage.counted();
        stage.simulator.enter(0, || far.tell(ActMsg::Panic { payload }));
        assert!(stage.value(far).is_some_and(|value| value.is_err()));
        assert_eq!(stage.value(near), Some(Ok(100)));
        assert_eq!(stage.simulator.report().dead_letters.of(DeadReason::InFlight), 1);
        stage.end();
    });
}

#[test]
fn a2_an_answer_after_the_deadline_reaches_nobody() {
    on_shards(|stage| {
        let far = stage.act(stage.far());
        let held = stage.simulator.start(0, move || async move { far.hold().await });
        stage.simulator.advance(Duration::from_secs(4));
        assert!(held.take().is_none());
        stage.simulator.advance(Duration::from_secs(2));
        assert_eq!(held.take(), Some(Err(AskError::Timeout)));
        assert_eq!(stage.simulator.asks(), 0);
        stage.end();
    });
}

#[test]
fn l12_a_reference_reaches_no_later_actor_of_its_slot() {
    on_shards(|stage| {
        let first = stage.act(0);
        stage.simulator.enter(0, || first.tell(ActMsg::Stop));
        stage.simulator.run();
        // Retired at its last generation, which comes soon in a test, the slot is not used again.
        for _ in 0..12 {
            let next = stage.act(0);
            assert_ne!(first, next);
            assert!(stage.value(first).is_some_and(|value| value.is_err()));
            stage.simulator.enter(0, || next.stop_now());
            stage.simulator.run();
        }
        stage.end();
    });
}

#[test]
fn u14_a_reference_of_another_type_is_noproc() {
    let stage = Stage::new(1);
    let act = stage.act(0);
    // The address of an ask, and random ones, taken for an actor's.
    for bits in [0, 1, 2, 1_023, 1_024, 2_047, 4_096, u64::from(u32::MAX) - 1] {
        let target = Target::new(bits as u32, 1);
        let forged = Address::new(act.address().shard_id(), target);
        if forged != act.address() {
            let payload = stage.counted();
            let forged = ActorRef::<Act>::from_address(forged);
            stage.simulator.enter(0, || forged.set(9, payload));
            stage.simulator.run();
        }
    }
    assert_eq!(stage.value(act), Some(Ok(100)));
    stage.end();
}

#[test]
fn u14_a_kill_at_the_place_of_an_ask_does_nothing_to_the_ask() {
    let stage = Stage::new(1);
    let act = stage.act(0);
    let asked = stage.simulator.enter(0, || act.hold().start());
    stage.simulator.enter(0, || {
        let targets = (0..2_048).flat_map(|slot| (1..4).map(move |life| Target::new(slot, life)));
        let forged = targets.map(|target| Address::new(act.address().shard_id(), target));
        for forged in forged.filter(|forged| *forged != act.address()) {
            ActorRef::<Act>::from_address(forged).kill();
        }
    });
    stage.simulator.run();
    assert_eq!(stage.simulator.asks(), 1, "the ask waits on");
    stage.simulator.enter(0, || act.stop());
    assert_eq!(stage.simulator.block_on(0, || asked), Some(Err(AskError::Stopped)));
    stage.end();
}

#[test]
fn a_shard_knows_whether_futures_run_beside_its_actors() {
    on_shards(|stage| {
        let has_attendants = || stage.simulator.shard(stage.far()).has_attendants();
        assert!(!has_attendants());
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        remote::attend::<Act, _>(&stage.simulator.system(), stage.far(), || async {
            let _ = ended.await;
        });
        stage.simulator.run();
        assert!(has_attendants());
        end.send(()).expect("it waits");
        stage.simulator.run();
        assert!(!has_attendants());
        stage.end();
    });
}

#[test]
fn a_system_that_is_dropped_drops_all_it_holds() {
    let stage = Stage::new(2);
    let (near, far) = (stage.act(0), stage.act(1));
    let payloads = [stage.counted(), stage.counted(), stage.counted()];
    let [parked, waiting, sent] = payloads;
    stage.simulator.enter(0, || {
        far.tell(ActMsg::Park { payload: parked });
        far.set(1, waiting);
    });
    stage.simulator.run();
    near.set(1, sent);
    let (drops, made) = (stage.drops.clone(), stage.made.get());
    drop(stage);
    assert_eq!(drops.load(Ordering::Relaxed), made);
}

/// Collects the messages of events.
#[derive(Clone, Default)]
struct Events(Arc<std::sync::Mutex<Vec<String>>>);

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "callboard"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Text(String);
        impl tracing::field::Visit for Text {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                if matches!(field.name(), "message" | "reason") {
                    self.0 = format!("{value:?} {}", self.0);
                }
            }
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().expect("no test panics with it").push(text.0.trim_end().to_owned());
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn events_tell_of_start_stop_panic_and_dead_letter() {
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), || {
        let stage = Stage::new(1);
        let (stopped, crashed) = (stage.act(0), stage.act(0));
        let (payload, late) = (stage.counted(), stage.counted());
        stage.simulator.enter(0, || {
            stopped.stop();
            crashed.tell(ActMsg::Panic { payload });
        });
        stage.simulator.run();
        stage.simulator.enter(0, || stopped.set(1, late));
        stage.simulator.run();
        stage.end();
    });
    let seen = events.0.lock().expect("no test panics with it").join("; ");
    for (event, count) in [("start", 2), ("stop", 2), ("panic", 1), ("dead letter", 2)] {
        let found = seen.split("; ").filter(|text| text.contains(event)).count();
        assert!(found >= count, "{count} of `{event}` in: {seen}");
    }
    assert!(seen.contains("as told"), "the panic's text is there: {seen}");
}

/// Runs `call` as the shard of `stage`'s last actor, whose watchdog has cut `act` off, while the code of
/// `running` is called.
fn while_cut(stage: &Stage, act: ActorRef<Act>, running: ActorRef<Act>, call: impl FnOnce()) {
    stage.simulator.enter(act.address().shard(), || {
        host::with(|host| {
            let host = host.expect("it is entered");
            let cell = host.cell(act.address().target()).expect("it lives");
            let kind = cell.kind().expect("it lives");
            host::watched_by(&host.watched, || {
                host.watched.begins(act.address().target(), kind);
                act.kill();
                let (watched, target) = (&host.watched, act.address().target());
                let cut = std::thread::scope(|scope| {
                    let watchdog = scope.spawn(|| watched.cut_off(target).is_some());
                    watchdog.join().expect("a watchdog does not panic")
                });
                assert!(cut, "it was killed");
                host.watched.begins(running.address().target(), kind);
                call();
            });
        });
    });
}

#[test]
fn x9_what_a_cut_off_actor_sends_is_discarded() {
    on_shards(|stage| {
        let (act, other, near) = (stage.act(stage.far()), stage.act(stage.far()), stage.act(0));
        let payloads = [stage.counted(), stage.counted()];
        let mut asked = None;
        while_cut(&stage, act, act, || {
            for (to, payload) in [other, near].into_iter().zip(payloads) {
                to.set(7, payload);
                to.stop();
            }
            asked = Some(other.get().start());
        });
        stage.simulator.run();
        assert_eq!((stage.value(other), stage.value(near)), (Some(Ok(100)), Some(Ok(100))));
        assert_eq!(stage.value(act), Some(Err(AskError::Stopped)));
        assert_eq!(stage.simulator.stats().total().cut_off, 0);
        let asked = asked.take().expect("it was asked");
        let far = stage.far();
        assert_eq!(stage.simulator.block_on(far, || asked), Some(Err(AskError::Stopped)));
        // Two tells, an ask, and the ask of who looked whether it has ended.
        assert_eq!(stage.simulator.report().dead_letters.of(DeadReason::Stopped), 4);
        stage.end();
    });
}

#[test]
fn x9_a_cut_that_comes_too_late_ends_its_actor_and_harms_no_other() {
    on_shards(|stage| {
        let (act, other, near) = (stage.act(stage.far()), stage.act(stage.far()), stage.act(0));
        let payloads = [stage.counted(), stage.counted(), stage.counted()];
        while_cut(&stage, act, other, || {
            for (to, payload) in [other, near, act].into_iter().zip(payloads) {
                to.set(7, payload);
            }
        });
        assert_eq!(stage.simulator.stats().total().cut_off, 1);
        stage.simulator.run();
        assert_eq!((stage.value(other), stage.value(near)), (Some(Ok(7)), Some(Ok(7))));
        assert_eq!(stage.value(act), Some(Err(AskError::Stopped)));
        assert_eq!(stage.simulator.stats().total().cut_off, 0);
        stage.end();
    });
}
