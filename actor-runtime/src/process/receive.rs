//! `receive!`: takes the oldest message that matches any arm, or waits for one.
//!
//! The macro says which tags the arms take, and gives two functions from a message to the arm that takes it, which
//! have the guards in them; the search is here.
//!
//! Before me: the macro's expansion. After me: the mailbox, where the shard has filed what arrived.

use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use super::table::{Arms, Table, TagSet};
use super::{Alarm, Mailbox, Process, Receivable};
use crate::ask::Pending;
use crate::bonds::{Down, Exit, Monitor};
use crate::cell::CellRef;
use crate::cell::process::Receiving;
use crate::cell::status::{BUSY, CLOSING, LEAVING};
use crate::config;
use crate::error::AskError;
use crate::host::{self, Host};

/// What stands for "no arm takes this message".
pub const NO_ARM: usize = usize::MAX;

/// What `receive!` takes messages from.
#[diagnostic::on_unimplemented(
    message = "`receive!` needs a process, found `{Self}`",
    label = "not a process",
    note = "a process is an `async fn` with `#[process]`; the messages of an actor wait with `#[tell(when(..))]`"
)]
pub trait Receives {
    /// The messages.
    type Msg: Receivable;

    /// The process.
    fn process(&mut self) -> &mut Process<Self::Msg>;
}

impl<M: Receivable> Receives for Process<M> {
    type Msg = M;

    fn process(&mut self) -> &mut Self {
        self
    }
}

/// A monitor that an arm `down` looks at, or none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Monitor`",
    label = "not a monitor",
    note = "`cx.monitor(..)` gives one"
)]
pub trait Watched {
    /// The monitor.
    fn monitor(&self) -> Option<Monitor>;
}

impl Watched for Monitor {
    fn monitor(&self) -> Option<Monitor> {
        Some(*self)
    }
}

impl Watched for Option<Monitor> {
    fn monitor(&self) -> Option<Monitor> {
        *self
    }
}

/// An ask that was started, whose answer an arm `reply` takes, or none. Once it was taken there is none any more.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an ask that was started",
    label = "not a `Pending`",
    note = "`.start()` sends an ask, and gives one"
)]
pub trait Awaits {
    /// What is answered.
    type Answer;

    /// Looks whether the answer is there.
    fn poll_answer(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<Self::Answer, AskError>>;
}

impl<T: Send + 'static> Awaits for Pending<T> {
    type Answer = T;

    fn poll_answer(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<T, AskError>> {
        if self.has_ended() { Poll::Pending } else { Pin::new(self).poll(cx) }
    }
}

impl<T: Send + 'static> Awaits for Option<Pending<T>> {
    type Answer = T;

    fn poll_answer(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<T, AskError>> {
        self.as_mut().map_or(Poll::Pending, |pending| pending.poll_answer(cx))
    }
}

/// What a receive takes, beside the arm. A message lies where it is until [`message`] moves it, once.
#[must_use = "what was chosen is still to be taken"]
pub struct Got<'a, M: Receivable> {
    process: &'a Process<M>,
    what: What,
}

impl<M: Receivable> fmt::Debug for Got<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Got({:?})", self.what)
    }
}

/// The message that an arm takes. The process is at it from now on.
#[inline(always)]
pub fn message<M: Receivable>(got: Got<'_, M>) -> M {
    match got.what {
        What::Fresh => {
            let fresh = got.process.mailbox.fresh.borrow_mut().take();
            fresh.unwrap_or_else(|| not_taken())
        }
        What::Saved => got.process.mailbox.take_found(),
        What::Down | What::Exit | What::Nothing => not_taken(),
    }
}

/// What an arm `down` takes.
pub fn down<M: Receivable>(got: Got<'_, M>) -> Down {
    let Got { process, what: What::Down } = got else { not_taken() };
    process.take_down(process.mailbox.receiving.chosen_down())
}

/// What an arm `exit` takes.
pub fn exit<M: Receivable>(got: Got<'_, M>) -> Exit {
    let Got { process, what: What::Exit } = got else { not_taken() };
    process.mailbox.receiving.take_exit().unwrap_or_else(|| not_taken())
}

/// What an arm `reply` takes.
pub fn answer<T>(slot: Option<Result<T, AskError>>) -> Result<T, AskError> {
    slot.unwrap_or_else(|| not_taken())
}

/// An arm was chosen whose value is not there: a defect of the macro or the runtime.
///
/// # Panics
///
/// Always.
#[cold]
pub fn not_taken() -> ! {
    panic!("internal error in `receive!`: an arm was chosen whose value is not there")
}

/// The answers that a receive waits for.
pub trait Replies {
    /// Whether there is any arm.
    const ANY: bool;

    /// The arm whose answer is there, which is put into its slot.
    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Option<usize>;
}

impl Replies for () {
    const ANY: bool = false;

    #[inline(always)]
    fn poll(&mut self, _cx: &mut TaskContext<'_>) -> Option<usize> {
        None
    }
}

/// An arm `reply`.
pub struct ReplyArm<'a, P: Awaits> {
    arm: usize,
    pending: &'a mut P,
    slot: &'a mut Option<Result<P::Answer, AskError>>,
}

impl<P: Awaits> fmt::Debug for ReplyArm<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyArm({})", self.arm)
    }
}

impl<R: Replies, P: Awaits> Replies for (R, ReplyArm<'_, P>) {
    const ANY: bool = true;

    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Option<usize> {
        let (before, own) = self;
        if let Some(arm) = before.poll(cx) {
            return Some(arm);
        }
        let Poll::Ready(answer) = own.pending.poll_answer(cx) else { return None };
        *own.slot = Some(answer);
        Some(own.arm)
    }
}

/// The monitors that a receive looks at.
pub trait Downs {
    /// Whether there is any arm.
    const ANY: bool;

    /// Shows each arm and the number of its monitor to `each`.
    fn each(&self, each: &mut dyn FnMut(usize, u64));
}

impl Downs for () {
    const ANY: bool = false;

    #[inline(always)]
    fn each(&self, _each: &mut dyn FnMut(usize, u64)) {}
}

impl<D: Downs> Downs for (D, usize, Option<Monitor>) {
    const ANY: bool = true;

    fn each(&self, each: &mut dyn FnMut(usize, u64)) {
        self.0.each(each);
        if let Some(monitor) = self.2 {
            each(self.1, monitor.number);
        }
    }
}

/// Takes what an arm matches: the body of `receive!`. `urgent` and `plain` give the arm that takes a message, of
/// those that are urgent and of the others, or [`NO_ARM`].
#[inline]
pub fn receive<P, A, U, N>(
    cx: &mut P,
    arms: A,
    urgent: U,
    plain: N,
) -> Receive<Hold<'_, P::Msg>, U, N>
where
    P: Receives + ?Sized,
    A: Arms<P::Msg>,
    U: Fn(&P::Msg) -> usize,
    N: Fn(&P::Msg) -> usize,
{
    let _ = arms;
    Receive::new(Hold::new(cx.process()), A::TABLE, urgent, plain)
}

/// A receive that has not ended, by what holds the process: a future of the arm and of what it takes, or a call that
/// waits on a thread.
#[must_use = "a receive does nothing until it is waited for"]
pub struct Receive<H, U, N, R = (), D = ()> {
    pub(super) hold: H,
    pub(super) table: Table,
    /// The arm that takes a message, of those that are urgent and of the others.
    pub(super) urgent: U,
    pub(super) plain: N,
    pub(super) replies: R,
    pub(super) downs: D,
    pub(super) exit: Option<usize>,
    pub(super) after: Option<(usize, Duration)>,
}

/// A process as one receive has it.
pub struct Hold<'a, M: Receivable> {
    process: &'a Process<M>,
    progress: Progress,
    /// All up to this arrival was looked at, and no arm takes it.
    pub(super) looked: u64,
    /// When the receive ends without anything, once that is known.
    pub(super) deadline: Option<u64>,
    alarm: Option<Alarm>,
}

/// How far a receive has come.
#[derive(Clone, Copy, PartialEq)]
enum Progress {
    /// It was not polled.
    New,
    /// It was, and does not wait: it goes on in the next turn, or has ended.
    Begun,
    /// The process waits.
    Waiting,
}

impl<'a, M: Receivable> Hold<'a, M> {
    #[inline(always)]
    pub(super) const fn new(process: &'a Process<M>) -> Self {
        Self { process, progress: Progress::New, looked: 0, deadline: None, alarm: None }
    }

    /// The process waits no longer in this receive.
    #[inline(always)]
    pub(super) fn ends_waiting(&mut self, host: &Host) {
        if self.progress != Progress::Waiting {
            return;
        }
        self.progress = Progress::Begun;
        let (shard_id, place) = self.process.seat;
        host.at_place(shard_id, place).word.set(BUSY);
        self.process.mailbox.receiving.ends_waiting();
        self.process.mailbox.settle();
    }

    /// Whether the receive has waited for so long, if it waits for no longer.
    #[inline(always)]
    pub(super) fn is_time(&self, host: &Host, time: Duration) -> bool {
        time.is_zero() || self.deadline.is_some_and(|deadline| deadline <= host.now.get())
    }

    /// Has the process wait.
    #[inline(always)]
    pub(super) fn wait(
        &mut self,
        host: &Host,
        cell: CellRef<'_>,
        cx: &TaskContext<'_>,
        wants: TagSet,
        after: Option<Duration>,
    ) {
        let mailbox = &self.process.mailbox;
        let receiving = &mailbox.receiving;
        mailbox.settle();
        self.looked = receiving.arrivals.get();
        self.progress = Progress::Waiting;
        receiving.begins_waiting(wants.to_bits());
        // To the shard it is idle, unless each message is to be looked at before it arrives.
        if cell.kind().is_some_and(|kind| kind.options.bound.is_none()) {
            cell.word.clear(BUSY);
        }
        let is_own = host.owner(cx.waker()).is_some();
        if !is_own || after.is_some() || cell.word.has(CLOSING | LEAVING) {
            self.wait_for_more(host, cell, cx, is_own, after);
        }
    }

    /// What else a process that waits is polled for: by another's waker, when it is time, or to be ended.
    #[cold]
    #[inline(never)]
    fn wait_for_more(
        &mut self,
        host: &Host,
        cell: CellRef<'_>,
        cx: &TaskContext<'_>,
        is_own: bool,
        after: Option<Duration>,
    ) {
        let me = self.process.target();
        let receiving = &self.process.mailbox.receiving;
        receiving.wake_with((!is_own).then(|| cx.waker().clone()));
        if cell.word.has(LEAVING) || receiving.stops.get().is_some() {
            return host.leave(me);
        }
        let Some(time) = after else { return };
        let begins = || host.look() + config::nanos(time);
        let deadline = *self.deadline.get_or_insert_with(begins);
        if self.alarm.is_none() || !is_own {
            Alarm::ring_at(&mut self.alarm, host, me, deadline, cx);
        }
    }
}

/// The oldest of the downs and exits that an arm takes: when it came, the arm, and of a down its monitor.
#[inline(never)]
pub(super) fn oldest_word(
    receiving: &Receiving,
    exit: Option<usize>,
    downs: &impl Downs,
) -> Option<(u64, usize, Option<u64>)> {
    let mut oldest = exit.and_then(|arm| Some((receiving.exit_at()?, arm, None)));
    downs.each(&mut |arm, number| {
        let Some(arrival) = receiving.down_at(number) else { return };
        if oldest.is_none_or(|(before, ..)| arrival < before) {
            oldest = Some((arrival, arm, Some(number)));
        }
    });
    oldest
}

impl<M: Receivable> Drop for Hold<'_, M> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.progress == Progress::Waiting {
            give_up(self);
        }
    }
}

/// A receive is dropped that has not ended.
#[cold]
fn give_up<M: Receivable>(hold: &mut Hold<'_, M>) {
    let (shard_id, _) = hold.process.seat;
    host::with(|host| {
        if let Some(host) = host.filter(|host| host.shard_id == shard_id) {
            hold.ends_waiting(host);
        }
    });
}

impl<H, U, N> Receive<H, U, N> {
    #[inline(always)]
    pub(super) const fn new(hold: H, table: Table, urgent: U, plain: N) -> Self {
        Self { hold, table, urgent, plain, replies: (), downs: (), exit: None, after: None }
    }
}

impl<H, U, N, R, D> Receive<H, U, N, R, D> {
    /// The arm takes the answer to an ask, and puts it into the slot.
    #[inline]
    pub fn reply<'a, P: Awaits>(
        self,
        arm: usize,
        pending: &'a mut P,
        slot: &'a mut Option<Result<P::Answer, AskError>>,
    ) -> Receive<H, U, N, (R, ReplyArm<'a, P>), D> {
        let Self { hold, table, urgent, plain, replies, downs, exit, after } = self;
        let replies = (replies, ReplyArm { arm, pending, slot });
        Receive { hold, table, urgent, plain, replies, downs, exit, after }
    }

    /// The arm takes the end of whom this monitor watches.
    #[inline]
    pub fn down(
        self,
        arm: usize,
        monitor: &impl Watched,
    ) -> Receive<H, U, N, R, (D, usize, Option<Monitor>)> {
        let Self { hold, table, urgent, plain, replies, downs, exit, after } = self;
        let downs = (downs, arm, monitor.monitor());
        Receive { hold, table, urgent, plain, replies, downs, exit, after }
    }

    /// The arm takes exits, if the process traps them.
    #[inline]
    pub fn exit(mut self, arm: usize) -> Self {
        self.exit = Some(arm);
        self
    }

    /// The arm is chosen when nothing else was for so long, counted from its beginning.
    #[inline]
    pub fn after(mut self, arm: usize, time: Duration) -> Self {
        self.after = Some((arm, time));
        self
    }
}

impl<'a, M, U, N, R, D> Future for Receive<Hold<'a, M>, U, N, R, D>
where
    M: Receivable,
    U: Fn(&M) -> usize,
    N: Fn(&M) -> usize,
    R: Replies,
    D: Downs,
{
    type Output = (usize, Got<'a, M>);

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        host::with(|host| this.poll_here(host.expect("a process stays on its shard"), cx))
    }
}

// Nothing in it is pinned.
impl<H, U, N, R, D> Unpin for Receive<H, U, N, R, D> {}

impl<'a, M, U, N, R, D> Receive<Hold<'a, M>, U, N, R, D>
where
    M: Receivable,
    U: Fn(&M) -> usize,
    N: Fn(&M) -> usize,
    R: Replies,
    D: Downs,
{
    #[inline(always)]
    fn poll_here(&mut self, host: &Host, cx: &mut TaskContext<'_>) -> Poll<(usize, Got<'a, M>)> {
        let (shard_id, place) = self.hold.process.seat;
        let cell = host.at_place(shard_id, place);
        if self.hold.progress == Progress::New {
            self.hold.progress = Progress::Begun;
            let receiving = &self.hold.process.mailbox.receiving;
            if receiving.ends_message() {
                host.watched.has_handled();
            }
            if receiving.streak.get() > 0 && self.hold.process.is_out_of_slice(host, cell) {
                host.wake(self.hold.process.target());
                return Poll::Pending;
            }
        }
        let ends = cell.word.has(LEAVING);
        let chosen = if ends { None } else { self.choose(cx).or_else(|| self.timed_out(host)) };
        match chosen {
            Some((arm, what)) => {
                self.has_chosen(host, what);
                Poll::Ready((arm, Got { process: self.hold.process, what }))
            }
            None => {
                self.hold.wait(host, cell, cx, self.table.all(), self.after.map(|(_, time)| time));
                Poll::Pending
            }
        }
    }

    /// Looks at what has arrived and was not looked at: first for what is urgent, then at answers, then for the oldest.
    #[inline(always)]
    fn choose(&mut self, cx: &mut TaskContext<'_>) -> Option<(usize, What)> {
        let since = self.hold.looked + 1;
        if !self.table.urgent.is_empty() {
            let mailbox = &self.hold.process.mailbox;
            let found = mailbox.find(self.table.urgent, since..u64::MAX, &self.urgent);
            if found.is_some() {
                return found;
            }
        }
        if let Some(arm) = self.replies.poll(cx) {
            return Some((arm, What::Nothing));
        }
        if D::ANY || self.exit.is_some() {
            return self.choose_by_arrival(since);
        }
        self.hold.process.mailbox.find(self.table.accepts, since..u64::MAX, &self.plain)
    }

    /// The oldest of messages, downs and exits.
    #[inline(never)]
    fn choose_by_arrival(&mut self, since: u64) -> Option<(usize, What)> {
        let word = oldest_word(&self.hold.process.mailbox.receiving, self.exit, &self.downs);
        let before = word.map_or(u64::MAX, |(arrival, ..)| arrival);
        let mailbox = &self.hold.process.mailbox;
        let found = mailbox.find(self.table.accepts, since..before, &self.plain);
        found.or_else(|| {
            let (_, arm, monitor) = word?;
            let Some(number) = monitor else { return Some((arm, What::Exit)) };
            mailbox.receiving.choose_down(number);
            Some((arm, What::Down))
        })
    }

    /// The arm that is chosen because it is time.
    #[inline(always)]
    fn timed_out(&self, host: &Host) -> Option<(usize, What)> {
        let (arm, time) = self.after?;
        self.hold.is_time(host, time).then_some((arm, What::Nothing))
    }

    /// Waits no longer. A message that was handed over is at hand, and the process at it.
    #[inline(always)]
    fn has_chosen(&mut self, host: &Host, what: What) {
        let mailbox = &self.hold.process.mailbox;
        match what {
            What::Fresh => {
                mailbox.receiving.has_fresh.set(false);
                mailbox.receiving.is_at_message.set(true);
            }
            What::Saved if self.hold.progress != Progress::Waiting => {
                mailbox.receiving.streak.set(mailbox.receiving.streak.get() + 1);
            }
            What::Down | What::Exit | What::Nothing | What::Saved => {}
        }
        self.hold.ends_waiting(host);
    }
}

/// Where it is what a receive takes.
#[derive(Clone, Copy, Debug)]
enum What {
    /// A monitor has fired: that of the number chosen.
    Down,
    /// The oldest exit.
    Exit,
    /// The message that was handed over.
    Fresh,
    /// In a slot, or nowhere: it is time.
    Nothing,
    /// The message that was found among those that wait.
    Saved,
}

impl<M: Receivable> Process<M> {
    /// Takes what the monitor of this number has told, which is spent.
    pub(super) fn take_down(&self, number: u64) -> Down {
        host::with(|host| {
            if let Some(cell) = host.and_then(|host| host.cell(self.target())) {
                cell.if_extras(|extras| extras.bonds.demonitor(number));
                cell.trim_extras();
            }
        });
        self.mailbox.receiving.take_down(number).unwrap_or_else(|| not_taken())
    }

    /// Whether the process has taken as many messages as an actor may handle at a stretch, in a turn that is old.
    #[inline(never)]
    fn is_out_of_slice(&self, host: &Host, cell: CellRef<'_>) -> bool {
        let receiving = &self.mailbox.receiving;
        let slice = cell.kind().map_or(0, |kind| kind.options.slice);
        let slice = if slice == 0 { host.slice_messages.get() } else { slice };
        if receiving.streak.get() < slice {
            return false;
        }
        receiving.streak.set(0);
        host.look();
        host.is_turn_old()
    }
}

impl<M: Receivable> Mailbox<M> {
    /// Looks for a message of these tags that arrived within a range and that an arm takes.
    #[inline(always)]
    fn find(
        &self,
        tags: TagSet,
        within: Range<u64>,
        arm_of: &impl Fn(&M) -> usize,
    ) -> Option<(usize, What)> {
        let arm = self.find_saved(tags, &within, arm_of);
        if arm != NO_ARM {
            return Some((arm, What::Saved));
        }
        if !self.receiving.has_fresh.get() || !within.contains(&self.fresh_arrival.get()) {
            return None;
        }
        let fresh = self.fresh.borrow();
        let message = fresh.as_ref()?;
        if !tags.has(TagSet::bit(message.tag())) {
            return None;
        }
        let arm = arm_of(message);
        (arm != NO_ARM).then_some((arm, What::Fresh))
    }

    #[inline(always)]
    fn find_saved(
        &self,
        tags: TagSet,
        within: &Range<u64>,
        arm_of: &impl Fn(&M) -> usize,
    ) -> usize {
        let Some(saved) = self.saved.get() else { return NO_ARM };
        let saved = saved.borrow();
        if !saved.holds(tags) {
            return NO_ARM;
        }
        let mut arm = NO_ARM;
        let found = saved.find(tags, within.clone(), |message| {
            arm = arm_of(message);
            arm != NO_ARM
        });
        if found { arm } else { NO_ARM }
    }

    /// Takes the message that was found.
    // Not inlined: a value that may come from here or from elsewhere would be moved piece by piece.
    #[inline(never)]
    pub(super) fn take_found(&self) -> M {
        self.receiving.is_at_message.set(true);
        let taken = self.saved.get().and_then(|saved| saved.borrow_mut().take_found());
        let (arrival, message) = taken.unwrap_or_else(|| not_taken());
        host::with(|host| host.map(|host| self.has_taken(host, arrival)));
        message
    }
}

impl<M: Receivable> fmt::Debug for Hold<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hold({:?})", self.process)
    }
}

impl<H: fmt::Debug, U, N, R, D> fmt::Debug for Receive<H, U, N, R, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receive({:?})", self.hold)
    }
}
