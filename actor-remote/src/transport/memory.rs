//! A network within the process, for tests: nodes are found by their names, and what is between two of them can be cut.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::sync::mpsc;

use super::Socket;

/// Bytes on their way in each direction, at most.
const PIPE_BYTES: usize = 256 << 10;

/// A network within the process: a clone is the same one.
///
/// A node listens on it under its name, and is dialled by that, see
/// [`NodeBuilder::memory`](crate::NodeBuilder::memory).
#[derive(Clone, Debug, Default)]
pub struct MemoryNetwork(Arc<Mutex<Network>>);

#[derive(Debug, Default)]
struct Network {
    listeners: HashMap<String, mpsc::UnboundedSender<Socket>>,
    /// Connections that were made, by the names of both ends, in order.
    wires: Vec<([String; 2], Arc<Wire>)>,
    /// Pairs between which there is no way.
    cuts: Vec<[String; 2]>,
}

fn pair(one: &str, other: &str) -> [String; 2] {
    let mut pair = [one.to_owned(), other.to_owned()];
    pair.sort_unstable();
    pair
}

impl MemoryNetwork {
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
        let pair = pair(from, to);
        let mut network = self.network();
        if network.cuts.contains(&pair) {
            return Err(io::ErrorKind::HostUnreachable.into());
        }
        let (near, far) = tokio::io::duplex(PIPE_BYTES);
        let wire = Arc::new(Wire::default());
        let socket = |stream| Socket {
            stream: Box::new(End { stream, wire: wire.clone() }),
            from: None,
            proven: None,
        };
        let listener = network.listeners.get(to).ok_or_else(refused)?;
        listener.send(socket(far)).map_err(|_| refused())?;
        let near = socket(near);
        network.wires.retain(|(_, wire)| Arc::strong_count(wire) > 1);
        network.wires.push((pair, wire));
        Ok(near)
    }

    /// Cuts what is between two nodes, at once, and until it is [healed](Self::heal): connections are reset, and none
    /// is made.
    pub fn cut(&self, one: &str, other: &str) {
        let pair = pair(one, other);
        let mut network = self.network();
        let cut: Vec<_> = (network.wires.iter())
            .filter(|(between, _)| *between == pair)
            .map(|(_, wire)| wire.clone())
            .collect();
        network.cuts.push(pair);
        drop(network);
        cut.iter().for_each(|wire| wire.cut());
    }

    /// Lets two nodes reach each other again.
    pub fn heal(&self, one: &str, other: &str) {
        let pair = pair(one, other);
        self.network().cuts.retain(|cut| *cut != pair);
    }
}

/// What both ends of a connection share.
#[derive(Debug, Default)]
struct Wire {
    is_cut: AtomicBool,
    ends: Mutex<Vec<Waker>>,
}

impl Wire {
    fn cut(&self) {
        // Ordering: the lock that is taken next publishes it to who looks under it.
        self.is_cut.store(true, Ordering::Release);
        let ends = std::mem::take(&mut *self.ends.lock().unwrap_or_else(PoisonError::into_inner));
        ends.into_iter().for_each(Waker::wake);
    }

    /// Fails if the wire is cut; else the task is woken when it is.
    fn check(&self, cx: &Context<'_>) -> io::Result<()> {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        if !ends.iter().any(|end| end.will_wake(cx.waker())) {
            ends.push(cx.waker().clone());
        }
        // Ordering: pairs with the store in `cut`.
        if self.is_cut.load(Ordering::Acquire) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

/// One end of a connection.
struct End {
    stream: DuplexStream,
    wire: Arc<Wire>,
}

impl AsyncRead for End {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.wire.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, out)
    }
}

impl AsyncWrite for End {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.wire.check(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
