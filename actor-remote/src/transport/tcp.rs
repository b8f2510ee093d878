//! Plain TCP.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream, lookup_host};

use super::Socket;
use crate::config::READ_BYTES;

/// Whether a text can be an address at all: that of a host, or its name, and a port.
pub(crate) fn is_address(text: &str) -> bool {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return address.port() != 0;
    }
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let is_odd =
        |letter: char| letter.is_whitespace() || letter.is_control() || "/:@[]".contains(letter);
    let is_host = (1..=253).contains(&host.len()) && !host.contains(is_odd);
    is_host && port.parse::<u16>().is_ok_and(|port| port != 0)
}

/// Looks up the addresses of a host and port.
pub(crate) async fn resolve(address: &str) -> io::Result<Vec<SocketAddr>> {
    Ok(lookup_host(address).await?.collect())
}

/// Opens a connection to one of them.
pub(crate) async fn connect(addresses: &[SocketAddr]) -> io::Result<Socket> {
    socket(TcpStream::connect(addresses).await?)
}

/// Takes the next connection.
pub(crate) async fn accept(listener: &TcpListener) -> io::Result<Socket> {
    let (stream, _) = listener.accept().await?;
    socket(stream)
}

fn socket(stream: TcpStream) -> io::Result<Socket> {
    // Whoever writes has put together what goes at once.
    stream.set_nodelay(true)?;
    let from = Some(stream.peer_addr()?.ip());
    Ok(Socket { stream: Box::new(stream), read_bytes: READ_BYTES, from, proven: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_never_be_an_address_is_told_from_what_can() {
        for good in ["127.0.0.1:7000", "[::1]:7000", "localhost:1", "node-a.example:65535"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "127.0.0.1", ":7000", "a:", "a:0", "127.0.0.1:0", "a:65536", "a:b", "a b:1"]
        {
            assert!(!is_address(bad), "{bad}");
        }
        assert!(!is_address("::1:7000 ") && !is_address("http://a:80") && !is_address("a\n:80"));
    }
}
