//! A busy actor starves neither the others of its shard nor the rest of the world.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{ActorRef, Context, actor, handlers};
use tokio::sync::oneshot;

use crate::check::{Subject, on_shards, put};

/// Tells itself for ever, and floods itself with more than a slice at a time.
#[actor]
#[derive(Default)]
struct Busy {
    handled: u64,
}

#[handlers]
impl Busy {
    #[tell]
    fn forever(&mut self, cx: &mut Context<Self>) {
        self.handled += 1;
        cx.me().forever();
    }

    #[tell]
    fn work(&mut self) {
        self.handled += 1;
    }
}

/// Lets the shards turn until an actor has answered, and says how many messages were handled meanwhile.
fn handled_until_pinged(simulator: &Simulator, shard: usize, pinged: ActorRef<Subject>) -> u64 {
    let before = simulator.handled();
    let answer = simulator.start(shard, move || pinged.handled());
    for _ in 0..100 {
        simulator.turn();
        if answer.take().is_some() {
            return simulator.handled() - before;
        }
    }
    panic!("no answer within 100 turns");
}

/// Each look at the clock takes so long that every slice is the last of its turn.
const SLOW: Duration = Duration::from_micros(60);

#[test]
fn p06_a_flood_of_one_actor_holds_up_nobody() {
    on_shards(|simulator| {
        simulator.set_look(SLOW);
        let busy = put(&simulator, 1, Busy::default);
        let pinged = put(&simulator, 1, Subject::default);
        busy.forever();
        let shard = 1 % simulator.shards();
        for _ in 0..1_000 {
            let handled = handled_until_pinged(&simulator, shard, pinged);
            assert!(handled <= 2 * 64 + 2, "{handled} messages came before the ping");
        }
    });
}

/// Notes who it is whenever it is told to.
#[actor]
struct Noting(char, Rc<RefCell<String>>);

#[handlers]
impl Noting {
    #[tell]
    fn note(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

thread_local!(static SIMULATOR: RefCell<Option<Rc<Simulator>>> = const { RefCell::new(None) });

#[test]
fn d11_the_time_that_a_connection_takes_to_read_is_not_the_actors() {
    let simulator = Rc::new(Simulator::new(1));
    SIMULATOR.set(Some(simulator.clone()));
    let notes: Rc<RefCell<String>> = Rc::default();
    let [one, other] = ['a', 'b'].map(|name| {
        let noting = Noting(name, notes.clone());
        simulator.enter(0, || callboard::spawn(noting))
    });
    actor_runtime::remote::attend::<Noting, _>(&simulator.system(), 0, move || async move {
        // From here on it is polled as one that was woken.
        tokio::task::yield_now().await;
        SIMULATOR.with_borrow(|simulator| {
            let simulator = simulator.as_ref().expect("it is there");
            simulator.set_now(simulator.now() + SLOW);
        });
        (0..100).for_each(|_| one.note());
        other.note();
    });
    simulator.run();
    assert_eq!(*notes.borrow(), "a".repeat(100) + "b", "none of them waits for another's slice");
    SIMULATOR.take();
}

/// Waits until it is let go, and counts from then on where all can see it.
#[actor]
struct Gated(Arc<AtomicU64>);

#[handlers]
impl Gated {
    #[tell]
    async fn hold(&mut self, gate: oneshot::Receiver<()>) {
        let _ = gate.await;
    }

    #[tell]
    fn work(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn d11_actors_with_a_backlog_take_turns() {
    on_shards(|simulator| {
        let mut counts = Vec::new();
        let mut gates = Vec::new();
        for _ in 0..8 {
            let count = Arc::<AtomicU64>::default();
            counts.push(count.clone());
            let gated = put(&simulator, 1, || Gated(count));
            let (open, gate) = oneshot::channel();
            gates.push(open);
            gated.hold(gate);
            (0..1_000).for_each(|_| gated.work());
        }
        simulator.run();
        gates.into_iter().for_each(|gate| gate.send(()).expect("it waits"));
        simulator.set_look(SLOW);
        while simulator.turn() {
            let now = counts.iter().map(|count| count.load(Ordering::Relaxed));
            let (least, most) = (now.clone().min(), now.max());
            let ahead = most.zip(least).map_or(0, |(most, least)| most - least);
            assert!(ahead <= 64, "an actor is {ahead} messages ahead of another");
        }
        assert_eq!(simulator.handled(), 8 * 1_001);
    });
}

#[test]
fn d11_the_slice_of_a_type_is_kept() {
    on_shards(|simulator| {
        simulator.set_look(SLOW);
        let shard = 1 % simulator.shards();
        let (small, pinged) = (put(&simulator, 1, || Small), put(&simulator, 1, Subject::default));
        simulator.enter(shard, || (0..1_000).for_each(|_| small.work()));
        let handled = handled_until_pinged(&simulator, shard, pinged);
        assert!(handled < 1_000, "the ping waited for all the work");
    });
}

/// Handles four messages in a slice.
#[actor(slice = 4)]
struct Small;

#[handlers]
impl Small {
    #[tell]
    fn work(&mut self) {}
}

#[test]
fn d11_a_young_turn_grants_slice_after_slice() {
    on_shards(|simulator| {
        let shard = 1 % simulator.shards();
        let busy = put(&simulator, 1, Busy::default);
        simulator.enter(shard, || (0..1_000).for_each(|_| busy.work()));
        simulator.turn();
        assert_eq!(simulator.handled(), 1_000, "no time has passed");
    });
}

/// Sends a run to another, then itself a message to go on.
#[actor]
struct Producer(ActorRef<Consumer>);

#[handlers]
impl Producer {
    #[tell]
    fn produce(&mut self, cx: &mut Context<Self>) {
        (0..64).for_each(|_| self.0.take());
        cx.me().produce();
    }
}

/// Handles so few messages in a slice that its backlog is taken at half the pace at which it is filled.
#[actor(slice = 16)]
struct Consumer;

#[handlers]
impl Consumer {
    #[tell]
    fn take(&mut self) {}
}

#[test]
fn d11_a_producer_and_a_cheap_consumer_stay_in_balance() {
    on_shards(|simulator| {
        simulator.set_look(Duration::from_micros(10));
        let consumer = put(&simulator, 1, || Consumer);
        let producer = put(&simulator, 1, move || Producer(consumer));
        producer.produce();
        for _ in 0..1_000 {
            simulator.turn();
            let shard = simulator.stats().shards[1 % simulator.shards()];
            let waiting = shard.queue + shard.backlog;
            assert!(waiting <= 5_000, "{waiting} messages wait");
        }
        assert!(simulator.handled() > 100_000, "it went on");
        producer.stop_now();
    });
}

/// Yields without end, and counts its polls.
#[actor]
struct Yielding(Arc<AtomicU64>);

#[handlers]
impl Yielding {
    #[tell]
    async fn forever(&mut self) {
        std::future::poll_fn(|cx| {
            self.0.fetch_add(1, Ordering::Relaxed);
            // As a join of two futures that yield does.
            cx.waker().wake_by_ref();
            cx.waker().wake_by_ref();
            std::task::Poll::<()>::Pending
        })
        .await;
    }
}

#[test]
fn d11_a_handler_that_wakes_itself_for_ever_is_polled_once_a_turn() {
    on_shards(|simulator| {
        let polls = Arc::<AtomicU64>::default();
        let count = polls.clone();
        let yielding = put(&simulator, 1, || Yielding(count));
        yielding.forever();
        simulator.turn();
        for _ in 0..10 {
            let before = polls.load(Ordering::Relaxed);
            simulator.turn();
            let more = polls.load(Ordering::Relaxed) - before;
            assert!(more <= 1, "polled {more} times in a turn");
        }
    });
}

#[test]
fn d11_a_handler_that_wakes_itself_for_ever_holds_up_nobody() {
    on_shards(|simulator| {
        let yielding = put(&simulator, 1, || Yielding(Arc::default()));
        let pinged = put(&simulator, 1, Subject::default);
        yielding.forever();
        for _ in 0..10 {
            let handled = handled_until_pinged(&simulator, 1 % simulator.shards(), pinged);
            assert_eq!(handled, 1, "the ping alone");
        }
    });
}

#[test]
fn d11_parcels_are_looked_at_in_every_turn() {
    let simulator = Simulator::new(4);
    simulator.set_look(SLOW);
    let (busy, pinged) = (put(&simulator, 1, Busy::default), put(&simulator, 1, Subject::default));
    busy.forever();
    for shard in [0, 2, 3] {
        let handled = handled_until_pinged(&simulator, shard, pinged);
        assert!(handled <= 4 * 64, "{handled} messages came before a ping from shard {shard}");
    }
}

/// Takes what soon fills a lane.
#[actor]
struct Sink;

#[handlers]
impl Sink {
    #[tell]
    fn take(&mut self, _load: [u64; 24]) {}
}

#[test]
fn a_shard_does_nothing_else_while_its_full_lane_moves_but_not_for_long() {
    let simulator = Simulator::new(2);
    let count = Arc::<AtomicU64>::default();
    let sink = put(&simulator, 1, || Sink);
    let own = count.clone();
    let near = put(&simulator, 0, || Gated(own));
    simulator.enter(0, || (0..60_000).for_each(|_| sink.take([0; 24])));
    simulator.turn_shard(0);
    simulator.enter(0, || near.work());
    let pass = |micros| {
        simulator.set_now(simulator.now() + Duration::from_micros(micros));
        simulator.turn_shard(0);
        count.load(Ordering::Relaxed)
    };
    for _ in 0..5 {
        simulator.turn_shard(1);
        assert_eq!(pass(80), 0, "the lane is full, and moves");
    }
    assert_eq!(pass(100), 1, "it has not moved for long");
    simulator.enter(0, || near.work());
    let rounds = (1..50).find(|_| {
        simulator.turn_shard(1);
        pass(80) > 1
    });
    assert_eq!(rounds, Some(14), "it has been full for a millisecond");
}
