//! What is done, once for all frameworks: actors that know only how to take a message, and a workload that
//! spawns them, sets them going, waits for the end and checks the result.
//!
//! A framework brings its own address, mailbox and loop by implementing [`Framework`]; all calls are static, so
//! nothing stands between a workload and what a user of that framework would write.

pub(crate) mod across;
pub(crate) mod ask;
pub(crate) mod bank;
pub(crate) mod big;
pub(crate) mod chameneos;
pub(crate) mod counting;
pub(crate) mod create;
pub(crate) mod flood;
pub(crate) mod memory;
pub(crate) mod peers;
pub(crate) mod ping_pong;
pub(crate) mod tell;

use std::fmt;
use std::future::Future;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

/// An actor that is told messages, one after the other.
pub(crate) trait Told: Send + Sync + Unpin + 'static {
    type Message: Send + Sync + 'static;

    fn told(&mut self, message: Self::Message);

    /// Whether it ends itself now.
    fn has_ended(&self) -> bool {
        false
    }
}

/// An actor that is asked questions.
pub(crate) trait Asked: Send + Sync + Unpin + 'static {
    type Question: Send + Sync + 'static;
    type Answer: fmt::Debug + Send + Sync + 'static;

    fn asked(&mut self, question: Self::Question) -> Self::Answer;
}

/// What a framework has to bring. A `core` is 0 for the thread on which the workload itself runs, and 1 for
/// the other thread of a workload on two.
pub(crate) trait Framework: Clone + Send + Sync + 'static {
    /// Where an actor is.
    type Told<A: Told>: Clone + Send + Sync + Unpin + 'static;
    type Asked<A: Asked>: Clone + Send + Sync + Unpin + 'static;
    /// Where an actor is that hands each question on from an async handler, and awaits the answer there.
    type Relay<A: Asked>: Clone + Send + Sync + 'static;

    /// Starts, drives the workload on its first thread with so many operations at first, and ends.
    fn measure<W: Workload>(operations: u64) -> Measured;

    fn spawn<A: Told>(&self, core: usize, actor: A) -> impl Future<Output = Self::Told<A>> + Send;

    fn tell<A: Told>(to: &Self::Told<A>, message: A::Message);

    /// Ends an actor for which nothing waits. Nobody else has its address.
    fn stop<A: Told>(to: Self::Told<A>);

    fn spawn_asked<A: Asked>(
        &self,
        core: usize,
        actor: A,
    ) -> impl Future<Output = Self::Asked<A>> + Send;

    fn ask<A: Asked>(
        of: &Self::Asked<A>,
        question: A::Question,
    ) -> impl Future<Output = A::Answer> + Send;

    fn spawn_relay<A: Asked>(
        &self,
        to: Self::Asked<A>,
    ) -> impl Future<Output = Self::Relay<A>> + Send;

    fn ask_relay<A: Asked>(
        of: &Self::Relay<A>,
        question: A::Question,
    ) -> impl Future<Output = A::Answer> + Send;
}

/// What is measured; a type without a value.
pub(crate) trait Workload: Send + Sync + 'static {
    /// Threads, each on a core of its own.
    const CORES: usize = 1;

    /// Runs once, as often as it is told: it warms up by itself, or should not. Others run until one run takes
    /// long enough.
    const ONCE: bool = false;

    /// Does it about so often, and panics if the result is not what it should be.
    fn run<F: Framework>(on: F, operations: u64) -> impl Future<Output = Measured> + Send;
}

/// What one run gave.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) time: Duration,
    /// What was done in this time.
    pub(crate) operations: u64,
    /// What is reported, if it is not operations a second.
    pub(crate) value: Option<f64>,
}

impl Measured {
    pub(crate) fn new(time: Duration, operations: u64) -> Self {
        Self { time, operations, value: None }
    }

    pub(crate) fn value(value: f64) -> Self {
        Self { time: Duration::MAX, operations: 0, value: Some(value) }
    }
}

/// How many are still to come, and whom to tell when all have: what actors of one thread, which moves,
/// share without a locked instruction.
pub(crate) struct Tally {
    left: AtomicU64,
    sum: AtomicU64,
    done: Mutex<Option<oneshot::Sender<u64>>>,
}

impl Tally {
    /// Expects so many. It is leaked, so that actors hold it without counting who does.
    pub(crate) fn expect(count: u64) -> (&'static Self, oneshot::Receiver<u64>) {
        let (done, all) = oneshot::channel();
        let left = AtomicU64::new(count);
        let tally = Self { left, sum: AtomicU64::new(0), done: Mutex::new(Some(done)) };
        (Box::leak(Box::new(tally)), all)
    }

    /// One more, with what it adds to the sum.
    pub(crate) fn count(&self, value: u64) {
        // Ordering: one thread runs at a time; where threads change, the framework orders them.
        self.sum.store(self.sum.load(Ordering::Relaxed).wrapping_add(value), Ordering::Relaxed);
        let left = self.left.load(Ordering::Relaxed) - 1;
        self.left.store(left, Ordering::Relaxed);
        if left == 0 {
            let done = self.done.lock().expect("nobody panics with it").take();
            let sum = self.sum.load(Ordering::Relaxed);
            done.expect("it ends once").send(sum).expect("the workload waits");
        }
    }
}

/// Cheap random numbers: xorshift, by Marsaglia.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below the bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((u128::from(self.0) * bound as u128) >> 64) as usize
    }
}

/// The sum of the numbers below this one.
pub(crate) fn sum_below(count: u64) -> u64 {
    (0..count).fold(0, u64::wrapping_add)
}
