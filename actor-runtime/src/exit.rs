//! Why an actor ended.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why an actor ended, as its stop hook, whoever started it and whoever waits for its end are told.
///
/// The words are those of Erlang/OTP.
///
/// ```
/// use actor_runtime::ExitReason;
///
/// let reason = ExitReason::error(std::fmt::Error);
/// assert_eq!(reason.detail::<std::fmt::Error>(), Some(&std::fmt::Error));
/// assert!(!reason.is_normal());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExitReason {
    /// A handler or the start hook returned this error.
    Error(Arc<dyn Error + Send + Sync>),
    /// The actor ended itself with this word, which others may give no actor.
    Kill,
    /// Somebody called `kill`.
    Killed,
    /// The connection to its node was lost; the actor itself may live.
    NoConnection,
    /// There was no such actor any more.
    NoProc,
    /// The actor stopped by itself, or somebody stopped it.
    Normal,
    /// Its mailbox was full, and `overflow = crash`.
    Overflow,
    /// User code panicked.
    Panic(Arc<Panic>),
    /// The system ended, or who keeps the actor ended it.
    Shutdown,
    /// The same, with what there is to say about it.
    ShutdownWith(Arc<dyn Error + Send + Sync>),
    /// The start hook took longer than its deadline.
    StartTimeout,
}

impl ExitReason {
    /// [`Error`](Self::Error) with this error, or with a text.
    pub fn error(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Error(error.into().into())
    }

    /// The same of what a handler returned: a text then takes one allocation, where it takes three by its `Box`.
    pub(crate) fn returned<E>(error: E) -> Self
    where
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        let mut error = Some(error);
        let any: &mut dyn Any = &mut error;
        let text = match any.downcast_mut::<Option<&'static str>>() {
            Some(text) => text.take().map(Cow::Borrowed),
            None => any.downcast_mut::<Option<String>>().and_then(Option::take).map(Cow::Owned),
        };
        match (text, error) {
            (Some(text), _) => Self::Error(Arc::new(Text(text))),
            (None, Some(error)) => Self::error(error),
            (None, None) => unreachable!("it is taken as a text, or still there"),
        }
    }

    /// [`ShutdownWith`](Self::ShutdownWith) this, or with a text.
    pub fn shutdown_with(detail: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::ShutdownWith(detail.into().into())
    }

    /// Whether the actor ended as meant: stopped, or with its system.
    #[must_use]
    pub const fn is_normal(&self) -> bool {
        matches!(self, Self::Normal | Self::Shutdown | Self::ShutdownWith(_))
    }

    /// Whether it ended in the middle of what it did: its stop hook did not run.
    pub(crate) const fn is_crash(&self) -> bool {
        matches!(self, Self::Overflow | Self::Panic(_))
    }

    /// Whether it holds a value, or a text.
    pub(crate) const fn has_detail(&self) -> bool {
        matches!(self, Self::Error(_) | Self::Panic(_) | Self::ShutdownWith(_))
    }

    /// The value of an [`Error`](Self::Error) or [`ShutdownWith`](Self::ShutdownWith), if it is an `E`.
    #[must_use]
    pub fn detail<E: Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Error(detail) | Self::ShutdownWith(detail) => detail.downcast_ref(),
            _ => None,
        }
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => write!(f, "error: {error}"),
            Self::Kill => f.write_str("kill"),
            Self::Killed => f.write_str("killed"),
            Self::NoConnection => f.write_str("the connection to its node was lost"),
            Self::NoProc => f.write_str("no such actor"),
            Self::Normal => f.write_str("normal"),
            Self::Overflow => f.write_str("the mailbox overflowed"),
            Self::Panic(panic) => write!(f, "{panic}"),
            Self::Shutdown => f.write_str("shutdown"),
            Self::ShutdownWith(detail) => write!(f, "shutdown: {detail}"),
            Self::StartTimeout => f.write_str("the start hook took longer than its deadline"),
        }
    }
}

/// An error that is nothing but its text.
struct Text(Cow<'static, str>);

impl Error for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How an actor ended that was drained: see [`ActorRef::drain`](crate::ActorRef::drain).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Drained {
    /// Messages that waited when the deadline came, or the actor failed before, and the one that was being handled:
    /// dead letters by now. What was sent after the drain is left out only where all else was handled.
    pub left: u64,
    /// Why it ended: `Killed` if the deadline came first.
    pub reason: ExitReason,
}

/// A panic of user code: what it said and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Panic {
    /// What the panic said; empty if its payload was not text.
    pub text: String,
    /// `file:line:column`; empty if nobody noted it.
    pub location: String,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panic at {}: {}", self.location, self.text)
    }
}
