//! Groups of actors: who is a member of which. Data alone; `registry.rs` has the lock around it.
//!
//! A group is there while it has members, and is of the type of the first.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use crate::address::Address;
use crate::config;
use crate::error::{LookupError, RegisterError};
use crate::name::Kind;

/// A group with its members.
#[derive(Debug)]
struct Group {
    kind: Kind,
    members: BTreeSet<Address>,
}

/// The groups of a system.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    by_name: BTreeMap<Arc<str>, Group>,
    /// Which groups an actor is in.
    by_member: BTreeSet<(Address, Arc<str>)>,
}

impl Groups {
    /// How many memberships there are.
    pub(crate) fn memberships(&self) -> usize {
        self.by_member.len()
    }

    /// Makes an actor a member, once however often it joins.
    pub(crate) fn join(
        &mut self,
        name: &Arc<str>,
        member: Address,
        kind: Kind,
        limit: usize,
    ) -> Result<(), RegisterError> {
        if let Some(group) = self.by_name.get(name) {
            if group.kind != kind {
                let (registered, wanted) = (group.kind.name, kind.name);
                return Err(RegisterError::OtherType { registered, wanted });
            }
            if group.members.contains(&member) {
                return Ok(());
            }
        }
        if self.memberships() >= limit {
            return Err(RegisterError::TooMany(limit));
        }
        let new = || Group { kind, members: BTreeSet::new() };
        self.by_name.entry(name.clone()).or_insert_with(new).members.insert(member);
        self.by_member.insert((member, name.clone()));
        Ok(())
    }

    /// Ends a membership. Answers whether there was one.
    pub(crate) fn leave(&mut self, name: &str, member: Address) -> bool {
        let Some(group) = self.by_name.get_mut(name) else { return false };
        let was_member = group.members.remove(&member);
        if group.members.is_empty() {
            self.by_name.remove(name);
        }
        self.by_member.remove(&(member, Arc::from(name)));
        was_member
    }

    /// Ends some memberships of an actor. Answers whether it may have more.
    pub(crate) fn leave_some(&mut self, member: Address) -> bool {
        let mine = held_by(&self.by_member, member);
        for name in &mine {
            self.leave(name, member);
        }
        mine.len() == config::NAMES_AT_ONCE
    }

    /// Some members of a group, from the first one after `last` on, in the order of their addresses.
    pub(crate) fn members(
        &self,
        name: &str,
        wanted: Kind,
        last: Option<Address>,
    ) -> Result<Vec<Address>, LookupError> {
        let Some(group) = self.by_name.get(name) else { return Ok(Vec::new()) };
        if group.kind != wanted {
            let (registered, wanted) = (group.kind.name, wanted.name);
            return Err(LookupError::OtherType { registered, wanted });
        }
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        let members = group.members.range((from, Bound::Unbounded));
        Ok(members.take(config::NAMES_AT_ONCE).copied().collect())
    }
}

/// Some of the names that an actor has in a set by holder.
pub(crate) fn held_by(by_holder: &BTreeSet<(Address, Arc<str>)>, holder: Address) -> Vec<Arc<str>> {
    let names = by_holder.range((holder, Arc::default())..);
    let mine = names.take_while(|(of, _)| *of == holder).take(config::NAMES_AT_ONCE);
    mine.map(|(_, name)| name.clone()).collect()
}
