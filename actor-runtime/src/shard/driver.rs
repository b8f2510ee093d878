//! What gives a shard time, wakes, parcels and threads for what blocks: the tokio driver, its spinning and parking.
//!
//! Each shard's thread runs a tokio `LocalRuntime` whose root future is the shard's loop, so sockets, timers
//! and files of tokio work inside handlers. The loop is `unconstrained`: tokio's budget of operations counts
//! per poll of a task, and all actors of a shard are polled in one; the loop itself yields often enough.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Instant;

use super::{Next, Shard};
use crate::config;
use crate::host::Call;

/// What a turn is told by whoever drives it.
pub(crate) trait Driver {
    /// The present moment.
    fn now(&self) -> Instant;

    /// Has another thread make a call that may block.
    fn call_aside(&self, call: Call);
}

/// The driver of real systems: the machine's clock, and tokio.
#[derive(Debug)]
pub(crate) struct TokioDriver;

impl Driver for TokioDriver {
    #[allow(clippy::disallowed_methods, reason = "this is the driver that reads the clock")]
    #[inline]
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn call_aside(&self, call: Call) {
        // Its end is told by what it calls.
        drop(tokio::task::spawn_blocking(call));
    }
}

/// What the loop does after a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Between {
    /// The next turn comes at once.
    Again,
    /// The loop ends.
    End,
    /// The turn's own word counts.
    GoOn,
}

/// What the loop asks of its system between turns.
pub(crate) trait Control {
    /// Called between turns.
    fn between(&mut self, shard: &Shard, now: Instant, is_idle: bool) -> Between;
}

impl TokioDriver {
    /// Turns a shard until `control` ends it.
    ///
    /// # Errors
    ///
    /// If the operating system gives no runtime.
    pub(crate) fn runtime() -> std::io::Result<tokio::runtime::LocalRuntime> {
        tokio::runtime::Builder::new_current_thread().enable_all().build_local(Default::default())
    }

    /// The loop of a shard's thread. `spins` says whether it waits awake for a while before it parks.
    pub(crate) async fn drive(self, shard: &Shard, control: impl Control, spins: bool) {
        tokio::task::coop::unconstrained(self.turns(shard, control, spins)).await;
    }

    async fn turns(self, shard: &Shard, mut control: impl Control, spins: bool) {
        let mut now = self.now();
        let mut yielded = now;
        loop {
            let next = shard.turn(now, &self);
            match control.between(shard, now, next != Next::Busy) {
                Between::Again => {
                    now = self.now();
                    continue;
                }
                Between::End => return,
                Between::GoOn => {}
            }
            let found = match next {
                Next::IdleUntil(deadline) => self.wait(shard, deadline, spins).await,
                Next::Busy => Some(self.now()),
                Next::Blocked => None,
            };
            match (next, found) {
                (_, Some(found))
                    if found.saturating_duration_since(yielded) < config::TURN_LONGEST =>
                {
                    now = found;
                    continue;
                }
                // It has slept, and tokio had its turn.
                (Next::IdleUntil(_), None) => {}
                _ => tokio::task::yield_now().await,
            }
            now = self.now();
            yielded = now;
        }
    }

    /// Waits until there may be something to do. Answers the time if there was before it slept.
    async fn wait(&self, shard: &Shard, deadline: Option<Instant>, spins: bool) -> Option<Instant> {
        // Whoever waits awake hears of no socket.
        if spins
            && !shard.has_attendants()
            && let Some(found) = self.spin(shard, deadline)
        {
            return Some(found);
        }
        let has_slept = self.park(shard, deadline).await;
        (!has_slept).then(|| self.now())
    }

    /// Waits awake for as long as a wake would cost. Answers the time, or one a few microseconds ago, if there is
    /// something to do: to look at the clock again would make who sent it wait.
    fn spin(&self, shard: &Shard, deadline: Option<Instant>) -> Option<Instant> {
        let mut now = self.now();
        let until = now + config::SPIN;
        loop {
            for _ in 0..64 {
                if shard.has_arrivals() {
                    return Some(now);
                }
                std::hint::spin_loop();
            }
            now = self.now();
            if now >= until {
                return deadline.filter(|deadline| now >= *deadline).map(|_| now);
            }
        }
    }

    /// Sleeps in tokio until a wake, a socket's news or the deadline. Answers whether it did: not if there is
    /// something to do, nor if a wake of before comes only now.
    async fn park(&self, shard: &Shard, deadline: Option<Instant>) -> bool {
        let inbox = shard.inbox();
        inbox.falls_asleep();
        let mut has_slept = false;
        if !shard.has_arrivals() {
            let mut sleep = pin!(async {
                match deadline {
                    Some(deadline) => {
                        let deadline = tokio::time::Instant::from_std(deadline);
                        // Either way the next turn looks for itself.
                        let _ = tokio::time::timeout_at(deadline, inbox.woken()).await;
                    }
                    None => inbox.woken().await,
                }
            });
            poll_fn(|cx| {
                let slept = sleep.as_mut().poll(cx);
                has_slept |= slept.is_pending();
                slept
            })
            .await;
        }
        inbox.is_awake();
        has_slept
    }
}

#[cfg(all(test, not(callboard_loom)))]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;
    use crate::route::Word;
    use crate::testing::Simulator;

    /// Says a word to its shard after each turn, until tokio has had one.
    struct Talks {
        is_heard: Rc<Cell<bool>>,
        words: u32,
    }

    impl Control for Talks {
        fn between(&mut self, shard: &Shard, _now: Instant, _is_idle: bool) -> Between {
            if self.is_heard.get() || self.words == 0 {
                return Between::End;
            }
            self.words -= 1;
            shard.inbox().say(Word::Look);
            Between::GoOn
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "it has the clock of the machine, and no unsafe code")]
    fn a_shard_that_is_told_something_all_the_time_lets_tokio_have_its_turn() {
        for spins in [true, false] {
            let simulator = Simulator::new(1);
            let runtime = TokioDriver::runtime().expect("there is a runtime");
            let is_heard = Rc::new(Cell::new(false));
            let talks = Talks { is_heard: is_heard.clone(), words: 1_000_000 };
            runtime.block_on(async {
                let heard = is_heard.clone();
                tokio::task::spawn_local(async move { heard.set(true) });
                TokioDriver.drive(simulator.shard(0), talks, spins).await;
            });
            assert!(is_heard.get(), "it had no turn; the shard spins: {spins}");
        }
    }
}
