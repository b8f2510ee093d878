//! Asks: the end that waits, and the end that answers.
//!
//! An [`Ask`] is a lazy future. When it is polled or started on a shard it takes a cell of its own, which the
//! answer reaches like any message; the [`Reply`] inside the message is that cell's address. The delivery of
//! the answer polls the asker at once. From a thread that is no shard, the ask is carried to the actor's
//! shard and runs there; the answer comes back over a channel.
//!
//! What always holds: an ask ends once (A1), and its cell goes when the `Ask` does (A6).

use std::any::{Any, type_name};
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, OnceLock, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::address::{Address, Target, short_name};
use crate::cell::status::ANSWERED;
use crate::cell::{Body, CellRef, Continuation, Handled, Options, Outcome, Place, TypeOf, Waiter};
use crate::config;
use crate::cycle::AskCycle;
use crate::error::AskError;
use crate::held::{Held, Seldom, Spends};
use crate::host::{self, Host, Signal};
use crate::message::{Api, Protocol};
use crate::record::Class;
use crate::route::{self, Word};

/// What ends an ask.
type Answer<T> = Result<T, AskError>;

/// The body of an ask's cell.
struct Awaited<T> {
    answer: Option<Answer<T>>,
    /// Where the actor lies that is to be polled when it comes.
    asker: Option<Place>,
}

impl<T: Send + 'static> Awaited<T> {
    const TYPE: &'static TypeOf<Self> = &TypeOf::new::<T>(Class::Answer, Options::new(), false);

    fn ended<'a>(&mut self, answer: Answer<T>) -> Handled<'a> {
        self.answer = Some(answer);
        Handled(Outcome::Answered(self.asker))
    }
}

impl<T: Send + 'static> Body for Awaited<T> {
    type Message = T;

    fn deliver<'a>(&'a mut self, answer: T, _me: Target) -> Handled<'a> {
        self.ended(Ok(answer))
    }

    fn fail<'a>(&'a mut self, why: AskError) -> Handled<'a> {
        self.ended(Err(why))
    }
}

/// The end that answers an ask. It can be kept, passed on to another actor, or dropped.
///
/// Dropping it unanswered tells the asker at once: `NoReply`, or `Crashed` or `Stopped` if its actor
/// ended. An answer that comes too late is dropped and counted.
#[must_use = "a reply that is dropped ends the ask with `NoReply`"]
pub struct Reply<T: Send + 'static> {
    to: Address,
    /// Where that lies, for its own shard.
    place: Option<Place>,
    answer: PhantomData<fn(T)>,
}

impl<T: Send + 'static> Reply<T> {
    /// Answers the ask. Costs what a tell costs.
    #[inline]
    pub fn answer(self, value: T) {
        let this = ManuallyDrop::new(self);
        host::send(Awaited::<T>::TYPE.delivery(), this.to, value);
    }

    /// The same as a handler returns. If an actor of this shard awaits it in its handler, the answer is put where
    /// it waits, and the answer says whom to poll: it could handle nothing in between, so no record has to keep
    /// the answer's place.
    #[inline(always)]
    pub(crate) fn answer_at_once(self, value: T) -> Option<Place> {
        let this = ManuallyDrop::new(self);
        let mut value = Some(value);
        let asker = this.place.and_then(|place| {
            host::at_place(this.to.shard_id(), place, |cell| {
                let asker = cell.with_idle(this.to.target(), Awaited::<T>::TYPE, |awaited| {
                    let asker = awaited.asker?;
                    awaited.answer = value.take().map(Ok);
                    Some(asker)
                })??;
                cell.word.occupy(ANSWERED);
                cell.stamp.set(0);
                Some(asker)
            })?
        });
        if let Some(value) = value {
            answer_by_record(this.to, value);
        }
        asker
    }

    /// The same as an `async` handler returns: the turn polls the asker after it.
    pub(crate) fn answer_from_poll(self, value: T) {
        let may = host::with(|host| host.is_some_and(|host| host.answers_at_once.get()));
        if !may {
            return self.answer(value);
        }
        if let Some(asker) = self.answer_at_once(value) {
            host::with(|host| host.map(|host| host.answered.set(Some(asker))));
        }
    }

    /// The end that answers the ask which waits there, at this place of its shard if that is known.
    pub(crate) const fn to(to: Address, place: Option<Place>) -> Self {
        Self { to, place, answer: PhantomData }
    }

    /// How long the ask still has, in nanoseconds; none if it waits on another shard, so it is not known here.
    pub(crate) fn remaining_nanos(&self) -> Option<u64> {
        host::with(|host| {
            let host = host.filter(|host| host.shard_id == self.to.shard_id())?;
            let deadline = host.cell(self.to.target())?.deadline()?;
            Some(deadline.saturating_sub(host.now.get()))
        })
    }

    /// Where the ask waits, to be answered by other means.
    pub(crate) fn into_address(self) -> Address {
        ManuallyDrop::new(self).to
    }
}

/// Answers by a message. Apart, so that a handler's call saves no registers for it.
#[inline(never)]
fn answer_by_record<T: Send + 'static>(to: Address, value: T) {
    host::send(Awaited::<T>::TYPE.delivery(), to, value);
}

impl<T: Send + 'static> Drop for Reply<T> {
    fn drop(&mut self) {
        host::send(host::signals(), self.to, Signal::Fail(host::dropped_ask()));
    }
}

impl<T: Send + 'static> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply<{}>({})", short_name(type_name::<T>()), self.to)
    }
}

/// Makes and sends the message of an ask, once it is known where the answer goes.
type Send_ = Held<Address, Address, Option<Place>>;

/// An ask that was carried to another thread's shard.
struct Carried<T> {
    answer: oneshot::Receiver<Answer<T>>,
    /// Where it waits, once it does.
    cell: Arc<OnceLock<Address>>,
    /// Told if the actor is cut off, for then its shard cannot answer; none once that will not happen.
    cut_off: Option<oneshot::Receiver<()>>,
    /// The deadline, from when it was sent.
    timeout_nanos: u64,
}

impl<T> Carried<T> {
    /// One that has ended before it began.
    fn ended(error: AskError) -> Self {
        let (tell, answer) = oneshot::channel();
        // The receiver is here.
        let _ = tell.send(Err(error));
        Self { answer, cell: Arc::default(), cut_off: None, timeout_nanos: 0 }
    }

    /// Whether the actor was cut off.
    fn is_cut_off(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(cut_off) = &mut self.cut_off else { return false };
        match Pin::new(cut_off).poll(cx) {
            Poll::Pending => false,
            Poll::Ready(told) => {
                self.cut_off = None;
                told.is_ok()
            }
        }
    }
}

impl<T> Drop for Carried<T> {
    fn drop(&mut self) {
        self.answer.close();
        // Ordering: pairs with the fence in `send_outside`: each side writes, then looks, so one of them
        // sees that the ask is given up and knows its cell.
        fence(Ordering::SeqCst);
        if let Some(at) = self.cell.get() {
            host::send(host::signals(), *at, Signal::Abandon);
        }
    }
}

/// An ask: a lazy future of the answer.
///
/// Nothing is sent until it is awaited or started. Its deadline is the actor's `ask_timeout`, 5 s unless
/// told otherwise, counted from when it is sent.
///
/// # Errors
///
/// Every ask ends, as one of the cases of [`AskError`] if not with its answer. An actor that ended,
/// crashed or dropped the reply ends it at once, not at the deadline.
///
/// # Panics
///
/// When polled outside the actor that began it: an ask that was polled or started in a handler is tied to
/// that handler's shard.
#[must_use = "an ask does nothing until awaited: `.await?`, `.on(cx, ..)`, or `.start()`"]
pub struct Ask<T: Send + 'static> {
    to: Address,
    progress: Seldom<Progress<T>>,
}

/// How far an ask has come, and what is still to be sent.
struct Progress<T: Send + 'static> {
    state: State<T>,
    /// Apart from the state, which is written before the message is: the call that writes it is then the last
    /// thing that a poll does.
    send: Send_,
}

impl<T: Send + 'static> Spends for Progress<T> {
    #[inline(always)]
    fn is_spent(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}

/// How far an ask has come.
enum State<T: Send + 'static> {
    /// Answered, refused or given up.
    Ended,
    /// It waits in this cell, at this place of the shard that it was sent from.
    Here(Address, Place),
    /// It was not sent yet.
    Unsent { timeout_nanos: u64 },
    /// It waits in a cell of the actor's shard.
    Carried(Box<Carried<T>>),
}

/// Makes an ask with a message of `P`: what the macros make of an `#[ask]` handler. It waits as long as the type
/// that the reference names says.
#[inline]
pub(crate) fn ask<P, N, T>(to: &N, make: impl FnOnce(Reply<T>) -> P::Msg + Send + 'static) -> Ask<T>
where
    P: Protocol + ?Sized,
    N: Api,
    T: Send + 'static,
{
    let send = move |to, reply| host::send_near(P::DELIVERY, to, make(reply));
    let timeout_nanos = <N::Of as Protocol>::DELIVERY.letter().ask_timeout_nanos();
    ask_by(to.address(), timeout_nanos, send)
}

/// Makes an ask that `send` sends.
#[inline(always)]
pub(crate) fn ask_by<T: Send + 'static>(
    to: Address,
    timeout_nanos: u64,
    send: impl FnOnce(Address, Reply<T>) + Send + 'static,
) -> Ask<T> {
    let send = Held::new(move |to, at, place| send(to, Reply::to(at, place)));
    let progress = Progress { state: State::Unsent { timeout_nanos }, send };
    Ask { to, progress: Seldom::new(progress) }
}

impl<T: Send + 'static> Ask<T> {
    /// Sets the deadline, from when the ask is sent. Until it is sent, the last word counts.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        if let State::Unsent { timeout_nanos } = &mut self.progress.state {
            *timeout_nanos = config::nanos(timeout);
        }
        self
    }

    /// Sends the ask now; its answer is awaited later, or never.
    pub fn start(mut self) -> Pending<T> {
        self.send();
        Pending(self)
    }

    /// Waits for the answer, on a thread that may block.
    ///
    /// # Errors
    ///
    /// As for awaiting it.
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up: await it there.
    pub fn wait(mut self) -> Result<T, AskError> {
        let on_shard = host::with(|host| host.is_some());
        assert!(!on_shard, "`wait` would hold up the shard: use `.await` in a handler");
        if host::home().is_some_and(|home| home.me == self.to) {
            return Err(AskError::CallingSelf);
        }
        self.send();
        // The shard tells of the deadline. If a handler holds it, this thread goes on all the same.
        let timeout_nanos = match &self.progress.state {
            State::Carried(carried) => carried.timeout_nanos,
            _ => 0,
        };
        let patience = Duration::from_nanos(timeout_nanos) + config::WAIT_GRACE;
        block_on(self, Some(patience)).unwrap_or(Err(AskError::Timeout))
    }

    /// Has whoever asks this actor get the answer: what an `#[ask]` handler returns that leaves its answer to
    /// another actor.
    ///
    /// The asker's reply moves on into the message of this ask, so the answer goes straight to the asker, and this
    /// actor is free at once. The asker's deadline goes on as it is; that of this ask is not looked at. If there is
    /// no such actor, the asker hears that.
    ///
    /// # Panics
    ///
    /// If it was polled before: then it has a reply of its own.
    pub fn forward(mut self) -> Forward<T> {
        let is_unsent = matches!(self.progress.state, State::Unsent { .. });
        assert!(is_unsent, "an ask is forwarded before it is sent");
        Forward { to: self.to, send: self.progress.send.take(), answer: PhantomData }
    }

    /// Sends the ask, and has `owner` go on with its answer: `then` makes what its body hears.
    pub(crate) fn go_on(mut self, owner: Target, then: impl FnOnce(Answered<T>) -> Box<dyn Any>) {
        host::with(|host| {
            let host = host.expect("an ask goes on where it began");
            self.send();
            let State::Here(at, _) = self.progress.state else {
                panic!("an ask goes on where it began")
            };
            assert!(host.shard_id == at.shard_id(), "an ask goes on where it began");
            // From here on it is the cell's.
            self.progress.state = State::Ended;
            let ask = at.target();
            let then = then(Answered { ask, answer: PhantomData });
            let Some(cell) = host.cell(ask) else { return };
            cell.with_body(Awaited::<T>::TYPE, |awaited| awaited.asker = None);
            let waiter = Waiter::Actor(Continuation { owner, ask, then });
            drop(cell.with_extras(|extras| extras.waiter.replace(waiter)));
            if let Some(owner) = host.cell(owner) {
                owner.with_extras(|extras| extras.awaits.insert(ask));
            }
            if cell.word.has(ANSWERED) {
                host::send(host::signals(), host.address(owner), Signal::GoOn(ask));
            }
        });
    }

    /// Sends the ask unless it was sent.
    fn send(&mut self) {
        host::with(|host| match (host, &mut self.progress.state) {
            (Some(host), State::Unsent { timeout_nanos }) => {
                let (at, cell) = settle::<T>(host, *timeout_nanos);
                host.opens_ask(at, self.to);
                self.progress.state = State::Here(at, cell.place());
                self.progress.send.call(self.to, at, Some(cell.place()));
            }
            (None, State::Unsent { timeout_nanos }) => {
                let carried = send_outside(self.to, *timeout_nanos, self.progress.send.take());
                self.progress.state = State::Carried(Box::new(carried));
            }
            _ => {}
        });
    }
}

/// The answer to an ask, in its cell.
pub(crate) struct Answered<T> {
    ask: Target,
    answer: PhantomData<fn(T)>,
}

impl<T: Send + 'static> Answered<T> {
    /// Takes it, and ends the ask.
    pub(crate) fn take(self) -> Result<T, AskError> {
        let answer = host::with(|host| {
            let host = host?;
            take::<T>(host, self.ask, host.cell(self.ask)?)
        });
        answer.unwrap_or(Err(AskError::Stopped))
    }
}

/// Polls a future on this thread until it is ready; none if nothing happens for longer than `patience`.
pub(crate) fn block_on<F: Future>(future: F, patience: Option<Duration>) -> Option<F::Output> {
    let (wake, woken) = mpsc::channel();
    let waker = Waker::from(Arc::new(ThreadWaker(wake)));
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        match patience {
            Some(patience) => woken.recv_timeout(patience).ok()?,
            None => woken.recv().ok()?,
        }
    }
}

/// Wakes a thread that waits for an answer.
struct ThreadWaker(mpsc::Sender<()>);

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        // The thread may have gone on.
        let _ = self.0.send(());
    }
}

/// Makes a reply whose answer, or why there is none, `then` hears, on this shard: of an ask that waits elsewhere. After
/// so many nanoseconds that is [`AskError::Timeout`].
pub(crate) fn reply_by<T: Send + 'static>(
    host: &Host,
    timeout_nanos: u64,
    then: impl FnOnce(Result<T, AskError>) + 'static,
) -> Reply<T> {
    let (at, cell) = settle::<T>(host, timeout_nanos);
    let answered = Answered::<T> { ask: at.target(), answer: PhantomData };
    let call = move || then(answered.take());
    cell.with_extras(|extras| extras.waiter = Some(Waiter::Call(Box::new(call))));
    Reply::to(at, Some(cell.place()))
}

/// Takes a cell for the answer.
fn settle<T: Send + 'static>(host: &Host, timeout_nanos: u64) -> (Address, CellRef<'_>) {
    let (at, cell) = host.settle(Awaited::<T>::TYPE, 0, Awaited { answer: None, asker: None });
    cell.stamp.set(host.deadline_in(timeout_nanos));
    (at, cell)
}

/// Carries the ask to the actor's shard, where it is sent like any other.
fn send_outside<T: Send + 'static>(to: Address, timeout_nanos: u64, mut send: Send_) -> Carried<T> {
    let Some(route) = route::find(to.shard_id().node()) else {
        return Carried::ended(AskError::NoProc);
    };
    let (tell, answer) = oneshot::channel();
    let cut_off = Some(route.hear_cut_off(to.shard_id().shard(), to.target()));
    let carried = Carried { answer, cell: Arc::default(), cut_off, timeout_nanos };
    let known = carried.cell.clone();
    let call = move || {
        host::with(|host| {
            let host = host.expect("a shard runs its calls in its turn");
            let (at, cell) = settle::<T>(host, timeout_nanos);
            send.call(to, at, Some(cell.place()));
            // It is set once, here.
            let _ = known.set(at);
            // Ordering: pairs with the fence in the drop of `Carried`.
            fence(Ordering::SeqCst);
            if tell.is_closed() {
                drop(take::<T>(host, at.target(), cell));
                return;
            }
            let answered = Answered::<T> { ask: at.target(), answer: PhantomData };
            // Whoever asked may be gone; then so is the answer.
            let give = move || drop(tell.send(answered.take()));
            cell.with_extras(|extras| extras.waiter = Some(Waiter::Call(Box::new(give))));
        });
    };
    match host::home() {
        // In order with what its actor has sent.
        Some(home) => home.say(Box::new(call)),
        None => route.say(to.shard_id().shard(), Word::Call(Box::new(call))),
    }
    carried
}

/// Ends an ask: frees its cell, and gives the answer if there is one.
#[inline]
fn take<T: Send + 'static>(host: &Host, at: Target, cell: CellRef<'_>) -> Option<Answer<T>> {
    let awaited = cell.take_body(Awaited::<T>::TYPE)?;
    host.closes_ask(at);
    host.cells.free(at.slot(), cell, Awaited::<T>::TYPE.erased());
    awaited.answer
}

impl<T: Send + 'static> Future for Ask<T> {
    type Output = Result<T, AskError>;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        host::with(|host| match (host, &this.progress.state) {
            (Some(host), State::Here(at, place)) => this.poll_here(host, *at, *place, cx),
            (Some(host), _) => this.begin_here(host, cx),
            (None, _) => this.poll_outside(cx),
        })
    }
}

impl<T: Send + 'static> Ask<T> {
    /// Sends the ask from this shard, and says in its cell whom to poll when the answer comes.
    // What is rare ends it by a call of its own: so there is nothing to keep across calls.
    #[inline(never)]
    fn begin_here(&mut self, host: &Host, cx: &mut Context<'_>) -> Poll<Answer<T>> {
        let State::Unsent { timeout_nanos } = self.progress.state else {
            return self.poll_outside(cx);
        };
        let asker = host.asker_of(self.to, cx.waker());
        if asker.is_none() {
            return self.begin_for(host, cx);
        }
        let Some(free) = host.cells.reuse(Awaited::<T>::TYPE.erased()) else {
            return self.begin_for(host, cx);
        };
        let (deadline, awaited) =
            (host.deadline_in(timeout_nanos), Awaited { answer: None, asker });
        let (at, cell) = host.settle_in(free, Awaited::<T>::TYPE, 0, deadline, awaited);
        // The state before has nothing to drop.
        std::mem::forget(std::mem::replace(
            &mut self.progress.state,
            State::Here(at, cell.place()),
        ));
        self.progress.send.call(self.to, at, Some(cell.place()));
        Poll::Pending
    }

    /// The same where there is no free cell, or somebody else than the actor's own poll waits; or the actor asks
    /// itself, and would wait for ever.
    #[cold]
    #[inline(never)]
    fn begin_for(&mut self, host: &Host, cx: &Context<'_>) -> Poll<Answer<T>> {
        if host.is_polled(self.to) {
            drop(self.progress.send.take());
            self.progress.state = State::Ended;
            return Poll::Ready(Err(AskError::CallingSelf));
        }
        if host.looks_for_cycles()
            && let Some(cycle) = self.begin_unless_cycle(host)
        {
            return Poll::Ready(Err(AskError::Cycle(cycle)));
        }
        self.send();
        match self.progress.state {
            State::Here(at, _) => self.wait_here(host, at.target(), cx),
            _ => unreachable!("an ask begins where it is polled"),
        }
    }

    /// Sends the ask, unless the actor that is polled would wait in a cycle.
    fn begin_unless_cycle(&mut self, host: &Host) -> Option<AskCycle> {
        let State::Unsent { timeout_nanos } = self.progress.state else { return None };
        let (at, cell) = settle::<T>(host, timeout_nanos);
        host.opens_ask(at, self.to);
        if let Some(cycle) = host.awaits_ask(at.target()) {
            drop(take::<T>(host, at.target(), cell));
            self.progress.state = State::Ended;
            drop(self.progress.send.take());
            return Some(cycle);
        }
        self.progress.state = State::Here(at, cell.place());
        self.progress.send.call(self.to, at, Some(cell.place()));
        None
    }

    /// Polls an ask that waits in a cell of this shard.
    #[inline(never)]
    fn poll_here(
        &mut self,
        host: &Host,
        at: Address,
        place: Place,
        cx: &Context<'_>,
    ) -> Poll<Answer<T>> {
        let cell = host.at_place(at.shard_id(), place);
        match host.cells.take(cell, at.target(), ANSWERED, Awaited::<T>::TYPE) {
            Some(Awaited { answer: Some(answer), .. }) => {
                // A place leaves nothing to drop.
                std::mem::forget(std::mem::replace(&mut self.progress.state, State::Ended));
                Poll::Ready(answer)
            }
            _ => self.wait_here(host, at.target(), cx),
        }
    }

    /// An ask that has no answer yet waits on, unless there can be none.
    #[inline(never)]
    fn wait_here(&mut self, host: &Host, at: Target, cx: &Context<'_>) -> Poll<Answer<T>> {
        let answer = match host.cell(at) {
            None => Err(AskError::Stopped),
            Some(cell) if cell.word.has(ANSWERED) => {
                take(host, at, cell).unwrap_or(Err(AskError::Stopped))
            }
            Some(cell) => {
                let asker = host.asker_of(self.to, cx.waker());
                if asker.is_some() {
                    cell.with_body(Awaited::<T>::TYPE, |awaited| awaited.asker = asker);
                    return Poll::Pending;
                }
                match refusal(host, at, self.to) {
                    None => {
                        wait_with(cell, cx.waker());
                        return Poll::Pending;
                    }
                    Some(error) => {
                        drop(take::<T>(host, at, cell));
                        Err(error)
                    }
                }
            }
        };
        self.progress.state = State::Ended;
        Poll::Ready(answer)
    }

    /// Polls an ask on a thread that is no shard, or one that has ended.
    #[cold]
    #[inline(never)]
    fn poll_outside(&mut self, cx: &mut Context<'_>) -> Poll<Answer<T>> {
        let is_here = matches!(self.progress.state, State::Here(..));
        assert!(!is_here, "an ask is awaited on the shard that sent it");
        self.poll_carried(cx)
    }

    /// Polls an ask that began on a thread that is no shard.
    fn poll_carried(&mut self, cx: &mut Context<'_>) -> Poll<Answer<T>> {
        self.send();
        let State::Carried(carried) = &mut self.progress.state else {
            panic!("an ask is not polled after its end");
        };
        let answer = match Pin::new(&mut carried.answer).poll(cx) {
            Poll::Ready(answer) => answer.unwrap_or(Err(AskError::Stopped)),
            Poll::Pending if carried.is_cut_off(cx) => Err(AskError::Stopped),
            Poll::Pending => return Poll::Pending,
        };
        self.progress.state = State::Ended;
        Poll::Ready(answer)
    }
}

/// Why the actor that is polled may not wait for this ask of its, if it may not: it would for ever.
#[cold]
#[inline(never)]
fn refusal(host: &Host, at: Target, to: Address) -> Option<AskError> {
    if host.is_polled(to) {
        return Some(AskError::CallingSelf);
    }
    host.awaits_ask(at).map(AskError::Cycle)
}

/// Says in the cell whom to wake when the answer comes.
#[cold]
#[inline(never)]
fn wait_with(cell: CellRef<'_>, waker: &Waker) {
    let waker = Waiter::Waker(waker.clone());
    drop(cell.with_extras(|extras| extras.waiter.replace(waker)));
}

impl<T: Send + 'static> Drop for Progress<T> {
    fn drop(&mut self) {
        if let State::Here(at, _) = self.state {
            give_up::<T>(at);
        }
    }
}

/// Frees the cell of an ask whose answer nobody awaits any more.
#[cold]
fn give_up<T: Send + 'static>(at: Address) {
    host::with(|host| match host.filter(|host| host.shard_id == at.shard_id()) {
        // An answer that nobody took is dropped here, in its asker's hands.
        Some(host) => {
            let at = at.target();
            drop(host.cell(at).and_then(|cell| take::<T>(host, at, cell)));
        }
        None => host::send(host::signals(), at, Signal::Abandon),
    });
}

impl<T: Send + 'static> fmt::Debug for Ask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.progress.state {
            State::Unsent { .. } => "not sent",
            State::Ended => "ended",
            State::Here(..) | State::Carried(_) => "pending",
        };
        write!(f, "Ask<{}>({state}, to {})", short_name(type_name::<T>()), self.to)
    }
}

/// An ask that another actor answers in place of this one: made by [`Ask::forward`], for an `#[ask]` handler to
/// return. Its callers see an `Ask<T>`.
///
/// Nothing is sent before the handler has returned it.
#[must_use = "it sends nothing unless an `#[ask]` handler returns it"]
pub struct Forward<T: Send + 'static> {
    to: Address,
    send: Send_,
    answer: PhantomData<fn(T)>,
}

impl<T: Send + 'static> Forward<T> {
    /// Sends the ask, whose answer goes where this reply would have.
    pub(crate) fn send(mut self, reply: Reply<T>) {
        host::with(|host| host.map(|host| host.moves_ask(reply.to, self.to)));
        let reply = ManuallyDrop::new(reply);
        self.send.call(self.to, reply.to, reply.place);
    }
}

impl<T: Send + 'static> fmt::Debug for Forward<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Forward<{}>(to {})", short_name(type_name::<T>()), self.to)
    }
}

/// An ask that was sent: a future of the answer, to await now, later or never.
#[derive(Debug)]
pub struct Pending<T: Send + 'static>(Ask<T>);

impl<T: Send + 'static> Future for Pending<T> {
    type Output = Result<T, AskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl<T: Send + 'static> Pending<T> {
    /// Whether its answer was taken.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.progress.is_spent()
    }

    /// Waits for the answer, on a thread that may block. As [`Ask::wait`].
    ///
    /// # Errors
    ///
    /// As for awaiting it.
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up: await it there.
    pub fn wait(self) -> Result<T, AskError> {
        self.0.wait()
    }
}
