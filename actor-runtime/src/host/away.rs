//! What leaves for other nodes, and what arrives from them.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use super::Host;
use super::here::{dropping_asks, send, with};
use super::signal::{Incarnation, Said, Signal, signals};
use crate::address::Address;
use crate::error::AskError;
use crate::exit::ExitReason;
use crate::message::MessageField;
use crate::record::{Class, Departure, Label, Letter};
use crate::route::{self, Crossing, Known, Question, Standing, Word};
use crate::stats::DeadReason;

/// Sends a message from a shard to another node.
#[inline(always)]
pub(super) fn depart<M: MessageField>(host: &Host, away: &mut Departure<M>) {
    let node = away.to.shard_id().node();
    // Out of its place while users' code runs, which may send to another node.
    let known = host.known.take().filter(|known| known.is_of(node));
    let known = known.unwrap_or_else(|| look(host, node));
    depart_by(&known.standing, Some(host), away);
    host.known.set(Some(known));
}

#[cold]
#[inline(never)]
fn look(host: &Host, node: u32) -> Box<Known> {
    Box::new(Known::look(node, host.shard_id.node()))
}

/// Sends a message from a plain thread to another node.
// A system of this process that this one is not connected to is no node of its: there the address is nobody's.
#[cold]
#[inline(never)]
pub(super) fn depart_outside<M: MessageField>(mut away: Departure<M>) {
    let node = away.to.shard_id().node();
    let standing = route::standing(node, None).unwrap_or(Standing::Gone);
    depart_by(&standing, None, &mut away);
}

/// Sends a message to a node of which this is known.
#[inline(always)]
fn depart_by<M: MessageField>(standing: &Standing, host: Option<&Host>, away: &mut Departure<M>) {
    match (standing, away.delivery.leave()) {
        (Standing::Connected(carrier), Some(leave)) => leave(away, &**carrier),
        _ => stay(standing, host, away),
    }
}

/// Loses a message that does not leave, unless it is a word of the runtime, which goes by itself.
#[cold]
#[inline(never)]
fn stay<M: MessageField>(standing: &Standing, host: Option<&Host>, away: &mut Departure<M>) {
    // Decided when it is compiled. A message that were looked at by its address would be moved in pieces.
    if TypeId::of::<M>() == TypeId::of::<Signal>() {
        let mut message = away.take();
        let signal = (&mut message as &mut dyn Any).downcast_mut::<Option<Signal>>();
        return signal
            .and_then(Option::take)
            .map_or((), |signal| signal_away(standing, away.to, signal));
    }
    let (reason, error) = match standing {
        Standing::Connected(_) => (DeadReason::NotRemote, AskError::NoProc),
        Standing::Gone => (DeadReason::NoProc, AskError::NoProc),
        Standing::Lost => (DeadReason::NodeDown, AskError::NoConnection),
    };
    let (letter, to, message) = (away.delivery.letter(), away.to, away.take());
    lost_away(host, reason, to, letter);
    let class = letter.class();
    debug_assert!(class != Class::Answer, "who asked from another node is answered at this one");
    match host {
        Some(host) => dropping_asks(error, || host.let_go(message)),
        None => dropping_asks(error, || drop(message)),
    }
}

/// Counts a message that did not leave, and says so.
fn lost_away(host: Option<&Host>, reason: DeadReason, to: Address, letter: &'static Letter) {
    if letter.class() != Class::Message {
        return;
    }
    match host {
        Some(host) => host.dead_letter(reason, to, letter),
        // The home of that node counts it.
        None => {
            if let Some(route) = route::find(to.shard_id().node()) {
                let count = move || {
                    with(|host| host.map(|host| host.dead_letter(reason, to, letter)));
                };
                route.say(to.shard_id().shard(), Word::Call(Box::new(count)));
            }
        }
    }
}

/// A message was not written into the connection.
pub(crate) fn not_departed(message: Label, reason: DeadReason) {
    with(|host| lost_away(host, reason, message.to(), message.letter()));
}

/// Sends a word of the runtime to an actor of another node. Where there is no connection, who waits for an answer
/// is told.
fn signal_away(standing: &Standing, to: Address, signal: Signal) {
    let carrier = match standing {
        Standing::Connected(carrier) => carrier,
        Standing::Gone => return unheard_away(to, signal, ExitReason::NoProc),
        Standing::Lost => return unheard_away(to, signal, ExitReason::NoConnection),
    };
    carrier.signal(
        to,
        match signal {
            Signal::Demonitor(from, number) => Crossing::Demonitor(from, number),
            Signal::Drain(nanos, tell) => return carrier.ask(to, Question::Drain(nanos, tell)),
            Signal::IsAlive(tell) => return carrier.ask(to, Question::IsAlive(tell)),
            Signal::Wait(tell) => return carrier.ask(to, Question::Wait(tell)),
            Signal::Down(monitor, Said { from: Some(actor), reason }, incarnation) => {
                Crossing::Down {
                    monitor,
                    actor,
                    reason,
                    incarnation: incarnation.number,
                    restarting: incarnation.restarting,
                }
            }
            Signal::Exit(Said { from, reason }) => Crossing::Exit(from, reason),
            Signal::Link(from) => Crossing::Link(from),
            Signal::LinkDown(Said { from: Some(from), reason }) => Crossing::LinkDown(from, reason),
            Signal::Monitor(from, number) => Crossing::Monitor(from, number),
            Signal::Stop => Crossing::Stop,
            Signal::Unlink(from, number) => Crossing::Unlink(from, number),
            Signal::Unlinked(from, number) => Crossing::Unlinked(from, number),
            // The others are for actors of one node.
            signal => return drop(signal),
        },
    );
}

/// A word to an actor of a node to which there is no connection.
fn unheard_away(actor: Address, signal: Signal, reason: ExitReason) {
    let error = match reason {
        ExitReason::NoConnection => AskError::NoConnection,
        _ => AskError::NoProc,
    };
    let said = Said { from: Some(actor), reason };
    match signal {
        Signal::Link(from) => send(signals(), from, Signal::LinkDown(said)),
        Signal::Monitor(from, number) => {
            send(signals(), from, Signal::Down(number, said, Incarnation::ONLY));
        }
        Signal::Unlink(from, number) => send(signals(), from, Signal::Unlinked(actor, number)),
        Signal::Drain(nanos, tell) => Question::Drain(nanos, tell).fail(said.reason),
        Signal::Wait(tell) => Question::Wait(tell).fail(said.reason),
        signal => dropping_asks(error, || drop(signal)),
    }
}

/// Ends an ask without an answer.
pub(crate) fn fail(ask: Address, error: AskError) {
    send(signals(), ask, Signal::Fail(error));
}

/// An actor of another node says this to one of this system. What acts on that one by the other's will goes to those
/// alone that other nodes see; what tells of a bond finds that bond, or nobody.
pub(crate) fn arrives(to: Address, crossing: Crossing, visible: &Visible, may_end: bool) {
    let said = |from, reason| Said { from, reason };
    let foreign = |says| {
        let visible = visible.clone();
        send(signals(), to, Signal::Foreign(Box::new(Foreign { visible, may_end, says })));
    };
    let signal = match crossing {
        Crossing::Demonitor(from, number) => Signal::Demonitor(from, number),
        Crossing::Down { monitor, actor, reason, incarnation: number, restarting } => {
            Signal::Down(monitor, said(Some(actor), reason), Incarnation { number, restarting })
        }
        Crossing::Exit(from, reason) => {
            return foreign(Says::Signal(Signal::Exit(said(from, reason))));
        }
        Crossing::Kill => return foreign(Says::Kill),
        Crossing::Link(from) => return foreign(Says::Signal(Signal::Link(from))),
        Crossing::LinkDown(from, reason) => Signal::LinkDown(said(Some(from), reason)),
        Crossing::Monitor(from, number) => {
            return foreign(Says::Signal(Signal::Monitor(from, number)));
        }
        Crossing::Stop => return foreign(Says::Signal(Signal::Stop)),
        Crossing::StopNow => return foreign(Says::StopNow),
        Crossing::Unlink(from, number) => Signal::Unlink(from, number),
        Crossing::Unlinked(from, number) => Signal::Unlinked(from, number),
    };
    send(signals(), to, signal);
}

/// Which actors other nodes see: those that take messages with one of these letters.
pub(crate) type Visible = Arc<[&'static Letter]>;

/// What an actor of another node says to one of this.
#[derive(Debug)]
pub(crate) struct Foreign {
    pub(crate) visible: Visible,
    /// Whether it may end actors of this node: what a link would be that it makes.
    pub(crate) may_end: bool,
    pub(crate) says: Says,
}

/// What it says.
#[derive(Debug)]
pub(crate) enum Says {
    /// End at once.
    Kill,
    Signal(Signal),
    /// End after the present message.
    StopNow,
}

/// A question whether an actor takes messages of a type.
pub(crate) struct Takes {
    /// Of such messages.
    pub(crate) letter: &'static Letter,
    /// Who is told.
    pub(crate) tell: Box<dyn FnOnce(bool) + Send>,
}

impl fmt::Debug for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Takes({:?})", self.letter)
    }
}
