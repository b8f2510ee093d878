//! elfo: a group of one actor in each process, and its network between them.

use elfo::prelude::*;
use elfo::{Addr, Topology};
use toml::toml;

use super::{Done, end_with_input, runtime};
use crate::work::{self, Digest, Values, Work};

#[message]
struct Put(Values);

#[message(ret = u64)]
struct Ask;

/// Asks the sink to say where it is, by a message that has its address.
#[message]
struct Where;

#[message]
struct Here;

pub(super) fn serve(port: u16) -> Done {
    end_with_input();
    let topology = Topology::empty();
    let configurers = topology.local("system.configurers").entrypoint();
    let network = topology.local("system.network");
    let sinks = topology.local("sinks");
    network.mount(elfo::batteries::network::new(&topology));
    let listen = format!("tcp://127.0.0.1:{port}");
    let config = toml! {
        [system.network]
        listen = [listen]
        [sinks]
        system.mailbox.capacity = 65536
    };
    configurers.mount(elfo::batteries::configurer::fixture(&topology, config));
    sinks.mount(ActorGroup::new().exec(sink));
    runtime()?.block_on(elfo::init::try_start(topology))?;
    Ok(())
}

async fn sink(mut cx: Context) {
    let mut digest = Digest::default();
    while let Some(envelope) = cx.recv().await {
        let sender = envelope.sender();
        msg!(match envelope {
            Put(values) => digest.add(values),
            (Ask, token) => cx.respond(token, digest.0),
            Where => cx.send_to(sender, Here).await.expect("it is sent"),
        });
    }
}

/// The sink, as an actor of the other process sees it.
struct Far<'a> {
    cx: &'a Context,
    sink: Addr,
}

impl work::Sink for Far<'_> {
    async fn put(&self, values: Values) {
        self.cx.send_to(self.sink, Put(values)).await.expect("it is sent");
    }

    async fn digest(&self) -> u64 {
        self.cx.request_to(self.sink, Ask).resolve().await.expect("it is answered")
    }
}

pub(super) fn run(port: u16, work: Work) -> Done<f64> {
    let topology = Topology::empty();
    let configurers = topology.local("system.configurers").entrypoint();
    let network = topology.local("system.network");
    let sources = topology.local("sources");
    let sinks = topology.remote("sinks");
    sources.route_to(&sinks, |_, _| elfo::topology::Outcome::Broadcast);
    network.mount(elfo::batteries::network::new(&topology));
    let server = format!("tcp://127.0.0.1:{port}");
    let config = toml! {
        [system.network]
        discovery.predefined = [server]
        discovery.attempt_interval = "100ms"
        [sources]
        system.mailbox.capacity = 65536
    };
    configurers.mount(elfo::batteries::configurer::fixture(&topology, config));
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    sources.mount(ActorGroup::new().exec(move |mut cx: Context| {
        let tell = tell.lock().ok().and_then(|mut tell| tell.take());
        async move {
            // Until there is a connection.
            while cx.send(Where).await.is_err() {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            let sink = cx.recv().await.expect("the sink says where it is").sender();
            let nanos = work::run(&Far { cx: &cx, sink }, work).await;
            // It is awaited.
            let _ = tell.map(|tell| tell.send(nanos));
        }
    }));
    runtime()?.block_on(async {
        tokio::select! {
            nanos = told => Ok(nanos?),
            ended = elfo::init::try_start(topology) => {
                ended?;
                Err("it has ended".into())
            }
        }
    })
}
