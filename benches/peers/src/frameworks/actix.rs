//! actix: `do_send`, which knows no full mailbox, and plain handlers; an arbiter for the second core.

use actix::{
    Actor, ActorContext, Addr, Arbiter, ArbiterHandle, Context, Handler, Message, MessageResult,
    ResponseFuture, System,
};

use crate::harness::{drive, pin};
use crate::workloads::{Asked, Framework, Measured, Told, Workload};

#[derive(Clone)]
pub(crate) struct Actix {
    far: Option<ArbiterHandle>,
}

/// A message of a [`Told`].
pub(crate) struct Tell<M>(M);

impl<M: 'static> Message for Tell<M> {
    type Result = ();
}

pub(crate) struct ToldActor<A>(A);

impl<A: Told> Actor for ToldActor<A> {
    type Context = Context<Self>;
}

impl<A: Told> Handler<Tell<A::Message>> for ToldActor<A> {
    type Result = ();

    fn handle(&mut self, message: Tell<A::Message>, cx: &mut Context<Self>) {
        self.0.told(message.0);
        if self.0.has_ended() {
            cx.stop();
        }
    }
}

/// A question to an [`Asked`].
pub(crate) struct Question<A: Asked>(A::Question);

impl<A: Asked> Message for Question<A> {
    type Result = A::Answer;
}

pub(crate) struct AskedActor<A>(A);

impl<A: Asked> Actor for AskedActor<A> {
    type Context = Context<Self>;
}

impl<A: Asked> Handler<Question<A>> for AskedActor<A> {
    type Result = MessageResult<Question<A>>;

    fn handle(&mut self, question: Question<A>, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.0.asked(question.0))
    }
}

pub(crate) struct RelayActor<A: Asked>(Addr<AskedActor<A>>);

impl<A: Asked> Actor for RelayActor<A> {
    type Context = Context<Self>;
}

impl<A: Asked> Handler<Question<A>> for RelayActor<A> {
    type Result = ResponseFuture<A::Answer>;

    fn handle(&mut self, question: Question<A>, _: &mut Context<Self>) -> Self::Result {
        let to = self.0.clone();
        Box::pin(async move { to.send(question).await.expect("it answers") })
    }
}

impl Framework for Actix {
    type Told<A: Told> = Addr<ToldActor<A>>;
    type Asked<A: Asked> = Addr<AskedActor<A>>;
    type Relay<A: Asked> = Addr<RelayActor<A>>;

    fn measure<W: Workload>(operations: u64) -> Measured {
        let system = System::new();
        pin(0);
        system.block_on(async {
            let far = (W::CORES > 1).then(|| Arbiter::new().handle());
            if let Some(far) = &far {
                far.spawn_fn(|| pin(1));
            }
            actix::spawn(drive::<W, _>(Self { far }, operations)).await.expect("no panic")
        })
    }

    async fn spawn<A: Told>(&self, core: usize, actor: A) -> Self::Told<A> {
        match (core, &self.far) {
            (1, Some(far)) => ToldActor::start_in_arbiter(far, |_| ToldActor(actor)),
            _ => ToldActor(actor).start(),
        }
    }

    fn tell<A: Told>(to: &Self::Told<A>, message: A::Message) {
        to.do_send(Tell(message));
    }

    fn stop<A: Told>(to: Self::Told<A>) {
        // An actor without an address ends.
        drop(to);
    }

    async fn spawn_asked<A: Asked>(&self, core: usize, actor: A) -> Self::Asked<A> {
        match (core, &self.far) {
            (1, Some(far)) => AskedActor::start_in_arbiter(far, |_| AskedActor(actor)),
            _ => AskedActor(actor).start(),
        }
    }

    async fn ask<A: Asked>(of: &Self::Asked<A>, question: A::Question) -> A::Answer {
        of.send(Question(question)).await.expect("it answers")
    }

    async fn spawn_relay<A: Asked>(&self, to: Self::Asked<A>) -> Self::Relay<A> {
        RelayActor(to).start()
    }

    async fn ask_relay<A: Asked>(of: &Self::Relay<A>, question: A::Question) -> A::Answer {
        of.send(Question(question)).await.expect("it answers")
    }
}
