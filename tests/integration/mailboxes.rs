//! A mailbox holds what it was made for, and does with the rest as it was told to.

use callboard::testing::{Output, Simulator};
use callboard::{
    ActorRef, Address, AskError, Context, DeadReason, Event, Events, ExitReason, TellError, actor,
    handlers, spawn,
};
use tokio::sync::oneshot;

use crate::bounded::{
    Bounded, Crashing, Forgetful, Full, Gate, ROOM, Refusing, RefusingMsg, Roomy, RoomyMsg,
    Stubborn, its_shard, overflows,
};
use crate::check::{END, LONG, Subject, Tally, World, ask_from, everywhere, on_shards, put, real};

/// Tells a full mailbox 5 and 6; answers what it handles.
fn two_more_tells<A: Bounded>(simulator: &Simulator) -> Vec<u64> {
    let full = Full::<A>::with_tells(simulator);
    simulator.enter(0, || (5..=6).for_each(|number| A::tell_note(full.actor, number)));
    simulator.run();
    assert_eq!(overflows(simulator), 2);
    full.notes(simulator)
}

#[test]
fn p08_reject_refuses_tells() {
    on_shards(|simulator| assert_eq!(two_more_tells::<Refusing>(&simulator), [1, 2, 3, 4]));
}

#[test]
fn p08_drop_newest_drops_tells() {
    on_shards(|simulator| assert_eq!(two_more_tells::<Stubborn>(&simulator), [1, 2, 3, 4]));
}

#[test]
fn p08_drop_oldest_makes_room_for_tells() {
    on_shards(|simulator| assert_eq!(two_more_tells::<Forgetful>(&simulator), [3, 4, 5, 6]));
}

#[test]
fn p08_crash_ends_the_receiver_of_a_tell() {
    on_shards(|simulator| {
        let full = Full::<Crashing>::with_tells(&simulator);
        let actor = full.actor;
        let ended = simulator.start(0, move || actor.wait());
        simulator.run();
        simulator.enter(0, || (5..=6).for_each(|number| Crashing::tell_note(full.actor, number)));
        simulator.run();
        assert!(matches!(ended.take(), Some(ExitReason::Overflow)));
        let letters = simulator.report().dead_letters;
        assert_eq!(letters.of(DeadReason::Overflow), 1, "the one without a place");
        assert_eq!(letters.of(DeadReason::InFlight), 1, "the one that was being handled");
        assert_eq!(letters.of(DeadReason::Stopped), ROOM + 1, "what waited, and what came later");
        assert_eq!(simulator.actors(), 0);
    });
}

/// Asks a held actor so many times, one after the other.
fn asked<A: Bounded>(
    simulator: &Simulator,
    actor: ActorRef<A>,
    count: u64,
) -> Vec<Output<Result<u64, AskError>>> {
    let ask = |number| {
        let answer = simulator.start(0, move || A::ask_noting(actor, number));
        simulator.run();
        answer
    };
    (1..=count).map(ask).collect()
}

/// How many asks of six end with `Full`, and how: the number of each is there if it was answered.
fn six_asks<A: Bounded>(simulator: &Simulator) -> Vec<Result<u64, AskError>> {
    let held = Full::<A>::empty(simulator);
    let answers = asked(simulator, held.actor, ROOM + 2);
    // The handler may be gone.
    let _ = held.open.send(());
    simulator.run();
    assert_eq!(simulator.asks(), 0);
    answers.iter().map(|answer| answer.take().expect("every ask ends")).collect()
}

const FULL: Result<u64, AskError> = Err(AskError::Full);

#[test]
fn p08_reject_ends_asks_with_full() {
    on_shards(|simulator| {
        assert_eq!(six_asks::<Refusing>(&simulator), [Ok(1), Ok(2), Ok(3), Ok(4), FULL, FULL]);
        assert_eq!(overflows(&simulator), 2, "an ask without a place is a dead letter too");
    });
}

#[test]
fn p08_drop_newest_ends_asks_with_full() {
    on_shards(|simulator| {
        assert_eq!(six_asks::<Stubborn>(&simulator), [Ok(1), Ok(2), Ok(3), Ok(4), FULL, FULL]);
        assert_eq!(overflows(&simulator), 2);
    });
}

#[test]
fn p08_drop_oldest_ends_the_oldest_asks_with_full() {
    on_shards(|simulator| {
        assert_eq!(six_asks::<Forgetful>(&simulator), [FULL, FULL, Ok(3), Ok(4), Ok(5), Ok(6)]);
        assert_eq!(overflows(&simulator), 2);
    });
}

#[test]
fn p08_crash_ends_the_receiver_of_an_ask() {
    on_shards(|simulator| {
        let stopped = Err(AskError::Stopped);
        let ends = six_asks::<Crashing>(&simulator);
        assert_eq!(ends, [stopped, stopped, stopped, stopped, FULL, stopped]);
        assert_eq!(overflows(&simulator), 1);
    });
}

#[test]
fn p08_an_ask_knows_at_once_that_there_is_no_room() {
    on_shards(|simulator| {
        let full = Full::<Refusing>::with_tells(&simulator);
        let answer = asked(&simulator, full.actor, 1);
        assert_eq!(answer[0].take(), Some(FULL), "no time has passed");
    });
}

#[test]
fn m2_a_mailbox_that_says_no_more_refuses() {
    /// Says only how much room it has.
    #[actor(mailbox(capacity = 1))]
    struct Terse;

    #[handlers]
    impl Terse {
        #[tell]
        async fn hold(&mut self, gate: Gate) {
            let _ = gate.await;
        }

        #[ask]
        fn count(&self) -> u64 {
            1
        }
    }

    on_shards(|simulator| {
        let terse = put(&simulator, 1, || Terse);
        let (_open, gate) = oneshot::channel();
        terse.hold(gate);
        simulator.run();
        let [first, second] = [0, 0].map(|shard| {
            let answer = simulator.start(shard, move || terse.count());
            simulator.run();
            answer
        });
        assert_eq!((first.take(), second.take()), (None, Some(FULL)));
    });
}

#[test]
fn m2_where_a_policy_drops_try_tell_is_a_tell() {
    fn six<A: Bounded>(simulator: &Simulator) -> Vec<u64> {
        let full = Full::<A>::with_tells(simulator);
        simulator.enter(its_shard(simulator), || {
            assert_eq!(A::try_note(full.actor, 5), Ok(()));
            assert_eq!(A::try_note(full.actor, 6), Ok(()));
        });
        simulator.run();
        assert_eq!(overflows(simulator), 2);
        full.notes(simulator)
    }
    on_shards(|simulator| assert_eq!(six::<Stubborn>(&simulator), [1, 2, 3, 4]));
    on_shards(|simulator| assert_eq!(six::<Forgetful>(&simulator), [3, 4, 5, 6]));
    on_shards(|simulator| {
        let full = Full::<Crashing>::with_tells(&simulator);
        simulator.enter(its_shard(&simulator), || {
            assert_eq!(Crashing::try_note(full.actor, 5), Ok(()));
        });
        simulator.run();
        assert_eq!((overflows(&simulator), simulator.actors()), (1, 0));
    });
}

#[test]
fn m2_drop_oldest_drops_no_signal() {
    on_shards(|simulator| {
        let full = Full::<Forgetful>::empty(&simulator);
        simulator.enter(0, || {
            (1..=2).for_each(|number| full.actor.note(number));
            full.actor.stop();
            (3..=6).for_each(|number| full.actor.note(number));
        });
        simulator.run();
        full.open.send(()).expect("it is held");
        simulator.run();
        let letters = simulator.report().dead_letters;
        assert_eq!(letters.of(DeadReason::Overflow), 2, "1 and 2 made room for 5 and 6");
        assert_eq!(letters.of(DeadReason::Stopped), 4, "the stop was not the oldest message");
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn p07_a_ninth_try_tell_is_refused_with_its_value() {
    on_shards(|simulator| {
        let held = Full::<Refusing>::empty(&simulator);
        let actor = held.actor;
        simulator.enter(its_shard(&simulator), || {
            for number in 1..=ROOM {
                assert_eq!(Refusing::try_note(actor, number), Ok(()));
            }
            assert_eq!(Refusing::try_note(actor, 9), Err(TellError::Full(9)));
        });
        let permit = simulator.start(its_shard(&simulator), move || actor.reserve());
        simulator.run();
        assert!(permit.take().is_none(), "there is no place yet");
        assert_eq!(held.notes(&simulator), [1, 2, 3, 4]);
        let permit = permit.take().expect("a place is free").expect("the actor lives");
        permit.send(RefusingMsg::Note { number: 9 });
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, actor.notes()), Ok(vec![1, 2, 3, 4, 9]));
        assert_eq!(simulator.report().dead_letters.total(), 0, "a refused value is no dead letter");
    });
}

#[test]
fn p07_b_the_ninth_tell_from_another_shard_is_a_dead_letter() {
    let simulator = Simulator::new(2);
    let full = Full::<Refusing>::with_tells(&simulator);
    assert_eq!(simulator.report().dead_letters.total(), 0);
    simulator.enter(0, || full.actor.note(5));
    simulator.run();
    assert_eq!(overflows(&simulator), 1);
    assert_eq!(full.notes(&simulator), [1, 2, 3, 4]);
}

#[test]
fn p07_c_a_mailbox_without_a_bound_loses_nothing() {
    on_shards(|simulator| {
        let roomy = put(&simulator, 1, Roomy::default);
        let (open, gate) = oneshot::channel();
        simulator.enter(0, || {
            roomy.hold(gate);
            (0..20_000).for_each(|_| roomy.add());
        });
        simulator.run();
        open.send(()).expect("it is held");
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, roomy.sum()), Ok(20_000));
        assert_eq!(simulator.report().dead_letters.total(), 0);
    });
}

/// The lengths of mailboxes that were told of.
fn mailboxes_high(events: &mut Events, of: Address) -> Vec<u64> {
    let all = std::iter::from_fn(|| events.try_next());
    let high = all.filter_map(|event| match event {
        Event::MailboxHigh { actor, messages, .. } if actor == of => Some(messages),
        _ => None,
    });
    high.collect()
}

#[test]
fn p07_c_a_mailbox_that_grows_is_told_of_once_a_level() {
    on_shards(|simulator| {
        let mut events = simulator.events();
        let roomy = put(&simulator, 1, Roomy::default);
        let mut hold_and_tell = |messages| {
            let (open, gate) = oneshot::channel();
            simulator.enter(0, || {
                roomy.hold(gate);
                (0..messages).for_each(|_| roomy.add());
            });
            simulator.run();
            open.send(()).expect("it is held");
            simulator.run();
            mailboxes_high(&mut events, roomy.address())
        };
        assert_eq!(hold_and_tell(9_999), []);
        assert_eq!(hold_and_tell(20_000), [10_000]);
        assert_eq!(hold_and_tell(100_000), [10_000, 100_000], "it had fallen below half of it");
    });
}

#[test]
fn m1_the_length_of_a_mailbox_is_that_of_its_backlog() {
    on_shards(|simulator| {
        let held = Full::<Refusing>::empty(&simulator);
        let actor = held.actor;
        let len = || {
            let query = simulator.mailbox_len(actor);
            simulator.block_on(0, || query).expect("it is answered at once")
        };
        assert_eq!(len(), 0, "what is handled does not wait");
        let permit = simulator.block_on(0, move || actor.reserve());
        simulator.enter(0, || (1..ROOM).for_each(|number| actor.note(number)));
        actor.stop();
        simulator.run();
        assert_eq!(len(), ROOM - 1, "a permit and a stop are no messages");
        drop(permit);
        held.open.send(()).expect("it is held");
        simulator.run();
        assert_eq!(len(), 0, "it has ended");
    });
}

#[test]
fn m1_the_length_of_a_mailbox_is_told_to_plain_threads() {
    let system = real(2);
    let roomy = system.spawn_on(1, Roomy::default).wait().expect("it starts");
    let (open, gate) = oneshot::channel();
    roomy.hold(gate);
    (0..3).for_each(|_| roomy.add());
    assert_eq!(system.mailbox_len(roomy).wait(), 3);
    open.send(()).expect("it is held");
    assert_eq!(roomy.sum().timeout(LONG).wait(), Ok(3));
    assert_eq!(system.mailbox_len(roomy).wait(), 0);
    system.stop(END);
}

/// Asks, and keeps the newest of what it is told.
#[actor(mailbox(capacity = 2, overflow = drop_oldest))]
#[derive(Default)]
struct Newest(Vec<u64>);

impl Newest {
    fn got(&mut self, answer: Result<u64, AskError>) {
        self.0.push(answer.unwrap_or(0));
    }
}

#[handlers]
impl Newest {
    #[tell]
    fn ask(&mut self, cx: &mut Context<Self>, subject: ActorRef<Subject>) {
        subject.keep().on(cx, Self::got);
    }

    #[tell]
    async fn hold(&mut self, gate: Gate) {
        let _ = gate.await;
    }

    #[tell]
    fn note(&mut self, number: u64) {
        self.0.push(number);
    }

    #[ask]
    fn notes(&self) -> Vec<u64> {
        self.0.clone()
    }
}

#[test]
fn m2_drop_oldest_drops_no_answer_and_finds_the_message_behind_it() {
    on_shards(|simulator| {
        let newest = put(&simulator, 0, Newest::default);
        let subject = put(&simulator, 1, Subject::default);
        (0..2).for_each(|_| newest.ask(subject));
        simulator.run();
        let (open, gate) = oneshot::channel();
        newest.hold(gate);
        simulator.run();
        subject.answer_kept(7);
        simulator.run();
        for number in 1..=5 {
            newest.note(number);
            simulator.run();
        }
        assert_eq!(overflows(&simulator), 3);
        open.send(()).expect("it is held");
        simulator.run();
        let notes = ask_from(&simulator, 0, newest.notes());
        assert_eq!(notes, Ok(vec![7, 7, 4, 5]), "the answers in their place, and the newest");
        assert_eq!(simulator.report().dead_letters.total(), 3);
    });
}

#[test]
fn m1_a_mailbox_without_a_bound_is_never_full() {
    on_shards(|simulator| {
        let roomy = put(&simulator, 1, Roomy::default);
        let (open, gate) = oneshot::channel();
        roomy.hold(gate);
        simulator.run();
        simulator.enter(its_shard(&simulator), || {
            for _ in 0..10_000 {
                assert!(roomy.try_tell(RoomyMsg::Add).is_ok());
            }
        });
        open.send(()).expect("it is held");
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, roomy.sum()), Ok(10_000));
    });
}

#[test]
fn d10_try_tell_on_the_actors_shard_is_exact() {
    on_shards(|simulator| {
        let actor = put(&simulator, 1, Refusing::default);
        // The actor is idle, and nothing is handled before the shard turns.
        simulator.enter(its_shard(&simulator), || {
            for number in 1..=ROOM {
                assert_eq!(Refusing::try_note(actor, number), Ok(()));
            }
            for number in 5..=6 {
                assert_eq!(Refusing::try_note(actor, number), Err(TellError::Full(number)));
            }
        });
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, actor.notes()), Ok(vec![1, 2, 3, 4]));
        assert_eq!(simulator.report().dead_letters.total(), 0);
        simulator.enter(its_shard(&simulator), || {
            assert_eq!(Refusing::try_note(actor, 7), Ok(()), "what was handled holds no place");
        });
    });
}

#[test]
fn d10_a_try_tell_that_loses_the_race_becomes_a_dead_letter() {
    let simulator = Simulator::new(2);
    let full = Full::<Refusing>::with_tells(&simulator);
    simulator.enter(0, || assert_eq!(Refusing::try_note(full.actor, 5), Ok(())));
    simulator.run();
    assert_eq!(overflows(&simulator), 1);
    assert_eq!(full.notes(&simulator), [1, 2, 3, 4]);
}

#[test]
fn d10_a_tell_that_meets_an_accepted_try_tell_finds_no_place() {
    on_shards(|simulator| {
        let held = Full::<Refusing>::empty(&simulator);
        simulator.enter(its_shard(&simulator), || {
            // The tells are counted when they are received, so the later try_tells come first.
            (1..=2).for_each(|number| held.actor.note(number));
            for number in 3..=6 {
                assert_eq!(Refusing::try_note(held.actor, number), Ok(()));
            }
            assert_eq!(Refusing::try_note(held.actor, 7), Err(TellError::Full(7)));
        });
        simulator.run();
        assert_eq!(overflows(&simulator), 2);
        assert_eq!(held.notes(&simulator), [3, 4, 5, 6]);
    });
}

#[test]
fn m3_a_stop_behind_a_full_mailbox_keeps_its_place() {
    on_shards(|simulator| {
        let full = Full::<Refusing>::with_tells(&simulator);
        full.actor.stop();
        simulator.run();
        full.open.send(()).expect("it is held");
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.total()), (1 + ROOM, 0));
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn m3_stop_now_reaches_an_actor_with_a_full_mailbox() {
    on_shards(|simulator| {
        let full = Full::<Refusing>::with_tells(&simulator);
        full.actor.stop_now();
        simulator.run();
        full.open.send(()).expect("it is held");
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.of(DeadReason::Stopped)), (1, ROOM));
        assert_eq!(simulator.actors(), 0);
    });
}

/// Asks another while its own mailbox has one place.
#[actor(mailbox(capacity = 1))]
struct Asker {
    of: ActorRef<Roomy>,
    heard: Option<u64>,
}

#[handlers]
impl Asker {
    #[tell]
    async fn ask(&mut self) -> Result<(), AskError> {
        self.heard = Some(self.of.sum().await?);
        Ok(())
    }

    #[ask]
    fn heard(&self) -> Option<u64> {
        self.heard
    }
}

#[test]
fn m3_answers_reach_an_actor_with_a_full_mailbox() {
    on_shards(|simulator| {
        let of = put(&simulator, 0, Roomy::default);
        let (open, gate) = oneshot::channel();
        of.hold(gate);
        simulator.run();
        let asker = put(&simulator, 1, move || Asker { of, heard: None });
        asker.ask();
        simulator.run();
        let heard = simulator.start(0, move || asker.heard());
        simulator.run();
        let refused = simulator.start(0, move || asker.heard());
        simulator.run();
        assert_eq!(refused.take(), Some(Err(AskError::Full)));
        open.send(()).expect("it is held");
        simulator.run();
        assert_eq!(heard.take(), Some(Ok(Some(0))));
    });
}

/// Sends so many ways to a mailbox with so much room, and says how many found a place.
macro_rules! exactly {
    ($($name:ident: $actor:ident $capacity:literal)*) => {$(
        #[test]
        fn $name() {
            #[actor(mailbox(capacity = $capacity))]
            #[derive(Default)]
            struct $actor(u64);

            #[handlers]
            impl $actor {
                #[tell]
                async fn hold(&mut self, gate: Gate) {
                    let _ = gate.await;
                }

                #[tell]
                fn add(&mut self) {
                    self.0 += 1;
                }

                #[ask]
                fn sum(&self) -> u64 {
                    self.0
                }
            }

            on_shards(|simulator| {
                let actor = put(&simulator, 1, $actor::default);
                for round in 1..=2 {
                    let (open, gate) = oneshot::channel();
                    actor.hold(gate);
                    simulator.run();
                    simulator.enter(0, || (0..$capacity).for_each(|_| actor.add()));
                    simulator.run();
                    assert_eq!(overflows(&simulator), 3 * (round - 1), "all have a place");
                    simulator.enter(0, || (0..2).for_each(|_| actor.add()));
                    // From a thread that is no shard, too.
                    actor.add();
                    simulator.run();
                    assert_eq!(overflows(&simulator), 3 * round, "and no more than these");
                    open.send(()).expect("it is held");
                    simulator.run();
                    assert_eq!(ask_from(&simulator, 0, actor.sum()), Ok($capacity * round));
                }
            });
        }
    )*};
}

exactly! {
    m4_a_capacity_of_one_is_exact: One 1
    m4_a_capacity_of_two_is_exact: Two 2
    m4_a_capacity_of_a_slice_is_exact: Slice 64
    m4_a_capacity_of_a_slice_and_one_is_exact: SliceAndOne 65
    m4_a_capacity_of_many_blocks_is_exact: Many 10_000
}

#[test]
fn m4_an_actor_that_keeps_up_refuses_nothing() {
    everywhere(|world| {
        let actor = world.spawn(1, Refusing::default);
        world.run(0, move || async move {
            for number in 0..1_000 {
                actor.note(number);
                // What was told before the ask has been handled when the answer is here.
                actor.notes().await.expect("it has room for two");
            }
        });
        assert_eq!(world.ask(actor.notes()), Ok(Vec::from_iter(0..1_000)));
        assert_eq!(world.end().dead_letters.total(), 0);
    });
}

/// Fills a mailbox with values in every way, and more; ends the system; each was dropped once.
fn overflow_with_values<A: Bounded>() {
    everywhere(|world: World| {
        let tally = Tally::default();
        let actor = world.spawn(1, A::default);
        let open = A::hold_back(actor);
        let values = tally.clone();
        world.run(0, move || async move {
            let mut asks = Vec::new();
            for _ in 0..ROOM {
                A::tell_value(actor, values.make());
                asks.push(A::ask_value(actor, values.make()).start());
            }
            // They are there when this one has been taken to the actor.
            let _ = actor.is_alive().await;
            asks
        });
        for _ in 0..10 {
            A::tell_value(actor, tally.make());
        }
        // It may have crashed.
        let _ = open.send(());
        let report = world.end();
        assert!(report.dead_letters.of(DeadReason::Overflow) > 0, "{report}");
        tally.assert_even();
    });
}

#[test]
fn p09_values_that_are_refused_are_dropped_once() {
    overflow_with_values::<Refusing>();
}

#[test]
fn p09_values_that_are_dropped_for_older_ones_are_dropped_once() {
    overflow_with_values::<Stubborn>();
}

#[test]
fn p09_values_that_make_room_are_dropped_once() {
    overflow_with_values::<Forgetful>();
}

#[test]
fn p09_values_that_crash_their_receiver_are_dropped_once() {
    overflow_with_values::<Crashing>();
}

#[test]
fn p09_values_that_try_tell_gives_back_are_the_callers() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let full = Full::<Refusing>::with_tells(&simulator);
        let value = tally.make();
        let back = simulator.enter(its_shard(&simulator), || {
            full.actor
                .try_tell(RefusingMsg::Take { _value: value })
                .expect_err("it is full")
                .into_message()
        });
        assert_eq!(tally.dropped(), 0);
        drop(back);
        tally.assert_even();
    });
}

/// Drops what it is told at once, and tells its maker so.
struct Sending(ActorRef<Forgetful>);

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.note(7);
        spawn(Refusing::default());
    }
}

/// Keeps one value that sends when it is dropped.
#[actor(mailbox(capacity = 1, overflow = drop_oldest))]
#[derive(Default)]
struct Hostile;

#[handlers]
impl Hostile {
    #[tell]
    async fn hold(&mut self, gate: Gate) {
        let _ = gate.await;
    }

    #[tell]
    fn take(&mut self, _value: Sending) {}
}

#[test]
fn m6_a_destructor_that_sends_and_spawns_may_make_room() {
    on_shards(|simulator| {
        let notes = put(&simulator, 0, Forgetful::default);
        let hostile = put(&simulator, 1, || Hostile);
        let (open, gate) = oneshot::channel();
        simulator.enter(0, || {
            hostile.hold(gate);
            (0..3).for_each(|_| hostile.take(Sending(notes)));
        });
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, notes.notes()), Ok(vec![7, 7]), "two made room");
        open.send(()).expect("it is held");
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, notes.notes()), Ok(vec![7, 7, 7]));
    });
}
