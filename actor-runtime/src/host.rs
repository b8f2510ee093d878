//! UNSAFE. What a handler may ask of the shard it runs on, and how it finds it.
//!
//! A shard's [`Host`] is reached through a thread-local for as long as the shard turns. The write cursor of
//! the shard's own queue lies in the thread-local itself, so a tell to an actor of the same shard touches
//! neither the host nor the target.
//!
//! Before me: `ActorRef::tell`, `Reply::answer`. After me: the shard's turn takes the record off its queue,
//! outbox or injector.
//!
//! Invariants:
//!
//! 1. `HERE.host` is set only by [`enter`], for the time of one call, and put back when the call ends or
//!    unwinds; so a host found there outlives whoever looks.
//! 2. The thread-local has nothing to drop, so it is there in every destructor (U10).
//! 3. Another thread has the address of `HERE.shard_id` only inside a [`Detour`] of [`Watched`], uses it under
//!    the lock it lies under, and [`watched_by`] takes it back before the thread can end.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Once, mpsc};
use std::task::Waker;
use std::time::Instant;

use tokio::sync::oneshot;
use tokio::task;

use crate::address::{Address, ShardId, Target};
use crate::bonds::Bonds;
use crate::cell::aide::Aide;
use crate::cell::cells::Cells;
use crate::cell::keeper::{Order, Report};
use crate::cell::status::{AIDE, BACKLOG, KILLED, LEAVING, LISTENS, SHARED, STARTING, WOKEN};
use crate::cell::task::{FutureStock, Polled, Task, Wakes};
use crate::cell::{Body, CellRef, CellType, Place, Starter, TypeOf, stamp_of_deadline};
use crate::config;
use crate::cycle::{AskCycle, Waits};
use crate::error::{AskError, RegisterError};
use crate::event::{Event, Kept, Publisher, Topic};
use crate::exit::{Drained, ExitReason, Panic};
use crate::mailbox::Seeker;
use crate::message::MessageField;
use crate::record::{
    Class, Cursor, Delivery, Departure, Letter, Loose, Parcel, RecordQueue, Stock, forget_payload,
    record_size,
};
use crate::registry::{Claim, Registry};
use crate::route::{self, Crossing, Question, Standing, Word};
use crate::stats::{Counters, DeadReason};
use crate::threads::BlockingThreads;
use crate::timer::{Alarms, Timers};
use crate::watch::{Detour, Watched};

struct Here {
    /// Where the shard's own queue goes on.
    cursor: Cursor,
    /// The shard that turns here, as bits. The watchdog may write that of no shard, from which sends find the
    /// way back: see [`Detour`].
    shard_id: AtomicU64,
    host: Cell<Option<&'static Host>>,
    /// The shard of the actor whose code runs here, be it on a thread of its own.
    lives_on: Cell<ShardId>,
    /// What asks end with whose `Reply` is dropped now.
    dropped_ask: Cell<AskError>,
    /// Whether what unwinds here is the function of a blocking process that ends, and no panic.
    leaves: Cell<bool>,
    /// Who outside all shards asked for an event on this thread last: that task, or the thread itself.
    listener: Cell<Option<Option<task::Id>>>,
}

thread_local! {
    /// The blocking actor whose code runs on this thread.
    static HOME: RefCell<Option<Arc<Home>>> = const { RefCell::new(None) };
}

thread_local! {
    /// What a call of [`noting_panic`] on this thread has panicked with; the outer none while there is no such call.
    static NOTED: RefCell<Option<Option<Panic>>> = const { RefCell::new(None) };
}

thread_local! {
    static HERE: Here = const {
        Here {
            cursor: Cursor::new(),
            shard_id: AtomicU64::new(ShardId::OUTSIDE.to_bits()),
            host: Cell::new(None),
            lives_on: Cell::new(ShardId::OUTSIDE),
            dropped_ask: Cell::new(AskError::NoReply),
            leaves: Cell::new(false),
            listener: Cell::new(None),
        }
    };
}

/// The thread's own. Only the address is found under `with`, so that this is one instruction wherever it is
/// used, with nothing passed by way of memory.
#[inline(always)]
fn here<'t>() -> &'t Here {
    let here = HERE.with(std::ptr::from_ref);
    // SAFETY: invariant 2: it lives as long as the thread, and a reference to it cannot leave the thread.
    unsafe { &*here }
}

/// Sends a message; never fails, never waits (D10).
///
/// From a shard to itself it costs some nanoseconds; to another shard it goes by an outbox at the
/// end of the turn; from any other thread it goes by the shard's injector.
#[inline(always)]
pub(crate) fn send<M: MessageField>(delivery: Delivery<M>, to: Address, message: M) {
    let (here, bytes) = (here(), const { record_size::<M>() });
    if here.shard_id() == to.shard_id() {
        if here.cursor.has_room(bytes) {
            return here.cursor.append(delivery, to.target(), message, more);
        }
    } else if let Some((outbox, stock)) = here.outbox(to.shard_id())
        && outbox.open.has_room(bytes)
    {
        return outbox.open.cursor().append(delivery, to.target(), message, || stock.take());
    }
    send_away(Away { delivery, to, message });
}

/// The same for what mostly stays on its shard: all else costs a call, and saves it the registers.
#[inline(always)]
pub(crate) fn send_near<M: MessageField>(delivery: Delivery<M>, to: Address, message: M) {
    let (here, bytes) = (here(), const { record_size::<M>() });
    if here.shard_id() == to.shard_id() && here.cursor.has_room(bytes) {
        return here.cursor.append(delivery, to.target(), message, more);
    }
    send_away(Away { delivery, to, message });
}

impl Here {
    #[inline(always)]
    fn shard_id(&self) -> ShardId {
        // Ordering: a detour that is seen late is taken late.
        ShardId::from_bits(self.shard_id.load(Ordering::Relaxed))
    }

    fn set_shard_id(&self, shard_id: ShardId) {
        // Ordering: as above.
        self.shard_id.store(shard_id.to_bits(), Ordering::Relaxed);
    }

    /// The outbox toward another shard of this one's system.
    #[inline(always)]
    fn outbox(&self, to: ShardId) -> Option<(&'static Outbox, &'static Stock)> {
        let host = self.host.get().filter(|_| self.shard_id().node() == to.node())?;
        Some((host.outboxes.get(to.shard() as usize)?, &host.stock))
    }
}

/// A message that cannot go the short way. It is made only off the fast path, where the message then exists
/// nowhere but in its record: a value whose address is passed on must first be written somewhere.
struct Away<M> {
    delivery: Delivery<M>,
    to: Address,
    message: M,
}

/// A block for the shard's own queue.
#[cold]
fn more() -> crate::record::Block {
    with(|host| host.expect("a thread with a shard_id has a host").stock.take())
}

/// Sends a message to another shard, or where the present block has no room.
#[inline(never)]
fn send_away<M: MessageField>(away: Away<M>) {
    let (here, Away { delivery, to, message }) = (here(), away);
    let shard_id = to.shard_id();
    let Some(host) = here.host.get() else { return send_outside(delivery, to, message) };
    if here.shard_id() != host.shard_id {
        return send_by_detour(here, host, delivery, to, message);
    }
    if host.shard_id == shard_id {
        return here.cursor.append(delivery, to.target(), message, more);
    }
    if host.shard_id.node() != shard_id.node() {
        return depart(Some(host), delivery, to, message);
    }
    match host.outboxes.get(shard_id.shard() as usize) {
        Some(outbox) => outbox.append(delivery, to.target(), message, host),
        None => host.lose(delivery, to, message),
    }
}

/// Sends a message to another node: from a shard, or from a plain thread.
// A system of this process that this one is not connected to is no node of its: there the address is nobody's.
#[cold]
#[inline(never)]
fn depart<M: MessageField>(host: Option<&Host>, delivery: Delivery<M>, to: Address, message: M) {
    let home = host.map(|host| host.shard_id.node());
    let standing = route::standing(to.shard_id().node(), home).unwrap_or(Standing::Gone);
    let mut message = Some(message);
    let signal = (&mut message as &mut dyn Any).downcast_mut::<Option<Signal>>();
    if let Some(signal) = signal.and_then(Option::take) {
        return signal_away(&standing, to, signal);
    }
    let Some(message) = message else { return };
    let (reason, error) = match (standing, delivery.leave()) {
        (Standing::Connected(carrier), Some(leave)) => {
            return leave(message, Departure::new(to, delivery.letter(), &*carrier));
        }
        (Standing::Connected(_), None) => (DeadReason::NotRemote, AskError::NoProc),
        (Standing::Gone, _) => (DeadReason::NoProc, AskError::NoProc),
        (Standing::Lost, _) => (DeadReason::NodeDown, AskError::NoConnection),
    };
    let letter = delivery.letter();
    lost_away(host, reason, to, letter);
    let class = letter.class();
    debug_assert!(class != Class::Answer, "who asked from another node is answered at this one");
    match host {
        Some(host) => dropping_asks(error, || host.let_go(message)),
        None => dropping_asks(error, || drop(message)),
    }
}

/// Counts a message that did not leave, and says so.
fn lost_away(host: Option<&Host>, reason: DeadReason, to: Address, letter: &'static Letter) {
    if letter.class() != Class::Message {
        return;
    }
    match host {
        Some(host) => host.dead_letter(reason, to, letter),
        // The home of that node counts it.
        None => {
            if let Some(route) = route::find(to.shard_id().node()) {
                let count = move || {
                    with(|host| host.map(|host| host.dead_letter(reason, to, letter)));
                };
                route.say(to.shard_id().shard(), Word::Call(Box::new(count)));
            }
        }
    }
}

/// A message was not written into the connection.
pub(crate) fn not_departed(departure: Departure<'_>, reason: DeadReason) {
    with(|host| lost_away(host, reason, departure.to(), departure.letter()));
}

/// Sends a word of the runtime to an actor of another node. Where there is no connection, who waits for an answer
/// is told.
fn signal_away(standing: &Standing, to: Address, signal: Signal) {
    let carrier = match standing {
        Standing::Connected(carrier) => carrier,
        Standing::Gone => return unheard_away(to, signal, ExitReason::NoProc),
        Standing::Lost => return unheard_away(to, signal, ExitReason::NoConnection),
    };
    carrier.signal(
        to,
        match signal {
            Signal::Demonitor(from, number) => Crossing::Demonitor(from, number),
            Signal::Drain(nanos, tell) => return carrier.ask(to, Question::Drain(nanos, tell)),
            Signal::IsAlive(tell) => return carrier.ask(to, Question::IsAlive(tell)),
            Signal::Wait(tell) => return carrier.ask(to, Question::Wait(tell)),
            Signal::Down(monitor, Said { from: Some(actor), reason }, incarnation) => {
                Crossing::Down {
                    monitor,
                    actor,
                    reason,
                    incarnation: incarnation.number,
                    restarting: incarnation.restarting,
                }
            }
            Signal::Exit(Said { from, reason }) => Crossing::Exit(from, reason),
            Signal::Link(from) => Crossing::Link(from),
            Signal::LinkDown(Said { from: Some(from), reason }) => Crossing::LinkDown(from, reason),
            Signal::Monitor(from, number) => Crossing::Monitor(from, number),
            Signal::Stop => Crossing::Stop,
            Signal::Unlink(from, number) => Crossing::Unlink(from, number),
            Signal::Unlinked(from, number) => Crossing::Unlinked(from, number),
            // The others are for actors of one node.
            signal => return drop(signal),
        },
    );
}

/// A word to an actor of a node to which there is no connection.
fn unheard_away(actor: Address, signal: Signal, reason: ExitReason) {
    let error = match reason {
        ExitReason::NoConnection => AskError::NoConnection,
        _ => AskError::NoProc,
    };
    let said = Said { from: Some(actor), reason };
    match signal {
        Signal::Link(from) => send(signals(), from, Signal::LinkDown(said)),
        Signal::Monitor(from, number) => {
            send(signals(), from, Signal::Down(number, said, Incarnation::ONLY));
        }
        Signal::Unlink(from, number) => send(signals(), from, Signal::Unlinked(actor, number)),
        Signal::Drain(nanos, tell) => Question::Drain(nanos, tell).fail(said.reason),
        Signal::Wait(tell) => Question::Wait(tell).fail(said.reason),
        signal => dropping_asks(error, || drop(signal)),
    }
}

/// Ends an ask without an answer.
pub(crate) fn fail(ask: Address, error: AskError) {
    send(signals(), ask, Signal::Fail(error));
}

/// An actor of another node says this to one of this system. What acts on that one by the other's will goes to those
/// alone that other nodes see; what tells of a bond finds that bond, or nobody.
pub(crate) fn arrives(to: Address, crossing: Crossing, visible: &Visible, may_end: bool) {
    let said = |from, reason| Said { from, reason };
    let foreign = |says| {
        let visible = visible.clone();
        send(signals(), to, Signal::Foreign(Box::new(Foreign { visible, may_end, says })));
    };
    let signal = match crossing {
        Crossing::Demonitor(from, number) => Signal::Demonitor(from, number),
        Crossing::Down { monitor, actor, reason, incarnation: number, restarting } => {
            Signal::Down(monitor, said(Some(actor), reason), Incarnation { number, restarting })
        }
        Crossing::Exit(from, reason) => {
            return foreign(Says::Signal(Signal::Exit(said(from, reason))));
        }
        Crossing::Kill => return foreign(Says::Kill),
        Crossing::Link(from) => return foreign(Says::Signal(Signal::Link(from))),
        Crossing::LinkDown(from, reason) => Signal::LinkDown(said(Some(from), reason)),
        Crossing::Monitor(from, number) => {
            return foreign(Says::Signal(Signal::Monitor(from, number)));
        }
        Crossing::Stop => return foreign(Says::Signal(Signal::Stop)),
        Crossing::StopNow => return foreign(Says::StopNow),
        Crossing::Unlink(from, number) => Signal::Unlink(from, number),
        Crossing::Unlinked(from, number) => Signal::Unlinked(from, number),
    };
    send(signals(), to, signal);
}

/// Sends a message from a shard that does not send as ever: its watchdog has cut an actor off, and what that
/// one sends is discarded, but for what the runtime has to say for it; or a listener for events is polled; or the
/// system looks for cycles of asks, and is to know what is answered when it is.
#[cold]
#[inline(never)]
fn send_by_detour<M: MessageField>(
    here: &Here,
    host: &Host,
    delivery: Delivery<M>,
    to: Address,
    message: M,
) {
    let signal = (&message as &dyn Any).downcast_ref::<Signal>();
    if !begin_detour(host, delivery.letter(), to, signal) {
        return discard(host, delivery, to, message);
    }
    here.set_shard_id(host.shard_id);
    let listens = host.listens.get();
    let delivery = if listens { delivery.quiet() } else { delivery };
    send_away(Away { delivery, to, message });
    if listens || host.watched.is_in_cut() {
        here.set_shard_id(ShardId::OUTSIDE);
    } else {
        end_detour(here, host);
    }
}

/// What is to be done before a message is sent off the fast path. Answers whether it is sent at all.
fn begin_detour(
    host: &Host,
    letter: &'static Letter,
    to: Address,
    signal: Option<&Signal>,
) -> bool {
    if host.watched.is_in_cut() && signal.is_none_or(Signal::is_of_an_actor) {
        return false;
    }
    if let Some(waits) = &host.waits
        && (letter.class() == Class::Answer || matches!(signal, Some(Signal::Fail(_))))
    {
        waits.close(to);
    }
    true
}

/// Discards what an actor sends that has been ended in the midst of a call.
fn discard<M: MessageField>(host: &Host, delivery: Delivery<M>, to: Address, message: M) {
    discarded(host, delivery.letter(), to);
    dropping_asks(AskError::Stopped, || host.let_go(message));
}

/// Tells who is to know that a message is discarded.
fn discarded(host: &Host, letter: &'static Letter, to: Address) {
    match letter.class() {
        Class::Answer => send(signals(), to, Signal::Fail(AskError::Stopped)),
        Class::Message => host.dead_letter(DeadReason::Stopped, to, letter),
        Class::Signal => {}
    }
    if letter.mark().is_placed() {
        send(signals(), to, Signal::GiveBack);
    }
}

/// Puts the thread's sends back on the fast path, where its system has one.
fn end_detour(here: &Here, host: &Host) {
    here.set_shard_id(host.sends_as);
}

/// The way to one thread's sends.
struct SendsOf(NonNull<AtomicU64>);

// SAFETY: what it points to is an atomic, which any thread may write while it is there (invariant 3).
unsafe impl Send for SendsOf {}

impl Detour for SendsOf {
    fn begin(&self) {
        // SAFETY: invariant 3.
        let shard_id = unsafe { self.0.as_ref() };
        // Ordering: as in `send`.
        shard_id.store(ShardId::OUTSIDE.to_bits(), Ordering::Relaxed);
    }
}

/// Runs `call`, in which the watchdog reaches this thread's sends.
pub(crate) fn watched_by<R>(watched: &Watched, call: impl FnOnce() -> R) -> R {
    struct TakeBack<'w>(&'w Watched);
    impl Drop for TakeBack<'_> {
        fn drop(&mut self) {
            self.0.set_detour(None);
        }
    }
    let sends = SendsOf(NonNull::from(&here().shard_id));
    let _take_back = TakeBack(watched);
    watched.set_detour(Some(Box::new(sends)));
    call()
}

/// Sends a message from a thread that is no shard.
#[cold]
#[inline(never)]
fn send_outside<M: MessageField>(delivery: Delivery<M>, to: Address, message: M) {
    if let Some(home) = home() {
        return home.send(delivery, to, message);
    }
    let shard_id = to.shard_id();
    let listens = here().listener.get().is_some_and(|listener| listener == task::try_id());
    let delivery = if listens { delivery.quiet() } else { delivery };
    match route::find(shard_id.node()) {
        Some(route) if route.is_other() => depart(None, delivery, to, message),
        Some(route) => {
            route.say(shard_id.shard(), Word::Record(Loose::new(delivery, to.target(), message)));
        }
        None => dropping_asks(AskError::NoProc, || drop(message)),
    }
}

/// Where a blocking actor lives, for the thread that makes one call of its code.
///
/// What the thread says goes by way of the actor's shard, in order with what that says for the actor; unless
/// nobody wants it any more, because the actor was ended in the middle of the call.
pub(crate) struct Home {
    pub(crate) me: Address,
    shard: Arc<dyn Wakes>,
    threads: Arc<BlockingThreads>,
    is_left: Arc<AtomicBool>,
}

/// Says as it is dropped unasked that nobody wants what a call says.
pub(crate) struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        // Ordering: read on this same shard.
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Home {
    /// That of an actor of this shard.
    pub(crate) fn new(me: Target, threads: Arc<BlockingThreads>) -> Arc<Self> {
        with(|host| {
            let host = host.expect("a blocking actor is called from its shard");
            let (me, shard) = (host.address(me), host.home.clone());
            Arc::new(Self { me, shard, threads, is_left: Arc::default() })
        })
    }

    /// What says that the call is wanted, until it is dropped.
    pub(crate) fn wanted(&self) -> Wanted {
        Wanted(self.is_left.clone())
    }

    /// Runs code of the actor's on this thread.
    pub(crate) fn run<R>(self: &Arc<Self>, call: impl FnOnce() -> R) -> R {
        HOME.set(Some(self.clone()));
        here().lives_on.set(self.me.shard_id());
        let result = call();
        here().lives_on.set(ShardId::OUTSIDE);
        HOME.set(None);
        result
    }

    /// Has the shard make a call.
    pub(crate) fn say(&self, call: Call) {
        self.shard.call(call);
        self.threads.has_said();
    }

    fn send<M: MessageField>(&self, delivery: Delivery<M>, to: Address, message: M) {
        let is_left = self.is_left.clone();
        self.say(Box::new(move || {
            let signal = (&message as &dyn Any).downcast_ref::<Signal>();
            // Ordering: written on this same shard.
            if !is_left.load(Ordering::Relaxed) || !signal.is_none_or(Signal::is_of_an_actor) {
                return send(delivery, to, message);
            }
            with(|host| {
                let host = host.expect("a shard runs its calls in its turn");
                discard(host, delivery, to, message);
            });
        }));
    }

    /// Has the shard make a call, and waits for what it gives; none if the actor or its system has ended.
    fn ask<R: Send + 'static>(&self, call: impl FnOnce(&Host) -> R + Send + 'static) -> Option<R> {
        let (tell, told) = mpsc::channel();
        let is_left = self.is_left.clone();
        self.say(Box::new(move || {
            // Ordering: written on this same shard.
            if !is_left.load(Ordering::Relaxed) {
                // Who waits is there.
                with(|host| host.map(|host| tell.send(call(host))));
            }
        }));
        told.recv().ok()
    }
}

/// Where the actor lives whose code runs on this thread, if that is a blocking actor's.
pub(crate) fn home() -> Option<Arc<Home>> {
    HOME.try_with(|home| home.try_borrow().ok()?.clone()).ok().flatten()
}

/// Has the shard of the blocking actor whose code runs here do something for it, in its turn.
pub(crate) fn say_home(call: impl FnOnce(&Host, Target) + Send + 'static) {
    if let Some(home) = home() {
        let me = home.me.target();
        home.say(Box::new(move || {
            with(|host| call(host.expect("a shard runs its calls in its turn"), me));
        }));
    }
}

/// Does something on the shard of the actor whose code runs: at once, or, of a blocking actor, in a turn of its shard for
/// which this thread waits.
///
/// # Panics
///
/// On any other thread; and if the actor was ended meanwhile.
pub(crate) fn at_home<R: Send + 'static>(call: impl FnOnce(&Host) -> R + Send + 'static) -> R {
    let is_here = with(|host| host.is_some());
    match home().filter(|_| !is_here) {
        Some(home) => home.ask(call).expect("the actor has not ended"),
        None => with(|host| call(host.expect("a context stays on its shard"))),
    }
}

/// The address of an actor of the shard whose actors' code runs here.
#[inline(always)]
pub(crate) fn address_here(actor: Target) -> Address {
    Address::new(here().lives_on.get(), actor)
}

/// The actor whose code runs now, if one's does.
pub(crate) fn running() -> Option<Address> {
    with(|host| host.and_then(Host::running)).or_else(|| Some(home()?.me))
}

/// Runs `drops`, in which a dropped `Reply` ends its ask with `error` rather than `NoReply`.
pub(crate) fn dropping_asks<R>(error: AskError, drops: impl FnOnce() -> R) -> R {
    struct PutBack(AskError);
    impl Drop for PutBack {
        fn drop(&mut self) {
            here().dropped_ask.set(self.0);
        }
    }
    let _put_back = PutBack(here().dropped_ask.replace(error));
    drops()
}

/// What the ask of a `Reply` that is dropped now ends with.
pub(crate) fn dropped_ask() -> AskError {
    let here = here();
    if std::thread::panicking() && !here.leaves.get() {
        return AskError::Crashed;
    }
    here.dropped_ask.get()
}

/// The host of the shard that turns on this thread, if one does.
#[inline]
pub(crate) fn with<R>(call: impl FnOnce(Option<&Host>) -> R) -> R {
    call(here().host.get())
}

/// Works on the cell at a place of the shard with this id, if that turns on this thread and sends as ever.
#[inline(always)]
pub(crate) fn at_place<R>(
    shard_id: ShardId,
    place: Place,
    call: impl FnOnce(CellRef<'_>) -> R,
) -> Option<R> {
    if here().shard_id() != shard_id {
        return None;
    }
    // SAFETY: a shard's id is here only while it turns, and then its cells are there (invariant 1). No two shards have one
    // id, so the place is one of these cells.
    Some(call(unsafe { CellRef::at_place(place) }))
}

/// Says that whoever runs now listens to events: what cannot be delivered of what it sends is counted, but is
/// no event, or it would hear of its own words for ever (DL2). An actor does so from then on; outside, it is
/// the task or the plain thread that listened last on this thread.
pub(crate) fn listens() {
    let here = here();
    match here.host.get() {
        Some(host) => {
            if let Some(cell) = host.cell(host.watched.actor()) {
                cell.word.set(LISTENS);
            }
            // A plain handler is a listener's from the next on: nothing would put the sends back after this one.
            if host.polled().is_some() {
                host.begin_quiet();
            }
        }
        None => here.listener.set(Some(task::try_id())),
    }
}

/// Runs a test of a subscriber's: what it sends in vain is only counted. `call` does not panic.
pub(crate) fn quietly(call: impl FnOnce()) {
    let here = here();
    match here.host.get() {
        Some(host) if host.listens.get() => call(),
        Some(host) => {
            host.begin_quiet();
            call();
            host.end_quiet();
        }
        None => {
            let before = here.listener.replace(Some(task::try_id()));
            call();
            here.listener.set(before);
        }
    }
}

/// Runs `call` as this host's shard. `cursor` is that of the shard's own queue, which for the time of the
/// call is the one given to `call`.
pub(crate) fn enter<R>(host: &Host, cursor: &Cursor, call: impl FnOnce(&Cursor) -> R) -> R {
    struct Leave<'c>(&'c Cursor, ShardId, ShardId, Option<&'static Host>);
    impl Drop for Leave<'_> {
        fn drop(&mut self) {
            let here = here();
            here.cursor.swap(self.0);
            here.set_shard_id(self.1);
            here.lives_on.set(self.2);
            here.host.set(self.3);
        }
    }
    let here = here();
    here.cursor.swap(cursor);
    // A detour that begins in between is lost; then the shard was between two calls.
    let shard_id = here.shard_id();
    end_detour(here, host);
    // SAFETY: invariant 1: `Leave` takes the reference back before `host` can end.
    let host = unsafe { std::mem::transmute::<&Host, &'static Host>(host) };
    let lives_on = here.lives_on.replace(host.shard_id);
    let _leave = Leave(cursor, shard_id, lives_on, here.host.replace(Some(host)));
    call(&here.cursor)
}

/// What the runtime says to a cell, as a record.
#[derive(Debug)]
pub(crate) enum Signal {
    /// Whoever asked has given the ask up.
    Abandon,
    /// Have this name, or be in this group.
    /// The actor's state has changed: what was held for it is to be looked at.
    Changed,
    Claim(Box<Claimed>),
    /// This actor's monitor of this number is taken off.
    Demonitor(Address, u64),
    /// Your monitor of this number has fired.
    Down(u64, Said, Incarnation),
    /// End after what was sent before, and say how it went; at once after so many nanoseconds.
    Drain(u64, oneshot::Sender<Drained>),
    /// An actor wants you to end.
    Exit(Said),
    /// There will be no answer, and why.
    Fail(AskError),
    /// An actor of another node says this.
    Foreign(Box<Foreign>),
    /// A place in the mailbox that was promised is not needed.
    GiveBack,
    /// The answer to this ask is there, with which the actor goes on.
    GoOn(Target),
    /// Say that you live.
    IsAlive(oneshot::Sender<bool>),
    /// This actor has linked to you.
    Link(Address),
    /// The actor to which you are linked has ended.
    LinkDown(Said),
    /// Say how much you have to do.
    Load(Arc<Load>),
    /// Say how many messages wait.
    MailboxLen(oneshot::Sender<u64>),
    /// This actor's monitor of this number watches you.
    Monitor(Address, u64),
    /// Give a place in the mailbox, once there is one.
    Reserve(Sought),
    /// End, with the system, after what was sent before.
    Shutdown,
    /// What the supervisor wants of its child.
    Order(Order),
    /// A child tells its supervisor of itself.
    Report(Report),
    /// Take the next item of this aide.
    Item(Target),
    /// Run the start hook, or make the state.
    Start,
    /// End after what was sent before.
    Stop,
    /// Say whether you take these messages.
    Takes(Box<Takes>),
    /// This actor has unlinked from you, by the unlink of this number.
    Unlink(Address, u64),
    /// This actor has heard of your unlink of this number.
    Unlinked(Address, u64),
    /// Say why you ended, once you have.
    Wait(oneshot::Sender<ExitReason>),
    /// Say who keeps your workers, if you are a pool.
    Workers(oneshot::Sender<Option<Address>>),
}

/// How much an actor has to do, as its shard said last: messages that wait, and the one it is at.
#[derive(Debug, Default)]
pub(crate) struct Load {
    messages: AtomicU64,
    /// Whether its shard is to say it.
    is_asked: AtomicBool,
}

impl Load {
    /// Asks the actor's shard to say it. Nobody is to ask again before it has.
    pub(crate) fn ask(this: &Arc<Self>, actor: Address) {
        // Ordering: the record that carries it there orders this before the answer.
        this.is_asked.store(true, Ordering::Relaxed);
        send(signals(), actor, Signal::Load(this.clone()));
    }

    /// The shard says it.
    pub(crate) fn say(&self, messages: u64) {
        // Ordering: the next store publishes it.
        self.messages.store(messages, Ordering::Relaxed);
        // Ordering: pairs with the load in `told`.
        self.is_asked.store(false, Ordering::Release);
    }

    /// What was said, unless it is still to be.
    pub(crate) fn told(&self) -> Option<u64> {
        // Ordering: pairs with the store in `say`.
        let is_told = !self.is_asked.load(Ordering::Acquire);
        // Ordering: seen by the load before.
        is_told.then(|| self.messages.load(Ordering::Relaxed))
    }
}

/// Whether a child begins again as soon as its supervisor has heard of its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// The turn waits for no such thing.
    No,
    /// This child may, if it is told to.
    May(Target),
    /// This child was told to.
    Does(Target),
}

/// Which life of an actor has ended, and whether another follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incarnation {
    pub(crate) number: u64,
    pub(crate) restarting: bool,
}

impl Incarnation {
    /// That of an actor that nobody restarts, or of which nothing is known.
    pub(crate) const ONLY: Self = Self { number: 1, restarting: false };
}

/// A name or a membership for an actor.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) claim: Claim,
    /// Of messages to the type of the reference that the actor was claimed for by.
    pub(crate) letter: &'static Letter,
    /// Who is told how it went.
    pub(crate) tell: oneshot::Sender<Result<(), RegisterError>>,
}

/// Which actors other nodes see: those that take messages with one of these letters.
pub(crate) type Visible = Arc<[&'static Letter]>;

/// What an actor of another node says to one of this.
#[derive(Debug)]
pub(crate) struct Foreign {
    pub(crate) visible: Visible,
    /// Whether it may end actors of this node: what a link would be that it makes.
    pub(crate) may_end: bool,
    pub(crate) says: Says,
}

/// What it says.
#[derive(Debug)]
pub(crate) enum Says {
    /// End at once.
    Kill,
    Signal(Signal),
    /// End after the present message.
    StopNow,
}

/// A question whether an actor takes messages of a type.
pub(crate) struct Takes {
    /// Of such messages.
    pub(crate) letter: &'static Letter,
    /// Who is told.
    pub(crate) tell: Box<dyn FnOnce(bool) + Send>,
}

impl fmt::Debug for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Takes({:?})", self.letter)
    }
}

/// What an actor, or nobody, says of an end.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) from: Option<Address>,
    pub(crate) reason: ExitReason,
}

impl Signal {
    /// Whether it is an actor's own word, and not the runtime's for it.
    const fn is_of_an_actor(&self) -> bool {
        match self {
            Self::Claim(_)
            | Self::Demonitor(..)
            | Self::Drain(..)
            | Self::Exit(_)
            | Self::IsAlive(_)
            | Self::Link(_)
            | Self::Load(_)
            | Self::MailboxLen(_)
            | Self::Monitor(..)
            | Self::Reserve(_)
            | Self::Stop
            | Self::Takes(_)
            | Self::Unlink(..)
            | Self::Wait(_)
            | Self::Workers(_) => true,
            Self::Abandon
            | Self::Changed
            | Self::Down(..)
            | Self::Fail(_)
            | Self::Foreign(_)
            | Self::GiveBack
            | Self::GoOn(_)
            | Self::Item(_)
            | Self::LinkDown(_)
            | Self::Order(_)
            | Self::Report(_)
            | Self::Shutdown
            | Self::Start
            | Self::Unlinked(..) => false,
        }
    }
}

/// A place that is sought. Dropped on the way, it ends the ask it is sought with.
#[derive(Debug)]
pub(crate) struct Sought(Option<Seeker>);

impl Sought {
    pub(crate) const fn new(seeker: Seeker) -> Self {
        Self(Some(seeker))
    }

    /// It has arrived.
    pub(crate) fn take(mut self) -> Option<Seeker> {
        self.0.take()
    }
}

impl Drop for Sought {
    fn drop(&mut self) {
        if let Some(seeker) = self.0.take() {
            send(signals(), seeker.from, Signal::Fail(dropped_ask()));
        }
    }
}

/// Stands in for the body that signals would be delivered to: the shard takes them itself.
struct Signals;

impl Body for Signals {
    type Message = Signal;

    fn deliver<'a>(&'a mut self, _signal: Signal, _me: Target) -> crate::cell::Handled<'a> {
        unreachable!("no cell has signals for its messages")
    }
}

static SIGNALS: TypeOf<Signals> =
    TypeOf::new::<Signal>(Class::Signal, crate::cell::Options::new(), false);

/// How signals travel.
pub(crate) const fn signals() -> Delivery<Signal> {
    SIGNALS.delivery()
}

/// The outbox toward one shard.
#[derive(Default)]
pub(crate) struct Outbox {
    /// Records of the present block.
    pub(crate) open: RecordQueue,
    /// Full blocks, older than those records.
    pub(crate) full: RefCell<VecDeque<Parcel>>,
}

impl Outbox {
    fn append<M: MessageField>(
        &self,
        delivery: Delivery<M>,
        target: Target,
        message: M,
        host: &Host,
    ) {
        if !self.open.has_room(const { record_size::<M>() }) {
            self.next_block(host);
        }
        self.open.cursor().append(delivery, target, message, || host.stock.take());
    }

    /// Puts the present block, if it holds records, with the full ones, and begins another.
    #[cold]
    #[inline(never)]
    fn next_block(&self, host: &Host) {
        if let Some(parcel) = self.open.take_parcel() {
            self.full.borrow_mut().push_back(parcel);
            host.filled.set(host.filled.get() + 1);
        }
        self.open.begin(|| host.stock.take());
    }
}

/// What a thread of the pool is to do.
pub(crate) type Call = Box<dyn FnOnce() + Send>;

/// What of a shard its actors use. Nothing here is borrowed while user code runs.
pub(crate) struct Host {
    pub(crate) shard_id: ShardId,
    /// The shard that sends compare with to go the short way: this one, or none.
    sends_as: ShardId,
    /// If the system looks for cycles of asks. Shared by all its shards.
    waits: Option<Arc<Waits>>,
    pub(crate) cells: Cells,
    pub(crate) stock: Stock,
    pub(crate) futures: FutureStock,
    pub(crate) counters: Arc<Counters>,
    /// Shared by all shards of the system.
    pub(crate) publisher: Arc<Publisher>,
    /// Shared likewise.
    pub(crate) registry: Arc<Registry>,
    pub(crate) watched: Arc<Watched>,
    pub(crate) outboxes: Box<[Outbox]>,
    /// Blocks that were filled in the outboxes since they were last flushed.
    pub(crate) filled: Cell<u32>,
    /// Where wakers of this shard's actors send their wakes.
    pub(crate) home: Arc<dyn Wakes>,
    /// The shard's time at the last look, in nanoseconds of its own clock.
    pub(crate) now: Cell<u64>,
    /// The same when the turn began.
    pub(crate) turn_began: Cell<u64>,
    /// The slice of actors whose type names none, in messages.
    pub(crate) slice_messages: Cell<u32>,
    /// The earliest deadline of an ask; never later than the true one. From `config::NEVER` on there is none.
    pub(crate) next_deadline: Cell<u64>,
    pub(crate) timers: Timers,
    pub(crate) alarms: Alarms,
    /// Where the shard's clock begins, and what looks at it: nanoseconds from there.
    epoch: Instant,
    clock: Box<dyn Fn() -> u64>,
    /// Has a thread of the pool make a call.
    call_aside: Box<dyn Fn(Call)>,
    /// For blocking actors. Shared by all shards of the system.
    pub(crate) threads: Arc<BlockingThreads>,
    /// The data of the waker of the actor that is polled now; null while none is.
    polled: Cell<*const ()>,
    /// Which actor is polled, or was last, and where it lies.
    last_polled: Cell<(Target, Option<Place>)>,
    /// Whom a handler that was polled has answered, to be polled next.
    pub(crate) answered: Cell<Option<Place>>,
    /// The number of the concurrent handler that was called last.
    pub(crate) beside: Cell<usize>,
    /// Whether a handler that is polled may do so.
    pub(crate) answers_at_once: Cell<bool>,
    /// Whether it listens to events.
    pub(crate) listens: Cell<bool>,
    /// Futures that run beside its actors, such as connections to other nodes.
    pub(crate) attendants: Cell<usize>,
    /// Actors to be polled soon.
    pub(crate) woken: RefCell<Vec<Target>>,
    /// The shortest slice that a type of actor here has asked for, in messages.
    pub(crate) least_slice: Cell<u32>,
    /// Actors that began here since it was last asked.
    pub(crate) begun: Cell<usize>,
    pub(crate) again: Cell<Again>,
    /// Actors to be ended soon, before what waits for them.
    pub(crate) ending: RefCell<Vec<Target>>,
    /// Ends of actors that are still to be told.
    pub(crate) obituaries: RefCell<VecDeque<Obituary>>,
    /// The last panic of user code, as the hook saw it.
    panic: RefCell<Option<Panic>>,
}

/// The end of an actor, and to whom it is to be told.
pub(crate) struct Obituary {
    pub(crate) actor: Address,
    pub(crate) reason: ExitReason,
    pub(crate) bonds: Bonds,
    pub(crate) incarnation: Incarnation,
    /// Whether the next incarnation begins once this is told.
    pub(crate) starts: bool,
}

impl Host {
    #[expect(clippy::too_many_arguments, reason = "its fields, called once")]
    pub(crate) fn new(
        shard_id: ShardId,
        shards: usize,
        home: Arc<dyn Wakes>,
        counters: Arc<Counters>,
        publisher: Arc<Publisher>,
        registry: Arc<Registry>,
        watched: Arc<Watched>,
        waits: Option<Arc<Waits>>,
        (epoch, clock): (Instant, Box<dyn Fn() -> u64>),
        call_aside: Box<dyn Fn(Call)>,
        threads: Arc<BlockingThreads>,
    ) -> Self {
        Self {
            shard_id,
            sends_as: if waits.is_some() { ShardId::OUTSIDE } else { shard_id },
            waits,
            cells: Cells::new(),
            stock: Stock::default(),
            futures: FutureStock::default(),
            counters,
            publisher,
            registry,
            watched,
            outboxes: (0..shards).map(|_| Outbox::default()).collect(),
            filled: Cell::new(0),
            home,
            now: Cell::new(0),
            turn_began: Cell::new(0),
            slice_messages: Cell::new(config::SLICE_MESSAGES),
            next_deadline: Cell::new(u64::MAX),
            timers: Timers::new(),
            alarms: Alarms::new(),
            epoch,
            clock,
            call_aside,
            threads,
            polled: Cell::new(std::ptr::null()),
            last_polled: Cell::new((Target::NOBODY, None)),
            answered: Cell::new(None),
            beside: Cell::new(0),
            answers_at_once: Cell::new(false),
            listens: Cell::new(false),
            attendants: Cell::new(0),
            woken: RefCell::default(),
            least_slice: Cell::new(u32::MAX),
            begun: Cell::new(0),
            again: Cell::new(Again::No),
            ending: RefCell::default(),
            obituaries: RefCell::default(),
            panic: RefCell::default(),
        }
    }

    pub(crate) fn address(&self, target: Target) -> Address {
        Address::new(self.shard_id, target)
    }

    /// The cell of an address of this shard, if that life of it goes on.
    #[inline]
    pub(crate) fn cell(&self, target: Target) -> Option<CellRef<'_>> {
        let cell = self.cells.at(target.slot())?;
        let alive = cell.word.generation() == target.generation() && cell.kind().is_some();
        alive.then_some(cell)
    }

    /// The same, of an actor: a reference that nobody gave out may name the cell of an ask.
    fn actor(&self, target: Target) -> Option<CellRef<'_>> {
        self.cell(target).filter(|cell| cell.kind().is_some_and(|kind| !kind.is_reply()))
    }

    /// What became of a life that is over: the last of its slot stopped; of others nothing is known.
    pub(crate) fn gone(&self, target: Target) -> AskError {
        let was_last = self.cells.at(target.slot()).is_some_and(|cell| {
            cell.kind().is_none() && cell.word.generation() == target.generation().wrapping_add(1)
        });
        if was_last { AskError::Stopped } else { AskError::NoProc }
    }

    /// Makes a body live in a cell, with this status.
    ///
    /// # Panics
    ///
    /// If the shard has no cell left: more than four billion.
    #[inline(always)]
    pub(crate) fn settle<B: Body>(
        &self,
        kind: &'static TypeOf<B>,
        status: u32,
        body: B,
    ) -> (Address, CellRef<'_>) {
        let free = self.cells.allocate(kind.erased()).expect("a shard has room for another cell");
        self.settle_in(free, kind, status, 0, body)
    }

    /// The same in a cell that is free, of this slot.
    #[inline(always)]
    pub(crate) fn settle_in<'h, B: Body>(
        &'h self,
        free: (u32, CellRef<'h>),
        kind: &'static TypeOf<B>,
        status: u32,
        stamp: i64,
        body: B,
    ) -> (Address, CellRef<'h>) {
        let kind: &'static CellType = kind.erased();
        let (address, cell) = self.take_cell(free, kind);
        cell.occupy(kind, status, stamp, body);
        (address, cell)
    }

    /// The same, of a body that is made later.
    pub(crate) fn settle_empty<B: Body>(
        &self,
        kind: &'static TypeOf<B>,
        status: u32,
    ) -> (Address, CellRef<'_>) {
        let kind: &'static CellType = kind.erased();
        let free = self.cells.allocate(kind).expect("a shard has room for another cell");
        let (address, cell) = self.take_cell(free, kind);
        cell.occupy_empty(kind, status);
        (address, cell)
    }

    #[inline(always)]
    fn take_cell<'h>(
        &self,
        (slot, cell): (u32, CellRef<'h>),
        kind: &'static CellType,
    ) -> (Address, CellRef<'h>) {
        let address = self.address(Target::new(slot, cell.word.generation()));
        if !kind.is_reply() {
            self.begun.set(self.begun.get() + 1);
            if kind.options.slice != 0 {
                self.least_slice.set(self.least_slice.get().min(kind.options.slice));
            }
        }
        (address, cell)
    }

    /// An actor is in this state from now on. What was held for another comes before all that waits.
    pub(crate) fn become_state(&self, me: Target, state: u8) {
        let Some(cell) = self.cell(me) else { return };
        let holds = cell.with_extras(|extras| {
            let machine = extras.machine.get_or_insert_default();
            let is_new = std::mem::replace(&mut machine.state, state) != state;
            machine.changed |= is_new && machine.records > 0;
            machine.changed
        });
        if holds {
            // From here on nothing overtakes it.
            cell.word.set(BACKLOG);
            send(signals(), self.address(me), Signal::Changed);
        }
    }

    /// Tells whoever waits for it how a start went.
    pub(crate) fn on_started(&self, address: Address, starter: Starter) {
        match self.cell(address.target()) {
            Some(cell) if cell.word.has(STARTING) => {
                cell.with_extras(|extras| extras.starter = Some(starter));
            }
            _ => starter(Ok(address)),
        }
    }

    /// A moment by the shard's clock.
    pub(crate) fn clock(&self, moment: Instant) -> u64 {
        config::nanos(moment.saturating_duration_since(self.epoch))
    }

    /// Looks at the clock, and tells asks and all the time.
    pub(crate) fn look(&self) -> u64 {
        let now = (self.clock)().max(self.now.get());
        self.now.set(now);
        now
    }

    /// The stamp of an ask that ends without its answer so many nanoseconds from now, at most
    /// [`NEVER`](crate::config::NEVER).
    #[inline(always)]
    pub(crate) fn deadline_in(&self, timeout_nanos: u64) -> i64 {
        let deadline = self.now.get() + timeout_nanos;
        if deadline < self.next_deadline.get() {
            self.next_deadline.set(deadline);
        }
        stamp_of_deadline(deadline)
    }

    /// Gives an actor of this shard an aide: `make` is told which, and makes its future. It is not polled yet.
    pub(crate) fn begin_aide(
        &self,
        owner: CellRef<'_>,
        aide: Aide,
        make: impl FnOnce(Target) -> Task<'static>,
    ) -> (Target, CellRef<'_>) {
        let handler = aide.handler();
        let (at, cell) = self.settle(Aide::TYPE, AIDE, aide);
        let aide = at.target();
        cell.employ(make(aide), aide, &self.home);
        owner.with_extras(|extras| extras.crew.get_or_insert_default().join(aide, handler));
        (aide, cell)
    }

    /// Whether a child begins again without an order: the turn waits for that.
    pub(crate) fn restarts_at_once(&self, child: Address) -> bool {
        let is_near = child.shard_id() == self.shard_id;
        let may = is_near && self.again.get() == Again::May(child.target());
        if may {
            self.again.set(Again::Does(child.target()));
        }
        may
    }

    /// Has an actor polled soon: once, however often it is woken until then.
    pub(crate) fn wake(&self, actor: Target) {
        if let Some(cell) = self.cell(actor).filter(|cell| !cell.word.has(WOKEN)) {
            cell.word.set(WOKEN);
            self.woken.borrow_mut().push(actor);
        }
    }

    /// The number of an actor's present incarnation.
    pub(crate) fn life(&self, target: Target) -> u64 {
        let life = self.cell(target).and_then(|cell| {
            cell.if_extras(|extras| extras.keeper.as_ref().map(|keeper| keeper.life)).flatten()
        });
        life.unwrap_or(1)
    }

    /// Has an actor end soon: after its present message, before those that wait.
    pub(crate) fn leave(&self, target: Target) {
        if let Some(cell) = self.actor(target) {
            cell.word.set(LEAVING);
            self.ending.borrow_mut().push(target);
        }
    }

    /// Has an actor end at once: its pending future is not polled again, or its present call is its last.
    pub(crate) fn kill(&self, target: Target) {
        if self.watched.actor() == target {
            self.watched.kill(target);
        }
        if let Some(cell) = self.actor(target) {
            cell.word.set(LEAVING | KILLED);
        }
        // One that is gone has its kill forgotten.
        self.ending.borrow_mut().push(target);
    }

    /// What an actor of this shard that was cut off sends is no longer discarded.
    pub(crate) fn end_detour(&self) {
        end_detour(here(), self);
    }

    /// From now on what is sent here is a listener's: off the fast path.
    pub(crate) fn begin_quiet(&self) {
        self.listens.set(true);
        here().set_shard_id(ShardId::OUTSIDE);
    }

    /// The listener's call is over. If it was cut off in it, what it still sends is discarded.
    pub(crate) fn end_quiet(&self) {
        self.listens.set(false);
        if !self.watched.is_in_cut() {
            self.end_detour();
        }
    }

    /// Gives an actor of this shard what is claimed for it, and marks its cell.
    pub(crate) fn claim(&self, claim: &Claim, target: Target) -> Result<(), RegisterError> {
        let cell = self.actor(target).ok_or(RegisterError::NoProc)?;
        let is_cut_off = || self.watched.cut() == target;
        self.registry.claim(claim, self.address(target), is_cut_off)?;
        cell.with_extras(|extras| extras.named = true);
        Ok(())
    }

    /// A message of this shard that has nowhere to go.
    fn lose<M: MessageField>(&self, delivery: Delivery<M>, to: Address, message: M) {
        if delivery.letter().class() == Class::Message {
            self.dead_letter(DeadReason::NoProc, to, delivery.letter());
        }
        dropping_asks(AskError::NoProc, || self.let_go(message));
    }

    /// The actor whose code runs now, if one's does.
    pub(crate) fn running(&self) -> Option<Address> {
        let actor = self.watched.actor();
        (!actor.is_nobody()).then(|| self.address(actor))
    }

    /// Counts the message that a handler was at as a dead letter, and says so.
    pub(crate) fn lose_in_flight(&self, receiver: Target, letter: &Letter, kept: Option<Kept>) {
        let (reason, receiver) = (DeadReason::InFlight, self.address(receiver));
        self.counters.dead_letter(reason);
        self.publisher.dead_letter(reason, receiver, letter, kept.as_ref());
        self.let_go(kept);
    }

    /// The cell of the actor whose code runs now, if one's does.
    pub(crate) fn running_cell(&self) -> Option<CellRef<'_>> {
        self.cell(self.watched.actor())
    }

    /// Counts a dead letter and says so.
    pub(crate) fn dead_letter(&self, reason: DeadReason, receiver: Address, letter: &Letter) {
        self.counters.dead_letter(reason);
        self.publisher.dead_letter(reason, receiver, letter, None);
    }

    /// Whether it is this actor that is polled now.
    #[inline]
    pub(crate) fn is_polled(&self, actor: Address) -> bool {
        self.shard_id == actor.shard_id() && self.polled() == Some(actor.target())
    }

    /// The actor that is polled now.
    #[inline]
    fn polled(&self) -> Option<Target> {
        (!self.polled.get().is_null()).then_some(self.last_polled.get().0)
    }

    /// Polls the pending future in this cell, if there is one, and answers how the poll ended; before it begins,
    /// `begins` is told whose it is, and says as whom it is polled.
    #[inline(always)]
    pub(crate) fn poll(
        &self,
        cell: CellRef<'_>,
        begins: impl FnOnce(Target) -> Target,
    ) -> Option<Polled> {
        // What is moved into it has no address, so it stays in registers.
        let polled = cell.poll(move |actor, waker| {
            let polled_as = begins(actor);
            self.last_polled.set((polled_as, Some(cell.place())));
            self.polled.set(waker);
        });
        // Polls are not nested: before this one, too, nobody was polled.
        self.polled.set(std::ptr::null());
        polled
    }

    /// The actor that was polled last.
    #[inline(always)]
    pub(crate) fn last_polled(&self) -> Target {
        self.last_polled.get().0
    }

    /// The actor that is polled now if this is its own waker, by which the answer to an ask polls it
    /// without one; else nobody.
    #[inline]
    pub(crate) fn owner(&self, waker: &Waker) -> Option<Place> {
        let is_own = std::ptr::eq(waker.data(), self.polled.get());
        if is_own { self.last_polled.get().1 } else { None }
    }

    /// The same, if nothing more is to be done before that actor may wait for `asked`: it is not that actor itself,
    /// and nobody looks for cycles.
    #[inline]
    pub(crate) fn asker_of(&self, asked: Address, waker: &Waker) -> Option<Place> {
        let asker = self.owner(waker)?;
        // With its own waker somebody is polled.
        let is_itself = self.last_polled() == asked.target() && self.shard_id == asked.shard_id();
        (!is_itself && self.waits.is_none()).then_some(asker)
    }

    /// Whether the system looks for cycles of asks.
    pub(crate) const fn looks_for_cycles(&self) -> bool {
        self.waits.is_some()
    }

    /// An ask whose answer comes to this cell is about to be sent to an actor.
    #[inline(always)]
    pub(crate) fn opens_ask(&self, ask: Address, of: Address) {
        if let Some(waits) = &self.waits {
            waits.open(ask, of);
        }
    }

    /// Another actor than the one that was asked is to answer.
    #[inline(always)]
    pub(crate) fn moves_ask(&self, ask: Address, to: Address) {
        if let Some(waits) = &self.waits {
            waits.move_on(ask, to);
        }
    }

    /// The actor that is polled now begins to await an ask; the cycle that this would close.
    #[inline(always)]
    pub(crate) fn awaits_ask(&self, ask: Target) -> Option<AskCycle> {
        self.waits.as_ref().and_then(|waits| self.awaits_ask_in(waits, ask))
    }

    #[cold]
    #[inline(never)]
    fn awaits_ask_in(&self, waits: &Waits, ask: Target) -> Option<AskCycle> {
        let asker = self.polled()?;
        // One with concurrent handlers goes on meanwhile, and may well answer who asks it.
        let cell = self.cell(asker).filter(|cell| !cell.word.has(SHARED))?;
        let kind = cell.kind()?;
        waits.await_(self.address(ask), (kind.name(), self.address(asker)))
    }

    /// An ask has ended.
    #[inline(always)]
    pub(crate) fn closes_ask(&self, ask: Target) {
        if let Some(waits) = &self.waits {
            waits.close(self.address(ask));
        }
    }

    /// The cell at a place of this shard.
    ///
    /// # Panics
    ///
    /// If `shard_id`, whose the place is, is that of another shard.
    #[inline(always)]
    pub(crate) fn at_place(&self, shard_id: ShardId, place: Place) -> CellRef<'_> {
        assert!(self.shard_id == shard_id, "an ask is awaited on the shard that sent it");
        // SAFETY: no two shards have one id, so the place is one of these cells.
        unsafe { CellRef::at_place(place) }
    }

    /// Why an actor ends whose code panicked, with this payload.
    pub(crate) fn panicked(&self, payload: Box<dyn Any + Send>) -> ExitReason {
        self.counters.panics.add(1);
        forget_payload(payload);
        let panic = self.take_panic().unwrap_or_default();
        ExitReason::Panic(Arc::new(panic))
    }

    /// What the last panic said, once.
    pub(crate) fn take_panic(&self) -> Option<Panic> {
        self.panic.borrow_mut().take()
    }

    /// Runs user code that is no actor's; a panic ends here.
    pub(crate) fn guard<R>(&self, call: impl FnOnce() -> R) -> Result<R, ExitReason> {
        catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
            let reason = self.panicked(payload);
            self.tell_panic(None, "", &reason);
            reason
        })
    }

    /// Counts the panic of a destructor of a blocking actor's, and says so.
    pub(crate) fn destructor_panicked(&self, actor: Target, panic: Panic) {
        let (actor, reason) = (self.address(actor), ExitReason::Panic(Arc::new(panic)));
        self.counters.panics.add(1);
        self.counters.panics_in_drop.add(1);
        self.tell_panic(Some(actor), "", &reason);
        tracing::error!(target: "callboard", %actor, %reason, "a destructor panicked");
    }

    /// Drops what is a user's, or holds it. A panic of its destructor ends here and is counted.
    pub(crate) fn let_go<T>(&self, what: T) {
        if let Err(reason) = self.guard(|| drop(what)) {
            self.counters.panics_in_drop.add(1);
            tracing::error!(target: "callboard", %reason, "a destructor panicked");
        }
    }

    /// Drops the reason of an end.
    #[inline]
    pub(crate) fn let_go_reason(&self, reason: ExitReason) {
        if reason.has_detail() {
            self.let_go(reason);
        }
    }

    /// Publishes what `make` makes, if anybody wants to hear of it. Runs wakers, so nothing is borrowed.
    #[inline(always)]
    pub(crate) fn emit(&self, topic: Topic, make: impl FnOnce() -> Event) {
        self.publisher.publish(topic, make);
    }

    /// A reason as events tell it: a user's error becomes its text, so that no code of that user's goes along.
    pub(crate) fn plain(&self, reason: &ExitReason) -> ExitReason {
        // The error says itself in a user's code.
        let said = |error: &dyn std::error::Error| {
            let said = self.guard(|| error.to_string());
            said.unwrap_or_else(|_| "it has an error that panics".to_owned())
        };
        match reason {
            ExitReason::Error(error) => ExitReason::error(said(&**error)),
            ExitReason::ShutdownWith(detail) => ExitReason::shutdown_with(said(&**detail)),
            plain => plain.clone(),
        }
    }

    /// Publishes that an actor lives.
    #[inline(always)]
    pub(crate) fn tell_started(&self, actor: Target, kind: &'static CellType) {
        self.emit(Topic::Started, || Event::Started {
            actor: self.address(actor),
            kind: kind.name(),
        });
    }

    /// Publishes that an actor that had started has ended.
    pub(crate) fn tell_stopped(&self, actor: Target, kind: &'static CellType, reason: &ExitReason) {
        self.emit(Topic::Stopped, || Event::Stopped {
            actor: self.address(actor),
            kind: kind.name(),
            reason: self.plain(reason),
        });
    }

    /// Publishes a panic, if that is the reason.
    pub(crate) fn tell_panic(
        &self,
        actor: Option<Address>,
        kind: &'static str,
        reason: &ExitReason,
    ) {
        if let ExitReason::Panic(panic) = reason {
            self.emit(Topic::Panic, || Event::Panic { actor, kind, panic: panic.clone() });
        }
    }
}

/// Installs, once for the process, a panic hook that is silent in user code on a shard, whose panic it
/// notes, and leaves all others to the hook before it (L5).
pub(crate) fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let noted = with(|host| match host {
                Some(host) => host.note_panic(info),
                None => note_aside(info),
            });
            if !noted {
                before(info);
            }
        }));
    });
}

/// What a panic says.
fn said(info: &std::panic::PanicHookInfo<'_>) -> Panic {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    Panic { text, location }
}

impl Host {
    fn note_panic(&self, info: &std::panic::PanicHookInfo<'_>) -> bool {
        let Ok(mut panic) = self.panic.try_borrow_mut() else { return false };
        *panic = Some(said(info));
        true
    }
}

/// Notes a panic for [`noting_panic`], if it runs on this thread.
fn note_aside(info: &std::panic::PanicHookInfo<'_>) -> bool {
    let note = |noted: &RefCell<Option<Option<Panic>>>| {
        let mut noted = noted.try_borrow_mut().ok()?;
        *noted.as_mut()? = Some(said(info));
        Some(())
    };
    NOTED.try_with(note).ok().flatten().is_some()
}

/// Runs code of an actor's on a thread that is no shard. Its panic is silent there: the actor tells of it.
pub(crate) fn noting_panic<R>(call: impl FnOnce() -> R) -> Result<R, Panic> {
    NOTED.set(Some(None));
    let called = catch_unwind(AssertUnwindSafe(call));
    let noted = NOTED.take().flatten();
    called.map_err(|payload| {
        forget_payload(payload);
        noted.unwrap_or_default()
    })
}

/// Goes on here, in an actor's code, with a panic of its code elsewhere.
pub(crate) fn panic_as(panic: Panic) -> ! {
    with(|host| host.map(|host| host.panic.replace(Some(panic))));
    std::panic::resume_unwind(Box::new(()))
}

/// What unwinds the function of a blocking process that is to end. It is no panic: no hook hears of it.
struct Leaving;

/// Ends the call that [`leaving`] made, from within.
pub(crate) fn leave() -> ! {
    let here = here();
    here.leaves.set(true);
    here.dropped_ask.set(AskError::Stopped);
    std::panic::resume_unwind(Box::new(Leaving))
}

/// Makes a call that [`leave`] may end: then there is no output. What the call held is dropped as of an actor that has
/// stopped.
pub(crate) fn leaving<R>(call: impl FnOnce() -> R) -> Option<R> {
    let called = catch_unwind(AssertUnwindSafe(call));
    if here().leaves.take() {
        here().dropped_ask.set(AskError::NoReply);
    }
    match called {
        Ok(output) => Some(output),
        Err(payload) if payload.is::<Leaving>() => None,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}

/// Has a thread of this shard's pool make a call.
///
/// # Panics
///
/// If the operating system gives the pool no thread.
pub(crate) fn call_aside(call: Call) {
    with(|host| (host.expect("a context stays on its shard").call_aside)(call));
}
