//! Expansions are clean under the strictest lints of a user's crate.

#![forbid(unsafe_code, missing_docs, unused_qualifications)]
#![deny(warnings, missing_debug_implementations, unreachable_pub, unnameable_types)]
#![deny(rust_2018_idioms, single_use_lifetimes, unused_lifetimes)]
#![deny(
    let_underscore_drop,
    unit_bindings,
    unused_results,
    trivial_casts,
    explicit_outlives_requirements
)]
#![deny(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason)]
#![deny(clippy::unwrap_used, clippy::todo)]

use callboard::{
    Actor, ActorRef, Address, Ask, AskError, Context, ExitReason, Flow, Message, Reply, actor,
    handlers,
};

/// Seen by nobody outside.
#[derive(Debug)]
struct Secret(Vec<u8>);

/// Counts.
#[actor(
    mailbox(capacity = 1_000, overflow = drop_oldest),
    slice = 16,
    ask_timeout = "250ms",
    start_timeout = "1m"
)]
#[derive(Debug, Default)]
pub struct Counter {
    n: i64,
    waiting: Vec<Reply<i64>>,
}

/// What may go wrong.
#[derive(Debug)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken")
    }
}

impl std::error::Error for Broken {}

#[handlers]
impl Counter {
    /// Begins.
    #[start]
    async fn open(&mut self, _cx: &mut Context<Self>) -> Result<(), Broken> {
        self.n = std::future::ready(0).await;
        Ok(())
    }

    /// Adds `by`, see [`Self::get`].
    #[tell]
    pub fn inc(&mut self, by: i64) {
        self.n += by;
    }

    /// How many.
    #[ask]
    #[must_use]
    pub const fn get(&self) -> i64 {
        self.n
    }

    // Nobody outside calls it, so nobody asks for its docs.
    #[tell]
    fn hide(&mut self, secret: Secret) -> Flow {
        self.n = secret.0.into_iter().map(i64::from).sum();
        Flow::stop()
    }

    /// Many of them.
    ///
    /// # Errors
    ///
    /// When they are too many.
    #[ask]
    #[allow(
        clippy::many_single_char_names,
        clippy::too_many_arguments,
        reason = "a case of its own"
    )]
    pub async fn sum(
        &self,
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
    ) -> Result<u8, Broken> {
        std::future::ready(()).await;
        [b, c, d, e, f, g, h].iter().try_fold(a, |sum, more| sum.checked_add(*more)).ok_or(Broken)
    }

    /// Keeps the reply.
    #[ask]
    pub fn later(&mut self, cx: &mut Context<Self>, reply: Reply<i64>) {
        let _: ActorRef<Self> = cx.me();
        self.waiting.push(reply);
    }

    /// Left by its callers.
    #[deprecated(note = "ask for `get`")]
    #[ask]
    #[must_use]
    pub const fn old(&self) -> i64 {
        self.n
    }

    /// Ends.
    #[stop]
    fn close(&mut self, why: &ExitReason) {
        self.n = i64::from(matches!(why, ExitReason::Normal));
    }
}

mod inner {
    use callboard::{actor, handlers};

    /// Its messages cannot be named outside.
    #[actor]
    #[derive(Debug)]
    pub struct Hidden;

    #[handlers]
    impl Hidden {
        /// Sees.
        #[tell]
        pub fn see(&mut self, what: u8) {
            let _ = (&self, what);
        }
    }

    /// For the crate alone.
    #[actor]
    #[derive(Debug)]
    pub(crate) struct Inner(pub(crate) Vec<u8>);

    #[handlers]
    impl Inner {
        /// Sees.
        #[tell]
        pub(crate) fn see(&mut self, what: super::Secret) {
            self.0.extend(what.0);
        }
    }
}

pub use inner::Hidden;

/// What is imported is named by its short name, also by the macros' code.
pub fn imported<A: Actor>(actor: ActorRef<A>, message: &impl Message) -> (Address, usize) {
    (actor.address(), message.tag())
}

/// Uses all of them.
///
/// # Errors
///
/// When the counter is gone.
pub async fn all(counter: ActorRef<Counter>) -> Result<i64, AskError> {
    counter.inc(1);
    callboard::spawn(inner::Inner(Vec::new())).see(Secret(vec![1]));
    let later: Ask<i64> = counter.later();
    let later = later.await?;
    Ok(later + counter.get().await?)
}

#[callboard::main(shards = 1)]
async fn main() -> Result<(), AskError> {
    let counter = callboard::spawn(Counter::default());
    counter.inc(2);
    assert_eq!(counter.get().await?, 2);
    let hidden = callboard::spawn(Hidden);
    hidden.see(1);
    assert_eq!(imported(hidden, &CounterMsg::Inc { by: 1 }), (hidden.address(), 0));
    Ok(())
}
