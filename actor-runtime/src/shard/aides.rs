//! What the turn does about aides: futures that an actor has beside its own.

use std::any::Any;

use super::turn::Turn;
use crate::address::Target;
use crate::cell::aide::{Aide, Work};
use crate::cell::status::{BACKLOG, BUSY, ENDING, KILLED, LEAVING, LENT, SHARED, STARTING};
use crate::cell::task::{Polled, Task};
use crate::cell::{Beside, CellRef, News};
use crate::error::AskError;
use crate::exit::ExitReason;
use crate::flow::{End, Flow};
use crate::host;
use crate::record::{Arrived, forget_payload};

impl Turn<'_> {
    /// Polls an aide, as its actor.
    #[cold]
    #[inline(never)]
    pub(super) fn poll_aide(&mut self, cell: CellRef<'_>) {
        let whose = cell.with_body(Aide::TYPE, |aide| (aide.actor, aide.handler()));
        let Some((actor, handler)) = whose else { return };
        let owner = self.host.cell(actor).filter(|owner| !owner.word.has(KILLED));
        let Some(owner) = owner else { return };
        self.begins(owner, actor);
        let mut aide = Target::NOBODY;
        // A source may ask its actor, which does not wait for it.
        let polled_as = |own| {
            aide = own;
            if handler.is_some() { actor } else { own }
        };
        let polled = self.as_listener(owner, || self.host.poll(cell, polled_as));
        let Some(polled) = polled else { return };
        let in_flight = self.is_at_message(owner);
        if self.watched.has_cut() && self.comes_back(owner, actor, in_flight) {
            return self.host.let_go(polled);
        }
        match polled {
            Polled::Pending => {}
            Polled::Panicked(payload) => self.crash(owner, actor, *payload, in_flight),
            Polled::Ready(flow) => {
                if let Err(payload) = self.drop_task(cell, AskError::Crashed) {
                    self.host.let_go(flow);
                    return self.crash(owner, actor, payload, in_flight);
                }
                match handler {
                    Some(number) => self.handler_ended(owner, actor, (aide, number), flow),
                    // What it has brought may still wait.
                    None => self.free_spent(owner, cell, aide),
                }
                if let Some(asker) = self.host.answered.take() {
                    self.poll_asker(asker);
                }
            }
        }
    }

    /// A concurrent handler has begun.
    pub(super) fn begin_beside(&mut self, owner: CellRef<'_>, actor: Target, task: Task<'static>) {
        let number = self.host.beside.get();
        let kept = owner.if_extras(|extras| extras.kept.take()).flatten();
        let work = Work::Handler { number, kept };
        let (_, cell) = self.host.begin_aide(owner, Aide { actor, work }, |_| task);
        owner.word.set(BUSY | SHARED);
        if !(self.watched.has_cut() && self.comes_back(owner, actor, true)) {
            self.poll_first(cell);
        }
    }

    /// A concurrent handler has ended well.
    fn handler_ended(
        &mut self,
        owner: CellRef<'_>,
        actor: Target,
        (aide, number): (Target, usize),
        flow: Flow,
    ) {
        self.count_handled(owner);
        let mut ends = match flow.ends() {
            Some(End::Exit(reason)) => Some(reason),
            Some(End::Ignore | End::NotStarted(_) | End::Ready) | None => None,
        };
        if ends.is_some() {
            // The others come to their ends first.
            owner.word.set(ENDING);
        }
        let others = owner.if_extras(|extras| {
            let crew = extras.crew.as_mut()?;
            crew.leave(aide, Some(number));
            crew.ends = crew.ends.take().or_else(|| ends.take());
            Some(crew.has_handlers())
        });
        self.host.let_go((ends, self.free_aide(aide)));
        if others.flatten() == Some(true) {
            return self.list(actor);
        }
        owner.word.clear(BUSY | SHARED);
        let ends = owner.if_extras(|extras| {
            let ends = extras.crew.as_mut()?.ends.take();
            extras.crew.take_if(|crew| crew.is_empty());
            ends
        });
        owner.trim_extras();
        if owner.word.has(ENDING) {
            self.end(owner, actor, ends.flatten().unwrap_or(ExitReason::Normal));
        } else {
            self.list(actor);
        }
    }

    /// Whether a record that has come may be delivered while concurrent handlers are under way.
    #[cold]
    #[inline(never)]
    pub(super) fn begins_beside(
        &self,
        cell: CellRef<'_>,
        record: &Arrived<'_>,
        force: u32,
    ) -> bool {
        !cell.word.has(BACKLOG)
            && force == 0
            && fits_beside(cell, record)
            && self.has_slice(cell, self.constants())
    }

    /// Whether an actor that is busy may take the first record of its backlog: it has concurrent handlers under
    /// way, and that is a message for another.
    #[cold]
    #[inline(never)]
    pub(super) fn goes_on_beside(&self, cell: CellRef<'_>) -> bool {
        if cell.word.has(ENDING | LEAVING | LENT | STARTING) || Self::has_waiting_timer(cell) {
            return false;
        }
        // Out of the cell while a tag is read, which may be code of a user's.
        let queue = cell.if_extras(|extras| {
            let is_ahead = !extras.ahead.is_empty();
            (is_ahead, std::mem::take(extras.queue(is_ahead)))
        });
        let Some((is_ahead, queue)) = queue else { return false };
        let fits = queue.reader(&self.host.stock).peek(|record| fits_beside(cell, record));
        cell.if_extras(|extras| *extras.queue(is_ahead) = queue);
        fits.unwrap_or_default()
    }

    /// The messages that concurrent handlers were at when they were cut off.
    pub(super) fn lose_handlers(&self, owner: CellRef<'_>, actor: Target) {
        let letter = owner.kind().expect("a cell in use has a type").letter();
        let aides = owner.if_extras(|extras| extras.crew.as_ref().map(|crew| crew.aides.clone()));
        for aide in aides.flatten().unwrap_or_default() {
            let lost = self.host.cell(aide).and_then(|cell| {
                cell.with_body(Aide::TYPE, |aide| match &mut aide.work {
                    Work::Handler { kept, .. } => Some(kept.take()),
                    Work::Source(_) => None,
                })
            });
            if let Some(kept) = lost.flatten() {
                owner.if_extras(|extras| extras.cut_off += u64::from(!extras.drains.is_empty()));
                self.host.lose_in_flight(actor, letter, kept);
            }
        }
    }

    /// The oldest item that an aide has brought.
    pub(super) fn take_item(&self, owner: CellRef<'_>, aide: Target) -> Option<Box<dyn Any>> {
        let cell = self.host.cell(aide)?;
        let taken = |aide: &mut Aide| {
            let source = aide.source()?;
            Some((source.items.pop_front(), std::mem::take(&mut source.is_held)))
        };
        let (item, was_held) = cell.with_body(Aide::TYPE, taken)??;
        if was_held {
            self.host.wake(aide);
        }
        self.free_spent(owner, cell, aide);
        item
    }

    /// Frees the cell of a source that has neither a future nor items.
    fn free_spent(&self, owner: CellRef<'_>, cell: CellRef<'_>, aide: Target) {
        let has_items = cell.with_body(Aide::TYPE, |aide| Some(!aide.source()?.items.is_empty()));
        if has_items.flatten() == Some(false) && !cell.has_task() {
            owner.if_extras(|extras| {
                if let Some(crew) = &mut extras.crew {
                    crew.leave(aide, None);
                }
                extras.crew.take_if(|crew| crew.is_empty())
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

    /// Ends those aides of an actor that `ends` says, all its concurrent handlers among them; asks they hold end with
    /// `error`.
    #[cold]
    #[inline(never)]
    pub(super) fn end_aides(
        &self,
        owner: CellRef<'_>,
        actor: Target,
        error: AskError,
        ends: impl Fn(&Aide) -> bool,
    ) {
        let Some(mut crew) = owner.if_extras(|extras| extras.crew.take()).flatten() else { return };
        for aide in std::mem::take(&mut crew.aides) {
            let cell = self.host.cell(aide);
            let ended = cell.and_then(|cell| cell.with_body(Aide::TYPE, |aide| ends(aide)));
            if ended == Some(false) {
                owner.with_extras(|extras| {
                    extras.crew.get_or_insert_default().join(aide, None);
                });
            } else if let Err(payload) = host::dropping_asks(error, || self.free_aide(aide)) {
                self.destructor_panicked(owner, actor, payload);
            }
        }
        if owner.word.has(SHARED) {
            owner.word.clear(BUSY | SHARED);
        }
        self.host.let_go(crew);
    }
}

/// Whether a record is a message with a concurrent handler, of whose calls there may be one more.
fn fits_beside(cell: CellRef<'_>, record: &Arrived<'_>) -> bool {
    let Some(Beside { number, most }) = cell.beside(record) else { return false };
    let under_way = cell.if_extras(|extras| extras.crew.as_ref().map(|crew| crew.handlers(number)));
    under_way.flatten().unwrap_or_default() < most
}
