//! Each documented setting does what it says.

use std::sync::mpsc;
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{AskError, Place, StartError, System, actor, handlers, start};

use crate::bounded::{Full, ROOM, Refusing, overflows};
use crate::check::{END, on_shards, put, real};

/// Says where it runs.
#[actor(slice = 3, ask_timeout = "250ms", start_timeout = "20ms")]
struct Probe;

#[handlers]
impl Probe {
    #[ask]
    fn thread_name(&self) -> Option<String> {
        std::thread::current().name().map(ToOwned::to_owned)
    }

    #[ask]
    async fn never(&self) {
        std::future::pending::<()>().await;
    }

    #[tell]
    fn work(&mut self) {}
}

/// Never starts, and has less time for it than others.
#[actor(start_timeout = "20ms")]
struct Unstarted;

#[handlers]
impl Unstarted {
    #[start]
    async fn begin(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[test]
fn q3_the_ask_timeout_of_a_type_is_the_deadline_of_asks_to_it() {
    on_shards(|simulator| {
        let probe = put(&simulator, 1, || Probe);
        let answer = simulator.start(0, move || probe.never());
        simulator.advance(Duration::from_millis(249));
        assert_eq!(answer.take(), None);
        simulator.advance(Duration::from_millis(3));
        assert_eq!(answer.take(), Some(Err(AskError::Timeout)));
    });
}

#[test]
fn q3_the_timeout_of_an_ask_goes_before_its_types() {
    on_shards(|simulator| {
        let probe = put(&simulator, 1, || Probe);
        let answer = simulator.start(0, move || probe.never().timeout(Duration::from_secs(1)));
        simulator.advance(Duration::from_millis(998));
        assert_eq!(answer.take(), None);
        simulator.advance(Duration::from_millis(4));
        assert_eq!(answer.take(), Some(Err(AskError::Timeout)));
    });
}

#[test]
fn q3_the_start_timeout_of_a_type_is_the_deadline_of_its_start() {
    on_shards(|simulator| {
        let started = simulator.start(0, || start(Unstarted));
        simulator.advance(Duration::from_millis(19));
        assert!(started.take().is_none());
        simulator.advance(Duration::from_millis(3));
        assert!(matches!(started.take(), Some(Err(StartError::Timeout))));
    });
}

/// How many messages of a flood an actor handles in a turn whose slices all end it.
fn handled_in_a_turn<A: callboard::Actor>(
    simulator: &Simulator,
    make: impl FnOnce() -> A + Send + 'static,
    work: impl Fn(callboard::ActorRef<A>),
) -> u64 {
    let actor = put(simulator, 0, make);
    // Each look ends a slice and the turn; the rotation has as many looks as went before.
    simulator.set_look(Duration::from_millis(1));
    simulator.enter(0, || (0..1_000).for_each(|_| work(actor)));
    let before = simulator.handled();
    simulator.turn();
    simulator.set_look(Duration::ZERO);
    simulator.handled() - before
}

/// Has the slice of its system.
#[actor]
struct Plain;

#[handlers]
impl Plain {
    #[tell]
    fn work(&mut self) {}
}

#[test]
fn q3_the_slice_of_a_system_is_that_of_its_actors() {
    let few = handled_in_a_turn(&Simulator::with_slice(1, 5), || Plain, |plain| plain.work());
    let many = handled_in_a_turn(&Simulator::with_slice(1, 50), || Plain, |plain| plain.work());
    assert!(few.is_multiple_of(5) && few <= 4 * 5, "{few}");
    assert!((50..=4 * 50).contains(&many), "{many}");
}

#[test]
fn q3_the_slice_of_a_type_goes_before_its_systems() {
    let handled = handled_in_a_turn(&Simulator::with_slice(1, 50), || Probe, |probe| probe.work());
    assert!(handled.is_multiple_of(3) && handled <= 4 * 3, "{handled}");
}

#[test]
fn q3_a_builder_is_told_the_number_of_shards() {
    for shards in [1, 3] {
        let system = real(shards);
        assert_eq!(system.shards(), shards);
        let places = Vec::from_iter((0..shards).map(|_| {
            system.spawn_on(Place::Any, || Probe).wait().expect("it starts").address().shard()
        }));
        assert_eq!(places, Vec::from_iter(0..shards));
        system.stop(END);
    }
}

#[test]
fn q3_a_builder_makes_a_shard_for_each_core() {
    let system = System::builder().pin(false).start().expect("a system starts");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert_eq!(system.shards(), cores);
    system.stop(END);
}

#[test]
fn q3_a_builder_names_the_threads() {
    let system = System::builder().shards(2).pin(false).thread_name("worker").start();
    let system = system.expect("a system starts");
    for shard in 0..2 {
        let probe = system.spawn_on(shard, || Probe).wait().expect("it starts");
        assert_eq!(probe.thread_name().wait(), Ok(Some(format!("worker-{shard}"))));
    }
    system.stop(END);
}

#[test]
fn q3_threads_are_named_after_callboard() {
    let system = real(1);
    let probe = system.spawn_on(0, || Probe).wait().expect("it starts");
    assert_eq!(probe.thread_name().wait(), Ok(Some("callboard-0".to_owned())));
    system.stop(END);
}

/// Counts the messages between two looks at another actor.
#[actor]
struct Flooded(u64);

#[handlers]
impl Flooded {
    #[tell]
    fn slow(&mut self, now: std::sync::Arc<std::sync::atomic::AtomicU64>) {
        self.0 += 1;
        now.store(self.0, std::sync::atomic::Ordering::SeqCst);
    }
}

#[test]
fn q3_a_builder_takes_a_slice_and_a_system_works_with_it() {
    for slice in [0, 1, u32::MAX] {
        let system = System::builder().shards(1).pin(false).slice(slice).start();
        let system = system.expect("a system starts");
        let flooded = system.spawn_on(0, || Flooded(0)).wait().expect("it starts");
        let now = std::sync::Arc::<std::sync::atomic::AtomicU64>::default();
        (0..1_000).for_each(|_| flooded.slow(now.clone()));
        let report = system.stop(END);
        assert_eq!((report.handled, report.dead_letters.total()), (1_000, 0));
    }
}

#[test]
fn q1_a_system_without_shards_is_an_error() {
    let error = System::builder().shards(0).start().expect_err("there is no shard");
    assert!(matches!(error, StartError::NoShard(0)), "{error}");
}

#[test]
fn q3_the_capacity_of_a_type_bounds_its_mailbox() {
    on_shards(|simulator| {
        let held = Full::<Refusing>::empty(&simulator);
        simulator.enter(0, || (0..ROOM + 3).for_each(|number| held.actor.note(number)));
        simulator.run();
        assert_eq!(overflows(&simulator), 3);
    });
}

#[test]
fn q3_pinned_threads_run_on_one_core_each() {
    // Pinning claims cores that other tests use; one shard is enough to see it.
    let (send, receive) = mpsc::channel();
    let system = System::builder().shards(1).pin(true).start().expect("a system starts");
    system.spawn_on(0, || Cores(send)).wait().expect("it starts");
    system.stop(END);
    let cores: String = receive.recv().expect("the actor says where it may run");
    if cfg!(all(target_os = "linux", feature = "pinning")) {
        assert!(cores.parse::<u32>().is_ok(), "one core, not `{cores}`");
    }
}

/// Says on which cores it may run.
#[actor]
struct Cores(mpsc::Sender<String>);

#[handlers]
impl Cores {
    #[start]
    fn begin(&mut self) {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        self.0.send(list.unwrap_or_default().trim().to_owned()).expect("the test listens");
    }
}

#[test]
fn q3_threads_that_are_not_pinned_run_where_the_process_may() {
    let (send, receive) = mpsc::channel();
    let system = real(1);
    system.spawn_on(0, || Cores(send)).wait().expect("it starts");
    system.stop(END);
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let own = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let own = own.unwrap_or_default().trim();
    assert_eq!(receive.recv().as_deref(), Ok(own));
}
