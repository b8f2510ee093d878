//! Runs programs: the actors that do what they are told, and the book that is kept of it.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::mem::{Discriminant, discriminant};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{
    Actor, ActorRef, Address, Ask, AskError, Context, Events, ExitReason, Pending, Query, Reply,
    ReserveError, Start, TellError, actor, handlers, spawn, spawn_on, start,
};

use super::make::{
    AskHow, End, FailHow, Hook, Kind, Load, Op, PanicHow, Role, Script, TellHow, Then, Wait, Whom,
    Wish,
};

/// The book of one program. No user code runs while it is open.
#[derive(Clone)]
pub(super) struct Book(Arc<Mutex<Pages>>);

#[derive(Default)]
pub(super) struct Pages {
    /// All actors that ever were and can be reached.
    pub(super) cast: Vec<Someone>,
    /// By the number of the value, whether it was dropped.
    pub(super) dropped: Vec<bool>,
    /// Messages sent, and answers that actors went on with.
    pub(super) sent: u64,
    /// Handlers that began, and methods that went on with an answer.
    pub(super) begun: u64,
    /// Of the messages, those that a listener for events sent, and those of them whose handlers began.
    pub(super) quiet: u64,
    pub(super) quiet_begun: u64,
    /// Answers given, and places sought: what may come too late.
    pub(super) given: u64,
    /// What was received of it.
    pub(super) received: u64,
    /// Panics on shards.
    pub(super) raised: u64,
    /// What ought not to be.
    pub(super) faults: Vec<String>,
    /// Destructors that did something.
    lives: u64,
    pairs: HashMap<(Sender, Address), Pair>,
    /// Permits there are for an actor's mailbox.
    permits: HashMap<Address, u64>,
    /// Why actors ended, once somebody heard of it.
    ended: HashMap<Address, Discriminant<ExitReason>>,
    waiting: Vec<Waker>,
    is_open: bool,
}

/// What one sender has told one actor.
#[derive(Default)]
struct Pair {
    sent: u64,
    begun: u64,
    /// How much had been sent when the sender said `stop`.
    stopped: Option<u64>,
}

/// Who sends, for the order of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sender {
    Actor(Address),
    Destructor(u64),
    Outside,
    Shard(usize),
}

impl Book {
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    pub(super) fn open(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, actor: Someone) {
        self.open().cast.push(actor);
    }

    fn value(&self, load: Load) -> Value {
        let mut pages = self.open();
        pages.dropped.push(false);
        let number = pages.dropped.len() - 1;
        Value { book: self.clone(), number, load, is_payload: false }
    }

    pub(super) fn whom(&self, me: Option<Someone>, to: Whom) -> Option<Someone> {
        let pages = self.open();
        let other = |number| {
            let count = pages.cast.len() as u64;
            (count > 0).then(|| pages.cast[(number % count) as usize])
        };
        match to {
            Whom::Me => me.or_else(|| other(0)),
            Whom::Other(number) => other(number),
        }
    }

    /// A message is about to be sent.
    fn card(&self, from: Sender, to: Someone, load: Load, script: Script, end: End) -> Card {
        let value = self.value(load);
        let mut pages = self.open();
        pages.sent += 1;
        let pair = pages.pairs.entry((from, to.address())).or_default();
        pair.sent += 1;
        let number = pair.sent;
        Card { from, number, is_quiet: false, value, script, end }
    }

    /// A message that does nothing.
    pub(super) fn blank(&self, from: Sender, to: Someone) -> Card {
        self.card(from, to, Load::default(), Script::new(), End::Well)
    }

    /// One that was not sent after all.
    fn unsent(&self) {
        self.open().sent -= 1;
    }

    /// An actor goes on with an answer.
    fn goes_on(&self) {
        let mut pages = self.open();
        pages.sent += 1;
        pages.begun += 1;
    }

    fn gives(&self) {
        self.open().given += 1;
    }

    /// Takes the answer to an ask.
    pub(super) fn received(&self, answer: Result<Value, AskError>) -> Option<Value> {
        let value = answer.ok()?;
        self.open().received += 1;
        Some(value)
    }

    /// Permits there are for this actor.
    pub(super) fn permits(&self, actor: Someone) -> u64 {
        self.open().permits.get(&actor.address()).copied().unwrap_or_default()
    }

    /// Messages of listeners that no handler saw.
    pub(super) fn in_vain(&self) -> u64 {
        let pages = self.open();
        pages.quiet - pages.quiet_begun
    }

    /// Somebody hears why an actor has ended.
    pub(super) fn hears_end(&self, of: Someone, reason: &ExitReason) {
        // Who comes later is told nothing.
        if matches!(reason, ExitReason::NoProc) {
            return;
        }
        let mut pages = self.open();
        let heard = *pages.ended.entry(of.address()).or_insert_with(|| discriminant(reason));
        if heard != discriminant(reason) {
            let fault = format!("{of:?} ended for two reasons");
            pages.faults.push(fault);
        }
    }

    fn begins(&self, me: Address, card: &Card) {
        let mut pages = self.open();
        pages.begun += 1;
        pages.quiet_begun += u64::from(card.is_quiet);
        if pages.ended.contains_key(&me) {
            pages.faults.push(format!("{me} handles a message after its end"));
        }
        let pair = pages.pairs.entry((card.from, me)).or_default();
        let fault = if card.number <= pair.begun {
            Some("out of order, or twice")
        } else if pair.stopped.is_some_and(|stopped| card.number > stopped) {
            Some("behind a stop")
        } else {
            None
        };
        pair.begun = card.number;
        if let Some(fault) = fault {
            let fault = format!("{me} handles message {} of {:?} {fault}", card.number, card.from);
            pages.faults.push(fault);
        }
    }

    fn stops(&self, from: Sender, to: Someone) {
        let mut pages = self.open();
        let pair = pages.pairs.entry((from, to.address())).or_default();
        let sent = pair.sent;
        pair.stopped.get_or_insert(sent);
    }

    fn panics(&self) {
        self.open().raised += 1;
    }

    /// Lets so many who wait at the gate go on.
    pub(super) fn let_on(&self, some: u64) {
        for _ in 0..some {
            let Some(waker) = self.open().waiting.pop() else { return };
            waker.wake();
        }
    }

    /// Opens the gate for good.
    pub(super) fn open_gate(&self) {
        self.open().is_open = true;
        self.let_on(u64::MAX);
    }

    /// Waits until it is let on, or woken for another reason.
    async fn gate(&self) {
        let mut waited = false;
        poll_fn(|cx| {
            let mut pages = self.open();
            if waited || pages.is_open {
                return Poll::Ready(());
            }
            waited = true;
            pages.waiting.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Awaits this, but not longer than until the gate is opened for good.
    async fn unless_opened<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            let mut pages = self.open();
            if pages.is_open {
                return Poll::Ready(None);
            }
            pages.waiting.push(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

/// What is sent, answered and held. It tells of its drop.
pub(super) struct Value {
    book: Book,
    number: usize,
    load: Load,
    /// Of a panic, whose own panic when it is dropped is counted with it.
    is_payload: bool,
}

impl Value {
    /// Has it do nothing when it is dropped but tell of it.
    pub(super) fn disarmed(mut self) -> Self {
        self.load = Load::default();
        self
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        let life = {
            let mut pages = self.book.open();
            if std::mem::replace(&mut pages.dropped[self.number], true) {
                let fault = format!("value {} is dropped twice", self.number);
                pages.faults.push(fault);
            }
            pages.lives += 1;
            pages.lives
        };
        let who = Who { from: Sender::Destructor(life), me: None };
        let unwinds = std::thread::panicking();
        for op in std::mem::take(&mut self.load.on_drop) {
            match op {
                Op::Panic(_) if unwinds => {}
                op => perform(&self.book, who, op),
            }
        }
        if self.load.explodes && !unwinds {
            if !self.is_payload {
                self.book.panics();
            }
            panic!("value {} explodes", self.number);
        }
    }
}

/// A message.
pub(super) struct Card {
    from: Sender,
    /// Of this sender for this receiver.
    number: u64,
    /// A listener for events sent it.
    is_quiet: bool,
    value: Value,
    script: Script,
    end: End,
}

/// Replies and permits on their way to another.
pub(super) struct Handed(Card, Vec<Reply<Value>>, Vec<Ticket>);

/// A permit for an actor of any kind, counted for as long as it is there.
pub(super) struct Ticket {
    to: Someone,
    book: Book,
    send: Option<Box<dyn FnOnce(Card) + Send>>,
}

impl Ticket {
    fn new<A: Player>(permit: callboard::Permit<A>, to: Someone, book: &Book) -> Self {
        let mut pages = book.open();
        pages.received += 1;
        *pages.permits.entry(to.address()).or_default() += 1;
        drop(pages);
        let send = Box::new(move |card| permit.send(A::message(card)));
        Self { to, book: book.clone(), send: Some(send) }
    }

    fn send(mut self, card: Card) {
        if let Some(send) = self.send.take() {
            send(card);
        }
    }

    /// Sends a message that does nothing.
    pub(super) fn send_blank(self, from: Sender) {
        let card = self.book.blank(from, self.to);
        self.send(card);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(permits) = self.book.open().permits.get_mut(&self.to.address()) {
            *permits -= 1;
        }
    }
}

/// A wait for a permit.
pub(super) type Reserving = Pin<Box<dyn Future<Output = Result<Ticket, ReserveError>> + Send>>;

/// An error whose every part may be hostile.
pub(super) struct Failure {
    how: FailHow,
    book: Book,
    _value: Value,
}

impl Failure {
    fn say(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if matches!(self.how, FailHow::DisplayPanics) {
            self.book.panics();
            panic!("an error that says nothing");
        }
        f.write_str("failed")
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(f)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(f)
    }
}

impl std::error::Error for Failure {}

/// Becomes a [`Failure`], or panics.
pub(super) struct Grudge(Failure);

impl From<Grudge> for Box<dyn std::error::Error + Send + Sync> {
    fn from(grudge: Grudge) -> Self {
        if matches!(grudge.0.how, FailHow::ConvertPanics) {
            grudge.0.book.panics();
            panic!("no error comes of this");
        }
        Box::new(grudge.0)
    }
}

/// Says its name by a panic.
struct Nameless;

impl fmt::Debug for Nameless {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("nobody says my name");
    }
}

/// Who does something.
#[derive(Clone, Copy)]
pub(super) struct Who {
    pub(super) from: Sender,
    pub(super) me: Option<Someone>,
}

/// What all actors of programs have in common but the listeners.
pub(super) trait Player: Actor {
    /// The capacity of its mailbox.
    const ROOM: Option<u64>;
    /// Whether a message that finds no place is refused.
    const REFUSES: bool;

    fn new(part: Part, start: Hook, stop: Hook) -> Self;
    fn part(&mut self) -> &mut Part;
    fn message(card: Card) -> Self::Msg;
    fn tell_by(me: ActorRef<Self>, how: TellHow, card: Card);
    fn ask_by(me: ActorRef<Self>, how: AskHow, card: Card) -> Ask<Value>;
    fn hand(me: ActorRef<Self>, handed: Handed);
}

/// What one does with an actor of some kind.
trait Reach: Sync {
    fn room(&self) -> Option<u64>;
    fn refuses(&self) -> bool;
    fn tell(&self, at: Address, how: TellHow, card: Card);
    fn try_tell(&self, at: Address, book: &Book, card: Card) -> Tried;
    fn ask(&self, at: Address, how: AskHow, card: Card) -> Ask<Value>;
    fn reserve(&self, to: Someone, book: &Book, patience: Duration) -> Reserving;
    fn hand(&self, at: Address, handed: Handed);
    fn length(&self, at: Address, simulator: &Simulator) -> Query<u64>;
}

/// What came of a `try_tell`. What was given back is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    Full,
    Sent,
    Stopped,
}

struct By<A>(PhantomData<fn(A)>);

impl<A: Player> Reach for By<A> {
    fn room(&self) -> Option<u64> {
        A::ROOM
    }

    fn refuses(&self) -> bool {
        A::REFUSES
    }

    fn tell(&self, at: Address, how: TellHow, card: Card) {
        A::tell_by(ActorRef::from_address(at), how, card);
    }

    fn try_tell(&self, at: Address, book: &Book, card: Card) -> Tried {
        let is_quiet = card.is_quiet;
        let Err(error) = ActorRef::<A>::from_address(at).try_tell(A::message(card)) else {
            return Tried::Sent;
        };
        book.unsent();
        book.open().quiet -= u64::from(is_quiet);
        match error {
            TellError::Full(_) => Tried::Full,
            TellError::Stopped(_) => Tried::Stopped,
        }
    }

    fn ask(&self, at: Address, how: AskHow, card: Card) -> Ask<Value> {
        A::ask_by(ActorRef::from_address(at), how, card)
    }

    fn reserve(&self, to: Someone, book: &Book, patience: Duration) -> Reserving {
        let reserve = ActorRef::<A>::from_address(to.at).reserve().timeout(patience);
        let book = book.clone();
        Box::pin(async move {
            book.gives();
            reserve.await.map(|permit| Ticket::new(permit, to, &book))
        })
    }

    fn hand(&self, at: Address, handed: Handed) {
        A::hand(ActorRef::from_address(at), handed);
    }

    fn length(&self, at: Address, simulator: &Simulator) -> Query<u64> {
        simulator.mailbox_len(ActorRef::<A>::from_address(at))
    }
}

/// An actor of any kind.
#[derive(Clone, Copy)]
pub(super) struct Someone {
    at: Address,
    by: &'static dyn Reach,
}

impl fmt::Debug for Someone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.at.fmt(f)
    }
}

impl Someone {
    fn of<A: Player>(actor: ActorRef<A>) -> Self {
        Self { at: actor.address(), by: const { &By::<A>(PhantomData) } }
    }

    pub(super) fn address(self) -> Address {
        self.at
    }

    /// Signals are the same for all kinds.
    fn any(self) -> ActorRef<Plain> {
        ActorRef::from_address(self.at)
    }

    /// The capacity of its mailbox.
    pub(super) fn room(self) -> Option<u64> {
        self.by.room()
    }

    /// Whether it refuses a message that finds no place.
    pub(super) fn refuses(self) -> bool {
        self.by.refuses()
    }

    fn tell(self, how: TellHow, card: Card) {
        self.by.tell(self.at, how, card);
    }

    pub(super) fn try_tell(self, book: &Book, card: Card) -> Tried {
        self.by.try_tell(self.at, book, card)
    }

    fn ask(self, how: AskHow, card: Card) -> Ask<Value> {
        self.by.ask(self.at, how, card).timeout(Duration::from_millis(60))
    }

    pub(super) fn reserve(self, book: &Book, patience: u64) -> Reserving {
        self.by.reserve(self, book, Duration::from_millis(patience))
    }

    fn hand(self, handed: Handed) {
        self.by.hand(self.at, handed);
    }

    pub(super) fn length(self, simulator: &Simulator) -> Query<u64> {
        self.by.length(self.at, simulator)
    }

    pub(super) fn stop(self) {
        self.any().stop();
    }

    fn stop_now(self) {
        self.any().stop_now();
    }

    fn kill(self) {
        self.any().kill();
    }

    pub(super) fn wait(self) -> Query<ExitReason> {
        self.any().wait()
    }

    pub(super) fn is_alive(self) -> Query<bool> {
        self.any().is_alive()
    }
}

/// Begins an ask, and says what is to be awaited.
fn ask(book: &Book, who: Who, op: Op) -> Option<(Someone, Ask<Value>, Wait)> {
    let Op::Ask { to, how, load, script, wait } = op else { return None };
    let to = book.whom(who.me, to)?;
    let card = book.card(who.from, to, load, script, End::Well);
    let ask = to.ask(how, card);
    if matches!(wait, Wait::Never) {
        book.unsent();
        return None;
    }
    Some((to, ask, wait))
}

/// Does what needs neither an await nor an actor's state. An ask that is to be kept is given up.
pub(super) fn perform(book: &Book, who: Who, op: Op) {
    match op {
        Op::Ask { .. } => {
            if let Some((_, ask, _)) = ask(book, who, op) {
                drop(ask.start());
            }
        }
        Op::IsAlive(to) => drop(book.whom(who.me, to).map(Someone::is_alive)),
        Op::Kill(to) => {
            if let Some(to) = book.whom(who.me, to) {
                to.kill();
            }
        }
        Op::Panic(how) => {
            let payload = match how {
                PanicHow::Any { explodes } => {
                    let load = Load { explodes, on_drop: Script::new() };
                    let mut payload = book.value(load);
                    payload.is_payload = true;
                    Some(payload)
                }
                PanicHow::Debug | PanicHow::Text => None,
            };
            book.panics();
            match (how, payload) {
                (PanicHow::Debug, _) => drop(format!("{Nameless:?}")),
                (_, Some(payload)) => panic_any(payload),
                (_, None) => panic!("as told"),
            }
        }
        Op::Reserve { to, patience, .. } => {
            if let Some(to) = book.whom(who.me, to) {
                give_up(to.reserve(book, patience));
            }
        }
        Op::Spawn(role) => drop(begin(book, Role { awaited: false, ..role })),
        Op::Stop(to) => {
            if let Some(to) = book.whom(who.me, to) {
                book.stops(who.from, to);
                to.stop();
            }
        }
        Op::StopNow(to) => {
            if let Some(to) = book.whom(who.me, to) {
                to.stop_now();
            }
        }
        Op::Tell { to, how: TellHow::Try, load, script, end } => {
            if let Some(to) = book.whom(who.me, to) {
                let card = book.card(who.from, to, load, script, end);
                to.try_tell(book, card);
            }
        }
        Op::Tell { to, how, load, script, end } => {
            if let Some(to) = book.whom(who.me, to) {
                let card = book.card(who.from, to, load, script, end);
                to.tell(how, card);
            }
        }
        Op::AnswerKept
        | Op::DropAsked
        | Op::DropPermits
        | Op::HandOn(_)
        | Op::UsePermits
        | Op::WaitAtGate
        | Op::WaitForEnd(_)
        | Op::Yield => {}
    }
}

/// Begins a wait for a place, and gives it up.
fn give_up(mut reserving: Reserving) {
    drop(reserving.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())));
}

/// A start to be awaited, if anybody does; none has begun without being told of.
type Begun = Option<Pin<Box<dyn Future<Output = ()>>>>;

/// Makes an actor begin, unless somebody is to wait for it.
fn begin(book: &Book, role: Role) -> Begun {
    match role.kind {
        Kind::Crashing => begin_as::<Crashing>(book, role),
        Kind::Forgetful => begin_as::<Forgetful>(book, role),
        Kind::Full => begin_as::<Full>(book, role),
        Kind::Plain => begin_as::<Plain>(book, role),
        Kind::Refusing => begin_as::<Refusing>(book, role),
        Kind::Small => begin_as::<Small>(book, role),
        Kind::Stubborn => begin_as::<Stubborn>(book, role),
    }
}

fn begin_as<A: Player>(book: &Book, role: Role) -> Begun {
    if let Some(shard) = role.away {
        let (value, book) = (book.value(role.state.clone()), book.clone());
        let count = SHARDS.get();
        let make = move || {
            if role.make_panics {
                drop(value);
                book.panics();
                panic!("not made");
            }
            A::new(Part::new(&book, value), role.start, role.stop)
        };
        // Off a shard this panics, as a destructor's that outlives its shard.
        let away = spawn_on(shard as usize % count, make);
        return Some(Box::pin(async move { drop(away.await) }));
    }
    let is_awaited = role.awaited && !role.kind.is_plain();
    let actor = A::new(Part::new(book, book.value(role.state)), role.start, role.stop);
    if is_awaited {
        return Some(Box::pin(async move { drop(start(actor).await) }));
    }
    book.enter(Someone::of(spawn(actor)));
    None
}

thread_local! {
    /// How many shards the program has that runs on this thread.
    pub(super) static SHARDS: std::cell::Cell<usize> = const { std::cell::Cell::new(1) };
}

/// What all kinds of actors hold.
pub(super) struct Part {
    book: Book,
    kept: Vec<Reply<Value>>,
    asked: Vec<Pending<Value>>,
    permits: Vec<Ticket>,
    _value: Value,
}

impl Part {
    fn new(book: &Book, value: Value) -> Self {
        let book = book.clone();
        Self { book, kept: Vec::new(), asked: Vec::new(), permits: Vec::new(), _value: value }
    }

    fn answer(&self, reply: Reply<Value>) {
        self.book.gives();
        reply.answer(self.book.value(Load::default()));
    }

    fn ends(&self, end: End) -> Result<(), Grudge> {
        match end {
            End::Fail { load, how } => {
                let _value = self.book.value(load);
                Err(Grudge(Failure { how, book: self.book.clone(), _value }))
            }
            End::Ignore | End::Well => Ok(()),
        }
    }
}

fn who<A: Player>(cx: &Context<A>) -> Who {
    let me = Someone::of(cx.me());
    Who { from: Sender::Actor(me.address()), me: Some(me) }
}

/// Does what needs no await.
fn play<A: Player>(actor: &mut A, cx: &mut Context<A>, script: Script) {
    for op in script {
        play_one(actor, cx, op);
    }
}

fn play_one<A: Player>(actor: &mut A, cx: &mut Context<A>, op: Op) {
    let (who, part) = (who(cx), actor.part());
    match op {
        Op::AnswerKept => {
            for reply in std::mem::take(&mut part.kept) {
                part.answer(reply);
            }
        }
        Op::Ask { wait: Wait::Await | Wait::AwaitStarted | Wait::Keep, .. } => {
            let asked = ask(&part.book, who, op);
            part.asked.extend(asked.map(|(_, ask, _)| ask.start()));
        }
        Op::Ask { wait: Wait::On(_), .. } => {
            if let Some((_, ask, Wait::On(then))) = ask(&part.book, who, op) {
                go_on(&part.book, cx, ask, *then);
            }
        }
        Op::DropAsked => part.asked.clear(),
        Op::DropPermits => part.permits.clear(),
        Op::HandOn(to) => {
            if let Some(to) = part.book.whom(who.me, to) {
                let card = part.book.blank(who.from, to);
                let (replies, permits) = (&mut part.kept, &mut part.permits);
                to.hand(Handed(card, std::mem::take(replies), std::mem::take(permits)));
            }
        }
        Op::UsePermits => {
            std::mem::take(&mut part.permits)
                .into_iter()
                .for_each(|permit| permit.send_blank(who.from));
        }
        op => perform(&part.book, who, op),
    }
}

/// Has the actor go on with an answer.
fn go_on<A: Player>(book: &Book, cx: &Context<A>, ask: Ask<Value>, then: Then) {
    let Then { is_later, load, script, end } = then;
    let (book, put) = (book.clone(), book.value(load));
    type Answer = Result<Value, AskError>;
    if is_later {
        let later = async move |actor: &mut A, cx: &mut Context<A>, answer: Answer| {
            book.goes_on();
            let answer = book.received(answer);
            play_later(actor, cx, script).await;
            drop((put, answer));
            actor.part().ends(end)
        };
        ask.on(cx, later);
    } else {
        let now = move |actor: &mut A, cx: &mut Context<A>, answer: Answer| {
            book.goes_on();
            let answer = book.received(answer);
            play(actor, cx, script);
            drop((put, answer));
            actor.part().ends(end)
        };
        ask.on(cx, now);
    }
}

async fn play_later<A: Player>(actor: &mut A, cx: &mut Context<A>, script: Script) {
    let who = who(cx);
    let book = actor.part().book.clone();
    for op in script {
        match op {
            Op::Ask { wait: Wait::Await, .. } => {
                if let Some((to, ask, _)) = ask(&book, who, op) {
                    // That one is refused before it is sent.
                    if who.me.is_some_and(|me| to.address() == me.address()) {
                        book.unsent();
                    }
                    drop(book.received(ask.await));
                }
            }
            Op::Ask { wait: Wait::AwaitStarted, .. } => {
                if let Some((_, ask, _)) = ask(&book, who, op) {
                    let pending = ask.start();
                    drop(book.received(pending.await));
                }
            }
            Op::IsAlive(to) => {
                if let Some(to) = book.whom(who.me, to) {
                    let is_me = who.me.is_some_and(|me| to.address() == me.address());
                    if !to.is_alive().await && is_me {
                        book.open().faults.push(format!("{to:?} is told that it does not live"));
                    }
                }
            }
            Op::Reserve { to, patience, wish } => {
                if let Some(to) = book.whom(who.me, to) {
                    wish_for(&book, who, to, patience, wish, actor.part()).await;
                }
            }
            Op::Spawn(role) if role.awaited => {
                if let Some(begun) = begin(&book, role) {
                    begun.await;
                }
            }
            Op::WaitAtGate => book.gate().await,
            Op::WaitForEnd(of) => {
                if let Some(of) = book.whom(who.me, of)
                    && let Some(reason) = book.unless_opened(of.wait()).await
                {
                    book.hears_end(of, &reason);
                }
            }
            Op::Yield => tokio::task::yield_now().await,
            op => play_one(actor, cx, op),
        }
    }
}

/// Waits for a place, and does with it what is wished.
async fn wish_for(book: &Book, who: Who, to: Someone, patience: u64, wish: Wish, part: &mut Part) {
    let mut reserving = to.reserve(book, patience);
    match wish {
        Wish::Drop => drop(reserving.await.map(drop)),
        Wish::GiveUp => give_up(reserving),
        Wish::GiveUpLater => {
            let mut is_begun = false;
            let begun = poll_fn(|cx| match reserving.as_mut().poll(cx) {
                Poll::Pending if !is_begun => {
                    is_begun = true;
                    book.open().waiting.push(cx.waker().clone());
                    Poll::Pending
                }
                Poll::Pending => Poll::Ready(None),
                Poll::Ready(ticket) => Poll::Ready(ticket.ok()),
            });
            drop(begun.await);
        }
        Wish::Keep => part.permits.extend(reserving.await.ok()),
        Wish::Send { load, script, end } => {
            if let Ok(ticket) = reserving.await {
                ticket.send(book.card(who.from, to, load, script, end));
            }
        }
    }
}

fn take<A: Player>(actor: &mut A, cx: &mut Context<A>, card: Card) -> Result<(), Grudge> {
    actor.part().book.begins(cx.me().address(), &card);
    let Card { value, script, end, .. } = card;
    play(actor, cx, script);
    drop(value);
    actor.part().ends(end)
}

async fn take_later<A: Player>(
    actor: &mut A,
    cx: &mut Context<A>,
    card: Card,
) -> Result<(), Grudge> {
    actor.part().book.begins(cx.me().address(), &card);
    let Card { value, script, end, .. } = card;
    play_later(actor, cx, script).await;
    drop(value);
    actor.part().ends(end)
}

fn swap<A: Player>(actor: &mut A, cx: &mut Context<A>, card: Card) -> Value {
    actor.part().book.begins(cx.me().address(), &card);
    play(actor, cx, card.script);
    actor.part().book.gives();
    card.value
}

async fn swap_later<A: Player>(actor: &mut A, cx: &mut Context<A>, card: Card) -> Value {
    actor.part().book.begins(cx.me().address(), &card);
    play_later(actor, cx, card.script).await;
    actor.part().book.gives();
    card.value
}

fn keep<A: Player>(actor: &mut A, cx: &mut Context<A>, card: Card, reply: Reply<Value>) {
    actor.part().book.begins(cx.me().address(), &card);
    actor.part().kept.push(reply);
    play(actor, cx, card.script);
}

fn lose<A: Player>(actor: &mut A, cx: &mut Context<A>, card: Card, reply: Reply<Value>) {
    actor.part().book.begins(cx.me().address(), &card);
    play(actor, cx, card.script);
    drop(reply);
}

fn take_these<A: Player>(actor: &mut A, cx: &mut Context<A>, handed: Handed) {
    let part = actor.part();
    part.book.begins(cx.me().address(), &handed.0);
    for reply in handed.1 {
        part.answer(reply);
    }
    part.permits.extend(handed.2);
}

macro_rules! player {
    ($actor:ident $messages:ident, $room:expr, $refuses:expr, $new:expr) => {
        impl Player for $actor {
            const ROOM: Option<u64> = $room;
            const REFUSES: bool = $refuses;

            fn new(part: Part, start: Hook, stop: Hook) -> Self {
                $new(part, start, stop)
            }

            fn part(&mut self) -> &mut Part {
                &mut self.part
            }

            fn message(card: Card) -> $messages {
                $messages::Take { card }
            }

            fn tell_by(me: ActorRef<Self>, how: TellHow, card: Card) {
                match how {
                    TellHow::Large => me.take_large(card, [7; 100]),
                    TellHow::Later => me.take_later(card),
                    TellHow::Small | TellHow::Try => me.take(card),
                }
            }

            fn ask_by(me: ActorRef<Self>, how: AskHow, card: Card) -> Ask<Value> {
                match how {
                    AskHow::Answer => me.swap(card),
                    AskHow::AnswerLater => me.swap_later(card),
                    AskHow::Keep => me.keep(card),
                    AskHow::Lose => me.lose(card),
                }
            }

            fn hand(me: ActorRef<Self>, handed: Handed) {
                me.take_these(handed);
            }
        }
    };
}

/// Actors with hooks and `async` handlers.
macro_rules! full {
    ($($actor:ident $messages:ident ($($option:tt)*) $room:expr, $refuses:expr;)*) => {$(
        #[actor(start_timeout = "80ms" $($option)*)]
        pub(super) struct $actor {
            part: Part,
            start: Hook,
            stop: Hook,
        }

        player!($actor $messages, $room, $refuses, |part, start, stop| Self { part, start, stop });

        #[handlers]
        impl $actor {
            #[start]
            async fn begin(&mut self, cx: &mut Context<Self>) -> Result<Start, Grudge> {
                self.part.book.enter(Someone::of(cx.me()));
                let script = std::mem::take(&mut self.start.script);
                play_later(self, cx, script).await;
                let end = std::mem::take(&mut self.start.end);
                let is_wanted = !matches!(end, End::Ignore);
                self.part.ends(end)?;
                Ok(if is_wanted { Start::Run } else { Start::Ignore })
            }

            #[stop]
            async fn finish(&mut self, cx: &mut Context<Self>) -> Result<(), Grudge> {
                let script = std::mem::take(&mut self.stop.script);
                play_later(self, cx, script).await;
                let end = std::mem::take(&mut self.stop.end);
                self.part.ends(end)
            }

            #[tell]
            fn take(&mut self, cx: &mut Context<Self>, card: Card) -> Result<(), Grudge> {
                take(self, cx, card)
            }

            #[tell]
            fn take_large(
                &mut self,
                cx: &mut Context<Self>,
                card: Card,
                rest: [u64; 100],
            ) -> Result<(), Grudge> {
                assert_eq!(rest, [7; 100]);
                take(self, cx, card)
            }

            #[tell]
            async fn take_later(&mut self, cx: &mut Context<Self>, card: Card) -> Result<(), Grudge> {
                take_later(self, cx, card).await
            }

            #[tell]
            fn take_these(&mut self, cx: &mut Context<Self>, handed: Handed) {
                take_these(self, cx, handed);
            }

            #[ask]
            fn swap(&mut self, cx: &mut Context<Self>, card: Card) -> Value {
                swap(self, cx, card)
            }

            #[ask]
            async fn swap_later(&mut self, cx: &mut Context<Self>, card: Card) -> Value {
                swap_later(self, cx, card).await
            }

            #[ask]
            fn keep(&mut self, cx: &mut Context<Self>, card: Card, reply: Reply<Value>) {
                keep(self, cx, card, reply);
            }

            #[ask]
            fn lose(&mut self, cx: &mut Context<Self>, card: Card, reply: Reply<Value>) {
                lose(self, cx, card, reply);
            }
        }
    )*};
}

full! {
    Crashing CrashingMsg (, mailbox(capacity = 3, overflow = crash)) Some(3), false;
    Forgetful ForgetfulMsg (, mailbox(capacity = 2, overflow = drop_oldest)) Some(2), false;
    Full FullMsg () None, false;
    Refusing RefusingMsg (, mailbox(capacity = 2, overflow = reject)) Some(2), true;
    Stubborn StubbornMsg (, mailbox(capacity = 1, overflow = drop_newest)) Some(1), false;
}

/// Actors that suspend only where they go on with an answer.
macro_rules! plain {
    ($($actor:ident $messages:ident ($($option:tt)*) $room:expr, $refuses:expr;)*) => {$(
        #[actor($($option)*)]
        pub(super) struct $actor {
            part: Part,
        }

        player!($actor $messages, $room, $refuses, |part, _: Hook, _: Hook| Self { part });

        #[handlers]
        impl $actor {
            #[tell]
            fn take(&mut self, cx: &mut Context<Self>, card: Card) -> Result<(), Grudge> {
                take(self, cx, card)
            }

            #[tell]
            fn take_large(
                &mut self,
                cx: &mut Context<Self>,
                card: Card,
                rest: [u64; 100],
            ) -> Result<(), Grudge> {
                assert_eq!(rest, [7; 100]);
                take(self, cx, card)
            }

            #[tell]
            fn take_later(&mut self, cx: &mut Context<Self>, card: Card) -> Result<(), Grudge> {
                take(self, cx, card)
            }

            #[tell]
            fn take_these(&mut self, cx: &mut Context<Self>, handed: Handed) {
                take_these(self, cx, handed);
            }

            #[ask]
            fn swap(&mut self, cx: &mut Context<Self>, card: Card) -> Value {
                swap(self, cx, card)
            }

            #[ask]
            fn swap_later(&mut self, cx: &mut Context<Self>, card: Card) -> Value {
                swap(self, cx, card)
            }

            #[ask]
            fn keep(&mut self, cx: &mut Context<Self>, card: Card, reply: Reply<Value>) {
                keep(self, cx, card, reply);
            }

            #[ask]
            fn lose(&mut self, cx: &mut Context<Self>, card: Card, reply: Reply<Value>) {
                lose(self, cx, card, reply);
            }
        }
    )*};
}

plain! {
    Plain PlainMsg () None, false;
    Small SmallMsg (mailbox(capacity = 2, overflow = reject)) Some(2), true;
}

/// How often a listener says something.
const SHOUTS: u64 = 60;

/// Listens to events, and sends to the living and the dead when it hears of something.
#[actor]
pub(super) struct Ear {
    book: Book,
    events: Events,
    /// Whether what it sends is a listener's.
    is_quiet: bool,
    shouts: u64,
}

impl Ear {
    pub(super) fn new(book: &Book, events: Events) -> Self {
        Self { book: book.clone(), events, is_quiet: false, shouts: 0 }
    }

    fn note(&mut self, cx: &Context<Self>, to: Someone) -> Card {
        let mut card = self.book.blank(Sender::Actor(cx.me().address()), to);
        card.is_quiet = self.is_quiet;
        self.book.open().quiet += u64::from(self.is_quiet);
        card
    }

    /// Sends something to somebody.
    fn shout(&mut self, cx: &Context<Self>) {
        self.shouts += 1;
        let to = self.book.whom(None, Whom::Other(self.shouts * 7));
        let Some(to) = to.filter(|_| self.shouts < SHOUTS) else { return };
        let card = self.note(cx, to);
        match self.shouts % 5 {
            0 => to.tell(TellHow::Large, card),
            1 => to.tell(TellHow::Small, card),
            2 => {
                to.try_tell(&self.book, card);
            }
            3 => drop(to.ask(AskHow::Keep, card).start()),
            _ => to.ask(AskHow::AnswerLater, card).on(cx, Self::heard),
        }
    }

    fn heard(&mut self, cx: &mut Context<Self>, answer: Result<Value, AskError>) {
        self.book.goes_on();
        drop(self.book.received(answer));
        self.shout(cx);
    }

    async fn shout_by_permit(&mut self, cx: &Context<Self>) {
        let to = self.book.whom(None, Whom::Other(self.shouts * 3));
        let Some(to) = to.filter(|_| self.shouts < SHOUTS) else { return };
        if let Ok(ticket) = to.reserve(&self.book, 20).await {
            // By then whoever it is for may have ended.
            tokio::task::yield_now().await;
            let card = self.note(cx, to);
            ticket.send(card);
        }
    }
}

#[handlers]
impl Ear {
    #[tell]
    pub(super) fn look(&mut self, cx: &mut Context<Self>, card: Card) {
        self.book.begins(cx.me().address(), &card);
        while self.events.try_next().is_some() {
            self.shout(cx);
        }
        self.is_quiet = true;
    }

    #[tell]
    pub(super) async fn listen(&mut self, cx: &mut Context<Self>, card: Card) {
        self.book.begins(cx.me().address(), &card);
        self.is_quiet = true;
        while self.events.next().await.is_some() {
            self.shout(cx);
            self.shout_by_permit(cx).await;
        }
    }

    #[stop]
    fn finish(&mut self, cx: &mut Context<Self>) {
        self.shout(cx);
    }
}

/// A message for a listener, from outside.
pub(super) fn note_for(book: &Book, ear: ActorRef<Ear>) -> Card {
    let value = book.value(Load::default());
    let mut pages = book.open();
    pages.sent += 1;
    let pair = pages.pairs.entry((Sender::Outside, ear.address())).or_default();
    pair.sent += 1;
    let number = pair.sent;
    let (script, end) = (Script::new(), End::Well);
    Card { from: Sender::Outside, number, is_quiet: false, value, script, end }
}

/// What a plain thread waits for.
pub(super) enum Waiting {
    Alive(Query<bool>),
    Answer(Pending<Value>),
    End(Someone, Query<ExitReason>),
    Length(Query<u64>),
    Place(Reserving, Wish),
}

impl Waiting {
    /// Begins what an op says, if it is one to wait for.
    pub(super) fn begin(book: &Book, op: Op) -> Option<Self> {
        let who = Who { from: Sender::Outside, me: None };
        match op {
            Op::Ask { .. } => ask(book, who, op).map(|(_, ask, _)| Self::Answer(ask.start())),
            Op::IsAlive(of) => book.whom(None, of).map(|of| Self::Alive(of.is_alive())),
            Op::Reserve { to, patience, wish } => {
                book.whom(None, to).map(|to| Self::Place(to.reserve(book, patience), wish))
            }
            Op::WaitForEnd(of) => book.whom(None, of).map(|of| Self::End(of, of.wait())),
            _ => None,
        }
    }

    /// Whether it has ended; what came of it is used.
    pub(super) fn look(&mut self, book: &Book, permits: &mut Vec<Ticket>) -> bool {
        let cx = &mut TaskContext::from_waker(Waker::noop());
        match self {
            Self::Alive(query) => Pin::new(query).poll(cx).is_ready(),
            Self::Answer(pending) => match Pin::new(pending).poll(cx) {
                Poll::Pending => false,
                Poll::Ready(answer) => {
                    drop(book.received(answer).map(Value::disarmed));
                    true
                }
            },
            Self::End(of, query) => match Pin::new(query).poll(cx) {
                Poll::Pending => false,
                Poll::Ready(reason) => {
                    book.hears_end(*of, &reason);
                    alone(book, || drop(reason));
                    true
                }
            },
            Self::Length(query) => Pin::new(query).poll(cx).is_ready(),
            Self::Place(reserving, wish) => match reserving.as_mut().poll(cx) {
                // It is given up once it has begun.
                Poll::Pending => matches!(wish, Wish::GiveUp),
                Poll::Ready(Err(_)) => true,
                Poll::Ready(Ok(ticket)) => {
                    match wish {
                        Wish::Keep => permits.push(ticket),
                        Wish::Send { .. } => ticket.send_blank(Sender::Outside),
                        Wish::Drop | Wish::GiveUp | Wish::GiveUpLater => drop(ticket),
                    }
                    true
                }
            },
        }
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alive(query) => query.fmt(f),
            Self::Answer(_) => f.write_str("an ask"),
            Self::End(of, _) => write!(f, "a wait for the end of {of:?}"),
            Self::Length(query) => query.fmt(f),
            Self::Place(_, wish) => write!(f, "a wait for a place, to {wish:?}"),
        }
    }
}

/// Runs code that is no actor's. A destructor that panics there is nobody's but its own.
pub(super) fn alone<T>(book: &Book, call: impl FnOnce() -> T) -> Option<T> {
    let before = book.open().raised;
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(value) => Some(value),
        Err(payload) => {
            book.open().raised = before;
            // It may panic in turn, once.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
            None
        }
    }
}
