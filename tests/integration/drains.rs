//! A drain ends an actor, or a tree of them, once all that was sent before is handled, and says what was not in its time.

use std::time::Duration;

use callboard::{
    ActorRef, ChildSpec, Drained, ExitReason, Query, Supervisor, SupervisorSpec, Tree, actor,
    handlers,
};
use tokio::sync::oneshot;

use crate::check::{Log, everywhere, on_shards, put};

/// Waits until it is let go.
#[actor]
struct Gate;

#[handlers]
impl Gate {
    #[tell]
    async fn hold(&mut self, until: oneshot::Receiver<()>) {
        let _ = until.await;
    }
}

fn minute<A: callboard::Actor>(actor: ActorRef<A>) -> Query<Drained> {
    actor.drain(Duration::from_secs(60))
}

#[test]
fn g1_what_was_sent_before_a_drain_is_handled() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        let drained = world.run(0, move || async move {
            (0..1_000).for_each(|number| log.note(number));
            let drained = minute(log);
            log.note(1_000);
            drained.await
        });
        assert!(matches!(drained.reason, ExitReason::Normal), "{drained:?}");
        assert_eq!(drained.left, 0);
        let report = world.end();
        assert_eq!((report.handled, report.dead_letters.total()), (1_000, 1));
    });
}

#[test]
fn g1_a_drain_that_takes_too_long_kills_and_says_what_is_left() {
    on_shards(|simulator| {
        let gate = put(&simulator, 1, || Gate);
        let drained = simulator.start(0, move || {
            let waits = (0..4).map(|_| oneshot::channel());
            let kept: Vec<_> = waits
                .map(|(keep, until)| {
                    gate.hold(until);
                    keep
                })
                .collect();
            async move {
                let drained = gate.drain(Duration::from_secs(2)).await;
                drop(kept);
                drained
            }
        });
        simulator.run();
        simulator.advance(Duration::from_millis(1_999));
        assert!(drained.take().is_none(), "it has two seconds");
        simulator.advance(Duration::from_millis(2));
        let drained = drained.take().expect("it has ended");
        assert!(matches!(drained.reason, ExitReason::Killed), "{drained:?}");
        assert_eq!(drained.left, 4, "one was being handled");
        assert_eq!(simulator.report().dead_letters.total(), 4);
    });
}

#[test]
fn g1_several_may_drain_an_actor_and_the_first_deadline_counts() {
    on_shards(|simulator| {
        let gate = put(&simulator, 1, || Gate);
        let (keep, until) = oneshot::channel();
        let drained = simulator.start(0, move || {
            gate.hold(until);
            let both = [gate.drain(Duration::from_secs(9)), gate.drain(Duration::from_secs(1))];
            async move {
                let [first, second] = both;
                (first.await.left, second.await.left)
            }
        });
        simulator.run();
        simulator.advance(Duration::from_secs(1));
        assert_eq!(drained.take(), Some((1, 1)));
        drop(keep);
        let gone = simulator.block_on(0, move || minute(gate)).expect("it is answered at once");
        assert!(matches!(gone.reason, ExitReason::NoProc), "{gone:?}");
    });
}

#[test]
fn g1_a_tree_is_drained_from_its_last_child() {
    on_shards(|simulator| {
        let children = simulator.shards();
        let mut spec = SupervisorSpec::new("tree");
        for child in 0..children {
            let log = ChildSpec::<Log>::new(format!("{child}"), |_| async { Ok(Log::default()) });
            spec = spec.child(log.shard(child));
        }
        let started = simulator.start(0, || spec.start());
        simulator.run();
        let tree: Tree = started.take().expect("it has started").expect("it starts");
        let supervisor: ActorRef<Supervisor> = *tree.supervisor();
        let drained = simulator.block_on(0, move || {
            (0..children).for_each(|child| (0..100).for_each(|n| tree.child::<Log>(child).note(n)));
            minute(supervisor)
        });
        let drained = drained.expect("it takes no time");
        assert!(matches!(drained.reason, ExitReason::Normal), "{drained:?}");
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total()), (100 * children as u64, 0));
    });
}
