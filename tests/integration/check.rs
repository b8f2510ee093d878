//! Fixtures: where a case runs, what counts drops, what keeps a log.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{
    Actor, ActorRef, Ask, AskError, Context, ExitReason, Reply, Report, Start, StartError, System,
    SystemRef, actor, handlers,
};

/// Longer than any machine needs; a case that takes it has failed.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// More time than the end of a system needs; what is left after it is seen in the report.
pub(crate) const END: Duration = Duration::from_secs(10);

/// Names the number of shards when a case fails.
struct On(&'static str, usize);

impl Drop for On {
    #[expect(clippy::print_stderr, reason = "the harness shows it with the failure")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the case failed on {} {} shards", self.1, self.0);
        }
    }
}

/// The seeds that the environment asks for: `17` or `17..20`.
pub(crate) fn seeds(variable: &str) -> Option<Range<u64>> {
    let said = std::env::var(variable).ok()?;
    let number = |text: &str| text.parse::<u64>().ok();
    let range = match said.split_once("..") {
        Some((from, to)) => number(from).zip(number(to)).map(|(from, to)| from..to),
        None => number(&said).map(|seed| seed..seed + 1),
    };
    Some(range.unwrap_or_else(|| panic!("{variable}={said} is no number and no range")))
}

/// Runs a case in the simulator, on one shard and on four.
pub(crate) fn on_shards(case: impl Fn(Simulator)) {
    for shards in [1, 4] {
        let _on = On("simulated", shards);
        case(Simulator::new(shards));
    }
}

/// Runs a case in the simulator, and on real systems with one shard and with two.
pub(crate) fn everywhere(case: impl Fn(World)) {
    on_shards(|simulator| case(World::Simulated(simulator)));
    for shards in [1, 2] {
        let _on = On("real", shards);
        case(World::Real(real(shards)));
    }
}

/// A real system whose threads may run anywhere: tests run beside one another.
pub(crate) fn real(shards: usize) -> System {
    System::builder().shards(shards).pin(false).start().expect("a system starts")
}

/// Where a case runs.
pub(crate) enum World {
    Simulated(Simulator),
    Real(System),
}

impl World {
    /// An actor on this shard, counted round.
    pub(crate) fn spawn<A: Actor>(
        &self,
        shard: usize,
        make: impl FnOnce() -> A + Send + 'static,
    ) -> ActorRef<A> {
        let started = match self {
            Self::Simulated(simulator) => simulator.spawn_on(shard % simulator.shards(), make),
            Self::Real(system) => system.spawn_on(shard % system.shards(), make).wait(),
        };
        started.expect("the actor starts")
    }

    /// The outcome of an ask that needs no time.
    pub(crate) fn ask<T: Send + 'static>(&self, ask: Ask<T>) -> Result<T, AskError> {
        match self {
            Self::Simulated(simulator) => {
                simulator.block_on(0, || ask).expect("the ask ends in the present moment")
            }
            Self::Real(_) => ask.timeout(LONG).wait(),
        }
    }

    /// Runs a future on a shard, counted round, to its end.
    pub(crate) fn run<F, Fut>(&self, shard: usize, body: F) -> Fut::Output
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output: Send + 'static> + 'static,
    {
        match self {
            Self::Simulated(simulator) => simulator
                .block_on(shard % simulator.shards(), body)
                .expect("the body ends in the present moment"),
            Self::Real(system) => run_on(system, shard % system.shards(), body),
        }
    }

    /// The system, as its actors have it.
    pub(crate) fn system(&self) -> SystemRef {
        match self {
            Self::Simulated(simulator) => simulator.system(),
            Self::Real(system) => (**system).clone(),
        }
    }

    /// Subscribes to what happens from now on.
    pub(crate) fn events(&self) -> callboard::Events {
        match self {
            Self::Simulated(simulator) => simulator.events(),
            Self::Real(system) => system.events(),
        }
    }

    pub(crate) fn end(self) -> Report {
        self.end_within(END)
    }

    /// Ends what may not end by itself; a simulator cuts that off once it is at rest.
    pub(crate) fn end_within(self, deadline: Duration) -> Report {
        match self {
            Self::Simulated(simulator) => simulator.stop(),
            Self::Real(system) => system.stop(deadline),
        }
    }
}

/// Spreads actors over a simulator's shards, counted round.
pub(crate) fn put<A: Actor>(
    simulator: &Simulator,
    shard: usize,
    make: impl FnOnce() -> A + Send + 'static,
) -> ActorRef<A> {
    simulator.spawn_on(shard % simulator.shards(), make).expect("the actor starts")
}

/// The outcome of an ask that needs no time, from a shard of the simulator, counted round.
pub(crate) fn ask_from<T: Send + 'static>(
    simulator: &Simulator,
    shard: usize,
    ask: Ask<T>,
) -> Result<T, AskError> {
    let shard = shard % simulator.shards();
    simulator.block_on(shard, || ask).expect("the ask ends in the present moment")
}

/// Runs a future as an actor of a real system.
pub(crate) fn run_on<F, Fut>(system: &System, shard: usize, body: F) -> Fut::Output
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output: Send + 'static> + 'static,
{
    let (send, receive) = mpsc::channel();
    let body = move || -> Running {
        Box::pin(async move {
            let _ = send.send(body().await);
        })
    };
    match system.spawn_on(shard, || Runner(Some(Box::new(body)))).wait() {
        Err(StartError::Ignored) => receive.recv().expect("a body that ended has an output"),
        Err(error) => panic!("the body failed: {error}"),
        Ok(runner) => panic!("{runner:?} goes on after its body"),
    }
}

type Running = Pin<Box<dyn Future<Output = ()>>>;

/// An actor whose start hook is a whole case.
#[actor(start_timeout = "60s")]
struct Runner(Option<Box<dyn FnOnce() -> Running + Send>>);

#[handlers]
impl Runner {
    #[start]
    async fn run(&mut self) -> Result<Start, AskError> {
        let body = self.0.take().expect("a start hook runs once");
        body().await;
        Ok(Start::Ignore)
    }
}

/// What happened, in order; several actors may share one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub(crate) fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One line of what happened since it was last asked.
    pub(crate) fn line(&self) -> String {
        self.take().join(" ")
    }
}

/// Keeps the numbers it is told, in order.
#[actor]
#[derive(Default)]
pub(crate) struct Log {
    notes: Vec<u64>,
    waiting: Vec<(usize, Reply<Vec<u64>>)>,
}

#[handlers]
impl Log {
    #[tell]
    pub(crate) fn note(&mut self, number: u64) {
        self.notes.push(number);
        let have = self.notes.len();
        for (_, reply) in self.waiting.extract_if(.., |(want, _)| *want <= have) {
            reply.answer(self.notes.clone());
        }
    }

    #[ask]
    pub(crate) fn notes(&self) -> Vec<u64> {
        self.notes.clone()
    }

    /// Answers once so many numbers are there.
    #[ask]
    pub(crate) fn notes_of(&mut self, count: usize, reply: Reply<Vec<u64>>) {
        if self.notes.len() >= count {
            reply.answer(self.notes.clone());
        } else {
            self.waiting.push((count, reply));
        }
    }
}

/// Numbers that look random and are always the same.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Counts how many of it were made and dropped.
#[derive(Clone, Default)]
pub(crate) struct Tally(Arc<(AtomicUsize, AtomicUsize)>);

impl Tally {
    /// A value that is counted.
    pub(crate) fn make(&self) -> Counted {
        self.0.0.fetch_add(1, Ordering::SeqCst);
        Counted(self.clone())
    }

    pub(crate) fn made(&self) -> usize {
        self.0.0.load(Ordering::SeqCst)
    }

    pub(crate) fn dropped(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }

    /// Says that each value was dropped, and none twice.
    pub(crate) fn assert_even(&self) {
        assert_eq!(self.dropped(), self.made(), "each value is dropped once");
    }
}

/// A value whose drops are counted.
pub(crate) struct Counted(Tally);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.1.fetch_add(1, Ordering::SeqCst);
    }
}

/// An actor that does what it is told in all the ways a handler can end.
#[actor]
#[derive(Default)]
pub(crate) struct Subject {
    handled: u64,
    kept: Vec<Reply<u64>>,
    on_stop: Option<ActorRef<Events>>,
}

impl Subject {
    /// One whose stop hook tells why it stops.
    pub(crate) fn watched(events: ActorRef<Events>) -> Self {
        Self { on_stop: Some(events), ..Self::default() }
    }
}

#[handlers]
impl Subject {
    #[tell]
    pub(crate) fn work(&mut self) {
        self.handled += 1;
    }

    #[tell]
    pub(crate) fn panic(&mut self, text: String) {
        panic!("{text}");
    }

    #[tell]
    pub(crate) fn end_with(&mut self, text: String) -> Result<(), String> {
        Err(text)
    }

    #[tell]
    pub(crate) fn end(&mut self, cx: &mut Context<Self>) {
        cx.stop();
    }

    #[ask]
    pub(crate) fn handled(&self) -> u64 {
        self.handled
    }

    #[ask]
    pub(crate) fn keep(&mut self, reply: Reply<u64>) {
        self.kept.push(reply);
    }

    #[ask]
    pub(crate) fn lose(&mut self, reply: Reply<u64>) {
        drop(reply);
    }

    #[ask]
    pub(crate) fn fail(&self) -> u64 {
        panic!("failed to answer");
    }

    #[tell]
    pub(crate) fn answer_kept(&mut self, value: u64) {
        for reply in self.kept.drain(..) {
            reply.answer(value);
        }
    }

    #[stop]
    fn note_stop(&mut self, why: &ExitReason) {
        if let Some(events) = self.on_stop {
            events.happened(format!("stop: {why}"));
        }
    }
}

/// Keeps what happened, in order.
#[actor]
#[derive(Default)]
pub(crate) struct Events(Vec<String>);

#[handlers]
impl Events {
    #[tell]
    pub(crate) fn happened(&mut self, what: String) {
        self.0.push(what);
    }

    #[ask]
    pub(crate) fn list(&self) -> Vec<String> {
        self.0.clone()
    }
}
