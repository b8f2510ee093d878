//! ractor_cluster: an actor of one node that joins a group, and another node that finds it there.

use std::time::Duration;

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, call_t, pg};
use ractor_cluster::node::NodeConnectionMode;
use ractor_cluster::{BytesConvertable, NodeServer, RactorClusterMessage};

use super::{Done, end_with_input, runtime};
use crate::work::{self, Digest, Work};

const GROUP: &str = "sinks";

/// 64 bytes, written at once.
struct Values(work::Values);

impl BytesConvertable for Values {
    fn into_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        self.0.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
        bytes
    }

    fn from_bytes(bytes: Vec<u8>) -> Self {
        let value = |at: usize| bytes[8 * at..8 * at + 8].try_into().expect("eight bytes");
        Self(std::array::from_fn(|at| u64::from_le_bytes(value(at))))
    }
}

#[derive(RactorClusterMessage)]
enum SinkMessage {
    Put(Values),
    #[rpc]
    Digest(RpcReplyPort<u64>),
}

struct Sink;

impl Actor for Sink {
    type Msg = SinkMessage;
    type State = Digest;
    type Arguments = ();

    async fn pre_start(
        &self,
        myself: ActorRef<SinkMessage>,
        (): (),
    ) -> Result<Digest, ActorProcessingErr> {
        pg::join(GROUP.to_owned(), vec![myself.get_cell()]);
        Ok(Digest::default())
    }

    async fn handle(
        &self,
        _myself: ActorRef<SinkMessage>,
        message: SinkMessage,
        digest: &mut Digest,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            SinkMessage::Put(Values(values)) => digest.add(values),
            SinkMessage::Digest(reply) => reply.send(digest.0)?,
        }
        Ok(())
    }
}

impl work::Sink for ActorRef<SinkMessage> {
    async fn put(&self, values: work::Values) {
        self.cast(SinkMessage::Put(Values(values))).expect("it is sent");
    }

    async fn digest(&self) -> u64 {
        call_t!(self, SinkMessage::Digest, 60_000).expect("it is answered")
    }
}

fn node(port: u16, name: &str) -> NodeServer {
    let (cookie, host) = ("cookie".to_owned(), "localhost".to_owned());
    NodeServer::new(port, cookie, name.to_owned(), host, None, Some(NodeConnectionMode::Isolated))
}

pub(super) fn serve(port: u16) -> Done {
    end_with_input();
    runtime()?.block_on(async {
        let (_sink, _) = Actor::spawn(None, Sink, ()).await?;
        let (_node, ended) = Actor::spawn(None, node(port, "server"), ()).await?;
        ended.await?;
        Ok(())
    })
}

pub(super) fn run(port: u16, work: Work) -> Done<f64> {
    runtime()?.block_on(async {
        let (node, _) = Actor::spawn(None, node(0, "client"), ()).await?;
        let pause = || tokio::time::sleep(Duration::from_millis(10));
        while ractor_cluster::client_connect(&node, ("127.0.0.1", port)).await.is_err() {
            pause().await;
        }
        let sink: ActorRef<SinkMessage> = loop {
            match pg::get_members(&GROUP.to_owned()).pop() {
                Some(sink) => break sink.into(),
                None => pause().await,
            }
        };
        Ok(work::run(&sink, work).await)
    })
}
