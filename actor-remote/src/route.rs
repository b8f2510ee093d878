//! How a message leaves: written at once, on the sender's own thread, behind what waits for the connection.
//!
//! An [`Outbound`] is one connection as senders see it; it stands in the runtime's table of nodes while the
//! connection lives. Users' values are written into a buffer of the thread before the lock is taken, so no code of
//! theirs runs under it.
//!
//! Before me: the runtime finds that an address is of another node. After me: the driver of the connection takes
//! chunks of frames and sends them.

mod batch;

use std::any::Any;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;

use actor_runtime::remote::{self, Carrier, Crossing, Departure, Label, Question};
use actor_runtime::{Address, AskError, DeadReason, ExitReason, Panic};
use tokio::sync::oneshot;

use self::batch::{Batch, Run};
use crate::config::{CHUNK_BYTES, LOOKUP_TICKS, Limits, REASON_BYTES};
use crate::error::{CloseCode, EncodeError, FindError, SpawnError};
use crate::peer::{Pending, Waiting, Window};
use crate::wire::frame::{self, Head, Place, Writer, kind};
use crate::wire::{
    Answers, Asked, Codec, Encoder, Named, Out, PeerProtocol, RemoteProtocol, Version, Wire,
    Written, fingerprint,
};

/// Buffers of more bytes than this are not kept.
const SCRATCH_BYTES: usize = 64 << 10;

thread_local! {
    /// Where this thread writes its next frame.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Gives `write` an empty buffer of this thread's.
#[inline]
fn with_scratch<R>(write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    // A value that sends while it is written, or a destructor of the thread, finds a new one.
    let mut scratch = SCRATCH.try_with(Cell::take).unwrap_or_default();
    scratch.clear();
    let result = write(&mut scratch);
    keep(scratch);
    result
}

/// Keeps a buffer for the next frame of this thread.
fn keep(scratch: Vec<u8>) {
    if scratch.capacity() <= SCRATCH_BYTES {
        let _ = SCRATCH.try_with(|kept| kept.set(scratch));
    }
}

/// What senders and the driver of a connection share.
#[derive(Debug)]
struct Queue {
    window: Window,
    pending: Pending,
    /// The number of the last signal, and of the last that the other node has acknowledged.
    signals: (u64, u64),
    /// Messages that the other node has acknowledged.
    acknowledged: u64,
    /// What actors of the other node have of actors of this one.
    bonds: HashSet<Bond>,
    /// What the other node asks and is not told yet, by its numbers; who finds the answer hears when one goes.
    answering: HashMap<u64, oneshot::Sender<()>>,
    is_closed: bool,
    /// Whether the driver has nothing to send, and is to be woken.
    is_idle: bool,
    driver: Option<Waker>,
    /// Who waits for room.
    waiting: Waiters,
}

impl Queue {
    /// Takes the messages of a batch up to one for which there is no room; those it takes are none of its runs any more.
    #[cold]
    fn push_some(&mut self, batch: &mut Batch) {
        actor_runtime::sometimes!(OutboundFull);
        let mut rest = &batch.bytes[..];
        for run in &mut batch.runs {
            while run.messages > 0 {
                let (frame, after) = frame::split(rest).expect("a frame for each message");
                // The next may be to whom this one is, which only this one says.
                if !self.window.has_room(frame.len()) {
                    return;
                }
                self.window.push(frame, true);
                (rest, run.messages) = (after, run.messages - 1);
            }
        }
    }

    /// Whether the other node leaves too many signals unacknowledged.
    const fn is_overrun(&self, limits: &Limits) -> bool {
        (self.signals.0 - self.signals.1) as usize > limits.unacknowledged_signals
    }
}

/// An actor of this node, one of the other that is to hear of its end, and by which monitor, if not by a link.
type Bond = (Address, Address, Option<u64>);

/// Calls to be made when there is room.
#[derive(Default)]
struct Waiters(Vec<Box<dyn FnOnce() + Send>>);

impl std::fmt::Debug for Waiters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} waiting", self.0.len())
    }
}

/// One connection, as senders see it.
#[derive(Debug)]
pub(crate) struct Outbound {
    me: Weak<Self>,
    /// The index of the other node in the table of nodes.
    pub(crate) node: u32,
    /// The index of this node's own system.
    home: u32,
    codec: Codec,
    most_bytes: usize,
    limits: Limits,
    /// The protocols that the other node takes, by their ids; what it says of those that are not the same as here.
    protocols: BTreeMap<u64, Option<PeerProtocol>>,
    queue: Mutex<Queue>,
    /// The number of the code that this end is to close the connection with; 0 while it is not.
    ends: AtomicU16,
}

/// What is left of a connection that is lost.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) waiting: Vec<Waiting>,
    /// The most messages that may not have arrived.
    pub(crate) messages: u64,
}

/// Why a message was refused on its way out.
enum Refused {
    Encode(EncodeError),
    Full,
    Lost,
    UnknownProtocol,
}

impl Refused {
    const fn reason(&self) -> DeadReason {
        match self {
            Self::Encode(_) | Self::UnknownProtocol => DeadReason::Decode,
            Self::Full => DeadReason::Overflow,
            Self::Lost => DeadReason::NodeDown,
        }
    }

    const fn error(&self) -> AskError {
        match self {
            Self::Encode(error) => error.as_ask_error(),
            Self::Full => AskError::Full,
            Self::Lost => AskError::NoConnection,
            Self::UnknownProtocol => AskError::UnknownHandler,
        }
    }
}

/// Why a message is not sent, with the ask in it.
type Unsent = (Refused, Option<Asked>);

/// Says that a message is not sent.
#[cold]
fn not_sent(label: Label, protocol: &str, (refused, asked): Unsent) {
    if let Some(asked) = asked {
        asked.fail(refused.error());
    }
    if let Refused::Encode(error) = &refused {
        tracing::warn!(target: "callboard", to = %label.to(), protocol, %error, "not sent");
    }
    remote::refuse(label, refused.reason());
}

/// Has a message leave for another node: what the macros give to the delivery of a remote protocol's messages.
pub fn leave<P>(departure: &mut Departure<P::Msg>, carrier: &dyn Any)
where
    P: RemoteProtocol + ?Sized,
{
    let label = departure.label();
    let mut batch = batch::take();
    let Some(codec) = batch.goes_on(carrier, label, P::ID) else {
        return leave_anew::<P>(departure, carrier, batch, None);
    };
    let (head, place) = batch.slot();
    // Who goes on is dense.
    match write::<P>(departure, place, codec, None) {
        Ok(bytes) => {
            *head = frame::again(bytes);
            batch.keep(bytes);
            batch::put_back(batch);
        }
        Err(message) => leave_anew::<P>(departure, carrier, batch, Some(message)),
    }
}

/// Has a message leave that does not go on with what was told before it, or is no tell that fits its place and was
/// written already.
#[inline(never)]
fn leave_anew<P>(
    departure: &mut Departure<P::Msg>,
    carrier: &dyn Any,
    mut batch: Box<Batch>,
    written: Option<Message>,
) where
    P: RemoteProtocol + ?Sized,
{
    let label = departure.label();
    let form = carrier
        .downcast_ref()
        .and_then(|outbound: &Outbound| Some((outbound, outbound.protocols.get(&P::ID)?)));
    let Some((outbound, peer)) = form else {
        batch::put_back(batch);
        remote::drop_unsent(departure, AskError::UnknownHandler);
        return not_sent(label, P::NAME, (Refused::UnknownProtocol, None));
    };
    let message = written.unwrap_or_else(|| {
        let (_, place) = batch.slot();
        let mut named = peer.as_ref().map(Named::new);
        match write::<P>(departure, place, outbound.codec, named.as_mut()) {
            Ok(bytes) => Message { encoded: Ok(()), written: Written::InPlace(bytes), asked: None },
            Err(message) => message,
        }
    });
    let run = Run { label, protocol: P::ID, is_dense: peer.is_none(), messages: 1 };
    if let Err(unsent) = outbound.send_written(batch, run, message) {
        not_sent(label, P::NAME, unsent);
    }
}

/// A message that was written, or could not be.
struct Message {
    encoded: Result<(), EncodeError>,
    written: Written,
    asked: Option<Asked>,
}

/// Writes a message, and answers how many bytes it has, if it asks nothing and is whole in its place.
// Its own function, so that the fields have all registers, and one for all, so that they are written right there.
#[inline(never)]
fn write<'a, P>(
    departure: &mut Departure<P::Msg>,
    place: &'a mut [u8; batch::PLACE_BYTES],
    codec: Codec,
    named: Option<&'a mut Named<'a>>,
) -> Result<usize, Message>
where
    P: RemoteProtocol + ?Sized,
{
    let timeout_nanos = remote::ask_timeout_nanos(&departure.label());
    let out = Out::new(place, || SCRATCH.try_with(Cell::take).unwrap_or_default());
    let mut encoder = Encoder::new(out, codec, const { &P::SCHEMA }, named, timeout_nanos);
    // What writes a value is a user's code.
    let encoded = catch_unwind(AssertUnwindSafe(|| {
        departure.take().map_or(Ok(()), |message| P::encode(message, &mut encoder))
    }));
    // Looked at where it lies: what is moved right after it is written waits for its own stores.
    if matches!(encoded, Ok(Ok(())))
        && let Some(bytes) = encoder.told_in_place()
    {
        return Ok(bytes);
    }
    let encoded =
        encoded.unwrap_or_else(|_| Err(EncodeError::Refused("the value panicked".to_owned())));
    let (asked, out) = encoder.finish();
    Err(Message { encoded, written: out.into_written(), asked })
}

impl Outbound {
    pub(crate) fn new(
        (home, node): (u32, u32),
        codec: Codec,
        most_bytes: usize,
        limits: &Limits,
        protocols: BTreeMap<u64, Option<PeerProtocol>>,
    ) -> Arc<Self> {
        let queue = Queue {
            window: Window::new(limits.into()),
            pending: Pending::default(),
            signals: (0, 0),
            acknowledged: 0,
            bonds: HashSet::new(),
            answering: HashMap::new(),
            is_closed: false,
            is_idle: false,
            driver: None,
            waiting: Waiters::default(),
        };
        let limits = limits.clone();
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            node,
            home,
            codec,
            most_bytes,
            limits,
            protocols,
            queue: Mutex::new(queue),
            ends: AtomicU16::new(0),
        })
    }

    /// Has the driver close the connection.
    pub(crate) fn end(&self, code: CloseCode) {
        // Ordering: the lock that is taken next publishes it to the driver, which polls after it is woken.
        self.ends.store(code.number(), Ordering::Release);
        let driver = self.queue().driver.clone();
        if let Some(driver) = driver {
            driver.wake();
        }
    }

    /// Why the driver is to close the connection, if it is.
    pub(crate) fn ends(&self) -> Option<CloseCode> {
        // Ordering: pairs with the store in `end`.
        let number = self.ends.load(Ordering::Acquire);
        (number != 0).then(|| CloseCode::of_number(number))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The most bytes of each text in a reason: a word of the runtime never goes in pieces.
    pub(crate) fn reason_bytes(&self) -> usize {
        REASON_BYTES.min(self.most_bytes / 4)
    }

    pub(crate) const fn codec(&self) -> Codec {
        self.codec
    }

    /// Whether messages of a protocol come by name from the other node, and of which version they are then, if it says that.
    pub(crate) fn form_of(&self, protocol: u64) -> (bool, Option<Version>) {
        match self.protocols.get(&protocol) {
            Some(None) => (false, None),
            Some(Some(theirs)) => (true, Some((theirs.version, theirs.fingerprint))),
            None => (true, None),
        }
    }

    /// Sends a message that is written, in the batch's place or elsewhere, and does not go on with the last run.
    fn send_written(
        &self,
        mut batch: Box<Batch>,
        run: Run,
        Message { encoded, written, asked }: Message,
    ) -> Result<(), Unsent> {
        let (_, place) = batch.slot();
        let place = *place;
        let payload = match &written {
            Written::InPlace(bytes) => &place[..*bytes],
            Written::Elsewhere(bytes) => bytes,
        };
        let fits = frame::bytes_of_tell(payload) <= self.most_bytes;
        let encoded = match encoded {
            Ok(()) if !fits => Err(EncodeError::TooLarge(self.most_bytes)),
            encoded => encoded,
        };
        let head = Head { to: place_of(run.label.to()), protocol: run.protocol };
        let is_added = encoded.is_ok() && asked.is_none() && batch.add(self, run, payload);
        if !is_added {
            batch.hand_over();
        }
        batch::put_back(batch);
        let sent = match encoded {
            Err(error) => Err((Refused::Encode(error), asked)),
            Ok(()) if is_added => Ok(()),
            Ok(()) => with_scratch(|frame| {
                frame.extend_from_slice(&frame::tell(head, payload.len()));
                frame.extend_from_slice(payload);
                self.enqueue(frame, asked)
            }),
        };
        if let Written::Elsewhere(bytes) = written {
            keep(bytes);
        }
        sent
    }

    /// Takes what a thread has written.
    fn take_batch(&self, batch: &mut Batch) {
        let messages = batch.messages();
        batch.bytes.truncate(batch.end);
        let mut queue = self.queue();
        let reason = if queue.is_closed {
            DeadReason::NodeDown
        } else {
            if queue.window.push_all(&mut batch.bytes, messages) {
                batch.runs.clear();
            } else {
                queue.push_some(batch);
            }
            DeadReason::Overflow
        };
        wake(queue);
        batch.end = 0;
        if batch.bytes.capacity() > CHUNK_BYTES * 2 {
            batch.bytes = Vec::new();
        }
        for run in batch.runs.drain(..) {
            (0..run.messages).for_each(|_| remote::refuse(run.label, reason));
        }
    }

    /// Puts a message that is written behind what waits.
    #[inline]
    fn enqueue(&self, frame: &mut Vec<u8>, asked: Option<Asked>) -> Result<(), Unsent> {
        let mut queue = self.queue();
        if queue.is_closed {
            return Err((Refused::Lost, asked));
        }
        if !queue.window.has_room(frame.len())
            || asked.is_some() && queue.pending.len() >= self.limits.pending_asks
        {
            actor_runtime::sometimes!(OutboundFull);
            return Err((Refused::Full, asked));
        }
        if let Some(asked) = asked {
            let remaining_nanos = asked.awaiting.remaining_nanos();
            let ticks = u32::try_from(remaining_nanos / 1_000_000_000 + 3).unwrap_or(u32::MAX);
            let number = queue.pending.insert(Waiting::Ask(asked), ticks);
            frame.extend_from_slice(&number.to_le_bytes());
            frame.extend_from_slice(&remaining_nanos.to_le_bytes());
            frame[frame::LENGTH_BYTES] = kind::ASK;
        }
        frame::set_length(frame);
        queue.window.push(frame, true);
        wake(queue);
        Ok(())
    }

    /// Notes what a word of the other node's makes of its actors' bonds. Answers whether there may be so many.
    pub(crate) fn bond(&self, to: Address, crossing: &Crossing) -> bool {
        // Only what surely ends a bond at its actor, too, is the end of it here.
        let (bond, is_there) = match *crossing {
            Crossing::Demonitor(from, number) => ((to, from, Some(number)), false),
            Crossing::Link(from) => ((to, from, None), true),
            Crossing::LinkDown(from, _) | Crossing::Unlink(from, _) => ((to, from, None), false),
            Crossing::Monitor(from, number) => ((to, from, Some(number)), true),
            _ => return true,
        };
        let mut queue = self.queue();
        match is_there {
            true => queue.bonds.insert(bond),
            false => queue.bonds.remove(&bond),
        };
        queue.bonds.len() <= self.limits.bonds
    }

    /// Puts what is no message behind what waits. Answers whether the connection lives.
    fn push(&self, frame: &[u8]) -> bool {
        batch::hand_over();
        let mut queue = self.queue();
        if queue.is_closed {
            return false;
        }
        queue.window.push(frame, false);
        wake(queue);
        true
    }

    /// Asks the other node who has a name.
    pub(crate) fn look_up(
        &self,
        protocol: u64,
        name: &str,
        found: oneshot::Sender<Result<Place, FindError>>,
    ) {
        batch::hand_over();
        let mut queue = self.queue();
        if queue.is_closed || queue.pending.len() >= self.limits.pending_asks {
            drop(queue);
            // Who looked may be gone.
            return drop(found.send(Err(FindError::NoConnection)));
        }
        let number = queue.pending.insert(Waiting::Lookup(found), LOOKUP_TICKS);
        let mut frame = Vec::new();
        Writer::new(&mut frame, kind::LOOKUP).u64(number).u64(protocol).text(name).finish();
        queue.window.push(&frame, false);
        wake(queue);
    }

    /// Has the other node begin an actor.
    pub(crate) fn spawn<A: Wire>(
        &self,
        protocol: u64,
        arguments: &A,
        begun: oneshot::Sender<Result<Place, SpawnError>>,
    ) {
        batch::hand_over();
        let refused = with_scratch(|out| {
            let print = const { fingerprint(A::SCHEMA) };
            // The number is known last.
            Writer::new(out, kind::SPAWN).u64(0).u64(protocol).u64(print).open();
            let written = catch_unwind(AssertUnwindSafe(|| self.codec.encode(arguments, out)));
            let written = written
                .unwrap_or_else(|_| Err(EncodeError::Refused("the value panicked".to_owned())));
            if let Err(error) = written {
                return Some((SpawnError::Encode(error), begun));
            }
            if out.len() > self.most_bytes {
                let error = EncodeError::TooLarge(self.most_bytes);
                return Some((SpawnError::Encode(error), begun));
            }
            let mut queue = self.queue();
            if queue.is_closed {
                return Some((SpawnError::NoConnection, begun));
            }
            if queue.pending.len() >= self.limits.pending_asks || !queue.window.has_room(out.len())
            {
                return Some((SpawnError::Full, begun));
            }
            let number = queue.pending.insert(Waiting::Spawn(begun), u32::MAX);
            out[frame::LENGTH_BYTES + 1..][..8].copy_from_slice(&number.to_le_bytes());
            frame::set_length(out);
            queue.window.push(out, false);
            wake(queue);
            None
        });
        if let Some((error, begun)) = refused {
            // Whoever asked may wait no more.
            drop(begun.send(Err(error)));
        }
    }

    /// Says where the actor is that was looked up.
    pub(crate) fn found(&self, number: u64, place: Place) {
        let mut frame = Vec::new();
        Writer::new(&mut frame, kind::ANSWER).u64(number).place(place).finish();
        self.push(&frame);
    }

    /// Says what was asked of an actor.
    pub(crate) fn inform(&self, number: u64, fact: &frame::Fact) {
        let mut frame = Vec::new();
        Writer::new(&mut frame, kind::ANSWER).u64(number).fact(fact).finish();
        self.push(&frame);
    }

    /// Says that there is no answer, by its number on the wire.
    pub(crate) fn refuse(&self, number: u64, why: u8) {
        let mut frame = Vec::new();
        Writer::new(&mut frame, kind::REFUSAL).u64(number).u8(why).finish();
        self.push(&frame);
    }

    /// A question of the other node's needs no answer any more.
    pub(crate) fn give_up(&self, number: u64) {
        let end = self.queue().answering.remove(&number);
        // It wakes who finds the answer; the lock is free by then.
        drop(end);
    }

    /// What waits for the answer of this number.
    pub(crate) fn take_waiting(&self, number: u64) -> Option<Waiting> {
        self.queue().pending.take(number)
    }

    /// The other node has taken so many.
    pub(crate) fn acknowledged(&self, signals: u64, messages: u64) -> bool {
        let mut queue = self.queue();
        let is_sane = signals <= queue.signals.0
            && signals >= queue.signals.1
            && messages <= queue.window.accepted()
            && messages >= queue.acknowledged;
        if is_sane {
            queue.signals.1 = signals;
            queue.acknowledged = messages;
        }
        is_sane
    }

    /// A second has passed.
    pub(crate) fn tick(&self) {
        let mut queue = self.queue();
        let due = queue.pending.tick();
        // An actor that was to begin does so.
        let questions = due.iter().filter(|(_, waiting)| matches!(waiting, Waiting::Question(_)));
        for (number, _) in questions {
            let mut frame = Vec::new();
            Writer::new(&mut frame, kind::GIVE_UP).u64(*number).finish();
            queue.window.push(&frame, false);
        }
        // The driver is awake, for it says this.
        drop(queue);
        due.into_iter().for_each(|(_, waiting)| waiting.expire());
    }

    /// The next chunk for the socket; where there is none, `driver` is woken when there is.
    pub(crate) fn take_chunk(&self, sent: Vec<u8>, driver: &Waker) -> Option<Vec<u8>> {
        // What this shard has written since its turn began goes with it.
        batch::hand_over();
        let mut queue = self.queue();
        queue.window.reuse(sent);
        let chunk = queue.window.take();
        if chunk.is_none() && !queue.driver.as_ref().is_some_and(|known| known.will_wake(driver)) {
            queue.driver = Some(driver.clone());
        }
        queue.is_idle = chunk.is_none();
        let waiting = match queue.window.has_room(1) {
            true => std::mem::take(&mut queue.waiting.0),
            false => Vec::new(),
        };
        drop(queue);
        waiting.into_iter().for_each(|call| call());
        chunk
    }

    /// Whether so much waits that nothing more is to be read from the other node until it is less.
    pub(crate) fn is_flooded(&self) -> bool {
        self.queue().window.is_flooded()
    }

    /// Whether the connection has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.queue().is_closed
    }

    /// Takes nothing more, and gives up what waits.
    pub(crate) fn close(&self) -> Lost {
        let mut queue = self.queue();
        queue.is_closed = true;
        let messages = queue.window.accepted() - queue.acknowledged;
        let waiting = queue.pending.take_all();
        queue.window.clear();
        queue.bonds = HashSet::new();
        let answering = std::mem::take(&mut queue.answering);
        let calls = std::mem::take(&mut queue.waiting.0);
        queue.driver = None;
        drop(queue);
        // Who waits for room hears by the drop that there will be none; likewise who finds answers.
        drop((calls, answering));
        Lost { waiting, messages }
    }
}

/// A question of the other node's that is to be answered.
pub(crate) struct Answering {
    outbound: Arc<Outbound>,
    number: u64,
    /// Ends with the connection, or as the other node gives up the question.
    pub(crate) ends: oneshot::Receiver<()>,
}

impl Answering {
    /// None if there are as many as may be.
    pub(crate) fn new(outbound: &Arc<Outbound>, number: u64) -> Option<Self> {
        let mut queue = outbound.queue();
        let answering = &mut queue.answering;
        if answering.len() >= outbound.limits.pending_asks || answering.contains_key(&number) {
            return None;
        }
        let (end, ends) = oneshot::channel();
        answering.insert(number, end);
        drop(queue);
        Some(Self { outbound: outbound.clone(), number, ends })
    }

    pub(crate) fn inform(self, fact: &frame::Fact) {
        self.outbound.inform(self.number, fact);
    }

    pub(crate) fn refuse(self, why: u8) {
        self.outbound.refuse(self.number, why);
    }

    /// The most bytes of each text in a reason.
    pub(crate) fn reason_bytes(&self) -> usize {
        self.outbound.reason_bytes()
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.outbound.give_up(self.number);
    }
}

/// Wakes the driver if it has nothing to send; the lock is free by then.
#[inline]
fn wake(mut queue: MutexGuard<'_, Queue>) {
    if !queue.is_idle {
        return;
    }
    queue.is_idle = false;
    let driver = queue.driver.clone();
    drop(queue);
    if let Some(driver) = driver {
        driver.wake();
    }
}

impl Carrier for Outbound {
    fn signal(&self, to: Address, signal: Crossing) {
        batch::hand_over();
        let ended = match signal {
            Crossing::Down { monitor, actor, .. } => Some((actor, to, Some(monitor))),
            Crossing::LinkDown(actor, _) | Crossing::Unlink(actor, _) => Some((actor, to, None)),
            _ => None,
        };
        let Some(signal) = said(signal, self.home, self.reason_bytes()) else { return };
        let mut queue = self.queue();
        if queue.is_closed {
            return;
        }
        if let Some(bond) = ended {
            queue.bonds.remove(&bond);
        }
        queue.signals.0 += 1;
        if queue.is_overrun(&self.limits) {
            drop(queue);
            return self.end(CloseCode::SignalsOverflow);
        }
        let mut frame = Vec::new();
        let writer = Writer::new(&mut frame, kind::SIGNAL).u64(queue.signals.0);
        writer.place(place_of(to)).signal(&signal).finish();
        queue.window.push(&frame, false);
        wake(queue);
    }

    fn ask(&self, to: Address, question: Question) {
        batch::hand_over();
        let said = match question {
            Question::Drain(nanos, _) => frame::Question::Drain(nanos),
            Question::IsAlive(_) => frame::Question::IsAlive,
            Question::Wait(_) => frame::Question::Wait,
        };
        let mut queue = self.queue();
        if queue.is_closed {
            drop(queue);
            return question.fail(ExitReason::NoConnection);
        }
        if queue.pending.len() >= self.limits.pending_asks {
            drop(queue);
            return question.fail(ExitReason::error(TOO_MANY));
        }
        let number = queue.pending.insert(Waiting::Question(question), u32::MAX);
        let mut frame = Vec::new();
        let writer = Writer::new(&mut frame, kind::QUESTION).u64(number);
        writer.place(place_of(to)).question(said).finish();
        queue.window.push(&frame, false);
        wake(queue);
    }

    fn has_room(&self) -> bool {
        batch::hand_over();
        let queue = self.queue();
        !queue.is_closed && queue.window.has_room(1)
    }

    fn when_room(&self, call: Box<dyn FnOnce() + Send>) {
        batch::hand_over();
        let mut queue = self.queue();
        if queue.is_closed || queue.waiting.0.len() >= self.limits.pending_asks {
            drop(queue);
            return drop(call);
        }
        if !queue.window.has_room(1) {
            return queue.waiting.0.push(call);
        }
        drop(queue);
        call();
    }
}

/// What a question is told that finds as many before it as there may be.
const TOO_MANY: &str = "too many questions wait for the node";

/// Tells who has asked a question what the other node says; answers whether that was the answer to it.
pub(crate) fn told(question: Question, fact: frame::Fact) -> bool {
    // Whoever asked may wait no more.
    match (question, fact) {
        (Question::IsAlive(tell), frame::Fact::Alive(alive)) => drop(tell.send(alive)),
        (Question::Drain(_, tell), frame::Fact::Drained { left, reason }) => {
            drop(tell.send(remote::drained(left, heard_reason(reason))));
        }
        (Question::Wait(tell), frame::Fact::Ended(reason)) => {
            drop(tell.send(heard_reason(reason)));
        }
        _ => return false,
    }
    true
}

/// What the other node says became of a spawn, if that is what it says.
pub(crate) fn spawned(fact: frame::Fact) -> Option<Result<Place, SpawnError>> {
    match fact {
        frame::Fact::Begun(place) => Some(Ok(place)),
        frame::Fact::Failed(reason) => Some(Err(SpawnError::Failed(heard_reason(reason)))),
        _ => None,
    }
}

/// Tells who has asked a question that the other node does not answer it.
pub(crate) fn untold(question: Question, why: AskError) {
    match why {
        AskError::Full => question.fail(ExitReason::error(TOO_MANY)),
        // It is nobody's.
        _ => drop(question),
    }
}

/// Where answers to the other node go: by the connection that its asks came by.
#[derive(Debug)]
pub(crate) struct AnswersTo(pub(crate) Arc<Outbound>);

impl Answers for AnswersTo {
    fn answer(
        &self,
        correlation: u64,
        write: &mut dyn FnMut(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) {
        let outbound = &*self.0;
        let written = with_scratch(|out| {
            Writer::new(out, kind::ANSWER).u64(correlation).open();
            let written = catch_unwind(AssertUnwindSafe(|| write(out)));
            written
                .unwrap_or_else(|_| Err(EncodeError::Refused("the value panicked".to_owned())))?;
            if out.len() > outbound.most_bytes {
                return Err(EncodeError::TooLarge(outbound.most_bytes));
            }
            frame::set_length(out);
            outbound.push(out);
            Ok(())
        });
        if let Err(error) = written {
            tracing::warn!(target: "callboard", %error, "an answer was not sent");
            self.refuse(correlation, error.as_ask_error());
        }
    }

    fn refuse(&self, correlation: u64, error: AskError) {
        self.0.refuse(correlation, number_of_error(error));
    }
}

/// Errors of asks by their numbers on the wire; what is not among them is as good as no reply.
const ERRORS: [(AskError, u8); 11] = [
    (AskError::NoReply, 1),
    (AskError::NoProc, 2),
    (AskError::Stopped, 3),
    (AskError::Stopping, 4),
    (AskError::Crashed, 5),
    (AskError::Full, 6),
    (AskError::Timeout, 7),
    (AskError::UnknownHandler, 8),
    (AskError::Codec, 9),
    (AskError::TooLarge, 10),
    (AskError::NoConnection, 11),
];

fn number_of_error(error: AskError) -> u8 {
    ERRORS.iter().find(|(known, _)| *known == error).map_or(1, |(_, number)| *number)
}

/// The error that the other node says an ask ended with.
pub(crate) fn error_of_number(number: u8) -> AskError {
    let known = ERRORS.iter().find(|(_, known)| *known == number);
    known.map_or(AskError::NoReply, |(error, _)| *error)
}

pub(crate) fn place_of(address: Address) -> Place {
    let (shard, slot, generation) = remote::place_of(address);
    Place { shard, slot, generation }
}

pub(crate) const fn address_of(node: u32, place: Place) -> Address {
    remote::address(node, place.shard, place.slot, place.generation)
}

/// A word of the runtime as it goes over the wire. Who says it must be of this node: what actors of others are to
/// each other is theirs.
fn said(crossing: Crossing, home: u32, most: usize) -> Option<frame::Signal> {
    let own = |address: Address| (remote::node_of(address) == home).then(|| place_of(address));
    Some(match crossing {
        Crossing::Demonitor(from, number) => frame::Signal::Demonitor(own(from)?, number),
        Crossing::Down { monitor, actor, reason, incarnation, restarting } => frame::Signal::Down {
            monitor,
            actor: own(actor)?,
            incarnation,
            restarting,
            reason: said_reason(&reason, most),
        },
        Crossing::Exit(from, reason) => {
            frame::Signal::Exit(from.and_then(own), said_reason(&reason, most))
        }
        Crossing::Kill => frame::Signal::Kill,
        Crossing::Link(from) => frame::Signal::Link(own(from)?),
        Crossing::LinkDown(from, reason) => {
            frame::Signal::LinkDown(own(from)?, said_reason(&reason, most))
        }
        Crossing::Monitor(from, number) => frame::Signal::Monitor(own(from)?, number),
        Crossing::Stop => frame::Signal::Stop,
        Crossing::StopNow => frame::Signal::StopNow,
        Crossing::Unlink(from, number) => frame::Signal::Unlink(own(from)?, number),
        Crossing::Unlinked(from, number) => frame::Signal::Unlinked(own(from)?, number),
    })
}

/// A reason as it goes over the wire; of each text in it so many bytes at most.
pub(crate) fn said_reason(reason: &ExitReason, most: usize) -> frame::Reason {
    let clip = |text: &str| text[..text.floor_char_boundary(most)].to_owned();
    match reason {
        ExitReason::Error(error) => frame::Reason::Error(clip(&text_of(&**error))),
        ExitReason::Kill => frame::Reason::Kill,
        ExitReason::Killed => frame::Reason::Killed,
        ExitReason::NoConnection => frame::Reason::NoConnection,
        ExitReason::NoProc => frame::Reason::NoProc,
        ExitReason::Overflow => frame::Reason::Overflow,
        ExitReason::Panic(panic) => {
            frame::Reason::Panic { text: clip(&panic.text), location: clip(&panic.location) }
        }
        ExitReason::Shutdown => frame::Reason::Shutdown,
        ExitReason::ShutdownWith(detail) => frame::Reason::ShutdownWith(clip(&text_of(&**detail))),
        ExitReason::StartTimeout => frame::Reason::StartTimeout,
        // A reason that this version cannot say is at least an end.
        _ => frame::Reason::Normal,
    }
}

/// What a user's error says; its own code may panic.
fn text_of(error: &dyn std::error::Error) -> String {
    let said = catch_unwind(AssertUnwindSafe(|| error.to_string()));
    said.unwrap_or_else(|_| "it has an error that panics".to_owned())
}

/// A word of the other node's runtime. Who says it is of that node, whatever it says (W12).
pub(crate) fn heard(signal: frame::Signal, node: u32) -> Crossing {
    let from = |place: Place| address_of(node, place);
    match signal {
        frame::Signal::Demonitor(place, number) => Crossing::Demonitor(from(place), number),
        frame::Signal::Down { monitor, actor, incarnation, restarting, reason } => Crossing::Down {
            monitor,
            actor: from(actor),
            reason: heard_reason(reason),
            incarnation,
            restarting,
        },
        frame::Signal::Exit(place, reason) => Crossing::Exit(place.map(from), heard_reason(reason)),
        frame::Signal::Kill => Crossing::Kill,
        frame::Signal::Link(place) => Crossing::Link(from(place)),
        frame::Signal::LinkDown(place, reason) => {
            Crossing::LinkDown(from(place), heard_reason(reason))
        }
        frame::Signal::Monitor(place, number) => Crossing::Monitor(from(place), number),
        frame::Signal::Stop => Crossing::Stop,
        frame::Signal::StopNow => Crossing::StopNow,
        frame::Signal::Unlink(place, number) => Crossing::Unlink(from(place), number),
        frame::Signal::Unlinked(place, number) => Crossing::Unlinked(from(place), number),
    }
}

fn heard_reason(reason: frame::Reason) -> ExitReason {
    match reason {
        frame::Reason::Error(text) => ExitReason::error(text),
        frame::Reason::Kill => ExitReason::Kill,
        frame::Reason::Killed => ExitReason::Killed,
        frame::Reason::NoConnection => ExitReason::NoConnection,
        frame::Reason::NoProc => ExitReason::NoProc,
        frame::Reason::Normal => ExitReason::Normal,
        frame::Reason::Overflow => ExitReason::Overflow,
        frame::Reason::Panic { text, location } => {
            ExitReason::Panic(Panic { text, location }.into())
        }
        frame::Reason::Shutdown => ExitReason::Shutdown,
        frame::Reason::ShutdownWith(text) => ExitReason::shutdown_with(text),
        frame::Reason::StartTimeout => ExitReason::StartTimeout,
    }
}
