//! The threads of blocking actors: how many there may be, what each does, and the wait for their end.
//!
//! A thread does the jobs of one incarnation of one actor, in their order, and holds its state. It ends when nobody can
//! give it another job. Nothing here knows of actors or shards.

use std::any::Any;
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::error::StartError;

/// What a thread is to do with the state that it holds.
pub(crate) type Job = Box<dyn FnOnce(&mut Slot) + Send>;

/// Where the state lies; none before the first job, and after the last.
pub(crate) type Slot = Option<Box<dyn Any>>;

/// The threads of a system.
pub(crate) struct BlockingThreads {
    most: usize,
    name: String,
    counts: Mutex<Counts>,
    changed: Condvar,
}

#[derive(Default)]
struct Counts {
    threads: usize,
    /// Jobs given and not done, but for those that rest.
    jobs: usize,
    /// Raised with each word that a thread says to a shard.
    words: u64,
}

impl BlockingThreads {
    pub(crate) fn new(most: usize, name: String) -> Arc<Self> {
        Arc::new(Self { most, name, counts: Mutex::default(), changed: Condvar::new() })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts());
        self.changed.notify_all();
    }

    /// Another thread, for whom a state is made.
    pub(crate) fn begin(self: &Arc<Self>) -> Result<Thread, StartError> {
        let (give, jobs) = mpsc::channel::<Job>();
        self.spawn(move |threads| {
            let mut slot = None;
            for job in jobs {
                job(&mut slot);
                threads.change(|counts| counts.jobs -= 1);
            }
            threads.change(|counts| counts.threads -= 1);
        })?;
        Ok(Thread { give, threads: self.clone() })
    }

    /// Another thread, for one job. It gives back the thread's last word, which is said when another may take its place.
    pub(crate) fn begin_once<L: FnOnce()>(
        self: &Arc<Self>,
        job: impl FnOnce() -> L + Send + 'static,
    ) -> Result<(), StartError> {
        self.change(|counts| counts.jobs += 1);
        let begun = self.spawn(move |threads| {
            let last_word = job();
            threads.change(|counts| counts.threads -= 1);
            last_word();
            threads.change(|counts| counts.jobs -= 1);
        });
        begun.inspect_err(|_| self.change(|counts| counts.jobs -= 1))
    }

    fn spawn(self: &Arc<Self>, run: impl FnOnce(&Self) + Send + 'static) -> Result<(), StartError> {
        let number = {
            let mut counts = self.counts();
            if counts.threads >= self.most {
                return Err(StartError::NoThread(self.most));
            }
            counts.threads += 1;
            counts.threads
        };
        let threads = self.clone();
        let name = format!("{}-blocking-{number}", self.name);
        match std::thread::Builder::new().name(name).spawn(move || run(&threads)) {
            // It is not joined: its end is counted.
            Ok(_) => Ok(()),
            Err(error) => {
                self.change(|counts| counts.threads -= 1);
                Err(StartError::Thread(error.to_string()))
            }
        }
    }

    /// A thread has said something to a shard.
    pub(crate) fn has_said(&self) {
        self.change(|counts| counts.words += 1);
    }

    /// How many words were said.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn words(&self) -> u64 {
        self.counts().words
    }

    /// Waits until more than so many words were said, or no thread does anything. Answers whether there are more.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn wait_for_words(&self, words: u64) -> bool {
        let rests = |counts: &mut Counts| counts.words == words && counts.jobs > 0;
        let counts = self.changed.wait_while(self.counts(), rests);
        counts.unwrap_or_else(PoisonError::into_inner).words > words
    }

    /// Waits for the end of all threads, so long at most; answers how many are left.
    pub(crate) fn end(&self, patience: Duration) -> usize {
        let runs = |counts: &mut Counts| counts.threads > 0;
        let counts = self.changed.wait_timeout_while(self.counts(), patience, runs);
        counts.unwrap_or_else(PoisonError::into_inner).0.threads
    }
}

impl fmt::Debug for BlockingThreads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlockingThreads({} of {})", self.counts().threads, self.most)
    }
}

/// A thread to give jobs to; it ends when the last of these is dropped and its jobs are done.
#[derive(Clone)]
pub(crate) struct Thread {
    give: mpsc::Sender<Job>,
    pub(crate) threads: Arc<BlockingThreads>,
}

impl Thread {
    pub(crate) fn give(&self, job: Job) {
        self.threads.change(|counts| counts.jobs += 1);
        // It takes jobs for as long as this can give any.
        let _ = self.give.send(job);
    }
}

/// How the thread of a blocking process waits for its shard: meanwhile its job rests, and counts as none that is to be
/// done.
pub(crate) struct Rest {
    threads: Arc<BlockingThreads>,
    /// The thread writes it, and whoever wakes it.
    state: Mutex<Resting>,
    woken: Condvar,
}

/// | move | by | from | to |
/// |---|---|---|---|
/// | it has nothing to do | the thread | `No` | `Yes` |
/// | it was woken before it came to rest | the thread | `Woken` | `No` |
/// | it is woken | anybody | any | `Woken` |
/// | it goes on | the thread | `Woken` | `No` |
#[derive(Clone, Copy, PartialEq)]
enum Resting {
    No,
    Woken,
    Yes,
}

impl Rest {
    pub(crate) fn new(threads: Arc<BlockingThreads>) -> Arc<Self> {
        Arc::new(Self { threads, state: Mutex::new(Resting::No), woken: Condvar::new() })
    }

    /// Polls a future on this thread, which rests in between.
    pub(crate) fn until<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        let waker = Waker::from(self.clone());
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
            self.rest();
        }
    }

    fn rest(&self) {
        let mut state = self.state();
        if *state == Resting::No {
            *state = Resting::Yes;
            self.threads.change(|counts| counts.jobs -= 1);
            let rests = |state: &mut Resting| *state == Resting::Yes;
            state = self.woken.wait_while(state, rests).unwrap_or_else(PoisonError::into_inner);
        }
        *state = Resting::No;
    }

    fn state(&self) -> MutexGuard<'_, Resting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Rest {
    fn wake(self: Arc<Self>) {
        let mut state = self.state();
        if *state == Resting::Yes {
            // Here and not on the thread, so that whoever waits for the jobs knows of it by now.
            self.threads.change(|counts| counts.jobs += 1);
        }
        *state = Resting::Woken;
        self.woken.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[test]
    fn a_job_that_rests_is_none_to_be_done() {
        let threads = BlockingThreads::new(1, "test".to_owned());
        let (tell, told) = mpsc::sync_channel(0);
        let (rest, others) = (Rest::new(threads.clone()), threads.clone());
        let begun = threads.begin_once(move || {
            let mut polls = 0;
            rest.until(poll_fn(|cx| {
                polls += 1;
                if polls % 2 == 1 {
                    tell.send(cx.waker().clone()).expect("the test waits");
                } else {
                    // It is woken before it rests.
                    cx.waker().wake_by_ref();
                }
                if polls < 5 { Poll::Pending } else { Poll::Ready(()) }
            }));
            move || drop(others.begin().expect("its place is free"))
        });
        assert!(begun.is_ok() && matches!(threads.begin(), Err(StartError::NoThread(1))));
        for _ in 0..2 {
            let waker = told.recv().expect("it is polled");
            assert!(!threads.wait_for_words(0), "it rests");
            waker.wake();
            assert_eq!(threads.counts().jobs, 1);
        }
        drop(told.recv());
        assert!(!threads.wait_for_words(0), "the job is done");
        assert_eq!(threads.end(Duration::from_secs(60)), 0);
    }

    #[test]
    fn there_are_no_more_threads_than_there_may_be() {
        let threads = BlockingThreads::new(2, "test".to_owned());
        let (one, two) = (threads.begin().expect("one"), threads.begin().expect("two"));
        assert!(matches!(threads.begin(), Err(StartError::NoThread(2))));
        drop(one);
        let (tell, told) = mpsc::channel();
        two.give(Box::new(move |slot| *slot = Some(Box::new(5_u32))));
        two.give(Box::new(move |slot| {
            let state = slot.take().and_then(|state| state.downcast::<u32>().ok());
            tell.send(state.map(|state| *state)).expect("the test waits");
        }));
        assert_eq!(told.recv(), Ok(Some(5)));
        drop(two);
        assert_eq!(threads.end(Duration::from_secs(60)), 0);
        assert!(threads.begin().is_ok());
    }
}
