//! Links and monitors of one actor: the half that its own side keeps.
//!
//! Both ends keep a half, so each shard can settle its own when the other is stuck. A link is symmetric; a
//! monitor has an owner, who hears of the end, and a target, who tells of it. Nothing here sends: each change
//! says what is to be told to the other end.
//!
//! Links and unlinks may cross on their way. So an unlink has a number and is acknowledged: until then the link
//! is *going*, what comes by it is ignored, and both ends come to the same view whatever crossed (the protocol of
//! Erlang/OTP 23.2).

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use crate::address::Address;
use crate::exit::ExitReason;

/// A watch on the end of another actor: made by [`Context::monitor`](crate::Context::monitor), and told by the hook
/// `#[down]` when it fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Monitor {
    pub(crate) owner: Address,
    pub(crate) number: u64,
    /// It stays with its actor.
    tied: PhantomData<*const ()>,
}

impl Monitor {
    pub(crate) const fn new(owner: Address, number: u64) -> Self {
        Self { owner, number, tied: PhantomData }
    }
}

/// An actor that was monitored has ended: what the hook `#[down]` is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Down {
    /// The monitor that fired. It is spent.
    pub monitor: Monitor,
    /// Who ended.
    pub actor: Address,
    /// Which of its incarnations that was: 1, or more of an actor that a supervisor has restarted.
    pub incarnation: u64,
    /// Why; [`NoProc`](ExitReason::NoProc) if it had ended before.
    pub reason: ExitReason,
    /// Whether its supervisor restarts it: then it keeps its address and its names, and may be monitored again.
    pub restarting: bool,
}

impl Down {
    /// Lets it go to the thread of its actor's code, where the call gives it again.
    pub(crate) fn carried(self) -> impl FnOnce() -> Self + Send {
        let Self { monitor, actor, incarnation, reason, restarting } = self;
        let (owner, number) = (monitor.owner, monitor.number);
        move || {
            let monitor = Monitor::new(owner, number);
            Self { monitor, actor, incarnation, reason, restarting }
        }
    }
}

/// An actor to which there was a link has ended, or somebody wants this one to end: what the hook `#[exit]` is
/// told. An actor with that hook goes on, one without it ends for the same reason.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exit {
    /// Who ended, or said so; none if it was said outside all actors.
    pub from: Option<Address>,
    /// Why.
    pub reason: ExitReason,
}

impl Exit {
    pub(crate) const fn new(from: Option<Address>, reason: ExitReason) -> Self {
        Self { from, reason }
    }
}

/// What a link is to this end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Active,
    /// Taken off here by the unlink of this number, which the other end has not acknowledged.
    Going(u64),
    /// The other end, of another node, hears of this actor's end, and this one does not hear of its.
    Heard,
}

/// The links and monitors of an actor.
#[derive(Debug, Default)]
pub(crate) struct Bonds {
    links: BTreeMap<Address, Link>,
    /// Whom the actor monitors, by the number of the monitor.
    monitors: BTreeMap<u64, Address>,
    /// Who monitors the actor, and by which of their monitors.
    watchers: BTreeSet<(Address, u64)>,
    /// The last number given to a monitor or an unlink.
    last: u64,
}

impl Bonds {
    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty() && self.monitors.is_empty() && self.watchers.is_empty()
    }

    /// The bonds of an incarnation that ended; what stays are no bonds, but numbers go on, so that none means two
    /// things.
    pub(crate) fn end_incarnation(&mut self) -> Self {
        let last = self.last;
        std::mem::replace(self, Self { last, ..Self::default() })
    }

    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// The actor links to another. Answers whether that one is to be told.
    pub(crate) fn link(&mut self, other: Address) -> bool {
        self.links.insert(other, Link::Active) != Some(Link::Active)
    }

    /// Another has linked to the actor. One whose unlink crossed it on its way is ignored: that other will
    /// hear of the unlink, too.
    pub(crate) fn linked(&mut self, other: Address) {
        self.links.entry(other).or_insert(Link::Active);
    }

    /// An actor of another node has linked to the actor, which it may not end.
    pub(crate) fn linked_to_hear(&mut self, other: Address) {
        self.links.entry(other).or_insert(Link::Heard);
    }

    /// The actor unlinks from another. Answers the number to tell it, if there is a link.
    pub(crate) fn unlink(&mut self, other: Address) -> Option<u64> {
        if !matches!(self.links.get(&other), Some(Link::Active | Link::Heard)) {
            return None;
        }
        let number = self.number();
        self.links.insert(other, Link::Going(number));
        Some(number)
    }

    /// Another has unlinked from the actor; that is to be acknowledged in any case.
    pub(crate) fn unlinked(&mut self, other: Address) {
        if matches!(self.links.get(&other), Some(Link::Active | Link::Heard)) {
            self.links.remove(&other);
        }
    }

    /// The other end has acknowledged this unlink.
    pub(crate) fn acknowledged(&mut self, other: Address, number: u64) {
        if self.links.get(&other) == Some(&Link::Going(number)) {
            self.links.remove(&other);
        }
    }

    /// The other end of a link has ended. Answers whether the actor is to hear of it.
    pub(crate) fn exits(&mut self, other: Address) -> bool {
        self.links.remove(&other) == Some(Link::Active)
    }

    /// The actor monitors another. Answers the number of the monitor.
    pub(crate) fn monitor(&mut self, target: Address) -> u64 {
        let number = self.number();
        self.monitors.insert(number, target);
        number
    }

    /// Takes a monitor of the actor's off, or ends one that has fired. Answers whom it was of.
    pub(crate) fn demonitor(&mut self, number: u64) -> Option<Address> {
        self.monitors.remove(&number)
    }

    /// Whether the actor's monitor of this number is on, and of this target.
    pub(crate) fn has_monitor(&self, number: u64, target: Address) -> bool {
        self.monitors.get(&number) == Some(&target)
    }

    /// Another monitors the actor.
    pub(crate) fn watched(&mut self, watcher: Address, number: u64) {
        self.watchers.insert((watcher, number));
    }

    /// Another has taken its monitor off.
    pub(crate) fn unwatched(&mut self, watcher: Address, number: u64) {
        self.watchers.remove(&(watcher, number));
    }

    /// The actor's monitors of `target`, and whether it is linked to it.
    pub(crate) fn with(&self, target: Address) -> (Vec<u64>, bool) {
        let monitors = self.monitors.iter().filter(|(_, of)| **of == target);
        let is_linked = self.links.get(&target) == Some(&Link::Active);
        (monitors.map(|(number, _)| *number).collect(), is_linked)
    }

    /// The actor's bonds with actors of a node that is lost: its monitors of them, and whom it is linked to. Those
    /// of that node who monitor it are forgotten.
    pub(crate) fn with_node(&mut self, node: u32) -> (Vec<(u64, Address)>, Vec<Address>) {
        let is_there = |address: &Address| address.shard_id().node() == node;
        self.watchers.retain(|(watcher, _)| !is_there(watcher));
        // Nobody acknowledges an unlink any more.
        self.links.retain(|other, link| !is_there(other) || *link == Link::Active);
        let monitors = self.monitors.iter().filter(|(_, of)| is_there(of));
        let links = self.links.keys().filter(|other| is_there(other));
        (monitors.map(|(number, of)| (*number, *of)).collect(), links.copied().collect())
    }

    /// Who is still to be told that the actor has ended, and how, one at a time: nobody twice.
    pub(crate) fn next_to_tell(&mut self) -> Option<Told> {
        if let Some((watcher, number)) = self.watchers.pop_first() {
            return Some(Told::Down(watcher, number));
        }
        while let Some((other, link)) = self.links.pop_first() {
            if matches!(link, Link::Active | Link::Heard) {
                return Some(Told::Exit(other));
            }
        }
        let (number, target) = self.monitors.pop_first()?;
        Some(Told::Demonitor(target, number))
    }
}

/// Somebody who is told of an actor's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Its monitor of this number fires.
    Down(Address, u64),
    /// It was linked.
    Exit(Address),
    /// The monitor of this number needs it no more.
    Demonitor(Address, u64),
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;
    use crate::address::{ShardId, Target};

    fn address(slot: u32) -> Address {
        Address::new(ShardId::new(0, 0), Target::new(slot, 1))
    }

    #[derive(Clone, Copy, Debug)]
    enum Said {
        Link,
        Unlink(u64),
        Unlinked(u64),
    }

    /// Two ends, and what is on its way from each to the other.
    #[derive(Default)]
    struct Pair {
        ends: [Bonds; 2],
        ways: [VecDeque<Said>; 2],
    }

    impl Pair {
        fn link(&mut self, end: usize) {
            if self.ends[end].link(address(1 - end as u32)) {
                self.ways[end].push_back(Said::Link);
            }
        }

        fn unlink(&mut self, end: usize) {
            if let Some(number) = self.ends[end].unlink(address(1 - end as u32)) {
                self.ways[end].push_back(Said::Unlink(number));
            }
        }

        /// The oldest word of this end arrives.
        fn arrive(&mut self, end: usize) -> bool {
            let Some(said) = self.ways[end].pop_front() else { return false };
            let (there, from) = (&mut self.ends[1 - end], address(end as u32));
            match said {
                Said::Link => there.linked(from),
                Said::Unlink(number) => {
                    there.unlinked(from);
                    self.ways[1 - end].push_back(Said::Unlinked(number));
                }
                Said::Unlinked(number) => there.acknowledged(from, number),
            }
            true
        }

        fn is_linked(&self, end: usize) -> bool {
            self.ends[end].with(address(1 - end as u32)).1
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 8 } else { 1_000 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn x8_links_and_unlinks_that_cross_lead_to_one_view(steps in prop::collection::vec((0..3, 0..2_usize), 0..60)) {
            let mut pair = Pair::default();
            for (step, end) in steps {
                match step {
                    0 => pair.link(end),
                    1 => pair.unlink(end),
                    _ => drop(pair.arrive(end)),
                }
            }
            while pair.arrive(0) || pair.arrive(1) {}
            prop_assert_eq!(pair.is_linked(0), pair.is_linked(1));
            prop_assert!(pair.is_linked(0) || pair.ends.iter().all(Bonds::is_empty), "nothing is left");
        }
    }

    #[test]
    fn x5_a_link_is_one_however_often_it_is_made() {
        let mut bonds = Bonds::default();
        assert!(bonds.link(address(1)) && !bonds.link(address(1)));
        bonds.linked(address(1));
        assert!(bonds.exits(address(1)) && !bonds.exits(address(1)));
    }

    #[test]
    fn x2_each_monitor_is_told_once() {
        let mut bonds = Bonds::default();
        let mine = [bonds.monitor(address(1)), bonds.monitor(address(1))];
        assert_ne!(mine[0], mine[1]);
        bonds.watched(address(2), 1);
        bonds.watched(address(2), 2);
        bonds.unwatched(address(2), 1);
        bonds.linked(address(3));
        let told: Vec<_> = std::iter::from_fn(|| bonds.next_to_tell()).collect();
        let demonitor = mine.map(|number| Told::Demonitor(address(1), number));
        let expected =
            [Told::Down(address(2), 2), Told::Exit(address(3)), demonitor[0], demonitor[1]];
        assert_eq!(told, expected);
    }
}
