//! What the runtime knows of a process, whatever its messages are: how it waits, and what was said to it that is no
//! message.
//!
//! The body of a process's cell is the seat of its mailbox, which the process's future shares: so a record is filed
//! whatever the process does meanwhile.

use std::any::Any;
use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::task::Waker;

use crate::address::Target;
use crate::bonds::{Down, Exit};
use crate::exit::ExitReason;
use crate::record::Loose;
use crate::timer::{Named, TimerId, TimerKey};

/// What became of a message that arrived at a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// It waits.
    Filed,
    /// It waits, and so do as many as are told of.
    High,
    /// The process waits for it: it is to be polled.
    Wanted,
}

/// A process's mailbox, without the type of its messages.
pub(crate) trait AnyMailbox {
    fn receiving(&self) -> &Receiving;

    /// How many messages wait.
    fn len(&self) -> u64;

    /// Takes the message that has waited longest, as a record for `me`.
    fn take_oldest(&self, me: Target) -> Option<Loose>;

    /// Takes the message that arrived last of those that wait, as a record for `me`.
    fn take_newest(&self, me: Target) -> Option<Loose>;

    /// Takes what a timer brought, to be dropped.
    fn take_back(&self, filed: &FiledTimer) -> Option<Box<dyn Any>>;

    /// Files the message that was handed over, if the process has not taken it.
    fn settle(&self);
}

/// How a process waits, and what it has heard. What few need lies in [`Words`], so that one that waits is small.
pub(crate) struct Receiving {
    /// Whether it waits in a receive, and the tags of the messages which that takes, a bit each.
    pub(crate) is_waiting: Cell<bool>,
    pub(crate) wants: Cell<u64>,
    /// Whether it is at a message, which no later receive has begun after.
    pub(crate) is_at_message: Cell<bool>,
    /// Whether exits are told to it and do not end it.
    pub(crate) traps: Cell<bool>,
    /// Why it ends as soon as it would wait, once somebody has told it to stop.
    pub(crate) stops: Cell<Option<Stop>>,
    /// Whether it runs on a thread of its own, which ends it when it was told to stop.
    pub(crate) has_thread: Cell<bool>,
    /// Messages it took, one after the other, without waiting.
    pub(crate) streak: Cell<u32>,
    /// Whose it is; nobody's before it begins.
    pub(crate) me: Cell<Target>,
    /// The number of what arrived last.
    pub(crate) arrivals: Cell<u64>,
    /// Whether a message was handed over to a receive that waits.
    pub(crate) has_fresh: Cell<bool>,
    /// Whether there is a waker.
    has_waker: Cell<bool>,
    /// Whether a timer brings what arrives next.
    is_brought: Cell<bool>,
    /// How many messages of timers wait.
    timers: Cell<u32>,
    words: Cell<Option<Box<Words>>>,
}

impl Default for Receiving {
    fn default() -> Self {
        Self {
            is_waiting: Cell::default(),
            wants: Cell::default(),
            is_at_message: Cell::default(),
            traps: Cell::default(),
            stops: Cell::default(),
            has_thread: Cell::default(),
            streak: Cell::default(),
            me: Cell::new(Target::NOBODY),
            arrivals: Cell::default(),
            has_fresh: Cell::default(),
            has_waker: Cell::default(),
            is_brought: Cell::default(),
            timers: Cell::default(),
            words: Cell::default(),
        }
    }
}

/// The timer of a message, and its key.
pub(crate) type Brought = (TimerId, Option<TimerKey>);

/// A message of a timer that waits.
pub(crate) struct FiledTimer {
    by: Brought,
    pub(crate) tag: usize,
    pub(crate) arrival: u64,
}

impl FiledTimer {
    pub(crate) fn is_of(&self, timer: &Named) -> bool {
        match timer {
            Named::Id(timer) => self.by.0 == timer.id,
            Named::Key(key) => self.by.1.as_ref() == Some(key),
        }
    }
}

/// How a process was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Normal,
    Shutdown,
}

impl Stop {
    pub(crate) const fn reason(self) -> ExitReason {
        match self {
            Self::Normal => ExitReason::Normal,
            Self::Shutdown => ExitReason::Shutdown,
        }
    }
}

/// What a process has heard and not yet taken, with the number of its arrival; and what else there seldom is.
#[derive(Default)]
struct Words {
    /// By the number of the monitor.
    downs: BTreeMap<u64, (u64, Down)>,
    exits: VecDeque<(u64, Exit)>,
    timers: Vec<FiledTimer>,
    /// The number of the monitor that a receive has chosen, which has fired.
    chosen: u64,
    /// Who is to be woken if the receive is not polled by the process's own poll.
    waker: Option<Waker>,
    /// The timer that brings what arrives next.
    brings: Option<Brought>,
}

impl Words {
    fn is_empty(&self) -> bool {
        self.downs.is_empty()
            && self.exits.is_empty()
            && self.timers.is_empty()
            && self.waker.is_none()
            && self.brings.is_none()
    }
}

impl Receiving {
    /// The number of what arrives now.
    #[inline(always)]
    pub(crate) fn next_arrival(&self) -> u64 {
        let arrival = self.arrivals.get() + 1;
        self.arrivals.set(arrival);
        arrival
    }

    /// Counts the message that the process is at, if it is at one: it has handled it.
    #[inline]
    pub(crate) fn ends_message(&self) -> bool {
        self.is_at_message.replace(false)
    }

    /// The process waits, for messages with these tags and perhaps for more.
    #[inline(always)]
    pub(crate) fn begins_waiting(&self, wants: u64) {
        self.streak.set(0);
        self.is_waiting.set(true);
        self.wants.set(wants);
    }

    #[inline(always)]
    pub(crate) fn ends_waiting(&self) {
        self.is_waiting.set(false);
        self.wants.set(0);
        if self.has_waker.get() {
            self.wake_with(None);
        }
    }

    /// Says whose waker is woken, if it is not the process's own poll that waits.
    pub(crate) fn wake_with(&self, waker: Option<Waker>) {
        let had_waker = self.has_waker.replace(waker.is_some());
        // Dropped when nothing is borrowed.
        let before = match waker {
            Some(waker) => self.with_words(|words| words.waker.replace(waker)),
            None if had_waker => self.if_words(|words| words.waker.take()),
            None => None,
        };
        drop(before);
    }

    /// Wakes whoever polls the receive that waits, if that is not the process itself. Answers whether the process
    /// itself is to be polled.
    pub(crate) fn rouse(&self) -> bool {
        if self.has_waker.get() {
            self.wake_other();
            return false;
        }
        self.is_waiting.get()
    }

    #[cold]
    fn wake_other(&self) {
        self.has_waker.set(false);
        if let Some(waker) = self.if_words(|words| words.waker.take()) {
            waker.wake();
        }
    }

    pub(crate) fn hear_down(&self, down: Down) {
        let arrival = self.next_arrival();
        self.with_words(|words| words.downs.insert(down.monitor.number, (arrival, down)));
    }

    pub(crate) fn hear_exit(&self, exit: Exit) {
        let arrival = self.next_arrival();
        self.with_words(|words| words.exits.push_back((arrival, exit)));
    }

    /// When the monitor of this number fired, if it has.
    pub(crate) fn down_at(&self, number: u64) -> Option<u64> {
        self.if_words(|words| words.downs.get(&number).map(|(arrival, _)| *arrival))
    }

    /// When the oldest exit was told, if there is one.
    pub(crate) fn exit_at(&self) -> Option<u64> {
        self.if_words(|words| words.exits.front().map(|(arrival, _)| *arrival))
    }

    /// A receive has chosen this monitor, which has fired.
    pub(crate) fn choose_down(&self, number: u64) {
        self.with_words(|words| words.chosen = number);
    }

    /// The number of the monitor that was chosen last.
    pub(crate) fn chosen_down(&self) -> u64 {
        self.if_words(|words| Some(words.chosen)).unwrap_or_default()
    }

    pub(crate) fn take_down(&self, number: u64) -> Option<Down> {
        self.if_words(|words| words.downs.remove(&number).map(|(_, down)| down))
    }

    pub(crate) fn take_exit(&self) -> Option<Exit> {
        self.if_words(|words| words.exits.pop_front().map(|(_, exit)| exit))
    }

    /// A timer brings what arrives next, or none.
    pub(crate) fn brings(&self, timer: Option<Brought>) {
        self.is_brought.set(timer.is_some());
        // A key is a user's value: it is dropped when nothing is borrowed.
        let before = match timer {
            Some(timer) => self.with_words(|words| words.brings.replace(timer)),
            None => self.if_words(|words| words.brings.take()),
        };
        drop(before);
    }

    /// What arrived is filed: if a timer brought it, that is noted.
    #[inline(always)]
    pub(crate) fn files(&self, tag: usize, arrival: u64) {
        if self.is_brought.replace(false) {
            self.files_timer(tag, arrival);
        }
    }

    #[cold]
    fn files_timer(&self, tag: usize, arrival: u64) {
        let filed = self.with_words(|words| {
            let filed = words.brings.take().map(|by| FiledTimer { by, tag, arrival });
            let is_filed = filed.is_some();
            words.timers.extend(filed);
            is_filed
        });
        self.timers.set(self.timers.get() + u32::from(filed));
    }

    /// What arrived then waits no longer.
    #[inline(always)]
    pub(crate) fn has_taken(&self, arrival: u64) {
        if self.timers.get() > 0 {
            self.take_timer(|filed| filed.arrival == arrival);
        }
    }

    /// Forgets the first timer that fits and whose message waits.
    pub(crate) fn take_timer(&self, fits: impl Fn(&FiledTimer) -> bool) -> Option<FiledTimer> {
        self.if_words(|words| {
            let index = words.timers.iter().position(fits)?;
            self.timers.set(self.timers.get() - 1);
            Some(words.timers.remove(index))
        })
    }

    /// A message that a timer brought waits again.
    pub(crate) fn puts_back_timer(&self, filed: FiledTimer) {
        self.with_words(|words| words.timers.push(filed));
        self.timers.set(self.timers.get() + 1);
    }

    /// Whether a message of this timer waits.
    pub(crate) fn has_timer(&self, timer: TimerId) -> bool {
        let is_its = |filed: &FiledTimer| filed.by.0 == timer;
        self.if_words(|words| words.timers.iter().any(is_its).then_some(())).is_some()
    }

    /// Forgets what one incarnation was told, which is nothing to the next. What it gives may hold what is a user's.
    pub(crate) fn end_incarnation(&self) -> impl Sized + use<> {
        self.is_at_message.set(false);
        self.traps.set(false);
        self.has_thread.set(false);
        self.streak.set(0);
        self.has_waker.set(false);
        self.is_brought.set(false);
        self.words.take()
    }

    fn with_words<R>(&self, with: impl FnOnce(&mut Words) -> R) -> R {
        with(Lent::of(self).0.get_or_insert_default())
    }

    fn if_words<R>(&self, with: impl FnOnce(&mut Words) -> Option<R>) -> Option<R> {
        let mut lent = Lent::of(self);
        let taken = with(lent.0.as_mut()?);
        if lent.0.as_ref().is_some_and(|words| words.is_empty()) {
            lent.0 = None;
        }
        taken
    }
}

/// The words of a process, which are taken out while they are used, and put back even if that panics: a key compares
/// as its user says.
struct Lent<'a>(Option<Box<Words>>, &'a Receiving);

impl<'a> Lent<'a> {
    fn of(receiving: &'a Receiving) -> Self {
        Self(receiving.words.take(), receiving)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.1.words.set(self.0.take());
    }
}
