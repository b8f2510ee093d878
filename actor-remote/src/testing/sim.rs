//! The world of a run, as its body sees it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use actor_runtime::testing::Simulator;
use actor_runtime::{Report, Spawn, SpawnOn, SystemRef};
use tokio::time::{Instant, sleep};

use super::faults::Faults;
use crate::node::{Node, NodeBuilder};
use crate::node_id::NodeId;
use crate::transport::{Link, MemoryNetwork};

/// How long [`Sim::connected`] and [`Sim::stop`] wait, in virtual time.
const LONG: Duration = Duration::from_secs(600);

/// How a node is to be, for each of its lives.
type How = Rc<dyn Fn(NodeBuilder) -> NodeBuilder>;

/// What a run consists of.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) shards: usize,
    pub(super) random: RefCell<fastrand::Rng>,
    pub(super) network: MemoryNetwork,
    pub(super) places: RefCell<Vec<Place>>,
    how: RefCell<Option<How>>,
    /// How often the world was calmed.
    calms: Cell<u64>,
    /// A hash of what the nodes did that live no more.
    pub(super) past: Cell<u64>,
    /// What panicked beside the body.
    pub(super) failed: Cell<Option<Box<dyn Any + Send>>>,
    pub(super) began: Instant,
}

/// A node's place in the world, in all its lives.
pub(super) struct Place {
    name: Rc<str>,
    pub(super) life: Option<Life>,
    /// By shard: it does nothing before this moment.
    pub(super) paused: Vec<Instant>,
    /// How far its clock is ahead.
    pub(super) ahead: Duration,
}

/// One life of a node.
pub(super) struct Life {
    pub(super) simulator: Rc<Simulator>,
    node: Option<Rc<Node>>,
    /// By shard: whether it has said that it has more to do.
    pub(super) busy: Vec<bool>,
}

impl World {
    pub(super) fn new(seed: u64, nodes: usize, shards: usize, faults: &Faults) -> Rc<Self> {
        let network = MemoryNetwork::seeded(seed);
        network.note();
        network.set_links(faults.link());
        let began = Instant::now();
        let places = (0..nodes).map(|index| Place {
            name: format!("n{index}").into(),
            life: None,
            paused: vec![began; shards],
            ahead: Duration::ZERO,
        });
        let world = Rc::new(Self {
            seed,
            shards,
            random: RefCell::new(fastrand::Rng::with_seed(seed ^ 0x5851_f42d_4c95_7f2d)),
            network,
            places: RefCell::new(places.collect()),
            how: RefCell::default(),
            calms: Cell::default(),
            past: Cell::default(),
            failed: Cell::default(),
            began,
        });
        (0..nodes).for_each(|index| world.boot(index));
        world
    }

    /// A system for a place that has none.
    fn boot(&self, index: usize) {
        let place = &mut self.places.borrow_mut()[index];
        let now = (Instant::now() + place.ahead).into_std();
        let simulator = Simulator::beginning_at(now, self.shards);
        let busy = vec![true; self.shards];
        place.life = Some(Life { simulator: Rc::new(simulator), node: None, busy });
    }

    /// Has a system be a node of the network.
    fn join(&self, index: usize, how: &How) {
        let (name, system) = {
            let places = self.places.borrow();
            let Some(life) = &places[index].life else { return };
            if life.node.is_some() {
                return;
            }
            (places[index].name.clone(), life.simulator.system())
        };
        let (id, shard) = {
            let mut random = self.random.borrow_mut();
            (NodeId::of_bits(random.u128(..)), random.usize(..self.shards))
        };
        let builder = how(Node::builder(&*name)).memory(&self.network).shard(shard);
        let node = builder.start_as(id, system).expect("a name of the simulator's is one");
        if let Some(life) = &mut self.places.borrow_mut()[index].life {
            life.node = Some(Rc::new(node));
        }
    }

    /// Has two nodes dial each other, or one the other.
    fn dial(&self, one: usize, other: usize) {
        let dialled = {
            let places = self.places.borrow();
            let end = |index: usize| {
                let place = &places[index];
                Some((place.life.as_ref()?.node.clone()?, place.name.clone()))
            };
            end(one).zip(end(other))
        };
        let Some(((one, first), (other, second))) = dialled else { return };
        let who = self.random.borrow_mut().u8(..3);
        if who != 1 {
            drop(one.connect(&*second));
        }
        if who != 0 {
            drop(other.connect(&*first));
        }
    }

    /// Ends a life, and keeps what it did in the trace.
    fn bury(&self, index: usize) -> Option<Life> {
        let life = self.places.borrow_mut()[index].life.take()?;
        self.past.set(self.past.get().rotate_left(9) ^ life.simulator.trace());
        Some(life)
    }
}

/// A cluster within a test: some nodes, the network between them, and the time. A clone is the same one.
///
/// A [`SimBuilder`](super::SimBuilder) makes it, and gives it to the body of the run.
///
/// ```
/// use actor_remote::testing::Sim;
///
/// let done = Sim::builder().seed(7).nodes(3).check(|sim| async move {
///     sim.start(|node| node.export("/bank"));
///     sim.connected().await;
///     sim.node(2).crash();
///     sim.sleep(std::time::Duration::from_secs(1)).await;
///     assert_eq!(sim.node(0).node().peers().len(), 1);
/// });
/// assert!(done.time.as_secs() >= 1);
/// ```
#[derive(Clone)]
pub struct Sim {
    pub(super) world: Rc<World>,
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sim(seed {})", self.world.seed)
    }
}

impl Sim {
    /// What the run is made from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.world.seed
    }

    /// The network, on which to [cut](MemoryNetwork::cut), [silence](MemoryNetwork::silence) and
    /// [heal](MemoryNetwork::heal). The nodes are called `n0`, `n1` and so on.
    #[must_use]
    pub fn network(&self) -> &MemoryNetwork {
        &self.world.network
    }

    /// A node by its number, from 0.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    #[must_use]
    pub fn node(&self, index: usize) -> SimNode {
        let name = self.world.places.borrow()[index].name.clone();
        SimNode { world: self.world.clone(), index, name }
    }

    /// All nodes.
    #[must_use]
    pub fn nodes(&self) -> Vec<SimNode> {
        let count = self.world.places.borrow().len();
        (0..count).map(|index| self.node(index)).collect()
    }

    /// Has every system be a node of the network, and connects each to each: `how` says which protocols they take and
    /// which names they export. Each later life of a node is as `how` says too.
    ///
    /// Which of two nodes dials the other, or whether both do, is by chance.
    pub fn start(&self, how: impl Fn(NodeBuilder) -> NodeBuilder + 'static) {
        let how: How = Rc::new(how);
        *self.world.how.borrow_mut() = Some(how.clone());
        let count = self.world.places.borrow().len();
        (0..count).for_each(|index| self.world.join(index, &how));
        for other in 1..count {
            (0..other).for_each(|one| self.world.dial(one, other));
        }
    }

    /// Waits until all nodes that live are connected to each other.
    ///
    /// # Panics
    ///
    /// If they are not within ten minutes.
    pub async fn connected(&self) {
        let are_connected = || {
            let nodes = self.nodes();
            let alive: Vec<_> = nodes.iter().filter_map(SimNode::try_node).collect();
            alive.iter().all(|one| {
                let peers = one.peers();
                let others = alive.iter().filter(|other| other.info() != one.info());
                others.into_iter().all(|other| peers.contains(&other.info()))
            })
        };
        self.until("the nodes to be connected", are_connected).await;
    }

    /// Waits until something is so; `what` says it in the text of the failure.
    ///
    /// # Panics
    ///
    /// If it is not within ten minutes.
    pub async fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let until = Instant::now() + LONG;
        while !is_so() {
            assert!(Instant::now() < until, "waited for {what}, for {LONG:?} of the run's time");
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets virtual time pass.
    pub async fn sleep(&self, time: Duration) {
        sleep(time).await;
    }

    /// How long the run has gone on, in virtual time.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.world.began.elapsed()
    }

    /// A number below `bound`, by chance; 0 if that is 0.
    #[must_use]
    pub fn random(&self, bound: usize) -> usize {
        if bound == 0 { 0 } else { self.world.random.borrow_mut().usize(..bound) }
    }

    /// A time within a range, by chance.
    #[must_use]
    pub fn random_time(&self, range: Range<Duration>) -> Duration {
        let more = range.end.saturating_sub(range.start);
        range.start + more.mul_f64(self.world.random.borrow_mut().f64())
    }

    /// Ends all faults, and has none come any more: paused nodes go on, links are healed and lose nothing, and what is
    /// sent arrives at once. Clocks that leapt stay ahead, and nodes that crashed stay so.
    pub fn calm(&self) {
        self.world.calms.set(self.world.calms.get() + 1);
        self.world.network.set_links(Link::default());
        let nodes = self.nodes();
        for one in &nodes {
            one.go_on();
            for other in &nodes[one.index + 1..] {
                self.world.network.heal(&one.name, &other.name);
            }
        }
    }

    pub(super) fn is_calm(&self) -> bool {
        self.world.calms.get() > 0
    }

    pub(super) fn calms(&self) -> u64 {
        self.world.calms.get()
    }

    /// Ends every node that lives, in order, and answers what each has counted.
    ///
    /// # Panics
    ///
    /// If an actor does not end within ten minutes.
    pub async fn stop(&self) -> Vec<Report> {
        let mut reports = Vec::new();
        for node in self.nodes() {
            reports.extend(node.stop().await);
        }
        reports
    }
}

/// A node of a [`Sim`], whichever life of it there is.
#[derive(Clone)]
pub struct SimNode {
    world: Rc<World>,
    index: usize,
    name: Rc<str>,
}

impl fmt::Debug for SimNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimNode({})", self.name)
    }
}

impl SimNode {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.simulator().is_some()
    }

    /// The shards of its present life.
    #[must_use]
    pub fn simulator(&self) -> Option<Rc<Simulator>> {
        let places = self.world.places.borrow();
        places[self.index].life.as_ref().map(|life| life.simulator.clone())
    }

    /// Its system.
    ///
    /// # Panics
    ///
    /// If it has crashed or was stopped.
    #[must_use]
    pub fn system(&self) -> SystemRef {
        self.simulator().expect("the node runs").system()
    }

    /// The node itself.
    ///
    /// # Panics
    ///
    /// If it was not [started](Sim::start), has crashed or was stopped.
    #[must_use]
    pub fn node(&self) -> Rc<Node> {
        self.try_node().expect("the node was started and runs")
    }

    fn try_node(&self) -> Option<Rc<Node>> {
        self.world.places.borrow()[self.index].life.as_ref()?.node.clone()
    }

    /// An actor of this node, as by [`SystemRef::spawn_on`].
    ///
    /// # Panics
    ///
    /// If the node has crashed or was stopped.
    pub fn spawn_on<S: Spawn>(
        &self,
        place: impl Into<actor_runtime::Place>,
        make: impl FnOnce() -> S + Send + 'static,
    ) -> SpawnOn<S> {
        self.system().spawn_on(place, make)
    }

    /// Ends it without ceremony, as a process that is killed: no actor hears of it, and what it said last may be lost. The
    /// other nodes find their connections reset; or, half of the time, silent, as when the machine is gone.
    pub fn crash(&self) {
        let says_goodbye = self.world.random.borrow_mut().bool();
        self.world.network.unplug(&self.name, says_goodbye);
        tracing::info!(target: "callboard", node = &*self.name, says_goodbye, "crash");
        drop(self.world.bury(self.index));
    }

    /// Begins its next life, under the same name and another id; a life that goes on crashes before. The new one has
    /// no actors.
    pub fn restart(&self) {
        self.crash();
        self.go_on();
        self.world.boot(self.index);
        let how = self.world.how.borrow().clone();
        tracing::info!(target: "callboard", node = &*self.name, "restart");
        let Some(how) = how else { return };
        self.world.join(self.index, &how);
        let count = self.world.places.borrow().len();
        for other in (0..count).filter(|other| *other != self.index) {
            self.world.dial(self.index, other);
        }
    }

    /// Has it do nothing for so long, as a process does that was stopped. What is sent to it waits. A longer pause that
    /// has begun stays as long.
    pub fn pause(&self, time: Duration) {
        (0..self.world.shards).for_each(|shard| self.stall(shard, time));
    }

    /// Has all of its shards go on that were to do nothing.
    fn go_on(&self) {
        self.world.places.borrow_mut()[self.index].paused.fill(Instant::now());
    }

    /// Has one of its shards do nothing for so long, as when a handler holds it; at least for as long as it was to do
    /// nothing already.
    ///
    /// # Panics
    ///
    /// If there is no such shard.
    pub fn stall(&self, shard: usize, time: Duration) {
        let paused = &mut self.world.places.borrow_mut()[self.index].paused[shard];
        *paused = (*paused).max(Instant::now() + time);
    }

    /// Has the clock of its shards leap forward, so that deadlines and timers of its actors come early. Those of tokio
    /// do not.
    pub fn jump(&self, time: Duration) {
        self.world.places.borrow_mut()[self.index].ahead += time;
    }

    /// Runs `call` as a handler on this shard would run.
    ///
    /// # Panics
    ///
    /// If the node has crashed or was stopped, or there is no such shard.
    pub fn enter<R>(&self, shard: usize, call: impl FnOnce() -> R) -> R {
        self.simulator().expect("the node runs").enter(shard, call)
    }

    /// Ends its system, as `System::stop` does, and answers what that has counted; none if it does not live.
    ///
    /// # Panics
    ///
    /// If an actor does not end within ten minutes.
    pub fn stop(&self) -> impl Future<Output = Option<Report>> + use<> {
        let this = self.clone();
        async move {
            let simulator = this.simulator()?;
            let system = format!("the system of {} to end", this.name);
            // The connections close, and say so.
            if let Some(life) = &mut this.world.places.borrow_mut()[this.index].life {
                life.node = None;
            }
            simulator.shut();
            let sim = Sim { world: this.world.clone() };
            let mut next = Instant::now();
            sim.until(&system, || {
                // Actors that began meanwhile end too.
                if Instant::now() > next {
                    next = Instant::now() + Duration::from_secs(1);
                    simulator.shut();
                }
                simulator.actors() == 0
            })
            .await;
            drop(simulator);
            let life = this.world.bury(this.index)?;
            this.world.network.unplug(&this.name, true);
            let simulator = Rc::try_unwrap(life.simulator).expect("only the run has it");
            Some(simulator.stop())
        }
    }
}
