//! What belongs to one incarnation of an actor does not touch the next, and what is the next's waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{
    ActorRef, ChildSpec, ExitReason, Flow, Reply, Restart, StartError, SupervisorSpec, Tree, actor,
    handlers, spawn, start,
};

use crate::check::{Journal, on_shards};

/// Answers nobody, so that who asks waits for as long as it likes.
#[actor]
struct Mute(Vec<Reply<()>>);

#[handlers]
impl Mute {
    #[ask]
    fn never(&mut self, reply: Reply<()>) {
        self.0.push(reply);
    }
}

/// Takes its time to start and to end: in each incarnation another, in milliseconds.
#[actor]
struct Slow {
    mute: ActorRef<Mute>,
    journal: Journal,
    starts: u64,
    stops: u64,
}

#[handlers]
impl Slow {
    #[start]
    async fn begin(&mut self) {
        self.pass(self.starts).await;
        self.journal.note("starts");
    }

    #[restart]
    fn look_back(&mut self) {
        self.journal.note("looks back");
    }

    #[stop]
    async fn end(&mut self) {
        self.pass(self.stops).await;
        self.journal.note("stops");
    }

    #[tell]
    fn note(&mut self, number: u64) {
        self.journal.note(number.to_string());
    }

    #[tell]
    fn end_with(&mut self, reason: ExitReason) -> Flow {
        Flow::stop_with(reason)
    }

    #[tell]
    fn fail(&mut self) {
        panic!("it fails");
    }
}

impl Slow {
    async fn pass(&self, millis: u64) {
        if millis > 0 {
            let waited = self.mute.never().timeout(Duration::from_millis(millis)).await;
            waited.expect_err("nobody answers");
        }
    }
}

/// A supervisor of one such actor, whose incarnations take so long to start, and each so long to stop.
fn slow(
    simulator: &Simulator,
    journal: &Journal,
    restart: Restart,
    starts: &'static [u64],
    stops: u64,
) -> (Tree, ActorRef<Slow>) {
    let mute = simulator.enter(0, || spawn(Mute(Vec::new())));
    let (journal, begun) = (journal.clone(), Arc::new(AtomicUsize::new(0)));
    let child = ChildSpec::<Slow>::new("slow", move |_| {
        let at = begun.fetch_add(1, Ordering::Relaxed);
        let (journal, starts) = (journal.clone(), starts[at]);
        async move { Ok(Slow { mute, journal, starts, stops }) }
    });
    let spec = SupervisorSpec::new("tree").intensity(10, Duration::from_secs(60));
    let tree = simulator.start(0, move || spec.child(child.restart(restart)).start());
    simulator.advance(Duration::from_millis(starts[0]));
    let tree = tree.take().expect("it has started").expect("it starts");
    let child = tree.child::<Slow>(0);
    (tree, child)
}

#[test]
fn l7_what_comes_during_the_stop_hook_is_the_next_incarnations() {
    on_shards(|simulator| {
        for (restart, after, dead) in [
            (Restart::Permanent, &["stops", "starts", "1"][..], 0),
            (Restart::Transient, &["stops"], 1),
        ] {
            let journal = Journal::default();
            let (_tree, slow) = slow(&simulator, &journal, restart, &[0, 0], 1_000);
            simulator.enter(0, || slow.end_with(ExitReason::Normal));
            simulator.run();
            simulator.enter(0, || slow.note(1));
            simulator.run();
            assert_eq!(journal.take(), ["starts"], "it is ending");
            simulator.advance(Duration::from_secs(2));
            assert_eq!(journal.take(), after, "{restart:?}");
            assert_eq!(simulator.report().dead_letters.total(), dead);
        }
    });
}

#[test]
fn l3_the_deadline_of_a_start_is_not_the_next_ones() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let (_tree, slow) = slow(&simulator, &journal, Restart::Permanent, &[0, 2_000, 4_000], 0);
        simulator.advance(Duration::from_millis(1_000));
        simulator.enter(0, || slow.fail());
        simulator.advance(Duration::from_millis(2_500));
        // The third begins at 3.5 s and is done at 7.5 s; the deadlines before its own are at 5 s and 6 s.
        simulator.enter(0, || slow.fail());
        simulator.advance(Duration::from_millis(4_000));
        assert_eq!(journal.take(), ["starts", "looks back", "starts", "looks back", "starts"]);
    });
}

#[test]
fn l3_a_start_that_failed_at_once_leaves_the_next_no_deadline() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let mute = simulator.enter(0, || spawn(Mute(Vec::new())));
        let (said, begun) = (journal.clone(), AtomicUsize::new(0));
        let child = ChildSpec::<Slow>::new("slow", move |_| {
            let (journal, life) = (said.clone(), begun.fetch_add(1, Ordering::Relaxed));
            async move {
                if life == 1 {
                    return Err("not now".into());
                }
                let slow = Slow { mute, journal, starts: 0, stops: 0 };
                slow.pass(life as u64 * 2_000).await;
                Ok(slow)
            }
        });
        // The third begins some two seconds after the second failed, takes four, and has five.
        let child = child.backoff(Duration::from_secs(2)..=Duration::from_secs(2));
        let tree = simulator.block_on(0, || SupervisorSpec::new("tree").child(child).start());
        let tree = tree.expect("it has started").expect("it starts");
        simulator.enter(0, || tree.child::<Slow>(0).fail());
        simulator.advance(Duration::from_secs(12));
        assert_eq!(journal.take(), ["starts", "looks back", "starts"]);
    });
}

#[test]
fn l3_a_start_that_ends_leaves_others_their_deadlines() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let mute = simulator.enter(0, || spawn(Mute(Vec::new())));
        let make = |starts| {
            let journal = journal.clone();
            simulator.start(0, move || start(Slow { mute, journal, starts, stops: 0 }))
        };
        let (late, timely) = (make(9_000), make(1_000));
        simulator.advance(Duration::from_millis(5_010));
        assert!(matches!(timely.take(), Some(Ok(_))));
        assert!(matches!(late.take(), Some(Err(StartError::Timeout))));
    });
}

#[test]
fn x1_a_start_that_takes_too_long_is_why_its_actor_ended() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let mute = simulator.enter(0, || spawn(Mute(Vec::new())));
        let slow = Slow { mute, journal, starts: 9_000, stops: 0 };
        let end = simulator.enter(0, move || spawn(slow).wait());
        simulator.advance(Duration::from_millis(5_010));
        let reason = simulator.block_on(0, move || end);
        assert!(matches!(reason, Some(ExitReason::StartTimeout)), "{reason:?}");
    });
}

#[test]
fn l8_the_restart_hook_runs_only_after_a_crash_that_another_incarnation_follows() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let (_tree, again) = slow(&simulator, &journal, Restart::Permanent, &[0, 0, 0], 0);
        simulator.enter(0, || again.fail());
        simulator.run();
        assert_eq!(journal.take(), ["starts", "looks back", "starts"]);
        simulator.enter(0, || again.end_with(ExitReason::Normal));
        simulator.run();
        assert_eq!(journal.take(), ["stops", "starts"]);
        let (_tree, once) = slow(&simulator, &journal, Restart::Temporary, &[0], 0);
        simulator.enter(0, || once.fail());
        simulator.run();
        assert_eq!(journal.take(), ["starts"]);
    });
}

#[test]
fn s16_a_child_in_its_stop_hook_comes_to_its_end_though_its_supervisor_is_killed() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let (tree, slow) = slow(&simulator, &journal, Restart::Temporary, &[0], 500);
        simulator.enter(0, || slow.end_with(ExitReason::Normal));
        simulator.run();
        simulator.enter(0, || tree.supervisor().kill());
        simulator.advance(Duration::from_secs(1));
        assert_eq!(journal.take(), ["starts", "stops"]);
    });
}
