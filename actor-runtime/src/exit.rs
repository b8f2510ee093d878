//! Why an actor ended.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why an actor ended, as its stop hook and whoever started it are told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExitReason {
    /// A handler or the start hook returned this error.
    Error(Arc<dyn Error + Send + Sync>),
    /// Somebody killed the actor.
    Killed,
    /// The actor stopped by itself, or somebody stopped it.
    Normal,
    /// User code panicked.
    Panic(Arc<Panic>),
    /// The system ended.
    Shutdown,
    /// The start hook took longer than its deadline.
    StartTimeout,
}

impl ExitReason {
    /// Whether the actor ended as meant: stopped, or with its system.
    #[must_use]
    pub const fn is_normal(&self) -> bool {
        matches!(self, Self::Normal | Self::Shutdown)
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => write!(f, "error: {error}"),
            Self::Killed => f.write_str("killed"),
            Self::Normal => f.write_str("normal"),
            Self::Panic(panic) => write!(f, "{panic}"),
            Self::Shutdown => f.write_str("shutdown"),
            Self::StartTimeout => f.write_str("the start hook took longer than its deadline"),
        }
    }
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
