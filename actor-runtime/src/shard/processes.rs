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
use crate::host::Signal;
use crate::record::Arrived;

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
        match self.deliver_aside(cell, record, FILES) {
            Ok(Called::Received(Receipt::Wanted)) if force != 0 => {
                mailbox.settle();
                self.host.wake(target);
            }
            Ok(called) => self.called(cell, target, called),
            // Another type than the process's: a forged or mistaken reference.
            Err(record) => self.dead(record, AskError::NoProc),
        }
    }

    /// A process has got a message, or a word.
    pub(super) fn received(&mut self, cell: CellRef<'_>, target: Target, receipt: Receipt) {
        match receipt {
            Receipt::Filed => {}
            Receipt::Wanted => self.poll_cell(cell),
            Receipt::High => self.tell_high(cell, target, waiting_messages(cell)),
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
            self.poll_cell(cell);
        }
    }

    /// Polls a process for the first time: if that does not fail, it has started.
    pub(super) fn begin_process(&mut self, cell: CellRef<'_>, target: Target) {
        self.poll_cell(cell);
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
            cell.word.clear(LEAVING);
            let reason = receiving.stops.get().map_or(ExitReason::Normal, Stop::reason);
            self.end_at_await(cell, target, reason);
        }
    }

    /// Makes dead letters of what waits for a process that ends for good, in the order of arrival.
    pub(super) fn discard_mailbox(&self, cell: CellRef<'_>, target: Target) {
        let Some(mailbox) = cell.mailbox() else { return };
        mailbox.settle();
        while let Some(mut message) = mailbox.take_oldest(target) {
            if let Some(record) = message.take() {
                self.dead(record, AskError::Stopped);
            }
        }
        let words = mailbox.receiving().end_incarnation();
        self.host.let_go(words);
    }
}

/// How many messages wait for an actor.
pub(super) fn waiting_messages(cell: CellRef<'_>) -> u64 {
    match cell.mailbox() {
        Some(mailbox) => mailbox.len(),
        None => cell.if_extras(|extras| extras.room.messages).unwrap_or_default(),
    }
}
