//! What the turn does about states: a message that is not taken in the present one is held, and looked at again when
//! the state has changed.
//!
//! What is held is older than all that waits in the backlog, and keeps its order: a change puts it before the backlog,
//! from where it is handled or held again.

use super::turn::Turn;
use crate::address::Target;
use crate::cell::CellRef;
use crate::error::AskError;
use crate::record::Arrived;

impl Turn<'_> {
    /// Holds a message that has come and is not taken in the present state: it waits as any other.
    #[cold]
    pub(super) fn hold(&mut self, cell: CellRef<'_>, target: Target, record: Arrived<'_>) {
        let Some(record) = self.admit(cell, target, record) else { return };
        self.put_by(cell, record);
        let high = cell.with_extras(|extras| {
            extras.room.messages += 1;
            let messages = extras.room.messages;
            extras.room.levels.rises(messages).then_some(messages)
        });
        if let Some(messages) = high {
            self.tell_high(cell, target, messages);
        }
    }

    /// The same of a message that waited already.
    pub(super) fn put_by(&self, cell: CellRef<'_>, record: Arrived<'_>) {
        cell.with_extras(|extras| {
            let machine = extras.machine.get_or_insert_default();
            record.move_to(&machine.held, &self.host.stock);
            machine.records += 1;
        });
        self.host.counters.backlog.add(1);
    }

    /// Puts what is held before the backlog, if the state has changed.
    pub(super) fn bring_back(&self, cell: CellRef<'_>) {
        cell.if_extras(|extras| {
            let Some(machine) = extras.machine.as_mut().filter(|machine| machine.changed) else {
                return;
            };
            machine.changed = false;
            let held = std::mem::take(&mut machine.held);
            extras.backlog_records += std::mem::take(&mut machine.records);
            let later = std::mem::replace(&mut extras.ahead, held);
            let mut reader = later.reader(&self.host.stock);
            while let Some(record) = reader.next() {
                record.move_to(&extras.ahead, &self.host.stock);
            }
            drop(reader);
            later.give_back(&self.host.stock);
        });
    }

    /// The next incarnation begins in the first state, and looks at what was held.
    pub(super) fn begin_anew(cell: CellRef<'_>) -> bool {
        let holds = cell.if_extras(|extras| {
            let machine = extras.machine.as_mut()?;
            machine.state = 0;
            machine.changed = machine.records > 0;
            Some(machine.changed)
        });
        holds.flatten().unwrap_or_default()
    }

    /// Makes a dead letter of the oldest message that is held, if there is one.
    pub(super) fn drop_oldest_held(&self, cell: CellRef<'_>) -> bool {
        // Out of the cell while a destructor runs.
        let held = cell.if_extras(|extras| {
            let machine = extras.machine.as_mut().filter(|machine| machine.records > 0)?;
            machine.records -= 1;
            extras.room.messages -= 1;
            Some(std::mem::take(&mut machine.held))
        });
        let Some(held) = held.flatten() else { return false };
        let mut reader = held.reader(&self.host.stock);
        if let Some(record) = reader.next() {
            self.dead(record, AskError::Full);
        }
        drop(reader);
        cell.if_extras(|extras| extras.machine.get_or_insert_default().held = held);
        self.host.counters.backlog.remove(1);
        true
    }
}
