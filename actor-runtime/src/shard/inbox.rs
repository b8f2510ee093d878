//! Where a shard is reached from outside its thread: the injector, and the way it sleeps and is woken.
//!
//! Parking, in steps. The sleeper: (1) sets `asleep`; (2) a fence; (3) looks once more for work and, if there
//! is some, clears `asleep` and goes on; (4) waits for the driver's wake. Whoever brings work: (1) puts it
//! where the shard looks; (2) a fence; (3) loads `asleep` and, only if it is set, swaps it for false;
//! (4) whoever saw true wakes the driver. The two fences order each side's write before its read, so at
//! least one of them sees the other's: no wake is lost, there is one a sleep, and none for an awake shard.

use crate::route::Word;
use crate::sync::{AtomicBool, Notify, Ordering, SegQueue, fence};

/// What a shard shares with all other threads.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// Words that overtake; pushed by any thread, taken by the shard.
    urgent: SegQueue<Word>,
    /// Words in order, for each thread that says them; pushed by any thread, taken by the shard.
    injector: SegQueue<Word>,
    asleep: Asleep,
    /// How the driver of this shard is woken.
    wake: Notify,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        Self {
            urgent: SegQueue::new(),
            injector: SegQueue::new(),
            asleep: Asleep::new(),
            wake: Notify::new(),
        }
    }

    /// Hands a word to the shard, from any thread.
    pub(crate) fn say(&self, word: Word) {
        match word {
            Word::CutOff(_) | Word::Kill(_) | Word::Look | Word::StopNow(_) | Word::Wake(_) => {
                self.urgent.push(word);
            }
            Word::Call(_) | Word::Lost(_) | Word::Record(_) => self.injector.push(word),
        }
        self.rouse();
    }

    /// The next word, urgent ones first.
    pub(crate) fn next(&self) -> Option<Word> {
        pop(&self.urgent).or_else(|| pop(&self.injector))
    }

    pub(crate) fn has_word(&self) -> bool {
        !self.urgent.is_empty() || !self.injector.is_empty()
    }

    /// Wakes the shard if it sleeps, after work was put where it looks.
    #[inline]
    pub(crate) fn rouse(&self) {
        if self.asleep.ends() {
            self.wake.notify_one();
        }
    }

    /// Says that the shard is about to sleep; it must look for work once more before it does.
    pub(crate) fn falls_asleep(&self) {
        self.asleep.begins();
    }

    /// Says that the shard is awake.
    pub(crate) fn is_awake(&self) {
        self.asleep.is_over();
    }

    /// Waits for a wake.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }
}

/// Takes the first word. To take from an empty queue costs a fence, to see that it is empty does not.
fn pop(words: &SegQueue<Word>) -> Option<Word> {
    if words.is_empty() { None } else { words.pop() }
}

/// Whether a shard sleeps: set by the shard before it waits, cleared by whoever wakes it.
#[derive(Debug)]
struct Asleep(AtomicBool);

impl Asleep {
    fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// The sleeper's first two steps; the third, to look for work, is to follow.
    fn begins(&self) {
        // Ordering: the fence below orders it before the sleeper's last look. It comes after a late swap in
        // `ends` that is of the sleep before; so would a store, but the model checker does not know that.
        self.0.swap(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// The steps of whoever brought work. Answers whether it is to wake the sleeper.
    #[inline]
    fn ends(&self) -> bool {
        // Ordering: pairs with the fence in `begins`: the work before this, the flag after it.
        fence(Ordering::SeqCst);
        // Ordering: the fence orders it; the swap decides who wakes.
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed)
    }

    /// The sleeper is awake.
    fn is_over(&self) {
        // Ordering: a wake that comes all the same only costs one more turn.
        self.0.store(false, Ordering::Relaxed);
    }
}

/// What the model checker sees of parking, and of words to a shard that is about to sleep.
#[cfg(all(test, callboard_loom))]
mod model {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Wake, Waker};

    use super::super::lane::model::delivery;
    use super::super::lane::{LaneSender, lane};
    use super::*;
    use crate::address::Target;
    use crate::record::{RecordQueue, Stock};

    /// Says which word it is.
    fn number(word: Word) -> u64 {
        match word {
            Word::StopNow(actor) | Word::Wake(actor) => u64::from(actor.slot()),
            Word::Call(_) => 100,
            _ => unreachable!("no other word is said here"),
        }
    }

    /// A shard that sleeps, or goes on because it saw a word, hears all that two threads say: each thread's
    /// words in order, urgent ones first of those that are there, and with one wake at most.
    #[test]
    fn u9_a_shard_that_falls_asleep_hears_every_word() {
        loom::model(|| {
            let inbox = Arc::new(Inbox::new());
            let says = |words: Vec<Word>| {
                let inbox = inbox.clone();
                loom::thread::spawn(move || words.into_iter().for_each(|word| inbox.say(word)))
            };
            let urgent = |slot| Word::StopNow(Target::new(slot, 1));
            let threads =
                [says(vec![urgent(1), urgent(2)]), says(vec![Word::Call(Box::new(|| {}))])];
            inbox.falls_asleep();
            let mut heard = Vec::new();
            let sees = inbox.has_word();
            if sees {
                inbox.is_awake();
                heard.extend(inbox.next().map(number));
            }
            threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
            let mut woken = pin!(inbox.woken());
            let is_woken = woken.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            assert!(sees || is_woken, "the shard sleeps on with words to hear");
            heard.extend(std::iter::from_fn(|| inbox.next()).map(number));
            let position = |number| heard.iter().position(|heard| *heard == number);
            assert_eq!(heard.len(), 3, "each word is heard once");
            assert!(position(100).is_some() && position(1) < position(2), "in order: {heard:?}");
        });
    }

    /// A sleeper that saw no work is woken by whoever brought it: once, by one of two.
    #[test]
    fn u9_no_wake_is_lost_and_there_is_one_a_sleep() {
        loom::model(|| {
            let shared =
                Arc::new((Asleep::new(), [AtomicBool::new(false), AtomicBool::new(false)]));
            let bring = |index: usize| {
                let shared = shared.clone();
                loom::thread::spawn(move || {
                    let (asleep, work) = &*shared;
                    // Ordering: the weakest there is; the fences have to do.
                    work[index].store(true, Ordering::Relaxed);
                    asleep.ends()
                })
            };
            let bringers = [bring(0), bring(1)];
            let (asleep, work) = &*shared;
            asleep.begins();
            let sees = work.iter().all(|work| work.load(Ordering::Relaxed));
            let wakes = bringers.map(|thread| thread.join().expect("no panic"));
            let wakes = wakes.into_iter().filter(|wakes| *wakes).count();
            assert!(sees || wakes == 1, "some work was neither seen nor woken for");
            assert!(wakes <= 1, "a sleep is ended once");
        });
    }

    /// The thread of a shard, for who wakes it.
    struct Driver(loom::thread::Thread);

    impl Wake for Driver {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    /// Has the thread sleep until the shard is woken.
    fn wait(inbox: &Inbox) {
        let waker = Waker::from(Arc::new(Driver(loom::thread::current())));
        let mut woken = pin!(inbox.woken());
        while woken.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            loom::thread::park();
        }
    }

    /// Sends one record by a lane, as a shard does at the end of its turn.
    fn send(sender: &LaneSender, value: u64, inbox: &Inbox) {
        let (stock, queue) = (Stock::default(), RecordQueue::new());
        queue.append(delivery(), Target::new(1, 1), value, &stock);
        assert!(sender.send_inline(&queue, &stock), "the lane has room");
        inbox.rouse();
    }

    /// A shard that sleeps again and again, as its driver has it, takes all that another shard and a thread
    /// outside bring: it never sleeps for good while something waits, be it brought before a sleep, in it,
    /// or while the wake of the one before is still under way.
    #[test]
    fn u9_a_shard_that_sleeps_again_and_again_takes_all_that_is_brought() {
        loom::model(|| {
            let inbox = Arc::new(Inbox::new());
            let (sender, receiver) = lane();
            // The checker does not see that the first use makes the slots only once.
            send(&sender, 0, &inbox);
            let (to, other) = (inbox.clone(), inbox.clone());
            let threads = [
                loom::thread::spawn(move || send(&sender, 1, &to)),
                loom::thread::spawn(move || other.say(Word::Call(Box::new(|| {})))),
            ];
            let (mut words, mut records) = (0, 0);
            loop {
                words += std::iter::from_fn(|| inbox.next()).count();
                while let Some(mut parcel) = receiver.receive() {
                    let mut walk = parcel.walk();
                    while let Some(record) = walk.next() {
                        assert_eq!(record.take(delivery()).ok(), Some(records));
                        records += 1;
                    }
                }
                if (words, records) == (1, 2) {
                    break;
                }
                inbox.falls_asleep();
                if !inbox.has_word() && !receiver.has_parcel() {
                    wait(&inbox);
                }
                inbox.is_awake();
            }
            threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        });
    }
}
