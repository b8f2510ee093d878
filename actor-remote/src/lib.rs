//! Nodes: the same `ActorRef`, the same call, to an actor of another process or machine.
//!
//! A [`Node`] makes a system reachable and connects it to others. From then on references go to other nodes inside
//! messages and answers, and what is told or asked through one that came from there goes there. Only protocols that
//! are [`Remote`] leave a node, and a node takes only those that were registered with it.
//!
//! The way of a message, file by file: `leave` in `route.rs` writes it, on the sender's own thread, into the frames that
//! wait for the connection; `node/connection.rs` sends them, and at the other node reads them; `wire/` says
//! what the bytes are; `node/mod.rs` joins all and finds the type that a message is of. From there on it is a local
//! message.

#![forbid(unsafe_code)]

mod cluster;
mod config;
mod described;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod node;
mod node_id;
mod peer;
mod route;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
mod wire;

pub use actor_runtime::Remote;

pub use crate::config::Limits;
pub use crate::described::Described;
pub use crate::error::{CloseCode, DecodeError, EncodeError, FindError, NodeError, SpawnError};
pub use crate::node::{
    Connecting, Located, Lookup, Named, Node, NodeBuilder, NodeEvent, PeerInfo, Rights, Spawning,
};
pub use crate::node_id::NodeId;
pub use crate::route::leave;
#[cfg(feature = "tls")]
pub use crate::transport::Tls;
pub use crate::transport::{Link, MemoryNetwork};
pub use crate::wire::{
    AgreeOn, Carriage, Codec, Decoder, Encoder, FieldSchema, HandlerSchema, Machines, Primitive,
    ProtocolSchema, Recipient, RemoteProtocol, Reserved, Run, Schema, Table, UnknownMessage,
    UnknownVariant, VariantSchema, Wire, arguments, fingerprint, variant_id, wire_id,
};

/// What the macros make calls them.
#[doc(hidden)]
pub use crate::described::{Versioned, arrive_unknown, checked, leaving, unknown, verify};
#[doc(hidden)]
pub use crate::wire::put;
/// And names serde by it.
#[doc(hidden)]
pub use serde;
