//! Who has which name: one registry for each system, which its shards share.
//!
//! Reading takes the lock for the time of a look-up, and no user code ever runs under it. All that makes an actor
//! the holder of a name, or a member of a group, runs on the shard of that actor; so it cannot meet the actor's end:
//!
//! 1. *Register.* A reference of another shard sends `Signal::Claim` there. The shard finds the actor alive in its
//!    cell, or answers `NoProc`; takes the lock; finds the name free, or answers who has it; makes the entry; marks
//!    the cell as one with names.
//! 2. *The end.* When the state is dropped, `bury` sees the mark and takes all entries of the actor away, before its
//!    cell is free, and so before anybody hears of the end. An actor without the mark has no entry: its end
//!    takes no lock.
//! 3. *Register against register.* The lock decides.
//! 4. *Register against the end.* Both are steps of one shard. Either the end comes first, and the claim finds nobody
//!    in the cell; or the claim does, and the end finds the mark.
//! 5. *Unregister.* Any thread may, but names the holder: an entry goes only if it is still that actor's. The mark may
//!    stay; then the end looks in vain, once.
//! 6. *Cut off.* The shard is stuck in a call of the actor's, and so the watchdog takes the entries away: it notes the
//!    cut first, and then takes the lock. A claim that the call still makes for its actor asks under the lock whether
//!    that was cut off. If the claim is first, the watchdog sees its entry; if the watchdog is, the claim sees the
//!    cut, and is refused.
//! 7. *A restart in place* keeps cell, mark and entries. The start hook may register again: a name that the actor has
//!    is given to it again.
//!
//! What changes is told as events, in the order of the changes, though not under the lock: each change is put down
//! under it, and one of the threads that changed something tells them all, one by one.
//!
//! Before me: `Context::register`, `SystemRef::lookup` and their like. After me: the events' `Publisher`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::address::Address;
use crate::config;
use crate::error::{LookupError, RegisterError};
use crate::event::{Event, Publisher, Topic};
use crate::group::{Groups, held_by};
use crate::message::Protocol;
use crate::name::{Kind, Path, is_name};

/// A name, and who has it: listed by `SystemRef::names`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Named {
    /// The name.
    pub name: Arc<str>,
    /// Who has it.
    pub actor: Address,
    /// The type it was registered with, as [`std::any::type_name`] gives it.
    pub kind: &'static str,
}

/// `/svc/bank: bank::Bank at 0/3/17.1`.
impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, actor, kind } = self;
        write!(f, "{name}: {kind} at {actor}")
    }
}

/// What somebody wants an actor to have.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// Whether it is a membership of the group of this name, and not the name itself.
    pub(crate) is_group: bool,
    pub(crate) name: Arc<str>,
    pub(crate) kind: Kind,
}

impl Claim {
    /// Of a name, for an actor of type `P`.
    pub(crate) fn name<P: Protocol + ?Sized>(name: &str) -> Self {
        Self { is_group: false, name: name.into(), kind: Kind::of::<P>() }
    }

    /// Of a membership, for an actor of type `P`.
    pub(crate) fn membership<P: Protocol + ?Sized>(group: &str) -> Self {
        Self { is_group: true, name: group.into(), kind: Kind::of::<P>() }
    }
}

/// The names of a system.
#[derive(Debug, Default)]
struct Names {
    by_name: BTreeMap<Arc<str>, (Address, Kind)>,
    by_holder: BTreeSet<(Address, Arc<str>)>,
    /// Changes that are still to be told.
    untold: VecDeque<Event>,
    /// Whether a thread tells them.
    is_telling: bool,
}

/// The names and groups of a system.
pub(crate) struct Registry {
    names: RwLock<Names>,
    groups: RwLock<Groups>,
    /// The most names, and the most memberships of groups.
    limit: usize,
    /// Claims refused for that.
    refused: AtomicU64,
    /// Whether the system has ended; written before the locks are taken for the last time, read under them.
    is_closed: AtomicBool,
    publisher: Arc<Publisher>,
}

impl Registry {
    pub(crate) fn new(limit: usize, publisher: Arc<Publisher>) -> Self {
        Self {
            names: RwLock::default(),
            groups: RwLock::default(),
            limit,
            refused: AtomicU64::new(0),
            is_closed: AtomicBool::new(false),
            publisher,
        }
    }

    fn names(&self) -> RwLockReadGuard<'_, Names> {
        self.names.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn names_mut(&self) -> RwLockWriteGuard<'_, Names> {
        self.names.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn groups(&self) -> RwLockReadGuard<'_, Groups> {
        self.groups.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn groups_mut(&self) -> RwLockWriteGuard<'_, Groups> {
        self.groups.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives an actor what is claimed for it: to be called on its shard, while it lives. `is_cut_off` says whether
    /// the watchdog has ended it for everybody else.
    pub(crate) fn claim(
        &self,
        claim: &Claim,
        actor: Address,
        is_cut_off: impl FnOnce() -> bool,
    ) -> Result<(), RegisterError> {
        let Claim { is_group, name, kind } = claim;
        if !is_name(name) {
            return Err(RegisterError::BadName);
        }
        // Ordering: who wrote it took the lock afterwards, and this has it.
        let is_over = || is_cut_off() || self.is_closed.load(Ordering::Relaxed);
        let claimed = if *is_group {
            let mut groups = self.groups_mut();
            if is_over() {
                return Err(RegisterError::NoProc);
            }
            groups.join(name, actor, *kind, self.limit)
        } else {
            let mut names = self.names_mut();
            if is_over() {
                return Err(RegisterError::NoProc);
            }
            let registered = names.register(name, actor, *kind, self.limit);
            if registered == Ok(true) {
                self.note(&mut names, true, name, actor, *kind);
            }
            registered.map(drop)
        };
        if let Err(RegisterError::AlreadyRegistered(_)) = claimed {
            crate::sometimes!(NameTaken);
        }
        if let Err(RegisterError::TooMany(_)) = claimed {
            // Ordering: a counter alone.
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        self.tell();
        claimed
    }

    /// Takes a name off an actor. Answers whether it had it.
    pub(crate) fn unregister(&self, name: &str, actor: Address) -> bool {
        let mut names = self.names_mut();
        let Some((name, kind)) = names.unregister(name, actor) else { return false };
        self.note(&mut names, false, &name, actor, kind);
        drop(names);
        self.tell();
        true
    }

    /// Ends a membership. Answers whether there was one.
    pub(crate) fn leave(&self, name: &str, member: Address) -> bool {
        self.groups_mut().leave(name, member)
    }

    /// Takes all names off an actor, and out of all groups.
    pub(crate) fn release(&self, actor: Address) {
        while self.groups_mut().leave_some(actor) {}
        while self.release_some(actor) {
            self.tell();
        }
        self.tell();
    }

    /// Takes some names off an actor. Answers whether it may have more.
    fn release_some(&self, actor: Address) -> bool {
        let mut names = self.names_mut();
        let mine = held_by(&names.by_holder, actor);
        for name in &mine {
            if let Some((_, kind)) = names.unregister(name, actor) {
                self.note(&mut names, false, name, actor, kind);
            }
        }
        mine.len() == config::NAMES_AT_ONCE
    }

    /// Puts a change down, to be told.
    fn note(&self, names: &mut Names, taken: bool, name: &Arc<str>, actor: Address, kind: Kind) {
        let topic = if taken { Topic::NameTaken } else { Topic::NameReleased };
        if self.publisher.is_wanted(topic) {
            let (name, kind) = (name.clone(), kind.name);
            names.untold.push_back(match taken {
                true => Event::NameTaken { name, actor, kind },
                false => Event::NameReleased { name, actor, kind },
            });
        }
    }

    /// Tells of changes, unless another thread does. May run wakers, so nothing is locked.
    fn tell(&self) {
        let is_due = {
            let names = self.names();
            !names.untold.is_empty() && !names.is_telling
        };
        if !is_due || std::mem::replace(&mut self.names_mut().is_telling, true) {
            return;
        }
        loop {
            let next = {
                let mut names = self.names_mut();
                let next = names.untold.pop_front();
                names.is_telling = next.is_some();
                next
            };
            let Some(event) = next else { return };
            if let Some(topic) = event.topic() {
                self.publisher.publish(topic, || event);
            }
        }
    }

    /// Who has a name, if it is of this type.
    pub(crate) fn lookup(&self, name: &str, wanted: Kind) -> Result<Address, LookupError> {
        match self.names().by_name.get(name) {
            Some((actor, kind)) if *kind == wanted => Ok(*actor),
            Some((_, kind)) => {
                Err(LookupError::OtherType { registered: kind.name, wanted: wanted.name })
            }
            None => Err(LookupError::NotFound(name.into())),
        }
    }

    /// The names at and below a path, sorted as text but for the path's own, which is first.
    pub(crate) fn below(&self, path: &str) -> Vec<Named> {
        let path = Path::new(path);
        let (from, to) = path.below();
        let named = |(name, (actor, kind)): (&Arc<str>, &(Address, Kind))| Named {
            name: name.clone(),
            actor: *actor,
            kind: kind.name,
        };
        let mut found: Vec<Named> =
            self.names().by_name.get_key_value(path.own()).map(named).into_iter().collect();
        let mut from = Bound::Included(Arc::from(from));
        loop {
            let before = found.len();
            {
                let names = self.names();
                let range = names.by_name.range::<str, _>(as_text(&from, &to));
                found.extend(range.take(config::NAMES_AT_ONCE).map(named));
            }
            if found.len() - before < config::NAMES_AT_ONCE {
                return found;
            }
            from = Bound::Excluded(found[found.len() - 1].name.clone());
        }
    }

    /// The direct children of a path, sorted: the parts of names up to the next slash.
    pub(crate) fn children(&self, path: &str) -> Vec<String> {
        let path = Path::new(path);
        let (from, to) = path.below();
        let (mut children, mut from) = (Vec::new(), Some(Bound::Included(Arc::from(from))));
        while let Some(start) = from {
            from = self.some_children(path, as_text(&start, &to), &mut children);
        }
        // A child with a name and others below it has been met twice.
        children.sort_unstable();
        children.dedup();
        children
    }

    /// Looks at some names, and answers where there may be more.
    fn some_children(
        &self,
        path: Path<'_>,
        range: (Bound<&str>, Bound<&str>),
        children: &mut Vec<String>,
    ) -> Option<Bound<Arc<str>>> {
        let names = self.names();
        let (mut looked, mut last) = (0, None);
        for (name, _) in names.by_name.range::<str, _>(range).take(config::NAMES_AT_ONCE) {
            let child = path.child_of(name);
            children.push(child.to_owned());
            if child.len() < name.len() {
                // On behind all that lies below the child.
                return Some(Bound::Included(Arc::from(format!("{child}0"))));
            }
            (looked, last) = (looked + 1, Some(name));
        }
        last.filter(|_| looked == config::NAMES_AT_ONCE).map(|last| Bound::Excluded(last.clone()))
    }

    /// The members of a group, in the order of their addresses.
    pub(crate) fn members(&self, name: &str, wanted: Kind) -> Result<Vec<Address>, LookupError> {
        let mut found: Vec<Address> = Vec::new();
        loop {
            let more = self.groups().members(name, wanted, found.last().copied())?;
            let is_all = more.len() < config::NAMES_AT_ONCE;
            found.extend(more);
            if is_all {
                return Ok(found);
            }
        }
    }

    /// How many names there are, and memberships of groups, and claims that were refused because there were too many.
    pub(crate) fn counts(&self) -> [u64; 3] {
        let (names, groups) = (self.names().by_name.len(), self.groups().memberships());
        // Ordering: a counter alone.
        [names as u64, groups as u64, self.refused.load(Ordering::Relaxed)]
    }

    /// The system has ended: no actor has a name any more, not even one whose shard was left behind.
    pub(crate) fn close(&self) {
        // Ordering: see `claim`.
        self.is_closed.store(true, Ordering::Relaxed);
        // Dropped without the locks.
        let names = std::mem::take(&mut *self.names_mut());
        let groups = std::mem::take(&mut *self.groups_mut());
        drop((names, groups));
    }
}

impl Names {
    /// Gives an actor a name. Answers whether it did not have it before.
    fn register(
        &mut self,
        name: &Arc<str>,
        actor: Address,
        kind: Kind,
        limit: usize,
    ) -> Result<bool, RegisterError> {
        match self.by_name.get(name) {
            Some(held) if *held == (actor, kind) => return Ok(false),
            Some((holder, _)) => return Err(RegisterError::AlreadyRegistered(*holder)),
            None if self.by_name.len() >= limit => return Err(RegisterError::TooMany(limit)),
            None => {}
        }
        self.by_name.insert(name.clone(), (actor, kind));
        self.by_holder.insert((actor, name.clone()));
        Ok(true)
    }

    /// Takes a name off an actor, if it has it.
    fn unregister(&mut self, name: &str, actor: Address) -> Option<(Arc<str>, Kind)> {
        if self.by_name.get(name)?.0 != actor {
            return None;
        }
        let (name, (_, kind)) = self.by_name.remove_entry(name)?;
        self.by_holder.remove(&(actor, name.clone()));
        Some((name, kind))
    }
}

fn as_text<'b>(
    from: &'b Bound<Arc<str>>,
    to: &'b Bound<String>,
) -> (Bound<&'b str>, Bound<&'b str>) {
    let from = match from {
        Bound::Included(from) => Bound::Included(&**from),
        Bound::Excluded(from) => Bound::Excluded(&**from),
        Bound::Unbounded => Bound::Unbounded,
    };
    (from, to.as_ref().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Wake, Waker};

    use proptest::prelude::*;

    use super::*;
    use crate::address::{ShardId, Target};
    use crate::name::is_at_or_below;

    /// Names that lie at, below and beside each other.
    const NAMES: [&str; 10] =
        ["a", "a/1", "a/1/x", "a/2", "a-b", "a0", "/s", "/s/a", "/s/a/1", "/sa/b/c"];

    const PATHS: [&str; 8] = ["", "/", "a", "a/", "a/1", "/s", "/s/a", "/nothing"];

    const LIMIT: usize = 8;

    fn actor(slot: u32) -> Address {
        Address::new(ShardId::new(0, slot % 2), Target::new(slot, 1))
    }

    fn registry(limit: usize) -> (Registry, Arc<Publisher>) {
        let publisher = Arc::new(Publisher::new());
        (Registry::new(limit, publisher.clone()), publisher)
    }

    fn claim(is_group: bool, name: &str, kind: Kind) -> Claim {
        Claim { is_group, name: name.into(), kind }
    }

    fn kind(of: bool) -> Kind {
        if of { Kind::of::<u8>() } else { Kind::of::<u16>() }
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Register(usize, u32, bool),
        Unregister(usize, u32),
        Join(usize, u32, bool),
        Leave(usize, u32),
        Release(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        let (name, actor) = (0..NAMES.len(), 0..4_u32);
        prop_oneof![
            4 => (name.clone(), actor.clone(), any::<bool>()).prop_map(|(n, a, k)| Step::Register(n, a, k)),
            2 => (name, actor.clone()).prop_map(|(n, a)| Step::Unregister(n, a)),
            // Few groups, so that they have several members.
            4 => (0..3_usize, actor.clone(), any::<bool>()).prop_map(|(n, a, k)| Step::Join(n, a, k)),
            2 => (0..3_usize, actor.clone()).prop_map(|(n, a)| Step::Leave(n, a)),
            1 => actor.prop_map(Step::Release),
        ]
    }

    /// What the registry is to be: nothing but the two tables.
    #[derive(Default)]
    struct Model {
        names: BTreeMap<&'static str, (Address, Kind)>,
        groups: BTreeMap<&'static str, (Kind, BTreeSet<Address>)>,
        refused: u64,
    }

    impl Model {
        fn register(
            &mut self,
            name: &'static str,
            actor: Address,
            kind: Kind,
        ) -> Result<(), RegisterError> {
            match self.names.get(name) {
                Some(held) if *held == (actor, kind) => return Ok(()),
                Some((holder, _)) => return Err(RegisterError::AlreadyRegistered(*holder)),
                None if self.names.len() == LIMIT => return Err(self.too_many()),
                None => {}
            }
            self.names.insert(name, (actor, kind));
            Ok(())
        }

        fn memberships(&self) -> usize {
            self.groups.values().map(|(_, members)| members.len()).sum()
        }

        fn join(
            &mut self,
            name: &'static str,
            actor: Address,
            kind: Kind,
        ) -> Result<(), RegisterError> {
            let is_full = self.memberships() == LIMIT;
            match self.groups.get_mut(name) {
                Some((registered, _)) if *registered != kind => {
                    Err(RegisterError::OtherType { registered: registered.name, wanted: kind.name })
                }
                Some((_, members)) if members.contains(&actor) => Ok(()),
                _ if is_full => Err(self.too_many()),
                Some((_, members)) => {
                    members.insert(actor);
                    Ok(())
                }
                None => {
                    self.groups.insert(name, (kind, BTreeSet::from([actor])));
                    Ok(())
                }
            }
        }

        fn leave(&mut self, name: &str, actor: Address) -> bool {
            let left = self.groups.get_mut(name).is_some_and(|(_, members)| members.remove(&actor));
            self.groups.retain(|_, (_, members)| !members.is_empty());
            left
        }

        fn too_many(&mut self) -> RegisterError {
            self.refused += 1;
            RegisterError::TooMany(LIMIT)
        }

        /// Says that the registry shows what the model does.
        fn assert_is(&self, registry: &Registry) {
            for name in NAMES {
                let held = registry.lookup(name, kind(true));
                match self.names.get(name) {
                    None => assert_eq!(held, Err(LookupError::NotFound(name.into()))),
                    Some((holder, of)) if *of == kind(true) => assert_eq!(held, Ok(*holder)),
                    Some(_) => assert!(matches!(held, Err(LookupError::OtherType { .. }))),
                }
                match self.groups.get(name) {
                    None => assert_eq!(registry.members(name, kind(true)), Ok(Vec::new())),
                    Some((of, members)) => {
                        let found = registry.members(name, *of).expect("its own type");
                        assert!(found.iter().eq(members));
                        assert!(registry.members(name, kind(*of != kind(true))).is_err());
                    }
                }
            }
            for path in PATHS {
                let below = || self.names.keys().filter(|name| is_at_or_below(name, path));
                let found = registry.below(path);
                assert!(found.iter().map(|named| &*named.name).eq(below().copied()), "{path}");
                let own = path.strip_suffix('/').filter(|own| !own.is_empty()).unwrap_or(path);
                let strictly = below().filter(|name| **name != own);
                let children: BTreeSet<_> =
                    strictly.map(|name| Path::new(path).child_of(name)).collect();
                assert!(registry.children(path).iter().eq(children), "children of {path}");
            }
            let counts = [self.names.len(), self.memberships()].map(|count| count as u64);
            assert_eq!(registry.counts(), [counts[0], counts[1], self.refused]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 4 } else { 500 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn n1_the_registry_is_two_tables(steps in prop::collection::vec(step(), 0..60)) {
            let ((registry, publisher), mut model) = (registry(LIMIT), Model::default());
            let events = publisher.subscribe();
            for step in steps {
                match step {
                    Step::Register(n, a, k) => prop_assert_eq!(
                        registry.claim(&claim(false, NAMES[n], kind(k)), actor(a), || false),
                        model.register(NAMES[n], actor(a), kind(k))
                    ),
                    Step::Unregister(n, a) => {
                        let had = model.names.get(NAMES[n]).is_some_and(|held| held.0 == actor(a));
                        if had {
                            model.names.remove(NAMES[n]);
                        }
                        prop_assert_eq!(registry.unregister(NAMES[n], actor(a)), had);
                    }
                    Step::Join(n, a, k) => prop_assert_eq!(
                        registry.claim(&claim(true, NAMES[n], kind(k)), actor(a), || false),
                        model.join(NAMES[n], actor(a), kind(k))
                    ),
                    Step::Leave(n, a) => prop_assert_eq!(
                        registry.leave(NAMES[n], actor(a)),
                        model.leave(NAMES[n], actor(a))
                    ),
                    Step::Release(a) => {
                        registry.release(actor(a));
                        model.names.retain(|_, held| held.0 != actor(a));
                        for name in NAMES {
                            model.leave(name, actor(a));
                        }
                    }
                }
            }
            model.assert_is(&registry);
            // Whoever follows the events knows the same.
            let mut followed = BTreeMap::new();
            while let Some(Ok(event)) = events.take() {
                match event {
                    Event::NameTaken { name, actor, .. } => {
                        prop_assert_eq!(followed.insert(name, actor), None);
                    }
                    Event::NameReleased { name, actor, .. } => {
                        prop_assert_eq!(followed.remove(&name), Some(actor));
                    }
                    other => panic!("{other}"),
                }
            }
            let held = model.names.iter().map(|(name, held)| (*name, held.0));
            prop_assert!(held.eq(followed.iter().map(|(name, actor)| (&**name, *actor))));
            // Nothing stays of who is gone.
            (0..4).for_each(|a| registry.release(actor(a)));
            let names = registry.names();
            prop_assert!(names.by_name.is_empty() && names.by_holder.is_empty());
            prop_assert_eq!(registry.groups().memberships(), 0);
        }
    }

    #[test]
    fn x9_who_was_cut_off_is_given_nothing() {
        let (registry, _) = registry(LIMIT);
        for is_group in [false, true] {
            let claim = claim(is_group, "a", kind(true));
            assert_eq!(registry.claim(&claim, actor(1), || true), Err(RegisterError::NoProc));
        }
        assert_eq!(registry.counts(), [0; 3]);
    }

    #[test]
    fn g7_a_registry_of_a_system_that_has_ended_is_empty_and_stays_so() {
        let (registry, _) = registry(LIMIT);
        for expected in [Ok(()), Err(RegisterError::NoProc)] {
            for is_group in [false, true] {
                let claim = claim(is_group, "a", kind(true));
                assert_eq!(registry.claim(&claim, actor(1), || false), expected);
            }
            registry.close();
            assert_eq!(registry.counts(), [0; 3]);
        }
    }

    /// Changes a name when it is woken.
    struct Meddles(Arc<Registry>);

    impl Wake for Meddles {
        fn wake(self: Arc<Self>) {
            assert!(self.0.unregister("a", actor(1)), "nothing is locked");
            let claim = claim(false, "b", kind(true));
            assert_eq!(self.0.claim(&claim, actor(2), || false), Ok(()));
        }
    }

    #[test]
    fn n2_changes_are_told_in_order_though_a_waker_makes_more() {
        let (registry, publisher) = registry(LIMIT);
        let registry = Arc::new(registry);
        let mut first = publisher.subscribe();
        let events = publisher.subscribe();
        let mut received = pin!(first.signals.recv());
        let waker = Waker::from(Arc::new(Meddles(registry.clone())));
        assert!(received.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        let claim = claim(false, "a", kind(true));
        assert_eq!(registry.claim(&claim, actor(1), || false), Ok(()));
        let told: Vec<String> =
            std::iter::from_fn(|| events.take()?.ok()).map(|e| e.to_string()).collect();
        assert_eq!(told, ["a: u8 at 0/1/1.1", "a: no longer u8 at 0/1/1.1", "b: u8 at 0/0/2.1"]);
    }

    /// Threads that all take and release one name: each sees its own change, and the events come in turn.
    #[test]
    fn n1_threads_that_fight_for_a_name_have_it_one_at_a_time() {
        let (registry, publisher) = registry(LIMIT);
        let events = publisher.subscribe();
        let rounds = if cfg!(miri) { 10 } else { 150 };
        std::thread::scope(|scope| {
            for slot in 0..3 {
                let registry = &registry;
                scope.spawn(move || {
                    let mut won = 0;
                    while won < rounds {
                        let claim = claim(false, "a", kind(true));
                        if registry.claim(&claim, actor(slot), || false) == Ok(()) {
                            assert_eq!(registry.lookup("a", kind(true)), Ok(actor(slot)));
                            registry.release(actor(slot));
                            won += 1;
                        }
                    }
                });
            }
        });
        registry.tell();
        let mut holder = None;
        let mut taken = 0;
        while let Some(Ok(event)) = events.take() {
            holder = match (event, holder) {
                (Event::NameTaken { actor, .. }, None) => Some(actor),
                (Event::NameReleased { actor, .. }, Some(holder)) if holder == actor => None,
                (event, holder) => panic!("{event} while it is {holder:?}'s"),
            };
            taken += u32::from(holder.is_some());
        }
        assert_eq!((taken, holder), (3 * rounds, None));
    }
}
