//! Runs programs: the actors that do what they are told, and the book that is kept of it.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use callboard::{
    ActorRef, Address, Ask, Context, Pending, Reply, Start, actor, handlers, spawn, spawn_on, start,
};

use super::make::{
    AskHow, End, FailHow, Hook, Load, Op, PanicHow, Role, Script, TellHow, Wait, Whom,
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
    /// Messages sent.
    pub(super) sent: u64,
    /// Handlers that began.
    pub(super) begun: u64,
    /// Panics on shards.
    pub(super) raised: u64,
    /// What ought not to be.
    pub(super) faults: Vec<String>,
    /// Destructors that did something.
    lives: u64,
    pairs: HashMap<(Sender, Address), Pair>,
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

    fn whom(&self, me: Option<Someone>, to: Whom) -> Option<Someone> {
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
        Card { from, number, value, script, end }
    }

    /// One that was not sent after all.
    fn unsent(&self) {
        self.open().sent -= 1;
    }

    fn begins(&self, me: Someone, card: &Card) {
        let mut pages = self.open();
        pages.begun += 1;
        let pair = pages.pairs.entry((card.from, me.address())).or_default();
        let fault = if card.number <= pair.begun {
            Some("out of order, or twice")
        } else if pair.stopped.is_some_and(|stopped| card.number > stopped) {
            Some("behind a stop")
        } else {
            None
        };
        pair.begun = card.number;
        if let Some(fault) = fault {
            let fault =
                format!("{me:?} handles message {} of {:?} {fault}", card.number, card.from);
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
    value: Value,
    script: Script,
    end: End,
}

/// Replies on their way to who answers.
pub(super) struct Handed(Card, Vec<Reply<Value>>);

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

/// An actor of either kind.
#[derive(Clone, Copy, Debug)]
pub(super) enum Someone {
    Full(ActorRef<Full>),
    Plain(ActorRef<Plain>),
}

impl Someone {
    pub(super) fn address(self) -> Address {
        match self {
            Self::Full(actor) => actor.address(),
            Self::Plain(actor) => actor.address(),
        }
    }

    fn tell(self, how: TellHow, card: Card) {
        match (self, how) {
            (Self::Full(actor), TellHow::Small) => actor.take(card),
            (Self::Full(actor), TellHow::Large) => actor.take_large(card, [7; 100]),
            (Self::Full(actor), TellHow::Later) => actor.take_later(card),
            (Self::Plain(actor), TellHow::Large) => actor.take_large(card, [7; 100]),
            (Self::Plain(actor), _) => actor.take(card),
        }
    }

    fn ask(self, how: AskHow, card: Card) -> Ask<Value> {
        let ask = match (self, how) {
            (Self::Full(actor), AskHow::Answer) => actor.swap(card),
            (Self::Full(actor), AskHow::AnswerLater) => actor.swap_later(card),
            (Self::Full(actor), AskHow::Keep) => actor.keep(card),
            (Self::Full(actor), AskHow::Lose) => actor.lose(card),
            (Self::Plain(actor), AskHow::Keep) => actor.keep(card),
            (Self::Plain(actor), AskHow::Lose) => actor.lose(card),
            (Self::Plain(actor), _) => actor.swap(card),
        };
        ask.timeout(Duration::from_millis(60))
    }

    fn hand(self, handed: Handed) {
        match self {
            Self::Full(actor) => actor.answer_these(handed),
            Self::Plain(actor) => actor.answer_these(handed),
        }
    }

    pub(super) fn stop(self) {
        match self {
            Self::Full(actor) => actor.stop(),
            Self::Plain(actor) => actor.stop(),
        }
    }

    fn stop_now(self) {
        match self {
            Self::Full(actor) => actor.stop_now(),
            Self::Plain(actor) => actor.stop_now(),
        }
    }

    pub(super) fn kill(self) {
        match self {
            Self::Full(actor) => actor.kill(),
            Self::Plain(actor) => actor.kill(),
        }
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
        Op::Tell { to, how, load, script, end } => {
            if let Some(to) = book.whom(who.me, to) {
                let card = book.card(who.from, to, load, script, end);
                to.tell(how, card);
            }
        }
        Op::AnswerKept | Op::DropAsked | Op::HandOn(_) | Op::WaitAtGate | Op::Yield => {}
    }
}

/// A start that may be awaited.
enum Begun {
    Away(callboard::SpawnOn<Full>),
    Here(Box<Full>),
    Nothing,
}

/// Makes an actor begin, unless somebody is to wait for it.
fn begin(book: &Book, role: Role) -> Begun {
    if let Some(shard) = role.away {
        let (value, book) = (book.value(role.state.clone()), book.clone());
        let count = SHARDS.get();
        let make = move || {
            if role.make_panics {
                drop(value);
                book.panics();
                panic!("not made");
            }
            Full { part: Part::new(&book, value), start: role.start, stop: role.stop }
        };
        // Off a shard this panics, as a destructor's that outlives its shard.
        return Begun::Away(spawn_on(shard as usize % count, make));
    }
    let part = Part::new(book, book.value(role.state));
    if role.is_plain {
        let actor = spawn(Plain { part });
        book.enter(Someone::Plain(actor));
        return Begun::Nothing;
    }
    let full = Full { part, start: role.start, stop: role.stop };
    if role.awaited {
        return Begun::Here(Box::new(full));
    }
    let actor = spawn(full);
    book.enter(Someone::Full(actor));
    Begun::Nothing
}

thread_local! {
    /// How many shards the program has that runs on this thread.
    pub(super) static SHARDS: std::cell::Cell<usize> = const { std::cell::Cell::new(1) };
}

/// What both kinds of actors hold.
pub(super) struct Part {
    book: Book,
    kept: Vec<Reply<Value>>,
    asked: Vec<Pending<Value>>,
    _value: Value,
}

impl Part {
    fn new(book: &Book, value: Value) -> Self {
        Self { book: book.clone(), kept: Vec::new(), asked: Vec::new(), _value: value }
    }

    fn answer(&self, reply: Reply<Value>) {
        reply.answer(self.book.value(Load::default()));
    }

    /// Does what needs no await.
    fn play(&mut self, me: Someone, script: Script) {
        for op in script {
            self.play_one(me, op);
        }
    }

    fn play_one(&mut self, me: Someone, op: Op) {
        let who = Who { from: Sender::Actor(me.address()), me: Some(me) };
        match op {
            Op::AnswerKept => {
                for reply in std::mem::take(&mut self.kept) {
                    self.answer(reply);
                }
            }
            Op::Ask { wait: Wait::Await | Wait::AwaitStarted | Wait::Keep, .. } => {
                let asked = ask(&self.book, who, op);
                self.asked.extend(asked.map(|(_, ask, _)| ask.start()));
            }
            Op::DropAsked => self.asked.clear(),
            Op::HandOn(to) => {
                if let Some(to) = self.book.whom(Some(me), to) {
                    let card =
                        self.book.card(who.from, to, Load::default(), Script::new(), End::Well);
                    to.hand(Handed(card, std::mem::take(&mut self.kept)));
                }
            }
            op => perform(&self.book, who, op),
        }
    }

    async fn play_later(&mut self, me: Someone, script: Script) {
        let who = Who { from: Sender::Actor(me.address()), me: Some(me) };
        for op in script {
            match op {
                Op::Ask { wait: Wait::Await, .. } => {
                    if let Some((to, ask, _)) = ask(&self.book, who, op) {
                        // That one is refused before it is sent.
                        if to.address() == me.address() {
                            self.book.unsent();
                        }
                        drop(ask.await);
                    }
                }
                Op::Ask { wait: Wait::AwaitStarted, .. } => {
                    if let Some((_, ask, _)) = ask(&self.book, who, op) {
                        let pending = ask.start();
                        drop(pending.await);
                    }
                }
                Op::Spawn(role) if role.awaited => match begin(&self.book, role) {
                    Begun::Away(away) => drop(away.await),
                    Begun::Here(full) => drop(start(*full).await),
                    Begun::Nothing => {}
                },
                Op::WaitAtGate => self.book.gate().await,
                Op::Yield => tokio::task::yield_now().await,
                op => self.play_one(me, op),
            }
        }
    }

    fn take(&mut self, me: Someone, card: Card) -> Result<(), Grudge> {
        self.book.begins(me, &card);
        let Card { value, script, end, .. } = card;
        self.play(me, script);
        drop(value);
        self.ends(end)
    }

    async fn take_later(&mut self, me: Someone, card: Card) -> Result<(), Grudge> {
        self.book.begins(me, &card);
        let Card { value, script, end, .. } = card;
        self.play_later(me, script).await;
        drop(value);
        self.ends(end)
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

    fn swap(&mut self, me: Someone, card: Card) -> Value {
        self.book.begins(me, &card);
        self.play(me, card.script);
        card.value
    }

    fn keep(&mut self, me: Someone, card: Card, reply: Reply<Value>) {
        self.book.begins(me, &card);
        self.kept.push(reply);
        self.play(me, card.script);
    }

    fn lose(&mut self, me: Someone, card: Card, reply: Reply<Value>) {
        self.book.begins(me, &card);
        self.play(me, card.script);
        drop(reply);
    }

    fn answer_these(&mut self, me: Someone, handed: Handed) {
        self.book.begins(me, &handed.0);
        for reply in handed.1 {
            self.answer(reply);
        }
    }
}

/// An actor with hooks and `async` handlers.
#[actor(start_timeout = "80ms")]
pub(super) struct Full {
    part: Part,
    start: Hook,
    stop: Hook,
}

impl Full {
    fn me(cx: &Context<Self>) -> Someone {
        Someone::Full(cx.me())
    }
}

#[handlers]
impl Full {
    #[start]
    async fn begin(&mut self, cx: &mut Context<Self>) -> Result<Start, Grudge> {
        let me = Self::me(cx);
        self.part.book.enter(me);
        let script = std::mem::take(&mut self.start.script);
        self.part.play_later(me, script).await;
        let end = std::mem::take(&mut self.start.end);
        let is_wanted = !matches!(end, End::Ignore);
        self.part.ends(end)?;
        Ok(if is_wanted { Start::Run } else { Start::Ignore })
    }

    #[stop]
    async fn finish(&mut self, cx: &mut Context<Self>) -> Result<(), Grudge> {
        let me = Self::me(cx);
        let script = std::mem::take(&mut self.stop.script);
        self.part.play_later(me, script).await;
        let end = std::mem::take(&mut self.stop.end);
        self.part.ends(end)
    }

    #[tell]
    fn take(&mut self, cx: &mut Context<Self>, card: Card) -> Result<(), Grudge> {
        self.part.take(Self::me(cx), card)
    }

    #[tell]
    fn take_large(
        &mut self,
        cx: &mut Context<Self>,
        card: Card,
        rest: [u64; 100],
    ) -> Result<(), Grudge> {
        assert_eq!(rest, [7; 100]);
        self.part.take(Self::me(cx), card)
    }

    #[tell]
    async fn take_later(&mut self, cx: &mut Context<Self>, card: Card) -> Result<(), Grudge> {
        self.part.take_later(Self::me(cx), card).await
    }

    #[tell]
    fn answer_these(&mut self, cx: &mut Context<Self>, handed: Handed) {
        self.part.answer_these(Self::me(cx), handed);
    }

    #[ask]
    fn swap(&mut self, cx: &mut Context<Self>, card: Card) -> Value {
        self.part.swap(Self::me(cx), card)
    }

    #[ask]
    async fn swap_later(&mut self, cx: &mut Context<Self>, card: Card) -> Value {
        self.part.book.begins(Self::me(cx), &card);
        self.part.play_later(Self::me(cx), card.script).await;
        card.value
    }

    #[ask]
    fn keep(&mut self, cx: &mut Context<Self>, card: Card, reply: Reply<Value>) {
        self.part.keep(Self::me(cx), card, reply);
    }

    #[ask]
    fn lose(&mut self, cx: &mut Context<Self>, card: Card, reply: Reply<Value>) {
        self.part.lose(Self::me(cx), card, reply);
    }
}

/// An actor that never suspends.
#[actor]
pub(super) struct Plain {
    part: Part,
}

impl Plain {
    fn me(cx: &Context<Self>) -> Someone {
        Someone::Plain(cx.me())
    }
}

#[handlers]
impl Plain {
    #[tell]
    fn take(&mut self, cx: &mut Context<Self>, card: Card) -> Result<(), Grudge> {
        self.part.take(Self::me(cx), card)
    }

    #[tell]
    fn take_large(
        &mut self,
        cx: &mut Context<Self>,
        card: Card,
        rest: [u64; 100],
    ) -> Result<(), Grudge> {
        assert_eq!(rest, [7; 100]);
        self.part.take(Self::me(cx), card)
    }

    #[tell]
    fn answer_these(&mut self, cx: &mut Context<Self>, handed: Handed) {
        self.part.answer_these(Self::me(cx), handed);
    }

    #[ask]
    fn swap(&mut self, cx: &mut Context<Self>, card: Card) -> Value {
        self.part.swap(Self::me(cx), card)
    }

    #[ask]
    fn keep(&mut self, cx: &mut Context<Self>, card: Card, reply: Reply<Value>) {
        self.part.keep(Self::me(cx), card, reply);
    }

    #[ask]
    fn lose(&mut self, cx: &mut Context<Self>, card: Card, reply: Reply<Value>) {
        self.part.lose(Self::me(cx), card, reply);
    }
}

/// An ask of a plain thread, which is started.
pub(super) fn ask_outside(book: &Book, who: Who, op: Op) -> Option<Pending<Value>> {
    ask(book, who, op).map(|(_, ask, _)| ask.start())
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
