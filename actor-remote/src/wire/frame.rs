//! One unit on the wire, and how it is read: a length, a kind, and what the kind has.
//!
//! ```text
//! | u32 length of what follows | u8 kind | body |
//! ```
//!
//! Numbers have the least significant byte first. A text is a `u16` length and UTF-8. What an actor's address is beside
//! its node is a *place*: `u32` shard, `u32` slot, `u32` generation. The bodies:
//!
//! | kind | | body |
//! |---|---|---|
//! | 1 | hello | magic `CLBD`, `u16` first and `u16` last version spoken, `u64` capabilities, `u8` codec, `u32` most bytes of a frame, `u32` milliseconds between heartbeats, 16 bytes id of the node, text name, text cluster |
//! | 2 | protocols | `u16` count, each: text name, `u32` version, `u64` fingerprint, `u16` count of handlers: `u64` id, `u64` fingerprint of its answer or 0, `u8` count of parameters: `u64` hash of its name, `u64` fingerprint, `u8` 1 for a default and 2 for what was narrower. A handler whose id is all ones, which is no handler's, says that the node takes what it lacks the handler for, if that is told |
//! | 3 | close | `u16` code |
//! | 4 | ping | `u64` stamp |
//! | 5 | pong | `u64` stamp of the ping |
//! | 6 | ack | `u64` signals and `u64` messages received in this connection |
//! | 16 | tell | place, `u64` protocol, payload |
//! | 17 | ask | place, `u64` protocol, payload, `u64` number of the ask, `u64` nanoseconds that remain |
//! | 18 | answer | `u64` number of the ask, payload |
//! | 19 | refusal | `u64` number of the ask, `u8` why |
//! | 20 | signal | `u64` number, place, `u8` which, what it has |
//! | 21 | lookup | `u64` number of the ask, `u64` protocol, text |
//! | 22 | fragment | `u8` whether it is the last, the next bytes of a frame |
//! | 23 | question | `u64` number of the ask, place, `u8` which: 1 whether it lives, 2 how it was drained and `u64` nanoseconds for that, 3 why it ended |
//! | 24 | spawn | `u64` number of the ask, `u64` protocol, `u64` fingerprint of the arguments, the arguments |
//! | 25 | tell again | payload: a tell to the place and of the protocol of the tell before it in the connection |
//!
//! The answer to a question has the same `u8`, then `u8` whether it lives, `u64` messages left and the reason, or the
//! reason. That to a spawn has 4 and the place of the actor, or 5 and why its start failed.
//!
//! A kind from 128 on that is not known is passed over; another one closes the connection.

use crate::error::CloseCode;

/// What a malformed frame comes to.
pub(crate) type Result<T> = std::result::Result<T, CloseCode>;

/// The bytes before a frame's kind.
pub(crate) const LENGTH_BYTES: usize = 4;

/// The most bytes of a hello, its length left out: who has said none yet may send no more.
pub(crate) const HELLO_BYTES: usize = 1_024;

/// What begins a hello.
const MAGIC: [u8; 4] = *b"CLBD";

/// The kinds from this one on are passed over where they are not known.
const IGNORABLE: u8 = 128;

pub(crate) mod kind {
    //! The kinds of frames.

    pub(crate) const HELLO: u8 = 1;
    pub(crate) const PROTOCOLS: u8 = 2;
    pub(crate) const CLOSE: u8 = 3;
    pub(crate) const PING: u8 = 4;
    pub(crate) const PONG: u8 = 5;
    pub(crate) const ACK: u8 = 6;
    pub(crate) const TELL: u8 = 16;
    pub(crate) const ASK: u8 = 17;
    pub(crate) const ANSWER: u8 = 18;
    pub(crate) const REFUSAL: u8 = 19;
    pub(crate) const SIGNAL: u8 = 20;
    pub(crate) const LOOKUP: u8 = 21;
    pub(crate) const FRAGMENT: u8 = 22;
    pub(crate) const QUESTION: u8 = 23;
    pub(crate) const SPAWN: u8 = 24;
    pub(crate) const TELL_AGAIN: u8 = 25;
    /// May be passed over: then the answer comes, and finds nobody.
    pub(crate) const GIVE_UP: u8 = super::IGNORABLE;
}

/// An actor of the node that a frame goes to, or comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) shard: u32,
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// What a node says of itself before all else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    /// The first and the last version of this format that it speaks.
    pub(crate) versions: (u16, u16),
    pub(crate) capabilities: u64,
    pub(crate) codec: u8,
    pub(crate) frame_bytes: u32,
    pub(crate) heartbeat_ms: u32,
    pub(crate) id: u128,
    pub(crate) name: String,
    pub(crate) cluster: String,
}

/// A protocol that a node takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Protocol {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) fingerprint: u64,
    pub(crate) handlers: Vec<Handler>,
}

/// A handler of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handler {
    pub(crate) id: u64,
    /// The fingerprint of its answer; 0 if it is told.
    pub(crate) reply: u64,
    pub(crate) fields: Vec<Field>,
}

/// The id of the handler that stands for all that a node lacks. No other has it: they have 32 bits, or are hashes.
pub(crate) const UNKNOWN: u64 = u64::MAX;

impl Handler {
    /// Says that the node takes what it lacks the handler for. A node that does not know of this looks for no such id.
    pub(crate) const fn unknown() -> Self {
        Self { id: UNKNOWN, reply: 0, fields: Vec::new() }
    }
}

/// A parameter of a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The hash of its name.
    pub(crate) name: u64,
    pub(crate) fingerprint: u64,
    pub(crate) default: bool,
    pub(crate) widens: bool,
}

/// A word of the runtime, with places for addresses: those of who says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Demonitor(Place, u64),
    Down { monitor: u64, actor: Place, incarnation: u64, restarting: bool, reason: Reason },
    Exit(Option<Place>, Reason),
    Kill,
    Link(Place),
    LinkDown(Place, Reason),
    Monitor(Place, u64),
    Stop,
    StopNow,
    Unlink(Place, u64),
    Unlinked(Place, u64),
}

/// A question of the runtime to an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// How it was drained, in so many nanoseconds.
    Drain(u64),
    IsAlive,
    Wait,
}

/// The answer to it, or what became of a spawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Alive(bool),
    Begun(Place),
    Drained { left: u64, reason: Reason },
    Ended(Reason),
    Failed(Reason),
}

/// Why an actor ended. An error is what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Error(String),
    Kill,
    Killed,
    NoConnection,
    NoProc,
    Normal,
    Overflow,
    Panic { text: String, location: String },
    Shutdown,
    ShutdownWith(String),
    StartTimeout,
}

/// A frame that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    Ack {
        signals: u64,
        messages: u64,
    },
    Answer {
        correlation: u64,
        payload: &'a [u8],
    },
    Ask {
        to: Place,
        protocol: u64,
        payload: &'a [u8],
        correlation: u64,
        remaining_nanos: u64,
    },
    Close(u16),
    Fragment {
        is_last: bool,
        bytes: &'a [u8],
    },
    /// The question of this number needs no answer any more.
    GiveUp(u64),
    Hello(Hello),
    /// Of a kind that may be passed over.
    Ignored,
    Lookup {
        correlation: u64,
        protocol: u64,
        name: &'a str,
    },
    Ping(u64),
    Pong(u64),
    Protocols(Vec<Protocol>),
    Question {
        correlation: u64,
        to: Place,
        question: Question,
    },
    Refusal {
        correlation: u64,
        why: u8,
    },
    Signal {
        number: u64,
        to: Place,
        signal: Signal,
    },
    Spawn {
        correlation: u64,
        protocol: u64,
        fingerprint: u64,
        payload: &'a [u8],
    },
    Tell {
        to: Place,
        protocol: u64,
        payload: &'a [u8],
    },
    /// To whom the tell before it is.
    TellAgain {
        payload: &'a [u8],
    },
}

/// The length of the frame that these bytes begin with, its length field left out, once that is there.
///
/// A length over `most` is an error before anything is allocated for it (W5).
pub(crate) fn length(bytes: &[u8], most: usize) -> Result<Option<usize>> {
    let Some((length, _)) = bytes.split_first_chunk() else { return Ok(None) };
    let length = u32::from_le_bytes(*length) as usize;
    if length == 0 || length > most { Err(CloseCode::BadLength) } else { Ok(Some(length)) }
}

/// The bytes of a tell before its payload, its length field left out: kind, place, protocol.
const TELL_BYTES: usize = 1 + 12 + 8;

/// Tells that stand one behind the other, of one protocol and to one actor: most frames are tells, and who knows the
/// first of them knows whose the others are.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) head: Head,
    /// The payload of the first, until it is taken.
    first: Option<&'a [u8]>,
    rest: &'a [u8],
    /// The most bytes of a frame.
    most: usize,
    /// How many were taken.
    pub(crate) taken: u64,
}

/// What a tell says before its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) to: Place,
    pub(crate) protocol: u64,
}

impl<'a> Row<'a> {
    /// The row that these bytes begin with, if they begin with a whole tell; `before` is the tell that came last.
    #[inline]
    pub(crate) fn new(bytes: &'a [u8], most: usize, before: Option<Head>) -> Option<Self> {
        let (&kind, rest) = bytes.get(LENGTH_BYTES..)?.split_first()?;
        let head = match kind {
            kind::TELL_AGAIN => before?,
            kind::TELL => {
                let mut from = Reader(rest);
                Head { to: from.place().ok()?, protocol: from.u64().ok()? }
            }
            _ => return None,
        };
        let mut row = Self { head, first: None, rest: bytes, most, taken: 0 };
        row.first = Some(row.take()?);
        Some(row)
    }

    /// One message alone, whatever frame it came in.
    pub(crate) const fn one(head: Head, payload: &'a [u8]) -> Self {
        Self { head, first: Some(payload), rest: &[], most: 0, taken: 0 }
    }

    /// The payload of the next tell, if that is whole and belongs to the row.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<&'a [u8]> {
        self.first.take().or_else(|| self.take())
    }

    /// Takes the next tell off what is left. A frame that is too long is for who reads the next one.
    #[inline(always)]
    fn take(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.rest.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        let (frame, rest) = rest.split_at_checked(length)?;
        let (&kind, mut payload) = frame.split_first()?;
        if length > self.most {
            return None;
        }
        if kind != kind::TELL_AGAIN {
            payload = self.behind_head(kind, payload)?;
        }
        self.rest = rest;
        self.taken += 1;
        Some(payload)
    }

    /// The payload of a tell that says whom it is for, if that is the same.
    fn behind_head(&self, kind: u8, body: &'a [u8]) -> Option<&'a [u8]> {
        let mut from = Reader(body);
        let head = Head { to: from.place().ok()?, protocol: from.u64().ok()? };
        (kind == kind::TELL && head == self.head).then(|| from.rest())
    }

    /// How many bytes are behind the row, once all of it was taken.
    pub(crate) const fn left(&self) -> usize {
        self.rest.len()
    }
}

/// Reads a frame, its length field left out.
pub(crate) fn read(bytes: &[u8]) -> Result<Frame<'_>> {
    let mut from = Reader(bytes);
    let kind = from.u8()?;
    let frame = match kind {
        kind::TELL => {
            Frame::Tell { to: from.place()?, protocol: from.u64()?, payload: from.rest() }
        }
        kind::TELL_AGAIN => Frame::TellAgain { payload: from.rest() },
        kind::ASK => from.ask()?,
        kind::ANSWER => Frame::Answer { correlation: from.u64()?, payload: from.rest() },
        kind::REFUSAL => Frame::Refusal { correlation: from.u64()?, why: from.u8()? },
        kind::SIGNAL => {
            Frame::Signal { number: from.u64()?, to: from.place()?, signal: from.signal()? }
        }
        kind::LOOKUP => {
            Frame::Lookup { correlation: from.u64()?, protocol: from.u64()?, name: from.text()? }
        }
        kind::QUESTION => Frame::Question {
            correlation: from.u64()?,
            to: from.place()?,
            question: from.question()?,
        },
        kind::SPAWN => Frame::Spawn {
            correlation: from.u64()?,
            protocol: from.u64()?,
            fingerprint: from.u64()?,
            payload: from.rest(),
        },
        kind::GIVE_UP => Frame::GiveUp(from.u64()?),
        kind::FRAGMENT => Frame::Fragment { is_last: from.bool()?, bytes: from.rest() },
        kind::ACK => Frame::Ack { signals: from.u64()?, messages: from.u64()? },
        kind::PING => Frame::Ping(from.u64()?),
        kind::PONG => Frame::Pong(from.u64()?),
        kind::CLOSE => Frame::Close(from.u16()?),
        kind::HELLO => Frame::Hello(from.hello()?),
        kind::PROTOCOLS => Frame::Protocols(from.protocols()?),
        kind if kind >= IGNORABLE => return Ok(Frame::Ignored),
        _ => return Err(CloseCode::UnknownKind),
    };
    if from.0.is_empty() { Ok(frame) } else { Err(CloseCode::Malformed) }
}

/// Reads the answer to a question.
pub(crate) fn read_fact(payload: &[u8]) -> Result<Fact> {
    let mut from = Reader(payload);
    let fact = match from.u8()? {
        1 => Fact::Alive(from.bool()?),
        2 => Fact::Drained { left: from.u64()?, reason: from.reason()? },
        3 => Fact::Ended(from.reason()?),
        4 => Fact::Begun(from.place()?),
        5 => Fact::Failed(from.reason()?),
        _ => return Err(CloseCode::Malformed),
    };
    if from.0.is_empty() { Ok(fact) } else { Err(CloseCode::Malformed) }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn chunk<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (chunk, rest) = self.0.split_first_chunk().ok_or(CloseCode::Malformed)?;
        self.0 = rest;
        Ok(*chunk)
    }

    fn u8(&mut self) -> Result<u8> {
        self.chunk().map(u8::from_le_bytes)
    }

    fn u16(&mut self) -> Result<u16> {
        self.chunk().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        self.chunk().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64> {
        self.chunk().map(u64::from_le_bytes)
    }

    fn bool(&mut self) -> Result<bool> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CloseCode::Malformed),
        }
    }

    fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    fn text(&mut self) -> Result<&'a str> {
        let length = usize::from(self.u16()?);
        let (text, rest) = self.0.split_at_checked(length).ok_or(CloseCode::Malformed)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| CloseCode::Malformed)
    }

    fn string(&mut self) -> Result<String> {
        self.text().map(str::to_owned)
    }

    fn place(&mut self) -> Result<Place> {
        Ok(Place { shard: self.u32()?, slot: self.u32()?, generation: self.u32()? })
    }

    /// What says whose answer it is stands last, for it is known last.
    fn ask(&mut self) -> Result<Frame<'a>> {
        let (to, protocol) = (self.place()?, self.u64()?);
        let (front, last) = self.0.split_last_chunk::<16>().ok_or(CloseCode::Malformed)?;
        let mut last = Reader(last);
        self.0 = &[];
        Ok(Frame::Ask {
            to,
            protocol,
            payload: front,
            correlation: last.u64()?,
            remaining_nanos: last.u64()?,
        })
    }

    fn hello(&mut self) -> Result<Hello> {
        if self.chunk()? != MAGIC {
            return Err(CloseCode::BadMagic);
        }
        Ok(Hello {
            versions: (self.u16()?, self.u16()?),
            capabilities: self.u64()?,
            codec: self.u8()?,
            frame_bytes: self.u32()?,
            heartbeat_ms: self.u32()?,
            id: self.chunk().map(u128::from_le_bytes)?,
            name: self.string()?,
            cluster: self.string()?,
        })
    }

    fn protocols(&mut self) -> Result<Vec<Protocol>> {
        let count = self.u16()?;
        // Grows with what is there, not with what is promised.
        let mut protocols = Vec::new();
        for _ in 0..count {
            let (name, version, fingerprint) = (self.string()?, self.u32()?, self.u64()?);
            let mut handlers = Vec::new();
            for _ in 0..self.u16()? {
                let (id, reply, mut fields) = (self.u64()?, self.u64()?, Vec::new());
                for _ in 0..self.u8()? {
                    let (name, fingerprint, flags) = (self.u64()?, self.u64()?, self.u8()?);
                    let (default, widens) = (flags & 1 != 0, flags & 2 != 0);
                    fields.push(Field { name, fingerprint, default, widens });
                }
                handlers.push(Handler { id, reply, fields });
            }
            protocols.push(Protocol { name, version, fingerprint, handlers });
        }
        Ok(protocols)
    }

    fn signal(&mut self) -> Result<Signal> {
        Ok(match self.u8()? {
            1 => Signal::Demonitor(self.place()?, self.u64()?),
            2 => Signal::Down {
                monitor: self.u64()?,
                actor: self.place()?,
                incarnation: self.u64()?,
                restarting: self.bool()?,
                reason: self.reason()?,
            },
            3 => {
                let from = if self.bool()? { Some(self.place()?) } else { None };
                Signal::Exit(from, self.reason()?)
            }
            4 => Signal::Kill,
            5 => Signal::Link(self.place()?),
            6 => Signal::LinkDown(self.place()?, self.reason()?),
            7 => Signal::Monitor(self.place()?, self.u64()?),
            8 => Signal::Stop,
            9 => Signal::StopNow,
            10 => Signal::Unlink(self.place()?, self.u64()?),
            11 => Signal::Unlinked(self.place()?, self.u64()?),
            _ => return Err(CloseCode::Malformed),
        })
    }

    fn question(&mut self) -> Result<Question> {
        Ok(match self.u8()? {
            1 => Question::IsAlive,
            2 => Question::Drain(self.u64()?),
            3 => Question::Wait,
            _ => return Err(CloseCode::Malformed),
        })
    }

    fn reason(&mut self) -> Result<Reason> {
        Ok(match self.u8()? {
            1 => Reason::Error(self.string()?),
            2 => Reason::Kill,
            3 => Reason::Killed,
            4 => Reason::NoConnection,
            5 => Reason::NoProc,
            6 => Reason::Normal,
            7 => Reason::Overflow,
            8 => Reason::Panic { text: self.string()?, location: self.string()? },
            9 => Reason::Shutdown,
            10 => Reason::ShutdownWith(self.string()?),
            11 => Reason::StartTimeout,
            _ => return Err(CloseCode::Malformed),
        })
    }
}

/// How many bytes the frame of a tell has, its length field with it.
#[inline]
pub(crate) const fn bytes_of_tell(payload: &[u8]) -> usize {
    LENGTH_BYTES + TELL_BYTES + payload.len()
}

/// The bytes before the payload of a tell, its length field with them, for a payload of so many.
#[inline]
pub(crate) fn tell(Head { to, protocol }: Head, payload: usize) -> [u8; LENGTH_BYTES + TELL_BYTES] {
    // No message is longer than 64 MiB.
    let length = (TELL_BYTES + payload) as u32;
    let mut head = [0; LENGTH_BYTES + TELL_BYTES];
    head[..4].copy_from_slice(&length.to_le_bytes());
    head[4] = kind::TELL;
    head[5..9].copy_from_slice(&to.shard.to_le_bytes());
    head[9..13].copy_from_slice(&to.slot.to_le_bytes());
    head[13..17].copy_from_slice(&to.generation.to_le_bytes());
    head[17..].copy_from_slice(&protocol.to_le_bytes());
    head
}

/// The bytes before the payload of a tell to whom the tell before it is, its length field with them.
pub(crate) const AGAIN_BYTES: usize = LENGTH_BYTES + 1;

/// Those bytes.
#[inline]
pub(crate) fn again(payload: usize) -> [u8; AGAIN_BYTES] {
    // No message is longer than 64 MiB.
    let [a, b, c, d] = ((1 + payload) as u32).to_le_bytes();
    [a, b, c, d, kind::TELL_AGAIN]
}

/// The first frame of a buffer of whole frames, its length field with it, and the others.
pub(crate) fn split(frames: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u32::from_le_bytes(*frames.first_chunk()?) as usize;
    frames.split_at_checked(LENGTH_BYTES + length)
}

/// Sets the length of the one frame in a buffer.
#[inline]
pub(crate) fn set_length(frame: &mut [u8]) {
    // No message is longer than 64 MiB.
    let length = (frame.len() - LENGTH_BYTES) as u32;
    frame[..LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
}

/// A frame that is written to the end of a buffer; its length is set when it is finished.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    out: &'a mut Vec<u8>,
    begin: usize,
}

impl<'a> Writer<'a> {
    #[inline]
    pub(crate) fn new(out: &'a mut Vec<u8>, kind: u8) -> Self {
        let begin = out.len();
        out.extend_from_slice(&[0, 0, 0, 0, kind]);
        Self { out, begin }
    }

    #[inline]
    pub(crate) fn u64(self, value: u64) -> Self {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn u8(self, value: u8) -> Self {
        self.bytes(&[value])
    }

    pub(crate) fn u16(self, value: u16) -> Self {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn u32(self, value: u32) -> Self {
        self.bytes(&value.to_le_bytes())
    }

    #[inline]
    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        self.out.extend_from_slice(bytes);
        self
    }

    #[inline]
    pub(crate) fn place(self, place: Place) -> Self {
        let Place { shard, slot, generation } = place;
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&shard.to_le_bytes());
        bytes[4..8].copy_from_slice(&slot.to_le_bytes());
        bytes[8..].copy_from_slice(&generation.to_le_bytes());
        self.bytes(&bytes)
    }

    /// A text, cut where it is longer than a length can say.
    pub(crate) fn text(self, text: &str) -> Self {
        let mut length = text.len().min(usize::from(u16::MAX));
        while !text.is_char_boundary(length) {
            length -= 1;
        }
        self.u16(length as u16).bytes(&text.as_bytes()[..length])
    }

    /// More is appended by others, who set the length.
    #[inline]
    pub(crate) fn open(self) {}

    /// The frame is whole.
    #[inline]
    pub(crate) fn finish(self) {
        let length = self.out.len() - self.begin - LENGTH_BYTES;
        let length = u32::try_from(length).expect("a frame is far shorter than four gigabytes");
        self.out[self.begin..self.begin + LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
    }

    fn reason(self, reason: &Reason) -> Self {
        match reason {
            Reason::Error(text) => self.u8(1).text(text),
            Reason::Kill => self.u8(2),
            Reason::Killed => self.u8(3),
            Reason::NoConnection => self.u8(4),
            Reason::NoProc => self.u8(5),
            Reason::Normal => self.u8(6),
            Reason::Overflow => self.u8(7),
            Reason::Panic { text, location } => self.u8(8).text(text).text(location),
            Reason::Shutdown => self.u8(9),
            Reason::ShutdownWith(text) => self.u8(10).text(text),
            Reason::StartTimeout => self.u8(11),
        }
    }

    pub(crate) fn question(self, question: Question) -> Self {
        match question {
            Question::IsAlive => self.u8(1),
            Question::Drain(nanos) => self.u8(2).u64(nanos),
            Question::Wait => self.u8(3),
        }
    }

    pub(crate) fn fact(self, fact: &Fact) -> Self {
        match fact {
            Fact::Alive(alive) => self.u8(1).u8((*alive).into()),
            Fact::Drained { left, reason } => self.u8(2).u64(*left).reason(reason),
            Fact::Ended(reason) => self.u8(3).reason(reason),
            Fact::Begun(place) => self.u8(4).place(*place),
            Fact::Failed(reason) => self.u8(5).reason(reason),
        }
    }

    pub(crate) fn signal(self, signal: &Signal) -> Self {
        match signal {
            Signal::Demonitor(from, number) => self.u8(1).place(*from).u64(*number),
            Signal::Down { monitor, actor, incarnation, restarting, reason } => {
                let this = self.u8(2).u64(*monitor).place(*actor).u64(*incarnation);
                this.u8((*restarting).into()).reason(reason)
            }
            Signal::Exit(from, reason) => {
                let this = self.u8(3).u8(from.is_some().into());
                let this = match from {
                    Some(from) => this.place(*from),
                    None => this,
                };
                this.reason(reason)
            }
            Signal::Kill => self.u8(4),
            Signal::Link(from) => self.u8(5).place(*from),
            Signal::LinkDown(from, reason) => self.u8(6).place(*from).reason(reason),
            Signal::Monitor(from, number) => self.u8(7).place(*from).u64(*number),
            Signal::Stop => self.u8(8),
            Signal::StopNow => self.u8(9),
            Signal::Unlink(from, number) => self.u8(10).place(*from).u64(*number),
            Signal::Unlinked(from, number) => self.u8(11).place(*from).u64(*number),
        }
    }

    pub(crate) fn hello(self, hello: &Hello) -> Self {
        self.bytes(&MAGIC)
            .u16(hello.versions.0)
            .u16(hello.versions.1)
            .u64(hello.capabilities)
            .u8(hello.codec)
            .u32(hello.frame_bytes)
            .u32(hello.heartbeat_ms)
            .bytes(&hello.id.to_le_bytes())
            .text(&hello.name)
            .text(&hello.cluster)
    }

    pub(crate) fn protocols(mut self, protocols: &[Protocol]) -> Self {
        self = self.u16(protocols.len() as u16);
        for protocol in protocols {
            self = self.text(&protocol.name).u32(protocol.version).u64(protocol.fingerprint);
            self = self.u16(protocol.handlers.len() as u16);
            for handler in &protocol.handlers {
                self = self.u64(handler.id).u64(handler.reply).u8(handler.fields.len() as u8);
                for field in &handler.fields {
                    let flags = u8::from(field.default) | u8::from(field.widens) << 1;
                    self = self.u64(field.name).u64(field.fingerprint).u8(flags);
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::expect_file;
    use proptest::prelude::*;

    use super::*;

    const PLACE: Place = Place { shard: 1, slot: 2, generation: 3 };

    fn hello() -> Hello {
        Hello {
            versions: (1, 1),
            capabilities: 0,
            codec: 1,
            frame_bytes: 1 << 20,
            heartbeat_ms: 1_000,
            id: 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
            name: "node-a".to_owned(),
            cluster: "shop".to_owned(),
        }
    }

    fn signals() -> Vec<Signal> {
        let reasons = [
            Reason::Error("no".to_owned()),
            Reason::Kill,
            Reason::Killed,
            Reason::NoConnection,
            Reason::NoProc,
            Reason::Normal,
            Reason::Overflow,
            Reason::Panic { text: "oh".to_owned(), location: "a.rs:1:2".to_owned() },
            Reason::Shutdown,
            Reason::ShutdownWith("so".to_owned()),
            Reason::StartTimeout,
        ];
        let ends = reasons.into_iter().map(|reason| Signal::LinkDown(PLACE, reason));
        let others = [
            Signal::Demonitor(PLACE, 4),
            Signal::Down {
                monitor: 4,
                actor: PLACE,
                incarnation: 5,
                restarting: true,
                reason: Reason::Normal,
            },
            Signal::Exit(None, Reason::Shutdown),
            Signal::Exit(Some(PLACE), Reason::Normal),
            Signal::Kill,
            Signal::Link(PLACE),
            Signal::Monitor(PLACE, 4),
            Signal::Stop,
            Signal::StopNow,
            Signal::Unlink(PLACE, 4),
            Signal::Unlinked(PLACE, 4),
        ];
        others.into_iter().chain(ends).collect()
    }

    fn facts() -> [Fact; 5] {
        let drained = Fact::Drained { left: 5, reason: Reason::Killed };
        let (begun, failed) = (Fact::Begun(PLACE), Fact::Failed(Reason::StartTimeout));
        [Fact::Alive(true), drained, Fact::Ended(Reason::Normal), begun, failed]
    }

    fn written(kind: u8, write: impl FnOnce(Writer<'_>) -> Writer<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        write(Writer::new(&mut out, kind)).finish();
        out
    }

    /// A frame of each kind, and of each kind of signal, with what it is.
    fn frames() -> Vec<(String, Vec<u8>)> {
        let mut frames = vec![
            ("hello".to_owned(), written(kind::HELLO, |frame| frame.hello(&hello()))),
            (
                "protocols".to_owned(),
                written(kind::PROTOCOLS, |frame| {
                    frame.protocols(&[Protocol {
                        name: "shop.cart".to_owned(),
                        version: 3,
                        fingerprint: 7,
                        handlers: vec![
                            Handler { id: 8, reply: 0, fields: Vec::new() },
                            Handler {
                                id: 9,
                                reply: 5,
                                fields: vec![Field {
                                    name: 1,
                                    fingerprint: 2,
                                    default: true,
                                    widens: false,
                                }],
                            },
                        ],
                    }])
                }),
            ),
            (
                "protocols of which one takes what it lacks the handler for".to_owned(),
                written(kind::PROTOCOLS, |frame| {
                    frame.protocols(&[Protocol {
                        name: "shop.till".to_owned(),
                        version: 1,
                        fingerprint: 7,
                        handlers: vec![Handler::unknown()],
                    }])
                }),
            ),
            ("close".to_owned(), written(kind::CLOSE, |frame| frame.u16(12))),
            ("ping".to_owned(), written(kind::PING, |frame| frame.u64(5))),
            ("pong".to_owned(), written(kind::PONG, |frame| frame.u64(5))),
            ("ack".to_owned(), written(kind::ACK, |frame| frame.u64(5).u64(6))),
            (
                "tell".to_owned(),
                written(kind::TELL, |frame| frame.place(PLACE).u64(7).bytes(&[0, 0, 42])),
            ),
            ("tell again".to_owned(), written(kind::TELL_AGAIN, |frame| frame.bytes(&[0, 0, 43]))),
            (
                "ask".to_owned(),
                written(kind::ASK, |frame| {
                    frame.place(PLACE).u64(7).bytes(&[1, 0]).u64(9).u64(5_000_000_000)
                }),
            ),
            ("answer".to_owned(), written(kind::ANSWER, |frame| frame.u64(9).bytes(&[42]))),
            ("refusal".to_owned(), written(kind::REFUSAL, |frame| frame.u64(9).u8(2))),
            ("lookup".to_owned(), written(kind::LOOKUP, |frame| frame.u64(9).u64(7).text("/a"))),
            ("fragment".to_owned(), written(kind::FRAGMENT, |frame| frame.u8(1).bytes(&[16]))),
        ];
        let spawn = written(kind::SPAWN, |frame| frame.u64(9).u64(7).u64(5).bytes(&[42]));
        frames.push(("spawn".to_owned(), spawn));
        frames.push(("give up".to_owned(), written(kind::GIVE_UP, |frame| frame.u64(9))));
        for question in [Question::IsAlive, Question::Drain(5), Question::Wait] {
            let bytes = written(kind::QUESTION, |out| out.u64(9).place(PLACE).question(question));
            frames.push((format!("question {question:?}"), bytes));
        }
        for fact in facts() {
            let bytes = written(kind::ANSWER, |frame| frame.u64(9).fact(&fact));
            frames.push((format!("answer {fact:?}"), bytes));
        }
        frames.extend(signals().into_iter().map(|signal| {
            let bytes = written(kind::SIGNAL, |frame| frame.u64(1).place(PLACE).signal(&signal));
            (format!("signal {signal:?}"), bytes)
        }));
        frames
    }

    #[test]
    fn each_kind_of_frame_is_these_bytes() {
        let mut text = String::new();
        for (name, bytes) in frames() {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(text, "{name}\n    {}", hex.join(" ")).expect("a string takes all");
        }
        expect_file!["../../golden/frames.txt"].assert_eq(&text);
    }

    #[test]
    fn what_was_written_is_read() {
        for signal in signals() {
            let bytes = written(kind::SIGNAL, |out| out.u64(1).place(PLACE).signal(&signal));
            let read = read(&bytes[LENGTH_BYTES..]);
            assert_eq!(read, Ok(Frame::Signal { number: 1, to: PLACE, signal }));
        }
        for fact in facts() {
            let bytes = written(kind::ANSWER, |frame| frame.u64(9).fact(&fact));
            let Ok(Frame::Answer { payload, .. }) = read(&bytes[LENGTH_BYTES..]) else {
                panic!("it is an answer")
            };
            assert_eq!(read_fact(payload), Ok(fact));
        }
        let field = |name, default, widens| Field { name, fingerprint: 2, default, widens };
        let fields = vec![
            field(1, false, false),
            field(2, false, true),
            field(3, true, false),
            field(4, true, true),
        ];
        let protocols = [Protocol {
            name: "shop.cart".to_owned(),
            version: 3,
            fingerprint: 7,
            handlers: vec![Handler { id: 8, reply: 5, fields }],
        }];
        let bytes = written(kind::PROTOCOLS, |frame| frame.protocols(&protocols));
        assert_eq!(read(&bytes[LENGTH_BYTES..]), Ok(Frame::Protocols(protocols.to_vec())));
        let bytes = written(kind::HELLO, |frame| frame.hello(&hello()));
        assert_eq!(read(&bytes[LENGTH_BYTES..]), Ok(Frame::Hello(hello())));
        for (name, bytes) in frames() {
            assert_eq!(length(&bytes, 1_000), Ok(Some(bytes.len() - LENGTH_BYTES)), "{name}");
            let whole = read(&bytes[LENGTH_BYTES..]).expect("it was written");
            let before = Head { to: PLACE, protocol: 7 };
            let tell = Row::new(&bytes, 1_000, Some(before)).and_then(|mut row| {
                assert_eq!(row.head, before);
                let payload = row.next();
                assert_eq!((row.next(), row.left(), row.taken), (None, 0, 1));
                payload
            });
            let payload = match whole {
                Frame::Tell { payload, .. } | Frame::TellAgain { payload } => Some(payload),
                _ => None,
            };
            assert_eq!(tell, payload, "{name}");
        }
    }

    /// A tell with this payload.
    fn tell(protocol: u64, payload: &[u8]) -> Vec<u8> {
        written(kind::TELL, |frame| frame.place(PLACE).u64(protocol).bytes(payload))
    }

    fn tell_again(payload: &[u8]) -> Vec<u8> {
        [&again(payload.len()), payload].concat()
    }

    fn row_of(bytes: &[u8], most: usize) -> Option<Row<'_>> {
        Row::new(bytes, most, None)
    }

    #[test]
    fn tells_to_one_actor_are_a_row() {
        let frames =
            [tell(7, &[1]), tell(7, &[]), tell_again(&[2, 3]), tell(7, &[4]), tell(8, &[5])];
        let bytes = frames.concat();
        let mut row = row_of(&bytes, 1_000).expect("it begins with a tell");
        assert_eq!(row.head, Head { to: PLACE, protocol: 7 });
        let payloads: Vec<&[u8]> = std::iter::from_fn(|| row.next()).collect();
        assert_eq!(payloads, [&[1][..], &[], &[2, 3], &[4]]);
        assert_eq!((row.taken, row.left()), (4, frames[4].len()));
    }

    #[test]
    fn a_tell_again_is_to_whom_the_tell_before_it_is() {
        let bytes = [tell_again(&[1]), tell(8, &[2])].concat();
        assert!(row_of(&bytes, 1_000).is_none(), "there is none before it");
        let before = Head { to: PLACE, protocol: 7 };
        let mut row = Row::new(&bytes, 1_000, Some(before)).expect("a tell");
        assert_eq!((row.head, row.next(), row.next()), (before, Some(&[1][..]), None));
    }

    #[test]
    fn w5_a_row_ends_before_what_is_no_whole_tell() {
        let first = tell(7, &[1]);
        let ping = written(kind::PING, |frame| frame.u64(5));
        let mut long = tell(7, &[2]);
        long[..LENGTH_BYTES].copy_from_slice(&u32::MAX.to_le_bytes());
        let second = tell(7, &[1, 2, 3]);
        let short = written(kind::TELL, |frame| frame.bytes(&[0; 19]));
        let again = tell_again(&[0; 60]);
        let cut = &second[..second.len() - 1];
        for end in [cut, &first[..10], &[0; 4], &long, &ping, &second, &short, &again] {
            let bytes = [&first, end].concat();
            let mut row = row_of(&bytes, first.len() - LENGTH_BYTES).expect("a tell");
            assert_eq!((row.next(), row.next()), (Some(&[1][..]), None));
            assert_eq!((row.taken, row.left()), (1, end.len()));
        }
        for cut in 0..first.len() {
            assert!(row_of(&first[..cut], 1_000).is_none());
        }
        assert!(row_of(&first, first.len() - LENGTH_BYTES - 1).is_none());
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_at_a_character() {
        let long = "ä".repeat(40_000);
        let bytes = written(kind::LOOKUP, |frame| frame.u64(9).u64(7).text(&long));
        let lookup = read(&bytes[LENGTH_BYTES..]);
        assert!(matches!(lookup, Ok(Frame::Lookup { name, .. }) if *name == long[..65_534]));
    }

    #[test]
    fn w5_a_length_is_refused_before_anything_is_kept_for_it() {
        assert_eq!(length(&100_u32.to_le_bytes(), 100), Ok(Some(100)));
        assert_eq!(length(&101_u32.to_le_bytes(), 100), Err(CloseCode::BadLength));
        assert_eq!(length(&u32::MAX.to_le_bytes(), 64 << 20), Err(CloseCode::BadLength));
        assert_eq!(length(&[0; 4], 100), Err(CloseCode::BadLength));
        assert_eq!(length(&[1, 0, 0], 100), Ok(None));
    }

    #[test]
    fn w2_an_unknown_kind_closes_unless_it_may_be_ignored() {
        assert_eq!(read(&[99, 1, 2]), Err(CloseCode::UnknownKind));
        assert_eq!(read(&[200, 1, 2]), Ok(Frame::Ignored));
    }

    #[test]
    fn w4_a_count_that_is_not_there_is_malformed() {
        // Sixty thousand protocols in two bytes.
        assert_eq!(read(&[kind::PROTOCOLS, 0xff, 0xff]), Err(CloseCode::Malformed));
        // A text that is longer than its frame.
        let mut lookup = vec![kind::LOOKUP];
        lookup.extend_from_slice(&[0; 16]);
        lookup.extend_from_slice(&[0xff, 0xff, b'a']);
        assert_eq!(read(&lookup), Err(CloseCode::Malformed));
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 8 } else { 2_000 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn w4_random_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = length(&bytes, 1 << 20);
            drop(read_fact(&bytes));
            drop(read(&bytes));
            let mut row = Row::new(&bytes, 1 << 20, Some(Head { to: PLACE, protocol: 7 }));
            while row.as_mut().and_then(Row::next).is_some() {}
        }

        #[test]
        fn w4_frames_that_are_cut_or_altered_are_read_without_a_panic(
            which in any::<prop::sample::Index>(),
            cut in any::<prop::sample::Index>(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        ) {
            let frames = frames();
            let mut bytes = frames[which.index(frames.len())].1[LENGTH_BYTES..].to_vec();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            drop(read(&bytes));
            let cut = cut.index(bytes.len());
            // What is cut may still be a frame, but never one that reads beyond its end.
            drop(read(&bytes[..cut]));
        }
    }
}
