//! What users publish reaches who subscribes to its type and topic, in order, bounded, and holds up nobody.

use std::sync::atomic::{AtomicU64, Ordering};

use callboard::testing::Simulator;
use callboard::{Context, Lagged, Subscription, SystemRef, actor, handlers};

use crate::check::{World, ask_from, everywhere, on_shards, put, real};

/// What is published here.
#[derive(Clone, Debug, PartialEq)]
enum Order {
    Paid(u64),
    Sent(u64),
}

impl World {
    fn subscribe<T: Clone + Send + 'static>(&self, pattern: &str) -> Subscription<T> {
        match self {
            Self::Simulated(simulator) => simulator.subscribe(pattern),
            Self::Real(system) => system.subscribe(pattern),
        }
    }
}

/// All that came, once nothing more does.
fn rest<T: Clone + Send + 'static>(mut of: Subscription<T>) -> Vec<Result<T, Lagged>> {
    std::iter::from_fn(move || of.try_next()).collect()
}

/// Publishes what it is told.
#[actor]
struct Desk;

#[handlers]
impl Desk {
    #[tell]
    fn pay(&self, cx: &mut Context<Self>, numbers: u64) {
        (0..numbers).for_each(|number| cx.publish("orders/paid", Order::Paid(number)));
    }
}

#[test]
fn dl3_what_users_publish_reaches_its_type_and_topic_in_order() {
    everywhere(|world: World| {
        let all = world.subscribe::<Order>("orders/**");
        let sent = world.subscribe::<Order>("orders/sent");
        let even = world.subscribe::<Order>("orders/*").filter(|order| match order {
            Order::Paid(number) | Order::Sent(number) => number % 2 == 0,
        });
        let refunds = world.subscribe::<Order>("refunds/*");
        let numbers = world.subscribe::<u64>("**");
        let desk = world.spawn(1, || Desk);
        world.run(1, move || async move {
            desk.pay(5);
            desk.stop();
            desk.wait().await;
        });
        world.end();
        let paid = |numbers: &[u64]| Vec::from_iter(numbers.iter().map(|n| Ok(Order::Paid(*n))));
        assert_eq!(rest(all), paid(&[0, 1, 2, 3, 4]));
        assert_eq!(rest(even), paid(&[0, 2, 4]));
        assert_eq!((rest(sent), rest(refunds), rest(numbers)), (vec![], vec![], vec![]));
    });
}

#[test]
fn dl3_who_is_behind_is_told_how_many_values_it_missed() {
    let simulator = Simulator::new(1);
    let mut slow = simulator.subscribe::<u64>("**").filter(|number| *number != 1);
    (0..1_030_u64).for_each(|number| simulator.publish("numbers", number));
    let Some(Err(lagged)) = slow.try_next() else { panic!("it lags") };
    assert_eq!((lagged.missed, lagged.to_string().as_str()), (5, "5 values missed"));
    assert_eq!(slow.try_next(), Some(Ok(6)), "what was left out was not missed");
    assert_eq!(rest(slow).len(), 1_023);
}

#[test]
fn dl3_a_plain_thread_and_a_task_hear_what_is_published_until_the_end() {
    let system = real(1);
    let mut waits = system.subscribe::<Order>("orders/*");
    let (mut of_an_actor, remote) = (system.subscribe::<Order>("orders/*"), system.clone());
    let heard = std::thread::spawn(move || {
        std::iter::from_fn(|| waits.wait_next().and_then(Result::ok)).collect::<Vec<_>>()
    });
    let awaits = crate::check::run_on(&system, 0, move || async move {
        SystemRef::current().publish("orders/paid", Order::Paid(1));
        of_an_actor.next().await
    });
    assert_eq!(awaits, Some(Ok(Order::Paid(1))));
    remote.publish("orders/sent", Order::Sent(2));
    system.stop(crate::check::END);
    remote.publish("orders/sent", Order::Sent(3));
    assert_eq!(heard.join().expect("it ends well"), [Order::Paid(1), Order::Sent(2)]);
    assert_eq!(rest(remote.subscribe::<Order>("**")), []);
}

/// A value whose copies are counted.
struct Copied(&'static AtomicU64);

impl Clone for Copied {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Ordering::SeqCst);
        Self(self.0)
    }
}

#[test]
fn a_value_is_cloned_for_who_wants_it_and_for_nobody_else() {
    static COPIES: AtomicU64 = AtomicU64::new(0);
    on_shards(|simulator| {
        COPIES.store(0, Ordering::SeqCst);
        simulator.publish("a", Copied(&COPIES));
        let first = simulator.subscribe::<Copied>("a");
        let _second = simulator.subscribe::<Copied>("*");
        let _third = simulator.subscribe::<Copied>("b");
        let _fourth = simulator.subscribe::<Copied>("a").filter(|_| false);
        simulator.publish("a", Copied(&COPIES));
        assert_eq!(COPIES.load(Ordering::SeqCst), 2);
        drop(first);
        simulator.publish("a", Copied(&COPIES));
        assert_eq!(COPIES.load(Ordering::SeqCst), 3);
    });
}

/// Copies of it panic as they are dropped.
struct Explodes(bool);

impl Clone for Explodes {
    fn clone(&self) -> Self {
        Self(true)
    }
}

impl Drop for Explodes {
    fn drop(&mut self) {
        assert!(!self.0, "a hostile destructor");
    }
}

/// Publishes what explodes.
#[actor]
#[derive(Default)]
struct Sapper(u64);

#[handlers]
impl Sapper {
    #[ask]
    fn publish(&mut self, cx: &mut Context<Self>) -> u64 {
        cx.publish("bombs", Explodes(false));
        self.0 += 1;
        self.0
    }
}

#[test]
fn values_that_panic_as_they_are_dropped_end_no_publisher() {
    on_shards(|simulator| {
        let slow = simulator.subscribe::<Explodes>("**");
        let sapper = put(&simulator, 1, Sapper::default);
        for number in 1..=1_030 {
            assert_eq!(ask_from(&simulator, 0, sapper.publish()), Ok(number));
        }
        drop(slow);
    });
}
