//! References that cannot point to another node, and the handlers that only they have: `#[local]` ones.

use std::fmt;
use std::ops::Deref;

use crate::address::{Address, short_name};
use crate::host;
use crate::message::{Api, Protocol};
use crate::route;

/// What the methods of a reference lie on that cannot point to another node.
#[derive(Clone, Copy, Debug)]
pub struct Near<N>(N);

impl<N: Api> Api for Near<N> {
    type Of = N::Of;

    #[inline]
    fn at(address: Address) -> Self {
        Self(N::at(address))
    }

    #[inline]
    fn address(&self) -> Address {
        self.0.address()
    }
}

impl<N> Deref for Near<N> {
    type Target = N;

    #[inline]
    fn deref(&self) -> &N {
        &self.0
    }
}

/// Who has handlers that are `#[local]`: made by the macros.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handler that is `#[local]`",
    note = "its other handlers are methods of an `ActorRef` already"
)]
pub trait Nearby: Protocol {
    /// The methods of a reference to one that is here.
    type Near: Api;
}

/// A reference to an actor of this node, made by [`ActorRef::local`](crate::ActorRef::local): it has the handlers that
/// are `#[local]`, and all others.
///
/// It is `Copy` and owns nothing, as an `ActorRef`; only it does not leave this node.
pub struct LocalRef<P: Nearby + ?Sized>(P::Near);

impl<P: Nearby + ?Sized> LocalRef<P> {
    /// The reference to what is at this address, if that is here: of the system that this shard is of, or, on any
    /// other thread, of any of this process that runs.
    pub(crate) fn at(address: Address) -> Option<Self> {
        let node = address.shard_id().node();
        let own = host::with(|host| host.map(|host| host.shard_id.node()));
        let is_here = match own {
            Some(own) => own == node,
            None => route::find(node).is_some(),
        };
        is_here.then(|| Self(P::Near::at(address)))
    }
}

impl<P: Nearby + ?Sized> Deref for LocalRef<P> {
    type Target = P::Near;

    #[inline]
    fn deref(&self) -> &P::Near {
        &self.0
    }
}

impl<P: Nearby + ?Sized> Copy for LocalRef<P> {}
impl<P: Nearby + ?Sized> Clone for LocalRef<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Nearby + ?Sized> fmt::Debug for LocalRef<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", short_name(std::any::type_name::<P>()), self.0.address())
    }
}
