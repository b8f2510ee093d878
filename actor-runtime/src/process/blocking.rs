//! Blocking processes: a plain `fn` on an OS thread of its own, which pulls its messages and may wait in all ways.
//!
//! Its mailbox stays on its shard, where a process like any other *serves* the thread: so order, bounds, stops, monitors
//! and restarts are those of processes. The thread says what it wants ([`Word`]), and hears one [`Offer`] for each word
//! that asks for one. Which messages have a tag that it wants the shard knows; a guard runs on the thread, which sends
//! back what it refuses.
//!
//! | the thread says | the shard |
//! |---|---|
//! | `Receive`, a new receive begins | looks; offers what it finds, or that it is time |
//! | `Pause`, an answer may have come | offers to look at that, unless an offer is on its way |
//! | `GoOn`, none has | looks on |
//! | `Refuse`, no arm takes what was offered | puts the message back, and looks on if it is to |
//! | `Ended` | ends the process |
//!
//! An offered message is in flight. If the process ends meanwhile by an exit or a kill, its thread hears that in its next
//! receive, and all that it says is discarded.

use std::convert::Infallible;
use std::fmt;

use std::future::{pending, poll_fn};
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use tokio::sync::mpsc::error::SendError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::receive::{Downs, Hold, NO_ARM, Receive as Wait, Replies, not_taken, oldest_word};
use super::table::{Arms, Table, TagSet};
use super::{IntoEnd, Process, ProcessStart, Receivable};
use crate::actor::{Context, later};
use crate::address::{Target, short_name};
use crate::bonds::{Down, Exit};
use crate::cell::process::{FiledTimer, Stop};
use crate::cell::status::LEAVING;
use crate::config;
use crate::error::{AskError, RecvError};
use crate::exit::{ExitReason, Panic};
use crate::flow::{End, Flow};
use crate::host::{self, Home};
use crate::threads::Rest;

/// What a blocking process is given beside its start arguments: `cx: &mut BlockingProcess<XferMsg>`, its first
/// parameter. `receive!` takes messages from it, and so do its own methods.
///
/// It is a [`Context`] whose code runs on a thread: `me`, `stop`, `publish`, `link`, `unlink`, `monitor` and `after`
/// work there, the others panic.
pub struct BlockingProcess<M: Receivable> {
    cx: Context<M>,
    home: Arc<Home>,
    rest: Arc<Rest>,
    words: UnboundedSender<Word<M>>,
    /// At most one lies here.
    offers: UnboundedReceiver<Offer<M>>,
    /// Whether a call of the user's has heard that the process is to end.
    knows_end: bool,
}

/// What the thread says to its shard.
enum Word<M> {
    Receive(Wish),
    GoOn,
    Refuse {
        message: M,
        looks_on: bool,
    },
    Pause,
    /// None if the function was ended, since the process is to end.
    Ended(Result<Option<Flow>, Panic>),
}

/// What one receive wants.
struct Wish {
    table: Table,
    /// Whether it takes answers, which the thread sees: after what is urgent, before all else.
    has_answers: bool,
    /// The numbers of its monitors.
    downs: Vec<u64>,
    has_exit: bool,
    after: Option<Duration>,
}

/// What the shard says to the thread.
enum Offer<M> {
    /// Nothing urgent is there: the thread is to look at its answers.
    Answers,
    Down(u64, Box<dyn FnOnce() -> Down + Send>),
    Exit(Exit),
    /// The process was told to stop, and nothing that it takes is there.
    Leave,
    Message {
        message: M,
        is_urgent: bool,
    },
    TimedOut,
}

/// A process that runs `body` on a thread of its own: what `#[process(blocking)]` makes of a `fn`.
pub fn process<M, R, F>(body: F) -> ProcessStart<M>
where
    M: Receivable,
    R: IntoEnd + 'static,
    F: FnOnce(&mut BlockingProcess<M>) -> R + Send + 'static,
{
    ProcessStart { begin: Box::new(|process| later(serve(process, body), |flow| flow)) }
}

/// Serves the thread that runs `body`, until that has returned.
async fn serve<M, R, F>(process: Process<M>, body: F) -> Flow
where
    M: Receivable,
    R: IntoEnd,
    F: FnOnce(&mut BlockingProcess<M>) -> R + Send + 'static,
{
    let (me, receiving) = (process.target(), &process.mailbox.receiving);
    let ((say, mut words), (offer, offers)) = (unbounded_channel(), unbounded_channel());
    let threads = host::with(|host| host.expect("a process begins on its shard").threads.clone());
    let (home, rest) = (Home::new(me, threads.clone()), Rest::new(threads.clone()));
    let _wanted = home.wanted();
    if let Err(error) = threads.begin_once(move || run(me, home, rest, (say, offers), body)) {
        return Flow::end(End::NotStarted(error));
    }
    receiving.has_thread.set(true);

    let mut look = None;
    let mut looks = false;
    let ended = loop {
        let step = poll_fn(|cx| {
            if let Poll::Ready(word) = words.poll_recv(cx) {
                return Poll::Ready(Step::Said(word));
            }
            match &mut look {
                Some(look) if looks => Look::poll(look, cx).map(Step::Found),
                _ => Poll::Pending,
            }
        });
        let word = match step.await {
            Step::Found(found) => {
                looks = false;
                // The thread is there until it has said that it ended.
                let _ = offer.send(found);
                continue;
            }
            Step::Said(word) => word.expect("a thread says that it has ended"),
        };
        match word {
            Word::Ended(ended) => break ended,
            Word::GoOn => looks = true,
            Word::Pause => {
                if let Some(look) = look.as_mut().filter(|_| looks) {
                    look.told_answers = false;
                }
            }
            Word::Receive(wish) => {
                look = Some(Look::new(&process, wish));
                looks = true;
            }
            Word::Refuse { message, looks_on } => {
                if let Some(look) = &mut look {
                    look.put_back(message);
                    // An answer may have come while the thread had the message, and its wake gone with that.
                    look.told_answers = !look.wish.has_answers;
                }
                looks = looks_on;
            }
        }
    };
    drop(look);
    if ended.is_ok() {
        process.ends_message();
    }
    match ended {
        Ok(Some(flow)) => flow,
        Ok(None) => {
            let reason = receiving.stops.get().map_or(ExitReason::Normal, Stop::reason);
            Flow::stop_with(reason)
        }
        Err(panic) => host::panic_as(panic),
    }
}

/// What happens next to a process that serves its thread.
enum Step<M> {
    Found(Offer<M>),
    Said(Option<Word<M>>),
}

/// The search of one receive.
struct Look<'a, M: Receivable> {
    process: &'a Process<M>,
    hold: Hold<'a, M>,
    wish: Wish,
    /// All up to these arrivals was looked at: by urgent arms, and by the others.
    urgent: u64,
    plain: u64,
    /// Whether the thread has been told to look at its answers.
    told_answers: bool,
    /// What was offered last: when it arrived, and what the timer was that brought it.
    offered: (u64, Option<FiledTimer>),
}

impl<'a, M: Receivable> Look<'a, M> {
    fn new(process: &'a Process<M>, wish: Wish) -> Self {
        let mut hold = Hold::new(process);
        process.ends_message();
        host::with(|host| {
            let host = host.expect("a process stays on its shard");
            hold.deadline = wish.after.map(|time| host.look().saturating_add(config::nanos(time)));
        });
        let told_answers = !wish.has_answers;
        Self { process, hold, wish, urgent: 0, plain: 0, told_answers, offered: (0, None) }
    }

    fn poll(&mut self, cx: &TaskContext<'_>) -> Poll<Offer<M>> {
        host::with(|host| {
            let host = host.expect("a process stays on its shard");
            let (shard_id, place) = self.process.seat;
            let cell = host.at_place(shard_id, place);
            self.hold.ends_waiting(host);
            let is_to_leave = cell.word.has(LEAVING);
            let found = if is_to_leave { None } else { self.find() };
            if let Some(found) = found {
                return Poll::Ready(found);
            }
            let stops = is_to_leave || self.process.mailbox.receiving.stops.get().is_some();
            let after = self.wish.after;
            if !is_to_leave && after.is_some_and(|time| self.hold.is_time(host, time)) {
                return Poll::Ready(Offer::TimedOut);
            }
            if stops {
                return Poll::Ready(Offer::Leave);
            }
            self.hold.wait(host, cell, cx, self.wish.table.all(), after);
            (self.urgent, self.plain) = (self.hold.looked, self.hold.looked);
            Poll::Pending
        })
    }

    /// The next thing that an arm may take.
    fn find(&mut self) -> Option<Offer<M>> {
        let (table, urgent, plain) = (self.wish.table, self.urgent + 1, self.plain + 1);
        if let Some(message) = self.take(table.urgent, urgent, u64::MAX) {
            self.urgent = self.offered.0;
            return Some(Offer::Message { message, is_urgent: true });
        }
        if !self.told_answers {
            self.told_answers = true;
            return Some(Offer::Answers);
        }
        let receiving = &self.process.mailbox.receiving;
        let exit = self.wish.has_exit.then_some(0);
        let word = oldest_word(receiving, exit, &self.wish.downs);
        let before = word.map_or(u64::MAX, |(arrival, ..)| arrival);
        if let Some(message) = self.take(table.accepts, plain, before) {
            self.plain = self.offered.0;
            return Some(Offer::Message { message, is_urgent: false });
        }
        Some(match word? {
            (.., Some(number)) => {
                Offer::Down(number, Box::new(self.process.take_down(number).carried()))
            }
            _ => Offer::Exit(receiving.take_exit()?),
        })
    }

    /// Takes the oldest message of these tags that arrived from `since` on.
    fn take(&mut self, tags: TagSet, since: u64, before: u64) -> Option<M> {
        let mailbox = &self.process.mailbox;
        let arrival = {
            let saved = mailbox.saved.get()?.borrow();
            let found = saved.holds(tags) && saved.find(tags, since..before, |_| true);
            found.then(|| saved.found_at()).flatten()?
        };
        let timer = mailbox.receiving.take_timer(|filed| filed.arrival == arrival);
        self.offered = (arrival, timer);
        Some(mailbox.take_found())
    }

    /// No arm has taken the message that was offered.
    fn put_back(&mut self, message: M) {
        let (arrival, timer) = (self.offered.0, self.offered.1.take());
        self.process.mailbox.put_back(arrival, message);
        if let Some(timer) = timer {
            self.process.mailbox.receiving.puts_back_timer(timer);
        }
    }
}

impl Downs for Vec<u64> {
    const ANY: bool = true;

    fn each(&self, each: &mut dyn FnMut(usize, u64)) {
        self.iter().for_each(|number| each(0, *number));
    }
}

/// Runs the process on its thread. Gives what says that it has ended.
fn run<M, R>(
    me: Target,
    home: Arc<Home>,
    rest: Arc<Rest>,
    (words, offers): (UnboundedSender<Word<M>>, UnboundedReceiver<Offer<M>>),
    body: impl FnOnce(&mut BlockingProcess<M>) -> R,
) -> impl FnOnce()
where
    M: Receivable,
    R: IntoEnd,
{
    let (cx, at) = (Context::new(me), home.clone());
    let mut process = BlockingProcess { cx, home: at, rest, words, offers, knows_end: false };
    let ended = home.run(|| host::noting_panic(|| host::leaving(|| body(&mut process).into_end())));
    move || process.say(Word::Ended(ended))
}

impl<M: Receivable> BlockingProcess<M> {
    /// Waits for the next message, whatever it is: the oldest.
    ///
    /// None comes when the process is to end, because it was told to stop and all that was sent before is taken, or
    /// because it has been ended: its function is to return then. Another receive does not return, but ends it.
    pub fn recv(&mut self) -> Option<M> {
        self.recv_within(None).ok()
    }

    /// The same for so long: in the simulator, of its time.
    ///
    /// # Errors
    ///
    /// [`Timeout`](RecvError::Timeout) when no message came; [`Stopped`](RecvError::Stopped) when the process is to end.
    pub fn recv_timeout(&mut self, time: Duration) -> Result<M, RecvError> {
        self.recv_within(Some(time))
    }

    fn recv_within(&mut self, time: Option<Duration>) -> Result<M, RecvError> {
        if self.knows_end {
            self.leave();
        }
        let mut wait = Wait::new(Pull(self), ALL, |_: &M| NO_ARM, |_: &M| 0);
        wait.after = time.map(|time| (1, time));
        match wait.pull() {
            Some((_, Pulled::Message(message))) => Ok(message),
            Some(_) => Err(RecvError::Timeout),
            None => {
                self.knows_end = true;
                Err(RecvError::Stopped)
            }
        }
    }

    /// Whether exits become something that a receive takes by its arm `exit`, and do not end the process; they do,
    /// unless it says so here.
    ///
    /// # Panics
    ///
    /// If the process has been ended.
    pub fn trap_exits(&mut self, traps: bool) {
        let me = self.target();
        host::at_home(move |host| {
            let mailbox = host.cell(me).and_then(|cell| cell.mailbox());
            mailbox.expect("a process has a mailbox").receiving().traps.set(traps);
        });
    }

    fn say(&self, word: Word<M>) {
        say(&self.home, &self.words, word);
    }

    /// Waits for what the shard offers; none once the process has been ended. `may_pause` says that an answer may
    /// wake the thread too.
    fn hear(&mut self, may_pause: bool) -> Option<Offer<M>> {
        let (mut is_awake, words) = (false, self.words.clone());
        let (offers, home) = (&mut self.offers, &self.home);
        self.rest.until(poll_fn(|cx| {
            let offer = offers.poll_recv(cx);
            if offer.is_pending() && may_pause && is_awake {
                say(home, &words, Word::Pause);
            }
            is_awake = true;
            offer
        }))
    }

    /// Ends the function of a process that is to end.
    fn leave(&self) -> ! {
        if cfg!(panic = "abort") {
            // Nothing can be unwound: the thread stays as it is.
            self.say(Word::Ended(Ok(None)));
            match self.rest.until(pending::<Infallible>()) {}
        }
        host::leave()
    }
}

/// Says something to the shard, after all that was said and sent before.
fn say<M: Receivable>(home: &Home, words: &UnboundedSender<Word<M>>, word: Word<M>) {
    let words = words.clone();
    home.say(Box::new(move || {
        let Err(SendError(word)) = words.send(word) else { return };
        // The process has been ended.
        host::with(|host| {
            let host = host.expect("a shard runs its calls in its turn");
            host::dropping_asks(AskError::Stopped, || host.let_go(word));
        });
    }));
}

const ALL: Table = Table::new(TagSet::all(), TagSet::none());

impl<M: Receivable> Deref for BlockingProcess<M> {
    type Target = Context<M>;

    fn deref(&self) -> &Context<M> {
        &self.cx
    }
}

impl<M: Receivable> DerefMut for BlockingProcess<M> {
    fn deref_mut(&mut self) -> &mut Context<M> {
        &mut self.cx
    }
}

impl<M: Receivable> fmt::Debug for BlockingProcess<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlockingProcess<{}>({:?})", short_name(std::any::type_name::<M>()), self.cx)
    }
}

/// What `receive!` takes messages from on a thread.
#[diagnostic::on_unimplemented(
    message = "`receive!` needs a blocking process, found `{Self}`",
    label = "not a blocking process",
    note = "a blocking process is a `fn` with `#[process(blocking)]`"
)]
pub trait Pulls {
    /// The messages.
    type Msg: Receivable;

    /// The process.
    fn process(&mut self) -> &mut BlockingProcess<Self::Msg>;
}

impl<M: Receivable> Pulls for BlockingProcess<M> {
    type Msg = M;

    fn process(&mut self) -> &mut Self {
        self
    }
}

/// A blocking process as one receive has it.
#[derive(Debug)]
pub struct Pull<'a, M: Receivable>(&'a mut BlockingProcess<M>);

/// What a receive on a thread takes, beside the arm.
#[must_use = "what was chosen is still to be taken"]
pub enum Pulled<M> {
    /// What a monitor has told.
    Down(Down),
    /// What an exit has told.
    Exit(Exit),
    /// A message.
    Message(M),
    /// In a slot, or nowhere: it is time.
    Nothing,
}

impl<M> fmt::Debug for Pulled<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down(_) => "Down",
            Self::Exit(_) => "Exit",
            Self::Message(_) => "Message",
            Self::Nothing => "Nothing",
        })
    }
}

/// Takes what an arm matches: the body of `receive!` on a thread. `urgent` and `plain` give the arm that takes a message,
/// of those that are urgent and of the others, or [`NO_ARM`].
pub fn receive<P, A, U, N>(cx: &mut P, arms: A, urgent: U, plain: N) -> Wait<Pull<'_, P::Msg>, U, N>
where
    P: Pulls + ?Sized,
    A: Arms<P::Msg>,
    U: Fn(&P::Msg) -> usize,
    N: Fn(&P::Msg) -> usize,
{
    let _ = arms;
    Wait::new(Pull(cx.process()), A::TABLE, urgent, plain)
}

impl<M, U, N, R, D> Wait<Pull<'_, M>, U, N, R, D>
where
    M: Receivable,
    U: Fn(&M) -> usize,
    N: Fn(&M) -> usize,
    R: Replies,
    D: Downs,
{
    /// Waits for the arm, and for what it takes. A process that is to end does not come back from it.
    pub fn wait(mut self) -> (usize, Pulled<M>) {
        self.pull().unwrap_or_else(|| self.hold.0.leave())
    }

    /// The same; none if the process is to end.
    fn pull(&mut self) -> Option<(usize, Pulled<M>)> {
        let mut downs = Vec::new();
        self.downs.each(&mut |arm, number| downs.push((number, arm)));
        self.hold.0.say(Word::Receive(Wish {
            table: self.table,
            has_answers: R::ANY,
            downs: downs.iter().map(|(number, _)| *number).collect(),
            has_exit: self.exit.is_some(),
            after: self.after.map(|(_, time)| time),
        }));
        let waker = Waker::from(self.hold.0.rest.clone());
        loop {
            match self.hold.0.hear(R::ANY)? {
                Offer::Answers => {
                    if let Some(arm) = self.replies.poll(&mut TaskContext::from_waker(&waker)) {
                        return Some((arm, Pulled::Nothing));
                    }
                    self.hold.0.say(Word::GoOn);
                }
                Offer::Down(fired, down) => {
                    let arm = downs.iter().find(|(number, _)| *number == fired)?.1;
                    return Some((arm, Pulled::Down(down())));
                }
                Offer::Exit(exit) => return Some((self.exit?, Pulled::Exit(exit))),
                Offer::Leave => return None,
                Offer::Message { message, is_urgent } => {
                    let arm = match self.look(&message, is_urgent) {
                        Ok(arm) => arm,
                        Err(payload) => {
                            self.hold.0.say(Word::Refuse { message, looks_on: false });
                            resume_unwind(payload)
                        }
                    };
                    if arm != NO_ARM {
                        return Some((arm, Pulled::Message(message)));
                    }
                    self.hold.0.say(Word::Refuse { message, looks_on: true });
                }
                Offer::TimedOut => return Some((self.after?.0, Pulled::Nothing)),
            }
        }
    }

    /// The arm that takes a message; a guard may panic.
    fn look(&self, message: &M, is_urgent: bool) -> std::thread::Result<usize> {
        let look = || if is_urgent { (self.urgent)(message) } else { (self.plain)(message) };
        catch_unwind(AssertUnwindSafe(look))
    }
}

/// The message that an arm takes. The process is at it from now on.
pub fn message<M>(pulled: Pulled<M>) -> M {
    let Pulled::Message(message) = pulled else { not_taken() };
    message
}

/// What an arm `down` takes.
pub fn down<M>(pulled: Pulled<M>) -> Down {
    let Pulled::Down(down) = pulled else { not_taken() };
    down
}

/// What an arm `exit` takes.
pub fn exit<M>(pulled: Pulled<M>) -> Exit {
    let Pulled::Exit(exit) = pulled else { not_taken() };
    exit
}
