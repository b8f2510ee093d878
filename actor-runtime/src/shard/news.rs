//! What an actor hears beside messages: answers it goes on with, monitors that fired, links that ended.
//!
//! News take their turn as messages do, but no place in a mailbox. An exit that is not trapped ends its actor
//! instead, when it arrives.

use std::rc::Rc;

use super::children::with_keeper;
use super::turn::Turn;
use crate::address::{Address, Target};
use crate::bonds::{Bonds, Down, Exit, Monitor, Told};
use crate::cell::cells::Role;
use crate::cell::keeper::{Order, Report};
use crate::cell::process::AnyMailbox;
use crate::cell::status::{BACKLOG, BUSY, CLOSING, ENDING, LEAVING, LENT, NEWS, STARTING};
use crate::cell::{CellRef, Handled, News, Outcome, Waiter};
use crate::config;
use crate::error::{AskError, RegisterError, StartError};
use crate::exit::ExitReason;
use crate::host::{self, Claimed, Foreign, Incarnation, Obituary, Said, Says, Signal, Takes};
use crate::record::Letter;

impl Turn<'_> {
    /// Tells an actor what is no message, in its place among the messages.
    pub(super) fn news(&mut self, cell: CellRef<'_>, target: Target, force: u32, signal: Signal) {
        if cell.word.has(ENDING | LEAVING | LENT) {
            // Nobody is there to hear it; asks end with their owner.
            self.host.let_go(signal);
        } else if cell.kind().is_some_and(|kind| kind.is_process) {
            self.tell_process(cell, target, signal);
        } else if force != 0
            || cell.word.has(BUSY | BACKLOG | STARTING)
            || !self.has_slice(cell, self.constants())
        {
            self.push_back_signal(cell, target, signal);
        } else {
            self.hear(cell, target, signal);
        }
    }

    /// Tells an actor that is free.
    pub(super) fn hear(&mut self, cell: CellRef<'_>, target: Target, signal: Signal) {
        if let Signal::Report(report) = signal {
            self.hear_report(cell, target, &report);
            return self.host.let_go(report);
        }
        if let Some(news) = self.news_of(cell, target, signal) {
            self.hear_now(cell, target, news);
        }
    }

    pub(super) fn hear_now(&mut self, cell: CellRef<'_>, target: Target, news: News) {
        if !matches!(news, News::Value(_)) {
            cell.word.set(NEWS);
        }
        self.begins(cell, target);
        let outcome = self.as_listener(cell, || cell.hear(news, target));
        self.delivered(cell, target, outcome);
    }

    /// Tells a supervisor that is free.
    pub(super) fn hear_report(&mut self, cell: CellRef<'_>, target: Target, report: &Report) {
        cell.word.set(NEWS);
        self.begins(cell, target);
        match self.as_listener(cell, || cell.report(report, target)) {
            Ok(flow) if flow.goes_on() && !self.watched.has_cut() => self.count_handled(cell),
            told => {
                let outcome = told.map(|flow| Handled(Outcome::Flow(flow)));
                self.delivered(cell, target, outcome);
            }
        }
    }

    /// What there is to hear, unless it was taken back while it waited.
    pub(super) fn news_of(
        &self,
        cell: CellRef<'_>,
        target: Target,
        signal: Signal,
    ) -> Option<News> {
        let me = self.host.address(target);
        match signal {
            Signal::Down(number, Said { from, reason }, incarnation) => {
                // A process has the monitor until a receive takes this.
                let is_process = cell.kind().is_some_and(|kind| kind.is_process);
                // Who says it may be of another node, and say what it likes.
                let of = from.filter(|of| {
                    let is_on = |bonds: &Bonds| bonds.has_monitor(number, *of);
                    cell.if_extras(|extras| is_on(&extras.bonds)).unwrap_or_default()
                });
                if of.is_some() && !is_process {
                    cell.if_extras(|extras| extras.bonds.demonitor(number));
                }
                cell.trim_extras();
                let Some(actor) = of else {
                    self.host.let_go(reason);
                    return None;
                };
                Some(News::Down(Down {
                    monitor: Monitor::new(me, number),
                    actor,
                    incarnation: incarnation.number,
                    reason,
                    restarting: incarnation.restarting,
                }))
            }
            Signal::Exit(Said { from, reason }) => Some(News::Exit(Exit::new(from, reason))),
            Signal::GoOn(ask) => {
                cell.if_extras(|extras| extras.awaits.remove(&ask));
                cell.trim_extras();
                let waiter = self.host.cell(ask)?.if_extras(|extras| extras.waiter.take());
                match waiter.flatten()? {
                    Waiter::Actor(continuation) => Some(News::Value(continuation.then)),
                    Waiter::Call(_) | Waiter::Waker(_) => None,
                }
            }
            Signal::Item(aide) => self.take_item(cell, aide).map(News::Value),
            // The others do not wait.
            _ => None,
        }
    }

    /// An actor to which this one is linked has ended.
    pub(super) fn link_down(&mut self, cell: CellRef<'_>, target: Target, force: u32, said: Said) {
        let is_linked = said.from.is_some_and(|from| {
            let exits = cell.if_extras(|extras| extras.bonds.exits(from));
            exits.unwrap_or_default()
        });
        cell.trim_extras();
        if is_linked {
            self.exit(cell, target, force, said);
        } else {
            self.host.let_go(said);
        }
    }

    /// Somebody wants the actor to end, or one to which it is linked has ended.
    pub(super) fn exit(&mut self, cell: CellRef<'_>, target: Target, force: u32, said: Said) {
        let by_itself = said.from == Some(self.host.address(target));
        if traps(cell) {
            self.news(cell, target, force, Signal::Exit(said));
        } else if by_itself || !matches!(said.reason, ExitReason::Normal) {
            self.end_by_exit(cell, target, said.reason);
        }
    }

    /// Ends an actor at its await, or now, before what waits for it.
    pub(super) fn end_by_exit(&mut self, cell: CellRef<'_>, target: Target, reason: ExitReason) {
        // One that ends as well, with its system or because it was told to, ends after what was sent before.
        let ends_soon = self.shard.ends.get() && with_keeper(cell, |_| ()).is_none();
        let ends_anyway = (ends_soon || cell.word.has(CLOSING)) && reason.is_normal();
        if cell.word.has(ENDING | LENT) || ends_anyway {
            return self.host.let_go(reason);
        }
        self.end_at_await(cell, target, reason);
    }

    /// Ends an actor that is at an await, or at nothing.
    pub(super) fn end_at_await(&mut self, cell: CellRef<'_>, target: Target, reason: ExitReason) {
        if cell.word.has(STARTING) {
            self.forget_deadline(target);
            return self.start_failed(cell, target, StartError::Failed(reason));
        }
        if cell.word.has(BUSY) {
            if self.has_message(cell) {
                self.lose_in_flight(cell, target);
            }
            if let Err(payload) = self.drop_task(cell, AskError::Stopped) {
                self.destructor_panicked(cell, target, payload);
            }
            self.end_aides(cell, target, AskError::Stopped, |aide| aide.handler().is_some());
        }
        self.end(cell, target, reason);
    }

    /// Somebody wants the actor to have a name, or to be in a group.
    pub(super) fn claim(&self, cell: CellRef<'_>, target: Target, claimed: Claimed) {
        let Claimed { claim, letter, tell } = claimed;
        // The reference may have been made of an address, with another type.
        let fits = cell.kind().is_some_and(|kind| kind.takes(letter));
        let claimed =
            if fits { self.host.claim(&claim, target) } else { Err(RegisterError::NoProc) };
        self.say(tell, claimed);
    }

    /// Somebody wants to know whether the actor takes messages of a type.
    pub(super) fn takes(&self, cell: CellRef<'_>, asked: Takes) {
        let is_taken = cell.kind().is_some_and(|kind| kind.takes(asked.letter));
        self.unless_it_panics(|| (asked.tell)(is_taken));
    }

    /// What an actor of another node says: to those that others do not see it is as if said to nobody.
    pub(super) fn foreign(&mut self, cell: CellRef<'_>, target: Target, force: u32, said: Foreign) {
        let Foreign { visible, may_end, says } = said;
        let is_seen = |letter: &&'static Letter| cell.kind().is_some_and(|kind| kind.takes(letter));
        match says {
            Says::Kill | Says::StopNow if !visible.iter().any(is_seen) => {}
            Says::Kill => self.host.kill(target),
            Says::StopNow => self.host.leave(target),
            Says::Signal(signal) if !visible.iter().any(is_seen) => {
                self.unheard(self.host.address(target), signal, AskError::NoProc);
            }
            Says::Signal(Signal::Link(from)) if !may_end => {
                cell.with_extras(|extras| extras.bonds.linked_to_hear(from));
            }
            Says::Signal(signal) => self.signal(cell, target, signal, force),
        }
    }

    /// A signal to an actor that is not there.
    pub(super) fn unheard(&self, actor: Address, signal: Signal, why: AskError) {
        let noproc = || Said { from: Some(actor), reason: ExitReason::NoProc };
        match signal {
            Signal::Link(from) => host::send(host::signals(), from, Signal::LinkDown(noproc())),
            Signal::Monitor(watcher, number) => {
                let down = Signal::Down(number, noproc(), Incarnation::ONLY);
                host::send(host::signals(), watcher, down);
            }
            Signal::Unlink(from, number) => {
                host::send(host::signals(), from, Signal::Unlinked(actor, number));
            }
            Signal::Foreign(said) => {
                if let Says::Signal(signal) = said.says {
                    self.unheard(actor, signal, why);
                }
            }
            // Its child lives, or waits for another life.
            Signal::Report(report) => {
                let orphan = Signal::Order(Order::Orphan);
                host::send(host::signals(), report.actor, orphan);
                self.host.let_go(report);
            }
            signal => host::dropping_asks(why, || self.host.let_go(signal)),
        }
    }

    /// Tells of the ends of actors; so many in a turn, for there may be a million to tell.
    pub(super) fn tell_ends(&self) {
        for _ in 0..config::TURN_TOLD {
            let mut obituaries = self.host.obituaries.borrow_mut();
            let Some(obituary) = obituaries.front_mut() else { return };
            let (actor, reason) = (obituary.actor, obituary.reason.clone());
            let incarnation = obituary.incarnation;
            let told = obituary.bonds.next_to_tell();
            let done = if told.is_none() { obituaries.pop_front() } else { None };
            drop(obituaries);
            if let Some(told) = told {
                tell_end(told, actor, reason, incarnation);
            } else if let Some(done) = done {
                if done.starts {
                    host::send(host::signals(), actor, Signal::Start);
                }
                self.host.let_go((done.reason, reason));
            }
        }
    }

    /// Has the end of an actor told to those who are linked to it or monitor it.
    pub(super) fn announce(&self, obituary: Obituary) {
        if !obituary.bonds.is_empty() {
            self.host.obituaries.borrow_mut().push_back(obituary);
        } else if obituary.starts {
            host::send(host::signals(), obituary.actor, Signal::Start);
        }
    }

    /// Settles what actors of this shard have with one of another that was cut off, and so cannot tell them.
    pub(super) fn settle_with(&mut self, gone: Address) {
        let mut bound = Vec::new();
        self.host.cells.for_each(Role::Actor, |slot, cell| {
            let bonds = cell.if_extras(|extras| extras.bonds.with(gone));
            if let Some((monitors, is_linked)) = bonds
                && (is_linked || !monitors.is_empty())
            {
                bound.push((Target::new(slot, cell.word.generation()), monitors, is_linked));
            }
        });
        let said = Said { from: Some(gone), reason: ExitReason::Killed };
        for (target, monitors, is_linked) in bound {
            for number in monitors {
                self.tell(target, Signal::Down(number, said.clone(), Incarnation::ONLY));
            }
            if is_linked {
                self.tell(target, Signal::LinkDown(said.clone()));
            }
        }
    }

    /// Settles what actors of this shard have with those of a node to which the connection is lost.
    pub(super) fn settle_with_node(&mut self, node: u32) {
        // It may be the last to hold the connection.
        self.host.known.set(None);
        let mut bound = Vec::new();
        self.host.cells.for_each(Role::Actor, |slot, cell| {
            if let Some((monitors, links)) = cell.if_extras(|extras| extras.bonds.with_node(node)) {
                cell.trim_extras();
                if !monitors.is_empty() || !links.is_empty() {
                    bound.push((Target::new(slot, cell.word.generation()), monitors, links));
                }
            }
        });
        let said = |from| Said { from: Some(from), reason: ExitReason::NoConnection };
        for (target, monitors, links) in bound {
            for (number, of) in monitors {
                self.tell(target, Signal::Down(number, said(of), Incarnation::ONLY));
            }
            for other in links {
                self.tell(target, Signal::LinkDown(said(other)));
            }
        }
    }

    fn tell(&mut self, target: Target, signal: Signal) {
        if let Some(cell) = self.host.cell(target) {
            self.signal(cell, target, signal, 0);
        }
    }
}

/// Whether exits are told to an actor and do not end it.
pub(super) fn traps(cell: CellRef<'_>) -> bool {
    let by_itself = |mailbox: Rc<dyn AnyMailbox>| mailbox.receiving().traps.get();
    cell.kind().is_some_and(|kind| kind.traps) || cell.mailbox().is_some_and(by_itself)
}

fn tell_end(told: Told, actor: Address, reason: ExitReason, incarnation: Incarnation) {
    let said = Said { from: Some(actor), reason };
    let (to, signal) = match told {
        Told::Down(watcher, number) => (watcher, Signal::Down(number, said, incarnation)),
        Told::Exit(other) => (other, Signal::LinkDown(said)),
        Told::Demonitor(target, number) => (target, Signal::Demonitor(actor, number)),
    };
    host::send(host::signals(), to, signal);
}
