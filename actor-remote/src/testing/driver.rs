//! Who has the next turn, for how long, and what time it is.

use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::time::{Instant, advance, sleep_until};

use super::faults::{self, Faults};
use super::replay;
use super::seeds::Seeds;
use super::sim::{Sim, World};

/// The most turns of a run; one with more does not end.
const TURNS_MOST: u64 = 20_000_000;

/// The longest virtual time of a run, unless said otherwise.
const TIME_MOST: Duration = Duration::from_secs(24 * 3_600);

/// Says how runs are to be: made by [`Sim::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `run`"]
pub struct SimBuilder {
    seed: u64,
    nodes: usize,
    shards: usize,
    faults: Faults,
    time_most: Duration,
}

impl Sim {
    /// Says how a run is to be: of one node with two shards, from seed 0, where nothing goes wrong.
    pub fn builder() -> SimBuilder {
        let faults = Faults::none();
        SimBuilder { seed: 0, nodes: 1, shards: 2, faults, time_most: TIME_MOST }
    }
}

/// What a run came to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Done<T> {
    /// What the body returned.
    pub output: T,
    /// A hash of what was delivered where and when, in order: the same for each run of the same seed.
    pub trace: u64,
    /// How long the run took, in virtual time.
    pub time: Duration,
    /// How many turns it took.
    pub turns: u64,
}

/// A run whose body panicked, or that did not end. Its text has the seed, and how to see that run again.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What the panic said.
    pub text: String,
    /// When, in virtual time.
    pub time: Duration,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, text, time } = self;
        let thread = std::thread::current();
        let test = thread.name().filter(|name| *name != "main").unwrap_or("NAME_OF_THE_TEST");
        write!(
            f,
            "{text}\n\nwith seed {seed}, after {time:?} of the run's time. To see that run again, with all that \
             happens in it:\n    {}={seed} cargo test -- --exact {test} --nocapture\n(with the --features and --test \
             of this run)",
            replay::SEED
        )
    }
}

impl std::error::Error for Failure {}

impl SimBuilder {
    /// What all that happens by chance is made from; 0 unless said here.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many nodes there are; 1 unless said here.
    pub fn nodes(mut self, nodes: usize) -> Self {
        self.nodes = nodes.max(1);
        self
    }

    /// How many shards each node has; 2 unless said here.
    pub fn shards(mut self, shards: usize) -> Self {
        self.shards = shards.max(1);
        self
    }

    /// What goes wrong by itself.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// How much virtual time a run may take before it has failed; a day unless said here.
    pub fn time_most(mut self, time: Duration) -> Self {
        self.time_most = time;
        self
    }

    /// Runs a body once, from the seed alone.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the body panics, or the run does not end.
    ///
    /// # Panics
    ///
    /// In a runtime of tokio, or on a shard.
    pub fn run<B, F>(&self, body: B) -> Result<Done<F::Output>, Failure>
    where
        B: FnOnce(Sim) -> F,
        F: Future,
    {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build_local(Default::default())
            .expect("the operating system gives what a runtime needs");
        let run = Run { builder: self, world: None, turns: 0 };
        let driven = tokio::task::coop::unconstrained(run.drive(body));
        runtime.block_on(driven)
    }

    /// Runs a body once: from the seed, or from the one that the environment names in `CALLBOARD_SEED`, and then with
    /// all that is traced on stderr.
    ///
    /// # Panics
    ///
    /// If the run fails, with the text of its [`Failure`].
    pub fn check<B, F>(&self, body: B) -> Done<F::Output>
    where
        B: FnOnce(Sim) -> F,
        F: Future,
    {
        let done = match replay::seed() {
            Some(seed) => replay::shown(|| self.clone().seed(seed).run(body)),
            None => self.run(body),
        };
        done.unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// Runs a body from so many seeds, this builder's and those that follow, and answers how many it were.
    ///
    /// The environment has the last word: `CALLBOARD_SEEDS=2000` is how many seeds, `CALLBOARD_SEEDS=5000..6000` which
    /// ones. `CALLBOARD_SEEDS_DONE=FILE` names a file that says how far the runs have come, so that a long exploration
    /// can be stopped, and goes on from there. `CALLBOARD_SEED=7` is that seed alone, with all that is traced on stderr.
    ///
    /// # Panics
    ///
    /// If a run fails, with the text of its [`Failure`].
    pub fn explore<B, F>(&self, seeds: u64, body: B) -> u64
    where
        B: FnMut(Sim) -> F,
        F: Future,
    {
        self.explore_with(seeds, |builder, _| builder, body)
    }

    /// As [`explore`](Self::explore); `how` says how the run of each seed is to be.
    ///
    /// # Panics
    ///
    /// If a run fails, with the text of its [`Failure`].
    pub fn explore_with<B, F>(
        &self,
        seeds: u64,
        how: impl Fn(Self, u64) -> Self,
        mut body: B,
    ) -> u64
    where
        B: FnMut(Sim) -> F,
        F: Future,
    {
        let run = |seed: u64, body: &mut B| how(self.clone().seed(seed), seed).run(body);
        if let Some(seed) = replay::seed() {
            let done = replay::shown(|| run(seed, &mut body));
            return done.map_or_else(|failure| panic!("{failure}"), |_| 1);
        }
        let mut count = 0;
        for seed in Seeds::new(self.seed..self.seed.saturating_add(seeds)) {
            if let Err(failure) = run(seed, &mut body) {
                panic!("{failure}");
            }
            count += 1;
        }
        count
    }
}

/// A run as it goes on.
struct Run<'b> {
    builder: &'b SimBuilder,
    world: Option<Rc<World>>,
    turns: u64,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Body,
    Shard { place: usize, shard: usize },
}

impl Run<'_> {
    async fn drive<B, F>(mut self, body: B) -> Result<Done<F::Output>, Failure>
    where
        B: FnOnce(Sim) -> F,
        F: Future,
    {
        let SimBuilder { seed, nodes, shards, faults, .. } = self.builder;
        let world = World::new(*seed, *nodes, *shards, faults);
        self.world = Some(world.clone());
        let sim = Sim { world: world.clone() };
        let weather = faults::beside(&sim, faults::happen(sim.clone(), faults.clone()));
        let driven = self.turns(&world, body, sim).await;
        weather.abort();
        let time = world.began.elapsed();
        let trace = world.trace();
        // Nodes end before the runtime does; what their destructors do is no part of the run.
        world.places.borrow_mut().clear();
        match driven {
            Ok(output) => Ok(Done { output, trace, time, turns: self.turns }),
            Err(payload) => Err(Failure { seed: *seed, text: text_of(&*payload), time }),
        }
    }

    /// Gives turns until the body has ended.
    async fn turns<B, F>(
        &mut self,
        world: &World,
        body: B,
        sim: Sim,
    ) -> Result<F::Output, Box<dyn Any + Send>>
    where
        B: FnOnce(Sim) -> F,
        F: Future,
    {
        let woken = Arc::new(Woken { is: AtomicBool::new(true), driver: Mutex::default() });
        let waker = Waker::from(woken.clone());
        let mut body = pin!(catch_unwind(AssertUnwindSafe(|| body(sim)))?);
        let mut due = Vec::new();
        loop {
            if let Some(payload) = world.failed.take() {
                return Err(payload);
            }
            let now = Instant::now();
            if now.duration_since(world.began) > self.builder.time_most || self.turns > TURNS_MOST {
                let turns = self.turns;
                return Err(Box::new(format!("the run does not end: {turns} turns so far")));
            }
            world.find_due(now, &mut due);
            // Ordering: one thread has the run.
            if woken.is.load(Ordering::Relaxed) {
                due.push(Turn::Body);
            }
            if due.is_empty() {
                rest(world, now, &woken).await;
                continue;
            }
            self.turns += 1;
            let chosen = world.random.borrow_mut().usize(..due.len());
            let took = match due[chosen] {
                Turn::Body => {
                    // Ordering: as above.
                    woken.is.store(false, Ordering::Relaxed);
                    match poll(body.as_mut(), &waker) {
                        Ok(Poll::Pending) => {}
                        Ok(Poll::Ready(output)) => {
                            return world.failed.take().map_or(Ok(output), Err);
                        }
                        Err(payload) => return Err(payload),
                    }
                    Duration::ZERO
                }
                // A shard contains what actors do; what gets here is a fault of the runtime itself.
                Turn::Shard { place, shard } => {
                    catch_unwind(AssertUnwindSafe(|| world.turn(place, shard)))?
                }
            };
            let least = world.random.borrow_mut().u64(..20_000);
            advance(took.max(Duration::from_nanos(least))).await;
        }
    }
}

fn poll<F: Future>(
    body: Pin<&mut F>,
    waker: &Waker,
) -> Result<Poll<F::Output>, Box<dyn Any + Send>> {
    let mut cx = Context::from_waker(waker);
    catch_unwind(AssertUnwindSafe(|| body.poll(&mut cx)))
}

/// What a panic said.
fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "the body panicked".to_owned())
}

impl World {
    /// The shards that have something to do.
    fn find_due(&self, now: Instant, due: &mut Vec<Turn>) {
        due.clear();
        for (index, place) in self.places.borrow().iter().enumerate() {
            let Some(life) = &place.life else { continue };
            life.simulator.set_now((now + place.ahead).into_std());
            let shards = (0..self.shards).filter(|shard| place.paused[*shard] <= now);
            let shards = shards.filter(|shard| life.busy[*shard] || life.simulator.is_due(*shard));
            due.extend(shards.map(|shard| Turn::Shard { place: index, shard }));
        }
    }

    /// One turn of a shard. Answers how long it took.
    fn turn(&self, index: usize, shard: usize) -> Duration {
        let simulator = match &self.places.borrow()[index].life {
            Some(life) => life.simulator.clone(),
            None => return Duration::ZERO,
        };
        tracing::trace!(target: "callboard", node = index, shard, "turn");
        let look = {
            let mut random = self.random.borrow_mut();
            // Most turns are short; some end because of the time they take.
            match random.u8(..10) {
                0 => random.u64(..40_000),
                1..=3 => random.u64(..2_000),
                _ => 0,
            }
        };
        simulator.set_look(Duration::from_nanos(look));
        let began = simulator.now();
        let is_busy = simulator.turn_shard(shard);
        let called = simulator.make_calls();
        simulator.set_look(Duration::ZERO);
        if let Some(life) = &mut self.places.borrow_mut()[index].life {
            life.busy[shard] = is_busy || called;
        }
        simulator.now().duration_since(began)
    }

    /// A hash of what happened so far.
    fn trace(&self) -> u64 {
        let hash =
            |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        let places = self.places.borrow();
        let lives = places.iter().filter_map(|place| Some(place.life.as_ref()?.simulator.trace()));
        let time = self.began.elapsed().as_nanos() as u64;
        let now = [self.past.get(), self.network.trace(), time, self.random.borrow_mut().u64(..)];
        lives.chain(now).fold(0, hash)
    }
}

/// Waits until somebody has something to do. Tokio's time moves on to that.
async fn rest(world: &World, now: Instant, body: &Arc<Woken>) {
    let mut until = now + Duration::from_secs(3_600);
    let mut awake = Vec::new();
    for place in world.places.borrow().iter() {
        let Some(life) = &place.life else { continue };
        for (shard, paused) in place.paused.iter().enumerate() {
            // What comes to a shard that does nothing wakes nobody.
            if *paused > now {
                until = until.min(*paused);
                continue;
            }
            if let Some(deadline) = life.simulator.deadline(shard) {
                until = until.min(Instant::from_std(deadline) - place.ahead);
            }
            awake.push((life.simulator.clone(), shard));
        }
    }
    let woken = awake.iter().map(|(simulator, shard)| Box::pin(simulator.woken(*shard)));
    let mut woken: Vec<_> = woken.collect();
    let mut sleep = pin!(sleep_until(until));
    poll_fn(|cx| {
        body.wakes(cx.waker());
        // Ordering: one thread has the run.
        let is_woken = body.is.load(Ordering::Relaxed)
            || woken.iter_mut().any(|woken| woken.as_mut().poll(cx).is_ready())
            || sleep.as_mut().poll(cx).is_ready();
        if is_woken { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Whether the body is to be polled.
struct Woken {
    is: AtomicBool,
    /// Who turns, while it rests.
    driver: Mutex<Option<Waker>>,
}

impl Woken {
    fn wakes(&self, driver: &Waker) {
        *self.driver.lock().unwrap_or_else(PoisonError::into_inner) = Some(driver.clone());
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        // Ordering: the lock that is taken next publishes it to who rests.
        self.is.store(true, Ordering::Relaxed);
        let driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(driver) = driver {
            driver.wake();
        }
    }
}
