//! What a system tells whoever watches it: events, bounded and best effort.
//!
//! A system has one [`Publisher`], which its shards share. It makes and sends nothing while nobody has
//! subscribed: a relaxed load says so. A subscriber that is slower than what happens loses the oldest events
//! and is told how many, and nobody waits for it. Counters are kept apart and are exact all the same.
//!
//! Before me: `Host::emit`, and what a system refuses. After me: [`Events`](crate::Events).

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::address::Address;
use crate::config;
use crate::exit::Panic;
use crate::record::Letter;
use crate::stats::DeadReason;

/// What happened in a system. It holds text and numbers, never a value of a user's.
///
/// `kind` is the name of an actor's type, `message` that of the messages it takes, both as
/// [`std::any::type_name`] gives them; `""` where there is none.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A handler did not return in its grace time after its actor was killed. Its shard goes on when it does.
    CutOff {
        /// The actor, which has ended for everybody else.
        actor: Address,
        /// The type of the actor.
        kind: &'static str,
        /// The type of the message that is being handled.
        message: &'static str,
    },
    /// A message that no handler will see.
    DeadLetter {
        /// Why.
        reason: DeadReason,
        /// Whom it was for.
        receiver: Address,
        /// The type of the message.
        message: &'static str,
        /// How large a value of that type is, in bytes, without what it owns elsewhere.
        bytes: usize,
    },
    /// This subscriber was too slow, and events are missing here.
    Lagged {
        /// How many.
        missed: u64,
    },
    /// The mailbox of an actor has reached 10,000, 100,000 or 1,000,000 messages, or a doubling of that: once
    /// a level, until it has fallen below half of it.
    MailboxHigh {
        /// Whose mailbox.
        actor: Address,
        /// The type of the actor.
        kind: &'static str,
        /// How many wait.
        messages: u64,
    },
    /// A handler has held its shard for longer than `SystemBuilder::overrun_after`: once a handler.
    Overrun {
        /// Whose handler.
        actor: Address,
        /// The type of the actor.
        kind: &'static str,
        /// The type of the message that is being handled.
        message: &'static str,
        /// For how long by now.
        held: Duration,
    },
    /// User code panicked, and the panic was contained.
    Panic {
        /// Whose code; none for code that is no actor's, such as a waker.
        actor: Option<Address>,
        /// The type of the actor.
        kind: &'static str,
        /// What it said, and where.
        panic: Arc<Panic>,
    },
    /// What a shard sent to itself waits in its queue, about so much of it: told at the levels of
    /// [`MailboxHigh`](Self::MailboxHigh).
    QueueHigh {
        /// The index of the shard.
        shard: usize,
        /// How many records wait.
        messages: u64,
    },
    /// A start hook failed or took too long: there is no such actor.
    StartFailed {
        /// Where it would have been.
        actor: Address,
        /// The type of the actor.
        kind: &'static str,
        /// Why, as the `StartError` says it.
        why: Arc<str>,
    },
}

/// One line.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff { actor, kind, message } => {
                write!(f, "cut off: {kind} at {actor}, which does not return from a {message}")
            }
            Self::DeadLetter { reason, receiver, message, bytes } => {
                write!(f, "dead letter, {reason}: {message} of {bytes} bytes to {receiver}")
            }
            Self::Lagged { missed } => write!(f, "{missed} events missed"),
            Self::MailboxHigh { actor, kind, messages } => {
                write!(f, "mailbox high: {messages} messages wait for {kind} at {actor}")
            }
            Self::Overrun { actor, kind, message, held } => {
                write!(f, "overrun: {kind} at {actor} has been at a {message} for {held:?}")
            }
            Self::Panic { actor: Some(actor), kind, panic } => {
                write!(f, "{kind} at {actor}: {}", OneLine(panic))
            }
            Self::Panic { actor: None, panic, .. } => OneLine(panic).fmt(f),
            Self::QueueHigh { shard, messages } => {
                write!(f, "queue high: {messages} records wait on shard {shard}")
            }
            Self::StartFailed { actor, kind, why } => {
                write!(f, "{kind} at {actor} did not start: {}", OneLine(why))
            }
        }
    }
}

/// Shows what people wrote without its line breaks.
struct OneLine<T>(T);

impl<T: fmt::Display> fmt::Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let mut lines = text.lines();
        f.write_str(lines.next().unwrap_or_default())?;
        lines.try_for_each(|line| write!(f, " {line}"))
    }
}

/// Where the subscribers of a system are.
enum Channel {
    /// Nobody has subscribed.
    Unopened,
    Open(Sender<Event>),
    /// The system has ended.
    Ended,
}

/// What the shards of a system publish with.
pub(crate) struct Publisher {
    /// Subscribers there are; written by whoever subscribes, read before an event is made.
    subscribers: AtomicUsize,
    channel: Mutex<Channel>,
}

impl Publisher {
    pub(crate) fn new() -> Self {
        Self { subscribers: AtomicUsize::new(0), channel: Mutex::new(Channel::Unopened) }
    }

    fn channel(&self) -> MutexGuard<'_, Channel> {
        self.channel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes what `make` makes, if anybody is subscribed. May run wakers, so nothing is borrowed.
    #[inline]
    pub(crate) fn publish(&self, make: impl FnOnce() -> Event) {
        // Ordering: who has just subscribed on another thread may miss what happens at the same time.
        if self.subscribers.load(Ordering::Relaxed) != 0 {
            self.send(make());
        }
    }

    #[cold]
    #[inline(never)]
    fn send(&self, event: Event) {
        // Sent without the lock: a waker may itself do what is an event.
        let sender = match &*self.channel() {
            Channel::Open(sender) => sender.clone(),
            Channel::Unopened | Channel::Ended => return,
        };
        // The last subscriber may have gone.
        let _ = sender.send(event);
    }

    /// Says that a message will not be handled; not of a listener's, who might send the next when it hears.
    pub(crate) fn dead_letter(&self, reason: DeadReason, receiver: Address, letter: &Letter) {
        if letter.mark().is_quiet() {
            return;
        }
        let (message, bytes) = (letter.name(), letter.value_bytes());
        tracing::debug!(target: "callboard", %reason, to = %receiver, message, bytes, "dead letter");
        self.publish(|| Event::DeadLetter { reason, receiver, message, bytes });
    }

    /// Subscribes to what is published from now on; to be followed by `unsubscribe`.
    pub(crate) fn subscribe(&self) -> Receiver<Event> {
        let mut channel = self.channel();
        // Ordering: see `publish`.
        self.subscribers.fetch_add(1, Ordering::Relaxed);
        match &*channel {
            Channel::Open(sender) => sender.subscribe(),
            Channel::Unopened => {
                let (sender, receiver) = self::channel(config::EVENTS);
                *channel = Channel::Open(sender);
                receiver
            }
            // Without a sender it has ended.
            Channel::Ended => self::channel(1).1,
        }
    }

    /// Says that a subscriber is gone.
    pub(crate) fn unsubscribe(&self) {
        // Ordering: see `publish`.
        self.subscribers.fetch_sub(1, Ordering::Relaxed);
    }

    /// Publishes nothing more: subscribers see what they have not yet seen, then the end.
    pub(crate) fn end(&self) {
        let before = std::mem::replace(&mut *self.channel(), Channel::Ended);
        // It wakes subscribers, without the lock.
        drop(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{ShardId, Target};

    #[test]
    fn nothing_is_made_while_nobody_is_subscribed() {
        let publisher = Publisher::new();
        publisher.publish(|| unreachable!("nobody listens"));
        let receiver = publisher.subscribe();
        publisher.publish(|| Event::Lagged { missed: 1 });
        assert_eq!(receiver.len(), 1);
        publisher.unsubscribe();
        publisher.publish(|| unreachable!("nobody listens any more"));
        publisher.end();
        publisher.publish(|| unreachable!("it has ended"));
    }

    #[test]
    fn each_event_is_one_line() {
        let actor = Address::new(ShardId::new(0, 3), Target::new(17, 1));
        let (kind, message) = ("bank::Account", "bank::AccountMsg");
        let text = "two\nlines".to_owned();
        let panic = Arc::new(Panic { text, location: "src/bank.rs:7:9".to_owned() });
        let held = Duration::from_millis(120);
        let dead =
            Event::DeadLetter { reason: DeadReason::Stopped, receiver: actor, message, bytes: 24 };
        let events = [
            (
                Event::CutOff { actor, kind, message },
                "cut off: bank::Account at 0/3/17.1, which does not return from a bank::AccountMsg",
            ),
            (dead, "dead letter, stopped: bank::AccountMsg of 24 bytes to 0/3/17.1"),
            (Event::Lagged { missed: 3 }, "3 events missed"),
            (
                Event::MailboxHigh { actor, kind, messages: 10_000 },
                "mailbox high: 10000 messages wait for bank::Account at 0/3/17.1",
            ),
            (
                Event::Overrun { actor, kind, message, held },
                "overrun: bank::Account at 0/3/17.1 has been at a bank::AccountMsg for 120ms",
            ),
            (
                Event::Panic { actor: Some(actor), kind, panic: panic.clone() },
                "bank::Account at 0/3/17.1: panic at src/bank.rs:7:9: two lines",
            ),
            (Event::Panic { actor: None, kind: "", panic }, "panic at src/bank.rs:7:9: two lines"),
            (
                Event::QueueHigh { shard: 3, messages: 10_000 },
                "queue high: 10000 records wait on shard 3",
            ),
            (
                Event::StartFailed { actor, kind, why: "no\nroom".into() },
                "bank::Account at 0/3/17.1 did not start: no room",
            ),
        ];
        for (event, line) in events {
            assert_eq!(event.to_string(), line);
        }
    }
}
