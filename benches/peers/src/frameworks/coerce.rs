//! coerce: local actors that its registry does not track, `notify` and `send`.

use std::marker::PhantomData;

use coerce::actor::context::ActorContext;
use coerce::actor::message::{Handler, Message};
use coerce::actor::system::ActorSystem;
use coerce::actor::{Actor, LocalActorRef};

use crate::frameworks::runtimes::Runtimes;
use crate::harness::drive;
use crate::workloads::{Asked, Framework, Measured, Told, Workload};

#[derive(Clone)]
pub(crate) struct Coerce {
    runtimes: Runtimes,
    system: ActorSystem,
}

/// A message of a [`Told`].
pub(crate) struct Tell<M>(M);

impl<M: Send + Sync + 'static> Message for Tell<M> {
    type Result = ();
}

pub(crate) struct ToldActor<A>(A);

impl<A: Told> Actor for ToldActor<A> {}

#[async_trait::async_trait]
impl<A: Told> Handler<Tell<A::Message>> for ToldActor<A> {
    async fn handle(&mut self, message: Tell<A::Message>, cx: &mut ActorContext) {
        self.0.told(message.0);
        if self.0.has_ended() {
            cx.stop(None);
        }
    }
}

/// A question to an [`Asked`].
pub(crate) struct Question<A: Asked>(A::Question, PhantomData<A>);

impl<A: Asked> Message for Question<A> {
    type Result = A::Answer;
}

pub(crate) struct AskedActor<A>(A);

impl<A: Asked> Actor for AskedActor<A> {}

#[async_trait::async_trait]
impl<A: Asked> Handler<Question<A>> for AskedActor<A> {
    async fn handle(&mut self, question: Question<A>, _: &mut ActorContext) -> A::Answer {
        self.0.asked(question.0)
    }
}

pub(crate) struct RelayActor<A: Asked>(LocalActorRef<AskedActor<A>>);

impl<A: Asked> Actor for RelayActor<A> {}

#[async_trait::async_trait]
impl<A: Asked> Handler<Question<A>> for RelayActor<A> {
    async fn handle(&mut self, question: Question<A>, _: &mut ActorContext) -> A::Answer {
        self.0.send(question).await.expect("it answers")
    }
}

impl Coerce {
    async fn start<A: Actor>(&self, core: usize, actor: A) -> LocalActorRef<A> {
        let system = self.system.clone();
        let start = async move { system.new_anon_actor(actor).await };
        self.runtimes.on(core, start).await.expect("it starts")
    }
}

impl Framework for Coerce {
    type Told<A: Told> = LocalActorRef<ToldActor<A>>;
    type Asked<A: Asked> = LocalActorRef<AskedActor<A>>;
    type Relay<A: Asked> = LocalActorRef<RelayActor<A>>;

    fn measure<W: Workload>(operations: u64) -> Measured {
        Runtimes::run(W::CORES, |runtimes| async move {
            // A system starts actors of its own, so within the runtime.
            let system = ActorSystem::new();
            drive::<W, _>(Self { runtimes, system }, operations).await
        })
    }

    async fn spawn<A: Told>(&self, core: usize, actor: A) -> Self::Told<A> {
        self.start(core, ToldActor(actor)).await
    }

    fn tell<A: Told>(to: &Self::Told<A>, message: A::Message) {
        to.notify(Tell(message)).expect("the actor runs");
    }

    fn stop<A: Told>(to: Self::Told<A>) {
        to.notify_stop().expect("the actor runs");
    }

    async fn spawn_asked<A: Asked>(&self, core: usize, actor: A) -> Self::Asked<A> {
        self.start(core, AskedActor(actor)).await
    }

    async fn ask<A: Asked>(of: &Self::Asked<A>, question: A::Question) -> A::Answer {
        of.send(Question(question, PhantomData)).await.expect("it answers")
    }

    async fn spawn_relay<A: Asked>(&self, to: Self::Asked<A>) -> Self::Relay<A> {
        self.start(0, RelayActor(to)).await
    }

    async fn ask_relay<A: Asked>(of: &Self::Relay<A>, question: A::Question) -> A::Answer {
        of.send(Question(question, PhantomData)).await.expect("it answers")
    }
}
