//! `-> Forward<T>`: an ask that another actor answers, straight to the asker.

use std::future::Future;
use std::pin::pin;
use std::task::{Context as TaskContext, Waker};
use std::time::Duration;

use callboard::{ActorRef, Ask, AskError, Context, DeadReason, Forward, actor, handlers};

use crate::check::{Subject, ask_from, everywhere, on_shards, put};

const SECOND: Duration = Duration::from_secs(1);

/// Leaves every answer to its subject, or to another front before that.
#[actor]
struct Front {
    subject: ActorRef<Subject>,
    next: Option<ActorRef<Self>>,
}

impl Front {
    const fn of(subject: ActorRef<Subject>) -> Self {
        Self { subject, next: None }
    }
}

#[handlers]
impl Front {
    #[ask]
    fn handled(&self) -> Forward<u64> {
        match self.next {
            Some(next) => next.handled().forward(),
            None => self.subject.handled().forward(),
        }
    }

    #[ask]
    async fn handled_later(&mut self, cx: &mut Context<Self>) -> Forward<u64> {
        tokio::task::yield_now().await;
        cx.me().tell(FrontMsg::Nothing);
        self.subject.handled().forward()
    }

    #[ask]
    fn keep(&self, timeout: Duration) -> Forward<u64> {
        self.subject.keep().timeout(timeout).forward()
    }

    #[ask]
    fn lose(&self) -> Forward<u64> {
        self.subject.lose().forward()
    }

    #[ask]
    fn fail(&self) -> Forward<u64> {
        self.subject.fail().forward()
    }

    #[ask]
    async fn panic_later(&self) -> Forward<u64> {
        tokio::task::yield_now().await;
        panic!("before it forwards");
    }

    #[ask]
    fn forward_what_was_sent(&self) -> Forward<u64> {
        let mut ask: Ask<u64> = self.subject.handled();
        let _ = pin!(&mut ask).poll(&mut TaskContext::from_waker(Waker::noop()));
        ask.forward()
    }

    #[tell]
    fn nothing(&self) {}
}

#[test]
fn a8_a_forwarded_ask_is_answered_by_another_actor() {
    everywhere(|world| {
        let subject = world.spawn(1, Subject::default);
        let front = world.spawn(0, move || Front::of(subject));
        subject.work();
        assert_eq!(world.ask(subject.handled()), Ok(1));
        assert_eq!(world.ask(front.handled()), Ok(1));
        assert_eq!(world.ask(front.handled_later()), Ok(1));
        let report = world.end();
        // The work, three asks of the subject, two of the front and what that told itself.
        assert_eq!((report.handled, report.dead_letters.total()), (7, 0));
    });
}

#[test]
fn a8_a_forwarded_ask_takes_no_second_cell_and_keeps_nobody_waiting() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let last = put(&simulator, 2, move || Front::of(subject));
        let front = put(&simulator, 3, move || Front { subject, next: Some(last) });
        let kept = simulator.start(0, move || front.keep(SECOND));
        simulator.run();
        assert_eq!(simulator.asks(), 1, "the asker's own");
        // The subject has it; both fronts are free meanwhile.
        assert_eq!(ask_from(&simulator, 0, front.handled()), Ok(0));
        subject.answer_kept(7);
        simulator.run();
        assert_eq!(kept.take(), Some(Ok(7)));
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a1_the_deadline_of_a_forwarded_ask_is_the_askers() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let front = put(&simulator, 2, move || Front::of(subject));
        // What the forwarder says of a deadline is not looked at.
        let ask = simulator.start(0, move || front.keep(SECOND / 10).timeout(SECOND));
        simulator.advance(SECOND / 2);
        assert!(ask.take().is_none());
        simulator.advance(SECOND / 2);
        assert_eq!(ask.take(), Some(Err(AskError::Timeout)));
        subject.answer_kept(1);
        simulator.run();
        assert_eq!(simulator.stats().total().late_answers, 1);
    });
}

#[test]
fn a4_a_forwarded_ask_ends_when_its_reply_is_dropped() {
    everywhere(|world| {
        let subject = world.spawn(1, Subject::default);
        let front = world.spawn(0, move || Front::of(subject));
        assert_eq!(world.ask(front.lose()), Err(AskError::NoReply));
        assert_eq!(world.ask(front.fail()), Err(AskError::Crashed));
        world.end();
    });
}

#[test]
fn a3_a_forward_to_an_actor_that_has_ended_tells_the_asker_so() {
    everywhere(|world| {
        let subject = world.spawn(1, Subject::default);
        let front = world.spawn(0, move || Front::of(subject));
        subject.end();
        let error = world.ask(front.handled());
        assert!(matches!(error, Err(AskError::NoProc | AskError::Stopped)), "{error:?}");
        let report = world.end();
        let reason = report.dead_letters;
        assert_eq!(reason.of(DeadReason::Stopped) + reason.of(DeadReason::NoProc), 1, "{reason}");
    });
}

#[test]
fn a3_a_panic_before_it_forwards_crashes_the_ask() {
    everywhere(|world| {
        let subject = world.spawn(1, Subject::default);
        let front = world.spawn(0, move || Front::of(subject));
        assert_eq!(world.ask(front.panic_later()), Err(AskError::Crashed));
        world.end();
    });
}

#[test]
fn what_was_sent_is_not_forwarded() {
    everywhere(|world| {
        let subject = world.spawn(1, Subject::default);
        let front = world.spawn(0, move || Front::of(subject));
        assert_eq!(world.ask(front.forward_what_was_sent()), Err(AskError::Crashed));
        world.end();
    });
}
