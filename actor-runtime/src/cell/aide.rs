//! What an actor has beside its own turn: futures that live, are polled and are woken in cells of their own.
//!
//! An aide belongs to one actor of its shard, ends with it, and is polled as that actor. Its cell is listed in the
//! [`Crew`] of the actor's cell, and takes no records.

use std::any::Any;
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;

use super::{Body, Handled, Options, TypeOf};
use crate::address::Target;
use crate::record::Class;

/// The body of an aide's cell, beside its future.
pub(crate) struct Aide {
    /// Whose it is.
    pub(crate) actor: Target,
    /// What it has brought and the actor has not taken, oldest first.
    pub(crate) items: VecDeque<Box<dyn Any>>,
    /// Whether it is to be polled when one of them is taken: it waits for a place.
    pub(crate) is_held: bool,
}

impl Aide {
    pub(crate) const TYPE: &'static TypeOf<Self> =
        &TypeOf::new::<Self>(Class::Answer, Options::new(), false).of_aides();

    pub(crate) const fn of(actor: Target) -> Self {
        Self { actor, items: VecDeque::new(), is_held: false }
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
}
