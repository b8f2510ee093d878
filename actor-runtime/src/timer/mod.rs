//! The timers of a shard: whose they are, what they bring, and when.
//!
//! A shard has one table of them, over a [`wheel`], and each actor that ever set one has a list of its own
//! beside what waits for it. All here is data and arithmetic: the shard's turn asks what is due, and acts.
//!
//! A timer that has expired while its actor was busy *waits*. It does so in the table, not as a record in the
//! mailbox, so what is cancelled or replaced then is never seen (T2, T4). Its message is made when the actor
//! takes it.
//!
//! Before me: `Context::after` and its like, and the methods with `#[every]` and `#[after]`. After me: the
//! shard's turn hands what was due to the actor.

mod alarms;
mod wheel;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::num::NonZeroU64;

pub(crate) use self::alarms::{AlarmId, Alarms, Ring};
pub(crate) use self::wheel::TimerId;
use self::wheel::{TwoLines, Wheel};
use crate::address::{Address, Target};
use crate::config::NEVER;
use crate::record::Loose;

/// A timer that an actor has set: what [`Context::cancel`](crate::Context::cancel) takes.
///
/// It means something only to the actor that set it, and nothing any more once it is over.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timer {
    pub(crate) owner: Address,
    pub(crate) id: TimerId,
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timer({})", self.owner)
    }
}

/// The key of a timer, by which its actor replaces and cancels it: a name, a number, or a name with a number.
///
/// Keys belong to an actor: those of two actors never meet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TimerKey(Key);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Name(Cow<'static, str>),
    Number(u64),
    Numbered(&'static str, u64),
}

/// A [`Timer`], or the key of one.
#[derive(Clone, Debug)]
pub struct AnyTimer(pub(crate) Named);

#[derive(Clone, Debug)]
pub(crate) enum Named {
    Id(Timer),
    Key(TimerKey),
}

impl From<Timer> for AnyTimer {
    fn from(timer: Timer) -> Self {
        Self(Named::Id(timer))
    }
}

impl From<TimerKey> for AnyTimer {
    fn from(key: TimerKey) -> Self {
        Self(Named::Key(key))
    }
}

macro_rules! keys {
    ($($from:ty: $key:expr;)*) => {$(
        impl From<$from> for TimerKey {
            fn from(key: $from) -> Self {
                Self($key(key))
            }
        }

        impl From<$from> for AnyTimer {
            fn from(key: $from) -> Self {
                TimerKey::from(key).into()
            }
        }
    )*};
}

keys! {
    &'static str: |name| Key::Name(Cow::Borrowed(name));
    String: |name| Key::Name(Cow::Owned(name));
    u64: Key::Number;
    (&'static str, u64): |(name, number)| Key::Numbered(name, number);
}

/// When a method is called by the clock; times in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// Once, so long after the start.
    After(u64),
    /// Again and again.
    Every { period: u64, jitter: u64 },
    /// Whenever no message has come for so long.
    Idle(u64),
}

/// Makes a message, each time.
pub(crate) type Again = Box<dyn FnMut() -> Loose>;

/// What a timer brings.
pub(crate) enum Call {
    /// A message made each time. None while it is being made.
    Again(Option<Again>),
    /// A call of the method with this number.
    Method(usize),
    /// A message.
    Once(Loose),
}

impl Call {
    /// Drops it. A panic of a destructor goes on.
    pub(crate) fn let_go(self) {
        if let Self::Once(message) = self {
            message.let_go();
        }
    }
}

/// The regular moments of a periodic timer.
struct Ticks {
    period: u64,
    jitter: u64,
    /// The next of them, without jitter; counted from the first, so that nothing adds up (T5).
    next: u64,
}

/// What only some timers have.
struct Rare {
    key: Option<TimerKey>,
    ticks: Option<Ticks>,
    /// It is for when no message has come for so long.
    idle: Option<u64>,
}

struct Entry {
    owner: Target,
    /// Its number among those that wait, if it waits.
    waits: Option<NonZeroU64>,
    rare: Option<Box<Rare>>,
    call: Call,
}

/// How many more entries than twice its timers an actor's list has before it is cleared of those that are gone.
const LIST_SLACK: usize = 16;

/// What an actor knows of its timers.
#[derive(Default)]
pub(crate) struct OwnTimers {
    /// All there are, and some that are gone, which are left out when they are more than half: so that to
    /// remove one touches no other.
    all: Vec<TimerId>,
    alive: usize,
    keys: HashMap<TimerKey, TimerId>,
    /// Those that have expired and wait until the actor is free, in that order.
    waiting: BTreeMap<NonZeroU64, TimerId>,
    /// When it last took a message; of interest only while it has timers that look for silence.
    touched: u64,
    /// Those of them that have fired: the next message sets them again.
    quiet: Vec<TimerId>,
}

impl OwnTimers {
    /// Forgets those that are gone.
    #[cold]
    fn tidy(&mut self, wheel: &Wheel<Entry, TwoLines>) {
        if self.alive == 0 {
            self.all.clear();
        } else {
            self.all.retain(|timer| wheel.is_there(*timer));
        }
    }

    /// How many have expired and wait.
    pub(crate) fn waiting(&self) -> u64 {
        self.waiting.len() as u64
    }

    /// The timer that has waited longest.
    pub(crate) fn first_waiting(&self) -> Option<TimerId> {
        self.waiting.first_key_value().map(|(_, timer)| *timer)
    }
}

/// What becomes of a timer that has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expired {
    /// It is the actor's to take.
    Due,
    /// Not now: its tick of before still waits, or the actor was not idle.
    Later,
}

/// All timers of a shard.
///
/// Nothing here runs code of users: what is removed is given back, to be called or dropped by who removed it.
pub(crate) struct Timers {
    wheel: RefCell<Wheel<Entry, TwoLines>>,
    /// As the wheel's, to be looked at in each turn.
    next: Cell<u64>,
    /// How many have waited so far.
    waited: Cell<NonZeroU64>,
}

impl Timers {
    pub(crate) fn new() -> Self {
        Self {
            wheel: RefCell::new(Wheel::new()),
            next: Cell::new(NEVER),
            waited: Cell::new(NonZeroU64::MIN),
        }
    }

    /// When to look again, in nanoseconds of the shard's clock: never later than the next deadline.
    pub(crate) fn next(&self) -> u64 {
        self.next.get()
    }

    #[inline(always)]
    fn with<R>(&self, call: impl FnOnce(&mut Wheel<Entry, TwoLines>) -> R) -> R {
        let mut wheel = self.wheel.borrow_mut();
        let result = call(&mut wheel);
        self.next.set(wheel.next());
        result
    }

    /// Sets a timer. One with this key must have been removed.
    pub(crate) fn set(
        &self,
        (owner, own): (Target, &mut OwnTimers),
        key: Option<TimerKey>,
        now: u64,
        when: When,
        call: Call,
    ) -> TimerId {
        let (deadline, ticks, idle) = match when {
            When::After(delay) => (now.saturating_add(delay), None, None),
            When::Every { period, jitter } => {
                let next = now.saturating_add(period);
                let ticks = Ticks { period, jitter, next };
                (ticks.moment(owner), Some(ticks), None)
            }
            When::Idle(delay) => {
                own.touched = now;
                (now.saturating_add(delay), None, Some(delay))
            }
        };
        let is_rare = key.is_some() || ticks.is_some() || idle.is_some();
        let rare = is_rare.then(|| Box::new(Rare { key: key.clone(), ticks, idle }));
        let id = self.add((owner, own), rare, deadline, call);
        own.keys.extend(key.map(|key| (key, id)));
        id
    }

    /// Sets a timer without a key that fires once.
    #[inline]
    pub(crate) fn set_once(
        &self,
        (owner, own): (Target, &mut OwnTimers),
        deadline: u64,
        call: Call,
    ) -> TimerId {
        self.add((owner, own), None, deadline, call)
    }

    #[inline]
    fn add(
        &self,
        (owner, own): (Target, &mut OwnTimers),
        rare: Option<Box<Rare>>,
        deadline: u64,
        call: Call,
    ) -> TimerId {
        let id = self.with(|wheel| {
            if own.all.len() >= 2 * own.alive + LIST_SLACK {
                own.tidy(wheel);
            }
            wheel.insert(Entry { owner, waits: None, rare, call }, deadline)
        });
        own.all.push(id);
        own.alive += 1;
        id
    }

    /// The key of a timer, if it has one.
    pub(crate) fn key(&self, timer: TimerId) -> Option<TimerKey> {
        self.with(|wheel| wheel.get(timer)?.rare.as_ref()?.key.clone())
    }

    /// The timer with this key.
    pub(crate) fn find(own: &OwnTimers, key: &TimerKey) -> Option<TimerId> {
        own.keys.get(key).copied()
    }

    /// Removes a timer, and gives what it would have brought; says whether it has expired and waited.
    #[inline]
    pub(crate) fn remove(&self, own: &mut OwnTimers, timer: TimerId) -> Option<(Call, bool)> {
        self.with(|wheel| {
            let Entry { waits, rare, call, .. } = wheel.remove(timer)?;
            own.alive -= 1;
            if let Some(waits) = waits {
                own.waiting.remove(&waits);
            }
            if let Some(key) = rare.and_then(|rare| rare.key) {
                own.keys.remove(&key);
            }
            Some((call, waits.is_some()))
        })
    }

    /// Removes all timers of an actor, and gives what they would have brought.
    pub(crate) fn remove_all(&self, own: OwnTimers) -> Vec<Call> {
        self.with(|wheel| {
            let gone = own.all.into_iter().filter_map(|timer| wheel.remove(timer));
            gone.map(|entry| entry.call).collect()
        })
    }

    /// A timer that is due, and whose it is.
    #[inline]
    pub(crate) fn pop(&self, now: u64) -> Option<(TimerId, Target)> {
        if now < self.next.get() {
            return None;
        }
        self.with(|wheel| {
            let timer = wheel.pop(now)?;
            let owner = wheel.get(timer).expect("what is due is there").owner;
            Some((timer, owner))
        })
    }

    /// Sets a timer that has expired again, if it is one that comes back. `is_free` says that its actor is at
    /// nothing, and nothing waits there.
    pub(crate) fn expire(
        &self,
        own: &mut OwnTimers,
        timer: TimerId,
        now: u64,
        is_free: bool,
    ) -> Expired {
        self.with(|wheel| {
            let entry = wheel.get(timer).expect("what is due is there");
            let Some(rare) = &mut entry.rare else { return Expired::Due };
            if let Some(ticks) = &mut rare.ticks {
                let moment = ticks.after(now, entry.owner);
                let expired = if entry.waits.is_none() { Expired::Due } else { Expired::Later };
                wheel.arm(timer, moment);
                return expired;
            }
            let Some(delay) = rare.idle else { return Expired::Due };
            // An actor that is at something counts from then on.
            let since = if is_free { own.touched } else { now };
            let deadline = since.saturating_add(delay);
            if deadline > now {
                wheel.arm(timer, deadline);
                return Expired::Later;
            }
            own.quiet.push(timer);
            Expired::Due
        })
    }

    /// An expired timer waits until its actor is free.
    pub(crate) fn wait(&self, own: &mut OwnTimers, timer: TimerId) {
        let number = self.waited.get();
        self.waited.set(number.saturating_add(1));
        self.with(|wheel| {
            wheel.get(timer).expect("what is due is there").waits = Some(number);
        });
        own.waiting.insert(number, timer);
    }

    /// A timer waits no longer: its actor takes what it brings, or nobody does. One that fires once is over.
    pub(crate) fn take(&self, own: &mut OwnTimers, timer: TimerId) -> Option<Call> {
        let stays = self.with(|wheel| {
            let entry = wheel.get(timer)?;
            if let Some(number) = entry.waits.take() {
                own.waiting.remove(&number);
            }
            let comes_back = entry.rare.as_ref().is_some_and(|rare| rare.comes_back());
            comes_back.then(|| match &mut entry.call {
                Call::Again(make) => Call::Again(make.take()),
                Call::Method(number) => Call::Method(*number),
                Call::Once(_) => unreachable!("a message that was made comes once"),
            })
        });
        stays.or_else(|| self.remove(own, timer).map(|(call, _)| call))
    }

    /// Puts back what makes the messages of a timer; gives it back if the timer is gone.
    pub(crate) fn put_back(&self, timer: TimerId, again: Again) -> Option<Again> {
        self.with(|wheel| match wheel.get(timer) {
            Some(Entry { call: Call::Again(make), .. }) => make.replace(again),
            _ => Some(again),
        })
    }

    /// The actor took a message: those of its timers that look for silence count from now.
    pub(crate) fn touch(&self, own: &mut OwnTimers, now: u64) {
        own.touched = now;
        if own.quiet.is_empty() {
            return;
        }
        self.with(|wheel| {
            for timer in own.quiet.drain(..) {
                let entry = wheel.get(timer).expect("an actor's list has what is there");
                let idle = entry.rare.as_ref().and_then(|rare| rare.idle).unwrap_or(NEVER);
                wheel.arm(timer, now.saturating_add(idle));
            }
        });
    }
}

impl Rare {
    const fn comes_back(&self) -> bool {
        self.ticks.is_some() || self.idle.is_some()
    }
}

impl Ticks {
    /// The next tick's moment: up to `jitter` after its regular one.
    fn moment(&self, owner: Target) -> u64 {
        let jitter = match self.jitter {
            0 => 0,
            most => scatter(owner.to_bits() ^ self.next) % most,
        };
        self.next.saturating_add(jitter)
    }

    /// Passes over the ticks until `now`, and gives the moment of the next.
    fn after(&mut self, now: u64, owner: Target) -> u64 {
        let missed = now.saturating_sub(self.next) / self.period;
        let steps = missed.saturating_add(1);
        self.next = self.next.saturating_add(self.period.saturating_mul(steps));
        self.moment(owner)
    }
}

/// A number that looks like chance, and is the same each time: the finalizer of `splitmix64`, by Sebastiano
/// Vigna.
const fn scatter(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t5_ticks_do_not_drift_and_leave_out_what_was_missed() {
        let owner = Target::new(1, 1);
        let mut ticks = Ticks { period: 100, jitter: 0, next: 100 };
        assert_eq!(ticks.after(103, owner), 200);
        assert_eq!(ticks.after(200, owner), 300);
        assert_eq!(ticks.after(1_099, owner), 1_100);
        assert_eq!(ticks.after(1_100, owner), 1_200);
    }

    #[test]
    fn t5_jitter_is_short_differs_and_adds_nothing_up() {
        let mut moments = Vec::new();
        for slot in 0..100 {
            let owner = Target::new(slot, 1);
            let mut ticks = Ticks { period: 1_000, jitter: 100, next: 1_000 };
            for tick in 2..50 {
                let moment = ticks.after(ticks.next, owner);
                assert!((tick * 1_000..tick * 1_000 + 100).contains(&moment));
                moments.push(moment % 1_000);
            }
        }
        moments.sort_unstable();
        moments.dedup();
        assert_eq!(moments.len(), 100, "every jitter comes up");
    }

    #[test]
    fn an_actors_list_stays_as_short_as_its_timers_are_few() {
        let (timers, mut own) = (Timers::new(), OwnTimers::default());
        let owner = Target::new(1, 1);
        let set = |own: &mut OwnTimers| {
            timers.set((owner, own), None, 0, When::After(1), Call::Method(0))
        };
        let kept: Vec<TimerId> = (0..100).map(|_| set(&mut own)).collect();
        for _ in 0..10_000 {
            let timer = set(&mut own);
            assert!(timers.remove(&mut own, timer).is_some());
            assert!(own.all.len() <= 2 * 101 + LIST_SLACK);
        }
        assert_eq!(timers.remove_all(own).len(), kept.len());
    }

    #[test]
    fn keys_are_names_and_numbers() {
        let keys: [TimerKey; 5] =
            ["a".into(), 1.into(), ("a", 1).into(), "b".to_owned().into(), 2.into()];
        for (index, key) in keys.iter().enumerate() {
            assert!(keys[..index].iter().all(|other| other != key));
        }
        assert_eq!(TimerKey::from("a".to_owned()), TimerKey::from("a"));
    }
}
