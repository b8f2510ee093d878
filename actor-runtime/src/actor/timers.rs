//! Timers as an actor sets them: by its context, and by methods that the clock calls.
//!
//! Before me: a handler with `cx.after(..)`, or what `#[handlers]` made of `#[every]` and `#[after]`. After me:
//! the table of the shard's timers, and in time the shard's turn.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use super::{Context, Handlers};
use crate::address::Target;
use crate::cell::status::BACKLOG;
use crate::cell::{CellRef, Handled};
use crate::config::nanos;
use crate::host::{self, Host, Signal};
use crate::message::Protocol;
use crate::record::Loose;
use crate::timer::{AnyTimer, Call, Named, OwnTimers, Timer, TimerKey, Timers, When};

/// A method that the clock calls, and when: what `#[every]` and `#[after]` make.
pub struct Timed<A> {
    when: When,
    call: for<'a> fn(&'a mut A, &'a mut Context<A>) -> Handled<'a>,
}

impl<A> Timed<A> {
    /// Called once, so long after the start.
    #[must_use]
    pub const fn after(
        delay: Duration,
        call: for<'a> fn(&'a mut A, &'a mut Context<A>) -> Handled<'a>,
    ) -> Self {
        Self { when: When::After(nanos(delay)), call }
    }

    /// Called again and again, each time up to `jitter` later than a multiple of `period` after the start.
    ///
    /// # Panics
    ///
    /// With a period of zero.
    #[must_use]
    pub const fn every(
        period: Duration,
        jitter: Duration,
        call: for<'a> fn(&'a mut A, &'a mut Context<A>) -> Handled<'a>,
    ) -> Self {
        assert!(!period.is_zero(), "a period is longer than zero");
        Self { when: When::Every { period: nanos(period), jitter: nanos(jitter) }, call }
    }

    /// Called when no message has come for so long.
    #[must_use]
    pub const fn idle(
        delay: Duration,
        call: for<'a> fn(&'a mut A, &'a mut Context<A>) -> Handled<'a>,
    ) -> Self {
        Self { when: When::Idle(nanos(delay)), call }
    }

    pub(super) const fn when(&self) -> When {
        self.when
    }

    pub(super) fn call<'a>(&self, actor: &'a mut A, cx: &'a mut Context<A>) -> Handled<'a> {
        (self.call)(actor, cx)
    }
}

impl<A> fmt::Debug for Timed<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timed({:?})", self.when)
    }
}

/// Whether a message puts off any of the actor's timers.
pub(super) const fn looks_for_silence<A: Handlers>() -> bool {
    let mut number = 0;
    while number < A::TIMERS.len() {
        if matches!(A::TIMERS[number].when, When::Idle(_)) {
            return true;
        }
        number += 1;
    }
    false
}

/// Sets the timers that an actor's type has, once its start hook has ended.
pub(crate) fn begin_timers(host: &Host, cell: CellRef<'_>, me: Target) {
    let Some(kind) = cell.kind() else { return };
    if (kind.timed)(0).is_none() {
        return;
    }
    cell.with_extras(|extras| extras.bad_health = 0);
    let (now, mut number) = (host.look(), 0);
    while let Some(when) = (kind.timed)(number) {
        with_own(cell, |own| {
            host.timers.set((me, own), None, now, when, Call::Method(number));
        });
        number += 1;
    }
}

/// An actor that looks for silence takes a message.
#[inline(never)]
pub(super) fn touch(me: Target) {
    host::with(|host| {
        let Some((host, cell)) = host.and_then(|host| Some((host, host.cell(me)?))) else { return };
        let now = host.look();
        with_own(cell, |own| host.timers.touch(own, now));
    });
}

#[inline]
fn with_own<R>(cell: CellRef<'_>, with: impl FnOnce(&mut OwnTimers) -> R) -> R {
    cell.with_extras(|extras| with(extras.timers.get_or_insert_default()))
}

impl<A: Protocol> Context<A> {
    /// Sends the actor itself a message, so long from now. Never early; to wait for zero is to have it with the
    /// next turn of the shard.
    ///
    /// When the actor ends, its timers are gone. It costs a look at the clock, and an allocation if the message is
    /// longer than 48 bytes.
    ///
    /// ```
    /// # use actor_runtime::{Actor, Context, Protocol};
    /// use std::time::Duration;
    ///
    /// fn remind<A: Actor>(cx: &Context<A>, message: A::Msg) {
    ///     let timer = cx.after(Duration::from_secs(5), message);
    ///     assert!(cx.cancel(timer));
    /// }
    /// ```
    pub fn after(&self, delay: Duration, message: A::Msg) -> Timer {
        let me = self.me;
        host::at_home(move |host| {
            let cell = host.cell(me).expect("a context is that of an actor which lives");
            let deadline = host.look().saturating_add(nanos(delay));
            let id = with_own(cell, |own| {
                host.timers.set_once((me, own), deadline, once::<A>(me, message))
            });
            Timer { owner: host.address(me), id }
        })
    }

    /// Sends the actor itself what `message` makes, again and again, first after one period. A message can be
    /// sent once only, and not every one can be cloned: so each is made anew, when the actor takes it.
    ///
    /// Ticks keep to multiples of the period from now, however late one of them is. At most one waits: those
    /// that an actor misses while it is busy are left out.
    ///
    /// # Panics
    ///
    /// With a period of zero.
    pub fn every(&self, period: Duration, message: impl FnMut() -> A::Msg + 'static) -> Timer {
        self.set(None, regular(period), self.again(message))
    }

    /// As [`after`](Self::after), in place of the actor's timer with this key, if there is one. What that would
    /// have brought is never seen, even if it had expired and waits in the mailbox.
    pub fn after_keyed(&self, key: impl Into<TimerKey>, delay: Duration, message: A::Msg) -> Timer {
        self.set(Some(key.into()), When::After(nanos(delay)), once::<A>(self.me, message))
    }

    /// As [`every`](Self::every), in place of the actor's timer with this key, if there is one.
    ///
    /// # Panics
    ///
    /// With a period of zero.
    pub fn every_keyed(
        &self,
        key: impl Into<TimerKey>,
        period: Duration,
        message: impl FnMut() -> A::Msg + 'static,
    ) -> Timer {
        self.set(Some(key.into()), regular(period), self.again(message))
    }

    /// Cancels a timer of this actor, by its key or as it was given. Answers whether that kept a message from
    /// it: `true` means that none comes any more, even if one had expired and waits in the mailbox; `false` that
    /// there is no such timer, or that its one message was taken.
    pub fn cancel(&self, timer: impl Into<AnyTimer>) -> bool {
        let AnyTimer(named) = timer.into();
        self.with_cell(|host, cell| {
            let timer = match &named {
                Named::Id(timer) => (timer.owner == host.address(self.me)).then_some(timer.id),
                Named::Key(key) => with_own(cell, |own| Timers::find(own, key)),
            };
            let call = timer.and_then(|timer| cancel(host, cell, self.me, timer));
            let filed = take_back(cell, &named);
            // The destructor of its message is code of a user's.
            call.map(Call::let_go).is_some() | filed.is_some()
        })
    }

    fn set(&self, key: Option<TimerKey>, when: When, call: Call) -> Timer {
        self.with_cell(|host, cell| {
            let before = key.as_ref().and_then(|key| with_own(cell, |own| Timers::find(own, key)));
            let before = before.and_then(|timer| cancel(host, cell, self.me, timer));
            let filed = key.clone().and_then(|key| take_back(cell, &Named::Key(key)));
            let now = host.look();
            let id = with_own(cell, |own| host.timers.set((self.me, own), key, now, when, call));
            if let Some(before) = before {
                before.let_go();
            }
            drop(filed);
            Timer { owner: host.address(self.me), id }
        })
    }

    #[inline]
    fn with_cell<R>(&self, with: impl FnOnce(&Host, CellRef<'_>) -> R) -> R {
        host::with(|host| {
            let host = host.expect("a context stays on its shard");
            let cell = host.cell(self.me).expect("a context is that of an actor which lives");
            with(host, cell)
        })
    }

    fn again(&self, mut message: impl FnMut() -> A::Msg + 'static) -> Call {
        let me = self.me;
        Call::Again(Some(Box::new(move || Loose::new(<A as Protocol>::DELIVERY, me, message()))))
    }
}

#[inline]
fn once<A: Protocol>(me: Target, message: A::Msg) -> Call {
    Call::Once(Loose::new(<A as Protocol>::DELIVERY, me, message))
}

fn regular(period: Duration) -> When {
    assert!(!period.is_zero(), "a period is longer than zero");
    When::Every { period: nanos(period), jitter: 0 }
}

/// Takes what a timer brought out of a process's mailbox, where it waits.
fn take_back(cell: CellRef<'_>, timer: &Named) -> Option<Box<dyn Any>> {
    let mailbox = cell.mailbox()?;
    let filed = mailbox.receiving().take_timer(|filed| filed.is_of(timer))?;
    mailbox.take_back(&filed)
}

/// Takes a timer back, and the place of what it has in the mailbox.
fn cancel(
    host: &Host,
    cell: CellRef<'_>,
    me: Target,
    timer: crate::timer::TimerId,
) -> Option<Call> {
    let (call, waited) = with_own(cell, |own| host.timers.remove(own, timer))?;
    if waited {
        let is_bounded = cell.kind().is_some_and(|kind| kind.options.bound.is_some());
        let is_last = cell.with_extras(|extras| {
            extras.backlog_records -= 1;
            extras.room.messages -= 1;
            extras.room.levels.falls(extras.room.messages);
            // Who waits for a place gets this one in the turn: it is promised until then.
            extras.room.promised += u64::from(is_bounded);
            let changed = extras.machine.as_ref().is_some_and(|machine| machine.changed);
            extras.backlog_records == 0 && !changed
        });
        host.counters.backlog.remove(1);
        if is_last {
            cell.word.clear(BACKLOG);
        }
        if is_bounded {
            host::send(host::signals(), host.address(me), Signal::GiveBack);
        }
    }
    Some(call)
}
