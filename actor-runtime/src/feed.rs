//! Feeds: a bounded queue for each subscriber, and who takes what.
//!
//! [`Feeds`] are those of all subscribers to one type of value. Whoever publishes asks each subscriber's
//! [`Wants`] first, so what a subscriber does not want costs it no place. One that is slower than what comes
//! loses the oldest, and is told how many. Nobody waits for a subscriber.
//!
//! What always holds: no code of a user's runs under a lock, be it a test of a subscriber's, a clone, a
//! destructor or a waker. All subscribers see what they take in one order, that in which `list` was locked.
//!
//! Before me: [`Publisher`](crate::event::Publisher). After me: the subscriptions in `events.rs`.

use std::any::Any;
use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::config;
use crate::record::forget_payload;

/// A test of a subscriber's. It does not panic: who makes one sees to that.
pub(crate) type Test<T> = Arc<dyn Fn(&T) -> bool + Send + Sync>;

/// What a subscriber takes.
pub(crate) struct Wants<T> {
    /// The kinds of a system's events, as bits. What users publish has them all.
    pub(crate) kinds: u32,
    /// Of what users publish: the topics.
    pub(crate) pattern: Arc<str>,
    pub(crate) tests: Vec<Test<T>>,
}

impl<T> Clone for Wants<T> {
    fn clone(&self) -> Self {
        Self { kinds: self.kinds, pattern: self.pattern.clone(), tests: self.tests.clone() }
    }
}

thread_local! {
    /// Whether a subscriber's test runs on this thread. What it publishes itself nobody hears, or there would
    /// be no end to it.
    static TESTING: Cell<bool> = const { Cell::new(false) };
}

impl<T> Wants<T> {
    /// All events of a system.
    pub(crate) fn all() -> Self {
        Self::matching("**")
    }

    /// What users publish under topics that match.
    pub(crate) fn matching(pattern: &str) -> Self {
        Self { kinds: u32::MAX, pattern: pattern.into(), tests: Vec::new() }
    }

    fn take(&self, kinds: u32, topic: &str, value: &T) -> bool {
        self.kinds & kinds != 0 && matches(&self.pattern, topic) && self.pass(value)
    }

    fn pass(&self, value: &T) -> bool {
        self.tests.iter().all(|test| {
            let before = TESTING.replace(true);
            let passes = test(value);
            TESTING.set(before);
            passes
        })
    }
}

/// Whether a topic is one of those that a pattern means: words between `/`, of which `*` is any one, and `**`,
/// at the end, any number of them.
fn matches(pattern: &str, topic: &str) -> bool {
    let (mut pattern, mut topic) = (pattern.split('/'), topic.split('/'));
    loop {
        match (pattern.next(), topic.next()) {
            (Some("**"), _) => return true,
            (Some(wanted), Some(word)) if wanted == "*" || wanted == word => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// What one subscriber has not yet seen.
struct Feed<T> {
    values: VecDeque<T>,
    /// How many were lost before the oldest of them.
    missed: u64,
    wants: Arc<Wants<T>>,
}

/// It may end in the midst of a turn.
impl<T> Drop for Feed<T> {
    fn drop(&mut self) {
        self.values.drain(..).for_each(let_go);
    }
}

/// Drops what is a user's; a panic of its destructor ends here.
fn let_go<V>(what: V) {
    catch_unwind(AssertUnwindSafe(|| drop(what))).unwrap_or_else(forget_payload);
}

type SharedFeed<T> = Arc<Mutex<Feed<T>>>;

/// A subscriber, as who publishes knows it.
struct Subscriber<T> {
    wants: Arc<Wants<T>>,
    feed: SharedFeed<T>,
    /// Says that something has come; once all senders are gone, that nothing will.
    signal: Sender<()>,
}

impl<T> Clone for Subscriber<T> {
    fn clone(&self) -> Self {
        let (wants, feed) = (self.wants.clone(), self.feed.clone());
        Self { wants, feed, signal: self.signal.clone() }
    }
}

impl<T> Subscriber<T> {
    /// Puts a value into its feed. Answers one that is to be dropped: the oldest, for which there is no place, or
    /// this one, where the subscriber has changed its mind since it was asked.
    fn put(&self, value: T) -> Option<T> {
        let mut feed = lock(&self.feed);
        if !Arc::ptr_eq(&feed.wants, &self.wants) {
            return Some(value);
        }
        let oldest =
            if feed.values.len() < config::EVENTS { None } else { feed.values.pop_front() };
        feed.missed += u64::from(oldest.is_some());
        feed.values.push_back(value);
        oldest
    }
}

/// All who subscribe to values of one type.
pub(crate) struct Feeds<T> {
    /// What anybody wants, as bits: written under the lock of `list`, read before a value is made.
    wanted: AtomicU32,
    /// None once it has ended.
    list: Mutex<Option<Arc<Vec<Subscriber<T>>>>>,
}

impl<T: Clone + Send + 'static> Feeds<T> {
    pub(crate) fn new() -> Self {
        Self { wanted: AtomicU32::new(0), list: Mutex::new(Some(Arc::default())) }
    }

    /// Whether anybody may want a value of these kinds.
    #[inline(always)]
    pub(crate) fn are_wanted(&self, kinds: u32) -> bool {
        // Ordering: who has just subscribed on another thread may miss what happens at the same time.
        self.wanted.load(Ordering::Relaxed) & kinds != 0
    }

    /// Gives a value to all who want it. Runs tests, clones, destructors and wakers, so nothing is borrowed.
    pub(crate) fn publish(&self, kinds: u32, topic: &str, value: &T) {
        if TESTING.get() {
            return;
        }
        let Some(all) = lock(&self.list).clone() else { return };
        let takers = all.iter().filter(|one| one.wants.take(kinds, topic, value));
        let copies: Vec<_> = takers.map(|one| (one, value.clone())).collect();
        let mut told = Vec::with_capacity(copies.len());
        let list = lock(&self.list);
        if list.is_some() {
            told.extend(copies.into_iter().map(|(one, copy)| (one, one.put(copy))));
        }
        drop(list);
        for (one, gone) in told {
            // It may have a signal that it has not yet seen, or have gone.
            let _ = one.signal.try_send(());
            let_go(gone);
        }
        // Subscribers that have gone meanwhile go with it.
        let_go(all);
    }

    /// Begins a feed; of one that has ended nothing comes.
    pub(crate) fn subscribe(self: &Arc<Self>, wants: Wants<T>) -> Subscribed<T> {
        let wants = Arc::new(wants);
        let feed = Feed { values: VecDeque::new(), missed: 0, wants: wants.clone() };
        let (feed, (signal, signals)) = (Arc::new(Mutex::new(feed)), channel(1));
        self.change(|list| list.push(Subscriber { wants, feed: feed.clone(), signal }));
        Subscribed { feeds: self.clone(), feed, signals }
    }

    /// Changes who subscribes: nobody does any more once it has ended. Nothing of a user's is to be dropped in
    /// `change`.
    fn change(&self, change: impl FnOnce(&mut Vec<Subscriber<T>>)) {
        let mut list = lock(&self.list);
        let Some(list) = list.as_mut() else { return change(&mut Vec::new()) };
        let list = Arc::make_mut(list);
        change(list);
        let wanted = list.iter().fold(0, |wanted, one| wanted | one.wants.kinds);
        // Ordering: see `are_wanted`.
        self.wanted.store(wanted, Ordering::Relaxed);
    }
}

/// The feeds of a type that is not known.
pub(crate) trait AnyFeeds: Any + Send + Sync {
    /// Publishes nothing more: subscribers see what they have not yet seen, then the end.
    fn end(&self);
}

impl<T: Send + 'static> AnyFeeds for Feeds<T> {
    fn end(&self) {
        let before = lock(&self.list).take();
        // Ordering: see `are_wanted`.
        self.wanted.store(0, Ordering::Relaxed);
        // It wakes subscribers, without the lock.
        drop(before);
    }
}

/// A subscriber's end of its feed.
pub(crate) struct Subscribed<T: Clone + Send + 'static> {
    feeds: Arc<Feeds<T>>,
    feed: SharedFeed<T>,
    /// A signal that something has come; it may be an old one.
    pub(crate) signals: Receiver<()>,
}

impl<T: Clone + Send + 'static> Subscribed<T> {
    /// The next value, or how many were missed before it; none if nothing is there now.
    pub(crate) fn take(&self) -> Option<Result<T, u64>> {
        let mut feed = lock(&self.feed);
        if feed.missed > 0 {
            return Some(Err(std::mem::take(&mut feed.missed)));
        }
        feed.values.pop_front().map(Ok)
    }

    /// How many values wait.
    pub(crate) fn len(&self) -> usize {
        lock(&self.feed).values.len()
    }

    pub(crate) fn wants(&self) -> Arc<Wants<T>> {
        lock(&self.feed).wants.clone()
    }

    /// Takes less from now on, and nothing else of what waits by now. `kind_of` tells the kinds of a value.
    pub(crate) fn narrow(&self, wants: Wants<T>, kind_of: impl Fn(&T) -> u32) {
        let wants = Arc::new(wants);
        let mut early = VecDeque::new();
        self.feeds.change(|list| {
            let own = list.iter_mut().find(|one| Arc::ptr_eq(&one.feed, &self.feed));
            if let Some(own) = own {
                own.wants = wants.clone();
            }
            let mut feed = lock(&self.feed);
            feed.wants = wants.clone();
            early = std::mem::take(&mut feed.values);
        });
        early.retain(|value| wants.kinds & kind_of(value) != 0 && wants.pass(value));
        let mut feed = lock(&self.feed);
        early.append(&mut feed.values);
        feed.values = early;
    }
}

impl<T: Clone + Send + 'static> Drop for Subscribed<T> {
    fn drop(&mut self) {
        let mut gone = Vec::new();
        self.feeds.change(|list| {
            gone.extend(list.extract_if(.., |one| Arc::ptr_eq(&one.feed, &self.feed)));
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_words() {
        for (pattern, topic, is_meant) in [
            ("orders", "orders", true),
            ("orders", "orders/new", false),
            ("orders/new", "orders", false),
            ("orders/*", "orders/new", true),
            ("orders/*", "orders/new/now", false),
            ("orders/*", "orders", false),
            ("*/new", "orders/new", true),
            ("orders/**", "orders/new/now", true),
            ("orders/**", "orders", true),
            ("orders/**", "refunds", false),
            ("**", "", true),
            ("*", "", true),
            ("ord*", "orders", false),
        ] {
            assert_eq!(matches(pattern, topic), is_meant, "{pattern} and {topic}");
        }
    }

    /// All that has come.
    fn rest(subscribed: &Subscribed<u32>) -> Vec<Result<u32, u64>> {
        std::iter::from_fn(|| subscribed.take()).collect()
    }

    #[test]
    fn only_what_is_wanted_takes_a_place() {
        let feeds = Arc::new(Feeds::new());
        assert!(!feeds.are_wanted(u32::MAX));
        let even: Test<u32> = Arc::new(|value| value % 2 == 0);
        let wants = Wants { kinds: 0b10, pattern: "**".into(), tests: vec![even] };
        let subscribed = feeds.subscribe(wants);
        assert_eq!((feeds.are_wanted(0b10), feeds.are_wanted(0b01)), (true, false));
        feeds.publish(0b01, "", &0);
        let most = 2 * config::EVENTS as u32;
        (0..most).for_each(|value| feeds.publish(0b10, "", &value));
        assert_eq!(subscribed.len(), config::EVENTS);
        assert_eq!(subscribed.take(), Some(Ok(0)), "none was missed");
        drop(subscribed);
        assert!(!feeds.are_wanted(u32::MAX));
    }

    #[test]
    fn who_takes_less_sees_nothing_else_of_what_waited() {
        let feeds = Arc::new(Feeds::new());
        let subscribed = feeds.subscribe(Wants::all());
        (0..4).for_each(|value| feeds.publish(1 << value, "", &value));
        let mut wants = (*subscribed.wants()).clone();
        wants.kinds = 0b1110;
        wants.tests.push(Arc::new(|value| *value != 2));
        subscribed.narrow(wants, |value| 1 << value);
        (0..4).for_each(|value| feeds.publish(1 << value, "", &value));
        assert_eq!(rest(&subscribed), [1, 3, 1, 3].map(Ok));
    }

    #[test]
    fn the_oldest_are_lost_and_counted() {
        let feeds = Arc::new(Feeds::new());
        let subscribed = feeds.subscribe(Wants::all());
        let most = config::EVENTS as u32;
        (0..most + 3).for_each(|value| feeds.publish(1, "", &value));
        let seen = rest(&subscribed);
        assert_eq!((seen[0], seen[1], seen.len()), (Err(3), Ok(3), config::EVENTS + 1));
        feeds.end();
        feeds.publish(1, "", &0);
        assert_eq!(rest(&subscribed), []);
        assert_eq!(feeds.subscribe(Wants::all()).signals.try_recv().ok(), None);
    }

    #[test]
    fn what_a_test_publishes_nobody_hears() {
        let feeds = Arc::new(Feeds::<u32>::new());
        let seen = feeds.subscribe(Wants::all());
        let mut wants = Wants::all();
        let again = Arc::downgrade(&feeds);
        wants.tests.push(Arc::new(move |value| {
            again.upgrade().expect("it is there").publish(1, "", &(value + 1));
            true
        }));
        let subscribed = feeds.subscribe(wants);
        feeds.publish(1, "", &5);
        assert_eq!((rest(&seen), rest(&subscribed)), (vec![Ok(5)], vec![Ok(5)]));
    }
}
