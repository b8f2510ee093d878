//! A permit is a place in a mailbox: who waits for one gets it in turn, or is told why not.

use std::collections::VecDeque;
use std::time::Duration;

use callboard::testing::{Output, Simulator};
use callboard::{ActorRef, Context, Permit, ReserveError, TellError, actor, handlers};
use tokio::sync::oneshot;

use crate::bounded::{
    Bounded, Full, Gate, ROOM, Refusing, RefusingMsg, Roomy, RoomyMsg, its_shard, overflows,
};
use crate::check::{Dice, END, LONG, Log, Tally, ask_from, everywhere, on_shards, put, real};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn m4_a_permit_of_a_mailbox_without_a_bound_comes_at_once() {
    everywhere(|world| {
        let roomy = world.spawn(1, Roomy::default);
        let (open, gate) = oneshot::channel();
        roomy.hold(gate);
        world.run(0, move || async move {
            for _ in 0..100 {
                roomy.reserve().await.expect("it has room").send(RoomyMsg::Add);
            }
            // A permit that is not used is nothing.
            drop(roomy.reserve().await);
        });
        open.send(()).expect("it is held");
        assert_eq!(world.ask(roomy.sum()), Ok(100));
        world.end();
    });
}

/// Handles each message only when its gate opens.
#[actor(mailbox(capacity = 2))]
#[derive(Default)]
struct Stepwise(Vec<u64>);

#[handlers]
impl Stepwise {
    #[tell]
    async fn step(&mut self, number: u64, gate: Gate) {
        let _ = gate.await;
        self.0.push(number);
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

type Reserved<A> = Output<Result<Permit<A>, ReserveError>>;

/// A full mailbox whose places come free one by one, and those who wait for them.
struct Stairs {
    actor: ActorRef<Stepwise>,
    gates: VecDeque<oneshot::Sender<()>>,
}

impl Stairs {
    fn new(simulator: &Simulator) -> Self {
        let actor = put(simulator, 1, Stepwise::default);
        let gates = (0..3).map(|number| {
            let (open, gate) = oneshot::channel();
            actor.step(number, gate);
            simulator.run();
            open
        });
        Self { actor, gates: gates.collect() }
    }

    /// Waits for a place from this shard, counted round.
    fn reserve(&self, simulator: &Simulator, shard: usize) -> Reserved<Stepwise> {
        let actor = self.actor;
        let permit = simulator.start(shard % simulator.shards(), move || actor.reserve());
        simulator.run();
        permit
    }

    /// Lets the present message end, so that the next leaves its place.
    fn open(&mut self, simulator: &Simulator) {
        let gate = self.gates.pop_front().expect("a gate is shut");
        gate.send(()).expect("the actor waits");
        simulator.run();
    }

    /// Tries to tell on the actor's shard, where the answer is exact.
    fn has_room(&self, simulator: &Simulator) -> bool {
        simulator.enter(its_shard(simulator), || {
            self.actor.try_tell(StepwiseMsg::Note { number: 9 }).is_ok()
        })
    }
}

/// A permit that has been given.
fn given(permit: &Reserved<Stepwise>) -> Option<Permit<Stepwise>> {
    permit.take().map(|permit| permit.expect("the actor lives"))
}

#[test]
fn m4_permits_are_given_in_the_order_of_waiting() {
    on_shards(|simulator| {
        let mut stairs = Stairs::new(&simulator);
        let waiting = [0, 1, 2].map(|shard| stairs.reserve(&simulator, shard));
        assert!(waiting.iter().all(|permit| permit.take().is_none()), "all wait");
        stairs.open(&simulator);
        let first = given(&waiting[0]).expect("the first was given the place");
        assert!(waiting[1..].iter().all(|permit| permit.take().is_none()));
        stairs.open(&simulator);
        let second = given(&waiting[1]).expect("the second was next");
        assert!(waiting[2].take().is_none());
        assert!(!stairs.has_room(&simulator), "two permits are out");
        // Who sends first is heard first.
        simulator.enter(0, || {
            second.send(StepwiseMsg::Note { number: 12 });
            first.send(StepwiseMsg::Note { number: 11 });
        });
        simulator.run();
        stairs.open(&simulator);
        given(&waiting[2]).expect("so was the third").send(StepwiseMsg::Note { number: 13 });
        simulator.run();
        let notes = ask_from(&simulator, 0, stairs.actor.notes());
        assert_eq!(notes, Ok(vec![0, 1, 2, 12, 11, 13]));
        assert_eq!(simulator.report().dead_letters.total(), 0);
    });
}

#[test]
fn m4_nobody_overtakes_who_waits_for_a_place() {
    on_shards(|simulator| {
        let mut stairs = Stairs::new(&simulator);
        let waiting = stairs.reserve(&simulator, 0);
        stairs.open(&simulator);
        assert!(!stairs.has_room(&simulator), "the place was given to who waited");
        simulator.enter(0, || stairs.actor.note(9));
        simulator.run();
        assert_eq!(overflows(&simulator), 1);
        given(&waiting).expect("it was given the place").send(StepwiseMsg::Note { number: 3 });
        simulator.run();
        stairs.gates.clear();
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, stairs.actor.notes()), Ok(vec![0, 1, 2, 3]));
    });
}

#[test]
fn m4_a_permit_holds_its_place() {
    on_shards(|simulator| {
        let held = Full::<Refusing>::empty(&simulator);
        let actor = held.actor;
        let permit = simulator.block_on(0, move || actor.reserve());
        simulator.enter(its_shard(&simulator), || {
            for number in 1..ROOM {
                assert_eq!(Refusing::try_note(actor, number), Ok(()));
            }
            assert_eq!(Refusing::try_note(actor, 9), Err(TellError::Full(9)));
        });
        simulator.enter(0, || actor.note(9));
        simulator.run();
        assert_eq!(overflows(&simulator), 1);
        let permit = permit.expect("it has room").expect("it lives");
        simulator.enter(0, || permit.send(RefusingMsg::Note { number: 4 }));
        simulator.run();
        assert_eq!(held.notes(&simulator), [1, 2, 3, 4]);
    });
}

#[test]
fn m4_a_dropped_permit_gives_its_place_back() {
    on_shards(|simulator| {
        let mut stairs = Stairs::new(&simulator);
        let waiting = [0, 1].map(|shard| stairs.reserve(&simulator, shard));
        stairs.open(&simulator);
        drop(given(&waiting[0]).expect("the first was given the place"));
        simulator.run();
        drop(given(&waiting[1]).expect("its place went to the second"));
        simulator.run();
        assert!(stairs.has_room(&simulator), "and then to nobody");
        assert!(!stairs.has_room(&simulator), "it was one place");
    });
}

#[test]
fn m4_who_waits_no_more_is_passed_over() {
    on_shards(|simulator| {
        let mut stairs = Stairs::new(&simulator);
        let actor = stairs.actor;
        let gone = simulator.start(0, move || actor.reserve().timeout(SECOND));
        simulator.run();
        let waits = stairs.reserve(&simulator, 1);
        simulator.advance(SECOND * 2);
        assert_eq!(gone.take().map(Result::err), Some(Some(ReserveError::Timeout)));
        stairs.open(&simulator);
        assert!(given(&waits).is_some(), "the place went to who still waits");
    });
}

/// Gives up a place it waits for, or has been given.
#[actor]
struct Fickle;

#[handlers]
impl Fickle {
    /// Waits for a place, but no longer than for the gate.
    #[tell]
    async fn wait_for(&mut self, actor: ActorRef<Stepwise>, gate: Gate) {
        tokio::select! {
            biased;
            _ = gate => {}
            permit = actor.reserve() => drop(permit),
        }
    }
}

#[test]
fn m4_a_wait_that_is_dropped_takes_no_place() {
    on_shards(|simulator| {
        let mut stairs = Stairs::new(&simulator);
        let fickle = put(&simulator, 2, || Fickle);
        let (give_up, gate) = oneshot::channel();
        fickle.wait_for(stairs.actor, gate);
        simulator.run();
        let waits = stairs.reserve(&simulator, 0);
        give_up.send(()).expect("it waits");
        simulator.run();
        stairs.open(&simulator);
        assert!(given(&waits).is_some(), "the place went to who still waits");
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn m4_a_place_given_to_who_gave_up_is_free_again() {
    on_shards(|simulator| {
        let mut stairs = Stairs::new(&simulator);
        let fickle = put(&simulator, 2, || Fickle);
        let (give_up, gate) = oneshot::channel();
        fickle.wait_for(stairs.actor, gate);
        simulator.run();
        // Both happen before the shards turn: who waits gives up what is on its way to it.
        stairs.gates.pop_front().expect("a gate is shut").send(()).expect("the actor waits");
        give_up.send(()).expect("it waits");
        simulator.run();
        assert!(stairs.has_room(&simulator));
        assert!(!stairs.has_room(&simulator), "it is one place");
    });
}

#[test]
fn m4_who_waits_for_a_place_is_told_of_the_end() {
    on_shards(|simulator| {
        let stairs = Stairs::new(&simulator);
        let waiting = [0, 1].map(|shard| stairs.reserve(&simulator, shard));
        stairs.actor.stop_now();
        drop(stairs.gates);
        simulator.run();
        for permit in waiting {
            assert_eq!(permit.take().map(Result::err), Some(Some(ReserveError::Stopped)));
        }
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn m4_there_is_no_permit_of_an_actor_that_has_ended() {
    on_shards(|simulator| {
        let stale = put(&simulator, 1, Refusing::default);
        stale.stop();
        simulator.run();
        let permit = simulator.block_on(0, move || stale.reserve()).expect("it is told at once");
        assert_eq!(permit.err(), Some(ReserveError::Stopped));
        put(&simulator, 1, Refusing::default).stop();
        simulator.run();
        let permit = simulator.block_on(0, move || stale.reserve()).expect("it is told at once");
        assert_eq!(permit.err(), Some(ReserveError::NoProc));
    });
}

#[test]
fn m4_a_permit_outlives_its_actor_as_a_dead_letter() {
    on_shards(|simulator| {
        let actor = put(&simulator, 1, Refusing::default);
        let permits = [0, 1].map(|_| {
            let permit = simulator.block_on(0, move || actor.reserve());
            permit.expect("it has room").expect("it lives")
        });
        actor.stop();
        simulator.run();
        let later = put(&simulator, 1, Refusing::default);
        simulator.enter(0, || {
            let [used, unused] = permits;
            used.send(RefusingMsg::Note { number: 1 });
            drop(unused);
        });
        simulator.run();
        assert_eq!(simulator.report().dead_letters.total(), 1);
        simulator.enter(its_shard(&simulator), || {
            for number in 1..=ROOM {
                assert_eq!(Refusing::try_note(later, number), Ok(()));
            }
            assert_eq!(Refusing::try_note(later, 5), Err(TellError::Full(5)), "no place too many");
        });
    });
}

#[test]
fn m4_a_permit_may_be_used_by_another_shard_or_by_a_plain_thread() {
    on_shards(|simulator| {
        let held = Full::<Refusing>::empty(&simulator);
        let actor = held.actor;
        let reserve = || {
            let permit = simulator.block_on(0, move || actor.reserve());
            permit.expect("it has room").expect("it lives")
        };
        let (there, outside, unused) = (reserve(), reserve(), reserve());
        simulator.enter(2 % simulator.shards(), || Refusing::send_note(there, 1));
        simulator.run();
        std::thread::spawn(move || {
            Refusing::send_note(outside, 2);
            drop(unused);
        })
        .join()
        .expect("the thread ends well");
        simulator.run();
        simulator.enter(its_shard(&simulator), || {
            assert_eq!(Refusing::try_note(actor, 3), Ok(()));
            assert_eq!(Refusing::try_note(actor, 4), Ok(()));
            assert_eq!(Refusing::try_note(actor, 5), Err(TellError::Full(5)));
        });
        assert_eq!(held.notes(&simulator), [1, 2, 3, 4]);
    });
}

#[test]
fn m4_a_place_is_kept_from_turn_to_turn_and_shard_to_shard() {
    everywhere(|world| {
        let actor = world.spawn(1, Refusing::default);
        for number in 0..100 {
            world.run(number % 2, move || async move {
                let permit = actor.reserve().await.expect("it has room");
                tokio::task::yield_now().await;
                Refusing::send_note(permit, number as u64);
            });
        }
        let report = world.end();
        assert_eq!((report.handled, report.dead_letters.total()), (100, 0));
    });
}

#[test]
fn m4_senders_that_reserve_overflow_nothing() {
    everywhere(|world| {
        let log = world.spawn(0, Log::default);
        let slow = world.spawn(1, move || Slow(log));
        for at in 0..8 {
            world.spawn(at, move || Sender(slow)).send(100);
        }
        assert_eq!(world.ask(log.notes_of(800)).map(|notes| notes.len()), Ok(800));
        assert_eq!(world.end().dead_letters.total(), 0);
    });
}

/// Sends only where there is room.
#[actor]
struct Sender(ActorRef<Slow>);

#[handlers]
impl Sender {
    #[tell]
    async fn send(&mut self, count: u64) -> Result<(), ReserveError> {
        for _ in 0..count {
            self.0.reserve().timeout(LONG).await?.send(SlowMsg::Work);
        }
        Ok(())
    }
}

/// Takes a turn for each message.
#[actor(mailbox(capacity = 3))]
struct Slow(ActorRef<Log>);

#[handlers]
impl Slow {
    #[tell]
    async fn work(&mut self) {
        tokio::task::yield_now().await;
        self.0.note(1);
    }
}

#[test]
fn p10_an_actor_that_fills_its_own_mailbox_is_told_so() {
    /// What its start hook was told.
    #[actor(mailbox(capacity = 1))]
    struct Selfish {
        by_try_tell: [bool; 2],
        by_reserve: Option<ReserveError>,
        notes: u64,
    }

    #[handlers]
    impl Selfish {
        #[start]
        async fn begin(&mut self, cx: &mut Context<Self>) {
            let me = cx.me();
            self.by_try_tell = [(); 2].map(|()| {
                !matches!(me.try_tell(SelfishMsg::Note), Err(TellError::Full(SelfishMsg::Note)))
            });
            self.by_reserve = me.reserve().await.err();
        }

        #[tell]
        fn note(&mut self) {
            self.notes += 1;
        }

        #[ask]
        fn told(&self) -> ([bool; 2], Option<ReserveError>, u64) {
            (self.by_try_tell, self.by_reserve, self.notes)
        }
    }

    everywhere(|world| {
        let selfish =
            world.spawn(1, || Selfish { by_try_tell: [false; 2], by_reserve: None, notes: 0 });
        let told = world.ask(selfish.told());
        assert_eq!(told, Ok(([true, false], Some(ReserveError::WouldDeadlock), 1)));
        world.end();
    });
}

/// Reserves places of its own mailbox.
#[actor(mailbox(capacity = 2))]
#[derive(Default)]
struct Reserver(u64);

#[handlers]
impl Reserver {
    /// Tells itself so many times; answers how the last one ended.
    #[ask]
    async fn tell_itself(
        &mut self,
        cx: &mut Context<Self>,
        times: u64,
    ) -> Result<(), ReserveError> {
        for _ in 0..times {
            cx.me().reserve().await?.send(ReserverMsg::Note);
        }
        Ok(())
    }

    #[tell]
    fn note(&mut self) {
        self.0 += 1;
    }

    #[ask]
    fn count(&self) -> u64 {
        self.0
    }
}

#[test]
fn m5_a_handler_may_reserve_of_its_own_mailbox_while_there_is_room() {
    everywhere(|world| {
        let reserver = world.spawn(1, Reserver::default);
        assert_eq!(world.ask(reserver.tell_itself(2)), Ok(Ok(())));
        assert_eq!(world.ask(reserver.count()), Ok(2));
        let third = world.ask(reserver.tell_itself(3));
        assert_eq!(third, Ok(Err(ReserveError::WouldDeadlock)));
        assert_eq!(world.ask(reserver.count()), Ok(4), "the two others had a place");
        world.end();
    });
}

/// Waits for a place in the mailbox of another that does the same.
#[actor(mailbox(capacity = 1))]
#[derive(Default)]
struct Ring {
    next: Option<ActorRef<Self>>,
    told: Option<ReserveError>,
}

#[handlers]
impl Ring {
    #[tell]
    fn join(&mut self, next: ActorRef<Self>) {
        self.next = Some(next);
    }

    #[tell]
    async fn pass(&mut self, gate: Gate) {
        let _ = gate.await;
        if let Some(next) = self.next {
            match next.reserve().await {
                Ok(permit) => permit.send(RingMsg::Nothing),
                Err(error) => self.told = Some(error),
            }
        }
    }

    #[tell]
    fn nothing(&mut self) {}

    #[ask]
    fn told(&self) -> Option<ReserveError> {
        self.told
    }
}

#[test]
fn m5_a_ring_of_waiters_ends_in_timeout() {
    on_shards(|simulator| {
        let mut gates = Vec::new();
        let ring = [0, 1, 2].map(|shard| put(&simulator, shard, Ring::default));
        for (at, member) in ring.iter().enumerate() {
            member.join(ring[(at + 1) % 3]);
        }
        simulator.run();
        // Each handles one message and has another in its only place, before any of them waits.
        for member in ring {
            let (open, gate) = oneshot::channel();
            member.pass(gate);
            simulator.run();
            member.nothing();
            gates.push(open);
        }
        simulator.run();
        drop(gates);
        simulator.run();
        assert_eq!(simulator.handled(), 3, "the three that join; all others wait");
        simulator.advance(SECOND * 5 - Duration::from_millis(1));
        assert_eq!(simulator.handled(), 3, "the deadline is that of an ask");
        simulator.advance(SECOND);
        let told = ring.map(|member| ask_from(&simulator, 0, member.told()));
        assert!(told.contains(&Ok(Some(ReserveError::Timeout))), "{told:?}");
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn m5_the_deadline_of_a_wait_is_its_own() {
    on_shards(|simulator| {
        let full = Full::<Refusing>::with_tells(&simulator);
        let actor = full.actor;
        let permit = simulator.start(0, move || actor.reserve().timeout(SECOND));
        simulator.advance(SECOND - Duration::from_millis(1));
        assert!(permit.take().is_none());
        simulator.advance(Duration::from_millis(3));
        assert_eq!(permit.take().map(Result::err), Some(Some(ReserveError::Timeout)));
    });
}

#[test]
fn m5_the_deadline_of_a_wait_is_the_types() {
    /// Is not waited for that long.
    #[actor(mailbox(capacity = 1), ask_timeout = "250ms")]
    struct Hasty;

    #[handlers]
    impl Hasty {
        #[tell]
        async fn hold(&mut self, gate: Gate) {
            let _ = gate.await;
        }
    }

    on_shards(|simulator| {
        let hasty = put(&simulator, 1, || Hasty);
        let gates = [0, 0].map(|_| {
            let (open, gate) = oneshot::channel();
            hasty.hold(gate);
            simulator.run();
            open
        });
        let permit = simulator.start(0, move || hasty.reserve());
        simulator.advance(Duration::from_millis(249));
        assert!(permit.take().is_none());
        simulator.advance(Duration::from_millis(3));
        assert_eq!(permit.take().map(Result::err), Some(Some(ReserveError::Timeout)));
        drop(gates);
    });
}

#[test]
fn m5_a_plain_thread_waits_for_a_place() {
    let system = real(2);
    let actor = system.spawn_on(1, Refusing::default).wait().expect("it starts");
    let open = Refusing::hold_back(actor);
    (1..=ROOM).for_each(|number| actor.note(number));
    let soon = Duration::from_millis(5);
    assert_eq!(actor.reserve().timeout(soon).wait().err(), Some(ReserveError::Timeout));
    let waiter = std::thread::spawn(move || {
        actor.reserve().timeout(LONG).wait().map(|permit| Refusing::send_note(permit, 5))
    });
    open.send(()).expect("it is held");
    assert_eq!(waiter.join().expect("the thread ends well"), Ok(()));
    assert_eq!(actor.notes().wait(), Ok(vec![1, 2, 3, 4, 5]));
    actor.stop();
    // It has ended when this returns, whatever is still known of it.
    drop(actor.wait().wait());
    assert_eq!(actor.reserve().wait().err(), Some(ReserveError::Stopped));
    system.stop(END);
    assert!(actor.reserve().wait().is_err(), "nobody is there");
}

#[test]
fn p09_values_sent_by_permits_are_dropped_once() {
    everywhere(|world| {
        let tally = Tally::default();
        let actor = world.spawn(1, Refusing::default);
        let value = tally.make();
        world.run(0, move || async move {
            let permit = actor.reserve().await.expect("it has room");
            permit.send(RefusingMsg::Take { _value: value });
        });
        world.end();
        tally.assert_even();
    });
}

#[test]
fn m4_places_are_counted_exactly_whatever_comes() {
    for seed in 0..200 {
        places_by_chance(&mut Dice::new(seed));
    }
}

/// Does what dice say with the mailbox of `Stepwise`, and the same with numbers.
fn places_by_chance(dice: &mut Dice) {
    let simulator = Simulator::new(1);
    let actor = put(&simulator, 0, Stepwise::default);
    let (mut gates, mut permits) = (VecDeque::new(), Vec::<Permit<Stepwise>>::new());
    // Those in the mailbox, whether one is being handled, and those who wait for a place.
    let (mut queued, mut busy, mut refused) = (0, false, 0);
    let mut waiting = VecDeque::<Reserved<Stepwise>>::new();
    for number in 0..60 {
        let free = 2 - queued - permits.len();
        match dice.roll(6) {
            0 | 1 => {
                let (open, gate) = oneshot::channel();
                let message = StepwiseMsg::Step { number, gate };
                let told = simulator.enter(0, || actor.try_tell(message).is_ok());
                assert_eq!(told, free > 0, "{number}: {queued} queued, {} out", permits.len());
                if told {
                    gates.push_back(open);
                    if busy { queued += 1 } else { busy = true }
                }
            }
            2 => {
                let (open, gate) = oneshot::channel();
                simulator.enter(0, || actor.step(number, gate));
                // Received by an idle actor, a tell needs no place.
                if !busy {
                    (busy, _) = (true, gates.push_back(open));
                } else if free > 0 {
                    (queued, _) = (queued + 1, gates.push_back(open));
                } else {
                    refused += 1;
                }
            }
            3 => waiting.push_back(simulator.start(0, move || actor.reserve())),
            4 if !permits.is_empty() => {
                let permit = permits.swap_remove(dice.roll(permits.len() as u64) as usize);
                if dice.roll(2) == 0 {
                    let (open, gate) = oneshot::channel();
                    simulator.enter(0, || permit.send(StepwiseMsg::Step { number, gate }));
                    gates.push_back(open);
                    if busy { queued += 1 } else { busy = true }
                } else {
                    simulator.enter(0, || drop(permit));
                }
            }
            _ => {
                if let Some(gate) = gates.pop_front() {
                    gate.send(()).expect("the actor waits for it");
                    busy = queued > 0;
                    queued -= usize::from(busy);
                }
            }
        }
        simulator.run();
        // Places that are free go to who waits.
        while let Some(permit) = waiting.front().and_then(given) {
            waiting.pop_front();
            permits.push(permit);
        }
        let out = queued + permits.len();
        assert!(out <= 2, "{out} places of two");
        assert!(out == 2 || waiting.is_empty(), "{number}: a place is free, and somebody waits");
    }
    assert_eq!(overflows(&simulator), refused);
}
