//! Callboard: an actor of one node, and one of another that tells and asks it.

use std::collections::VecDeque;
use std::hint::black_box;
use std::time::Duration;

use callboard::prelude::*;
use callboard::remote::{Limits, Node, NodeBuilder, Tls};

use super::{Done, SEPARATOR, wait_for_end};
use crate::Server;
use crate::work::{self, Digest, Values, Work};

/// Takes what it is told.
#[actor(remote = "peers.sink")]
#[derive(Default)]
struct Sink {
    digest: Digest,
    taken: u64,
}

#[handlers]
impl Sink {
    #[tell]
    #[allow(clippy::too_many_arguments, reason = "64 bytes")]
    fn put(&mut self, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64) {
        self.digest.add([a, b, c, d, e, f, g, h]);
        self.taken += 1;
    }

    #[ask]
    fn digest(&self) -> u64 {
        self.digest.0
    }

    #[ask]
    fn taken(&self) -> u64 {
        self.taken
    }
}

impl work::Sink for ActorRef<Sink> {
    async fn put(&self, [a, b, c, d, e, f, g, h]: Values) {
        (**self).put(a, b, c, d, e, f, g, h);
    }

    async fn digest(&self) -> u64 {
        (**self).digest().await.expect("it is answered")
    }

    async fn digests(&self, asks: u64, at_once: u64) {
        let mut pending: VecDeque<_> = (0..at_once).map(|_| (**self).digest().start()).collect();
        for _ in at_once..asks {
            if let Some(oldest) = pending.pop_front() {
                black_box(oldest.await.expect("it is answered"));
            }
            pending.push_back((**self).digest().start());
        }
        for ask in pending {
            black_box(ask.await.expect("it is answered"));
        }
    }
}

/// Tells and asks it.
#[actor]
struct Source(ActorRef<Sink>);

#[handlers]
impl Source {
    #[ask]
    async fn run(&mut self, work: Work) -> f64 {
        work::run(&self.0, work).await
    }

    /// Tells with hardly a pause, and answers what the sink has taken when all of that is over, and how many asks for it
    /// found no room.
    #[ask]
    async fn flood(&mut self, messages: u64) -> Result<(u64, u64), AskError> {
        for number in 0..messages {
            work::Sink::put(&self.0, work::values(number)).await;
            if number % 200_000 == 0 {
                tokio::task::yield_now().await;
            }
        }
        // An ask needs room as a message does, and is reported where it finds none.
        let mut asks = 0;
        loop {
            match self.0.taken().timeout(LONG).await {
                Err(AskError::Full) => asks += 1,
                taken => return Ok((taken?, asks)),
            }
            tokio::task::yield_now().await;
        }
    }
}

const LONG: Duration = Duration::from_secs(120);

fn system() -> Done<System> {
    Ok(System::builder().shards(1).pin(false).start()?)
}

fn node(name: &str, pem: Option<&str>) -> Done<NodeBuilder> {
    // As many as the others keep.
    let limits = Limits { outbound_messages: 1 << 17, ..Limits::default() };
    let node = Node::builder(name).register::<Sink>().limits(limits);
    Ok(match pem.and_then(|pem| pem.split_once(SEPARATOR)) {
        Some((own, root)) => {
            node.tls(Tls::from_pem(own.as_bytes(), own.as_bytes(), root.as_bytes())?)
        }
        None => node,
    })
}

pub(super) fn serve(port: u16, pem: Option<&str>) -> Done {
    let system = system()?;
    let sink = system.spawn_on(0, Sink::default).wait()?;
    system.register("/sink", sink).wait()?;
    let listen = format!("127.0.0.1:{port}");
    let _node = node("server", pem)?.export("/sink").listen(listen).start(&system)?;
    wait_for_end();
    Ok(())
}

/// A system that is connected to the server, and the actor of it that does the work.
struct Client {
    system: System,
    _node: Node,
    source: ActorRef<Source>,
}

impl Client {
    fn new(port: u16, pem: Option<&str>) -> Done<Self> {
        let system = system()?;
        let node = node("client", pem)?.start(&system)?;
        node.connect(format!("127.0.0.1:{port}")).wait()?;
        let sink = node.lookup::<Sink>("server", "/sink").wait()?;
        let source = system.spawn_on(0, move || Source(sink)).wait()?;
        Ok(Self { system, _node: node, source })
    }
}

pub(super) fn run(port: u16, pem: Option<&str>, work: Work) -> Done<f64> {
    let client = Client::new(port, pem)?;
    Ok(client.source.run(work).timeout(LONG).wait()?)
}

/// Tells far more than the connection takes: each message is handled there, or reported here.
pub(crate) fn flood(server: &Server) -> Done {
    const MESSAGES: u64 = 5_000_000;
    let client = Client::new(server.port, None)?;
    let (taken, asks) = client.source.flood(MESSAGES).timeout(LONG).wait()??;
    let refused = client.system.stats().total().dead_letters.total() - asks;
    println!("{MESSAGES} told, {taken} handled, {refused} reported as dead letters");
    if taken + refused == MESSAGES { Ok(()) } else { Err("some are missing".into()) }
}
