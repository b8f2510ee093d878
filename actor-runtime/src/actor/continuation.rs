//! What an actor does with a value that it does not wait for: `ask.on(cx, Self::got)`, `cx.blocking(f).then(..)`.
//!
//! Before me: a handler that asks. After me: the shard calls [`Body::hear`](crate::cell::Body::hear) when the
//! value is there and the actor is free, in the value's place among its messages.

use std::any::Any;
use std::future::Ready;

use super::{Actor, Context, later};
use crate::address::Target;
use crate::ask::Ask;
use crate::cell::{Handled, Outcome};
use crate::error::AskError;
use crate::flow::IntoFlow;

/// What goes on with a value `T`: a method of the actor `A`, plain or `async`, with its context or without,
/// that returns what a tell returns. A closure will do, too.
///
/// `M` tells these apart, as the type of a function of that kind; nobody has to name it.
#[diagnostic::on_unimplemented(
    message = "a `{T}` cannot be handed to this",
    label = "not a method of `{A}` that takes it",
    note = "write `fn got(&mut self, value: {T})` in an `impl {A}`, plain or `async`, with `cx: &mut Context<Self>` before the value if it wants it",
    note = "it returns what a tell does: `()`, `Flow`, or `Result<(), E>`"
)]
pub trait Continue<A, T, M>: 'static {
    /// Takes the value.
    fn go_on(self, actor: &mut A, cx: Context<A>, value: T) -> Handled<'_>;
}

impl<A, T, F, R> Continue<A, T, fn(&mut A, T) -> R> for F
where
    F: FnOnce(&mut A, T) -> R + 'static,
    R: IntoFlow,
{
    fn go_on(self, actor: &mut A, _cx: Context<A>, value: T) -> Handled<'_> {
        Handled(Outcome::Flow(self(actor, value).into_flow()))
    }
}

impl<A, T, F, R> Continue<A, T, fn(&mut A, &mut Context<A>, T) -> R> for F
where
    F: FnOnce(&mut A, &mut Context<A>, T) -> R + 'static,
    R: IntoFlow,
{
    fn go_on(self, actor: &mut A, mut cx: Context<A>, value: T) -> Handled<'_> {
        Handled(Outcome::Flow(self(actor, &mut cx, value).into_flow()))
    }
}

impl<A, T, F, R> Continue<A, T, fn(&mut A, T) -> Ready<R>> for F
where
    A: 'static,
    T: 'static,
    F: AsyncFnOnce(&mut A, T) -> R + 'static,
    R: IntoFlow + 'static,
{
    fn go_on(self, actor: &mut A, _cx: Context<A>, value: T) -> Handled<'_> {
        later(async move { self(actor, value).await }, IntoFlow::into_flow)
    }
}

impl<A, T, F, R> Continue<A, T, fn(&mut A, &mut Context<A>, T) -> Ready<R>> for F
where
    A: 'static,
    T: 'static,
    F: AsyncFnOnce(&mut A, &mut Context<A>, T) -> R + 'static,
    R: IntoFlow + 'static,
{
    fn go_on(self, actor: &mut A, mut cx: Context<A>, value: T) -> Handled<'_> {
        later(async move { self(actor, &mut cx, value).await }, IntoFlow::into_flow)
    }
}

/// A continuation and the value it will take, without their types.
type Then<A> = Box<dyn for<'a> FnOnce(&'a mut A, Target) -> Handled<'a>>;

/// Keeps what an actor goes on with, for [`go_on`].
pub(super) fn boxed<A: Actor>(
    then: impl for<'a> FnOnce(&'a mut A, Target) -> Handled<'a> + 'static,
) -> Box<dyn Any> {
    let then: Then<A> = Box::new(then);
    Box::new(then)
}

/// Goes on with a value that came for this actor.
pub(super) fn go_on<A: Actor>(actor: &mut A, then: Box<dyn Any>, me: Target) -> Handled<'_> {
    let then = then.downcast::<Then<A>>().expect("an actor goes on with what it kept itself");
    then(actor, me)
}

impl<T: Send + 'static> Ask<T> {
    /// Sends the ask, and goes on: `then` is called with the answer, or the lack of it, as a handler is called
    /// with a message. It takes no place in the actor's mailbox, and comes in the answer's place among what
    /// else was sent to it. If the actor ends before, the answer is dropped.
    ///
    /// `then` is a method of the actor, `async` or not, with its context or without, and returns what a tell
    /// returns. An actor may so ask itself, too.
    ///
    /// # Panics
    ///
    /// If the ask was begun elsewhere than in this actor.
    pub fn on<A: Actor, M>(self, cx: &Context<A>, then: impl Continue<A, Result<T, AskError>, M>) {
        self.go_on(cx.me, |answer| {
            boxed::<A>(move |actor, me| then.go_on(actor, Context::new(me), answer.take()))
        });
    }
}
