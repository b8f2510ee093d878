//! What can go wrong for a caller, and what was left untouched.

use std::fmt;

use crate::exit::ExitReason;

/// Why an ask ended without an answer.
// A whole word, so that a `Result` with an answer of a word is two of them: as a byte it is copied in odd
// pieces, which costs an ask a fifth of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u64)]
#[non_exhaustive]
pub enum AskError {
    /// A handler awaited an ask to its own actor, which could never be answered.
    CallingSelf,
    /// The actor crashed while it handled the ask.
    Crashed,
    /// The `Reply` was dropped without an answer.
    NoReply,
    /// No such actor: it ended before, or never was.
    NoProc,
    /// The actor ended before it handled the ask, or its system did.
    Stopped,
    /// The deadline passed; the ask may still be handled.
    Timeout,
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CallingSelf => "an actor cannot await its own answer",
            Self::Crashed => "the actor crashed while it handled the ask",
            Self::NoReply => "the reply was dropped without an answer",
            Self::NoProc => "no such actor",
            Self::Stopped => "the actor stopped before it handled the ask",
            Self::Timeout => "no answer before the deadline",
        })
    }
}

impl std::error::Error for AskError {}

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
            Self::Stopped => f.write_str("the system has ended"),
            Self::Thread(why) => write!(f, "a shard's thread could not be started: {why}"),
            Self::Timeout => f.write_str("the start hook took longer than its deadline"),
        }
    }
}

impl std::error::Error for StartError {}
