//! One turn of a shard, as [`Shard::turn`](super::Shard::turn) runs it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::driver::Driver;
use super::processes::waiting_messages;
use super::{Next, Shard};
use crate::address::{Address, Target};
use crate::bonds::Bonds;
use crate::cell::cells::{Cells, Role};
use crate::cell::keeper::{ChildKey, ChildNews, Report};
use crate::cell::status::{
    AIDE, ANSWERED, BACKLOG, BUSY, CLOSING, ENDING, FAILED, KILLED, LEAVING, LENT, LISTED, LISTENS,
    NEWS, SHARED, STARTING, STATED, WOKEN,
};
use crate::cell::task::{Polled, Task};
use crate::cell::{Called, CellRef, CellType, Extras, Handled, Outcome, Place, Waiter};
use crate::config;
use crate::error::AskError;
use crate::event::{Event, Topic};
use crate::exit::ExitReason;
use crate::flow::{End, Flow};
use crate::host::{self, Host, Signal};
use crate::record::{
    Ahead, Arrived, Class, Cursor, Head, InRows, RecordQueue, Walk, forget_payload,
};
use crate::route::Word;
use crate::stats::DeadReason;
use crate::watch::Watched;

/// What does not stand in the way of a message: the actor has a place in the rotation, or is woken, or listens
/// to events, or will end some time.
const HARMLESS: u32 = CLOSING | LISTED | LISTENS | STATED | WOKEN;

/// A turn under way.
pub(super) struct Turn<'t> {
    pub(super) shard: &'t Shard,
    pub(super) host: &'t Host,
    /// The write cursor of the shard's own queue.
    cursor: &'t Cursor,
    pub(super) watched: &'t Watched,
    driver: &'t dyn Driver,
    began: Instant,
    /// Stamps count slices from here.
    base: i64,
    /// Where the slice of the least patient type of actor ends.
    least_slice_end: i64,
    /// Records that waited for one actor each when the turn began.
    backlog: u64,
    /// Whether what a child has to say is held: while the shard takes its own queue.
    pub(super) holds: bool,
    /// What is held.
    pub(super) held: Option<Held>,
}

/// What a child has to say to a supervisor of this shard, which hears it next: that it has ended and rests, as its keeper
/// notes, or that it has started.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) by: Address,
    pub(super) child: Target,
    pub(super) has_ended: bool,
}

/// What the loops over records need of a turn for each of them: it stays in registers, or near.
#[derive(Clone, Copy)]
pub(super) struct Constants<'t> {
    cells: &'t Cells,
    watched: &'t Watched,
    base: i64,
    least_slice_end: i64,
}

/// Works on what an actor has of links and monitors.
fn change_bonds(cell: CellRef<'_>, change: impl FnOnce(&mut Bonds)) {
    cell.with_extras(|extras| change(&mut extras.bonds));
    cell.trim_extras();
}

impl<'t> Turn<'t> {
    pub(super) fn new(
        shard: &'t Shard,
        cursor: &'t Cursor,
        driver: &'t dyn Driver,
        now: Instant,
    ) -> Self {
        let base = shard.slice_base.get() + i64::from(config::SLICE_MOST);
        shard.slice_base.set(base);
        let least_slice_end =
            base + i64::from(shard.slice_messages.min(shard.host.least_slice.get()));
        let (host, began) = (&shard.host, now);
        let (watched, backlog) = (&host.watched, host.counters.backlog.get());
        let (holds, held) = (false, None);
        Self {
            shard,
            host,
            cursor,
            watched,
            driver,
            began,
            base,
            least_slice_end,
            backlog,
            holds,
            held,
        }
    }

    /// The whole round.
    pub(super) fn run(&mut self) -> Next {
        self.expire();
        self.expire_timers();
        self.ring_alarms();
        self.take_words();
        self.take_parcels();
        self.poll_woken();
        if !self.is_paced() {
            self.take_queue();
            self.end_stopped();
            self.rotate();
        }
        self.tell_ends();
        let (flushed, any) = self.shard.flush();
        match self.shard.blocked.get() {
            Some(_) if flushed => self.shard.blocked.set(None),
            Some((since, _)) if any => self.shard.blocked.set(Some((since, self.began))),
            _ => {}
        }
        self.host.counters.turns.add(1);
        self.next(flushed)
    }

    /// Publishes what is not counted for all to see as it happens.
    pub(super) fn publish(&self) {
        self.watched.rests();
        let (host, counters) = (self.host, &self.host.counters);
        counters.handled.set(self.watched.handled());
        counters.actors.set(host.cells.actors() as u64);
        counters.asks.set(host.cells.asks() as u64);
        counters.block_bytes.set(host.stock.bytes() as u64);
        let queue = self.shard.queue.len_with(self.cursor, config::QUEUE_COUNTED);
        counters.queue.set(queue);
        let mut levels = self.shard.queue_levels.get();
        levels.falls(queue);
        let is_high = levels.rises(queue);
        self.shard.queue_levels.set(levels);
        if is_high {
            let shard = host.shard_id.shard() as usize;
            tracing::warn!(target: "callboard", shard, records = queue, "queue high");
            host.emit(Topic::QueueHigh, || Event::QueueHigh { shard, messages: queue });
        }
    }

    /// Whether this turn leaves the shard's own work alone, because a lane is full: who fills it faster than
    /// it empties would fill the memory instead. Never for long, and shorter if the lane does not move: the other
    /// shard may be stuck.
    fn is_paced(&self) -> bool {
        let blocked = &self.shard.blocked;
        if self.host.outboxes.iter().all(|outbox| outbox.full.borrow().is_empty()) {
            return false;
        }
        let (since, moved) = blocked.get().unwrap_or((self.began, self.began));
        let age = |moment| self.began.saturating_duration_since(moment);
        let is_paced = age(moved) < config::PACE_STILL && age(since) < config::PACE_LONGEST;
        blocked.set(is_paced.then_some((since, moved)));
        is_paced
    }

    fn next(&self, flushed: bool) -> Next {
        let host = self.host;
        let idle = self.shard.queue_is_empty(self.cursor)
            && host.woken.borrow().is_empty()
            && host.ending.borrow().is_empty()
            && host.obituaries.borrow().is_empty()
            && self.shard.rotation.borrow().is_empty()
            && host.timers.next().min(host.alarms.next()) > host.now.get();
        if !idle {
            return Next::Busy;
        }
        if !flushed {
            crate::sometimes!(LaneFull);
            return Next::Blocked;
        }
        Next::IdleUntil(self.shard.deadline())
    }

    /// Looks at the clock, and tells asks and all the time.
    pub(super) fn look(&self) -> Duration {
        let now = self.driver.now();
        self.host.now.set(self.shard.clock(now));
        now.saturating_duration_since(self.began)
    }

    /// Words from other threads.
    fn take_words(&mut self) {
        for _ in 0..config::TURN_INJECTED {
            match self.shard.inbox.next() {
                None => break,
                // The loop looks after every turn.
                Some(Word::Look) => {}
                Some(Word::Call(call)) => self.call(call),
                Some(Word::CutOff(gone)) => self.settle_with(gone),
                Some(Word::Lost(node)) => self.settle_with_node(node),
                Some(Word::Record(mut loose)) => {
                    if let Some(record) = loose.take() {
                        self.deliver(record, self.constants());
                    }
                }
                Some(Word::Kill(actor)) => self.host.kill(actor),
                Some(Word::StopNow(actor)) => self.host.leave(actor),
                Some(Word::Wake(actor)) => self.host.wake(actor),
            }
        }
        self.end_stopped();
    }

    /// Runs a call from outside. What it sends is delivered at once, as a record from outside is: behind
    /// the shard's own queue, a thread's ask would be overtaken by its next tell (D4).
    fn call(&mut self, call: Box<dyn FnOnce() + Send>) {
        // What it says, no actor says.
        self.watched.rests();
        let front = &self.shard.front;
        self.watched.rests();
        self.cursor.swap(front.cursor());
        let called = self.host.guard(call);
        self.cursor.swap(front.cursor());
        if let Err(reason) = called {
            tracing::warn!(target: "callboard", %reason, "a call from outside panicked");
        }
        let mut reader = front.reader(&self.host.stock);
        let constants = self.constants();
        while let Some(record) = reader.next() {
            self.deliver(record, constants);
        }
    }

    /// Parcels from the other shards, one of each in turn.
    fn take_parcels(&mut self) {
        let shard = self.shard;
        let mut records = 0;
        let mut more = true;
        while more && records < config::TURN_RECORDS {
            more = false;
            for lane in &shard.receivers {
                let Some(mut parcel) = lane.receive() else { continue };
                more = true;
                records += self.take_all(parcel.walk());
            }
            // A few records need no look at the clock.
            if records > config::CLOCK_EVERY_RECORDS && self.look() >= config::PARCELS_LONGEST {
                return;
            }
        }
    }

    /// Delivers the records of a parcel, and counts them.
    // A function of its own, as the queue's loop is.
    #[inline(never)]
    fn take_all(&mut self, mut records: Walk<'_>) -> u32 {
        let (mut count, constants) = (0, self.constants());
        loop {
            let Some(record) = records.next() else { return count };
            let head = record.head();
            count += 1;
            self.deliver(record, constants);
            if records.is_next(head) {
                count += self.take_row(&mut records, head);
            }
        }
    }

    /// Delivers what follows, as far as it has this head, the actor goes on and its slice lasts, until it is time to look at
    /// the clock. Answers how many records those are; what there is of others is for the caller.
    #[inline(never)]
    fn take_row(&mut self, records: &mut impl InRows, head: Head) -> u32 {
        let Some(cell) = self.host.cell(head.target()) else { return 0 };
        let Some(kind) = cell.kind().filter(|kind| kind.takes_row(head)) else { return 0 };
        let stamp = cell.stamp.get().max(self.base);
        let most = u32::try_from(self.base + self.slice(kind) - stamp).unwrap_or(0);
        let most = most.min(config::CLOCK_EVERY_RECORDS);
        self.watched.begins(head.target(), kind);
        let calls = &self.watched.calls;
        let (called, taken) = records.row(head, most, |row| cell.deliver_row(row, calls));
        if taken == 0 {
            return 0;
        }
        cell.stamp.set(stamp + i64::from(taken));
        if called.goes_on() && !calls.has_cut() {
            self.watched.has_handled();
        } else {
            self.called(cell, head.target(), called);
        }
        taken
    }

    fn poll_woken(&mut self) {
        let woken = std::mem::take(&mut *self.host.woken.borrow_mut());
        for actor in &woken {
            if let Some(cell) = self.host.cell(*actor) {
                cell.word.clear(WOKEN);
                self.poll(*actor);
            }
        }
        if !woken.is_empty() && self.shard.has_attendants() {
            self.look();
            self.host.delivers_since.set(self.host.now.get());
        }
        // Keep the memory, unless polls have woken more.
        let mut kept = woken;
        kept.clear();
        let mut new = self.host.woken.borrow_mut();
        if new.is_empty() {
            *new = kept;
        }
    }

    /// The shard's own queue.
    fn take_queue(&mut self) {
        self.holds = true;
        if self.host.cells.bytes() > config::PREFETCH_ABOVE_BYTES {
            self.take_queue_with::<true>();
        } else {
            self.take_queue_with::<false>();
        }
        self.holds = false;
        self.send_held();
    }

    // A function of its own: what it needs for each record then fits into the processor's registers.
    #[inline(never)]
    fn take_queue_with<const PREFETCH: bool>(&mut self) {
        let (shard, cells) = (self.shard, &self.host.cells);
        let mut reader = shard.queue.reader_with(self.cursor, &self.host.stock);
        let (mut ahead, constants) = (Ahead::new(), self.constants());
        for _ in 0..config::TURN_RECORDS / config::CLOCK_EVERY_RECORDS {
            let mut rounds = config::CLOCK_EVERY_RECORDS / config::FILLED_EVERY_RECORDS;
            while rounds > 0 {
                rounds -= 1;
                for _ in 0..config::FILLED_EVERY_RECORDS {
                    if PREFETCH {
                        reader.look_ahead(&mut ahead, config::PREFETCH_AHEAD, |target| {
                            cells.prefetch(target.slot());
                        });
                        ahead.passed();
                    }
                    let Some(record) = reader.next() else {
                        if self.held.is_some() {
                            self.tell_held(reader.rest());
                            continue;
                        }
                        return;
                    };
                    if self.deliver(record, constants) {
                        self.tell_held(reader.rest());
                    }
                }
                // What waits for another shard then goes there.
                if self.host.filled.get() >= config::TURN_FILLED {
                    return;
                }
                // Looked for now and then, so that it costs those nothing who send one message at a time.
                if !PREFETCH && let Some(head) = reader.begins_row() {
                    let taken = self.take_row(&mut reader, head);
                    rounds = rounds.saturating_sub(taken / config::FILLED_EVERY_RECORDS);
                    if self.held.is_some() {
                        self.tell_held(reader.rest());
                    }
                }
            }
            if self.look() >= config::TURN_LONGEST {
                return;
            }
        }
    }

    /// What stays the same for all records of a turn.
    #[inline(always)]
    pub(super) fn constants(&self) -> Constants<'t> {
        let Self { host, watched, base, least_slice_end, .. } = *self;
        Constants { cells: &host.cells, watched, base, least_slice_end }
    }

    /// Delivers one record: one compare for slot, generation and status, one for the type, then the handler. Answers
    /// whether it left something held, as far as it looked.
    #[inline(always)]
    fn deliver(&mut self, record: Arrived<'_>, constants: Constants<'_>) -> bool {
        let Constants { cells, watched, .. } = constants;
        let target = record.target();
        let Some(cell) = cells.at(target.slot()) else {
            self.set_aside(record);
            return false;
        };
        let delivered = cell.deliver(record, 0, |kind| {
            let has_slice = self.has_slice(cell, constants);
            if has_slice {
                watched.begins(target, kind);
            }
            has_slice
        });
        match delivered {
            Ok(Called::Flow(flow)) if flow.goes_on() && !watched.has_cut() => {
                watched.has_handled();
                false
            }
            Ok(Called::Answers(asker)) if !watched.has_cut() => {
                // There is nothing to drop, and a call to find that out.
                std::mem::forget(delivered);
                watched.has_handled();
                // It may not answer at once: only what `poll_first` polls may.
                self.poll_cell(self.host.at_place(self.host.shard_id, asker));
                false
            }
            // Of two cases the compiler makes compares, of three a jump by a table.
            Ok(called) => {
                // Its target again, so that no register keeps it over the call.
                self.called(cell, watched.actor(), called);
                self.held.is_some()
            }
            Err(record) => {
                self.deliver_spoken(cell, record);
                self.held.is_some()
            }
        }
    }

    /// Delivers a message of a protocol, if the actor speaks that and is within the slice of the least patient type:
    /// off the fast path, but not far. All else is set aside.
    // Cold, because what stands beside the fast path would have a place in its registers. What is needed for the
    // rest is looked up again after the call, so that few are saved over it.
    #[cold]
    #[inline(never)]
    fn deliver_spoken(&mut self, cell: CellRef<'_>, record: Arrived<'_>) {
        if !cell.speaks() {
            return self.set_aside(record);
        }
        let (target, watched) = (record.target(), self.watched);
        let delivered = cell.deliver_spoken(record, 0, |kind| {
            let stamp = cell.stamp.get().max(self.base);
            let has_slice = stamp < self.least_slice_end;
            if has_slice {
                cell.stamp.set(stamp + 1);
                watched.begins(target, kind);
            }
            has_slice
        });
        match delivered {
            Ok(Called::Flow(flow)) if flow.goes_on() && !watched.has_cut() => watched.has_handled(),
            Ok(Called::Answers(asker)) if !watched.has_cut() => {
                std::mem::forget(delivered);
                watched.has_handled();
                self.poll_cell(self.host.at_place(self.host.shard_id, asker));
            }
            Ok(called) => self.called(cell, watched.actor(), called),
            Err(record) => self.set_aside_spoken(cell, record),
        }
    }

    /// As [`set_aside`](Self::set_aside), where the slice of the actor may not be over yet.
    #[cold]
    #[inline(never)]
    fn set_aside_spoken(&mut self, cell: CellRef<'_>, record: Arrived<'_>) {
        let target = record.target();
        if !cell.takes(&record) || !self.has_slice(cell, self.constants()) {
            return self.set_aside(record);
        }
        match self.deliver_aside(cell, record, 0) {
            Ok(called) => self.called(cell, target, called),
            Err(record) => self.dead(record, AskError::NoProc),
        }
    }

    /// What a delivery left, or its panic.
    #[inline(never)]
    pub(super) fn called(&mut self, cell: CellRef<'_>, target: Target, called: Called) {
        if let Called::Received(receipt) = called {
            // There is nothing to drop, and a call to find that out.
            std::mem::forget(called);
            return self.received(cell, target, receipt);
        }
        match called {
            Called::Answered(asker) => self.answered(cell, asker),
            Called::Later(task) if !self.watched.has_cut() => self.begin_polls(cell, target, task),
            Called::Beside(task) => self.begin_beside(cell, target, task),
            called => self.delivered(cell, target, called.outcome()),
        }
    }

    /// The same of one off the fast path, which has not looked for the most frequent case.
    #[inline(always)]
    fn called_aside(&mut self, cell: CellRef<'_>, target: Target, called: Called) {
        match called {
            Called::Flow(flow) if flow.goes_on() && !self.watched.has_cut() => {
                // There is nothing to drop, and a call to find that out.
                std::mem::forget(flow);
                self.count_handled(cell);
            }
            called => self.called(cell, target, called),
        }
    }

    /// Says that code of this actor is called next which is no handler.
    #[inline]
    pub(super) fn begins(&self, cell: CellRef<'_>, target: Target) {
        if let Some(kind) = cell.kind() {
            self.watched.begins_other(target, kind);
        }
    }

    /// Delivers a record off the fast path, where `allowed` does not stand in its way.
    pub(super) fn deliver_aside<'r>(
        &self,
        cell: CellRef<'_>,
        record: Arrived<'r>,
        allowed: u32,
    ) -> Result<Called, Arrived<'r>> {
        if cell.speaks() {
            return self.deliver_either_aside(cell, record, allowed);
        }
        let target = record.target();
        let begins = |kind| self.watched.begins(target, kind);
        self.as_listener(cell, || {
            if cell.word.has(SHARED) {
                return cell.deliver_beside(record, begins);
            }
            cell.deliver(record, HARMLESS | allowed, |kind| {
                begins(kind);
                true
            })
        })
    }

    /// As [`deliver_aside`](Self::deliver_aside), to an actor that speaks protocols.
    #[cold]
    #[inline(never)]
    fn deliver_either_aside<'r>(
        &self,
        cell: CellRef<'_>,
        record: Arrived<'r>,
        allowed: u32,
    ) -> Result<Called, Arrived<'r>> {
        let (target, allowed) = (record.target(), HARMLESS | allowed);
        let begins = |kind| {
            self.watched.begins(target, kind);
            true
        };
        self.as_listener(cell, || {
            let delivered = cell.deliver(record, allowed, begins);
            delivered.or_else(|record| cell.deliver_spoken(record, allowed, begins))
        })
    }

    /// Makes a call of an actor's code. If the actor listens to events, its sends are a listener's.
    pub(super) fn as_listener<R>(&self, cell: CellRef<'_>, call: impl FnOnce() -> R) -> R {
        let listens = cell.word.has(LISTENS);
        if listens {
            self.host.begin_quiet();
        }
        let result = call();
        if listens {
            self.host.end_quiet();
        }
        result
    }

    /// The slice of this type of actor, in messages.
    fn slice(&self, kind: &'static CellType) -> i64 {
        i64::from(if kind.options.slice == 0 {
            self.shard.slice_messages
        } else {
            kind.options.slice
        })
    }

    /// Whether one more message is within the actor's slice; it is counted.
    #[inline(always)]
    pub(super) fn has_slice(&self, cell: CellRef<'_>, constants: Constants<'_>) -> bool {
        let stamp = cell.stamp.get().max(constants.base);
        cell.stamp.set(stamp + 1);
        stamp < constants.least_slice_end || !self.is_out_of_slice(cell)
    }

    /// Whether an actor has had its slice, once that of the least patient type is over. A young turn grants
    /// another.
    #[cold]
    #[inline(never)]
    fn is_out_of_slice(&self, cell: CellRef<'_>) -> bool {
        let Some(kind) = cell.kind().filter(|kind| !kind.is_reply()) else { return false };
        if cell.stamp.get() - self.base <= self.slice(kind) {
            return false;
        }
        self.look();
        if self.host.is_turn_old() {
            crate::sometimes!(OutOfSlice);
            return true;
        }
        cell.stamp.set(self.base + 1);
        false
    }

    /// All that is not a message to an idle actor within its slice.
    #[cold]
    #[inline(never)]
    fn set_aside(&mut self, record: Arrived<'_>) {
        let target = record.target();
        let Some(cell) = self.host.cell(target) else {
            crate::sometimes!(PastLife);
            return self.dead(record, self.host.gone(target));
        };
        let record = match record.take(host::signals()) {
            Ok(signal) => return self.signal(cell, target, signal, 0),
            Err(record) => record,
        };
        match self.deliver_free(cell, record) {
            Ok(called) => self.called_aside(cell, target, called),
            Err(record) => self.set_aside_held(cell, record),
        }
    }

    /// Delivers a message in whose way nothing stands: it has a place in its mailbox, or its actor is to end after it.
    #[inline(always)]
    fn deliver_free<'r>(
        &self,
        cell: CellRef<'_>,
        record: Arrived<'r>,
    ) -> Result<Called, Arrived<'r>> {
        // What could be delivered at once is here for want of a slice.
        if cell.takes(&record) || cell.kind().is_none_or(|kind| kind.is_process) {
            return Err(record);
        }
        let (target, is_placed) = (record.target(), record.letter().mark().is_placed());
        cell.deliver(record, CLOSING | LISTED | WOKEN, |kind| {
            if is_placed {
                self.redeem(cell, target);
            }
            self.watched.begins(target, kind);
            true
        })
    }

    /// All else.
    #[inline(never)]
    fn set_aside_held(&mut self, cell: CellRef<'_>, record: Arrived<'_>) {
        let target = record.target();
        // What could be delivered is here for want of a slice.
        let force = if cell.takes(&record) { BACKLOG } else { 0 };
        let status = cell.word.status();
        let busy = status & (BUSY | BACKLOG | STARTING);
        // The fast path, which looks at the slice, was not for it.
        let force = match status & STATED != 0 && busy == 0 {
            true if !self.has_slice(cell, self.constants()) => BACKLOG,
            _ => force,
        };
        let ends = status & (ENDING | LEAVING | LENT) != 0;
        if ends && !(status & BUSY != 0 && self.waits_for_next(cell)) {
            self.dead(record, AskError::Stopped);
        } else if cell.kind().is_some_and(|kind| kind.is_process) {
            self.file(cell, target, record, force);
        } else if (busy != 0 || force != 0)
            && (status & SHARED == 0 || !self.begins_beside(cell, &record, force))
        {
            self.push_backlog(cell, target, record);
        } else if status & STATED != 0 && !cell.suits_state(&record) {
            self.hold(cell, target, record);
        } else {
            if record.letter().mark().is_placed() {
                self.redeem(cell, target);
            }
            match self.deliver_aside(cell, record, 0) {
                Ok(called) => self.called_aside(cell, target, called),
                // Another type than the actor's, or a second answer: a forged or mistaken reference.
                Err(record) => self.dead(record, AskError::NoProc),
            }
        }
    }

    pub(super) fn signal(&mut self, cell: CellRef<'_>, target: Target, signal: Signal, force: u32) {
        match signal {
            Signal::Abandon => self.abandon(cell, target),
            Signal::Fail(why) => self.fail(cell, target, why),
            Signal::Start => self.start(cell, target),
            // All else is for actors.
            _ if cell.kind().is_none_or(|kind| kind.is_reply()) => {}
            Signal::Changed => self.list(target),
            Signal::Claim(claimed) => self.claim(cell, target, *claimed),
            Signal::Demonitor(watcher, number) => {
                change_bonds(cell, |bonds| bonds.unwatched(watcher, number));
            }
            Signal::Drain(nanos, tell) => self.drain(cell, target, force, nanos, tell),
            Signal::Exit(said) => self.exit(cell, target, force, said),
            Signal::Foreign(said) => self.foreign(cell, target, force, *said),
            Signal::GiveBack => self.redeem(cell, target),
            Signal::Down(..) | Signal::GoOn(_) | Signal::Item(_) => {
                self.news(cell, target, force, signal);
            }
            Signal::IsAlive(tell) => self.say(tell, true),
            Signal::Link(from) => change_bonds(cell, |bonds| bonds.linked(from)),
            Signal::LinkDown(said) => self.link_down(cell, target, force, said),
            Signal::Load(load) => {
                load.say(waiting_messages(cell) + u64::from(cell.word.has(BUSY)));
            }
            Signal::MailboxLen(tell) => self.say(tell, waiting_messages(cell)),
            Signal::Monitor(watcher, number) => {
                change_bonds(cell, |bonds| bonds.watched(watcher, number));
            }
            Signal::Order(order) => self.order(cell, target, force, order),
            Signal::Report(_) if cell.word.has(ENDING | LEAVING | LENT) => {
                self.unheard(self.host.address(target), signal, AskError::Stopped);
            }
            Signal::Report(_) => self.news(cell, target, force, signal),
            Signal::Reserve(sought) => self.reserve(cell, target, sought),
            Signal::Takes(takes) => self.takes(cell, *takes),
            Signal::Unlink(from, number) => {
                change_bonds(cell, |bonds| bonds.unlinked(from));
                let me = self.host.address(target);
                host::send(host::signals(), from, Signal::Unlinked(me, number));
            }
            Signal::Unlinked(from, number) => {
                change_bonds(cell, |bonds| bonds.acknowledged(from, number));
            }
            Signal::Wait(tell) => cell.with_extras(|extras| extras.watchers.push(tell)),
            Signal::Workers(tell) => {
                let keeper = cell.if_extras(|extras| extras.workers).flatten();
                self.say(tell, keeper);
            }
            Signal::Shutdown | Signal::Stop if cell.word.has(ENDING | LEAVING | LENT) => {}
            Signal::Shutdown | Signal::Stop if cell.kind().is_some_and(|kind| kind.supervises) => {
                cell.word.set(CLOSING);
                let is_stop = matches!(signal, Signal::Stop);
                let reason = if is_stop { ExitReason::Normal } else { ExitReason::Shutdown };
                let (actor, news) = (self.host.address(target), ChildNews::Stop(reason));
                let report = Report { child: ChildKey(0), life: 0, actor, news };
                self.news(cell, target, force, Signal::Report(report));
            }
            Signal::Shutdown | Signal::Stop if cell.kind().is_some_and(|kind| kind.is_process) => {
                self.stop_process(cell, target, &signal);
            }
            Signal::Shutdown | Signal::Stop
                if force != 0 || cell.word.has(BUSY | BACKLOG | STARTING) =>
            {
                cell.word.set(CLOSING);
                self.push_back_signal(cell, target, signal);
            }
            Signal::Shutdown => self.end(cell, target, ExitReason::Shutdown),
            Signal::Stop => self.end(cell, target, ExitReason::Normal),
        }
    }

    /// Frees the cell of an ask that was given up from elsewhere.
    pub(super) fn abandon(&mut self, cell: CellRef<'_>, target: Target) {
        if let Some(kind) =
            cell.kind().filter(|kind| kind.is_reply() && !cell.word.has(AIDE | LENT))
        {
            if let Some(extras) = cell.take_extras() {
                self.unless_it_panics(|| drop(extras));
            }
            if let Err(payload) = cell.drop_body() {
                self.destructor_panicked(cell, target, payload);
            }
            self.host.cells.free(target.slot(), cell, kind);
        }
    }

    /// Tells the cell of an ask that no answer will come.
    pub(super) fn fail(&mut self, cell: CellRef<'_>, target: Target, why: AskError) {
        let is_open = cell.kind().is_some_and(|kind| kind.is_reply()) && cell.word.status() == 0;
        if is_open {
            self.host.closes_ask(target);
            let outcome = cell.fail(why);
            self.delivered(cell, target, outcome);
            // Nobody has taken it yet.
            if let Some(cell) = self.host.cell(target) {
                cell.word.set(FAILED);
            }
        }
    }

    /// What a call of user code left, or its panic.
    pub(super) fn delivered(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        outcome: std::thread::Result<Handled<'static>>,
    ) {
        if self.watched.has_cut() {
            self.delivered_in_cut(cell, target, outcome);
        } else {
            self.take_outcome(cell, target, outcome);
        }
    }

    /// The same, where an actor was cut off.
    #[cold]
    fn delivered_in_cut(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        outcome: std::thread::Result<Handled<'static>>,
    ) {
        if let Ok(Handled(Outcome::Answers(asker))) = outcome {
            // Whoever was answered goes on, whatever becomes of this one.
            self.delivered(cell, target, Ok(Handled(Outcome::Flow(Flow::go()))));
            return self.poll_asker(asker);
        }
        if let Some(outcome) = self.unless_cut_off(cell, target, outcome, true) {
            self.take_outcome(cell, target, outcome);
        }
    }

    #[inline(always)]
    fn take_outcome(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        outcome: std::thread::Result<Handled<'static>>,
    ) {
        match outcome {
            Ok(handled) => self.follow(cell, target, handled),
            Err(payload) => self.crash(cell, target, payload, true),
        }
    }

    /// Does what a call of user code left to be done.
    #[inline(never)]
    fn follow(&mut self, cell: CellRef<'_>, target: Target, handled: Handled<'static>) {
        match handled.0 {
            Outcome::Answered(asker) => self.answered(cell, asker),
            Outcome::Answers(asker) => {
                self.follow(cell, target, Handled(Outcome::Flow(Flow::go())));
                self.poll_asker(asker);
            }
            Outcome::Flow(flow) => {
                self.count_handled(cell);
                self.flow(cell, target, flow);
            }
            Outcome::Beside(task) => self.begin_beside(cell, target, task),
            Outcome::Later(task) => self.begin_polls(cell, target, task),
            Outcome::Received(receipt) => self.received(cell, target, receipt),
        }
    }

    /// An `async` handler or hook has begun.
    // Apart, so that its callers save no registers for it.
    #[inline(never)]
    fn begin_polls(&mut self, cell: CellRef<'_>, target: Target, task: Task<'static>) {
        cell.suspend(task, target, &self.host.home);
        self.poll_first(cell);
    }

    /// A call has ended well: that of a message is counted.
    pub(super) fn count_handled(&mut self, cell: CellRef<'_>) {
        if cell.word.has(NEWS) {
            cell.word.clear(NEWS);
        } else {
            self.watched.has_handled();
        }
    }

    /// The answer to an ask, or why there is none, is in its cell.
    #[inline]
    fn answered(&mut self, cell: CellRef<'_>, asker: Option<Place>) {
        // Written whole, for it is read whole when the asker is polled.
        cell.word.occupy(ANSWERED);
        cell.stamp.set(0);
        match asker {
            None => self.tell_waiter(cell),
            Some(place) => self.poll_first(self.host.at_place(self.host.shard_id, place)),
        }
    }

    /// Somebody who is no polled actor awaits the answer, or nobody.
    #[cold]
    fn tell_waiter(&mut self, cell: CellRef<'_>) {
        let is_call = |waiter: &mut Waiter| !matches!(waiter, Waiter::Actor(_));
        match cell.if_extras(|extras| extras.waiter.take_if(is_call)).flatten() {
            None => self.tell_owner(cell),
            Some(Waiter::Actor(_)) => unreachable!("it stays with its answer"),
            Some(Waiter::Call(call)) => self.unless_it_panics(call),
            Some(Waiter::Waker(waker)) => self.unless_it_panics(|| waker.wake()),
        }
    }

    /// The actor that goes on with the answer, if there is one.
    fn tell_owner(&mut self, cell: CellRef<'_>) {
        let owner = cell.if_extras(|extras| match &extras.waiter {
            Some(Waiter::Actor(continuation)) => Some((continuation.owner, continuation.ask)),
            _ => None,
        });
        let Some((owner, ask)) = owner.flatten() else { return };
        if let Some(cell) = self.host.cell(owner) {
            self.news(cell, owner, 0, Signal::GoOn(ask));
        }
    }

    /// Tells somebody what was asked of the runtime.
    pub(super) fn say<T>(&self, tell: oneshot::Sender<T>, answer: T) {
        // Whoever asked may be gone.
        self.unless_it_panics(|| drop(tell.send(answer)));
    }

    /// Runs code of who waits: a waker, a destructor.
    pub(super) fn unless_it_panics(&self, call: impl FnOnce()) {
        if let Err(reason) = self.host.guard(call) {
            tracing::warn!(target: "callboard", %reason, "who waited panicked");
        }
    }

    /// Does what a handler's flow says.
    pub(super) fn flow(&mut self, cell: CellRef<'_>, target: Target, flow: Flow) {
        match flow.ends() {
            None => {}
            Some(End::Exit(reason)) => self.end(cell, target, reason),
            Some(End::Ready) => self.is_ready(cell, target),
            Some(End::Ignore | End::NotStarted(_)) => self.end(cell, target, ExitReason::Normal),
        }
    }

    /// Polls the pending future of an actor, if it has one.
    #[inline(never)]
    pub(super) fn poll(&mut self, target: Target) {
        if let Some(cell) = self.host.cell(target) {
            self.poll_first(cell);
        }
    }

    #[inline(never)]
    fn poll_cell(&mut self, cell: CellRef<'_>) {
        if cell.word.has(AIDE | KILLED | LISTENS) {
            if cell.word.has(AIDE) {
                return self.poll_aide(cell);
            }
            if cell.word.has(KILLED) {
                return;
            }
            self.host.begin_quiet();
        }
        let watched = self.watched;
        let begins = move |target| {
            if let Some(kind) = cell.kind() {
                watched.begins_other(target, kind);
            }
            target
        };
        let polled = self.host.poll(cell, begins);
        let is_rare = self.watched.has_cut() || self.host.listens.get();
        match polled {
            Some(Polled::Pending) if !is_rare => {}
            Some(Polled::Ready(flow)) if !is_rare => self.ready(cell, flow),
            polled => self.polled(cell, polled),
        }
    }

    /// What a poll left, be it something rare.
    #[cold]
    #[inline(never)]
    fn polled(&mut self, cell: CellRef<'_>, polled: Option<Polled>) {
        if self.host.listens.get() {
            self.host.end_quiet();
        }
        let Some(polled) = polled else { return };
        let target = self.host.last_polled();
        if self.watched.has_cut() && self.comes_back(cell, target, self.has_message(cell)) {
            return self.host.let_go(polled);
        }
        match polled {
            Polled::Pending => {}
            Polled::Ready(flow) => self.ready(cell, flow),
            Polled::Panicked(payload) => {
                // Of two panics the first is told.
                let _ = self.drop_task(cell, AskError::Crashed).map_err(forget_payload);
                self.crash(cell, target, *payload, self.has_message(cell));
            }
        }
    }

    /// A pending future has its output.
    #[inline(never)]
    fn ready(&mut self, cell: CellRef<'_>, flow: Flow) {
        let dropped = self.drop_task(cell, AskError::Crashed);
        if dropped.is_ok() && flow.goes_on() && cell.word.status() == 0 {
            self.watched.has_handled();
        } else {
            self.has_ended(cell, flow, dropped);
        }
        if let Some(asker) = self.host.answered.take() {
            self.poll_asker(asker);
        }
    }

    /// The same of what is no message, or where the actor has more to do than go on.
    #[inline(never)]
    fn has_ended(&mut self, cell: CellRef<'_>, flow: Flow, dropped: std::thread::Result<()>) {
        let target = self.host.last_polled();
        match dropped {
            Ok(()) => self.finished(cell, target, flow),
            Err(payload) => {
                self.host.let_go(flow);
                self.crash(cell, target, payload, self.has_message(cell));
            }
        }
    }

    /// Polls an actor whose answer is there. What it answers itself meanwhile goes by the queue, so that a long
    /// chain of asks neither grows the stack nor holds the shard.
    #[inline]
    pub(super) fn poll_asker(&mut self, asker: Place) {
        self.host.answers_at_once.set(false);
        self.poll_cell(self.host.at_place(self.host.shard_id, asker));
    }

    /// Polls an actor that may answer at once.
    #[inline(always)]
    pub(super) fn poll_first(&mut self, cell: CellRef<'_>) {
        self.host.answers_at_once.set(true);
        self.poll_cell(cell);
        self.host.answers_at_once.set(false);
    }

    /// A pending handler or hook has ended.
    fn finished(&mut self, cell: CellRef<'_>, target: Target, flow: Flow) {
        if cell.kind().is_some_and(|kind| kind.is_process) {
            return self.process_ended(cell, target, flow);
        }
        if cell.word.has(STARTING) {
            self.started(cell, target, flow);
        } else if cell.word.has(ENDING) {
            self.go_on_ending(cell, target, flow);
        } else {
            self.count_handled(cell);
            if flow.goes_on() && !cell.word.has(BACKLOG) {
                return;
            }
            self.flow(cell, target, flow);
        }
        self.list_cell(cell, target);
    }

    /// Gives an actor its place in the rotation, if it has a backlog and may take from it.
    pub(super) fn list(&self, target: Target) {
        if let Some(cell) = self.host.cell(target) {
            self.list_cell(cell, target);
        }
    }

    /// The same of one whose cell was this before, and perhaps still is.
    #[inline]
    pub(super) fn list_cell(&self, cell: CellRef<'_>, target: Target) {
        if cell.word.has(BACKLOG)
            && cell.word.generation() == target.generation()
            && !self.is_kept_from_backlog(cell, LISTED)
        {
            cell.word.set(LISTED);
            self.shard.rotation.borrow_mut().push_back(target.slot());
        }
    }

    /// Whether the actor may take nothing of what waits for it now, by its status or because of these bits.
    #[inline(always)]
    fn is_kept_from_backlog(&self, cell: CellRef<'_>, bits: u32) -> bool {
        cell.word.has(BUSY | STARTING | ENDING | LEAVING | LENT | bits)
            && !(cell.word.has(SHARED) && !cell.word.has(bits) && self.goes_on_beside(cell))
    }

    /// A record waits, or finds no place.
    fn push_backlog(&mut self, cell: CellRef<'_>, target: Target, record: Arrived<'_>) {
        let is_message = record.letter().class() == Class::Message;
        let Some(record) = self.admit(cell, target, record) else { return };
        crate::sometimes!(Backlog);
        cell.with_extras(|extras| record.move_to(&extras.backlog, &self.host.stock));
        self.waits(cell, target, is_message);
    }

    /// One more waits for an actor. A message has a place in its mailbox.
    pub(super) fn waits(&self, cell: CellRef<'_>, target: Target, is_message: bool) {
        let high = cell.with_extras(|extras| {
            extras.backlog_records += 1;
            extras.room.messages += u64::from(is_message);
            let messages = extras.room.messages;
            extras.room.levels.rises(messages).then_some(messages)
        });
        self.host.counters.backlog.add(1);
        cell.word.set(BACKLOG);
        self.list_cell(cell, target);
        if let Some(messages) = high {
            self.tell_high(cell, target, messages);
        }
    }

    /// Gives a record back that may wait; else the mailbox's policy has been followed.
    pub(super) fn admit<'r>(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        record: Arrived<'r>,
    ) -> Option<Arrived<'r>> {
        let is_message = record.letter().class() == Class::Message;
        match cell.kind().and_then(|kind| kind.options.bound).filter(|_| is_message) {
            None => Some(record),
            Some(bound) => self.admit_bounded(cell, target, bound, record),
        }
    }

    /// A signal waits behind the messages before it.
    pub(super) fn push_back_signal(&self, cell: CellRef<'_>, target: Target, signal: Signal) {
        cell.with_extras(|extras| {
            extras.backlog.begin(|| self.host.stock.small());
            extras.backlog.append(host::signals(), target, signal, &self.host.stock);
        });
        self.waits(cell, target, false);
    }

    /// Gives actors with a backlog slices, for as long as the turn's other records took; for longer if more
    /// waits by now than before the turn, or who sends cheap messages would be ever further ahead.
    fn rotate(&mut self) {
        if self.shard.rotation.borrow().is_empty() {
            return;
        }
        let fresh = self.look();
        let share = fresh.max(config::ROTATION_LEAST);
        let growing = (fresh * config::ROTATION_GROWING).min(config::ROTATION_MOST);
        let (least, most) = (fresh + share, fresh + growing.max(share));
        loop {
            let Some(slot) = self.shard.rotation.borrow_mut().pop_front() else { return };
            self.take_slice(slot);
            self.end_stopped();
            let age = self.look();
            let grows = self.host.counters.backlog.get() > self.backlog;
            if age >= most || (age >= least && !grows) {
                return;
            }
        }
    }

    /// One slice from an actor's backlog.
    fn take_slice(&mut self, slot: u32) {
        let cell = self.host.cells.at(slot).expect("a listed slot has a cell");
        let target = Target::new(slot, cell.word.generation());
        cell.word.clear(LISTED);
        let Some(kind) = cell.kind() else { return };
        for _ in 0..self.slice(kind) {
            if !cell.word.has(BACKLOG) || self.is_kept_from_backlog(cell, 0) {
                return;
            }
            self.take_one(cell, target);
            if cell.word.generation() != target.generation() {
                return;
            }
        }
        self.list(target);
    }

    /// The oldest record of a backlog.
    fn take_one(&mut self, cell: CellRef<'_>, target: Target) {
        if self.take_timer(cell, target) {
            return;
        }
        self.bring_back(cell);
        // The queue is out of the cell while user code runs: nothing of the cell is borrowed.
        let taken = cell.if_extras(|extras| {
            extras.backlog_records -= 1;
            let is_ahead = !extras.ahead.is_empty();
            (extras.backlog_records == 0, is_ahead, std::mem::take(extras.queue(is_ahead)))
        });
        let Some((is_last, is_ahead, oldest)) = taken else { return };
        self.host.counters.backlog.remove(1);
        let outcome = self.take_from(cell, target, &oldest);
        if oldest.is_empty() {
            oldest.give_back(&self.host.stock);
        }
        cell.if_extras(|extras| *extras.queue(is_ahead) = oldest);
        if is_last && !has_changed(cell) {
            cell.word.clear(BACKLOG);
            cell.trim_extras();
        }
        match outcome {
            Ok(None) => {}
            Ok(Some(called)) => self.called_aside(cell, target, called),
            Err(Signal::Shutdown) => self.end(cell, target, ExitReason::Shutdown),
            Err(Signal::Stop) => self.end(cell, target, ExitReason::Normal),
            Err(signal) => self.hear(cell, target, signal),
        }
    }

    /// Delivers the first record of a backlog, or answers the signal that it is.
    fn take_from(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        backlog: &RecordQueue,
    ) -> Result<Option<Called>, Signal> {
        let mut reader = backlog.reader(&self.host.stock);
        let record = reader.next().expect("a counted record waits").take(host::signals());
        let record = match record {
            Ok(signal) => return Err(signal),
            Err(record) => record,
        };
        if record.letter().class() == Class::Message {
            if cell.word.has(STATED) && !cell.suits_state(&record) {
                self.put_by(cell, record);
                return Ok(None);
            }
            self.leaves(cell, target);
        }
        match self.deliver_aside(cell, record, BACKLOG) {
            Ok(called) => Ok(Some(called)),
            Err(record) => {
                self.dead(record, AskError::NoProc);
                Ok(None)
            }
        }
    }

    /// Deadlines of asks, of start hooks, and of actors that are drained.
    fn expire(&mut self) {
        let now = self.host.now.get();
        if now >= self.host.next_deadline.get() {
            self.sweep_asks(now);
        }
        while let Some(target) = self.shard.starts.take_due(now) {
            self.start_timed_out(target);
        }
        while let Some(target) = self.shard.drains.take_due(now) {
            // It has not ended in its time.
            self.host.kill(target);
        }
    }

    /// Ends the asks that are due, and finds the next deadline.
    fn sweep_asks(&mut self, now: u64) {
        let host = self.host;
        host.next_deadline.set(u64::MAX);
        let mut next = u64::MAX;
        host.cells.for_each(Role::Ask, |slot, cell| match cell.deadline() {
            Some(deadline) if deadline <= now => {
                let target = Target::new(slot, cell.word.generation());
                self.fail(cell, target, AskError::Timeout);
            }
            Some(deadline) => next = next.min(deadline),
            None => {}
        });
        let least = config::nanos(config::SWEEP_LEAST);
        let next = if next == u64::MAX { next } else { next.max(now + least) };
        host.next_deadline.set(host.next_deadline.get().min(next));
    }

    /// A record for this shard that no handler will see.
    pub(super) fn dead(&self, record: Arrived<'_>, why: AskError) {
        self.dead_at(self.host.address(record.target()), record, why);
    }

    pub(super) fn dead_at(&self, to: Address, record: Arrived<'_>, why: AskError) {
        let letter = record.letter();
        match letter.class() {
            Class::Answer => {
                crate::sometimes!(LateAnswer);
                self.host.counters.late_answers.add(1);
            }
            Class::Message => {
                let reason = match why {
                    AskError::Full => DeadReason::Overflow,
                    AskError::NoProc => DeadReason::NoProc,
                    _ => DeadReason::Stopped,
                };
                self.host.dead_letter(reason, to, letter);
            }
            Class::Signal => {}
        }
        let record = match record.take(host::signals()) {
            Ok(signal) => return self.unheard(to, signal, why),
            Err(record) => record,
        };
        self.discard_record(record, why);
    }

    /// Drops a message that no handler will see.
    pub(super) fn discard_record(&self, record: Arrived<'_>, why: AskError) {
        if !host::dropping_asks(why, || record.discard()) {
            self.host.counters.panics.add(1);
            self.host.counters.panics_in_drop.add(1);
            let panic = Arc::new(self.host.take_panic().unwrap_or_default());
            self.host.tell_panic(None, "", &ExitReason::Panic(panic));
        }
    }

    /// Makes dead letters of what is in the shard's own queue.
    pub(super) fn discard_queue(&mut self) {
        let mut reader = self.shard.queue.reader_with(self.cursor, &self.host.stock);
        while let Some(record) = reader.next() {
            self.dead(record, AskError::Stopped);
        }
    }
}

/// Whether an actor's state has changed, and what was held is to be looked at.
pub(super) fn has_changed(cell: CellRef<'_>) -> bool {
    let changed = |extras: &mut Extras| extras.machine.as_ref().map(|machine| machine.changed);
    cell.word.has(STATED) && cell.if_extras(changed).flatten().unwrap_or_default()
}
