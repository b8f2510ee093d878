//! What can go wrong between nodes, and what was left untouched.

use std::fmt;

use actor_runtime::AskError;

/// Why a message was not written for another node. Nothing of it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// A value would not be written: what its `Serialize` said.
    Refused(String),
    /// The message is larger than the two nodes have agreed on, in bytes.
    TooLarge(usize),
    /// The other node's version of the protocol has no such handler.
    UnknownHandler(&'static str),
}

impl EncodeError {
    /// What an ask ends with that was not sent for this reason.
    pub(crate) const fn as_ask_error(&self) -> AskError {
        match self {
            Self::Refused(_) => AskError::Codec,
            Self::TooLarge(_) => AskError::TooLarge,
            Self::UnknownHandler(_) => AskError::UnknownHandler,
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "a value would not be written: {why}"),
            Self::TooLarge(most) => write!(f, "the message is larger than {most} bytes"),
            Self::UnknownHandler(name) => {
                write!(f, "the other node's version has no handler `{name}`")
            }
        }
    }
}

impl std::error::Error for EncodeError {}

/// Why the bytes of a message are none of the type that they should be of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// A parameter is of another type in the sender's version.
    Incompatible(&'static str),
    /// The sender's version has no such parameter, and it has no default.
    Missing(&'static str),
    /// The message should bring an ask, or should bring none.
    NotAsked,
    /// A value would not be read: what its `Deserialize` said.
    Refused(String),
    /// Bytes are left over.
    Trailing(usize),
    /// The bytes end too early.
    Truncated,
    /// There is no such handler in this version of the protocol.
    UnknownHandler,
}

impl DecodeError {
    /// What the ask ends with whose message, or answer, this was.
    pub(crate) const fn as_ask_error(&self) -> AskError {
        match self {
            Self::UnknownHandler => AskError::UnknownHandler,
            _ => AskError::Codec,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incompatible(name) => write!(f, "`{name}` is of another type at the sender"),
            Self::Missing(name) => write!(f, "the sender has no `{name}`, and it has no default"),
            Self::NotAsked => f.write_str("a tell and an ask were taken for one another"),
            Self::Refused(why) => write!(f, "a value would not be read: {why}"),
            Self::Trailing(bytes) => write!(f, "{bytes} bytes are left over"),
            Self::Truncated => f.write_str("the bytes end too early"),
            Self::UnknownHandler => f.write_str("this version has no such handler"),
        }
    }
}

impl std::error::Error for DecodeError {}
