//! One system whose shards take turns by chance: mailboxes with every bound, processes, pools, groups, timers and
//! answers, and each message is handled or a dead letter, in order, and nothing is left.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callboard::prelude::*;
use callboard::testing::{Faults, Sim};

/// How many seeds there are unless the environment says so.
const SEEDS: u64 = if cfg!(debug_assertions) { 100 } else { 600 };

/// What was sent, handled and heard. A clone is the same one.
#[derive(Clone, Default)]
struct Ledger(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    sent: u64,
    handled: u64,
    lanes: u64,
    /// By lane the last that was heard.
    heard: BTreeMap<u64, u64>,
    wrong: Vec<String>,
}

impl Ledger {
    fn open(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, lane: u64, number: u64) {
        let mut lines = self.open();
        lines.handled += 1;
        let last = lines.heard.insert(lane, number).unwrap_or_default();
        if number <= last {
            lines.wrong.push(format!("on lane {lane} message {number} came after {last}"));
        }
    }
}

/// The way from one sender to one receiver.
struct Lane<A> {
    to: A,
    number: u64,
    sent: u64,
    ledger: Ledger,
}

impl<A> Lane<A> {
    fn new(to: A, ledger: &Ledger) -> Self {
        let mut lines = ledger.open();
        lines.lanes += 1;
        Self { to, number: lines.lanes, sent: 0, ledger: ledger.clone() }
    }

    /// The place of the next message, which is sent.
    fn next(&mut self) -> (u64, u64) {
        self.ledger.open().sent += 1;
        self.sent += 1;
        (self.number, self.sent)
    }
}

macro_rules! desks {
    ($($name:ident $overflow:ident;)*) => {$(
        /// Has few places for those who wait.
        #[actor(mailbox(capacity = 3, overflow = $overflow))]
        struct $name(Ledger);

        #[handlers]
        impl $name {
            #[tell]
            async fn serve(&mut self, lane: u64, number: u64) {
                tokio::time::sleep(Duration::from_millis(number % 3)).await;
                self.0.hear(lane, number);
            }

            #[ask]
            fn look(&mut self, lane: u64, number: u64) -> u64 {
                self.0.hear(lane, number);
                number
            }
        }
    )*};
}

desks! {
    Refusing reject;
    Latest drop_oldest;
    Earliest drop_newest;
    Failing crash;
}

#[derive(Message)]
enum ClerkMsg {
    Paper { lane: u64, number: u64 },
    Stamp { lane: u64, number: u64 },
    Ready { reply: Reply<u64> },
}

/// Stamps before it reads, whenever both wait.
#[process(msg = ClerkMsg)]
async fn clerk(cx: &mut Process<ClerkMsg>, ledger: Ledger) {
    let mut read = 0;
    loop {
        receive! { cx,
            urgent Stamp { lane, number } => ledger.hear(lane, number),
            Paper { lane, number } => {
                read += 1;
                ledger.hear(lane, number);
                if read % 5 == 0 {
                    cx.sleep(Duration::from_millis(2)).await;
                }
            }
            Ready { reply } => {
                ledger.open().handled += 1;
                reply.answer(read);
            }
            after "3s" => read = 0,
        }
    }
}

/// One of a pool, and of the town's people.
#[actor]
struct Porter(Ledger);

#[handlers(clone)]
impl Porter {
    #[start]
    fn come(&mut self, cx: &mut Context<Self>) -> Result<(), RegisterError> {
        cx.join("/town/porters")
    }

    #[tell]
    async fn carry(&mut self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        self.0.open().handled += 1;
    }

    #[tell]
    fn fall(&mut self) -> Result<(), String> {
        self.0.open().handled += 1;
        Err("it fell".to_owned())
    }
}

/// Lets pass while it is open; who comes else waits.
#[actor(states(Open, Closed))]
struct Gate(Ledger);

#[handlers]
impl Gate {
    #[tell(when(Open))]
    fn pass(&mut self, lane: u64, number: u64) {
        self.0.hear(lane, number);
    }

    #[tell]
    fn turn(&mut self, cx: &mut Context<Self>, open: bool) {
        cx.become_state(if open { GateState::Open } else { GateState::Closed });
        self.0.open().handled += 1;
    }

    #[tell]
    async fn creak(&mut self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        self.0.open().handled += 1;
    }
}

/// Goes round and does something everywhere.
#[actor]
struct Visitor {
    refusing: Lane<ActorRef<Refusing>>,
    latest: Lane<ActorRef<Latest>>,
    earliest: Lane<ActorRef<Earliest>>,
    failing: Lane<ActorRef<Failing>>,
    papers: Lane<ActorRef<ClerkMsg>>,
    stamps: Lane<ActorRef<ClerkMsg>>,
    gate: Lane<ActorRef<Gate>>,
    pool: ActorRef<Porter>,
    ledger: Ledger,
}

#[handlers]
impl Visitor {
    #[tell]
    async fn visit(&mut self, cx: &mut Context<Self>, dice: u64) -> Result<(), LookupError> {
        let mut random = fastrand::Rng::with_seed(dice);
        for _ in 0..random.u8(1..8) {
            match random.u8(..14) {
                0 => {
                    let Ok(permit) = self.refusing.to.reserve().await else { continue };
                    // A place that is given back is another's.
                    if random.bool() {
                        continue;
                    }
                    let (lane, number) = self.refusing.next();
                    permit.send(RefusingMsg::Serve { lane, number });
                }
                1 => {
                    self.refusing.sent += 1;
                    let (lane, number) = (self.refusing.number, self.refusing.sent);
                    // What is given back was not sent.
                    let told = self.refusing.to.try_tell(RefusingMsg::Serve { lane, number });
                    self.ledger.open().sent += u64::from(told.is_ok());
                }
                2 => {
                    let (lane, number) = self.refusing.next();
                    let answer = self.refusing.to.look(lane, number).await;
                    if answer.is_ok_and(|answer| answer != number) {
                        let wrong = format!("{number} was answered with another");
                        self.ledger.open().wrong.push(wrong);
                    }
                }
                3 => (0..random.u8(1..9)).for_each(|_| {
                    let (lane, number) = self.latest.next();
                    self.latest.to.serve(lane, number);
                }),
                4 => (0..random.u8(1..9)).for_each(|_| {
                    let (lane, number) = self.earliest.next();
                    self.earliest.to.serve(lane, number);
                }),
                5 => {
                    let (lane, number) = self.failing.next();
                    self.failing.to.serve(lane, number);
                }
                6 | 7 => (0..random.u8(1..20)).for_each(|_| {
                    let (lane, number) = self.papers.next();
                    self.papers.to.paper(lane, number);
                }),
                8 => {
                    let (lane, number) = self.stamps.next();
                    self.stamps.to.stamp(lane, number);
                }
                9 => {
                    self.ledger.open().sent += 1;
                    // A clock that leaps ends it early.
                    let _ = self.papers.to.ready().timeout(Duration::from_secs(4)).await;
                }
                10 => {
                    self.ledger.open().sent += 1;
                    match random.u8(..10) {
                        0 => self.pool.fall(),
                        _ => self.pool.carry(random.u64(..30)),
                    }
                }
                11 | 12 => (0..random.u8(1..6)).for_each(|_| {
                    let (lane, number) = self.gate.next();
                    self.gate.to.pass(lane, number);
                    if random.u8(..3) == 0 {
                        self.ledger.open().sent += 1;
                        match random.u8(..2) {
                            0 => self.gate.to.turn(random.bool()),
                            _ => self.gate.to.creak(random.u64(..5)),
                        }
                    }
                }),
                _ => {
                    for porter in cx.members::<Porter>("/town/porters")? {
                        self.ledger.open().sent += 1;
                        porter.carry(1);
                    }
                }
            }
        }
        self.ledger.open().handled += 1;
        Ok(())
    }
}

async fn town(sim: Sim) {
    let (node, ledger) = (sim.node(0), Ledger::default());
    let system = node.system();
    let shard = || sim.random(system.shards());
    let of = || ledger.clone();
    let desks = (of(), of(), of(), of());
    let refusing = system.spawn_on(shard(), move || Refusing(desks.0)).await.expect("it starts");
    let latest = system.spawn_on(shard(), move || Latest(desks.1)).await.expect("it starts");
    let earliest = system.spawn_on(shard(), move || Earliest(desks.2)).await.expect("it starts");
    let failing = system.spawn_on(shard(), move || Failing(desks.3)).await.expect("it starts");
    let at_clerk = of();
    let clerk = system.spawn_on(shard(), move || clerk(at_clerk)).await.expect("it starts");
    let at_gate = of();
    let gate = system.spawn_on(shard(), move || Gate(at_gate)).await.expect("it starts");
    let (at_pool, size) = (of(), 1 + sim.random(4));
    let routing = if sim.random(2) == 0 { Routing::round_robin() } else { Routing::least_loaded() };
    let pool = move || Pool::new(size, move || Porter(at_pool.clone())).routing(routing);
    let pool = system.spawn_on(shard(), pool).await.expect("it starts").workers();
    let mut visitors = Vec::new();
    for _ in 0..3 {
        let ledger = of();
        let make = move || Visitor {
            refusing: Lane::new(refusing, &ledger),
            latest: Lane::new(latest, &ledger),
            earliest: Lane::new(earliest, &ledger),
            failing: Lane::new(failing, &ledger),
            papers: Lane::new(clerk, &ledger),
            stamps: Lane::new(clerk, &ledger),
            gate: Lane::new(gate, &ledger),
            pool,
            ledger,
        };
        visitors.push(system.spawn_on(shard(), make).await.expect("it starts"));
    }
    for _ in 0..40 {
        ledger.open().sent += 1;
        visitors[sim.random(3)].visit(sim.random(usize::MAX) as u64);
        sim.sleep(sim.random_time(Duration::ZERO..Duration::from_millis(60))).await;
    }
    sim.calm();
    sim.sleep(Duration::from_secs(20)).await;
    let mut places = Vec::new();
    for place in 1..=3 {
        let reserved = refusing.reserve().timeout(Duration::from_secs(1)).await;
        places.push(reserved.unwrap_or_else(|error| panic!("place {place} is free: {error}")));
    }
    drop(places);
    // Who waits at the gate when all ends is a dead letter.
    let is_open = sim.random(2) == 0;
    if is_open {
        ledger.open().sent += 1;
        gate.turn(true);
        sim.sleep(Duration::from_secs(1)).await;
    }
    let stats = system.stats().total();
    assert_eq!(stats.asks, 0, "no ask is left");
    assert!(stats.backlog == 0 || !is_open, "{} wait for nothing", stats.backlog);
    drop(system);
    let report = node.stop().await.expect("it runs");
    assert_eq!((report.actors_left, report.messages_left), (0, 0), "{report}");
    let lines = ledger.open();
    assert!(lines.wrong.is_empty(), "{}", lines.wrong.join("\n"));
    let (sent, handled, dead) = (lines.sent, lines.handled, report.dead_letters.total());
    assert_eq!(sent, handled + dead, "{handled} were handled; {report}");
}

#[test]
fn dl4_one_system_loses_nothing_whoever_has_the_next_turn() {
    let faults = |seed: u64| match seed % 3 {
        0 => Faults::none(),
        1 => Faults::none().stall(),
        _ => Faults::none().stall().jump().pause(),
    };
    Sim::builder().explore_with(
        SEEDS,
        |system, seed| system.seed(seed).shards(1 + (seed % 4) as usize).faults(faults(seed)),
        town,
    );
}
