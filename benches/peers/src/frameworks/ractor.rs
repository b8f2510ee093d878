//! ractor: `cast` without a supervisor, asks by a reply port; without its spans, which cost a tenth.

use std::marker::PhantomData;

use ractor::rpc::CallResult;
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};

use crate::frameworks::runtimes::Runtimes;
use crate::harness::drive;
use crate::workloads::{Asked, Framework, Measured, Told, Workload};

#[derive(Clone)]
pub(crate) struct Ractor {
    runtimes: Runtimes,
}

type Handled = Result<(), ActorProcessingErr>;

struct ToldActor<A>(PhantomData<A>);

impl<A: Told> Actor for ToldActor<A> {
    type Msg = A::Message;
    type State = A;
    type Arguments = A;

    async fn pre_start(&self, _: ActorRef<Self::Msg>, actor: A) -> Result<A, ActorProcessingErr> {
        Ok(actor)
    }

    async fn handle(&self, me: ActorRef<Self::Msg>, message: Self::Msg, actor: &mut A) -> Handled {
        actor.told(message);
        if actor.has_ended() {
            me.stop(None);
        }
        Ok(())
    }
}

/// A question and where its answer goes.
pub(crate) struct Question<A: Asked>(A::Question, RpcReplyPort<A::Answer>);

struct AskedActor<A>(PhantomData<A>);

impl<A: Asked> Actor for AskedActor<A> {
    type Msg = Question<A>;
    type State = A;
    type Arguments = A;

    async fn pre_start(&self, _: ActorRef<Self::Msg>, actor: A) -> Result<A, ActorProcessingErr> {
        Ok(actor)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        Question(question, reply): Self::Msg,
        actor: &mut A,
    ) -> Handled {
        reply.send(actor.asked(question))?;
        Ok(())
    }
}

struct RelayActor<A>(PhantomData<A>);

impl<A: Asked> Actor for RelayActor<A> {
    type Msg = Question<A>;
    type State = ActorRef<Question<A>>;
    type Arguments = ActorRef<Question<A>>;

    async fn pre_start(
        &self,
        _: ActorRef<Self::Msg>,
        to: Self::State,
    ) -> Result<Self::State, ActorProcessingErr> {
        Ok(to)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        Question(question, reply): Self::Msg,
        to: &mut Self::State,
    ) -> Handled {
        reply.send(request(to, question).await)?;
        Ok(())
    }
}

async fn request<A: Asked>(of: &ActorRef<Question<A>>, question: A::Question) -> A::Answer {
    match of.call(|reply| Question(question, reply), None).await {
        Ok(CallResult::Success(answer)) => answer,
        _ => panic!("the actor answers"),
    }
}

impl Framework for Ractor {
    type Told<A: Told> = ActorRef<A::Message>;
    type Asked<A: Asked> = ActorRef<Question<A>>;
    type Relay<A: Asked> = ActorRef<Question<A>>;

    fn measure<W: Workload>(operations: u64) -> Measured {
        Runtimes::run(W::CORES, |runtimes| drive::<W, _>(Self { runtimes }, operations))
    }

    async fn spawn<A: Told>(&self, core: usize, actor: A) -> Self::Told<A> {
        let spawn = Actor::spawn(None, ToldActor(PhantomData), actor);
        self.runtimes.on(core, spawn).await.expect("it starts").0
    }

    fn tell<A: Told>(to: &Self::Told<A>, message: A::Message) {
        assert!(to.cast(message).is_ok(), "the actor runs");
    }

    fn stop<A: Told>(to: Self::Told<A>) {
        to.stop(None);
    }

    async fn spawn_asked<A: Asked>(&self, core: usize, actor: A) -> Self::Asked<A> {
        let spawn = Actor::spawn(None, AskedActor(PhantomData), actor);
        self.runtimes.on(core, spawn).await.expect("it starts").0
    }

    async fn ask<A: Asked>(of: &Self::Asked<A>, question: A::Question) -> A::Answer {
        request(of, question).await
    }

    async fn spawn_relay<A: Asked>(&self, to: Self::Asked<A>) -> Self::Relay<A> {
        Actor::spawn(None, RelayActor(PhantomData), to).await.expect("it starts").0
    }

    async fn ask_relay<A: Asked>(of: &Self::Relay<A>, question: A::Question) -> A::Answer {
        request(of, question).await
    }
}
