//! Streams attached to an actor: `cx.attach(stream, Self::line)`, and what `#[stream(lines)]` comes to; and those it
//! answers with, `cx.answers(credit, stream)`.
//!
//! An aide of the actor polls the stream. Each item waits with the aide, and a signal that it has come waits in the
//! actor's backlog, so items keep their places among messages. Of each stream at most `credit` items wait; then it
//! is not polled.

use std::any::Any;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use futures_core::Stream;

use super::continuation::boxed;
use super::{Actor, Context, Continue};
use crate::address::Target;
use crate::answers::Answers;
use crate::cell::aide::{Aide, Source, Work};
use crate::cell::task::Task;
use crate::config;
use crate::flow::Flow;
use crate::host::{self, Host, Signal};

/// What becomes of an actor when its stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// It goes on.
    Ignore,
    /// It stops, after what had come before.
    Stop,
}

/// What a stream yields where its handler takes a `T`.
#[diagnostic::on_unimplemented(
    message = "the stream yields `{Self}`, but its handler takes `{T}`",
    label = "not what the stream yields",
    note = "the last parameter of a method with `#[stream(..)]` is an item of the stream"
)]
pub trait Item<T> {
    /// The same.
    fn it(self) -> T;
}

impl<T> Item<T> for T {
    fn it(self) -> T {
        self
    }
}

/// Attaches a stream, if there is one: what `#[stream(..)]` makes of its method.
pub fn attach<A, S, T, M>(
    cx: &Context<A>,
    stream: Option<S>,
    credit: usize,
    end: StreamEnd,
    method: impl Continue<A, T, M> + Clone,
) where
    A: Actor,
    S: Stream<Item: Item<T>> + 'static,
    T: 'static,
{
    let Some(stream) = stream else { return };
    let actor = cx.me;
    let keep = move |item: S::Item| {
        let (method, item) = (method.clone(), item.it());
        boxed::<A>(move |actor, me| method.go_on(actor, Context::new(me), item))
    };
    begin(actor, |aide, host| {
        let brings = bring(stream, credit, aide, actor, keep);
        Task::new(brings, move |()| after(actor, end), Some(&host.futures))
    });
}

impl<A: Actor> Context<A> {
    /// Has `method` called with each item of a stream, as a handler is called with a message: in its turn, within
    /// the actor's slice. Items take no place in the actor's mailbox; at most 64 of them wait, then the stream is not
    /// polled.
    ///
    /// `method` is one of the actor's, `async` or not, with its context or without, and returns what a tell
    /// returns: an `Err` ends the actor. The stream need not be `Send`. It is dropped when it ends, or the actor does;
    /// a panic of it ends the actor.
    ///
    /// ```
    /// # use actor_runtime::{Actor, Context};
    /// # use futures_core::Stream;
    /// fn print<A: Actor>(cx: &Context<A>, lines: impl Stream<Item = String> + 'static) {
    ///     cx.attach(lines, |_: &mut A, line: String| println!("{line}"));
    /// }
    /// ```
    pub fn attach<S, M>(&self, stream: S, method: impl Continue<A, S::Item, M> + Clone)
    where
        S: Stream<Item: 'static> + 'static,
    {
        attach(self, Some(stream), config::STREAM_CREDIT, StreamEnd::Ignore, method);
    }
}

impl<A> Context<A> {
    /// Answers with the items of a stream, one after the other: what an `#[ask]` handler returns whose answer comes
    /// in parts. At most `credit` of them wait to be read; then the stream is not polled.
    ///
    /// The actor goes on meanwhile. The stream need not be `Send`. It is dropped when it ends, when nobody reads any
    /// more, or when the actor ends; a panic of it ends the actor.
    ///
    /// # Panics
    ///
    /// With a credit of zero.
    pub fn answers<S>(&self, credit: usize, stream: S) -> Answers<S::Item>
    where
        S: Stream<Item: Send + 'static> + 'static,
    {
        let (replies, answers) = Answers::new(credit);
        begin(self.me, |_, host| {
            Task::new(replies.answer_all(stream), |()| Flow::go(), Some(&host.futures))
        });
        answers
    }
}

/// Begins an aide that is a source, with the future that `make` makes.
pub(super) fn begin(actor: Target, make: impl FnOnce(Target, &Host) -> Task<'static>) {
    host::with(|host| {
        let host = host.expect("a context stays on its shard");
        let owner = host.cell(actor).expect("a context is that of an actor which lives");
        let work = Work::Source(Source::default());
        let (aide, _) = host.begin_aide(owner, Aide { actor, work }, |aide| make(aide, host));
        host.wake(aide);
    });
}

/// Brings an actor the items of a stream, as far as it takes them.
async fn bring<S: Stream>(
    stream: S,
    credit: usize,
    aide: Target,
    actor: Target,
    keep: impl Fn(S::Item) -> Box<dyn Any>,
) {
    let mut stream = pin!(stream);
    loop {
        // Who takes an item wakes the aide.
        let next = poll_fn(|cx| {
            if has_room(aide, credit) { stream.as_mut().poll_next(cx) } else { Poll::Pending }
        });
        let Some(item) = next.await else { return };
        let item = keep(item);
        host::with(|host| {
            let host = host.expect("an aide stays on its shard");
            let cell = host.cell(aide).expect("it is polled, so it lives");
            cell.with_body(Aide::TYPE, |aide| {
                if let Some(source) = aide.source() {
                    source.items.push_back(item);
                }
            });
            host::send(host::signals(), host.address(actor), Signal::Item(aide));
        });
    }
}

/// Whether fewer items than `credit` wait; if not, the aide is polled once that is so.
fn has_room(aide: Target, credit: usize) -> bool {
    let room = host::with(|host| {
        host?.cell(aide)?.with_body(Aide::TYPE, |aide| {
            let source = aide.source()?;
            source.is_held = source.items.len() >= credit;
            Some(!source.is_held)
        })?
    });
    room.unwrap_or_default()
}

/// What the end of a stream means, once its items have been taken.
pub(super) fn after(actor: Target, end: StreamEnd) -> Flow {
    if end == StreamEnd::Stop {
        host::with(|host| {
            let host = host.expect("an aide stays on its shard");
            host::send(host::signals(), host.address(actor), Signal::Stop);
        });
    }
    Flow::go()
}
