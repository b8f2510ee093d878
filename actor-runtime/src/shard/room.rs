//! What the turn does about mailboxes: places, promises, and what finds none.

use super::turn::Turn;
use crate::address::Target;
use crate::cell::CellRef;
use crate::cell::status::{ENDING, LEAVING, LENT};
use crate::error::AskError;
use crate::event::{Event, Topic};
use crate::exit::ExitReason;
use crate::host::{self, Signal, Sought};
use crate::mailbox::{Bound, Overflow, Seeker};
use crate::permit::Place;
use crate::record::{Arrived, Class};

impl Turn<'_> {
    /// Gives a message back that may wait; else the policy has been followed.
    pub(super) fn admit_bounded<'r>(
        &mut self,
        cell: CellRef<'_>,
        target: Target,
        bound: Bound,
        record: Arrived<'r>,
    ) -> Option<Arrived<'r>> {
        if record.letter().mark().is_placed() {
            cell.if_extras(|extras| extras.room.redeem());
            return Some(record);
        }
        if cell.if_extras(|extras| extras.room.has_place(bound)).unwrap_or(true) {
            return Some(record);
        }
        match bound.overflow {
            Overflow::DropOldest if self.drop_oldest(cell, target) => return Some(record),
            Overflow::DropNewest | Overflow::DropOldest | Overflow::Reject => {
                self.dead(record, AskError::Full);
            }
            Overflow::Crash => {
                self.dead(record, AskError::Full);
                let in_flight = self.is_at_message(cell);
                self.end_abruptly(cell, target, ExitReason::Overflow, in_flight);
            }
        }
        None
    }

    /// Makes a dead letter of the oldest message that waits; there is none if permits have all places. What
    /// a timer brings is dropped only where nothing else is: a flood is not to starve it (T8).
    pub(super) fn drop_oldest(&self, cell: CellRef<'_>, target: Target) -> bool {
        if let Some(mailbox) = cell.mailbox() {
            let oldest = mailbox.take_oldest(target);
            return self.lose_record(oldest, AskError::Full);
        }
        if self.drop_oldest_held(cell) {
            return true;
        }
        // Out of the cell while a destructor runs.
        let Some(backlog) = cell.if_extras(|extras| std::mem::take(&mut extras.backlog)) else {
            return false;
        };
        let mut reader = backlog.reader(&self.host.stock);
        let mut is_dropped = false;
        while let Some(record) = reader.next() {
            is_dropped = record.letter().class() == Class::Message;
            if is_dropped {
                self.dead(record, AskError::Full);
                break;
            }
            // It comes before every message that waits now.
            cell.with_extras(|extras| record.move_to(&extras.ahead, &self.host.stock));
        }
        drop(reader);
        cell.if_extras(|extras| {
            extras.backlog = backlog;
            extras.backlog_records -= u64::from(is_dropped);
            extras.room.messages -= u64::from(is_dropped);
        });
        self.host.counters.backlog.remove(u64::from(is_dropped));
        is_dropped || self.drop_waiting_timer(cell, target)
    }

    /// A message waits no longer: it is handled now.
    pub(super) fn leaves(&self, cell: CellRef<'_>, target: Target) {
        cell.if_extras(|extras| {
            extras.room.messages -= 1;
            extras.room.levels.falls(extras.room.messages);
        });
        self.grant(cell, target);
    }

    /// A promise is kept, or given back.
    #[inline(always)]
    pub(super) fn redeem(&self, cell: CellRef<'_>, target: Target) {
        let is_waited_for = cell.if_extras(|extras| {
            extras.room.redeem();
            extras.room.is_waited_for()
        });
        if is_waited_for == Some(true) {
            self.grant(cell, target);
        }
        cell.trim_extras();
    }

    /// Somebody wants a place.
    pub(super) fn reserve(&self, cell: CellRef<'_>, target: Target, sought: Sought) {
        let Some(seeker) = sought.take() else { return };
        if cell.word.has(ENDING | LEAVING | LENT) {
            return refuse(&seeker, AskError::Stopped);
        }
        let Some(bound) = cell.kind().and_then(|kind| kind.options.bound) else {
            return Place::unbounded(self.host.address(target)).give(&seeker);
        };
        let has_place = cell.with_extras(|extras| extras.room.has_place(bound));
        if seeker.by_itself && !has_place {
            return refuse(&seeker, AskError::CallingSelf);
        }
        cell.with_extras(|extras| extras.room.seek(seeker));
        self.grant(cell, target);
    }

    /// Gives the places there are to those who have waited longest.
    pub(super) fn grant(&self, cell: CellRef<'_>, target: Target) {
        let Some(bound) = cell.kind().and_then(|kind| kind.options.bound) else { return };
        while let Some(seeker) = cell.if_extras(|extras| extras.room.grant(bound)).flatten() {
            Place::promised(self.host.address(target)).give(&seeker);
        }
    }

    /// Says that a mailbox grows.
    #[cold]
    pub(super) fn tell_high(&self, cell: CellRef<'_>, target: Target, messages: u64) {
        let (actor, kind) = (self.host.address(target), cell.kind().map_or("", |kind| kind.name()));
        tracing::warn!(target: "callboard", %actor, kind, messages, "mailbox high");
        self.host.emit(Topic::MailboxHigh, || Event::MailboxHigh { actor, kind, messages });
    }
}

/// There will be no place.
pub(super) fn refuse(seeker: &Seeker, why: AskError) {
    host::send(host::signals(), seeker.from, Signal::Fail(why));
}
