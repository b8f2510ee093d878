//! Code round every handler of an actor: `#[actor(wrap(Timing))]`.
//!
//! Before me: the dispatch that the macros make begins with [`before`], and puts what that gives round each call of a
//! handler. All of it is known when the actor is compiled: what is empty leaves no instruction.

use std::fmt;
use std::future::Future;

use crate::address::Address;
use crate::cell::task::{Follow, Followed};
use crate::host;
use crate::message::Message;

/// Code that runs before and after every handler of the actors that list it: `#[actor(wrap(Timing, Audit))]`.
///
/// The value lives as long as the handler runs: [`before`](Self::before) makes it, [`after`](Self::after) sees it last.
/// The first in the list is the outermost. The handlers are those of the actor's messages, its own and those of the
/// protocols it speaks; hooks, timers and continuations are not wrapped.
///
/// `after` runs when the handler has come to its end, whatever it returns; of an `async` handler that is when its
/// future has. A handler that panics, or whose future is dropped because the actor ends, is not over: then the value
/// is dropped without it, so who wants to see that too implements `Drop`. A panic in either is one of the handler.
///
/// ```
/// use std::time::{Duration, Instant};
/// # use actor_runtime as callboard;
///
/// use callboard::{Call, Wrap};
///
/// /// Tells of handlers that take long.
/// struct Timing(Instant);
///
/// impl Wrap for Timing {
///     fn before(_call: Call) -> Self {
///         Self(Instant::now())
///     }
///
///     fn after(&mut self, call: Call) {
///         if self.0.elapsed() > Duration::from_millis(1) {
///             println!("{} of {}", call.message(), call.actor());
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a wrapper",
    label = "not a wrapper",
    note = "write `impl Wrap for {Self}`"
)]
pub trait Wrap: Sized + 'static {
    /// Runs before the handler.
    fn before(call: Call) -> Self;

    /// Runs after the handler.
    fn after(&mut self, call: Call) {
        let _ = call;
    }
}

/// The call of a handler, as a [`Wrap`] sees it.
#[derive(Clone, Copy)]
pub struct Call {
    message: &'static str,
}

impl Call {
    /// The name of the message, as its enum has it: `MoveTo` for the handler `move_to`.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.message
    }

    /// The actor.
    #[must_use]
    pub fn actor(&self) -> Address {
        host::running().expect("a handler runs on its actor's shard")
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.message)
    }
}

/// What runs round the handlers of an actor: nothing, or what runs inside a [`Wrap`], and that. In this order, so that
/// the inner one is dropped first.
pub trait Wraps: Sized + 'static {
    /// A handler's future, with what runs after it.
    type Later<F: Future>: Future<Output = F::Output>;

    /// Runs before the handler.
    fn before(call: Call) -> Self;

    /// Runs after the handler.
    fn after(self, call: Call);

    /// Runs after the handler's future.
    fn later<F: Future>(self, call: Call, future: F) -> Self::Later<F>;
}

impl Wraps for () {
    type Later<F: Future> = F;

    #[inline(always)]
    fn before(_call: Call) -> Self {}

    #[inline(always)]
    fn after(self, _call: Call) {}

    #[inline(always)]
    fn later<F: Future>(self, _call: Call, future: F) -> F {
        future
    }
}

impl<I: Wraps, W: Wrap> Wraps for (I, W) {
    type Later<F: Future> = Followed<I::Later<F>, Ends<W>>;

    #[inline(always)]
    fn before(call: Call) -> Self {
        let outer = W::before(call);
        (I::before(call), outer)
    }

    #[inline(always)]
    fn after(self, call: Call) {
        let (inner, mut outer) = self;
        inner.after(call);
        outer.after(call);
    }

    #[inline(always)]
    fn later<F: Future>(self, call: Call, future: F) -> Self::Later<F> {
        let (inner, wrap) = self;
        Followed::new(inner.later(call, future), Ends { call, wrap })
    }
}

/// A wrapper that has its second half before it.
pub struct Ends<W> {
    call: Call,
    wrap: W,
}

impl<W: Wrap> Follow for Ends<W> {
    #[inline(always)]
    fn follow(&mut self) {
        self.wrap.after(self.call);
    }
}

impl<W> fmt::Debug for Ends<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ends({:?})", self.call)
    }
}

/// What runs round the call of a handler, between its two halves.
#[must_use = "its second half is still to run"]
pub struct Around<W> {
    call: Call,
    wraps: W,
}

/// Runs what comes before the handler of this message.
#[inline(always)]
pub fn before<W: Wraps, M: Message>(message: &M) -> Around<W> {
    // Not by an index that might panic: what nobody reads is then not looked up.
    let call = Call { message: M::NAMES.get(message.tag()).copied().unwrap_or_default() };
    Around { call, wraps: W::before(call) }
}

/// The handler has returned this.
#[inline(always)]
pub fn ended<W: Wraps, T>(around: Around<W>, value: T) -> T {
    around.wraps.after(around.call);
    value
}

/// The handler goes on as this future.
#[inline(always)]
pub fn ends_later<W: Wraps, F: Future>(around: Around<W>, future: F) -> W::Later<F> {
    around.wraps.later(around.call, future)
}

impl<W> fmt::Debug for Around<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Around({:?})", self.call)
    }
}
