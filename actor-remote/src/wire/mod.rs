//! What goes over the wire: frames, codecs, and how a message becomes bytes and back.
//!
//! Decoding never panics, reads no further than its bytes, and allocates no more than a small multiple of them.

mod codec;
mod decoder;
mod encoder;
mod everywhere;
pub(crate) mod frame;
mod lock;
mod open;
mod schema;
mod types;
mod widen;

use actor_runtime::{Remote, Travels};

pub use self::codec::Codec;
pub(crate) use self::decoder::Answers;
pub use self::decoder::Decoder;
pub use self::encoder::Encoder;
pub(crate) use self::encoder::{Asked, PeerProtocol};
pub use self::everywhere::{Everywhere, Facts};
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

#[diagnostic::do_not_recommend]
impl<P: Remote + Travels<Reach = Everywhere<P>> + ?Sized> RemoteProtocol for P {
    const SCHEMA: ProtocolSchema =
        ProtocolSchema::new(P::NAME, P::VERSION, P::CARRIAGE.table.handlers);

    #[inline]
    fn encode(message: P::Msg, out: &mut Encoder<'_>) -> Result<(), EncodeError> {
        (P::CARRIAGE.encode)(message, out)
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<P::Msg, DecodeError> {
        (P::CARRIAGE.decode)(from)
    }
}

/// Has the compiler look at a protocol's schema, and compare it with its lock.
#[doc(hidden)]
pub const fn checked<P: RemoteProtocol + ?Sized>() {
    let _ = P::SCHEMA;
}

/// Compares the schema lock at this path with what the protocol is, or writes it anew if the variable `CALLBOARD_SCHEMA`
/// of the environment says `accept`: what the test does that is made for each remote actor and protocol.
///
/// # Panics
///
/// If the lock is there and differs, and if it cannot be read or written.
#[doc(hidden)]
pub fn verify<P>(path: &str)
where
    P: RemoteProtocol + Travels<Reach = Everywhere<P>> + ?Sized,
{
    let wanted = lock::written(&P::SCHEMA, P::CARRIAGE.table.reserved);
    if std::env::var_os("CALLBOARD_SCHEMA").is_some_and(|says| says == "accept") {
        let path = std::path::Path::new(path);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        written.and_then(|()| std::fs::write(path, wanted)).expect("the schema lock is written");
    } else if let Ok(there) = std::fs::read_to_string(path) {
        assert!(
            there == wanted,
            "`{}` is not what its schema lock says\nhelp: `cargo callboard schema accept`\n\n{path} should be\n{wanted}",
            P::NAME
        );
    }
}
