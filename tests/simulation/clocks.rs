//! What the clock brings: no timer is early, none is lost, one that was cancelled never comes; and a process that receives
//! for a time waits for so long, and no longer.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use callboard::prelude::*;
use callboard::spawn;
use callboard::testing::{Faults, Sim, Simulator};
use callboard::{Reply, Timer};

/// How many seeds there are unless the environment says so.
const SEEDS: u64 = if cfg!(debug_assertions) { 60 } else { 300 };

/// How long the watchman waits.
const PATIENCE: Duration = Duration::from_millis(20);

/// What a shard may take for other things when nothing goes wrong.
const GRACE: Duration = Duration::from_millis(5);

/// What was found wrong, and the clock of the shards. A clone is the same one.
#[derive(Clone)]
struct Clock {
    simulator: Rc<Simulator>,
    wrong: Rc<RefCell<Vec<String>>>,
}

impl Clock {
    fn now(&self) -> Instant {
        self.simulator.now()
    }

    fn says(&self, wrong: String) {
        self.wrong.borrow_mut().push(wrong);
    }
}

/// Sets timers, and looks at what they bring.
#[actor]
struct Bell {
    clock: Clock,
    random: fastrand::Rng,
    set: BTreeMap<u64, (Instant, Timer)>,
    last: u64,
    began: Instant,
    ticks: u32,
}

impl Bell {
    fn new(clock: &Clock, seed: u64) -> Self {
        let (began, random) = (clock.now(), fastrand::Rng::with_seed(seed));
        Self { clock: clock.clone(), random, set: BTreeMap::new(), last: 0, began, ticks: 0 }
    }

    fn cancel_some(&mut self, cx: &Context<Self>) {
        let set: Vec<u64> = self.set.keys().copied().collect();
        for number in set {
            if self.random.u8(..6) > 0 {
                continue;
            }
            let Some((_, timer)) = self.set.remove(&number) else { continue };
            if !cx.cancel(timer) {
                self.clock.says(format!("timer {number} has not come and could not be cancelled"));
            }
        }
    }
}

#[handlers]
impl Bell {
    /// Sets some timers, most of them near to each other, and cancels some.
    #[tell]
    fn act(&mut self, cx: &mut Context<Self>) {
        let around = Duration::from_nanos(self.random.u64(..40_000_000));
        for _ in 0..self.random.u8(1..20) {
            let delay = match self.random.u8(..8) {
                0 => Duration::from_nanos(self.random.u64(..3_000_000_000)),
                1 => Duration::ZERO,
                _ => around + Duration::from_nanos(self.random.u64(..200_000)),
            };
            self.last += 1;
            let due = self.clock.now() + delay;
            let timer = cx.after(delay, BellMsg::Ring { number: self.last });
            self.set.insert(self.last, (due, timer));
        }
        self.cancel_some(cx);
    }

    #[tell]
    fn ring(&mut self, number: u64) {
        let now = self.clock.now();
        match self.set.remove(&number) {
            None => self.clock.says(format!("timer {number} was cancelled, or came before")),
            Some((due, _)) if now < due => {
                self.clock.says(format!("timer {number} is {:?} early", due - now));
            }
            Some(_) => {}
        }
    }

    /// Timers that are due meanwhile wait, and can be cancelled still.
    #[tell]
    async fn rest(&mut self, cx: &mut Context<Self>, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        self.cancel_some(cx);
    }

    #[every("10ms")]
    fn tick(&mut self) {
        self.ticks += 1;
        if self.clock.now() < self.began + self.ticks * Duration::from_millis(10) {
            self.clock.says(format!("tick {} is early", self.ticks));
        }
    }

    /// How many timers have not come.
    #[ask]
    fn missing(&self) -> usize {
        self.set.len()
    }
}

#[derive(Message)]
enum WatchmanMsg {
    Call,
    Ignored,
    Rounds { reply: Reply<u64> },
}

/// Goes its rounds when nobody calls for a while.
#[process(msg = WatchmanMsg)]
async fn watchman(cx: &mut Process<WatchmanMsg>, clock: Clock, is_calm: bool) {
    let mut rounds = 0;
    loop {
        let began = clock.now();
        let goes = receive! { cx,
            Call => false,
            Rounds { reply } => {
                reply.answer(rounds);
                false
            }
            after PATIENCE => true,
        };
        let waited = clock.now() - began;
        rounds += u64::from(goes);
        if goes && waited < PATIENCE {
            clock.says(format!("the watchman went after {waited:?}"));
        }
        if is_calm && waited > PATIENCE + GRACE {
            clock.says(format!("the watchman waited for {waited:?}"));
        }
    }
}

async fn clocks(sim: Sim, is_calm: bool) {
    let node = sim.node(0);
    let simulator = node.simulator().expect("it runs");
    let clock = Clock { simulator, wrong: Rc::default() };
    let shards = node.system().shards();
    let mut bells = Vec::new();
    for _ in 0..3 {
        let (shard, seed) = (sim.random(shards), sim.random(usize::MAX) as u64);
        bells.push(node.enter(shard, || spawn(Bell::new(&clock, seed))));
    }
    let start = watchman(clock.clone(), is_calm);
    let watchman = node.enter(sim.random(shards), || spawn(start));
    for _ in 0..60 {
        let bell = bells[sim.random(bells.len())];
        match sim.random(8) {
            0 => bell.rest(sim.random(30) as u64),
            1 => watchman.call(),
            2 => watchman.ignored(),
            _ => bell.act(),
        }
        sim.sleep(sim.random_time(Duration::ZERO..Duration::from_millis(25))).await;
    }
    sim.calm();
    sim.sleep(Duration::from_secs(4)).await;
    for bell in &bells {
        assert_eq!(bell.missing().await, Ok(0), "all timers have come");
    }
    let before = watchman.rounds().await.expect("it lives");
    sim.sleep(Duration::from_secs(1)).await;
    let rounds = watchman.rounds().await.expect("it lives") - before;
    assert!((35..=50).contains(&rounds), "{rounds} rounds in a second");
    // The run is to have its shards for itself.
    let wrong = clock.wrong.clone();
    drop(clock);
    let report = node.stop().await.expect("it runs");
    assert_eq!((report.actors_left, report.messages_left), (0, 0), "{report}");
    let wrong = wrong.borrow();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn t1_t2_t6_timers_are_not_early_nor_lost_and_what_is_cancelled_never_comes() {
    Sim::builder().explore_with(
        SEEDS,
        |clocks, seed| {
            let faults = match seed % 2 {
                0 => Faults::none(),
                _ => Faults::none().stall().pause().jump(),
            };
            clocks.seed(seed).shards(1 + (seed % 3) as usize).faults(faults)
        },
        |sim| {
            let is_calm = sim.seed() % 2 == 0;
            clocks(sim, is_calm)
        },
    );
}
