//! How the actors of a shard start and end, and what the end of a system asks of a shard.
//!
//! ```text
//!  starting --start hook ended--> running --flow, stop, stop_now, shutdown--> ending --stop hook ended--> free
//!     |                              |
//!     +--failed, too late, ignored---+--panic--> free, without the stop hook
//! ```
//!
//! The end of an actor, in order: its pending future, its stop hook's too; its state; its timers; whoever waits
//! for its start; the records that waited, as dead letters in their order; its slot.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;

use super::Shard;
use super::children::{is_at_rest, with_keeper};
use super::driver::Driver;
use super::room::refuse;
use super::turn::Turn;
use crate::actor;
use crate::address::{Address, ShardId, Target};
use crate::bonds::Bonds;
use crate::cell::cells::Role;
use crate::cell::keeper::Ended;
use crate::cell::status::{
    ANSWERED, BUSY, EMPTY, ENDING, FAILED, KILLED, LEAVING, LENT, NEWS, SHARED, STARTING,
};
use crate::cell::{CellRef, CellType, Extras, Handled, Outcome, Starter};
use crate::config;
use crate::error::{AskError, StartError};
use crate::event::{Event, Topic};
use crate::exit::{Drained, ExitReason};
use crate::flow::{End, Flow};
use crate::host::{self, Host, Incarnation, Obituary, Signal};
use crate::mailbox::Line;
use crate::record::Cursor;
use crate::route::Word;
use crate::stats::Counters;

impl Turn<'_> {
    /// Runs the start hook.
    pub(super) fn start(&mut self, cell: CellRef<'_>, target: Target) {
        if !cell.word.has(STARTING)
            || cell.word.has(BUSY | ENDING | KILLED | LENT)
            || is_at_rest(cell)
        {
            return;
        }
        self.start_now(cell, target);
    }

    /// The same of one of which it is known that it may start.
    pub(super) fn start_now(&mut self, cell: CellRef<'_>, target: Target) {
        self.begins(cell, target);
        let is_empty = cell.word.has(EMPTY);
        let is_process = cell.kind().is_some_and(|kind| kind.is_process);
        let started = if is_empty { self.make(cell, target) } else { cell.start(target) };
        let Some(started) = self.unless_cut_off(cell, target, started, false) else { return };
        match started {
            Ok(Handled(Outcome::Flow(flow))) => self.started(cell, target, flow),
            Ok(Handled(Outcome::Later(task))) if is_process && !is_empty => {
                cell.suspend(task, target, &self.host.home);
                return self.begin_process(cell, target);
            }
            Ok(Handled(Outcome::Later(task))) => {
                let began = self.host.now.get();
                cell.suspend(task, target, &self.host.home);
                self.poll_first(cell);
                let waits = cell.word.has(STARTING) && cell.word.has(BUSY);
                // Else the start hook has begun, or this start is over.
                if waits && cell.word.has(EMPTY) == is_empty && self.host.cell(target).is_some() {
                    let timeout = cell.kind().map(|kind| kind.options.start_timeout);
                    let timeout = config::nanos(timeout.unwrap_or_default());
                    self.shard.starts.insert(began + timeout, target);
                }
            }
            Ok(Handled(
                Outcome::Answered(_)
                | Outcome::Answers(_)
                | Outcome::Beside(_)
                | Outcome::Received(_),
            )) => {}
            Err(payload) => self.crash(cell, target, payload, false),
        }
        self.list_cell(cell, target);
    }

    /// The start hook has ended.
    pub(super) fn started(&mut self, cell: CellRef<'_>, target: Target, flow: Flow) {
        self.forget_deadline(target);
        let error = match flow.ends() {
            None => return self.has_started(cell, target),
            Some(End::Ready) => {
                self.has_started(cell, target);
                return self.is_ready(cell, target);
            }
            Some(End::Ignore) => StartError::Ignored,
            Some(End::NotStarted(error)) => error,
            Some(End::Exit(reason)) => StartError::Failed(reason),
        };
        self.start_failed(cell, target, error);
    }

    fn has_started(&mut self, cell: CellRef<'_>, target: Target) {
        let kind = cell.kind().expect("a cell in use has a type");
        if self.has_made(cell) && kind.starts && !cell.word.has(ENDING) {
            return self.start(cell, target);
        }
        cell.word.clear(STARTING);
        // Of a later incarnation its supervisor tells.
        if with_keeper(cell, |keeper| keeper.life > 1) != Some(true) {
            self.host.tell_started(target, kind);
        }
        actor::begin_timers(self.host, cell, target);
        self.attach_streams(cell, target);
        if !kind.supervises {
            self.is_ready(cell, target);
        }
        // `stop_now` came while it started.
        if cell.word.has(ENDING) {
            self.end(cell, target, ExitReason::Normal);
        }
    }

    /// Says that an actor runs.
    pub(super) fn is_ready(&mut self, cell: CellRef<'_>, target: Target) {
        self.runs(cell, target);
        let starter = cell.if_extras(|extras| extras.starter.take()).flatten();
        self.tell_starter(starter, Ok(self.host.address(target)));
    }

    /// There is no actor: whoever waits for its start is told when nothing of it is left.
    pub(super) fn start_failed(&mut self, cell: CellRef<'_>, target: Target, error: StartError) {
        if is_at_rest(cell) {
            // Nothing starts: who wants it to end comes between two lives of it.
            cell.word.rest();
            return self.host.let_go(error);
        }
        with_keeper(cell, |keeper| keeper.error = Some(error.clone()));
        let reason = match &error {
            StartError::Failed(reason) => reason.clone(),
            StartError::Timeout => ExitReason::StartTimeout,
            StartError::NoThread(_) | StartError::Thread(_) => ExitReason::error(error.clone()),
            _ => ExitReason::Normal,
        };
        let starter = cell.if_extras(|extras| extras.starter.take()).flatten();
        let name = cell.kind().map_or("", |kind| kind.name());
        self.bury(cell, target, &reason);
        // One that was stopped while it started has not failed.
        if !reason.is_normal() {
            self.tell_failed_start(target, name, &error);
        }
        self.tell_starter(starter, Err(error));
        self.host.let_go(reason);
    }

    /// Tells whoever waits for a start how it went. A waker that panics is no bother of the shard.
    #[inline]
    fn tell_starter(&self, starter: Option<Starter>, started: Result<Address, StartError>) {
        if let Some(starter) = starter {
            self.unless_it_panics(|| starter(started));
        }
    }

    fn tell_failed_start(&self, target: Target, kind: &'static str, error: &StartError) {
        let actor = self.host.address(target);
        self.host.emit(Topic::StartFailed, || {
            // The error may be a user's, and say itself in a user's code.
            let why = self.host.guard(|| Arc::from(error.to_string()));
            let why = why.unwrap_or_else(|_| Arc::from("it has an error that panics"));
            Event::StartFailed { actor, kind, why }
        });
    }

    pub(super) fn start_timed_out(&mut self, target: Target) {
        let Some(cell) = self.host.cell(target) else { return };
        if cell.word.has(STARTING) && !cell.word.has(LENT) {
            self.start_failed(cell, target, StartError::Timeout);
        }
    }

    #[inline]
    pub(super) fn forget_deadline(&self, target: Target) {
        self.shard.starts.forget(target);
    }

    /// Somebody wants the actor to end once it has handled what was sent before, and soon.
    pub(super) fn drain(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        force: u32,
        nanos: u64,
        tell: oneshot::Sender<Drained>,
    ) {
        cell.with_extras(|extras| extras.drains.push(tell));
        self.shard.drains.insert(self.host.now.get() + nanos, target);
        self.signal(cell, target, Signal::Stop, force);
    }

    /// Begins the end of an actor that is not busy: its stop hook, then the rest.
    pub(super) fn end(&mut self, cell: CellRef<'_>, target: Target, reason: ExitReason) {
        self.begin_end(cell, target, &reason);
        self.host.let_go_reason(reason);
    }

    fn begin_end(&mut self, cell: CellRef<'_>, target: Target, reason: &ExitReason) {
        if cell.word.has(LENT) || cell.kind().is_none_or(|kind| kind.is_reply()) {
            return;
        }
        if cell.word.has(KILLED) {
            return self.end_killed(cell, target);
        }
        cell.word.set(ENDING);
        if cell.word.has(STARTING) {
            return self.start_failed(cell, target, StartError::Failed(reason.clone()));
        }
        self.begins(cell, target);
        let stopped = self.as_listener(cell, || cell.stop(reason, target));
        if let Ok(Handled(Outcome::Flow(flow))) = &stopped
            && flow.goes_on()
            && !self.watched.has_cut()
        {
            // There is nothing to drop, and a call to find that out.
            std::mem::forget(stopped);
            return self.bury(cell, target, reason);
        }
        let Some(stopped) = self.unless_cut_off(cell, target, stopped, false) else { return };
        match stopped {
            Ok(Handled(Outcome::Later(task))) => {
                cell.suspend(task, target, &self.host.home);
                self.poll(target);
            }
            Ok(done) => {
                self.host.let_go(done);
                self.bury(cell, target, reason);
            }
            Err(payload) => self.crash(cell, target, payload, false),
        }
    }

    /// A future of an actor that ends is done: the handler that was under way, or the stop hook.
    pub(super) fn go_on_ending(&mut self, cell: CellRef<'_>, target: Target, flow: Flow) {
        match cell.if_extras(|extras| extras.reason.clone()).flatten() {
            Some(reason) => {
                self.bury(cell, target, &reason);
                self.host.let_go((reason, flow));
            }
            None => {
                self.count_handled(cell);
                let reason = match flow.ends() {
                    Some(End::Exit(reason)) => reason,
                    Some(End::Ignore | End::NotStarted(_) | End::Ready) | None => {
                        ExitReason::Normal
                    }
                };
                self.end(cell, target, reason);
            }
        }
    }

    /// Ends those for whom `kill`, `stop_now` or `cx.stop()` was called.
    pub(super) fn end_stopped(&mut self) {
        loop {
            let Some(target) = self.host.ending.borrow_mut().pop() else { return };
            let Some(cell) = self.host.cell(target) else {
                self.watched.forget(target);
                continue;
            };
            if cell.word.has(KILLED) {
                self.end_killed(cell, target);
                continue;
            }
            if let Some(mailbox) = cell.mailbox() {
                self.end_stopped_process(cell, target, &*mailbox);
                continue;
            }
            cell.word.clear(LEAVING);
            if cell.word.has(ENDING | LENT) {
                continue;
            }
            if cell.word.has(BUSY) {
                // After its present message.
                cell.word.set(ENDING);
            } else {
                self.end(cell, target, ExitReason::Normal);
            }
        }
    }

    /// Ends an actor that was killed, and none of whose code runs: at its await, or before its next call.
    fn end_killed(&mut self, cell: CellRef<'_>, target: Target) {
        let in_flight = self.is_at_message(cell);
        self.end_at_once(cell, target, in_flight);
    }

    /// Ends an actor without its stop hook.
    pub(super) fn end_abruptly(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        reason: ExitReason,
        in_flight: bool,
    ) {
        if in_flight {
            self.lose_in_flight(cell, target);
        }
        cell.word.set(ENDING);
        if cell.word.has(STARTING) {
            self.forget_deadline(target);
            self.start_failed(cell, target, StartError::Failed(reason));
        } else {
            self.bury(cell, target, &reason);
        }
    }

    /// Ends an actor that was killed.
    fn end_at_once(&mut self, cell: CellRef<'_>, target: Target, in_flight: bool) {
        let is_actor = cell.kind().is_some_and(|kind| !kind.is_reply());
        let was_cut = self.watched.cut() == target;
        if was_cut {
            // For everybody else it had ended before, and so had its place.
            with_keeper(cell, |keeper| keeper.rests = Some(false));
        }
        if is_actor && !cell.word.has(LENT) {
            self.end_abruptly(cell, target, ExitReason::Killed, in_flight);
        }
        // After its destructor, whose sends are still discarded if it was cut off.
        self.watched.forget(target);
        if was_cut {
            self.host.end_detour();
        }
    }

    /// Gives the outcome of a call back, unless its actor was cut off meanwhile.
    #[inline(always)]
    pub(super) fn unless_cut_off(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        outcome: std::thread::Result<Handled<'static>>,
        in_flight: bool,
    ) -> Option<std::thread::Result<Handled<'static>>> {
        if !self.watched.has_cut() {
            return Some(outcome);
        }
        self.unless_this_is_cut_off(cell, target, outcome, in_flight)
    }

    #[cold]
    #[inline(never)]
    fn unless_this_is_cut_off(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        outcome: std::thread::Result<Handled<'static>>,
        in_flight: bool,
    ) -> Option<std::thread::Result<Handled<'static>>> {
        if self.watched.cut() == target {
            // A future borrows the state, and goes before it.
            let dropped = match outcome {
                Ok(handled) => {
                    self.host.guard(|| host::dropping_asks(AskError::Stopped, || drop(handled)))
                }
                Err(payload) => Err(self.host.panicked(payload)),
            };
            if let Err(reason) = dropped {
                let actor = self.host.address(target);
                tracing::warn!(target: "callboard", %actor, %reason, "panic after it was cut off");
            }
            self.comes_back(cell, target, in_flight);
            return None;
        }
        self.comes_back(cell, target, in_flight);
        Some(outcome)
    }

    /// A call has returned on a shard one of whose actors was cut off. Answers whether it was that actor's,
    /// which has then ended; else its call had returned by the time, and it is to end soon.
    #[cold]
    #[inline(never)]
    pub(super) fn comes_back(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        in_flight: bool,
    ) -> bool {
        let cut = self.watched.cut();
        if cut == target {
            self.end_at_once(cell, target, in_flight);
            return true;
        }
        if self.host.cell(cut).is_none_or(|cell| !cell.word.has(KILLED)) {
            self.host.kill(cut);
        }
        self.host.end_detour();
        false
    }

    /// User code of an actor panicked: in a handler, if a message was in flight, or in a hook.
    pub(super) fn crash(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        payload: Box<dyn Any + Send>,
        in_flight: bool,
    ) {
        let reason = self.host.panicked(payload);
        if cell.kind().is_none_or(|kind| kind.is_reply()) {
            tracing::error!(target: "callboard", %reason, "the cell of an ask panicked");
            return;
        }
        let actor = self.host.address(target);
        let name = cell.kind().map_or("", |kind| kind.name());
        tracing::warn!(target: "callboard", %actor, kind = name, %reason, "panic");
        self.host.tell_panic(Some(actor), name, &reason);
        self.end_abruptly(cell, target, reason, in_flight);
    }

    /// Counts a destructor's panic, and says so.
    pub(super) fn destructor_panicked(
        &self,
        cell: CellRef<'_>,
        target: Target,
        payload: Box<dyn Any + Send>,
    ) {
        let reason = self.host.panicked(payload);
        self.host.counters.panics_in_drop.add(1);
        let actor = self.host.address(target);
        let name = cell.kind().map_or("", |kind| kind.name());
        self.host.tell_panic(Some(actor), name, &reason);
        tracing::error!(target: "callboard", %reason, "a destructor panicked");
    }

    /// Whether the actor awaits in a handler, and in no hook.
    pub(super) fn is_at_message(&self, cell: CellRef<'_>) -> bool {
        cell.word.has(BUSY) && self.has_message(cell)
    }

    /// Whether the future that is, or was, pending in this cell is that of a message, and of no hook.
    pub(super) fn has_message(&self, cell: CellRef<'_>) -> bool {
        if let Some(mailbox) = cell.mailbox() {
            return mailbox.receiving().is_at_message.get();
        }
        let stops = cell.if_extras(|extras| extras.reason.is_some()).unwrap_or_default();
        !cell.word.has(NEWS | STARTING) && !stops
    }

    /// The message a handler was at when it was cut off; all of them where handlers are concurrent.
    pub(super) fn lose_in_flight(&self, cell: CellRef<'_>, target: Target) {
        if cell.word.has(SHARED) {
            return self.lose_handlers(cell, target);
        }
        let kind = cell.kind().expect("a cell in use has a type");
        let lose = |extras: &mut Extras| {
            extras.cut_off += u64::from(!extras.drains.is_empty());
            extras.kept.take()
        };
        let kept = cell.if_extras(lose).flatten();
        self.host.lose_in_flight(target, kind.letter(), kept);
    }

    /// Drops the pending future; asks it holds end with `error`.
    pub(super) fn drop_task(&self, cell: CellRef<'_>, error: AskError) -> std::thread::Result<()> {
        host::dropping_asks(error, || cell.drop_task(&self.host.futures))
    }

    /// Ends what is left of an actor and frees its cell, or keeps that for its next life.
    pub(super) fn bury(&mut self, cell: CellRef<'_>, target: Target, reason: &ExitReason) {
        let keeps_place = cell.has_extras() && self.keeps_place(cell, reason);
        let had_started = !cell.word.has(STARTING);
        let kind = cell.kind().expect("a cell in use has a type");
        self.drop_state(cell, target, reason, keeps_place);
        let actor = self.host.address(target);
        if !cell.has_extras() {
            self.free_cell(cell, actor, kind, reason);
            if had_started {
                self.host.tell_stopped(target, kind, reason);
            }
            return;
        }
        let told = self.end_extras(cell, target, reason, keeps_place);
        if told.is_some() {
            self.free_cell(cell, actor, kind, reason);
        }
        if had_started {
            self.host.tell_stopped(target, kind, reason);
        }
        // They may look at once, and find that it is gone.
        if let Some(told) = told {
            self.tell_end(told, actor, kind, reason);
        }
    }

    /// Frees the cell of an actor of which nothing is left.
    #[inline(always)]
    fn free_cell(
        &self,
        cell: CellRef<'_>,
        actor: Address,
        kind: &'static CellType,
        reason: &ExitReason,
    ) {
        if tracing::enabled!(target: "callboard", tracing::Level::TRACE) {
            trace_stop(self.host, actor, kind, reason);
        }
        self.host.cells.free(actor.target().slot(), cell, kind);
    }

    /// Drops the future and the state of an actor.
    #[inline(always)]
    fn drop_state(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        reason: &ExitReason,
        keeps_place: bool,
    ) {
        let is_process = cell.kind().is_some_and(|kind| kind.is_process);
        let runs_hook = keeps_place && !is_process && reason.is_crash() && !cell.word.has(EMPTY);
        cell.word.set(ENDING);
        self.begins(cell, target);
        let error = if reason.is_crash() { AskError::Crashed } else { AskError::Stopped };
        let has_crew = |extras: &mut Extras| extras.crew.is_some();
        if runs_hook || cell.has_task() || cell.if_extras(has_crew) == Some(true) {
            self.drop_futures(cell, target, error, runs_hook.then_some(reason));
        }
        if keeps_place && is_process {
            return;
        }
        let dropped = self.as_listener(cell, || self.drop_body(cell, target, error));
        if let Err(payload) = dropped {
            self.destructor_panicked(cell, target, payload);
        }
    }

    /// Drops the state alone, and what waits in the mailbox of a process; asks these hold end with `error`.
    #[inline(never)]
    fn drop_body(
        &self,
        cell: CellRef<'_>,
        target: Target,
        error: AskError,
    ) -> std::thread::Result<()> {
        self.discard_mailbox(cell, target);
        host::dropping_asks(error, || cell.drop_body())
    }

    /// Drops what borrows the state; then, where that is to be dropped for this reason and another made, runs the hook
    /// of that.
    #[inline(never)]
    fn drop_futures(
        &self,
        cell: CellRef<'_>,
        target: Target,
        error: AskError,
        restarts: Option<&ExitReason>,
    ) {
        let dropped = self.as_listener(cell, || self.drop_task(cell, error));
        if let Err(payload) = dropped {
            self.destructor_panicked(cell, target, payload);
        }
        // The destructor of that may have had a context.
        self.as_listener(cell, || self.end_aides(cell, target, error, |_| true));
        if let Some(reason) = restarts
            && let Err(payload) = self.as_listener(cell, || cell.restart(reason, target))
        {
            self.destructor_panicked(cell, target, payload);
        }
    }

    /// Ends what an actor has besides its state. Answers who is still to be told of its end; none if it keeps its
    /// place for another life.
    #[inline(never)]
    fn end_extras(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        reason: &ExitReason,
        keeps_place: bool,
    ) -> Option<Told> {
        let has_more = |extras: &mut Extras| extras.timers.is_some() || !extras.drains.is_empty();
        if keeps_place && cell.if_extras(has_more) == Some(false) {
            cell.if_extras(|extras| extras.cut_off = 0);
            self.rest(cell, target, reason);
            return None;
        }
        self.cancel_timers(cell);
        let (drains, left) = self.take_drains(cell, target, reason);
        if keeps_place {
            self.tell_drained(drains, left, reason);
            self.rest(cell, target, reason);
            return None;
        }
        self.release_names(cell, self.host.address(target));
        self.report_end(cell, target, reason);
        let told = self.discard_extras(cell.take_extras()?);
        Some(Told { drains, left, ..told })
    }

    /// Tells whoever is concerned that an actor has ended, once nothing is left of it.
    fn tell_end(&self, told: Told, actor: Address, kind: &CellType, reason: &ExitReason) {
        let Told { watchers, bonds, starter, drains, left, life, ended } = told;
        if kind.supervises {
            // Its start was not over before its last child's.
            self.tell_starter(starter, Err(StartError::Failed(reason.clone())));
        } else {
            self.unless_it_panics(|| drop(starter));
        }
        self.tell_drained(drains, left, reason);
        let last = ended.as_ref().map_or(reason, |ended| &ended.reason);
        for watcher in watchers.into_iter() {
            self.say(watcher, last.clone());
        }
        let incarnation = Incarnation { number: life, restarting: false };
        if let Some(Ended { reason, bonds: Some(bonds) }) = ended {
            self.announce(Obituary { actor, reason, bonds: *bonds, incarnation, starts: false });
        }
        let reason = reason.clone();
        self.announce(Obituary { actor, reason, bonds, incarnation, starts: false });
    }

    /// Who drains an actor that ends, and how many messages it has not handled to the end.
    fn take_drains(
        &self,
        cell: CellRef<'_>,
        target: Target,
        reason: &ExitReason,
    ) -> (Vec<oneshot::Sender<Drained>>, u64) {
        let drained = cell.if_extras(|extras| {
            let left = extras.room.messages + std::mem::take(&mut extras.cut_off);
            (std::mem::take(&mut extras.drains), left)
        });
        let (drains, left) = drained.unwrap_or_default();
        if !drains.is_empty() {
            self.shard.drains.forget(target);
        }
        // What waits when it ends as it was told was sent after.
        (drains, if reason.is_normal() { 0 } else { left })
    }

    /// Tells those who drained an actor that it has ended.
    fn tell_drained(&self, drains: Vec<oneshot::Sender<Drained>>, left: u64, reason: &ExitReason) {
        for tell in drains {
            self.say(tell, Drained { left, reason: reason.clone() });
        }
    }

    /// Takes the names of an actor that ends for good off it, and it out of its groups.
    fn release_names(&self, cell: CellRef<'_>, actor: Address) {
        if cell.if_extras(|extras| std::mem::take(&mut extras.named)).unwrap_or_default() {
            self.host.registry.release(actor);
        }
    }

    /// Ends what waited for an actor, or in it. Answers who is still to be told of its end.
    fn discard_extras(&mut self, mut extras: Box<Extras>) -> Told {
        let host = self.host;
        let machine = extras.machine.take().unwrap_or_default();
        host.counters.backlog.remove(extras.backlog_records + machine.records);
        for queue in [&machine.held, &extras.ahead, &extras.backlog] {
            let mut reader = queue.reader(&host.stock);
            while let Some(record) = reader.next() {
                self.dead(record, AskError::Stopped);
            }
            drop(reader);
            queue.give_back(&host.stock);
        }
        let Extras {
            mut room, awaits, watchers, bonds, keeper, starter, waiter, reason, kept, ..
        } = *extras;
        for seeker in room.take_seekers() {
            refuse(&seeker, AskError::Stopped);
        }
        self.end_awaits(awaits);
        let (life, ended) = keeper.map_or((1, None), |mut keeper| {
            let told = (keeper.life, keeper.ended.take());
            host.let_go(keeper);
            told
        });
        host.let_go((waiter, reason, kept));
        Told { watchers, bonds, starter, drains: Vec::new(), left: 0, life, ended }
    }

    /// Gives up the asks whose answers an actor would have gone on with.
    pub(super) fn end_awaits(&mut self, awaits: BTreeSet<Target>) {
        for ask in awaits {
            if let Some(cell) = self.host.cell(ask) {
                let is_late = cell.word.has(ANSWERED) && !cell.word.has(FAILED);
                self.host.counters.late_answers.add(u64::from(is_late));
                self.abandon(cell, ask);
            }
        }
    }
}

/// Tells whoever traces that an actor has ended.
#[cold]
#[inline(never)]
fn trace_stop(host: &Host, actor: Address, kind: &CellType, reason: &ExitReason) {
    // Whoever collects this has a user's error say itself.
    let _ = host.guard(|| {
        tracing::trace!(target: "callboard", %actor, kind = kind.name(), %reason, "stop");
    });
}

/// Who is to be told that an actor has ended, once it is gone.
struct Told {
    watchers: Line<oneshot::Sender<ExitReason>>,
    bonds: Bonds,
    starter: Option<Starter>,
    drains: Vec<oneshot::Sender<Drained>>,
    /// Messages that it has not handled to the end.
    left: u64,
    /// Which incarnation ended.
    life: u64,
    /// One that ended before, and whose bonds were not told.
    ended: Option<Ended>,
}

/// What the end of a system found on a shard.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Left {
    /// Actors that had not ended.
    pub(crate) actors: usize,
    /// Messages that no handler had begun, and those of handlers that were cut off.
    pub(crate) messages: u64,
}

impl Shard {
    pub(super) fn queue_is_empty(&self, cursor: &Cursor) -> bool {
        self.queue.is_empty_with(cursor)
    }

    /// Actors that live here.
    pub(crate) fn actors(&self) -> usize {
        self.host.cells.actors()
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.host.counters
    }

    /// Whether actors began since `shut_actors` was last called.
    pub(crate) fn has_new_actors(&self) -> bool {
        self.host.begun.get() > 0
    }

    /// Has every actor end once it has handled what waits for it now; the body of a program, at its next await.
    pub(crate) fn shut_actors(&self, now: Instant, driver: &dyn Driver) {
        self.host.begun.set(0);
        self.round(now, driver, |turn| {
            turn.host.cells.for_each(Role::Actor, |slot, cell| {
                let target = Target::new(slot, cell.word.generation());
                if cell.kind().is_some_and(|kind| kind.is_program) {
                    turn.host.kill(target);
                // What a supervisor keeps, it ends.
                } else if !cell.word.has(ENDING) && with_keeper(cell, |_| ()).is_none() {
                    host::send(host::signals(), turn.host.address(target), Signal::Shutdown);
                }
            });
        });
    }

    /// Ends every actor at once, without its stop hook, and makes dead letters of all that waits.
    pub(crate) fn cut_off(&self, now: Instant, driver: &dyn Driver) -> Left {
        let actors = self.actors();
        let before = self.counters().dead_letters().total();
        // Destructors may spawn: what they do is cut off too, but not for ever.
        for _ in 0..config::CUT_OFF_ROUNDS {
            if self.actors() == 0 {
                break;
            }
            self.round(now, driver, |turn| {
                turn.host.cells.for_each(Role::Actor, |slot, cell| {
                    let target = Target::new(slot, cell.word.generation());
                    if turn.is_at_message(cell) {
                        turn.lose_in_flight(cell, target);
                    }
                    if !cell.word.has(LENT) {
                        turn.dismiss(cell);
                        turn.bury(cell, target, &ExitReason::Shutdown);
                    }
                });
            });
        }
        Left { actors, messages: self.counters().dead_letters().total() - before }
    }

    /// Makes dead letters of all records that are still on their way here, and ends the asks. What destructors
    /// have sent meanwhile goes on its way; what they send from now on stays for [`leave`](Self::leave).
    pub(crate) fn drain(&self, now: Instant, driver: &dyn Driver) -> u64 {
        let before = self.counters().dead_letters().total();
        self.discard_all(now, driver);
        self.flush();
        self.keeps.set(true);
        self.counters().dead_letters().total() - before
    }

    /// As [`drain`](Self::drain), once all shards have: nobody lives anywhere, so what was sent since is a dead
    /// letter here, wherever it was to go.
    pub(crate) fn leave(&self, now: Instant, driver: &dyn Driver) -> u64 {
        let before = self.counters().dead_letters().total();
        self.discard_all(now, driver);
        // Destructors may send again, but not for ever.
        for _ in 0..config::CUT_OFF_ROUNDS {
            if self.round(now, driver, |turn| turn.discard_outboxes()) == 0 {
                break;
            }
            self.discard_all(now, driver);
        }
        self.counters().dead_letters().total() - before
    }

    fn discard_all(&self, now: Instant, driver: &dyn Driver) {
        self.round(now, driver, |turn| {
            turn.discard_arrivals();
            turn.host.cells.for_each(Role::Ask, |slot, cell| {
                let target = Target::new(slot, cell.word.generation());
                turn.fail(cell, target, AskError::Stopped);
            });
        });
        self.cut_off(now, driver);
        self.round(now, driver, |turn| turn.discard_arrivals());
    }
}

impl Turn<'_> {
    /// Everything in the injector, the lanes and the shard's own queue becomes a dead letter.
    fn discard_arrivals(&mut self) {
        let shard = self.shard;
        while let Some(word) = shard.inbox.next() {
            if let Word::Record(mut loose) = word {
                if let Some(record) = loose.take() {
                    self.dead(record, AskError::Stopped);
                }
            } else {
                host::dropping_asks(AskError::Stopped, || self.host.let_go(word));
            }
        }
        for lane in &shard.receivers {
            while let Some(mut parcel) = lane.receive() {
                let mut records = parcel.walk();
                while let Some(record) = records.next() {
                    self.dead(record, AskError::Stopped);
                }
            }
        }
        self.discard_queue();
    }

    /// Everything that was to go to other shards becomes a dead letter. Answers how many records that were.
    fn discard_outboxes(&mut self) -> u64 {
        let mut count = 0;
        for (to, outbox) in self.host.outboxes.iter().enumerate() {
            let shard_id = ShardId::new(self.host.shard_id.node(), to as u32);
            loop {
                // Not borrowed while records are dropped.
                let parcel = outbox.full.borrow_mut().pop_front();
                let Some(mut parcel) = parcel.or_else(|| outbox.open.take_parcel()) else { break };
                let mut records = parcel.walk();
                while let Some(record) = records.next() {
                    count += 1;
                    self.dead_at(
                        Address::new(shard_id, record.target()),
                        record,
                        AskError::Stopped,
                    );
                }
                drop(records);
                self.host.stock.put(parcel.finish());
            }
        }
        count
    }
}
