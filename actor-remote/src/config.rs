//! Every limit, with its unit and its reason.

use std::time::Duration;

/// The versions of the format that this build speaks: the first and the last.
pub(crate) const VERSIONS: (u16, u16) = (1, 1);

/// What a node takes and keeps at most, and how long it waits: each is a field with its default.
///
/// ```
/// use actor_remote::Limits;
///
/// let limits = Limits { frame_bytes: 4 << 20, ..Limits::default() };
/// assert_eq!(limits.pending_asks, 65_536);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a frame, and so of a message; 1 MiB, at most 64 MiB. Two nodes use the smaller of theirs.
    pub frame_bytes: usize,
    /// The most messages that wait to be sent to a peer; 65,536.
    pub outbound_messages: usize,
    /// The most bytes that wait to be sent to a peer; 64 MiB.
    pub outbound_bytes: usize,
    /// The most signals that a peer has not acknowledged; 65,536. Over it the node counts as lost.
    pub unacknowledged_signals: usize,
    /// The most asks that a peer has not answered; 65,536. One more ends with `Full`.
    pub pending_asks: usize,
    /// The most links and monitors that the actors of a peer may have of actors of this node; 262,144. One more closes
    /// the connection.
    pub bonds: usize,
    /// The time of a handshake, in all; 5 s.
    pub handshake: Duration,
    /// The fewest bytes a second at which a frame may come that has begun, after its first second; 1,024. It holds for
    /// the handshake too.
    pub least_rate: u32,
    /// Between two heartbeats; 1 s.
    pub heartbeat: Duration,
    /// How unlikely the silence of a peer is when it counts as lost: 8 is one in a hundred million by what its
    /// heartbeats were like, see `cluster/detector.rs`.
    pub suspicion: u32,
    /// The pause between heartbeats that is forgiven, for a machine may be busy; 3 s.
    pub pause: Duration,
    /// How long a peer may be silent before it counts as lost, whatever it did before; 10 s.
    pub silence: Duration,
    /// The payloads of a peer that cannot be read in one minute before the connection is closed; 100.
    pub decode_errors: u32,
    /// The most peers; 1,000.
    pub peers: usize,
    /// The most connections that have not finished their handshake; 256.
    pub handshakes: usize,
    /// The same from one address; 8.
    pub handshakes_per_address: usize,
    /// The first and the longest delay before a node is dialled again; 100 ms and 30 s, each a fifth more or less.
    pub backoff: (Duration, Duration),
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: 1 << 20,
            outbound_messages: 65_536,
            outbound_bytes: 64 << 20,
            unacknowledged_signals: 65_536,
            pending_asks: 65_536,
            bonds: 262_144,
            handshake: Duration::from_secs(5),
            least_rate: 1_024,
            heartbeat: Duration::from_secs(1),
            suspicion: 8,
            pause: Duration::from_secs(3),
            silence: Duration::from_secs(10),
            decode_errors: 100,
            peers: 1_000,
            handshakes: 256,
            handshakes_per_address: 8,
            backoff: (Duration::from_millis(100), Duration::from_secs(30)),
        }
    }
}

impl Limits {
    /// How long a frame may take of which so many bytes are there.
    pub(crate) fn patience(&self, bytes: usize) -> Duration {
        FRAME_GRACE + Duration::from_secs_f64(bytes as f64 / f64::from(self.least_rate.max(1)))
    }
}

/// How long a frame may take at any rate.
const FRAME_GRACE: Duration = Duration::from_secs(1);

/// The most bytes of a frame that a node may agree to.
pub(crate) const FRAME_BYTES_MOST: usize = 64 << 20;

/// What a writer hands to the socket at once, in bytes: a heartbeat waits for no more than that.
pub(crate) const CHUNK_BYTES: usize = 64 << 10;

/// The most bytes of each text in a reason that goes to another node; in small frames it is less.
pub(crate) const REASON_BYTES: usize = 8 << 10;

/// The most bytes of a name that an actor may have: longer ones are nobody's.
pub(crate) const NAME_BYTES: usize = 255;

/// What is read from a socket at once, in bytes.
pub(crate) const READ_BYTES: usize = 64 << 10;

/// The same of what TLS has deciphered: a small message takes a sixth less time if that is still near when it is taken.
#[cfg(feature = "tls")]
pub(crate) const DECIPHERED_BYTES: usize = 32 << 10;

/// How often a connection reads or writes before others have their turn.
pub(crate) const ROUNDS: usize = 8;

/// How long a connection is left unread while its shard has more to deliver than it can: short enough for heartbeats.
pub(crate) const UNREAD_LONGEST: Duration = Duration::from_millis(100);

/// What a connection reads before others have their turn, in bytes; one read may make it more. The turn of a shard
/// that delivers far more becomes so old that messages go to their actors' backlogs, which costs more than to handle them.
pub(crate) const TURN_BYTES: usize = 32 << 10;

/// Messages that come before they are acknowledged; signals are at once.
pub(crate) const ACK_MESSAGES: u64 = 4_096;

/// How long a lookup at another node may take, in ticks of a second.
pub(crate) const LOOKUP_TICKS: u32 = 5;
