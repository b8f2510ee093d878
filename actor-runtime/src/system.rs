//! A system: its shards, their threads, and their orderly end.
//!
//! No system is global: each has a node index of its own, and two in one process do not know of each other.
//!
//! The end, step by step (all bounded by one deadline): (1) no more is accepted from outside; (2) every shard
//! flushes what it sent; (3) every actor ends once it has handled what had reached it; (4) at the deadline
//! the rest is cut off; (5) what is still on its way becomes dead letters, (6) and so does what
//! destructors sent meanwhile; (7) the threads are joined.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::actor::{Ended, Place, Spawn, SpawnOn, run_on, spawn_by};
use crate::actor_ref::ActorRef;
use crate::address::{Address, ShardId, Target};
use crate::config;
use crate::cycle::Waits;
use crate::error::{AskError, StartError};
use crate::event::{Event, Publisher, Topic};
use crate::events::{Events, Subscription};
use crate::host;
use crate::message::Protocol;
use crate::query::{Query, mailbox_len};
use crate::record::{Class, forget_payload};
use crate::registry::Registry;
use crate::route::{self, Route, Word};
use crate::shard::driver::{Between, Control, Driver, TokioDriver};
use crate::shard::inbox::Inbox;
use crate::shard::lane::lane;
use crate::shard::{Left, Parts, Shard};
#[cfg(unix)]
use crate::signals::Signals;
use crate::stats::{Counters, DeadLetters, DeadReason, ShardStats, Stats};
use crate::supervisor::{StartTree, SupervisorMsg, SupervisorSpec};
use crate::threads::BlockingThreads;
use crate::watch::{Verdict, Watchdog, Watched};

/// Says how a system is to be: made by [`System::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `start`"]
pub struct SystemBuilder {
    shards: Option<usize>,
    pin: bool,
    slice_messages: u32,
    thread_name: String,
    overrun_after: Duration,
    kill_grace: Duration,
    #[cfg(unix)]
    drain_on_signals: Option<Duration>,
    names: usize,
    detect_ask_cycles: bool,
    blocking_threads: usize,
}

impl SystemBuilder {
    /// How many shards: one for each core the process may use, unless said here.
    pub fn shards(mut self, shards: usize) -> Self {
        self.shards = Some(shards);
        self
    }

    /// Whether each shard's thread is bound to a core of its own; it is where there are no more shards
    /// than cores and the feature `pinning` is on.
    pub fn pin(mut self, pin: bool) -> Self {
        self.pin = pin;
        self
    }

    /// How many messages an actor handles in one slice, 64 unless said here or by its type; at most
    /// 1,048,575.
    pub fn slice(mut self, messages: u32) -> Self {
        self.slice_messages = messages;
        self
    }

    /// What the threads are called: this and the shard's index, as in `callboard-0`, or `callboard-watchdog`.
    pub fn thread_name(mut self, name: impl Into<String>) -> Self {
        self.thread_name = name.into();
        self
    }

    /// How long one call of an actor's code, be it a handler, one poll of it or a hook, may hold its shard until
    /// [`Event::Overrun`] tells of it; 100 ms unless said here. A watchdog looks five
    /// times in that time, every millisecond at most, so it is told of up to a fifth later.
    pub fn overrun_after(mut self, time: Duration) -> Self {
        self.overrun_after = time;
        self
    }

    /// How long a call of an actor's code may hold its shard after the actor was killed until it is cut off,
    /// see [`ActorRef::kill`](crate::ActorRef::kill); 100 ms unless said here. Told as exactly as an overrun.
    pub fn kill_grace(mut self, time: Duration) -> Self {
        self.kill_grace = time;
        self
    }

    /// Has the first SIGTERM or SIGINT end the system, as [`System::stop`] with this deadline would, and the
    /// second end the process at once, as either does to a program that does not care. Once no system listens any
    /// more, the first one does. `#[callboard::main]` asks for it, with 5 s.
    ///
    /// [`System::wait`] waits for that end. A system that does not ask for it installs no signal handler.
    #[cfg(unix)]
    pub fn drain_on_signals(mut self, deadline: Duration) -> Self {
        self.drain_on_signals = Some(deadline);
        self
    }

    /// How many names the actors of the system may have at a time, and how many memberships of groups: a million of
    /// each unless said here. One more is refused with [`RegisterError::TooMany`](crate::RegisterError::TooMany),
    /// and counted.
    pub fn names(mut self, most: usize) -> Self {
        self.names = most;
        self
    }

    /// Whether an ask that would close a cycle of actors that wait for each other ends at once, unsent, with
    /// [`AskError::Cycle`], which names them; it does not unless said here, and
    /// the asks of a cycle end at their deadlines.
    ///
    /// It is for finding such cycles, in tests and while one looks for a fault: every ask then costs a few
    /// microseconds, and every send goes the long way. It takes an actor that awaits several things, as in `select!`,
    /// to wait for all of them, and the actor that was asked to be who answers, also if it has handed the
    /// [`Reply`](crate::Reply) on.
    pub fn detect_ask_cycles(mut self, detect: bool) -> Self {
        self.detect_ask_cycles = detect;
        self
    }

    /// How many blocking actors there may be at a time, for each has a thread: 512 unless said here. One more does not
    /// start, with [`StartError::NoThread`]. The thread of an actor that ended counts until its handler has returned.
    pub fn blocking_threads(mut self, most: usize) -> Self {
        self.blocking_threads = most;
        self
    }

    /// Starts the system. A build with `panic = "abort"` contains no panic, and is told so on stderr.
    ///
    /// # Errors
    ///
    /// [`StartError::NoShard`] for 0 shards; [`StartError::Thread`] if the operating system refuses a thread,
    /// its runtime, or to tell of signals. Nothing is left running then.
    pub fn start(self) -> Result<System, StartError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let shards = self.shards.unwrap_or(cores);
        if shards == 0 {
            return Err(StartError::NoShard(0));
        }
        if cfg!(panic = "abort") {
            warn_of_abort();
        }
        host::install_panic_hook();
        let waits = self.detect_ask_cycles.then(Arc::default);
        let threads = BlockingThreads::new(self.blocking_threads, self.thread_name.clone());
        let (inner, parts) = Inner::new(shards, self.slice_messages, self.names, waits, threads);
        #[cfg_attr(not(unix), allow(unused_mut, reason = "there are no signals to add"))]
        let mut system = System::of(inner);
        for (index, parts) in parts.into_iter().enumerate() {
            let inner = system.inner.clone();
            let fits = shards <= cores;
            let pin = self.pin && fits;
            let started = std::thread::Builder::new()
                .name(format!("{}-{index}", self.thread_name))
                .stack_size(config::SHARD_STACK)
                .spawn(move || inner.run_shard(parts, pin, fits));
            match started {
                Ok(thread) => system.inner.with_threads(|threads| threads.shards.push(thread)),
                Err(error) => return Err(system.give_up(&error)),
            }
        }
        let watchdog = Watchdog::new(shards, self.overrun_after, self.kill_grace);
        let (end, ended) = mpsc::channel();
        let inner = system.inner.clone();
        let started = std::thread::Builder::new()
            .name(format!("{}-watchdog", self.thread_name))
            .spawn(move || inner.run_watchdog(watchdog, &ended));
        match started {
            Ok(thread) => {
                system.inner.with_threads(|threads| threads.watchdog = Some((end, thread)));
            }
            Err(error) => return Err(system.give_up(&error)),
        }
        if let Some(error) = system.inner.await_started() {
            return Err(system.give_up(&error));
        }
        #[cfg(unix)]
        if let Some(deadline) = self.drain_on_signals {
            let inner = system.inner.clone();
            let drain = move || {
                tracing::info!(target: "callboard", node = inner.node, ?deadline, "signal: drains");
                let report = inner.end(deadline);
                tracing::info!(target: "callboard", node = inner.node, %report, "drained");
            };
            match Signals::listen(format!("{}-signals", self.thread_name), drain) {
                Ok(signals) => system.signals = Some(signals),
                Err(error) => return Err(system.give_up(&error)),
            }
        }
        Ok(system)
    }
}

/// A way to a running system: the shards' own, from [`SystemRef::current`], or a clone of the one in a
/// [`System`], which derefs to it. It keeps no system from ending; afterwards what it starts is refused.
#[derive(Clone)]
pub struct SystemRef {
    inner: Arc<Inner>,
}

impl SystemRef {
    /// The system on one of whose shards this is called: in a handler, or in the body of `main`.
    ///
    /// # Panics
    ///
    /// On a thread that is no shard.
    #[must_use]
    #[track_caller]
    pub fn current() -> Self {
        let node = host::with(|host| host.map(|host| host.shard_id.node()));
        let node = node.or_else(|| Some(host::home()?.me.shard_id().node()));
        let route = node.and_then(route::find);
        let inner = route.and_then(|route| route.into_any().downcast().ok());
        Self {
            inner: inner.expect("`SystemRef::current` needs a shard's thread, and this is none"),
        }
    }

    /// How many shards there are.
    #[must_use]
    pub fn shards(&self) -> usize {
        self.inner.inboxes.len()
    }

    /// Makes an actor run on a shard, from any thread: `make` runs there, so the state need not be `Send`.
    ///
    /// Await what it gives, or `wait` for it on a thread that may block: a reference once the start hook has
    /// ended, or why there is no actor.
    pub fn spawn_on<S: Spawn>(
        &self,
        place: impl Into<Place>,
        make: impl FnOnce() -> S + Send + 'static,
    ) -> SpawnOn<S> {
        spawn_by(Some(self.inner.clone()), place.into(), make)
    }

    /// Starts a supervisor on a shard, from any thread: await what it gives, or `wait` for it on a thread that may
    /// block, and it is the tree, once its last child has started.
    pub fn supervise<S: Protocol<Msg = SupervisorMsg>>(
        &self,
        place: impl Into<Place>,
        spec: SupervisorSpec<S>,
    ) -> StartTree<S> {
        spec.start_by(|make| self.spawn_on(place, make))
    }

    /// Subscribes to what happens in the system from now on: actors that start and stop, dead letters, panics
    /// and more, see [`Event`]. [`Events::only`] takes some of it. What nobody is subscribed to costs a load.
    pub fn events(&self) -> Events {
        Events::new(self.inner.publisher().subscribe())
    }

    /// Publishes a value to all who are subscribed to its type and topic by now; waits for nobody.
    ///
    /// A topic is words between slashes, such as `orders/paid`. Each subscriber gets a clone. While nobody has
    /// subscribed to what users publish, it costs a load. After the end of the system nobody is told.
    ///
    /// ```
    /// use actor_runtime::System;
    /// use std::time::Duration;
    ///
    /// #[derive(Clone, Debug, PartialEq)]
    /// struct Paid(u64);
    ///
    /// let system = System::builder().shards(1).start()?;
    /// let mut large = system.subscribe::<Paid>("orders/*").filter(|paid| paid.0 >= 1_000);
    /// system.publish("orders/paid", Paid(5));
    /// system.publish("orders/paid", Paid(2_000));
    /// assert_eq!(large.try_next(), Some(Ok(Paid(2_000))));
    /// system.stop(Duration::from_secs(1));
    /// # Ok::<(), actor_runtime::StartError>(())
    /// ```
    pub fn publish<T: Clone + Send + 'static>(&self, topic: &str, value: T) {
        self.inner.publisher().publish_value(topic, &value);
    }

    /// Subscribes to what users publish from now on, of this type and under topics that match: by
    /// [`publish`](Self::publish), or [`Context::publish`](crate::Context::publish) in an actor.
    ///
    /// In the pattern `*` is any one word, and `**`, at the end, any number of words: `orders/*` matches
    /// `orders/paid`, `orders/**` also `orders` and `orders/paid/late`.
    pub fn subscribe<T: Clone + Send + 'static>(&self, pattern: &str) -> Subscription<T> {
        Subscription::new(self.inner.publisher().subscribe_to(pattern))
    }

    /// What the shards count, now, from any thread; no shard waits for it or does anything.
    ///
    /// ```
    /// use actor_runtime::System;
    /// use std::time::Duration;
    ///
    /// let system = System::builder().shards(2).start()?;
    /// let stats = system.stats();
    /// assert_eq!((stats.shards.len(), stats.total().handled), (2, 0));
    /// println!("{stats}");
    /// system.stop(Duration::from_secs(1));
    /// # Ok::<(), actor_runtime::StartError>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.stats()
    }

    /// How many messages wait for an actor of the system, the one that it handles left out; 0 if there is no
    /// such actor.
    ///
    /// It is what waits because the actor is busy or has had its slice: what still lies in the queue of its
    /// shard is counted there, see [`ShardStats::queue`].
    pub fn mailbox_len<P: Protocol + ?Sized>(&self, actor: ActorRef<P>) -> Query<u64> {
        mailbox_len(actor.address())
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) const fn of(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    pub(crate) fn node(&self) -> u32 {
        self.inner.node
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// Runs a future on a shard, as that shard, and waits for its output.
    pub(crate) fn run<F, Fut>(&self, shard: u32, body: F) -> Receiver<Ended<Fut::Output>>
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output: Send + 'static> + 'static,
    {
        run_on(&*self.inner, shard, body)
    }
}

impl fmt::Debug for SystemRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "System({}, {} shards)", self.inner.node, self.shards())
    }
}

/// Shards and their actors. Dropping it ends it, as [`stop`](Self::stop) with 5 s would.
///
/// What else can be done with it is in [`SystemRef`], to which it derefs.
#[derive(Debug)]
pub struct System {
    system: SystemRef,
    #[cfg(unix)]
    signals: Option<Signals>,
}

impl Deref for System {
    type Target = SystemRef;

    fn deref(&self) -> &SystemRef {
        &self.system
    }
}

/// The threads of a system that has not ended.
#[derive(Debug, Default)]
struct Threads {
    shards: Vec<JoinHandle<()>>,
    /// It ends when the sender is dropped.
    watchdog: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

impl System {
    /// Says how the system is to be.
    ///
    /// ```
    /// use actor_runtime::System;
    /// use std::time::Duration;
    ///
    /// let system = System::builder().shards(2).start()?;
    /// let report = system.stop(Duration::from_secs(1));
    /// assert_eq!(report.actors_left, 0);
    /// # Ok::<(), actor_runtime::StartError>(())
    /// ```
    pub fn builder() -> SystemBuilder {
        SystemBuilder {
            shards: None,
            pin: true,
            slice_messages: config::SLICE_MESSAGES,
            thread_name: "callboard".to_owned(),
            overrun_after: config::OVERRUN_AFTER,
            kill_grace: config::KILL_GRACE,
            names: config::NAMES,
            detect_ask_cycles: false,
            blocking_threads: config::BLOCKING_THREADS,
            #[cfg(unix)]
            drain_on_signals: None,
        }
    }

    fn of(inner: Arc<Inner>) -> Self {
        Self {
            system: SystemRef { inner },
            #[cfg(unix)]
            signals: None,
        }
    }

    /// Ends the system within `deadline`: what was accepted is handled, actors run their stop hooks, and the
    /// report counts what was left.
    ///
    /// A handler that never returns keeps its shard's thread, which is then left behind and counted.
    pub fn stop(mut self, deadline: Duration) -> Report {
        self.end(deadline)
    }

    /// Waits until a signal has ended the system, see [`SystemBuilder::drain_on_signals`], and reports as
    /// [`stop`](Self::stop) does. Of a system that listens to none it waits for ever.
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up.
    #[cfg(unix)]
    pub fn wait(mut self) -> Report {
        let on_shard = host::with(|host| host.is_some());
        assert!(!on_shard, "`System::wait` would hold up the shard");
        let report = self.inner.await_ended();
        drop(self.signals.take());
        report
    }

    fn end(&mut self, deadline: Duration) -> Report {
        let report = self.inner.end(deadline);
        #[cfg(unix)]
        drop(self.signals.take());
        report
    }

    /// Ends what was started of a system that cannot start.
    fn give_up(mut self, error: &std::io::Error) -> StartError {
        let error = StartError::Thread(error.to_string());
        self.end(Duration::ZERO);
        error
    }
}

impl Drop for System {
    fn drop(&mut self) {
        // A system dropped by one of its own handlers cannot wait for itself.
        let own =
            host::with(|host| host.is_some_and(|host| host.shard_id.node() == self.inner.node));
        if own {
            let mut own = Self::of(self.inner.clone());
            #[cfg(unix)]
            std::mem::swap(&mut own.signals, &mut self.signals);
            let end = move || {
                own.end(config::DROP_DEADLINE);
            };
            // Without another thread to wait on, the shards run on.
            drop(std::thread::Builder::new().spawn(end));
        } else {
            self.end(config::DROP_DEADLINE);
        }
    }
}

/// What the end of a system found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Actors that had not ended at the deadline.
    pub actors_left: usize,
    /// Messages that waited then, or whose handlers were cut off; they are among the dead letters.
    pub messages_left: u64,
    /// Messages handled in the life of the system.
    pub handled: u64,
    /// Messages not delivered in the life of the system, by reason.
    pub dead_letters: DeadLetters,
    /// Answers that came after their ask had ended.
    pub late_answers: u64,
    /// Destructors that panicked.
    pub panics_in_drop: u64,
    /// Actors that were cut off and whose handlers have not returned.
    pub cut_off: u64,
    /// Shards whose thread did not end, because a handler did not return.
    pub stuck_shards: usize,
    /// Threads of blocking actors that did not end, because a handler did not return.
    pub stuck_threads: usize,
}

impl Report {
    /// Whether nothing had to be left.
    pub(crate) fn is_whole(&self) -> bool {
        (self.actors_left, self.messages_left) == (0, 0)
            && self.stuck_shards + self.stuck_threads == 0
    }

    /// Adds what a shard had to cut off.
    pub(crate) fn add_left(&mut self, left: Left) {
        self.actors_left += left.actors;
        self.messages_left += left.messages;
    }

    /// Says what the shards have counted.
    pub(crate) fn count(&mut self, total: ShardStats) {
        self.handled = total.handled;
        self.late_answers = total.late_answers;
        self.panics_in_drop = total.panics_in_drop;
        self.cut_off = total.cut_off;
        self.dead_letters = total.dead_letters;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} messages handled, {} dead letters", self.handled, self.dead_letters)?;
        if self.actors_left > 0 || self.messages_left > 0 {
            write!(f, "; left: {} actors, {} messages", self.actors_left, self.messages_left)?;
        }
        if self.cut_off > 0 {
            write!(f, "; {} actors cut off", self.cut_off)?;
        }
        if self.stuck_shards > 0 {
            write!(f, "; {} shards did not end", self.stuck_shards)?;
        }
        if self.stuck_threads > 0 {
            write!(f, "; {} blocking threads did not end", self.stuck_threads)?;
        }
        Ok(())
    }
}

/// How far the end of a system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Running,
    /// Send what was sent.
    Flush,
    /// End the actors.
    Shut,
    /// End them at once.
    CutOff,
    /// Make dead letters of what is on its way.
    Drain,
    /// And of what destructors sent meanwhile, and leave.
    Leave,
}

/// What the shards and whoever ends the system tell each other.
struct Progress {
    phase: Phase,
    started: usize,
    failed: Option<std::io::Error>,
    /// Shards that have done what the phase asks.
    done: Vec<bool>,
    report: Report,
    /// Whether the system has ended, and the report is whole.
    has_ended: bool,
}

pub(crate) struct Inner {
    node: u32,
    inboxes: Arc<[Arc<Inbox>]>,
    publisher: Arc<Publisher>,
    registry: Arc<Registry>,
    /// Of blocking actors.
    pub(crate) blocking: Arc<BlockingThreads>,
    /// By the index of the shard, which alone writes them.
    counters: Box<[Arc<Counters>]>,
    /// By the index of the shard.
    watched: Box<[Arc<Watched>]>,
    next_shard: AtomicUsize,
    /// Set at the beginning of the end, before the first phase; read by whoever sends from outside.
    closed: AtomicBool,
    /// Records refused since.
    refused: AtomicU64,
    /// Raised with each phase, so that shards look at `progress` only then.
    phases: AtomicUsize,
    progress: Mutex<Progress>,
    changed: Condvar,
    /// None once somebody ends the system.
    threads: Mutex<Option<Threads>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        route::forget(self.node);
    }
}

impl Route for Inner {
    fn say(&self, shard: u32, word: Word) {
        let inbox = self.inboxes.get(shard as usize);
        if let Word::Kill(actor) = word {
            // A kill only helps to end a system.
            if let Some(inbox) = inbox {
                self.watched[shard as usize].kill(actor);
                inbox.say(word);
            }
            return;
        }
        // Ordering: a word that slips past is found by the last drain, or dropped with the inbox.
        match inbox.filter(|_| !self.closed.load(Ordering::Acquire)) {
            Some(inbox) => inbox.say(word),
            None => self.refuse(shard, word),
        }
    }

    fn hear_cut_off(&self, shard: u32, actor: Target) -> oneshot::Receiver<()> {
        match self.watched.get(shard as usize) {
            Some(watched) => watched.hear(actor),
            None => oneshot::channel().1,
        }
    }

    fn shards(&self) -> usize {
        self.inboxes.len()
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }

    fn next_shard(&self) -> u32 {
        // Ordering: any fair choice will do.
        let next = self.next_shard.fetch_add(1, Ordering::Relaxed);
        (next % self.inboxes.len()) as u32
    }
}

impl Inner {
    pub(crate) fn new(
        shards: usize,
        slice_messages: u32,
        names: usize,
        waits: Option<Arc<Waits>>,
        blocking: Arc<BlockingThreads>,
    ) -> (Arc<Self>, Vec<Parts>) {
        let inboxes: Arc<[_]> = (0..shards).map(|_| Arc::new(Inbox::new())).collect();
        let publisher = Arc::new(Publisher::new());
        let inner = route::register(|node| {
            Arc::new(Self {
                node,
                inboxes,
                blocking,
                registry: Arc::new(Registry::new(names, publisher.clone())),
                publisher,
                counters: (0..shards).map(|_| Arc::default()).collect(),
                watched: (0..shards).map(|_| Arc::new(Watched::new())).collect(),
                next_shard: AtomicUsize::new(0),
                closed: AtomicBool::new(false),
                refused: AtomicU64::new(0),
                phases: AtomicUsize::new(0),
                progress: Mutex::new(Progress {
                    phase: Phase::Running,
                    started: 0,
                    failed: None,
                    done: vec![false; shards],
                    report: Report::default(),
                    has_ended: false,
                }),
                threads: Mutex::new(Some(Threads::default())),
                changed: Condvar::new(),
            })
        });
        let parts = inner.parts(slice_messages, waits.as_ref());
        (inner, parts)
    }

    /// What its shards are made of.
    fn parts(&self, slice_messages: u32, waits: Option<&Arc<Waits>>) -> Vec<Parts> {
        let shards = self.inboxes.len();
        let slice_messages = slice_messages.clamp(1, config::SLICE_MOST - 1);
        let mut senders: Vec<Vec<_>> = (0..shards).map(|_| Vec::with_capacity(shards)).collect();
        let mut receivers: Vec<Vec<_>> = (0..shards).map(|_| Vec::with_capacity(shards)).collect();
        for senders in &mut senders {
            for receivers in &mut receivers {
                let (sender, receiver) = lane();
                senders.push(sender);
                receivers.push(receiver);
            }
        }
        let ends = senders.into_iter().zip(receivers).enumerate();
        ends.map(|(index, (senders, receivers))| Parts {
            id: ShardId::new(self.node, index as u32),
            inbox: self.inboxes[index].clone(),
            peers: self.inboxes.clone(),
            senders,
            receivers,
            slice_messages,
            counters: self.counters[index].clone(),
            publisher: self.publisher.clone(),
            registry: self.registry.clone(),
            watched: self.watched[index].clone(),
            waits: waits.cloned(),
            threads: self.blocking.clone(),
        })
        .collect()
    }

    /// Accepts nothing more from outside.
    pub(crate) fn close(&self) {
        // Ordering: pairs with the load in `say`.
        self.closed.store(true, Ordering::Release);
    }

    /// Drops a word; a message in it is a dead letter.
    fn refuse(&self, shard: u32, mut word: Word) {
        if let Word::Record(loose) = &mut word
            && let Some(record) = loose.take()
        {
            let letter = record.letter();
            if letter.class() == Class::Message {
                // Ordering: a counter alone.
                self.refused.fetch_add(1, Ordering::Relaxed);
                let receiver = Address::new(ShardId::new(self.node, shard), record.target());
                self.publisher.dead_letter(DeadReason::Shutdown, receiver, letter, None);
            }
            host::dropping_asks(AskError::Stopped, || record.discard());
        }
        host::dropping_asks(AskError::Stopped, || drop(word));
    }

    /// What the shards and users publish with.
    pub(crate) fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// What is counted now.
    pub(crate) fn stats(&self) -> Stats {
        let shards = self.counters.iter().zip(&self.watched);
        let shards = shards.map(|(counters, watched)| ShardStats {
            cut_off: u64::from(watched.has_cut()),
            ..counters.stats()
        });
        let shards = shards.collect();
        // Ordering: a counter alone.
        let refused = self.refused.load(Ordering::Relaxed);
        let [names, memberships, names_refused] = self.registry.counts();
        Stats { shards, refused, names, memberships, names_refused }
    }

    /// A hash of whose code the shards have called, in order.
    #[cfg(feature = "trace")]
    pub(crate) fn trace(&self) -> u64 {
        let hash = |hash: u64, watched: &Arc<Watched>| hash.rotate_left(7) ^ watched.trace();
        self.watched.iter().fold(0, hash)
    }

    /// Takes what names are left away, and publishes nothing more.
    pub(crate) fn end_events(&self) {
        self.registry.close();
        self.publisher.end();
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The whole life of a shard's thread.
    fn run_shard(self: Arc<Self>, parts: Parts, pin: bool, spins: bool) {
        let index = parts.id.shard() as usize;
        pin_thread(pin, index);
        let runtime = TokioDriver::runtime();
        {
            let mut progress = self.progress();
            progress.started += 1;
            let failed = runtime.as_ref().err().map(|error| std::io::Error::from(error.kind()));
            progress.failed = progress.failed.take().or(failed);
            self.changed.notify_all();
        }
        let Ok(runtime) = runtime else { return };
        let shard = Shard::new(parts, Rc::new(TokioDriver));
        let control = Ending {
            inner: &self,
            index,
            seen: 0,
            phase: Phase::Running,
            turns_before_shut: config::LANE_SLOTS,
            has_shut: false,
        };
        let drive = || {
            let drive = TokioDriver.drive(&shard, control, spins);
            host::watched_by(&self.watched[index], || runtime.block_on(drive));
        };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(drive)) {
            // A bug of the runtime: what it holds is not to be trusted, nor dropped.
            std::mem::forget(shard);
            std::panic::resume_unwind(payload);
        }
        drop(shard);
        // A call on the pool cannot be ended: one that does not return is left behind.
        runtime.shutdown_timeout(config::POOL_GRACE);
    }

    /// The whole life of the watchdog's thread.
    fn run_watchdog(&self, mut watchdog: Watchdog, ended: &Receiver<()>) {
        let period = watchdog.period();
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(period) {
            let samples = self.watched.iter().map(|watched| watched.sample());
            for verdict in watchdog.look(TokioDriver.now(), samples) {
                self.act(verdict);
            }
        }
    }

    /// Does what the watchdog has decided.
    fn act(&self, verdict: Verdict) {
        let (Verdict::CutOff { shard, actor: target }
        | Verdict::Overrun { shard, actor: target, .. }) = verdict;
        let watched = &self.watched[shard];
        let actor = Address::new(ShardId::new(self.node, shard as u32), target);
        let names = watched.kind().map(|kind| (kind.name(), kind.letter().name()));
        let (kind, message) = names.unwrap_or_default();
        match verdict {
            Verdict::Overrun { held, .. } => {
                tracing::warn!(target: "callboard", %actor, kind, message, ?held, "overrun");
                self.publisher.publish(Topic::Overrun, || Event::Overrun {
                    actor,
                    kind,
                    message,
                    held,
                });
            }
            Verdict::CutOff { .. } => {
                let Some(waiting) = watched.cut_off(target) else { return };
                tracing::error!(target: "callboard", %actor, kind, message, "cut off");
                self.registry.release(actor);
                for tell in waiting {
                    // It may wait no more, and its waker may panic.
                    let told = catch_unwind(AssertUnwindSafe(|| {
                        let _ = tell.send(());
                    }));
                    told.unwrap_or_else(forget_payload);
                }
                for (other, inbox) in self.inboxes.iter().enumerate() {
                    if other != shard {
                        inbox.say(Word::CutOff(actor));
                    }
                }
                self.publisher.publish(Topic::CutOff, || Event::CutOff { actor, kind, message });
            }
        }
    }

    /// Waits until every thread has a runtime, or one has failed to get it.
    fn await_started(&self) -> Option<std::io::Error> {
        let progress = self.progress();
        let waiting = |progress: &mut Progress| {
            progress.failed.is_none() && progress.started < progress.done.len()
        };
        let mut progress =
            self.changed.wait_while(progress, waiting).unwrap_or_else(PoisonError::into_inner);
        progress.failed.take()
    }

    fn threads(&self) -> MutexGuard<'_, Option<Threads>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a thread, while nobody ends the system.
    fn with_threads(&self, note: impl FnOnce(&mut Threads)) {
        if let Some(threads) = &mut *self.threads() {
            note(threads);
        }
    }

    /// Ends the system, or waits until it has ended.
    fn end(&self, deadline: Duration) -> Report {
        let threads = self.threads().take();
        match threads {
            None => self.await_ended(),
            Some(threads) => {
                let report = self.end_threads(threads, deadline);
                let mut progress = self.progress();
                (progress.report, progress.has_ended) = (report, true);
                self.changed.notify_all();
                report
            }
        }
    }

    fn await_ended(&self) -> Report {
        let runs = |progress: &mut Progress| !progress.has_ended;
        let ended = self.changed.wait_while(self.progress(), runs);
        ended.unwrap_or_else(PoisonError::into_inner).report
    }

    /// Ends the system and joins its threads.
    fn end_threads(&self, threads: Threads, deadline: Duration) -> Report {
        if threads.shards.is_empty() {
            return Report::default();
        }
        let driver = TokioDriver;
        let deadline = driver.now() + deadline;
        self.close();
        self.ask_for(Phase::Flush, deadline);
        self.ask_for(Phase::Shut, deadline);
        // A shard that is between two handlers cuts off at once; one in a handler has this long.
        let grace = deadline.max(driver.now()) + Duration::from_millis(200);
        self.ask_for(Phase::CutOff, grace);
        self.ask_for(Phase::Drain, driver.now() + Duration::from_millis(200));
        let all = self.ask_for(Phase::Leave, driver.now() + Duration::from_millis(200));
        let mut report = {
            let mut progress = self.progress();
            progress.report.stuck_shards = progress.done.iter().filter(|done| !**done).count();
            progress.report
        };
        if let Some((end, watchdog)) = threads.watchdog {
            drop(end);
            // It has nothing to say.
            let _ = watchdog.join();
        }
        for thread in threads.shards {
            // A thread that is stuck in a handler is left behind.
            if (all || thread.is_finished()) && thread.join().is_err() {
                report.stuck_shards += 1;
            }
        }
        report.stuck_threads = self.blocking.end(config::BLOCKING_GRACE);
        report.count(self.stats().total());
        tracing::debug!(target: "callboard", node = self.node, %report, "system ended");
        self.end_events();
        route::forget(self.node);
        report
    }

    /// Asks all shards for a phase and waits until they have done it, or the deadline. Answers whether all
    /// have.
    fn ask_for(&self, phase: Phase, deadline: Instant) -> bool {
        let mut progress = self.progress();
        progress.phase = phase;
        progress.done.fill(false);
        // Ordering: the mutex orders the phase; this only tells shards to look.
        self.phases.fetch_add(1, Ordering::Release);
        self.inboxes.iter().for_each(|inbox| inbox.say(Word::Look));
        loop {
            if progress.done.iter().all(|done| *done) {
                return true;
            }
            let left = deadline.saturating_duration_since(TokioDriver.now());
            if left.is_zero() {
                return false;
            }
            progress =
                self.changed.wait_timeout(progress, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Says that no panic is contained.
#[cold]
#[allow(clippy::print_stderr, reason = "it must be seen where nobody collects what is traced")]
fn warn_of_abort() {
    let warning = "this build has panic = \"abort\": a panic in any actor ends the whole process. Build with \
        panic = \"unwind\" to have it end that actor alone.";
    eprintln!("callboard: {warning}");
    tracing::error!(target: "callboard", "{warning}");
}

/// Binds this thread to a core, where the feature and the builder say so.
fn pin_thread(pin: bool, shard: usize) {
    #[cfg(feature = "pinning")]
    if pin && let Some(core) = core_affinity::get_core_ids().unwrap_or_default().get(shard) {
        // Refused, the thread runs anywhere.
        core_affinity::set_for_current(*core);
    }
    #[cfg(not(feature = "pinning"))]
    let _ = (pin, shard);
}

/// A shard's part in the end of its system.
struct Ending<'s> {
    inner: &'s Inner,
    index: usize,
    /// How many phases were seen.
    seen: usize,
    phase: Phase,
    turns_before_shut: usize,
    has_shut: bool,
}

impl Control for Ending<'_> {
    fn between(&mut self, shard: &Shard, now: Instant, is_idle: bool) -> Between {
        // Ordering: pairs with the release in `ask_for`; the mutex orders the rest.
        let phases = self.inner.phases.load(Ordering::Acquire);
        let is_new = phases != self.seen;
        if is_new {
            self.seen = phases;
            self.phase = self.inner.progress().phase;
        }
        match self.phase {
            Phase::Running => Between::GoOn,
            // What was accepted from outside is taken; the turn before this call has flushed.
            Phase::Flush if shard.inbox().has_word() => Between::Again,
            Phase::Flush => {
                shard.begin_end();
                self.done(|_| {})
            }
            // And what the others flushed: a lane holds no more than so many turns take.
            Phase::Shut if self.turns_before_shut > 0 && shard.has_arrivals() => {
                self.turns_before_shut -= 1;
                Between::Again
            }
            // Actors that began since are ended too.
            Phase::Shut if shard.actors() > 0 && (!self.has_shut || shard.has_new_actors()) => {
                self.has_shut = true;
                shard.shut_actors(now, &TokioDriver);
                Between::Again
            }
            Phase::Shut if is_idle && shard.actors() == 0 => self.done(|_| {}),
            Phase::Shut => Between::GoOn,
            Phase::CutOff if !is_new => Between::GoOn,
            Phase::CutOff => {
                let left = shard.cut_off(now, &TokioDriver);
                self.done(|report| report.add_left(left))
            }
            Phase::Drain if !is_new => Between::GoOn,
            Phase::Drain => {
                let left = shard.drain(now, &TokioDriver);
                self.done(|report| report.messages_left += left)
            }
            Phase::Leave => {
                let left = shard.leave(now, &TokioDriver);
                self.done(|report| report.messages_left += left);
                Between::End
            }
        }
    }
}

impl Ending<'_> {
    /// Says that this shard has done what the phase asks.
    fn done(&self, report: impl FnOnce(&mut Report)) -> Between {
        let mut progress = self.inner.progress();
        if progress.phase == self.phase && !progress.done[self.index] {
            report(&mut progress.report);
            progress.done[self.index] = true;
            self.inner.changed.notify_all();
        }
        Between::GoOn
    }
}
