//! How a message becomes bytes.
//!
//! Where both nodes have the same fingerprint of the protocol the fields stand one behind the other (*dense*):
//! `u16` number of the handler, then the fields as the codec writes them. Where the fingerprints differ they stand
//! *by name*: `u64` id of the handler, `u8` count, then for each field a `u8` length and its name, a `u64` fingerprint of
//! its type, a `u32` length and its bytes. An answer is its value, by name with the fingerprint before it. What the other
//! node lacks the handler for, and takes all the same, has the handler's name before the count (`unknown.rs`).

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use actor_runtime::remote::Awaiting;
use actor_runtime::{AskError, Reply};

use super::codec::Codec;
use super::frame::{Field, Handler, UNKNOWN};
use super::lock;
use super::schema::{HandlerSchema, Primitive, ProtocolSchema, Schema, fingerprint, name_id};
use super::types::Wire;
use super::widen::narrowed;
use crate::error::{DecodeError, EncodeError};

/// What the other node says of a protocol whose fingerprint is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PeerProtocol {
    pub(crate) version: u32,
    pub(crate) fingerprint: u64,
    /// Its handlers, sorted by their ids.
    pub(crate) handlers: Vec<Handler>,
}

impl PeerProtocol {
    /// Its handler of this id.
    fn handler(&self, id: u64) -> Option<&Handler> {
        let found = self.handlers.binary_search_by_key(&id, |handler| handler.id);
        found.ok().map(|at| &self.handlers[at])
    }

    /// Whether it takes what it lacks the handler for.
    fn takes_unknown(&self) -> bool {
        self.handlers.last().is_some_and(|last| last.id == UNKNOWN)
    }
}

/// Whether the other node reads what this one sends for a handler, and the other way round with the answer.
fn is_compatible(ours: &HandlerSchema, theirs: &Handler) -> bool {
    let find = |name: u64| ours.fields.iter().find(|field| name_id(field.name) == name);
    let reads = |field: &Field| match find(field.name) {
        None => field.default,
        Some(ours) => {
            let print = fingerprint(ours.schema);
            print == field.fingerprint
                || ours.widens && lock::widens(ours.schema, field.fingerprint)
                || field.widens && is_narrower(ours.schema, field.fingerprint)
        }
    };
    ours.reply_print() == theirs.reply && theirs.fields.iter().all(reads)
}

/// Whether the other node's type, by its fingerprint, takes each value of ours.
fn is_narrower(ours: &Schema, theirs: u64) -> bool {
    let Schema::Primitive(narrow) = ours else { return false };
    let wider = |wide: &&Primitive| wide.widens(*narrow);
    Primitive::ALL.iter().filter(wider).any(|wide| fingerprint(&Schema::Primitive(*wide)) == theirs)
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
    awaiting.answer(codec.decode_all::<T>(rest)?);
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

/// Where a message is written: a fixed place, and a buffer for one that does not fit there.
///
/// No function that is not inlined is given a reference to it, so the compiler keeps in registers how far it is.
#[derive(Debug)]
pub(crate) struct Out<'a> {
    place: &'a mut [u8],
    at: usize,
    /// All that is written, once it is more than the place takes.
    more: Option<Vec<u8>>,
    buffer: fn() -> Vec<u8>,
}

/// What became of an [`Out`].
#[derive(Debug)]
pub(crate) enum Written {
    /// So many bytes are in its place.
    InPlace(usize),
    /// All of it is in a buffer.
    Elsewhere(Vec<u8>),
}

impl<'a> Out<'a> {
    /// `buffer` makes a buffer, or finds one.
    #[inline]
    pub(crate) const fn new(place: &'a mut [u8], buffer: fn() -> Vec<u8>) -> Self {
        Self { place, at: 0, more: None, buffer }
    }

    /// What is written.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.more {
            Some(more) => more,
            None => &self.place[..self.at],
        }
    }

    /// How much is written, and where.
    #[inline]
    pub(crate) fn into_written(self) -> Written {
        match self.more {
            Some(more) => Written::Elsewhere(more),
            None => Written::InPlace(self.at),
        }
    }

    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        let room = self.place.get_mut(self.at..).unwrap_or_default();
        match room.split_at_mut_checked(bytes.len()) {
            Some((room, _)) if self.more.is_none() => {
                room.copy_from_slice(bytes);
                self.at += bytes.len();
            }
            _ => {
                let mut more = self.take_more();
                append(&mut more, bytes);
                self.more = Some(more);
            }
        }
    }

    /// All that is written, in the buffer.
    #[inline(always)]
    fn take_more(&mut self) -> Vec<u8> {
        match self.more.take() {
            Some(more) => more,
            None => moved(self.buffer, &self.place[..self.at]),
        }
    }
}

#[cold]
#[inline(never)]
fn moved(buffer: fn() -> Vec<u8>, written: &[u8]) -> Vec<u8> {
    let mut more = buffer();
    more.clear();
    more.extend_from_slice(written);
    more
}

#[inline(never)]
fn append(more: &mut Vec<u8>, bytes: &[u8]) {
    more.extend_from_slice(bytes);
}

impl io::Write for Out<'_> {
    #[inline(always)]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes);
        Ok(bytes.len())
    }

    #[inline(always)]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.put(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes one message. The macros call it; what it makes of a handler and its parameters, both nodes know.
#[derive(Debug)]
pub struct Encoder<'a> {
    out: Out<'a>,
    codec: Codec,
    protocol: &'static ProtocolSchema,
    /// None where the fields go dense.
    named: Option<&'a mut Named<'a>>,
    ask_timeout_nanos: u64,
    asked: Option<Asked>,
    /// What went wrong first.
    failed: Option<EncodeError>,
}

/// A message whose fields go by name.
// An encoder has but its address: what is looked at for each field stays in a register.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    peer: &'a PeerProtocol,
    /// The handler of the other node.
    theirs: Option<&'a Handler>,
    /// Whether the other node lacks the handler, and takes what it is told all the same: then it gets all of it.
    is_unknown: bool,
    handler: usize,
    field: usize,
    /// Where the number of fields stands.
    count_at: usize,
}

impl<'a> Encoder<'a> {
    #[inline]
    pub(crate) const fn new(
        out: Out<'a>,
        codec: Codec,
        protocol: &'static ProtocolSchema,
        named: Option<&'a mut Named<'a>>,
        ask_timeout_nanos: u64,
    ) -> Self {
        Self { out, codec, protocol, named, ask_timeout_nanos, asked: None, failed: None }
    }

    /// How many bytes are in the place, if it is a message that asks nothing and is all there.
    #[inline]
    pub(crate) const fn told_in_place(&self) -> Option<usize> {
        match (&self.asked, &self.out.more) {
            (None, None) => Some(self.out.at),
            _ => None,
        }
    }

    /// The ask that the message brings, and what is written.
    #[inline]
    pub(crate) fn finish(self) -> (Option<Asked>, Out<'a>) {
        (self.asked, self.out)
    }

    /// The message is of the handler with this number.
    ///
    /// What fails is told at the [`end`](Self::end): by then the ask in the message is known, which hears of it.
    ///
    /// # Errors
    ///
    /// None before the end.
    #[inline(always)]
    pub fn handler(&mut self, number: usize) -> Result<&mut Self, EncodeError> {
        match &mut self.named {
            None => self.out.put(&(number as u16).to_le_bytes()),
            Some(named) => {
                let more = self.out.take_more();
                let (more, written) = named.handler(number, self.protocol, more);
                self.out.more = Some(more);
                self.failed = written.err();
            }
        }
        Ok(self)
    }

    /// The next parameter of the handler.
    ///
    /// # Errors
    ///
    /// None before the end.
    #[inline(always)]
    pub fn field<T: Wire>(&mut self, value: &T) -> Result<&mut Self, EncodeError> {
        let written = match &mut self.named {
            None => self.codec.encode(value, &mut self.out),
            Some(named) => {
                let more = self.out.take_more();
                let (more, written) = named.field(self.protocol, self.codec, value, more);
                self.out.more = Some(more);
                written
            }
        };
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
        Ok(self)
    }

    /// Who asks: the answer will come back to it over the same connection.
    ///
    /// # Errors
    ///
    /// None today.
    #[inline]
    pub fn reply<T: Wire>(&mut self, reply: Reply<T>) -> Result<&mut Self, EncodeError> {
        let awaiting = Awaiting::new(reply, self.ask_timeout_nanos);
        let (codec, by_name) = (self.codec, self.named.is_some());
        self.asked = Some(Asked { awaiting, land: land::<T>, codec, by_name });
        Ok(self)
    }

    /// The message has no more parameters.
    ///
    /// # Errors
    ///
    /// [`EncodeError::UnknownHandler`] if the other node has no such handler, [`EncodeError::Incompatible`] if its version of it
    /// could not read this one's, [`EncodeError::Refused`] if a parameter would not be written.
    #[inline]
    pub fn end(&mut self) -> Result<(), EncodeError> {
        self.failed.take().map_or(Ok(()), Err)
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

    /// The same of one that is asked.
    ///
    /// # Errors
    ///
    /// As [`local`](Self::local).
    #[cold]
    pub fn local_ask<T>(
        &mut self,
        handler: &'static str,
        reply: Reply<T>,
    ) -> Result<(), EncodeError>
    where
        T: Send + 'static,
    {
        let error = EncodeError::Local(handler);
        Awaiting::new(reply, self.ask_timeout_nanos).fail(error.as_ask_error());
        Err(error)
    }
}

impl<'a> Named<'a> {
    /// The fields go to this version.
    pub(crate) const fn new(peer: &'a PeerProtocol) -> Self {
        Self { peer, theirs: None, is_unknown: false, handler: 0, field: 0, count_at: 0 }
    }

    /// Begins a message by the name of its handler.
    #[cold]
    fn handler(
        &mut self,
        number: usize,
        protocol: &'static ProtocolSchema,
        mut out: Vec<u8>,
    ) -> (Vec<u8>, Result<(), EncodeError>) {
        self.handler = number;
        let handler = &protocol.handlers[number];
        let id = handler.wire_id(protocol.name);
        let theirs = self.peer.handler(id);
        // Nobody there would answer an ask.
        let is_unknown = theirs.is_none() && handler.reply.is_none() && self.peer.takes_unknown();
        if theirs.is_none() && !is_unknown {
            return (out, Err(EncodeError::UnknownHandler(handler.name)));
        }
        if theirs.is_some_and(|theirs| !is_compatible(handler, theirs)) {
            let (ours, theirs) = (protocol.version, self.peer.version);
            return (out, Err(EncodeError::Incompatible { handler: handler.name, ours, theirs }));
        }
        (self.theirs, self.is_unknown) = (theirs, is_unknown);
        out.extend_from_slice(&id.to_le_bytes());
        if is_unknown {
            push_name(&mut out, handler.name);
        }
        self.count_at = out.len();
        out.push(0);
        (out, Ok(()))
    }

    /// Writes the next field by its name.
    #[cold]
    fn field<T: Wire>(
        &mut self,
        protocol: &'static ProtocolSchema,
        codec: Codec,
        value: &T,
        mut out: Vec<u8>,
    ) -> (Vec<u8>, Result<(), EncodeError>) {
        let written = self.write(protocol, codec, value, &mut out);
        (out, written)
    }

    fn write<T: Wire>(
        &mut self,
        protocol: &'static ProtocolSchema,
        codec: Codec,
        value: &T,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let field = &protocol.handlers[self.handler].fields[self.field];
        self.field += 1;
        let id = name_id(field.name);
        let theirs = self.theirs.and_then(|it| it.fields.iter().find(|theirs| theirs.name == id));
        if theirs.is_none() && !self.is_unknown {
            // A version that has no such parameter would pass over it.
            return Ok(());
        }
        let ours = fingerprint(T::SCHEMA);
        let theirs = theirs.map_or(ours, |theirs| theirs.fingerprint);
        let narrow = lock::narrower(field.schema, theirs).filter(|_| field.widens);
        out[self.count_at] += 1;
        push_name(out, field.name);
        let print = if narrow.is_some() { theirs } else { ours };
        out.extend_from_slice(&print.to_le_bytes());
        let length_at = out.len();
        out.extend_from_slice(&[0; 4]);
        match narrow {
            None => codec.encode(value, out)?,
            Some(narrow) => {
                if !narrowed(value, narrow, codec, out)? {
                    let why = format!("`{}` is too large for the other node's version", field.name);
                    return Err(EncodeError::Refused(why));
                }
            }
        }
        let length = out.len() - length_at - 4;
        let length = u32::try_from(length).map_err(|_| EncodeError::TooLarge(u32::MAX as usize))?;
        out[length_at..length_at + 4].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }
}

/// A name is an identifier, far shorter than what a length can say.
fn push_name(out: &mut Vec<u8>, name: &str) {
    let name = &name[..name.floor_char_boundary(usize::from(u8::MAX))];
    out.push(name.len() as u8);
    out.extend_from_slice(name.as_bytes());
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::expect_file;

    use super::*;
    use crate::wire::Decoder;
    use crate::wire::schema::FieldSchema;

    static CART: ProtocolSchema = ProtocolSchema::new(
        "shop.cart",
        3,
        &[
            HandlerSchema::new(
                "add",
                &[
                    FieldSchema::new("item", <String as Wire>::SCHEMA),
                    FieldSchema::new("qty", <u32 as Wire>::SCHEMA),
                ],
                None,
            ),
            HandlerSchema::new("count", &[], Some(<u64 as Wire>::SCHEMA)),
        ],
    );

    /// The other node's version, which is the same but for its fingerprint.
    fn other() -> PeerProtocol {
        let mut handlers: Vec<Handler> = CART.said().collect();
        handlers.sort_unstable_by_key(|handler| handler.id);
        PeerProtocol { version: 4, fingerprint: 7, handlers }
    }

    /// One without handlers.
    static LACKING: ProtocolSchema = ProtocolSchema::new("shop.cart", 5, &[]);

    /// The other node's version, if it has none of the handlers, and hears what it is told all the same.
    fn lacking() -> PeerProtocol {
        PeerProtocol { handlers: vec![Handler::unknown()], ..other() }
    }

    fn add(codec: Codec, peer: Option<&PeerProtocol>) -> Vec<u8> {
        let mut named = peer.map(Named::new);
        let out = Out::new(&mut [], Vec::new);
        let mut encoder = Encoder::new(out, codec, &CART, named.as_mut(), 0);
        let written = encoder.handler(0).and_then(|out| out.field(&"tea".to_owned()));
        let written = written.and_then(|out| out.field(&2_u32)).and_then(Encoder::end);
        written.expect("it can be written");
        encoder.finish().1.bytes().to_vec()
    }

    #[test]
    fn a_message_is_the_same_bytes_wherever_it_fits() {
        let whole = add(Codec::Bincode, None);
        for bytes in 0..=whole.len() + 1 {
            let mut place = vec![7; bytes];
            let out = Out::new(&mut place, || vec![1, 2, 3]);
            let mut encoder = Encoder::new(out, Codec::Bincode, &CART, None, 0);
            let written = encoder.handler(0).and_then(|out| out.field(&"tea".to_owned()));
            let written = written.and_then(|out| out.field(&2_u32)).and_then(Encoder::end);
            assert_eq!(written, Ok(()));
            let (_, out) = encoder.finish();
            assert_eq!(out.bytes(), whole);
            let is_elsewhere = matches!(out.into_written(), Written::Elsewhere(_));
            assert_eq!(is_elsewhere, bytes < whole.len(), "in {bytes} bytes");
        }
    }

    fn golden(codec: Codec) -> String {
        let mut text = String::new();
        let mut line = |name: &str, bytes: &[u8]| {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(text, "{name}\n    {}", hex.join(" ")).expect("a string takes all");
        };
        let other = other();
        for (way, peer) in [("dense", None), ("by name", Some(&other))] {
            let message = add(codec, peer);
            line(&format!("add, {way}"), &message);
            let mut nobody = None;
            let mut decoder = Decoder::new(&message, codec, &CART, peer.is_some(), &mut nobody);
            assert_eq!(decoder.handler(), 0);
            let (item, qty) = (decoder.field::<String>(), decoder.field::<u32>());
            assert_eq!((item.as_deref(), qty), (Ok("tea"), Ok(2)));
            assert_eq!(decoder.end(), Ok(()));
            let mut answer = Vec::new();
            encode_answer(&5_u64, codec, peer.is_some(), &mut answer).expect("it can be written");
            line(&format!("the answer to count, {way}"), &answer);
        }
        let unknown = add(codec, Some(&lacking()));
        line("add, to who lacks it", &unknown);
        let mut nobody = None;
        let mut decoder = Decoder::new(&unknown, codec, &LACKING, true, &mut nobody);
        assert_eq!(decoder.handler(), usize::MAX);
        let unknown =
            decoder.unknown_message(DecodeError::UnknownHandler, None).expect("it was written");
        assert_eq!((unknown.handler(), unknown.codec()), ("add", codec));
        let (item, qty) = (unknown.parameter::<String>("item"), unknown.parameter::<u32>("qty"));
        assert_eq!((item.as_deref(), qty), (Ok("tea"), Ok(2)));
        text
    }

    #[test]
    fn w17_what_is_asked_is_not_sent_to_who_lacks_it() {
        let asked = |peer: &PeerProtocol| {
            let out = Out::new(&mut [], Vec::new);
            let mut named = Named::new(peer);
            let mut encoder = Encoder::new(out, Codec::Bincode, &CART, Some(&mut named), 0);
            encoder.handler(1).and_then(Encoder::end)
        };
        let unknown = Err(EncodeError::UnknownHandler("count"));
        assert_eq!(asked(&lacking()), unknown);
        assert_eq!(asked(&PeerProtocol { handlers: Vec::new(), ..other() }), unknown);
        assert_eq!(asked(&other()), Ok(()));
    }

    #[test]
    fn a_handler_is_shared_if_each_end_reads_what_the_other_sends() {
        const U32: &Schema = <u32 as Wire>::SCHEMA;
        const OURS: &[FieldSchema] = &[FieldSchema::new("qty", U32)];
        const WIDENED: &[FieldSchema] = &[FieldSchema::new("qty", U32).widens()];
        let theirs = |primitive, widens| Field {
            name: name_id("qty"),
            fingerprint: fingerprint(&Schema::Primitive(primitive)),
            default: false,
            widens,
        };
        let reads = |ours: &'static [FieldSchema], theirs: &[Field]| {
            let theirs = Handler { id: 1, reply: 0, fields: theirs.to_vec() };
            is_compatible(&HandlerSchema::new("add", ours, None), &theirs)
        };
        let same = theirs(Primitive::U32, false);
        assert!(reads(OURS, &[same]));
        // Who has the wider number has said that it reads the narrower one.
        assert!(reads(OURS, &[theirs(Primitive::U64, true)]));
        assert!(!reads(OURS, &[theirs(Primitive::U64, false)]));
        assert!(!reads(OURS, &[theirs(Primitive::U16, true)]));
        assert!(reads(WIDENED, &[theirs(Primitive::U16, false)]));
        assert!(!reads(OURS, &[theirs(Primitive::U16, false)]));
        assert!(!reads(WIDENED, &[theirs(Primitive::U64, false)]));
        // What this node does not send has a default there.
        assert!(reads(OURS, &[same, Field { name: 1, default: true, ..same }]));
        assert!(!reads(OURS, &[same, Field { name: 1, ..same }]));
        let answers = Handler { id: 1, reply: 5, fields: Vec::new() };
        assert!(!is_compatible(&HandlerSchema::new("add", OURS, None), &answers));
    }

    #[test]
    fn w4_of_a_message_nothing_is_left_unless_it_came_by_name() {
        for (peer, left) in [(None, Err(DecodeError::Trailing(1))), (Some(&other()), Ok(()))] {
            let mut message = add(Codec::Bincode, peer);
            message.push(0);
            let (mut nobody, by_name) = (None, peer.is_some());
            let mut decoder = Decoder::new(&message, Codec::Bincode, &CART, by_name, &mut nobody);
            assert_eq!(decoder.handler(), 0);
            let (item, qty) = (decoder.field::<String>(), decoder.field::<u32>());
            assert_eq!((item.as_deref(), qty), (Ok("tea"), Ok(2)));
            assert_eq!(decoder.end(), left);
        }
    }

    #[test]
    fn messages_are_these_bytes() {
        expect_file!["../../golden/messages-bincode.txt"].assert_eq(&golden(Codec::Bincode));
        #[cfg(feature = "codec-postcard")]
        expect_file!["../../golden/messages-postcard.txt"].assert_eq(&golden(Codec::Postcard));
    }
}
