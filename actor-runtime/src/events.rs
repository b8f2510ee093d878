//! A subscription to a system's events: in a handler, in any other async code, on a plain thread.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::event::{Event, Publisher};
use crate::host;
use crate::record::forget_payload;

/// What happens in a system from the moment of subscribing on: made by `System::events`.
///
/// Each subscription sees every event, in one order for all of them, up to 1,024 behind: one that is slower
/// loses the oldest, and finds an [`Event::Lagged`] in their place. It holds up nobody. The counters of the
/// system are exact all the same. What nobody is subscribed to costs nothing.
///
/// A subscription may go to any thread and any runtime, and outlives its system: it then gives what it has
/// not yet given, and ends.
///
/// ```
/// use actor_runtime::{Event, System};
/// use std::time::Duration;
///
/// let system = System::builder().shards(1).start()?;
/// let mut events = system.events();
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
pub struct Events {
    receiver: Receiver<Event>,
    publisher: Arc<Publisher>,
}

impl Events {
    pub(crate) fn of(publisher: &Arc<Publisher>) -> Self {
        Self { receiver: publisher.subscribe(), publisher: publisher.clone() }
    }

    /// The next event, as soon as there is one; none once the system has ended and all were given.
    ///
    /// Works in handlers and in any other async code. An event is never lost by dropping the future.
    ///
    /// An actor that awaits it in a handler takes no other message meanwhile.
    pub async fn next(&mut self) -> Option<Event> {
        let mut received = pin!(self.receiver.recv());
        let received = poll_fn(|cx| {
            host::listens();
            // One that panics must not keep the others from being woken.
            let waker = Waker::from(Arc::new(Contained(cx.waker().clone())));
            received.as_mut().poll(&mut Context::from_waker(&waker))
        });
        given(received.await)
    }

    /// The next event if there is one now; none says nothing of what is to come.
    pub fn try_next(&mut self) -> Option<Event> {
        host::listens();
        match self.receiver.try_recv() {
            Ok(event) => Some(event),
            Err(TryRecvError::Lagged(missed)) => Some(Event::Lagged { missed }),
            Err(TryRecvError::Closed | TryRecvError::Empty) => None,
        }
    }

    /// Waits for the next event, on a thread that may block; none once the system has ended and all were
    /// given.
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up, and inside any other async code: await
    /// [`next`](Self::next) there.
    pub fn wait_next(&mut self) -> Option<Event> {
        let on_shard = host::with(|host| host.is_some());
        assert!(!on_shard, "`wait_next` would hold up the shard: use `next().await` in a handler");
        host::listens();
        given(self.receiver.blocking_recv())
    }
}

fn given(received: Result<Event, RecvError>) -> Option<Event> {
    match received {
        Ok(event) => Some(event),
        Err(RecvError::Lagged(missed)) => Some(Event::Lagged { missed }),
        Err(RecvError::Closed) => None,
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.publisher.unsubscribe();
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events({} to see)", self.receiver.len())
    }
}

/// A waker whose panic ends here: it is called in the midst of a turn, and others are to be woken after it.
struct Contained(Waker);

impl Wake for Contained {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let wake = || self.0.wake_by_ref();
        host::with(|host| match host {
            Some(host) => drop(host.guard(wake)),
            None => drop(catch_unwind(AssertUnwindSafe(wake)).map_err(forget_payload)),
        });
    }
}
