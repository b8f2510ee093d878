//! Supervision: who fails begins again once, with those whom the strategy names and nobody else, in order, not before its
//! delay; and what waited for it is handled. Whatever a shard does meanwhile.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callboard::prelude::*;
use callboard::testing::{Faults, Sim};
use callboard::{ChildSpec, Shutdown, Strategy, SupervisorSpec};
use tokio::time::Instant;

/// How many seeds there are unless the environment says so.
const SEEDS: u64 = if cfg!(debug_assertions) { 60 } else { 300 };

const CHILDREN: usize = 4;

/// What became of the children. A clone is the same one.
#[derive(Clone, Default)]
struct Records(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    children: [Line; CHILDREN],
    wrong: Vec<String>,
}

#[derive(Default)]
struct Line {
    /// Lives that have begun, and those that go on.
    lives: u64,
    alive: u64,
    /// It has failed, and ends for that.
    fails: bool,
    /// It does not begin before.
    not_before: Option<Instant>,
    told: u64,
    heard: u64,
}

impl Records {
    fn open(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lives(&self) -> [u64; CHILDREN] {
        self.open().children.each_ref().map(|line| line.lives)
    }
}

impl Lines {
    fn begin(&mut self, number: usize) {
        let Line { lives, alive, not_before, .. } = &mut self.children[number];
        (*lives, *alive) = (*lives + 1, *alive + 1);
        if *alive > 1 {
            self.wrong.push(format!("child {number} has begun while it lives"));
        } else if not_before.take().is_some_and(|moment| Instant::now() < moment) {
            self.wrong.push(format!("child {number} has begun before its delay was over"));
        }
    }

    fn end(&mut self, number: usize) {
        let line = &mut self.children[number];
        line.alive -= 1;
        // Those that are stopped are stopped in reverse order.
        let failed = std::mem::take(&mut line.fails);
        let later = self.children[number + 1..].iter().any(|line| line.alive > 0);
        if !failed && later {
            self.wrong.push(format!("child {number} was stopped before one that came later"));
        }
    }
}

#[actor]
struct Child {
    number: usize,
    records: Records,
}

impl Child {
    fn new(number: usize, records: Records) -> Self {
        records.open().begin(number);
        Self { number, records }
    }

    fn fails(&self) {
        let mut lines = self.records.open();
        let line = &mut lines.children[self.number];
        line.fails = true;
        // The last child waits: for 50 ms, give or take a fifth.
        let delay = Duration::from_millis(40);
        line.not_before = (self.number == CHILDREN - 1).then(|| Instant::now() + delay);
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.records.open().end(self.number);
    }
}

#[handlers]
impl Child {
    #[tell]
    fn hear(&mut self, number: u64) {
        let mut lines = self.records.open();
        let line = &mut lines.children[self.number];
        line.heard += 1;
        if line.heard != number {
            let wrong = format!("child {} heard {number}, not {}", self.number, line.heard);
            lines.wrong.push(wrong);
        }
    }

    #[tell]
    async fn rest(&mut self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    #[tell]
    fn fail(&mut self) -> Result<(), String> {
        self.fails();
        Err("as it was told".to_owned())
    }

    #[tell]
    fn panic(&mut self) {
        self.fails();
        panic!("as it was told");
    }
}

/// Who begins again with a child that has failed.
fn concerns(strategy: Strategy, failed: usize, other: usize) -> bool {
    match strategy {
        Strategy::OneForAll => true,
        Strategy::OneForOne => other == failed,
        Strategy::RestForOne => other >= failed,
    }
}

async fn family(sim: Sim) {
    let (node, records) = (sim.node(0), Records::default());
    let system = node.system();
    let shard = || sim.random(system.shards());
    let strategies = [Strategy::OneForAll, Strategy::OneForOne, Strategy::RestForOne];
    let strategy = strategies[sim.random(3)];
    let spec = SupervisorSpec::new("family").strategy(strategy);
    let spec = (0..CHILDREN).fold(spec.intensity(1_000, Duration::from_secs(1)), |spec, number| {
        let of = records.clone();
        let child = ChildSpec::<Child>::new(number.to_string(), move |_| {
            let child = Child::new(number, of.clone());
            async move { Ok(child) }
        });
        // One that is given up, for its shard is held, begins in another place and keeps nothing.
        let child = child.shard(shard()).shutdown(Shutdown::Infinite);
        let waits = Duration::from_millis(50)..=Duration::from_millis(100);
        spec.child(if number == CHILDREN - 1 { child.backoff(waits) } else { child })
    });
    let tree = system.supervise(shard(), spec).await.expect("it starts");
    let children: Vec<_> = (0..CHILDREN).map(|index| tree.child::<Child>(index)).collect();
    let hear = |index: usize| {
        let mut lines = records.open();
        let line = &mut lines.children[index];
        line.told += 1;
        children[index].hear(line.told);
    };
    let mut expected = [1; CHILDREN];
    for _ in 0..12 {
        let failing = sim.random(CHILDREN);
        for _ in 0..sim.random(4) {
            children[sim.random(CHILDREN)].rest(sim.random(20) as u64);
        }
        (0..sim.random(8)).for_each(|_| hear(sim.random(CHILDREN)));
        match sim.random(2) {
            0 => children[failing].fail(),
            _ => children[failing].panic(),
        }
        // What waits behind the failure is for the next life.
        (0..sim.random(8)).for_each(|_| hear(sim.random(CHILDREN)));
        for (other, lives) in expected.iter_mut().enumerate() {
            *lives += u64::from(concerns(strategy, failing, other));
        }
        let have_begun = || records.lives().iter().zip(expected).all(|(lives, of)| *lives >= of);
        sim.until("the children to begin again", have_begun).await;
        sim.sleep(sim.random_time(Duration::ZERO..Duration::from_millis(300))).await;
        assert_eq!(records.lives(), expected, "{strategy}, and {failing} has failed");
    }
    sim.calm();
    sim.sleep(Duration::from_secs(2)).await;
    assert_eq!(records.lives(), expected, "nobody begins for nothing");
    for line in &records.open().children {
        assert_eq!((line.alive, line.heard), (1, line.told), "it lives, and has heard all");
    }
    let total = system.stats().total();
    assert_eq!((total.asks, total.backlog), (0, 0), "nothing waits any more");
    drop(system);
    let report = node.stop().await.expect("it runs");
    assert_eq!((report.actors_left, report.messages_left), (0, 0), "{report}");
    let lines = records.open();
    assert!(lines.wrong.is_empty(), "{strategy}: {}", lines.wrong.join("\n"));
    assert!(lines.children.iter().all(|line| line.alive == 0), "all have ended");
}

#[test]
fn s4_s5_s6_who_begins_again_is_whom_the_strategy_names_whatever_a_shard_does() {
    let faults = |seed: u64| match seed % 3 {
        0 => Faults::none(),
        1 => Faults::none().stall(),
        _ => Faults::none().stall().pause(),
    };
    Sim::builder().explore_with(
        SEEDS,
        |family, seed| family.seed(seed).shards(1 + (seed % 3) as usize).faults(faults(seed)),
        family,
    );
}
