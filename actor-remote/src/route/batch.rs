//! What a shard says to another node in one turn: written one behind the other without a lock, and handed over at once.
//!
//! A thread has one [`Batch`], of one connection at a time. A shard hands it over before anything else that it says could
//! overtake it: before a word of another kind, before it says something to another node, before what it says to other shards
//! goes out, at the end of its turn. A thread that is no shard keeps nothing in it.

use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;

use actor_runtime::remote::{self, Label};

use super::{Outbound, place_of};
use crate::config::CHUNK_BYTES;
use crate::wire::Codec;
use crate::wire::frame::{self, Head};

/// Messages of so many bytes are written where they are sent from: a place of which no length is looked up in memory.
pub(super) const PLACE_BYTES: usize = 128;

/// The bytes of such a message's frame, if it goes on with a run.
const SLOT_BYTES: usize = frame::AGAIN_BYTES + PLACE_BYTES;

/// By how much the buffer grows for the next places, in bytes.
const GROWTH_BYTES: usize = 512;

/// Messages that are written and not handed over.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The connection they are for.
    of: Option<Arc<Outbound>>,
    /// Their frames, and behind those a place for the next.
    pub(super) bytes: Vec<u8>,
    /// How long the frames are.
    pub(super) end: usize,
    /// Whose they are, in order.
    pub(super) runs: Vec<Run>,
}

/// Messages in a row that are alike.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) label: Label,
    pub(super) protocol: u64,
    /// Whether their fields go dense.
    pub(super) is_dense: bool,
    pub(super) messages: usize,
}

thread_local! {
    static BATCH: Cell<Option<Box<Batch>>> = const { Cell::new(None) };
}

/// This thread's batch. What users' code sends while it is out goes into another, and before it.
#[inline]
pub(super) fn take() -> Box<Batch> {
    BATCH.try_with(Cell::take).ok().flatten().unwrap_or_default()
}

#[inline]
pub(super) fn put_back(batch: Box<Batch>) {
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

impl Batch {
    /// The connection that it is for, if that is this one.
    #[inline]
    fn toward(&self, carrier: &dyn Any) -> Option<&Outbound> {
        // To ask for its type would cost more than all else here.
        self.of.as_deref().filter(|of| std::ptr::addr_eq(*of, carrier))
    }

    /// The codec of a message that goes on with the last run, whose fields go dense; none if it does not.
    #[inline]
    pub(super) fn goes_on(&self, carrier: &dyn Any, label: Label, protocol: u64) -> Option<Codec> {
        let goes_on = |run: &Run| run.is_dense && run.protocol == protocol && run.label == label;
        let of = self.toward(carrier)?;
        let fits = self.end + SLOT_BYTES <= CHUNK_BYTES && SLOT_BYTES <= of.most_bytes;
        (fits && self.runs.last().is_some_and(goes_on)).then_some(of.codec)
    }

    /// Where the next message is written, if it fits: the head of a frame that goes on with the last run, and the payload.
    #[inline]
    pub(super) fn slot(&mut self) -> (&mut [u8; frame::AGAIN_BYTES], &mut [u8; PLACE_BYTES]) {
        if self.bytes.len() < self.end + SLOT_BYTES {
            self.grow();
        }
        let slot = self.bytes.get_mut(self.end..).and_then(<[u8]>::first_chunk_mut);
        let slot: &mut [u8; SLOT_BYTES] = slot.expect("the buffer has grown");
        let (head, place) = slot.split_first_chunk_mut().expect("its length is that of both");
        (head, place.first_chunk_mut().expect("its length is that of both"))
    }

    #[cold]
    fn grow(&mut self) {
        self.bytes.resize(self.end + SLOT_BYTES + GROWTH_BYTES, 0);
    }

    /// Takes what was written in the slot, a message of so many bytes that goes on with the last run.
    #[inline]
    pub(super) fn keep(&mut self, bytes: usize) {
        self.end += frame::AGAIN_BYTES + bytes;
        if let Some(run) = self.runs.last_mut() {
            run.messages += 1;
        }
    }

    /// Puts a tell behind the others, of whatever length. Answers whether it did: a thread that is no shard has to send it
    /// alone.
    pub(super) fn add(&mut self, outbound: &Outbound, run: Run, payload: &[u8]) -> bool {
        if self.toward(outbound).is_none() && !self.begin(outbound) {
            return false;
        }
        if self.end + frame::bytes_of_tell(payload) > CHUNK_BYTES {
            self.make_room();
        }
        match self.runs.last_mut() {
            Some(last) if last.label == run.label && last.protocol == run.protocol => {
                last.messages += run.messages;
                self.append(&frame::again(payload.len()), payload);
            }
            _ => {
                let head = Head { to: place_of(run.label.to()), protocol: run.protocol };
                self.append(&frame::tell(head, payload.len()), payload);
                self.runs.push(run);
            }
        }
        true
    }

    /// Writes a frame behind the others.
    fn append(&mut self, head: &[u8], payload: &[u8]) {
        let end = self.end + head.len() + payload.len();
        // It is never cut: what is there of a buffer that was sent need not be cleared again.
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        let (head_place, place) = self.bytes[self.end..end].split_at_mut(head.len());
        head_place.copy_from_slice(head);
        place.copy_from_slice(payload);
        self.end = end;
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

    /// Hands over what is there, and goes on with the same connection.
    #[cold]
    fn make_room(&mut self) {
        let of = self.of.clone();
        self.hand_over();
        self.of = of;
    }

    /// Gives what it holds to its connection.
    pub(super) fn hand_over(&mut self) {
        if let Some(outbound) = self.of.take() {
            outbound.take_batch(self);
        }
    }

    pub(super) fn messages(&self) -> usize {
        self.runs.iter().map(|run| run.messages).sum()
    }
}
