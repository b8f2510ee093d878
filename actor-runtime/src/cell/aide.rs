//! What an actor has beside its own turn: futures that live, are polled and are woken in cells of their own.
//!
//! An aide belongs to one actor of its shard, ends with it, and is polled as that actor. Its cell is listed in the
//! [`Crew`] of the actor's cell, and takes no records. It is a concurrent handler, whose future borrows the
//! actor's state, or a source, which brings the actor items and borrows nothing of it.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;

use super::{Body, Handled, Options, TypeOf};
use crate::address::Target;
use crate::event::Kept;
use crate::exit::ExitReason;
use crate::record::Class;

/// The body of an aide's cell, beside its future.
pub(crate) struct Aide {
    /// Whose it is.
    pub(crate) actor: Target,
    pub(crate) work: Work,
}

/// What an aide does.
pub(crate) enum Work {
    /// It is at a message, with the handler of this number.
    Handler { number: usize, kept: Option<Kept> },
    /// It brings items.
    Source(Source),
}

/// What a source has brought.
#[derive(Default)]
pub(crate) struct Source {
    /// What the actor has not taken, oldest first.
    pub(crate) items: VecDeque<Box<dyn Any>>,
    /// Whether it is to be polled when one of them is taken: it waits for a place.
    pub(crate) is_held: bool,
}

impl Aide {
    pub(crate) const TYPE: &'static TypeOf<Self> =
        &TypeOf::new::<Self>(Class::Answer, Options::new(), false).of_aides();

    pub(crate) fn source(&mut self) -> Option<&mut Source> {
        match &mut self.work {
            Work::Handler { .. } => None,
            Work::Source(source) => Some(source),
        }
    }

    /// Which concurrent handler it is.
    pub(crate) const fn handler(&self) -> Option<usize> {
        match self.work {
            Work::Handler { number, .. } => Some(number),
            Work::Source(_) => None,
        }
    }
}

impl Body for Aide {
    type Message = Infallible;

    fn deliver<'a>(&'a mut self, message: Infallible, _me: Target) -> Handled<'a> {
        match message {}
    }
}

/// The aides of one actor.
#[derive(Default)]
pub(crate) struct Crew {
    pub(crate) aides: BTreeSet<Target>,
    /// How many of them are at a message, by the number of the handler; no zeros.
    handlers: BTreeMap<usize, u32>,
    /// Why the actor ends once they have ended; the first of them that said so.
    pub(crate) ends: Option<ExitReason>,
}

impl Crew {
    pub(crate) fn is_empty(&self) -> bool {
        self.aides.is_empty() && self.ends.is_none()
    }

    /// How many are at a message with the handler of this number.
    pub(crate) fn handlers(&self, number: usize) -> u32 {
        self.handlers.get(&number).copied().unwrap_or_default()
    }

    /// Whether any is at a message.
    pub(crate) fn has_handlers(&self) -> bool {
        !self.handlers.is_empty()
    }

    pub(crate) fn join(&mut self, aide: Target, handler: Option<usize>) {
        self.aides.insert(aide);
        if let Some(number) = handler {
            *self.handlers.entry(number).or_default() += 1;
        }
    }

    pub(crate) fn leave(&mut self, aide: Target, handler: Option<usize>) {
        self.aides.remove(&aide);
        let Some(number) = handler else { return };
        if let Some(count) = self.handlers.get_mut(&number) {
            *count -= 1;
            if *count == 0 {
                self.handlers.remove(&number);
            }
        }
    }
}
