//! A record is a message in flight: a 16-byte header and, beside it, the value itself.
//!
//! ```text
//!  0        8      12           16                       16 + value, rounded up to 8
//!  | letter | slot | generation | value, or a box of it  |
//! ```
//!
//! The `letter` says what the value is: how large, how it is dropped, which type it must land on. Values
//! over 256 bytes, or aligned to more than 8, lie in a box of their own and the record holds the box.
//! Records lie one after the other in blocks; nothing is allocated per message. One type, the
//! [`RecordQueue`], serves a shard's own queue, its outboxes and the backlogs of actors.
//!
//! Nothing here knows of actors or shards: what a record lands on is somebody else's.

mod block;
mod delivery;
mod departure;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod model;
mod queue;

pub(crate) use block::{Block, Stock};
pub(crate) use delivery::{Class, Letter, Letters, Mark, look_at_value, record_size, take_value};
pub use delivery::{Delivery, Leave};
pub use departure::{Departure, Label};
pub(crate) use queue::{
    Ahead, Arrived, Cursor, Head, InRows, Loose, Parcel, RecordQueue, Rest, Row, Run, Walk,
    forget_payload,
};

use crate::address::Target;

/// The head of a record.
#[derive(Clone, Copy)]
#[repr(C)]
struct Header {
    /// What the value is; null for a JUMP, which is none.
    letter: *const Letter,
    target: Target,
}
