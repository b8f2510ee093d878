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
use super::turn::{Held, Turn};
use crate::address::{Address, Target};
use crate::cell::keeper::{ChildNews, Ended, How, Keeper, Order, Phase, Report};
use crate::cell::status::{BACKLOG, BUSY, CLOSING, EMPTY, ENDING, LEAVING, LENT, STARTING};
use crate::cell::{CellRef, Handled, OnRestart};
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
            Order::Settle => self.settle(cell, target),
        }
    }

    /// Begins the next incarnation, once whoever watches the last has been told.
    fn restart(&mut self, cell: CellRef<'_>, target: Target) {
        if drops_what_waits(cell) {
            self.drop_backlog(cell, target);
        }
        let ended = with_keeper(cell, |keeper| keeper.ended.take()).flatten();
        self.begin_next(cell, target, ended);
    }

    /// The same of one that drops nothing, after the end that its keeper noted.
    fn begin_next(&mut self, cell: CellRef<'_>, target: Target, ended: Option<Ended>) {
        let Some(number) = with_keeper(cell, Keeper::begin_next) else { return };
        let waits = ended.is_some_and(|ended| self.announce_end(target, number, ended, true));
        if !waits {
            self.start_now(cell, target);
        }
    }

    /// The same of one that its supervisor takes to run by now: it is told only if the start takes its time.
    fn begin_unheard(&mut self, cell: CellRef<'_>, target: Target, ended: Ended) {
        let Ended { reason, bonds } = ended;
        let told = bonds.map(|bonds| Ended { reason: reason.clone(), bonds: Some(bonds) });
        with_keeper(cell, |keeper| keeper.after = Some(reason));
        self.begin_next(cell, target, told);
        if cell.word.generation() != target.generation() {
            return;
        }
        let after = with_keeper(cell, |keeper| Some((keeper.after.take()?, keeper.phase)));
        match after.flatten() {
            None => {}
            Some((after, Phase::Make | Phase::Start)) => {
                self.report(cell, target, ChildNews::Starting { after });
            }
            // It has failed to start, and said so.
            Some((after, _)) => self.host.let_go_reason(after),
        }
    }

    /// Tells whoever watches the incarnation that ended that there will be another.
    fn settle(&mut self, cell: CellRef<'_>, target: Target) {
        let ended = with_keeper(cell, |keeper| Some((keeper.life, keeper.ended.take()?)));
        if let Some((number, ended)) = ended.flatten() {
            self.announce_end(target, number, ended, false);
        }
    }

    /// Has the end of the incarnation with this number announced, where somebody is to be told; the next then starts
    /// afterwards, if it `starts`.
    fn announce_end(&mut self, target: Target, number: u64, ended: Ended, starts: bool) -> bool {
        let Ended { reason, bonds } = ended;
        let Some(bonds) = bonds else {
            self.host.let_go_reason(reason);
            return false;
        };
        let (actor, bonds) = (self.host.address(target), *bonds);
        let incarnation = Incarnation { number, restarting: true };
        self.announce(Obituary { actor, reason, bonds, incarnation, starts });
        true
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
        let run = |keeper: &mut Keeper| {
            keeper.phase = Phase::Run;
            (keeper.after.take(), keeper.kind, keeper.by)
        };
        match with_keeper(cell, run) {
            Some((Some(after), kind, _)) => {
                self.host.tell_restarted(self.host.address(target), kind, after);
            }
            Some((None, _, Some(by))) => {
                self.hold_back(Held { by, child: target, has_ended: false });
            }
            Some((None, _, None)) | None => {}
        }
    }

    /// Tells the supervisor, if there is one.
    pub(super) fn report(&mut self, cell: CellRef<'_>, target: Target, news: ChildNews) {
        let to = with_keeper(cell, |keeper| keeper.by.map(|by| (by, keeper.by_life, keeper.child)));
        let Some((by, life, child)) = to.flatten() else { return self.host.let_go(news) };
        self.send_held();
        send_report(by, Report { child, life, actor: self.host.address(target), news });
    }

    /// Holds what a child has to say, if its supervisor may hear it at once.
    fn hold_back(&mut self, held: Held) {
        self.send_held();
        if self.holds && held.by.shard_id() == self.host.shard_id {
            self.held = Some(held);
        } else {
            self.send_on(held);
        }
    }

    /// Sends what is held the long way.
    pub(super) fn send_held(&mut self) {
        if let Some(held) = self.held.take() {
            self.send_on(held);
        }
    }

    fn send_on(&self, held: Held) {
        let report = |keeper: &mut Keeper| {
            let news = match &keeper.ended {
                Some(Ended { reason, .. }) if held.has_ended => {
                    ChildNews::Ended { reason: reason.clone(), rests: true }
                }
                _ => ChildNews::Started,
            };
            let actor = self.host.address(held.child);
            Report { child: keeper.child, life: keeper.by_life, actor, news }
        };
        let cell = self.host.cell(held.child);
        if let Some(report) = cell.and_then(|cell| with_keeper(cell, report)) {
            send_report(held.by, report);
        }
    }

    /// Has a supervisor hear what is held for it, and its child begin again at once if that is what comes of it:
    /// as if both had gone by the queue, of which this is the reader, but before what it holds for others. They do go
    /// by it if it holds something for the supervisor, which comes before (D3), or a signal to the child, or a message that a
    /// restart drops.
    #[cold]
    #[inline(never)]
    pub(super) fn tell_held(&mut self, queue: Rest<'_>) {
        while let Some(held) = self.held.take() {
            let (to, child, host) = (held.by.target(), held.child, self.host);
            let Some(cell) = host.cell(child) else { continue };
            let drops = drops_what_waits(cell);
            let is_before = |target: Target, class| {
                target == to || (target == child && (drops || class == Class::Signal))
            };
            let supervisor = host.cell(to).filter(|cell| {
                !cell.word.has(BUSY | BACKLOG | STARTING | ENDING | LEAVING | LENT)
                    && host.ending.borrow().is_empty()
                    && !self.watched.has_cut()
                    && !queue.may_hold(config::HELD_BEHIND, is_before)
                    && self.has_slice(*cell, self.constants())
            });
            let Some(supervisor) = supervisor else {
                self.send_on(held);
                continue;
            };
            // Out of the cell while the supervisor looks at it.
            let mut ended = None;
            let told = with_keeper(cell, |keeper| {
                if held.has_ended {
                    ended = keeper.ended.take();
                }
                (keeper.child, keeper.by_life)
            });
            let Some((key, life)) = told else { continue };
            let (news, bonds) = match ended {
                Some(Ended { reason, bonds }) => (ChildNews::Ended { reason, rests: true }, bonds),
                None => (ChildNews::Started, None),
            };
            let report = Report { child: key, life, actor: host.address(child), news };
            host.again.set(Again::May(child));
            self.hear_report(supervisor, to, &report);
            let again = host.again.replace(Again::No);
            let ChildNews::Ended { reason, .. } = report.news else { continue };
            let ended = Ended { reason, bonds };
            if let Again::Does { unheard } = again {
                if drops {
                    self.drop_backlog(cell, child);
                }
                if unheard {
                    self.begin_unheard(cell, child, ended);
                } else {
                    self.begin_next(cell, child, Some(ended));
                }
            } else if cell.word.generation() == child.generation() {
                with_keeper(cell, |keeper| keeper.ended = Some(ended));
            } else {
                host.let_go(ended.reason);
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
            let keeper = extras.keeper.as_deref_mut();
            let (is_noted, by) =
                keeper.map_or((true, None), |keeper| (keeper.rest(reason, bonds), keeper.by));
            (awaits, extras.reason.take(), is_noted, by)
        });
        let Some((awaits, old_reason, is_noted, by)) = left else { return };
        if let Some(awaits) = awaits {
            self.end_awaits(awaits);
        }
        if let Some(old_reason) = old_reason {
            self.host.let_go(old_reason);
        }
        if !is_noted {
            if let Some(news) = with_keeper(cell, |keeper| keeper.news(reason, true)) {
                self.report(cell, target, news);
            }
        } else if let Some(by) = by {
            self.hold_back(Held { by, child: target, has_ended: true });
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
