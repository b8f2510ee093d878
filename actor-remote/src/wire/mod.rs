//! What goes over the wire: frames, codecs, and how a message becomes bytes and back.
//!
//! Decoding never panics, reads no further than its bytes, and allocates no more than a small multiple of them.

mod codec;
mod decoder;
mod encoder;
mod everywhere;
pub(crate) mod frame;
mod open;
mod schema;
mod types;

use actor_runtime::{Remote, Travels};

pub use self::codec::Codec;
pub(crate) use self::decoder::Answers;
pub use self::decoder::Decoder;
pub use self::encoder::Encoder;
pub(crate) use self::encoder::{Asked, PeerProtocol};
pub use self::everywhere::Everywhere;
pub use self::open::{UnknownVariant, put};
pub use self::schema::{
    FieldSchema, HandlerSchema, Primitive, ProtocolSchema, Reserved, Schema, VariantSchema,
    fingerprint, variant_id, wire_id,
};
pub use self::types::{Data, SameEverywhere, Wire};
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

#[diagnostic::do_not_recommend]
impl<P: Remote + Travels<Reach = Everywhere> + ?Sized> RemoteProtocol for P {
    const SCHEMA: ProtocolSchema = ProtocolSchema::new(P::NAME, P::VERSION, P::CARRIAGE.handlers);

    #[inline]
    fn encode(message: P::Msg, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        (P::CARRIAGE.encode)(message, out)
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<P::Msg, DecodeError> {
        (P::CARRIAGE.decode)(from)
    }
}
