//! What goes wrong by itself during a run, at moments that the seed decides.

use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::sim::Sim;
use crate::transport::{Link, NetworkFault};

/// What may go wrong; nothing unless said.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "faults are given to a `SimBuilder`"]
pub struct Faults {
    drop: f64,
    delay: Range<Duration>,
    kinds: BTreeSet<Kind>,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// Each write loses its connection with this likelihood, from 0 to 1, and what is under way with it.
    pub fn drop(mut self, likelihood: f64) -> Self {
        self.drop = likelihood;
        self
    }

    /// What is sent is under way for so long.
    pub fn delay(mut self, delay: Range<Duration>) -> Self {
        self.delay = delay;
        self
    }

    /// Two nodes cannot reach each other for a while, and know it.
    pub fn partition(self) -> Self {
        self.with(Kind::Partition)
    }

    /// What one node sends to another does not arrive for a while, and neither is told.
    pub fn half_open(self) -> Self {
        self.with(Kind::HalfOpen)
    }

    /// What is between two nodes is slow for a while.
    pub fn slow(self) -> Self {
        self.with(Kind::Slow)
    }

    /// A node does nothing for a while, as a process does that was stopped.
    pub fn pause(self) -> Self {
        self.with(Kind::Pause)
    }

    /// One shard of a node does nothing for a while, as when a handler holds it.
    pub fn stall(self) -> Self {
        self.with(Kind::Stall)
    }

    /// The clock of a node's shards leaps forward.
    pub fn jump(self) -> Self {
        self.with(Kind::Jump)
    }

    /// All of it, in measure.
    pub fn all() -> Self {
        let ms = Duration::from_millis;
        let faults = Self::none().drop(0.005).delay(ms(0)..ms(20));
        faults.partition().half_open().slow().pause().stall().jump()
    }

    /// What is between two nodes when nothing special is.
    pub(super) fn link(&self) -> Link {
        Link { delay: self.delay.clone(), loss: self.drop, bytes_per_second: None }
    }

    fn with(mut self, kind: Kind) -> Self {
        self.kinds.insert(kind);
        self
    }
}

/// What comes and goes. A seed's run chooses by this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Partition,
    HalfOpen,
    Slow,
    Pause,
    Stall,
    Jump,
}

/// Has one thing after the other go wrong, until the run is to be calm.
pub(super) async fn happen(sim: Sim, faults: Faults) {
    let kinds: Vec<Kind> = faults.kinds.iter().copied().collect();
    if kinds.is_empty() {
        return;
    }
    loop {
        sleep(sim.random_time(Duration::from_millis(20)..Duration::from_secs(3))).await;
        if sim.is_calm() {
            return;
        }
        let kind = kinds[sim.random(kinds.len())];
        let count = sim.nodes().len();
        let one = sim.random(count);
        let other = (one + 1 + sim.random(count.max(2) - 1)) % count;
        let (one, other) = (sim.node(one), sim.node(other));
        let lasts = sim.random_time(Duration::from_millis(10)..Duration::from_secs(15));
        tracing::info!(target: "callboard", ?kind, one = one.name(), other = other.name(), ?lasts, "fault");
        let fault = match kind {
            Kind::Partition => NetworkFault::Cut,
            Kind::HalfOpen => NetworkFault::Silence,
            Kind::Slow => {
                let delay = Duration::from_millis(200)..Duration::from_secs(2);
                let link = Link { delay, bytes_per_second: Some(2_000), ..faults.link() };
                NetworkFault::Slow(link)
            }
            Kind::Pause => {
                one.pause(lasts);
                continue;
            }
            Kind::Stall => {
                one.stall(sim.random(sim.world.shards), lasts / 4);
                continue;
            }
            Kind::Jump => {
                one.jump(lasts / 4);
                continue;
            }
        };
        sim.network().begin_fault(fault, one.name(), other.name());
        let begun = sim.calms();
        let (one, other) = (one.name().to_owned(), other.name().to_owned());
        let then = sim.clone();
        beside(&sim, async move {
            sleep(lasts).await;
            if then.calms() == begun {
                then.network().end_fault(&one, &other);
            }
        });
    }
}

/// Has something go on beside the body of a run, which fails if this panics.
pub(super) fn beside(sim: &Sim, what: impl Future<Output = ()> + 'static) -> JoinHandle<()> {
    let world = sim.world.clone();
    tokio::task::spawn_local(async move {
        let mut what = pin!(what);
        let ended = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| what.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(payload)),
        });
        if let Err(payload) = ended.await {
            world.failed.set(Some(payload));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_beside_the_body_fails_the_run() {
        let run = Sim::builder().seed(3).run(|sim| async move {
            let at = Duration::from_secs(1);
            drop(beside(&sim, async move {
                sleep(at).await;
                panic!("the weather is broken");
            }));
            sim.sleep(2 * at).await;
        });
        let failure = run.map(|_| ()).expect_err("it panicked");
        assert_eq!((failure.seed, &*failure.text), (3, "the weather is broken"));
    }

    #[test]
    fn what_a_test_has_cut_stays_so_when_a_fault_ends() {
        let done = Sim::builder().nodes(2).check(|sim| async move {
            sim.start(|node| node);
            sim.connected().await;
            let (network, node) = (sim.network(), sim.node(0).node());
            network.cut("n0", "n1");
            network.begin_fault(NetworkFault::Cut, "n0", "n1");
            sim.until("the peer to be lost", || node.peers().is_empty()).await;
            network.end_fault("n0", "n1");
            sim.sleep(Duration::from_secs(60)).await;
            assert_eq!(node.peers(), [], "it is still cut");
            network.begin_fault(NetworkFault::Silence, "n0", "n1");
            network.heal("n0", "n1");
            sim.connected().await;
            network.silence("n1", "n0");
            network.begin_fault(NetworkFault::Slow(Link::default()), "n0", "n1");
            network.end_fault("n0", "n1");
            sim.until("the peer to be lost", || node.peers().is_empty()).await;
        });
        assert!(done.time > Duration::from_secs(60));
    }
}
