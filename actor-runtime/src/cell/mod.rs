//! UNSAFE. A cell: what a record lands on, be it an actor or the reply that somebody awaits.
//!
//! ```text
//!  0      8      16      24       32     40
//!  | word | type | stamp | extras | task | body: an actor's state, or an answer |
//! ```
//!
//! The word is status and generation ([`status`]); the type says how records are delivered here; the
//! stamp counts the slice, or is a deadline; extras exist only while something waits; the task is the
//! pending future. A cell and all in it is read and written by its own shard alone.
//!
//! Before me: the shard found the cell by the record's slot. After me: the body's `deliver`, which for an
//! actor is the `handle` that the macros made.
//!
//! Invariants:
//!
//! 1. A [`CellRef`] points to a whole cell of a chunk that outlives it; chunks never move. Memory never
//!    used is all zero, which is a header of generation 0 without a type.
//! 2. A cell with a type and without `FREE` or `EMPTY` holds a live body of exactly that type, in the
//!    cell or, if the type says boxed, in a box whose address is there.
//! 3. There is at most one user of the body: a call of `deliver`, `start` or `stop`, or the task such a
//!    call left behind (`BUSY`), or `with_body` (`LENT`). Each checks for the others first. Or else all users share
//!    it: the calls of `share`, and the tasks they left behind, which are those of aides (`BUSY` and `SHARED`). The
//!    task of a process (`is_process`) never uses the body, which is there even if the cell is `EMPTY`.
//! 4. The task is dropped before the body and before the extras, which hold the exit reason it may borrow; so
//!    are the tasks of aides, and `SHARED` stays until they are.

pub(crate) mod aide;
pub(crate) mod calls;
pub(crate) mod cells;
pub(crate) mod keeper;
pub(crate) mod machine;
pub(crate) mod process;
pub(crate) mod status;
pub(crate) mod task;

use std::any::{Any, TypeId, type_name};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::task::Waker;
use std::time::Duration;

use tokio::sync::oneshot;

use self::aide::Crew;
use self::calls::Calls;
use self::cells::Role;
use self::keeper::{Keeper, Report};
use self::machine::Machine;
use self::process::{AnyMailbox, Receipt};
use self::status::{AIDE, BUSY, EMPTY, ENDING, FREE, LENT, SHARED, STATED, Word};
use self::task::{FutureStock, Polled, Task, Wakes};
use crate::address::{Address, Target};
use crate::bonds::{Bonds, Down, Exit};
use crate::config;
use crate::error::{AskError, StartError};
use crate::event::Kept;
use crate::exit::{Drained, ExitReason};
use crate::flow::Flow;
use crate::mailbox::{Bound, Line, Overflow, Room};
use crate::record::{
    Arrived, Class, Delivery, Head, Letter, Letters, RecordQueue, Row, forget_payload,
    look_at_value, take_value,
};
use crate::timer::{OwnTimers, When};

/// Cells are multiples of this, in bytes.
pub(crate) const STRIDE: usize = 64;

/// The largest cell, in bytes; a body that does not fit lies in a box.
pub(crate) const STRIDE_MOST: usize = 512;

/// What stands before the body, in bytes.
const HEAD: usize = size_of::<CellHeader>();

/// What a call of user code left: done, with a flow, or a future that is still to be polled.
#[must_use = "it says whether the actor goes on"]
pub struct Handled<'a>(pub(crate) Outcome<'a>);

/// The inside of [`Handled`]. Every case holds one word, so that it is returned in two registers. In the
/// order of how often each comes, which is that of the compares in the turn.
pub(crate) enum Outcome<'a> {
    /// Done.
    Flow(Flow),
    /// The answer to an ask, or why there is none, is in its cell; the poll of the actor here awaits it, or
    /// nobody's. If that actor has ended, another may have its place.
    Answered(Option<Place>),
    /// Done, and the answer it gave is in its cell already: poll the actor here, which awaits it.
    Answers(Place),
    /// Not done: poll it, while others of the kind may begin.
    Beside(Task<'a>),
    /// Not done: poll it.
    Later(Task<'a>),
    /// A process has got it, and may want it at once.
    Received(Receipt),
}

/// What delivering a record left, or its panic. The call does not unwind, so that the turn's loops have nothing
/// to keep in memory for that case.
#[must_use = "it says whether the actor goes on"]
pub(crate) enum Called {
    Flow(Flow),
    Answered(Option<Place>),
    Answers(Place),
    Beside(Task<'static>),
    Later(Task<'static>),
    Received(Receipt),
    Panicked(Box<Payload>),
}

/// What a panic carries.
type Payload = Box<dyn Any + Send>;

impl Called {
    /// Calls user code.
    #[inline(always)]
    fn by(call: impl FnOnce() -> Handled<'static>) -> Self {
        match catch(call) {
            Ok(Handled(Outcome::Flow(flow))) => Self::Flow(flow),
            Ok(Handled(Outcome::Answered(asker))) => Self::Answered(asker),
            Ok(Handled(Outcome::Answers(asker))) => Self::Answers(asker),
            Ok(Handled(Outcome::Beside(task))) => Self::Beside(task),
            Ok(Handled(Outcome::Later(task))) => Self::Later(task),
            Ok(Handled(Outcome::Received(receipt))) => Self::Received(receipt),
            Err(payload) => Self::Panicked(Box::new(payload)),
        }
    }

    /// Whether nothing is to be done but to go on.
    #[inline(always)]
    pub(crate) fn goes_on(&self) -> bool {
        matches!(self, Self::Flow(flow) if flow.goes_on())
    }

    pub(crate) fn outcome(self) -> std::thread::Result<Handled<'static>> {
        match self {
            Self::Flow(flow) => Ok(Handled(Outcome::Flow(flow))),
            Self::Answered(asker) => Ok(Handled(Outcome::Answered(asker))),
            Self::Answers(asker) => Ok(Handled(Outcome::Answers(asker))),
            Self::Beside(task) => Ok(Handled(Outcome::Beside(task))),
            Self::Later(task) => Ok(Handled(Outcome::Later(task))),
            Self::Received(receipt) => Ok(Handled(Outcome::Received(receipt))),
            Self::Panicked(payload) => Err(*payload),
        }
    }
}

impl Handled<'_> {
    /// Whether nothing is to be done but to go on.
    #[inline(always)]
    fn goes_on(&self) -> bool {
        matches!(&self.0, Outcome::Flow(flow) if flow.goes_on())
    }
}

impl fmt::Debug for Handled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Outcome::Answered(_) => "Answered",
            Outcome::Answers(_) => "Answers",
            Outcome::Beside(_) => "Beside",
            Outcome::Flow(_) => "Flow",
            Outcome::Later(_) => "Later",
            Outcome::Received(_) => "Received",
        })
    }
}

/// A body that takes the messages of the protocol `P`, beside its own.
pub(crate) trait Takes<P: ?Sized>: Body {
    /// The messages.
    type Also: Send + 'static;

    /// Takes one message. `me` is the cell's own life.
    fn take<'a>(&'a mut self, message: Self::Also, me: Target) -> Handled<'a>;
}

/// What lives in a cell: an actor, or the answer to an ask.
pub(crate) trait Body: Sized + 'static {
    /// What lands on it.
    type Message: Send + 'static;

    /// Whether its stop hook is over when the call returns: then that borrows nothing.
    const STOPS_AT_ONCE: bool = false;

    /// Whether it is a process's mailbox.
    const IS_PROCESS: bool = false;
    /// Whether some of its messages have concurrent handlers.
    const SHARES: bool = false;

    /// Takes one message. `me` is the cell's own life.
    fn deliver<'a>(&'a mut self, message: Self::Message, me: Target) -> Handled<'a>;

    /// How many of this message may be handled at a time; none if that takes the body alone.
    fn beside(_message: &Self::Message) -> Option<Beside> {
        None
    }

    /// Whether it takes messages by the actor's state.
    const HAS_STATES: bool = false;

    /// The states in which this message is taken, a bit each.
    fn taken_in(_message: &Self::Message) -> u64 {
        u64::MAX
    }

    /// Gets ready for the first of several calls of [`share`](Self::share).
    fn prepare(&mut self, _me: Target) {}

    /// Takes a message beside others. Only called with one for which [`beside`](Self::beside) says so.
    fn share<'a>(&'a self, message: Self::Message, _me: Target) -> Handled<'a> {
        drop(message);
        Handled(Outcome::Flow(Flow::go()))
    }

    /// Runs before the first message, if the type says so.
    fn start<'a>(&'a mut self, _me: Target) -> Handled<'a> {
        Handled(Outcome::Flow(Flow::go()))
    }

    /// Runs after the last message.
    fn stop<'a>(&'a mut self, _why: &'a ExitReason, _me: Target) -> Handled<'a> {
        Handled(Outcome::Flow(Flow::go()))
    }

    /// Runs on the old state of an actor that crashed and is to begin again.
    fn restart<'a>(&'a mut self, _why: &'a ExitReason, _me: Target) -> Handled<'a> {
        Handled(Outcome::Flow(Flow::go()))
    }

    /// Hears what is no message. Only actors do.
    fn hear<'a>(&'a mut self, news: News, _me: Target) -> Handled<'a> {
        drop(news);
        Handled(Outcome::Flow(Flow::go()))
    }

    /// Hears of a child. Only what keeps children does.
    fn report(&mut self, report: &Report, _me: Target) -> Flow {
        let _ = report;
        Flow::go()
    }

    /// When the method with this number is called by the clock; none if there is no such method.
    fn timed(_number: usize) -> Option<When> {
        None
    }

    /// The mailbox that it is, if it is a process's.
    fn mailbox(&self) -> Option<Rc<dyn AnyMailbox>> {
        None
    }

    /// There will be no answer. Only the bodies of asks hear it.
    fn fail<'a>(&'a mut self, _why: AskError) -> Handled<'a> {
        Handled(Outcome::Flow(Flow::go()))
    }
}

/// Which concurrent handler a message has, and how many of its calls there may be at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) number: usize,
    pub(crate) most: u32,
}

/// What an actor's type says of itself, beside its handlers.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub(crate) slice: u32,
    /// None for a mailbox without a bound.
    pub(crate) bound: Option<Bound>,
    pub(crate) ask_timeout: Duration,
    pub(crate) start_timeout: Duration,
    pub(crate) on_restart: OnRestart,
}

/// What becomes of the messages that wait for an actor when a supervisor restarts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnRestart {
    /// They become dead letters, and asks end with `Crashed`.
    Drop,
    /// The next incarnation handles them.
    #[default]
    Keep,
}

impl Options {
    /// The defaults: the system's slice, a mailbox without a bound, 5 s for an ask, 5 s for a start.
    #[must_use]
    pub const fn new() -> Self {
        let (ask_timeout, start_timeout) = (config::ASK_TIMEOUT, config::START_TIMEOUT);
        let on_restart = OnRestart::Keep;
        Self { slice: 0, bound: None, ask_timeout, start_timeout, on_restart }
    }

    /// Messages handled in one slice, at most 1,048,575; 0 leaves it to the system.
    #[must_use]
    pub const fn slice(mut self, messages: u32) -> Self {
        self.slice = if messages < config::SLICE_MOST { messages } else { config::SLICE_MOST - 1 };
        self
    }

    /// How many messages may wait, and what becomes of one more; 0 is no bound. The one that is handled does
    /// not wait any more.
    #[must_use]
    pub const fn mailbox(mut self, capacity: u32, overflow: Overflow) -> Self {
        self.bound = if capacity == 0 { None } else { Some(Bound { capacity, overflow }) };
        self
    }

    /// The deadline of asks to this actor that name none.
    #[must_use]
    pub const fn ask_timeout(mut self, timeout: Duration) -> Self {
        self.ask_timeout = timeout;
        self
    }

    /// What becomes of the messages that wait when the actor is restarted.
    #[must_use]
    pub const fn on_restart(mut self, on_restart: OnRestart) -> Self {
        self.on_restart = on_restart;
        self
    }

    /// The deadline of the start hook.
    #[must_use]
    pub const fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// How messages reach a body: the value leaves its record, and the body takes it. Of the C ABI, which says that it
/// does not unwind.
#[allow(improper_ctypes_definitions, reason = "both sides are compiled together")]
type Deliver = unsafe extern "C" fn(CellRef<'_>, NonNull<u8>, Target) -> Called;

/// The same of records in a row, for as long as nothing is to be done between two of them but to count the first. What
/// the last has left is the answer, and is not counted.
#[allow(improper_ctypes_definitions, reason = "both sides are compiled together")]
type DeliverRow = unsafe extern "C" fn(CellRef<'_>, &mut Row<'_>, &Calls) -> Called;

/// How messages of one type reach a body: one, and in a row.
#[derive(Clone, Copy)]
struct Reach {
    one: Deliver,
    row: DeliverRow,
}

impl Reach {
    const fn by<T: Takings>() -> Self {
        Self { one: deliver::<T>, row: deliver_row::<T> }
    }
}

/// The bodies that an actor may lie in: only one of them, which its type says, but that type is made of this.
pub(crate) trait Bodies: Sized {
    /// Which of them it is.
    const LIES: Lies;
    /// Of an actor that blocks.
    type OnThread: Body;
    /// Of one whose handlers are all plain.
    type Plain: Body;
    /// Of one that suspends.
    type Suspending: Body;
}

/// Which body an actor lies in.
pub(crate) enum Lies {
    OnThread,
    Plain,
    Suspending,
}

/// How the messages of a protocol reach a cell that speaks it.
#[derive(Clone, Copy)]
struct Way {
    letters: &'static Letters,
    reach: Reach,
    suspends: bool,
}

impl Way {
    /// Whether it is that of this record: by the letter's address alone, or by what it means.
    #[inline(always)]
    fn is_of(&self, letter: &Letter, exactly: bool) -> bool {
        let own = self.letters.plain();
        std::ptr::eq(own, letter) || (!exactly && own.is(letter))
    }
}

/// A protocol that the actor `A` speaks.
#[repr(transparent)]
pub struct Spoken<A> {
    way: Way,
    actor: PhantomData<fn(A)>,
}

impl<A> Spoken<A> {
    /// The protocol `P`, whose messages have this delivery.
    pub(crate) const fn new<P: ?Sized, M: Send + 'static>(
        delivery: Delivery<M>,
        suspends: bool,
    ) -> Self
    where
        A: Bodies<
                OnThread: Takes<P, Also = M>,
                Plain: Takes<P, Also = M>,
                Suspending: Takes<P, Also = M>,
            >,
    {
        let reach = Reach::by::<Also<A, P>>();
        Self { way: Way { letters: delivery.letters(), reach, suspends }, actor: PhantomData }
    }

    /// Whether any of the protocol's methods is `async`.
    pub(crate) const fn suspends(&self) -> bool {
        self.way.suspends
    }

    const fn erased(spoken: &'static [Self]) -> &'static [Way] {
        // SAFETY: the one is the other with a type (`repr(transparent)`), and there are as many.
        unsafe { std::slice::from_raw_parts(spoken.as_ptr().cast(), spoken.len()) }
    }
}

impl<A> fmt::Debug for Spoken<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spoken({})", self.way.letters.plain().name())
    }
}

/// What the cells of one type have in common.
#[repr(C)]
pub(crate) struct CellType {
    /// First, and the plain one first of them, so that a record's letter and its cell's type are compared as
    /// one address.
    letters: Letters,
    reach: Reach,
    /// How messages of the protocols that it speaks reach it.
    ways: &'static [Way],
    /// Where some messages have concurrent handlers.
    share: Option<Share>,
    /// Where some messages are taken in some states alone.
    taken_in: Option<unsafe fn(NonNull<u8>) -> u64>,
    start: unsafe fn(CellRef<'_>, Target) -> Handled<'static>,
    stop: unsafe fn(CellRef<'_>, &'static ExitReason, Target) -> Handled<'static>,
    stop_at_once: Option<unsafe fn(CellRef<'_>, &ExitReason, Target) -> Flow>,
    restart: unsafe fn(CellRef<'_>, &ExitReason, Target),
    hear: unsafe fn(CellRef<'_>, News, Target) -> Handled<'static>,
    report: unsafe fn(CellRef<'_>, &Report, Target) -> Flow,
    /// When which of its methods is called by the clock.
    pub(crate) timed: fn(usize) -> Option<When>,
    fail: unsafe fn(CellRef<'_>, AskError) -> Handled<'static>,
    mailbox: unsafe fn(CellRef<'_>) -> Option<Rc<dyn AnyMailbox>>,
    drop_body: unsafe fn(CellRef<'_>),
    body: TypeId,
    /// Which chunks these cells lie in: the stride, and whether they are of asks.
    class: u32,
    /// Whether there is a start hook.
    pub(crate) starts: bool,
    /// Whether exits are told to it and do not end it.
    pub(crate) traps: bool,
    /// Whether it has streams to take up once it has started.
    pub(crate) attaches: bool,
    /// Whether it keeps children: it is told to stop as of an exit, and says itself when it has started.
    pub(crate) supervises: bool,
    /// Whether it is the body of a program, which ends as soon as its system does.
    pub(crate) is_program: bool,
    /// Whether it is a process: its body is its mailbox, and its future never ends before it does.
    pub(crate) is_process: bool,
    pub(crate) options: Options,
    name: fn() -> &'static str,
}

/// How messages with concurrent handlers are taken while others are.
#[derive(Clone, Copy)]
struct Share {
    beside: unsafe fn(NonNull<u8>) -> Option<Beside>,
    deliver: Deliver,
}

impl CellType {
    /// The type of cells with a body `B`, which people know as `K`.
    const fn of<B: Body, K: 'static>(class: Class, options: Options, starts: bool) -> Self {
        Self {
            letters: Letters::of::<B, B::Message>(class, options.ask_timeout),
            reach: Reach::by::<Own<B>>(),
            ways: &[],
            share: if B::SHARES {
                Some(Share { beside: beside::<B>, deliver: share::<B> })
            } else {
                None
            },
            taken_in: if B::HAS_STATES { Some(taken_in::<B>) } else { None },
            start: start::<B>,
            stop: stop::<B>,
            stop_at_once: if B::STOPS_AT_ONCE { Some(stop_at_once::<B>) } else { None },
            restart: restart::<B>,
            hear: hear::<B>,
            report: report::<B>,
            timed: B::timed,
            fail: fail::<B>,
            mailbox: mailbox::<B>,
            drop_body: drop_body::<B>,
            body: TypeId::of::<B>(),
            class: cells::class_of(
                stride_of::<B>(),
                if matches!(class, Class::Answer) { Role::Ask } else { Role::Actor },
            ),
            starts,
            traps: false,
            attaches: false,
            supervises: false,
            is_program: false,
            is_process: B::IS_PROCESS,
            options,
            name: type_name::<K>,
        }
    }

    pub(crate) const fn letter(&'static self) -> &'static Letter {
        self.letters.plain()
    }

    /// How records with this head, by its address alone, are delivered in a row.
    #[inline(always)]
    fn row(&'static self, head: Head) -> Option<DeliverRow> {
        if std::ptr::eq(self.letter(), head.letter()) {
            return Some(self.reach.row).filter(|_| !self.is_reply());
        }
        let is_of = |way: &&Way| std::ptr::eq(way.letters.plain(), head.letter());
        self.ways.iter().find(is_of).map(|way| way.reach.row)
    }

    /// Whether records with this head may be delivered in a row.
    #[inline(always)]
    pub(crate) fn takes_row(&'static self, head: Head) -> bool {
        self.row(head).is_some()
    }

    /// `STATED`, if its actors take messages by their state.
    const fn states(&self) -> u32 {
        if self.taken_in.is_some() { STATED } else { 0 }
    }

    /// How messages with this letter reach these cells, if they are of a protocol that these speak. `exactly` looks at
    /// the letter's address alone.
    #[inline(always)]
    fn way(&self, letter: &Letter, exactly: bool) -> Option<Deliver> {
        let (first, others) = self.ways.split_first()?;
        if first.is_of(letter, exactly) {
            return Some(first.reach.one);
        }
        others.iter().find(|way| way.is_of(letter, exactly)).map(|way| way.reach.one)
    }

    /// Whether messages with this letter are of a protocol that is spoken here.
    pub(crate) fn speaks(&self, letter: &Letter) -> bool {
        self.way(letter, false).is_some()
    }

    /// Whether messages with this letter are taken here.
    pub(crate) fn takes(&'static self, letter: &Letter) -> bool {
        self.letter().is(letter) || self.speaks(letter)
    }

    /// Whether this is the type of answers, which have cells of their own.
    pub(crate) const fn is_reply(&self) -> bool {
        matches!(self.letters.plain().class(), Class::Answer)
    }

    /// The name of the actor's type, for people.
    pub(crate) fn name(&self) -> &'static str {
        (self.name)()
    }
}

impl fmt::Debug for CellType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CellType({})", self.name())
    }
}

/// A place for a cell type that one thread writes and all may read.
pub(crate) struct SharedType(AtomicPtr<CellType>);

impl SharedType {
    pub(crate) const fn new() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    #[inline(always)]
    pub(crate) fn set(&self, kind: &'static CellType) {
        // Ordering: what it points to was made by the compiler, so there is nothing to publish.
        self.0.store(std::ptr::from_ref(kind).cast_mut(), Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> Option<&'static CellType> {
        // Ordering: as in `set`.
        let kind = self.0.load(Ordering::Relaxed);
        // SAFETY: null, or what was a `&'static CellType`, of which nothing ever changes.
        unsafe { kind.as_ref() }
    }
}

/// A cell type that is known to be for bodies `B`.
pub(crate) struct TypeOf<B>(CellType, PhantomData<fn(B)>);

impl<B: Body> TypeOf<B> {
    pub(crate) const fn new<K: 'static>(class: Class, options: Options, starts: bool) -> Self {
        Self(CellType::of::<B, K>(class, options, starts), PhantomData)
    }

    /// The same of bodies that take what is sent to those of another type.
    pub(crate) const fn standing_for<K: Body<Message = B::Message>>(mut self) -> Self {
        self.0.letters = Letters::of::<K, K::Message>(Class::Message, self.0.options.ask_timeout);
        self
    }

    /// The same of bodies to which exits are told.
    pub(crate) const fn traps(mut self, traps: bool) -> Self {
        self.0.traps = traps;
        self
    }

    /// The same of bodies that take up streams.
    pub(crate) const fn attaches(mut self, attaches: bool) -> Self {
        self.0.attaches = attaches;
        self
    }

    /// The same of bodies that keep children.
    pub(crate) const fn supervises(mut self, supervises: bool) -> Self {
        self.0.supervises = supervises;
        self
    }

    /// The same of bodies of aides.
    pub(crate) const fn of_aides(mut self) -> Self {
        self.0.class = cells::class_of(stride_of::<B>(), Role::Aide);
        self
    }

    /// The same of bodies of programs.
    pub(crate) const fn program(mut self) -> Self {
        self.0.is_program = true;
        self
    }

    /// The same of actors that speak these protocols, if they are plain: else they do not lie in such bodies.
    pub(crate) const fn speaks<A>(mut self, spoken: &'static [Spoken<A>]) -> Self
    where
        A: Bodies<Plain = B>,
    {
        if matches!(A::LIES, Lies::Plain) {
            self.0.ways = Spoken::erased(spoken);
        }
        self
    }

    /// The same of actors that suspend.
    pub(crate) const fn speaks_later<A>(mut self, spoken: &'static [Spoken<A>]) -> Self
    where
        A: Bodies<Suspending = B>,
    {
        if matches!(A::LIES, Lies::Suspending) {
            self.0.ways = Spoken::erased(spoken);
        }
        self
    }

    /// The same of actors that block.
    pub(crate) const fn speaks_on_thread<A>(mut self, spoken: &'static [Spoken<A>]) -> Self
    where
        A: Bodies<OnThread = B>,
    {
        if matches!(A::LIES, Lies::OnThread) {
            self.0.ways = Spoken::erased(spoken);
        }
        self
    }

    pub(crate) const fn erased(&'static self) -> &'static CellType {
        &self.0
    }

    /// How messages reach these cells.
    pub(crate) const fn delivery(&'static self) -> Delivery<B::Message> {
        // SAFETY: `CellType::of::<B, _>` made the letters, or `standing_for`, for values of `B::Message`.
        unsafe { Delivery::new(&self.0.letters) }
    }
}

const fn is_boxed<B>() -> bool {
    HEAD + size_of::<B>() > STRIDE_MOST || align_of::<B>() > align_of::<CellHeader>()
}

const fn stride_of<B>() -> usize {
    let body = if is_boxed::<B>() { size_of::<Box<B>>() } else { size_of::<B>() };
    (HEAD + body).next_multiple_of(STRIDE)
}

/// What a cell begins with. All zero is a header that nobody ever used.
#[repr(C)]
pub(crate) struct CellHeader {
    pub(crate) word: Word,
    kind: Cell<Option<&'static CellType>>,
    /// An actor's: how far its slice is, counted from the turn's base; never negative. An ask's: its
    /// deadline, always negative, so that slices do not see it (see [`CellRef::deadline`]).
    pub(crate) stamp: Cell<i64>,
    extras: Cell<Option<Box<Extras>>>,
    /// An actor's pending future.
    task: Cell<Option<Task<'static>>>,
}

/// What a cell has only while it needs it.
#[derive(Default)]
pub(crate) struct Extras {
    /// Records that wait, and how many.
    pub(crate) backlog: RecordQueue,
    pub(crate) backlog_records: u64,
    /// Those among them that stand before all that is in `backlog`.
    pub(crate) ahead: RecordQueue,
    pub(crate) room: Room,
    /// Its state, and what is held for another.
    pub(crate) machine: Option<Box<Machine>>,
    /// Who is told how the start went.
    pub(crate) starter: Option<Starter>,
    /// Who awaits an answer, if it is not an actor's own poll.
    pub(crate) waiter: Option<Waiter>,
    /// Links and monitors.
    pub(crate) bonds: Bonds,
    /// What ties it to its supervisor.
    pub(crate) keeper: Option<Box<Keeper>>,
    /// Who keeps its workers, if it is a pool.
    pub(crate) workers: Option<Address>,
    /// Whether it may have names, or be in groups.
    pub(crate) named: bool,
    /// Asks whose answers the actor goes on with.
    pub(crate) awaits: BTreeSet<Target>,
    /// None until it has its first aide.
    pub(crate) crew: Option<Box<Crew>>,
    /// None until it sets its first timer.
    pub(crate) timers: Option<Box<OwnTimers>>,
    /// Who is told why the actor ended.
    pub(crate) watchers: Line<oneshot::Sender<ExitReason>>,
    /// Who drains it.
    pub(crate) drains: Vec<oneshot::Sender<Drained>>,
    /// Messages whose handlers its end has cut off, if it is drained.
    pub(crate) cut_off: u64,
    /// Why the actor ends; its stop hook may borrow it.
    pub(crate) reason: Option<Arc<ExitReason>>,
    /// What the message said that is being handled, where its handler keeps that.
    pub(crate) kept: Option<Kept>,
    /// How many answers to the actor's health check were bad, one after the other, up to now.
    pub(crate) bad_health: u32,
}

impl Extras {
    /// What waits, or what stands before it.
    pub(crate) fn queue(&mut self, is_ahead: bool) -> &mut RecordQueue {
        if is_ahead { &mut self.ahead } else { &mut self.backlog }
    }

    /// Whether they hold more than an empty backlog.
    pub(crate) fn is_needed(&self) -> bool {
        self.room.promised > 0
            || self.named
            || self.workers.is_some()
            || self.starter.is_some()
            || self.waiter.is_some()
            || self.reason.is_some()
            || self.timers.is_some()
            || self.crew.is_some()
            || self.keeper.is_some()
            || self.kept.is_some()
            || self.machine.as_ref().is_some_and(|machine| machine.is_needed())
            || !(self.room.is_unused()
                && self.bonds.is_empty()
                && self.awaits.is_empty()
                && self.watchers.is_empty()
                && self.drains.is_empty())
    }
}

/// Hears how a start went: the actor's address, or why there is none.
pub(crate) type Starter = Box<dyn FnOnce(Result<Address, StartError>)>;

/// Who awaits an answer outside the actor's own poll.
pub(crate) enum Waiter {
    /// Goes on with it, as with a message.
    Actor(Continuation),
    /// Told that it has arrived; it takes the answer from the cell itself.
    Call(Box<dyn FnOnce()>),
    /// Polled.
    Waker(Waker),
}

/// What an actor hears beside messages.
pub(crate) enum News {
    /// The answer to an ask of its own, or an item of its stream: what was kept with it takes it.
    Value(Box<dyn Any>),
    /// A monitor has fired.
    Down(Down),
    /// A link has ended, or somebody wants the actor to end.
    Exit(Exit),
    /// It has started, and takes up its streams.
    Started,
    /// It is time for the method with this number.
    Timer(usize),
}

/// What an actor does with the answer to an ask.
pub(crate) struct Continuation {
    pub(crate) owner: Target,
    pub(crate) ask: Target,
    /// With the answer, [`News::Value`].
    pub(crate) then: Box<dyn Any>,
}

/// One cell of a shard. `'s` is the shard's cells.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct CellRef<'s> {
    at: NonNull<CellHeader>,
    cells: PhantomData<&'s CellHeader>,
}

/// Where a cell of this shard lies, kept while nobody borrows the cells. Whose it is may change meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct Place(NonNull<u8>);

// SAFETY: an address, which only its own shard makes a cell of again (`at_place`).
unsafe impl Send for Place {}

// SAFETY: as above.
unsafe impl Sync for Place {}

impl std::ops::Deref for CellRef<'_> {
    type Target = CellHeader;

    #[inline(always)]
    fn deref(&self) -> &CellHeader {
        // SAFETY: invariant 1; every field may be shared within the shard's thread.
        unsafe { self.at.as_ref() }
    }
}

impl CellRef<'_> {
    /// # Safety
    ///
    /// `at` is the start of a cell, of the stride its type will ask for, in memory that outlives `'s`.
    #[inline(always)]
    pub(crate) unsafe fn new(at: NonNull<u8>) -> Self {
        Self { at: at.cast(), cells: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn kind(self) -> Option<&'static CellType> {
        self.at().kind.get()
    }

    /// The letter that its type takes, or null where nobody lives: to compare, no more.
    #[inline(always)]
    fn letter(self) -> *const Letter {
        self.kind().map_or(std::ptr::null(), |kind| std::ptr::from_ref(kind.letter()))
    }

    fn at(&self) -> &CellHeader {
        self
    }

    /// Whether it takes the messages of any protocol.
    #[inline(always)]
    pub(crate) fn speaks(self) -> bool {
        self.kind().is_some_and(|kind| !kind.ways.is_empty())
    }

    /// Where it lies.
    #[inline(always)]
    pub(crate) fn place(self) -> Place {
        Place(self.at.cast())
    }

    /// The cell at this place.
    ///
    /// # Safety
    ///
    /// The place is one of these cells', which outlive `'s` (invariant 1).
    #[inline(always)]
    pub(crate) unsafe fn at_place(place: Place) -> Self {
        Self { at: place.0.cast(), cells: PhantomData }
    }

    /// Delivers a record, its panic caught, if it may be delivered and `admit` agrees; else gives it
    /// back.
    ///
    /// `allowed` are the bits that do not stand in the way; never one that says the body is in use. No user
    /// code may run in `admit`.
    #[inline(always)]
    pub(crate) fn deliver<'r>(
        self,
        record: Arrived<'r>,
        allowed: u32,
        admit: impl FnOnce(&'static CellType) -> bool,
    ) -> Result<Called, Arrived<'r>> {
        debug_assert!(allowed & (LENT | FREE | ENDING) == 0, "the body is in use");
        debug_assert!(
            allowed & BUSY == 0 || self.kind().is_some_and(|kind| kind.is_process),
            "the body is in use"
        );
        let (me, letter) = (record.target(), record.letter());
        // The address alone decides on the fast path; what differs is looked at again, off it.
        let kind = if std::ptr::eq(self.letter(), letter) {
            // SAFETY: its letter is that of the record, so it has one, and a type.
            unsafe { self.kind().unwrap_unchecked() }
        } else {
            match self.kind().filter(|kind| allowed != 0 && kind.letter().is(letter)) {
                Some(kind) => kind,
                None => return Err(record),
            }
        };
        if !self.word.is(me.generation(), allowed) || !admit(kind) {
            return Err(record);
        }
        let value = record.into_value();
        // SAFETY: the letters mean the same, so the value is what this type takes; the cell is alive and
        // its body is not in use (invariants 2 and 3), which the word has just said; the value is ours.
        Ok(unsafe { (kind.reach.one)(self, value, me) })
    }

    /// Delivers records in a row, each as [`deliver`](Self::deliver) does, for as long as nothing is to be done between
    /// two of them but to count the first. Answers what the last has left, which is not counted. Takes nothing if the
    /// first may not be delivered, or is not what the type takes.
    #[inline(always)]
    pub(crate) fn deliver_row(self, row: &mut Row<'_>, calls: &Calls) -> Called {
        match self.kind().and_then(|kind| kind.row(row.head())) {
            // SAFETY: it is for records with this letter, and for the bodies of this type; the cell is alive, and whether
            // its body is in use is looked at before each (invariants 2 and 3).
            Some(deliver) => unsafe { deliver(self, row, calls) },
            None => Called::Flow(Flow::go()),
        }
    }

    /// What [`Body::beside`] says of a record; none as well if it is no message for this cell.
    pub(crate) fn beside(self, record: &Arrived<'_>) -> Option<Beside> {
        let kind = self.kind().filter(|kind| kind.letter().is(record.letter()))?;
        let beside = kind.share?.beside;
        // SAFETY: the letters mean the same, so the value is what this type takes.
        let looked = catch(|| unsafe { beside(record.value()) });
        looked.unwrap_or_else(|payload| {
            forget_payload(payload);
            None
        })
    }

    /// Whether an actor takes a message in its present state; true as well if it is no message for this cell, which
    /// the delivery says.
    pub(crate) fn suits_state(self, record: &Arrived<'_>) -> bool {
        let kind = self.kind().filter(|kind| kind.letter().is(record.letter()));
        let Some(taken_in) = kind.and_then(|kind| kind.taken_in) else { return true };
        // SAFETY: the letters mean the same, so the value is what this type takes.
        let states = catch(|| unsafe { taken_in(record.value()) });
        let states = states.unwrap_or_else(|payload| {
            forget_payload(payload);
            u64::MAX
        });
        states >> self.state() & 1 == 1
    }

    /// The state that the actor is in.
    pub(crate) fn state(self) -> u8 {
        let state = |extras: &mut Extras| extras.machine.as_ref().map(|machine| machine.state);
        self.if_extras(state).flatten().unwrap_or_default()
    }

    /// Delivers a record for which [`beside`](Self::beside) says so while others like it are handled, its panic
    /// caught; else gives it back.
    #[cold]
    #[inline(never)]
    pub(crate) fn deliver_beside<'r>(
        self,
        record: Arrived<'r>,
        begins: impl FnOnce(&'static CellType),
    ) -> Result<Called, Arrived<'r>> {
        let me = record.target();
        let is_shared = self.word.has(SHARED) && !self.word.has(EMPTY | LENT | FREE);
        let fits = is_shared && self.word.generation() == me.generation();
        let kind = self.kind().filter(|kind| fits && kind.letter().is(record.letter()));
        let Some((kind, share)) = kind.and_then(|kind| Some((kind, kind.share?))) else {
            return Err(record);
        };
        begins(kind);
        let value = record.into_value();
        // SAFETY: the letters mean the same, so the value is what this type takes, and it is ours; all users of the
        // body share it (invariants 2 and 3), which the word has just said.
        Ok(unsafe { (share.deliver)(self, value, me) })
    }

    /// Whether a record may be delivered at once.
    pub(crate) fn takes(self, record: &Arrived<'_>) -> bool {
        let letter = record.letter();
        let is_taken = std::ptr::eq(self.letter(), letter)
            || self.kind().is_some_and(|kind| kind.way(letter, true).is_some());
        is_taken && self.word.is(record.target().generation(), 0)
    }

    /// As [`deliver`](Self::deliver), for the messages of protocols.
    #[inline(always)]
    pub(crate) fn deliver_spoken<'r>(
        self,
        record: Arrived<'r>,
        allowed: u32,
        admit: impl FnOnce(&'static CellType) -> bool,
    ) -> Result<Called, Arrived<'r>> {
        let (me, letter) = (record.target(), record.letter());
        let Some(kind) = self.kind() else { return Err(record) };
        let Some(deliver) = kind.way(letter, allowed == 0) else { return Err(record) };
        if !self.word.is(me.generation(), allowed) || !admit(kind) {
            return Err(record);
        }
        let value = record.into_value();
        // SAFETY: as in `deliver`; the letter means the same as that which the function was made for, and it is for the
        // bodies of this type (`TypeOf::speaks`).
        Ok(unsafe { deliver(self, value, me) })
    }

    /// Runs the start hook. The cell must be alive and its body free.
    pub(crate) fn start(self, me: Target) -> std::thread::Result<Handled<'static>> {
        let kind = self.alive();
        // SAFETY: invariants 2 and 3, checked by `alive`.
        catch(|| unsafe { (kind.start)(self, me) })
    }

    /// Runs the stop hook. The cell must be alive and its body free; for a hook that may wait, the reason stays in the
    /// extras.
    #[inline(always)]
    pub(crate) fn stop(
        self,
        why: &ExitReason,
        me: Target,
    ) -> std::thread::Result<Handled<'static>> {
        let kind = self.alive();
        if let Some(stop) = kind.stop_at_once {
            // SAFETY: invariants 2 and 3, checked by `alive`.
            return catch(|| Handled(Outcome::Flow(unsafe { stop(self, why, me) })));
        }
        // SAFETY: checked by `alive`.
        unsafe { self.stop_later(kind, why, me) }
    }

    /// The same of a hook that may wait.
    ///
    /// # Safety
    ///
    /// The type is the cell's, whose body is there, and free.
    #[inline(never)]
    unsafe fn stop_later(
        self,
        kind: &'static CellType,
        why: &ExitReason,
        me: Target,
    ) -> std::thread::Result<Handled<'static>> {
        let why = Arc::new(why.clone());
        let reason = Arc::as_ptr(&why);
        self.with_extras(|extras| extras.reason = Some(why));
        // SAFETY: the extras keep the reason until the cell is freed, which is after the task was
        // dropped (invariant 4); an `Arc` does not move what it holds.
        let reason: &'static ExitReason = unsafe { &*reason };
        // SAFETY: invariants 2 and 3, passed on from the caller.
        catch(|| unsafe { (kind.stop)(self, reason, me) })
    }

    /// Runs the hook of a state that is dropped next, because it crashed. The cell must be alive and its body free.
    pub(crate) fn restart(self, why: &ExitReason, me: Target) -> std::thread::Result<()> {
        let kind = self.alive();
        // SAFETY: invariants 2 and 3, checked by `alive`.
        catch(|| unsafe { (kind.restart)(self, why, me) })
    }

    /// Tells the cell of an ask that there will be no answer.
    pub(crate) fn fail(self, why: AskError) -> std::thread::Result<Handled<'static>> {
        let kind = self.alive();
        // SAFETY: invariants 2 and 3, checked by `alive`.
        catch(|| unsafe { (kind.fail)(self, why) })
    }

    /// Tells the actor what is no message. The cell must be alive and its body free.
    pub(crate) fn hear(self, news: News, me: Target) -> std::thread::Result<Handled<'static>> {
        let kind = self.alive();
        // SAFETY: invariants 2 and 3, checked by `alive`.
        catch(|| unsafe { (kind.hear)(self, news, me) })
    }

    /// Tells the actor, which keeps children, of one. The cell must be alive and its body free.
    #[inline(always)]
    pub(crate) fn report(self, report: &Report, me: Target) -> std::thread::Result<Flow> {
        let kind = self.alive();
        // SAFETY: invariants 2 and 3, checked by `alive`.
        catch(|| unsafe { (kind.report)(self, report, me) })
    }

    /// The type of a cell whose body is there and not in use.
    fn alive(self) -> &'static CellType {
        let kind = self.kind().expect("a cell in use has a type");
        assert!(!self.is_in_use(kind), "the body is there, and free for a hook");
        kind
    }

    /// Whether the body is not there, or not free.
    fn is_in_use(self, kind: &CellType) -> bool {
        let others = if kind.is_process { 0 } else { BUSY | EMPTY };
        self.word.has(LENT | FREE | others)
    }

    /// The mailbox, if this is a process's cell.
    pub(crate) fn mailbox(self) -> Option<Rc<dyn AnyMailbox>> {
        let kind = self.kind().filter(|kind| kind.is_process && !self.is_in_use(kind))?;
        // SAFETY: invariants 2 and 3: a process's body is there, and nobody uses it.
        unsafe { (kind.mailbox)(self) }
    }

    /// Keeps the future of a handler or hook until it is done; its wakes go to `home`, of which the shard keeps a clone.
    pub(crate) fn suspend(self, task: Task<'static>, me: Target, home: &Arc<dyn Wakes>) {
        self.word.set(BUSY);
        self.put_task(task, me, home);
    }

    /// Gives an aide, whose cell this is, its future, as [`suspend`](Self::suspend) does.
    pub(crate) fn employ(self, task: Task<'static>, me: Target, home: &Arc<dyn Wakes>) {
        debug_assert!(self.word.has(AIDE), "an actor's own future makes it busy");
        self.put_task(task, me, home);
    }

    #[inline(always)]
    fn put_task(self, mut task: Task<'static>, me: Target, home: &Arc<dyn Wakes>) {
        task.belongs_to(me, home);
        let before = self.task.replace(Some(task));
        debug_assert!(before.is_none(), "a cell has one future at a time");
        // So there is nothing to drop.
        std::mem::forget(before);
    }

    /// Polls the pending future, its panic caught; none if there is none. `entered` is shown whose it is and
    /// the waker's data.
    #[inline(always)]
    pub(crate) fn poll(self, entered: impl FnOnce(Target, *const ())) -> Option<Polled> {
        // SAFETY: read within the shard's thread, and the reference ends here.
        let mut lent = unsafe { &*self.task.as_ptr() }.as_ref()?.lend();
        let actor = lent.actor();
        // SAFETY: the task stays where it is: what takes it, `drop_task` and what frees the cell, runs in no poll.
        Some(unsafe { lent.poll(move |waker| entered(actor, waker)) })
    }

    /// Whether there is a pending future.
    pub(crate) fn has_task(self) -> bool {
        // SAFETY: read within the shard's thread, and the reference ends here.
        unsafe { &*self.task.as_ptr() }.is_some()
    }

    /// Drops the pending future, if there is one; a panic of its drop is answered.
    pub(crate) fn drop_task(self, stock: &FutureStock) -> std::thread::Result<()> {
        let Some(task) = self.task.take() else { return Ok(()) };
        let dropped = catch(|| task.end(Some(stock)));
        self.word.clear(BUSY);
        dropped
    }

    /// Drops the body, if there is one. The cell must have lost its task; a panic of the destructor is answered.
    pub(crate) fn drop_body(self) -> std::thread::Result<()> {
        if self.word.has(EMPTY) && !self.kind().is_some_and(|kind| kind.is_process) {
            self.word.set(LENT);
            return Ok(());
        }
        let kind = self.alive();
        self.word.set(LENT);
        // SAFETY: invariants 2 and 3; the body is not used again: `LENT` stays until the cell is freed, or `EMPTY`.
        catch(|| unsafe { (kind.drop_body)(self) })
    }

    /// Drops the extras, if there are any.
    #[inline]
    fn drop_extras(self) {
        if let Some(extras) = self.extras.take() {
            drop_extras(extras);
        }
    }

    /// Frees the cell, which has no body and no extras. Answers whether the slot may be used again.
    #[inline(always)]
    fn vacate(self) -> bool {
        self.kind.set(None);
        self.word.vacate()
    }

    /// Makes a free cell somebody's: one that [`Cells::allocate`](cells::Cells::allocate) gave.
    ///
    /// # Panics
    ///
    /// If `kind` is not for bodies `B`.
    pub(crate) fn occupy<B: Body>(self, kind: &'static CellType, status: u32, stamp: i64, body: B) {
        assert!(kind.body == TypeId::of::<B>(), "a cell's type is its body's");
        debug_assert!(self.kind().is_none(), "the cell is free");
        self.put_body(body);
        self.stamp.set(stamp);
        self.kind.set(Some(kind));
        self.word.occupy(status | kind.states());
    }

    /// Makes a free cell somebody's whose body is made later: see [`fill`](Self::fill).
    pub(crate) fn occupy_empty(self, kind: &'static CellType, status: u32) {
        debug_assert!(self.kind().is_none(), "the cell is free");
        self.stamp.set(0);
        self.kind.set(Some(kind));
        self.word.occupy(status | EMPTY | kind.states());
    }

    /// Puts the body into a cell that has none. Gives it back if the cell is another's, or has one.
    pub(crate) fn fill<B: Body>(self, kind: &'static CellType, body: B) -> Result<(), B> {
        let is_its =
            self.kind().is_some_and(|own| std::ptr::eq(own, kind) || own.body == kind.body);
        if !is_its || kind.body != TypeId::of::<B>() || !self.word.has(EMPTY) {
            return Err(body);
        }
        self.put_body(body);
        self.word.clear(EMPTY);
        Ok(())
    }

    /// Writes a body where none is, in a cell whose type is, or will be, for bodies `B`.
    #[inline(always)]
    fn put_body<B: Body>(self, body: B) {
        if is_boxed::<B>() {
            // SAFETY: the cell has room for a pointer behind its header (`stride_of`).
            unsafe { body_at(self).cast::<*mut B>().write(Box::into_raw(Box::new(body))) }
        } else {
            // SAFETY: the cell has room for a `B`, aligned as the header is (`is_boxed`).
            unsafe { body_at(self).cast::<B>().write(body) }
        }
    }

    /// Lends the body to the runtime. None if the cell is another's or in use.
    pub(crate) fn with_body<B: Body, R>(
        self,
        expected: &'static TypeOf<B>,
        body: impl FnOnce(&mut B) -> R,
    ) -> Option<R> {
        let kind = self.kind()?;
        let fits = std::ptr::eq(kind, expected.erased()) || kind.body == TypeId::of::<B>();
        if !fits || self.is_in_use(kind) {
            return None;
        }
        self.word.set(LENT);
        // SAFETY: the type is the body's, and nobody else uses it (invariant 3).
        let result = body(unsafe { body_mut::<B>(self) });
        self.word.clear(LENT);
        Some(result)
    }

    /// Whether its type is this one, at this very address.
    #[inline(always)]
    fn is_of<B>(self, kind: &'static TypeOf<B>) -> bool {
        self.kind().is_some_and(|own| std::ptr::eq(own, &raw const kind.0))
    }

    #[inline(always)]
    pub(crate) fn has_extras(self) -> bool {
        // SAFETY: read within the shard's thread, and no reference to it is kept anywhere.
        unsafe { &*self.extras.as_ptr() }.is_some()
    }

    /// When an ask ends without its answer; none once it is answered.
    pub(crate) fn deadline(self) -> Option<u64> {
        let stamp = self.stamp.get();
        (stamp < 0).then_some(!stamp as u64)
    }

    /// Works on the body of a cell that is idle, in this life of it. None if it is not, or another's.
    ///
    /// No user code may run in `body`.
    #[inline(always)]
    pub(crate) fn with_idle<B: Body, R>(
        self,
        me: Target,
        expected: &'static TypeOf<B>,
        body: impl FnOnce(&mut B) -> R,
    ) -> Option<R> {
        let fits = self.kind().is_some_and(|kind| std::ptr::eq(kind, expected.erased()));
        if !fits || !self.word.is(me.generation(), 0) {
            return None;
        }
        // SAFETY: the type is the body's, and an idle cell's is used by nobody (invariant 3).
        Some(body(unsafe { body_mut::<B>(self) }))
    }

    /// Moves the body out, to be followed by freeing the cell. None if the cell is another's or in use.
    pub(crate) fn take_body<B: Body>(self, expected: &'static TypeOf<B>) -> Option<B> {
        let kind = self.kind()?;
        let fits = std::ptr::eq(kind, expected.erased()) || kind.body == TypeId::of::<B>();
        if !fits || self.word.has(BUSY | EMPTY | LENT | FREE) {
            return None;
        }
        self.word.set(LENT);
        // SAFETY: the type is the body's, nobody else uses it (invariant 3), and `LENT` stays until the
        // cell is freed.
        Some(unsafe { take_body::<B>(self) })
    }

    /// Works on the extras, which are made if there are none.
    ///
    /// No user code may run in `with`.
    #[inline]
    pub(crate) fn with_extras<R>(self, with: impl FnOnce(&mut Extras) -> R) -> R {
        let mut extras = self.extras.take().unwrap_or_default();
        let result = with(&mut extras);
        self.extras.set(Some(extras));
        result
    }

    /// Works on the extras if there are any.
    pub(crate) fn if_extras<R>(self, with: impl FnOnce(&mut Extras) -> R) -> Option<R> {
        let mut extras = self.extras.take()?;
        let result = with(&mut extras);
        self.extras.set(Some(extras));
        Some(result)
    }

    /// Drops extras that hold nothing.
    pub(crate) fn trim_extras(self) {
        if let Some(extras) = self.extras.take()
            && (extras.backlog_records > 0 || extras.is_needed())
        {
            self.extras.set(Some(extras));
        }
    }

    /// Takes the extras away.
    pub(crate) fn take_extras(self) -> Option<Box<Extras>> {
        self.extras.take()
    }
}

/// The stamp of an ask that ends without its answer at this moment of the shard's clock, in nanoseconds.
#[inline(always)]
pub(crate) fn stamp_of_deadline(at: u64) -> i64 {
    debug_assert!(
        at <= i64::MAX as u64,
        "times are at most `config::NEVER`, and this is the sum of two"
    );
    !(at as i64)
}

#[cold]
fn drop_extras(extras: Box<Extras>) {
    drop(extras);
}

fn catch<R>(call: impl FnOnce() -> R) -> std::thread::Result<R> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(call))
}

fn body_at(cell: CellRef<'_>) -> NonNull<u8> {
    // SAFETY: invariant 1: a cell is longer than its header.
    unsafe { cell.at.cast::<u8>().add(HEAD) }
}

/// # Safety
///
/// The cell holds a `B` that nobody else uses for as long as the answer is used.
#[inline(always)]
unsafe fn body_mut<B>(cell: CellRef<'_>) -> &'static mut B {
    let at = body_at(cell);
    if is_boxed::<B>() {
        // SAFETY: invariant 2.
        let boxed = unsafe { at.cast::<*mut B>().read() };
        // SAFETY: passed on from the caller; the address is a live box's.
        unsafe { &mut *boxed }
    } else {
        // SAFETY: passed on from the caller.
        unsafe { at.cast::<B>().as_mut() }
    }
}

/// # Safety
///
/// The cell holds a `B` of which all users but the caller's share it, for as long as the answer is used.
unsafe fn body_ref<B>(cell: CellRef<'_>) -> &'static B {
    let at = body_at(cell);
    if is_boxed::<B>() {
        // SAFETY: invariant 2.
        let boxed = unsafe { at.cast::<*const B>().read() };
        // SAFETY: passed on from the caller; the address is a live box's.
        unsafe { &*boxed }
    } else {
        // SAFETY: passed on from the caller.
        unsafe { at.cast::<B>().as_ref() }
    }
}

/// # Safety
///
/// `value` is a `B::Message` in a record.
unsafe fn taken_in<B: Body>(value: NonNull<u8>) -> u64 {
    // SAFETY: passed on from the caller, who takes it later, if at all.
    B::taken_in(unsafe { look_at_value::<B::Message>(value) })
}

/// # Safety
///
/// `value` is a `B::Message` in a record.
unsafe fn beside<B: Body>(value: NonNull<u8>) -> Option<Beside> {
    // SAFETY: passed on from the caller, who takes it later, if at all.
    B::beside(unsafe { look_at_value::<B::Message>(value) })
}

/// # Safety
///
/// The cell holds a `B` that is not used, or by users that all share it, until the answer is dropped; `value` is a
/// `B::Message` that is given up.
#[allow(improper_ctypes_definitions, reason = "both sides are compiled together")]
unsafe extern "C" fn share<B: Body>(cell: CellRef<'_>, value: NonNull<u8>, me: Target) -> Called {
    Called::by(|| {
        // SAFETY: passed on from the caller. The value leaves the record before user code runs (U21).
        let message = unsafe { take_value::<B::Message>(value) };
        // SAFETY: the same.
        let shared = catch(|| unsafe { share_message::<B>(cell, message, me) });
        // Such a panic is that of the future: so it is one of those that are under way.
        shared.unwrap_or_else(|payload| {
            let panics = async move { std::panic::resume_unwind(payload) };
            Handled(Outcome::Beside(Task::new(panics, |flow: Flow| flow, None)))
        })
    })
}

/// # Safety
///
/// As for [`share`].
unsafe fn share_message<B: Body>(
    cell: CellRef<'_>,
    message: B::Message,
    me: Target,
) -> Handled<'static> {
    if !cell.word.has(SHARED) {
        // SAFETY: passed on from the caller: nobody uses it yet.
        unsafe { body_mut::<B>(cell) }.prepare(me);
    }
    // Not by way of `&mut`, which the next call would have to make anew.
    // SAFETY: passed on from the caller.
    unsafe { body_ref::<B>(cell) }.share(message, me)
}

/// How a body takes what it is sent: its own messages, or those of a protocol.
trait Takings {
    /// # Safety
    ///
    /// The cell holds the body, which nobody else uses until the answer is dropped; `value` is a message of these that is
    /// given up.
    unsafe fn take(cell: CellRef<'_>, value: NonNull<u8>, me: Target) -> Handled<'static>;
}

/// The body's own messages.
struct Own<B>(PhantomData<B>);

impl<B: Body> Takings for Own<B> {
    #[inline(always)]
    unsafe fn take(cell: CellRef<'_>, value: NonNull<u8>, me: Target) -> Handled<'static> {
        // SAFETY: passed on from the caller. The value leaves the record before user code runs (U21).
        let message = unsafe { take_value::<B::Message>(value) };
        if B::SHARES && B::beside(&message).is_some() {
            // SAFETY: the same.
            return unsafe { share_message::<B>(cell, message, me) };
        }
        // SAFETY: the same.
        unsafe { body_mut::<B>(cell) }.deliver(message, me)
    }
}

/// The messages of the protocol `P`, of the body in which `A` lies.
struct Also<A, P: ?Sized>(PhantomData<A>, PhantomData<P>);

impl<A, P, M> Takings for Also<A, P>
where
    A: Bodies<
            OnThread: Takes<P, Also = M>,
            Plain: Takes<P, Also = M>,
            Suspending: Takes<P, Also = M>,
        >,
    P: ?Sized,
{
    #[inline(always)]
    unsafe fn take(cell: CellRef<'_>, value: NonNull<u8>, me: Target) -> Handled<'static> {
        // SAFETY: passed on from the caller. The value leaves the record before user code runs (U21).
        let message = unsafe { take_value::<M>(value) };
        match A::LIES {
            // SAFETY: the same.
            Lies::OnThread => unsafe { body_mut::<A::OnThread>(cell) }.take(message, me),
            // SAFETY: the same.
            Lies::Plain => unsafe { body_mut::<A::Plain>(cell) }.take(message, me),
            // SAFETY: the same.
            Lies::Suspending => unsafe { body_mut::<A::Suspending>(cell) }.take(message, me),
        }
    }
}

/// # Safety
///
/// As for [`Takings::take`].
#[allow(improper_ctypes_definitions, reason = "both sides are compiled together")]
unsafe extern "C" fn deliver<T: Takings>(
    cell: CellRef<'_>,
    value: NonNull<u8>,
    me: Target,
) -> Called {
    // SAFETY: passed on from the caller.
    Called::by(|| unsafe { T::take(cell, value, me) })
}

/// # Safety
///
/// The cell holds the body, which is not in use where the cell's word says so; the row is of records that hold messages
/// of these.
#[allow(improper_ctypes_definitions, reason = "both sides are compiled together")]
unsafe extern "C" fn deliver_row<T: Takings>(
    cell: CellRef<'_>,
    row: &mut Row<'_>,
    calls: &Calls,
) -> Called {
    let me = row.head().target();
    Called::by(|| {
        let (mut handled, mut records) = (calls.handled(), row.records());
        while cell.word.is(me.generation(), 0)
            && let Some(value) = records.next()
        {
            calls.set_handled(handled);
            handled += 1;
            // SAFETY: the value is such a message, and ours; the word has just said that the body is not in use.
            let left = unsafe { T::take(cell, value, me) };
            if !left.goes_on() || calls.has_cut() {
                return left;
            }
            // There is nothing to drop, and a call to find that out.
            std::mem::forget(left);
        }
        Handled(Outcome::Flow(Flow::go()))
    })
}

/// # Safety
///
/// As for [`deliver`].
unsafe fn start<B: Body>(cell: CellRef<'_>, me: Target) -> Handled<'static> {
    // SAFETY: passed on from the caller.
    unsafe { body_mut::<B>(cell) }.start(me)
}

/// # Safety
///
/// As for [`deliver`].
unsafe fn stop<B: Body>(
    cell: CellRef<'_>,
    why: &'static ExitReason,
    me: Target,
) -> Handled<'static> {
    // SAFETY: passed on from the caller.
    unsafe { body_mut::<B>(cell) }.stop(why, me)
}

/// # Safety
///
/// As for [`deliver`].
unsafe fn stop_at_once<B: Body>(cell: CellRef<'_>, why: &ExitReason, me: Target) -> Flow {
    // SAFETY: passed on from the caller.
    match unsafe { body_mut::<B>(cell) }.stop(why, me).0 {
        Outcome::Flow(flow) => flow,
        Outcome::Answered(_)
        | Outcome::Answers(_)
        | Outcome::Beside(_)
        | Outcome::Later(_)
        | Outcome::Received(_) => Flow::go(),
    }
}

/// # Safety
///
/// As for [`deliver`].
unsafe fn restart<B: Body>(cell: CellRef<'_>, why: &ExitReason, me: Target) {
    // SAFETY: passed on from the caller.
    drop(unsafe { body_mut::<B>(cell) }.restart(why, me));
}

/// # Safety
///
/// As for [`deliver`].
unsafe fn hear<B: Body>(cell: CellRef<'_>, news: News, me: Target) -> Handled<'static> {
    // SAFETY: passed on from the caller.
    unsafe { body_mut::<B>(cell) }.hear(news, me)
}

/// # Safety
///
/// As for [`deliver`].
unsafe fn report<B: Body>(cell: CellRef<'_>, report: &Report, me: Target) -> Flow {
    // SAFETY: passed on from the caller.
    unsafe { body_mut::<B>(cell) }.report(report, me)
}

/// # Safety
///
/// As for [`deliver`].
unsafe fn fail<B: Body>(cell: CellRef<'_>, why: AskError) -> Handled<'static> {
    // SAFETY: passed on from the caller.
    unsafe { body_mut::<B>(cell) }.fail(why)
}

/// # Safety
///
/// As for [`deliver`].
unsafe fn mailbox<B: Body>(cell: CellRef<'_>) -> Option<Rc<dyn AnyMailbox>> {
    // SAFETY: passed on from the caller.
    unsafe { body_mut::<B>(cell) }.mailbox()
}

/// # Safety
///
/// The cell holds a `B` that nobody uses, now or later.
unsafe fn drop_body<B: Body>(cell: CellRef<'_>) {
    if is_boxed::<B>() {
        // SAFETY: passed on from the caller.
        drop(unsafe { boxed_body::<B>(cell) });
    } else {
        // SAFETY: passed on from the caller.
        unsafe { body_at(cell).cast::<B>().drop_in_place() }
    }
}

/// # Safety
///
/// As for [`drop_body`].
#[inline(always)]
unsafe fn take_body<B: Body>(cell: CellRef<'_>) -> B {
    if is_boxed::<B>() {
        // SAFETY: passed on from the caller.
        *unsafe { boxed_body::<B>(cell) }
    } else {
        // SAFETY: passed on from the caller.
        unsafe { body_at(cell).cast::<B>().read() }
    }
}

/// # Safety
///
/// As for [`drop_body`]; and bodies `B` are boxed.
unsafe fn boxed_body<B: Body>(cell: CellRef<'_>) -> Box<B> {
    // SAFETY: invariant 2.
    let boxed = unsafe { body_at(cell).cast::<*mut B>().read() };
    // SAFETY: the address came from a box and is not used again.
    unsafe { Box::from_raw(boxed) }
}
