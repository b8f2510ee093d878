//! What the fuzz targets of `tests/fuzz` do with their bytes. Not for people.

use crate::record::model;

/// Runs operations on record queues, one for each byte, and compares them with queues of the standard library.
///
/// # Panics
///
/// Where the two differ.
pub fn record_queue(steps: &[u8]) {
    model::check(steps);
}
