//! What the runtime says to a cell, as a record among the messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::oneshot;

use super::away::{Foreign, Takes};
use super::here::{dropped_ask, send};
use crate::address::{Address, Target};
use crate::cell::keeper::{Order, Report};
use crate::cell::{Body, TypeOf};
use crate::error::{AskError, RegisterError};
use crate::exit::{Drained, ExitReason};
use crate::mailbox::Seeker;
use crate::record::{Class, Delivery, Letter};
use crate::registry::Claim;

/// What the runtime says to a cell, as a record.
#[derive(Debug)]
pub(crate) enum Signal {
    /// Whoever asked has given the ask up.
    Abandon,
    /// Have this name, or be in this group.
    /// The actor's state has changed: what was held for it is to be looked at.
    Changed,
    Claim(Box<Claimed>),
    /// This actor's monitor of this number is taken off.
    Demonitor(Address, u64),
    /// Your monitor of this number has fired.
    Down(u64, Said, Incarnation),
    /// End after what was sent before, and say how it went; at once after so many nanoseconds.
    Drain(u64, oneshot::Sender<Drained>),
    /// An actor wants you to end.
    Exit(Said),
    /// There will be no answer, and why.
    Fail(AskError),
    /// An actor of another node says this.
    Foreign(Box<Foreign>),
    /// A place in the mailbox that was promised is not needed.
    GiveBack,
    /// The answer to this ask is there, with which the actor goes on.
    GoOn(Target),
    /// Say that you live.
    IsAlive(oneshot::Sender<bool>),
    /// This actor has linked to you.
    Link(Address),
    /// The actor to which you are linked has ended.
    LinkDown(Said),
    /// Say how much you have to do.
    Load(Arc<Load>),
    /// Say how many messages wait.
    MailboxLen(oneshot::Sender<u64>),
    /// This actor's monitor of this number watches you.
    Monitor(Address, u64),
    /// Give a place in the mailbox, once there is one.
    Reserve(Sought),
    /// End, with the system, after what was sent before.
    Shutdown,
    /// What the supervisor wants of its child.
    Order(Order),
    /// A child tells its supervisor of itself.
    Report(Report),
    /// Take the next item of this aide.
    Item(Target),
    /// Run the start hook, or make the state.
    Start,
    /// End after what was sent before.
    Stop,
    /// Say whether you take these messages.
    Takes(Box<Takes>),
    /// This actor has unlinked from you, by the unlink of this number.
    Unlink(Address, u64),
    /// This actor has heard of your unlink of this number.
    Unlinked(Address, u64),
    /// Say why you ended, once you have.
    Wait(oneshot::Sender<ExitReason>),
    /// Say who keeps your workers, if you are a pool.
    Workers(oneshot::Sender<Option<Address>>),
}

/// How much an actor has to do, as its shard said last: messages that wait, and the one it is at.
#[derive(Debug, Default)]
pub(crate) struct Load {
    messages: AtomicU64,
    /// Whether its shard is to say it.
    is_asked: AtomicBool,
}

impl Load {
    /// Asks the actor's shard to say it. Nobody is to ask again before it has.
    pub(crate) fn ask(this: &Arc<Self>, actor: Address) {
        // Ordering: the record that carries it there orders this before the answer.
        this.is_asked.store(true, Ordering::Relaxed);
        send(signals(), actor, Signal::Load(this.clone()));
    }

    /// The shard says it.
    pub(crate) fn say(&self, messages: u64) {
        // Ordering: the next store publishes it.
        self.messages.store(messages, Ordering::Relaxed);
        // Ordering: pairs with the load in `told`.
        self.is_asked.store(false, Ordering::Release);
    }

    /// What was said, unless it is still to be.
    pub(crate) fn told(&self) -> Option<u64> {
        // Ordering: pairs with the store in `say`.
        let is_told = !self.is_asked.load(Ordering::Acquire);
        // Ordering: seen by the load before.
        is_told.then(|| self.messages.load(Ordering::Relaxed))
    }
}

/// Which life of an actor has ended, and whether another follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incarnation {
    pub(crate) number: u64,
    pub(crate) restarting: bool,
}

impl Incarnation {
    /// That of an actor that nobody restarts, or of which nothing is known.
    pub(crate) const ONLY: Self = Self { number: 1, restarting: false };
}

/// A name or a membership for an actor.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) claim: Claim,
    /// Of messages to the type of the reference that the actor was claimed for by.
    pub(crate) letter: &'static Letter,
    /// Who is told how it went.
    pub(crate) tell: oneshot::Sender<Result<(), RegisterError>>,
}

/// What an actor, or nobody, says of an end.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) from: Option<Address>,
    pub(crate) reason: ExitReason,
}

impl Signal {
    /// Whether it is an actor's own word, and not the runtime's for it.
    pub(super) const fn is_of_an_actor(&self) -> bool {
        match self {
            Self::Claim(_)
            | Self::Demonitor(..)
            | Self::Drain(..)
            | Self::Exit(_)
            | Self::IsAlive(_)
            | Self::Link(_)
            | Self::Load(_)
            | Self::MailboxLen(_)
            | Self::Monitor(..)
            | Self::Reserve(_)
            | Self::Stop
            | Self::Takes(_)
            | Self::Unlink(..)
            | Self::Wait(_)
            | Self::Workers(_) => true,
            Self::Abandon
            | Self::Changed
            | Self::Down(..)
            | Self::Fail(_)
            | Self::Foreign(_)
            | Self::GiveBack
            | Self::GoOn(_)
            | Self::Item(_)
            | Self::LinkDown(_)
            | Self::Order(_)
            | Self::Report(_)
            | Self::Shutdown
            | Self::Start
            | Self::Unlinked(..) => false,
        }
    }
}

/// A place that is sought. Dropped on the way, it ends the ask it is sought with.
#[derive(Debug)]
pub(crate) struct Sought(Option<Seeker>);

impl Sought {
    pub(crate) const fn new(seeker: Seeker) -> Self {
        Self(Some(seeker))
    }

    /// It has arrived.
    pub(crate) fn take(mut self) -> Option<Seeker> {
        self.0.take()
    }
}

impl Drop for Sought {
    fn drop(&mut self) {
        if let Some(seeker) = self.0.take() {
            send(signals(), seeker.from, Signal::Fail(dropped_ask()));
        }
    }
}

/// Stands in for the body that signals would be delivered to: the shard takes them itself.
struct Signals;

impl Body for Signals {
    type Message = Signal;

    fn deliver<'a>(&'a mut self, _signal: Signal, _me: Target) -> crate::cell::Handled<'a> {
        unreachable!("no cell has signals for its messages")
    }
}

static SIGNALS: TypeOf<Signals> =
    TypeOf::new::<Signal>(Class::Signal, crate::cell::Options::new(), false);

/// How signals travel.
pub(crate) const fn signals() -> Delivery<Signal> {
    SIGNALS.delivery()
}
