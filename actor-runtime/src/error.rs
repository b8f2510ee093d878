//! What can go wrong for a caller, and what was left untouched.

use std::fmt;
use std::sync::Arc;

use crate::address::Address;
use crate::cycle::AskCycle;
use crate::exit::ExitReason;

/// Why an ask ended without an answer.
// A whole word, as `AskCycle` is, so that a `Result` with an answer of a word is two of them: as a byte it is copied
// in odd pieces, which costs an ask a fifth of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AskError {
    /// A handler awaited an ask to its own actor, which could never be answered.
    CallingSelf,
    /// What was asked, or the answer, could not be read at the node that it went to.
    Codec,
    /// The actor crashed while it handled the ask.
    Crashed,
    /// The ask would have closed this cycle of actors that wait for each other, and was not sent. Only systems that
    /// look for cycles say so, see [`SystemBuilder::detect_ask_cycles`](crate::SystemBuilder::detect_ask_cycles); in
    /// others the asks of a cycle end at their deadlines.
    Cycle(AskCycle),
    /// The actor's mailbox is bounded and had no place for the ask.
    Full,
    /// There is no connection to the actor's node, or it was lost before the answer came; the ask may have been
    /// handled.
    NoConnection,
    /// The `Reply` was dropped without an answer.
    NoReply,
    /// No such actor: it ended before, or never was.
    NoProc,
    /// The actor ended before it handled the ask, or its system did.
    Stopped,
    /// A supervisor was asked that is about to end, with all its children.
    Stopping,
    /// The deadline passed; the ask may still be handled.
    Timeout,
    /// What was asked, or the answer, is larger than a message between the two nodes may be.
    TooLarge,
    /// The actor's node has no such handler: its version of the protocol is another.
    UnknownHandler,
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cycle(cycle) => return write!(f, "the ask closes a cycle: {cycle}"),
            Self::CallingSelf => "an actor cannot await its own answer",
            Self::Codec => "the other node could not read it",
            Self::Crashed => "the actor crashed while it handled the ask",
            Self::Full => "the actor's mailbox is full",
            Self::NoConnection => "there is no connection to the actor's node",
            Self::NoReply => "the reply was dropped without an answer",
            Self::NoProc => "no such actor",
            Self::Stopped => "the actor stopped before it handled the ask",
            Self::Stopping => "the supervisor is about to end",
            Self::Timeout => "no answer before the deadline",
            Self::TooLarge => "it is too large to go to another node",
            Self::UnknownHandler => "the actor's node has no such handler",
        })
    }
}

impl std::error::Error for AskError {}

/// Why `try_tell` did not send a message, with the message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TellError<M> {
    /// The actor's mailbox is bounded and has no place for it now.
    Full(M),
    /// The actor has ended, or is about to; or there never was one.
    Stopped(M),
}

impl<M> TellError<M> {
    /// Gives the message back.
    #[must_use]
    pub fn into_message(self) -> M {
        match self {
            Self::Full(message) | Self::Stopped(message) => message,
        }
    }
}

/// `Full(..)`: a message need not know how to show itself.
impl<M> fmt::Debug for TellError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Stopped(_) => "Stopped(..)",
        })
    }
}

impl<M> fmt::Display for TellError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the actor's mailbox is full",
            Self::Stopped(_) => "the actor has stopped",
        })
    }
}

impl<M> std::error::Error for TellError<M> {}

/// Why there is no permit to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReserveError {
    /// No such actor: it ended before, or never was.
    NoProc,
    /// The actor ended while its mailbox was full, or its system did.
    Stopped,
    /// No place was free before the deadline.
    Timeout,
    /// An actor waited in a handler for a place in its own mailbox, which could never come free.
    WouldDeadlock,
}

impl fmt::Display for ReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoProc => "no such actor",
            Self::Stopped => "the actor stopped before its mailbox had a place",
            Self::Timeout => "the mailbox had no place before the deadline",
            Self::WouldDeadlock => "an actor cannot wait for a place in its own mailbox",
        })
    }
}

impl std::error::Error for ReserveError {}

impl From<AskError> for ReserveError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::NoProc => Self::NoProc,
            AskError::Timeout => Self::Timeout,
            AskError::CallingSelf | AskError::Cycle(_) => Self::WouldDeadlock,
            AskError::Codec
            | AskError::Crashed
            | AskError::Full
            | AskError::NoConnection
            | AskError::NoReply
            | AskError::Stopped
            | AskError::Stopping
            | AskError::TooLarge
            | AskError::UnknownHandler => Self::Stopped,
        }
    }
}

/// Why a blocking process has received no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecvError {
    /// The process was told to stop, or has been ended: its function is to return.
    Stopped,
    /// No message came in that time.
    Timeout,
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stopped => "the process was told to stop",
            Self::Timeout => "no message came in time",
        })
    }
}

impl std::error::Error for RecvError {}

/// Why there is no actor, or no system, after a start.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The start hook ended the actor, with this reason.
    Failed(ExitReason),
    /// The start hook answered `Start::Ignore`: no actor is wanted.
    Ignored,
    /// There is no such shard; the system has this many.
    NoShard(usize),
    /// All threads for blocking actors are taken: so many, as `SystemBuilder::blocking_threads` says.
    NoThread(usize),
    /// The system has ended, or is about to.
    Stopped,
    /// A thread of the system, or its runtime, could not be made: what the operating system said.
    Thread(String),
    /// The start hook took longer than its deadline.
    Timeout,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(reason) => write!(f, "the start failed: {reason}"),
            Self::Ignored => f.write_str("the start hook wants no actor"),
            Self::NoShard(shards) => write!(f, "no such shard: the system has {shards}"),
            Self::NoThread(most) => {
                write!(f, "no thread is left for a blocking actor: the system has {most}")
            }
            Self::Stopped => f.write_str("the system has ended"),
            Self::Thread(why) => write!(f, "a thread could not be started: {why}"),
            Self::Timeout => f.write_str("the start hook took longer than its deadline"),
        }
    }
}

impl std::error::Error for StartError {}

/// Why an actor did not get a name, or did not become a member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegisterError {
    /// Another actor has the name: this one.
    AlreadyRegistered(Address),
    /// The text is no name, see [`Name`](crate::Name).
    BadName,
    /// There is no such actor: it ended before, or never was, or is not of the type of its reference.
    NoProc,
    /// The members of the group are of another type.
    OtherType {
        /// Theirs.
        registered: &'static str,
        /// The actor's.
        wanted: &'static str,
    },
    /// The system has as many names, or memberships of groups, as `SystemBuilder::names` allows: so many.
    TooMany(usize),
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyRegistered(holder) => write!(f, "the actor at {holder} has the name"),
            Self::BadName => f.write_str("the text is no name"),
            Self::NoProc => f.write_str("no such actor"),
            Self::OtherType { registered, wanted } => {
                write!(f, "the group is of `{registered}`, not of `{wanted}`")
            }
            Self::TooMany(limit) => write!(f, "the system has {limit} names, and may have no more"),
        }
    }
}

impl std::error::Error for RegisterError {}

/// Why there is no reference for a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LookupError {
    /// No actor has this name.
    NotFound(Arc<str>),
    /// What has the name is of another type.
    OtherType {
        /// Its own type, as it was registered.
        registered: &'static str,
        /// The type that was asked for.
        wanted: &'static str,
    },
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(name) => write!(f, "no actor is registered as `{name}`"),
            Self::OtherType { registered, wanted } => {
                write!(f, "what has the name is a `{registered}`, not a `{wanted}`")
            }
        }
    }
}

impl std::error::Error for LookupError {}
