//! What a system tells whoever watches it: events, bounded and best effort.
//!
//! A system has one [`Publisher`], which its shards share. It makes and sends nothing that nobody wants to hear
//! of: a relaxed load says so. How it reaches subscribers is in `feed.rs`. Counters are kept apart and are exact
//! all the same. What users publish goes the same way, by its type and a topic.
//!
//! Before me: `Host::emit`, and what a system refuses. After me: [`Feeds`], then [`Events`](crate::Events).

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::iter::{Once, once};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::address::Address;
use crate::exit::{ExitReason, Panic};
use crate::feed::{AnyFeeds, Feeds, Subscribed, Wants};
use crate::name::is_at_or_below;
use crate::record::Letter;
use crate::stats::DeadReason;

/// What happened in a system. It holds text and numbers, and of users' values only what a handler keeps: in a
/// reason a user's error is its text.
///
/// `kind` is the name of an actor's type, `message` that of the messages it takes, both as
/// [`std::any::type_name`] gives them; `""` where there is none.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A supervisor restarts a child no more: it has restarted it too often, or cannot start it.
    ChildGaveUp {
        /// Which supervisor, which ends.
        supervisor: Address,
        /// The child's id.
        child: Arc<str>,
        /// Why the child ended last.
        reason: ExitReason,
    },
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
        /// What it said, where its handler keeps that and was at it: see [`Event::value`].
        value: Option<Kept>,
    },
    /// What an actor answers to its `#[health]` check has changed. An actor that starts counts as healthy.
    Health {
        /// Which actor.
        actor: Address,
        /// The type of the actor.
        kind: &'static str,
        /// Whether it is healthy now.
        healthy: bool,
        /// What is wrong, if anything is.
        why: Arc<str>,
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
    /// An actor has no longer a name that it had: it has ended, or somebody took the name off it.
    NameReleased {
        /// The name.
        name: Arc<str>,
        /// The actor.
        actor: Address,
        /// The type it was registered with.
        kind: &'static str,
    },
    /// An actor was registered. Of one name, this and [`NameReleased`](Self::NameReleased) come in turn.
    NameTaken {
        /// The name.
        name: Arc<str>,
        /// The actor.
        actor: Address,
        /// The type it was registered with.
        kind: &'static str,
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
    /// An actor that had ended lives again, at the same address.
    Restarted {
        /// Which actor.
        actor: Address,
        /// The type of the actor.
        kind: &'static str,
        /// Why it had ended.
        reason: ExitReason,
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
    /// An actor lives: its start hook has ended well, or it has none.
    Started {
        /// Which actor.
        actor: Address,
        /// The type of the actor.
        kind: &'static str,
    },
    /// An actor that had started has ended; its supervisor may restart it.
    Stopped {
        /// Which actor.
        actor: Address,
        /// The type of the actor.
        kind: &'static str,
        /// Why.
        reason: ExitReason,
    },
}

/// What an [`Event`] is about: its variants but [`Lagged`](Event::Lagged), which everybody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// [`Event::ChildGaveUp`]
    ChildGaveUp,
    /// [`Event::CutOff`]
    CutOff,
    /// [`Event::DeadLetter`]
    DeadLetter,
    /// [`Event::Health`]
    Health,
    /// [`Event::MailboxHigh`]
    MailboxHigh,
    /// [`Event::NameReleased`]
    NameReleased,
    /// [`Event::NameTaken`]
    NameTaken,
    /// [`Event::Overrun`]
    Overrun,
    /// [`Event::Panic`]
    Panic,
    /// [`Event::QueueHigh`]
    QueueHigh,
    /// [`Event::Restarted`]
    Restarted,
    /// [`Event::StartFailed`]
    StartFailed,
    /// [`Event::Started`]
    Started,
    /// [`Event::Stopped`]
    Stopped,
}

impl Topic {
    /// The bit that stands for it.
    pub(crate) const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// One topic, where several may be named.
impl IntoIterator for Topic {
    type Item = Self;
    type IntoIter = Once<Self>;

    fn into_iter(self) -> Once<Self> {
        once(self)
    }
}

impl Event {
    /// Of a dead letter whose handler was at it and says `keep`: a copy of its parameters, as a tuple. That of
    /// `fn inc(&mut self, by: i64)` is an `(i64,)`. None of all else, and if `T` is another type.
    #[must_use]
    pub fn value<T: Clone + 'static>(&self) -> Option<T> {
        match self {
            Self::DeadLetter { value: Some(kept), .. } => kept.value(),
            _ => None,
        }
    }

    /// What it is about; nothing for [`Lagged`](Self::Lagged).
    #[must_use]
    pub const fn topic(&self) -> Option<Topic> {
        Some(match self {
            Self::ChildGaveUp { .. } => Topic::ChildGaveUp,
            Self::CutOff { .. } => Topic::CutOff,
            Self::DeadLetter { .. } => Topic::DeadLetter,
            Self::Health { .. } => Topic::Health,
            Self::Lagged { .. } => return None,
            Self::MailboxHigh { .. } => Topic::MailboxHigh,
            Self::NameReleased { .. } => Topic::NameReleased,
            Self::NameTaken { .. } => Topic::NameTaken,
            Self::Overrun { .. } => Topic::Overrun,
            Self::Panic { .. } => Topic::Panic,
            Self::QueueHigh { .. } => Topic::QueueHigh,
            Self::Restarted { .. } => Topic::Restarted,
            Self::StartFailed { .. } => Topic::StartFailed,
            Self::Started { .. } => Topic::Started,
            Self::Stopped { .. } => Topic::Stopped,
        })
    }
}

/// The parameters of a message, as its handler keeps them: see [`Event::value`].
#[derive(Clone)]
pub struct Kept(Arc<Mutex<dyn Any + Send>>);

impl Kept {
    pub(crate) fn new<T: Send + 'static>(parameters: T) -> Self {
        Self(Arc::new(Mutex::new(parameters)))
    }

    fn value<T: Clone + 'static>(&self) -> Option<T> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.downcast_ref().cloned()
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

impl Event {
    /// Whether it is that a name at or below this path was taken or released. Of the events of a system, these are
    /// what there is to hear of a path; [`SystemRef::names`](crate::SystemRef::names) has what was before.
    #[must_use]
    pub fn is_of_name_below(&self, path: &str) -> bool {
        match self {
            Self::NameReleased { name, .. } | Self::NameTaken { name, .. } => {
                is_at_or_below(name, path)
            }
            _ => false,
        }
    }
}

/// One line.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChildGaveUp { supervisor, child, reason } => {
                write!(f, "gave up: {child} of {supervisor}: {}", OneLine(reason))
            }
            Self::CutOff { actor, kind, message } => {
                write!(f, "cut off: {kind} at {actor}, which does not return from a {message}")
            }
            Self::DeadLetter { reason, receiver, message, bytes, .. } => {
                write!(f, "dead letter, {reason}: {message} of {bytes} bytes to {receiver}")
            }
            Self::Health { actor, kind, healthy: true, .. } => {
                write!(f, "healthy: {kind} at {actor}")
            }
            Self::Health { actor, kind, healthy: false, why } => {
                write!(f, "not healthy: {kind} at {actor}: {}", OneLine(why))
            }
            Self::Lagged { missed } => write!(f, "{missed} events missed"),
            Self::MailboxHigh { actor, kind, messages } => {
                write!(f, "mailbox high: {messages} messages wait for {kind} at {actor}")
            }
            Self::NameReleased { name, actor, kind } => {
                write!(f, "{name}: no longer {kind} at {actor}")
            }
            Self::NameTaken { name, actor, kind } => write!(f, "{name}: {kind} at {actor}"),
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
            Self::Restarted { actor, kind, reason } => {
                write!(f, "restarted: {kind} at {actor} after {}", OneLine(reason))
            }
            Self::StartFailed { actor, kind, why } => {
                write!(f, "{kind} at {actor} did not start: {}", OneLine(why))
            }
            Self::Started { actor, kind } => write!(f, "started: {kind} at {actor}"),
            Self::Stopped { actor, kind, reason } => {
                write!(f, "stopped: {kind} at {actor}: {}", OneLine(reason))
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

/// What the shards of a system publish with, and users.
pub(crate) struct Publisher {
    events: Arc<Feeds<Event>>,
    /// Whether anybody ever subscribed to what users publish.
    has_users: AtomicBool,
    /// By the type of what users publish; none once the system has ended.
    users: Mutex<Option<HashMap<TypeId, Arc<dyn AnyFeeds>>>>,
}

impl Publisher {
    pub(crate) fn new() -> Self {
        let users = Mutex::new(Some(HashMap::new()));
        Self { events: Arc::new(Feeds::new()), has_users: AtomicBool::new(false), users }
    }

    /// Publishes what `make` makes, if anybody wants to hear of it. Runs code of who does, so nothing is borrowed.
    #[inline(always)]
    pub(crate) fn publish(&self, topic: Topic, make: impl FnOnce() -> Event) {
        if self.is_wanted(topic) {
            self.send(topic, &make());
        }
    }

    /// Whether anybody wants to hear of this.
    pub(crate) fn is_wanted(&self, topic: Topic) -> bool {
        self.events.are_wanted(topic.bit())
    }

    #[cold]
    #[inline(never)]
    fn send(&self, topic: Topic, event: &Event) {
        debug_assert_eq!(event.topic(), Some(topic), "an event is published under its topic");
        self.events.publish(topic.bit(), "", event);
    }

    /// Publishes a user's value, of which each who wants it gets a clone.
    pub(crate) fn publish_value<T: Clone + Send + 'static>(&self, topic: &str, value: &T) {
        // Ordering: as in `Feeds::are_wanted`.
        if self.has_users.load(Ordering::Relaxed)
            && let Some(feeds) = self.users().as_ref().and_then(|users| feeds_of::<T>(users))
        {
            feeds.publish(u32::MAX, topic, value);
        }
    }

    /// Says that a message will not be handled; not of a listener's, who might send the next when it hears.
    pub(crate) fn dead_letter(
        &self,
        reason: DeadReason,
        receiver: Address,
        letter: &Letter,
        value: Option<&Kept>,
    ) {
        if letter.mark().is_quiet() {
            return;
        }
        let (message, bytes) = (letter.name(), letter.value_bytes());
        tracing::debug!(target: "callboard", %reason, to = %receiver, message, bytes, "dead letter");
        self.publish(Topic::DeadLetter, || {
            let value = value.cloned();
            Event::DeadLetter { reason, receiver, message, bytes, value }
        });
    }

    /// Subscribes to the system's events from now on.
    pub(crate) fn subscribe(&self) -> Subscribed<Event> {
        self.events.subscribe(Wants::all())
    }

    /// Subscribes to what users publish of this type, under topics that match.
    pub(crate) fn subscribe_to<T: Clone + Send + 'static>(&self, pattern: &str) -> Subscribed<T> {
        let mut users = self.users();
        let feeds = match users.as_mut() {
            Some(users) => feeds_of::<T>(users).unwrap_or_else(|| {
                let feeds = Arc::new(Feeds::new());
                users.insert(TypeId::of::<T>(), feeds.clone());
                feeds
            }),
            None => {
                let ended = Arc::new(Feeds::new());
                ended.end();
                ended
            }
        };
        drop(users);
        // Ordering: as in `Feeds::are_wanted`.
        self.has_users.store(true, Ordering::Relaxed);
        feeds.subscribe(Wants::matching(pattern))
    }

    fn users(&self) -> MutexGuard<'_, Option<HashMap<TypeId, Arc<dyn AnyFeeds>>>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes nothing more: subscribers see what they have not yet seen, then the end.
    pub(crate) fn end(&self) {
        self.events.end();
        let users = self.users().take();
        users.iter().flat_map(HashMap::values).for_each(|feeds| feeds.end());
    }
}

fn feeds_of<T: Clone + Send + 'static>(
    users: &HashMap<TypeId, Arc<dyn AnyFeeds>>,
) -> Option<Arc<Feeds<T>>> {
    let feeds: Arc<dyn Any + Send + Sync> = users.get(&TypeId::of::<T>())?.clone();
    feeds.downcast().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{ShardId, Target};

    #[test]
    fn nothing_is_made_while_nobody_is_subscribed() {
        let publisher = Publisher::new();
        let publish = |make: fn() -> Event| publisher.publish(Topic::QueueHigh, make);
        publish(|| unreachable!("nobody listens"));
        let subscribed = publisher.subscribe();
        publish(|| Event::QueueHigh { shard: 0, messages: 1 });
        assert_eq!(subscribed.len(), 1);
        subscribed.narrow(Wants { kinds: Topic::Panic.bit(), ..Wants::all() }, |_| 0);
        publish(|| unreachable!("nobody wants to hear of it"));
        let all = publisher.subscribe();
        drop((subscribed, all));
        publish(|| unreachable!("nobody listens any more"));
        let _late = publisher.subscribe();
        publisher.end();
        publish(|| unreachable!("it has ended"));
    }

    #[test]
    fn each_event_is_one_line() {
        let actor = Address::new(ShardId::new(0, 3), Target::new(17, 1));
        let (kind, message) = ("bank::Account", "bank::AccountMsg");
        let text = "two\nlines".to_owned();
        let panic = Arc::new(Panic { text, location: "src/bank.rs:7:9".to_owned() });
        let held = Duration::from_millis(120);
        let dead = Event::DeadLetter {
            reason: DeadReason::Stopped,
            receiver: actor,
            message,
            bytes: 24,
            value: None,
        };
        let reason = ExitReason::error("no\nroom");
        let events = [
            (
                Event::ChildGaveUp {
                    supervisor: actor,
                    child: "house".into(),
                    reason: reason.clone(),
                },
                "gave up: house of 0/3/17.1: error: no room",
            ),
            (
                Event::Restarted { actor, kind, reason: reason.clone() },
                "restarted: bank::Account at 0/3/17.1 after error: no room",
            ),
            (Event::Started { actor, kind }, "started: bank::Account at 0/3/17.1"),
            (
                Event::Stopped { actor, kind, reason },
                "stopped: bank::Account at 0/3/17.1: error: no room",
            ),
            (
                Event::CutOff { actor, kind, message },
                "cut off: bank::Account at 0/3/17.1, which does not return from a bank::AccountMsg",
            ),
            (dead, "dead letter, stopped: bank::AccountMsg of 24 bytes to 0/3/17.1"),
            (
                Event::Health { actor, kind, healthy: false, why: "no\nroom".into() },
                "not healthy: bank::Account at 0/3/17.1: no room",
            ),
            (
                Event::Health { actor, kind, healthy: true, why: "".into() },
                "healthy: bank::Account at 0/3/17.1",
            ),
            (Event::Lagged { missed: 3 }, "3 events missed"),
            (
                Event::MailboxHigh { actor, kind, messages: 10_000 },
                "mailbox high: 10000 messages wait for bank::Account at 0/3/17.1",
            ),
            (
                Event::NameReleased { name: "/bank".into(), actor, kind },
                "/bank: no longer bank::Account at 0/3/17.1",
            ),
            (
                Event::NameTaken { name: "/bank".into(), actor, kind },
                "/bank: bank::Account at 0/3/17.1",
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
