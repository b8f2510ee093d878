//! What a shard is at, for other threads to see, and the watchdog that looks.
//!
//! A shard says in its [`Watched`] whose code it is about to call. The watchdog of the system, a thread of
//! its own, looks every few milliseconds: a call that is still the same after a while is told of, and one
//! whose actor was killed is cut off. [`Watchdog`] decides and knows no clock; `system.rs` acts.
//!
//! | field | who writes | who reads |
//! |---|---|---|
//! | `actor` `kind` | the shard, before each call of an actor's code | the watchdog; the shard |
//! | `handled` `others` | the shard: messages handled, and calls of other code than handlers | the watchdog |
//! | `cut` | the watchdog; the shard when the call returns; both under `fates` | the shard after each call |
//! | `killed` | who kills, the shard, both under `fates` | the watchdog, the shard |
//!
//! A kill that the shard cannot take, because a call holds it, is found in `fates`. To be cut off is the end
//! of an actor for everybody else: who waits for that is told at once. What the call sends from then on is
//! discarded: the [`Detour`] leads its sends off the fast path, where `Host` asks whether the call that runs
//! is the one cut off. It may have returned at that very moment. So the detour decides nothing: another
//! actor's sends go on as ever, and the actor, killed as it is, ends before it handles anything more.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::address::Target;
use crate::cell::calls::Calls;
use crate::cell::{CellType, SharedType};
use crate::stats::Counter;

/// Leads the sends of a thread off the fast path.
pub(crate) trait Detour: Send {
    /// From now on, until the thread itself says otherwise.
    fn begin(&self);
}

/// What a shard is at.
// No two shards write to the same cache lines.
#[repr(align(128))]
pub(crate) struct Watched {
    /// The actor whose code was called last in this turn; nobody's between turns.
    actor: AtomicU64,
    kind: SharedType,
    /// Messages handled, and the actor that was cut off. With the other calls the messages tell two calls of one
    /// actor apart.
    pub(crate) calls: Calls,
    /// Hooks, polls and destructors called so far.
    others: Counter,
    /// Whether `fates` has kills.
    killed: AtomicBool,
    fates: Mutex<Fates>,
    /// A hash of the actors whose code was called, in order; the shard writes it.
    #[cfg(feature = "trace")]
    trace: AtomicU64,
}

#[derive(Default)]
struct Fates {
    /// Actors whose kill the shard has not yet seen.
    killed: HashSet<Target>,
    /// Who hears at once when an actor is cut off.
    waiting: HashMap<Target, Vec<oneshot::Sender<()>>>,
    /// At so many actors, those for whom nobody waits any more are forgotten.
    sweep_at: usize,
    /// The shard's thread, while it runs.
    detour: Option<Box<dyn Detour>>,
}

/// The side of the shard.
impl Watched {
    pub(crate) fn new() -> Self {
        Self {
            actor: AtomicU64::new(Target::NOBODY.to_bits()),
            kind: SharedType::new(),
            calls: Calls::new(),
            others: Counter::default(),
            killed: AtomicBool::new(false),
            fates: Mutex::default(),
            #[cfg(feature = "trace")]
            trace: AtomicU64::new(0),
        }
    }

    fn fates(&self) -> MutexGuard<'_, Fates> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that a handler of an actor is about to be called.
    #[inline(always)]
    pub(crate) fn begins(&self, actor: Target, kind: &'static CellType) {
        // Ordering: the watchdog acts on what has stayed the same for long, by when all of it is to be seen.
        self.actor.store(actor.to_bits(), Ordering::Relaxed);
        self.kind.set(kind);
        #[cfg(feature = "trace")]
        self.note(actor, kind);
    }

    /// Has a call take part in the trace.
    #[cfg(feature = "trace")]
    fn note(&self, actor: Target, kind: &'static CellType) {
        tracing::trace!(target: "callboard", slot = actor.slot(), kind = kind.name(), "called");
        // Ordering: only the shard writes it, and who reads it turns the shard.
        let trace = self.trace.load(Ordering::Relaxed) ^ actor.to_bits();
        self.trace
            .store(trace.rotate_left(5).wrapping_mul(0x517c_c1b7_2722_0a95), Ordering::Relaxed);
    }

    /// A hash of whose code was called, in order, and of how many messages that handled.
    #[cfg(feature = "trace")]
    pub(crate) fn trace(&self) -> u64 {
        // Ordering: as in `note`.
        self.trace.load(Ordering::Relaxed) ^ self.handled()
    }

    /// Counts a message that was handled, after the call.
    #[inline(always)]
    pub(crate) fn has_handled(&self) {
        self.calls.set_handled(self.calls.handled() + 1);
    }

    /// How many messages were handled.
    pub(crate) fn handled(&self) -> u64 {
        self.calls.handled()
    }

    /// Says that code of an actor is about to be called which is no handler.
    #[inline(always)]
    pub(crate) fn begins_other(&self, actor: Target, kind: &'static CellType) {
        self.begins(actor, kind);
        self.others.add(1);
    }

    /// Counts a message that its process has and did not want yet: it was a call like any other.
    #[inline(always)]
    pub(crate) fn has_filed(&self) {
        self.others.add(1);
    }

    /// Says that no actor's code runs.
    pub(crate) fn rests(&self) {
        // Ordering: as in `begins`.
        self.actor.store(Target::NOBODY.to_bits(), Ordering::Relaxed);
    }

    /// The actor whose code was called last in this turn.
    pub(crate) fn actor(&self) -> Target {
        // Ordering: as in `begins`.
        Target::from_bits(self.actor.load(Ordering::Relaxed))
    }

    /// Whether an actor of this shard was cut off, and was not yet ended.
    #[inline(always)]
    pub(crate) fn has_cut(&self) -> bool {
        self.calls.has_cut()
    }

    /// The actor that was cut off.
    #[inline(always)]
    pub(crate) fn cut(&self) -> Target {
        self.calls.cut()
    }

    /// Whether the code that runs is that of the actor that was cut off. Only for the shard.
    pub(crate) fn is_in_cut(&self) -> bool {
        self.has_cut() && self.cut() == self.actor()
    }

    /// Forgets the kill of an actor, which ends now or has ended, and that it was cut off.
    pub(crate) fn forget(&self, actor: Target) {
        // Ordering: who killed from elsewhere did so before the word that the shard has taken.
        if !self.killed.load(Ordering::Relaxed) {
            return;
        }
        let mut fates = self.fates();
        fates.killed.remove(&actor);
        if self.cut() == actor {
            self.calls.set_cut(Target::NOBODY);
        }
        self.killed.store(!fates.killed.is_empty(), Ordering::Relaxed);
    }

    /// Says how the shard's thread is led off the fast path; none when it ends.
    pub(crate) fn set_detour(&self, detour: Option<Box<dyn Detour>>) {
        self.fates().detour = detour;
    }
}

/// The side of all others.
impl Watched {
    /// Notes that an actor is killed, before the shard is told.
    pub(crate) fn kill(&self, actor: Target) {
        let mut fates = self.fates();
        fates.killed.insert(actor);
        self.killed.store(true, Ordering::Relaxed);
    }

    /// Hears when an actor is cut off; at once if it has been. What ends in any other way is not told here:
    /// drop the answer then.
    pub(crate) fn hear(&self, actor: Target) -> oneshot::Receiver<()> {
        let (tell, heard) = oneshot::channel();
        let mut fates = self.fates();
        if self.has_cut() && self.cut() == actor {
            // The receiver is here.
            let _ = tell.send(());
            return heard;
        }
        if fates.waiting.len() >= fates.sweep_at {
            fates.waiting.retain(|_, waiting| {
                waiting.retain(|tell| !tell.is_closed());
                !waiting.is_empty()
            });
            fates.sweep_at = (2 * fates.waiting.len()).max(64);
        }
        let waiting = fates.waiting.entry(actor).or_default();
        if waiting.len() == waiting.capacity() {
            waiting.retain(|tell| !tell.is_closed());
        }
        waiting.push(tell);
        heard
    }

    /// What the watchdog sees.
    pub(crate) fn sample(&self) -> Sample {
        let actor = self.actor();
        let is_killed = !actor.is_nobody()
            && self.killed.load(Ordering::Relaxed)
            && self.fates().killed.contains(&actor);
        // Each only grows, so that the sum is another after any call.
        let calls = self.calls.handled().wrapping_add(self.others.get());
        Sample { actor, calls, is_killed }
    }

    /// The type of the actor whose code was called last.
    pub(crate) fn kind(&self) -> Option<&'static CellType> {
        self.kind.get()
    }

    /// Cuts an actor off whose code has held the shard for too long after it was killed; none if its shard
    /// has seen the kill. Answers who is to be told.
    pub(crate) fn cut_off(&self, actor: Target) -> Option<Vec<oneshot::Sender<()>>> {
        let mut fates = self.fates();
        // The shard forgets a kill under the same lock, so it finds the cut or there is none.
        if self.actor() != actor || !fates.killed.contains(&actor) {
            return None;
        }
        self.calls.set_cut(actor);
        if let Some(detour) = &fates.detour {
            detour.begin();
        }
        Some(fates.waiting.remove(&actor).unwrap_or_default())
    }
}

/// What a shard was at at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    actor: Target,
    calls: u64,
    is_killed: bool,
}

/// What is to be done about a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Cut off this actor.
    CutOff { shard: usize, actor: Target },
    /// Tell that this actor's code holds the shard, for so long by now.
    Overrun { shard: usize, actor: Target, held: Duration },
}

/// What the watchdog knows of one shard.
#[derive(Clone, Copy, Debug)]
struct Watch {
    actor: Target,
    calls: u64,
    since: Instant,
    killed_since: Option<Instant>,
    is_told: bool,
    is_cut: bool,
}

/// Decides which calls have held their shards for too long.
#[derive(Debug)]
pub(crate) struct Watchdog {
    overrun_after: Duration,
    kill_grace: Duration,
    shards: Vec<Option<Watch>>,
}

impl Watchdog {
    pub(crate) fn new(shards: usize, overrun_after: Duration, kill_grace: Duration) -> Self {
        Self { overrun_after, kill_grace, shards: vec![None; shards] }
    }

    /// How often it is to look.
    pub(crate) fn period(&self) -> Duration {
        (self.overrun_after.min(self.kill_grace) / 5).max(Duration::from_millis(1))
    }

    /// Takes a sample of each shard. A time counts from the first look at which it was so: never too long.
    pub(crate) fn look(
        &mut self,
        now: Instant,
        samples: impl IntoIterator<Item = Sample>,
    ) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for (shard, (watch, sample)) in self.shards.iter_mut().zip(samples).enumerate() {
            let Sample { actor, calls, is_killed } = sample;
            if actor.is_nobody() {
                *watch = None;
                continue;
            }
            let same = watch.filter(|watch| (watch.actor, watch.calls) == (actor, calls));
            let fresh = Watch {
                actor,
                calls,
                since: now,
                killed_since: None,
                is_told: false,
                is_cut: false,
            };
            let watch = watch.insert(same.unwrap_or(fresh));
            let held = now.saturating_duration_since(watch.since);
            if held >= self.overrun_after && !watch.is_told {
                watch.is_told = true;
                verdicts.push(Verdict::Overrun { shard, actor, held });
            }
            if is_killed && !watch.is_cut {
                let since = *watch.killed_since.get_or_insert(now);
                if now.saturating_duration_since(since) >= self.kill_grace {
                    watch.is_cut = true;
                    verdicts.push(Verdict::CutOff { shard, actor });
                }
            }
        }
        verdicts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVERRUN: Duration = Duration::from_millis(100);
    const GRACE: Duration = Duration::from_millis(60);

    fn at(slot: u32, calls: u64) -> Sample {
        Sample { actor: Target::new(slot, 1), calls, is_killed: false }
    }

    fn killed(slot: u32, calls: u64) -> Sample {
        Sample { is_killed: true, ..at(slot, calls) }
    }

    const REST: Sample = Sample { actor: Target::NOBODY, calls: 0, is_killed: false };

    /// The verdicts on one shard that is seen so every 20 ms, and when they fall, in milliseconds.
    #[allow(clippy::disallowed_methods, reason = "any moment will do to count from")]
    fn verdicts(samples: impl IntoIterator<Item = Sample>) -> Vec<(u128, Verdict)> {
        let mut watchdog = Watchdog::new(1, OVERRUN, GRACE);
        let (begin, step) = (Instant::now(), Duration::from_millis(20));
        let mut now = begin;
        let mut verdicts = Vec::new();
        for sample in samples {
            let found = watchdog.look(now, [sample]);
            verdicts.extend(found.into_iter().map(|v| ((now - begin).as_millis(), v)));
            now += step;
        }
        verdicts
    }

    fn overrun(slot: u32, held_ms: u64) -> Verdict {
        let held = Duration::from_millis(held_ms);
        Verdict::Overrun { shard: 0, actor: Target::new(slot, 1), held }
    }

    fn cut_off(slot: u32) -> Verdict {
        Verdict::CutOff { shard: 0, actor: Target::new(slot, 1) }
    }

    #[test]
    fn l14_a_call_is_told_of_once_when_it_is_too_long() {
        assert_eq!(verdicts([at(1, 7); 5]), []);
        assert_eq!(verdicts([at(1, 7); 50]), [(100, overrun(1, 100))]);
        let two = [[at(1, 7); 10], [at(1, 8); 10]].concat();
        assert_eq!(verdicts(two), [(100, overrun(1, 100)), (300, overrun(1, 100))]);
    }

    #[test]
    fn l14_many_short_calls_are_no_long_one() {
        assert_eq!(verdicts((0..100).map(|call| at(1, call))), []);
        assert_eq!(verdicts((0..100).map(|call| at(call as u32 % 2, 7))), []);
        let rests = [[at(1, 7); 5].as_slice(), &[REST]].concat();
        assert_eq!(verdicts(rests.repeat(10)), []);
    }

    #[test]
    fn x9_a_call_is_cut_off_once_when_the_grace_is_over() {
        let samples = [[at(1, 7); 20], [killed(1, 7); 20]].concat();
        // Killed since 400 ms.
        assert_eq!(verdicts(samples), [(100, overrun(1, 100)), (460, cut_off(1))]);
        assert_eq!(verdicts([killed(1, 7); 3]), []);
    }

    #[test]
    fn x9_a_killed_actor_whose_calls_return_is_not_cut_off() {
        assert_eq!(verdicts((0..100).map(|call| killed(1, call / 3))), []);
        let other = [[killed(1, 7); 3], [at(2, 8); 3], [killed(1, 9); 3]].concat();
        assert_eq!(verdicts(other), []);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "any moment will do to count from")]
    fn l14_each_shard_is_looked_at_by_itself() {
        let mut watchdog = Watchdog::new(3, OVERRUN, GRACE);
        let now = Instant::now();
        assert_eq!(watchdog.look(now, [at(1, 7), REST, killed(3, 7)]), []);
        let verdicts = watchdog.look(now + OVERRUN, [at(1, 8), at(2, 1), killed(3, 7)]);
        let actor = Target::new(3, 1);
        let expected = [
            Verdict::Overrun { shard: 2, actor, held: OVERRUN },
            Verdict::CutOff { shard: 2, actor },
        ];
        assert_eq!(verdicts, expected);
        assert_eq!(watchdog.period(), GRACE / 5);
    }

    #[test]
    fn x9_only_a_kill_that_the_shard_has_not_seen_cuts_off() {
        let (watched, actor) = (Watched::new(), Target::new(1, 1));
        watched.actor.store(actor.to_bits(), Ordering::Relaxed);
        assert!(watched.cut_off(actor).is_none(), "nobody killed it");
        watched.kill(actor);
        assert!(watched.sample().is_killed);
        watched.forget(actor);
        assert!(watched.cut_off(actor).is_none(), "the shard has seen it");
        watched.kill(actor);
        assert!(watched.cut_off(actor).is_some() && watched.is_in_cut());
        watched.forget(actor);
        assert!(!watched.has_cut() && !watched.sample().is_killed);
    }

    #[test]
    fn x9_who_waits_for_an_actor_hears_when_it_is_cut_off() {
        let (watched, actor) = (Watched::new(), Target::new(1, 1));
        let (mut before, mut other) = (watched.hear(actor), watched.hear(Target::new(2, 1)));
        for _ in 0..1_000 {
            drop(watched.hear(actor));
            drop(watched.hear(Target::new(3, 1)));
        }
        assert!(watched.fates().waiting.values().map(Vec::len).sum::<usize>() < 100);
        watched.actor.store(actor.to_bits(), Ordering::Relaxed);
        watched.kill(actor);
        let tell = watched.cut_off(actor).expect("it was killed");
        assert!(
            tell.into_iter().filter(|tell| !tell.is_closed()).all(|tell| tell.send(()).is_ok())
        );
        assert!(before.try_recv().is_ok() && watched.hear(actor).try_recv().is_ok());
        assert!(other.try_recv().is_err());
        watched.forget(actor);
        assert!(watched.hear(actor).try_recv().is_err(), "its call has returned");
    }
}
