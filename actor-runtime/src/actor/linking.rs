//! Links and monitors, as an actor makes them: `cx.link(peer)`, `cx.monitor(peer)`.
//!
//! Before me: a handler or a hook. After me: the shard of the other actor keeps its half, and tells of the end.

use super::{Context, Spawn, spawn};
use crate::actor_ref::ActorRef;
use crate::address::Address;
use crate::bonds::{Bonds, Monitor};
use crate::cell::CellRef;
use crate::host::{self, Host, Signal};
use crate::message::Protocol;

impl<A: Protocol> Context<A> {
    /// Links the actor to another: when one of the two ends, the other does, for the same reason, unless that is
    /// `Normal`, or it has the hook `#[exit]`, which is told instead. A link is one, however often it is made, and
    /// either side may take it off.
    ///
    /// If the other has ended, or never was, the actor hears an exit with
    /// [`NoProc`](crate::ExitReason::NoProc).
    pub fn link<P: Protocol + ?Sized>(&mut self, other: ActorRef<P>) {
        let (me, other) = (self.address(), other.address());
        // Nobody is linked to itself: it ends with itself anyway.
        if other != me && self.bonds(move |bonds| bonds.link(other)) {
            host::send(host::signals(), other, Signal::Link(me));
        }
    }

    /// Takes a link off, from both sides. What had come by it waits to be told; nothing more comes.
    pub fn unlink<P: Protocol + ?Sized>(&mut self, other: ActorRef<P>) {
        let (me, other) = (self.address(), other.address());
        if let Some(number) = self.bonds(move |bonds| bonds.unlink(other)) {
            host::send(host::signals(), other, Signal::Unlink(me, number));
        }
    }

    /// Watches for the end of another actor: the hook `#[down]` is told once, when it has ended, or at once with
    /// [`NoProc`](crate::ExitReason::NoProc) if it had. Each monitor is told by itself.
    pub fn monitor<P: Protocol + ?Sized>(&mut self, other: ActorRef<P>) -> Monitor {
        let (me, other) = (self.address(), other.address());
        let number = self.bonds(move |bonds| bonds.monitor(other));
        host::send(host::signals(), other, Signal::Monitor(me, number));
        Monitor::new(me, number)
    }

    /// As [`spawn`](Self::spawn), linked before anything of the new actor runs.
    pub fn spawn_linked<S: Spawn>(&mut self, actor: S) -> ActorRef<S::Protocol> {
        let (me, child) = (self.address(), spawn(actor));
        self.bonds(move |bonds| bonds.link(child.address()));
        with_bonds(child.address(), |bonds| bonds.linked(me));
        child
    }

    /// As [`spawn`](Self::spawn), monitored before anything of the new actor runs.
    pub fn spawn_monitored<S: Spawn>(&mut self, actor: S) -> (ActorRef<S::Protocol>, Monitor) {
        let (me, child) = (self.address(), spawn(actor));
        let number = self.bonds(move |bonds| bonds.monitor(child.address()));
        with_bonds(child.address(), |bonds| bonds.watched(me, number));
        (child, Monitor::new(me, number))
    }

    fn bonds<R: Send + 'static>(&self, with: impl FnOnce(&mut Bonds) -> R + Send + 'static) -> R {
        let me = self.address();
        host::at_home(move |_| with_bonds(me, with)).expect("an actor that runs has a cell")
    }
}

impl Monitor {
    /// Takes the monitor off: it will not be told, not even if its actor has ended and that waits to be told.
    /// Answers whether it had not been told before.
    pub fn cancel(self) -> bool {
        let Self { owner, number, .. } = self;
        let cancel = move || with_bonds(owner, |bonds| bonds.demonitor(number)).flatten();
        let target = match host::home() {
            Some(_) => host::at_home(move |_| cancel()),
            None => cancel(),
        };
        drop(with_cell(owner, |cell| cell.mailbox()?.receiving().take_down(number)));
        if let Some(target) = target {
            let demonitor = Signal::Demonitor(owner, number);
            host::send(host::signals(), target, demonitor);
        }
        target.is_some()
    }
}

/// The half of this shard's actor.
fn with_bonds<R>(actor: Address, with: impl FnOnce(&mut Bonds) -> R) -> Option<R> {
    with_cell(actor, |cell| {
        let result = cell.with_extras(|extras| with(&mut extras.bonds));
        cell.trim_extras();
        result
    })
}

/// The cell of this shard's actor.
fn with_cell<R>(actor: Address, with: impl FnOnce(CellRef<'_>) -> R) -> Option<R> {
    let is_here = |host: &&Host| host.shard_id == actor.shard_id();
    host::with(|host| Some(with(host.filter(is_here)?.cell(actor.target())?)))
}
