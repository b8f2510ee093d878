//! How bytes become a message; `encoder.rs` says what they are.

#[cfg(feature = "fuzzing")]
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use actor_runtime::{Address, AskError, Protocol, Reply, remote};

use super::codec::Codec;
use super::encoder::encode_answer;
use super::frame::Row;
use super::lock;
use super::schema::{FieldSchema, ProtocolSchema, fingerprint};
use super::types::Wire;
use super::unknown::{UnknownMessage, Version};
use super::widen::widened;
use crate::error::{DecodeError, EncodeError};

/// Where answers go that other nodes wait for.
pub(crate) trait Answers {
    /// Sends the answer that `write` writes to the ask of this number.
    fn answer(
        &self,
        correlation: u64,
        write: &mut dyn FnMut(&mut Vec<u8>) -> Result<(), EncodeError>,
    );

    /// Says that there is none.
    fn refuse(&self, correlation: u64, error: AskError);
}

/// The ask that a message brings.
pub(crate) struct Asker {
    pub(crate) answers: Rc<dyn Answers>,
    pub(crate) correlation: u64,
    pub(crate) remaining_nanos: u64,
}

/// Messages that arrive, of one protocol and for one actor: those of a row, or one.
pub(crate) struct Arrivals<'a> {
    pub(crate) row: Row<'a>,
    pub(crate) codec: Codec,
    pub(crate) by_name: bool,
    /// The sender's version of the protocol, if it is another and that was said.
    pub(crate) sender: Option<Version>,
    /// The ask that the one message brings.
    pub(crate) asker: Option<Asker>,
}

impl Arrivals<'_> {
    /// What reads the next of them.
    #[inline(always)]
    pub(crate) fn next(&mut self, protocol: &'static ProtocolSchema) -> Option<Decoder<'_>> {
        let bytes = self.row.next()?;
        Some(Decoder::new(bytes, self.codec, protocol, self.by_name, &mut self.asker))
    }
}

/// Whom a message is for.
pub struct Recipient<'a, P: Protocol + ?Sized>(To<'a, P>);

enum To<'a, P: Protocol + ?Sized> {
    Actor(Address, PhantomData<&'a P>),
    /// Who wants to see what was read.
    #[cfg(feature = "fuzzing")]
    Caller(&'a Cell<Option<P::Msg>>),
}

#[cfg(feature = "fuzzing")]
impl<'a, P: Protocol + ?Sized> Recipient<'a, P> {
    pub(crate) const fn caller(caller: &'a Cell<Option<P::Msg>>) -> Self {
        Self(To::Caller(caller))
    }
}

impl<P: Protocol + ?Sized> Recipient<'_, P> {
    #[inline(always)]
    pub(crate) const fn actor(actor: Address) -> Self {
        Self(To::Actor(actor, PhantomData))
    }

    /// Gives it the message.
    // Made where it is given, so that it is written once: into the queue.
    #[inline(always)]
    pub fn take(self, message: P::Msg) {
        match self.0 {
            To::Actor(actor, _) => remote::arrive::<P>(actor, message),
            #[cfg(feature = "fuzzing")]
            To::Caller(caller) => caller.set(Some(message)),
        }
    }
}

impl<P: Protocol + ?Sized> fmt::Debug for Recipient<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            To::Actor(actor, _) => write!(f, "Recipient({actor})"),
            #[cfg(feature = "fuzzing")]
            To::Caller(_) => f.write_str("Recipient(caller)"),
        }
    }
}

/// Reads one message. The macros call it.
// No function that is not inlined is given a reference to it, so the compiler keeps in registers how far it is.
pub struct Decoder<'a> {
    rest: &'a [u8],
    codec: Codec,
    protocol: &'static ProtocolSchema,
    by_name: bool,
    handler: usize,
    field: usize,
    /// Lent: with nothing to drop it is no value of which a destructor takes the address.
    asker: &'a mut Option<Asker>,
}

impl<'a> Decoder<'a> {
    pub(crate) const fn new(
        bytes: &'a [u8],
        codec: Codec,
        protocol: &'static ProtocolSchema,
        by_name: bool,
        asker: &'a mut Option<Asker>,
    ) -> Self {
        Self { rest: bytes, codec, protocol, by_name, handler: 0, field: 0, asker }
    }

    /// All of the message was read.
    ///
    /// # Errors
    ///
    /// If something is left of it: [`DecodeError::Trailing`] for bytes, [`DecodeError::NotAsked`] for an ask that was to
    /// be answered.
    #[inline(always)]
    pub fn end(&self) -> Result<(), DecodeError> {
        if self.asker.is_some() {
            return Err(DecodeError::NotAsked);
        }
        // By name, fields that this version does not know are left over.
        if self.by_name || self.rest.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::Trailing(self.rest.len()))
        }
    }

    /// The number of the message's handler; one past the end if there is no such handler.
    #[inline(always)]
    pub fn handler(&mut self) -> usize {
        let number = if self.by_name { self.handler_by_name() } else { self.handler_dense() };
        self.handler =
            number.filter(|number| *number < self.protocol.handlers.len()).unwrap_or(usize::MAX);
        self.handler
    }

    #[inline(always)]
    fn handler_dense(&mut self) -> Option<usize> {
        let (number, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(usize::from(u16::from_le_bytes(*number)))
    }

    #[inline(always)]
    fn handler_by_name(&mut self) -> Option<usize> {
        let Some((id, rest)) = self.rest.split_first_chunk() else {
            self.rest = &[];
            return None;
        };
        self.rest = rest;
        position(self.protocol, u64::from_le_bytes(*id))
    }

    /// The next parameter of the handler.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with it; then the message is dropped.
    #[inline(always)]
    pub fn field<T: Wire>(&mut self) -> Result<T, DecodeError> {
        if self.by_name { self.named().needed() } else { self.dense() }
    }

    /// The next parameter, or this where the sender's version has none.
    ///
    /// # Errors
    ///
    /// As [`field`](Self::field).
    #[inline(always)]
    pub fn field_or<T: Wire>(&mut self, default: impl FnOnce() -> T) -> Result<T, DecodeError> {
        if self.by_name { Ok(self.named().read()?.unwrap_or_else(default)) } else { self.dense() }
    }

    #[inline(always)]
    fn dense<T: Wire>(&mut self) -> Result<T, DecodeError> {
        let mut rest = self.rest;
        let read = self.codec.decode(&mut rest);
        self.rest = rest;
        read
    }

    /// Where the next parameter is, if it came by name.
    #[inline(always)]
    const fn named(&mut self) -> NamedField<'a> {
        let (rest, codec, protocol) = (self.rest, self.codec, self.protocol);
        let (handler, field) = (self.handler, self.field);
        self.field += 1;
        NamedField { rest, codec, protocol, handler, field }
    }

    /// Who asks: what is answered goes back over the connection.
    ///
    /// # Errors
    ///
    /// [`DecodeError::NotAsked`] if nobody waits for an answer.
    #[inline(always)]
    pub fn reply<T: Wire>(&mut self) -> Result<Reply<T>, DecodeError> {
        let asker = self.asker.take().ok_or(DecodeError::NotAsked)?;
        Ok(reply_to(asker, self.codec, self.by_name))
    }

    /// The message is of no handler that this version has.
    ///
    /// # Errors
    ///
    /// Always [`DecodeError::UnknownHandler`].
    #[inline(always)]
    pub fn unknown(&self, number: usize) -> Result<(), DecodeError> {
        let _ = number;
        Err(DecodeError::UnknownHandler)
    }

    /// The message as it is, if what is wrong with it is that it is a tell of no handler that this version has.
    #[inline(always)]
    pub(crate) fn unknown_message(
        &self,
        wrong: DecodeError,
        sender: Option<Version>,
    ) -> Result<UnknownMessage, DecodeError> {
        if wrong != DecodeError::UnknownHandler
            || self.handler != usize::MAX
            || !self.by_name
            || self.asker.is_some()
        {
            return Err(wrong);
        }
        UnknownMessage::read(self.rest, self.codec, sender)
    }
}

fn reply_to<T: Wire>(asker: Asker, codec: Codec, by_name: bool) -> Reply<T> {
    let Asker { answers, correlation, remaining_nanos } = asker;
    remote::reply_by(remaining_nanos, move |answer: Result<T, AskError>| match answer {
        Ok(value) => {
            answers.answer(correlation, &mut |out| encode_answer(&value, codec, by_name, out));
        }
        Err(error) => answers.refuse(correlation, error),
    })
}

/// The number of the handler of this id.
#[cold]
fn position(protocol: &ProtocolSchema, id: u64) -> Option<usize> {
    protocol.handlers.iter().position(|handler| handler.wire_id(protocol.name) == id)
}

/// A parameter of a message that came by name: which it is, and where it is among others.
struct NamedField<'a> {
    rest: &'a [u8],
    codec: Codec,
    protocol: &'static ProtocolSchema,
    handler: usize,
    field: usize,
}

impl NamedField<'_> {
    fn schema(&self) -> Result<&'static FieldSchema, DecodeError> {
        let handler = self.protocol.handlers.get(self.handler);
        handler
            .and_then(|handler| handler.fields.get(self.field))
            .ok_or(DecodeError::UnknownHandler)
    }

    #[cold]
    fn needed<T: Wire>(self) -> Result<T, DecodeError> {
        let field = self.schema()?;
        self.value(field)?.ok_or(DecodeError::Missing(field.name))
    }

    /// Its value, if it was sent.
    #[cold]
    fn read<T: Wire>(self) -> Result<Option<T>, DecodeError> {
        self.value(self.schema()?)
    }

    fn value<T: Wire>(&self, field: &'static FieldSchema) -> Result<Option<T>, DecodeError> {
        let name = field.name;
        let mut fields = Fields::new(self.rest)?;
        while let Some(sent) = fields.next()? {
            if sent.name != name.as_bytes() {
                continue;
            }
            let mut value = sent.bytes;
            let read = if sent.fingerprint == fingerprint(T::SCHEMA) {
                self.codec.decode(&mut value)?
            } else {
                let narrow =
                    lock::narrower(field.schema, sent.fingerprint).filter(|_| field.widens);
                let narrow = narrow.ok_or(DecodeError::Incompatible(name))?;
                let read = widened(narrow, self.codec, &mut value)?;
                read.ok_or(DecodeError::Incompatible(name))?
            };
            return if value.is_empty() {
                Ok(Some(read))
            } else {
                Err(DecodeError::Trailing(value.len()))
            };
        }
        Ok(None)
    }
}

/// The fields of a message that came by name.
pub(super) struct Fields<'a> {
    count: u8,
    rest: &'a [u8],
}

/// One of them.
pub(super) struct Field<'a> {
    pub(super) name: &'a [u8],
    /// Of its type.
    pub(super) fingerprint: u64,
    pub(super) bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let (&count, rest) = bytes.split_first().ok_or(DecodeError::Truncated)?;
        Ok(Self { count, rest })
    }

    /// The next of them, none behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>, DecodeError> {
        if self.count == 0 {
            return Ok(None);
        }
        self.count -= 1;
        let length = self.take(1)?[0];
        let name = self.take(length.into())?;
        let fingerprint = u64::from_le_bytes(self.take(8)?.try_into().expect("8 bytes"));
        let length = u32::from_le_bytes(self.take(4)?.try_into().expect("4 bytes"));
        Ok(Some(Field { name, fingerprint, bytes: self.take(length as usize)? }))
    }

    /// How many bytes are behind what was taken.
    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

    fn take(&mut self, bytes: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(bytes).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

impl fmt::Debug for Decoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decoder({} bytes left)", self.rest.len())
    }
}
