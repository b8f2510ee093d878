//! Actors that other nodes may have begin here.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actor_runtime::{Address, Spawn, StartError, SystemRef};

use crate::error::DecodeError;
use crate::wire::{Codec, RemoteProtocol, Wire, fingerprint};

/// An actor that is made, until its start hook has ended.
pub(super) type Starting = Pin<Box<dyn Future<Output = Result<Address, StartError>> + Send>>;

type Begin = dyn Fn(&SystemRef, Codec, &[u8]) -> Result<Starting, DecodeError> + Send + Sync;

/// What other nodes may have begun here.
pub(super) struct Offer {
    /// Of the type of the arguments.
    pub(super) fingerprint: u64,
    /// Reads the arguments, and begins the actor on the next shard.
    pub(super) begin: Box<Begin>,
}

impl Offer {
    pub(super) fn of<P, A>(make: impl Fn(A) -> P + Send + Sync + 'static) -> Self
    where
        P: RemoteProtocol + Spawn,
        A: Wire,
    {
        let make = Arc::new(make);
        let begin = move |system: &SystemRef, codec: Codec, bytes: &[u8]| {
            let arguments: A = codec.decode_all(bytes)?;
            let make = make.clone();
            let started = system.spawn_on(actor_runtime::Place::Any, move || make(arguments));
            let started = async { started.await.map(|actor| actor.address()) };
            Ok(Box::pin(started) as Starting)
        };
        Self { fingerprint: const { fingerprint(A::SCHEMA) }, begin: Box::new(begin) }
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Offer({:x})", self.fingerprint)
    }
}
