//! The runtime of Callboard: shards, records, references, asks.
//!
//! Everything here works by hand; the macros write what a person would.

#![deny(unsafe_code)]

mod actor;
mod actor_ref;
mod address;
mod ask;
#[allow(unsafe_code, reason = "actors lie in raw cells, futures in raw slots")]
mod cell;
mod config;
mod error;
mod exit;
mod flow;
#[allow(unsafe_code, reason = "the host is found through a thread-local")]
mod host;
mod message;
#[doc(hidden)]
pub mod private;
#[allow(unsafe_code, reason = "messages lie as raw records in blocks")]
mod record;
mod route;
mod shard;
mod stats;
mod sync;
mod system;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use crate::actor::{
    Actor, ActorType, Context, Handle, Handlers, Place, SpawnOn, asked, asked_later, delivery,
    spawn, spawn_on, start, started, started_later, told, told_later,
};
pub use crate::actor_ref::ActorRef;
pub use crate::address::Address;
pub use crate::ask::{Ask, Pending, Reply};
pub use crate::cell::{Handled, Options};
pub use crate::error::{AskError, StartError};
pub use crate::exit::{ExitReason, Panic};
pub use crate::flow::{Flow, IntoFlow, IntoStart, IntoStartOk, Start};
pub use crate::message::{Api, Message, MessageField, Protocol};
pub use crate::record::Delivery;
pub use crate::stats::{DeadLetters, DeadReason};
pub use crate::system::{Report, System, SystemBuilder};
