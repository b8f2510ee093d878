//! Callboard: annotate a struct and its impl, get an actor on a thread-per-core runtime.
//!
//! A method with `#[tell]` or `#[ask]` is a message. The macros make an enum of the messages and the methods of
//! a typed reference; the runtime carries them, on this core or to another.
//!
//! ```
//! use callboard::prelude::*;
//!
//! #[actor]
//! #[derive(Default)]
//! pub struct Counter {
//!     n: i64,
//! }
//!
//! #[handlers]
//! impl Counter {
//!     /// Adds `by`.
//!     #[tell]
//!     pub fn inc(&mut self, by: i64) {
//!         self.n += by;
//!     }
//!
//!     /// The sum so far.
//!     #[ask]
//!     pub fn get(&self) -> i64 {
//!         self.n
//!     }
//! }
//!
//! #[callboard::main(shards = 2)]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let here = spawn(Counter::default());
//!     here.inc(5);                                  // a tell: nothing comes back
//!     assert_eq!(here.get().await?, 5);             // an ask: a future of the answer
//!
//!     let there = spawn_on(1, Counter::default).await?; // on another core: the same calls
//!     there.inc(2);
//!     assert_eq!(there.get().await?, 2);
//!     Ok(())
//! }
//! ```
//!
//! # The tour
//!
//! 1. [`actor`] marks the state, [`handlers`] its methods: [`tell`], [`ask`], and the hooks [`start`](macro@start)
//!    and [`stop`].
//! 2. [`spawn`] makes an actor run on the present shard, [`spawn_on`] on another; [`SystemRef::spawn_on`] does from
//!    outside.
//! 3. An [`ActorRef`] is where an actor is, with a type: 16 bytes, `Copy`, and it owns nothing.
//! 4. An [`Ask`] is awaited, started, or waited for by a plain thread; its [`Reply`] may be kept and passed on, or
//!    moves on with a [`Forward`].
//!    [`Answers`] come in parts.
//! 5. [`main`] and [`test`] run an `async fn` in a system of its own; [`System::builder`] makes one by hand.
//! 6. [`every`], [`after`] and [`health`] mark methods that the clock calls; [`Context::after`] and its like set
//!    timers as the actor runs.
//! 7. [`supervisor`] makes a struct a tree of actors that are started in order and restarted when they fail;
//!    [`SupervisorSpec`] is the same by hand.
//! 8. A [`Name`] finds an actor without a reference: [`Context::register`] and [`Context::lookup`], and
//!    [`Context::join`] for groups; [`SystemRef`] has the same for all other threads.
//! 9. [`SystemRef::events`] tells what happens in a running system, [`SystemRef::subscribe`] what users publish,
//!    [`SystemRef::stats`] what it counts; [`ActorRef::kill`] ends an actor that does not end by itself.
//!
//! A plain handler is called where its message lies; an `async` handler is polled on its shard, and the actor
//! takes no other message until it has ended. All of tokio works inside.

#![forbid(unsafe_code)]

pub use actor_macros::{
    Message, Wire, actor, after, ask, child, down, dynamic, every, exit, handlers, health, main,
    process, protocol, restart, start, stop, stream, supervisor, tell, test, unknown,
};
#[cfg(feature = "remote")]
pub use actor_remote as remote;
pub use actor_runtime::{
    Actor, ActorRef, Address, Answers, AnyTimer, Ask, AskCycle, AskError, AutoShutdown,
    BlockingCall, BlockingProcess, BoxError, Broadcast, Call, Child, ChildCounts, ChildError,
    ChildFailed, ChildInfo, ChildSpec, ChildState, Context, Continue, DeadLetters, DeadReason,
    Down, Drained, Dynamic, DynamicSpec, Event, Events, Exit, ExitReason, Flow, Forward, Kept,
    Lagged, LocalRef, LookupError, Message, Monitor, Name, NameOf, Named, Overflow, Panic, Pending,
    Permit, Place, Pool, Process, ProcessStart, Query, Receivable, RecvError, RegisterError,
    Replies, Reply, Report, Reserve, ReserveError, Restart, Routing, ShardStats, Shutdown,
    Siblings, Spawn, SpawnOn, Speaking, Speaks, Start, StartError, StartTree, State, States, Stats,
    Strategy, Subscription, Supervisor, SupervisorApi, SupervisorSpec, System, SystemBuilder,
    SystemRef, TellError, Timer, TimerKey, Topic, Tree, TreeView, Wrap, spawn, spawn_on, start,
};

#[cfg(feature = "testing")]
pub use actor_runtime::expect;

/// Simulators: what actors and whole clusters do, in one thread, in virtual time.
#[cfg(feature = "testing")]
pub mod testing {
    #[cfg(feature = "remote")]
    pub use actor_remote::testing::{Done, Failure, Faults, Sim, SimBuilder, SimNode};
    pub use actor_runtime::testing::{Missed, Output, Probe, Rare, Simulator, address};
}

/// What the macros' code uses; not for people.
#[doc(hidden)]
pub mod __private {
    pub use actor_macros::receive;
    pub use actor_runtime::private::*;

    /// What remote actors need.
    #[cfg(feature = "remote")]
    pub mod remote {
        pub use actor_remote::{
            Carriage, Described, FieldSchema, Remote, RemoteProtocol, Schema, UnknownMessage,
            UnknownVariant, VariantSchema, Wire, arguments, arrive_unknown, checked, fingerprint,
            leaving, put, serde, unknown, verify,
        };
    }

    /// Without the feature there are no remote actors, and their messages stay here.
    #[cfg(not(feature = "remote"))]
    pub mod remote {
        /// Has nothing leave.
        pub const fn leaving<P: actor_runtime::Protocol + ?Sized>() -> Option<super::Leave<P::Msg>>
        {
            None
        }

        /// Compares nothing: that there is no schema is told already.
        pub fn verify<P: ?Sized>(path: &str) {
            let _ = path;
        }
    }

    /// Makes what stands in it.
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __made {
        ($($items:tt)*) => { $($items)* };
    }

    /// Leaves out what stands in it.
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __left_out {
        ($($items:tt)*) => {};
    }

    /// What a remote actor has.
    #[cfg(not(feature = "remote"))]
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __no_remote {
        ($($items:tt)*) => {
            ::core::compile_error!(
                "a remote actor needs callboard's feature `remote`\n\
                 help: `callboard = { version = \"..\", features = [\"remote\"] }` in Cargo.toml"
            );
        };
    }

    /// What runs simulated tests.
    #[cfg(all(feature = "remote", feature = "testing"))]
    pub mod simulation {
        pub use actor_remote::testing::{Faults, Sim, simulate};
    }

    /// A simulated test.
    #[cfg(not(all(feature = "remote", feature = "testing")))]
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __no_simulator {
        ($($test:tt)*) => {
            ::core::compile_error!(
                "a simulated test needs callboard's features `remote` and `testing`\n\
                 help: `callboard = { version = \"..\", features = [\"remote\", \"testing\"] }` in Cargo.toml"
            );
        };
    }

    pub use __left_out as left_out;
    #[cfg(not(feature = "remote"))]
    pub use __left_out as when_remote;
    pub use __made as made;
    #[cfg(feature = "remote")]
    pub use __made as remote_items;
    #[cfg(all(feature = "remote", feature = "testing"))]
    pub use __made as simulated;
    #[cfg(feature = "remote")]
    pub use __made as when_remote;
    #[cfg(not(feature = "remote"))]
    pub use __no_remote as remote_items;
    #[cfg(not(all(feature = "remote", feature = "testing")))]
    pub use __no_simulator as simulated;
}

#[cfg(feature = "remote")]
pub use actor_remote::{
    Codec, DecodeError, EncodeError, Remote, UnknownMessage, UnknownVariant, Wire,
};

/// Takes the oldest message that an arm wants, and leaves the others where they are: an expression, for the body of a
/// [`#[process]`](macro@crate::process).
///
/// `receive! { cx, ARMS }` has arms as `match` has: a pattern, perhaps a guard, and a body that stands in the function
/// around it, so that `break`, `return`, `?` and `.await` do what they always do. It is awaited by itself. Variants are
/// named alone; in another function, which is given the process, by `receive! { cx: XferMsg, ARMS }`.
///
/// | arm | takes |
/// |---|---|
/// | `Chunk { seq, data } if *seq == next => ..` | a message; the guard sees references, the body has the values |
/// | `urgent Pause => ..` | the same, but before all that waits |
/// | `reply answer = pending => ..` | the answer of an ask that was started, a `Result<T, AskError>` |
/// | `down down = monitor => ..` | the `Down` of a monitor |
/// | `exit exit => ..` | an `Exit`, in a process that said `cx.trap_exits(true)` |
/// | `after "30s" => ..` | nothing: so long after the receive began no other arm could run |
///
/// Of all that waits the oldest is taken for which there is an arm, and of several the first in the text. What no arm
/// wants stays, in its order, for later receives, and costs this one nothing. `after` stands last; its duration is a
/// text or a `Duration`, and with `after 0` the receive takes only what is there.
///
/// A name that begins with a capital letter is a variant, any other one is bound to the message.
///
/// In a process with `blocking` it waits on the thread. In another function, which is given such a process, that is said:
/// `receive! { blocking cx: XferMsg, ARMS }`.
///
/// # Examples
///
/// ```
/// use callboard::prelude::*;
///
/// #[derive(Message)]
/// pub enum XferMsg {
///     Chunk { seq: u64, data: Vec<u8> },
///     Abort(String),
///     Sum { reply: Reply<u64> },
/// }
///
/// #[process(msg = XferMsg)]
/// async fn transfer(cx: &mut Process<XferMsg>, size: u64) -> Result<(), String> {
///     let mut sum = 0;
///     for next in 0..size {
///         receive! { cx,
///             // A chunk that comes too early waits for its turn.
///             Chunk { seq, data } if *seq == next => sum += data.len() as u64,
///             Abort(why) => return Err(why),
///             after "5s" => return Err(format!("chunk {next} did not come")),
///         }
///     }
///     receive! { cx, Sum { reply } => reply.answer(sum) }
///     Ok(())
/// }
///
/// #[callboard::main(shards = 1)]
/// async fn main() -> Result<(), AskError> {
///     let transfer = spawn(transfer(3));
///     for seq in [2, 0, 1] {
///         transfer.chunk(seq, vec![0; 10]);
///     }
///     assert_eq!(transfer.sum().await?, 30);
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// An arm that never runs, as an earlier one takes all that it takes; a guard that waits; `after` in another place than
/// the last.
#[macro_export]
macro_rules! receive {
    // By `$crate` the code finds this crate wherever it is re-exported.
    ($($arms:tt)*) => { $crate::__private::receive! { crate = $crate; $($arms)* } };
}

/// What nearly every program with actors needs.
///
/// ```
/// use callboard::prelude::*;
/// ```
pub mod prelude {
    pub use std::time::Duration;

    pub use crate::{
        ActorRef, Answers, Ask, AskError, BlockingProcess, Context, Down, Dynamic, Exit,
        ExitReason, Flow, Forward, LookupError, Message, Monitor, Name, Place, Pool, Process,
        RecvError, RegisterError, Reply, Routing, Start, StartError, System, actor, after, ask,
        child, down, dynamic, every, exit, handlers, health, process, protocol, receive, restart,
        spawn, spawn_on, start, stop, stream, supervisor, tell, unknown,
    };

    /// So many seconds.
    #[must_use]
    pub const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// So many milliseconds.
    #[must_use]
    pub const fn millis(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

// It tells of remote actors too.
#[cfg(all(doctest, feature = "remote"))]
#[doc = include_str!("../docs/language.md")]
struct Language;

#[cfg(all(doctest, feature = "remote", feature = "testing"))]
#[doc = include_str!("../docs/testing.md")]
struct Testing;
