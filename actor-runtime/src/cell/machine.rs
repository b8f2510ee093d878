//! The state that an actor is in, and the messages that are held until it is in another.

use crate::record::RecordQueue;

/// What an actor with states has beside its mailbox.
#[derive(Default)]
pub(crate) struct Machine {
    pub(crate) state: u8,
    /// Messages that are not taken in this state, or in none since they came: older than all that waits.
    pub(crate) held: RecordQueue,
    pub(crate) records: u64,
    /// The state has changed, and what is held is to be looked at again.
    pub(crate) changed: bool,
}

impl Machine {
    /// Whether it is not as at the start: in another state, or holding messages.
    pub(crate) fn is_needed(&self) -> bool {
        self.state != 0 || self.records > 0
    }
}
