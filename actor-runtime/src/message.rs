//! What actors are told and asked, and how a reference knows it.
//!
//! [`Message`] is an enum with a variant a message, [`Protocol`] ties it to the type that a reference
//! names, [`Api`] is what the reference derefs to: one method a message. An actor that speaks protocols
//! [`Takes`] their messages too, and its reference derefs through its own methods to those of each protocol.

use std::fmt;
use std::marker::PhantomData;

use crate::address::Address;
use crate::record::Delivery;

/// An enum of messages: each variant is one that an actor can be told or asked.
///
/// Made by `#[handlers]` for an actor and by `#[derive(Message)]` for an enum written by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    note = "put `#[derive(Message)]` on the enum"
)]
pub trait Message: Send + Sized + 'static {
    /// The names of the variants; a tag is an index into it.
    const NAMES: &'static [&'static str];

    /// The number of this message's variant, in the order of the text.
    fn tag(&self) -> usize;

    /// The name of this message's variant.
    fn name(&self) -> &'static str {
        Self::NAMES[self.tag()]
    }
}

/// The methods of a reference: made by the macros, one method a message.
pub trait Api: Copy + Send + Sync {
    /// The type that the reference names: asks wait as long as that says, whoever's messages they are.
    type Of: Protocol + ?Sized;

    /// The methods of the actor at this address.
    fn at(address: Address) -> Self;

    /// Where the actor is.
    fn address(&self) -> Address;
}

/// What an [`ActorRef`](crate::ActorRef) speaks: which messages it takes and which methods it has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an actor nor a protocol, so no reference can name it",
    note = "put `#[actor]` on the struct, or `#[protocol]` on the trait"
)]
pub trait Protocol: 'static {
    /// The messages.
    type Msg: Message;
    /// The methods of a reference.
    type Api: Api;
    /// How a message reaches the actor's cell.
    const DELIVERY: Delivery<Self::Msg>;
}

/// Whether two names are the same: `==`, for constants, which have no traits.
#[must_use]
pub const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// The messages of `P`.
pub type MsgOf<P> = <P as Protocol>::Msg;

/// Where an actor is, for a reference of type `P`: what the methods of a reference lie on.
pub struct At<P: ?Sized> {
    address: Address,
    of: PhantomData<fn(Box<P>)>,
}

impl<P: Protocol + ?Sized> Api for At<P> {
    type Of = P;

    #[inline]
    fn at(address: Address) -> Self {
        Self { address, of: PhantomData }
    }

    #[inline]
    fn address(&self) -> Address {
        self.address
    }
}

impl<P: ?Sized> Copy for At<P> {}
impl<P: ?Sized> Clone for At<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: ?Sized> fmt::Debug for At<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

/// A protocol whose methods may lie on those of the next that an actor speaks: made by `#[protocol]`.
pub trait Layer: Protocol {
    /// The methods, on these.
    type On<N: Api>: Api<Of = N::Of>;
}

/// The methods of the protocol `P` on those of `N`.
pub type On<P, N> = <P as Layer>::On<N>;

/// Who takes the messages `M`: an actor its own, and those of the protocols it speaks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take `{M}`",
    label = "not a message of `{Self}`",
    note = "it takes its own messages, and those of the protocols that it speaks"
)]
pub trait Takes<M: Message>: Protocol {
    /// How such a message reaches the actor's cell.
    const WAY: Delivery<M>;
}

#[diagnostic::do_not_recommend]
impl<P: Protocol + ?Sized> Takes<P::Msg> for P {
    const WAY: Delivery<P::Msg> = P::DELIVERY;
}

/// What may stand in a message: anything owned that may go to another thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent to an actor",
    label = "this is not `Send + 'static`",
    note = "send the data itself, or share it by `Arc`; a type parameter of the actor needs `{Self}: Send + 'static`"
)]
pub trait MessageField: Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> MessageField for T {}

/// Stands in the signature of a function that is never called, so that the compiler checks `T` where the
/// user wrote it.
#[derive(Debug)]
pub struct Field<T: MessageField>(PhantomData<T>);
