//! An actor answers by itself whether it is well: a change is told, and too many bad answers in a row end it.

use std::io;
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{
    ActorRef, Address, ChildSpec, Context, Event, Events, ExitReason, SupervisorSpec, Topic, actor,
    handlers,
};

use crate::check::{ask_from, on_shards, put};

/// Well or not, as it is told.
#[actor]
struct Patient {
    well: bool,
    checks: u64,
}

#[handlers]
impl Patient {
    #[tell]
    fn be(&mut self, well: bool) {
        self.well = well;
    }

    #[ask]
    fn checks(&self) -> u64 {
        self.checks
    }

    #[health(every = "1s", restart_after = 3)]
    fn check(&mut self) -> Result<(), io::Error> {
        self.checks += 1;
        if self.well { Ok(()) } else { Err(io::Error::other("a\nfever")) }
    }
}

/// Answers by a wait, and never ends for it.
#[actor]
struct Slow(bool);

#[handlers]
impl Slow {
    #[tell]
    fn be(&mut self, well: bool) {
        self.0 = well;
    }

    #[health(every = "1s")]
    async fn check(&self, cx: &mut Context<Self>) -> bool {
        let _ = cx.me();
        tokio::task::yield_now().await;
        self.0
    }
}

/// What was told of health by now.
fn told(events: &mut Events) -> Vec<(Address, bool, String)> {
    let all = std::iter::from_fn(|| events.try_next());
    let health = all.map(|event| match event {
        Event::Health { actor, healthy, why, .. } => (actor, healthy, why.to_string()),
        other => panic!("nothing else is wanted: {other}"),
    });
    health.collect()
}

/// Lets so many seconds pass.
fn wait(simulator: &Simulator, seconds: u64) {
    simulator.advance(Duration::from_secs(seconds));
}

#[test]
fn h1_a_change_of_health_is_told_once() {
    on_shards(|simulator| {
        let mut events = simulator.events().only(Topic::Health);
        let patient = put(&simulator, 1, || Patient { well: true, checks: 0 });
        let me = patient.address();
        wait(&simulator, 3);
        assert_eq!(told(&mut events), [], "who starts is healthy");
        patient.be(false);
        wait(&simulator, 2);
        assert_eq!(told(&mut events), [(me, false, "a\nfever".to_owned())]);
        patient.be(true);
        wait(&simulator, 5);
        assert_eq!(told(&mut events), [(me, true, String::new())]);
        assert_eq!(ask_from(&simulator, 0, patient.checks()), Ok(10));
    });
}

#[test]
fn h1_a_check_may_wait_and_say_no_more_than_no() {
    on_shards(|simulator| {
        let mut events = simulator.events().only(Topic::Health);
        let slow = put(&simulator, 1, || Slow(false));
        wait(&simulator, 100);
        slow.be(true);
        wait(&simulator, 1);
        let all = told(&mut events);
        assert_eq!(all.iter().map(|(_, healthy, _)| *healthy).collect::<Vec<_>>(), [false, true]);
        assert_eq!(simulator.actors(), 1, "it is not ended for it");
    });
}

/// How an actor ended, if it has by now.
fn end_of(simulator: &Simulator, patient: ActorRef<Patient>) -> Option<ExitReason> {
    simulator.block_on(0, move || patient.wait())
}

#[test]
fn h2_so_many_bad_answers_in_a_row_end_the_actor() {
    on_shards(|simulator| {
        let patient = put(&simulator, 1, || Patient { well: false, checks: 0 });
        let ended = simulator.start(0, move || patient.wait());
        wait(&simulator, 2);
        patient.be(true);
        wait(&simulator, 1);
        patient.be(false);
        wait(&simulator, 2);
        assert_eq!(ask_from(&simulator, 0, patient.checks()), Ok(5), "two in a row are too few");
        wait(&simulator, 1);
        let reason = ended.take().expect("it has ended");
        assert!(!reason.is_normal());
        assert_eq!(reason.to_string(), "error: not healthy 3 times in a row: a\nfever");
        assert!(end_of(&simulator, patient).is_some());
    });
}

#[test]
fn h2_a_supervisor_restarts_who_ended_so_and_its_count_begins_anew() {
    on_shards(|simulator| {
        let mut events = simulator.events().only(Topic::Health);
        let spec = SupervisorSpec::new("ward")
            .child(ChildSpec::<Patient>::new("patient", |_| async {
                Ok(Patient { well: false, checks: 0 })
            }));
        let tree = simulator.block_on(0, || spec.start());
        let patient = tree.expect("it takes no time").expect("it starts").child::<Patient>(0);
        wait(&simulator, 3);
        assert_eq!(ask_from(&simulator, 0, patient.checks()), Ok(0), "its state is new");
        wait(&simulator, 2);
        assert_eq!(ask_from(&simulator, 0, patient.checks()), Ok(2), "and so is its count");
        assert_eq!(told(&mut events).len(), 2, "each life is told of by itself");
    });
}
