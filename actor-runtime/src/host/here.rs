//! UNSAFE. How code that runs on a thread finds its shard, and how it sends.
//!
//! The write cursor of the shard's own queue lies in the thread-local itself, so a tell to an actor of the same shard
//! touches neither the host nor the target.
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
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task;

use super::away::{depart, depart_outside};
use super::home::home;
use super::signal::{Signal, signals};
use super::{Host, Outbox};
use crate::address::{Address, ShardId, Target};
use crate::cell::status::LISTENS;
use crate::cell::{CellRef, Place};
use crate::error::AskError;
use crate::message::MessageField;
use crate::record::{Class, Cursor, Delivery, Departure, Letter, Loose, Stock, record_size};
use crate::route::{self, Word};
use crate::stats::DeadReason;
use crate::watch::{Detour, Watched};

pub(super) struct Here {
    /// Where the shard's own queue goes on.
    cursor: Cursor,
    /// The shard that turns here, as bits. The watchdog may write that of no shard, from which sends find the
    /// way back: see [`Detour`].
    shard_id: AtomicU64,
    host: Cell<Option<&'static Host>>,
    /// The shard of the actor whose code runs here, be it on a thread of its own.
    pub(super) lives_on: Cell<ShardId>,
    /// What asks end with whose `Reply` is dropped now.
    pub(super) dropped_ask: Cell<AskError>,
    /// Whether what unwinds here is the function of a blocking process that ends, and no panic.
    pub(super) leaves: Cell<bool>,
    /// Who outside all shards asked for an event on this thread last: that task, or the thread itself.
    listener: Cell<Option<Option<task::Id>>>,
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
pub(super) fn here<'t>() -> &'t Here {
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
    send_away(Departure::new(delivery, to, message));
}

/// The same for what mostly stays on its shard: all else costs a call, and saves it the registers.
#[inline(always)]
pub(crate) fn send_near<M: MessageField>(delivery: Delivery<M>, to: Address, message: M) {
    let (here, bytes) = (here(), const { record_size::<M>() });
    if here.shard_id() == to.shard_id() && here.cursor.has_room(bytes) {
        return here.cursor.append(delivery, to.target(), message, more);
    }
    send_away(Departure::new(delivery, to, message));
}

impl Here {
    #[inline(always)]
    fn shard_id(&self) -> ShardId {
        // Ordering: a detour that is seen late is taken late.
        ShardId::from_bits(self.shard_id.load(Ordering::Relaxed))
    }

    pub(super) fn set_shard_id(&self, shard_id: ShardId) {
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

/// A block for the shard's own queue.
#[cold]
fn more() -> crate::record::Block {
    with(|host| host.expect("a thread with a shard_id has a host").stock.take())
}

/// Sends a message to another node or shard, or where the present block has no room.
#[inline(never)]
fn send_away<M: MessageField>(mut away: Departure<M>) {
    let (here, node) = (here(), away.to.shard_id().node());
    let own = here.shard_id();
    // To another node it goes on as it is: taken out of where it lies, the message would be moved once more.
    match here.host.get() {
        Some(host) if own == here.lives_on.get() && own.node() != node => depart(host, &mut away),
        host => send_within(here, host, away),
    }
}

/// Sends a message within this shard's system, or from what is no shard that sends as ever.
#[inline(never)]
fn send_within<M: MessageField>(here: &Here, host: Option<&Host>, away: Departure<M>) {
    let (delivery, to, Some(message)) = away.into_parts() else { return };
    let Some(host) = host else { return send_outside(delivery, to, message) };
    let shard_id = to.shard_id();
    if here.shard_id() != host.shard_id {
        return send_by_detour(here, host, delivery, to, message);
    }
    if host.shard_id == shard_id {
        return here.cursor.append(delivery, to.target(), message, more);
    }
    match host.outboxes.get(shard_id.shard() as usize) {
        Some(outbox) => outbox.append(delivery, to.target(), message, host),
        None => host.lose(delivery, to, message),
    }
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
    send_away(Departure::new(delivery, to, message));
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
pub(super) fn discard<M: MessageField>(
    host: &Host,
    delivery: Delivery<M>,
    to: Address,
    message: M,
) {
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
pub(super) fn end_detour(here: &Here, host: &Host) {
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
        Some(route) if route.is_other() => depart_outside(Departure::new(delivery, to, message)),
        Some(route) => {
            route.say(shard_id.shard(), Word::Record(Loose::new(delivery, to.target(), message)));
        }
        None => dropping_asks(AskError::NoProc, || drop(message)),
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
            with(|host| host.map(Host::depart));
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

impl Host {
    /// Has what leaves for other nodes go on its way.
    #[inline]
    pub(crate) fn depart(&self) {
        if let Some(depart) = self.departing.take() {
            depart();
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
}
