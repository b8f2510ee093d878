//! Who awaits whose answer, for systems that look for cycles of actors that wait for each other.
//!
//! Every shard of the system notes its asks here, under one lock, as they are sent, awaited and answered; so an
//! ask that would close a cycle is known before it is sent, wherever the others of the cycle are. A system that
//! does not look for cycles has none of this.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::address::{Address, short_name};

/// A cycle of actors that would wait for each other: see [`AskError::Cycle`](crate::AskError::Cycle).
///
/// It shows itself as `House@0/1/3.1 -> Mover@0/0/2.1 -> House@0/1/3.1`: who asked, whom it asked, and so on.
/// What it says is kept for the last sixteen cycles of the process; of an earlier one it says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AskCycle(Kept);

/// Which of the places for cycles that are kept. An error is one word, which has room for no more; that only few
/// words are places leaves the others to the rest of the errors.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u64)]
enum Kept {
    P0,
    P1,
    P2,
    P3,
    P4,
    P5,
    P6,
    P7,
    P8,
    P9,
    P10,
    P11,
    P12,
    P13,
    P14,
    P15,
}

impl Kept {
    const ALL: [Self; 16] = [
        Self::P0,
        Self::P1,
        Self::P2,
        Self::P3,
        Self::P4,
        Self::P5,
        Self::P6,
        Self::P7,
        Self::P8,
        Self::P9,
        Self::P10,
        Self::P11,
        Self::P12,
        Self::P13,
        Self::P14,
        Self::P15,
    ];
}

/// An actor of a cycle: its type's name, and where it is.
type Member = (&'static str, Address);

/// The actors of a cycle, in its order.
type Members = Arc<[Member]>;

/// As a reference shows itself.
struct Shown<'m>(&'m Member);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, actor) = self.0;
        write!(f, "{}@{actor}", short_name(kind))
    }
}

/// The cycles of the process that are kept, and the place of the next.
static KEPT: Mutex<(usize, [Option<Members>; Kept::ALL.len()])> =
    Mutex::new((0, [const { None }; Kept::ALL.len()]));

impl AskCycle {
    fn keep(members: Members) -> Self {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.0;
        kept.0 = (place + 1) % Kept::ALL.len();
        kept.1[place] = Some(members);
        Self(Kept::ALL[place])
    }

    fn members(self) -> Members {
        let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1[self.0 as usize].clone().unwrap_or_default()
    }

    /// The actors, each of which waits for the next and the last for the first. The first is that whose ask ended.
    #[must_use]
    pub fn actors(self) -> Vec<Address> {
        self.members().iter().map(|(_, actor)| *actor).collect()
    }
}

impl fmt::Display for AskCycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.members();
        for member in members.iter() {
            write!(f, "{} -> ", Shown(member))?;
        }
        members.first().map_or(Ok(()), |first| write!(f, "{}", Shown(first)))
    }
}

impl fmt::Debug for AskCycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AskCycle({self})")
    }
}

/// The asks of a system that were not answered yet.
#[derive(Default)]
pub(crate) struct Waits(Mutex<Asks>);

#[derive(Default)]
struct Asks {
    /// By the cell of the ask.
    open: HashMap<Address, Open>,
    /// The asks that an actor awaits, each in its `open`.
    awaited: HashMap<Address, Vec<Address>>,
}

/// An ask without an answer.
struct Open {
    of: Address,
    /// Who awaits it, if somebody does.
    by: Option<Member>,
}

impl Waits {
    fn asks(&self) -> MutexGuard<'_, Asks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to an ask is to come from this actor.
    #[cold]
    #[inline(never)]
    pub(crate) fn open(&self, ask: Address, of: Address) {
        self.asks().open.insert(ask, Open { of, by: None });
    }

    /// It is to come from another.
    #[cold]
    #[inline(never)]
    pub(crate) fn move_on(&self, ask: Address, to: Address) {
        if let Some(open) = self.asks().open.get_mut(&ask) {
            open.of = to;
        }
    }

    /// An actor begins to await an ask; the cycle that this would close, if it does.
    #[cold]
    #[inline(never)]
    pub(crate) fn await_(&self, ask: Address, by: Member) -> Option<AskCycle> {
        let mut asks = self.asks();
        // One that was answered meanwhile closes nothing.
        let open = asks.open.get(&ask).filter(|open| open.by.is_none())?;
        if let Some(cycle) = asks.way(open.of, by) {
            drop(asks);
            return Some(AskCycle::keep(cycle));
        }
        asks.awaited.entry(by.1).or_default().push(ask);
        if let Some(open) = asks.open.get_mut(&ask) {
            open.by = Some(by);
        }
        None
    }

    /// An ask is answered, or nobody awaits it any more.
    #[cold]
    #[inline(never)]
    pub(crate) fn close(&self, ask: Address) {
        let mut asks = self.asks();
        let Some(Open { by: Some((_, by)), .. }) = asks.open.remove(&ask) else { return };
        if let Some(awaited) = asks.awaited.get_mut(&by) {
            awaited.retain(|other| *other != ask);
            if awaited.is_empty() {
                asks.awaited.remove(&by);
            }
        }
    }
}

impl Asks {
    /// The actors from the last of the way to the first, if `from` awaits, over any number of others, what `to` is to
    /// answer.
    fn way(&self, from: Address, to: Member) -> Option<Members> {
        // Whom each actor was reached from, with its type's name, which is known of those that wait.
        let mut reached: HashMap<Address, Option<Member>> = HashMap::from([(from, None)]);
        let mut left = vec![from];
        while let Some(actor) = left.pop() {
            for ask in self.awaited.get(&actor).into_iter().flatten() {
                let Open { of, by } = &self.open[ask];
                if *of == to.1 {
                    let back = std::iter::successors(*by, |(_, actor)| reached[actor]);
                    let mut way: Vec<Member> = back.collect();
                    way.push(to);
                    way.reverse();
                    return Some(way.into());
                }
                if !reached.contains_key(of) {
                    reached.insert(*of, *by);
                    left.push(*of);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{ShardId, Target};

    fn at(slot: u32) -> Address {
        Address::new(ShardId::new(0, 0), Target::new(slot, 1))
    }

    /// `by` awaits the answer of `of`; the ask has their two numbers.
    fn awaits(waits: &Waits, by: u32, of: u32) -> Option<Vec<u32>> {
        let ask = at(by * 100 + of);
        waits.open(ask, at(of));
        let cycle = waits.await_(ask, ("Actor", at(by)))?;
        waits.close(ask);
        Some(cycle.actors().iter().map(|actor| actor.target().slot()).collect())
    }

    #[test]
    fn a5_the_ask_that_closes_a_cycle_is_told_its_way_round() {
        let waits = Waits::default();
        assert_eq!(awaits(&waits, 1, 2), None);
        assert_eq!(awaits(&waits, 2, 3), None);
        assert_eq!(awaits(&waits, 2, 4), None);
        assert_eq!(awaits(&waits, 4, 5), None);
        assert_eq!(awaits(&waits, 5, 1), Some(vec![5, 1, 2, 4]));
        assert_eq!(awaits(&waits, 3, 2), Some(vec![3, 2]));
        waits.close(at(204));
        assert_eq!(awaits(&waits, 5, 1), None);
        assert_eq!(awaits(&waits, 6, 1), None, "nobody waits for it");
    }

    #[test]
    fn a5_what_was_answered_or_moved_on_closes_no_cycle() {
        let waits = Waits::default();
        waits.open(at(12), at(2));
        waits.close(at(12));
        assert_eq!(waits.await_(at(12), ("Actor", at(1))), None);
        assert_eq!(awaits(&waits, 2, 1), None);
        assert_eq!(awaits(&waits, 3, 2), None);
        waits.move_on(at(302), at(4));
        waits.move_on(at(12), at(4));
        assert_eq!(awaits(&waits, 1, 3), None);
        let asks = waits.asks();
        assert_eq!((asks.open.len(), asks.awaited.len()), (3, 3));
    }

    #[test]
    fn an_error_that_names_a_cycle_is_still_one_word() {
        assert_eq!(size_of::<crate::error::AskError>(), size_of::<u64>());
        let cycle = AskCycle::keep(Arc::from([("bank::House", at(1)), ("Mover", at(2))]));
        assert_eq!(cycle.to_string(), "House@0/0/1.1 -> Mover@0/0/2.1 -> House@0/0/1.1");
    }
}
