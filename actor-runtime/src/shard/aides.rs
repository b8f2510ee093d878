//! What the turn does about aides: futures that an actor has beside its own.

use std::any::Any;

use super::turn::Turn;
use crate::address::Target;
use crate::cell::aide::Aide;
use crate::cell::status::{BUSY, KILLED};
use crate::cell::task::Polled;
use crate::cell::{CellRef, News};
use crate::error::AskError;
use crate::host;
use crate::record::forget_payload;

impl Turn<'_> {
    /// Polls an aide, as its actor.
    #[cold]
    #[inline(never)]
    pub(super) fn poll_aide(&mut self, cell: CellRef<'_>) {
        let Some(actor) = cell.with_body(Aide::TYPE, |aide| aide.actor) else { return };
        let Some(owner) = self.host.cell(actor).filter(|owner| !owner.word.has(KILLED)) else {
            return;
        };
        self.begins(owner, actor);
        let polled = self.as_listener(owner, || self.host.poll(cell, |aide| aide));
        let Some((aide, polled)) = polled else { return };
        let in_flight = owner.word.has(BUSY) && self.has_message(owner);
        if self.watched.has_cut() && self.comes_back(owner, actor, in_flight) {
            return self.host.let_go(polled);
        }
        match polled {
            Polled::Pending => {}
            Polled::Ready(flow) => {
                self.host.let_go(flow);
                self.source_ended(cell, owner, aide);
            }
            Polled::Panicked(payload) => self.crash(owner, actor, *payload, in_flight),
        }
    }

    /// A stream brings nothing more; what it has brought still waits.
    fn source_ended(&mut self, cell: CellRef<'_>, owner: CellRef<'_>, aide: Target) {
        if let Err(payload) = self.drop_task(cell, AskError::Stopped) {
            self.destructor_panicked(owner, aide, payload);
        }
        self.free_spent(owner, cell, aide);
    }

    /// The oldest item that an aide has brought.
    pub(super) fn take_item(&self, owner: CellRef<'_>, aide: Target) -> Option<Box<dyn Any>> {
        let cell = self.host.cell(aide)?;
        let taken = |aide: &mut Aide| (aide.items.pop_front(), std::mem::take(&mut aide.is_held));
        let (item, was_held) = cell.with_body(Aide::TYPE, taken)?;
        if was_held {
            self.host.wake(aide);
        }
        self.free_spent(owner, cell, aide);
        item
    }

    /// Frees the cell of an aide that has neither a future nor items.
    fn free_spent(&self, owner: CellRef<'_>, cell: CellRef<'_>, aide: Target) {
        let is_spent = cell.with_body(Aide::TYPE, |aide| aide.items.is_empty());
        if is_spent == Some(true) && !cell.has_task() {
            owner.if_extras(|extras| {
                if let Some(crew) = &mut extras.crew {
                    crew.aides.remove(&aide);
                }
                extras.crew.take_if(|crew| crew.aides.is_empty())
            });
            owner.trim_extras();
            // An empty body has no destructor of a user's.
            let _ = self.free_aide(aide);
        }
    }

    /// Drops an aide and frees its cell. A panic of a destructor is answered, the first of them.
    fn free_aide(&self, aide: Target) -> std::thread::Result<()> {
        let Some(cell) = self.host.cell(aide) else { return Ok(()) };
        let dropped = cell.drop_task(&self.host.futures);
        let kind = Aide::TYPE.erased();
        let emptied = cell.drop_body();
        self.host.cells.free(aide.slot(), cell, kind);
        match (dropped, emptied) {
            (Err(first), Err(second)) => {
                forget_payload(second);
                Err(first)
            }
            (dropped, emptied) => dropped.and(emptied),
        }
    }

    /// Has an actor that has started take up the streams that its type names.
    pub(super) fn attach_streams(&mut self, cell: CellRef<'_>, target: Target) {
        if cell.kind().is_some_and(|kind| kind.attaches) {
            match cell.hear(News::Started, target) {
                Ok(handled) => self.host.let_go(handled),
                Err(payload) => self.crash(cell, target, payload, false),
            }
        }
    }

    /// Ends all aides of an actor, whose state is dropped next; their asks end with `error`.
    pub(super) fn end_aides(&self, owner: CellRef<'_>, actor: Target, error: AskError) {
        let Some(crew) = owner.if_extras(|extras| extras.crew.take()).flatten() else { return };
        for aide in crew.aides {
            if let Err(payload) = host::dropping_asks(error, || self.free_aide(aide)) {
                self.destructor_panicked(owner, actor, payload);
            }
        }
    }
}
