//! The macros of Callboard: attributes on structs and impls become typed messages.
//!
//! Users name them through the crate `callboard`; what they make talks to `callboard::__private` alone.
//! Each is a few stages over `proc_macro2` tokens, in `pipeline`: this file only names them.
//!
//! What they make is meant to be read: an actor with one tell and one ask gets at most 65 lines beside its
//! own, docs not counted, and no derive of ours hides more.
//!
//! To see what was made of an actor, build with its name in a variable of the environment, after a change
//! that makes the compiler look at the file again:
//!
//! ```text
//! $ touch src/counter.rs; CALLBOARD_EXPAND=Counter cargo check
//! ```

#![forbid(unsafe_code)]

mod check;
mod diag;
mod expand;
mod model;
mod names;
mod parse;
mod pipeline;
mod recover;
mod show;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use crate::names::{Role, Word};

/// Makes a struct an actor.
///
/// The struct stays as it is: any shape, type and const parameters allowed, no lifetimes. What the actor
/// takes stands in one impl with [`#[handlers]`](macro@handlers).
///
/// | option | meaning | default |
/// |---|---|---|
/// | `mailbox(capacity = N, overflow = ..)` | at most so many messages wait for it; what becomes of one more: `crash`, `drop_newest`, `drop_oldest` or `reject` | no bound; `reject` |
/// | `mailbox(on_restart = ..)` | what becomes of the messages that wait when a supervisor starts it anew: `keep` or `drop` | `keep` |
/// | `speaks(Account, bank::Audit)` | the [protocols](macro@protocol) it speaks, by path | none |
/// | `wrap(Timing, Audit)` | types with `Wrap`: code round every handler, the first outermost | none |
/// | `states(A, B, ..)` | the states it is in by turns, the first at the start: makes `enum CounterState` | none |
/// | `slice = N` | the most messages it handles before others have their turn | 64 |
/// | `ask_timeout = "5s"` | how long an ask to it waits for the answer | 5 seconds |
/// | `start_timeout = "5s"` | how long its `#[start]` may take | 5 seconds |
/// | `remote = "shop.cart"` | other nodes may send to it, and know it by this name | they may not |
/// | `version = N` | the version of its messages, where it is remote | 1 |
/// | `schema_lock = required` | there must be a `schema/shop.cart.lock`, where it is remote | there may be one |
/// | `crate = path` | where callboard is, for crates that re-export it | `::callboard` |
///
/// A duration is digits and one of `us`, `ms`, `s`, `m`, `h`.
///
/// # Examples
///
/// ```
/// use callboard::{actor, handlers};
///
/// #[actor(slice = 16, ask_timeout = "250ms")]
/// #[derive(Default)]
/// pub struct Counter {
///     n: i64,
/// }
///
/// #[handlers]
/// impl Counter {
///     #[tell]
///     pub fn inc(&mut self, by: i64) {
///         self.n += by;
///     }
/// }
///
/// // A handler is a method: a test needs no runtime.
/// let mut counter = Counter::default();
/// counter.inc(2);
/// assert_eq!(counter.n, 2);
/// ```
///
/// # Errors
///
/// An enum, a union or a struct with lifetimes is no actor. An option that is unknown or said twice, and a
/// text that is not a duration, are errors where they stand.
#[proc_macro_attribute]
pub fn actor(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::actor(args.into(), item.into()).into()
}

/// Makes messages of the methods of an actor.
///
/// It goes on the one inherent impl that holds the actor's handlers; methods without an attribute stay
/// ordinary ones. For `impl Counter` it makes
///
/// - the enum `CounterMsg`, with a variant for each handler, its fields named after the parameters;
/// - the methods of `ActorRef<Counter>`, one for each handler, with its name, docs and visibility.
///
/// | on a method | means |
/// |---|---|
/// | `#[tell]` | callers wait for nothing; it returns `()`, `Flow`, or `Result<(), E>` whose `Err` ends the actor |
/// | `#[ask]` | callers get an `Ask<T>` of what it returns; given a parameter `reply: Reply<T>`, it answers later; returning a `Forward<T>`, it leaves the answer to another actor |
/// | `#[tell(keep)]`, `#[ask(keep)]` | the same; the parameters are `Clone`, and the dead letter of a crash carries them |
/// | `#[tell(concurrent = 8)]`, `#[ask(concurrent = 8)]` | the same; it is `async` with `&self`, and takes `cx: &Context<Self>` if any; up to 8 of its calls overlap at their awaits |
/// | `#[tell(when(A, B))]`, `#[ask(when(A))]` | in other states of an actor with `states(..)` the message waits, in order |
/// | `#[start]` | runs before the first message; returns `()`, `Result<(), E>` or `Result<Start, E>` |
/// | `#[down]` | runs when an actor has ended that this one monitors, given `down: Down` |
/// | `#[exit]` | runs when an actor has ended to which there is a link, given `exit: Exit`; without it this one ends, too |
/// | `#[restart]` | runs on the old state after a crash, before a supervisor starts the actor anew, given `why: &ExitReason` if it asks for it; it is plain |
/// | `#[stop]` | runs when the actor stops, given `why: &ExitReason` if it asks for it |
/// | `#[unknown]` | of a remote actor: runs when a node of another version tells it what it has no handler for, given `message: UnknownMessage` |
/// | `#[every("1s", jitter = "100ms")]` | runs at each multiple of the time after the start, up to `jitter` later |
/// | `#[health(every = "1s")]` | answers `bool` or `Result<(), E>` as often; with `restart_after = 3` so many bad answers in a row end the actor |
/// | `#[after("30s")]` | runs once, so long after the start |
/// | `#[after("5m", since = message)]` | runs when no message has come for so long |
/// | `#[stream(lines)]` | takes the items of the stream in the field `lines: Option<S>`, which it takes after the start; at most `credit = 64` of them wait; with `end = stop` the actor stops after the last |
///
/// All of them take `&self` or `&mut self`, are plain or `async` (but `#[restart]`), and may have `cx: &mut Context<Self>` as
/// first parameter. Other parameters are names with owned types that are `Send + 'static`. `#[cfg]`, docs
/// and `#[deprecated]` of a handler hold for all that is made of it.
///
/// The option `crate = path` says where callboard is, for crates that re-export it.
///
/// # Examples
///
/// ```
/// use callboard::{actor, handlers, spawn, Context, Reply};
///
/// #[actor]
/// #[derive(Default)]
/// pub struct Counter {
///     n: i64,
///     waiting: Vec<(i64, Reply<i64>)>,
/// }
///
/// #[handlers]
/// impl Counter {
///     /// Adds `by`.
///     #[tell]
///     pub fn inc(&mut self, by: i64) {
///         self.n += by;
///         for (_, reply) in self.waiting.extract_if(.., |(at_least, _)| *at_least <= self.n) {
///             reply.answer(self.n);
///         }
///     }
///
///     #[ask]
///     pub fn get(&self) -> i64 {
///         self.n
///     }
///
///     #[ask]
///     pub fn wait_for(&mut self, at_least: i64, reply: Reply<i64>) {
///         self.waiting.push((at_least, reply));
///     }
/// }
///
/// #[callboard::main(shards = 1)]
/// async fn main() -> Result<(), callboard::AskError> {
///     let counter = spawn(Counter::default());
///     counter.inc(5);
///     assert_eq!(counter.get().await?, 5);
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// What cannot be a message is an error at the token to change: a borrowed parameter, a pattern without a
/// name, a generic method, a tell that returns a value. Each independent mistake is told, and callers of
/// the actor see none of it.
#[proc_macro_attribute]
pub fn handlers(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::handlers(args.into(), item.into()).into()
}

/// Makes a struct a supervisor: an actor whose fields are children, which it starts, stops, and starts again when
/// they end.
///
/// A field with `#[child]` is one child, a field with `#[dynamic]` any number of them that come and go. The others
/// are *plain*: what children are made from. For `struct Bank` it makes
///
/// - the struct without its children;
/// - `Bank::start(..)`, which takes the plain fields and starts the children on this shard, from the top down;
/// - `Bank::start_spec(..)`, which takes the same: what a supervisor above it starts it from, and how to start it
///   elsewhere;
/// - the struct `BankTree`, which `start` gives: a method for each child, with its name, docs and visibility. It
///   derefs to `ActorRef<Bank>`.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `strategy = ..` | who is started again with a child that ended: `one_for_one` no other, `one_for_all` all, `rest_for_one` those below it | `one_for_one` |
/// | `intensity(max = N, within = "5s")` | how many restarts it bears in that time; with one more it gives up | `max = 3, within = "5s"` |
/// | `auto_shutdown = ..` | it stops when `any` significant child has ended, or `all` of them | it does not |
/// | `path = "/svc/payment"` | the path below which its children have names | none |
/// | `abort_ok` | it may be built with `panic = "abort"`, where a panic of a child ends the process | it may not |
/// | `crate = path` | where callboard is, for crates that re-export it | `::callboard` |
///
/// | option of a child | meaning | default |
/// |---|---|---|
/// | `start = EXPR` | what makes the child, anew for each start; it may use `.await` and `?` | the default of its type |
/// | `restart = ..` | `permanent`: always; `transient`: unless it ended well; `temporary`: never | `permanent` |
/// | `shutdown = ..` | how long it has to stop before it is killed: `"5s"`, `brutal` not at all, `infinite` | 5 seconds; of a supervisor `infinite` |
/// | `backoff("50ms"..="5s")` | the delay before a restart, which doubles each time | none |
/// | `shard = N` | where it runs | where the supervisor does |
/// | `significant` | of `#[child]`: its end counts for `auto_shutdown` | it does not |
/// | `max = N` | of `#[dynamic]`: how many there are at most | no limit |
/// | `intensity(..)` | of `#[dynamic]`: how many restarts they bear among them | as above |
///
/// `start` sees the children above it as references, by name, and a clone of each plain field that it names, which
/// is why those are `Clone + Send + Sync`. Of `#[dynamic]` it is a closure: what it takes is what `Dynamic::start`
/// takes, kept for restarts, and so `Clone`, unless the children are temporary.
///
/// # Examples
///
/// ```
/// use callboard::prelude::*;
///
/// #[actor]
/// pub struct Log {
///     lines: Vec<String>,
/// }
///
/// #[handlers]
/// impl Log {
///     #[tell]
///     pub fn write(&mut self, line: String) {
///         self.lines.push(line);
///     }
///
///     #[ask]
///     pub fn len(&self) -> usize {
///         self.lines.len()
///     }
/// }
///
/// #[actor]
/// pub struct Teller {
///     desk: u32,
///     log: ActorRef<Log>,
/// }
///
/// #[handlers]
/// impl Teller {
///     #[ask]
///     pub fn serve(&self, whom: String) -> u32 {
///         self.log.write(format!("desk {}: {whom}", self.desk));
///         self.desk
///     }
/// }
///
/// #[supervisor(strategy = rest_for_one, intensity(max = 5, within = "10s"))]
/// pub struct Bank {
///     motto: String,
///     #[child(start = Log { lines: vec![motto] })]
///     log: Log,
///     /// Those who serve people.
///     #[dynamic(start = |desk: u32| Teller { desk, log }, restart = transient)]
///     tellers: Dynamic<Teller>,
/// }
///
/// #[callboard::main(shards = 1)]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let bank = Bank::start("open at nine".to_owned()).await?;
///     let teller = bank.tellers().start(7).await?;
///     assert_eq!(teller.serve("Ada".to_owned()).await?, 7);
///     assert_eq!(bank.log().len().await?, 2);
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// A struct without children, or with parameters; an option that is unknown or said twice; a `start` that names a
/// child below it. Each independent mistake is told where it stands, and callers of the supervisor see none of it.
#[proc_macro_attribute]
pub fn supervisor(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::supervisor(args.into(), item.into()).into()
}

/// Makes a trait a protocol: messages that several actors take.
///
/// For `trait Account` it makes the enum `AccountMsg`, with a variant for each method, and the methods of
/// `ActorRef<dyn Account>`, as [`#[handlers]`](macro@handlers) does for an actor. An actor speaks the protocol if
/// `#[actor(speaks(Account))]` lists it and `#[handlers]` stands on its `impl Account for ..`, in any module of the
/// crate; the methods of its own reference are then followed by those of the protocol.
///
/// Every method is `#[tell]` or `#[ask]`, said in the trait alone, and so is whether it is `async`. A method may have
/// a body, and take `cx: &mut Context<Self>` or its `Reply<T>`, as any handler may. The methods get
/// `where Self: Sized`, so that `dyn Account` is a type.
///
/// An asker waits as long as the type of its reference says: 5 seconds for `dyn Account`, and the `ask_timeout` of
/// the actor for a reference to that.
///
/// The option `crate = path` says where callboard is, for crates that re-export it.
///
/// # Examples
///
/// ```
/// use callboard::prelude::*;
///
/// #[protocol]
/// pub trait Account {
///     #[tell]
///     fn deposit(&mut self, amount: u64);
///
///     #[ask]
///     fn balance(&self) -> u64;
/// }
///
/// #[actor(speaks(Account))]
/// #[derive(Default)]
/// pub struct Savings {
///     cents: u64,
/// }
///
/// #[handlers]
/// impl Savings {
///     /// Gives another account what is in this one.
///     #[tell]
///     pub fn empty_into(&mut self, other: ActorRef<dyn Account>) {
///         other.deposit(std::mem::take(&mut self.cents));
///     }
/// }
///
/// #[handlers]
/// impl Account for Savings {
///     fn deposit(&mut self, amount: u64) {
///         self.cents += amount;
///     }
///
///     fn balance(&self) -> u64 {
///         self.cents
///     }
/// }
///
/// #[callboard::main(shards = 1)]
/// async fn main() -> Result<(), callboard::AskError> {
///     let (old, new) = (spawn(Savings::default()), spawn(Savings::default()));
///     let account: ActorRef<dyn Account> = old.as_dyn();
///     account.deposit(5);
///     old.empty_into(new);
///     assert_eq!(old.balance().await?, 0);
///     assert_eq!(new.balance().await?, 5);
///     assert_eq!(account.downcast::<Savings>().await, Some(old));
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// Anything but messages in the trait, a supertrait, and a message that depends on `Self` or has parameters.
#[proc_macro_attribute]
pub fn protocol(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::protocol(args.into(), item.into()).into()
}

/// Makes an enum a message type: each variant is one message.
///
/// It is what a process receives, or an actor that is written by hand. For `enum XferMsg` it makes the methods of
/// `ActorRef<XferMsg>`, one for each variant, with its docs and the visibility of the enum: `Chunk { seq, data }` is told
/// by `transfer.chunk(seq, data)`, and a variant with one field `Reply<T>` is asked, as `Have { reply }` by
/// `transfer.have().await`. A field without a name is the parameter `value`, or `value_0`, `value_1` and so on.
///
/// `#[message(crate = path)]` on the enum says where callboard is, for crates that re-export it.
///
/// # Examples
///
/// ```
/// use callboard::Message;
///
/// #[derive(Message)]
/// pub enum Transfer {
///     Chunk { seq: u64, data: Vec<u8> },
///     Abort(String),
/// }
///
/// assert_eq!(Transfer::NAMES, ["Chunk", "Abort"]);
/// assert_eq!(Transfer::Abort("no space".to_owned()).tag(), 1);
/// ```
///
/// # Errors
///
/// A struct or a union, a field that borrows, and a variant whose method every reference already has.
#[proc_macro_derive(Message, attributes(message))]
pub fn message(item: TokenStream) -> TokenStream {
    pipeline::message(item.into()).into()
}

/// Lets a type stand in messages to other nodes.
///
/// It goes on a struct or an enum beside serde's `Serialize` and `Deserialize`, and says what the type is made of, in
/// a constant: so two nodes know without a word more whether they mean the same. All fields are `Wire` as well:
/// numbers of a size that is the same everywhere, strings, collections, references to remote actors.
///
/// An enum says what becomes of a variant that a newer node sends: `#[wire(other)]` on a variant with an
/// `UnknownVariant` keeps it, `#[wire(closed)]` on the enum says that there will be none. One that keeps it is written
/// in a form of its own, so that a node knows where a variant ends that it does not know; it has
/// `#[derive(Wire)]` alone, which makes `Serialize` and `Deserialize` too.
///
/// What serde is told to skip is no part of it. `#[wire(crate = path)]` says where callboard is, for crates that
/// re-export it.
///
/// # Examples
///
/// ```
/// use callboard::{UnknownVariant, Wire};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, Wire)]
/// pub struct Item {
///     sku: String,
///     grams: u32,
/// }
///
/// #[derive(Wire)]
/// pub enum Event {
///     Added(Item),
///     Emptied { at: u64 },
///     #[wire(other)]
///     Other(UnknownVariant),
/// }
/// ```
///
/// # Errors
///
/// A union, a lifetime, a field that is not `Wire`, and an enum that does not say whether it is open.
#[proc_macro_derive(Wire, attributes(wire))]
pub fn wire(item: TokenStream) -> TokenStream {
    pipeline::wire(item.into()).into()
}

/// Makes an `async fn` an actor that takes its messages itself, by `receive!`, in the order it needs
/// them.
///
/// The first parameter is the process, `cx: &mut Process<XferMsg>`; what it takes is an enum with
/// [`#[derive(Message)]`](macro@Message). The others are what it starts from: the function that is made has only
/// those, and gives what `spawn`, `start` and a supervisor's `#[child(start = ..)]` take. The process ends when its
/// body does: with `()` or `Ok(())` normally, with `Err` for that reason.
///
/// A function may be generic, and may stand in an impl, without `self`.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `msg = XferMsg` | the messages | those of `Process<XferMsg>` |
/// | `blocking` | it is a plain `fn` on an OS thread of its own, given `cx: &mut BlockingProcess<XferMsg>` | an `async fn` on its shard |
/// | `crate = path` | where callboard is, for crates that re-export it | `::callboard` |
///
/// # Examples
///
/// ```
/// use callboard::prelude::*;
///
/// #[derive(Message)]
/// pub enum DoorMsg {
///     Open { code: u32 },
///     Ring { reply: Reply<bool> },
/// }
///
/// /// Answers who rings once it was opened.
/// #[process(msg = DoorMsg)]
/// async fn door(cx: &mut Process<DoorMsg>, code: u32) {
///     // Who rings before waits, in order.
///     receive! { cx,
///         Open { code: given } if *given == code => {}
///     }
///     loop {
///         receive! { cx,
///             Ring { reply } => reply.answer(true),
///             Open { .. } => {}
///         }
///     }
/// }
///
/// #[callboard::main(shards = 1)]
/// async fn main() -> Result<(), AskError> {
///     let door = spawn(door(7));
///     let rung = door.ring().start();
///     door.open(3);
///     door.open(7);
///     assert!(rung.await?);
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// A function that is not `async`, or whose first parameter is not `cx: &mut Process<..>`; one that returns a value.
/// With `blocking` one that is `async`, or is not given a `BlockingProcess`.
#[proc_macro_attribute]
pub fn process(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::process(args.into(), item.into()).into()
}

/// What `receive!` becomes, which says first where callboard is: `crate = $crate;`.
#[proc_macro]
pub fn receive(input: TokenStream) -> TokenStream {
    pipeline::receive(input.into()).into()
}

/// Runs an `async fn main` in a system of actors.
///
/// The body runs as a process on the first shard; when it ends, the system stops, and its result is the
/// program's.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `shards = N` | threads that run actors | one for each core |
/// | `crate = path` | where callboard is, for crates that re-export it | `::callboard` |
///
/// # Examples
///
/// ```
/// #[callboard::main(shards = 2)]
/// async fn main() {
///     println!("actors can be spawned here");
/// }
/// ```
///
/// # Errors
///
/// A function that is not `async`, or takes parameters.
#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::main(args.into(), item.into()).into()
}

/// Runs an `async fn` as a test, in a system of its own whose threads are not bound to cores; one with a parameter, the
/// `Sim`, in the simulator of whole clusters, for which callboard has the features `testing` and `remote`.
///
/// A panic of the body is the test's. `#[should_panic]` and `#[ignore]` mean what they always do.
///
/// | option | meaning | default |
/// |---|---|---|
/// | `shards = N` | threads that run actors; of each node | one for each core; 2 in the simulator |
/// | `timeout = "30s"` | how long the test may take; in the simulator virtual time | 30 seconds; a day in the simulator |
/// | `crate = path` | where callboard is, for crates that re-export it | `::callboard` |
///
/// And in the simulator:
///
/// | option | meaning | default |
/// |---|---|---|
/// | `seed = N` | what all that happens by chance is made from | 0 |
/// | `nodes = N` | how many nodes there are | 1 |
/// | `explore = N` | the test runs with so many seeds, and says which one failed | 1 |
/// | `time = virtual` | what is so anyway: no clock of the machine is looked at | |
/// | `faults(..)` | what goes wrong: `drop = 0.01`, the likelihood that a write finds its connection lost, `delay = "0ms..20ms"`, and `partition`, `half_open`, `slow`, `pause`, `stall`, `jump`, or `all` | nothing |
///
/// # Examples
///
/// ```
/// #[callboard::test(shards = 2, timeout = "5s")]
/// async fn sums_are_right() {
///     assert_eq!(2 + 2, 4);
/// }
/// ```
///
/// # Errors
///
/// A function that is not `async`, or takes more than the `Sim`; options of the simulator for a test without it.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::test(args.into(), item.into()).into()
}

/// Marks a method that runs when time has passed, in an impl with [`#[handlers]`](macro@handlers), which explains
/// it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn after(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::After, item.into()).into()
}

/// Marks a handler that answers, in an impl with [`#[handlers]`](macro@handlers), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn ask(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Ask, item.into()).into()
}

/// Marks a field that is a child, in a struct with [`#[supervisor]`](macro@supervisor), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[supervisor]`.
#[proc_macro_attribute]
pub fn child(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::orphan(Role::Child, item.into()).into()
}

/// Marks the hook that hears of monitors, in an impl with [`#[handlers]`](macro@handlers), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn down(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Down, item.into()).into()
}

/// Marks a field of children that come and go, in a struct with [`#[supervisor]`](macro@supervisor), which explains
/// it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[supervisor]`.
#[proc_macro_attribute]
pub fn dynamic(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::orphan(Role::Dynamic, item.into()).into()
}

/// Marks the hook that hears of links, in an impl with [`#[handlers]`](macro@handlers), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn exit(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Exit, item.into()).into()
}

/// Marks a method that runs again and again, in an impl with [`#[handlers]`](macro@handlers), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn every(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Every, item.into()).into()
}

/// Marks the health check, in an impl with [`#[handlers]`](macro@handlers), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn health(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Health, item.into()).into()
}

/// Marks a method that takes the items of a stream, in an impl with [`#[handlers]`](macro@handlers), which explains
/// it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn stream(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Stream, item.into()).into()
}

/// Marks the hook that runs on the old state before a restart, in an impl with [`#[handlers]`](macro@handlers),
/// which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn restart(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Restart, item.into()).into()
}

/// Marks the hook that runs first, in an impl with [`#[handlers]`](macro@handlers), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn start(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Start, item.into()).into()
}

/// Marks the hook that runs last, in an impl with [`#[handlers]`](macro@handlers), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn stop(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Stop, item.into()).into()
}

/// Marks a handler that answers nothing, in an impl with [`#[handlers]`](macro@handlers), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn tell(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Tell, item.into()).into()
}

/// Marks the hook that hears what nodes of other versions tell and the actor has no handler for, in an impl with
/// [`#[handlers]`](macro@handlers), which explains it.
///
/// # Errors
///
/// Anywhere else it only says that it needs `#[handlers]`.
#[proc_macro_attribute]
pub fn unknown(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray(Word::Unknown, item.into()).into()
}
