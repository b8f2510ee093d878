//! `cx.blocking(f).then(Self::got)`: a thread of the pool makes a call, and its value comes as a message does.

use std::sync::mpsc::{Receiver, Sender, channel};

use callboard::testing::Simulator;
use callboard::{
    ActorRef, ChildSpec, Context, DeadReason, Event, SupervisorSpec, Topic, actor, handlers,
};

use crate::check::{Counted, END, Events, Log, Tally, ask_from, everywhere, on_shards, put, real};

/// Has values made elsewhere, and notes what it hears.
#[actor]
#[derive(Default)]
struct Maker {
    heard: Vec<String>,
}

/// Which method takes the value.
#[derive(Clone, Copy)]
enum By {
    Got,
    GotAndFails,
    GotLater,
    GotLaterWithContext,
    GotWithContext,
}

impl Maker {
    fn got(&mut self, value: u64) {
        self.heard.push(value.to_string());
    }

    fn got_and_fails(&mut self, value: u64) -> Result<(), String> {
        Err(format!("cannot use {value}"))
    }

    async fn got_later(&mut self, value: u64) {
        tokio::task::yield_now().await;
        self.heard.push(format!("{value} later"));
    }

    fn got_with_context(&mut self, cx: &mut Context<Self>, value: u64) {
        cx.me().hear(format!("after {value}"));
    }

    async fn got_later_with_context(&mut self, cx: &mut Context<Self>, value: u64) {
        tokio::task::yield_now().await;
        self.got_with_context(cx, value);
    }

    fn got_value(&mut self, value: Counted) {
        drop(value);
        self.heard.push("value".to_owned());
    }

    fn got_nothing(&mut self, (): ()) {}
}

#[handlers]
impl Maker {
    #[tell]
    fn make(&mut self, cx: &mut Context<Self>, value: u64, by: By) {
        let call = cx.blocking(move || value * 2);
        match by {
            By::Got => call.then(Self::got),
            By::GotAndFails => call.then(Self::got_and_fails),
            By::GotLater => call.then(Self::got_later),
            By::GotLaterWithContext => call.then(Self::got_later_with_context),
            By::GotWithContext => call.then(Self::got_with_context),
        }
        self.heard.push("asked".to_owned());
    }

    #[tell]
    fn panic_aside(&mut self, cx: &mut Context<Self>) {
        cx.blocking(|| -> u64 { panic!("no value") }).then(Self::got);
    }

    /// Has a thread wait until somebody says so.
    #[tell]
    fn block(&mut self, cx: &mut Context<Self>, until: Receiver<()>) {
        cx.blocking(move || until.recv().unwrap_or_default()).then(Self::got_nothing);
    }

    /// The same, and says when it has heard of that.
    #[tell]
    fn block_and_say(&mut self, cx: &mut Context<Self>, until: Receiver<()>, say: Sender<String>) {
        cx.blocking(move || until.recv().unwrap_or_default()).then(move |maker: &mut Self, ()| {
            maker.heard.push("released".to_owned());
            say.send(maker.heard.join(", ")).expect("the test waits for it");
        });
    }

    #[tell]
    fn make_value(&mut self, cx: &mut Context<Self>, value: Counted, log: ActorRef<Log>) {
        cx.blocking(move || {
            log.note(1);
            value
        })
        .then(Self::got_value);
    }

    #[tell]
    fn drop_unmade(&mut self, cx: &mut Context<Self>, log: ActorRef<Log>) {
        drop(cx.blocking(move || log.note(1)));
    }

    #[tell]
    fn hear(&mut self, what: String) {
        self.heard.push(what);
    }

    #[tell]
    fn end(&mut self, cx: &mut Context<Self>) {
        cx.stop();
    }

    #[tell]
    fn panic(&mut self) {
        panic!("by itself");
    }

    #[ask]
    fn heard(&self) -> String {
        self.heard.join(", ")
    }
}

fn made(by: By, heard: &str) {
    on_shards(|simulator| {
        let maker = put(&simulator, 1, Maker::default);
        maker.make(4, by);
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, maker.heard()), Ok(heard.to_owned()));
        assert_eq!(simulator.asks(), 0);
        assert_eq!(simulator.stop().dead_letters.total(), 0);
    });
}

#[test]
fn the_value_of_a_call_reaches_a_method_of_any_kind() {
    made(By::Got, "asked, 8");
    made(By::GotLater, "asked, 8 later");
    made(By::GotWithContext, "asked, after 8");
    made(By::GotLaterWithContext, "asked, after 8");
}

#[test]
fn d8_a_value_waits_while_a_handler_does_and_keeps_its_place() {
    on_shards(|simulator| {
        let maker = put(&simulator, 1, Maker::default);
        maker.make(1, By::GotLater);
        maker.make(2, By::Got);
        maker.hear("told".to_owned());
        simulator.run();
        assert_eq!(
            ask_from(&simulator, 0, maker.heard()),
            Ok("asked, asked, told, 2 later, 4".to_owned())
        );
        // Three messages, two values and the question.
        assert_eq!(simulator.stop().handled, 6);
    });
}

#[test]
fn the_error_of_a_method_that_takes_a_value_ends_the_actor() {
    on_shards(|simulator| {
        let maker = put(&simulator, 1, Maker::default);
        let ended = simulator.start(0, move || maker.wait());
        maker.make(1, By::GotAndFails);
        simulator.run();
        let reason = ended.take().expect("it has ended").to_string();
        assert_eq!(reason, "error: cannot use 2");
    });
}

#[test]
fn l5_a_panic_of_a_call_ends_its_actor_as_one_of_its_own() {
    everywhere(|world| {
        let mut events = world.events().only([Topic::Panic]);
        let maker = world.spawn(1, Maker::default);
        maker.panic_aside();
        let event = world.run(0, || async move { events.next().await });
        let Some(Event::Panic { actor, panic, .. }) = event else { panic!("{event:?}") };
        assert_eq!(actor, Some(maker.address()));
        assert_eq!(panic.text, "no value");
        assert!(panic.location.contains("blocking_calls.rs"), "{}", panic.location);
        let report = world.end();
        assert_eq!(report.handled, 1);
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
    });
}

#[test]
fn a_value_that_nobody_takes_any_more_is_dropped_once_and_counted() {
    let tally = Tally::default();
    let system = real(1);
    let (release, until) = channel();
    let log = system.spawn_on(0, Log::default).wait().expect("it starts");
    let value = tally.make();
    let holder: ActorRef<Holder> = system.spawn_on(0, || Holder).wait().expect("it starts");
    holder.hold(until, value, log);
    // The call is being made when its actor ends.
    assert_eq!(log.notes_of(1).wait(), Ok(vec![1]));
    assert!(holder.drain(END).wait().reason.is_normal());
    release.send(()).expect("the call waits for it");
    let report = system.stop(END);
    tally.assert_even();
    assert_eq!(report.dead_letters.total(), 0);
}

/// Has a value kept on a thread of the pool until somebody says so.
#[actor]
struct Holder;

impl Holder {
    fn got(&mut self, value: Counted) {
        drop(value);
        panic!("it has ended before");
    }
}

#[handlers]
impl Holder {
    #[tell]
    fn hold(
        &mut self,
        cx: &mut Context<Self>,
        until: Receiver<()>,
        value: Counted,
        log: ActorRef<Log>,
    ) {
        cx.blocking(move || {
            log.note(1);
            until.recv().unwrap_or_default();
            value
        })
        .then(Self::got);
    }
}

#[test]
fn a_call_that_has_not_begun_when_its_actor_ends_is_never_made() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let log = put(&simulator, 2, Log::default);
        let maker = put(&simulator, 1, Maker::default);
        let value = tally.make();
        maker.make_value(value, log);
        maker.end();
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()), Ok(Vec::new()));
        assert_eq!(simulator.asks(), 0);
        tally.assert_even();
    });
}

#[test]
fn a_call_is_made_once_it_is_said_what_takes_its_value() {
    on_shards(|simulator| {
        let log = put(&simulator, 2, Log::default);
        let maker = put(&simulator, 1, Maker::default);
        maker.drop_unmade(log);
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, log.notes()), Ok(Vec::new()));
    });
}

#[test]
fn l8_a_value_of_an_incarnation_that_ended_is_not_the_next_ones() {
    let simulator = Simulator::new(2);
    let spec = SupervisorSpec::new("makers")
        .child(ChildSpec::<Maker>::new("maker", |_: &_| async { Ok(Maker::default()) }).shard(1));
    let tree = simulator.block_on(0, || spec.start()).expect("at once").expect("it starts");
    let maker = tree.child::<Maker>(0);
    maker.make(1, By::Got);
    maker.panic();
    maker.hear("restarted".to_owned());
    simulator.run();
    assert_eq!(ask_from(&simulator, 0, maker.heard()), Ok("restarted".to_owned()));
}

#[test]
fn a_call_runs_on_another_thread_while_the_actor_goes_on() {
    let system = real(1);
    let (release, until) = channel();
    let (say, heard) = channel();
    let maker = system.spawn_on(0, Maker::default).wait().expect("it starts");
    maker.block_and_say(until, say);
    maker.hear("told".to_owned());
    assert_eq!(maker.heard().wait().as_deref(), Ok("told"));
    release.send(()).expect("the call waits for it");
    assert_eq!(heard.recv().as_deref(), Ok("told, released"));
    assert_eq!(system.stop(END).dead_letters.total(), 0);
}

#[test]
fn g7_a_call_that_does_not_return_holds_up_no_end_of_a_system() {
    let system = real(2);
    let (release, until): (Sender<()>, _) = channel();
    let events = system.spawn_on(1, Events::default).wait().expect("it starts");
    let maker = system.spawn_on(0, Maker::default).wait().expect("it starts");
    maker.block(until);
    events.happened("blocked".to_owned());
    let report = system.stop(END);
    assert_eq!((report.actors_left, report.messages_left, report.stuck_shards), (0, 0, 0));
    drop(release);
}
