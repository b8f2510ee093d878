//! The hottest paths, for callgrind to count their instructions: `benches/compare.sh` runs this.
//!
//! The shards are those of the simulator: the same turns in one thread, without a clock that would end them
//! sooner under a slow tool. So two runs of a build differ by nothing, or by a few instructions in a million.

use std::hint::black_box;
use std::time::Duration;

use callboard::prelude::*;
use callboard::testing::Simulator;
use callboard::{Actor, Call, ChildSpec, SupervisorSpec, Wrap};
use gungraun::prelude::*;

/// Operations of a run; `compare.sh` divides by it.
const OPERATIONS: u64 = 100_000;

/// How many tells a source sends before its sink gets its turn.
const RUN: u64 = 256;

#[protocol]
trait Summing {
    #[tell]
    fn sum_up(&mut self, value: u64, more: u64);
}

#[protocol]
trait Doubling {
    #[ask]
    fn double_spoken(&mut self, value: u64) -> u64;
}

#[actor]
#[derive(Default)]
struct Sink {
    sum: u64,
}

#[handlers]
impl Sink {
    #[tell]
    fn add(&mut self, value: u64, more: u64) {
        self.sum += black_box(value ^ more);
    }
}

#[actor(speaks(Summing))]
#[derive(Default)]
struct SpokenSink {
    sum: u64,
}

#[handlers]
impl SpokenSink {}

#[handlers]
impl Summing for SpokenSink {
    fn sum_up(&mut self, value: u64, more: u64) {
        self.sum += black_box(value ^ more);
    }
}

/// A wrapper that does nothing.
struct Nothing;

impl Wrap for Nothing {
    fn before(_call: Call) -> Self {
        Self
    }
}

#[actor(wrap(Nothing))]
#[derive(Default)]
struct WrappedSink {
    sum: u64,
}

#[handlers]
impl WrappedSink {
    #[tell]
    fn add(&mut self, value: u64, more: u64) {
        self.sum += black_box(value ^ more);
    }
}

#[actor(mailbox(capacity = 1024))]
#[derive(Default)]
struct BoundedSink {
    sum: u64,
}

#[handlers]
impl BoundedSink {
    #[tell]
    fn add(&mut self, value: u64, more: u64) {
        self.sum += black_box(value ^ more);
    }
}

#[actor]
struct Source {
    sink: ActorRef<Sink>,
    bounded: ActorRef<BoundedSink>,
    spoken: ActorRef<dyn Summing>,
    wrapped: ActorRef<WrappedSink>,
}

#[handlers]
impl Source {
    #[tell]
    fn send(&mut self, cx: &mut Context<Self>, left: u64) {
        for value in 0..left.min(RUN) {
            self.sink.add(value, left);
        }
        if left > RUN {
            cx.me().send(left - RUN);
        }
    }

    #[tell]
    fn send_spoken(&mut self, cx: &mut Context<Self>, left: u64) {
        for value in 0..left.min(RUN) {
            self.spoken.sum_up(value, left);
        }
        if left > RUN {
            cx.me().send_spoken(left - RUN);
        }
    }

    #[tell]
    fn send_wrapped(&mut self, cx: &mut Context<Self>, left: u64) {
        for value in 0..left.min(RUN) {
            self.wrapped.add(value, left);
        }
        if left > RUN {
            cx.me().send_wrapped(left - RUN);
        }
    }

    #[tell]
    fn send_bounded(&mut self, cx: &mut Context<Self>, left: u64) {
        for value in 0..left.min(RUN) {
            let sent = self.bounded.try_tell(BoundedSinkMsg::Add { value, more: left });
            assert!(sent.is_ok(), "there is room for a run");
        }
        if left > RUN {
            cx.me().send_bounded(left - RUN);
        }
    }
}

#[actor]
struct Player;

#[handlers]
impl Player {
    #[tell]
    fn ball(&mut self, cx: &mut Context<Self>, from: ActorRef<Self>, left: u64) {
        if left > 1 {
            from.ball(cx.me(), left - 1);
        }
    }
}

#[actor(speaks(Doubling))]
#[derive(Default)]
struct Doubler {
    asked: u64,
}

#[handlers]
impl Doubler {
    #[ask]
    fn double(&mut self, value: u64) -> u64 {
        self.asked += 1;
        value * 2
    }

    #[ask]
    async fn double_later(&mut self, value: u64) -> u64 {
        self.asked += 1;
        value * 2
    }
}

#[handlers]
impl Doubling for Doubler {
    fn double_spoken(&mut self, value: u64) -> u64 {
        self.asked += 1;
        value * 2
    }
}

#[actor(wrap(Nothing))]
#[derive(Default)]
struct WrappedDoubler {
    asked: u64,
}

#[handlers]
impl WrappedDoubler {
    #[ask]
    async fn double_later(&mut self, value: u64) -> u64 {
        self.asked += 1;
        value * 2
    }
}

#[actor]
struct Asker {
    of: ActorRef<Doubler>,
    wrapped: ActorRef<WrappedDoubler>,
}

#[handlers]
impl Asker {
    #[tell]
    async fn ask(&mut self, asks: u64) {
        for value in 0..asks {
            assert_eq!(self.of.double(value).await, Ok(2 * value));
        }
    }

    #[tell]
    async fn ask_spoken(&mut self, asks: u64) {
        let of: ActorRef<dyn Doubling> = self.of.as_dyn();
        for value in 0..asks {
            assert_eq!(of.double_spoken(value).await, Ok(2 * value));
        }
    }

    #[tell]
    async fn ask_async(&mut self, asks: u64) {
        for value in 0..asks {
            assert_eq!(self.of.double_later(value).await, Ok(2 * value));
        }
    }

    #[tell]
    async fn ask_wrapped(&mut self, asks: u64) {
        for value in 0..asks {
            assert_eq!(self.wrapped.double_later(value).await, Ok(2 * value));
        }
    }

    #[tell]
    async fn ask_started(&mut self, asks: u64) {
        for value in 0..asks {
            let answer = self.of.double(value).start();
            assert_eq!(answer.await, Ok(2 * value));
        }
    }
}

#[actor]
struct Spawner;

#[handlers]
impl Spawner {
    /// The next life; the one before has ended.
    #[tell]
    fn live(&mut self, cx: &mut Context<Self>, left: u64) {
        let fly = cx.spawn(Sink::default());
        fly.add(left, 0);
        fly.stop();
        if left > 1 {
            cx.me().live(left - 1);
        }
    }
}

/// A child that fails when it is told to.
#[actor]
struct Crasher;

#[handlers]
impl Crasher {
    #[tell]
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("it fails")
    }

    /// Told before the failure is handled.
    #[tell]
    fn work(&mut self, driver: ActorRef<Driver>, left: u64) {
        driver.next(left);
    }
}

#[actor]
struct Driver {
    crasher: ActorRef<Crasher>,
}

#[handlers]
impl Driver {
    /// The cycle before is over.
    #[tell]
    fn next(&mut self, cx: &mut Context<Self>, left: u64) {
        if left > 0 {
            self.crasher.fail();
            self.crasher.work(cx.me(), left - 1);
        }
    }
}

#[derive(Message)]
pub enum TurnMsg {
    Answer(u64),
    Turns(u64),
}

/// Has an actor tell it something, and receives that, again and again.
#[process(msg = TurnMsg)]
async fn turns(cx: &mut Process<TurnMsg>, echo: ActorRef<Echo>) {
    loop {
        receive! { cx,
            Turns(turns) => for value in 0..turns {
                echo.answer(value, cx.me());
                receive! { cx, Answer(value) => drop(black_box(value)) }
            }
        }
    }
}

#[actor]
struct Echo;

#[handlers]
impl Echo {
    #[tell]
    fn answer(&mut self, value: u64, to: ActorRef<TurnMsg>) {
        to.answer(value);
    }
}

/// A system at rest, and what sets a path going in it.
struct Stage {
    simulator: Simulator,
    begin: Box<dyn Fn()>,
}

impl Stage {
    /// A system that has gone the path once, so that blocks and cells are there. Each operation has
    /// `messages` to handle.
    fn new(simulator: Simulator, messages: u64, begin: impl Fn() + 'static) -> Self {
        let mut stage = Self { simulator, begin: Box::new(begin) };
        let before = stage.simulator.handled();
        stage = stage.go();
        let handled = stage.simulator.handled() - before;
        assert!(handled >= messages * OPERATIONS, "only {handled} messages were handled");
        stage
    }

    /// Goes the path [`OPERATIONS`] times.
    fn go(self) -> Self {
        self.simulator.enter(0, &*self.begin);
        self.simulator.run();
        self
    }
}

/// An actor on a shard.
fn on<A: Actor>(
    simulator: &Simulator,
    shard: usize,
    make: impl FnOnce() -> A + Send + 'static,
) -> ActorRef<A> {
    simulator.spawn_on(shard, make).expect("no start hook")
}

/// A source on the first shard, and sinks on the last.
fn source(shards: usize) -> (Simulator, ActorRef<Source>) {
    let simulator = Simulator::new(shards);
    let sink = on(&simulator, shards - 1, Sink::default);
    let bounded = on(&simulator, shards - 1, BoundedSink::default);
    let spoken = on(&simulator, shards - 1, SpokenSink::default).as_dyn();
    let wrapped = on(&simulator, shards - 1, WrappedSink::default);
    let source = on(&simulator, 0, move || Source { sink, bounded, spoken, wrapped });
    (simulator, source)
}

fn tell(shards: usize) -> Stage {
    let (simulator, source) = source(shards);
    Stage::new(simulator, 1, move || source.send(OPERATIONS))
}

fn spoken_tell() -> Stage {
    let (simulator, source) = source(1);
    Stage::new(simulator, 1, move || source.send_spoken(OPERATIONS))
}

fn wrapped_tell() -> Stage {
    let (simulator, source) = source(1);
    Stage::new(simulator, 1, move || source.send_wrapped(OPERATIONS))
}

fn try_tell() -> Stage {
    let (simulator, source) = source(1);
    Stage::new(simulator, 1, move || source.send_bounded(OPERATIONS))
}

fn ping_pong() -> Stage {
    let simulator = Simulator::new(1);
    let (one, other) = (on(&simulator, 0, || Player), on(&simulator, 0, || Player));
    Stage::new(simulator, 1, move || one.ball(other, OPERATIONS))
}

/// An asker, and which of its handlers asks.
fn ask(begin: fn(ActorRef<Asker>)) -> Stage {
    let simulator = Simulator::new(1);
    let of = on(&simulator, 0, Doubler::default);
    let wrapped = on(&simulator, 0, WrappedDoubler::default);
    let asker = on(&simulator, 0, move || Asker { of, wrapped });
    Stage::new(simulator, 1, move || begin(asker))
}

fn receive() -> Stage {
    let simulator = Simulator::new(1);
    let echo = on(&simulator, 0, || Echo);
    let turns = simulator.enter(0, move || callboard::spawn(turns(echo)));
    Stage::new(simulator, 2, move || turns.turns(OPERATIONS))
}

fn spawn() -> Stage {
    let simulator = Simulator::new(1);
    let spawner = on(&simulator, 0, || Spawner);
    Stage::new(simulator, 2, move || spawner.live(OPERATIONS))
}

fn restart() -> Stage {
    let simulator = Simulator::new(1);
    let child = ChildSpec::<Crasher>::new("crasher", |_| async { Ok(Crasher) });
    let spec = SupervisorSpec::new("crashers").intensity(u32::MAX, Duration::from_millis(1));
    let started = simulator.block_on(0, || spec.child(child).start());
    let tree = started.expect("it starts at once").expect("no start fails");
    let crasher = tree.child::<Crasher>(0);
    let driver = on(&simulator, 0, move || Driver { crasher });
    Stage::new(simulator, 2, move || driver.next(OPERATIONS))
}

#[library_benchmark]
#[bench::tell(tell(1))]
#[bench::spoken_tell(spoken_tell())]
#[bench::wrapped_tell(wrapped_tell())]
#[bench::try_tell(try_tell())]
#[bench::cross_shard_tell(tell(2))]
#[bench::ping_pong(ping_pong())]
#[bench::ask(ask(|asker| asker.ask(OPERATIONS)))]
#[bench::spoken_ask(ask(|asker| asker.ask_spoken(OPERATIONS)))]
#[bench::async_ask(ask(|asker| asker.ask_async(OPERATIONS)))]
#[bench::wrapped_async_ask(ask(|asker| asker.ask_wrapped(OPERATIONS)))]
#[bench::started_ask(ask(|asker| asker.ask_started(OPERATIONS)))]
#[bench::receive(receive())]
#[bench::spawn_tell_stop(spawn())]
#[bench::restart(restart())]
fn path(stage: Stage) -> Stage {
    stage.go()
}

library_benchmark_group!(name = paths, benchmarks = path);

main!(library_benchmark_groups = paths);
