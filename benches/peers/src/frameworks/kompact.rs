//! kompact: components with strong references, on its own pool with one thread. The pool has no places, so
//! workloads on two cores are left out.

use std::fmt;
use std::sync::mpsc;

use kompact::prelude::*;

use crate::harness::{drive, pin};
use crate::workloads::{Asked, Framework, Measured, Told, Workload};

#[derive(Clone)]
pub(crate) struct Kompact {
    system: KompactSystem,
}

/// A message of a [`Told`], or its end: only the component itself can end it by a strong reference.
pub(crate) enum Tell<M> {
    Message(M),
    Stop,
}

impl<M> fmt::Debug for Tell<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

/// A question to an [`Asked`], likewise.
pub(crate) struct Question<A: Asked>(A::Question);

impl<A: Asked> fmt::Debug for Question<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Question")
    }
}

#[derive(ComponentDefinition)]
pub(crate) struct ToldActor<A: Told> {
    cx: ComponentContext<Self>,
    actor: A,
}

impl<A: Told> ComponentLifecycle for ToldActor<A> {}

impl<A: Told> Actor for ToldActor<A> {
    type Message = Tell<A::Message>;

    fn receive_local(&mut self, message: Self::Message) -> HandlerResult {
        let Tell::Message(message) = message else { return Handled::SHUTDOWN };
        self.actor.told(message);
        if self.actor.has_ended() { Handled::SHUTDOWN } else { Handled::OK }
    }
}

#[derive(ComponentDefinition)]
pub(crate) struct AskedActor<A: Asked> {
    cx: ComponentContext<Self>,
    actor: A,
}

impl<A: Asked> ComponentLifecycle for AskedActor<A> {}

impl<A: Asked> Actor for AskedActor<A> {
    type Message = Ask<Question<A>, A::Answer>;

    fn receive_local(&mut self, message: Self::Message) -> HandlerResult {
        let (reply, question) = message.take();
        reply.fulfil(self.actor.asked(question.0)).expect("the asker waits");
        Handled::OK
    }
}

#[derive(ComponentDefinition)]
pub(crate) struct RelayActor<A: Asked> {
    cx: ComponentContext<Self>,
    to: ActorRefStrong<Ask<Question<A>, A::Answer>>,
}

impl<A: Asked> ComponentLifecycle for RelayActor<A> {}

impl<A: Asked> Actor for RelayActor<A> {
    type Message = Ask<Question<A>, A::Answer>;

    fn receive_local(&mut self, message: Self::Message) -> HandlerResult {
        let (reply, question) = message.take();
        let answer = self.to.ask(question);
        Handled::block_on(self, async move |_| {
            let answer = answer.await.expect("it answers");
            reply.fulfil(answer).expect("the asker waits");
            Handled::OK
        })
    }
}

impl Framework for Kompact {
    type Told<A: Told> = ActorRefStrong<Tell<A::Message>>;
    type Asked<A: Asked> = ActorRefStrong<Ask<Question<A>, A::Answer>>;
    type Relay<A: Asked> = ActorRefStrong<Ask<Question<A>, A::Answer>>;

    fn measure<W: Workload>(operations: u64) -> Measured {
        assert_eq!(W::CORES, 1, "the pool has no places");
        // The pool has one thread unless told otherwise, which inherits the core.
        pin(0);
        let system = KompactConfig::default().build().wait().expect("the system starts");
        let (done, measured) = mpsc::channel();
        let on = Self { system: system.clone() };
        let driver = system.spawn(async move {
            done.send(drive::<W, _>(on, operations).await).expect("the main thread waits");
        });
        let measured = measured.recv().expect("the workload ends");
        drop(driver);
        measured
    }

    async fn spawn<A: Told>(&self, _: usize, actor: A) -> Self::Told<A> {
        let component =
            self.system.create(|| ToldActor { cx: ComponentContext::uninitialised(), actor });
        self.system.start(&component);
        component.actor_ref().hold().expect("it lives")
    }

    fn tell<A: Told>(to: &Self::Told<A>, message: A::Message) {
        to.tell(Tell::Message(message));
    }

    fn stop<A: Told>(to: Self::Told<A>) {
        to.tell(Tell::Stop);
    }

    async fn spawn_asked<A: Asked>(&self, _: usize, actor: A) -> Self::Asked<A> {
        let component =
            self.system.create(|| AskedActor { cx: ComponentContext::uninitialised(), actor });
        self.system.start(&component);
        component.actor_ref().hold().expect("it lives")
    }

    async fn ask<A: Asked>(of: &Self::Asked<A>, question: A::Question) -> A::Answer {
        of.ask(Question(question)).await.expect("it answers")
    }

    async fn spawn_relay<A: Asked>(&self, to: Self::Asked<A>) -> Self::Relay<A> {
        let component =
            self.system.create(|| RelayActor { cx: ComponentContext::uninitialised(), to });
        self.system.start(&component);
        component.actor_ref().hold().expect("it lives")
    }

    async fn ask_relay<A: Asked>(of: &Self::Relay<A>, question: A::Question) -> A::Answer {
        of.ask(Question(question)).await.expect("it answers")
    }
}
