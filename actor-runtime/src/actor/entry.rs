//! The body of a program or a test, run as an actor of one shard.

use std::any::Any;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, channel};
use std::task::Poll;
use std::time::Duration;

use super::later;
use crate::address::Target;
use crate::cell::status::STARTING;
use crate::cell::{Body, Handled, Options, TypeOf};
use crate::exit::Panic;
use crate::flow::Flow;
use crate::host::{self, Signal};
use crate::record::Class;
use crate::route::{Route, Word};

/// How a body ended: with its output, or with a panic, what it said and where.
pub(crate) type Ended<T> = Result<T, (Box<dyn Any + Send>, Panic)>;

/// An actor without messages whose start hook is the whole body.
struct Entry<F, E, Fut> {
    body: Option<(F, E)>,
    future: PhantomData<fn() -> Fut>,
}

impl<F, E, Fut> Entry<F, E, Fut>
where
    F: FnOnce() -> Fut + 'static,
    E: FnOnce(Ended<Fut::Output>) + 'static,
    Fut: Future + 'static,
{
    const TYPE: &'static TypeOf<Self> =
        &TypeOf::new::<Fut>(Class::Message, Options::new().start_timeout(Duration::MAX), true)
            .program();
}

impl<F, E, Fut> Body for Entry<F, E, Fut>
where
    F: FnOnce() -> Fut + 'static,
    E: FnOnce(Ended<Fut::Output>) + 'static,
    Fut: Future + 'static,
{
    type Message = Infallible;

    fn deliver<'a>(&'a mut self, message: Infallible, _me: Target) -> Handled<'a> {
        match message {}
    }

    fn start<'a>(&'a mut self, _me: Target) -> Handled<'a> {
        let body = self.body.take();
        let run = async move {
            if let Some((body, ended)) = body {
                ended(caught(body).await);
            }
        };
        later(run, |()| Flow::stop())
    }
}

/// Runs a body; a panic is its end, not its actor's.
async fn caught<F: FnOnce() -> Fut, Fut: Future>(body: F) -> Ended<Fut::Output> {
    let panicked = |payload| {
        let panic = host::with(|host| host.and_then(|host| host.take_panic()));
        (payload, panic.unwrap_or_default())
    };
    let mut body = match catch_unwind(AssertUnwindSafe(|| Box::pin(body()))) {
        Ok(body) => body,
        Err(payload) => return Err(panicked(payload)),
    };
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Ok),
        Err(payload) => Poll::Ready(Err(panicked(payload))),
    })
    .await
}

/// Runs a body on the present shard; `ended` hears of its end.
pub(crate) fn enter<F, Fut>(body: F, ended: impl FnOnce(Ended<Fut::Output>) + 'static)
where
    F: FnOnce() -> Fut + 'static,
    Fut: Future + 'static,
{
    host::with(|host| {
        let host = host.expect("a shard runs its calls in its turn");
        let entry = Entry { body: Some((body, ended)), future: PhantomData };
        let (me, _) = host.settle(Entry::TYPE, STARTING, entry);
        host::send(host::signals(), me, Signal::Start);
    });
}

/// Runs a body on a shard. A receiver that is disconnected says that the system ended before the body.
pub(crate) fn run_on<F, Fut>(route: &dyn Route, shard: u32, body: F) -> Receiver<Ended<Fut::Output>>
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output: Send + 'static> + 'static,
{
    let (send, receive) = channel();
    // Whoever waited may be gone.
    let call = || enter(body, move |ended| drop(send.send(ended)));
    route.say(shard, Word::Call(Box::new(call)));
    receive
}
