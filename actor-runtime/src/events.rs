//! Subscriptions: in a handler, in any other async code, on a plain thread.
//!
//! [`Events`] tells what happens in a system, [`Subscription`] what users publish.

use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use crate::event::{Event, Topic};
use crate::feed::{Subscribed, Test, Wants};
use crate::host;
use crate::record::forget_payload;

/// What happens in a system from the moment of subscribing on: made by `System::events`.
///
/// Each subscription sees every event that it does not leave out, in one order for all of them, up to 1,024
/// behind: one that is slower loses the oldest, and finds an [`Event::Lagged`] in their place. It holds up
/// nobody. The counters of the system are exact all the same. What nobody is subscribed to costs nothing.
///
/// A subscription may go to any thread and any runtime, and outlives its system: it then gives what it has
/// not yet given, and ends.
///
/// ```
/// use actor_runtime::{Event, System, Topic};
/// use std::time::Duration;
///
/// let system = System::builder().shards(1).start()?;
/// let mut events = system.events().only([Topic::DeadLetter, Topic::Panic]);
/// system.stop(Duration::from_secs(1));
/// while let Some(event) = events.wait_next() {
///     match event {
///         Event::DeadLetter { reason, .. } => println!("not delivered: {reason}"),
///         event => println!("{event}"),
///     }
/// }
/// # Ok::<(), actor_runtime::StartError>(())
/// ```
#[must_use = "events are seen by who asks for the next"]
pub struct Events(Subscribed<Event>);

impl Events {
    pub(crate) fn new(subscribed: Subscribed<Event>) -> Self {
        Self(subscribed)
    }

    /// Leaves out all but these topics: one, or several, as in `only([Topic::Panic, Topic::Stopped])`. What is
    /// left out takes no place, and costs nothing if nobody else wants it. Events that wait by now are left out
    /// too.
    pub fn only(self, topics: impl IntoIterator<Item = Topic>) -> Self {
        let kinds = topics.into_iter().fold(0, |kinds, topic| kinds | topic.bit());
        let wants = self.0.wants();
        self.narrow(Wants { kinds: wants.kinds & kinds, ..(*wants).clone() })
    }

    /// Leaves out all for which `test` is false. What is left out takes no place.
    ///
    /// The test runs where the event happens, so it should be short; what it sends in vain is only counted, and
    /// what it publishes nobody hears. If it panics, that is counted, and the event is given.
    pub fn filter(self, test: impl Fn(&Event) -> bool + Send + Sync + 'static) -> Self {
        let mut wants = (*self.0.wants()).clone();
        wants.tests.push(contained(test));
        self.narrow(wants)
    }

    fn narrow(self, wants: Wants<Event>) -> Self {
        self.0.narrow(wants, |event| event.topic().map_or(0, Topic::bit));
        self
    }

    /// The next event, as soon as there is one; none once the system has ended and all were given.
    ///
    /// Works in handlers and in any other async code. An event is never lost by dropping the future.
    ///
    /// An actor that awaits it in a handler takes no other message meanwhile.
    pub async fn next(&mut self) -> Option<Event> {
        let listens = self.hears_dead_letters();
        next(&mut self.0, listens).await.map(given)
    }

    /// The next event if there is one now; none says nothing of what is to come.
    pub fn try_next(&mut self) -> Option<Event> {
        self.listen();
        self.0.take().map(given)
    }

    /// Waits for the next event, on a thread that may block; none once the system has ended and all were
    /// given.
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up, and where it would hold up any other async code: await
    /// [`next`](Self::next) there.
    pub fn wait_next(&mut self) -> Option<Event> {
        may_wait();
        self.listen();
        wait_next(&mut self.0).map(given)
    }

    /// Says that whoever asks for an event may cause the next, where it may (DL2).
    fn listen(&self) {
        if self.hears_dead_letters() {
            host::listens();
        }
    }

    fn hears_dead_letters(&self) -> bool {
        self.0.wants().kinds & Topic::DeadLetter.bit() != 0
    }
}

fn given(taken: Result<Event, u64>) -> Event {
    taken.unwrap_or_else(|missed| Event::Lagged { missed })
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events({} to see)", self.0.len())
    }
}

/// What users publish, of one type and under some topics: made by `System::subscribe`.
///
/// As [`Events`], it is bounded: who is more than 1,024 behind loses the oldest, and is told so by [`Lagged`]. It
/// sees what one publisher publishes in that order, and all subscribers to a type see the same order.
///
/// It ends with its system, once it has given what it has.
#[must_use = "values are seen by who asks for the next"]
pub struct Subscription<T: Clone + Send + 'static>(Subscribed<T>);

impl<T: Clone + Send + 'static> Subscription<T> {
    pub(crate) fn new(subscribed: Subscribed<T>) -> Self {
        Self(subscribed)
    }

    /// Leaves out all for which `test` is false, as [`Events::filter`] does.
    pub fn filter(self, test: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        let mut wants = (*self.0.wants()).clone();
        wants.tests.push(contained(test));
        self.0.narrow(wants, |_| u32::MAX);
        self
    }

    /// The next value, as soon as there is one; none once the system has ended and all were given.
    ///
    /// Works in handlers and in any other async code. A value is never lost by dropping the future.
    ///
    /// # Errors
    ///
    /// [`Lagged`] where values are missing; the next call gives the oldest that is left.
    pub async fn next(&mut self) -> Option<Result<T, Lagged>> {
        next(&mut self.0, false).await.map(|taken| taken.map_err(Lagged::of))
    }

    /// The next value if there is one now; none says nothing of what is to come.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub fn try_next(&mut self) -> Option<Result<T, Lagged>> {
        self.0.take().map(|taken| taken.map_err(Lagged::of))
    }

    /// Waits for the next value, on a thread that may block; none once the system has ended and all were
    /// given.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up, and where it would hold up any other async code: await
    /// [`next`](Self::next) there.
    pub fn wait_next(&mut self) -> Option<Result<T, Lagged>> {
        may_wait();
        wait_next(&mut self.0).map(|taken| taken.map_err(Lagged::of))
    }
}

impl<T: Clone + Send + 'static> fmt::Debug for Subscription<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscription({} to see)", self.0.len())
    }
}

/// A subscriber was too slow, and values are missing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lagged {
    /// How many.
    pub missed: u64,
}

impl Lagged {
    const fn of(missed: u64) -> Self {
        Self { missed }
    }
}

impl fmt::Display for Lagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values missed", self.missed)
    }
}

impl Error for Lagged {}

/// What comes next in a feed; `listens` if whoever awaits it is a listener for dead letters.
async fn next<T: Clone + Send + 'static>(
    subscribed: &mut Subscribed<T>,
    listens: bool,
) -> Option<Result<T, u64>> {
    // One for whom there is always a next would hold up its shard.
    tokio::task::coop::consume_budget().await;
    loop {
        if listens {
            host::listens();
        }
        if let Some(taken) = subscribed.take() {
            return Some(taken);
        }
        if signal(subscribed, listens).await.is_none() {
            return subscribed.take();
        }
    }
}

/// Waits until something has come; none if nothing will.
async fn signal<T: Clone + Send + 'static>(
    subscribed: &mut Subscribed<T>,
    listens: bool,
) -> Option<()> {
    let mut signal = pin!(subscribed.signals.recv());
    poll_fn(|cx| {
        if listens {
            host::listens();
        }
        // One that panics must not keep the others from being woken.
        let waker = Waker::from(Arc::new(Contained(cx.waker().clone())));
        signal.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}

fn may_wait() {
    let on_shard = host::with(|host| host.is_some());
    assert!(!on_shard, "`wait_next` would hold up the shard: use `next().await` in a handler");
}

fn wait_next<T: Clone + Send + 'static>(subscribed: &mut Subscribed<T>) -> Option<Result<T, u64>> {
    loop {
        if let Some(taken) = subscribed.take() {
            return Some(taken);
        }
        if subscribed.signals.blocking_recv().is_none() {
            return subscribed.take();
        }
    }
}

/// A test of a subscriber's that does not panic.
fn contained<T>(test: impl Fn(&T) -> bool + Send + Sync + 'static) -> Test<T> {
    Arc::new(move |value| {
        let mut passes = true;
        host::quietly(|| contain(|| passes = test(value)));
        passes
    })
}

/// A waker whose panic ends here: it is called in the midst of a turn, and others are to be woken after it.
struct Contained(Waker);

impl Wake for Contained {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        contain(|| self.0.wake_by_ref());
    }
}

/// Runs code of a subscriber's on whatever thread publishes; a panic ends here.
fn contain(call: impl FnOnce()) {
    host::with(|host| match host {
        Some(host) => drop(host.guard(call)),
        None => drop(catch_unwind(AssertUnwindSafe(call)).map_err(forget_payload)),
    });
}
