//! A panic ends its actor and nobody else.

use callboard::{ActorRef, AskError, Context, DeadReason, ExitReason, actor, handlers, spawn};

use crate::check::{
    Counted, Events, Log, Subject, Tally, World, ask_from, everywhere, on_shards, put,
};

#[test]
fn p14_a_panic_costs_no_other_actor_a_turn() {
    on_shards(|simulator| {
        let others = Vec::from_iter((0..1_000).map(|_| put(&simulator, 1, Subject::default)));
        let victim = put(&simulator, 1, Subject::default);
        simulator.enter(0, || {
            others.iter().for_each(|other| other.work());
            victim.panic("gone".to_owned());
            others.iter().for_each(|other| other.work());
        });
        simulator.run();
        for other in others {
            assert_eq!(ask_from(&simulator, 0, other.handled()), Ok(2));
        }
    });
}

#[test]
fn p14_the_reason_of_a_panic_has_its_text_and_place() {
    everywhere(|world: World| {
        let reason = world.run(0, || callboard::start(Fragile));
        let reason = reason.expect_err("the start panics").to_string();
        assert!(reason.contains("a vase fell"), "{reason}");
        assert!(reason.contains("crashes.rs:"), "{reason}");
        world.end();
    });
}

/// Panics as it starts.
#[actor]
struct Fragile;

#[handlers]
impl Fragile {
    #[start]
    fn begin(&mut self) {
        panic!("a {} fell", "vase");
    }
}

#[test]
fn p15_the_crashing_message_is_in_flight_and_what_waited_is_dead() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        simulator.enter(0, || {
            subject.work();
            subject.panic("second".to_owned());
            (0..3).for_each(|_| subject.work());
        });
        simulator.run();
        let report = simulator.report();
        let dead = report.dead_letters;
        assert_eq!(report.handled, 1);
        assert_eq!((dead.of(DeadReason::InFlight), dead.of(DeadReason::Stopped)), (1, 3));
    });
}

#[test]
fn p15_an_async_handler_that_panics_is_in_flight() {
    on_shards(|simulator| {
        let late = put(&simulator, 1, || Late(Tally::default().make()));
        simulator.enter(0, || {
            late.panic_later(Tally::default().make());
            late.work();
        });
        simulator.run();
        let dead = simulator.report().dead_letters;
        assert_eq!((dead.of(DeadReason::InFlight), dead.of(DeadReason::Stopped)), (1, 1));
    });
}

/// Panics after an await.
#[actor]
struct Late(#[expect(dead_code, reason = "it is there to be dropped")] Counted);

#[handlers]
impl Late {
    #[tell]
    async fn panic_later(&mut self, value: Counted) {
        let _value = value;
        tokio::task::yield_now().await;
        panic!("later");
    }

    #[tell]
    async fn panic_when(&mut self, gate: tokio::sync::oneshot::Receiver<()>) {
        let _ = gate.await;
        panic!("when told");
    }

    #[tell]
    fn work(&mut self) {}

    #[ask]
    async fn answer_later(&mut self) -> u64 {
        tokio::task::yield_now().await;
        panic!("no answer");
    }
}

#[test]
fn l5_the_state_and_the_message_of_a_panic_are_dropped_once() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let (state, message) = (tally.make(), tally.make());
        let late = put(&simulator, 1, || Late(state));
        simulator.enter(0, || late.panic_later(message));
        simulator.run();
        tally.assert_even();
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn l5_a_panic_after_an_await_ends_the_ask_with_crashed() {
    on_shards(|simulator| {
        let late = put(&simulator, 1, || Late(Tally::default().make()));
        assert_eq!(ask_from(&simulator, 0, late.answer_later()), Err(AskError::Crashed));
    });
}

#[test]
fn l5_a_handler_that_panics_after_stop_now_is_in_flight() {
    on_shards(|simulator| {
        let late = put(&simulator, 1, || Late(Tally::default().make()));
        let (open, gate) = tokio::sync::oneshot::channel();
        simulator.enter(0, || late.panic_when(gate));
        simulator.run();
        late.stop_now();
        simulator.run();
        open.send(()).unwrap();
        simulator.run();
        assert_eq!(simulator.report().dead_letters.of(DeadReason::InFlight), 1);
    });
}

#[test]
fn l5_an_actor_that_panics_again_and_again_elsewhere_disturbs_nobody() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        world.run(1, move || async move {
            for number in 0..200 {
                spawn(Subject::default()).panic("again".to_owned());
                log.note(number);
            }
        });
        assert_eq!(world.ask(log.notes_of(200)), Ok(Vec::from_iter(0..200)));
        world.end();
    });
}

#[test]
fn l5_the_stop_hook_does_not_run_after_a_crash() {
    on_shards(|simulator| {
        let events = put(&simulator, 0, Events::default);
        let subject = put(&simulator, 1, move || Subject::watched(events));
        subject.panic("gone".to_owned());
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, events.list()), Ok(vec![]));
    });
}

#[test]
fn l5_an_error_of_a_handler_is_the_reason_of_the_end() {
    on_shards(|simulator| {
        let events = put(&simulator, 0, Events::default);
        let subject = put(&simulator, 1, move || Subject::watched(events));
        subject.end_with("disk full".to_owned());
        simulator.run();
        let seen = ask_from(&simulator, 0, events.list()).unwrap();
        assert_eq!(seen, ["stop: error: disk full"]);
    });
}

#[test]
fn l5_an_error_of_a_handler_counts_as_handled() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        subject.end_with("disk full".to_owned());
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.total()), (1, 0));
    });
}

/// Panics in its stop hook.
#[actor]
struct Stubborn(Events2, #[expect(dead_code, reason = "it is there to be dropped")] Counted);

/// Where a stubborn actor's destructor tells.
struct Events2(ActorRef<Events>);

impl Drop for Events2 {
    fn drop(&mut self) {
        self.0.happened("dropped".to_owned());
    }
}

#[handlers]
impl Stubborn {
    #[stop]
    fn finish(&mut self, _why: &ExitReason) {
        self.0.0.happened("stopping".to_owned());
        panic!("I will not go");
    }
}

#[test]
fn p18_a_panic_in_the_stop_hook_does_not_stop_the_end() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let events = put(&simulator, 0, Events::default);
        let counted = tally.make();
        let stubborn = put(&simulator, 1, move || Stubborn(Events2(events), counted));
        stubborn.stop();
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, events.list()).unwrap(), ["stopping", "dropped"]);
        assert_eq!(simulator.actors(), 1);
        tally.assert_even();
    });
}

/// Panics in its stop hook, after an await.
#[actor]
struct StubbornLater;

#[handlers]
impl StubbornLater {
    #[stop]
    async fn finish(&mut self, cx: &mut Context<Self>) {
        let _ = cx.me();
        tokio::task::yield_now().await;
        panic!("I will not go");
    }
}

#[test]
fn l9_a_late_panic_in_the_stop_hook_does_not_stop_the_end() {
    on_shards(|simulator| {
        put(&simulator, 1, || StubbornLater).stop();
        simulator.run();
        assert_eq!(simulator.actors(), 0);
        assert_eq!(simulator.report().dead_letters.total(), 0, "no message was in flight");
    });
}
