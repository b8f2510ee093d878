//! What goes over the wire: frames, codecs, and how a message becomes bytes and back.
//!
//! Decoding never panics, reads no further than its bytes, and allocates no more than a small multiple of them.

mod codec;
mod decoder;
mod encoder;
pub(crate) mod frame;
mod schema;

use actor_runtime::Message;

pub use self::codec::Codec;
pub(crate) use self::decoder::Answers;
pub use self::decoder::Decoder;
pub use self::encoder::Encoder;
pub(crate) use self::encoder::{Asked, PeerProtocol};
pub use self::schema::{
    FieldSchema, HandlerSchema, Primitive, ProtocolSchema, Reserved, Schema, VariantSchema, Wire,
    fingerprint, wire_id,
};
use crate::error::{DecodeError, EncodeError};

/// Messages that may go to other nodes: each variant can be written and read.
///
/// Made by the macros for remote actors and protocols.
pub trait RemoteMessage: Message {
    /// The handlers, in the order of the tags.
    const HANDLERS: &'static [HandlerSchema];

    /// Writes the message: its handler, its parameters, its reply.
    ///
    /// # Errors
    ///
    /// As what the encoder says.
    fn encode(self, out: &mut Encoder<'_>) -> Result<(), EncodeError>;

    /// Reads a message.
    ///
    /// # Errors
    ///
    /// As what the decoder says.
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError>;
}
