//! Blocking actors: plain handlers that run on an OS thread of the actor's own, and may wait there.
//!
//! For its shard each call of such an actor's code is a future that ends when the thread has made it. So order,
//! bounds, monitors, supervision and all else are those of an actor whose handlers await: nothing of the shard
//! knows of the thread. The state moves to the thread as the actor starts, and is dropped there.
//!
//! Before me: the cell, with a message. After me: the thread calls `handle`, and what it says goes by way of the
//! actor's shard ([`Home`]), so that it stays in order with what the shard says for it.

use tokio::sync::oneshot;

use super::{Actor, Context, later, states, timers};
use crate::address::Target;
use crate::cell::{Body, Handled, News, Outcome};
use crate::error::AskError;
use crate::exit::{ExitReason, Panic};
use crate::flow::{End, Flow};
use crate::host::{self, Home};
use crate::threads::{Job, Slot, Thread};
use crate::timer::When;

/// Makes the job that puts a state where its thread holds it.
pub(super) type HandOver<A> = fn(A) -> Job;

/// Such a job, of a state that may go to another thread.
pub(super) fn hand_over<A: Actor + Send>(state: A) -> Job {
    Box::new(move |slot| *slot = Some(Box::new(state)))
}

/// What lies in the cell of a blocking actor: its state until it starts, then the way to its thread.
pub(crate) struct OnThread<A> {
    state: Option<A>,
    thread: Option<Thread>,
    /// Whether the thread has dropped the state, or was told to.
    is_over: bool,
}

/// What a call left on the thread.
type Made = Result<Flow, Panic>;

impl<A: Actor> OnThread<A> {
    pub(super) const fn new(state: A) -> Self {
        Self { state: Some(state), thread: None, is_over: false }
    }

    /// Has the thread make a call, and answers with its flow, or goes on with its panic once the state is gone.
    fn run<'a>(
        &'a mut self,
        me: Target,
        call: impl FnOnce(&mut A, &mut Context<A>) -> Flow + Send + 'static,
    ) -> Handled<'a> {
        let Some(thread) = self.thread.clone() else { return Handled(Outcome::Flow(Flow::go())) };
        let made = give(
            &thread,
            me,
            Box::new(move |slot| Ok(call(state::<A>(slot), &mut Context::new(me)))),
        );
        later(
            async move {
                match made.await {
                    Ok(flow) => flow,
                    Err(panic) => {
                        self.crash(&thread, me, panic.clone()).await;
                        host::panic_as(panic)
                    }
                }
            },
            |flow| flow,
        )
    }

    /// Ends a state whose code has panicked, on its thread: first its hook, if there will be another.
    async fn crash(&mut self, thread: &Thread, me: Target, panic: Panic) {
        let reason = ExitReason::Panic(panic.into());
        let restarts = host::with(|host| {
            let cell = host?.cell(me)?;
            cell.if_extras(|extras| Some(extras.keeper.as_ref()?.keeps_place(&reason)))?
        });
        self.is_over = true;
        let ended = give(
            thread,
            me,
            Box::new(move |slot| {
                if restarts == Some(true) {
                    let hook = || drop(state::<A>(slot).restart(&reason, &mut Context::new(me)));
                    note_in_drop(host::noting_panic(hook));
                }
                drop_state(slot, AskError::Crashed);
                Ok(Flow::go())
            }),
        );
        drop(ended.await);
    }
}

/// The state of the actor whose thread this is.
fn state<A: Actor>(slot: &mut Slot) -> &mut A {
    let state = slot.as_mut().and_then(|state| state.downcast_mut());
    state.expect("a thread has its actor's state until it ends")
}

/// Drops the state; asks whose `Reply` it held end with `error`.
fn drop_state(slot: &mut Slot, error: AskError) {
    let state = slot.take();
    note_in_drop(host::noting_panic(|| host::dropping_asks(error, || drop(state))));
}

/// Has the actor's shard count the panic of a destructor.
fn note_in_drop(dropped: Result<(), Panic>) {
    if let Err(panic) = dropped {
        host::say_home(move |host, actor| host.destructor_panicked(actor, panic));
    }
}

/// Gives the thread a call for the actor `me`, whose outcome comes by way of the actor's shard: after all that was said in
/// it. What is said after the outcome is not wanted any more is discarded.
fn give(
    thread: &Thread,
    me: Target,
    call: Box<dyn FnOnce(&mut Slot) -> Made + Send>,
) -> impl Future<Output = Made> + use<> {
    let (tell, made) = oneshot::channel();
    let home = Home::new(me, thread.threads.clone());
    let wanted = home.wanted();
    thread.give(Box::new(move |slot| {
        let outcome = home.run(|| host::noting_panic(|| call(slot)).and_then(|made| made));
        home.say(Box::new(move || drop(tell.send(outcome))));
    }));
    async move {
        let outcome = made.await;
        drop(wanted);
        outcome.unwrap_or_else(|_| Ok(Flow::stop()))
    }
}

/// What a plain handler left on the thread.
fn flow(handled: Handled<'_>) -> Flow {
    match handled.0 {
        Outcome::Flow(flow) => flow,
        _ => panic!("a blocking actor has a thread and may wait in a plain `fn`"),
    }
}

impl<A: Actor> OnThread<A> {
    /// Takes a message, which `handle` handles.
    pub(super) fn message<'a>(
        &'a mut self,
        me: Target,
        handle: impl for<'h> FnOnce(&'h mut A, &'h mut Context<A>) -> Handled<'h> + Send + 'static,
    ) -> Handled<'a> {
        if const { timers::looks_for_silence::<A>() } {
            timers::touch(me);
        }
        self.run(me, move |state, cx| flow(handle(state, cx)))
    }
}

impl<A: Actor> Body for OnThread<A> {
    type Message = A::Msg;
    const HAS_STATES: bool = !A::TAKEN_IN.is_empty();

    fn taken_in(message: &Self::Message) -> u64 {
        states::taken_in::<A>(message)
    }

    fn deliver<'a>(&'a mut self, message: Self::Message, me: Target) -> Handled<'a> {
        self.message(me, |state, cx| state.handle(message, cx))
    }

    fn start<'a>(&'a mut self, me: Target) -> Handled<'a> {
        let hand_over = A::TYPE.on_thread.as_ref().map(|(_, hand_over)| hand_over);
        let begun = host::with(|host| host.map(|host| host.threads.begin()));
        let (Some(hand_over), Some(begun), Some(state)) = (hand_over, begun, self.state.take())
        else {
            unreachable!("a blocking actor starts once, on its shard")
        };
        match begun {
            Ok(thread) => {
                thread.give(hand_over(state));
                self.thread = Some(thread);
            }
            Err(error) => {
                self.state = Some(state);
                return Handled(Outcome::Flow(Flow::end(End::NotStarted(error))));
            }
        }
        if A::STARTS {
            self.run(me, |state, cx| flow(A::start(state, cx)))
        } else {
            Handled(Outcome::Flow(Flow::go()))
        }
    }

    fn stop<'a>(&'a mut self, why: &'a ExitReason, me: Target) -> Handled<'a> {
        let why = why.clone();
        self.is_over = true;
        let Some(thread) = &self.thread else { return Handled(Outcome::Flow(Flow::go())) };
        let made = give(
            thread,
            me,
            Box::new(move |slot| {
                let hook = || flow(state::<A>(slot).stop(&why, &mut Context::new(me)));
                let stopped = host::noting_panic(hook);
                drop_state(slot, AskError::Stopped);
                stopped
            }),
        );
        later(async move { made.await.unwrap_or_else(|panic| host::panic_as(panic)) }, |flow| flow)
    }

    fn restart<'a>(&'a mut self, why: &'a ExitReason, me: Target) -> Handled<'a> {
        if let Some(thread) = self.thread.as_ref().filter(|_| !self.is_over) {
            let (why, home) = (why.clone(), Home::new(me, thread.threads.clone()));
            thread.give(Box::new(move |slot| {
                let hook = || drop(state::<A>(slot).restart(&why, &mut Context::new(me)));
                home.run(|| note_in_drop(host::noting_panic(hook)));
            }));
        }
        Handled(Outcome::Flow(Flow::go()))
    }

    fn hear<'a>(&'a mut self, news: News, me: Target) -> Handled<'a> {
        match news {
            News::Down(down) => {
                // A monitor stays with its actor, whose code runs on that thread.
                let down = down.carried();
                self.run(me, move |state, cx| flow(state.down(down(), cx)))
            }
            News::Exit(exit) => self.run(me, move |state, cx| flow(state.exit(exit, cx))),
            News::Timer(number) => {
                self.run(me, move |state, cx| flow(A::TIMERS[number].call(state, cx)))
            }
            // Nothing that a handler may do on a thread leads to these.
            News::Started | News::Value(_) => Handled(Outcome::Flow(Flow::go())),
        }
    }

    fn timed(number: usize) -> Option<When> {
        A::TIMERS.get(number).map(super::Timed::when)
    }
}

impl<A> Drop for OnThread<A> {
    /// The thread drops the state, once it has returned from what it is at.
    fn drop(&mut self) {
        let Some(thread) = self.thread.take().filter(|_| !self.is_over) else { return };
        let error = host::dropped_ask();
        let me = host::with(|host| host.map(|host| host.watched.actor()));
        if let Some(me) = me {
            let home = Home::new(me, thread.threads.clone());
            thread.give(Box::new(move |slot| home.run(|| drop_state(slot, error))));
        }
    }
}
