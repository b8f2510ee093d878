//! A killed actor ends at its next await, or when its handler returns; one that does neither is cut off.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use callboard::testing::Simulator;
use callboard::{
    ActorRef, AskError, Context, DeadReason, Event, Events, ExitReason, Flow, Reply, StartError,
    System, actor, handlers, start,
};

use crate::check::{Counted, END, LONG, Log, Subject, Tally, World, ask_from, on_shards, put};

/// Waits in whichever handler or hook it is told to, and tells what it does.
#[actor]
struct Waits {
    _state: Counted,
    at_start: bool,
    at_stop: bool,
    said: Sender<Said>,
}

#[derive(Debug)]
enum Said {
    Began(ActorRef<Waits>),
    Stops,
    WentOn,
}

#[handlers]
impl Waits {
    #[start]
    async fn begin(&mut self, cx: &mut Context<Self>) {
        self.say(Said::Began(cx.me()));
        if self.at_start {
            std::future::pending::<()>().await;
        }
    }

    #[stop]
    async fn finish(&mut self) {
        self.say(Said::Stops);
        if self.at_stop {
            std::future::pending::<()>().await;
        }
    }

    #[tell]
    async fn wait_with(&mut self, value: Counted) {
        let _value = value;
        std::future::pending::<()>().await;
    }

    #[tell]
    fn take(&mut self, _value: Counted) {}

    #[ask]
    async fn wait_and_answer(&mut self) -> u64 {
        std::future::pending().await
    }

    #[tell]
    fn kill_itself(&mut self, cx: &mut Context<Self>, then: fn() -> Flow) -> Flow {
        cx.me().kill();
        then()
    }

    #[tell]
    async fn kill_itself_and_wait(&mut self, cx: &mut Context<Self>, value: Counted) {
        let _value = value;
        cx.me().kill();
        tokio::task::yield_now().await;
        self.say(Said::WentOn);
    }
}

impl Waits {
    fn say(&self, what: Said) {
        // Not every test listens.
        let _ = self.said.send(what);
    }
}

/// What makes such an actor, and what it says.
fn waits(tally: &Tally, at_start: bool, at_stop: bool) -> (Waits, Receiver<Said>) {
    let (said, hears) = channel();
    (Waits { _state: tally.make(), at_start, at_stop, said }, hears)
}

/// An actor on shard 1, and what it says from then on.
fn began(simulator: &Simulator, tally: &Tally, at_stop: bool) -> (ActorRef<Waits>, Receiver<Said>) {
    let (actor, hears) = waits(tally, false, at_stop);
    let actor = put(simulator, 1, || actor);
    assert!(matches!(hears.try_recv(), Ok(Said::Began(_))));
    (actor, hears)
}

/// Runs a case for a kill from a plain thread, from the actor's own shard, and from another.
fn killed_from_everywhere(case: impl Fn(&Simulator, &dyn Fn(ActorRef<Waits>))) {
    on_shards(|simulator| {
        case(&simulator, &|actor| actor.kill());
        case(&simulator, &|actor| simulator.enter(actor.address().shard(), || actor.kill()));
        case(&simulator, &|actor| simulator.enter(0, || actor.kill()));
    });
}

#[test]
fn x9_a_kill_drops_what_awaits_and_runs_no_hook() {
    killed_from_everywhere(|simulator, kill| {
        let tally = Tally::default();
        let before = simulator.report().dead_letters;
        let (actor, hears) = began(simulator, &tally, false);
        actor.wait_with(tally.make());
        (0..3).for_each(|_| actor.take(tally.make()));
        simulator.run();
        assert_eq!(tally.dropped(), 0);
        kill(actor);
        actor.take(tally.make());
        simulator.run();
        tally.assert_even();
        assert_eq!((tally.made(), simulator.actors()), (6, 0));
        let dead = simulator.report().dead_letters;
        let since = |reason| dead.of(reason) - before.of(reason);
        assert_eq!((since(DeadReason::InFlight), since(DeadReason::Stopped)), (1, 4));
        assert!(hears.try_recv().is_err(), "no hook runs");
        // Whoever asks may have its place by now.
        let late = ask_from(simulator, 0, actor.wait_and_answer());
        assert!(matches!(late, Err(AskError::Stopped | AskError::NoProc)), "{late:?}");
        // Again it is nothing.
        kill(actor);
        simulator.run();
    });
}

#[test]
fn x9_asks_at_a_killed_actor_end_at_once() {
    killed_from_everywhere(|simulator, kill| {
        let (actor, _hears) = began(simulator, &Tally::default(), false);
        let asks = [0, 1].map(|_| simulator.start(0, move || actor.wait_and_answer()));
        simulator.run();
        kill(actor);
        simulator.run();
        for ask in asks {
            assert_eq!(ask.take(), Some(Err(AskError::Stopped)));
        }
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn x9_an_actor_that_starts_is_killed() {
    killed_from_everywhere(|simulator, kill| {
        let tally = Tally::default();
        let mut events = simulator.events();
        let (actor, hears) = waits(&tally, true, false);
        let started = simulator.start(1 % simulator.shards(), move || start(actor));
        simulator.run();
        let Ok(Said::Began(actor)) = hears.try_recv() else { panic!("it starts") };
        actor.take(tally.make());
        kill(actor);
        simulator.run();
        let Some(Err(StartError::Failed(reason))) = started.take() else { panic!("it failed") };
        assert!(matches!(reason, ExitReason::Killed), "{reason}");
        assert!(!reason.is_normal());
        tally.assert_even();
        assert!(hears.try_recv().is_err(), "no hook runs");
        let all = Vec::from_iter(std::iter::from_fn(|| events.try_next()));
        let failed = all.iter().filter(|event| matches!(event, Event::StartFailed { .. }));
        assert_eq!(failed.count(), 1, "{all:?}");
        // Its deadline is forgotten with it.
        simulator.advance(Duration::from_secs(10));
    });
}

#[test]
fn x9_an_actor_that_stops_is_killed() {
    killed_from_everywhere(|simulator, kill| {
        let tally = Tally::default();
        let before = simulator.report().dead_letters;
        let (actor, hears) = began(simulator, &tally, true);
        actor.stop();
        simulator.run();
        assert!(matches!(hears.try_recv(), Ok(Said::Stops)));
        assert_eq!((tally.dropped(), simulator.actors()), (0, 1), "it waits in its stop hook");
        kill(actor);
        simulator.run();
        tally.assert_even();
        assert_eq!(simulator.actors(), 0);
        assert_eq!(simulator.report().dead_letters, before, "no message was lost");
    });
}

#[test]
fn x9_an_actor_that_kills_itself_ends_with_its_handler() {
    on_shards(|simulator| {
        let ends: [fn() -> Flow; 2] = [Flow::go, Flow::stop];
        for then in ends {
            let tally = Tally::default();
            let before = simulator.report();
            let (actor, hears) = began(&simulator, &tally, false);
            simulator.enter(0, || {
                actor.kill_itself(then);
                actor.take(tally.make());
            });
            simulator.run();
            tally.assert_even();
            assert_eq!(simulator.actors(), 0);
            assert!(hears.try_recv().is_err(), "no hook runs");
            let report = simulator.report();
            assert_eq!(report.handled - before.handled, 1, "the handler came to its end");
            let dead = |reason| report.dead_letters.of(reason) - before.dead_letters.of(reason);
            assert_eq!((dead(DeadReason::InFlight), dead(DeadReason::Stopped)), (0, 1));
        }
    });
}

#[test]
fn x9_an_actor_that_kills_itself_does_not_go_on_after_its_await() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let (actor, hears) = began(&simulator, &tally, false);
        actor.kill_itself_and_wait(tally.make());
        simulator.run();
        tally.assert_even();
        assert!(hears.try_recv().is_err(), "neither hook nor handler goes on");
        assert_eq!(simulator.report().dead_letters.of(DeadReason::InFlight), 1);
    });
}

#[test]
fn x9_a_kill_overtakes_what_waits_and_a_stop() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let (actor, hears) = began(&simulator, &tally, false);
        simulator.enter(0, || {
            actor.take(tally.make());
            actor.stop();
        });
        actor.kill();
        simulator.run();
        tally.assert_even();
        assert!(hears.try_recv().is_err(), "no hook runs");
        assert_eq!(simulator.report().dead_letters.of(DeadReason::Stopped), 1);
        assert_eq!(simulator.report().handled, 0);
    });
}

#[test]
fn x9_a_kill_reaches_no_later_actor_of_the_slot() {
    on_shards(|simulator| {
        let (actor, _hears) = began(&simulator, &Tally::default(), false);
        actor.kill();
        simulator.run();
        let later = put(&simulator, 1, Subject::default);
        assert_eq!(later.address().shard(), actor.address().shard());
        actor.kill();
        simulator.enter(1 % simulator.shards(), || actor.kill());
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, later.handled()), Ok(0));
    });
}

/// Holds its shard in the way it is told to, until it is let go.
#[actor]
struct Holds {
    state: Gate,
    others: [ActorRef<Log>; 2],
    at: At,
    kept: Option<Reply<u64>>,
}

/// Where it holds its shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Handler,
    Poll,
    Start,
    Stop,
}

/// Says that it holds, and goes on when it is let.
struct Gate {
    me: Sender<ActorRef<Holds>>,
    go: Receiver<()>,
    _dropped: Counted,
}

impl Gate {
    fn hold(&self, me: ActorRef<Holds>) {
        self.me.send(me).expect("the test listens");
        self.go.recv().expect("the test lets it go");
    }
}

#[handlers]
impl Holds {
    #[start]
    fn begin(&mut self, cx: &mut Context<Self>) {
        if self.at == At::Start {
            self.hold(cx.me());
        } else {
            self.state.me.send(cx.me()).expect("the test listens");
        }
    }

    #[stop]
    fn finish(&mut self, cx: &mut Context<Self>) {
        self.hold(cx.me());
    }

    #[tell]
    fn hold_now(&mut self, cx: &mut Context<Self>, _value: Counted) {
        self.hold(cx.me());
    }

    #[tell]
    async fn hold_in_a_poll(&mut self, cx: &mut Context<Self>, value: Counted) {
        let _value = value;
        tokio::task::yield_now().await;
        self.hold(cx.me());
        std::future::pending::<()>().await;
    }

    #[ask]
    fn keep(&mut self, reply: Reply<u64>) {
        self.kept = Some(reply);
    }
}

impl Holds {
    /// Holds the shard, then sends what nobody is to get.
    fn hold(&mut self, me: ActorRef<Self>) {
        self.state.hold(me);
        for log in self.others {
            log.note(1);
            drop(log.notes().start());
            log.stop();
        }
        if let Some(kept) = self.kept.take() {
            kept.answer(5);
        }
        callboard::spawn(Subject::default());
    }
}

/// A system that tells soon, and cuts off soon.
fn impatient(shards: usize) -> System {
    let builder = System::builder().shards(shards).pin(false);
    let (overrun, grace) = (Duration::from_millis(5), Duration::from_millis(5));
    builder.overrun_after(overrun).kill_grace(grace).start().expect("a system starts")
}

/// The next event of those that the watchdog tells.
fn next(events: &mut Events) -> Event {
    loop {
        match events.wait_next().expect("the system runs") {
            event @ (Event::CutOff { .. } | Event::Overrun { .. }) => return event,
            // Of panics there are none.
            Event::Panic { panic, .. } => panic!("{panic}"),
            _ => {}
        }
    }
}

/// An actor that holds shard 1 of a system, the one that lets it go, and what it says.
struct Held {
    system: System,
    logs: [ActorRef<Log>; 2],
    actor: ActorRef<Holds>,
    go: Sender<()>,
    tally: Tally,
}

fn held(system: System, at: At) -> Held {
    let tally = Tally::default();
    let logs = [1, 0].map(|shard| system.spawn_on(shard, Log::default).wait().expect("it starts"));
    let ((me, held), (go, gate)) = (channel(), channel());
    let state = Gate { me, go: gate, _dropped: tally.make() };
    let starting = system.spawn_on(1, move || Holds { state, others: logs, at, kept: None });
    let actor = held.recv().expect("it begins");
    match at {
        At::Start => {}
        At::Handler => actor.hold_now(tally.make()),
        At::Poll => actor.hold_in_a_poll(tally.make()),
        At::Stop => actor.stop(),
    }
    if at != At::Start {
        assert_eq!(held.recv().expect("it holds"), actor);
        assert_eq!(starting.wait().expect("it has started"), actor);
    }
    Held { system, logs, actor, go, tally }
}

#[test]
fn l14_a_handler_that_holds_its_shard_is_told_of_once() {
    for at in [At::Handler, At::Poll, At::Start, At::Stop] {
        let system = impatient(2);
        let mut events = system.events();
        let Held { system, actor, go, .. } = held(system, at);
        let event = next(&mut events);
        let Event::Overrun { actor: told, kind, message, held } = &event else {
            panic!("it overruns: {event}");
        };
        assert_eq!((*told, *kind), (actor.address(), std::any::type_name::<Holds>()));
        assert_eq!(*message, std::any::type_name::<HoldsMsg>());
        assert!(*held >= Duration::from_millis(5), "{held:?}");
        if at != At::Stop {
            actor.kill();
            // Had it been told twice, it would be now.
            let event = next(&mut events);
            assert!(matches!(event, Event::CutOff { .. }), "{event}");
        }
        go.send(()).expect("it holds");
        system.stop(END);
    }
}

#[test]
fn l14_nobody_is_told_of_what_overrun_after_allows() {
    let (long, short) = (Duration::from_secs(3_600), Duration::from_millis(5));
    let builder = System::builder().shards(2).pin(false).overrun_after(long).kill_grace(short);
    let system = builder.start().expect("a system starts");
    let mut events = system.events();
    let Held { system, actor, go, .. } = held(system, At::Handler);
    actor.kill();
    // The grace is over, so a look has seen it held.
    let event = next(&mut events);
    assert!(matches!(event, Event::CutOff { .. }), "{event}");
    go.send(()).expect("it holds");
    system.stop(END);
}

#[test]
fn x9_kill_grace_is_kept() {
    let (long, short) = (Duration::from_secs(3_600), Duration::from_millis(5));
    let builder = System::builder().shards(2).pin(false).overrun_after(short).kill_grace(long);
    let system = builder.start().expect("a system starts");
    let mut events = system.events();
    let Held { system, actor, go, .. } = held(system, At::Handler);
    actor.kill();
    let event = next(&mut events);
    assert!(matches!(event, Event::Overrun { .. }), "{event}");
    assert_eq!(system.stats().total().cut_off, 0);
    go.send(()).expect("it holds");
    let report = system.stop(END);
    // Its own message, and what it sent in its grace: a tell and an ask to each of two.
    assert_eq!((report.handled, report.dead_letters.total()), (5, 0), "{report}");
}

#[test]
fn x9_a_handler_that_does_not_return_is_cut_off_and_what_it_sends_discarded() {
    for at in [At::Handler, At::Poll, At::Start, At::Stop] {
        let system = impatient(2);
        let mut events = system.events();
        let Held { system, logs, actor, go, tally } = held(system, at);
        actor.kill();
        let event = std::iter::from_fn(|| Some(next(&mut events)))
            .find(|event| matches!(event, Event::CutOff { .. }));
        let Some(Event::CutOff { actor: told, kind, message }) = event else {
            unreachable!("it is the first such event");
        };
        assert_eq!((told, kind), (actor.address(), std::any::type_name::<Holds>()));
        assert_eq!(message, std::any::type_name::<HoldsMsg>());
        assert_eq!(system.stats().shards[1].cut_off, 1);
        // The other shard goes on, and a plain thread hears at once, though the shard is held.
        assert_eq!(logs[1].notes().timeout(LONG).wait(), Ok(vec![]));
        assert_eq!(actor.keep().timeout(LONG).wait(), Err(AskError::Stopped));
        go.send(()).expect("it holds");
        // Its shard goes on: nothing was sent to either.
        for log in logs {
            assert_eq!(log.notes().timeout(LONG).wait(), Ok(vec![]), "{at:?}");
        }
        tally.assert_even();
        let stats = system.stats();
        assert_eq!(stats.total().cut_off, 0, "{at:?}\n{stats}");
        let report = system.stop(END);
        let dead = report.dead_letters;
        // A tell and an ask to each log, and the ask of the plain thread if it was taken.
        assert!((4..=5).contains(&dead.of(DeadReason::Stopped)), "{at:?}: {dead}");
        let in_flight = u64::from(matches!(at, At::Handler | At::Poll));
        assert_eq!(dead.of(DeadReason::InFlight), in_flight, "{at:?}: {dead}");
        assert_eq!((report.cut_off, report.stuck_shards, report.actors_left), (0, 0, 0));
    }
}

#[test]
fn x9_a_plain_thread_that_waits_hears_of_the_cut_off() {
    let Held { system, actor, go, .. } = held(impatient(2), At::Handler);
    // The ask was carried to the held shard before the kill.
    let pending = actor.keep().timeout(LONG).start();
    actor.kill();
    assert_eq!(pending.wait(), Err(AskError::Stopped));
    assert_eq!(system.stats().total().cut_off, 1, "it still holds its shard");
    go.send(()).expect("it holds");
    system.stop(END);
}

#[test]
fn x9_an_ask_that_a_cut_off_actor_answers_ends_with_stopped() {
    let system = impatient(2);
    let mut events = system.events();
    let log = system.spawn_on(1, Log::default).wait().expect("it starts");
    let ((me, held), (go, gate), tally) = (channel(), channel(), Tally::default());
    let state = Gate { me, go: gate, _dropped: tally.make() };
    let make = move || Holds { state, others: [log; 2], at: At::Handler, kept: None };
    let actor = system.spawn_on(1, make).wait().expect("it starts");
    assert_eq!(held.recv(), Ok(actor));
    let (send, asked) = channel();
    let asks = system.spawn_on(0, move || Asks(actor, send)).wait().expect("it starts");
    asks.ask(tally.make());
    assert_eq!(held.recv(), Ok(actor));
    actor.kill();
    while !matches!(next(&mut events), Event::CutOff { .. }) {}
    go.send(()).expect("it holds");
    assert_eq!(asked.recv(), Ok(Err(AskError::Stopped)));
    assert_eq!(system.stop(END).late_answers, 0);
}

/// Asks an actor, has it hold its shard, and tells how the ask went.
#[actor]
struct Asks(ActorRef<Holds>, Sender<Result<u64, AskError>>);

#[handlers]
impl Asks {
    #[tell]
    async fn ask(&mut self, value: Counted) {
        let pending = self.0.keep().timeout(LONG).start();
        self.0.hold_now(value);
        self.1.send(pending.await).expect("the test listens");
    }
}

#[test]
fn x9_an_actor_killed_before_its_start_does_not_start() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let (actor, hears) = waits(&tally, false, false);
        simulator.enter(1 % simulator.shards(), || callboard::spawn(actor).kill());
        simulator.run();
        tally.assert_even();
        assert!(hears.try_recv().is_err(), "no hook runs");
        assert_eq!(simulator.actors(), 0);
    });
}

#[test]
fn x9_a_system_ends_although_a_cut_off_handler_does_not_return() {
    let system = impatient(2);
    let mut events = system.events();
    let Held { system, actor, go, tally, .. } = held(system, At::Handler);
    actor.kill();
    while !matches!(next(&mut events), Event::CutOff { .. }) {}
    let report = system.stop(Duration::from_millis(1));
    assert_eq!((report.stuck_shards, report.cut_off), (1, 1), "{report}");
    assert!(report.to_string().contains("1 actors cut off"), "{report}");
    while events.wait_next().is_some() {}
    // The thread that was left behind ends when it can.
    go.send(()).expect("it holds");
    while tally.dropped() < tally.made() {
        std::thread::yield_now();
    }
    tally.assert_even();
}

#[test]
fn x9_killing_at_random_loses_no_count() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let mut sent = 0;
        for round in 0..300_usize {
            let (actor, _hears) = began(&simulator, &tally, round % 5 == 0);
            let from = round % simulator.shards();
            simulator.enter(from, || {
                for number in 0..round % 7 {
                    if number == round % 3 {
                        actor.wait_with(tally.make());
                    } else {
                        actor.take(tally.make());
                    }
                    sent += 1;
                }
                if round % 4 == 0 {
                    actor.stop();
                }
            });
            for _ in 0..round % 3 {
                simulator.turn();
            }
            if round % 2 == 0 {
                actor.kill();
            } else {
                simulator.enter((from + 1) % simulator.shards(), || actor.kill());
            }
        }
        simulator.run();
        assert_eq!(simulator.actors(), 0);
        tally.assert_even();
        let report = simulator.stop();
        assert_eq!(report.handled + report.dead_letters.total(), sent, "{report}");
    });
}

/// Holds its shard for a while, then tells.
#[actor]
struct Slow {
    logs: [ActorRef<Log>; 2],
    holds: Sender<()>,
}

#[handlers]
impl Slow {
    #[tell]
    fn hold(&mut self, spins: u32) {
        self.holds.send(()).expect("the test listens");
        (0..spins).for_each(|_| std::hint::spin_loop());
        self.logs.iter().for_each(|log| log.note(u64::MAX));
    }
}

/// Tells both logs the next number.
#[actor]
struct Counts([ActorRef<Log>; 2], u64);

#[handlers]
impl Counts {
    #[tell]
    fn count(&mut self) {
        self.0.iter().for_each(|log| log.note(self.1));
        self.1 += 1;
    }

    /// What the logs have heard, of this actor all.
    #[ask]
    async fn heard(&mut self) -> Result<[Vec<u64>; 2], AskError> {
        Ok([self.0[0].notes().await?, self.0[1].notes().await?])
    }
}

/// Some handlers return as they are cut off: whatever comes first, nobody else loses a message.
#[test]
fn x9_a_cut_off_that_races_the_return_harms_no_other() {
    let soon = Duration::from_millis(1);
    let builder = System::builder().shards(2).pin(false).overrun_after(soon).kill_grace(soon);
    let system = builder.start().expect("a system starts");
    let logs = [1, 0].map(|shard| system.spawn_on(shard, Log::default).wait().expect("it starts"));
    let counts = system.spawn_on(1, move || Counts(logs, 0)).wait().expect("it starts");
    let (send, holds) = channel();
    let rounds = 100;
    for round in 0..rounds {
        let send = send.clone();
        let slow = system.spawn_on(1, move || Slow { logs, holds: send });
        let slow = slow.wait().expect("it starts");
        slow.hold(20_000 + 1_000 * round);
        counts.count();
        holds.recv().expect("it holds");
        slow.kill();
        counts.count();
    }
    let rounds = u64::from(rounds);
    let heard = counts.heard().timeout(LONG).wait().expect("it is alive").expect("they are alive");
    let mut slow = 0;
    for notes in heard {
        let counted = Vec::from_iter(notes.iter().copied().filter(|note| *note != u64::MAX));
        assert!(counted == Vec::from_iter(0..2 * rounds), "{} of {rounds}", counted.len());
        slow += (notes.len() - counted.len()) as u64;
    }
    let report = system.stop(END);
    // Each hold, count and note, and three asks; what was not heard of the slow is dead.
    let sent = rounds * (1 + 2 + 4 + 2) + 3;
    assert_eq!(report.handled + report.dead_letters.total(), sent, "{report}");
    assert_eq!((report.actors_left, report.cut_off), (0, 0));
    assert_eq!(report.dead_letters.of(DeadReason::Stopped), 2 * rounds - slow, "{report}");
}

/// The worlds of `everywhere` have a watchdog where they are real; it says nothing of what returns.
#[test]
fn x9_a_kill_works_on_real_systems_too() {
    crate::check::everywhere(|world: World| {
        let tally = Tally::default();
        let (actor, hears) = waits(&tally, false, false);
        let actor = world.spawn(1, || actor);
        assert!(matches!(hears.recv(), Ok(Said::Began(_))));
        actor.wait_with(tally.make());
        world.run(0, move || async move {
            let asked = actor.wait_and_answer().start();
            actor.kill();
            assert_eq!(asked.await, Err(AskError::Stopped));
        });
        let report = world.end();
        tally.assert_even();
        assert!(hears.recv().is_err(), "no hook ran");
        assert_eq!((report.dead_letters.total(), report.cut_off), (2, 0), "{report}");
    });
}
