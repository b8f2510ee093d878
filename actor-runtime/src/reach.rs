//! How far the messages of an actor go: to senders of its own system, or to other nodes too.
//!
//! This crate knows the first alone, [`Here`], and writes no message down. What goes further is a [`Reach`] of
//! another crate, whose encoder asks more of the types in a message than to be sendable. `#[handlers]` cannot
//! know which of the two `#[actor]` says, so what it makes names only `<Counter as Actor>::Reach`, and rustc
//! asks of each type what that reach needs.

use std::convert::Infallible;
use std::fmt;

use crate::ask::Reply;
use crate::message::Protocol;
use crate::record::{Delivery, Leave};

/// How far messages go, and what takes them there.
///
/// What implements it has functions `table`, `tell`, `ask` and `field` that describe handlers, and its encoder and
/// decoder have methods `handler`, `field` and `reply`: [`Here`] shows all of them.
pub trait Reach: Sized + 'static {
    /// What is known of the handlers.
    type Table: fmt::Debug + 'static;
    /// Where a message is written as it leaves.
    type Encoder<'a>;
    /// Where a message is read from as it arrives.
    type Decoder<'a>;
    /// Why a message cannot leave.
    type EncodeError;
    /// Why a message cannot arrive.
    type DecodeError;
}

/// A reach that has a way for the messages of `P`.
pub trait Carries<P: Protocol + ?Sized>: Reach {
    /// What has them leave for other nodes; none if they stay.
    const LEAVE: Option<Leave<P::Msg>>;
}

/// What `P` is delivered by, where its messages go as far as `R`.
#[must_use]
pub const fn leaving<P, R>(delivery: Delivery<P::Msg>) -> Delivery<P::Msg>
where
    P: Protocol + ?Sized,
    R: Carries<P>,
{
    match R::LEAVE {
        Some(leave) => delivery.leaving(leave),
        None => delivery,
    }
}

/// Whose messages can be taken apart for a reach, and put together again.
pub trait Travels: Protocol {
    /// How far it goes.
    type Reach: Reach;
    /// How.
    const CARRIAGE: Carriage<Self, Self::Reach>;
}

/// Writes a message of `P` for a reach.
pub type Encode<P, R> = fn(
    <P as Protocol>::Msg,
    &mut <R as Reach>::Encoder<'_>,
) -> Result<(), <R as Reach>::EncodeError>;

/// Reads a message of `P` for a reach.
pub type Decode<P, R> =
    fn(&mut <R as Reach>::Decoder<'_>) -> Result<<P as Protocol>::Msg, <R as Reach>::DecodeError>;

/// How the messages of `P` are taken as far as `R`.
pub struct Carriage<P: Protocol + ?Sized, R: Reach> {
    /// The handlers.
    pub table: R::Table,
    /// Writes a message.
    pub encode: Encode<P, R>,
    /// Reads a message.
    pub decode: Decode<P, R>,
}

impl<P: Protocol + ?Sized, R: Reach> fmt::Debug for Carriage<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carriage").field("table", &self.table).finish_non_exhaustive()
    }
}

/// The reach of most actors: messages stay in the system they were sent in, so any sendable type will do.
#[derive(Debug)]
pub enum Here {}

impl Reach for Here {
    type Table = Undescribed;
    type Encoder<'a> = NoEncoder;
    type Decoder<'a> = NoDecoder;
    type EncodeError = Infallible;
    type DecodeError = Infallible;
}

impl<P: Protocol + ?Sized> Carries<P> for Here {
    const LEAVE: Option<Leave<P::Msg>> = None;
}

impl Here {
    /// Lists handlers, and names that no handler may have any more.
    #[must_use]
    pub const fn table(
        handlers: &'static [Undescribed],
        reserved: &'static [Undescribed],
    ) -> Undescribed {
        let _ = (handlers, reserved);
        Undescribed
    }

    /// Describes a tell.
    #[must_use]
    pub const fn tell(name: &'static str, fields: &'static [Undescribed]) -> Undescribed {
        let _ = (name, fields);
        Undescribed
    }

    /// Describes an ask that is answered with a `T`.
    #[must_use]
    pub const fn ask<T>(name: &'static str, fields: &'static [Undescribed]) -> Undescribed {
        let _ = (name, fields);
        Undescribed
    }

    /// Describes a field of type `T`.
    #[must_use]
    pub const fn field<T>(handler: &'static str, name: &'static str) -> Undescribed {
        let _ = (handler, name);
        Undescribed
    }

    /// Describes a field that is code, or an address.
    #[must_use]
    pub const fn code<T>(handler: &'static str, name: &'static str) -> Undescribed {
        let _ = (handler, name);
        Undescribed
    }

    /// Begins the description of a field of which there is more to say.
    #[must_use]
    pub const fn facts() -> Undescribed {
        Undescribed
    }

    /// Says a name that no handler may have any more.
    #[must_use]
    pub const fn reserved(name: &'static str, id: Option<u32>) -> Undescribed {
        let _ = (name, id);
        Undescribed
    }

    /// Holds the place of a handler that only senders of this node may call.
    #[must_use]
    pub const fn absent() -> Undescribed {
        Undescribed
    }
}

/// What is known of a handler, or of a field, that nobody elsewhere calls.
#[derive(Clone, Copy, Debug)]
pub struct Undescribed;

impl Undescribed {
    /// Describes a field of type `T`, of which this is known.
    #[must_use]
    pub const fn field<T>(self, handler: &'static str, name: &'static str) -> Self {
        let _ = (handler, name);
        self
    }

    /// The number that peers find it by.
    #[must_use]
    pub const fn id(self, id: u32) -> Self {
        let _ = id;
        self
    }

    /// The version that it came with.
    #[must_use]
    pub const fn since(self, since: u32) -> Self {
        let _ = since;
        self
    }

    /// It has a default for senders that have none.
    #[must_use]
    pub const fn default(self) -> Self {
        self
    }

    /// Older versions have it narrower.
    #[must_use]
    pub const fn widens(self) -> Self {
        self
    }
}

/// The encoder of what stays here: there is none.
#[derive(Debug)]
pub enum NoEncoder {}

impl NoEncoder {
    /// Begins the message of the handler with this number.
    pub fn handler(&mut self, number: usize) -> Result<&mut Self, Infallible> {
        let _ = number;
        match *self {}
    }

    /// Writes a field.
    pub fn field<T>(&mut self, value: &T) -> Result<&mut Self, Infallible> {
        let _ = value;
        match *self {}
    }

    /// Writes where the answer goes.
    pub fn reply<T: Send>(&mut self, reply: Reply<T>) -> Result<&mut Self, Infallible> {
        let _ = reply;
        match *self {}
    }

    /// Ends the message.
    pub fn end(&mut self) -> Result<(), Infallible> {
        match *self {}
    }

    /// Refuses the message of a handler that is `#[local]`.
    pub fn local(&mut self, handler: &'static str) -> Result<(), Infallible> {
        let _ = handler;
        match *self {}
    }

    /// Refuses the message of one that is asked.
    pub fn local_ask<T: Send>(
        &mut self,
        handler: &'static str,
        reply: Reply<T>,
    ) -> Result<(), Infallible> {
        let _ = (handler, reply);
        match *self {}
    }
}

/// The decoder of what stays here: there is none.
#[derive(Debug)]
pub enum NoDecoder {}

impl NoDecoder {
    /// The number of the handler whose message this is.
    pub fn handler(&self) -> usize {
        match *self {}
    }

    /// Reads a field.
    pub fn field<T>(&mut self) -> Result<T, Infallible> {
        match *self {}
    }

    /// Reads a field that an older sender has not, which then is `otherwise`.
    pub fn field_or<T>(&mut self, otherwise: impl FnOnce() -> T) -> Result<T, Infallible> {
        let _ = otherwise;
        match *self {}
    }

    /// Reads where the answer goes.
    pub fn reply<T: Send>(&mut self) -> Result<Reply<T>, Infallible> {
        match *self {}
    }

    /// There is no handler with this number.
    pub fn unknown<M>(&self, number: usize) -> Result<M, Infallible> {
        let _ = number;
        match *self {}
    }
}
