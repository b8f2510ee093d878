//! A reference is sixteen bytes that travel anywhere and own nothing.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use callboard::testing::address;
use callboard::{Actor, ActorRef, Address};

use crate::check::{LONG, Log, Subject, World, ask_from, everywhere, on_shards, put};

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

/// Numbers that look random and are always the same.
fn numbers() -> impl FnMut() -> u32 {
    let mut state = 1_u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u32
    }
}

#[test]
fn l12_references_made_of_random_bits_reach_nobody() {
    everywhere(|world| {
        let (log, subject) = (world.spawn(0, Log::default), world.spawn(1, Subject::default));
        // In a tuple, so that it is handed out and not awaited.
        let kept = world.run(0, move || async move { (subject.keep().timeout(LONG).start(),) }).0;
        let shown = log.address().to_string();
        let node = shown.split('/').next().and_then(|node| node.parse().ok());
        let node = node.expect("an address begins with its node");
        let mut number = numbers();
        let mut sent = 0;
        for round in 0..4_000 {
            let mut any = |most: u32| if round % 2 == 0 { number() } else { number() % most };
            let (shard, slot, generation) = (any(4), any(300), any(4));
            let to = address(node, shard % 4, slot, generation);
            let (forged, wrong) =
                (ActorRef::<Log>::from_address(to), ActorRef::<Subject>::from_address(to));
            if to != subject.address() && to != log.address() {
                forged.note(1);
                wrong.stop();
                wrong.stop_now();
                wrong.kill();
                sent += u64::from(shard % 4 < 2);
            }
        }
        assert!(sent > 1_000, "many reach some shard");
        // Before the bodies that ask: a simulator's begin at once, where such a reference may name them.
        if let World::Simulated(simulator) = &world {
            simulator.run();
        }
        subject.answer_kept(5);
        assert_eq!(world.ask(subject.handled()), Ok(0), "the subject lives on");
        assert_eq!(world.ask(log.notes()), Ok(vec![]), "the log has heard nothing");
        assert_eq!(world.run(0, move || kept), Ok(5), "the ask that waited was answered");
        let report = world.end();
        assert_eq!(report.dead_letters.of(callboard::DeadReason::Stopped), 0);
    });
}
