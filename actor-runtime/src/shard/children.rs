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

use std::rc::Rc;

use super::news::traps;
use super::turn::Turn;
use crate::address::{Address, Target};
use crate::cell::keeper::{ChildNews, Ended, How, Keeper, Order, Phase, Report};
use crate::cell::status::{BACKLOG, BUSY, CLOSING, EMPTY, ENDING, LEAVING, LENT, STARTING};
use crate::cell::{CellRef, Handled, News, OnRestart};
use crate::config;
use crate::error::AskError;
use crate::exit::ExitReason;
use crate::host::{self, Again, Incarnation, Obituary, Said, Signal};
use crate::record::{Class, RecordQueue, Rest};
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
        if drops_what_waits(cell) {
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
        let end = |keeper: &mut Keeper| {
            let number = keeper.life;
            keeper.life += u64::from(starts);
            (number, keeper.ended.take())
        };
        let Some((number, ended)) = with_keeper(cell, end) else { return };
        if let Some(Ended { reason, bonds }) = ended {
            if let Some(bonds) = bonds {
                let (actor, bonds) = (self.host.address(target), *bonds);
                let incarnation = Incarnation { number, restarting: true };
                return self.announce(Obituary { actor, reason, bonds, incarnation, starts });
            }
            self.host.let_go(reason);
        }
        if starts {
            self.start(cell, target);
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
        // The call may have taken the cell's own away.
        if Rc::strong_count(&make) == 1 {
            self.host.let_go(make);
        }
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
    pub(super) fn runs(&mut self, cell: CellRef<'_>, target: Target) {
        with_keeper(cell, |keeper| keeper.phase = Phase::Run);
        self.report(cell, target, ChildNews::Started);
    }

    /// Tells the supervisor, if there is one.
    pub(super) fn report(&mut self, cell: CellRef<'_>, target: Target, news: ChildNews) {
        let to = with_keeper(cell, |keeper| keeper.by.map(|by| (by, keeper.by_life, keeper.child)));
        let Some((by, life, child)) = to.flatten() else { return self.host.let_go(news) };
        // A start that fails is told of by the queue: it could fail again at once, for ever.
        let is_held = by.shard_id() == self.host.shard_id
            && matches!(news, ChildNews::Ended { .. } | ChildNews::Started);
        let report = Report { child, life, actor: self.host.address(target), news };
        self.send_held();
        if is_held && self.holds {
            self.held = Some((by, report));
        } else {
            send_report(by, report);
        }
    }

    /// Sends what is held the long way.
    pub(super) fn send_held(&mut self) {
        if let Some((by, report)) = self.held.take() {
            send_report(by, report);
        }
    }

    /// Has a supervisor hear what is held for it, and its child begin again at once if that is what comes of it:
    /// as if both had gone by the queue, of which this is the reader, but before what it holds for others. They do go
    /// by it if it holds something for the supervisor, which comes before (D3), or a signal to the child, or a message that a
    /// restart drops.
    #[cold]
    #[inline(never)]
    pub(super) fn tell_held(&mut self, queue: Rest<'_>) {
        while let Some((by, report)) = self.held.take() {
            let (to, child) = (by.target(), report.actor.target());
            let host = self.host;
            let drops = host.cell(child).is_some_and(drops_what_waits);
            let is_before = |target: Target, class| {
                target == to || (target == child && (drops || class == Class::Signal))
            };
            if !host.ending.borrow().is_empty()
                || self.watched.has_cut()
                || queue.may_hold(config::HELD_BEHIND, is_before)
            {
                send_report(by, report);
                continue;
            }
            let Some(cell) = host.cell(to) else {
                self.unheard(by, Signal::Report(report), AskError::Stopped);
                continue;
            };
            host.again.set(Again::May(child));
            if cell.word.has(BUSY | BACKLOG | STARTING | ENDING | LEAVING | LENT)
                || !self.has_slice(cell, self.constants())
            {
                self.signal(cell, to, Signal::Report(report), 0);
            } else {
                self.hear_now(cell, to, News::Report(report));
            }
            if let Again::Does(child) = host.again.replace(Again::No)
                && let Some(cell) = host.cell(child)
            {
                self.order(cell, child, 0, Order::Restart);
            }
        }
    }

    /// Whether an actor that ends for this reason keeps its place for another life.
    pub(super) fn keeps_place(&self, cell: CellRef<'_>, reason: &ExitReason) -> bool {
        with_keeper(cell, |keeper| keeper.keeps_place(reason)).unwrap_or_default()
    }

    /// Whether the stop hook runs of an incarnation after which there may be another: what comes now is for that.
    pub(super) fn waits_for_next(&self, cell: CellRef<'_>) -> bool {
        let reason = cell.if_extras(|extras| extras.reason.clone()).flatten();
        reason.is_some_and(|reason| self.keeps_place(cell, &reason))
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
        if Self::begin_anew(cell) {
            cell.word.set(BACKLOG);
        }
        // What there seldom is is seldom moved.
        let left = cell.if_extras(|extras| {
            let bonds =
                (!extras.bonds.is_empty()).then(|| Box::new(extras.bonds.end_incarnation()));
            let awaits = (!extras.awaits.is_empty()).then(|| std::mem::take(&mut extras.awaits));
            (bonds, awaits, extras.reason.take())
        });
        let Some((bonds, awaits, old_reason)) = left else { return };
        if let Some(awaits) = awaits {
            self.end_awaits(awaits);
        }
        if let Some(old_reason) = old_reason {
            self.host.let_go(old_reason);
        }
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
    pub(super) fn report_end(&mut self, cell: CellRef<'_>, target: Target, reason: &ExitReason) {
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
        Self::begin_anew(cell);
        self.bring_back(cell);
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

/// Whether what waits for an actor is dropped when it begins again.
fn drops_what_waits(cell: CellRef<'_>) -> bool {
    cell.kind().is_some_and(|kind| kind.options.on_restart == OnRestart::Drop)
}

/// Has a supervisor hear of a child, in its turn.
pub(super) fn send_report(by: Address, report: Report) {
    host::send(host::signals(), by, Signal::Report(report));
}

pub(super) fn with_keeper<R>(cell: CellRef<'_>, with: impl FnOnce(&mut Keeper) -> R) -> Option<R> {
    cell.if_extras(|extras| extras.keeper.as_deref_mut().map(with)).flatten()
}
