//! Mailboxes with a bound, permits, continuations, queries and kills: what Miri sees of them.

use std::sync::atomic::Ordering;
use std::task::Context as TaskContext;

use tokio::sync::oneshot;

use super::*;
use crate::testing::Output;
use crate::{ActorType, Overflow, Permit, Query, ReserveError, TellError};

/// What such an actor is made to do.
enum BoundedMsg {
    /// Asks another, and goes on with the answer in this way.
    GoOn {
        of: ActorRef<Act>,
        how: How,
        payload: Counted,
    },
    Hold {
        gate: oneshot::Receiver<()>,
        payload: Counted,
    },
    Note {
        payload: Counted,
    },
    Swap {
        payload: Counted,
        reply: Reply<Counted>,
    },
}

#[derive(Clone, Copy)]
enum How {
    Later,
    Panic,
    Plain,
}

impl Message for BoundedMsg {
    const NAMES: &'static [&'static str] = &["GoOn", "Hold", "Note", "Swap"];

    fn tag(&self) -> usize {
        match self {
            Self::GoOn { .. } => 0,
            Self::Hold { .. } => 1,
            Self::Note { .. } => 2,
            Self::Swap { .. } => 3,
        }
    }
}

/// How many messages wait for such an actor at most.
const ROOM: usize = 2;

const POLICIES: [Overflow; 4] =
    [Overflow::Crash, Overflow::DropNewest, Overflow::DropOldest, Overflow::Reject];

const CRASH: usize = 0;
const DROP_OLDEST: usize = 2;
const REJECT: usize = 3;

/// An actor with a bounded mailbox of this policy.
struct Bounded<const POLICY: usize> {
    heard: Rc<RefCell<Vec<Answer>>>,
    _drops: Counted,
}

impl<const POLICY: usize> Bounded<POLICY> {
    fn got_and_panics(&mut self, answer: Result<u64, AskError>) {
        panic!("at {answer:?}");
    }
}

impl<const POLICY: usize> Protocol for Bounded<POLICY> {
    type Msg = BoundedMsg;
    type Api = At<Self>;
    const DELIVERY: crate::Delivery<BoundedMsg> = Self::REACHED_BY;
}

impl<const POLICY: usize> Handle<BoundedMsg> for Bounded<POLICY> {
    fn handle<'a>(&'a mut self, message: BoundedMsg, cx: &'a mut Context<Self>) -> Handled<'a> {
        match message {
            BoundedMsg::GoOn { of, how, payload } => {
                let ask = of.get();
                match how {
                    How::Later => ask.on(cx, async move |me: &mut Self, answer: Answer| {
                        let _payload = payload;
                        yield_once().await;
                        me.heard.borrow_mut().push(answer);
                    }),
                    How::Panic => ask.on(cx, Self::got_and_panics),
                    How::Plain => ask.on(cx, move |me: &mut Self, answer: Answer| {
                        drop(payload);
                        me.heard.borrow_mut().push(answer);
                    }),
                }
                told(())
            }
            BoundedMsg::Hold { gate, payload } => told_later(async move {
                let _payload = payload;
                // Who had the other end may have gone.
                let _ = gate.await;
            }),
            BoundedMsg::Note { payload } => {
                drop(payload);
                told(())
            }
            BoundedMsg::Swap { payload, reply } => asked(reply, payload),
        }
    }
}

type Answer = Result<u64, AskError>;

async fn yield_once() {
    let mut yielded = false;
    poll_fn(|task| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl<const POLICY: usize> Handlers for Bounded<POLICY> {
    const SUSPENDS: bool = true;
}

impl<const POLICY: usize> Actor for Bounded<POLICY> {
    const OPTIONS: Options = Options::new().mailbox(ROOM as u32, POLICIES[POLICY]);
    const TYPE: &'static ActorType<Self> = &ActorType::new();
    type Below = At<Self>;
    type Wraps = ();
}

type Reserved<const POLICY: usize> = Output<Result<Permit<Bounded<POLICY>>, ReserveError>>;

/// A bounded actor on the last shard, and what it shares with the test.
struct Held<const POLICY: usize> {
    actor: ActorRef<Bounded<POLICY>>,
    heard: Rc<RefCell<Vec<Answer>>>,
    open: Option<oneshot::Sender<()>>,
}

impl<const POLICY: usize> Held<POLICY> {
    fn new(stage: &Stage) -> Self {
        let heard = Rc::default();
        let bounded = Bounded::<POLICY> { heard: Rc::clone(&heard), _drops: stage.counted() };
        let actor = stage.simulator.enter(stage.far(), || crate::spawn(bounded));
        Self { actor, heard, open: None }
    }

    /// One that is at a message until it is let go.
    fn at_work(stage: &Stage) -> Self {
        let mut held = Self::new(stage);
        held.hold(stage);
        held
    }

    fn hold(&mut self, stage: &Stage) {
        let (open, gate) = oneshot::channel();
        self.open = Some(open);
        self.actor.tell(BoundedMsg::Hold { gate, payload: stage.counted() });
        stage.simulator.run();
    }

    fn let_go(&mut self, stage: &Stage) {
        drop(self.open.take());
        stage.simulator.run();
    }

    fn note(&self, stage: &Stage, times: usize) {
        (0..times).for_each(|_| self.actor.tell(BoundedMsg::Note { payload: stage.counted() }));
        stage.simulator.run();
    }

    /// Waits for a place, from the first shard.
    fn reserve(&self, stage: &Stage) -> Reserved<POLICY> {
        let actor = self.actor;
        let reserved = stage.simulator.start(0, move || actor.reserve());
        stage.simulator.run();
        reserved
    }
}

fn policy_is_followed<const POLICY: usize>() {
    on_shards(|stage| {
        let mut held = Held::<POLICY>::at_work(&stage);
        let payload = stage.counted();
        let ask = private::ask::<Bounded<POLICY>, _>(&*held.actor, |reply| BoundedMsg::Swap {
            payload,
            reply,
        });
        let answer = stage.simulator.start(0, move || ask);
        held.note(&stage, 3);
        held.let_go(&stage);
        assert!(answer.take().is_some(), "every ask ends");
        let overflows = stage.simulator.report().dead_letters.of(DeadReason::Overflow);
        assert_eq!(overflows, if POLICY == CRASH { 1 } else { 2 });
        assert_eq!(stage.simulator.actors(), usize::from(POLICY != CRASH));
        stage.end();
    });
}

#[test]
fn m2_values_of_each_policy_are_dropped_once() {
    policy_is_followed::<CRASH>();
    policy_is_followed::<1>();
    policy_is_followed::<DROP_OLDEST>();
    policy_is_followed::<REJECT>();
}

#[test]
fn m2_drop_oldest_moves_the_answer_that_stands_before_it() {
    on_shards(|stage| {
        let act = stage.act(0);
        let mut held = Held::<DROP_OLDEST>::at_work(&stage);
        for how in [How::Plain, How::Later] {
            let payload = stage.counted();
            held.actor.tell(BoundedMsg::GoOn { of: act, how, payload });
        }
        held.let_go(&stage);
        assert_eq!(*held.heard.borrow(), [Ok(100), Ok(100)]);
        let parked = stage.counted();
        act.tell(ActMsg::Park { payload: parked });
        stage.simulator.run();
        let payload = stage.counted();
        held.actor.tell(BoundedMsg::GoOn { of: act, how: How::Plain, payload });
        held.hold(&stage);
        stage.released.set(true);
        stage.waker.take().expect("the handler was polled").wake();
        stage.simulator.run();
        held.note(&stage, ROOM + 2);
        let overflows = stage.simulator.report().dead_letters.of(DeadReason::Overflow);
        assert_eq!((overflows, held.heard.borrow().len()), (2, 2), "the answer waits");
        held.let_go(&stage);
        assert_eq!(held.heard.borrow().last(), Some(&Ok(101)));
        stage.end();
    });
}

#[test]
fn m4_permits_are_used_given_back_and_outlive_their_actor() {
    on_shards(|stage| {
        let mut held = Held::<REJECT>::at_work(&stage);
        let [used, dropped, waiting] = [(); 3].map(|()| held.reserve(&stage));
        let permit = |reserved: &Reserved<REJECT>| Some(reserved.take()?.expect("it lives"));
        permit(&used).expect("a place").send(BoundedMsg::Note { payload: stage.counted() });
        stage.simulator.run();
        assert!(permit(&waiting).is_none(), "there are two places");
        drop(permit(&dropped));
        stage.simulator.run();
        let permit = permit(&waiting).expect("one was given back");
        // One waits too long, one gives up while it waits.
        let late = held.reserve(&stage);
        let mut given_up = held.actor.reserve();
        let begun = stage.simulator.enter(0, || {
            let task = &mut TaskContext::from_waker(Waker::noop());
            std::pin::Pin::new(&mut given_up).poll(task).is_ready()
        });
        stage.simulator.run();
        assert!(!begun);
        drop(given_up);
        stage.simulator.advance(Duration::from_secs(6));
        assert!(matches!(late.take(), Some(Err(ReserveError::Timeout))));
        // The permit outlives its actor.
        held.let_go(&stage);
        held.actor.stop();
        stage.simulator.run();
        permit.send(BoundedMsg::Note { payload: stage.counted() });
        let ended = held.reserve(&stage);
        let refused = stage.simulator.enter(stage.far(), || {
            held.actor.try_tell(BoundedMsg::Note { payload: stage.counted() })
        });
        assert!(matches!(refused, Err(TellError::Stopped(_))));
        drop(refused);
        // Who waits may lie in its place by then.
        let ended = ended.take();
        assert!(matches!(ended, Some(Err(ReserveError::NoProc | ReserveError::Stopped))));
        stage.end();
    });
}

#[test]
fn l5_continuations_panic_and_end_with_their_actor() {
    on_shards(|stage| {
        let act = stage.act(0);
        let crashed = Held::<REJECT>::new(&stage);
        let payload = stage.counted();
        crashed.actor.tell(BoundedMsg::GoOn { of: act, how: How::Panic, payload });
        stage.simulator.run();
        assert_eq!(stage.simulator.report().dead_letters.of(DeadReason::InFlight), 1);
        // The asked one is parked, so the answer comes after the end of who asked.
        let parked = stage.counted();
        act.tell(ActMsg::Park { payload: parked });
        let ended = Held::<REJECT>::new(&stage);
        for how in [How::Plain, How::Later] {
            let payload = stage.counted();
            ended.actor.tell(BoundedMsg::GoOn { of: act, how, payload });
        }
        stage.simulator.run();
        ended.actor.stop();
        stage.simulator.run();
        assert_eq!((stage.simulator.actors(), stage.simulator.asks()), (1, 0));
        stage.released.set(true);
        stage.waker.take().expect("the handler was polled").wake();
        stage.simulator.run();
        assert_eq!(stage.simulator.report().late_answers, 2);
        stage.end();
    });
}

#[test]
fn x9_a_kill_answers_who_waits_and_drops_what_waits() {
    on_shards(|stage| {
        let mut held = Held::<REJECT>::at_work(&stage);
        let (actor, act) = (held.actor, stage.act(0));
        held.note(&stage, ROOM);
        let payload = stage.counted();
        let permit = held.reserve(&stage);
        let waits: [Query<ExitReason>; 2] = [actor.wait(), actor.wait()];
        let [one, two] = waits.map(|wait| stage.simulator.start(0, move || wait));
        let length = stage.simulator.mailbox_len(actor);
        let asked = stage
            .simulator
            .block_on(stage.far(), move || async move { (actor.is_alive().await, length.await) });
        assert_eq!(asked, Some((true, ROOM as u64)));
        actor.tell(BoundedMsg::GoOn { of: act, how: How::Plain, payload });
        actor.kill();
        stage.simulator.run();
        for wait in [one, two] {
            assert!(matches!(wait.take(), Some(ExitReason::Killed)));
        }
        assert!(matches!(permit.take(), Some(Err(ReserveError::Stopped))));
        let asked = stage
            .simulator
            .block_on(0, move || async move { (actor.is_alive().await, actor.wait().await) });
        assert!(matches!(asked, Some((false, ExitReason::NoProc))));
        drop(held.open.take());
        assert_eq!(stage.drops.load(Ordering::Relaxed) + 1, stage.made.get(), "but for one actor");
        stage.end();
    });
}
