//! kameo: unbounded mailboxes and `try_send`, which box nothing but the message; without its tracing.

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::error::Infallible;
use kameo::mailbox::unbounded;
use kameo::message::{Context, Message};

use crate::frameworks::runtimes::Runtimes;
use crate::harness::drive;
use crate::workloads::{Asked, Framework, Measured, Told, Workload};

#[derive(Clone)]
pub(crate) struct Kameo {
    runtimes: Runtimes,
}

pub(crate) struct ToldActor<A>(A);

impl<A: Told> Actor for ToldActor<A> {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(actor: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(actor)
    }
}

impl<A: Told> Message<A::Message> for ToldActor<A> {
    type Reply = ();

    async fn handle(&mut self, message: A::Message, cx: &mut Context<Self, ()>) {
        self.0.told(message);
        if self.0.has_ended() {
            cx.stop();
        }
    }
}

pub(crate) struct AskedActor<A>(A);

impl<A: Asked> Actor for AskedActor<A> {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(actor: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(actor)
    }
}

/// A reply is a `Result` or one of some types, so ours is a `Result`.
type Answer<A> = Result<<A as Asked>::Answer, Infallible>;

impl<A: Asked> Message<A::Question> for AskedActor<A> {
    type Reply = Answer<A>;

    async fn handle(
        &mut self,
        question: A::Question,
        _: &mut Context<Self, Answer<A>>,
    ) -> Answer<A> {
        Ok(self.0.asked(question))
    }
}

pub(crate) struct RelayActor<A: Asked>(ActorRef<AskedActor<A>>);

impl<A: Asked> Actor for RelayActor<A> {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(actor: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(actor)
    }
}

impl<A: Asked> Message<A::Question> for RelayActor<A> {
    type Reply = Answer<A>;

    async fn handle(
        &mut self,
        question: A::Question,
        _: &mut Context<Self, Answer<A>>,
    ) -> Answer<A> {
        match self.0.ask(question).try_send().await {
            Ok(answer) => Ok(answer),
            Err(_) => panic!("the actor answers"),
        }
    }
}

impl Framework for Kameo {
    type Told<A: Told> = ActorRef<ToldActor<A>>;
    type Asked<A: Asked> = ActorRef<AskedActor<A>>;
    type Relay<A: Asked> = ActorRef<RelayActor<A>>;

    fn measure<W: Workload>(operations: u64) -> Measured {
        Runtimes::run(W::CORES, |runtimes| drive::<W, _>(Self { runtimes }, operations))
    }

    async fn spawn<A: Told>(&self, core: usize, actor: A) -> Self::Told<A> {
        let spawn = async { ToldActor::spawn_with_mailbox(ToldActor(actor), unbounded()) };
        self.runtimes.on(core, spawn).await
    }

    fn tell<A: Told>(to: &Self::Told<A>, message: A::Message) {
        assert!(to.tell(message).try_send().is_ok(), "the actor runs");
    }

    fn stop<A: Told>(to: Self::Told<A>) {
        // An actor without a reference ends.
        drop(to);
    }

    async fn spawn_asked<A: Asked>(&self, core: usize, actor: A) -> Self::Asked<A> {
        let spawn = async { AskedActor::spawn_with_mailbox(AskedActor(actor), unbounded()) };
        self.runtimes.on(core, spawn).await
    }

    async fn ask<A: Asked>(of: &Self::Asked<A>, question: A::Question) -> A::Answer {
        match of.ask(question).try_send().await {
            Ok(answer) => answer,
            Err(_) => panic!("the actor answers"),
        }
    }

    async fn spawn_relay<A: Asked>(&self, to: Self::Asked<A>) -> Self::Relay<A> {
        RelayActor::spawn_with_mailbox(RelayActor(to), unbounded())
    }

    async fn ask_relay<A: Asked>(of: &Self::Relay<A>, question: A::Question) -> A::Answer {
        match of.ask(question).try_send().await {
            Ok(answer) => answer,
            Err(_) => panic!("the actor answers"),
        }
    }
}
