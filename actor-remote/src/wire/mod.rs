//! What goes over the wire: frames, codecs, and how a message becomes bytes and back.
//!
//! Decoding never panics, reads no further than its bytes, and allocates no more than a small multiple of them.

mod codec;
mod decoder;
mod encoder;
pub(crate) mod frame;
pub(crate) mod lock;
mod open;
mod schema;
mod types;
mod unknown;
mod widen;

use std::fmt;

use actor_runtime::{Address, Protocol, Remote};

pub use self::codec::Codec;
pub(crate) use self::decoder::{Answers, Arrivals, Asker};
pub use self::decoder::{Decoder, Recipient};
pub use self::encoder::Encoder;
pub(crate) use self::encoder::{Asked, Named, Out, PeerProtocol, Written};
pub use self::open::{UnknownVariant, put};
pub(crate) use self::schema::protocol_name;
pub use self::schema::{
    FieldSchema, HandlerSchema, Primitive, ProtocolSchema, Reserved, Schema, Table, VariantSchema,
    arguments, fingerprint, variant_id, wire_id,
};
pub use self::types::{AgreeOn, Machines, Run, Wire};
pub use self::unknown::UnknownMessage;
pub(crate) use self::unknown::Version;
use crate::error::{DecodeError, EncodeError};

/// A protocol whose messages may go to other nodes: each can be written and read.
///
/// Made by the macros for remote actors and protocols.
pub trait RemoteProtocol: Remote {
    /// How its messages are taken apart, and put together again.
    const CARRIAGE: Carriage<Self>;
    /// What peers find it by.
    const ID: u64 = schema::protocol_id(Self::NAME, Self::ARGUMENTS);
    /// What it is on the wire.
    const SCHEMA: ProtocolSchema =
        ProtocolSchema::new(Self::NAME, Self::VERSION, Self::CARRIAGE.table.handlers);
    /// What gives an actor what peers of other versions tell it and this version has no handler for: its hook `unknown`,
    /// if it has one.
    const UNKNOWN: Option<fn(Address, UnknownMessage)> = None;

    /// Writes a message: its handler, its parameters, its reply.
    ///
    /// # Errors
    ///
    /// As what the encoder says.
    #[inline]
    fn encode(message: Self::Msg, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        (Self::CARRIAGE.encode)(message, out)
    }

    /// Reads a message, and gives it to whom it is for.
    ///
    /// # Errors
    ///
    /// As what the decoder says.
    #[inline]
    fn decode(from: &mut Decoder<'_>, to: Recipient<'_, Self>) -> Result<(), DecodeError> {
        (Self::CARRIAGE.decode)(from, to)
    }
}

/// How the messages of `P` are taken apart, and put together again.
// All in one, so that the compiler says once of a type that it cannot leave.
pub struct Carriage<P: Protocol + ?Sized> {
    /// The handlers.
    pub table: Table,
    /// Writes a message.
    pub encode: fn(P::Msg, &mut Encoder<'_>) -> Result<(), EncodeError>,
    /// Reads a message, and gives it to whom it is for.
    // A message that were returned would be moved twice on its way to the queue, each time as it was just written.
    pub decode: fn(&mut Decoder<'_>, Recipient<'_, P>) -> Result<(), DecodeError>,
}

impl<P: Protocol + ?Sized> fmt::Debug for Carriage<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carriage").field("table", &self.table).finish_non_exhaustive()
    }
}
