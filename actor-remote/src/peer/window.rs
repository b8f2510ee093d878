//! Frames that wait to be sent to a peer, bounded in messages and bytes (W7).
//!
//! They lie in chunks, each of which goes to the socket by one call; so a flood costs one call for some thousand
//! messages, and a heartbeat waits for one chunk.

use std::collections::VecDeque;

use crate::config::{CHUNK_BYTES, Limits};
use crate::wire::frame::{LENGTH_BYTES, Writer, kind};

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
}

impl From<&Limits> for Bounds {
    fn from(limits: &Limits) -> Self {
        Self { messages: limits.outbound_messages, bytes: limits.outbound_bytes }
    }
}

/// What goes to the socket at once.
#[derive(Debug, Default)]
struct Chunk {
    bytes: Vec<u8>,
    messages: usize,
}

/// The frames that wait.
#[derive(Debug)]
pub(crate) struct Window {
    bounds: Bounds,
    chunks: VecDeque<Chunk>,
    messages: usize,
    bytes: usize,
    /// Messages that were ever put here.
    accepted: u64,
    /// A buffer that was sent, to be filled again.
    spare: Vec<u8>,
}

impl Window {
    pub(crate) fn new(bounds: Bounds) -> Self {
        let (chunks, spare) = (VecDeque::new(), Vec::new());
        Self { bounds, chunks, messages: 0, bytes: 0, accepted: 0, spare }
    }

    /// Messages that were ever accepted.
    pub(crate) const fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Whether there is room for a message of so many bytes.
    #[inline]
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        // One message always fits an empty window.
        self.messages < self.bounds.messages
            && (self.bytes + bytes <= self.bounds.bytes || self.bytes == 0)
    }

    /// Whether what waits, answers among it, is far more than the bound.
    pub(crate) const fn is_flooded(&self) -> bool {
        self.bytes / 2 > self.bounds.bytes
    }

    /// Appends a frame; a message counts, a signal or an answer has no place to wait for.
    #[inline]
    pub(crate) fn push(&mut self, frame: &[u8], is_message: bool) {
        self.messages += usize::from(is_message);
        self.accepted += u64::from(is_message);
        if frame.len() > CHUNK_BYTES {
            actor_runtime::sometimes!(Pieces);
            return self.push_fragments(frame, is_message);
        }
        self.append(frame, usize::from(is_message));
    }

    /// Appends frames, all of them messages, if there is room for all. `frames` is a buffer for others then, whatever it
    /// holds.
    #[inline]
    pub(crate) fn push_all(&mut self, frames: &mut Vec<u8>, messages: usize) -> bool {
        let (all, bytes) = (self.messages + messages, self.bytes + frames.len());
        if all > self.bounds.messages || bytes > self.bounds.bytes || frames.len() > CHUNK_BYTES {
            return false;
        }
        self.messages = all;
        self.accepted += messages as u64;
        let fits = |chunk: &Chunk| chunk.bytes.len() + frames.len() <= CHUNK_BYTES;
        if frames.len() < CHUNK_BYTES / 4 || self.chunks.back().is_some_and(fits) {
            self.append(frames, messages);
        } else {
            self.bytes = bytes;
            let mut spare = std::mem::take(&mut self.spare);
            std::mem::swap(frames, &mut spare);
            self.chunks.push_back(Chunk { bytes: spare, messages });
        }
        true
    }

    #[inline]
    fn append(&mut self, frame: &[u8], messages: usize) {
        self.bytes += frame.len();
        let fits = |chunk: &&mut Chunk| chunk.bytes.len() + frame.len() <= CHUNK_BYTES;
        let chunk = match self.chunks.back_mut().filter(fits) {
            Some(chunk) => chunk,
            None => {
                let mut bytes = std::mem::take(&mut self.spare);
                bytes.clear();
                if !self.chunks.is_empty() {
                    // One is full, so this one will be.
                    bytes.reserve_exact(CHUNK_BYTES);
                }
                self.chunks.push_back(Chunk { bytes, messages: 0 });
                self.chunks.back_mut().expect("it was put there")
            }
        };
        chunk.messages += messages;
        chunk.bytes.extend_from_slice(frame);
    }

    /// A frame that is longer than a chunk goes in fragments, a chunk each.
    #[cold]
    fn push_fragments(&mut self, frame: &[u8], is_message: bool) {
        let body = &frame[LENGTH_BYTES..];
        let mut fragments = body.chunks(CHUNK_BYTES - LENGTH_BYTES - 2).peekable();
        let mut fragment = Vec::with_capacity(CHUNK_BYTES);
        while let Some(bytes) = fragments.next() {
            let is_last = fragments.peek().is_none();
            fragment.clear();
            let writer = Writer::new(&mut fragment, kind::FRAGMENT);
            writer.u8(is_last.into()).bytes(bytes).finish();
            self.append(&fragment, usize::from(is_last && is_message));
        }
    }

    /// Takes the oldest chunk, for the socket.
    pub(crate) fn take(&mut self) -> Option<Vec<u8>> {
        let chunk = self.chunks.pop_front()?;
        self.messages -= chunk.messages;
        self.bytes -= chunk.bytes.len();
        Some(chunk.bytes)
    }

    /// Gives back a buffer that was sent.
    pub(crate) fn reuse(&mut self, bytes: Vec<u8>) {
        if self.spare.capacity() == 0 && bytes.capacity() <= CHUNK_BYTES * 2 {
            self.spare = bytes;
        }
    }

    /// Drops what waits, at the end of the connection.
    pub(crate) fn clear(&mut self) {
        self.chunks.clear();
        (self.messages, self.bytes) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: usize) -> Vec<u8> {
        let mut frame = Vec::new();
        Writer::new(&mut frame, kind::TELL).bytes(&vec![7; bytes]).finish();
        frame
    }

    #[test]
    fn w7_a_window_is_bounded_in_messages_and_in_bytes() {
        let mut window = Window::new(Bounds { messages: 2, bytes: 100 });
        window.push(&frame(40), true);
        assert!(window.has_room(55) && !window.has_room(56));
        window.push(&frame(1), true);
        assert!(!window.has_room(1), "two messages wait");
        window.push(&frame(40), false);
        let sent = window.take().expect("what was pushed");
        assert_eq!(sent.len(), frame(40).len() * 2 + frame(1).len());
        assert!(window.take().is_none() && window.has_room(1_000));
        assert_eq!(window.accepted(), 2);
    }

    #[test]
    fn w7_frames_are_taken_together_or_not_at_all() {
        let mut window = Window::new(Bounds { messages: 4, bytes: 2 * CHUNK_BYTES });
        let mut frames = frame(1).repeat(3);
        assert!(window.push_all(&mut frames, 3));
        frames = frame(1).repeat(2);
        assert!(!window.push_all(&mut frames, 2), "there is room for one");
        assert_eq!((frames, window.accepted()), (frame(1).repeat(2), 3));
        // So many that they become a chunk as they are.
        let mut long = frame(CHUNK_BYTES - 5);
        assert!(window.push_all(&mut long, 1) && long.is_empty());
        assert!(!window.push_all(&mut frame(CHUNK_BYTES), 0), "longer than a chunk");
        let chunks = [window.take(), window.take(), window.take()];
        assert_eq!(chunks, [Some(frame(1).repeat(3)), Some(frame(CHUNK_BYTES - 5)), None]);
        assert!(window.has_room(2 * CHUNK_BYTES) && window.accepted() == 4);
    }

    #[test]
    fn what_fits_into_a_chunk_goes_in_one() {
        let mut window = Window::new(Bounds { messages: 1_000, bytes: 10 << 20 });
        let tell = frame(995);
        (0..100).for_each(|_| window.push(&tell, true));
        let lengths: Vec<_> =
            std::iter::from_fn(|| window.take()).map(|chunk| chunk.len()).collect();
        let full = CHUNK_BYTES / tell.len() * tell.len();
        assert_eq!(lengths, [full, 100 * tell.len() - full]);
    }

    #[test]
    fn q1_who_is_told_twice_the_bound_is_to_listen_first() {
        let mut window = Window::new(Bounds { messages: 2, bytes: 100 });
        window.push(&frame(195), false);
        assert!(!window.is_flooded(), "200 bytes of answers");
        window.push(&frame(1), false);
        assert!(window.is_flooded());
        window.clear();
        assert!(!window.is_flooded() && window.has_room(1_000) && window.take().is_none());
    }

    #[test]
    fn w6_a_long_frame_goes_in_fragments_of_a_chunk() {
        let mut window = Window::new(Bounds { messages: 10, bytes: 10 << 20 });
        window.push(&frame(3 * CHUNK_BYTES), true);
        window.push(&frame(8), true);
        let (mut chunks, mut bytes) = (0, 0);
        while let Some(chunk) = window.take() {
            assert!(chunk.len() <= CHUNK_BYTES);
            chunks += 1;
            bytes += chunk.len();
        }
        assert_eq!((chunks, window.messages), (4, 0));
        // Each fragment has a length, a kind, and whether it is the last.
        let heads = 4 * (LENGTH_BYTES + 2);
        assert_eq!(bytes, frame(3 * CHUNK_BYTES).len() - LENGTH_BYTES + heads + frame(8).len());
    }
}
