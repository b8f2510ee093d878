//! The workers of a pool, as the supervisor that keeps them has them, and who of them there is for the pool to see.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::child::{BoxError, Child, Keep, Seat, Siblings, backoff_of, begin};
use super::plan::{ChildError, Shutdown, State, Token};
use super::spec::Group;
use super::{Supervisor, SupervisorSpec, Waiting};
use crate::actor::Handlers as _;
use crate::address::Address;
use crate::ask::Reply;
use crate::cell::keeper::{ChildKey, Restart};
use crate::config;

/// The workers that a pool is to have: how each is made, kept and placed.
#[derive(Clone)]
pub(crate) struct Crew {
    pub(crate) size: usize,
    group: Group,
    intensity: (u32, Duration),
    is_local: bool,
}

impl Crew {
    /// Permanent workers that `make` makes, on their shards.
    pub(crate) fn new<C, F, Fut>(size: usize, make: F) -> Self
    where
        C: Child,
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C::Start, BoxError>> + 'static,
    {
        let begin = begin::<C, _, _>(move |_: &Siblings| make());
        let template = move |_: Box<dyn Any + Send>| begin.clone();
        let group = Group {
            keep: Keep::new::<C>(Cow::Borrowed("worker")),
            template: Arc::new(template),
            most: usize::MAX,
            siblings: Siblings { slots: Arc::default() },
        };
        let intensity = (config::INTENSITY_MAX, config::INTENSITY_WITHIN);
        Self { size, group, intensity, is_local: false }
    }

    pub(crate) fn intensity(&mut self, max: u32, within: Duration) {
        self.intensity = (max, within);
    }

    pub(crate) fn restart(&mut self, restart: Restart) {
        self.group.keep.rules.restart = restart;
    }

    pub(crate) fn shutdown(&mut self, shutdown: Shutdown) {
        self.group.keep.rules.shutdown = shutdown;
    }

    pub(crate) fn backoff(&mut self, delays: &RangeInclusive<Duration>) {
        self.group.keep.rules.backoff = Some(backoff_of(delays));
    }

    pub(crate) fn local(&mut self) {
        self.is_local = true;
    }
}

/// Begins the supervisor of a pool's workers on this shard, as the only child of the pool. It is below `name`, if the
/// pool has one, and spreads the workers over so many shards.
pub(crate) fn begin_crew(
    (by, life): (Address, u64),
    crew: Crew,
    shards: usize,
    name: Option<Arc<str>>,
) -> (Address, Arc<Members>) {
    let members = Arc::<Members>::default();
    let seen = members.clone();
    let begin = begin::<Supervisor, _, _>(move |_| {
        let (max, within) = crew.intensity;
        let mut spec = SupervisorSpec::new("workers").intensity(max, within);
        spec.group = Some(crew.group.clone());
        let shards = if crew.is_local { 1 } else { shards };
        let (size, home, members) = (crew.size, by.shard(), members.clone());
        spec.workers = Some(Workers { size, home, shards, members });
        let mut supervisor = Supervisor::new(spec);
        supervisor.is_below(name.clone());
        async move { Ok(supervisor) }
    });
    let siblings = Siblings { slots: Arc::default() };
    let restart = Restart::Temporary;
    let place = Seat { by, life, child: ChildKey(0), restart, siblings, name: None };
    (begin(place), seen)
}

/// What the supervisor of a pool's workers knows of them besides.
pub(crate) struct Workers {
    /// How many there are to be at first.
    pub(crate) size: usize,
    /// The shard of the pool.
    home: usize,
    /// How many shards they are spread over, from that one on.
    shards: usize,
    pub(crate) members: Arc<Members>,
}

impl Workers {
    /// The shard for the next worker: the one with the fewest, given those of the others.
    pub(crate) fn next_shard(&self, others: impl Iterator<Item = usize>) -> Option<usize> {
        let mut counts = vec![0_usize; self.shards + self.home];
        for shard in others {
            if let Some(count) = counts.get_mut(shard) {
                *count += 1;
            }
        }
        let all = (0..self.shards).map(|place| self.shard(place));
        all.min_by_key(|shard| counts[*shard])
    }

    fn shard(&self, place: usize) -> usize {
        if self.shards == 1 { self.home } else { (self.home + place) % self.shards }
    }
}

/// The workers that a pool sends to, by their numbers. Their supervisor writes it, the pool reads it, both on one
/// shard; whoever asks for the list reads it on any.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// Raised with each change.
    changes: AtomicU64,
    list: Mutex<BTreeMap<u64, Address>>,
}

impl Members {
    /// A worker has a place, or none any more.
    pub(crate) fn set(&self, number: u64, actor: Option<Address>) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        match actor {
            Some(actor) => drop(list.insert(number, actor)),
            None => drop(list.remove(&number)),
        }
        // Ordering: the pool runs on this thread.
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it was changed.
    pub(crate) fn changes(&self) -> u64 {
        // Ordering: as above.
        self.changes.load(Ordering::Relaxed)
    }

    /// The workers in order.
    pub(crate) fn list(&self) -> Vec<(u64, Address)> {
        let list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().map(|(number, actor)| (*number, *actor)).collect()
    }
}

/// Workers that are started or stopped together.
pub(crate) struct Batch {
    left: usize,
    error: Option<ChildError>,
    reply: Reply<Result<(), ChildError>>,
}

impl Supervisor {
    /// Starts workers, or has the last ones end once they have handled what was sent to them.
    pub(super) fn resize(&mut self, size: usize, reply: Reply<Result<(), ChildError>>, now: u64) {
        let Some(workers) = &self.workers else { return reply.answer(Err(ChildError::NotFound)) };
        let is_kept = |state| !matches!(state, State::Stopping { rests: false, .. });
        let kept = self.plan.children().filter(|(.., state)| is_kept(*state));
        let kept: Vec<ChildKey> = kept.map(|(key, ..)| key).collect();
        let (has, count) = (kept.len(), kept.len().abs_diff(size));
        if count == 0 {
            return reply.answer(Ok(()));
        }
        self.tokens += 1;
        let batch = Token(self.tokens);
        self.batches.insert(batch, Batch { left: count, error: None, reply });
        for key in kept.iter().skip(size) {
            // From now on nothing more is sent to it.
            workers.members.set(key.0, None);
        }
        for key in kept.into_iter().skip(size).rev() {
            let token = self.await_answer(Waiting::One(batch));
            self.plan.terminate(key, token, now);
        }
        for _ in has..size {
            let key = self.add_to_group(Box::new(())).expect("a pool's workers are a group");
            let token = self.await_answer(Waiting::One(batch));
            self.plan.start(key, token, now);
        }
    }

    /// One of several has started or ended.
    pub(super) fn one_of(&mut self, batch: Token, error: Option<ChildError>) {
        let Some(open) = self.batches.get_mut(&batch) else { return };
        open.left -= 1;
        open.error = open.error.take().or(error);
        if open.left == 0
            && let Some(Batch { error, reply, .. }) = self.batches.remove(&batch)
        {
            reply.answer(error.map_or(Ok(()), Err));
        }
    }
}
