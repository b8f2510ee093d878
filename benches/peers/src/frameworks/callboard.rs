//! Callboard, as a user writes it: plain handlers for tells and asks, an async one for the relay.

use callboard::prelude::*;

use crate::harness::drive;
use crate::workloads::{Asked, Framework, Measured, Told, Workload};

#[derive(Clone)]
pub(crate) struct Callboard;

#[actor]
pub(crate) struct ToldActor<A: Told> {
    actor: A,
}

#[handlers]
impl<A: Told> ToldActor<A> {
    #[tell]
    pub(crate) fn take(&mut self, message: A::Message) -> Flow {
        self.actor.told(message);
        if self.actor.has_ended() { Flow::stop() } else { Flow::go() }
    }
}

#[actor]
pub(crate) struct AskedActor<A: Asked> {
    actor: A,
}

#[handlers]
impl<A: Asked> AskedActor<A> {
    #[ask]
    pub(crate) fn question(&mut self, question: A::Question) -> A::Answer {
        self.actor.asked(question)
    }
}

#[actor]
pub(crate) struct RelayActor<A: Asked> {
    to: ActorRef<AskedActor<A>>,
}

#[handlers]
impl<A: Asked> RelayActor<A> {
    #[ask]
    pub(crate) async fn question(&mut self, question: A::Question) -> A::Answer {
        self.to.question(question).await.expect("it answers")
    }
}

/// Runs the workload in a handler, so on a shard.
#[actor]
struct Driver;

#[handlers]
impl Driver {
    #[ask]
    async fn drive(&mut self, run: Run) -> Measured {
        (run.0)().await
    }
}

/// Makes the future of a workload.
type Drive = Box<dyn FnOnce() -> std::pin::Pin<Box<dyn Future<Output = Measured> + Send>> + Send>;

struct Run(Drive);

impl Framework for Callboard {
    type Told<A: Told> = ActorRef<ToldActor<A>>;
    type Asked<A: Asked> = ActorRef<AskedActor<A>>;
    type Relay<A: Asked> = ActorRef<RelayActor<A>>;

    fn measure<W: Workload>(operations: u64) -> Measured {
        let system = System::builder().shards(W::CORES).start().expect("the shards start");
        let driver = system.spawn_on(0, || Driver).wait().expect("no start hook");
        let run = Run(Box::new(move || Box::pin(drive::<W, _>(Self, operations))));
        let measured = driver.drive(run).timeout(secs(600)).wait().expect("the workload ends");
        system.stop(secs(5));
        measured
    }

    async fn spawn<A: Told>(&self, core: usize, actor: A) -> Self::Told<A> {
        match core {
            0 => spawn(ToldActor { actor }),
            _ => spawn_on(core, || ToldActor { actor }).await.expect("no start hook"),
        }
    }

    fn tell<A: Told>(to: &Self::Told<A>, message: A::Message) {
        to.take(message);
    }

    fn stop<A: Told>(to: Self::Told<A>) {
        to.stop();
    }

    async fn spawn_asked<A: Asked>(&self, core: usize, actor: A) -> Self::Asked<A> {
        match core {
            0 => spawn(AskedActor { actor }),
            _ => spawn_on(core, || AskedActor { actor }).await.expect("no start hook"),
        }
    }

    async fn ask<A: Asked>(of: &Self::Asked<A>, question: A::Question) -> A::Answer {
        of.question(question).await.expect("it answers")
    }

    async fn spawn_relay<A: Asked>(&self, to: Self::Asked<A>) -> Self::Relay<A> {
        spawn(RelayActor { to })
    }

    async fn ask_relay<A: Asked>(of: &Self::Relay<A>, question: A::Question) -> A::Answer {
        of.question(question).await.expect("it answers")
    }
}
