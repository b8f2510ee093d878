//! Who subscribes to events is told of dead letters, panics and failed starts, and holds up nobody.

use std::any::type_name;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};

use callboard::testing::Simulator;
use callboard::{
    ActorRef, Address, AskError, ChildSpec, Context, DeadReason, Event, Events, Start,
    SupervisorSpec, Topic, actor, handlers, start,
};

use crate::bounded::{Refusing, RefusingMsg};
use crate::check::{Log, Subject, SubjectMsg, World, ask_from, everywhere, on_shards, put, real};

/// All that a subscriber has not yet seen, once nothing more comes.
fn rest(mut events: Events) -> Vec<Event> {
    std::iter::from_fn(move || events.try_next()).collect()
}

/// What a subscriber has not yet seen.
fn drain(events: &mut Events) -> Vec<Event> {
    std::iter::from_fn(|| events.try_next()).collect()
}

/// The dead letters among them: the reason, for whom, the type and its size.
fn dead_letters(events: &[Event]) -> Vec<(DeadReason, Address, &'static str, usize)> {
    let dead = events.iter().filter_map(|event| match event {
        Event::DeadLetter { reason, receiver, message, bytes, .. } => {
            Some((*reason, *receiver, *message, *bytes))
        }
        _ => None,
    });
    dead.collect()
}

fn subject_letter(reason: DeadReason, to: Address) -> (DeadReason, Address, &'static str, usize) {
    (reason, to, type_name::<SubjectMsg>(), size_of::<SubjectMsg>())
}

#[test]
fn dl1_each_dead_letter_is_told_with_reason_receiver_type_and_size() {
    everywhere(|world: World| {
        let events = world.events();
        let subject = world.spawn(1, Subject::default);
        let to = subject.address();
        // From the actor's own shard and from another.
        for from in [0, 1] {
            world.run(from, move || async move {
                subject.stop();
                subject.work();
                // Its end is behind what was told before.
                let _ = subject.handled().await;
            });
        }
        let later = world.spawn(1, Subject::default);
        assert_eq!((later.address() == to, later.address().shard()), (false, to.shard()));
        world.run(1, move || async move {
            subject.work();
            let _ = later.handled().await;
        });
        let report = world.end();
        let dead = dead_letters(&rest(events));
        // The two asks of the first part are dead letters too.
        let expected = [
            vec![subject_letter(DeadReason::Stopped, to); 4],
            vec![subject_letter(DeadReason::NoProc, to)],
        ];
        assert_eq!(dead, expected.concat());
        assert_eq!(report.dead_letters.total(), 5);
    });
}

#[test]
fn dl1_what_comes_when_the_system_ends_is_told_as_shutdown() {
    let system = real(1);
    let events = system.events();
    let subject = system.spawn_on(0, Subject::default).wait().expect("it starts");
    let (told, tell) = mpsc::channel();
    system.spawn_on(0, move || AtTheEnd(subject, told)).wait().expect("it starts");
    let report = system.stop(crate::check::END);
    assert_eq!(tell.recv(), Ok(()));
    let dead = dead_letters(&rest(events));
    // The signal that was refused with it is no message.
    assert_eq!(dead, [subject_letter(DeadReason::Shutdown, subject.address())]);
    assert_eq!(report.dead_letters.of(DeadReason::Shutdown), 1);
    assert_eq!(report.dead_letters.total(), 1);
}

/// As its system ends, has another thread tell and stop an actor.
#[actor]
struct AtTheEnd(ActorRef<Subject>, mpsc::Sender<()>);

#[handlers]
impl AtTheEnd {
    #[stop]
    fn tell_it(&mut self) {
        let subject = self.0;
        let told = std::thread::spawn(move || {
            subject.work();
            subject.stop();
        });
        told.join().expect("it has told it");
        self.1.send(()).expect("the test listens");
    }
}

#[test]
fn l6_the_message_of_a_crash_is_told_with_its_type_and_size() {
    everywhere(|world: World| {
        let events = world.events().only([Topic::DeadLetter, Topic::Panic]);
        let subject = world.spawn(1, Subject::default);
        world.run(0, move || async move {
            subject.panic("broken".to_owned());
            assert_ne!(subject.handled().await, Ok(0));
        });
        let _ = world.end();
        let events = rest(events);
        let in_flight = subject_letter(DeadReason::InFlight, subject.address());
        assert_eq!(dead_letters(&events)[0], in_flight);
        let Event::Panic { actor, kind, panic } = &events[0] else {
            panic!("the panic comes first: {events:?}")
        };
        assert_eq!((*actor, *kind), (Some(subject.address()), type_name::<Subject>()));
        assert_eq!(panic.text, "broken");
        assert!(panic.location.contains("check.rs"), "{panic}");
    });
}

/// Keeps what it is at, and panics at odd numbers, at once or later.
#[actor]
#[derive(Default)]
struct Careful {
    handled: Vec<u64>,
}

#[handlers]
impl Careful {
    #[tell(keep)]
    fn take(&mut self, number: u64, text: String) {
        assert!(number.is_multiple_of(2), "{number}: {text}");
        self.handled.push(number);
    }

    #[ask(keep)]
    async fn take_later(&mut self, number: u64) -> u64 {
        tokio::task::yield_now().await;
        assert!(number.is_multiple_of(2), "an odd number");
        self.handled.push(number);
        std::future::pending::<u64>().await
    }

    #[tell]
    fn forget(&mut self) {
        panic!("it keeps nothing");
    }
}

/// The first message in flight among these.
fn in_flight(events: Events) -> Event {
    let is_it =
        |event: &Event| matches!(event, Event::DeadLetter { reason: DeadReason::InFlight, .. });
    rest(events).into_iter().find(is_it).expect("a message was in flight")
}

#[test]
fn l6_a_message_in_flight_is_told_with_its_value_where_its_handler_keeps_it() {
    everywhere(|world: World| {
        let events = world.events();
        let careful = world.spawn(1, Careful::default);
        world.run(0, move || async move {
            careful.take(2, "two".to_owned());
            careful.take(3, "three".to_owned());
            careful.take(4, "four".to_owned());
            careful.wait().await;
        });
        world.end();
        let letter = in_flight(events);
        assert_eq!(letter.value(), Some((3_u64, "three".to_owned())));
        assert_eq!(letter.value::<(u64,)>(), None, "it is of another type");
    });
}

#[test]
fn l6_what_an_async_handler_keeps_is_told_of_a_panic_and_of_a_kill() {
    everywhere(|world: World| {
        for number in [5_u64, 6] {
            let events = world.events();
            let careful = world.spawn(1, Careful::default);
            world.run(1, move || async move {
                let asked = careful.take_later(number).start();
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
                careful.kill();
                assert!(asked.await.is_err());
            });
            world.run(1, move || async move {
                careful.wait().await;
            });
            assert_eq!(in_flight(events).value(), Some((number,)));
        }
        world.end();
    });
}

/// Notes what it takes, but cannot take 2.
#[actor]
struct Picky(ActorRef<Log>);

#[handlers]
impl Picky {
    #[tell(keep)]
    fn take(&mut self, number: u64) {
        assert_ne!(number, 2, "not this one");
        self.0.note(number);
    }
}

#[test]
fn p15_l6_a_restarted_actor_takes_what_waited_and_the_letter_has_what_it_was_at() {
    on_shards(|simulator| {
        let events = simulator.events();
        let log = put(&simulator, 1, Log::default);
        let child = ChildSpec::<Picky>::new("picky", move |_| async move { Ok(Picky(log)) });
        let tree = simulator.block_on(0, || SupervisorSpec::new("one").child(child).start());
        let picky = tree.expect("it takes no time").expect("it starts").child::<Picky>(0);
        simulator.enter(0, || (1..=5).for_each(|number| picky.take(number)));
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()), Ok(vec![1, 3, 4, 5]));
        let lives = rest(events).into_iter().filter_map(|event| match event {
            Event::DeadLetter { .. } => Some(format!("{:?}", event.value::<(u64,)>())),
            Event::Started { actor, .. } if actor == picky.address() => Some("start".to_owned()),
            Event::Stopped { actor, reason, .. } if actor == picky.address() => {
                assert!(reason.to_string().contains("not this one"), "{reason}");
                Some("stop".to_owned())
            }
            _ => None,
        });
        assert_eq!(Vec::from_iter(lives), ["start", "Some((2,))", "stop"]);
    });
}

#[test]
fn l6_nothing_is_kept_of_messages_that_were_handled() {
    everywhere(|world: World| {
        let events = world.events();
        let careful = world.spawn(1, Careful::default);
        world.run(0, move || async move {
            careful.take(2, "two".to_owned());
            careful.forget();
            careful.wait().await;
        });
        world.end();
        assert_eq!(in_flight(events).value::<(u64, String)>(), None);
    });
}

/// Fails as it starts, in one of these ways.
#[actor(start_timeout = "1s")]
struct Failing(fn() -> Result<Start, Unsayable>);

#[handlers]
impl Failing {
    #[start]
    fn begin(&mut self) -> Result<Start, Unsayable> {
        (self.0)()
    }
}

/// An error that panics when it is shown.
#[derive(Debug)]
struct Unsayable(bool);

impl std::fmt::Display for Unsayable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        assert!(!self.0, "not to be said");
        f.write_str("no\nroom")
    }
}

impl std::error::Error for Unsayable {}

#[test]
fn l2_a_failed_start_is_told_and_one_that_is_ignored_is_not() {
    everywhere(|world: World| {
        let events = world.events();
        let starts: [fn() -> Result<Start, Unsayable>; 4] = [
            || Err(Unsayable(false)),
            || panic!("not today"),
            || Err(Unsayable(true)),
            || Ok(Start::Ignore),
        ];
        for how in starts {
            world.run(0, move || async move { start(Failing(how)).await.expect_err("it fails") });
        }
        // Stopped while it starts, it has not failed.
        world.end();
        let events = rest(events);
        let failed = events.iter().filter_map(|event| match event {
            Event::StartFailed { kind, why, .. } if *kind == type_name::<Failing>() => {
                Some(why.to_string())
            }
            Event::StartFailed { .. } => panic!("nothing else fails: {event}"),
            _ => None,
        });
        let failed = Vec::from_iter(failed);
        assert_eq!(failed.len(), 3, "{events:?}");
        assert!(failed[0].ends_with("no\nroom"), "{}", failed[0]);
        assert!(failed[1].contains("not today"), "{}", failed[1]);
        assert_eq!(failed[2], "it has an error that panics");
    });
}

#[test]
fn dl3_a_slow_subscriber_loses_events_and_the_counters_are_exact() {
    on_shards(|simulator| {
        let [mut slow, mut quick] = [(); 2].map(|()| simulator.events().only(Topic::DeadLetter));
        let subject = put(&simulator, 1, Subject::default);
        subject.stop_now();
        simulator.run();
        let mut seen = 0;
        for _ in 0..50 {
            simulator.enter(0, || (0..100).for_each(|_| subject.work()));
            simulator.run();
            while let Some(event) = quick.try_next() {
                assert!(matches!(event, Event::DeadLetter { .. }), "{event}");
                seen += 1;
            }
        }
        assert_eq!(seen, 5_000, "who keeps up sees each");
        let Some(Event::Lagged { missed }) = slow.try_next() else { panic!("it lags") };
        let left = rest(slow);
        assert_eq!(missed as usize + left.len(), 5_000);
        assert!(left.len() >= 1_024, "it is told of the newest: {}", left.len());
        assert_eq!(simulator.stop().dead_letters.of(DeadReason::Stopped), 5_000);
    });
}

#[test]
fn dl3_what_is_left_out_takes_no_place() {
    on_shards(|simulator| {
        let mut stops = simulator.events().only(Topic::Stopped);
        let wanted = Arc::new(AtomicUsize::new(0));
        let slot = wanted.clone();
        let mut some = simulator.events().filter(move |event| match event {
            Event::DeadLetter { receiver, .. } => receiver.shard() == slot.load(Ordering::SeqCst),
            _ => false,
        });
        let subjects = [put(&simulator, 0, Subject::default), put(&simulator, 1, Subject::default)];
        wanted.store(subjects[1].address().shard(), Ordering::SeqCst);
        subjects.iter().for_each(ActorRef::stop_now);
        simulator.run();
        for _ in 0..50 {
            simulator.enter(0, || (0..100).for_each(|_| subjects[0].work()));
            simulator.run();
        }
        simulator.enter(0, || subjects[1].work());
        simulator.run();
        let stopped = drain(&mut stops);
        assert!(
            matches!(stopped[..], [Event::Stopped { .. }, Event::Stopped { .. }]),
            "{stopped:?}"
        );
        let letters = dead_letters(&drain(&mut some));
        let last = subject_letter(DeadReason::Stopped, subjects[1].address());
        assert_eq!(letters.last(), Some(&last));
        if simulator.shards() > 1 {
            assert_eq!(letters.len(), 1, "of the other 5,000 none took a place");
        }
        assert_eq!(simulator.stop().dead_letters.total(), 5_001);
    });
}

#[test]
fn dl3_a_test_of_a_subscribers_that_panics_or_publishes_harms_nobody() {
    on_shards(|simulator| {
        let mut panics = simulator.events().only(Topic::DeadLetter).filter(|_| panic!("hostile"));
        let dead = put(&simulator, 1, Subject::default);
        // What a test sends in vain is counted, or there would be no end to it.
        let mut sends = simulator.events().only(Topic::DeadLetter).filter(move |_| {
            dead.work();
            true
        });
        dead.stop();
        simulator.run();
        simulator.enter(0, || dead.work());
        simulator.run();
        let told =
            [drain(&mut panics), drain(&mut sends)].map(|events| dead_letters(&events).len());
        assert_eq!(told, [1, 1]);
        assert_eq!(simulator.stats().total().panics, 1);
        assert_eq!(simulator.stop().dead_letters.total(), 2);
    });
}

#[test]
fn l1_a_start_and_an_end_are_told_with_the_reason() {
    everywhere(|world: World| {
        let events = world.events().only([Topic::Started, Topic::Stopped]);
        let events = events.filter(|event| !event.to_string().contains("check::Runner"));
        let [stopped, failed, crashed] = [(); 3].map(|()| world.spawn(1, Subject::default));
        world.run(1, move || async move {
            stopped.stop();
            failed.end_with("no\nmore".to_owned());
            crashed.panic("broken".to_owned());
            for subject in [stopped, failed, crashed] {
                subject.wait().await;
            }
        });
        world.end();
        let kind = type_name::<Subject>();
        let all = Vec::from_iter(rest(events).iter().map(text));
        let started =
            |subject: ActorRef<Subject>| format!("started: {kind} at {}", subject.address());
        assert_eq!(all[..3], [stopped, failed, crashed].map(started));
        let ended = |subject: ActorRef<Subject>, why| {
            format!("stopped: {kind} at {}: {why}", subject.address())
        };
        assert_eq!(all[3], ended(stopped, "normal"));
        assert_eq!(all[4], ended(failed, "error: no more"));
        let crash = ended(crashed, "panic at ");
        assert!(all[5].starts_with(&crash) && all[5].ends_with("broken"), "{}", all[5]);
        assert_eq!(all.len(), 6, "{all:?}");
    });
}

#[test]
fn l2_an_actor_that_never_started_is_not_told_of_as_stopped() {
    everywhere(|world: World| {
        let events = world.events().filter(|event| event.to_string().contains("::Failing"));
        for how in [|| panic!("not today"), || Ok(Start::Ignore)] {
            let _ = world.run(0, move || async move { start(Failing(how)).await });
        }
        world.end();
        let topics = Vec::from_iter(rest(events).iter().map(Event::topic));
        assert_eq!(topics, [Some(Topic::Panic), Some(Topic::StartFailed)]);
    });
}

#[test]
fn dl3_two_subscribers_see_the_same_in_the_same_order() {
    everywhere(|world: World| {
        let both = [world.events(), world.events()];
        let gone = world.events();
        let subjects = [world.spawn(0, Subject::default), world.spawn(1, Subject::default)];
        drop(gone);
        for subject in subjects {
            world.run(subject.address().shard(), move || async move {
                for _ in 0..50 {
                    subject.stop();
                    subject.work();
                }
                assert!(subject.handled().await.is_err());
            });
        }
        world.end();
        let [one, other] = both.map(|events| Vec::from_iter(rest(events).iter().map(text)));
        assert_eq!(one, other);
        let letters = one.iter().filter(|event| event.starts_with("dead letter"));
        assert_eq!(letters.count(), 102);
    });
}

fn text(event: &Event) -> String {
    event.to_string()
}

#[test]
fn dl3_a_subscription_ends_with_its_system() {
    let system = real(2);
    let mut events = system.events().only([Topic::DeadLetter, Topic::Panic]);
    let subject = system.spawn_on(1, Subject::default).wait().expect("it starts");
    subject.panic("last words".to_owned());
    let waits = std::thread::spawn(move || {
        let seen = Vec::from_iter(std::iter::from_fn(|| events.wait_next()));
        (seen.len(), events.wait_next().is_none(), events.try_next().is_none())
    });
    assert_eq!(system.stop(crate::check::END).stuck_shards, 0);
    // A panic and its message.
    assert_eq!(waits.join().expect("no panic"), (2, true, true));
}

#[test]
fn dl3_a_subscription_outlives_a_simulator() {
    on_shards(|simulator| {
        let mut events = simulator.events();
        simulator.stop();
        assert!(events.wait_next().is_none());
    });
}

/// Listens to events in a handler, and says how many it saw once the system has ended.
#[actor]
struct Listener(mpsc::Sender<usize>);

#[handlers]
impl Listener {
    #[tell]
    async fn listen(&mut self, mut events: Events, until: usize) {
        let mut seen = 0;
        while seen < until && events.next().await.is_some() {
            seen += 1;
        }
        self.0.send(seen).expect("the test listens");
    }
}

#[test]
fn dl3_an_actor_on_any_shard_may_listen() {
    everywhere(|world: World| {
        let (send, receive) = mpsc::channel();
        for shard in [0, 1] {
            let send = send.clone();
            let listener = world.spawn(shard, || Listener(send));
            listener.listen(world.events().only(Topic::DeadLetter), 20);
        }
        let subject = world.spawn(1, Subject::default);
        world.run(1, move || async move {
            subject.stop_now();
            // Behind the end, for a poll of this actor comes later.
            tokio::task::yield_now().await;
            (0..20).for_each(|_| subject.work());
        });
        world.run(0, || async {});
        // The listeners end by themselves, so nothing is cut off.
        let report = world.end();
        drop(send);
        assert_eq!(Vec::from_iter(receive.iter()), [20, 20]);
        assert_eq!((report.actors_left, report.dead_letters.total()), (0, 20));
    });
}

/// Tells another of each dead letter, twice.
#[actor]
struct Echo {
    to: ActorRef<Subject>,
    letters: u64,
}

#[handlers]
impl Echo {
    #[tell]
    async fn listen(&mut self, mut events: Events) {
        while let Some(event) = events.next().await {
            if let Event::DeadLetter { .. } = event {
                self.letters += 1;
                self.to.work();
                // In a later poll it is a listener still.
                tokio::task::yield_now().await;
                self.to.work();
                if self.letters == 3 {
                    return;
                }
            }
        }
    }

    #[ask]
    fn letters(&self) -> u64 {
        self.letters
    }
}

#[test]
fn dl2_what_a_listener_sends_in_vain_is_only_counted() {
    everywhere(|world: World| {
        let events = world.events();
        let dead = world.spawn(1, Subject::default);
        let echo = world.spawn(0, move || Echo { to: dead, letters: 0 });
        echo.listen(world.events());
        world.run(1, move || async move {
            dead.stop_now();
            tokio::task::yield_now().await;
            (0..3).for_each(|_| dead.work());
        });
        assert_eq!(world.ask(echo.letters()), Ok(3));
        let report = world.end();
        assert_eq!(report.dead_letters.total(), 3 + 6);
        assert_eq!(dead_letters(&rest(events)).len(), 3, "the rest was sent by who listens");
    });
}

/// Has listened, and sends to one that has ended in all it does besides.
#[actor]
struct Restless {
    to: ActorRef<Subject>,
    events: Events,
}

impl Restless {
    fn got(&mut self, answer: Result<u64, AskError>) {
        assert_eq!(answer, Ok(1));
        self.to.work();
    }
}

impl Drop for Restless {
    fn drop(&mut self) {
        self.to.work();
    }
}

#[handlers]
impl Restless {
    #[tell]
    fn look(&mut self) {
        drain(&mut self.events);
    }

    #[tell]
    fn go_on(&mut self, cx: &mut Context<Self>) {
        cx.me().one().on(cx, Self::got);
    }

    #[tell]
    fn send_with_a_place(&mut self, of: ActorRef<Refusing>) {
        of.try_tell(RefusingMsg::Note { number: 1 }).expect("it lives and is idle");
        of.stop_now();
    }

    #[ask]
    fn one(&self) -> u64 {
        1
    }

    #[stop]
    fn finish(&mut self) {
        self.to.work();
    }
}

/// How many dead letters a listener makes by `does`, and how many of them are told.
fn in_vain(does: impl Fn(&Simulator, ActorRef<Restless>)) {
    on_shards(|simulator| {
        let to = put(&simulator, 1, Subject::default);
        to.stop();
        simulator.run();
        let (events, mut all) = (simulator.events(), simulator.events());
        let restless = put(&simulator, 1, move || Restless { to, events });
        restless.look();
        simulator.run();
        does(&simulator, restless);
        simulator.run();
        let dead = simulator.report().dead_letters.total();
        assert!(dead > 0, "something was sent in vain");
        assert_eq!(dead_letters(&drain(&mut all)).len(), 0, "of {dead}");
    });
}

#[test]
fn dl2_what_a_listener_sends_as_it_goes_on_with_an_answer_is_only_counted() {
    in_vain(|_, restless| restless.go_on());
}

#[test]
fn dl2_what_a_listener_sends_as_it_ends_is_only_counted() {
    in_vain(|_, restless| restless.stop());
    in_vain(|_, restless| restless.kill());
}

#[test]
fn dl2_what_a_listener_sends_with_a_place_is_only_counted() {
    in_vain(|simulator, restless| {
        let of = put(simulator, 1, Refusing::default);
        restless.send_with_a_place(of);
    });
}

/// Looks for dead letters when it is told to, and tells another of each.
#[actor]
struct Glances {
    events: Events,
    to: ActorRef<Subject>,
}

#[handlers]
impl Glances {
    #[ask]
    fn look(&mut self) -> usize {
        let letters = dead_letters(&drain(&mut self.events)).len();
        (0..letters).for_each(|_| self.to.work());
        letters
    }
}

#[test]
fn dl2_a_plain_handler_that_listens_hears_itself_once_at_most() {
    on_shards(|simulator| {
        let dead = put(&simulator, 1, Subject::default);
        dead.stop();
        simulator.run();
        let events = simulator.events();
        let glances = put(&simulator, 0, move || Glances { events, to: dead });
        simulator.enter(0, || (0..3).for_each(|_| dead.work()));
        let looks = [(); 4].map(|()| {
            simulator.run();
            ask_from(&simulator, 0, glances.look()).expect("it lives")
        });
        assert_eq!(looks, [3, 3, 0, 0], "its first call is not known to be a listener's");
        simulator.enter(0, || dead.work());
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, glances.look()), Ok(1), "others are heard");
        assert_eq!(simulator.report().dead_letters.total(), 3 + 6 + 1 + 1);
    });
}

#[test]
fn dl2_a_plain_thread_that_listens_does_not_hear_itself() {
    let system = real(1);
    let (mut events, all) = (system.events().only(Topic::DeadLetter), system.events());
    let dead = system.spawn_on(0, Subject::default).wait().expect("it starts");
    dead.stop();
    std::thread::spawn(move || (0..3).for_each(|_| dead.work())).join().expect("it ends well");
    for _ in 0..3 {
        assert!(matches!(events.wait_next(), Some(Event::DeadLetter { .. })));
        dead.work();
    }
    assert_eq!(system.stop(crate::check::END).dead_letters.total(), 6);
    assert_eq!(dead_letters(&rest(all)).len(), 3);
}

#[test]
fn dl2_a_listener_that_is_done_is_heard_in_other_actors() {
    on_shards(|simulator| {
        let mut all = simulator.events();
        let dead = put(&simulator, 1, Subject::default);
        dead.stop();
        simulator.run();
        let events = simulator.events();
        let echo = put(&simulator, 0, move || Echo { to: dead, letters: 0 });
        echo.listen(events);
        simulator.run();
        simulator.enter(0, || dead.work());
        simulator.run();
        assert_eq!(dead_letters(&drain(&mut all)).len(), 1, "who sent it does not listen");
        simulator.enter(0, || dead.work());
        simulator.run();
        assert_eq!(dead_letters(&drain(&mut all)).len(), 1, "after a listener's poll, too");
        assert_eq!(simulator.report().dead_letters.total(), 2 + 4);
    });
}

#[tokio::test]
async fn dl2_a_task_that_listens_does_not_hear_itself_and_other_tasks_are_heard() {
    let system = real(1);
    let (mut events, all) = (system.events().only(Topic::DeadLetter), system.events());
    let dead = system.spawn_on(0, Subject::default).await.expect("it starts");
    dead.stop();
    let listener = tokio::spawn(async move {
        for _ in 0..2 {
            assert!(matches!(events.next().await, Some(Event::DeadLetter { .. })));
            dead.work();
        }
    });
    // On the thread of the listener.
    tokio::spawn(async move {
        for _ in 0..4 {
            dead.work();
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("it ends well");
    listener.await.expect("it ends well");
    let ended = tokio::task::spawn_blocking(move || system.stop(crate::check::END));
    assert_eq!(ended.await.expect("it ends well").dead_letters.total(), 6);
    assert_eq!(dead_letters(&rest(all)).len(), 4);
}

#[tokio::test]
async fn dl3_a_task_of_tokio_may_listen() {
    let system = real(1);
    let mut events = system.events().only(Topic::Panic);
    let subject = system.spawn_on(0, Subject::default).await.expect("it starts");
    subject.panic("heard".to_owned());
    let event = events.next().await.expect("a panic");
    assert!(event.to_string().contains("heard"), "{event}");
    let ended = tokio::task::spawn_blocking(move || system.stop(crate::check::END));
    while events.next().await.is_some() {}
    assert!(ended.await.is_ok());
}

/// Counts its wakes, and panics at each if told so.
struct Counting(AtomicUsize, bool);

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
        assert!(!self.1, "a hostile waker");
    }
}

#[test]
fn dl3_a_waker_that_panics_harms_nobody() {
    on_shards(|simulator| {
        let mut seen = simulator.events();
        let mut subscribers = [true, false].map(|panics| {
            let events = simulator.events().only(Topic::Panic);
            (events, Arc::new(Counting(AtomicUsize::new(0), panics)))
        });
        let [(first, hostile), (second, calm)] = &mut subscribers;
        let (mut one, mut other) = (pin!(first.next()), pin!(second.next()));
        let (of_hostile, of_calm) = (Waker::from(hostile.clone()), Waker::from(calm.clone()));
        let subject = put(&simulator, 1, Subject::default);
        assert!(one.as_mut().poll(&mut TaskContext::from_waker(&of_hostile)).is_pending());
        assert!(other.as_mut().poll(&mut TaskContext::from_waker(&of_calm)).is_pending());
        subject.panic("seen by all".to_owned());
        simulator.run();
        assert_eq!(hostile.0.load(Ordering::SeqCst), 1);
        assert_eq!(calm.0.load(Ordering::SeqCst), 1);
        let Poll::Ready(Some(event)) = other.poll(&mut TaskContext::from_waker(&of_calm)) else {
            panic!("it was woken");
        };
        assert!(event.to_string().contains("seen by all"), "{event}");
        // The waker's panic is an event of its own.
        let all = Vec::from_iter(std::iter::from_fn(|| seen.try_next()).map(|e| e.to_string()));
        assert!(all.iter().any(|event| event.contains("a hostile waker")), "{all:?}");
        assert_eq!(simulator.stop().panics_in_drop, 0);
    });
}

/// Waits for an event where it must not.
#[actor]
struct Waiting;

#[handlers]
impl Waiting {
    #[ask]
    fn wait_here(&mut self, mut events: Events) -> bool {
        events.wait_next().is_some()
    }
}

#[test]
fn wait_next_in_a_handler_says_what_to_write() {
    on_shards(|simulator| {
        let mut events = simulator.events().only(Topic::Panic);
        let waiting = put(&simulator, 1, || Waiting);
        let asked = waiting.wait_here(simulator.events());
        let answer = simulator.block_on(0, || asked);
        assert_eq!(answer, Some(Err(AskError::Crashed)));
        let event = events.try_next().expect("it panicked");
        assert!(event.to_string().contains("use `next().await` in a handler"), "{event}");
    });
}
