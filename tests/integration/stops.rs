//! A stop takes its place in the queue, `stop_now` overtakes, and nothing vanishes behind either.

use callboard::{ActorRef, AskError, Context, DeadReason, Flow, actor, handlers, spawn};

use crate::check::{
    Counted, Events, Log, Subject, Tally, World, ask_from, everywhere, on_shards, put,
};

#[test]
fn p56_stop_comes_after_what_was_sent_before() {
    everywhere(|world: World| {
        let subject = world.spawn(1, Subject::default);
        let answers = world.run(0, move || async move {
            (0..100).for_each(|_| subject.work());
            let before = subject.handled().start();
            subject.stop();
            (0..10).for_each(|_| subject.work());
            (before.await, subject.handled().await)
        });
        assert_eq!(answers, (Ok(100), Err(AskError::Stopped)));
        let report = world.end();
        assert_eq!(report.handled, 101);
        assert_eq!(report.dead_letters.of(DeadReason::Stopped), 11, "{report}");
    });
}

#[test]
fn p56_stop_now_comes_before_what_waits() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        simulator.enter(1 % simulator.shards(), || {
            (0..100).for_each(|_| subject.work());
            subject.stop_now();
        });
        simulator.run();
        let report = simulator.report();
        assert_eq!(report.handled + report.dead_letters.of(DeadReason::Stopped), 100);
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn p56_stop_now_in_a_handler_lets_only_that_one_end() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        simulator.enter(0, || {
            subject.end();
            (0..100).for_each(|_| subject.work());
        });
        simulator.run();
        let report = simulator.report();
        assert_eq!(report.handled, 1, "the message at which it stopped");
        assert_eq!(report.dead_letters.of(DeadReason::Stopped), 100);
    });
}

/// Waits in its first handler until it is let go.
#[actor]
#[derive(Default)]
struct Held {
    handled: u64,
}

#[handlers]
impl Held {
    #[tell]
    async fn hold(&mut self, gate: tokio::sync::oneshot::Receiver<()>) {
        let _ = gate.await;
        self.handled += 1;
    }

    #[tell]
    fn work(&mut self) {
        self.handled += 1;
    }

    #[ask]
    fn handled(&self) -> u64 {
        self.handled
    }
}

#[test]
fn g2_stop_now_waits_for_the_present_message_only() {
    on_shards(|simulator| {
        let held = put(&simulator, 1, Held::default);
        let (open, gate) = tokio::sync::oneshot::channel();
        simulator.enter(0, || {
            held.hold(gate);
            (0..100).for_each(|_| held.work());
        });
        simulator.run();
        held.stop_now();
        simulator.run();
        assert_eq!(simulator.actors(), 1, "the present message goes on");
        open.send(()).unwrap();
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (1, 100));
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn g1_a_stop_that_finds_a_busy_actor_waits_its_turn() {
    on_shards(|simulator| {
        let held = put(&simulator, 1, Held::default);
        let (open, gate) = tokio::sync::oneshot::channel();
        simulator.enter(0, || {
            held.hold(gate);
            (0..10).for_each(|_| held.work());
            held.stop();
            (0..5).for_each(|_| held.work());
        });
        simulator.run();
        open.send(()).unwrap();
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (11, 5));
    });
}

#[test]
fn g1_an_ask_behind_a_stop_ends_with_stopped() {
    on_shards(|simulator| {
        let held = put(&simulator, 1, Subject::default);
        let answer = simulator.block_on(0, move || {
            held.stop();
            held.handled()
        });
        assert_eq!(answer, Some(Err(AskError::Stopped)));
    });
}

#[test]
fn g2_stops_may_be_repeated() {
    on_shards(|simulator| {
        let events = put(&simulator, 0, Events::default);
        let subject = put(&simulator, 1, move || Subject::watched(events));
        for _ in 0..5 {
            subject.stop();
            subject.stop_now();
            simulator.run();
        }
        assert_eq!(ask_from(&simulator, 0, events.list()).unwrap(), ["stop: normal"]);
        assert_eq!(simulator.report().dead_letters.total(), 0, "a stop is no message");
    });
}

#[test]
fn g3_nothing_vanishes_behind_a_stop() {
    on_shards(|simulator| {
        let mut sent = 0;
        for stop_at in (0..200).step_by(7) {
            let subject = put(&simulator, 1, Subject::default);
            for shard in 0..simulator.shards() {
                simulator.enter(shard, || {
                    for at in 0..200 {
                        subject.work();
                        if at == stop_at && shard % 2 == 0 {
                            subject.stop();
                        } else if at == stop_at {
                            subject.stop_now();
                        }
                        sent += 1;
                    }
                });
                simulator.turn();
            }
        }
        simulator.run();
        let report = simulator.report();
        assert_eq!(report.handled + report.dead_letters.total(), sent);
    });
}

#[test]
fn m7_what_is_left_at_the_end_ends_in_the_order_of_the_queue() {
    on_shards(|simulator| {
        let log = put(&simulator, 0, Log::default);
        let held = put(&simulator, 1, HeldTellers::default);
        simulator.enter(0, || {
            held.hold();
            (0..100).for_each(|number| held.take(Telling(number, log)));
        });
        simulator.run();
        held.stop_now();
        simulator.advance(std::time::Duration::from_secs(2));
        assert_eq!(ask_from(&simulator, 0, log.notes()).unwrap(), Vec::from_iter(0..100));
    });
}

/// Tells a log its number when it is dropped.
struct Telling(u64, ActorRef<Log>);

impl Drop for Telling {
    fn drop(&mut self) {
        self.1.note(self.0);
    }
}

#[actor]
#[derive(Default)]
struct HeldTellers(Option<ActorRef<Subject>>);

#[handlers]
impl HeldTellers {
    /// Takes a second.
    #[tell]
    async fn hold(&mut self) {
        let subject = spawn(Subject::default());
        let _ = subject.keep().timeout(std::time::Duration::from_secs(1)).await;
        self.0 = Some(subject);
    }

    #[tell]
    fn take(&mut self, _value: Telling) {}
}

#[test]
fn m7_asks_that_waited_end_with_stopped_and_count_as_dead_letters() {
    on_shards(|simulator| {
        let held = put(&simulator, 1, Held::default);
        let (open, gate) = tokio::sync::oneshot::channel();
        held.hold(gate);
        let asks = Vec::from_iter((0..10).map(|_| simulator.start(0, move || held.handled())));
        simulator.run();
        held.stop_now();
        open.send(()).unwrap();
        simulator.run();
        for ask in asks {
            assert_eq!(ask.take(), Some(Err(AskError::Stopped)));
        }
        assert_eq!(simulator.report().dead_letters.of(DeadReason::Stopped), 10);
    });
}

/// Ends by what its handlers return.
#[actor]
struct Flowing(#[expect(dead_code, reason = "it is there to be dropped")] Counted);

#[handlers]
impl Flowing {
    #[tell]
    fn flow(&mut self, stop: bool) -> Flow {
        if stop { Flow::stop() } else { Flow::go() }
    }

    #[tell]
    async fn flow_later(&mut self, stop: bool) -> Flow {
        tokio::task::yield_now().await;
        if stop { Flow::stop() } else { Flow::go() }
    }
}

#[test]
fn a_flow_that_stops_ends_the_actor_after_its_handler() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let counted = tally.make();
        let flowing = put(&simulator, 1, || Flowing(counted));
        simulator.enter(0, || {
            flowing.flow(false);
            flowing.flow(true);
            flowing.flow(false);
        });
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.total()), (2, 1));
        tally.assert_even();
    });
}

#[test]
fn a_flow_that_stops_after_an_await_ends_the_actor() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let counted = tally.make();
        let flowing = put(&simulator, 1, || Flowing(counted));
        simulator.enter(0, || {
            flowing.flow_later(false);
            flowing.flow_later(true);
            flowing.flow_later(false);
        });
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.total()), (2, 1));
        tally.assert_even();
    });
}

#[test]
fn l12_a_stale_reference_never_reaches_a_later_actor_of_its_slot() {
    on_shards(|simulator| {
        let stale = put(&simulator, 1, Subject::default);
        stale.stop();
        simulator.run();
        let fresh = put(&simulator, 1, Subject::default);
        simulator.enter(0, || {
            (0..10).for_each(|_| stale.work());
            stale.stop();
            stale.stop_now();
        });
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, fresh.handled()), Ok(0));
        assert_ne!(stale, fresh);
    });
}

#[test]
fn l12_a_slot_that_is_used_a_thousand_times_names_one_actor_at_a_time() {
    on_shards(|simulator| {
        let mut stale = Vec::new();
        for _ in 0..1_000 {
            let subject = put(&simulator, 1, Subject::default);
            subject.stop();
            simulator.run();
            stale.push(subject);
        }
        let fresh = put(&simulator, 1, Subject::default);
        simulator.enter(0, || stale.iter().for_each(|subject| subject.work()));
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, fresh.handled()), Ok(0));
        assert_eq!(simulator.report().dead_letters.total(), 1_000);
    });
}

#[test]
fn l13_dropping_references_stops_nothing() {
    on_shards(|simulator| {
        let address = {
            let subject = put(&simulator, 1, Subject::default);
            subject.work();
            subject.address()
        };
        simulator.run();
        let again = ActorRef::<Subject>::from_address(address);
        assert_eq!(ask_from(&simulator, 0, again.handled()), Ok(1));
    });
}

/// Asks while it stops.
#[actor]
struct Finisher(ActorRef<Log>);

#[handlers]
impl Finisher {
    #[stop]
    async fn finish(&mut self, cx: &mut Context<Self>) {
        let me = cx.me();
        self.0.note(1);
        let notes = self.0.notes().await.map_or(0, |notes| notes.len());
        self.0.note(notes as u64 + 1);
        // Nobody hears it any more.
        me.work();
    }

    #[tell]
    fn work(&mut self) {
        self.0.note(99);
    }
}

#[test]
fn g1_a_stop_hook_may_ask_and_handles_no_more() {
    on_shards(|simulator| {
        let log = put(&simulator, 0, Log::default);
        let finisher = put(&simulator, 1, move || Finisher(log));
        simulator.enter(0, || {
            finisher.stop();
            finisher.work();
        });
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()), Ok(vec![1, 2]));
        assert_eq!(simulator.report().dead_letters.of(DeadReason::Stopped), 2);
    });
}
