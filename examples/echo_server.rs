//! A TCP server with an actor for each connection, which sends back what it is sent.
//!
//! It shows sockets inside handlers, a message that carries a socket to another shard, and an actor that
//! tells itself to go on. An error ends the actor whose handler returns it, and no other.
//!
//! Run it with `cargo run --example echo_server`. It takes a free port, connects to itself twice, prints what
//! comes back, and ends:
//!
//! ```text
//! listening on 127.0.0.1:45123
//! first: hello
//! second: hello
//! first: is anybody there?
//! ```
//!
//! With `cargo run --example echo_server -- --listen 127.0.0.1:7000` it serves until Ctrl-C.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "an example talks to its user")]

use std::error::Error;
use std::io;
use std::process::ExitCode;

use callboard::prelude::*;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Takes connections, and has an actor serve each.
#[actor]
struct Listener {
    socket: TcpListener,
    /// How many more to take; without it there is no end.
    left: Option<usize>,
}

#[handlers]
impl Listener {
    /// Takes the next connection, then tells itself to take another: what others sent meanwhile comes first.
    #[tell]
    async fn accept(&mut self, cx: &mut Context<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let (stream, _) = self.socket.accept().await?;
        let connection = spawn_on(Place::Any, || Connection).await?;
        connection.echo(stream.into_std()?);

        self.left = self.left.map(|left| left - 1);
        if self.left == Some(0) {
            cx.stop();
        } else {
            cx.me().accept();
        }
        Ok(())
    }
}

/// Serves one connection.
#[actor]
struct Connection;

#[handlers]
impl Connection {
    /// Sends back all that comes, until the other side has no more.
    #[tell]
    async fn echo(
        &mut self,
        cx: &mut Context<Self>,
        stream: std::net::TcpStream,
    ) -> io::Result<()> {
        // From here on the socket belongs to this actor's shard.
        let mut stream = TcpStream::from_std(stream)?;
        let (mut from, mut to) = stream.split();
        tokio::io::copy(&mut from, &mut to).await?;
        cx.stop();
        Ok(())
    }
}

#[callboard::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => talk_to_itself().await?,
        ["--listen", address] => {
            let socket = TcpListener::bind(address).await?;
            println!("listening on {}", socket.local_addr()?);
            spawn(Listener { socket, left: None }).accept();
            std::future::pending::<()>().await;
        }
        _ => {
            eprintln!("echo_server: unknown arguments\n\nusage: echo_server [--listen ADDRESS]");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Serves two connections, and is the other side of both.
async fn talk_to_itself() -> io::Result<()> {
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?;
    println!("listening on {address}");
    spawn(Listener { socket, left: Some(2) }).accept();

    let mut first = BufReader::new(TcpStream::connect(address).await?);
    let mut second = BufReader::new(TcpStream::connect(address).await?);
    say(&mut first, "first", "hello").await?;
    say(&mut second, "second", "hello").await?;
    say(&mut first, "first", "is anybody there?").await
}

/// Sends a line and prints the one that comes back.
async fn say(stream: &mut BufReader<TcpStream>, name: &str, line: &str) -> io::Result<()> {
    stream.write_all(format!("{line}\n").as_bytes()).await?;
    let mut back = String::new();
    stream.read_line(&mut back).await?;
    print!("{name}: {back}");
    Ok(())
}
