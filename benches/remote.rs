//! What a message to another node costs: two processes on one core, over loopback; beside it frames of the same size on
//! a bare socket of tokio, in the same run.
//!
//! One way: 64 bytes are told, until the other has handled them. Asks: a hundred under way, and one after the other.

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::print_stdout, reason = "a bench reports to a person")]
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

mod harness;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use callboard::prelude::*;
use callboard::remote::{Limits, Node, NodeBuilder};
use harness::{count, median, pin};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Error = Box<dyn std::error::Error>;

/// Which part the other process plays.
const PART: &str = "CALLBOARD_BENCH_PART";

/// Messages that are told in a round, and asks.
const TELLS: u64 = 1_000_000;
const ASKS: u64 = 100_000;
const ROUNDS: usize = 5;

/// Bytes of a message.
const BYTES: usize = 64;

/// Takes what it is told.
#[actor(remote = "bench.sink")]
#[derive(Default)]
struct Sink {
    taken: u64,
}

#[rustfmt::skip]
#[handlers]
impl Sink {
    #[tell] #[allow(clippy::too_many_arguments, reason = "64 bytes")]
    fn put(&mut self, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64) {
        self.taken += 1 + ((a ^ b ^ c ^ d ^ e ^ f ^ g ^ h) >> 63);
    }
    #[ask] fn taken(&self) -> u64 { self.taken }
}

/// Tells and asks it.
#[actor]
struct Source(ActorRef<Sink>);

#[handlers]
impl Source {
    #[ask]
    async fn tell_it(&mut self, messages: u64) -> Result<Duration, AskError> {
        let before = self.0.taken().await?;
        let began = Instant::now();
        for number in 0..messages {
            self.0.put(number, 1, 2, 3, 4, 5, 6, 7);
            // So that the connection has its turns.
            if number % 512 == 511 {
                tokio::task::yield_now().await;
            }
            if number % 65_536 == 65_535 {
                self.0.taken().await?;
            }
        }
        let taken = self.0.taken().timeout(secs(60)).await? - before;
        assert_eq!(taken, messages, "none is lost");
        Ok(began.elapsed())
    }

    #[ask]
    async fn ask_many(&mut self, asks: u64, at_once: u64) -> Result<Duration, AskError> {
        let began = Instant::now();
        let mut pending: VecDeque<_> = (0..at_once).map(|_| self.0.taken().start()).collect();
        for _ in at_once..asks {
            if let Some(oldest) = pending.pop_front() {
                oldest.await?;
            }
            pending.push_back(self.0.taken().start());
        }
        for ask in pending {
            ask.await?;
        }
        Ok(began.elapsed())
    }

    #[ask]
    async fn ask_one_by_one(&mut self, asks: u64) -> Result<f64, AskError> {
        let mut nanos = Vec::with_capacity(asks as usize);
        for _ in 0..asks {
            let began = Instant::now();
            self.0.taken().await?;
            nanos.push(began.elapsed().as_nanos() as f64);
        }
        Ok(median(&nanos))
    }
}

fn system() -> Result<System, Error> {
    Ok(System::builder().shards(1).pin(false).start()?)
}

fn node(name: &str) -> NodeBuilder {
    let limits = Limits { outbound_messages: 1 << 20, ..Limits::default() };
    Node::builder(name).register::<Sink>().limits(limits)
}

/// The other process: says its port and serves until its input ends.
fn serve(part: &str) -> Result<(), Error> {
    if part == "node" {
        let system = system()?;
        let sink = system.spawn_on(0, Sink::default).wait()?;
        system.register("/sink", sink).wait()?;
        let node = node("server").export("/sink").listen("127.0.0.1:0").start(&system)?;
        println!("{}", node.address().ok_or("it listens")?);
        wait_for_end();
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(|| {
        wait_for_end();
        std::process::exit(0);
    });
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let (mut stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (mut bytes, mut filled) = (vec![0; 64 << 10], 0);
        let mut answer = Vec::new();
        loop {
            let read = stream.read(&mut bytes[filled..]).await?;
            if read == 0 {
                return Ok(());
            }
            filled += read;
            let mut begin = 0;
            // A frame whose first byte is 1 is to be answered by the same.
            while let Some(length) = bytes[begin..filled].first_chunk() {
                let length = 4 + u32::from_le_bytes(*length) as usize;
                if filled - begin < length {
                    break;
                }
                let frame = &bytes[begin..begin + length];
                if frame[4] == 1 {
                    answer.extend_from_slice(frame);
                }
                begin += length;
            }
            bytes.copy_within(begin..filled, 0);
            filled -= begin;
            if !answer.is_empty() {
                stream.write_all(&answer).await?;
                answer.clear();
            }
        }
    })
}

fn wait_for_end() {
    let mut line = String::new();
    // An error ends it too.
    let _ = std::io::stdin().read_line(&mut line);
}

/// A process of this same program.
struct Server(Child, String);

impl Server {
    fn start(part: &str) -> Result<Self, Error> {
        let mut child = Command::new(std::env::current_exe()?)
            .env(PART, part)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("it is piped")?).read_line(&mut line)?;
        Ok(Self(child, line.trim().to_owned()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It has ended or it has not; nobody waits for more.
        let _ = self.0.wait();
    }
}

/// Frames on a bare socket.
struct Raw(TcpStream);

impl Raw {
    fn frame(kind: u8) -> [u8; 4 + BYTES] {
        let mut frame = [0; 4 + BYTES];
        frame[..4].copy_from_slice(&(BYTES as u32).to_le_bytes());
        frame[4] = kind;
        frame
    }

    async fn answers(&mut self, answers: usize) -> std::io::Result<()> {
        let mut left = answers * (4 + BYTES);
        let mut bytes = vec![0; 64 << 10];
        while left > 0 {
            let most = left.min(bytes.len());
            left -= self.0.read(&mut bytes[..most]).await?;
        }
        Ok(())
    }

    /// As many as fit 64 KiB go at once, put together one by one.
    async fn tell(&mut self, messages: u64) -> std::io::Result<Duration> {
        let began = Instant::now();
        let mut bytes = Vec::with_capacity(64 << 10);
        for _ in 0..messages {
            bytes.extend_from_slice(std::hint::black_box(&Self::frame(0)));
            if bytes.len() + 4 + BYTES > 64 << 10 {
                self.0.write_all(&bytes).await?;
                bytes.clear();
            }
        }
        bytes.extend_from_slice(&Self::frame(1));
        self.0.write_all(&bytes).await?;
        self.answers(1).await?;
        Ok(began.elapsed())
    }

    async fn ask_one_by_one(&mut self, asks: u64) -> std::io::Result<f64> {
        let mut nanos = Vec::with_capacity(asks as usize);
        for _ in 0..asks {
            let began = Instant::now();
            self.0.write_all(&Self::frame(1)).await?;
            self.answers(1).await?;
            nanos.push(began.elapsed().as_nanos() as f64);
        }
        Ok(median(&nanos))
    }
}

fn main() -> Result<(), Error> {
    if let Ok(part) = std::env::var(PART) {
        return serve(&part);
    }
    // Threads and processes that begin from here on stay on this core.
    pin();
    let (tells, asks) = count().map_or((TELLS, ASKS), |count| (count, count / 10));
    let (node_server, raw_server) = (Server::start("node")?, Server::start("raw")?);
    let system = system()?;
    let node = node("client").start(&system)?;
    node.connect(&*node_server.1).wait()?;
    let sink = node.lookup::<Sink>("server", "/sink").wait()?;
    let source = system.spawn_on(0, move || Source(sink)).wait()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut raw = runtime.block_on(async {
        let stream = TcpStream::connect(&*raw_server.1).await?;
        stream.set_nodelay(true)?;
        Ok::<_, std::io::Error>(Raw(stream))
    })?;
    let long = secs(120);
    let (mut rows, mut raws) = (vec![Vec::new(); 3], vec![Vec::new(); 2]);
    for _ in 0..ROUNDS {
        raws[0].push(runtime.block_on(raw.tell(tells))?.as_nanos() as f64 / tells as f64);
        let told = source.tell_it(tells).timeout(long).wait()??;
        rows[0].push(told.as_nanos() as f64 / tells as f64);
        let asked = source.ask_many(asks, 100).timeout(long).wait()??;
        rows[1].push(asked.as_nanos() as f64 / asks as f64);
        raws[1].push(runtime.block_on(raw.ask_one_by_one(asks / 10))?);
        rows[2].push(source.ask_one_by_one(asks / 10).timeout(long).wait()??);
    }
    let [one_way, many, one] = [0, 1, 2].map(|row| median(&rows[row]));
    let [raw_one_way, raw_one] = [0, 1].map(|row| median(&raws[row]));
    println!("two processes on one core, loopback, {BYTES} bytes");
    println!(
        "raw frames, one way       {raw_one_way:9.0} ns each  {:9.0} a second",
        1e9 / raw_one_way
    );
    println!(
        "tells, one way            {one_way:9.0} ns each  {:9.0} a second  {:.2} of raw",
        1e9 / one_way,
        raw_one_way / one_way
    );
    println!("asks, 100 under way       {many:9.0} ns each  {:9.0} a second", 1e9 / many);
    println!("raw round trip, p50       {raw_one:9.0} ns");
    println!("ask, one by one, p50      {one:9.0} ns  {:.2} times raw", one / raw_one);
    Ok(())
}
