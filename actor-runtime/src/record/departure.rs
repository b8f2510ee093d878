//! A message that leaves for another node: where it goes, and what carries it.
//!
//! Before me: a send finds that the address is of another node. After me: what the message's type has for that,
//! which writes it into the connection.

use std::any::Any;
use std::fmt;

use super::Letter;
use crate::address::Address;

/// Whom a message is for, and of what type it is: what is to be known of it once it is written.
#[derive(Clone, Copy)]
pub struct Label {
    to: Address,
    letter: &'static Letter,
}

impl Label {
    /// Whom it is for.
    #[must_use]
    pub const fn to(&self) -> Address {
        self.to
    }

    pub(crate) const fn letter(&self) -> &'static Letter {
        self.letter
    }
}

impl PartialEq for Label {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.to == other.to && std::ptr::eq(self.letter, other.letter)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({} to {})", self.letter.name(), self.to)
    }
}

/// A message is about to leave this node.
#[derive(Clone, Copy)]
pub struct Departure<'a> {
    label: Label,
    carrier: &'a dyn Any,
}

impl<'a> Departure<'a> {
    pub(crate) const fn new(to: Address, letter: &'static Letter, carrier: &'a dyn Any) -> Self {
        Self { label: Label { to, letter }, carrier }
    }

    /// Whom it is for, and what it is.
    #[must_use]
    pub const fn label(&self) -> Label {
        self.label
    }

    /// What carries it, if that is a `C`: the connection to the other node.
    #[must_use]
    pub fn carrier<C: 'static>(&self) -> Option<&'a C> {
        self.carrier.downcast_ref()
    }
}

impl fmt::Debug for Departure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Departure({:?})", self.label)
    }
}
