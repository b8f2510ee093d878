//! A shard: one thread's actors, and the turn that gives each its due.
//!
//! A turn is one bounded round: words from other threads, parcels from the lanes, actors that were woken, the
//! records of the shard's own queue, slices for actors whose records wait, deadlines, and the flush of the
//! outboxes. It is sans-io: time comes from a [`Driver`], and so do wakes.
//!
//! Before me: a record in the queue, a lane or the injector. After me: `CellRef::deliver`.
//!
//! What always holds: user code runs only from here, never inside a send; nothing of the shard is borrowed
//! while it runs; a record is off its queue before its handler is called.

mod aides;
mod children;
mod deadlines;
pub(crate) mod driver;
mod end;
pub(crate) mod inbox;

#[allow(unsafe_code, reason = "shards hand raw slots to each other")]
pub(crate) mod lane;
mod news;
mod processes;
mod room;
mod states;
#[cfg(test)]
mod tests;
mod timers;
mod turn;

pub(crate) use self::end::Left;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::deadlines::Deadlines;
use self::driver::Driver;
use self::inbox::Inbox;
use self::lane::{LaneReceiver, LaneSender};
use self::turn::Turn;
use crate::address::{ShardId, Target};
use crate::cell::task::Wakes;
use crate::config;
use crate::cycle::Waits;
use crate::event::Publisher;
use crate::host::{self, Host};
use crate::record::RecordQueue;
use crate::registry::Registry;
use crate::route::Word;
use crate::stats::{Counters, Levels};
use crate::threads::BlockingThreads;
use crate::watch::Watched;

/// What a turn left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// There is more to do at once.
    Busy,
    /// A lane was full; the rest waits until its receiver has made room.
    Blocked,
    /// Nothing to do before a word or a parcel comes, or this moment.
    IdleUntil(Option<Instant>),
}

/// What a shard is made of, before it has a thread.
pub(crate) struct Parts {
    pub(crate) id: ShardId,
    pub(crate) inbox: Arc<Inbox>,
    /// The inboxes of all shards, to wake them.
    pub(crate) peers: Arc<[Arc<Inbox>]>,
    pub(crate) senders: Vec<LaneSender>,
    pub(crate) receivers: Vec<LaneReceiver>,
    /// The slice of actors whose type names none.
    pub(crate) slice_messages: u32,
    pub(crate) counters: Arc<Counters>,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) watched: Arc<Watched>,
    pub(crate) waits: Option<Arc<Waits>>,
    pub(crate) threads: Arc<BlockingThreads>,
}

/// One thread's actors and what waits for them.
pub(crate) struct Shard {
    host: Host,
    /// Records sent from this shard to itself.
    queue: RecordQueue,
    /// Records sent by a call from outside; empty between calls.
    front: RecordQueue,
    inbox: Arc<Inbox>,
    peers: Arc<[Arc<Inbox>]>,
    /// By the index of the shard they lead to, or come from.
    senders: Vec<LaneSender>,
    receivers: Vec<LaneReceiver>,
    slice_messages: u32,
    /// Slots of actors that have a backlog and are not busy, in the order of their next slices.
    rotation: RefCell<VecDeque<u32>>,
    /// Deadlines of start hooks that await, by the shard's clock.
    starts: Deadlines,
    /// Deadlines of actors that are drained.
    drains: Deadlines,
    /// While the shard waits for a lane that is full: since when, and when it last sent anything.
    blocked: Cell<Option<(Instant, Instant)>>,
    /// Whether it sends no more to other shards, which may be gone.
    keeps: Cell<bool>,
    /// Whether the system ends, and with it each actor that no supervisor ends.
    ends: Cell<bool>,
    /// Stamps below this are of earlier turns.
    slice_base: Cell<i64>,
    /// How much of its queue was told of.
    queue_levels: Cell<Levels>,
    /// The beginning of the shard's clock.
    epoch: Instant,
}

/// Sends the wakes of a shard's actors home.
struct Home {
    id: ShardId,
    inbox: Arc<Inbox>,
}

impl Wakes for Home {
    fn wake(&self, actor: Target) {
        let here = host::with(|host| {
            let host = host.filter(|host| host.shard_id == self.id);
            host.map(|host| host.wake(actor)).is_some()
        });
        if !here {
            self.inbox.say(Word::Wake(actor));
        }
    }

    fn call(&self, call: Box<dyn FnOnce() + Send>) {
        self.inbox.say(Word::Call(call));
    }
}

impl Shard {
    /// `driver` is the one that turns it; its clock counts from now.
    pub(crate) fn new(parts: Parts, driver: Rc<dyn Driver>) -> Self {
        let epoch = driver.now();
        let aside = driver.clone();
        let call_aside = Box::new(move |call| aside.call_aside(call));
        let clock = Box::new(move || clock(epoch, driver.now()));
        let home = Arc::new(Home { id: parts.id, inbox: parts.inbox.clone() });
        let (shards, counters) = (parts.peers.len(), parts.counters);
        let (publisher, registry, watched) = (parts.publisher, parts.registry, parts.watched);
        let host = Host::new(
            parts.id,
            shards,
            home,
            counters,
            publisher,
            registry,
            watched,
            parts.waits,
            (epoch, clock),
            call_aside,
            parts.threads,
        );
        host.slice_messages.set(parts.slice_messages);
        let queue = RecordQueue::new();
        queue.begin(|| host.stock.take());
        let front = RecordQueue::new();
        front.begin(|| host.stock.small());
        Self {
            host,
            queue,
            front,
            inbox: parts.inbox,
            peers: parts.peers,
            senders: parts.senders,
            receivers: parts.receivers,
            slice_messages: parts.slice_messages,
            rotation: RefCell::default(),
            starts: Deadlines::default(),
            drains: Deadlines::default(),
            blocked: Cell::new(None),
            keeps: Cell::new(false),
            ends: Cell::new(false),
            slice_base: Cell::new(0),
            queue_levels: Cell::default(),
            epoch,
        }
    }

    pub(crate) fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// Runs one round. `now` is the time at its beginning; `driver` tells later times.
    pub(crate) fn turn(&self, now: Instant, driver: &dyn Driver) -> Next {
        self.round(now, driver, |turn| turn.run())
    }

    /// Runs `call` as a handler of this shard would run.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn enter<R>(
        &self,
        now: Instant,
        driver: &dyn Driver,
        call: impl FnOnce() -> R,
    ) -> R {
        self.round(now, driver, |_| call())
    }

    /// Says that the system ends: all shards know it before the first ends its actors.
    pub(crate) fn begin_end(&self) {
        self.ends.set(true);
    }

    /// When to look again at the latest, if nothing comes.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let life = self.starts.next().min(self.drains.next());
        let timers = self.host.timers.next().min(self.host.alarms.next());
        let deadline = self.host.next_deadline.get().min(life).min(timers);
        (deadline < config::NEVER).then(|| self.moment(deadline))
    }

    /// Has the next turn look for asks that are due.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn sweep_soon(&self) {
        self.host.next_deadline.set(0);
    }

    /// Runs `call` as this shard.
    fn round<R>(
        &self,
        now: Instant,
        driver: &dyn Driver,
        call: impl FnOnce(&mut Turn<'_>) -> R,
    ) -> R {
        self.host.now.set(self.clock(now));
        self.host.delivers_since.set(self.host.now.get());
        host::enter(&self.host, self.queue.cursor(), |cursor| {
            let mut turn = Turn::new(self, cursor, driver, now);
            let result = call(&mut turn);
            turn.publish();
            result
        })
    }

    /// A moment in nanoseconds of the shard's clock.
    fn clock(&self, now: Instant) -> u64 {
        clock(self.epoch, now)
    }

    /// The moment of a deadline.
    fn moment(&self, deadline: u64) -> Instant {
        self.epoch + Duration::from_nanos(deadline)
    }

    /// Whether futures run here beside the actors, which may wait for sockets.
    pub(crate) fn has_attendants(&self) -> bool {
        self.host.attendants.get() > 0
    }

    /// Whether there is something to do that came from outside.
    pub(crate) fn has_arrivals(&self) -> bool {
        self.inbox.has_word() || self.receivers.iter().any(LaneReceiver::has_parcel)
    }

    /// Sends what the outboxes hold, as far as the lanes have room, and wakes who sleeps. Answers whether
    /// all is sent, and whether anything is.
    fn flush(&self) -> (bool, bool) {
        // First, or an answer that goes by another shard would overtake what was told before it.
        self.host.depart();
        self.host.filled.set(0);
        if self.keeps.get() {
            return (true, false);
        }
        let (mut all, mut any) = (true, false);
        for (to, outbox) in self.host.outboxes.iter().enumerate() {
            if outbox.is_empty() {
                continue;
            }
            let lane = &self.senders[to];
            let sent = outbox.flush(lane, &self.host.stock);
            all &= outbox.is_empty();
            any |= sent;
            if sent {
                self.peers[to].rouse();
            }
        }
        (all, any)
    }
}

/// The nanoseconds between two moments.
fn clock(epoch: Instant, now: Instant) -> u64 {
    config::nanos(now.saturating_duration_since(epoch))
}

impl host::Outbox {
    fn is_empty(&self) -> bool {
        self.open.is_empty() && self.full.borrow().is_empty()
    }

    /// Sends in order: full blocks, then the rest, inline if it is little. Answers whether anything went.
    fn flush(&self, lane: &LaneSender, stock: &crate::record::Stock) -> bool {
        let mut full = self.full.borrow_mut();
        if full.is_empty() && lane.send_inline(&self.open, stock) {
            return true;
        }
        full.extend(self.open.take_parcel());
        let mut sent = false;
        while let Some(parcel) = full.pop_front() {
            if let Err(parcel) = lane.send_parcel(parcel, stock) {
                full.push_front(parcel);
                break;
            }
            sent = true;
        }
        sent
    }
}
