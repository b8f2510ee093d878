//! How a message becomes bytes.
//!
//! Where both nodes have the same fingerprint of the protocol the fields stand one behind the other (*dense*):
//! `u16` number of the handler, then the fields as the codec writes them. Where the fingerprints differ they stand
//! *by name*: `u64` id of the handler, `u8` count, then for each field a `u8` length and its name, a `u64` fingerprint of
//! its type, a `u32` length and its bytes. An answer is its value, by name with the fingerprint before it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use actor_runtime::remote::Awaiting;
use actor_runtime::{AskError, Reply};

use super::codec::Codec;
use super::schema::{ProtocolSchema, fingerprint};
use super::types::Wire;
use crate::error::{DecodeError, EncodeError};

/// What the other node says of a protocol whose fingerprint is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PeerProtocol {
    pub(crate) fingerprint: u64,
    /// The ids of its handlers, sorted.
    pub(crate) handlers: Vec<u64>,
}

/// The ask that a message brings to the other node.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) awaiting: Awaiting,
    /// Reads the answer and gives it to who asked.
    pub(crate) land: Land,
    pub(crate) codec: Codec,
    pub(crate) by_name: bool,
}

/// Ends an ask with the bytes of its answer.
pub(crate) type Land = fn(Awaiting, Codec, bool, &[u8]) -> Result<(), DecodeError>;

impl Asked {
    /// Ends it with the answer that came.
    pub(crate) fn answer(self, bytes: &[u8]) -> Result<(), DecodeError> {
        let Self { awaiting, land, codec, by_name } = self;
        // What reads a value is a user's code.
        let landed = catch_unwind(AssertUnwindSafe(|| land(awaiting, codec, by_name, bytes)));
        let landed =
            landed.unwrap_or_else(|_| Err(DecodeError::Refused("the value panicked".to_owned())));
        if let Err(error) = &landed {
            self.awaiting.fail(error.as_ask_error());
        }
        landed
    }

    /// Ends it without one.
    pub(crate) fn fail(self, error: AskError) {
        self.awaiting.fail(error);
    }
}

fn land<T: Wire>(
    awaiting: Awaiting,
    codec: Codec,
    by_name: bool,
    bytes: &[u8],
) -> Result<(), DecodeError> {
    let mut rest = bytes;
    if by_name {
        let (sent, after) = rest.split_first_chunk().ok_or(DecodeError::Truncated)?;
        if u64::from_le_bytes(*sent) != fingerprint(T::SCHEMA) {
            return Err(DecodeError::Incompatible("the answer"));
        }
        rest = after;
    }
    let value: T = codec.decode(&mut rest)?;
    if !rest.is_empty() {
        return Err(DecodeError::Trailing(rest.len()));
    }
    awaiting.answer(value);
    Ok(())
}

/// Writes the answer to an ask of another node.
pub(crate) fn encode_answer<T: Wire>(
    value: &T,
    codec: Codec,
    by_name: bool,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    if by_name {
        out.extend_from_slice(&fingerprint(T::SCHEMA).to_le_bytes());
    }
    codec.encode(value, out)
}

/// Writes one message. The macros call it; what it makes of a handler and its parameters, both nodes know.
#[derive(Debug)]
pub struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    codec: Codec,
    protocol: &'static ProtocolSchema,
    /// None where the fields go dense.
    peer: Option<&'a PeerProtocol>,
    handler: usize,
    field: usize,
    /// Where the number of fields stands, by name.
    count_at: usize,
    ask_timeout_nanos: u64,
    asked: Option<Asked>,
}

impl<'a> Encoder<'a> {
    pub(crate) const fn new(
        out: &'a mut Vec<u8>,
        codec: Codec,
        protocol: &'static ProtocolSchema,
        peer: Option<&'a PeerProtocol>,
        ask_timeout_nanos: u64,
    ) -> Self {
        let (handler, field, count_at) = (0, 0, 0);
        Self {
            out,
            codec,
            protocol,
            peer,
            handler,
            field,
            count_at,
            ask_timeout_nanos,
            asked: None,
        }
    }

    /// The ask that the message brings, once it is written.
    pub(crate) fn take_asked(&mut self) -> Option<Asked> {
        self.asked.take()
    }

    /// The message is of the handler with this number.
    ///
    /// # Errors
    ///
    /// [`EncodeError::UnknownHandler`] if the other node has none of that id.
    #[inline]
    pub fn handler(&mut self, number: usize) -> Result<&mut Self, EncodeError> {
        self.handler = number;
        match self.peer {
            None => self.out.extend_from_slice(&(number as u16).to_le_bytes()),
            Some(peer) => {
                let handler = &self.protocol.handlers[number];
                let id = handler.wire_id(self.protocol.name);
                if peer.handlers.binary_search(&id).is_err() {
                    return Err(EncodeError::UnknownHandler(handler.name));
                }
                self.out.extend_from_slice(&id.to_le_bytes());
                self.count_at = self.out.len();
                self.out.push(0);
            }
        }
        Ok(self)
    }

    /// The next parameter of the handler.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Refused`] if it would not be written.
    #[inline]
    pub fn field<T: Wire>(&mut self, value: &T) -> Result<&mut Self, EncodeError> {
        match self.peer {
            None => self.codec.encode(value, self.out)?,
            Some(_) => self.field_by_name(value)?,
        }
        Ok(self)
    }

    #[cold]
    fn field_by_name<T: Wire>(&mut self, value: &T) -> Result<(), EncodeError> {
        let name = self.protocol.handlers[self.handler].fields[self.field].name;
        self.field += 1;
        self.out[self.count_at] += 1;
        // A name is an identifier, far shorter than that.
        let name = &name.as_bytes()[..name.len().min(usize::from(u8::MAX))];
        self.out.push(name.len() as u8);
        self.out.extend_from_slice(name);
        self.out.extend_from_slice(&fingerprint(T::SCHEMA).to_le_bytes());
        let length_at = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        self.codec.encode(value, self.out)?;
        let length = self.out.len() - length_at - 4;
        let length = u32::try_from(length).map_err(|_| EncodeError::TooLarge(u32::MAX as usize))?;
        self.out[length_at..length_at + 4].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    /// Who asks: the answer will come back to it over the same connection.
    ///
    /// # Errors
    ///
    /// None today.
    #[inline]
    pub fn reply<T: Wire>(&mut self, reply: Reply<T>) -> Result<&mut Self, EncodeError> {
        let awaiting = Awaiting::new(reply, self.ask_timeout_nanos);
        let (codec, by_name) = (self.codec, self.peer.is_some());
        self.asked = Some(Asked { awaiting, land: land::<T>, codec, by_name });
        Ok(self)
    }

    /// The message has no more parameters.
    ///
    /// # Errors
    ///
    /// None today.
    #[inline]
    pub fn end(&mut self) -> Result<(), EncodeError> {
        Ok(())
    }

    /// The message is of a handler that is `#[local]`.
    ///
    /// # Errors
    ///
    /// Always: such a message does not leave.
    #[cold]
    pub fn local(&mut self, handler: &'static str) -> Result<(), EncodeError> {
        Err(EncodeError::Local(handler))
    }
}

/// A message that was not written to its end leaves no ask open.
impl Drop for Encoder<'_> {
    fn drop(&mut self) {
        if let Some(asked) = self.asked.take() {
            asked.fail(AskError::Codec);
        }
    }
}
