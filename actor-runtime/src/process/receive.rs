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

use super::saved::Found;
use super::table::{Arms, Table, TagSet};
use super::{Alarm, Mailbox, Process, Receivable};
use crate::ask::Pending;
use crate::bonds::{Down, Exit, Monitor};
use crate::cell::CellRef;
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

/// What a receive took, beside the arm.
#[derive(Debug)]
pub enum Got<M> {
    /// A monitor has fired. In a box, for messages are moved by way of this.
    Down(Box<Down>),
    /// A link has ended, or somebody wants the process to end.
    Exit(Box<Exit>),
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
        Got::Down(down) => *down,
        Got::Exit(_) | Got::Message(_) | Got::Nothing => not_taken(),
    }
}

/// What an arm `exit` takes.
pub fn exit<M>(got: Got<M>) -> Exit {
    match got {
        Got::Exit(exit) => *exit,
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
        hold: Hold {
            process: cx.process(),
            progress: Progress::New,
            looked: 0,
            deadline: None,
            alarm: None,
        },
        table: A::TABLE,
        urgent,
        plain,
        replies: (),
        downs: (),
        exit: None,
        after: None,
    }
}

/// A receive that has not ended: a future of the arm and of what it takes.
#[must_use = "a receive does nothing until it is awaited"]
pub struct Receive<'a, M: Receivable, U, N, R = (), D = ()> {
    hold: Hold<'a, M>,
    table: Table,
    /// The arm that takes a message, of those that are urgent and of the others.
    urgent: U,
    plain: N,
    replies: R,
    downs: D,
    exit: Option<usize>,
    after: Option<(usize, Duration)>,
}

/// A process as one receive has it.
struct Hold<'a, M: Receivable> {
    process: &'a mut Process<M>,
    progress: Progress,
    /// All up to this arrival was looked at, and no arm takes it.
    looked: u64,
    /// When the receive ends without anything, once that is known.
    deadline: Option<u64>,
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

impl<M: Receivable> Hold<'_, M> {
    /// The process waits no longer in this receive.
    #[inline(always)]
    fn ends_waiting(&mut self, host: &Host) {
        if self.progress != Progress::Waiting {
            return;
        }
        self.progress = Progress::Begun;
        let (shard_id, place) = self.process.seat;
        host.at_place(shard_id, place).word.set(BUSY);
        self.process.mailbox.receiving.ends_waiting();
        self.process.mailbox.settle();
    }
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

impl<'a, M: Receivable, U, N, R, D> Receive<'a, M, U, N, R, D> {
    /// The arm takes the answer to an ask, and puts it into the slot.
    #[inline]
    pub fn reply<P: Awaits>(
        self,
        arm: usize,
        pending: &'a mut P,
        slot: &'a mut Option<Result<P::Answer, AskError>>,
    ) -> Receive<'a, M, U, N, (R, ReplyArm<'a, P>), D> {
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
    ) -> Receive<'a, M, U, N, R, (D, usize, Option<Monitor>)> {
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
    #[inline(always)]
    fn poll_here(&mut self, host: &Host, cx: &mut TaskContext<'_>) -> Poll<(usize, Got<M>)> {
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
            Some(Chosen { arm, what }) => Poll::Ready((arm, self.take(host, what))),
            None => {
                self.wait(host, cell, cx);
                Poll::Pending
            }
        }
    }

    /// Looks at what has arrived and was not looked at: first for what is urgent, then at answers, then for the oldest.
    #[inline(always)]
    fn choose(&mut self, cx: &mut TaskContext<'_>) -> Option<Chosen> {
        let since = self.hold.looked + 1;
        if !self.table.urgent.is_empty() {
            let mailbox = &self.hold.process.mailbox;
            let found = mailbox.find(self.table.urgent, since..u64::MAX, &self.urgent);
            if found.is_some() {
                return found;
            }
        }
        if let Some(arm) = self.replies.poll(cx) {
            return Some(Chosen { arm, what: What::Nothing });
        }
        if D::ANY || self.exit.is_some() {
            return self.choose_by_arrival(since);
        }
        self.hold.process.mailbox.find(self.table.accepts, since..u64::MAX, &self.plain)
    }

    /// The oldest of messages, downs and exits.
    #[inline(never)]
    fn choose_by_arrival(&mut self, since: u64) -> Option<Chosen> {
        let word = self.oldest_word();
        let before = word.as_ref().map_or(u64::MAX, |(arrival, _)| *arrival);
        let mailbox = &self.hold.process.mailbox;
        let found = mailbox.find(self.table.accepts, since..before, &self.plain);
        found.or_else(|| word.map(|(_, word)| word))
    }

    /// Takes what was chosen, and waits no longer.
    #[inline(always)]
    fn take(&mut self, host: &Host, what: What) -> Got<M> {
        let is_message = matches!(what, What::Fresh | What::Saved(_));
        let mailbox = &self.hold.process.mailbox;
        mailbox.receiving.is_at_message.set(is_message);
        if is_message && self.hold.progress != Progress::Waiting {
            mailbox.receiving.streak.set(mailbox.receiving.streak.get() + 1);
        }
        if let What::Fresh = what {
            mailbox.has_fresh.set(false);
        }
        self.hold.ends_waiting(host);
        if is_message {
            return Got::Message(self.hold.process.mailbox.take(host, &what));
        }
        self.hear(host, &what)
    }

    /// The oldest of the downs and exits that an arm takes.
    #[inline(never)]
    fn oldest_word(&self) -> Option<(u64, Chosen)> {
        let receiving = &self.hold.process.mailbox.receiving;
        let chosen = |arm, what| Chosen { arm, what };
        let mut oldest =
            self.exit.and_then(|arm| Some((receiving.exit_at()?, chosen(arm, What::Exit))));
        self.downs.each(&mut |arm, monitor| {
            let number = monitor.number;
            let Some(arrival) = receiving.down_at(number) else { return };
            if oldest.as_ref().is_none_or(|(before, _)| arrival < *before) {
                oldest = Some((arrival, chosen(arm, What::Down(number))));
            }
        });
        oldest
    }

    #[inline(never)]
    fn hear(&self, host: &Host, word: &What) -> Got<M> {
        let process = &self.hold.process;
        let receiving = &process.mailbox.receiving;
        let got = match *word {
            What::Exit => receiving.take_exit().map(|exit| Got::Exit(Box::new(exit))),
            What::Down(number) => {
                // The monitor is spent.
                if let Some(cell) = host.cell(process.target()) {
                    cell.if_extras(|extras| extras.bonds.demonitor(number));
                    cell.trim_extras();
                }
                receiving.take_down(number).map(|down| Got::Down(Box::new(down)))
            }
            What::Fresh | What::Nothing | What::Saved(_) => None,
        };
        got.unwrap_or(Got::Nothing)
    }

    /// The arm that is chosen because it is time.
    #[inline(always)]
    fn timed_out(&self, host: &Host) -> Option<Chosen> {
        let (arm, time) = self.after?;
        let is_past = |deadline| deadline <= host.now.get();
        let is_time = time.is_zero() || self.hold.deadline.is_some_and(is_past);
        is_time.then_some(Chosen { arm, what: What::Nothing })
    }

    /// Has the process wait.
    #[inline(always)]
    fn wait(&mut self, host: &Host, cell: CellRef<'_>, cx: &TaskContext<'_>) {
        let mailbox = &self.hold.process.mailbox;
        let receiving = &mailbox.receiving;
        mailbox.settle();
        self.hold.looked = receiving.arrivals.get();
        self.hold.progress = Progress::Waiting;
        receiving.begins_waiting(self.table.all().to_bits());
        // To the shard it is idle, unless each message is to be looked at before it arrives.
        if cell.kind().is_some_and(|kind| kind.options.bound.is_none()) {
            cell.word.clear(BUSY);
        }
        let is_own = host.owner(cx.waker()).is_some();
        if !is_own || self.after.is_some() || cell.word.has(CLOSING | LEAVING) {
            self.wait_for_more(host, cell, cx, is_own);
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
    ) {
        let me = self.hold.process.target();
        let receiving = &self.hold.process.mailbox.receiving;
        receiving.wake_with((!is_own).then(|| cx.waker().clone()));
        if cell.word.has(LEAVING) || receiving.stops.get().is_some() {
            return host.leave(me);
        }
        let Some((_, time)) = self.after else { return };
        let begins = || host.look() + config::nanos(time);
        let deadline = *self.hold.deadline.get_or_insert_with(begins);
        if self.hold.alarm.is_none() || !is_own {
            Alarm::ring_at(&mut self.hold.alarm, host, me, deadline, cx);
        }
    }
}

/// What a receive takes next, and by which arm.
struct Chosen {
    arm: usize,
    what: What,
}

/// Where it is what a receive takes.
enum What {
    /// The monitor of this number has fired.
    Down(u64),
    /// The oldest exit.
    Exit,
    /// The message that was handed over.
    Fresh,
    /// In a slot, or nowhere: it is time.
    Nothing,
    /// A message that waits.
    Saved(Found),
}

impl<M: Receivable> Process<M> {
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
        let age = host.look().saturating_sub(host.turn_began.get());
        age >= config::nanos(config::SLICE_GRACE)
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
    ) -> Option<Chosen> {
        if let Some(found) = self.find_saved(tags, &within, arm_of) {
            return Some(Chosen { arm: found.arm, what: What::Saved(found) });
        }
        if !self.has_fresh.get() || !within.contains(&self.fresh_arrival.get()) {
            return None;
        }
        let fresh = self.fresh.borrow();
        let message = fresh.as_ref()?;
        if !tags.has(TagSet::bit(message.tag())) {
            return None;
        }
        let arm = arm_of(message);
        (arm != NO_ARM).then_some(Chosen { arm, what: What::Fresh })
    }

    #[inline(always)]
    fn find_saved(
        &self,
        tags: TagSet,
        within: &Range<u64>,
        arm_of: &impl Fn(&M) -> usize,
    ) -> Option<Found> {
        let saved = self.saved.borrow();
        if !saved.holds(tags) {
            return None;
        }
        saved.find(tags, within.clone(), |message| {
            Some(arm_of(message)).filter(|arm| *arm != NO_ARM)
        })
    }

    /// Takes the message that was chosen.
    // One function for both places: a value that comes from either, inlined, is moved piece by piece.
    #[inline(never)]
    fn take(&self, host: &Host, what: &What) -> M {
        let What::Saved(found) = what else {
            return self.fresh.borrow_mut().take().expect("what was handed over is there");
        };
        let message = self.saved.borrow_mut().take(*found);
        self.has_taken(host, found.arrival);
        message
    }
}

impl<M: Receivable, U, N, R, D> fmt::Debug for Receive<'_, M, U, N, R, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receive({:?})", self.hold.process)
    }
}
