//! Whatever goes wrong between three nodes: order holds, each message is accounted for, asks end once, a name has one
//! owner, nothing is left behind, and when all is well again the nodes work as before.

use std::time::Duration;

use callboard::remote::{Limits, Named, NodeEvent, Rights};
use callboard::testing::{Faults, Rare, Sim, SimBuilder, SimNode};
use callboard::{ActorRef, LookupError, Subscription};

use crate::book::Book;
use crate::worker::{BookOf, House, Sink, Worker};

/// How many seeds there are unless the environment says so.
const SEEDS: u64 = if cfg!(debug_assertions) { 150 } else { 600 };

/// How long an answer takes at most where all is well: of who is busy, and of who is not.
const LONG: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_millis(100);

/// So many seeds see all that is rare.
const MANY: u64 = 100;

/// What the three nodes do, and what is found of it.
pub(crate) struct World {
    sim: Sim,
    book: Book,
    /// Whether nodes end without ceremony.
    crashes: bool,
    /// Workers that may end, by node.
    mortals: Vec<Vec<ActorRef<Worker>>>,
    events: Vec<Subscription<NodeEvent>>,
    /// The most messages that were lost between nodes.
    lost_most: u64,
    /// Workers so far, which is what they are called by.
    named: u64,
}

fn faults(seed: u64) -> Faults {
    let ms = Duration::from_millis;
    match seed % 5 {
        0 => Faults::none(),
        1 => Faults::none().delay(ms(0)..ms(60)),
        2 => Faults::none().drop(0.02).delay(ms(0)..ms(10)),
        _ => Faults::all(),
    }
}

/// The run of a seed.
pub(crate) fn how(cluster: SimBuilder, seed: u64) -> SimBuilder {
    cluster.seed(seed).nodes(3).shards(1 + (seed % 3) as usize).faults(faults(seed))
}

#[test]
fn what_holds_holds_whatever_goes_wrong() {
    let seeds = Sim::builder().explore_with(SEEDS, how, World::begin_and_end);
    let missed: Vec<_> = Rare::ALL.iter().filter(|rare| rare.times() == 0).collect();
    assert!(missed.is_empty() || seeds < MANY, "never seen, in {seeds} seeds: {missed:?}");
}

/// What may wait for a node is little on some, so that there is more.
fn limits(seed: u64) -> Limits {
    match seed % 3 {
        0 => Limits { outbound_messages: 150, ..Limits::default() },
        _ => Limits::default(),
    }
}

impl World {
    pub(crate) async fn begin_and_end(sim: Sim) {
        let crashes = sim.seed() % 5 == 4;
        let world = Self::new(sim, crashes).await;
        world.run().await;
    }

    async fn new(sim: Sim, crashes: bool) -> Self {
        let limits = limits(sim.seed());
        // Linked workers end together, whichever of them has linked.
        let rights = Rights { exit: true, kill: true, spawn: true };
        let (book, events) = (Book::default(), Vec::new());
        let begun = book.clone();
        sim.start(move |node| {
            let book = begun.clone();
            let node = node.register_spawn(move |place: String| Worker::new(place, &book));
            node.export("/w").limits(limits.clone()).rights(rights)
        });
        let mortals = vec![Vec::new(); 3];
        let mut world = Self { sim, book, crashes, mortals, events, lost_most: 0, named: 0 };
        for node in world.sim.nodes() {
            world.settle(&node).await;
        }
        world
    }

    /// What a node has from the beginning of each life.
    async fn settle(&mut self, node: &SimNode) {
        self.events.push(node.system().subscribe("nodes/**"));
        let spec = House::start_spec(node.name().to_owned(), BookOf(self.book.clone()));
        let shard = self.sim.random(8);
        let shards = node.system().shards();
        node.system().supervise(shard % shards, spec).await.expect("it starts");
        for _ in 0..2 {
            self.spawn(node).await;
        }
    }

    /// One more worker, which has a name.
    async fn spawn(&mut self, node: &SimNode) {
        let (place, book) = (node.name().to_owned(), self.book.clone());
        let shard = self.sim.random(node.system().shards());
        let worker = node.spawn_on(shard, move || Worker::new(place, &book)).await;
        let worker = worker.expect("it starts");
        self.named += 1;
        let name = format!("/w/{}", self.named);
        node.system().register(&name, worker).await.expect("the name is free");
        let at = node.name()[1..].parse::<usize>().expect("its number");
        self.mortals[at].push(worker);
    }

    async fn run(mut self) {
        for _ in 0..40 {
            self.step().await;
        }
        self.sim.calm();
        for node in self.sim.nodes() {
            if !node.is_alive() {
                self.restart(&node).await;
            }
        }
        self.sim.connected().await;
        // Asks that go on end, supervisors start their children again.
        self.sim.sleep(Duration::from_secs(6)).await;
        self.check_lives().await;
        self.sim.sleep(Duration::from_secs(2)).await;
        self.book.check();
        self.book.check_bonds(self.sim.seed() % 5 < 2);
        for node in self.sim.nodes() {
            let total = node.system().stats().total();
            assert_eq!((total.asks, total.backlog), (0, 0), "nothing waits any more");
        }
        self.end().await;
    }

    async fn step(&mut self) {
        let at = self.sim.random(3);
        let node = self.sim.node(at);
        if self.crashes && self.sim.random(20) == 0 {
            match node.is_alive() && self.sim.random(2) == 0 {
                true => node.crash(),
                false => self.restart(&node).await,
            }
        }
        if !node.is_alive() {
            return;
        }
        match self.sim.random(10) {
            0 => match self.sim.random(20) {
                0 => self.flood(&node).await,
                1 => self.trouble(at),
                2..8 => self.begin_elsewhere(at).await,
                _ => self.spawn(&node).await,
            },
            1 => {
                if let Some(mortal) = self.mortal(at) {
                    mortal.kill();
                }
            }
            2..5 => self.acquaint(at).await,
            // Which messages that loses is told as ever.
            5 if self.sim.seed() % 5 > 1 && self.sim.random(8) == 0 => {
                node.node().disconnect(self.sim.node(self.sim.random(3)).name());
            }
            _ => self.act(at),
        }
        let pause = Duration::from_millis(300);
        self.sim.sleep(self.sim.random_time(Duration::ZERO..pause)).await;
    }

    /// Fills what is between two shards.
    async fn flood(&self, node: &SimNode) {
        let shards = node.system().shards();
        let books = [self.book.clone(), self.book.clone()];
        let [source, sink] = books.map(|book| move || Sink::new(&book));
        let sinks = (node.spawn_on(0, source).await, node.spawn_on(shards - 1, sink).await);
        let (Ok(source), Ok(sink)) = sinks else { return };
        node.stall(shards - 1, Duration::from_millis(50));
        source.flood(sink);
    }

    /// Has a child fail more often than its supervisor bears.
    fn trouble(&self, at: usize) {
        let found = self.sim.node(at).system().lookup::<Worker>("/w/crew/one");
        let Ok(one) = found else { return };
        let lane = self.book.open().number();
        for number in 1..6 {
            self.book.open().sent += 1;
            one.panic(lane, number);
        }
    }

    fn mortal(&self, at: usize) -> Option<ActorRef<Worker>> {
        let mortals = &self.mortals[at];
        mortals.get(self.sim.random(mortals.len())).copied()
    }

    /// Has some workers of a node do something.
    fn act(&mut self, at: usize) {
        let system = self.sim.node(at).system();
        for _ in 0..6 {
            let crew = ["/w/crew/one", "/w/crew/other"][self.sim.random(2)];
            let worker = match self.sim.random(4) {
                0 => system.lookup::<Worker>(crew).ok(),
                _ => self.mortal(at),
            };
            let Some(worker) = worker else { continue };
            self.book.open().sent += 1;
            let dice = self.sim.random(usize::MAX) as u64;
            match self.sim.random(3) {
                0 if self.sim.random(3) == 0 => worker.tell_with_a_place(dice),
                0 => worker.ask_around(dice),
                _ => worker.act(dice),
            }
        }
    }

    /// Has a worker of a node know one of any other, by its name.
    async fn acquaint(&mut self, at: usize) {
        let node = self.sim.node(at).node();
        let whom = self.sim.node(self.sim.random(3));
        let name = match self.sim.random(3) {
            0 => "/w/crew/one".to_owned(),
            _ => format!("/w/{}", 1 + self.sim.random(self.named as usize)),
        };
        let is_own = whom.name() == node.info().name;
        let found = match is_own {
            true => whom.system().lookup::<Worker>(&name).ok(),
            false => node.lookup::<Worker>(whom.name(), &name).await.ok(),
        };
        let Some(found) = found else { return };
        self.introduce(at, found, !name.contains("crew")).await;
    }

    /// Has a node begin a worker of another, which a worker of its own then knows.
    async fn begin_elsewhere(&mut self, at: usize) {
        let (node, whom) = (self.sim.node(at).node(), self.sim.node(self.sim.random(3)));
        let begun = node.spawn::<Worker>(whom.name(), whom.name().to_owned()).await;
        if let Ok(begun) = begun {
            self.introduce(at, begun, true).await;
        }
    }

    /// Has a worker of a node know one that was found.
    async fn introduce(&self, at: usize, found: ActorRef<Worker>, has_one_life: bool) {
        let mut number = 0;
        if has_one_life {
            let asking = self.book.ask();
            let told = found.number().timeout(Duration::from_secs(1)).await;
            drop(asking);
            number = told.unwrap_or_default();
        }
        if let Some(worker) = self.mortal(at).filter(|_| self.sim.node(at).is_alive()) {
            self.book.open().sent += 1;
            worker.befriend(found, number);
        }
    }

    async fn restart(&mut self, node: &SimNode) {
        node.restart();
        let at = node.name()[1..].parse::<usize>().expect("its number");
        self.mortals[at].clear();
        self.settle(node).await;
    }

    /// All can be reached by all.
    async fn check_lives(&mut self) {
        let workers: Vec<u64> = {
            let mut workers = Vec::new();
            for node in self.sim.nodes() {
                self.spawn(&node).await;
                workers.push(self.named);
            }
            workers
        };
        for node in self.sim.nodes() {
            for (other, worker) in self.sim.nodes().iter().zip(&workers) {
                if node.name() == other.name() {
                    self.check_crew(other).await;
                    continue;
                }
                // One of a crew may have much to do; the other has nothing else.
                let names = [("/w/crew/one".to_owned(), LONG), (format!("/w/{worker}"), SOON)];
                for (name, within) in names {
                    let began = self.sim.now();
                    let named: Named<Worker> = node.node().named(other.name(), &name);
                    let found = named.get().await;
                    let found =
                        found.unwrap_or_else(|error| panic!("{name} at {other:?}: {error}"));
                    self.check_answer(&name, found).await;
                    let took = self.sim.now() - began;
                    assert!(took < within, "{name} at {other:?} was asked, which took {took:?}");
                }
            }
        }
    }

    async fn check_crew(&self, node: &SimNode) {
        for name in ["/w/crew/one", "/w/crew/other"] {
            let found: Result<ActorRef<Worker>, LookupError> = node.system().lookup(name);
            let found = found.unwrap_or_else(|error| panic!("{name} at {node:?}: {error}"));
            self.check_answer(name, found).await;
        }
    }

    async fn check_answer(&self, name: &str, worker: ActorRef<Worker>) {
        let asking = self.book.ask();
        let answer = worker.number().timeout(LONG).await;
        drop(asking);
        assert!(answer.is_ok(), "{name} answers: {answer:?}");
    }

    /// Ends all, and looks at what is left.
    async fn end(mut self) {
        let mut reports = Vec::new();
        for node in self.sim.nodes() {
            reports.extend(node.stop().await);
        }
        for events in &mut self.events {
            while let Some(event) = events.try_next() {
                if let NodeEvent::Down { lost_most, .. } = event.expect("no event was missed") {
                    self.lost_most += lost_most;
                }
            }
        }
        for report in &reports {
            assert_eq!((report.actors_left, report.messages_left), (0, 0), "{report}");
        }
        assert_eq!(self.sim.network().connections(), 0, "no connection is left");
        self.book.check_ends();
        self.book.check();
        if self.crashes {
            return;
        }
        let (sent, handled) = self.book.counts();
        let dead: u64 = reports.iter().map(|report| report.dead_letters.total()).sum();
        let (known, most) = (handled + dead, handled + dead + self.lost_most);
        assert!(
            known <= sent && sent <= most,
            "{sent} messages were sent, {handled} handled, {dead} are dead letters, and at most {} were \
             lost between nodes\n{reports:#?}",
            self.lost_most
        );
    }
}
