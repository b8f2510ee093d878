//! No system is global: two in one process are strangers, and each ends alone.

use callboard::testing::Simulator;
use callboard::{ActorRef, AskError, Event, StartError, System, SystemRef, Topic, actor, handlers};

use crate::check::{END, Log, Subject, everywhere, put, real, run_on};

#[test]
fn g7_a_shard_knows_its_own_system() {
    let [one, two] = [1, 2].map(real);
    for system in [&one, &two] {
        let shards = system.shards();
        let current = run_on(system, 0, || async { SystemRef::current() });
        assert_eq!((current.shards(), current.stats().shards.len()), (shards, shards));
        assert_eq!(format!("{current:?}"), format!("{:?}", **system));
    }
    let later = SystemRef::clone(&one);
    assert_eq!(one.stop(END).actors_left, 0);
    let refused = later.spawn_on(0, Subject::default).wait();
    assert!(matches!(refused, Err(StartError::Stopped)), "{refused:?}");
    two.stop(END);
}

#[test]
fn g7_an_actor_may_listen_and_spawn_by_its_own_system() {
    /// Uses the system it is in.
    #[actor]
    struct Inside;

    #[handlers]
    impl Inside {
        #[ask]
        async fn look(&mut self) -> (usize, bool) {
            let system = SystemRef::current();
            let mut events = system.events().only(Topic::Panic);
            let last = system.shards() - 1;
            let subject = system.spawn_on(last, Subject::default).await.expect("it starts");
            subject.panic("heard".to_owned());
            let event = events.next().await;
            (system.shards(), matches!(event, Some(Event::Panic { .. })))
        }
    }

    everywhere(|world| {
        let inside = world.spawn(0, || Inside);
        assert!(matches!(world.ask(inside.look()), Ok((1.., true))));
        world.end();
    });
}

#[test]
#[should_panic = "`SystemRef::current` needs a shard's thread, and this is none"]
fn g7_a_plain_thread_has_no_system() {
    let _ = SystemRef::current();
}

#[test]
fn two_systems_have_actors_of_the_same_slot_that_are_not_equal() {
    let (one, two) = (real(1), real(1));
    let a = one.spawn_on(0, Subject::default).wait().expect("it starts");
    let b = two.spawn_on(0, Subject::default).wait().expect("it starts");
    assert_ne!(a, b);
    assert_ne!(a.address(), b.address());
    one.stop(END);
    two.stop(END);
}

#[test]
fn a_plain_thread_reaches_the_system_a_reference_belongs_to() {
    let (one, two) = (real(1), real(1));
    let a = one.spawn_on(0, Subject::default).wait().expect("it starts");
    let b = two.spawn_on(0, Subject::default).wait().expect("it starts");
    a.work();
    assert_eq!((a.handled().wait(), b.handled().wait()), (Ok(1), Ok(0)));
    one.stop(END);
    two.stop(END);
}

#[test]
fn the_end_of_one_system_leaves_the_other_alone() {
    let (one, two) = (real(1), real(1));
    let a = one.spawn_on(0, Subject::default).wait().expect("it starts");
    let b = two.spawn_on(0, Subject::default).wait().expect("it starts");
    one.stop(END);
    assert_eq!(b.handled().wait(), Ok(0));
    assert!(a.handled().wait().is_err());
    two.stop(END);
}

#[test]
fn a_reference_into_another_system_never_reaches_the_actor_of_that_slot_here() {
    let (one, two) = (Simulator::new(1), Simulator::new(1));
    let there = put(&one, 0, Log::default);
    let here = put(&two, 0, Log::default);
    two.enter(0, || there.note(1));
    one.run();
    two.run();
    assert_eq!(crate::check::ask_from(&two, 0, here.notes()), Ok(vec![]));
}

#[test]
fn a_reference_into_another_system_is_noproc_in_a_handler() {
    let (one, two) = (real(1), real(1));
    let a = one.spawn_on(0, Subject::default).wait().expect("it starts");
    assert_eq!(run_on(&two, 0, move || a.handled()), Err(AskError::NoProc));
    one.stop(END);
    two.stop(END);
}

#[test]
fn a_reference_into_an_ended_system_is_noproc_in_a_handler() {
    let (one, two) = (real(1), real(1));
    let a = one.spawn_on(0, Subject::default).wait().expect("it starts");
    one.stop(END);
    assert_eq!(run_on(&two, 0, move || a.handled()), Err(AskError::NoProc));
    run_on(&two, 0, move || async move { a.work() });
    assert_eq!(two.stop(END).dead_letters.of(callboard::DeadReason::NoProc), 2);
}

/// Starts a system of its own.
#[actor]
struct Nested;

#[handlers]
impl Nested {
    #[ask]
    async fn inner(&mut self) -> Result<u64, String> {
        let system = System::builder().shards(1).pin(false).start().map_err(|e| e.to_string())?;
        let inner: ActorRef<Log> =
            system.spawn_on(0, Log::default).await.map_err(|e| e.to_string())?;
        let shard = inner.address().shard() as u64;
        system.stop(END);
        Ok(shard)
    }
}

#[test]
fn a_handler_may_start_and_end_another_system() {
    let system = real(1);
    let nested = system.spawn_on(0, || Nested).wait().expect("it starts");
    assert_eq!(nested.inner().timeout(crate::check::LONG).wait(), Ok(Ok(0)));
    system.stop(END);
}
