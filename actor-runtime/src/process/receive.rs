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
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use super::saved::Found;
use super::table::{Arms, Table, TagSet};
use super::{Alarm, Mailbox, Process, Receivable};
use crate::address::ShardId;
use crate::ask::Pending;
use crate::bonds::{Down, Exit, Monitor};
use crate::cell::process::AnyMailbox;
use crate::cell::status::{BUSY, LEAVING};
use crate::cell::{CellRef, Place};
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

/// What a receive took, beside the arm.
#[derive(Debug)]
pub enum Got<M> {
    /// A monitor has fired.
    Down(Down),
    /// A link has ended, or somebody wants the process to end.
    Exit(Exit),
    /// A message.
    Message(M),
    /// The answer is in its slot, or it is time.
    Nothing,
}

/// The message that an arm takes.
#[inline]
pub fn message<M>(got: Got<M>) -> M {
    match got {
        Got::Message(message) => message,
        Got::Down(_) | Got::Exit(_) | Got::Nothing => not_taken(),
    }
}

/// What an arm `down` takes.
pub fn down<M>(got: Got<M>) -> Down {
    match got {
        Got::Down(down) => down,
        Got::Exit(_) | Got::Message(_) | Got::Nothing => not_taken(),
    }
}

/// What an arm `exit` takes.
pub fn exit<M>(got: Got<M>) -> Exit {
    match got {
        Got::Exit(exit) => exit,
        Got::Down(_) | Got::Message(_) | Got::Nothing => not_taken(),
    }
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
    /// The arm whose answer is there, which is put into its slot.
    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Option<usize>;
}

impl Replies for () {
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

    /// Shows each arm and its monitor to `each`.
    fn each(&self, each: &mut dyn FnMut(usize, Monitor));
}

impl Downs for () {
    const ANY: bool = false;

    #[inline(always)]
    fn each(&self, _each: &mut dyn FnMut(usize, Monitor)) {}
}

impl<D: Downs> Downs for (D, usize, Option<Monitor>) {
    const ANY: bool = true;

    fn each(&self, each: &mut dyn FnMut(usize, Monitor)) {
        self.0.each(each);
        if let Some(monitor) = self.2 {
            each(self.1, monitor);
        }
    }
}

/// Takes what an arm matches: the body of `receive!`. `urgent` and `plain` give the arm that takes a message, of
/// those that are urgent and of the others, or [`NO_ARM`].
#[inline]
pub fn receive<P, A, U, N>(cx: &mut P, arms: A, urgent: U, plain: N) -> Receive<'_, P::Msg, U, N>
where
    P: Receives + ?Sized,
    A: Arms<P::Msg>,
    U: Fn(&P::Msg) -> usize,
    N: Fn(&P::Msg) -> usize,
{
    let _ = arms;
    Receive {
        process: cx.process(),
        table: A::TABLE,
        urgent,
        plain,
        replies: (),
        downs: (),
        exit: None,
        after: None,
        progress: Progress::New,
        waiting: None,
    }
}

/// A receive that has not ended: a future of the arm and of what it takes.
#[must_use = "a receive does nothing until it is awaited"]
pub struct Receive<'a, M: Receivable, U, N, R = (), D = ()> {
    process: &'a mut Process<M>,
    table: Table,
    /// The arm that takes a message, of those that are urgent and of the others.
    urgent: U,
    plain: N,
    replies: R,
    downs: D,
    exit: Option<usize>,
    after: Option<(usize, Duration)>,
    progress: Progress,
    waiting: Option<Waiting<M>>,
}

/// How far a receive has come.
#[derive(Clone, Copy, PartialEq)]
enum Progress {
    /// It was not polled.
    New,
    /// The process has had its slice, and goes on in the next turn.
    Put,
    /// It waits; all up to this arrival was looked at, and no arm takes it.
    Looked(u64),
}

/// While there is one, the process waits in a receive.
struct Waiting<M: Receivable> {
    mailbox: Rc<Mailbox<M>>,
    seat: (ShardId, Place),
    deadline: Option<u64>,
    alarm: Option<Alarm>,
}

impl<M: Receivable> Drop for Waiting<M> {
    #[inline]
    fn drop(&mut self) {
        let receiving = &self.mailbox.receiving;
        receiving.is_waiting.set(false);
        receiving.waker.take();
        let (shard_id, place) = self.seat;
        host::with(|host| {
            if let Some(host) = host.filter(|host| host.shard_id == shard_id) {
                host.at_place(shard_id, place).word.set(BUSY);
            }
        });
        self.mailbox.settle();
    }
}

impl<'a, M: Receivable, U, N, R, D> Receive<'a, M, U, N, R, D> {
    /// The arm takes the answer to an ask, and puts it into the slot.
    #[inline]
    pub fn reply<P: Awaits>(
        self,
        arm: usize,
        pending: &'a mut P,
        slot: &'a mut Option<Result<P::Answer, AskError>>,
    ) -> Receive<'a, M, U, N, (R, ReplyArm<'a, P>), D> {
        let Self { process, table, urgent, plain, replies, downs, exit, after, progress, waiting } =
            self;
        let replies = (replies, ReplyArm { arm, pending, slot });
        Receive { process, table, urgent, plain, replies, downs, exit, after, progress, waiting }
    }

    /// The arm takes the end of whom this monitor watches.
    #[inline]
    pub fn down(
        self,
        arm: usize,
        monitor: &impl Watched,
    ) -> Receive<'a, M, U, N, R, (D, usize, Option<Monitor>)> {
        let Self { process, table, urgent, plain, replies, downs, exit, after, progress, waiting } =
            self;
        let downs = (downs, arm, monitor.monitor());
        Receive { process, table, urgent, plain, replies, downs, exit, after, progress, waiting }
    }

    /// The arm takes exits, if the process traps them.
    #[inline]
    pub fn exit(mut self, arm: usize) -> Self {
        self.exit = Some(arm);
        self
    }

    /// The arm is chosen when nothing else was for so long, counted from the first poll.
    #[inline]
    pub fn after(mut self, arm: usize, time: Duration) -> Self {
        self.after = Some((arm, time));
        self
    }
}

impl<M, U, N, R, D> Future for Receive<'_, M, U, N, R, D>
where
    M: Receivable,
    U: Fn(&M) -> usize,
    N: Fn(&M) -> usize,
    R: Replies,
    D: Downs,
{
    type Output = (usize, Got<M>);

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        host::with(|host| this.poll_here(host.expect("a process stays on its shard"), cx))
    }
}

// Nothing in it is pinned.
impl<M: Receivable, U, N, R, D> Unpin for Receive<'_, M, U, N, R, D> {}

impl<M, U, N, R, D> Receive<'_, M, U, N, R, D>
where
    M: Receivable,
    U: Fn(&M) -> usize,
    N: Fn(&M) -> usize,
    R: Replies,
    D: Downs,
{
    #[inline]
    fn poll_here(&mut self, host: &Host, cx: &mut TaskContext<'_>) -> Poll<(usize, Got<M>)> {
        let mailbox = &*self.process.mailbox;
        let (shard_id, place) = self.process.seat;
        let cell = host.at_place(shard_id, place);
        if self.progress == Progress::New {
            if mailbox.receiving.ends_message() {
                host.watched.has_handled();
            }
            if self.process.is_out_of_slice(host, cell) {
                self.progress = Progress::Put;
                host.wake(self.process.target());
                return Poll::Pending;
            }
        }
        let ends = cell.word.has(LEAVING);
        if !ends {
            let since = match self.progress {
                Progress::New | Progress::Put => 0,
                Progress::Looked(looked) => looked + 1,
            };
            if let Some(chosen) = self.choose(host, cx, since) {
                self.waiting = None;
                return Poll::Ready(chosen);
            }
            if let Some(arm) = self.timed_out(host) {
                self.waiting = None;
                return Poll::Ready((arm, Got::Nothing));
            }
        }
        self.wait(host, cell, cx, ends);
        Poll::Pending
    }

    /// Looks at what has arrived from this number on: first for what is urgent, then at answers, then for the oldest.
    #[inline]
    fn choose(
        &mut self,
        host: &Host,
        cx: &mut TaskContext<'_>,
        since: u64,
    ) -> Option<(usize, Got<M>)> {
        if !self.table.urgent.is_empty() {
            let found = self.process.mailbox.find(self.table.urgent, since..u64::MAX, &self.urgent);
            if let Some(found) = found {
                return Some(self.take(host, found));
            }
        }
        if let Some(arm) = self.replies.poll(cx) {
            return Some((arm, Got::Nothing));
        }
        let word = if D::ANY || self.exit.is_some() { self.oldest_word() } else { None };
        let before = word.map_or(u64::MAX, |(arrival, _)| arrival);
        let found = self.process.mailbox.find(self.table.accepts, since..before, &self.plain);
        match (found, word) {
            (Some(found), _) => Some(self.take(host, found)),
            (None, Some((_, word))) => self.hear(host, word),
            (None, None) => None,
        }
    }

    /// Takes a message, which the process is at from now on.
    #[inline]
    fn take(&self, host: &Host, found: Found) -> (usize, Got<M>) {
        let receiving = &self.process.mailbox.receiving;
        receiving.is_at_message.set(true);
        if self.waiting.is_none() {
            receiving.streak.set(receiving.streak.get() + 1);
        }
        (found.arm, Got::Message(self.process.mailbox.take(host, found)))
    }

    /// The oldest of the downs and exits that an arm takes.
    fn oldest_word(&self) -> Option<(u64, Word)> {
        let receiving = &self.process.mailbox.receiving;
        let exit = self.exit.and_then(|arm| Some((receiving.exit_at()?, Word::Exit(arm))));
        let mut oldest = exit;
        self.downs.each(&mut |arm, monitor| {
            let number = monitor.number;
            let Some(arrival) = receiving.down_at(number) else { return };
            if oldest.as_ref().is_none_or(|(before, _)| arrival < *before) {
                oldest = Some((arrival, Word::Down(arm, number)));
            }
        });
        oldest
    }

    fn hear(&self, host: &Host, word: Word) -> Option<(usize, Got<M>)> {
        let process = &self.process;
        let receiving = &process.mailbox.receiving;
        match word {
            Word::Exit(arm) => Some((arm, Got::Exit(receiving.take_exit()?))),
            Word::Down(arm, number) => {
                // The monitor is spent.
                let cell = host.cell(process.target())?;
                cell.if_extras(|extras| extras.bonds.demonitor(number));
                cell.trim_extras();
                Some((arm, Got::Down(receiving.take_down(number)?)))
            }
        }
    }

    /// The arm that is chosen because it is time.
    #[inline]
    fn timed_out(&self, host: &Host) -> Option<usize> {
        let (arm, time) = self.after?;
        let deadline = self.waiting.as_ref().and_then(|waiting| waiting.deadline);
        let is_time = time.is_zero() || deadline.is_some_and(|deadline| deadline <= host.now.get());
        is_time.then_some(arm)
    }

    /// Has the process wait. `ends` says that nothing comes any more.
    #[inline]
    fn wait(&mut self, host: &Host, cell: CellRef<'_>, cx: &TaskContext<'_>, ends: bool) {
        let process = &*self.process;
        let (mailbox, receiving) = (&process.mailbox, &process.mailbox.receiving);
        mailbox.settle();
        self.progress = Progress::Looked(receiving.arrivals.get());
        let waiting = self.waiting.get_or_insert_with(|| {
            let deadline = self.after.map(|(_, time)| host.look() + config::nanos(time));
            Waiting { mailbox: mailbox.clone(), seat: process.seat, deadline, alarm: None }
        });
        receiving.streak.set(0);
        receiving.is_waiting.set(true);
        mailbox.wants.set(self.table.all());
        let is_own = host.owner(cx.waker()).is_some();
        receiving.waker.set((!is_own).then(|| cx.waker().clone()));
        // To the shard it is idle, unless each message is to be looked at before it arrives.
        if cell.kind().is_some_and(|kind| kind.options.bound.is_none()) {
            cell.word.clear(BUSY);
        }
        if ends || receiving.stops.get().is_some() {
            host.leave(process.target());
        } else if let Some(deadline) = waiting.deadline
            && (waiting.alarm.is_none() || !is_own)
        {
            Alarm::ring_at(&mut waiting.alarm, host, process.target(), deadline, cx);
        }
    }
}

/// What a receive takes that is no message, and by which arm.
#[derive(Clone, Copy)]
enum Word {
    Down(usize, u64),
    Exit(usize),
}

impl<M: Receivable> Process<M> {
    /// Whether the process has taken as many messages as an actor may handle at a stretch, in a turn that is old.
    #[inline]
    fn is_out_of_slice(&self, host: &Host, cell: CellRef<'_>) -> bool {
        let receiving = &self.mailbox.receiving;
        let slice = cell.kind().map_or(0, |kind| kind.options.slice);
        let slice = if slice == 0 { host.slice_messages.get() } else { slice };
        if receiving.streak.get() < slice {
            return false;
        }
        receiving.streak.set(0);
        let age = host.look().saturating_sub(host.turn_began.get());
        age >= config::nanos(config::SLICE_GRACE)
    }
}

impl<M: Receivable> Mailbox<M> {
    /// Looks for a message of these tags that arrived within a range and that an arm takes.
    #[inline]
    fn find(
        &self,
        tags: TagSet,
        within: Range<u64>,
        arm_of: &impl Fn(&M) -> usize,
    ) -> Option<Found> {
        let test = |message: &M| Some(arm_of(message)).filter(|arm| *arm != NO_ARM);
        let saved = self.saved.borrow().find(tags, within.clone(), test);
        saved.or_else(|| {
            let fresh = self.fresh.borrow();
            let (arrival, message) = fresh.as_ref()?;
            let is_wanted = within.contains(arrival) && tags.has(TagSet::bit(message.tag()));
            let arm = test(message).filter(|_| is_wanted)?;
            Some(Found::fresh(arm))
        })
    }

    /// Takes what was found.
    #[inline]
    fn take(&self, host: &Host, found: Found) -> M {
        if found.is_fresh() {
            return self.fresh.borrow_mut().take().expect("what was found is there").1;
        }
        let message = self.saved.borrow_mut().take(found);
        self.has_taken(host);
        message
    }
}

impl<M: Receivable, U, N, R, D> fmt::Debug for Receive<'_, M, U, N, R, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receive({:?})", self.process)
    }
}
