//! How a pool chooses among its workers.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::address::Address;
use crate::host::Load;

/// How a [`Pool`](super::Pool) sends the messages `M` on to its workers.
///
/// What goes to one worker arrives in the order in which it was sent to the pool. So what has one key keeps its order
/// under [`hash`](Self::hash), while the pool has the same workers; under the others, but for
/// [`broadcast`](Self::broadcast), two messages may go to two workers, which keep no order between them.
pub struct Routing<M>(pub(super) Way<M>);

pub(super) enum Way<M> {
    Broadcast(fn(&M) -> M),
    Hash(Key<M>),
    LeastLoaded,
    Random,
    RoundRobin,
}

/// Gives a message the number that decides where it goes.
type Key<M> = Arc<dyn Fn(&M) -> u64 + Send + Sync>;

impl<M> Routing<M> {
    /// Each worker gets a copy of each message, so the messages are [`Clone`]. An ask has one `Reply`, which is not:
    /// the messages of an actor with asks cannot be broadcast.
    #[must_use]
    pub fn broadcast() -> Self
    where
        M: Broadcast,
    {
        Self(Way::Broadcast(M::clone))
    }

    /// Messages with one key go to one worker. When the pool is resized from n to m workers only the keys that must
    /// move do: of growing by one, one in n + 1. It costs a few nanoseconds for each worker.
    ///
    /// A panic of `key` loses that message alone.
    #[must_use]
    pub fn hash<K: Hash>(key: impl Fn(&M) -> K + Send + Sync + 'static) -> Self {
        Self(Way::Hash(Arc::new(move |message| {
            let mut hasher = DefaultHasher::new();
            key(message).hash(&mut hasher);
            hasher.finish()
        })))
    }

    /// The worker with the fewest messages that wait for it or are handled, as far as the pool knows: of what it sent
    /// itself at once, of all else when the worker's shard has said so, which it is asked with every other message.
    #[must_use]
    pub const fn least_loaded() -> Self {
        Self(Way::LeastLoaded)
    }

    /// Any worker, by chance.
    #[must_use]
    pub const fn random() -> Self {
        Self(Way::Random)
    }

    /// Each worker in turn.
    #[must_use]
    pub const fn round_robin() -> Self {
        Self(Way::RoundRobin)
    }
}

/// What can be sent to every worker of a pool: messages that are [`Clone`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be broadcast: it is not `Clone`",
    label = "each worker would get a copy",
    note = "write `#[handlers(clone)]`; an actor with asks cannot have its messages copied, for each ask has one `Reply`"
)]
pub trait Broadcast: Clone {}

#[diagnostic::do_not_recommend]
impl<M: Clone> Broadcast for M {}

impl<M> Default for Routing<M> {
    /// Each worker in turn.
    fn default() -> Self {
        Self::round_robin()
    }
}

impl<M> Clone for Routing<M> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Way::Broadcast(copy) => Way::Broadcast(*copy),
            Way::Hash(key) => Way::Hash(key.clone()),
            Way::LeastLoaded => Way::LeastLoaded,
            Way::Random => Way::Random,
            Way::RoundRobin => Way::RoundRobin,
        })
    }
}

impl<M> fmt::Debug for Routing<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Way::Broadcast(_) => "Broadcast",
            Way::Hash(_) => "Hash",
            Way::LeastLoaded => "LeastLoaded",
            Way::Random => "Random",
            Way::RoundRobin => "RoundRobin",
        })
    }
}

/// A worker, as its pool sees it.
pub(super) struct Worker {
    number: u64,
    pub(super) actor: Address,
    /// Asked for only where it decides.
    load: Arc<Load>,
    /// Messages that its shard said it had, and those sent to it that this leaves out.
    said: u64,
    sent: u64,
    /// Of those, the ones that an answer still to come will leave out.
    sent_since: Option<u64>,
}

impl Worker {
    fn new(number: u64, actor: Address) -> Self {
        Self { number, actor, load: Arc::default(), said: 0, sent: 0, sent_since: None }
    }

    /// Takes what its shard has said, and tells how much it has to do.
    fn load(&mut self) -> u64 {
        if let Some(since) = self.sent_since
            && let Some(said) = self.load.told()
        {
            (self.said, self.sent, self.sent_since) = (said, since, None);
        }
        self.said + self.sent
    }

    /// A message goes to it.
    fn takes_one(&mut self) {
        self.sent += 1;
        if let Some(since) = &mut self.sent_since {
            *since += 1;
        }
    }

    /// Has its shard say how much it has to do, unless that is known, or was asked.
    fn ask(&mut self) {
        if self.sent_since.is_none() && self.load() > 0 {
            self.sent_since = Some(0);
            Load::ask(&self.load, self.actor);
        }
    }
}

/// Where the choice is at.
#[derive(Default)]
pub(super) struct Chooser {
    pub(super) workers: Vec<Worker>,
    next: usize,
    chance: u64,
}

impl Chooser {
    /// One whose chances begin here: two pools begin with others.
    pub(super) fn new(chance: u64) -> Self {
        Self { chance, ..Self::default() }
    }

    /// These are the workers now, in order; what is known of those that stay is kept.
    pub(super) fn set(&mut self, list: Vec<(u64, Address)>) {
        let mut before = std::mem::take(&mut self.workers);
        let same = |(number, actor): (u64, Address)| {
            let at = before.iter().position(|w| w.number == number && w.actor == actor);
            at.map_or_else(|| Worker::new(number, actor), |at| before.swap_remove(at))
        };
        self.workers = list.into_iter().map(same).collect();
    }

    /// Each worker in turn; none if there are none.
    pub(super) fn in_turn(&mut self) -> Option<Address> {
        let worker = self.workers.get(self.next).or_else(|| self.workers.first())?;
        let actor = worker.actor;
        self.next = if self.next < self.workers.len() { self.next + 1 } else { 1 };
        Some(actor)
    }

    pub(super) fn by_chance(&mut self) -> Option<Address> {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let any = u128::from(mixed(self.chance)) * self.workers.len() as u128;
        Some(self.workers.get((any >> 64) as usize)?.actor)
    }

    /// The worker with the highest score for a key: Thaler and Ravishankar, "A name-based mapping scheme for
    /// rendezvous", 1996. Whoever joins or leaves changes nobody else's scores.
    pub(super) fn by_key(&self, key: u64) -> Option<Address> {
        let score = |worker: &&Worker| mixed(key ^ mixed(worker.number));
        Some(self.workers.iter().max_by_key(score)?.actor)
    }

    /// The worker with the least to do; of several the next in turn.
    pub(super) fn least_loaded(&mut self) -> Option<Address> {
        let count = self.workers.len();
        if count == 0 {
            return None;
        }
        let first = self.next % count;
        let turn = (first..count).chain(0..first);
        let loads = turn.map(|index| (self.workers[index].load(), index));
        let (_, least) = loads.min_by_key(|(load, _)| *load)?;
        self.next = least + 1;
        let worker = &mut self.workers[least];
        worker.takes_one();
        let actor = worker.actor;
        // It is asked once the message is on its way, of which the answer then knows.
        Some(actor)
    }

    /// After [`least_loaded`](Self::least_loaded), once the message is sent: asks that worker, and the next.
    pub(super) fn ask_loads(&mut self) {
        let count = self.workers.len();
        for index in [self.next + count - 1, self.next] {
            self.workers[index % count].ask();
        }
    }
}

/// A number that looks like any other: the end of `SplitMix64`.
const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{ShardId, Target};

    fn at(number: u64) -> Address {
        Address::new(ShardId::new(0, 0), Target::new(number as u32, 1))
    }

    fn of(numbers: impl IntoIterator<Item = u64>) -> Chooser {
        let mut chooser = Chooser::new(7);
        chooser.set(numbers.into_iter().map(|number| (number, at(number))).collect());
        chooser
    }

    const KEYS: u64 = 10_000;

    #[test]
    #[cfg_attr(miri, ignore = "thousands of keys, and no unsafe code")]
    fn few_keys_move_when_workers_come_or_go() {
        for size in [1, 4, 16] {
            let (before, more) = (of(0..size), of(0..=size));
            let moved: Vec<_> = (0..KEYS)
                .map(|key| (before.by_key(mixed(key)), more.by_key(mixed(key))))
                .filter(|(before, more)| before != more)
                .collect();
            // One in `size + 1`, give or take a fifth, and all of them to the new one.
            let expected = KEYS / (size + 1);
            assert!(
                moved.len().abs_diff(expected as usize) < expected as usize / 5 + 50,
                "{}",
                moved.len()
            );
            assert!(moved.iter().all(|(_, more)| *more == Some(at(size))));
        }
        let (all, without) = (of(0..5), of([0, 1, 3, 4]));
        let stays = (0..KEYS).filter(|key| all.by_key(mixed(*key)) != Some(at(2)));
        assert!(stays.into_iter().all(|key| all.by_key(mixed(key)) == without.by_key(mixed(key))));
    }

    #[test]
    #[cfg_attr(miri, ignore = "thousands of keys, and no unsafe code")]
    fn keys_and_chances_are_spread_evenly() {
        let mut chooser = of(0..8);
        let mut counts = [[0_u64; 8]; 2];
        for key in 0..KEYS {
            for (count, actor) in
                counts.iter_mut().zip([chooser.by_key(mixed(key)), chooser.by_chance()])
            {
                count[actor.expect("there are workers").target().slot() as usize] += 1;
            }
        }
        for count in counts.as_flattened() {
            assert!(count.abs_diff(KEYS / 8) < KEYS / 80, "{counts:?}");
        }
    }

    #[test]
    fn each_worker_has_its_turn_while_they_come_and_go() {
        let mut chooser = of(0..3);
        let turns = |chooser: &mut Chooser| -> Vec<u32> {
            (0..4).filter_map(|_| Some(chooser.in_turn()?.target().slot())).collect()
        };
        assert_eq!(turns(&mut chooser), [0, 1, 2, 0]);
        chooser.set(vec![(1, at(1)), (2, at(2))]);
        assert_eq!(turns(&mut chooser), [2, 1, 2, 1]);
        chooser.set(Vec::new());
        assert_eq!(turns(&mut chooser), []);
        assert_eq!(
            (chooser.by_chance(), chooser.by_key(1), chooser.least_loaded()),
            (None, None, None)
        );
    }

    #[test]
    fn what_a_worker_has_to_do_is_what_it_said_and_was_sent_since() {
        let mut worker = Worker::new(0, at(0));
        worker.takes_one();
        worker.takes_one();
        assert_eq!(worker.load(), 2);
        // As `ask` does, without a shard.
        worker.sent_since = Some(0);
        let load = worker.load.clone();
        load.say(5);
        worker.takes_one();
        assert_eq!(worker.load(), 6);
        assert_eq!(worker.sent_since, None);
    }
}
