//! Actors: the trait, what the macros make of it, and how an actor begins.
//!
//! Before me: the macros' `Handlers`, `Handle` and `Actor` impls, or the same by hand. After me: the cell
//! in which an actor lives, and the shard that delivers to it.

mod attend;
mod blocking;
mod blocking_call;
mod context;
mod continuation;
mod entry;
mod health;
mod kept;
mod linking;
mod naming;
mod spawn;
mod spoken;
mod states;
mod stream;
mod timers;
mod wrap;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub(crate) use self::attend::attend;
use self::blocking::{HandOver, OnThread, hand_over};
pub use self::blocking_call::BlockingCall;
pub use self::context::Context;
pub use self::continuation::Continue;
#[cfg(any(test, feature = "testing"))]
pub(crate) use self::entry::enter as enter_entry;
pub(crate) use self::entry::{Ended, run_on};
pub use self::health::{checked, checked_later};
pub use self::kept::{keep, kept, kept_later};
pub(crate) use self::spawn::spawn_by;
pub use self::spawn::{Place, Spawn, SpawnOn, spawn, spawn_on, start};
pub(crate) use self::spoken::unlisted_delivery;
pub use self::spoken::{Dispatch, Handles, Listed, apart, spoken, unlisted};
pub use self::states::{State, States};
pub use self::stream::{Item, StreamEnd, attach};
pub use self::timers::Timed;
pub(crate) use self::timers::begin_timers;
pub use self::wrap::{Around, Call, Ends, Wrap, Wraps, before, ended, ends_later};
use crate::address::Target;
use crate::ask::{Forward, Reply};
use crate::bonds::{Down, Exit};
use crate::cell::keeper::Report;
use crate::cell::task::Task;
use crate::cell::{Beside, Bodies, Body, Handled, Lies, News, Options, Outcome, Spoken, TypeOf};
use crate::exit::ExitReason;
use crate::flow::{Flow, IntoFlow, IntoStart};
use crate::host;
use crate::message::{Message, Protocol};
use crate::record::{Class, Delivery, Leave};
use crate::timer::When;

/// How an actor takes the messages `M`: what `#[handlers]` makes of the handlers.
#[diagnostic::on_unimplemented(message = "`{Self}` does not take `{M}`")]
pub trait Handle<M>: Sized + 'static {
    /// Handles one message.
    fn handle<'a>(&'a mut self, message: M, cx: &'a mut Context<Self>) -> Handled<'a>;
}

/// What `#[handlers]` makes beside the messages: the hooks of an actor.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handlers",
    label = "an actor without handlers",
    note = "write `#[handlers] impl {Self} {{ }}`"
)]
pub trait Handlers: Protocol + Handle<<Self as Protocol>::Msg> {
    /// Whether there is a start hook.
    const STARTS: bool = false;
    /// Whether exits are told to the hook `exit`, and do not end the actor.
    const TRAPS: bool = false;
    /// Whether any handler or hook is `async`: such an actor's cell has room for its context, 8 bytes.
    const SUSPENDS: bool = false;
    /// Which messages have concurrent handlers: at the tag of each how many of them may be handled at a time, or
    /// 0 if that takes the actor alone. Empty if there are none, else `SUSPENDS` is true as well.
    const CONCURRENT: &'static [u32] = &[];
    /// By the tag of a message, the states in which it is taken: a bit each. Empty where states mean nothing.
    const TAKEN_IN: &'static [u64] = &[];
    /// Whether it keeps children, as only [`Supervisor`](crate::Supervisor) does.
    #[doc(hidden)]
    const SUPERVISES: bool = false;
    /// Whether it has streams to take up once it has started; then `STARTS` is true as well.
    const STREAMS: bool = false;
    /// The methods that the clock calls.
    const TIMERS: &'static [Timed<Self>] = &[];
    /// How messages reach the hook `unknown`, if there is one.
    const UNKNOWN: Option<Spoken<Self>> = None;

    /// Its supervisor has given it this name, if it has one, before it starts.
    #[doc(hidden)]
    fn is_below(&mut self, name: Option<Arc<str>>) {
        let _ = name;
    }

    /// Runs before the first message, if `STARTS` says so.
    fn start<'a>(&'a mut self, cx: &'a mut Context<Self>) -> Handled<'a> {
        let _ = cx;
        started(())
    }

    /// Handles a message beside others, if `CONCURRENT` says so of it.
    fn share<'a>(&'a self, message: Self::Msg, cx: &'a Context<Self>) -> Handled<'a> {
        let _ = (message, cx);
        unreachable!("an actor with concurrent handlers has a `share`")
    }

    /// Takes up its streams, if `STREAMS` says so: runs after the start hook, before the first message.
    fn attach(&mut self, cx: &Context<Self>) {
        let _ = cx;
    }

    /// Runs after the last message, unless the actor crashed.
    fn stop<'a>(&'a mut self, why: &'a ExitReason, cx: &'a mut Context<Self>) -> Handled<'a> {
        let _ = (why, cx);
        told(())
    }

    /// Runs on the old state of an actor that crashed and that its supervisor is to restart, before it is dropped.
    fn restart<'a>(&'a mut self, why: &'a ExitReason, cx: &'a mut Context<Self>) -> Handled<'a> {
        let _ = (why, cx);
        told(())
    }

    /// Hears of a child.
    #[doc(hidden)]
    fn report(&mut self, report: &Report, cx: &mut Context<Self>) -> Flow {
        let _ = (report, cx);
        Flow::go()
    }

    /// Runs when a monitor of the actor's has fired.
    fn down<'a>(&'a mut self, down: Down, cx: &'a mut Context<Self>) -> Handled<'a> {
        let _ = (down, cx);
        told(())
    }

    /// Runs, if `TRAPS` says so, when an actor to which there is a link has ended, or somebody said `exit`.
    fn exit<'a>(&'a mut self, exit: Exit, cx: &'a mut Context<Self>) -> Handled<'a> {
        let _ = (exit, cx);
        told(())
    }
}

/// An actor: state, and handlers that one shard runs one at a time.
///
/// Made by `#[actor]` on a struct and `#[handlers]` on its impl. The state need not be `Send`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "not an actor",
    note = "put `#[actor]` on `struct {Self}`"
)]
pub trait Actor: Handlers {
    /// What `#[actor(..)]` says.
    const OPTIONS: Options = Options::new();
    /// Whether its handlers run on a thread of its own; its type is then [`ActorType::blocking`].
    const BLOCKS: bool = false;
    /// The protocols that the actor speaks, and `UNKNOWN`.
    const SPEAKS: &'static [Spoken<Self>] = match Self::UNKNOWN {
        Some(unknown) => &[unknown],
        None => &[],
    };
    /// What cells with this actor have in common: `&ActorType::new()`, best from a `static`, which has
    /// one address everywhere.
    const TYPE: &'static ActorType<Self>;
    /// What has its messages leave for other nodes; none if they stay in the system they were sent in.
    const LEAVE: Option<Leave<Self::Msg>> = None;
    /// How its messages reach it, which nobody need say: it is the `DELIVERY` of its [`Protocol`].
    const REACHED_BY: Delivery<Self::Msg> = reached_by::<Self>();
    /// What the actor's own methods of a reference lie on: those of the protocols it speaks, and [`At`] last.
    ///
    /// [`At`]: crate::private::At
    type Below;
    /// What runs round its handlers: `()` if nothing does.
    type Wraps: Wraps;
}

/// [`Actor::Below`] of `A`.
pub type Below<A> = <A as Actor>::Below;

/// What [`Actor::Below`] says, of a generic actor, whatever its parameters are.
///
/// `Actor` is implemented only where messages can be sent, and they may well hold references to this very actor. To know
/// that such a reference is `Send` must not need to know that.
pub trait Beneath {
    /// [`Actor::Below`]
    type Below;
}

/// [`Beneath::Below`] of `A`.
pub type BeneathOf<A> = <A as Beneath>::Below;

/// [`Actor::Wraps`] of `A`.
pub type WrapsOf<A> = <A as Actor>::Wraps;

/// Whether any handler or hook of the actor is `async`, its own or of a protocol.
pub(crate) const fn suspends<A: Actor>() -> bool {
    let mut number = 0;
    while number < A::SPEAKS.len() {
        if A::SPEAKS[number].suspends() {
            return true;
        }
        number += 1;
    }
    A::SUSPENDS
}

/// What the cells of one type of actor have in common.
pub struct ActorType<A: Actor> {
    plain: TypeOf<Plain<A>>,
    suspending: TypeOf<Suspending<A>>,
    /// Only of blocking actors.
    on_thread: Option<(TypeOf<OnThread<A>>, HandOver<A>)>,
}

impl<A: Actor> ActorType<A> {
    /// The type of `A`'s cells.
    #[must_use]
    #[allow(
        clippy::new_without_default,
        reason = "it is made in constants, where `Default` cannot be"
    )]
    pub const fn new() -> Self {
        Self {
            plain: TypeOf::new::<A>(Class::Message, A::OPTIONS, A::STARTS)
                .traps(A::TRAPS)
                .attaches(A::STREAMS)
                .supervises(A::SUPERVISES)
                .speaks(A::SPEAKS),
            suspending: TypeOf::new::<A>(Class::Message, A::OPTIONS, A::STARTS)
                .traps(A::TRAPS)
                .attaches(A::STREAMS)
                .supervises(A::SUPERVISES)
                .speaks_later(A::SPEAKS),
            on_thread: None,
        }
    }

    /// The type of `A`'s cells, if its handlers run on a thread of its own: its state goes there.
    #[must_use]
    pub const fn blocking() -> Self
    where
        A: Send,
    {
        assert!(!A::STREAMS, "a blocking actor takes no streams\nhelp: read them in its handlers");
        assert!(
            !suspends::<A>() && A::CONCURRENT.is_empty(),
            "a blocking actor has a thread and may wait in a plain `fn`\n\
             help: remove `async` from its handlers and hooks"
        );
        let kind = TypeOf::new::<A>(Class::Message, A::OPTIONS, true)
            .traps(A::TRAPS)
            .speaks_on_thread(A::SPEAKS);
        Self { on_thread: Some((kind, hand_over::<A>)), ..Self::new() }
    }
}

impl<A: Actor> ActorType<A> {
    /// The type of cells of `A`, which are sent what is meant for a `W`.
    pub(crate) const fn standing_for<W: Actor<Msg = A::Msg>>() -> Self {
        let Self { plain, suspending, on_thread } = Self::new();
        if W::BLOCKS {
            Self {
                plain: plain.standing_for::<OnThread<W>>(),
                suspending: suspending.standing_for::<OnThread<W>>(),
                on_thread,
            }
        } else if suspends::<W>() {
            Self {
                plain: plain.standing_for::<Suspending<W>>(),
                suspending: suspending.standing_for::<Suspending<W>>(),
                on_thread,
            }
        } else {
            Self {
                plain: plain.standing_for::<Plain<W>>(),
                suspending: suspending.standing_for::<Plain<W>>(),
                on_thread,
            }
        }
    }
}

/// [`Actor::REACHED_BY`]
const fn reached_by<A: Actor>() -> Delivery<A::Msg> {
    let delivery = if A::BLOCKS {
        match &A::TYPE.on_thread {
            Some((kind, _)) => kind.delivery(),
            None => panic!("the type of a blocking actor is `ActorType::blocking()`"),
        }
    } else if suspends::<A>() {
        A::TYPE.suspending.delivery()
    } else {
        A::TYPE.plain.delivery()
    };
    delivery.leaving(A::LEAVE)
}

impl<A: Actor> fmt::Debug for ActorType<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorType({})", std::any::type_name::<A>())
    }
}

impl<A: Actor> Bodies for A {
    const LIES: Lies = if A::BLOCKS {
        Lies::OnThread
    } else if suspends::<A>() {
        Lies::Suspending
    } else {
        Lies::Plain
    };
    type OnThread = OnThread<A>;
    type Plain = Plain<A>;
    type Suspending = Suspending<A>;
}

/// What lies in the cell of an actor whose handlers are all plain: a context is made for each call.
pub(crate) struct Plain<A>(A);

/// What a plain handler left: it borrows nothing of the call.
#[inline(always)]
fn done<'a>(handled: Handled<'_>) -> Handled<'a> {
    match handled.0 {
        Outcome::Flow(flow) => Handled(Outcome::Flow(flow)),
        Outcome::Answers(asker) => Handled(Outcome::Answers(asker)),
        Outcome::Answered(_) | Outcome::Beside(_) | Outcome::Later(_) | Outcome::Received(_) => {
            panic!("a handler that suspends needs `const SUSPENDS: bool = true`")
        }
    }
}

impl<A: Actor> Plain<A> {
    /// Takes a message, which `handle` handles.
    #[inline(always)]
    fn message<'a>(
        &mut self,
        me: Target,
        handle: impl for<'h> FnOnce(&'h mut A, &'h mut Context<A>) -> Handled<'h>,
    ) -> Handled<'a> {
        if const { suspends::<A>() } {
            unreachable!("an actor that suspends lies in another cell");
        }
        if const { timers::looks_for_silence::<A>() } {
            timers::touch(me);
        }
        done(handle(&mut self.0, &mut Context::new(me)))
    }
}

impl<A: Actor> Body for Plain<A> {
    type Message = A::Msg;
    const STOPS_AT_ONCE: bool = true;
    const HAS_STATES: bool = !A::TAKEN_IN.is_empty();

    fn taken_in(message: &Self::Message) -> u64 {
        states::taken_in::<A>(message)
    }

    #[inline(always)]
    fn deliver<'a>(&'a mut self, message: Self::Message, me: Target) -> Handled<'a> {
        self.message(
            me,
            #[inline(always)]
            |state, cx| state.handle(message, cx),
        )
    }

    fn start<'a>(&'a mut self, me: Target) -> Handled<'a> {
        done(Handlers::start(&mut self.0, &mut Context::new(me)))
    }

    fn stop<'a>(&'a mut self, why: &'a ExitReason, me: Target) -> Handled<'a> {
        done(Handlers::stop(&mut self.0, why, &mut Context::new(me)))
    }

    fn restart<'a>(&'a mut self, why: &'a ExitReason, me: Target) -> Handled<'a> {
        done(Handlers::restart(&mut self.0, why, &mut Context::new(me)))
    }

    fn hear<'a>(&'a mut self, news: News, me: Target) -> Handled<'a> {
        match news {
            News::Value(then) => continuation::go_on(&mut self.0, then, me),
            News::Down(down) => done(self.0.down(down, &mut Context::new(me))),
            News::Exit(exit) => done(self.0.exit(exit, &mut Context::new(me))),
            News::Started => {
                self.0.attach(&Context::new(me));
                told(())
            }
            News::Timer(number) => done(A::TIMERS[number].call(&mut self.0, &mut Context::new(me))),
        }
    }

    fn report(&mut self, report: &Report, me: Target) -> Flow {
        self.0.report(report, &mut Context::new(me))
    }

    fn timed(number: usize) -> Option<When> {
        A::TIMERS.get(number).map(Timed::when)
    }
}

/// What lies in the cell of an actor that suspends: a future may borrow the context beside the state.
pub(crate) struct Suspending<A> {
    cx: Context<A>,
    state: A,
}

impl<A: Actor> Suspending<A> {
    #[inline(always)]
    fn call<'a>(
        &'a mut self,
        me: Target,
        call: impl FnOnce(&'a mut A, &'a mut Context<A>) -> Handled<'a>,
    ) -> Handled<'a> {
        if const { !suspends::<A>() } {
            unreachable!("a plain actor lies in another cell");
        }
        self.cx = Context::new(me);
        call(&mut self.state, &mut self.cx)
    }

    /// Takes a message, which `handle` handles.
    #[inline(always)]
    fn message<'a>(
        &'a mut self,
        me: Target,
        handle: impl FnOnce(&'a mut A, &'a mut Context<A>) -> Handled<'a>,
    ) -> Handled<'a> {
        if const { timers::looks_for_silence::<A>() } {
            timers::touch(me);
        }
        self.call(me, handle)
    }
}

impl<A: Actor> Body for Suspending<A> {
    type Message = A::Msg;
    const SHARES: bool = !A::CONCURRENT.is_empty();
    const HAS_STATES: bool = !A::TAKEN_IN.is_empty();

    fn taken_in(message: &Self::Message) -> u64 {
        states::taken_in::<A>(message)
    }

    #[inline(always)]
    fn deliver<'a>(&'a mut self, message: Self::Message, me: Target) -> Handled<'a> {
        self.message(
            me,
            #[inline(always)]
            |state, cx| state.handle(message, cx),
        )
    }

    fn beside(message: &Self::Message) -> Option<Beside> {
        let number = message.tag();
        let most = A::CONCURRENT.get(number).copied().filter(|most| *most > 0)?;
        Some(Beside { number, most })
    }

    fn prepare(&mut self, me: Target) {
        self.cx = Context::new(me);
    }

    fn share<'a>(&'a self, message: Self::Message, me: Target) -> Handled<'a> {
        if const { timers::looks_for_silence::<A>() } {
            timers::touch(me);
        }
        host::with(|host| host.map(|host| host.beside.set(message.tag())));
        Handled(Outcome::Beside(match self.state.share(message, &self.cx).0 {
            Outcome::Beside(task) | Outcome::Later(task) => task,
            Outcome::Flow(flow) => at_once(flow),
            Outcome::Answers(asker) => {
                host::with(|host| host.map(|host| host.answered.set(Some(asker))));
                at_once(Flow::go())
            }
            Outcome::Answered(_) | Outcome::Received(_) => at_once(Flow::go()),
        }))
    }

    fn start<'a>(&'a mut self, me: Target) -> Handled<'a> {
        self.call(me, Handlers::start)
    }

    fn stop<'a>(&'a mut self, why: &'a ExitReason, me: Target) -> Handled<'a> {
        self.call(me, |state, cx| Handlers::stop(state, why, cx))
    }

    fn restart<'a>(&'a mut self, why: &'a ExitReason, me: Target) -> Handled<'a> {
        self.call(me, |state, cx| Handlers::restart(state, why, cx))
    }

    fn hear<'a>(&'a mut self, news: News, me: Target) -> Handled<'a> {
        match news {
            News::Value(then) => continuation::go_on(&mut self.state, then, me),
            News::Down(down) => self.call(me, |state, cx| state.down(down, cx)),
            News::Exit(exit) => self.call(me, |state, cx| state.exit(exit, cx)),
            News::Started => {
                self.state.attach(&Context::new(me));
                told(())
            }
            News::Timer(number) => self.call(me, |state, cx| A::TIMERS[number].call(state, cx)),
        }
    }

    fn report(&mut self, report: &Report, me: Target) -> Flow {
        self.cx = Context::new(me);
        self.state.report(report, &mut self.cx)
    }

    fn timed(number: usize) -> Option<When> {
        A::TIMERS.get(number).map(Timed::when)
    }
}

/// A handler that nobody waits for returned.
#[inline]
pub fn told<'a>(value: impl IntoFlow) -> Handled<'a> {
    Handled(Outcome::Flow(value.into_flow()))
}

/// A handler that somebody waits for returned the answer.
#[inline]
pub fn asked<'a, T: Send + 'static>(reply: Reply<T>, value: T) -> Handled<'a> {
    Handled(match reply.answer_at_once(value) {
        Some(asker) => Outcome::Answers(asker),
        None => Outcome::Flow(Flow::go()),
    })
}

/// A handler that somebody waits for returned who answers instead.
pub fn forwarded<'a, T: Send + 'static>(reply: Reply<T>, forward: Forward<T>) -> Handled<'a> {
    forward.send(reply);
    Handled(Outcome::Flow(Flow::go()))
}

/// A start hook returned.
pub fn started<'a>(value: impl IntoStart) -> Handled<'a> {
    Handled(Outcome::Flow(value.into_start()))
}

/// An `async` handler that nobody waits for.
pub fn told_later<'a>(future: impl Future<Output: IntoFlow> + 'a) -> Handled<'a> {
    later(future, IntoFlow::into_flow)
}

/// An `async` handler whose output somebody waits for.
pub fn asked_later<'a, T: Send + 'static>(
    reply: Reply<T>,
    future: impl Future<Output = T> + 'a,
) -> Handled<'a> {
    later(future, move |value| {
        reply.answer_from_poll(value);
        Flow::go()
    })
}

/// An `async` handler whose output says who answers.
pub fn forwarded_later<'a, T: Send + 'static>(
    reply: Reply<T>,
    future: impl Future<Output = Forward<T>> + 'a,
) -> Handled<'a> {
    later(future, move |forward| {
        forward.send(reply);
        Flow::go()
    })
}

/// An `async` start hook.
pub fn started_later<'a>(future: impl Future<Output: IntoStart> + 'a) -> Handled<'a> {
    later(future, IntoStart::into_start)
}

/// The future of a concurrent handler that is plain.
fn at_once<'a>(flow: Flow) -> Task<'a> {
    Task::new(std::future::ready(flow), |flow| flow, None)
}

pub(crate) fn later<'a, F: Future + 'a>(
    future: F,
    finish: impl FnOnce(F::Output) -> Flow + 'a,
) -> Handled<'a> {
    let task = host::with(|host| Task::new(future, finish, host.map(|host| &host.futures)));
    Handled(Outcome::Later(task))
}
