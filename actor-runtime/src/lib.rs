//! The runtime of Callboard: shards, records, references, asks.
//!
//! Everything here works by hand; the macros write what a person would.
//!
//! # One actor by hand
//!
//! What `#[actor]` and `#[handlers]` make of a type is what stands here, in the same order: this is the
//! specification of their expansion. The whole text is one program, cut into its steps.
//!
//! 1. The **state** is any struct. It need not be `Send`, for it never leaves its shard.
//! 2. The **messages** are an enum with a variant for each handler, its fields named after the parameters.
//!    That of an ask has one field more, the [`Reply`].
//! 3. The **methods of a reference** are those of an [`Api`], to which [`ActorRef`] derefs: a tell sends, an
//!    ask makes a lazy [`Ask`].
//! 4. The [`Protocol`] ties these to the type that references name. Its `DELIVERY` is typed, so that no
//!    impl can have the runtime read a message as another type; it is always `Self::REACHED_BY`.
//! 5. [`Handle`] calls the handlers. What it returns says how one ended, see the table below.
//! 6. [`Handlers`] has the hooks: `start` is called only where `STARTS` is true. Where a handler or a hook is
//!    `async`, `SUSPENDS` is true, and the context lies in the cell beside the state. What the clock calls is
//!    listed in `TIMERS`, as [`Timed`].
//! 7. [`Actor`] has the options, and the [`ActorType`] of its cells. That is a `static`, whose one address is
//!    compared at each delivery; of a generic actor, where no `static` can be, it is `&ActorType::new()`.
//! 8. A [`System`] runs it.
//!
//! ```
//! use std::time::Duration;
//!
//! use actor_runtime::{
//!     Actor, ActorRef, ActorType, Address, Api, Ask, AskError, At, Context, Delivery, Handle, Handled,
//!     Handlers, Message, Options, Protocol, Reply, System, asked, asked_later, private,
//!     started, told,
//! };
//!
//! // 1. The state.
//! struct Counter {
//!     n: i64,
//! }
//!
//! // 2. The messages.
//! enum CounterMsg {
//!     Inc { by: i64 },
//!     Get { reply: Reply<i64> },
//!     Fetch { from: ActorRef<Counter>, reply: Reply<Result<i64, AskError>> },
//! }
//!
//! impl Message for CounterMsg {
//!     const NAMES: &'static [&'static str] = &["Inc", "Get", "Fetch"];
//!
//!     fn tag(&self) -> usize {
//!         match *self {
//!             Self::Inc { .. } => 0,
//!             Self::Get { .. } => 1,
//!             Self::Fetch { .. } => 2,
//!         }
//!     }
//! }
//!
//! // 3. The methods of a reference.
//! #[derive(Clone, Copy)]
//! struct CounterApi(Address);
//!
//! impl Api for CounterApi {
//!     type Of = Counter;
//!
//!     fn at(address: Address) -> Self {
//!         Self(address)
//!     }
//!
//!     fn address(&self) -> Address {
//!         self.0
//!     }
//! }
//!
//! impl CounterApi {
//!     fn inc(&self, by: i64) {
//!         private::tell::<Counter>(self, CounterMsg::Inc { by });
//!     }
//!
//!     fn get(&self) -> Ask<i64> {
//!         private::ask::<Counter, _>(self, |reply| CounterMsg::Get { reply })
//!     }
//!
//!     fn fetch(&self, from: ActorRef<Counter>) -> Ask<Result<i64, AskError>> {
//!         private::ask::<Counter, _>(self, move |reply| CounterMsg::Fetch { from, reply })
//!     }
//! }
//!
//! // 4. What a reference speaks.
//! impl Protocol for Counter {
//!     type Msg = CounterMsg;
//!     type Api = CounterApi;
//!     const DELIVERY: Delivery<Self::Msg> = Self::REACHED_BY;
//! }
//!
//! // 5. The handlers.
//! impl Handle<CounterMsg> for Counter {
//!     fn handle<'a>(&'a mut self, msg: CounterMsg, _cx: &'a mut Context<Self>) -> Handled<'a> {
//!         match msg {
//!             CounterMsg::Inc { by } => told(self.n += by),
//!             CounterMsg::Get { reply } => asked(reply, self.n),
//!             CounterMsg::Fetch { from, reply } => asked_later(reply, async move {
//!                 self.n += from.get().await?;
//!                 Ok(self.n)
//!             }),
//!         }
//!     }
//! }
//!
//! // 6. The hooks.
//! impl Handlers for Counter {
//!     const STARTS: bool = true;
//!     const SUSPENDS: bool = true;
//!
//!     fn start<'a>(&'a mut self, _cx: &'a mut Context<Self>) -> Handled<'a> {
//!         started(self.n += 100)
//!     }
//! }
//!
//! // 7. The actor.
//! static TYPE: ActorType<Counter> = ActorType::new();
//!
//! impl Actor for Counter {
//!     const OPTIONS: Options = Options::new().slice(32).ask_timeout(Duration::from_secs(1));
//!     const TYPE: &'static ActorType<Self> = &TYPE;
//!     type Below = At<Self>;
//!     type Wraps = ();
//! }
//!
//! // 8. A system of two shards, an actor on each.
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = System::builder().shards(2).start()?;
//!     let near = system.spawn_on(0, || Counter { n: 0 }).wait()?;
//!     let far = system.spawn_on(1, || Counter { n: 0 }).wait()?;
//!     near.inc(5);
//!     assert_eq!(far.fetch(near).wait()??, 205);
//!     let report = system.stop(Duration::from_secs(5));
//!     assert_eq!((report.handled, report.dead_letters.total()), (3, 0));
//!     Ok(())
//! }
//! ```
//!
//! # What a call returns
//!
//! | the method | plain | `async` |
//! |---|---|---|
//! | a tell; an ask that takes its `Reply`; the stop hook | [`told`] | [`told_later`] |
//! | an ask that returns its answer | [`asked`] | [`asked_later`] |
//! | an ask that returns who answers | [`forwarded`] | [`forwarded_later`] |
//! | the start hook | [`started`] | [`started_later`] |
//! | a health check, which the clock calls | [`checked`] | [`checked_later`] |
//!
//! A handler that says `keep` calls [`keep`] with a copy of its parameters, and passes on what it leaves by
//! [`kept`], or its future by [`kept_later`].
//!
//! All of it is safe code. A mistake in an impl, such as a future without `SUSPENDS`, panics and ends that
//! actor, no more.

#![deny(unsafe_code)]

mod actor;
mod actor_ref;
mod address;
mod answers;
mod ask;
mod bonds;
#[allow(unsafe_code, reason = "actors lie in raw cells, futures in raw slots")]
mod cell;
mod config;
mod cycle;
mod error;
mod event;
mod events;
mod exit;
mod feed;
mod flow;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod group;
#[allow(unsafe_code, reason = "a small closure lies inline, without its type")]
mod held;
mod host;
mod mailbox;
mod message;
mod name;
mod naming;
mod nearby;
mod permit;
mod pool;
#[doc(hidden)]
pub mod private;
mod process;
mod query;
#[allow(unsafe_code, reason = "messages lie as raw records in blocks")]
mod record;
mod registry;
#[doc(hidden)]
pub mod remote;
mod route;
mod shard;
#[cfg(unix)]
mod signals;
mod sometimes;
mod stats;
mod supervisor;
mod sync;
mod system;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod threads;
mod timer;
mod watch;

pub use crate::actor::{
    Actor, ActorType, BlockingCall, Call, Context, Continue, Dispatch, Handle, Handlers, Handles,
    Item, Place, Spawn, SpawnOn, State, States, StreamEnd, Timed, Wrap, asked, asked_later, attach,
    checked, checked_later, forwarded, forwarded_later, keep, kept, kept_later, spawn, spawn_on,
    spoken, start, started, started_later, told, told_later,
};
pub use crate::actor_ref::{ActorRef, Speaking, Speaks};
pub use crate::address::Address;
pub use crate::answers::{Answers, Replies};
pub use crate::ask::{Ask, Forward, Pending, Reply};
pub use crate::bonds::{Down, Exit, Monitor};
pub use crate::cell::{Handled, OnRestart, Options, Spoken};
pub use crate::cycle::AskCycle;
pub use crate::error::{
    AskError, LookupError, RecvError, RegisterError, ReserveError, StartError, TellError,
};
pub use crate::event::{Event, Kept, Topic};
pub use crate::events::{Events, Lagged, Subscription};
pub use crate::exit::{Drained, ExitReason, Panic};
pub use crate::flow::{Flow, IntoFlow, IntoHealth, IntoStart, IntoStartOk, Start};
pub use crate::mailbox::Overflow;
pub use crate::message::{Api, At, Layer, Message, MessageField, On, Protocol, Takes};
pub use crate::name::{Name, NameOf};
pub use crate::nearby::LocalRef;
pub use crate::permit::{Permit, Reserve};
pub use crate::pool::{Broadcast, Pool, Routing};
pub use crate::process::{BlockingProcess, IntoEnd, Process, ProcessStart, Receivable};
pub use crate::query::Query;
pub use crate::record::{Delivery, Leave};
pub use crate::registry::Named;
pub use crate::remote::Remote;
pub use crate::stats::{DeadLetters, DeadReason, ShardStats, Stats};
pub use crate::supervisor::{
    AutoShutdown, BoxError, Child, ChildCounts, ChildError, ChildFailed, ChildInfo, ChildSpec,
    ChildState, Dynamic, DynamicSpec, Restart, Shutdown, Siblings, StartTree, Starts, Strategy,
    Supervisor, SupervisorApi, SupervisorMsg, SupervisorSpec, Tree, TreeView,
};
pub use crate::system::{Report, System, SystemBuilder, SystemRef};
pub use crate::timer::{AnyTimer, Timer, TimerKey};
