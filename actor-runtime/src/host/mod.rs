//! What a handler may ask of the shard it runs on.
//!
//! A shard's [`Host`] is reached through a thread-local for as long as the shard turns (`here.rs`). It is the seam between
//! actors, whose code calls it, and the shard, whose turn empties what is put down here.

mod away;
#[allow(unsafe_code, reason = "the host is found through a thread-local")]
mod here;
mod home;
mod panic;
mod signal;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

pub(crate) use self::away::{Foreign, Says, Takes, Visible, arrives, fail, not_departed};
pub(crate) use self::here::{
    address_here, at_place, dropped_ask, dropping_asks, enter, listens, quietly, running, send,
    send_near, watched_by, with,
};
use self::here::{end_detour, here};
pub(crate) use self::home::{Home, at_home, home, say_home};
pub(crate) use self::panic::{install_panic_hook, leave, leaving, noting_panic, panic_as};
pub(crate) use self::signal::{Claimed, Incarnation, Load, Said, Signal, Sought, signals};
use crate::address::{Address, ShardId, Target};
use crate::bonds::Bonds;
use crate::cell::aide::Aide;
use crate::cell::cells::Cells;
use crate::cell::status::{AIDE, BACKLOG, KILLED, LEAVING, SHARED, STARTING, WOKEN};
use crate::cell::task::{FutureStock, Polled, Task, Wakes};
use crate::cell::{Body, CellRef, CellType, Place, Starter, TypeOf, stamp_of_deadline};
use crate::config;
use crate::cycle::{AskCycle, Waits};
use crate::error::{AskError, RegisterError};
use crate::event::{Event, Kept, Publisher, Topic};
use crate::exit::{ExitReason, Panic};
use crate::message::MessageField;
use crate::record::{
    Class, Delivery, Letter, Parcel, RecordQueue, Stock, forget_payload, record_size,
};
use crate::registry::{Claim, Registry};
use crate::route::Known;
use crate::stats::{Counters, DeadReason};
use crate::threads::BlockingThreads;
use crate::timer::{Alarms, Timers};
use crate::watch::Watched;

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

/// Whether a child begins again as soon as its supervisor has heard of its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// The turn waits for no such thing.
    No,
    /// This child may, if it is told to.
    May(Target),
    /// It was told to; whether its supervisor takes it to run without being told.
    Does { unheard: bool },
}

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
    /// The same when the turn began, or when connections to other nodes had been polled in it: what they take to read is no
    /// time that actors had. Counted, what has been read would go by the backlog, which costs more, so that more
    /// is there to be read by then.
    pub(crate) delivers_since: Cell<u64>,
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
    /// The other node that it sent to last. In a box, so that a word is all that moves for each message.
    pub(crate) known: Cell<Option<Box<Known>>>,
    /// Has what leaves for other nodes go on its way.
    pub(crate) departing: Cell<Option<fn()>>,
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
            delivers_since: Cell::new(0),
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
            known: Cell::new(None),
            departing: Cell::new(None),
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

    /// Whether at the last look the turn was so old that an actor which has had its slice gets no other.
    pub(crate) fn is_turn_old(&self) -> bool {
        let age = self.now.get().saturating_sub(self.delivers_since.get());
        age >= config::nanos(config::SLICE_GRACE)
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

    /// Whether a child begins again without an order: the turn waits for that. Of an `unheard` start the supervisor is told
    /// only if it takes its time.
    pub(crate) fn begins_at_once(&self, child: Address, unheard: bool) -> bool {
        let is_near = child.shard_id() == self.shard_id;
        let may = is_near && self.again.get() == Again::May(child.target());
        if may {
            self.again.set(Again::Does { unheard });
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

    /// Publishes that a child of this type runs again, after an end for this reason.
    pub(crate) fn tell_restarted(&self, actor: Address, kind: &'static str, reason: ExitReason) {
        self.emit(Topic::Restarted, || Event::Restarted {
            actor,
            kind,
            reason: self.plain(&reason),
        });
        self.let_go_reason(reason);
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

/// Has a thread of this shard's pool make a call.
///
/// # Panics
///
/// If the operating system gives the pool no thread.
pub(crate) fn call_aside(call: Call) {
    with(|host| (host.expect("a context stays on its shard").call_aside)(call));
}
