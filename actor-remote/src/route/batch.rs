//! What a shard says to another node in one turn: written one behind the other without a lock, and handed over at once.
//!
//! A thread has one [`Batch`], of one connection at a time. A shard hands it over before anything else that it says could
//! overtake it: before a word of another kind, before it says something to another node, before what it says to other shards
//! goes out, at the end of its turn. A thread that is no shard keeps nothing in it.

use std::cell::Cell;
use std::sync::Arc;

use actor_runtime::remote::{self, Label};

use super::{Outbound, place_of};
use crate::config::CHUNK_BYTES;
use crate::wire::frame::{self, Head};

/// Messages that are written and not handed over.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The connection they are for.
    of: Option<Arc<Outbound>>,
    /// Their frames.
    pub(super) bytes: Vec<u8>,
    /// Whose they are, in order.
    pub(super) runs: Vec<Run>,
}

/// Messages in a row that are alike.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) label: Label,
    protocol: u64,
    pub(super) messages: usize,
}

thread_local! {
    static BATCH: Cell<Option<Box<Batch>>> = const { Cell::new(None) };
}

/// This thread's batch. Nobody else's code runs while it is out, but that of who counts what it refuses.
#[inline]
fn take() -> Box<Batch> {
    BATCH.try_with(Cell::take).ok().flatten().unwrap_or_default()
}

#[inline]
fn put_back(batch: Box<Batch>) {
    if let Ok(Some(mut other)) = BATCH.try_with(|kept| kept.replace(Some(batch))) {
        other.hand_over();
    }
}

/// Hands over what this thread has written.
pub(super) fn hand_over() {
    let mut batch = take();
    batch.hand_over();
    put_back(batch);
}

/// Puts a tell behind those that this thread has written to the same connection. Answers whether it did: a thread that is
/// no shard has to send it alone.
#[inline]
pub(super) fn add(outbound: &Outbound, label: Label, protocol: u64, payload: &[u8]) -> bool {
    let mut batch = take();
    let is_added = batch.is_of(outbound) || batch.begin(outbound);
    if is_added {
        batch.add(label, protocol, payload);
    }
    put_back(batch);
    is_added
}

impl Batch {
    #[inline]
    fn is_of(&self, outbound: &Outbound) -> bool {
        self.of.as_ref().is_some_and(|of| std::ptr::eq(&**of, outbound))
    }

    /// Makes it one of this connection's, on a shard.
    #[cold]
    fn begin(&mut self, outbound: &Outbound) -> bool {
        self.hand_over();
        if !remote::before_others(hand_over) {
            return false;
        }
        self.of = outbound.me.upgrade();
        self.of.is_some()
    }

    #[inline]
    fn add(&mut self, label: Label, protocol: u64, payload: &[u8]) {
        if self.bytes.len() + frame::bytes_of_tell(payload) > CHUNK_BYTES {
            self.make_room();
        }
        match self.runs.last_mut() {
            Some(run) if run.label == label && run.protocol == protocol => {
                run.messages += 1;
                frame::push_tell_again(&mut self.bytes, payload);
            }
            _ => {
                self.runs.push(Run { label, protocol, messages: 1 });
                let head = Head { to: place_of(label.to()), protocol };
                frame::push_tell(&mut self.bytes, head, payload);
            }
        }
    }

    /// Hands over what is there, and goes on with the same connection.
    #[cold]
    fn make_room(&mut self) {
        let of = self.of.clone();
        self.hand_over();
        self.of = of;
    }

    /// Gives what it holds to its connection.
    fn hand_over(&mut self) {
        if let Some(outbound) = self.of.take() {
            outbound.take_batch(self);
        }
    }

    pub(super) fn messages(&self) -> usize {
        self.runs.iter().map(|run| run.messages).sum()
    }
}
