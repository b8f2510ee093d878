//! A reference is sixteen bytes that travel anywhere and own nothing.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use callboard::{Actor, ActorRef, Address};

use crate::check::{Log, Subject, ask_from, everywhere, on_shards, put};

fn travels<T: Copy + Send + Sync + Eq + Hash + std::fmt::Debug + 'static>() {}

/// Code that is generic over the actor may send its references, too.
fn travels_whoever_it_names<A: Actor>() {
    travels::<ActorRef<A>>();
}

#[test]
fn references_are_sixteen_bytes_and_travel_anywhere() {
    travels::<Address>();
    travels::<ActorRef<Subject>>();
    travels_whoever_it_names::<Subject>();
    assert_eq!(size_of::<Address>(), 16);
    assert_eq!(size_of::<ActorRef<Subject>>(), 16);
}

#[test]
fn references_are_equal_when_they_name_the_same_actor() {
    on_shards(|simulator| {
        let (a, b) = (put(&simulator, 0, Subject::default), put(&simulator, 1, Subject::default));
        let copy = ActorRef::<Subject>::from_address(a.address());
        assert_eq!(a, copy);
        assert_ne!(a, b);
        assert_eq!(HashSet::from([a, b, copy]).len(), 2);
        assert_eq!(HashMap::from([(a.address(), 1), (b.address(), 2)])[&copy.address()], 1);
    });
}

#[test]
fn a_reference_shows_its_type_and_place() {
    on_shards(|simulator| {
        let log = put(&simulator, 1, Log::default);
        let shown = format!("{log:?}");
        let shard = 1 % simulator.shards();
        assert!(shown.starts_with("Log@"), "{shown}");
        assert!(shown.contains(&format!("/{shard}/")), "{shown}");
        assert_eq!(shown.strip_prefix("Log@"), Some(log.address().to_string().as_str()));
    });
}

#[test]
fn a_reference_knows_its_shard() {
    on_shards(|simulator| {
        for shard in 0..simulator.shards() {
            assert_eq!(put(&simulator, shard, Subject::default).address().shard(), shard);
        }
    });
}

#[test]
fn references_travel_in_messages_and_through_threads() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        let log = std::thread::spawn(move || log).join().expect("the thread ends well");
        log.note(4);
        assert_eq!(world.ask(log.notes_of(1)), Ok(vec![4]));
        world.end();
    });
}

#[test]
fn no_two_live_actors_share_an_address() {
    on_shards(|simulator| {
        let actors = Vec::from_iter((0..5_000).map(|at| put(&simulator, at, Subject::default)));
        assert_eq!(HashSet::<_>::from_iter(actors).len(), 5_000);
    });
}

#[test]
fn l12_an_address_is_never_used_twice() {
    on_shards(|simulator| {
        let mut seen = HashSet::new();
        for _ in 0..500 {
            let subject = put(&simulator, 1, Subject::default);
            assert!(seen.insert(subject.address()), "{subject:?} was another before");
            subject.stop();
            simulator.run();
        }
    });
}

#[test]
fn an_address_of_no_shard_takes_nothing() {
    let (small, large) =
        (callboard::testing::Simulator::new(1), callboard::testing::Simulator::new(4));
    let far = put(&large, 3, Subject::default);
    let near = put(&small, 0, Subject::default);
    drop(large);
    small.enter(0, || far.work());
    small.run();
    assert_eq!(ask_from(&small, 0, near.handled()), Ok(0));
    assert_eq!(small.report().dead_letters.of(callboard::DeadReason::NoProc), 1);
}
