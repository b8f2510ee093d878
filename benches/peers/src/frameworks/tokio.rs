//! No framework: a task an actor, with an unbounded `mpsc` channel; an ask carries a `oneshot`.

use tokio::sync::{mpsc, oneshot};

use crate::frameworks::runtimes::Runtimes;
use crate::harness::drive;
use crate::workloads::{Asked, Framework, Measured, Told, Workload};

#[derive(Clone)]
pub(crate) struct Tokio {
    runtimes: Runtimes,
}

/// A question and where its answer goes.
type Question<A> = (<A as Asked>::Question, oneshot::Sender<<A as Asked>::Answer>);

/// Sends a question and awaits the answer.
async fn request<A: Asked>(
    to: &mpsc::UnboundedSender<Question<A>>,
    question: A::Question,
) -> A::Answer {
    let (reply, answer) = oneshot::channel();
    assert!(to.send((question, reply)).is_ok(), "the actor runs");
    answer.await.expect("the actor answers")
}

impl Framework for Tokio {
    type Told<A: Told> = mpsc::UnboundedSender<A::Message>;
    type Asked<A: Asked> = mpsc::UnboundedSender<Question<A>>;
    type Relay<A: Asked> = mpsc::UnboundedSender<Question<A>>;

    fn measure<W: Workload>(operations: u64) -> Measured {
        Runtimes::run(W::CORES, |runtimes| drive::<W, _>(Self { runtimes }, operations))
    }

    async fn spawn<A: Told>(&self, core: usize, mut actor: A) -> Self::Told<A> {
        let (address, mut mailbox) = mpsc::unbounded_channel();
        let run = async move {
            while let Some(message) = mailbox.recv().await {
                actor.told(message);
                if actor.has_ended() {
                    break;
                }
            }
        };
        self.runtimes.on(core, async { drop(tokio::spawn(run)) }).await;
        address
    }

    fn tell<A: Told>(to: &Self::Told<A>, message: A::Message) {
        assert!(to.send(message).is_ok(), "the actor runs");
    }

    fn stop<A: Told>(to: Self::Told<A>) {
        drop(to);
    }

    async fn spawn_asked<A: Asked>(&self, core: usize, mut actor: A) -> Self::Asked<A> {
        let (address, mut mailbox) = mpsc::unbounded_channel::<Question<A>>();
        let run = async move {
            while let Some((question, reply)) = mailbox.recv().await {
                assert!(reply.send(actor.asked(question)).is_ok(), "the asker waits");
            }
        };
        self.runtimes.on(core, async { drop(tokio::spawn(run)) }).await;
        address
    }

    async fn ask<A: Asked>(of: &Self::Asked<A>, question: A::Question) -> A::Answer {
        request::<A>(of, question).await
    }

    async fn spawn_relay<A: Asked>(&self, to: Self::Asked<A>) -> Self::Relay<A> {
        let (address, mut mailbox) = mpsc::unbounded_channel::<Question<A>>();
        tokio::spawn(async move {
            while let Some((question, reply)) = mailbox.recv().await {
                let answer = request::<A>(&to, question).await;
                assert!(reply.send(answer).is_ok(), "the asker waits");
            }
        });
        address
    }

    async fn ask_relay<A: Asked>(of: &Self::Relay<A>, question: A::Question) -> A::Answer {
        request::<A>(of, question).await
    }
}
