//! Processes: actors that are one `async fn` with its own loop, and take their messages by [`receive()`].
//!
//! The body of a process's cell is the seat of its mailbox, which its future shares. A record that arrives is filed
//! there by its tag, whatever the process does; if it waits in a receive that takes the tag, the message is handed
//! over and the process polled at once. Such a cell is idle to the shard, so the record comes by the fast path.
//!
//! Before me: the shard delivers a record. After me: the receive that takes it, in the process's own poll.

pub(crate) mod blocking;
mod receive;
mod saved;
mod table;

use std::any::{Any, type_name};
use std::cell::{Cell, OnceCell, RefCell};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, Instant};

pub use self::blocking::BlockingProcess;
pub use self::receive::{
    Awaits, Downs, Got, Hold, NO_ARM, Receive, Receives, Replies, ReplyArm, Watched, answer, down,
    exit, message, not_taken, receive,
};
use self::saved::Saved;
pub use self::table::{Arms, Table, TagSet};
use crate::actor::{Context, Spawn, later};
use crate::address::short_name;
use crate::address::{Address, ShardId, Target};
use crate::cell::keeper::Keeper;
use crate::cell::process::{AnyMailbox, FiledTimer, Receipt, Receiving};
use crate::cell::status::{EMPTY, STARTING};
use crate::cell::{Body, Handled, News, Options, Outcome, Place, TypeOf};
use crate::config;
use crate::flow::{Flow, IntoFlow};
use crate::host::{self, Host, Signal};
use crate::mailbox::Room;
use crate::message::{Message, Protocol};
use crate::record::{Class, Delivery, Loose};
use crate::timer::{AlarmId, Ring};

/// An enum of messages that a process may receive: made by `#[derive(Message)]`.
#[diagnostic::on_unimplemented(
    message = "a process cannot receive `{Self}`",
    note = "put `#[derive(Message)]` on the enum"
)]
pub trait Receivable: Message + Protocol<Msg = Self> {
    /// What the cells of processes with these messages have in common: `&ProcessType::new()`, best from a `static`,
    /// which has one address everywhere.
    const PROCESS: &'static ProcessType<Self>;
}

/// What the cells of processes with the messages `M` have in common.
pub struct ProcessType<M: Receivable>(TypeOf<Seat<M>>);

impl<M: Receivable> ProcessType<M> {
    /// The type of cells of processes that receive `M`.
    #[must_use]
    #[allow(
        clippy::new_without_default,
        reason = "it is made in constants, where `Default` cannot be"
    )]
    pub const fn new() -> Self {
        Self::with(Options::new())
    }

    /// The same with options. The deadline of the start means nothing to a process, which has started when it was
    /// first polled.
    #[must_use]
    pub const fn with(options: Options) -> Self {
        Self(TypeOf::new::<M>(Class::Message, options, true))
    }
}

impl<M: Receivable> fmt::Debug for ProcessType<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProcessType({})", type_name::<M>())
    }
}

/// How messages reach processes that receive `M`.
#[must_use]
pub const fn process_delivery<M: Receivable>() -> Delivery<M> {
    M::PROCESS.0.delivery()
}

/// What a process is given beside its start arguments: `cx: &mut Process<XferMsg>`, its first parameter.
///
/// It is the [`Context`] of the process, and what `receive!` takes messages from.
pub struct Process<M: Receivable> {
    cx: Context<M>,
    mailbox: Rc<Mailbox<M>>,
    /// Where its cell lies.
    seat: (ShardId, Place),
}

impl<M: Receivable> Process<M> {
    /// The message that it was at, if it was at one, is handled.
    fn ends_message(&self) {
        if self.mailbox.receiving.ends_message() {
            host::with(|host| host.map(|host| host.watched.has_handled()));
        }
    }

    /// Whether exits become something that a receive takes by its arm `exit`, and do not end the process; they do,
    /// unless it says so here.
    pub fn trap_exits(&mut self, traps: bool) {
        self.mailbox.receiving.traps.set(traps);
    }

    /// Waits; what arrives meanwhile waits as well. Never early, and counted from now.
    ///
    /// Costs a timer of the shard.
    pub fn sleep(&mut self, time: Duration) -> impl Future<Output = ()> + use<M> {
        let now = host::with(|host| host.expect("a process stays on its shard").look());
        Sleep { deadline: now.saturating_add(config::nanos(time)), alarm: None, me: self.target() }
    }

    /// Waits until this moment; at once if it is past.
    pub fn sleep_until(&mut self, moment: Instant) -> impl Future<Output = ()> + use<M> {
        let deadline = host::with(|host| host.expect("a process stays on its shard").clock(moment));
        Sleep { deadline, alarm: None, me: self.target() }
    }
}

impl<M: Receivable> Deref for Process<M> {
    type Target = Context<M>;

    fn deref(&self) -> &Context<M> {
        &self.cx
    }
}

impl<M: Receivable> DerefMut for Process<M> {
    fn deref_mut(&mut self) -> &mut Context<M> {
        &mut self.cx
    }
}

impl<M: Receivable> fmt::Debug for Process<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Process<{}>({:?})", short_name(type_name::<M>()), self.cx)
    }
}

/// A time that a process waits for.
struct Sleep {
    deadline: u64,
    alarm: Option<Alarm>,
    me: Target,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let this = &mut *self;
        host::with(|host| {
            let host = host.expect("a process stays on its shard");
            if this.deadline <= host.look() {
                return Poll::Ready(());
            }
            Alarm::ring_at(&mut this.alarm, host, this.me, this.deadline, cx);
            Poll::Pending
        })
    }
}

/// A timer of the shard that has a process polled.
struct Alarm(AlarmId);

impl Alarm {
    /// Has whoever polls with `cx` polled at the deadline.
    fn ring_at(
        alarm: &mut Option<Self>,
        host: &Host,
        me: Target,
        deadline: u64,
        cx: &TaskContext<'_>,
    ) {
        let is_own = host.owner(cx.waker()).is_some();
        let ring = if is_own { Ring::Process(me) } else { Ring::Waker(cx.waker().clone()) };
        match alarm {
            Some(Self(alarm)) => drop(host.alarms.change(alarm, ring)),
            None => *alarm = Some(Self(host.alarms.set(deadline, ring))),
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        host::with(|host| drop(host.map(|host| host.alarms.end(&self.0))));
    }
}

/// A process's messages, and how it waits for them.
struct Mailbox<M> {
    receiving: Receiving,
    /// The message that was handed over to a receive that waits, and when it arrived.
    fresh: RefCell<Option<M>>,
    fresh_arrival: Cell<u64>,
    /// What waits. None before a message had to: most that wait for one have none.
    saved: OnceCell<Box<RefCell<Saved<M>>>>,
}

impl<M> Default for Mailbox<M> {
    fn default() -> Self {
        Self {
            receiving: Receiving::default(),
            fresh: RefCell::default(),
            fresh_arrival: Cell::new(0),
            saved: OnceCell::new(),
        }
    }
}

impl<M: Receivable> Mailbox<M> {
    /// A message has arrived.
    #[inline(always)]
    fn arrive(&self, message: M) -> Receipt {
        let (tag, arrival) = (message.tag(), self.receiving.next_arrival());
        if self.receiving.wants.get() & (1 << TagSet::bit(tag)) != 0 {
            // A receive that nobody polls may not have looked at the one before.
            self.settle();
            // There is nothing to drop, and a call to find that out.
            std::mem::forget(self.fresh.replace(Some(message)));
            self.fresh_arrival.set(arrival);
            self.receiving.has_fresh.set(true);
            if self.receiving.rouse() {
                return Receipt::Wanted;
            }
            self.settle();
            return Receipt::Filed;
        }
        self.file(tag, arrival, message)
    }

    /// Files the message that was handed over, if it was not taken.
    #[inline(always)]
    fn settle(&self) {
        if self.receiving.has_fresh.get() {
            self.settle_fresh();
        }
    }

    #[inline(never)]
    fn settle_fresh(&self) {
        self.receiving.has_fresh.set(false);
        let fresh = self.fresh.take();
        if let Some(message) = fresh {
            self.put(message.tag(), self.fresh_arrival.get(), message);
        }
    }

    #[inline(never)]
    fn file(&self, tag: usize, arrival: u64, message: M) -> Receipt {
        self.put(tag, arrival, message);
        let rises = self.saved.get().is_some_and(|saved| saved.borrow_mut().rises());
        if rises { Receipt::High } else { Receipt::Filed }
    }

    /// Puts a message with those that wait.
    #[inline(always)]
    fn put(&self, tag: usize, arrival: u64, message: M) {
        let saved = self.saved.get_or_init(Box::default);
        saved.borrow_mut().file(M::NAMES.len(), tag, arrival, message);
        self.receiving.files(tag, arrival);
        host::with(|host| {
            if let Some(host) = host {
                host.counters.backlog.add(1);
                self.with_room(host, |room| room.messages += 1);
            }
        });
    }

    /// Works on the places in a mailbox that has a bound. Answers whether it has one.
    #[inline(always)]
    fn with_room(&self, host: &Host, with: impl FnOnce(&mut Room)) -> bool {
        if M::PROCESS.0.erased().options.bound.is_none() {
            return false;
        }
        let cell = host.cell(self.receiving.me.get());
        if let Some(cell) = cell {
            cell.with_extras(|extras| with(&mut extras.room));
        }
        cell.is_some()
    }

    /// A message is taken out of the mailbox, to become a record.
    fn taken_out(&self, me: Target, taken: Option<(u64, M)>) -> Option<Loose> {
        let (arrival, message) = taken?;
        host::with(|host| host.map(|host| self.has_taken(host, arrival)));
        Some(Loose::new(M::DELIVERY, me, message))
    }

    /// A message that was taken waits again, where it was.
    fn put_back(&self, arrival: u64, message: M) {
        self.receiving.is_at_message.set(false);
        if let Some(saved) = self.saved.get() {
            saved.borrow_mut().put_back(message.tag(), arrival, message);
        }
        host::with(|host| {
            if let Some(host) = host {
                host.counters.backlog.add(1);
                self.with_room(host, |room| room.messages += 1);
            }
        });
    }

    /// A message waits no longer.
    fn has_taken(&self, host: &Host, arrival: u64) {
        host.counters.backlog.remove(1);
        self.receiving.has_taken(arrival);
        let is_bounded = self.with_room(host, |room| {
            room.messages -= 1;
            // Who waits for a place gets this one in the turn: it is promised until then.
            room.promised += 1;
        });
        if is_bounded {
            let me = host.address(self.receiving.me.get());
            host::send(host::signals(), me, Signal::GiveBack);
        }
    }
}

impl<M: Receivable> AnyMailbox for Mailbox<M> {
    fn receiving(&self) -> &Receiving {
        &self.receiving
    }

    fn len(&self) -> u64 {
        self.saved.get().map_or(0, |saved| saved.borrow().len())
    }

    fn take_oldest(&self, me: Target) -> Option<Loose> {
        let taken = self.saved.get()?.borrow_mut().take_oldest();
        self.taken_out(me, taken)
    }

    fn take_newest(&self, me: Target) -> Option<Loose> {
        let taken = self.saved.get()?.borrow_mut().take_newest();
        self.taken_out(me, taken)
    }

    fn take_back(&self, filed: &FiledTimer) -> Option<Box<dyn Any>> {
        let message = self.saved.get()?.borrow_mut().take_back(filed.tag, filed.arrival)?;
        host::with(|host| host.map(|host| self.has_taken(host, filed.arrival)));
        Some(Box::new(message))
    }

    fn settle(&self) {
        Self::settle(self);
    }
}

/// What lies in the cell of a process: its mailbox, which stays over restarts, and what it begins with.
struct Seat<M: Receivable> {
    mailbox: Rc<Mailbox<M>>,
    start: Option<ProcessStart<M>>,
}

impl<M: Receivable> Body for Seat<M> {
    type Message = M;
    const STOPS_AT_ONCE: bool = true;
    const IS_PROCESS: bool = true;

    #[inline]
    fn deliver<'a>(&'a mut self, message: M, _me: Target) -> Handled<'a> {
        Handled(Outcome::Received(self.mailbox.arrive(message)))
    }

    fn start<'a>(&'a mut self, me: Target) -> Handled<'a> {
        let start = self.start.take().expect("a process begins once in each life");
        let seat = host::with(|host| Some((host?.shard_id, host?.cell(me)?.place())));
        let seat = seat.expect("a process begins in its cell");
        let process = Process { cx: Context::new(me), mailbox: self.mailbox.clone(), seat };
        (start.begin)(process)
    }

    fn hear<'a>(&'a mut self, news: News, _me: Target) -> Handled<'a> {
        let receiving = &self.mailbox.receiving;
        match news {
            News::Down(down) => receiving.hear_down(down),
            News::Exit(exit) => receiving.hear_exit(exit),
            News::Started | News::Timer(_) | News::Value(_) => {
                unreachable!("a process goes on with answers itself, and keeps no children")
            }
        }
        let is_wanted = receiving.rouse();
        Handled(Outcome::Received(if is_wanted { Receipt::Wanted } else { Receipt::Filed }))
    }

    fn mailbox(&self) -> Option<Rc<dyn AnyMailbox>> {
        Some(self.mailbox.clone())
    }
}

/// A process that was not yet begun: what the `fn` with `#[process]` gives, for `spawn` and its like to take.
#[must_use = "a process does nothing until it is spawned"]
pub struct ProcessStart<M: Receivable> {
    begin: Box<dyn FnOnce(Process<M>) -> Handled<'static>>,
}

impl<M: Receivable> fmt::Debug for ProcessStart<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProcessStart<{}>", short_name(type_name::<M>()))
    }
}

/// A process that runs `body`: what `#[process]` makes of a `fn`.
pub fn process<M, R, F>(body: F) -> ProcessStart<M>
where
    M: Receivable,
    R: IntoEnd + 'static,
    F: AsyncFnOnce(&mut Process<M>) -> R + 'static,
{
    let begin = |mut process: Process<M>| {
        let run = async move {
            let output = body(&mut process).await;
            process.ends_message();
            output.into_end()
        };
        later(run, |flow| flow)
    };
    ProcessStart { begin: Box::new(begin) }
}

/// What a process may return: `()`, or `Result<(), E>` whose `Err` is why it ended.
#[diagnostic::on_unimplemented(
    message = "a process cannot return `{Self}`",
    label = "not `()` or `Result<(), E>`",
    note = "return `()` or `Result<(), E>`, and tell the value to who wants it"
)]
pub trait IntoEnd {
    /// The flow it means, which ends the process.
    fn into_end(self) -> Flow;
}

impl IntoEnd for () {
    fn into_end(self) -> Flow {
        Flow::stop()
    }
}

impl<E> IntoEnd for Result<(), E>
where
    E: Into<Box<dyn Error + Send + Sync>> + 'static,
{
    fn into_end(self) -> Flow {
        let flow = self.into_flow();
        if flow.goes_on() { Flow::stop() } else { flow }
    }
}

impl<M: Receivable> Spawn for ProcessStart<M> {
    type Protocol = M;

    fn begin(self) -> Address {
        host::with(|host| {
            let host = host.expect("a process begins on a shard");
            let seat = Seat { mailbox: Rc::default(), start: Some(self) };
            let mailbox = seat.mailbox.clone();
            let (me, _) = host.settle(&M::PROCESS.0, STARTING, seat);
            begun(&mailbox, me)
        })
    }

    fn begin_child(keeper: Keeper) -> Address {
        host::with(|host| {
            let host = host.expect("a process begins on a shard");
            let seat = Seat { mailbox: Rc::default(), start: None };
            let mailbox = seat.mailbox.clone();
            let (me, cell) = host.settle(&M::PROCESS.0, STARTING | EMPTY, seat);
            cell.with_extras(|extras| extras.keeper = Some(Box::new(keeper)));
            begun(&mailbox, me)
        })
    }

    fn fill(self, me: Address) {
        host::with(|host| {
            let host = host.expect("a child is made on its shard");
            let mut start = Some(self);
            if let Some(cell) = host.cell(me.target()).filter(|cell| cell.word.has(EMPTY)) {
                cell.with_body(&M::PROCESS.0, |seat| seat.start = start.take());
                cell.word.clear(EMPTY);
            }
            host.let_go(start);
        });
    }
}

/// Has a process start in its turn.
fn begun<M: Receivable>(mailbox: &Mailbox<M>, me: Address) -> Address {
    mailbox.receiving.me.set(me.target());
    host::send(host::signals(), me, Signal::Start);
    tracing::trace!(target: "callboard", actor = %me, kind = type_name::<M>(), "start");
    me
}
