//! The driver of one connection: it moves bytes between a socket and what is sans-io, and gives what comes to whom it
//! is for.

use std::future::{Future, poll_fn};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actor_runtime::remote;
use actor_runtime::{Address, AskError, DeadReason, Drained, StartError};
use tokio::io::{AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, Sleep, timeout, timeout_at};

use super::spawn::Starting;
use super::{Inner, PeerInfo, Registered};
use crate::cluster::Detector;
use crate::config::{Limits, ROUNDS, TURN_BYTES, UNREAD_LONGEST};
use crate::error::{CloseCode, DecodeError, FindError, SpawnError};
use crate::node_id::NodeId;
use crate::peer::{Event, Peer, Theirs, Waiting};
use crate::route::{
    Answering, AnswersTo, Outbound, error_of_number, heard, place_of, said_reason, spawned, told,
    untold,
};
use crate::transport::Stream;
use crate::wire::frame::{
    self, Fact, Frame, Head, LENGTH_BYTES, Place, Question, Reason, Row, Writer, kind,
};
use crate::wire::{Answers, Arrivals, Asker};

/// What came and was not taken yet.
pub(super) struct Inbox {
    bytes: Vec<u8>,
    begin: usize,
    end: usize,
}

impl Inbox {
    pub(super) fn new(bytes: usize) -> Self {
        Self { bytes: vec![0; bytes], begin: 0, end: 0 }
    }

    /// Takes so many bytes at once from here on.
    pub(super) fn widen(&mut self, bytes: usize) {
        self.bytes.resize(self.bytes.len().max(bytes), 0);
    }

    /// Reads what there is, and answers how many bytes. The buffer grows with what came, never with what was promised.
    pub(super) fn poll_fill(
        &mut self,
        stream: &mut dyn Stream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if self.begin > 0 {
            // Less than a frame, so that the rest of the buffer is there to be read into at once.
            self.bytes.copy_within(self.begin..self.end, 0);
            (self.begin, self.end) = (0, self.end - self.begin);
        }
        if self.end == self.bytes.len() {
            let grown = self.bytes.len() * 2;
            self.bytes.resize(grown, 0);
        }
        let mut out = ReadBuf::new(&mut self.bytes[self.end..]);
        ready!(Pin::new(stream).poll_read(cx, &mut out))?;
        let read = out.filled().len();
        self.end += read;
        Poll::Ready(if read == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(read) })
    }

    /// The next frame, its length left out, if it is whole.
    fn next(&mut self, most: usize) -> Result<Option<&[u8]>, CloseCode> {
        let there = &self.bytes[self.begin..self.end];
        let Some(length) = frame::length(there, most)? else { return Ok(None) };
        if there.len() < LENGTH_BYTES + length {
            return Ok(None);
        }
        let begin = self.begin + LENGTH_BYTES;
        self.begin = begin + length;
        Ok(Some(&self.bytes[begin..begin + length]))
    }

    /// The next frame and those like it, if it is a whole tell.
    fn row(&self, most: usize, before: Option<Head>) -> Option<Row<'_>> {
        Row::new(&self.bytes[self.begin..self.end], most, before)
    }

    /// How many bytes are there of a frame that is not whole.
    const fn of_next(&self) -> usize {
        self.end - self.begin
    }

    /// The next frame, as soon as it is whole.
    pub(super) async fn frame(
        &mut self,
        stream: &mut dyn Stream,
        most: usize,
        limits: &Limits,
    ) -> Result<Frame<'_>, CloseCode> {
        let mut began = None;
        loop {
            let there = &self.bytes[self.begin..self.end];
            if let Some(length) = frame::length(there, most)?
                && there.len() >= LENGTH_BYTES + length
            {
                break;
            }
            if !there.is_empty() && began.is_none() {
                began = Some(Instant::now());
            }
            let patience = limits.patience(there.len());
            let more = poll_fn(|cx| self.poll_fill(stream, cx));
            let more = match began {
                Some(began) => timeout_at(began + patience, more).await,
                None => Ok(more.await),
            };
            more.map_err(|_| CloseCode::Timeout)?.map_err(|error| failed(&error))?;
        }
        let frame = self.next(most)?.expect("it is whole");
        frame::read(frame)
    }
}

/// Why a socket failed: what TLS says of the other end is no lost connection.
pub(super) fn failed(error: &io::Error) -> CloseCode {
    match error.kind() {
        io::ErrorKind::InvalidData => CloseCode::Unauthenticated,
        _ => CloseCode::Lost,
    }
}

/// Writes one frame, whole.
pub(super) async fn say(
    stream: &mut dyn Stream,
    write: impl FnOnce(Writer<'_>) -> Writer<'_>,
    kind: u8,
) -> Result<(), CloseCode> {
    let mut bytes = Vec::new();
    write(Writer::new(&mut bytes, kind)).finish();
    stream.write_all(&bytes).await.map_err(|error| failed(&error))?;
    stream.flush().await.map_err(|error| failed(&error))
}

/// What the actors are called that wait for what was asked of others.
#[derive(Debug)]
struct Questioned;

/// A connection whose handshake is over.
pub(super) struct Connection {
    pub(super) inner: Arc<Inner>,
    stream: Box<dyn Stream>,
    inbox: Inbox,
    /// Since when a frame comes that is not whole.
    coming_since: Option<Duration>,
    /// When the socket was read last.
    read: Duration,
    most_bytes: usize,
    io: Io,
    sleep: Pin<Box<Sleep>>,
    seconds: u64,
    /// Who the other node is: another life of it may have its place by the time that this connection ends.
    who: PeerInfo,
}

/// What frames act on.
struct Io {
    began: Instant,
    now: Duration,
    peer: Peer,
    detector: Detector,
    outbound: Arc<Outbound>,
    answers: Rc<dyn Answers>,
    /// To whom the last tell was.
    told: Option<Head>,
    /// What is at the socket, and how much of it is sent.
    sending: Vec<u8>,
    sent: usize,
    is_unflushed: bool,
}

impl Connection {
    pub(super) fn new(
        inner: Arc<Inner>,
        stream: Box<dyn Stream>,
        inbox: Inbox,
        theirs: &Theirs,
        outbound: Arc<Outbound>,
    ) -> Self {
        let began = Instant::now();
        let io = Io {
            began,
            now: Duration::ZERO,
            peer: Peer::new(&inner.limits, theirs, Duration::ZERO),
            detector: Detector::new(theirs.heartbeat, inner.limits.pause, Duration::ZERO),
            answers: Rc::new(AnswersTo(outbound.clone())),
            outbound,
            told: None,
            sending: Vec::new(),
            sent: 0,
            is_unflushed: false,
        };
        let sleep = Box::pin(tokio::time::sleep_until(began));
        Self {
            inner,
            stream,
            inbox,
            coming_since: None,
            read: Duration::ZERO,
            most_bytes: theirs.frame_bytes,
            io,
            sleep,
            seconds: 0,
            who: PeerInfo { name: theirs.name.clone(), id: NodeId::of_bits(theirs.id) },
        }
    }

    /// Runs until the connection ends, and says why.
    pub(super) async fn run(&mut self) -> CloseCode {
        let code = poll_fn(|cx| self.poll(cx)).await;
        self.end(code);
        if code != CloseCode::Lost {
            let (number, stream) = (code.number(), &mut *self.stream);
            // What is half sent would take the goodbye for its rest.
            let is_between = self.io.sent == self.io.sending.len();
            let goodbye = async {
                if is_between {
                    say(stream, |frame| frame.u16(number), kind::CLOSE).await?;
                }
                stream.shutdown().await.map_err(|error| failed(&error))
            };
            // The other node may be gone, or may not read.
            drop(timeout(self.inner.limits.handshake, goodbye).await);
        }
        code
    }

    /// Tells all who wait for the connection that it has ended; the first reason counts.
    fn end(&self, code: CloseCode) {
        if self.io.outbound.is_closed() {
            return;
        }
        let lost = self.io.outbound.close();
        self.inner.lost(&self.io.outbound, &self.who, code, lost);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<CloseCode> {
        self.io.now = self.io.began.elapsed();
        match self.poll_rounds(cx) {
            Ok(()) => Poll::Pending,
            Err(code) => Poll::Ready(code),
        }
    }

    fn poll_rounds(&mut self, cx: &mut Context<'_>) -> Result<(), CloseCode> {
        if let Some(code) = self.io.outbound.ends() {
            return Err(code);
        }
        while self.sleep.as_mut().poll(cx).is_ready() {
            self.timeout()?;
        }
        // Then what has arrived is delivered first.
        let is_behind = remote::is_behind();
        let is_unread = is_behind && self.io.now < self.read + UNREAD_LONGEST;
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            let wrote = self.poll_write(cx)?;
            if is_unread {
                break;
            }
            self.read = self.io.now;
            let read = self.poll_read(cx)?;
            if !wrote && read == 0 {
                return Ok(());
            }
            bytes += read;
            if is_behind || bytes >= TURN_BYTES {
                break;
            }
        }
        // Others have their turn, the shard among them: who only wakes itself is polled again before it.
        let _ = pin!(tokio::task::yield_now()).poll(cx);
        Ok(())
    }

    fn timeout(&mut self) -> Result<(), CloseCode> {
        let io = &mut self.io;
        if io.peer.was_held_up(io.now) {
            actor_runtime::sometimes!(Paused);
            io.detector.forgive(io.now);
        }
        if let Some(since) = &mut self.coming_since {
            let is_flooded = io.outbound.is_flooded() || io.peer.is_flooded();
            if io.peer.was_held_up(io.now) || is_flooded || remote::is_behind() {
                // It was not read.
                *since = io.now;
            }
            if io.now - *since > self.inner.limits.patience(self.inbox.of_next()) {
                return Err(CloseCode::Timeout);
            }
        }
        io.peer.handle_timeout(io.now)?;
        if io.detector.phi(io.now) > f64::from(self.inner.limits.suspicion) {
            actor_runtime::sometimes!(Silence);
            return Err(CloseCode::Silent);
        }
        while self.seconds < io.now.as_secs() {
            self.seconds += 1;
            io.outbound.tick();
        }
        let next = io.peer.poll_timeout().min(Duration::from_secs(self.seconds + 1));
        self.sleep.as_mut().reset(io.began + next);
        Ok(())
    }

    /// Sends what there is, and answers whether the socket took any of it.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Result<bool, CloseCode> {
        let io = &mut self.io;
        if io.sent == io.sending.len() {
            io.sent = 0;
            let sent = std::mem::take(&mut io.sending);
            let chunk = io.outbound.take_chunk(sent, cx.waker());
            // What the connection itself says goes between two chunks.
            io.peer.poll_transmit(&mut io.sending);
            match chunk {
                Some(chunk) if io.sending.is_empty() => io.sending = chunk,
                Some(chunk) => io.sending.extend_from_slice(&chunk),
                None => {}
            }
        }
        if io.sent == io.sending.len() {
            // What TLS has taken may not be at the socket yet.
            if io.is_unflushed {
                match Pin::new(&mut *self.stream).poll_flush(cx) {
                    Poll::Pending => {}
                    Poll::Ready(Ok(())) => io.is_unflushed = false,
                    Poll::Ready(Err(_)) => return Err(CloseCode::Lost),
                }
            }
            return Ok(false);
        }
        match Pin::new(&mut *self.stream).poll_write(cx, &io.sending[io.sent..]) {
            Poll::Pending => Ok(false),
            Poll::Ready(Ok(bytes)) if bytes > 0 => {
                io.sent += bytes;
                io.is_unflushed = true;
                Ok(true)
            }
            Poll::Ready(_) => Err(CloseCode::Lost),
        }
    }

    /// Reads what there is, and answers how many bytes that was.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Result<usize, CloseCode> {
        if self.io.outbound.is_flooded() || self.io.peer.is_flooded() {
            return Ok(0);
        }
        // What came together with the end of the handshake is there already.
        self.take_frames()?;
        let read = match self.inbox.poll_fill(&mut *self.stream, cx) {
            Poll::Pending => return Ok(0),
            Poll::Ready(Ok(read)) => read,
            Poll::Ready(Err(_)) => return Err(CloseCode::Lost),
        };
        self.take_frames()?;
        Ok(read)
    }

    /// Takes the frames that are there.
    fn take_frames(&mut self) -> Result<(), CloseCode> {
        loop {
            if let Some(row) = self.inbox.row(self.most_bytes, self.io.told) {
                let left = self.io.tells(&self.inner, row)?;
                self.inbox.begin = self.inbox.end - left;
            } else if let Some(frame) = self.inbox.next(self.most_bytes)? {
                let event = self.io.peer.handle_frame(frame, self.io.now)?;
                self.io.handle(&self.inner, event)?;
            } else {
                break;
            }
            self.coming_since = None;
        }
        if self.inbox.of_next() > 0 {
            self.coming_since.get_or_insert(self.io.now);
        }
        Ok(())
    }
}

impl Io {
    #[inline]
    fn handle(&mut self, inner: &Inner, event: Event<'_>) -> Result<(), CloseCode> {
        match event {
            Event::None => Ok(()),
            Event::Heartbeat => {
                self.detector.hear(self.now);
                Ok(())
            }
            Event::Frame(frame) => self.take(inner, frame),
            Event::Whole(bytes) => self.take(inner, frame::read(&bytes)?),
            Event::Acknowledged { signals, messages } => {
                match self.outbound.acknowledged(signals, messages) {
                    true => Ok(()),
                    false => Err(CloseCode::BadSequence),
                }
            }
            Event::Closed(code) => Err(code),
        }
    }

    fn take(&mut self, inner: &Inner, frame: Frame<'_>) -> Result<(), CloseCode> {
        match frame {
            // Here only if it came in fragments.
            Frame::Tell { to, protocol, payload } => {
                let head = Head { to, protocol };
                self.told = Some(head);
                let Some(known) = inner.protocol(protocol) else { return self.error() };
                let mut arrivals = self.arrivals(Row::one(head, payload), None);
                arrive(inner, known, &mut arrivals).or_else(|_| self.error())
            }
            Frame::Ask { to, protocol, payload, correlation, remaining_nanos } => {
                let Some(known) = inner.protocol(protocol) else {
                    self.answers.refuse(correlation, AskError::UnknownHandler);
                    return self.error();
                };
                if remaining_nanos == 0 {
                    actor_runtime::sometimes!(ExpiredAsk);
                    (known.refuse)(inner.own(to), DeadReason::ExpiredAsk);
                    self.answers.refuse(correlation, AskError::Timeout);
                    return Ok(());
                }
                let asker = Asker { answers: self.answers.clone(), correlation, remaining_nanos };
                let mut arrivals =
                    self.arrivals(Row::one(Head { to, protocol }, payload), Some(asker));
                arrive(inner, known, &mut arrivals).or_else(|error| {
                    self.answers.refuse(correlation, error.as_ask_error());
                    self.error()
                })
            }
            Frame::Answer { correlation, payload } => match self.outbound.take_waiting(correlation)
            {
                Some(Waiting::Ask(asked)) => asked.answer(payload).or_else(|_| self.error()),
                Some(Waiting::Lookup(found)) => {
                    let place = place_in(payload).ok_or(CloseCode::Malformed)?;
                    // Who looked may be gone.
                    drop(found.send(Ok(place)));
                    Ok(())
                }
                Some(Waiting::Spawn(tell)) => {
                    let begun = spawned(frame::read_fact(payload)?).ok_or(CloseCode::Malformed)?;
                    // Whoever asked may wait no more.
                    drop(tell.send(begun));
                    Ok(())
                }
                Some(Waiting::Question(question)) => {
                    match told(question, frame::read_fact(payload)?) {
                        true => Ok(()),
                        false => Err(CloseCode::Malformed),
                    }
                }
                None => Ok(()),
            },
            Frame::Question { correlation, to, question } => {
                self.question(inner, correlation, to, question);
                Ok(())
            }
            Frame::Refusal { correlation, why } => {
                match self.outbound.take_waiting(correlation) {
                    Some(Waiting::Ask(asked)) => asked.fail(error_of_number(why)),
                    Some(Waiting::Lookup(found)) => drop(found.send(Err(find_error(why)))),
                    Some(Waiting::Question(question)) => untold(question, error_of_number(why)),
                    Some(Waiting::Spawn(begun)) => {
                        drop(begun.send(Err(SpawnError::of_number(why))));
                    }
                    None => {}
                }
                Ok(())
            }
            Frame::Signal { to, signal, .. } => {
                let crossing = heard(signal, self.outbound.node);
                let to = inner.own(to);
                if !self.outbound.bond(to, &crossing) {
                    return Err(CloseCode::TooManyBonds);
                }
                if inner.may(&crossing) {
                    let (visible, may_end) = (&inner.visible, inner.rights.exit);
                    remote::signal(to, crossing, visible, may_end);
                }
                Ok(())
            }
            Frame::Spawn { correlation, protocol, fingerprint, payload } => {
                let answering = Answering::new(&self.outbound, correlation);
                let answering = answering.ok_or(SpawnError::Full);
                let starting = answering.and_then(|answering| {
                    Ok((answering, self.begin(inner, protocol, fingerprint, payload)?))
                });
                match starting {
                    Ok((answering, starting)) => begun(inner, answering, starting),
                    Err(error) => self.outbound.refuse(correlation, error.number()),
                }
                Ok(())
            }
            Frame::GiveUp(number) => {
                self.outbound.give_up(number);
                Ok(())
            }
            Frame::Lookup { correlation, protocol, name } => {
                match inner.find(protocol, name) {
                    Ok(place) => self.outbound.found(correlation, place),
                    Err(error) => self.outbound.refuse(correlation, find_number(error)),
                }
                Ok(())
            }
            _ => Err(CloseCode::OutOfPlace),
        }
    }

    /// Takes a row of tells, and answers how many bytes are behind it.
    fn tells(&mut self, inner: &Inner, row: Row<'_>) -> Result<usize, CloseCode> {
        self.peer.begin_row(self.now)?;
        self.told = Some(row.head);
        let mut arrivals = self.arrivals(row, None);
        if let Some(known) = inner.protocol(arrivals.row.head.protocol) {
            // They go on behind one that cannot be read.
            while arrive(inner, known, &mut arrivals).is_err() {
                self.error()?;
            }
        } else {
            while arrivals.row.next().is_some() {
                self.error()?;
            }
        }
        self.peer.end_row(arrivals.row.taken);
        Ok(arrivals.row.left())
    }

    fn arrivals<'a>(&self, row: Row<'a>, asker: Option<Asker>) -> Arrivals<'a> {
        let (by_name, sender) = self.outbound.form_of(row.head.protocol);
        Arrivals { row, codec: self.outbound.codec(), by_name, sender, asker }
    }

    /// Asks an actor what the runtime of the other node wants to know of it. A future beside the connection waits for
    /// the answer, for as long as that lives.
    fn question(&self, inner: &Inner, number: u64, to: Place, question: Question) {
        let Some(answering) = Answering::new(&self.outbound, number) else {
            return self.answers.refuse(number, AskError::Full);
        };
        let (to, visible) = (inner.own(to), &inner.visible);
        // Asked at once, so that it keeps its place among the messages.
        match question {
            Question::IsAlive => {
                let alive = |alive, _| Ok(Fact::Alive(alive));
                inform(inner, answering, remote::is_alive(to, visible), alive);
            }
            Question::Wait => {
                let ended = |reason, most| Ok(Fact::Ended(said_reason(&reason, most)));
                inform(inner, answering, remote::wait(to, visible), ended);
            }
            Question::Drain(_) if !inner.rights.exit => {
                let reason = Reason::Error("the node gives no right to end its actors".to_owned());
                answering.inform(&Fact::Drained { left: 0, reason });
            }
            Question::Drain(nanos) => {
                let drained = |Drained { left, reason, .. }: Drained, most| {
                    let reason = said_reason(&reason, most);
                    Ok(Fact::Drained { left, reason })
                };
                inform(inner, answering, remote::drain(to, nanos, visible), drained);
            }
        }
    }

    /// Begins an actor for the other node, if that may have it.
    fn begin(
        &self,
        inner: &Inner,
        protocol: u64,
        fingerprint: u64,
        payload: &[u8],
    ) -> Result<Starting, SpawnError> {
        if !inner.rights.spawn {
            tracing::warn!(target: "callboard", node = inner.ours.name, "no right to begin an actor");
            return Err(SpawnError::NoRight);
        }
        let offer = inner.offers.get(&protocol).ok_or(SpawnError::NotOffered)?;
        if offer.fingerprint != fingerprint {
            return Err(SpawnError::Arguments);
        }
        // What reads a value is a user's code.
        let begun = remote::decoding(|| {
            let begin = || (offer.begin)(&inner.system, self.outbound.codec(), payload);
            catch_unwind(AssertUnwindSafe(begin))
        });
        begun.ok().and_then(Result::ok).ok_or(SpawnError::Arguments)
    }

    /// Notes a payload that could not be read.
    #[cold]
    fn error(&mut self) -> Result<(), CloseCode> {
        self.peer.handle_error(self.now)
    }
}

/// Gives messages to their actor, up to one that cannot be read, which it counts as such.
fn arrive(
    inner: &Inner,
    known: &Registered,
    arrivals: &mut Arrivals<'_>,
) -> Result<(), DecodeError> {
    let to = inner.own(arrivals.row.head.to);
    // What reads a value is a user's code.
    let arrived = remote::decoding(|| {
        catch_unwind(AssertUnwindSafe(|| (known.arrive)(to, arrivals)))
            .unwrap_or_else(|_| Err(DecodeError::Refused("the value panicked".to_owned())))
    });
    if let Err(error) = &arrived {
        tracing::warn!(target: "callboard", %to, protocol = known.schema.name, %error, "not read");
        (known.refuse)(to, DeadReason::Decode);
    }
    arrived
}

/// Says where the actor is, once it has started.
fn begun(inner: &Inner, answering: Answering, starting: Starting) {
    let began = |started: Result<Address, StartError>, most| match started {
        Ok(actor) => Ok(Fact::Begun(place_of(actor))),
        Err(StartError::Failed(reason)) => Ok(Fact::Failed(said_reason(&reason, most))),
        Err(StartError::Ignored) => Err(SpawnError::Ignored.number()),
        Err(StartError::Timeout) => Ok(Fact::Failed(Reason::StartTimeout)),
        Err(other) => Ok(Fact::Failed(Reason::Error(other.to_string()))),
    };
    inform(inner, answering, starting, began);
}

/// Says the answer, once it is there; `fact` hears how long a text in it may be.
fn inform<T: 'static>(
    inner: &Inner,
    mut answering: Answering,
    answer: impl Future<Output = T> + Send + 'static,
    fact: fn(T, usize) -> Result<Fact, u8>,
) {
    remote::attend::<Questioned, _>(&inner.system, inner.shard, move || async move {
        let mut answer = pin!(answer);
        let answer = poll_fn(|cx| match Pin::new(&mut answering.ends).poll(cx) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => answer.as_mut().poll(cx).map(Some),
        });
        match answer.await.map(|answer| fact(answer, answering.reason_bytes())) {
            Some(Ok(fact)) => answering.inform(&fact),
            Some(Err(why)) => answering.refuse(why),
            // The connection has ended, or nobody waits any more.
            None => {}
        }
    });
}

fn place_in(payload: &[u8]) -> Option<Place> {
    let number = |at: usize| Some(u32::from_le_bytes(payload.get(at..at + 4)?.try_into().ok()?));
    let place = Place { shard: number(0)?, slot: number(4)?, generation: number(8)? };
    (payload.len() == 12).then_some(place)
}

/// Why a lookup found nothing, by its number on the wire.
const FIND_ERRORS: [(FindError, u8); 3] =
    [(FindError::NotFound, 1), (FindError::OtherType, 2), (FindError::UnknownProtocol, 3)];

fn find_number(error: FindError) -> u8 {
    FIND_ERRORS.iter().find(|(known, _)| *known == error).map_or(1, |(_, number)| *number)
}

fn find_error(number: u8) -> FindError {
    let known = FIND_ERRORS.into_iter().find(|(_, known)| *known == number);
    known.map_or(FindError::NotFound, |(error, _)| error)
}

impl Drop for Connection {
    /// Its system may end before the connection does.
    fn drop(&mut self) {
        self.end(CloseCode::Leaving);
    }
}
