//! A future that runs beside a shard's actors for the runtime's own sake, such as a connection to another node.
//!
//! It is the aide of an actor that takes no messages: so it is polled in turns, what it sends goes by the short way,
//! and it ends when its actor is stopped, or with its system.

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;

use super::stream::{StreamEnd, after, begin};
use super::told;
use crate::address::Target;
use crate::cell::status::STARTING;
use crate::cell::task::Task;
use crate::cell::{Body, Handled, Options, TypeOf};
use crate::host::{self, Signal};
use crate::record::Class;
use crate::route::{Route, Word};

/// The actor whose aide the future is. `K` is what it is called.
struct Attendant<K, F> {
    future: Option<F>,
    kind: PhantomData<fn(K)>,
    _counted: Counted,
}

/// Has the shard know that it has such a future: it then does not wait awake, for it would hear of no socket.
struct Counted;

impl Counted {
    fn new() -> Self {
        host::with(|host| host.map(|host| host.attendants.set(host.attendants.get() + 1)));
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        host::with(|host| host.map(|host| host.attendants.set(host.attendants.get() - 1)));
    }
}

impl<K: 'static, F: Future<Output = ()> + 'static> Attendant<K, F> {
    const TYPE: &'static TypeOf<Self> = &TypeOf::new::<K>(Class::Message, Options::new(), true);
}

impl<K: 'static, F: Future<Output = ()> + 'static> Body for Attendant<K, F> {
    type Message = Infallible;

    fn deliver<'a>(&'a mut self, message: Infallible, _me: Target) -> Handled<'a> {
        match message {}
    }

    fn start<'a>(&'a mut self, me: Target) -> Handled<'a> {
        if let Some(future) = self.future.take() {
            begin(me, |_, host| {
                Task::new(future, move |()| after(me, StreamEnd::Stop), Some(&host.futures))
            });
        }
        told(())
    }
}

/// Begins a future on a shard; `make` runs there, so it need not be `Send`. The actor that it is an aide of is
/// shown as a `K`.
pub(crate) fn attend<K, F>(route: &dyn Route, shard: u32, make: impl FnOnce() -> F + Send + 'static)
where
    K: 'static,
    F: Future<Output = ()> + 'static,
{
    let call = move || {
        host::with(|host| {
            let host = host.expect("a shard runs its calls in its turn");
            let (future, kind) = (Some(make()), PhantomData);
            let attendant = Attendant::<K, F> { future, kind, _counted: Counted::new() };
            let (me, _) = host.settle(Attendant::TYPE, STARTING, attendant);
            host::send(host::signals(), me, Signal::Start);
        });
    };
    route.say(shard, Word::Call(Box::new(call)));
}
