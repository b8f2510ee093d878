//! What two nodes say to each other first, and what they agree on.
//!
//! Each says hello as soon as the socket is open. Of two nodes the one with the lower id is the *arbiter*: if both
//! have dialled each other there are two connections, and it decides alone which one stays. It says which protocols
//! it takes on that one, and closes the other; the other node answers with its own. So both agree whatever
//! crosses on its way, and no message is sent on a connection that goes.

use std::collections::HashMap;
use std::time::Duration;

use crate::config::{FRAME_BYTES_MOST, Limits, VERSIONS};
use crate::error::CloseCode;
use crate::wire::frame::{Hello, Protocol};
use crate::wire::{Codec, PeerProtocol, wire_id};

/// What this node says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Ours {
    pub(crate) id: u128,
    pub(crate) name: String,
    pub(crate) cluster: String,
    pub(crate) codec: Codec,
    pub(crate) protocols: Vec<Protocol>,
}

/// What the two agree on, as the other has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Theirs {
    pub(crate) id: u128,
    pub(crate) name: String,
    pub(crate) codec: Codec,
    /// The smaller of both.
    pub(crate) frame_bytes: usize,
    pub(crate) heartbeat: Duration,
}

impl Ours {
    pub(crate) fn hello(&self, limits: &Limits) -> Hello {
        Hello {
            versions: VERSIONS,
            capabilities: 0,
            codec: self.codec.id(),
            frame_bytes: limits.frame_bytes.min(FRAME_BYTES_MOST) as u32,
            heartbeat_ms: u32::try_from(limits.heartbeat.as_millis()).unwrap_or(u32::MAX),
            id: self.id,
            name: self.name.clone(),
            cluster: self.cluster.clone(),
        }
    }

    /// Takes what the other node says of itself.
    pub(crate) fn meet(&self, hello: Hello, limits: &Limits) -> Result<Theirs, CloseCode> {
        let common = VERSIONS.1.min(hello.versions.1);
        if common < VERSIONS.0.max(hello.versions.0) {
            return Err(CloseCode::VersionMismatch);
        }
        if hello.id == self.id || hello.name == self.name {
            return Err(CloseCode::Own);
        }
        if hello.cluster != self.cluster {
            return Err(CloseCode::ClusterMismatch);
        }
        // Both speak the codec of the node with the lower id.
        let codec = if self.id < hello.id { self.codec.id() } else { hello.codec };
        let codec = Codec::of_id(codec).ok_or(CloseCode::CodecMismatch)?;
        if !is_node_name(&hello.name) {
            return Err(CloseCode::Malformed);
        }
        let most = limits.frame_bytes.min(FRAME_BYTES_MOST);
        Ok(Theirs {
            id: hello.id,
            name: hello.name,
            codec,
            frame_bytes: most.min(hello.frame_bytes as usize),
            heartbeat: Duration::from_millis(hello.heartbeat_ms.into()),
        })
    }

    /// Whether this node decides which connection to the other stays.
    pub(crate) const fn is_arbiter(&self, theirs: &Theirs) -> bool {
        self.id < theirs.id
    }

    /// What is shared of each protocol of the other's that this node may send to, by its id on the wire: none where
    /// the fingerprints are the same.
    pub(crate) fn shared(&self, theirs: Vec<Protocol>) -> HashMap<u64, Option<PeerProtocol>> {
        let own: HashMap<u64, u64> =
            self.protocols.iter().map(|own| (wire_id(&own.name), own.fingerprint)).collect();
        let shared = theirs.into_iter().map(|protocol| {
            let id = wire_id(&protocol.name);
            let is_same = own.get(&id) == Some(&protocol.fingerprint);
            let mut handlers = protocol.handlers;
            handlers.sort_unstable();
            (id, (!is_same).then_some(PeerProtocol { fingerprint: protocol.fingerprint, handlers }))
        });
        shared.collect()
    }
}

/// Whether a text may be the name of a node.
pub(crate) fn is_node_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && !name.chars().any(char::is_control)
}
