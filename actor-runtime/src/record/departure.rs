//! A message that leaves for another node: where it goes, and what carries it.
//!
//! Before me: a send finds that the address is of another node. After me: what the message's type has for that,
//! which writes it into the connection.

use std::fmt;

use super::{Delivery, Letter};
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

/// A message that is about to leave this node.
///
/// It is made only off the fast path, where the message then exists nowhere but in its record: a value whose address is
/// passed on must first be written somewhere. There it stays until it is sent.
pub struct Departure<M> {
    pub(crate) delivery: Delivery<M>,
    pub(crate) to: Address,
    /// Lent on the way, for what is moved is written anew; there until it is taken.
    message: Option<M>,
}

impl<M> Departure<M> {
    #[inline(always)]
    pub(crate) const fn new(delivery: Delivery<M>, to: Address, message: M) -> Self {
        Self { delivery, to, message: Some(message) }
    }

    /// Goes on with what did not leave.
    #[inline(always)]
    pub(crate) fn into_parts(self) -> (Delivery<M>, Address, Option<M>) {
        (self.delivery, self.to, self.message)
    }

    /// Whom it is for, and what it is.
    #[must_use]
    #[inline]
    pub const fn label(&self) -> Label {
        Label { to: self.to, letter: self.delivery.letter() }
    }

    /// Takes the message itself; it is there once.
    #[inline(always)]
    pub const fn take(&mut self) -> Option<M> {
        self.message.take()
    }
}

impl<M> fmt::Debug for Departure<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Departure({:?})", self.label())
    }
}
