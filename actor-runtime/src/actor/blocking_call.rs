//! What an actor has a thread of the shard's pool do: `cx.blocking(f).then(Self::hashed)`.
//!
//! It is an ask that the pool answers. So its value comes, waits, and goes with the actor as an answer does that
//! the actor goes on with: see `ask.on(..)`.

use std::fmt;
use std::sync::Arc;

use super::continuation::boxed;
use super::{Actor, Context, Continue};
use crate::ask::{Ask, ask_by};
use crate::cell::{Handled, Outcome};
use crate::config;
use crate::exit::{ExitReason, Panic};
use crate::flow::Flow;
use crate::host;

/// A call that blocks, to be made by a thread of the pool: from [`Context::blocking`].
#[must_use = "nothing is called before it is said what takes the value: `.then(Self::got)`"]
pub struct BlockingCall<A, T: Send + 'static> {
    value: Ask<Result<T, Panic>>,
    cx: Context<A>,
    /// Gone once nobody wants the value any more.
    wanted: Arc<()>,
}

impl<A> Context<A> {
    /// Has a thread of the shard's pool call `call`, which may block or compute for long, while the actor goes
    /// on. [`then`](BlockingCall::then) says what takes the value.
    ///
    /// The pool has at most 512 threads for each shard, and what comes for it beyond that waits its turn. It is that of
    /// tokio's `spawn_blocking`, so those of a shard share it. In the simulator the call is made in the present moment.
    ///
    /// ```
    /// # use actor_runtime::{Actor, Context};
    /// fn hash<A: Actor>(cx: &Context<A>, password: String) {
    ///     cx.blocking(move || password.bytes().fold(7, |hash: u64, byte| hash ^ u64::from(byte)))
    ///         .then(|_: &mut A, hash: u64| println!("{hash:x}"));
    /// }
    /// ```
    pub fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> BlockingCall<A, T> {
        let wanted = Arc::new(());
        let is_wanted = Arc::downgrade(&wanted);
        let value = ask_by(self.address(), config::NEVER, move |_, reply| {
            host::call_aside(Box::new(move || {
                // The actor may have ended while the call waited for a thread.
                if is_wanted.strong_count() > 0 {
                    reply.answer(host::noting_panic(call));
                }
            }));
        });
        BlockingCall { value, cx: Self::new(self.me), wanted }
    }
}

impl<A: Actor, T: Send + 'static> BlockingCall<A, T> {
    /// Makes the call, and goes on: `method` is called with its value, as a handler is called with a message. It
    /// takes no place in the actor's mailbox, and comes in its turn.
    ///
    /// `method` is one of the actor's, `async` or not, with its context or without, and returns what a tell
    /// returns. If the call panics the actor ends, as if `method` had panicked, with what it said and where: a call
    /// that may fail returns a `Result`. If the actor ends before, the value is dropped; a call that waits for a thread
    /// is then never made, one that runs goes on by itself.
    pub fn then<M>(self, method: impl Continue<A, T, M>) {
        let Self { value, cx, wanted } = self;
        value.go_on(cx.me, |value| {
            boxed::<A>(move |actor, me| {
                drop(wanted);
                match value.take() {
                    Ok(Ok(value)) => method.go_on(actor, Context::new(me), value),
                    Ok(Err(panic)) => host::panic_as(panic),
                    // The pool is gone, and so is the shard soon.
                    Err(_) => Handled(Outcome::Flow(Flow::stop_with(ExitReason::Shutdown))),
                }
            })
        });
    }
}

impl<A, T: Send + 'static> fmt::Debug for BlockingCall<A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlockingCall(of {:?})", self.cx)
    }
}
