//! Protocols, as an actor speaks them: which they are, and how their messages reach its handlers.
//!
//! `#[protocol]` makes the [`Dispatch`] of a trait's messages, `#[handlers]` on the trait's impl says that the actor
//! [`Handles`] them, and `#[actor(speaks(..))]` lists the protocols, each as [`Spoken`]. The cells of the actor's type
//! have that list, and a delivery looks there for what is none of the actor's own messages.
//!
//! There too are messages that no reference sends, since they come from other nodes alone: those of the hook `unknown`.

use std::convert::Infallible;
use std::marker::PhantomData;

use super::blocking::OnThread;
use super::{Actor, Context, Handle, Plain, Suspending};
use crate::actor_ref::Speaks;
use crate::address::Target;
use crate::cell::{Handled, Spoken, Takes};
use crate::message::{Message, Protocol, is_same};
use crate::record::Delivery;

/// How the messages of a protocol become calls of an actor's methods: made by `#[protocol]`.
pub trait Dispatch<A>: Protocol {
    /// Whether any of these methods is `async`.
    const SUSPENDS: bool = false;

    /// Handles one message.
    fn dispatch<'a>(actor: &'a mut A, message: Self::Msg, cx: &'a mut Context<A>) -> Handled<'a>;
}

/// Who lists the protocol `P`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` handles `{P}` but does not list it",
    label = "not in `speaks`",
    note = "add it to the actor, as in `#[actor(speaks(..))]`"
)]
pub trait Listed<P: Protocol + ?Sized> {}

#[diagnostic::do_not_recommend]
impl<A, P> Listed<P> for A
where
    A: Speaks<P>,
    P: Protocol + ?Sized,
{
}

/// Who has the methods of the protocol `P` as its handlers: made by `#[handlers]` on the impl of the trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` says it speaks `{P}` but does not handle it",
    label = "no handlers",
    note = "put `#[handlers]` on the impl of the protocol for `{Self}`"
)]
pub trait Handles<P: Protocol + ?Sized>: Listed<P> + Sized {
    /// What calls these methods: the protocol itself, which is asked for only here, where the impl is.
    type By: Dispatch<Self, Msg = P::Msg> + ?Sized;
}

/// A protocol of those that the actor `A` speaks. `names` are those of both, for people.
///
/// # Panics
///
/// In a constant, which is an error of the compiler, if both have a message of one name: the methods of a reference
/// would be ambiguous.
#[must_use]
#[track_caller]
pub const fn spoken<A, P>(names: [&str; 2]) -> Spoken<A>
where
    A: Actor + Handles<P>,
    P: Protocol + ?Sized,
{
    apart::<A, P>(names);
    Spoken::new::<P, P::Msg>(P::DELIVERY, <A::By as Dispatch<A>>::SUSPENDS)
}

impl<A: Actor + Handles<P>, P: Protocol + ?Sized> Takes<P> for OnThread<A> {
    type Also = P::Msg;

    fn take<'a>(&'a mut self, message: P::Msg, me: Target) -> Handled<'a> {
        self.message(
            me,
            #[inline(always)]
            |state, cx| A::By::dispatch(state, message, cx),
        )
    }
}

impl<A: Actor + Handles<P>, P: Protocol + ?Sized> Takes<P> for Plain<A> {
    type Also = P::Msg;

    #[inline(always)]
    fn take<'a>(&'a mut self, message: P::Msg, me: Target) -> Handled<'a> {
        self.message(
            me,
            #[inline(always)]
            |state, cx| A::By::dispatch(state, message, cx),
        )
    }
}

impl<A: Actor + Handles<P>, P: Protocol + ?Sized> Takes<P> for Suspending<A> {
    type Also = P::Msg;

    #[inline(always)]
    fn take<'a>(&'a mut self, message: P::Msg, me: Target) -> Handled<'a> {
        self.message(
            me,
            #[inline(always)]
            |state, cx| A::By::dispatch(state, message, cx),
        )
    }
}

/// The messages `M` of the actor `A` that no reference sends.
struct Unlisted<A, M>(Infallible, PhantomData<fn(A, M)>);

/// What the actor `A` handles beside its own messages and those of its protocols, and no reference sends.
#[must_use]
pub const fn unlisted<A, M>() -> Spoken<A>
where
    A: Actor + Handle<M>,
    M: Send + 'static,
{
    // What of it is `async` counts among the actor's own.
    Spoken::new::<Unlisted<A, M>, M>(unlisted_delivery::<A, M>(), false)
}

/// How such a message reaches its actor.
pub(crate) const fn unlisted_delivery<A: Actor, M: Send + 'static>() -> Delivery<M> {
    Delivery::marked_by::<Unlisted<A, M>>()
}

impl<A: Actor + Handle<M>, M: Send + 'static> Takes<Unlisted<A, M>> for OnThread<A> {
    type Also = M;

    fn take<'a>(&'a mut self, message: M, me: Target) -> Handled<'a> {
        self.message(me, |state, cx| state.handle(message, cx))
    }
}

impl<A: Actor + Handle<M>, M: Send + 'static> Takes<Unlisted<A, M>> for Plain<A> {
    type Also = M;

    fn take<'a>(&'a mut self, message: M, me: Target) -> Handled<'a> {
        self.message(me, |state, cx| state.handle(message, cx))
    }
}

impl<A: Actor + Handle<M>, M: Send + 'static> Takes<Unlisted<A, M>> for Suspending<A> {
    type Also = M;

    fn take<'a>(&'a mut self, message: M, me: Target) -> Handled<'a> {
        self.message(me, |state, cx| state.handle(message, cx))
    }
}

/// Tells of a message that two protocols, or an actor and a protocol, have both.
///
/// # Panics
///
/// If there is one.
#[track_caller]
pub const fn apart<A, B>(names: [&str; 2])
where
    A: Protocol + ?Sized,
    B: Protocol + ?Sized,
{
    let (one, other) = (A::Msg::NAMES, B::Msg::NAMES);
    let mut number = 0;
    while number < one.len() * other.len() {
        let name = one[number / other.len()];
        if is_same(name, other[number % other.len()]) {
            let mut text = Text::new();
            text.push("`").push_method(name).push("` is a handler of `").push(names[0]);
            text.push("` and of `").push(names[1]).push("`\nhelp: rename one");
            panic!("{}", text.as_str());
        }
        number += 1;
    }
}

/// A text that is put together in a constant; what does not fit is left out.
struct Text {
    bytes: [u8; 256],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; 256], length: 0 }
    }

    const fn push(&mut self, text: &str) -> &mut Self {
        let mut at = 0;
        while at < text.len() && self.length < self.bytes.len() {
            self.bytes[self.length] = text.as_bytes()[at];
            self.length += 1;
            at += 1;
        }
        self
    }

    /// `MoveTo` as the method `move_to`.
    const fn push_method(&mut self, message: &str) -> &mut Self {
        let mut at = 0;
        while at < message.len() && self.length + 1 < self.bytes.len() {
            let byte = message.as_bytes()[at];
            if byte.is_ascii_uppercase() && at > 0 {
                self.bytes[self.length] = b'_';
                self.length += 1;
            }
            self.bytes[self.length] = byte.to_ascii_lowercase();
            self.length += 1;
            at += 1;
        }
        self
    }

    const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "two handlers have one name",
        }
    }
}
