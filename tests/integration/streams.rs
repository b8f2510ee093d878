//! `#[stream(lines)]` and `cx.attach(stream, Self::line)`: the items of a stream come as messages do.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll, Waker};

use callboard::testing::Simulator;
use callboard::{
    ActorRef, ChildSpec, Context, DeadReason, Event, ExitReason, SupervisorSpec, Topic, actor,
    handlers,
};
use futures_core::Stream;
use tokio::sync::{mpsc, oneshot};

use crate::check::{END, Journal, Log, ask_from, everywhere, on_shards, put, real};

/// The item at which a tap panics.
pub(crate) const BROKEN: u64 = u64::MAX;

/// A stream that the test feeds.
#[derive(Clone, Default)]
pub(crate) struct Tap(Arc<Mutex<Pipe>>);

#[derive(Default)]
struct Pipe {
    items: VecDeque<u64>,
    has_ended: bool,
    waker: Option<Waker>,
    taken: usize,
    drops: usize,
}

impl Tap {
    fn change<R>(&self, change: impl FnOnce(&mut Pipe) -> R) -> R {
        let mut pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut pipe);
        let waker = pipe.waker.take();
        drop(pipe);
        if let Some(waker) = waker {
            waker.wake();
        }
        result
    }

    pub(crate) fn give(&self, items: impl IntoIterator<Item = u64>) {
        self.change(|pipe| pipe.items.extend(items));
    }

    pub(crate) fn end(&self) {
        self.change(|pipe| pipe.has_ended = true);
    }

    /// How many items were taken from it.
    pub(crate) fn taken(&self) -> usize {
        self.change(|pipe| pipe.taken)
    }

    /// How many ends of it were dropped.
    pub(crate) fn drops(&self) -> usize {
        self.change(|pipe| pipe.drops)
    }

    /// The end that yields; it panics at [`BROKEN`].
    pub(crate) fn outlet(&self) -> Outlet {
        Outlet(self.clone())
    }
}

pub(crate) struct Outlet(Tap);

impl Stream for Outlet {
    type Item = u64;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<u64>> {
        let mut pipe = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        match pipe.items.pop_front() {
            Some(BROKEN) => panic!("the tap is broken"),
            Some(item) => {
                pipe.taken += 1;
                Poll::Ready(Some(item))
            }
            None if pipe.has_ended => Poll::Ready(None),
            None => {
                pipe.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.0.change(|pipe| pipe.drops += 1);
    }
}

/// Takes streams up by hand.
#[actor]
#[derive(Default)]
struct Taker {
    heard: Vec<String>,
    gate: Option<oneshot::Receiver<()>>,
}

/// Which method takes the items.
#[derive(Clone, Copy)]
enum By {
    Item,
    ItemLater,
    ItemLaterWithContext,
    ItemOrFail,
    ItemWithContext,
}

impl Taker {
    fn item(&mut self, item: u64) {
        self.heard.push(item.to_string());
    }

    async fn item_later(&mut self, item: u64) {
        if let Some(gate) = self.gate.take() {
            let _ = gate.await;
        }
        tokio::task::yield_now().await;
        self.heard.push(format!("{item} later"));
    }

    fn item_with_context(&mut self, cx: &mut Context<Self>, item: u64) {
        cx.me().hear(format!("after {item}"));
    }

    async fn item_later_with_context(&mut self, cx: &mut Context<Self>, item: u64) {
        tokio::task::yield_now().await;
        self.item_with_context(cx, item);
    }

    fn item_or_fail(&mut self, item: u64) -> Result<(), String> {
        self.heard.push(item.to_string());
        if item == 13 { Err("thirteen".to_owned()) } else { Ok(()) }
    }
}

#[handlers]
impl Taker {
    #[tell]
    fn take(&mut self, cx: &mut Context<Self>, tap: Tap, by: By) {
        let outlet = tap.outlet();
        match by {
            By::Item => cx.attach(outlet, Self::item),
            By::ItemLater => cx.attach(outlet, Self::item_later),
            By::ItemLaterWithContext => cx.attach(outlet, Self::item_later_with_context),
            By::ItemOrFail => cx.attach(outlet, Self::item_or_fail),
            By::ItemWithContext => cx.attach(outlet, Self::item_with_context),
        }
    }

    #[tell]
    fn take_from(
        &mut self,
        cx: &mut Context<Self>,
        items: mpsc::UnboundedReceiver<u64>,
        tell: Sender<u64>,
    ) {
        cx.attach(Received(items), move |_: &mut Self, item| {
            tell.send(item).expect("the test waits for it");
        });
    }

    /// The next item that is taken later waits for this.
    #[tell]
    fn hold(&mut self, gate: oneshot::Receiver<()>) {
        self.gate = Some(gate);
    }

    #[tell]
    fn hear(&mut self, what: String) {
        self.heard.push(what);
    }

    #[ask]
    fn heard(&self) -> String {
        self.heard.join(", ")
    }
}

/// Items that another thread sends.
struct Received(mpsc::UnboundedReceiver<u64>);

impl Stream for Received {
    type Item = u64;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<u64>> {
        self.0.poll_recv(cx)
    }
}

/// Names its streams.
#[actor]
struct Reader {
    lines: Option<Outlet>,
    ticks: Option<Outlet>,
    tap: Tap,
    journal: Journal,
}

impl Reader {
    fn of(lines: &Tap, journal: &Journal) -> Self {
        let (tap, journal) = (lines.clone(), journal.clone());
        Self { lines: None, ticks: None, tap, journal }
    }
}

#[handlers]
impl Reader {
    #[start]
    async fn open(&mut self) {
        tokio::task::yield_now().await;
        self.lines = Some(self.tap.outlet());
        self.journal.note("start");
    }

    #[stream(lines, credit = 2, end = stop)]
    async fn line(&mut self, line: u64) -> Result<(), String> {
        tokio::task::yield_now().await;
        self.journal.note(format!("{line}"));
        if line == 13 { Err("thirteen".to_owned()) } else { Ok(()) }
    }

    #[stream(ticks)]
    fn tick(&self, cx: &mut Context<Self>, tick: u64) {
        cx.me().note(format!("tick {tick}"));
    }

    #[tell]
    fn note(&self, what: String) {
        self.journal.note(what);
    }

    #[tell]
    fn panic(&mut self) {
        panic!("by itself");
    }

    #[stop]
    fn close(&mut self, why: &ExitReason) {
        self.journal.note(format!("stop: {why}"));
    }
}

fn taken(by: By, heard: &str) {
    on_shards(|simulator| {
        let tap = Tap::default();
        let taker = put(&simulator, 1, Taker::default);
        tap.give([1, 2]);
        taker.take(tap.clone(), by);
        simulator.run();
        tap.give([3]);
        tap.end();
        simulator.run();
        assert_eq!(ask_from(&simulator, 0, taker.heard()), Ok(heard.to_owned()));
        assert_eq!((tap.taken(), tap.drops()), (3, 1));
        assert_eq!((simulator.actors(), simulator.asks()), (1, 0));
        let report = simulator.stop();
        assert_eq!((report.actors_left, report.dead_letters.total()), (0, 0));
    });
}

#[test]
fn items_reach_a_method_of_any_kind() {
    taken(By::Item, "1, 2, 3");
    taken(By::ItemLater, "1 later, 2 later, 3 later");
    taken(By::ItemOrFail, "1, 2, 3");
    taken(By::ItemWithContext, "after 1, after 2, after 3");
    taken(By::ItemLaterWithContext, "after 1, after 2, after 3");
}

#[test]
fn items_are_counted_as_messages_and_keep_their_places_among_them() {
    on_shards(|simulator| {
        let tap = Tap::default();
        let taker = put(&simulator, 1, Taker::default);
        let (open, gate) = oneshot::channel();
        taker.hold(gate);
        taker.take(tap.clone(), By::ItemLater);
        tap.give([1]);
        simulator.run();
        // The first item is being handled.
        taker.hear("before".to_owned());
        simulator.run();
        tap.give([2]);
        simulator.run();
        taker.hear("after".to_owned());
        simulator.run();
        open.send(()).expect("the actor waits for it");
        simulator.run();
        assert_eq!(
            ask_from(&simulator, 0, taker.heard()),
            Ok("1 later, before, 2 later, after".to_owned())
        );
        // Four tells, two items and the question.
        assert_eq!(simulator.stop().handled, 7);
    });
}

#[test]
fn no_more_items_wait_than_there_is_credit_for() {
    on_shards(|simulator| {
        let tap = Tap::default();
        let taker = put(&simulator, 1, Taker::default);
        let (open, gate) = oneshot::channel();
        taker.hold(gate);
        taker.take(tap.clone(), By::ItemLater);
        tap.give(0..1_000);
        simulator.run();
        // One is being handled, as many as by default wait.
        assert_eq!(tap.taken(), 65);
        assert_eq!(ask_from_mailbox(&simulator, taker), 0);
        open.send(()).expect("the actor waits for it");
        simulator.run();
        assert_eq!(tap.taken(), 1_000);
        let heard = ask_from(&simulator, 0, taker.heard()).expect("it lives");
        let in_order: Vec<String> = (0..1_000).map(|item| format!("{item} later")).collect();
        assert_eq!(heard, in_order.join(", "));
    });
}

/// How many messages wait for an actor, which items are not.
fn ask_from_mailbox(simulator: &Simulator, taker: ActorRef<Taker>) -> u64 {
    let len = simulator.mailbox_len(taker);
    simulator.block_on(0, || len).expect("it is known in the present moment")
}

#[test]
fn d9_a_stream_of_the_type_is_taken_up_after_the_start_hook() {
    on_shards(|simulator| {
        let (tap, journal) = (Tap::default(), Journal::default());
        tap.give([1, 2, 3, 4, 5]);
        let reader = Reader::of(&tap, &journal);
        let reader = put(&simulator, 1, move || reader);
        assert_eq!(journal.line(), "start 1 2 3 4 5");
        reader.note("6".to_owned());
        simulator.run();
        assert_eq!(journal.line(), "6");
    });
}

#[test]
fn a_stream_of_the_type_that_is_not_there_is_left_out() {
    on_shards(|simulator| {
        let (tap, ticks, journal) = (Tap::default(), Tap::default(), Journal::default());
        let reader = Reader { ticks: Some(ticks.outlet()), ..Reader::of(&tap, &journal) };
        put(&simulator, 1, move || reader);
        ticks.give([1]);
        tap.give([2]);
        ticks.give([3]);
        ticks.end();
        simulator.run();
        let mut heard = journal.take();
        heard.sort();
        assert_eq!(heard.join(", "), "2, start, tick 1, tick 3");
        assert_eq!(simulator.actors(), 1, "the end of one that says nothing of it is ignored");
    });
}

#[test]
fn g1_the_end_of_a_stream_that_says_so_stops_the_actor_after_its_last_item() {
    on_shards(|simulator| {
        let (tap, journal) = (Tap::default(), Journal::default());
        let reader = Reader::of(&tap, &journal);
        let reader = put(&simulator, 1, move || reader);
        tap.give([1, 2, 3, 4]);
        tap.end();
        reader.note("told".to_owned());
        simulator.run();
        let mut heard = journal.take();
        assert_eq!(heard.pop().as_deref(), Some("stop: normal"));
        assert!(heard.contains(&"told".to_owned()));
        heard.retain(|what| what != "told");
        assert_eq!(heard.join(" "), "start 1 2 3 4");
        assert_eq!(simulator.actors(), 0);
        assert_eq!(tap.drops(), 1);
        assert_eq!(simulator.stop().dead_letters.total(), 0);
    });
}

#[test]
fn g1_a_stop_takes_its_place_among_items_and_drops_the_stream() {
    on_shards(|simulator| {
        let tap = Tap::default();
        let taker = put(&simulator, 1, Taker::default);
        let (open, gate) = oneshot::channel();
        taker.hold(gate);
        taker.take(tap.clone(), By::ItemLater);
        tap.give(0..200);
        simulator.run();
        taker.stop();
        simulator.run();
        assert_eq!((tap.taken(), tap.drops()), (65, 0));
        open.send(()).expect("the actor waits for it");
        simulator.run();
        assert_eq!((simulator.actors(), tap.drops()), (0, 1));
        let report = simulator.stop();
        // What had come before the stop, and what told it to take the stream.
        assert_eq!((report.handled, report.dead_letters.total()), (2 + 65, 0));
    });
}

#[test]
fn the_error_of_a_method_that_takes_items_ends_the_actor() {
    on_shards(|simulator| {
        let (tap, journal) = (Tap::default(), Journal::default());
        let reader = Reader::of(&tap, &journal);
        put(&simulator, 1, move || reader);
        tap.give([12, 13, 14]);
        simulator.run();
        assert_eq!(journal.line(), "start 12 13 stop: error: thirteen");
        assert_eq!((simulator.actors(), tap.drops()), (0, 1));
    });
}

#[test]
fn the_plain_error_of_a_method_that_takes_items_ends_the_actor() {
    on_shards(|simulator| {
        let tap = Tap::default();
        let taker = put(&simulator, 1, Taker::default);
        taker.take(tap.clone(), By::ItemOrFail);
        tap.give([12, 13, 14]);
        simulator.run();
        assert_eq!((simulator.actors(), tap.drops()), (0, 1));
    });
}

#[test]
fn l5_a_panic_of_a_stream_ends_its_actor() {
    everywhere(|world| {
        let mut events = world.events().only([Topic::Panic]);
        let tap = Tap::default();
        let taker = world.spawn(1, Taker::default);
        taker.take(tap.clone(), By::Item);
        tap.give([1, BROKEN]);
        let event = world.run(0, || async move { events.next().await });
        let Some(Event::Panic { actor, panic, .. }) = event else { panic!("{event:?}") };
        assert_eq!((actor, &*panic.text), (Some(taker.address()), "the tap is broken"));
        let report = world.end();
        assert_eq!(tap.drops(), 1);
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 0, "no message was being handled");
    });
}

#[test]
fn l8_a_restart_drops_the_stream_and_takes_up_the_next() {
    let simulator = Simulator::new(2);
    let (tap, journal) = (Tap::default(), Journal::default());
    let (taps, notes) = (tap.clone(), journal.clone());
    let make = move |_: &_| {
        let reader = Reader::of(&taps, &notes);
        async move { Ok(reader) }
    };
    let spec = SupervisorSpec::new("readers").child(ChildSpec::<Reader>::new("reader", make));
    let tree = simulator.block_on(0, || spec.start()).expect("at once").expect("it starts");
    let reader = tree.child::<Reader>(0);
    tap.give([1]);
    simulator.run();
    // Items come while the message that panics is on its way.
    reader.panic();
    tap.give([2, 3]);
    simulator.run();
    assert_eq!(tap.drops(), 1);
    tap.give([4]);
    simulator.run();
    let heard = journal.take();
    assert_eq!(heard.iter().filter(|what| *what == "start").count(), 2);
    assert_eq!(heard.last().map(String::as_str), Some("4"));
    simulator.stop();
    assert_eq!(tap.drops(), 2);
}

#[test]
fn x9_a_kill_drops_the_stream_and_the_items_that_wait() {
    on_shards(|simulator| {
        let tap = Tap::default();
        let taker = put(&simulator, 1, Taker::default);
        let (open, gate) = oneshot::channel();
        taker.hold(gate);
        taker.take(tap.clone(), By::ItemLater);
        tap.give(0..100);
        simulator.run();
        taker.kill();
        simulator.run();
        drop(open);
        assert_eq!((simulator.actors(), tap.drops()), (0, 1));
        let report = simulator.stop();
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
        assert_eq!(report.dead_letters.total(), 1);
    });
}

#[test]
fn d11_an_endless_stream_holds_up_nobody() {
    let simulator = Simulator::new(1);
    let tap = Tap::default();
    tap.give(0..100_000);
    let taker = put(&simulator, 0, Taker::default);
    let log = put(&simulator, 0, Log::default);
    taker.take(tap.clone(), By::Item);
    simulator.turn();
    simulator.turn();
    log.note(1);
    let notes = simulator.start(0, move || log.notes());
    for _ in 0..4 {
        simulator.turn();
    }
    assert_eq!(notes.take(), Some(Ok(vec![1])));
    assert!(tap.taken() < 50_000, "{} were taken", tap.taken());
}

#[test]
fn a_stream_is_woken_by_another_thread() {
    let system = real(2);
    let (send, items) = mpsc::unbounded_channel();
    let (tell, told) = channel();
    let taker = system.spawn_on(1, Taker::default).wait().expect("it starts");
    taker.take_from(items, tell);
    for item in 0..1_000 {
        send.send(item).expect("the actor has the other end");
    }
    let heard: Vec<u64> = told.iter().take(1_000).collect();
    assert_eq!(heard, (0..1_000).collect::<Vec<u64>>());
    assert_eq!(system.stop(END).dead_letters.total(), 0);
}
