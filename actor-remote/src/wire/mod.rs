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
mod widen;

use actor_runtime::Remote;

pub use self::codec::Codec;
pub(crate) use self::decoder::Answers;
pub use self::decoder::Decoder;
pub use self::encoder::Encoder;
pub(crate) use self::encoder::{Asked, PeerProtocol};
pub use self::open::{UnknownVariant, put};
pub use self::schema::{
    FieldSchema, HandlerSchema, Primitive, ProtocolSchema, Reserved, Schema, Table, VariantSchema,
    fingerprint, variant_id, wire_id,
};
pub use self::types::{AgreeOn, Machines, Run, Wire};
use crate::error::{DecodeError, EncodeError};

/// A protocol whose messages may go to other nodes: each can be written and read.
///
/// Made by the macros for remote actors and protocols.
pub trait RemoteProtocol: Remote {
    /// What it is on the wire.
    const SCHEMA: ProtocolSchema;

    /// Writes a message: its handler, its parameters, its reply.
    ///
    /// # Errors
    ///
    /// As what the encoder says.
    fn encode(message: Self::Msg, out: &mut Encoder<'_>) -> Result<(), EncodeError>;

    /// Reads a message.
    ///
    /// # Errors
    ///
    /// As what the decoder says.
    fn decode(from: &mut Decoder<'_>) -> Result<Self::Msg, DecodeError>;
}
