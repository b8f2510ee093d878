//! Any thread may look at what the shards count, while they run; and queues that grow are told of.

use callboard::{AskError, DeadReason, Event, Events, actor, handlers};
use tokio::sync::oneshot;

use crate::check::{Counted, END, Subject, Tally, World, everywhere, on_shards, put, real};

/// Waits until it is told to go on; what comes meanwhile waits.
#[actor]
#[derive(Default)]
struct Waits(u64);

#[handlers]
impl Waits {
    #[tell]
    async fn wait_for(&mut self, gate: oneshot::Receiver<()>) {
        // Either way it goes on.
        let _ = gate.await;
    }

    #[tell]
    fn large(&mut self, value: [u64; 30]) {
        self.0 += value[29];
    }

    #[ask]
    fn sum(&self) -> u64 {
        self.0
    }
}

#[test]
fn stats_tell_what_waits_where() {
    on_shards(|simulator| {
        let waits = put(&simulator, 1, Waits::default);
        let shard = waits.address().shard();
        let (open, gate) = oneshot::channel();
        waits.wait_for(gate);
        simulator.run();
        let asked = simulator.start(0, move || waits.sum());
        simulator.enter(shard, || (0..10).for_each(|_| waits.large([1; 30])));
        assert_eq!(simulator.stats().shards[shard].queue, if shard == 0 { 11 } else { 10 });
        simulator.run();
        let stats = simulator.stats();
        assert_eq!(stats.shards.len(), simulator.shards());
        assert_eq!((stats.total().queue, stats.shards[shard].backlog), (0, 11));
        assert_eq!((stats.total().asks, stats.shards[0].asks), (1, 1));
        assert_eq!(stats.shards[shard].actors, if shard == 0 { 2 } else { 1 });
        assert!(stats.shards.iter().all(|shard| shard.turns > 0 && shard.block_bytes > 0));
        open.send(()).expect("it waits");
        simulator.run();
        assert!(matches!(asked.take(), Some(Ok(sum)) if sum <= 10));
        let total = simulator.stats().total();
        assert_eq!((total.backlog, total.queue, total.asks), (0, 0, 0));
        assert_eq!((total.handled, total.actors), (12, 1));
    });
}

#[test]
fn stats_agree_with_the_report_of_the_end() {
    everywhere(|world: World| {
        let tally = Tally::default();
        let subject = world.spawn(1, Subject::default);
        let hostile = world.spawn(1, || Hostile(None));
        hostile.keep(tally.make());
        world.run(0, move || async move {
            subject.work();
            subject.panic("once".to_owned());
            assert!(subject.handled().await.is_err());
            hostile.stop();
            assert_eq!(hostile.kept().await, Err(AskError::Stopped));
        });
        let stats = match &world {
            World::Simulated(simulator) => simulator.stats(),
            World::Real(system) => settled(|| system.stats(), |stats| stats.total().handled == 2),
        };
        let (total, report) = (stats.total(), world.end());
        assert_eq!((total.panics, total.panics_in_drop), (2, 1));
        assert_eq!((total.handled, total.dead_letters), (report.handled, report.dead_letters));
        assert_eq!((total.late_answers, total.panics_in_drop), (report.late_answers, 1));
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
        tally.assert_even();
    });
}

/// Looks again until it is so: numbers of a real system are those of the last turn.
fn settled<T>(look: impl Fn() -> T, is_so: impl Fn(&T) -> bool) -> T {
    loop {
        let now = look();
        if is_so(&now) {
            return now;
        }
        std::thread::yield_now();
    }
}

/// Panics when its state is dropped.
#[actor]
struct Hostile(Option<Counted>);

#[handlers]
impl Hostile {
    #[tell]
    fn keep(&mut self, value: Counted) {
        self.0 = Some(value);
    }

    #[ask]
    fn kept(&self) -> bool {
        self.0.is_some()
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        panic!("a hostile destructor");
    }
}

#[test]
fn stats_count_the_memory_of_what_waits_and_of_nothing_else() {
    on_shards(|simulator| {
        let waits = put(&simulator, 1, Waits::default);
        let shard = waits.address().shard();
        let bytes = || simulator.stats().shards[shard].block_bytes;
        let before = bytes();
        for through_a_backlog in [false, true] {
            let (open, gate) = oneshot::channel();
            if through_a_backlog {
                waits.wait_for(gate);
                simulator.run();
            }
            let (message, messages) = ([1; 30], 40_000);
            simulator.enter(shard, || (0..messages).for_each(|_| waits.large(message)));
            if through_a_backlog {
                simulator.run();
                assert_eq!(simulator.stats().total().backlog, messages);
            }
            let waiting = messages * (size_of_val(&message) as u64 + 16);
            assert!(bytes() > waiting, "{} bytes for {waiting}", bytes());
            drop(open);
            simulator.run();
            // A shard keeps 256 free blocks of 16 KiB.
            let kept = 257 * 16 * 1_024 + before;
            assert!(bytes() <= kept, "{} bytes are kept", bytes());
        }
    });
}

/// The lengths of queues that were told of.
fn queues_high(events: &mut Events) -> Vec<u64> {
    let all = std::iter::from_fn(|| events.try_next());
    let high = all.filter_map(|event| match event {
        Event::QueueHigh { messages, .. } => Some(messages),
        _ => None,
    });
    high.collect()
}

#[test]
fn m1_a_shards_queue_is_told_of_once_a_level_until_it_has_fallen() {
    on_shards(|simulator| {
        let mut events = simulator.events();
        let subject = put(&simulator, 1, Subject::default);
        let shard = subject.address().shard();
        let tell = |messages| {
            simulator.enter(shard, || (0..messages).for_each(|_| subject.work()));
        };
        tell(9_000);
        assert_eq!(queues_high(&mut events), []);
        tell(2_000);
        tell(10);
        let high = queues_high(&mut events);
        assert_eq!(high.len(), 1, "{high:?}");
        assert!(high[0].abs_diff(11_000) < 200, "the estimate is near: {high:?}");
        simulator.run();
        tell(110_000);
        let again = queues_high(&mut events);
        assert!(again.len() == 1 && again[0].abs_diff(110_000) < 2_000, "{again:?}");
        simulator.run();
        assert_eq!(simulator.stop().handled, 121_010);
    });
}

/// Floods another actor of its shard while its handler runs.
#[actor]
struct Floods(u32);

#[handlers]
impl Floods {
    #[tell]
    fn flood(&mut self, subject: callboard::ActorRef<Subject>) {
        (0..self.0).for_each(|_| subject.work());
    }
}

#[test]
fn m1_a_shards_queue_is_told_of_on_a_real_system() {
    let system = real(2);
    let mut events = system.events();
    let subject = system.spawn_on(1, Subject::default).wait().expect("it starts");
    let floods = system.spawn_on(1, || Floods(200_000)).wait().expect("it starts");
    floods.flood(subject);
    let mut all = std::iter::from_fn(|| events.wait_next());
    // What is out of the queue waits in the mailbox, which is told of, too.
    let high = all.find_map(|event| match event {
        Event::QueueHigh { shard, messages } => Some((shard, messages)),
        _ => None,
    });
    let (shard, messages) = high.expect("the queue is high");
    assert_eq!(shard, 1);
    assert!(messages > 100_000, "{messages}");
    assert_eq!(system.stop(END).handled, 200_001);
    assert_eq!(queues_high(&mut events), []);
}
