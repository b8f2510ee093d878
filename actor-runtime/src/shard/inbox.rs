//! Where a shard is reached from outside its thread: the injector, and the way it sleeps and is woken.
//!
//! Parking, in steps. The sleeper: (1) sets `asleep`; (2) a fence; (3) looks once more for work and, if there
//! is some, clears `asleep` and goes on; (4) waits for the driver's wake. Whoever brings work: (1) puts it
//! where the shard looks; (2) a fence; (3) loads `asleep` and, only if it is set, swaps it for false;
//! (4) whoever saw true wakes the driver. The two fences order each side's write before its read, so at
//! least one of them sees the other's: no wake is lost, there is one a sleep, and none for an awake shard.

use crossbeam_queue::SegQueue;

use crate::route::Word;
use crate::sync::{AtomicBool, Ordering, fence};

/// What a shard shares with all other threads.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// Words that overtake; pushed by any thread, taken by the shard.
    urgent: SegQueue<Word>,
    /// Words in order, for each thread that says them; pushed by any thread, taken by the shard.
    injector: SegQueue<Word>,
    /// Set by the shard before it waits, cleared by whoever wakes it.
    asleep: AtomicBool,
    /// How the driver of this shard is woken.
    wake: tokio::sync::Notify,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        Self {
            urgent: SegQueue::new(),
            injector: SegQueue::new(),
            asleep: AtomicBool::new(false),
            wake: tokio::sync::Notify::new(),
        }
    }

    /// Hands a word to the shard, from any thread.
    pub(crate) fn say(&self, word: Word) {
        match word {
            Word::Look | Word::StopNow(_) | Word::Wake(_) => self.urgent.push(word),
            Word::Call(_) | Word::Record(_) => self.injector.push(word),
        }
        self.rouse();
    }

    /// The next word, urgent ones first.
    pub(crate) fn next(&self) -> Option<Word> {
        self.urgent.pop().or_else(|| self.injector.pop())
    }

    pub(crate) fn has_word(&self) -> bool {
        !self.urgent.is_empty() || !self.injector.is_empty()
    }

    /// Wakes the shard if it sleeps, after work was put where it looks.
    #[inline]
    pub(crate) fn rouse(&self) {
        // Ordering: pairs with the fence in `falls_asleep`: the work before this, the flag after it.
        fence(Ordering::SeqCst);
        // Ordering: the fence orders it; the swap below decides who wakes.
        if self.asleep.load(Ordering::Relaxed) && self.asleep.swap(false, Ordering::Relaxed) {
            self.wake.notify_one();
        }
    }

    /// Says that the shard is about to sleep; it must look for work once more before it does.
    pub(crate) fn falls_asleep(&self) {
        // Ordering: the fence below orders it before the sleeper's last look.
        self.asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// Says that the shard is awake.
    pub(crate) fn is_awake(&self) {
        // Ordering: a wake that comes all the same only costs one more turn.
        self.asleep.store(false, Ordering::Relaxed);
    }

    /// Waits for a wake.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }
}
