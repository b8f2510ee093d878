//! What two nodes say to each other first, and what they agree on.
//!
//! Each says hello as soon as the socket is open. Of two nodes the one with the lower id is the *arbiter*: if both
//! have dialled each other there are two connections, and it decides alone which one stays. It says which protocols
//! it takes on that one, and closes the other; the other node answers with its own. So both agree whatever
//! crosses on its way, and no message is sent on a connection that goes.

use std::collections::{BTreeMap, HashMap};
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
    pub(crate) fn shared(&self, theirs: Vec<Protocol>) -> BTreeMap<u64, Option<PeerProtocol>> {
        let own: HashMap<u64, u64> =
            self.protocols.iter().map(|own| (wire_id(&own.name), own.fingerprint)).collect();
        let shared = theirs.into_iter().map(|protocol| {
            let id = wire_id(&protocol.name);
            let is_same = own.get(&id) == Some(&protocol.fingerprint);
            let mut handlers = protocol.handlers;
            handlers.sort_unstable_by_key(|handler| handler.id);
            let (version, fingerprint) = (protocol.version, protocol.fingerprint);
            (id, (!is_same).then_some(PeerProtocol { version, fingerprint, handlers }))
        });
        shared.collect()
    }
}

/// Whether a text may be the name of a node.
pub(crate) fn is_node_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::frame::Handler;

    fn ours(id: u128, name: &str) -> Ours {
        let protocols = vec![protocol("shop.cart", 7)];
        let (name, cluster) = (name.to_owned(), "shop".to_owned());
        Ours { id, name, cluster, codec: Codec::default(), protocols }
    }

    fn handler(id: u64) -> Handler {
        Handler { id, reply: 0, fields: Vec::new() }
    }

    fn protocol(name: &str, fingerprint: u64) -> Protocol {
        Protocol {
            name: name.to_owned(),
            version: 1,
            fingerprint,
            handlers: vec![handler(9), handler(8)],
        }
    }

    /// What node 1, `a`, makes of a hello that `change` has changed.
    fn met(change: impl FnOnce(&mut Hello)) -> Result<Theirs, CloseCode> {
        let limits = Limits { frame_bytes: 5_000, ..Limits::default() };
        let mut hello = ours(2, "b").hello(&limits);
        change(&mut hello);
        ours(1, "a").meet(hello, &Limits::default())
    }

    #[test]
    fn w1_two_nodes_agree_on_the_smaller_limit() {
        let theirs = met(|_| {}).expect("they agree");
        assert_eq!((theirs.id, &*theirs.name, theirs.frame_bytes), (2, "b", 5_000));
    }

    #[test]
    fn w2_nodes_without_a_common_version_part() {
        assert_eq!(met(|hello| hello.versions = (2, 9)), Err(CloseCode::VersionMismatch));
        assert!(met(|hello| hello.versions = (0, 9)).is_ok());
    }

    #[test]
    fn k6_nodes_of_different_clusters_part() {
        let other = |hello: &mut Hello| hello.cluster = "bank".to_owned();
        assert_eq!(met(other), Err(CloseCode::ClusterMismatch));
    }

    #[test]
    fn w1_a_node_does_not_connect_to_itself_nor_to_who_has_its_name() {
        assert_eq!(met(|hello| hello.id = 1), Err(CloseCode::Own));
        assert_eq!(met(|hello| hello.name = "a".to_owned()), Err(CloseCode::Own));
    }

    #[test]
    fn w1_a_codec_or_a_name_that_is_none_is_refused() {
        let codec = |hello: &mut Hello| (hello.codec, hello.id) = (99, 0);
        assert_eq!(met(codec), Err(CloseCode::CodecMismatch));
        assert_eq!(met(|hello| hello.name = String::new()), Err(CloseCode::Malformed));
        assert_eq!(met(|hello| hello.name = "b\n".to_owned()), Err(CloseCode::Malformed));
    }

    #[test]
    fn w3_one_of_two_nodes_decides() {
        let theirs = |id| Theirs { id, ..met(|_| {}).expect("they agree") };
        assert!(ours(1, "a").is_arbiter(&theirs(2)) && !ours(2, "b").is_arbiter(&theirs(1)));
    }

    #[test]
    fn what_is_not_the_same_at_both_ends_goes_by_name() {
        let shared = ours(1, "a").shared(vec![protocol("shop.cart", 7), protocol("shop.till", 1)]);
        assert_eq!(shared[&wire_id("shop.cart")], None);
        let other =
            PeerProtocol { version: 1, fingerprint: 1, handlers: vec![handler(8), handler(9)] };
        assert_eq!(shared[&wire_id("shop.till")], Some(other));
    }
}
