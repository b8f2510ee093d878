//! An answer that comes in parts: [`Answers`], which who asked reads, and [`Replies`], by which the actor writes them.
//!
//! Between the two is a channel with as many places as there is credit, so who writes waits for who reads. It is
//! made by the actor that is asked, and its reading end is the answer to the ask; so what travels is no message, and
//! is not counted as one. How it ended lies beside the channel, which may be full then.
//!
//! Before me: `cx.answers(..)`, or a handler that keeps its [`Replies`]. After me: whoever reads.

use std::any::type_name;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;

use crate::address::short_name;
use crate::ask::block_on;
use crate::error::AskError;
use crate::host;

/// The answers to one ask, in the order in which they were given: what an `#[ask]` handler returns whose answer
/// comes in parts, and what its asker then reads.
///
/// It may go to any thread and any runtime. To drop it tells the actor that no more is wanted. It has no deadline:
/// that of the ask is over once this is there.
///
/// ```
/// # use actor_runtime::{Answers, AskError};
/// async fn sum(mut numbers: Answers<u64>) -> Result<u64, AskError> {
///     let mut sum = 0;
///     while let Some(number) = numbers.next().await {
///         sum += number?;
///     }
///     Ok(sum)
/// }
/// ```
#[must_use = "answers are read by who asks for the next"]
pub struct Answers<T> {
    items: mpsc::Receiver<T>,
    end: Arc<OnceLock<AskError>>,
    has_ended: bool,
}

/// The end that writes [`Answers`]: made with them by [`Answers::new`], for an actor to keep.
///
/// To drop it ends them. When it is dropped with its actor, because that has ended, who reads hears so.
#[derive(Debug)]
pub struct Replies<T> {
    // Dropped before the channel is: who finds that ended then finds why.
    _end: Ending,
    items: mpsc::Sender<T>,
}

/// Notes why answers end, when the writing end is dropped.
#[derive(Debug)]
struct Ending(Arc<OnceLock<AskError>>);

impl Drop for Ending {
    fn drop(&mut self) {
        match host::dropped_ask() {
            AskError::NoReply => {}
            // It is noted once, here.
            error => drop(self.0.set(error)),
        }
    }
}

impl<T> Answers<T> {
    /// Answers, and the end that writes them. At most `credit` of them wait to be read.
    ///
    /// # Panics
    ///
    /// With a credit of zero.
    pub fn new(credit: usize) -> (Replies<T>, Self) {
        let (sender, items) = mpsc::channel(credit);
        let end = Arc::default();
        let replies = Replies { _end: Ending(Arc::clone(&end)), items: sender };
        (replies, Self { items, end, has_ended: false })
    }

    /// The next answer, as soon as there is one; none once they have ended.
    ///
    /// Works in handlers and in any other async code. An answer is never lost by dropping the future. An actor that
    /// awaits it in a handler takes no other message meanwhile, so one that reads its own may wait for ever.
    ///
    /// # Errors
    ///
    /// Once, after the last: `Stopped` or `Crashed` if the actor ended before its answers did. If it was cut off,
    /// that is told when its handler returns.
    pub async fn next(&mut self) -> Option<Result<T, AskError>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// The next answer if there is one now; none says nothing of what is to come.
    ///
    /// # Errors
    ///
    /// As for [`next`](Self::next).
    pub fn try_next(&mut self) -> Option<Result<T, AskError>> {
        match self.items.try_recv() {
            Ok(item) => Some(Ok(item)),
            Err(mpsc::error::TryRecvError::Empty) => None,
            Err(mpsc::error::TryRecvError::Disconnected) => self.take_end(),
        }
    }

    /// Waits for the next answer, on a thread that may block; none once they have ended.
    ///
    /// # Errors
    ///
    /// As for [`next`](Self::next).
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up: await [`next`](Self::next) there.
    pub fn wait_next(&mut self) -> Option<Result<T, AskError>> {
        let on_shard = host::with(|host| host.is_some());
        assert!(!on_shard, "`wait_next` would hold up the shard: use `.next().await` in a handler");
        block_on(self.next(), None).flatten()
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, AskError>>> {
        self.items.poll_recv(cx).map(|item| item.map(Ok).or_else(|| self.take_end()))
    }

    /// Why they ended, once, if it was not as meant.
    fn take_end(&mut self) -> Option<Result<T, AskError>> {
        if std::mem::replace(&mut self.has_ended, true) {
            return None;
        }
        self.end.get().map(|error| Err(*error))
    }
}

impl<T> Stream for Answers<T> {
    type Item = Result<T, AskError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<T> fmt::Debug for Answers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answers<{}>({} wait)", short_name(type_name::<T>()), self.items.len())
    }
}

impl<T> Replies<T> {
    /// Gives an answer, once there is a place for it.
    ///
    /// # Errors
    ///
    /// If nobody reads any more: the answer.
    pub async fn answer(&self, item: T) -> Result<(), T> {
        self.items.send(item).await.map_err(|error| error.0)
    }

    /// Gives an answer if there is a place for it now.
    ///
    /// # Errors
    ///
    /// If as many wait as there is credit for, or nobody reads any more, which [`is_read`](Self::is_read) says: the
    /// answer.
    pub fn try_answer(&self, item: T) -> Result<(), T> {
        self.items.try_send(item).map_err(mpsc::error::TrySendError::into_inner)
    }

    /// Whether somebody still reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        !self.items.is_closed()
    }

    /// Gives the items of a stream as answers, until it ends or nobody reads any more.
    pub(crate) async fn answer_all(self, stream: impl Stream<Item = T>) {
        let mut stream = std::pin::pin!(stream);
        let mut unread = std::pin::pin!(self.items.closed());
        // There is a place before the stream is asked.
        while let Ok(place) = self.items.reserve().await {
            let next = poll_fn(|cx| match unread.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(None),
                Poll::Pending => stream.as_mut().poll_next(cx),
            });
            let Some(item) = next.await else { return };
            place.send(item);
        }
    }
}
