//! What ties an actor to the supervisor that keeps it: the child's half.
//!
//! An actor that is kept may begin again in its own place. Between two incarnations its cell has no body
//! ([`EMPTY`](super::status::EMPTY)) but keeps its generation, what waits in its mailbox, and its names; the supervisor
//! has been told how the last incarnation ended, and says whether there will be another.

use std::fmt;
use std::rc::Rc;

use super::Handled;
use crate::address::{Address, Target};
use crate::bonds::Bonds;
use crate::error::StartError;
use crate::exit::ExitReason;

/// Which child of its supervisor an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChildKey(pub(crate) u64);

/// After which ends a child is restarted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// After each.
    #[default]
    Permanent,
    /// After none. It is forgotten at its end.
    Temporary,
    /// After those that are not as meant: all but `Normal`, `Shutdown` and `ShutdownWith`.
    Transient,
}

impl Restart {
    /// Whether a child that ended for this reason is to run again.
    pub(crate) const fn again(self, reason: &ExitReason) -> bool {
        match self {
            Self::Permanent => true,
            Self::Temporary => false,
            Self::Transient => !reason.is_normal(),
        }
    }
}

/// Makes the state of an incarnation in the actor's cell.
pub(crate) type Make = Rc<dyn Fn(Target) -> Handled<'static>>;

/// What a child knows of being one.
pub struct Keeper {
    /// None if the supervisor is gone.
    pub(crate) by: Option<Address>,
    /// The number of the supervisor's incarnation: its next, at the same address, did not begin this child.
    pub(crate) by_life: u64,
    pub(crate) child: ChildKey,
    pub(crate) restart: Restart,
    pub(crate) make: Make,
    /// The type of the child, as events tell it.
    pub(crate) kind: &'static str,
    /// The number of the present incarnation, or the last: 1, 2, ...
    pub(crate) life: u64,
    pub(crate) phase: Phase,
    /// Whether it waits for another life when it ends, if the supervisor has said so.
    pub(crate) rests: Option<bool>,
    /// Why there was no start, if that is so.
    pub(crate) error: Option<StartError>,
    /// The incarnation that ended last, whose watchers are still to be told.
    pub(crate) ended: Option<Ended>,
    /// Why that ended, while the supervisor takes the present one to run without having been told.
    pub(crate) after: Option<ExitReason>,
}

/// How far an incarnation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// There is none.
    Rest,
    /// Its state is to be made, or is being made.
    Make,
    /// There is a state; the start is not over.
    Start,
    /// It has started.
    Run,
}

/// An incarnation that ended.
pub(crate) struct Ended {
    pub(crate) reason: ExitReason,
    /// None if it had none, as most.
    pub(crate) bonds: Option<Box<Bonds>>,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keeper({:?}, life {})", self.child, self.life)
    }
}

impl Keeper {
    pub(crate) fn new(
        (by, by_life): (Address, u64),
        child: ChildKey,
        restart: Restart,
        (make, kind): (Make, &'static str),
    ) -> Self {
        Self {
            by: Some(by),
            by_life,
            child,
            restart,
            make,
            kind,
            life: 1,
            phase: Phase::Make,
            rests: None,
            error: None,
            ended: None,
            after: None,
        }
    }

    /// The next incarnation begins. Answers the number of the one before.
    pub(crate) fn begin_next(&mut self) -> u64 {
        let number = self.life;
        (self.phase, self.rests, self.life) = (Phase::Make, None, number + 1);
        number
    }

    /// Notes the end of an incarnation after which there may be another, and whether that is all there is to tell of it.
    pub(crate) fn rest(&mut self, reason: &ExitReason, bonds: Option<Box<Bonds>>) -> bool {
        if self.ended.is_some() {
            return false;
        }
        self.ended = Some(Ended { reason: reason.clone(), bonds });
        let has_run = self.phase == Phase::Run && self.error.is_none();
        if has_run {
            self.phase = Phase::Rest;
        }
        has_run
    }

    /// What the supervisor is told of an end, which is noted.
    pub(crate) fn news(&mut self, reason: &ExitReason, rests: bool) -> ChildNews {
        let has_run = std::mem::replace(&mut self.phase, Phase::Rest) == Phase::Run;
        match self.error.take() {
            Some(error) => ChildNews::NotStarted { error, rests },
            None if has_run => ChildNews::Ended { reason: reason.clone(), rests },
            None => ChildNews::NotStarted { error: StartError::Failed(reason.clone()), rests },
        }
    }

    /// Whether the actor keeps its place when its incarnation ends for this reason.
    pub(crate) fn keeps_place(&self, reason: &ExitReason) -> bool {
        let has_run = self.life > 1 || self.phase == Phase::Run;
        let is_ignored = matches!(self.error, Some(StartError::Ignored));
        let rests = self.rests.unwrap_or_else(|| !is_ignored && self.restart.again(reason));
        self.by.is_some() && has_run && rests
    }
}

/// What a child's shard tells the supervisor.
#[derive(Debug)]
pub struct Report {
    pub(crate) child: ChildKey,
    /// To which of the supervisor's incarnations; of a `Stop`, to any.
    pub(crate) life: u64,
    pub(crate) actor: Address,
    pub(crate) news: ChildNews,
}

/// What there is to tell of a child, or to its supervisor about itself.
#[derive(Debug)]
pub(crate) enum ChildNews {
    /// It has a place.
    Begun,
    /// It has ended, and whether its place waits for its next life.
    Ended { reason: ExitReason, rests: bool },
    /// It has not started, and the same.
    NotStarted { error: StartError, rests: bool },
    /// It has started.
    Started,
    /// It began again at once, after an end for this reason, and has not started yet.
    Starting { after: ExitReason },
    /// You are to end, once all that was sent before is handled.
    Stop(ExitReason),
}

/// What a supervisor says to a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Stop: how, and whether to wait for another life.
    Close { how: How, rests: bool },
    /// There will be no other life.
    Discard,
    /// I am gone.
    Orphan,
    /// Begin your next life.
    Restart,
    /// You will have another life, later.
    Settle,
}

/// How a child is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// After what was sent to it before.
    Drain,
    /// At its next await.
    Exit,
    /// At once.
    Kill,
}
