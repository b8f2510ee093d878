//! Plain TCP.

use std::io;

use tokio::net::{TcpListener, TcpStream};

use super::Socket;

/// Opens a connection.
pub(crate) async fn connect(address: &str) -> io::Result<Socket> {
    socket(TcpStream::connect(address).await?)
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
    Ok(Socket { stream: Box::new(stream), from, proven: None })
}
