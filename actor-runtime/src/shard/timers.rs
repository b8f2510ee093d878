//! What the turn does about timers: what is due is handed to its actor, or waits for it.
//!
//! A timer is due at the beginning of a turn, before anything that came meanwhile. An actor that is idle takes it
//! at once; one that is not takes it first of all when its next slice begins (T8).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::turn::{Turn, has_changed};
use crate::address::Target;
use crate::cell::process::{AnyMailbox, Brought};
use crate::cell::status::{BACKLOG, BUSY, ENDING, LEAVING, LENT, STARTING, STATED};
use crate::cell::{CellRef, News};
use crate::config;
use crate::error::AskError;
use crate::exit::ExitReason;
use crate::host;
use crate::mailbox::{Bound, Overflow};
use crate::record::Loose;
use crate::stats::DeadReason;
use crate::timer::{Call, Expired, OwnTimers, Ring, TimerId};

impl Turn<'_> {
    /// Lets expire what is due, for a while: the rest is the next turn's.
    pub(super) fn expire_timers(&mut self) {
        let now = self.host.now.get();
        for count in 1..=config::TURN_TIMERS {
            let Some((timer, owner)) = self.host.timers.pop(now) else { return };
            self.expired(timer, owner, now);
            if count % config::CLOCK_EVERY_RECORDS == 0 && self.look() >= config::TIMERS_LONGEST {
                return;
            }
        }
    }

    /// Has those polled whose alarms ring, for a while.
    pub(super) fn ring_alarms(&mut self) {
        let now = self.host.now.get();
        for count in 1..=config::TURN_TIMERS {
            match self.host.alarms.pop(now) {
                None => return,
                Some(Ring::Process(process)) => self.poll(process),
                Some(Ring::Waker(waker)) => self.unless_it_panics(|| waker.wake()),
            }
            if count % config::CLOCK_EVERY_RECORDS == 0 && self.look() >= config::TIMERS_LONGEST {
                return;
            }
        }
    }

    fn expired(&mut self, timer: TimerId, target: Target, now: u64) {
        let cell = self.host.cell(target).expect("the timers of an actor end with it");
        let status = cell.word.status();
        if status & (ENDING | LEAVING | LENT) != 0 {
            // It goes with its actor.
            return;
        }
        let mailbox = cell.mailbox();
        let is_free = mailbox.is_some()
            || status & (BUSY | BACKLOG | STARTING) == 0 && self.has_slice(cell, self.constants());
        let expire = |own: &mut OwnTimers| self.host.timers.expire(own, timer, now, is_free);
        let is_there = |mailbox: Rc<dyn AnyMailbox>| mailbox.receiving().has_timer(timer);
        match if_own(cell, expire) {
            // A process has not taken its tick of before.
            Some(Expired::Due) if mailbox.is_some_and(is_there) => {}
            Some(Expired::Due) if is_free => self.fire(cell, target, timer),
            Some(Expired::Due) => self.let_wait(cell, target, timer),
            Some(Expired::Later) | None => {}
        }
    }

    /// A timer has expired and its actor is not free: it takes a place in the mailbox, ahead of all messages.
    fn let_wait(&mut self, cell: CellRef<'_>, target: Target, timer: TimerId) {
        let bound = cell.kind().and_then(|kind| kind.options.bound);
        if bound.is_some_and(|bound| !self.admit_timer(cell, target, bound, timer)) {
            return;
        }
        if_own(cell, |own| self.host.timers.wait(own, timer));
        self.waits(cell, target, true);
    }

    /// Whether what a timer brings may wait; else the policy has been followed.
    fn admit_timer(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        bound: Bound,
        timer: TimerId,
    ) -> bool {
        if cell.if_extras(|extras| extras.room.has_place(bound)).unwrap_or(true) {
            return true;
        }
        if bound.overflow == Overflow::DropOldest && self.drop_oldest(cell, target) {
            return true;
        }
        self.lose_timer(cell, target, timer);
        if bound.overflow == Overflow::Crash {
            let in_flight = self.is_at_message(cell);
            self.end_abruptly(cell, target, ExitReason::Overflow, in_flight);
        }
        false
    }

    /// Makes a dead letter of the timer that waits longest; there may be none.
    pub(super) fn drop_waiting_timer(&self, cell: CellRef<'_>, target: Target) -> bool {
        let Some(timer) = if_own(cell, |own| own.first_waiting()).flatten() else { return false };
        self.lose_timer(cell, target, timer);
        cell.if_extras(|extras| {
            extras.backlog_records -= 1;
            extras.room.messages -= 1;
        });
        self.host.counters.backlog.remove(1);
        true
    }

    /// What a timer brings finds no place.
    fn lose_timer(&self, cell: CellRef<'_>, target: Target, timer: TimerId) {
        match if_own(cell, |own| self.host.timers.take(own, timer)).flatten() {
            Some(Call::Once(mut message)) => {
                if let Some(record) = message.take() {
                    self.dead(record, AskError::Full);
                }
            }
            Some(call @ (Call::Again(_) | Call::Method(_))) => {
                if let Call::Again(Some(make)) = call {
                    self.put_back(timer, make);
                }
                let letter = cell.kind().expect("a cell in use has a type").letter();
                self.host.dead_letter(DeadReason::Overflow, self.host.address(target), letter);
            }
            None => {}
        }
    }

    /// Whether a timer has expired that the actor is still to take.
    pub(super) fn has_waiting_timer(cell: CellRef<'_>) -> bool {
        if_own(cell, |own| own.first_waiting()).flatten().is_some()
    }

    /// The actor takes the timer that has waited longest, if one waits.
    pub(super) fn take_timer(&mut self, cell: CellRef<'_>, target: Target) -> bool {
        let Some(timer) = if_own(cell, |own| own.first_waiting()).flatten() else { return false };
        let is_last = cell.with_extras(|extras| {
            extras.backlog_records -= 1;
            extras.backlog_records == 0
        });
        self.host.counters.backlog.remove(1);
        self.leaves(cell, target);
        if is_last && !has_changed(cell) {
            cell.word.clear(BACKLOG);
        }
        self.fire(cell, target, timer);
        true
    }

    /// Hands an actor that is free what a timer brings.
    fn fire(&mut self, cell: CellRef<'_>, target: Target, timer: TimerId) {
        let is_process = cell.kind().is_some_and(|kind| kind.is_process);
        let key = if is_process { self.host.timers.key(timer) } else { None };
        let made = match if_own(cell, |own| self.host.timers.take(own, timer)).flatten() {
            None | Some(Call::Again(None)) => return,
            Some(Call::Method(number)) => return self.fire_method(cell, target, number),
            Some(Call::Once(message)) => Ok(message),
            Some(Call::Again(Some(mut make))) => {
                self.begins(cell, target);
                let made = catch_unwind(AssertUnwindSafe(&mut make));
                self.put_back(timer, make);
                made
            }
        };
        match made {
            Ok(message) => self.fire_message(cell, target, (timer, key), message),
            Err(payload) => self.crash(cell, target, payload, false),
        }
    }

    fn fire_message(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        timer: Brought,
        mut message: Loose,
    ) {
        let Some(record) = message.take() else { return };
        if let Some(mailbox) = cell.mailbox() {
            mailbox.receiving().brings(Some(timer));
            self.file(cell, target, record, 0);
            return mailbox.receiving().brings(None);
        }
        if cell.word.has(STATED) && !cell.suits_state(&record) {
            return self.hold(cell, target, record);
        }
        let delivered = self.deliver_aside(cell, record, BACKLOG);
        let delivered = delivered.map_err(|record| self.dead(record, AskError::NoProc));
        if let Ok(called) = delivered {
            self.called(cell, target, called);
        }
    }

    fn fire_method(&mut self, cell: CellRef<'_>, target: Target, number: usize) {
        self.begins(cell, target);
        let outcome = self.as_listener(cell, || cell.hear(News::Timer(number), target));
        self.delivered(cell, target, outcome);
    }

    fn put_back(&self, timer: TimerId, make: crate::timer::Again) {
        if let Some(gone) = self.host.timers.put_back(timer, make) {
            self.unless_it_panics(|| drop(gone));
        }
    }

    /// Cancels all timers of an actor, also those that wait.
    pub(super) fn cancel_timers(&self, cell: CellRef<'_>) {
        let own = cell.if_extras(|extras| {
            let own = extras.timers.take()?;
            let waiting = own.waiting();
            extras.backlog_records -= waiting;
            extras.room.messages -= waiting;
            self.host.counters.backlog.remove(waiting);
            if extras.backlog_records == 0 {
                cell.word.clear(BACKLOG);
            }
            Some(own)
        });
        let Some(own) = own.flatten() else { return };
        for call in self.host.timers.remove_all(*own) {
            self.unless_it_panics(|| host::dropping_asks(AskError::Stopped, || call.let_go()));
        }
    }
}

fn if_own<R>(cell: CellRef<'_>, with: impl FnOnce(&mut OwnTimers) -> R) -> Option<R> {
    cell.if_extras(|extras| extras.timers.as_mut().map(|own| with(own))).flatten()
}
