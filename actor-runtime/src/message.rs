//! What actors are told and asked, and how a reference knows it.
//!
//! [`Message`] is an enum with a variant a message, [`Protocol`] ties it to the type that a reference
//! names, [`Api`] is what the reference derefs to: one method a message.

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
    /// The methods of the actor at this address.
    fn at(address: Address) -> Self;

    /// Where the actor is.
    fn address(&self) -> Address;
}

/// What an [`ActorRef`](crate::ActorRef) speaks: which messages it takes and which methods it has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor, so no reference can name it",
    note = "put `#[actor]` on `struct {Self}`"
)]
pub trait Protocol: 'static {
    /// The messages.
    type Msg: Message;
    /// The methods of a reference.
    type Api: Api;
    /// How a message reaches the actor's cell.
    const DELIVERY: Delivery<Self::Msg>;
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
