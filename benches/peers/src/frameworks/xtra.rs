//! xtra: unbounded mailboxes; a tell is a send that is detached and polled once.

use std::pin::pin;
use std::task::{Context as PollContext, Poll, Waker};

use xtra::{Actor, Address, Context, Handler, Mailbox, spawn_tokio};

use crate::frameworks::runtimes::Runtimes;
use crate::harness::drive;
use crate::workloads::{Asked, Framework, Measured, Told, Workload};

#[derive(Clone)]
pub(crate) struct Xtra {
    runtimes: Runtimes,
}

pub(crate) struct ToldActor<A>(A);

impl<A: Told> Actor for ToldActor<A> {
    type Stop = ();

    async fn stopped(self) {}
}

impl<A: Told> Handler<A::Message> for ToldActor<A> {
    type Return = ();

    async fn handle(&mut self, message: A::Message, cx: &mut Context<Self>) {
        self.0.told(message);
        if self.0.has_ended() {
            cx.stop_self();
        }
    }
}

pub(crate) struct AskedActor<A>(A);

impl<A: Asked> Actor for AskedActor<A> {
    type Stop = ();

    async fn stopped(self) {}
}

impl<A: Asked> Handler<A::Question> for AskedActor<A> {
    type Return = A::Answer;

    async fn handle(&mut self, question: A::Question, _: &mut Context<Self>) -> A::Answer {
        self.0.asked(question)
    }
}

pub(crate) struct RelayActor<A: Asked>(Address<AskedActor<A>>);

impl<A: Asked> Actor for RelayActor<A> {
    type Stop = ();

    async fn stopped(self) {}
}

impl<A: Asked> Handler<A::Question> for RelayActor<A> {
    type Return = A::Answer;

    async fn handle(&mut self, question: A::Question, _: &mut Context<Self>) -> A::Answer {
        self.0.send(question).await.expect("it answers")
    }
}

impl Framework for Xtra {
    type Told<A: Told> = Address<ToldActor<A>>;
    type Asked<A: Asked> = Address<AskedActor<A>>;
    type Relay<A: Asked> = Address<RelayActor<A>>;

    fn measure<W: Workload>(operations: u64) -> Measured {
        Runtimes::run(W::CORES, |runtimes| drive::<W, _>(Self { runtimes }, operations))
    }

    async fn spawn<A: Told>(&self, core: usize, actor: A) -> Self::Told<A> {
        let spawn = async { spawn_tokio(ToldActor(actor), Mailbox::unbounded()) };
        self.runtimes.on(core, spawn).await
    }

    fn tell<A: Told>(to: &Self::Told<A>, message: A::Message) {
        let sent = pin!(to.send(message).detach());
        let sent = sent.poll(&mut PollContext::from_waker(Waker::noop()));
        assert!(matches!(sent, Poll::Ready(Ok(_))), "the actor runs, and has room");
    }

    fn stop<A: Told>(to: Self::Told<A>) {
        // An actor without an address ends.
        drop(to);
    }

    async fn spawn_asked<A: Asked>(&self, core: usize, actor: A) -> Self::Asked<A> {
        let spawn = async { spawn_tokio(AskedActor(actor), Mailbox::unbounded()) };
        self.runtimes.on(core, spawn).await
    }

    async fn ask<A: Asked>(of: &Self::Asked<A>, question: A::Question) -> A::Answer {
        of.send(question).await.expect("it answers")
    }

    async fn spawn_relay<A: Asked>(&self, to: Self::Asked<A>) -> Self::Relay<A> {
        spawn_tokio(RelayActor(to), Mailbox::unbounded())
    }

    async fn ask_relay<A: Asked>(of: &Self::Relay<A>, question: A::Question) -> A::Answer {
        of.send(question).await.expect("it answers")
    }
}
