//! What the turn does about processes: messages are filed and handed over, and how they start and stop.
//!
//! A process waits in a receive, or for something else; what it does is its own. So the shard never holds its
//! messages back: whatever arrives is filed in its mailbox, whose receives look there.

use super::turn::Turn;
use crate::address::Target;
use crate::cell::process::{AnyMailbox, Receipt, Stop};
use crate::cell::status::{BACKLOG, BUSY, CLOSING, EMPTY, ENDING, LEAVING, LENT, STARTING};
use crate::cell::{Called, CellRef, News};
use crate::error::{AskError, StartError};
use crate::exit::ExitReason;
use crate::flow::{End, Flow};
use crate::host::{self, Signal};
use crate::mailbox::{Bound, Overflow};
use crate::record::{Arrived, Loose};
use crate::stats::DeadReason;

/// What does not keep a message from being filed.
const FILES: u32 = BACKLOG | BUSY | EMPTY | STARTING;

impl Turn<'_> {
    /// Files a message off the fast path; one that is out of its slice is polled in the next turn.
    pub(super) fn file(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        record: Arrived<'_>,
        force: u32,
    ) {
        let Some(mailbox) = cell.mailbox() else { return self.dead(record, AskError::Stopped) };
        if mailbox.receiving().stops.get().is_some() {
            return self.dead(record, AskError::Stopped);
        }
        let bound = cell.kind().and_then(|kind| kind.options.bound);
        let is_wanted = || mailbox.receiving().is_waiting.get();
        let record = match bound {
            // If the process takes it at once, it needs no place; if not, it is seen below.
            Some(bound) if !is_wanted() || record.letter().mark().is_placed() => {
                match self.admit_bounded(cell, target, bound, record) {
                    Some(record) => record,
                    None => return,
                }
            }
            _ => record,
        };
        match self.deliver_aside(cell, record, FILES) {
            Ok(Called::Received(Receipt::Wanted)) if force != 0 => {
                mailbox.settle();
                self.host.wake(target);
            }
            Ok(called) => self.called(cell, target, called),
            // Another type than the process's: a forged or mistaken reference.
            Err(record) => self.dead(record, AskError::NoProc),
        }
        if let Some(bound) = bound {
            self.bound(cell, target, &*mailbox, bound);
        }
    }

    /// Follows the policy of a mailbox that holds one message more than it has places: it waited for that message, but
    /// did not take it.
    fn bound(&mut self, cell: CellRef<'_>, target: Target, mailbox: &dyn AnyMailbox, bound: Bound) {
        if mailbox.len() <= u64::from(bound.capacity) || self.host.cell(target).is_none() {
            return;
        }
        let lost = match bound.overflow {
            Overflow::DropOldest => mailbox.take_oldest(target),
            Overflow::Crash | Overflow::DropNewest | Overflow::Reject => {
                mailbox.take_newest(target)
            }
        };
        self.lose_record(lost, AskError::Full);
        if bound.overflow == Overflow::Crash {
            let in_flight = self.has_message(cell);
            self.end_abruptly(cell, target, ExitReason::Overflow, in_flight);
        }
    }

    /// Makes a dead letter of what was taken out of a mailbox. Answers whether there was anything.
    pub(super) fn lose_record(&self, record: Option<Loose>, why: AskError) -> bool {
        let Some(mut record) = record else { return false };
        if let Some(record) = record.take() {
            self.dead(record, why);
        }
        true
    }

    /// A process has got a message, or a word.
    pub(super) fn received(&mut self, cell: CellRef<'_>, target: Target, receipt: Receipt) {
        match receipt {
            Receipt::Filed => self.watched.has_filed(),
            Receipt::Wanted => self.poll_first(cell),
            Receipt::High => {
                self.watched.has_filed();
                self.tell_high(cell, target, waiting_messages(cell));
            }
        }
    }

    /// Tells a process that a monitor has fired, or of an exit.
    pub(super) fn tell_process(&mut self, cell: CellRef<'_>, target: Target, signal: Signal) {
        let Some(mailbox) = cell.mailbox() else { return self.host.let_go(signal) };
        match self.news_of(cell, target, signal) {
            Some(News::Down(down)) => mailbox.receiving().hear_down(down),
            Some(News::Exit(exit)) => mailbox.receiving().hear_exit(exit),
            Some(_) | None => return,
        }
        self.rouse(cell, &*mailbox);
    }

    fn rouse(&mut self, cell: CellRef<'_>, mailbox: &dyn AnyMailbox) {
        let mut is_wanted = false;
        self.unless_it_panics(|| is_wanted = mailbox.receiving().rouse());
        if is_wanted {
            self.poll_first(cell);
        }
    }

    /// Polls a process for the first time: if that does not fail, it has started.
    pub(super) fn begin_process(&mut self, cell: CellRef<'_>, target: Target) {
        self.poll_first(cell);
        let is_its = self.host.cell(target).is_some() && cell.mailbox().is_some();
        if is_its && cell.word.has(STARTING) && !cell.word.has(EMPTY) {
            self.started(cell, target, Flow::go());
        }
    }

    /// The body of a process has returned.
    pub(super) fn process_ended(&mut self, cell: CellRef<'_>, target: Target, flow: Flow) {
        let reason = match flow.ends() {
            Some(End::Exit(reason)) => reason,
            // What made it has ended.
            None => return self.started(cell, target, Flow::go()),
            Some(end) => return self.started(cell, target, Flow::end(end)),
        };
        if !cell.word.has(STARTING) {
            return self.end(cell, target, reason);
        }
        if reason.is_normal() {
            self.started(cell, target, Flow::go());
            self.end(cell, target, reason);
        } else {
            self.start_failed(cell, target, StartError::Failed(reason));
        }
    }

    /// Somebody told a process to stop after what was sent to it before: it ends as soon as it would wait.
    pub(super) fn stop_process(&mut self, cell: CellRef<'_>, target: Target, signal: &Signal) {
        let Some(mailbox) = cell.mailbox() else { return };
        let receiving = mailbox.receiving();
        let stop = if matches!(signal, Signal::Stop) { Stop::Normal } else { Stop::Shutdown };
        if receiving.stops.get().is_none() {
            receiving.stops.set(Some(stop));
        }
        cell.word.set(CLOSING);
        if receiving.is_waiting.get() {
            self.host.leave(target);
        }
    }

    /// Ends a process that was told to, once it waits in a receive: at a message it is let be.
    pub(super) fn end_stopped_process(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        mailbox: &dyn AnyMailbox,
    ) {
        let receiving = mailbox.receiving();
        if cell.word.has(ENDING | LENT) {
            return;
        }
        if cell.word.has(STARTING) || receiving.is_waiting.get() {
            if receiving.has_thread.get() {
                return self.rouse(cell, mailbox);
            }
            cell.word.clear(LEAVING);
            let reason = receiving.stops.get().map_or(ExitReason::Normal, Stop::reason);
            self.end_at_await(cell, target, reason);
        }
    }

    /// Makes dead letters of what waits for a process that ends for good, in the order of arrival.
    pub(super) fn discard_mailbox(&self, cell: CellRef<'_>, target: Target) {
        let Some(mailbox) = cell.mailbox() else { return };
        mailbox.settle();
        self.discard_timer_messages(&*mailbox);
        cell.if_extras(|extras| {
            extras.cut_off += if extras.drains.is_empty() { 0 } else { mailbox.len() };
        });
        while self.lose_record(mailbox.take_oldest(target), AskError::Stopped) {}
        let words = mailbox.receiving().end_incarnation();
        self.host.let_go(words);
    }
}

impl Turn<'_> {
    /// Drops what timers brought and the process has not taken: it was of the incarnation that ended.
    pub(super) fn discard_timer_messages(&self, mailbox: &dyn AnyMailbox) {
        while let Some(filed) = mailbox.receiving().take_timer(|_| true) {
            let message = mailbox.take_back(&filed);
            self.unless_it_panics(|| host::dropping_asks(AskError::Stopped, || drop(message)));
        }
    }

    /// Makes dead letters of what waits for a process that is restarted.
    pub(super) fn drop_mailbox(&self, cell: CellRef<'_>, target: Target) {
        let Some(mailbox) = cell.mailbox() else { return };
        while let Some(mut message) = mailbox.take_oldest(target) {
            if let Some(record) = message.take() {
                let actor = self.host.address(target);
                self.host.dead_letter(DeadReason::Restart, actor, record.letter());
                self.discard_record(record, AskError::Crashed);
            }
        }
    }
}

/// How many messages wait for an actor.
pub(super) fn waiting_messages(cell: CellRef<'_>) -> u64 {
    match cell.mailbox() {
        Some(mailbox) => mailbox.len(),
        None => cell.if_extras(|extras| extras.room.messages).unwrap_or_default(),
    }
}
