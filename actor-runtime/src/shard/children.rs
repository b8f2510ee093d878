//! What the turn does about actors that a supervisor keeps: how an incarnation ends, and how the next begins.
//!
//! ```text
//!  make --state made--> start --start hook ended--> run --ended--> rest --order to restart--> make
//!    |                    |                          |               |
//!    +------failed--------+--------------------------+---------------+--no other life--> freed
//! ```
//!
//! At rest the cell has no state. Its mailbox, its names and its generation stay; monitors and links of the
//! incarnation that ended are told once the supervisor has said whether there will be another.

use super::news::traps;
use super::turn::Turn;
use crate::address::Target;
use crate::cell::keeper::{ChildNews, Ended, How, Keeper, Order, Phase, Report};
use crate::cell::status::{BACKLOG, CLOSING, EMPTY, ENDING, LENT, STARTING};
use crate::cell::{CellRef, Handled, OnRestart};
use crate::error::AskError;
use crate::exit::ExitReason;
use crate::host::{self, Incarnation, Obituary, Said, Signal};
use crate::record::{Class, RecordQueue};
use crate::stats::DeadReason;

impl Turn<'_> {
    /// The supervisor wants something of its child.
    pub(super) fn order(&mut self, cell: CellRef<'_>, target: Target, force: u32, order: Order) {
        match order {
            Order::Close { how, rests } => {
                let by = with_keeper(cell, |keeper| {
                    keeper.rests = Some(rests);
                    keeper.by
                });
                match how {
                    _ if is_at_rest(cell) && rests => {}
                    _ if is_at_rest(cell) => self.discard(cell, target),
                    How::Kill => self.host.kill(target),
                    How::Drain => self.signal(cell, target, Signal::Shutdown, force),
                    How::Exit => {
                        let from = by.flatten();
                        let said = Said { from, reason: ExitReason::Shutdown };
                        self.exit(cell, target, force, said);
                    }
                }
            }
            Order::Discard if is_at_rest(cell) => self.discard(cell, target),
            Order::Discard => {}
            Order::Orphan => self.orphan(cell, target),
            Order::Restart if is_at_rest(cell) => self.restart(cell, target),
            Order::Restart => {}
            Order::Settle => self.settle(cell, target, false),
        }
    }

    /// Begins the next incarnation, once whoever watches the last has been told.
    fn restart(&mut self, cell: CellRef<'_>, target: Target) {
        let options = cell.kind().map(|kind| kind.options);
        if options.is_some_and(|options| options.on_restart == OnRestart::Drop) {
            self.drop_backlog(cell, target);
        }
        with_keeper(cell, |keeper| {
            keeper.phase = Phase::Make;
            keeper.rests = None;
        });
        self.settle(cell, target, true);
    }

    /// Tells whoever watches the incarnation that ended that there will be another, and perhaps begins that.
    fn settle(&mut self, cell: CellRef<'_>, target: Target, starts: bool) {
        let life = |keeper: &mut Keeper| (keeper.life, keeper.ended.take());
        let Some((number, ended)) = with_keeper(cell, life) else { return };
        if starts {
            with_keeper(cell, |keeper| keeper.life += 1);
        }
        match ended {
            Some(Ended { reason, bonds }) if !bonds.is_empty() => {
                let (actor, incarnation) =
                    (self.host.address(target), Incarnation { number, restarting: true });
                self.announce(Obituary { actor, reason, bonds, incarnation, starts });
            }
            ended => {
                self.host.let_go(ended.map(|ended| ended.reason));
                if starts {
                    self.start(cell, target);
                }
            }
        }
    }

    /// Makes the state of an incarnation.
    pub(super) fn make(
        &self,
        cell: CellRef<'_>,
        target: Target,
    ) -> std::thread::Result<Handled<'static>> {
        let make = with_keeper(cell, |keeper| keeper.make.clone());
        let make = make.expect("a cell without a state has a keeper");
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| make(target)));
        self.host.let_go(make);
        made
    }

    /// Whether what has ended well made the state, and the start hook is still to run.
    pub(super) fn has_made(&self, cell: CellRef<'_>) -> bool {
        with_keeper(cell, |keeper| {
            let has_made = keeper.phase == Phase::Make;
            if has_made {
                keeper.phase = Phase::Start;
            }
            has_made
        })
        .unwrap_or_default()
    }

    /// A start is over.
    pub(super) fn runs(&self, cell: CellRef<'_>, target: Target) {
        with_keeper(cell, |keeper| keeper.phase = Phase::Run);
        self.report(cell, target, ChildNews::Started);
    }

    /// Tells the supervisor, if there is one.
    pub(super) fn report(&self, cell: CellRef<'_>, target: Target, news: ChildNews) {
        let to = with_keeper(cell, |keeper| keeper.by.map(|by| (by, keeper.by_life, keeper.child)));
        match to.flatten() {
            Some((by, life, child)) => {
                let actor = self.host.address(target);
                host::send(
                    host::signals(),
                    by,
                    Signal::Report(Report { child, life, actor, news }),
                );
            }
            None => self.host.let_go(news),
        }
    }

    /// Whether an actor that ends for this reason keeps its place for another life.
    pub(super) fn keeps_place(&self, cell: CellRef<'_>, reason: &ExitReason) -> bool {
        with_keeper(cell, |keeper| keeper.keeps_place(reason)).unwrap_or_default()
    }

    /// An incarnation has ended, and the state is dropped: what is the actor's stays, the rest goes.
    pub(super) fn rest(&mut self, cell: CellRef<'_>, target: Target, reason: &ExitReason) {
        if reason.is_normal() {
            // What ended this incarnation is not to end the next.
            cell.word.clear(CLOSING);
            if let Some(mailbox) = cell.mailbox() {
                mailbox.receiving().stops.set(None);
            }
        }
        cell.word.rest();
        if let Some(mailbox) = cell.mailbox() {
            self.discard_timer_messages(&*mailbox);
            self.host.let_go(mailbox.receiving().end_incarnation());
        }
        let left = cell.with_extras(|extras| {
            let bonds = extras.bonds.end_incarnation();
            let awaits = std::mem::take(&mut extras.awaits);
            (bonds, awaits, extras.waiter.take(), extras.reason.take())
        });
        let (bonds, awaits, waiter, old_reason) = left;
        self.end_awaits(awaits);
        self.host.let_go((waiter, old_reason));
        let news = with_keeper(cell, |keeper| {
            if keeper.ended.is_none() {
                keeper.ended = Some(Ended { reason: reason.clone(), bonds });
            }
            keeper.news(reason, true)
        });
        if let Some(news) = news {
            self.report(cell, target, news);
        }
    }

    /// What the supervisor is told of the end of an actor that is freed.
    pub(super) fn report_end(&self, cell: CellRef<'_>, target: Target, reason: &ExitReason) {
        if let Some(news) = with_keeper(cell, |keeper| keeper.news(reason, false)) {
            self.report(cell, target, news);
        }
    }

    /// There will be no other incarnation.
    fn discard(&mut self, cell: CellRef<'_>, target: Target) {
        self.dismiss(cell);
        self.bury(cell, target, &ExitReason::NoProc);
    }

    /// The supervisor has ended without ending its child.
    fn orphan(&mut self, cell: CellRef<'_>, target: Target) {
        let Some(kind) = cell.kind() else { return };
        let was_kept = with_keeper(cell, |keeper| keeper.by.take().is_some()).unwrap_or_default();
        if !was_kept || cell.word.has(ENDING | LENT) {
            return;
        }
        if is_at_rest(cell) {
            self.discard(cell, target);
        } else if traps(cell) && !kind.supervises && !cell.word.has(STARTING) {
            self.end_by_exit(cell, target, ExitReason::Killed);
        } else {
            let in_flight = self.is_at_message(cell);
            self.end_abruptly(cell, target, ExitReason::Killed, in_flight);
        }
    }

    /// Makes dead letters of what waits for an actor that is restarted. Signals stay, in their order.
    fn drop_backlog(&mut self, cell: CellRef<'_>, target: Target) {
        self.drop_mailbox(cell, target);
        let queues = cell.if_extras(|extras| {
            [std::mem::take(&mut extras.ahead), std::mem::take(&mut extras.backlog)]
        });
        for (index, queue) in queues.into_iter().flatten().enumerate() {
            let is_ahead = index == 0;
            self.drop_messages(cell, target, &queue, is_ahead);
            queue.give_back(&self.host.stock);
        }
        cell.if_extras(|extras| {
            if extras.backlog_records == 0 {
                cell.word.clear(BACKLOG);
            }
        });
        self.grant(cell, target);
    }

    fn drop_messages(
        &self,
        cell: CellRef<'_>,
        target: Target,
        queue: &RecordQueue,
        is_ahead: bool,
    ) {
        let mut reader = queue.reader(&self.host.stock);
        while let Some(record) = reader.next() {
            if record.letter().class() != Class::Message {
                cell.with_extras(|extras| {
                    record.move_to(extras.queue(is_ahead), &self.host.stock);
                });
                continue;
            }
            cell.with_extras(|extras| {
                extras.backlog_records -= 1;
                extras.room.messages -= 1;
                extras.room.levels.falls(extras.room.messages);
            });
            self.host.counters.backlog.remove(1);
            self.host.dead_letter(DeadReason::Restart, self.host.address(target), record.letter());
            self.discard_record(record, AskError::Crashed);
        }
    }

    /// The actor is nobody's child any more, and does not begin again.
    pub(super) fn dismiss(&self, cell: CellRef<'_>) {
        with_keeper(cell, |keeper| {
            keeper.by = None;
            keeper.rests = Some(false);
        });
    }
}

/// Whether the actor is between two incarnations, and none begins.
pub(super) fn is_at_rest(cell: CellRef<'_>) -> bool {
    cell.word.has(EMPTY)
        && with_keeper(cell, |keeper| keeper.phase == Phase::Rest).unwrap_or_default()
}

pub(super) fn with_keeper<R>(cell: CellRef<'_>, with: impl FnOnce(&mut Keeper) -> R) -> Option<R> {
    cell.if_extras(|extras| extras.keeper.as_deref_mut().map(with)).flatten()
}
