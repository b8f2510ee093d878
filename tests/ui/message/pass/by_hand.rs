//! `#[derive(Message)]` on enums of every shape.

#![deny(warnings, missing_docs)]

use callboard::Message;

/// Moves data.
#[derive(Message)]
pub enum Transfer<T: Clone + Send + 'static> {
    /// A piece.
    Chunk {
        /// Which.
        seq: u64,
        /// What.
        data: Vec<T>,
    },
    /// No more.
    Abort(String),
    /// Not in this build.
    #[cfg(any())]
    Never(NoSuchType),
    /// Wait.
    Pause,
}

/// None at all.
#[derive(Message)]
pub enum Nothing {}

fn main() {}
