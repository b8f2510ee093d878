//! One connection, without a socket and without a clock: what came is handed in with the time, what is to be sent
//! and what has happened are taken out.
//!
//! A [`Peer`] begins as the handshake has ended. It keeps the numbers of signals, acknowledges what came, sends
//! heartbeats, and puts fragments together. Messages that are sent do not pass by here: each sender writes them into
//! the [`Window`] that waits for the connection.

pub(crate) mod handshake;
mod pending;
mod window;

use std::time::Duration;

pub(crate) use self::handshake::{Ours, Theirs, is_node_name};
pub(crate) use self::pending::{Pending, Waiting};
pub(crate) use self::window::Window;
use crate::config::{ACK_MESSAGES, CHUNK_BYTES, Limits};
use crate::error::CloseCode;
use crate::wire::frame::{self, Frame, Writer, kind};

/// What the driver of a connection is to do about a frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    /// The other node has taken so many signals and messages of this connection.
    Acknowledged { signals: u64, messages: u64 },
    /// The other node closes the connection.
    Closed(CloseCode),
    /// The other node gives its sign of life.
    Heartbeat,
    /// A message, an answer, a signal or a lookup: to be given to whom it is for.
    Frame(Frame<'a>),
    /// Nothing.
    None,
    /// A frame that came in fragments is whole.
    Whole(Vec<u8>),
}

/// Times are those of the connection: since it began.
#[derive(Debug)]
pub(crate) struct Peer {
    limits: Limits,
    /// The heartbeat of the other node.
    interval: Duration,
    /// The most bytes of a message, agreed in the handshake.
    message_bytes: usize,
    heard: Duration,
    next_ping: Duration,
    /// Signals and messages received.
    signals: u64,
    messages: u64,
    acknowledged: (u64, u64),
    fragments: Option<Vec<u8>>,
    /// The minute of the last payload that could not be read, and how many those of that minute are.
    errors: (u64, u32),
    transmit: Vec<u8>,
}

impl Peer {
    pub(crate) fn new(limits: &Limits, theirs: &Theirs, now: Duration) -> Self {
        Self {
            limits: limits.clone(),
            interval: theirs.heartbeat,
            message_bytes: theirs.frame_bytes,
            heard: now,
            next_ping: now + limits.heartbeat,
            signals: 0,
            messages: 0,
            acknowledged: (0, 0),
            fragments: None,
            errors: (0, 0),
            transmit: Vec::new(),
        }
    }

    /// Takes a frame, its length left out.
    #[inline]
    pub(crate) fn handle_frame<'a>(
        &mut self,
        bytes: &'a [u8],
        now: Duration,
    ) -> Result<Event<'a>, CloseCode> {
        self.heard = now;
        let frame = frame::read(bytes)?;
        // Between the fragments of a frame there is nothing but words of the connection itself.
        let is_own = matches!(
            frame,
            Frame::Ack { .. }
                | Frame::Close(_)
                | Frame::Fragment { .. }
                | Frame::Ignored
                | Frame::Ping(_)
                | Frame::Pong(_)
        );
        if self.fragments.is_some() && !is_own {
            return Err(CloseCode::BadFragment);
        }
        self.take(frame)
    }

    /// A row of tells comes: as [`handle_frame`](Self::handle_frame) does, but what it says is not handed through here.
    pub(crate) fn begin_row(&mut self, now: Duration) -> Result<(), CloseCode> {
        self.heard = now;
        if self.fragments.is_some() {
            return Err(CloseCode::BadFragment);
        }
        Ok(())
    }

    /// So many tells were taken.
    pub(crate) const fn end_row(&mut self, taken: u64) {
        self.messages += taken;
    }

    fn take<'a>(&mut self, frame: Frame<'a>) -> Result<Event<'a>, CloseCode> {
        Ok(match frame {
            Frame::Tell { .. } | Frame::Ask { .. } => {
                self.messages += 1;
                Event::Frame(frame)
            }
            // Those that have a tell before them come in rows.
            Frame::TellAgain { .. } => return Err(CloseCode::Malformed),
            Frame::Answer { .. }
            | Frame::GiveUp(_)
            | Frame::Lookup { .. }
            | Frame::Question { .. }
            | Frame::Refusal { .. }
            | Frame::Spawn { .. } => Event::Frame(frame),
            Frame::Signal { number, .. } => {
                if number != self.signals + 1 {
                    return Err(CloseCode::BadSequence);
                }
                self.signals = number;
                Event::Frame(frame)
            }
            Frame::Ack { signals, messages } => Event::Acknowledged { signals, messages },
            Frame::Ping(stamp) => {
                Writer::new(&mut self.transmit, kind::PONG).u64(stamp).finish();
                Event::Heartbeat
            }
            Frame::Pong(_) | Frame::Ignored => Event::None,
            Frame::Fragment { is_last, bytes } => return self.take_fragment(is_last, bytes),
            Frame::Close(code) => Event::Closed(CloseCode::of_number(code)),
            Frame::Hello(_) | Frame::Protocols(_) => return Err(CloseCode::OutOfPlace),
        })
    }

    /// Puts a fragment behind those before it; the first has no sign of its own. The buffer grows with what came.
    fn take_fragment<'a>(&mut self, is_last: bool, bytes: &[u8]) -> Result<Event<'a>, CloseCode> {
        let whole = self.fragments.get_or_insert_default();
        if bytes.is_empty() || whole.len() + bytes.len() > self.message_bytes {
            return Err(CloseCode::BadFragment);
        }
        whole.extend_from_slice(bytes);
        if !is_last {
            return Ok(Event::None);
        }
        let whole = self.fragments.take().unwrap_or_default();
        match whole.first() {
            Some(&(kind::TELL | kind::ASK)) => self.messages += 1,
            Some(&(kind::ANSWER | kind::SPAWN)) => {}
            _ => return Err(CloseCode::BadFragment),
        }
        Ok(Event::Whole(whole))
    }

    /// Notes a payload that could not be read. Too many within a minute close the connection.
    pub(crate) fn handle_error(&mut self, now: Duration) -> Result<(), CloseCode> {
        let minute = now.as_secs() / 60;
        if self.errors.0 != minute {
            self.errors = (minute, 0);
        }
        self.errors.1 += 1;
        if self.errors.1 > self.limits.decode_errors {
            return Err(CloseCode::TooManyErrors);
        }
        Ok(())
    }

    /// Whether this end itself was held up, as a process is that was paused: then the other may have spoken, and what it
    /// said was not read yet.
    pub(crate) fn was_held_up(&self, now: Duration) -> bool {
        now >= self.next_ping + self.limits.heartbeat
    }

    /// What time brings: a heartbeat, or the end of patience.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> Result<(), CloseCode> {
        if self.was_held_up(now) {
            self.heard = now;
        }
        let patience = self.limits.silence.max(self.interval * 3);
        if now.saturating_sub(self.heard) >= patience {
            return Err(CloseCode::Silent);
        }
        if now >= self.next_ping {
            self.next_ping = now + self.limits.heartbeat;
            let stamp = now.as_nanos() as u64;
            Writer::new(&mut self.transmit, kind::PING).u64(stamp).finish();
            self.acknowledge();
        }
        Ok(())
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub(crate) fn poll_timeout(&self) -> Duration {
        self.next_ping
    }

    /// Whether the other node says more than it lets this one answer, such as heartbeats by the thousand: nothing more is
    /// to be read until it listens.
    pub(crate) const fn is_flooded(&self) -> bool {
        self.transmit.len() > CHUNK_BYTES
    }

    fn acknowledge(&mut self) {
        let received = (self.signals, self.messages);
        if self.acknowledged != received {
            self.acknowledged = received;
            let ack = Writer::new(&mut self.transmit, kind::ACK);
            ack.u64(received.0).u64(received.1).finish();
        }
    }

    /// Moves to `out` what this end has to say.
    pub(crate) fn poll_transmit(&mut self, out: &mut Vec<u8>) {
        if self.signals > self.acknowledged.0 || self.messages >= self.acknowledged.1 + ACK_MESSAGES
        {
            self.acknowledge();
        }
        out.append(&mut self.transmit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn peer() -> Peer {
        let theirs = Theirs {
            id: 2,
            name: "b".to_owned(),
            codec: crate::wire::Codec::default(),
            frame_bytes: 1_000,
            heartbeat: SECOND,
        };
        let limits = Limits { decode_errors: 2, ..Limits::default() };
        Peer::new(&limits, &theirs, Duration::ZERO)
    }

    fn frame(kind: u8, write: impl FnOnce(Writer<'_>) -> Writer<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        write(Writer::new(&mut out, kind)).finish();
        out.split_off(frame::LENGTH_BYTES)
    }

    fn stop(number: u64) -> Vec<u8> {
        let place = frame::Place { shard: 0, slot: 1, generation: 1 };
        frame(kind::SIGNAL, |out| out.u64(number).place(place).signal(&frame::Signal::Stop))
    }

    fn fragment(is_last: bool, bytes: &[u8]) -> Vec<u8> {
        frame(kind::FRAGMENT, |out| out.u8(is_last.into()).bytes(bytes))
    }

    /// What the peer makes of frames that come one after the other: the first that it does not take.
    fn taken(frames: &[Vec<u8>]) -> Result<(), CloseCode> {
        let mut peer = peer();
        frames.iter().try_for_each(|frame| peer.handle_frame(frame, SECOND).map(drop))
    }

    fn said(peer: &mut Peer) -> Vec<Frame<'static>> {
        let mut out = Vec::new();
        peer.poll_transmit(&mut out);
        let (out, mut frames) = (out.leak(), Vec::new());
        let mut rest: &'static [u8] = out;
        while let Ok(Some(length)) = frame::length(rest, 1_000) {
            let (frame, after) = rest[frame::LENGTH_BYTES..].split_at(length);
            frames.push(frame::read(frame).expect("it was written"));
            rest = after;
        }
        frames
    }

    #[test]
    fn w8_signals_come_once_and_in_order_and_are_acknowledged() {
        assert_eq!(taken(&[stop(1), stop(2)]), Ok(()));
        assert_eq!(taken(&[stop(1), stop(1)]), Err(CloseCode::BadSequence));
        assert_eq!(taken(&[stop(2)]), Err(CloseCode::BadSequence));
        let mut peer = peer();
        peer.handle_frame(&stop(1), SECOND).map(drop).expect("it is the first");
        assert_eq!(said(&mut peer), [Frame::Ack { signals: 1, messages: 0 }]);
        assert_eq!(said(&mut peer), []);
    }

    #[test]
    fn w6_fragments_out_of_order_or_without_end_close() {
        let whole = frame(kind::TELL, |out| out.bytes(&[0; 20]));
        let (begin, end) = whole.split_at(8);
        assert_eq!(taken(&[fragment(false, begin), fragment(true, end)]), Ok(()));
        assert_eq!(taken(&[fragment(false, begin), whole.clone()]), Err(CloseCode::BadFragment));
        assert_eq!(taken(&[fragment(false, begin), stop(1)]), Err(CloseCode::BadFragment));
        let mut peer = peer();
        assert_eq!(peer.begin_row(SECOND), Ok(()));
        peer.handle_frame(&fragment(false, begin), SECOND).map(drop).expect("a fragment");
        assert_eq!(peer.begin_row(SECOND), Err(CloseCode::BadFragment));
        assert_eq!(taken(&[fragment(true, &[])]), Err(CloseCode::BadFragment));
        assert_eq!(taken(&[fragment(true, end)]), Err(CloseCode::BadFragment));
        let too_long = vec![fragment(false, &[kind::TELL; 600]); 2];
        assert_eq!(taken(&too_long), Err(CloseCode::BadFragment));
        let as_long_as_may_be = [fragment(false, &[kind::TELL; 600]), fragment(true, &[0; 400])];
        assert_eq!(taken(&as_long_as_may_be), Ok(()));
        let ping = frame(kind::PING, |out| out.u64(1));
        assert_eq!(taken(&[fragment(false, begin), ping, fragment(true, end)]), Ok(()));
    }

    #[test]
    fn w4_what_belongs_to_the_handshake_has_no_place_after_it() {
        let protocols = frame(kind::PROTOCOLS, |out| out.protocols(&[]));
        assert_eq!(taken(&[protocols]), Err(CloseCode::OutOfPlace));
    }

    #[test]
    fn w4_payloads_that_cannot_be_read_close_when_there_are_too_many_in_a_minute() {
        let mut peer = peer();
        assert_eq!(peer.handle_error(SECOND), Ok(()));
        assert_eq!(peer.handle_error(SECOND), Ok(()));
        assert_eq!(peer.handle_error(SECOND * 61), Ok(()), "another minute");
        assert_eq!(peer.handle_error(SECOND * 62), Ok(()));
        assert_eq!(peer.handle_error(SECOND * 63), Err(CloseCode::TooManyErrors));
    }

    #[test]
    fn w13_a_silent_peer_is_lost() {
        let (mut silent, mut heard) = (peer(), peer());
        for seconds in 1..=9 {
            assert_eq!(silent.handle_timeout(SECOND * seconds), Ok(()));
            assert_eq!(heard.handle_timeout(SECOND * seconds), Ok(()));
            assert!(matches!(said(&mut silent)[..], [Frame::Ping(_)]), "it was asked");
        }
        assert_eq!(silent.handle_timeout(SECOND * 10), Err(CloseCode::Silent));
        heard.handle_frame(&frame(kind::PONG, |out| out.u64(1)), SECOND * 9).expect("a pong");
        assert_eq!(heard.handle_timeout(SECOND * 10), Ok(()));
    }

    #[test]
    fn q1_heartbeats_that_cannot_be_answered_are_read_no_more() {
        let mut peer = peer();
        let ping = frame(kind::PING, |out| out.u64(1));
        let mut heard = 0;
        while !peer.is_flooded() {
            peer.handle_frame(&ping, SECOND).map(drop).expect("a ping");
            heard += 1;
        }
        assert!(heard < CHUNK_BYTES);
        drop(said(&mut peer));
        assert!(!peer.is_flooded());
    }

    #[test]
    fn k2_a_node_that_was_paused_listens_before_it_judges() {
        let mut peer = peer();
        assert_eq!(peer.handle_timeout(SECOND * 60), Ok(()));
        (61..70).for_each(|seconds| assert_eq!(peer.handle_timeout(SECOND * seconds), Ok(())));
        assert_eq!(peer.handle_timeout(SECOND * 70), Err(CloseCode::Silent));
    }

    #[test]
    fn messages_are_acknowledged_now_and_then() {
        let mut peer = peer();
        let tell = frame(kind::TELL, |out| out.bytes(&[0; 20]));
        for _ in 0..ACK_MESSAGES - 1 {
            peer.handle_frame(&tell, SECOND).map(drop).expect("a tell");
        }
        assert_eq!(said(&mut peer), []);
        peer.handle_frame(&tell, SECOND).map(drop).expect("a tell");
        assert_eq!(said(&mut peer), [Frame::Ack { signals: 0, messages: ACK_MESSAGES }]);
    }

    #[test]
    fn messages_are_acknowledged_however_they_come() {
        let (mut peer, tell) = (peer(), frame(kind::TELL, |out| out.bytes(&[0; 20])));
        let (begin, end) = tell.split_at(8);
        for messages in [ACK_MESSAGES, 2 * ACK_MESSAGES] {
            peer.begin_row(SECOND).expect("no fragment waits");
            peer.end_row(ACK_MESSAGES - 1);
            for part in [fragment(false, begin), fragment(true, end)] {
                assert_eq!(said(&mut peer), []);
                peer.handle_frame(&part, SECOND).map(drop).expect("a part of a tell");
            }
            assert_eq!(said(&mut peer), [Frame::Ack { signals: 0, messages }]);
        }
    }
}
