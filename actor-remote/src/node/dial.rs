//! How connections come to be: dialled, taken, and agreed on.

use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use actor_runtime::remote;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::connection::{Connection, Inbox, say};
use super::{Inner, PeerInfo};
use crate::cluster::Backoff;
use crate::error::{CloseCode, NodeError};
use crate::node_id::NodeId;
use crate::peer::{Theirs, is_node_name};
use crate::route::Outbound;
use crate::transport::{Socket, tcp};
use crate::wire::frame::{Frame, HELLO_BYTES, kind};

/// What the actors are called that connections run with.
#[derive(Debug)]
pub(crate) struct Dialler;

/// The same of those that were not dialled here.
#[derive(Debug)]
pub(crate) struct Accepted;

/// The same of those that take connections.
#[derive(Debug)]
pub(crate) struct Listener;

/// A connection that is being made, and kept: by [`Node::connect`](crate::Node::connect).
#[derive(Debug)]
pub struct Connecting(oneshot::Receiver<Result<PeerInfo, NodeError>>);

impl Connecting {
    /// Waits until the node is connected, on a thread that may block.
    ///
    /// # Errors
    ///
    /// As for awaiting it.
    ///
    /// # Panics
    ///
    /// In async code, which it would hold up: await it there.
    pub fn wait(self) -> Result<PeerInfo, NodeError> {
        self.0.blocking_recv().unwrap_or(Err(NodeError::Stopped))
    }
}

impl Future for Connecting {
    type Output = Result<PeerInfo, NodeError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let told = Pin::new(&mut self.0).poll(cx);
        told.map(|told| told.unwrap_or(Err(NodeError::Stopped)))
    }
}

type Tell = Option<oneshot::Sender<Result<PeerInfo, NodeError>>>;

/// Says once how the first attempts went.
fn tell(told: &mut Tell, how: Result<PeerInfo, NodeError>) {
    if let Some(told) = told.take() {
        // Nobody need wait for it.
        drop(told.send(how));
    }
}

pub(super) fn connect(inner: &Arc<Inner>, address: String) -> Connecting {
    let (told, connecting) = oneshot::channel();
    let mut told = Some(told);
    let is_address = match inner.memory {
        Some(_) => is_node_name(&address),
        None => tcp::is_address(&address),
    };
    if !is_address {
        // It will be none the next time either.
        tell(&mut told, Err(NodeError::BadAddress));
        return Connecting(connecting);
    }
    let (of, inner) = (inner.clone(), inner.clone());
    remote::attend::<Dialler, _>(&of.system, of.shard, move || async move {
        dial(&inner, &address, &mut told).await;
    });
    Connecting(connecting)
}

/// Opens a socket; not beyond loopback, unless the node may go there.
async fn open(inner: &Inner, address: &str) -> Result<Socket, NodeError> {
    if let Some(network) = &inner.memory {
        return Ok(network.connect(&inner.ours.name, address)?);
    }
    let addresses = tcp::resolve(address).await?;
    if !inner.is_open && addresses.iter().any(|address| !address.ip().is_loopback()) {
        return Err(NodeError::Insecure);
    }
    Ok(tcp::connect(&addresses).await?)
}

/// Connects to an address, again and again.
async fn dial(inner: &Arc<Inner>, address: &str, told: &mut Tell) {
    let mut backoff = Backoff::new(inner.limits.backoff, inner.ours.id as u64);
    loop {
        let Some(opened) = unless_leaving(inner, open(inner, address)).await else { return };
        if matches!(opened, Err(NodeError::Insecure)) {
            return tell(told, Err(NodeError::Insecure));
        }
        if let Ok(socket) = opened {
            let (code, who) = serve(inner, socket, true, |peer| {
                backoff.reset();
                tell(told, Ok(peer));
            })
            .await;
            if code.is_final() {
                tell(told, Err(NodeError::Closed(code)));
            }
            if code == CloseCode::Duplicate
                && let Some(theirs) = who
            {
                // There is another connection, or will be; this one is for when it is lost.
                let is_there = wait_for(inner, &theirs, true, backoff.longest());
                if unless_leaving(inner, is_there).await == Some(true) {
                    let id = NodeId::of_bits(theirs.id);
                    tell(told, Ok(PeerInfo { name: theirs.name.clone(), id }));
                    unless_leaving(inner, wait_for(inner, &theirs, false, None)).await;
                }
            }
        }
        if unless_leaving(inner, sleep(backoff.next())).await.is_none() {
            return;
        }
    }
}

/// Waits until a node is connected, or is not any more. Answers whether that came within the time.
async fn wait_for(
    inner: &Inner,
    theirs: &Theirs,
    connected: bool,
    most: impl Into<Option<std::time::Duration>>,
) -> bool {
    let is_so = async {
        loop {
            let changed = inner.changes.notified();
            if inner.outbound(&theirs.name).is_some() == connected {
                return;
            }
            changed.await;
        }
    };
    match most.into() {
        Some(most) => timeout(most, is_so).await.is_ok(),
        None => {
            is_so.await;
            true
        }
    }
}

/// Awaits something; none once the node leaves.
async fn unless_leaving<F: Future>(inner: &Inner, future: F) -> Option<F::Output> {
    let leaving = async {
        loop {
            let changed = inner.changes.notified();
            if inner.is_leaving() {
                return;
            }
            changed.await;
        }
    };
    let (mut future, mut leaving) = (pin!(future), pin!(leaving));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => leaving.as_mut().poll(cx).map(|()| None),
    })
    .await
}

/// Takes connections, each of which goes on by itself.
pub(super) fn listen(inner: &Arc<Inner>, listener: Option<std::net::TcpListener>) {
    let of = inner.clone();
    if let Some(network) = &inner.memory {
        let (mut dialled, inner) = (network.listen(&inner.ours.name), inner.clone());
        remote::attend::<Listener, _>(&of.system, of.shard, move || async move {
            while let Some(Some(socket)) = unless_leaving(&inner, dialled.recv()).await {
                accept(&inner, socket);
            }
        });
    } else if let Some(listener) = listener {
        let inner = inner.clone();
        remote::attend::<Listener, _>(&of.system, of.shard, move || async move {
            let listener = match TcpListener::from_std(listener) {
                Ok(listener) => listener,
                Err(error) => {
                    tracing::error!(target: "callboard", %error, "cannot take connections");
                    return;
                }
            };
            while let Some(taken) = unless_leaving(&inner, tcp::accept(&listener)).await {
                match taken {
                    Ok(socket) => accept(&inner, socket),
                    // Such as too many open files: it may pass.
                    Err(error) => {
                        tracing::warn!(target: "callboard", %error, "a connection was not taken");
                        sleep(inner.limits.backoff.0).await;
                    }
                }
            }
        });
    }
}

/// A connection that was not dialled here; there may be so many at a time before they say who they are.
fn accept(inner: &Arc<Inner>, socket: Socket) {
    let Some(counted) = Counted::new(inner, socket.from) else {
        tracing::warn!(target: "callboard", ?socket, "too many handshakes at a time");
        return;
    };
    let of = inner.clone();
    let inner = inner.clone();
    remote::attend::<Accepted, _>(&of.system, of.shard, move || async move {
        let mut counted = Some(counted);
        serve(&inner, socket, false, |_| drop(counted.take())).await;
    });
}

/// A handshake that is counted.
struct Counted {
    inner: Arc<Inner>,
    from: Option<IpAddr>,
}

impl Counted {
    fn new(inner: &Arc<Inner>, from: Option<IpAddr>) -> Option<Self> {
        let mut state = inner.state();
        let most = inner.limits.handshakes_per_address;
        let of_address = from.map_or(0, |from| state.from.get(&from).copied().unwrap_or(0));
        if state.handshakes >= inner.limits.handshakes || of_address >= most {
            return None;
        }
        state.handshakes += 1;
        if let Some(from) = from {
            *state.from.entry(from).or_default() += 1;
        }
        Some(Self { inner: inner.clone(), from })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut state = self.inner.state();
        state.handshakes -= 1;
        if let Some(from) = self.from
            && let Some(count) = state.from.get_mut(&from)
        {
            *count -= 1;
            if *count == 0 {
                state.from.remove(&from);
            }
        }
    }
}

/// Has a connection from its first byte to its last; `opened` hears when the handshake is over. Says why it ended, and
/// who it was with.
async fn serve(
    inner: &Arc<Inner>,
    socket: Socket,
    is_dialled: bool,
    opened: impl FnOnce(PeerInfo),
) -> (CloseCode, Option<Theirs>) {
    let mut inbox = Inbox::new(HELLO_BYTES + 4);
    let (mut who, mut open) = (None, None);
    let number = inner.number();
    // One deadline for all of it.
    let shaken = timeout(inner.limits.handshake, async {
        let socket = open.insert(secure(inner, socket, is_dialled).await?);
        shake(inner, socket, number, &mut inbox, &mut who).await
    });
    let shaken = shaken.await.unwrap_or(Err(CloseCode::Timeout));
    let Some(mut socket) = open else {
        let code = shaken.err().unwrap_or(CloseCode::Lost);
        tracing::info!(target: "callboard", node = inner.ours.name, %code, "not connected");
        return (code, None);
    };
    let outbound = match shaken {
        Ok(outbound) => outbound,
        Err(code) => {
            tracing::info!(target: "callboard", node = inner.ours.name, ?who, %code, "not connected");
            let number = code.number();
            // The other end may be gone, or may not read.
            let said = say(&mut *socket.stream, |frame| frame.u16(number), kind::CLOSE);
            drop(timeout(inner.limits.handshake, said).await);
            return (code, who);
        }
    };
    let Some(theirs) = who else { return (CloseCode::Lost, None) };
    inbox.widen(socket.read_bytes);
    let mut connection =
        Connection::new(inner.clone(), socket.stream, inbox, &theirs, outbound.clone());
    inner.open(&theirs, number, &outbound);
    opened(PeerInfo { name: theirs.name.clone(), id: NodeId::of_bits(theirs.id) });
    let code = connection.run().await;
    (code, Some(theirs))
}

/// Has the other end prove who it is, if this node has certificates.
#[cfg(feature = "tls")]
async fn secure(inner: &Inner, socket: Socket, is_dialled: bool) -> Result<Socket, CloseCode> {
    match &inner.tls {
        Some(tls) if inner.memory.is_none() => {
            tls.secure(socket, is_dialled).await.map_err(|error| super::connection::failed(&error))
        }
        _ => Ok(socket),
    }
}

#[cfg(not(feature = "tls"))]
async fn secure(_inner: &Inner, socket: Socket, _is_dialled: bool) -> Result<Socket, CloseCode> {
    Ok(socket)
}

/// A choice of connection that is taken back unless the handshake ends well.
struct Claim<'a>(&'a Inner, Option<Theirs>);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(theirs) = &self.1 {
            self.0.unclaim(theirs);
        }
    }
}

/// The handshake: see `peer/handshake.rs`.
async fn shake(
    inner: &Arc<Inner>,
    socket: &mut Socket,
    number: u64,
    inbox: &mut Inbox,
    who: &mut Option<Theirs>,
) -> Result<Arc<Outbound>, CloseCode> {
    let (ours, limits) = (&inner.ours, &inner.limits);
    let stream = &mut *socket.stream;
    say(stream, |frame| frame.hello(&ours.hello(limits)), kind::HELLO).await?;
    let theirs = match inbox.frame(stream, HELLO_BYTES, limits).await? {
        Frame::Hello(hello) => ours.meet(hello, limits)?,
        Frame::Close(code) => return Err(CloseCode::of_number(code)),
        _ => return Err(CloseCode::OutOfPlace),
    };
    if socket.proven.as_ref().is_some_and(|proven| !proven.contains(&theirs.name)) {
        return Err(CloseCode::Unauthenticated);
    }
    let theirs = who.insert(theirs);
    let is_arbiter = ours.is_arbiter(theirs);
    let mut claim = Claim(inner, None);
    if is_arbiter {
        inner.claim(theirs, number, is_arbiter)?;
        claim.1 = Some(theirs.clone());
        say(stream, |frame| frame.protocols(&ours.protocols), kind::PROTOCOLS).await?;
    }
    let protocols = match inbox.frame(stream, theirs.frame_bytes, limits).await? {
        Frame::Protocols(protocols) => ours.shared(protocols),
        Frame::Close(code) => return Err(CloseCode::of_number(code)),
        _ => return Err(CloseCode::OutOfPlace),
    };
    if !is_arbiter {
        inner.claim(theirs, number, is_arbiter)?;
        claim.1 = Some(theirs.clone());
        say(stream, |frame| frame.protocols(&ours.protocols), kind::PROTOCOLS).await?;
    }
    let index = remote::index_of_id(&inner.system, theirs.id).ok_or(CloseCode::TooManyPeers)?;
    claim.1 = None;
    let (codec, most) = (theirs.codec, theirs.frame_bytes);
    Ok(Outbound::new((inner.index, index), codec, most, limits, protocols))
}
