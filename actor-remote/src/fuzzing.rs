//! What the fuzz targets of `tests/fuzz` do with their bytes, and what must hold of it. Not for people.

use std::cell::Cell;
use std::rc::Rc;

use actor_runtime::{AskError, remote};
use serde::de::DeserializeOwned;

use crate::config::{FRAME_BYTES_MOST, Limits};
use crate::error::EncodeError;
use crate::peer::handshake::Ours;
use crate::wire::frame::{self, Frame, Head, LENGTH_BYTES, Place, Row, Writer, kind};
use crate::wire::{
    Answers, Arrivals, Asker, Codec, Decoder, Encoder, FieldSchema, HandlerSchema, Named, Out,
    PeerProtocol, Primitive, ProtocolSchema, Recipient, RemoteProtocol, Schema, UnknownMessage,
    Wire, lock,
};

/// Reads a frame and the answer to a question; what was read and is written again is read as the same.
///
/// # Panics
///
/// If that does not hold.
pub fn frame(bytes: &[u8]) {
    let _ = frame::length(bytes, FRAME_BYTES_MOST);
    if let Ok(fact) = frame::read_fact(bytes) {
        let mut out = Vec::new();
        Writer::new(&mut out, kind::ANSWER).fact(&fact).finish();
        assert_eq!(&out[LENGTH_BYTES + 1..], bytes);
    }
    let Ok(read) = frame::read(bytes) else { return };
    let mut out = Vec::new();
    if !write(&read, &mut out) {
        return;
    }
    assert_eq!(frame::length(&out, usize::MAX), Ok(Some(bytes.len())));
    assert_eq!(frame::read(&out[LENGTH_BYTES..]), Ok(read.clone()));
    // What a parameter is said to be beside what is known is not kept.
    if !matches!(read, Frame::Protocols(_)) {
        assert_eq!(&out[LENGTH_BYTES..], bytes);
    }
}

/// Writes a frame; none that was passed over.
fn write(frame: &Frame<'_>, out: &mut Vec<u8>) -> bool {
    // It is called once, whatever the frame.
    let new = move |kind| {
        let out = out;
        Writer::new(out, kind)
    };
    let written = match frame {
        Frame::Ack { signals, messages } => new(kind::ACK).u64(*signals).u64(*messages),
        Frame::Answer { correlation, payload } => {
            new(kind::ANSWER).u64(*correlation).bytes(payload)
        }
        Frame::Ask { to, protocol, payload, correlation, remaining_nanos } => {
            let frame = new(kind::ASK).place(*to).u64(*protocol).bytes(payload);
            frame.u64(*correlation).u64(*remaining_nanos)
        }
        Frame::Close(code) => new(kind::CLOSE).u16(*code),
        Frame::Fragment { is_last, bytes } => {
            new(kind::FRAGMENT).u8((*is_last).into()).bytes(bytes)
        }
        Frame::GiveUp(correlation) => new(kind::GIVE_UP).u64(*correlation),
        Frame::Hello(hello) => new(kind::HELLO).hello(hello),
        Frame::Ignored => return false,
        Frame::Lookup { correlation, protocol, name } => {
            new(kind::LOOKUP).u64(*correlation).u64(*protocol).text(name)
        }
        Frame::Ping(stamp) => new(kind::PING).u64(*stamp),
        Frame::Pong(stamp) => new(kind::PONG).u64(*stamp),
        Frame::Protocols(protocols) => new(kind::PROTOCOLS).protocols(protocols),
        Frame::Question { correlation, to, question } => {
            new(kind::QUESTION).u64(*correlation).place(*to).question(*question)
        }
        Frame::Refusal { correlation, why } => new(kind::REFUSAL).u64(*correlation).u8(*why),
        Frame::Signal { number, to, signal } => {
            new(kind::SIGNAL).u64(*number).place(*to).signal(signal)
        }
        Frame::Spawn { correlation, protocol, fingerprint, payload } => {
            let frame = new(kind::SPAWN).u64(*correlation).u64(*protocol).u64(*fingerprint);
            frame.bytes(payload)
        }
        Frame::Tell { to, protocol, payload } => {
            new(kind::TELL).place(*to).u64(*protocol).bytes(payload)
        }
        Frame::TellAgain { payload } => new(kind::TELL_AGAIN).bytes(payload),
    };
    written.finish();
    true
}

/// What the nodes of these targets speak.
static CART: ProtocolSchema = ProtocolSchema::new(
    "shop.cart",
    3,
    &[
        HandlerSchema::new(
            "add",
            &[
                FieldSchema::new("item", &Schema::Primitive(Primitive::Text)),
                FieldSchema::new("qty", &Schema::Primitive(Primitive::U64)).default().widens(),
            ],
            None,
        ),
        HandlerSchema::new("count", &[], Some(&Schema::Primitive(Primitive::U64))),
    ],
);

/// Meets a node that says this hello, or takes the protocols that it says and writes a message for it.
///
/// # Panics
///
/// If two nodes agree on what neither may, or this node cannot read what it writes for such a peer.
pub fn handshake(bytes: &[u8]) {
    let ours = |id| Ours {
        id,
        name: "a".to_owned(),
        cluster: "shop".to_owned(),
        codec: Codec::default(),
        protocols: Vec::new(),
    };
    match frame::read(bytes) {
        Ok(Frame::Hello(hello)) => {
            // As the node that decides, and as the one that does not.
            for ours in [ours(0), ours(u128::MAX)] {
                let limits = Limits::default();
                let Ok(theirs) = ours.meet(hello.clone(), &limits) else { continue };
                assert!(theirs.frame_bytes <= limits.frame_bytes);
                assert!(theirs.id != ours.id && theirs.name != ours.name);
                assert!((1..=255).contains(&theirs.name.len()));
            }
        }
        Ok(Frame::Protocols(protocols)) => {
            for peer in ours(0).shared(protocols).into_values().flatten() {
                let (out, mut named) = (Out::new(&mut [], Vec::new), Named::new(&peer));
                let named = Some(&mut named);
                let mut encoder = Encoder::new(out, Codec::default(), &CART, named, 0);
                let written = encoder.handler(0).and_then(|out| out.field(&"tea".to_owned()));
                let written = written.and_then(|out| out.field(&5_u64)).and_then(Encoder::end);
                let (_, out) = encoder.finish();
                if written.is_err() {
                    continue;
                }
                let (bytes, mut nobody) = (out.bytes(), None);
                let mut decoder = Decoder::new(bytes, Codec::default(), &CART, true, &mut nobody);
                let id = CART.handlers[0].wire_id(CART.name);
                if peer.handlers.iter().all(|handler| handler.id != id) {
                    // It takes what it lacks the handler for, and reads it by itself.
                    let bytes = &out.bytes()[size_of_val(&id)..];
                    let unknown = UnknownMessage::read(bytes, Codec::default(), None);
                    let unknown = unknown.expect("it was written by this node");
                    assert_eq!(unknown.handler(), "add");
                    assert_eq!(unknown.parameter::<String>("item").as_deref(), Ok("tea"));
                    assert_eq!(unknown.parameter::<u64>("qty"), Ok(5));
                    continue;
                }
                assert_eq!(decoder.handler(), 0);
                // Of a version that has no such parameter nothing was sent for it.
                let item = decoder.field::<String>();
                assert!(item.is_err() || item.as_deref() == Ok("tea"));
                assert_eq!(decoder.field_or(|| 5_u64), Ok(5));
            }
        }
        Ok(_) | Err(_) => {}
    }
}

/// The asks of a message of nobody: an answer is written, and goes nowhere.
struct Nobody;

impl Answers for Nobody {
    fn answer(
        &self,
        _correlation: u64,
        write: &mut dyn FnMut(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) {
        let _ = write(&mut Vec::new());
    }

    fn refuse(&self, _correlation: u64, _error: AskError) {}
}

/// Reads a message of `P` in both forms; what was read is written as bytes that are read as the same. Only on a
/// shard.
///
/// # Panics
///
/// If that does not hold.
pub fn message<P: RemoteProtocol>(codec: Codec, bytes: &[u8]) {
    if let Ok(unknown) = UnknownMessage::read(bytes, codec, None) {
        let read = unknown.parameters().count();
        assert!(!format!("{unknown:?}").is_empty() && read < bytes.len());
    }
    for by_name in [false, true] {
        let Some(message) = decoded::<P>(codec, bytes, by_name) else { continue };
        // A number may have come in more bytes than it needs: from here on it may not.
        let Some(first) = encoded::<P>(codec, message, None) else { continue };
        let again = decoded::<P>(codec, &first, false).expect("it was written by this node");
        let second = encoded::<P>(codec, again, None).expect("it was written before");
        assert_same(&first, &second);
        let mut handlers: Vec<_> = P::SCHEMA.said().collect();
        handlers.sort_unstable_by_key(|handler| handler.id);
        let peer = PeerProtocol { version: 1, fingerprint: 0, handlers };
        let again = decoded::<P>(codec, &first, false).expect("it was written by this node");
        let named = encoded::<P>(codec, again, Some(&peer)).expect("its peer has all of it");
        let again = decoded::<P>(codec, &named, true).expect("it was written by this node");
        let third = encoded::<P>(codec, again, None).expect("it was written before");
        assert_same(&first, &third);
    }
}

/// The entries of a hash map are written in another order each time, and all else in one.
fn assert_same(one: &[u8], other: &[u8]) {
    let sorted = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.sort_unstable();
        bytes
    };
    assert!(one == other || sorted(one) == sorted(other), "{one:?} and {other:?}");
}

fn asker() -> Asker {
    Asker { answers: Rc::new(Nobody), correlation: 1, remaining_nanos: 1 }
}

fn decoded<P: RemoteProtocol>(codec: Codec, bytes: &[u8], by_name: bool) -> Option<P::Msg> {
    remote::decoding(|| {
        // A tell, and if it is none an ask.
        for asker in [None, Some(asker())] {
            let to = Place { shard: 0, slot: 0, generation: 0 };
            let row = Row::one(Head { to, protocol: P::ID }, bytes);
            let mut arrivals = Arrivals { row, codec, by_name, sender: None, asker };
            let mut decoder = arrivals.next(const { &P::SCHEMA })?;
            let message = Cell::new(None);
            if P::decode(&mut decoder, Recipient::caller(&message)).is_ok() {
                return message.take();
            }
        }
        None
    })
}

/// Writes a message, and ends the ask in it.
fn encoded<P: RemoteProtocol>(
    codec: Codec,
    message: P::Msg,
    peer: Option<&PeerProtocol>,
) -> Option<Vec<u8>> {
    // Some fit there, and others do not.
    let mut place = [0; 16];
    let (out, mut named) = (Out::new(&mut place, Vec::new), peer.map(Named::new));
    let mut encoder = Encoder::new(out, codec, const { &P::SCHEMA }, named.as_mut(), 0);
    let written = P::encode(message, &mut encoder);
    let (asked, out) = encoder.finish();
    if let Some(asked) = asked {
        asked.fail(AskError::Codec);
    }
    written.ok().map(|()| out.bytes().to_vec())
}

/// Reads a value that may stand in a message; what it is written as is read as the same.
///
/// # Panics
///
/// If that does not hold.
pub fn value<T: Wire + DeserializeOwned>(codec: Codec, bytes: &[u8]) -> Option<T> {
    let value: T = codec.decode(&mut &*bytes).ok()?;
    let written = |value: &T| {
        let mut out = Vec::new();
        codec.encode(value, &mut out).expect("it was read");
        out
    };
    let first = written(&value);
    let again: T = codec.decode(&mut &*first).expect("it was written by this node");
    assert_eq!(written(&again), first);
    Some(value)
}

/// Compares a protocol with this text as its schema lock.
///
/// # Panics
///
/// As the compiler does, with what a user is to read.
pub fn schema_lock(text: &str) {
    for handler in CART.handlers {
        lock::check_handler(text, handler);
        for field in handler.fields {
            lock::check_field(text, 3, handler.name, field);
        }
    }
    lock::check_gone(text, CART.handlers, &[]);
}

/// The schema lock of what [`schema_lock`] compares.
#[must_use]
pub fn written_lock() -> String {
    lock::written(&CART, &[])
}
