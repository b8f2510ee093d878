//! Every limit of the runtime, with its unit and its reason.

use std::time::Duration;

/// Messages an actor handles in one slice, unless its type or the system says otherwise.
pub(crate) const SLICE_MESSAGES: u32 = 64;

/// Above the longest slice a type or a system may ask for, in messages; also the distance of two turns'
/// stamps.
pub(crate) const SLICE_MOST: u32 = 1 << 20;

/// Deadline of an ask that names none.
pub(crate) const ASK_TIMEOUT: Duration = Duration::from_secs(5);

/// How much longer than the deadline a thread waits for the shard to tell of it.
pub(crate) const WAIT_GRACE: Duration = Duration::from_millis(200);

/// From here on, in nanoseconds, a moment of a shard's clock never comes: 146 years. Two times of at most this
/// add up to what fits into an `i64`.
pub(crate) const NEVER: u64 = 1 << 62;

/// A time in nanoseconds, at most [`NEVER`].
pub(crate) const fn nanos(time: Duration) -> u64 {
    let nanos = time.as_nanos();
    if nanos < NEVER as u128 { nanos as u64 } else { NEVER }
}

/// Deadline of a start hook whose actor names none.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a system that is dropped without `stop` waits for its actors.
pub(crate) const DROP_DEADLINE: Duration = Duration::from_secs(5);

/// Items of a stream that wait for its actor, unless the actor's type says otherwise.
pub(crate) const STREAM_CREDIT: usize = 64;

/// How long the end of a shard waits for calls that threads of its pool still make.
pub(crate) const POOL_GRACE: Duration = Duration::from_millis(200);

/// Records a turn delivers from the shard's own queue, and again from its lanes, at most.
pub(crate) const TURN_RECORDS: u32 = 2_048;

/// Parcels and calls from threads outside the system that a turn takes, at most.
pub(crate) const TURN_INJECTED: u32 = 1_024;

/// Timers a turn lets expire, at most.
pub(crate) const TURN_TIMERS: u32 = 1_024;

/// A turn older than this leaves the other timers that are due to the next: what else there is to do has as much
/// of a turn as a flood of timers.
pub(crate) const TIMERS_LONGEST: Duration = Duration::from_micros(50);

/// Records between two looks at the clock within a turn: a look costs about three messages.
pub(crate) const CLOCK_EVERY_RECORDS: u32 = 64;

/// Blocks that a turn fills for other shards before it ends; its last handlers may fill more. A quarter of a
/// lane, so that the other shard takes what is there while this one fills the next.
pub(crate) const TURN_FILLED: u32 = 32;

/// Records between two looks at how many blocks are filled; it divides [`CLOCK_EVERY_RECORDS`].
pub(crate) const FILLED_EVERY_RECORDS: u32 = 8;

/// A turn older than this at the end of a slice moves what more comes for that actor to its backlog.
pub(crate) const SLICE_GRACE: Duration = Duration::from_micros(50);

/// A turn older than this leaves the parcels that are still in its lanes to the next: with another it might become so
/// old that an actor's messages go to its backlog, which costs several times what handling them does.
pub(crate) const PARCELS_LONGEST: Duration = Duration::from_micros(25);

/// The least time the rotation of backlogs gets in a turn that has any.
pub(crate) const ROTATION_LEAST: Duration = Duration::from_micros(20);

/// How many times as long as the turn's other records it may take while more waits than before the turn: to
/// take a record from a backlog and handle it costs so much more than to send it.
pub(crate) const ROTATION_GROWING: u32 = 8;

/// The most time it gets for that: two such turns are still less than a millisecond.
pub(crate) const ROTATION_MOST: Duration = Duration::from_micros(300);

/// A turn ends when it is older than this, so that sockets are polled that often.
pub(crate) const TURN_LONGEST: Duration = Duration::from_micros(100);

/// How long a shard leaves its own work alone at a stretch while a lane to another shard is full.
pub(crate) const PACE_LONGEST: Duration = Duration::from_millis(1);

/// The same while nothing leaves that lane.
pub(crate) const PACE_STILL: Duration = Duration::from_micros(100);

/// How long an idle shard spins after work before it parks: about what a wake costs.
pub(crate) const SPIN: Duration = Duration::from_micros(50);

/// Two sweeps over the pending asks are at least this far apart.
pub(crate) const SWEEP_LEAST: Duration = Duration::from_millis(1);

/// Bytes of cells in use above which the turn prefetches cells: a few times a core's second cache.
pub(crate) const PREFETCH_ABOVE_BYTES: usize = 4 << 20;

/// Records looked at ahead of the one delivered when prefetching.
pub(crate) const PREFETCH_AHEAD: u32 = 64;

/// At so many records in a shard's queue a supervisor hears of its child by that queue, and not at once: they are
/// looked through for what comes before.
pub(crate) const HELD_BEHIND: u32 = 32;

/// Free blocks a shard keeps; what comes back above goes to the allocator. 4 MiB.
pub(crate) const STOCK_BLOCKS: usize = 256;

/// The same of small blocks: an actor that is often busy for a moment takes one each time. 32 KiB.
pub(crate) const STOCK_SMALL_BLOCKS: usize = 64;

/// The stack of a shard's thread, in bytes. Handlers get large messages by value, and a build without
/// optimisation copies one of a megabyte a dozen times or two. What is not used takes no memory.
pub(crate) const SHARD_STACK: usize = 32 << 20;

/// Ends of actors that a turn tells to those who are linked to them or monitor them, at most.
pub(crate) const TURN_TOLD: usize = 1_024;

/// How often the end of a system cuts off what destructors spawned meanwhile; then they are left.
pub(crate) const CUT_OFF_ROUNDS: usize = 64;

/// The first length of a queue or a mailbox that is told of, in messages; the next are ten times the last.
pub(crate) const LEVEL_FIRST: u64 = 10_000;

/// From here on each doubling is told of.
pub(crate) const LEVEL_DOUBLES: u64 = 1_000_000;

/// Records that are counted to estimate the length of a shard's queue: it is done once a turn.
pub(crate) const QUEUE_COUNTED: u64 = 64;

/// How long a handler may hold its shard before the watchdog tells of it.
pub(crate) const OVERRUN_AFTER: Duration = Duration::from_millis(100);

/// How long a handler may hold its shard after its actor was killed before it is cut off.
pub(crate) const KILL_GRACE: Duration = Duration::from_millis(100);

/// Events a subscriber may be behind before it loses the oldest.
pub(crate) const EVENTS: usize = 1_024;

/// Threads of blocking actors that a system may have at a time, unless its builder says otherwise: what tokio has
/// for calls that block.
pub(crate) const BLOCKING_THREADS: usize = 512;

/// How long the end of a system waits for threads of blocking actors, whose states are dropped there.
pub(crate) const BLOCKING_GRACE: Duration = Duration::from_millis(200);

/// The longest name of an actor or a group, in bytes.
pub(crate) const NAME_BYTES: usize = 255;

/// Names that the actors of a system may have at a time, unless its builder says otherwise; and as many times
/// they may be members of groups.
pub(crate) const NAMES: usize = 1_000_000;

/// The most other nodes that a system knows, those among them of which it has only seen references. Each is some
/// 200 bytes until the system ends.
pub(crate) const NODES: usize = 65_536;

/// Names that are looked at or released while the registry is locked: a few microseconds, for a million may be
/// listed, or be one actor's.
pub(crate) const NAMES_AT_ONCE: usize = if cfg!(test) { 3 } else { 64 };

/// Slots of a lane from one shard to another, a power of two; each is 128 bytes, and 2 MiB are on their way when
/// all carry blocks. Fewer were slower with large messages, it seems because a block then comes back
/// out of the other core's second cache.
pub(crate) const LANE_SLOTS: usize = if cfg!(callboard_loom) { 2 } else { 128 };

/// How many restarts a supervisor makes in [`INTENSITY_WITHIN`], unless it says otherwise.
pub(crate) const INTENSITY_MAX: u32 = 3;

/// In which time a supervisor counts its restarts, unless it says otherwise.
pub(crate) const INTENSITY_WITHIN: Duration = Duration::from_secs(5);

/// How long an actor has to stop when its supervisor says so, unless its spec says otherwise.
pub(crate) const CHILD_SHUTDOWN: Duration = Duration::from_secs(5);

/// Deadline of what a supervisor is asked for: it may have to wait for a child to stop.
pub(crate) const SUPERVISOR_ASK_TIMEOUT: Duration = Duration::from_secs(60);
