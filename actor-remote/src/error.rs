//! What can go wrong between nodes, and what was left untouched.

use std::fmt;

use actor_runtime::{AskError, ExitReason};

/// Why a message was not written for another node. Nothing of it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The other node's version of the handler could not read this one's message, or this one its answer.
    Incompatible {
        /// The handler.
        handler: &'static str,
        /// This node's version of the protocol.
        ours: u32,
        /// The other node's.
        theirs: u32,
    },
    /// The handler is `#[local]`: no other node may call it.
    Local(&'static str),
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
            Self::Incompatible { .. } | Self::Refused(_) => AskError::Codec,
            Self::TooLarge(_) => AskError::TooLarge,
            Self::Local(_) | Self::UnknownHandler(_) => AskError::UnknownHandler,
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incompatible { handler, ours, theirs } => write!(
                f,
                "`{handler}` of version {ours} and of version {theirs} do not understand each other"
            ),
            Self::Local(name) => write!(f, "`{name}` is `#[local]`, and its actor on another node"),
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

/// Why a connection was closed: a number on the wire, and a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseCode {
    /// A frame is longer than was agreed, or has no length.
    BadLength,
    /// What was said first is not of this format.
    BadMagic,
    /// An answer, an acknowledgement or a signal that nothing was waiting for.
    BadSequence,
    /// The other node is of another cluster.
    ClusterMismatch,
    /// The two nodes are connected already.
    Duplicate,
    /// The other node has no codec of this one's.
    CodecMismatch,
    /// Fragments are out of order.
    BadFragment,
    /// The node, or its system, ends.
    Leaving,
    /// The socket failed, or was closed without a word.
    Lost,
    /// A frame does not hold what its kind should.
    Malformed,
    /// What a frame of this kind says has no place at this point.
    OutOfPlace,
    /// The node is connected to itself.
    Own,
    /// The other node has begun a new life.
    Restarted,
    /// Nothing was heard for too long.
    Silent,
    /// The other node did not take its signals for too long.
    SignalsOverflow,
    /// The handshake, or a frame, took too long.
    Timeout,
    /// Actors of the other node have too many links and monitors.
    TooManyBonds,
    /// Too many payloads could not be read.
    TooManyErrors,
    /// There are as many connections as there may be.
    TooManyPeers,
    /// The name that the node says is not that of its certificate, or it has none.
    Unauthenticated,
    /// A frame is of a kind that is not known.
    UnknownKind,
    /// The nodes have no version of this format in common.
    VersionMismatch,
    /// A code that this version does not know.
    Other(u16),
}

impl CloseCode {
    const NAMED: [(Self, u16, &'static str); 22] = [
        (Self::Leaving, 1, "the node ends"),
        (Self::BadMagic, 2, "what was said is not of this format"),
        (Self::VersionMismatch, 3, "the nodes have no version of the format in common"),
        (Self::ClusterMismatch, 4, "the node is of another cluster"),
        (Self::CodecMismatch, 5, "the nodes have no codec in common"),
        (Self::Own, 6, "the node is connected to itself"),
        (Self::Duplicate, 7, "the nodes are connected already"),
        (Self::Restarted, 8, "the node has begun a new life"),
        (Self::Unauthenticated, 9, "the node is not who it says it is"),
        (Self::BadLength, 10, "a frame has a bad length"),
        (Self::UnknownKind, 11, "a frame is of no known kind"),
        (Self::Malformed, 12, "a frame does not hold what it should"),
        (Self::OutOfPlace, 13, "a frame is out of place"),
        (Self::BadSequence, 14, "a number is out of sequence"),
        (Self::BadFragment, 15, "fragments are out of order"),
        (Self::TooManyErrors, 16, "too many payloads could not be read"),
        (Self::Timeout, 17, "it took too long"),
        (Self::Silent, 18, "nothing was heard for too long"),
        (Self::SignalsOverflow, 19, "signals were not taken for too long"),
        (Self::TooManyPeers, 20, "there are too many connections"),
        (Self::Lost, 21, "the socket failed"),
        (Self::TooManyBonds, 22, "there are too many links and monitors"),
    ];

    /// Its number on the wire.
    #[must_use]
    pub fn number(self) -> u16 {
        if let Self::Other(number) = self {
            return number;
        }
        let named = Self::NAMED.iter().find(|(code, ..)| *code == self);
        named.map_or(0, |(_, number, _)| *number)
    }

    /// The code of this number.
    #[must_use]
    pub fn of_number(number: u16) -> Self {
        let named = Self::NAMED.iter().find(|(_, known, _)| *known == number);
        named.map_or(Self::Other(number), |(code, ..)| *code)
    }

    /// Whether to connect again would come to the same until somebody changes something.
    pub(crate) const fn is_final(self) -> bool {
        matches!(
            self,
            Self::ClusterMismatch
                | Self::CodecMismatch
                | Self::Own
                | Self::Unauthenticated
                | Self::VersionMismatch
        )
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::NAMED.iter().find(|(code, ..)| code == self) {
            Some((_, _, word)) => f.write_str(word),
            None => write!(f, "code {}", self.number()),
        }
    }
}

impl std::error::Error for CloseCode {}

/// Why a node could not be started, or not reach another.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NodeError {
    /// The system is a node already.
    AlreadyNode,
    /// A certificate or its key cannot be used, and why.
    Certificate(String),
    /// The text is no address: a host and a port, such as `127.0.0.1:7000`, or within a
    /// [`MemoryNetwork`](crate::MemoryNetwork) the name of a node.
    BadAddress,
    /// The text is no name of a node: 1 to 255 bytes, no control characters.
    BadName,
    /// The other node refused, or was refused, for this reason.
    Closed(CloseCode),
    /// Plain TCP was asked for beyond loopback, and nobody said `insecure`.
    Insecure,
    /// What the operating system said.
    Io(std::sync::Arc<std::io::Error>),
    /// The system has ended.
    Stopped,
}

impl From<std::io::Error> for NodeError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.into())
    }
}

impl fmt::Display for NodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyNode => f.write_str("the system is a node already"),
            Self::Certificate(why) => write!(f, "a certificate cannot be used: {why}"),
            Self::BadAddress => f.write_str("the text is no address of a node"),
            Self::BadName => f.write_str("the text is no name of a node"),
            Self::Closed(code) => write!(f, "the connection was closed: {code}"),
            Self::Insecure => f.write_str(
                "plain TCP stays on loopback: say who the nodes are by certificates, or `insecure`",
            ),
            Self::Io(error) => write!(f, "{error}"),
            Self::Stopped => f.write_str("the system has ended"),
        }
    }
}

impl std::error::Error for NodeError {}

/// Why another node has not begun an actor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SpawnError {
    /// The arguments are of another type there, or could not be read.
    Arguments,
    /// They were not written.
    Encode(EncodeError),
    /// The start failed, for this reason.
    Failed(ExitReason),
    /// Too much waits for that node, or it has too much to begin.
    Full,
    /// The start hook wants no actor.
    Ignored,
    /// There is no connection to that node, or it was lost: the actor may run or not.
    NoConnection,
    /// That node gives no right to it.
    NoRight,
    /// That node does not offer such an actor.
    NotOffered,
}

impl SpawnError {
    /// Its number on the wire; the others are said in another way.
    pub(crate) const fn number(&self) -> u8 {
        match self {
            Self::NoRight => 2,
            Self::Arguments => 3,
            Self::Ignored => 4,
            Self::Full => 5,
            _ => 1,
        }
    }

    /// The error of this number.
    pub(crate) const fn of_number(number: u8) -> Self {
        match number {
            2 => Self::NoRight,
            3 => Self::Arguments,
            4 => Self::Ignored,
            5 => Self::Full,
            _ => Self::NotOffered,
        }
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments => f.write_str("the arguments are of another type at the node"),
            Self::Encode(error) => write!(f, "{error}"),
            Self::Failed(reason) => write!(f, "the start failed: {reason}"),
            Self::Full => f.write_str("too much waits for the node"),
            Self::Ignored => f.write_str("the start hook wants no actor"),
            Self::NoConnection => f.write_str("there is no connection to the node"),
            Self::NoRight => f.write_str("the node gives no right to begin actors"),
            Self::NotOffered => f.write_str("the node does not offer such an actor"),
        }
    }
}

impl std::error::Error for SpawnError {}

/// Why there is no reference to an actor of another node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindError {
    /// There is no connection to that node, or it was lost.
    NoConnection,
    /// That node exports no actor of this name.
    NotFound,
    /// What has the name is of another type.
    OtherType,
    /// There was no answer in time, 5 s.
    Timeout,
    /// That node does not know the protocol.
    UnknownProtocol,
}

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoConnection => "there is no connection to the node",
            Self::NotFound => "the node exports no actor of this name",
            Self::OtherType => "what has the name is of another type",
            Self::Timeout => "no answer before the deadline",
            Self::UnknownProtocol => "the node does not know the protocol",
        })
    }
}

impl std::error::Error for FindError {}
