//! Messages that a shard has handled, and where its watchdog says that it has cut an actor off: what is looked at
//! between two messages.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::address::Target;
use crate::stats::Counter;

/// What is looked at between two messages.
pub(crate) struct Calls {
    /// Messages handled so far. Written by the shard alone.
    handled: Counter,
    /// The actor that was cut off and whose call has not returned, or nobody.
    cut: AtomicU64,
}

impl Calls {
    pub(crate) fn new() -> Self {
        Self { handled: Counter::default(), cut: AtomicU64::new(Target::NOBODY.to_bits()) }
    }

    /// How many messages were handled.
    #[inline(always)]
    pub(crate) fn handled(&self) -> u64 {
        self.handled.get()
    }

    /// Says how many messages were handled by now.
    #[inline(always)]
    pub(crate) fn set_handled(&self, messages: u64) {
        self.handled.set(messages);
    }

    /// The actor that was cut off.
    #[inline(always)]
    pub(crate) fn cut(&self) -> Target {
        // Ordering: seen late, it is as if it had been decided late.
        Target::from_bits(self.cut.load(Ordering::Relaxed))
    }

    /// Whether an actor of this shard was cut off, and was not yet ended.
    #[inline(always)]
    pub(crate) fn has_cut(&self) -> bool {
        !self.cut().is_nobody()
    }

    /// Says who is cut off, or that nobody is any more.
    pub(crate) fn set_cut(&self, actor: Target) {
        // Ordering: as in `cut`.
        self.cut.store(actor.to_bits(), Ordering::Relaxed);
    }
}
