//! A network within the process, for tests: nodes are found by their names, and what is between two of them can be cut,
//! slow, or silent.
//!
//! A connection is two pipes. What is written into one is there for the other end at once, or when its time has come
//! where the [`Link`] has a delay; bytes never overtake each other. All that happens by chance comes from one seed.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until};

use super::Socket;
use crate::config::READ_BYTES;

/// Bytes on their way in each direction, at most.
const PIPE_BYTES: usize = 256 << 10;

/// What the way between two nodes is like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// How long what is sent is on its way; anything from the one to the other.
    pub delay: Range<Duration>,
    /// How likely a write is to find the connection lost, with all that is on its way: from 0 to 1.
    pub loss: f64,
    /// How many bytes go through in a second; any number unless said here.
    pub bytes_per_second: Option<u32>,
}

/// A network within the process: a clone is the same one.
///
/// A node listens on it under its name, and is dialled by that, see
/// [`NodeBuilder::memory`](crate::NodeBuilder::memory).
#[derive(Clone, Debug, Default)]
pub struct MemoryNetwork(Arc<Mutex<Network>>);

/// What goes wrong between two nodes for a while.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub(crate) enum NetworkFault {
    /// They cannot reach each other.
    Cut,
    /// What the first sends to the other does not arrive.
    Silence,
    Slow(Link),
}

/// Who has said what is between two nodes. Where both have, the user's word is last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// A fault of the simulator's, which ends by itself.
    #[cfg(feature = "testing")]
    Fault,
    User,
}

#[derive(Debug)]
struct Network {
    listeners: BTreeMap<String, mpsc::UnboundedSender<Socket>>,
    /// Connections that were made, in order.
    wires: Vec<Arc<Wire>>,
    /// Pairs between which there is no way.
    cuts: Vec<(By, [String; 2])>,
    /// From whom to whom nothing arrives.
    silences: Vec<(By, [String; 2])>,
    /// What is between two nodes of which nothing else is said.
    link: Link,
    links: Vec<(By, [String; 2], Link)>,
    random: fastrand::Rng,
    /// Connections so far.
    made: u64,
    /// A hash of what arrived, where and when, if somebody wants it.
    trace: Option<u64>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            listeners: BTreeMap::new(),
            wires: Vec::new(),
            cuts: Vec::new(),
            silences: Vec::new(),
            link: Link::default(),
            links: Vec::new(),
            random: fastrand::Rng::with_seed(0),
            made: 0,
            trace: None,
        }
    }
}

impl Network {
    fn link(&self, between: &[String; 2]) -> &Link {
        let links = self.links.iter().filter(|(_, pair, _)| pair == between);
        links.max_by_key(|(by, ..)| *by).map_or(&self.link, |(.., link)| link)
    }

    fn is_silent(&self, from: &str, to: &str) -> bool {
        self.silences.iter().any(|(_, [one, other])| one == from && other == to)
    }

    fn is_cut(&self, between: &[String; 2]) -> bool {
        self.cuts.iter().any(|(_, cut)| cut == between)
    }

    /// The connections of which this is so.
    fn wires(&self, is: impl Fn(&Wire) -> bool) -> Vec<Arc<Wire>> {
        self.wires.iter().filter(|wire| is(wire)).cloned().collect()
    }
}

fn pair(one: &str, other: &str) -> [String; 2] {
    let mut pair = [one.to_owned(), other.to_owned()];
    pair.sort_unstable();
    pair
}

impl MemoryNetwork {
    /// A network on which all that happens by chance comes from a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let network = Self::default();
        network.network().random = fastrand::Rng::with_seed(seed);
        network
    }

    fn network(&self) -> MutexGuard<'_, Network> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens under this name; one that listened before hears nothing more.
    pub(crate) fn listen(&self, name: &str) -> mpsc::UnboundedReceiver<Socket> {
        let (dial, dialled) = mpsc::unbounded_channel();
        self.network().listeners.insert(name.to_owned(), dial);
        dialled
    }

    /// Opens a connection from one node to another.
    pub(crate) fn connect(&self, from: &str, to: &str) -> io::Result<Socket> {
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        let mut network = self.network();
        if network.is_cut(&pair(from, to)) {
            return Err(io::ErrorKind::HostUnreachable.into());
        }
        network.made += 1;
        let silent = [network.is_silent(from, to), network.is_silent(to, from)];
        let ends = [from.to_owned(), to.to_owned()];
        let wire = Arc::new(Wire::new(network.made, ends, silent));
        let socket = |side| Socket {
            stream: Box::new(End { wire: wire.clone(), side, network: self.clone(), sleep: None }),
            read_bytes: READ_BYTES,
            from: None,
            proven: None,
        };
        let listener = network.listeners.get(to).ok_or_else(refused)?;
        // Where nothing arrives, nobody hears of it.
        if silent == [false; 2] {
            listener.send(socket(1)).map_err(|_| refused())?;
        }
        let near = socket(0);
        network.wires.retain(|wire| Arc::strong_count(wire) > 1);
        network.wires.push(wire);
        Ok(near)
    }

    /// How many connections there are of which an end is open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.network().wires.iter().filter(|wire| Arc::strong_count(wire) > 1).count()
    }

    /// Says what is between two nodes that nothing else is said of, from now on.
    pub fn set_links(&self, link: Link) {
        self.network().link = link;
    }

    /// Says what is between these two, from now on.
    pub fn set_link(&self, one: &str, other: &str, link: Link) {
        self.set_link_by(By::User, one, other, link);
    }

    fn set_link_by(&self, by: By, one: &str, other: &str, link: Link) {
        let between = pair(one, other);
        let mut network = self.network();
        network.links.retain(|(who, pair, _)| (*who, pair) != (by, &between));
        network.links.push((by, between, link));
    }

    /// Cuts what is between two nodes, at once, and until it is [healed](Self::heal): connections are reset, and none
    /// is made.
    pub fn cut(&self, one: &str, other: &str) {
        self.cut_by(By::User, one, other);
    }

    fn cut_by(&self, by: By, one: &str, other: &str) {
        self.network().cuts.push((by, pair(one, other)));
        self.reset(one, other);
    }

    /// Resets the connections between two nodes, with all that is on its way.
    pub fn reset(&self, one: &str, other: &str) {
        let between = pair(one, other);
        let wires = self.network().wires(|wire| wire.is_between(&between));
        wires.iter().for_each(|wire| wire.cut());
    }

    /// Lets nothing arrive that one node sends to the other, at once, and until it is [healed](Self::heal); neither of
    /// them is told.
    pub fn silence(&self, from: &str, to: &str) {
        self.silence_by(By::User, from, to);
    }

    fn silence_by(&self, by: By, from: &str, to: &str) {
        let mut network = self.network();
        network.silences.push((by, [from.to_owned(), to.to_owned()]));
        let between = pair(from, to);
        let wires = network.wires(|wire| wire.is_between(&between));
        drop(network);
        for wire in wires {
            let side = usize::from(wire.ends[0] != from);
            wire.state().silent[side] = true;
        }
    }

    /// Lets two nodes reach each other again, as well as any two that nothing is said of. What is on its way arrives; a
    /// connection of which bytes are missing is reset.
    pub fn heal(&self, one: &str, other: &str) {
        self.heal_by(By::User, one, other);
    }

    /// Takes back what was said by this one, and by those whose word is less.
    fn heal_by(&self, by: By, one: &str, other: &str) {
        let between = pair(one, other);
        let mut network = self.network();
        network.cuts.retain(|(who, cut)| *who > by || *cut != between);
        network.silences.retain(|(who, [from, to])| *who > by || pair(from, to) != between);
        network.links.retain(|(who, pair, _)| *who > by || *pair != between);
        let is_silent = network.is_silent(one, other) || network.is_silent(other, one);
        if network.is_cut(&between) || is_silent {
            return;
        }
        let wires = network.wires(|wire| wire.is_between(&between));
        drop(network);
        wires.iter().for_each(|wire| wire.heal());
    }

    /// Has a fault come between two nodes, until it [ends](Self::end_fault).
    #[cfg(feature = "testing")]
    pub(crate) fn begin_fault(&self, fault: NetworkFault, one: &str, other: &str) {
        match fault {
            NetworkFault::Cut => self.cut_by(By::Fault, one, other),
            NetworkFault::Silence => self.silence_by(By::Fault, one, other),
            NetworkFault::Slow(link) => self.set_link_by(By::Fault, one, other, link),
        }
    }

    /// Ends what faults have done to two nodes; what a user has said of them stays.
    #[cfg(feature = "testing")]
    pub(crate) fn end_fault(&self, one: &str, other: &str) {
        self.heal_by(By::Fault, one, other);
    }

    /// Takes a node off the network: its connections are reset, or say nothing more if it does not say goodbye.
    #[cfg(feature = "testing")]
    pub(crate) fn unplug(&self, name: &str, says_goodbye: bool) {
        let mut network = self.network();
        network.listeners.remove(name);
        let wires = network.wires(|wire| wire.ends.iter().any(|end| end == name));
        drop(network);
        for wire in wires {
            match says_goodbye {
                true => wire.cut(),
                false => wire.state().silent = [true; 2],
            }
        }
    }

    /// Begins to note what arrives.
    #[cfg(feature = "testing")]
    pub(crate) fn note(&self) {
        self.network().trace = Some(0);
    }

    /// A hash of what arrived since.
    #[cfg(feature = "testing")]
    pub(crate) fn trace(&self) -> u64 {
        self.network().trace.unwrap_or_default()
    }

    fn arrived(&self, wire: &Wire, side: usize, bytes: &[u8]) {
        let mut network = self.network();
        let Some(trace) = &mut network.trace else { return };
        let words = [wire.number, side as u64, bytes.len() as u64];
        let bytes = bytes.iter().map(|byte| u64::from(*byte));
        for word in words.into_iter().chain(bytes) {
            *trace = (trace.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    /// How long this many bytes are on their way between two nodes, and on the line; none if the connection is lost.
    fn send(&self, between: &[String; 2], bytes: usize) -> Option<[Duration; 2]> {
        let mut network = self.network();
        let link = network.link(between);
        let (delay, loss) = (link.delay.clone(), link.loss);
        let second = |rate: u32| Duration::from_secs_f64(bytes as f64 / f64::from(rate.max(1)));
        let line = link.bytes_per_second.map_or(Duration::ZERO, second);
        if loss > 0.0 && network.random.f64() < loss {
            return None;
        }
        let more = delay.end.saturating_sub(delay.start);
        let chance = if more.is_zero() { 0.0 } else { network.random.f64() };
        Some([delay.start + more.mul_f64(chance), line])
    }
}

/// One direction of a connection.
#[derive(Debug, Default)]
struct Pipe {
    /// What is on its way, and when it arrives where that is later.
    chunks: VecDeque<(Option<Instant>, Vec<u8>)>,
    /// How much of the first was taken.
    taken: usize,
    bytes: usize,
    /// When the line is free again.
    free: Option<Instant>,
    /// Who writes has gone, or has said all.
    is_closed: bool,
    /// Who reads has gone.
    is_unread: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Pipe {
    fn wakers(&mut self) -> impl Iterator<Item = Waker> + use<> {
        self.reader.take().into_iter().chain(self.writer.take())
    }
}

/// What both ends of a connection share.
#[derive(Debug)]
struct Wire {
    number: u64,
    /// Who dialled, and who was.
    ends: [String; 2],
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    is_cut: bool,
    /// By who writes: whether it does not arrive, and whether anything did not.
    silent: [bool; 2],
    has_lost: bool,
    /// By who writes.
    pipes: [Pipe; 2],
}

impl Wire {
    fn new(number: u64, ends: [String; 2], silent: [bool; 2]) -> Self {
        Self { number, ends, state: Mutex::new(State { silent, ..State::default() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_between(&self, between: &[String; 2]) -> bool {
        pair(&self.ends[0], &self.ends[1]) == *between
    }

    fn cut(&self) {
        let mut state = self.state();
        state.is_cut = true;
        let wakers: Vec<Waker> = state.pipes.iter_mut().flat_map(Pipe::wakers).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn heal(&self) {
        let mut state = self.state();
        state.silent = [false; 2];
        if state.has_lost {
            drop(state);
            return self.cut();
        }
        let mut readers = Vec::new();
        for pipe in &mut state.pipes {
            pipe.chunks.iter_mut().for_each(|(arrives, _)| *arrives = None);
            pipe.free = None;
            readers.extend(pipe.reader.take());
        }
        drop(state);
        readers.into_iter().for_each(Waker::wake);
    }
}

/// One end of a connection.
struct End {
    wire: Arc<Wire>,
    /// 0 is who dialled.
    side: usize,
    network: MemoryNetwork,
    /// Until the next chunk arrives.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl End {
    /// Waits for a moment. Answers whether it has come.
    fn poll_until(&mut self, moment: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(moment)));
        if sleep.deadline() != moment {
            sleep.as_mut().reset(moment);
        }
        sleep.as_mut().poll(cx)
    }

    /// What comes next: none if there is nothing yet.
    fn take(&self, out: &mut ReadBuf<'_>, waker: &Waker) -> Result<(), Option<Instant>> {
        let mut state = self.wire.state();
        let is_silent = state.silent[1 - self.side];
        let pipe = &mut state.pipes[1 - self.side];
        let Some((arrives, chunk)) = pipe.chunks.front_mut().filter(|_| !is_silent) else {
            if pipe.is_closed && !is_silent {
                return Ok(());
            }
            pipe.reader = Some(waker.clone());
            return Err(None);
        };
        if let Some(arrives) = *arrives
            && arrives > Instant::now()
        {
            pipe.reader = Some(waker.clone());
            return Err(Some(arrives));
        }
        // What has arrived stays so.
        *arrives = None;
        let bytes = &chunk[pipe.taken..];
        let bytes = &bytes[..bytes.len().min(out.remaining())];
        out.put_slice(bytes);
        pipe.taken += bytes.len();
        pipe.bytes -= bytes.len();
        if pipe.taken == chunk.len() {
            pipe.taken = 0;
            pipe.chunks.pop_front();
        }
        let writer = pipe.writer.take();
        drop(state);
        if let Some(writer) = writer {
            writer.wake();
        }
        Ok(())
    }
}

impl AsyncRead for End {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if self.wire.state().is_cut {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            let before = out.filled().len();
            match self.take(out, cx.waker()) {
                Ok(()) => {
                    self.network.arrived(&self.wire, self.side, &out.filled()[before..]);
                    return Poll::Ready(Ok(()));
                }
                Err(None) => return Poll::Pending,
                Err(Some(arrives)) => match self.poll_until(arrives, cx) {
                    Poll::Ready(()) => {}
                    Poll::Pending => return Poll::Pending,
                },
            }
        }
    }
}

impl AsyncWrite for End {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.wire.state();
        if state.is_cut {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let is_silent = state.silent[self.side];
        let pipe = &mut state.pipes[self.side];
        if pipe.is_unread && !is_silent {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if pipe.bytes >= PIPE_BYTES {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let bytes = &bytes[..bytes.len().min(PIPE_BYTES - pipe.bytes)];
        if is_silent {
            // It takes room, as what nobody acknowledges does.
            pipe.bytes += bytes.len();
            state.has_lost = true;
            return Poll::Ready(Ok(bytes.len()));
        }
        let between = pair(&self.wire.ends[0], &self.wire.ends[1]);
        let Some([delay, line]) = self.network.send(&between, bytes.len()) else {
            drop(state);
            self.wire.cut();
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        };
        let mut arrives = None;
        if !delay.is_zero() || !line.is_zero() || pipe.free.is_some() {
            let now = Instant::now();
            let last = pipe.chunks.back().and_then(|(last, _)| *last);
            let free = pipe.free.unwrap_or(now).max(now) + line;
            pipe.free = (!line.is_zero()).then_some(free);
            arrives = Some((free + delay).max(last.unwrap_or(now)));
        }
        pipe.chunks.push_back((arrives, bytes.to_vec()));
        pipe.bytes += bytes.len();
        let reader = pipe.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.wire.state();
        state.pipes[self.side].is_closed = true;
        let reader = state.pipes[self.side].reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut state = self.wire.state();
        let side = self.side;
        state.pipes[side].is_closed = true;
        state.pipes[1 - side].is_unread = true;
        let wakers: Vec<Waker> = state.pipes.iter_mut().flat_map(Pipe::wakers).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}
