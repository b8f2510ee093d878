//! An ask ends exactly once, at once where its end is known, and otherwise at its deadline.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{ActorRef, AskError, Context, Pending, Reply, actor, handlers};

use crate::check::{Counted, Subject, Tally, World, ask_from, everywhere, on_shards, put};

const SECOND: Duration = Duration::from_secs(1);

/// Ends an ask of a subject in the way of `begin`, and says how it ended in the present moment.
fn ended(
    simulator: &Simulator,
    begin: impl FnOnce(ActorRef<Subject>) -> Pending<u64> + 'static,
) -> Option<Result<u64, AskError>> {
    let subject = put(simulator, 1, Subject::default);
    simulator.block_on(0, move || begin(subject))
}

#[test]
fn a1_an_ask_ends_with_its_answer() {
    everywhere(|world| {
        let subject = world.spawn(1, Subject::default);
        let handled = world.run(0, move || async move {
            subject.work();
            subject.handled().await
        });
        assert_eq!(handled, Ok(1));
        world.end();
    });
}

#[test]
fn a1_an_ask_without_a_deadline_ends_after_five_seconds() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let answer = simulator.start(0, move || subject.keep());
        simulator.advance(SECOND * 5 - Duration::from_millis(1));
        assert_eq!(answer.take(), None);
        simulator.advance(Duration::from_millis(3));
        assert_eq!(answer.take(), Some(Err(AskError::Timeout)));
    });
}

#[test]
fn a1_an_ask_of_a_stopped_actor_ends_with_stopped() {
    on_shards(|simulator| {
        let answer = ended(&simulator, |subject| {
            subject.stop();
            subject.handled().start()
        });
        assert_eq!(answer, Some(Err(AskError::Stopped)));
    });
}

#[test]
fn a1_an_ask_by_a_stale_reference_ends_with_noproc() {
    on_shards(|simulator| {
        let stale = put(&simulator, 1, Subject::default);
        stale.stop();
        simulator.run();
        // The slot's next actor ends too, so that nobody knows of the first.
        put(&simulator, 1, Subject::default).stop();
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, stale.handled()), Err(AskError::NoProc));
    });
}

#[test]
fn p46_an_answer_after_the_deadline_is_a_timeout_and_counted() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let answer = simulator.start(0, move || subject.keep().timeout(SECOND));
        simulator.advance(SECOND * 2);
        assert_eq!(answer.take(), Some(Err(AskError::Timeout)));
        subject.answer_kept(7);
        simulator.run();
        assert_eq!(simulator.report().late_answers, 1);
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a2_a_late_answer_is_dropped_once() {
    on_shards(|simulator| {
        let (tally, keeper) = (Tally::default(), put(&simulator, 1, Keeper::default));
        let answer = simulator.start(0, move || keeper.keep().timeout(SECOND));
        simulator.advance(SECOND * 2);
        assert!(matches!(answer.take(), Some(Err(AskError::Timeout))));
        keeper.answer(tally.make());
        simulator.run();
        tally.assert_even();
    });
}

/// Answers asks with what it is told.
#[actor]
#[derive(Default)]
struct Keeper(Option<Reply<Counted>>);

#[handlers]
impl Keeper {
    #[ask]
    fn keep(&mut self, reply: Reply<Counted>) {
        self.0 = Some(reply);
    }

    #[tell]
    fn answer(&mut self, value: Counted) {
        if let Some(reply) = self.0.take() {
            reply.answer(value);
        }
    }
}

#[test]
fn p47_a_crash_while_handling_ends_the_ask_at_once() {
    on_shards(|simulator| {
        let answer = ended(&simulator, |subject| subject.fail().timeout(SECOND * 60).start());
        assert_eq!(answer, Some(Err(AskError::Crashed)));
    });
}

#[test]
fn a3_a_crash_ends_the_asks_whose_replies_the_actor_kept() {
    on_shards(|simulator| {
        let answer = ended(&simulator, |subject| {
            let kept = subject.keep().start();
            subject.panic("gone".to_owned());
            kept
        });
        assert_eq!(answer, Some(Err(AskError::Crashed)));
    });
}

#[test]
fn a3_a_stop_ends_the_asks_whose_replies_the_actor_kept() {
    on_shards(|simulator| {
        let answer = ended(&simulator, |subject| {
            let kept = subject.keep().start();
            subject.stop();
            kept
        });
        assert_eq!(answer, Some(Err(AskError::Stopped)));
    });
}

#[test]
fn a3_an_error_ends_the_asks_that_wait_with_stopped() {
    on_shards(|simulator| {
        let answer = ended(&simulator, |subject| {
            subject.end_with("no more".to_owned());
            subject.handled().start()
        });
        assert_eq!(answer, Some(Err(AskError::Stopped)));
    });
}

#[test]
fn p48_a_dropped_reply_ends_the_ask_at_once() {
    on_shards(|simulator| {
        assert_eq!(
            ended(&simulator, |subject| subject.lose().start()),
            Some(Err(AskError::NoReply))
        );
    });
}

#[test]
fn a4_a_reply_dropped_by_a_plain_thread_ends_the_ask() {
    everywhere(|world| {
        let sharer = world.spawn(1, || Sharer);
        assert_eq!(world.ask(sharer.drop_elsewhere()), Err(AskError::NoReply));
        world.end();
    });
}

/// Gives its replies away.
#[actor]
struct Sharer;

#[handlers]
impl Sharer {
    #[ask]
    fn drop_elsewhere(&mut self, reply: Reply<u64>) {
        std::thread::spawn(move || drop(reply)).join().expect("the thread ends");
    }

    #[ask]
    fn answer_elsewhere(&mut self, reply: Reply<u64>) {
        std::thread::spawn(move || reply.answer(5)).join().expect("the thread ends");
    }

    #[ask]
    fn hand_on(&mut self, to: ActorRef<Answerer>, reply: Reply<u64>) {
        to.answer(Handed(reply));
    }
}

/// A reply on its way to who answers.
struct Handed(Reply<u64>);

/// Answers for others.
#[actor]
struct Answerer;

#[handlers]
impl Answerer {
    #[tell]
    fn answer(&mut self, handed: Handed) {
        handed.0.answer(8);
    }
}

#[test]
fn a8_a_reply_may_be_handed_to_a_third_actor() {
    everywhere(|world| {
        let (sharer, answerer) = (world.spawn(1, || Sharer), world.spawn(2, || Answerer));
        assert_eq!(world.ask(sharer.hand_on(answerer)), Ok(8));
        world.end();
    });
}

#[test]
fn a8_a_plain_thread_may_answer() {
    everywhere(|world| {
        let sharer = world.spawn(1, || Sharer);
        assert_eq!(world.ask(sharer.answer_elsewhere()), Ok(5));
        world.end();
    });
}

#[test]
fn a8_a_reply_handed_to_a_stopped_actor_ends_the_ask() {
    on_shards(|simulator| {
        let (sharer, answerer) = (put(&simulator, 1, || Sharer), put(&simulator, 2, || Answerer));
        answerer.stop();
        simulator.run();
        let answer = ask_from(&simulator, 0, sharer.hand_on(answerer));
        assert_eq!(answer, Err(AskError::Stopped));
    });
}

/// Asks itself, and others.
#[actor]
#[derive(Default)]
struct Asker {
    started: Option<Pending<u64>>,
}

#[handlers]
impl Asker {
    #[ask]
    fn one(&self) -> u64 {
        1
    }

    #[ask]
    async fn call_itself(&mut self, cx: &mut Context<Self>) -> Result<u64, AskError> {
        cx.me().one().await
    }

    #[ask]
    async fn start_and_call_itself(&mut self, cx: &mut Context<Self>) -> Result<u64, AskError> {
        let one = cx.me().one().start();
        one.await
    }

    #[ask]
    async fn call_itself_joined(&mut self, cx: &mut Context<Self>) -> Vec<Result<u64, AskError>> {
        let (a, b) = tokio::join!(cx.me().one(), cx.me().one());
        vec![a, b]
    }

    /// Begins an ask to itself that no handler awaits.
    #[tell]
    fn begin(&mut self, cx: &mut Context<Self>) {
        self.started = Some(cx.me().one().start());
    }

    #[ask]
    async fn finish(&mut self) -> Result<u64, AskError> {
        match &mut self.started {
            Some(started) => started.await,
            None => Err(AskError::NoReply),
        }
    }

    #[ask]
    async fn ask_subject(&mut self, subject: ActorRef<Subject>) -> Result<u64, AskError> {
        subject.handled().await
    }

    /// Awaits what is never answered.
    #[tell]
    async fn hang(&mut self, subject: ActorRef<Subject>) {
        let _ = subject.keep().timeout(SECOND * 60).await;
    }

    /// Awaits two at once, and panics when the first has ended.
    #[tell]
    async fn hang_and_panic(&mut self, subject: ActorRef<Subject>) {
        let kept = subject.keep().start();
        subject.handled().await.expect("an answer");
        let _kept = kept;
        panic!("with an ask pending");
    }

    #[ask]
    async fn join_many(&mut self, subjects: Vec<ActorRef<Subject>>) -> Vec<u64> {
        let mut asks = Vec::from_iter(subjects.iter().map(|subject| Box::pin(subject.handled())));
        let mut answers = Vec::new();
        std::future::poll_fn(|cx| {
            asks.retain_mut(|ask| match ask.as_mut().poll(cx) {
                Poll::Ready(answer) => {
                    answers.push(answer.expect("an answer"));
                    false
                }
                Poll::Pending => true,
            });
            if asks.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        answers
    }

    #[ask]
    async fn join(&mut self, a: ActorRef<Subject>, b: ActorRef<Subject>) -> (u64, u64) {
        let (a, b) = tokio::join!(a.handled(), b.handled());
        (a.expect("an answer"), b.expect("an answer"))
    }

    /// Takes the first of two answers; the other ask is dropped.
    #[ask]
    async fn select(&mut self, quick: ActorRef<Subject>, slow: ActorRef<Subject>) -> u64 {
        tokio::select! {
            quick = quick.handled() => quick.expect("an answer"),
            slow = slow.keep() => slow.expect("an answer") + 100,
        }
    }

    /// Awaits by a waker of its own kind, as combinators of other crates do.
    #[ask]
    async fn foreign_waker(&mut self, subject: ActorRef<Subject>) -> Result<u64, AskError> {
        let mut ask = pin!(subject.handled());
        let wakes = std::sync::Arc::new(Relay::default());
        std::future::poll_fn(|cx| {
            *wakes.0.lock().expect("nobody panicked") = Some(cx.waker().clone());
            let waker = std::task::Waker::from(wakes.clone());
            ask.as_mut().poll(&mut std::task::Context::from_waker(&waker))
        })
        .await
    }
}

/// A waker that wakes another.
#[derive(Default)]
struct Relay(std::sync::Mutex<Option<std::task::Waker>>);

impl std::task::Wake for Relay {
    fn wake(self: std::sync::Arc<Self>) {
        let waker = self.0.lock().expect("nobody panicked").take();
        waker.expect("polled before").wake();
    }
}

#[test]
fn p49_a_handler_that_awaits_its_own_actor_is_refused_at_once() {
    everywhere(|world| {
        let asker = world.spawn(1, Asker::default);
        assert_eq!(world.ask(asker.call_itself()), Ok(Err(AskError::CallingSelf)));
        world.end();
    });
}

#[test]
fn a5_a_started_ask_to_oneself_is_refused_when_awaited() {
    on_shards(|simulator| {
        let asker = put(&simulator, 1, Asker::default);
        let answer = ask_from(&simulator, 0, asker.start_and_call_itself());
        assert_eq!(answer, Ok(Err(AskError::CallingSelf)));
    });
}

#[test]
fn a5_joined_asks_to_oneself_are_refused() {
    on_shards(|simulator| {
        let asker = put(&simulator, 1, Asker::default);
        let answer = ask_from(&simulator, 0, asker.call_itself_joined());
        assert_eq!(answer, Ok(vec![Err(AskError::CallingSelf); 2]));
    });
}

#[test]
fn a5_an_answer_to_oneself_that_came_between_handlers_is_taken() {
    on_shards(|simulator| {
        let asker = put(&simulator, 1, Asker::default);
        asker.begin();
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, asker.finish()), Ok(Ok(1)));
    });
}

#[test]
fn a5_a_longer_cycle_ends_by_its_deadline() {
    on_shards(|simulator| {
        let (a, b) = (put(&simulator, 0, Ring::default), put(&simulator, 1, Ring::default));
        a.join(b);
        b.join(a);
        let answer = simulator.start(0, move || a.round().timeout(SECOND * 60));
        simulator.advance(SECOND * 6);
        assert_eq!(answer.take(), Some(Ok(Err(AskError::Timeout))));
    });
}

/// Asks its neighbour, which asks it.
#[actor]
#[derive(Default)]
struct Ring(Option<ActorRef<Self>>);

#[handlers]
impl Ring {
    #[tell]
    fn join(&mut self, next: ActorRef<Self>) {
        self.0 = Some(next);
    }

    #[ask]
    async fn round(&mut self) -> Result<u64, AskError> {
        match self.0 {
            Some(next) => next.round().timeout(SECOND * 5).await?.map(|n| n + 1),
            None => Ok(0),
        }
    }
}

#[test]
fn a6_an_asker_that_is_stopped_releases_its_slot() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let asker = put(&simulator, 0, Asker::default);
        asker.hang_and_panic(subject);
        simulator.run();
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a6_a_dropped_ask_releases_its_slot() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        simulator.enter(0, || drop(subject.keep().start()));
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a6_an_ask_dropped_on_another_shard_releases_its_slot() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let pending = simulator.enter(0, || subject.keep().start());
        simulator.enter(simulator.shards() - 1, || drop(pending));
        simulator.run();
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a6_an_ask_dropped_on_a_plain_thread_releases_its_slot() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let pending = simulator.enter(0, || subject.keep().start());
        drop(pending);
        simulator.run();
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a6_an_ask_of_a_plain_thread_that_is_dropped_releases_its_slot() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let pending = subject.keep().start();
        simulator.run();
        drop(pending);
        simulator.run();
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a6_an_ask_that_is_answered_leaves_no_slot() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        for _ in 0..1_000 {
            ask_from(&simulator, 0, subject.handled()).unwrap();
        }
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a6_an_answer_nobody_took_is_dropped_once() {
    on_shards(|simulator| {
        let (tally, keeper) = (Tally::default(), put(&simulator, 1, Keeper::default));
        let pending = simulator.enter(0, || keeper.keep().start());
        keeper.answer(tally.make());
        simulator.run();
        simulator.enter(0, || drop(pending));
        tally.assert_even();
    });
}

#[test]
fn an_ask_that_is_never_sent_does_nothing() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        simulator.enter(0, || drop(subject.handled()));
        simulator.run();
        assert_eq!(simulator.handled(), 0);
    });
}

#[test]
fn a_started_ask_is_sent_at_once() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let _pending = simulator.enter(0, || subject.handled().start());
        simulator.run();
        assert_eq!(simulator.handled(), 1);
    });
}

#[test]
fn an_actor_asks_another() {
    everywhere(|world| {
        let (subject, asker) = (world.spawn(0, Subject::default), world.spawn(1, Asker::default));
        assert_eq!(world.ask(asker.ask_subject(subject)), Ok(Ok(0)));
        world.end();
    });
}

#[test]
fn a_thousand_asks_are_joined_in_one_handler() {
    on_shards(|simulator| {
        let subjects = Vec::from_iter((0..1_000).map(|at| put(&simulator, at, Subject::default)));
        let asker = put(&simulator, 1, Asker::default);
        let answers = ask_from(&simulator, 0, asker.join_many(subjects)).unwrap();
        assert_eq!(answers, vec![0; 1_000]);
    });
}

#[test]
fn two_asks_are_joined_by_tokio() {
    everywhere(|world| {
        let (a, b) = (world.spawn(0, Subject::default), world.spawn(1, Subject::default));
        b.work();
        let asker = world.spawn(1, Asker::default);
        let answers = world.ask(asker.join(a, b)).unwrap();
        assert_eq!(answers.0, 0);
        world.end();
    });
}

#[test]
fn the_first_of_two_asks_is_taken_and_the_other_released() {
    on_shards(|simulator| {
        let (a, b) = (put(&simulator, 0, Subject::default), put(&simulator, 1, Subject::default));
        let asker = put(&simulator, 2, Asker::default);
        assert_eq!(ask_from(&simulator, 0, asker.select(a, b)), Ok(0));
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn an_ask_wakes_a_foreign_waker() {
    everywhere(|world| {
        let (subject, asker) = (world.spawn(0, Subject::default), world.spawn(1, Asker::default));
        assert_eq!(world.ask(asker.foreign_waker(subject)), Ok(Ok(0)));
        world.end();
    });
}

#[test]
fn a_busy_asker_is_asked_in_turn() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let asker = put(&simulator, 0, Asker::default);
        asker.hang(subject);
        let one = simulator.start(2 % simulator.shards(), move || asker.one());
        simulator.run();
        assert_eq!(one.take(), None);
        subject.answer_kept(0);
        simulator.run();
        assert_eq!(one.take(), Some(Ok(1)));
    });
}

#[test]
fn an_ask_with_no_time_ends_with_timeout() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let answer = simulator.start(0, move || subject.keep().timeout(Duration::ZERO));
        simulator.advance(Duration::from_millis(2));
        assert_eq!(answer.take(), Some(Err(AskError::Timeout)));
    });
}

#[test]
fn an_ask_with_all_time_waits_on() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let answer = simulator.start(0, move || subject.keep().timeout(Duration::MAX));
        simulator.advance(SECOND * 1_000_000);
        assert_eq!(answer.take(), None);
        subject.answer_kept(1);
        simulator.run();
        assert_eq!(answer.take(), Some(Ok(1)));
    });
}

#[test]
fn deadlines_end_asks_in_their_order() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let asks = Vec::from_iter(
            (1..=100)
                .rev()
                .map(|at| simulator.start(0, move || subject.keep().timeout(SECOND * at))),
        );
        simulator.advance(SECOND * 50 + Duration::from_millis(10));
        let ended = asks.iter().filter(|ask| ask.take().is_some()).count();
        assert_eq!((ended, simulator.asks()), (50, 50));
    });
}

#[test]
fn a2_a_late_answer_never_ends_a_later_ask() {
    on_shards(|simulator| {
        let (old, new) =
            (put(&simulator, 1, Subject::default), put(&simulator, 1, Subject::default));
        let late = simulator.start(0, move || old.keep().timeout(SECOND));
        simulator.advance(SECOND * 2);
        assert_eq!(late.take(), Some(Err(AskError::Timeout)));
        // It waits where the late one did.
        let waiting = simulator.start(0, move || new.keep());
        simulator.run();
        old.answer_kept(1);
        simulator.run();
        assert_eq!(waiting.take(), None);
        new.answer_kept(2);
        simulator.run();
        assert_eq!(waiting.take(), Some(Ok(2)));
    });
}

#[test]
fn a2_an_answer_to_an_asker_that_crashed_is_late() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        put(&simulator, 0, Asker::default).hang_and_panic(subject);
        simulator.run();
        subject.answer_kept(1);
        simulator.run();
        assert_eq!(simulator.report().late_answers, 1);
    });
}

#[test]
fn a3_an_actor_outlives_the_crash_of_whom_it_asked() {
    on_shards(|simulator| {
        let asker = put(&simulator, 0, Asker::default);
        let subject = put(&simulator, 1, Subject::default);
        subject.panic("gone".to_owned());
        simulator.run();
        let answer = ask_from(&simulator, 0, asker.ask_subject(subject));
        // `NoProc` once its slot is another's.
        assert!(matches!(answer, Ok(Err(AskError::NoProc | AskError::Stopped))), "{answer:?}");
        assert_eq!(ask_from(&simulator, 0, asker.one()), Ok(1));
    });
}

#[test]
fn a8_a_reply_answered_after_its_system_ended_is_nothing() {
    everywhere(|world| {
        let (send, replies) = std::sync::mpsc::channel();
        let publisher = world.spawn(1, || Publisher(send));
        let asked = publisher.give_away().start();
        let reply = match &world {
            World::Simulated(simulator) => {
                simulator.run();
                replies.try_recv().expect("the reply is out")
            }
            World::Real(_) => replies.recv().expect("the reply is out"),
        };
        world.end();
        reply.answer(1);
        assert_eq!(asked.wait(), Err(AskError::Stopped));
    });
}

/// Gives its replies to the outside.
#[actor]
struct Publisher(std::sync::mpsc::Sender<Reply<u64>>);

#[handlers]
impl Publisher {
    #[ask]
    fn give_away(&mut self, reply: Reply<u64>) {
        self.0.send(reply).expect("the test listens");
    }
}

/// Asks again after each timeout.
#[actor]
struct Retrier;

#[handlers]
impl Retrier {
    #[ask]
    async fn ask_again(&mut self, subject: ActorRef<Subject>, times: u64) -> u64 {
        let mut timeouts = 0;
        for _ in 0..times {
            let answer = subject.keep().timeout(SECOND).await;
            timeouts += u64::from(answer == Err(AskError::Timeout));
        }
        timeouts
    }
}

#[test]
fn a1_a_handler_may_ask_again_after_each_timeout() {
    on_shards(|simulator| {
        let (subject, retrier) =
            (put(&simulator, 1, Subject::default), put(&simulator, 2, || Retrier));
        let answer =
            simulator.start(0, move || retrier.ask_again(subject, 10).timeout(SECOND * 60));
        simulator.advance(SECOND * 10 - Duration::from_millis(1));
        assert_eq!(answer.take(), None);
        simulator.advance(SECOND);
        assert_eq!(answer.take(), Some(Ok(10)));
        assert_eq!(simulator.asks(), 0);
    });
}

/// Awaits asks that others began.
#[actor]
struct Borrower;

#[handlers]
impl Borrower {
    #[tell]
    async fn finish(&mut self, pending: Pending<u64>) {
        let _ = pending.await;
    }
}

#[test]
fn an_ask_awaited_on_another_shard_ends_only_who_awaits_it() {
    let simulator = Simulator::new(2);
    let subject = put(&simulator, 0, Subject::default);
    let borrower = put(&simulator, 1, || Borrower);
    simulator.enter(0, || borrower.finish(subject.keep().start()));
    simulator.run();
    assert_eq!(simulator.report().dead_letters.of(callboard::DeadReason::InFlight), 1);
    assert_eq!(ask_from(&simulator, 1, subject.handled()), Ok(0));
    assert_eq!(simulator.asks(), 0);
}

#[test]
fn an_ask_awaited_by_another_actor_of_its_shard_is_answered_there() {
    let simulator = Simulator::new(1);
    let subject = put(&simulator, 0, Subject::default);
    let borrower = put(&simulator, 0, || Borrower);
    simulator.enter(0, || borrower.finish(subject.keep().start()));
    simulator.run();
    subject.answer_kept(1);
    simulator.run();
    assert_eq!((simulator.handled(), simulator.asks()), (3, 0));
}

/// Asks the next, which asks the next.
#[actor]
struct Link(Option<ActorRef<Self>>);

#[handlers]
impl Link {
    #[ask]
    async fn length(&mut self) -> Result<u64, AskError> {
        match self.0 {
            Some(next) => Ok(1 + Box::pin(next.length()).await??),
            None => Ok(1),
        }
    }
}

#[test]
fn a1_a_long_chain_of_asks_is_answered_on_a_flat_stack() {
    on_shards(|simulator| {
        let mut first = None;
        for at in 0..20_000 {
            // Runs of the same shard, and steps to the next.
            first = Some(put(&simulator, at / 100, move || Link(first)));
        }
        let first = first.expect("there are many");
        let length = simulator.block_on(0, move || first.length().timeout(crate::check::LONG));
        assert_eq!(length, Some(Ok(Ok(20_000))));
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn d3_an_answer_and_what_was_told_before_it_come_in_order() {
    /// Tells the asker something, and answers.
    #[actor]
    struct Tells;

    #[handlers]
    impl Tells {
        #[ask]
        fn answer(&mut self, to: ActorRef<Hears>) -> u64 {
            to.hear(1);
            2
        }
    }

    /// Keeps what comes, in its order.
    #[actor]
    #[derive(Default)]
    struct Hears(Vec<u64>);

    #[handlers]
    impl Hears {
        #[tell]
        async fn ask_twice(&mut self, cx: &mut Context<Self>, of: ActorRef<Tells>) {
            let me = cx.me();
            for _ in 0..2 {
                self.0.extend(of.answer(me).await);
            }
        }

        #[tell]
        fn hear(&mut self, number: u64) {
            self.0.push(number);
        }

        #[ask]
        fn heard(&self) -> Vec<u64> {
            self.0.clone()
        }
    }

    on_shards(|simulator| {
        for at in [0, 1] {
            let (hears, tells) =
                (put(&simulator, 0, Hears::default), put(&simulator, at, || Tells));
            hears.ask_twice(tells);
            simulator.run();
            // It takes no message until its handler has ended.
            assert_eq!(ask_from(&simulator, 0, hears.heard()), Ok(vec![2, 2, 1, 1]));
        }
    });
}
