//! What carries bytes between two nodes.

pub(crate) mod memory;
pub(crate) mod tcp;
#[cfg(feature = "tls")]
pub(crate) mod tls;

use std::fmt;
use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncWrite};

#[cfg(feature = "testing")]
pub(crate) use self::memory::NetworkFault;
pub use self::memory::{Link, MemoryNetwork};
#[cfg(feature = "tls")]
pub use self::tls::Tls;

/// A way to the other node, whatever it is made of.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection that is open, before anything was said.
pub(crate) struct Socket {
    pub(crate) stream: Box<dyn Stream>,
    /// How much is read from it at once.
    pub(crate) read_bytes: usize,
    /// Where the other end is, if that is an address of the internet.
    pub(crate) from: Option<IpAddr>,
    /// The names that the other node has by its certificate, where there are certificates.
    pub(crate) proven: Option<Vec<String>>,
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Socket(from {:?})", self.from)
    }
}
