//! The simulator: the shards of a system in one thread, turned by hand, in virtual time.
//!
//! What an actor does here it does in a real system; only the driver is another. Nothing happens between
//! two calls, and no clock runs: a deadline passes when [`Simulator::advance`] says so. So a test that waits
//! five seconds takes none, and comes out the same each time.

mod probe;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use self::probe::{Missed, Probe, within};
pub use crate::sometimes::Rare;

use crate::actor::{Place, Spawn, spawn_by};
use crate::actor_ref::ActorRef;
use crate::address::{Address, ShardId, Target};
use crate::config;
use crate::error::StartError;
use crate::events::{Events, Subscription};
use crate::host::{self, Call};
use crate::message::Protocol;
use crate::query::{Query, mailbox_len};
use crate::route::Route;
use crate::shard::driver::{Driver, TokioDriver};
use crate::shard::{Next, Shard};
use crate::stats::Stats;
use crate::system::{Inner, Report, SystemRef};
use crate::threads::BlockingThreads;

/// The most rounds [`Simulator::run`] makes before it says that the system never comes to rest.
const ROUNDS_MOST: usize = 1_000_000;

/// Virtual time.
struct Clock {
    now: Cell<Instant>,
    /// What a look at the clock costs the shards, so that long turns end.
    look: Cell<Duration>,
    /// Calls that a thread of the pool would make: they are made between turns.
    aside: RefCell<VecDeque<Call>>,
}

impl Clock {
    /// Makes the calls for the pool that there are. Answers whether there were any.
    fn make_calls(&self) -> bool {
        let calls = self.aside.take();
        let any = !calls.is_empty();
        for call in calls {
            call();
        }
        any
    }
}

impl Driver for Clock {
    fn now(&self) -> Instant {
        self.now.set(self.now.get() + self.look.get());
        self.now.get()
    }

    fn call_aside(&self, call: Call) {
        self.aside.borrow_mut().push_back(call);
    }
}

/// An address out of any numbers: in a test, what a reference may come to that nobody gave out.
#[must_use]
pub const fn address(node: u32, shard: u32, slot: u32, generation: u32) -> Address {
    Address::new(ShardId::new(node, shard), Target::new(slot, generation))
}

/// The shards of a system, turned by hand in this thread.
///
/// ```
/// # use actor_runtime::testing::Simulator;
/// let simulator = Simulator::new(4);
/// let five = simulator.enter(2, || 5);
/// assert_eq!(five, 5);
/// assert_eq!(simulator.stop().actors_left, 0);
/// ```
pub struct Simulator {
    inner: Arc<Inner>,
    shards: Vec<Shard>,
    clock: Rc<Clock>,
}

impl Simulator {
    /// A system with this many shards.
    ///
    /// # Panics
    ///
    /// With 0 shards.
    #[must_use]
    pub fn new(shards: usize) -> Self {
        Self::with_slice(shards, config::SLICE_MESSAGES)
    }

    /// A system whose actors handle so many messages in a slice.
    ///
    /// # Panics
    ///
    /// With 0 shards.
    #[must_use]
    pub fn with_slice(shards: usize, slice_messages: u32) -> Self {
        Self::with(shards, slice_messages, false, TokioDriver.now())
    }

    /// A system that begins at this moment, for who has another clock: see [`set_now`](Self::set_now).
    ///
    /// # Panics
    ///
    /// With 0 shards.
    #[must_use]
    pub fn beginning_at(now: Instant, shards: usize) -> Self {
        Self::with(shards, config::SLICE_MESSAGES, false, now)
    }

    /// A system that looks for cycles of asks, as one does that was built with
    /// [`detect_ask_cycles`](crate::SystemBuilder::detect_ask_cycles).
    ///
    /// # Panics
    ///
    /// With 0 shards.
    #[must_use]
    pub fn detecting_ask_cycles(shards: usize) -> Self {
        Self::with(shards, config::SLICE_MESSAGES, true, TokioDriver.now())
    }

    fn with(shards: usize, slice_messages: u32, detect_ask_cycles: bool, now: Instant) -> Self {
        assert!(shards > 0, "a system has a shard");
        host::install_panic_hook();
        let waits = detect_ask_cycles.then(Arc::default);
        let threads = BlockingThreads::new(config::BLOCKING_THREADS, "simulated".to_owned());
        let (inner, parts) = Inner::new(shards, slice_messages, config::NAMES, waits, threads);
        // Nobody looks at the machine's clock from here on: all later times are counted from this one.
        let clock = Rc::new(Clock {
            now: Cell::new(now),
            look: Cell::default(),
            aside: RefCell::default(),
        });
        let shards = parts.into_iter().map(|parts| Shard::new(parts, clock.clone())).collect();
        Self { inner, shards, clock }
    }

    /// How many shards there are.
    #[must_use]
    pub fn shards(&self) -> usize {
        self.shards.len()
    }

    #[cfg(test)]
    pub(crate) fn shard(&self, shard: usize) -> &Shard {
        &self.shards[shard]
    }

    /// How much virtual time each look of a shard at the clock takes; none at first.
    pub fn set_look(&self, look: Duration) {
        self.clock.look.set(look);
    }

    /// Runs `call` as a handler on this shard would run: `spawn` and `tell` work in it. What it sends is
    /// delivered by the next turns.
    ///
    /// # Panics
    ///
    /// If there is no such shard.
    pub fn enter<R>(&self, shard: usize, call: impl FnOnce() -> R) -> R {
        self.shards[shard].enter(self.clock.now.get(), &*self.clock, call)
    }

    /// An actor on this shard, whose start hook has ended if it does so without time passing.
    ///
    /// # Errors
    ///
    /// As `System::spawn_on`; and `Timeout` if the hook did not end in the present moment.
    pub fn spawn_on<S: Spawn>(
        &self,
        shard: usize,
        make: impl FnOnce() -> S + Send + 'static,
    ) -> Result<ActorRef<S::Protocol>, StartError> {
        let route: Arc<dyn Route> = self.inner.clone();
        let mut spawned = spawn_by(Some(route), Place::Shard(shard), make);
        self.run();
        spawned.now().unwrap_or(Err(StartError::Timeout))
    }

    /// Runs a future on a shard until it ends, in the present moment, and answers its output; none if it
    /// waits for something that does not come without time.
    ///
    /// # Panics
    ///
    /// As the future does.
    pub fn block_on<F>(
        &self,
        shard: usize,
        future: impl FnOnce() -> F + 'static,
    ) -> Option<F::Output>
    where
        F: Future + 'static,
    {
        let output = self.start(shard, future);
        self.run();
        output.take()
    }

    /// Begins a future on a shard; its output is there once turns have brought it to its end.
    pub fn start<F>(&self, shard: usize, future: impl FnOnce() -> F + 'static) -> Output<F::Output>
    where
        F: Future + 'static,
    {
        let output = Output(Rc::new(Cell::new(None)));
        let give = output.0.clone();
        self.enter(shard, || crate::actor::enter_entry(future, move |ended| give.set(Some(ended))));
        output
    }

    /// One turn of each shard. Answers whether any of them has more to do at once.
    pub fn turn(&self) -> bool {
        let mut busy = false;
        for shard in 0..self.shards() {
            busy |= self.turn_shard(shard);
        }
        let called = self.clock.make_calls();
        busy || called || self.shards.iter().any(Shard::has_arrivals)
    }

    /// One turn of one shard, for who chooses the order of turns. Answers whether it has more to do at once.
    ///
    /// # Panics
    ///
    /// If there is no such shard.
    pub fn turn_shard(&self, shard: usize) -> bool {
        let next = self.shards[shard].turn(self.clock.now.get(), &*self.clock);
        !matches!(next, Next::IdleUntil(_))
    }

    /// Makes the calls that a pool of threads would make. Answers whether there were any.
    pub fn make_calls(&self) -> bool {
        self.clock.make_calls()
    }

    /// Whether something came to a shard from outside, or a deadline of its has come.
    ///
    /// # Panics
    ///
    /// If there is no such shard.
    #[must_use]
    pub fn is_due(&self, shard: usize) -> bool {
        let shard = &self.shards[shard];
        shard.has_arrivals() || shard.deadline().is_some_and(|due| due <= self.clock.now.get())
    }

    /// When a shard has something to do at the latest, if nothing comes.
    ///
    /// # Panics
    ///
    /// If there is no such shard.
    #[must_use]
    pub fn deadline(&self, shard: usize) -> Option<Instant> {
        self.shards[shard].deadline()
    }

    /// Waits until something comes to a shard from outside: for who turns the shards in a future.
    ///
    /// # Panics
    ///
    /// If there is no such shard.
    pub async fn woken(&self, shard: usize) {
        let shard = &self.shards[shard];
        shard.inbox().falls_asleep();
        if !shard.has_arrivals() {
            shard.inbox().woken().await;
        }
        shard.inbox().is_awake();
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now.get()
    }

    /// Says what time it is, where another clock counts too; time does not go back. No deadline takes effect before
    /// the next turn.
    pub fn set_now(&self, now: Instant) {
        self.clock.now.set(now.max(self.clock.now.get()));
    }

    /// A hash of whose code was called on each shard, in order, and how often.
    #[cfg(feature = "trace")]
    #[must_use]
    pub fn trace(&self) -> u64 {
        self.inner.trace()
    }

    /// Turns the shards until nothing more happens in the present moment. It waits for handlers of blocking actors,
    /// which run on threads of their own here too.
    ///
    /// # Panics
    ///
    /// If a million rounds do not bring the system to rest: some actor keeps telling itself.
    pub fn run(&self) {
        for _ in 0..ROUNDS_MOST {
            let words = self.inner.blocking.words();
            if !self.turn() && !self.inner.blocking.wait_for_words(words) {
                return;
            }
        }
        panic!("the system does not come to rest");
    }

    /// Lets time pass: every deadline on the way takes effect at its moment, and what follows from it.
    pub fn advance(&self, time: Duration) {
        let end = self.clock.now.get() + time;
        self.run();
        loop {
            let due = self.shards.iter().filter_map(Shard::deadline).min();
            let Some(due) = due.filter(|due| *due <= end) else { break };
            self.clock.now.set(due.max(self.clock.now.get()));
            self.run();
        }
        // A sweep may come a little after the deadline it is for; but not here.
        self.shards.iter().for_each(Shard::sweep_soon);
        self.clock.now.set(end.max(self.clock.now.get()));
        self.run();
    }

    /// Messages handled so far, by all shards.
    #[must_use]
    pub fn handled(&self) -> u64 {
        self.stats().total().handled
    }

    /// What was counted so far, as the report of the end would show it.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut report = Report::default();
        report.count(self.stats().total());
        report
    }

    /// What the shards count, as `System::stats`.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.stats()
    }

    /// How many messages wait for an actor, as `System::mailbox_len`.
    pub fn mailbox_len<P: Protocol + ?Sized>(&self, actor: ActorRef<P>) -> Query<u64> {
        mailbox_len(actor.address())
    }

    /// The system itself, as its actors have it by [`SystemRef::current`].
    #[must_use]
    pub fn system(&self) -> SystemRef {
        SystemRef::of(self.inner.clone())
    }

    /// Subscribes to what happens from now on, as `System::events`.
    pub fn events(&self) -> Events {
        Events::new(self.inner.publisher().subscribe())
    }

    /// Publishes a value, as `System::publish`.
    pub fn publish<T: Clone + Send + 'static>(&self, topic: &str, value: T) {
        self.inner.publisher().publish_value(topic, &value);
    }

    /// Subscribes to what users publish from now on, as `System::subscribe`.
    pub fn subscribe<T: Clone + Send + 'static>(&self, pattern: &str) -> Subscription<T> {
        Subscription::new(self.inner.publisher().subscribe_to(pattern))
    }

    /// Actors alive.
    #[must_use]
    pub fn actors(&self) -> usize {
        self.stats().total().actors as usize
    }

    /// Asks pending.
    #[must_use]
    pub fn asks(&self) -> usize {
        self.stats().total().asks as usize
    }

    /// Begins the end of the system: nothing more is accepted from outside, and each actor ends once it has handled
    /// what had reached it.
    pub fn shut(&self) {
        self.inner.close();
        self.run();
        let now = self.clock.now.get();
        self.shards.iter().for_each(|shard| shard.shut_actors(now, &*self.clock));
    }

    /// Ends the system, as `System::stop` with a deadline that has come once it is at rest.
    pub fn stop(self) -> Report {
        self.shut();
        self.run();
        self.end()
    }

    /// Cuts off what is left, and counts it.
    fn end(&self) -> Report {
        let now = self.clock.now.get();
        let mut report = Report::default();
        for shard in &self.shards {
            report.add_left(shard.cut_off(now, &*self.clock));
        }
        for shard in &self.shards {
            report.messages_left += shard.drain(now, &*self.clock);
        }
        for shard in &self.shards {
            report.messages_left += shard.leave(now, &*self.clock);
        }
        report.stuck_threads = self.inner.blocking.end(config::BLOCKING_GRACE);
        report.count(self.stats().total());
        self.inner.end_events();
        report
    }
}

/// The output of a future begun by [`Simulator::start`].
pub struct Output<T>(Rc<Cell<Option<crate::actor::Ended<T>>>>);

impl<T> Output<T> {
    /// The output, once.
    ///
    /// # Panics
    ///
    /// If the future did, with what it said.
    #[must_use]
    pub fn take(&self) -> Option<T> {
        let ended = self.0.take()?;
        Some(ended.unwrap_or_else(|(_, panic)| panic!("{panic}")))
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Simulator({} shards, {} actors)", self.shards(), self.actors())
    }
}

impl Drop for Simulator {
    /// A simulator dropped without `stop` cuts its actors off.
    fn drop(&mut self) {
        self.inner.close();
        self.end();
    }
}
