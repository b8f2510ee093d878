//! Strange values, references and threads: what they do, they do to themselves.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};

use callboard::testing::Simulator;
use callboard::{ActorRef, AskError, Context, DeadReason, Reply, actor, handlers, spawn_on};

use crate::check::{
    Counted, END, LONG, Log, Subject, Tally, World, everywhere, on_shards, put, real,
};

/// When an error panics.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Vice {
    Conversion,
    Drop,
    Show,
}

/// An error with a vice.
struct Vicious(Vice, #[expect(dead_code, reason = "it is there to be dropped")] Counted);

impl fmt::Debug for Vicious {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert!(self.0 != Vice::Show, "nobody shows me");
        f.write_str("vicious")
    }
}

impl fmt::Display for Vicious {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Vicious {}

impl Drop for Vicious {
    fn drop(&mut self) {
        if self.0 == Vice::Drop && !std::thread::panicking() {
            panic!("an error explodes");
        }
    }
}

/// Becomes an error, or panics.
struct Raw(Vicious);

impl From<Raw> for Box<dyn std::error::Error + Send + Sync> {
    fn from(raw: Raw) -> Self {
        assert!(raw.0.0 != Vice::Conversion, "no error comes of this");
        Box::new(raw.0)
    }
}

/// Where an error comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    AsyncHandler,
    Handler,
    Start,
    Stop,
    StopWhileBusy,
}

const SOURCES: [Source; 5] =
    [Source::AsyncHandler, Source::Handler, Source::Start, Source::Stop, Source::StopWhileBusy];

/// Fails with a vicious error.
#[actor]
struct Fails(Source, Vice, Tally);

impl Fails {
    fn fail_in(&self, source: Source) -> Result<(), Raw> {
        if self.0 == source {
            return Err(Raw(Vicious(self.1, self.2.make())));
        }
        Ok(())
    }
}

#[handlers]
impl Fails {
    #[start]
    async fn begin(&mut self) -> Result<(), Raw> {
        self.fail_in(Source::Start)
    }

    #[stop]
    async fn finish(&mut self) -> Result<(), Raw> {
        tokio::task::yield_now().await;
        self.fail_in(Source::Stop)
    }

    #[tell]
    fn fail(&mut self) -> Result<(), Raw> {
        self.fail_in(Source::Handler)
    }

    #[tell]
    async fn fail_later(&mut self, cx: &mut Context<Self>) -> Result<(), Raw> {
        if self.0 == Source::StopWhileBusy {
            cx.stop();
        }
        tokio::task::yield_now().await;
        self.fail_in(Source::AsyncHandler)?;
        self.fail_in(Source::StopWhileBusy)
    }
}

/// Has an actor fail in each way, and says that its shard goes on and all errors are dropped once.
fn each_source_fails(vice: Vice) {
    for source in SOURCES {
        everywhere(|world: World| {
            let tally = Tally::default();
            let made = tally.clone();
            let other = world.spawn(1, Subject::default);
            let mut events = world.events();
            world.run(1, move || async move {
                let fails = callboard::spawn(Fails(source, vice, made));
                fails.fail();
                fails.fail_later();
                fails.stop();
            });
            assert_eq!(world.ask(other.handled()), Ok(0), "its shard goes on");
            let report = world.end();
            assert_eq!((report.actors_left, report.stuck_shards), (0, 0), "{report}");
            let explodes = u64::from(vice == Vice::Drop);
            assert_eq!(report.panics_in_drop, explodes, "{report}");
            assert_eq!(tally.made(), 1);
            tally.assert_even();
            while events.try_next().is_some() {}
        });
    }
}

#[test]
fn l5_an_error_that_panics_as_it_is_converted_ends_its_actor_alone() {
    each_source_fails(Vice::Conversion);
}

#[test]
fn l10_an_error_that_panics_when_dropped_is_counted() {
    each_source_fails(Vice::Drop);
}

#[test]
fn l5_an_error_that_panics_when_shown_harms_nobody() {
    each_source_fails(Vice::Show);
}

/// Says its name by a panic.
struct Nameless;

impl fmt::Debug for Nameless {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("nobody says my name");
    }
}

/// Shows what it is told.
#[actor]
struct Shows;

#[handlers]
impl Shows {
    #[ask]
    fn show(&mut self, what: Nameless) -> String {
        format!("{what:?}")
    }
}

#[test]
fn l5_a_panic_in_debug_ends_its_actor_alone() {
    everywhere(|world| {
        let (shows, other) = (world.spawn(1, || Shows), world.spawn(1, Subject::default));
        assert_eq!(world.ask(shows.show(Nameless)), Err(AskError::Crashed));
        assert_eq!(world.ask(other.handled()), Ok(0));
        world.end();
    });
}

/// Panics when it is dropped.
struct Bomb(#[expect(dead_code, reason = "it is there to be dropped")] Counted);

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("dropped");
        }
    }
}

/// Takes bombs, and sends them.
#[actor]
struct Bombs;

#[handlers]
impl Bombs {
    #[tell]
    fn take(&mut self, _bomb: Bomb) {}

    #[ask]
    fn send(&mut self, to: ActorRef<Self>, bomb: Bomb) {
        to.take(bomb);
    }
}

#[test]
fn l10_a_message_to_nowhere_that_panics_when_dropped_spares_its_sender() {
    let elsewhere = Simulator::new(1);
    let nowhere = put(&elsewhere, 0, || Bombs);
    everywhere(|world| {
        let tally = Tally::default();
        let sender = world.spawn(1, || Bombs);
        assert_eq!(world.ask(sender.send(nowhere, Bomb(tally.make()))), Ok(()));
        let report = world.end();
        assert_eq!(report.panics_in_drop, 1);
        assert_eq!(report.dead_letters.of(DeadReason::NoProc), 1);
        tally.assert_even();
    });
}

#[test]
fn l10_a_spawn_that_never_ran_and_panics_when_dropped_spares_the_end() {
    let simulator = Simulator::new(2);
    let tally = Tally::default();
    let bomb = Bomb(tally.make());
    let log = put(&simulator, 1, Log::default);
    let asked = simulator.enter(0, || {
        drop(spawn_on(1, move || {
            drop(bomb);
            Bombs
        }));
        log.notes().start()
    });
    simulator.enter(0, || drop(asked));
    drop(simulator);
    tally.assert_even();
}

/// A waker that panics.
struct Rude;

impl Wake for Rude {
    fn wake(self: Arc<Self>) {
        panic!("do not wake me");
    }
}

#[test]
fn l2_a_waker_that_panics_as_a_start_is_told_harms_nobody() {
    on_shards(|simulator| {
        let far = 1 % simulator.shards();
        let mut started = pin!(simulator.enter(0, || spawn_on(far, || Fails(
            Source::Handler,
            Vice::Show,
            Tally::default()
        ))));
        let waker = Waker::from(Arc::new(Rude));
        let mut cx = TaskContext::from_waker(&waker);
        assert!(started.as_mut().poll(&mut cx).is_pending());
        simulator.run();
        assert!(matches!(started.as_mut().poll(&mut cx), Poll::Ready(Ok(_))));
        assert_eq!(simulator.actors(), 1);
    });
}

/// Aligned to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(4096))]
struct Page(u64);

/// Takes pages and megabytes.
#[actor]
#[derive(Default)]
struct Wide {
    sum: u64,
    kept: Option<Page>,
}

#[handlers]
impl Wide {
    #[tell]
    fn take(&mut self, page: Page, _counted: Counted) {
        assert!(std::ptr::from_ref(&page).addr().is_multiple_of(4_096));
        self.sum += page.0;
        self.kept = Some(page);
    }

    #[tell]
    async fn take_later(&mut self, page: Page, _counted: Counted) {
        tokio::task::yield_now().await;
        assert!(std::ptr::from_ref(&page).addr().is_multiple_of(4_096));
        self.sum += page.0;
    }

    #[tell]
    fn take_megabyte(&mut self, bytes: Box<[u8; 1 << 20]>, _counted: Counted) {
        self.sum += u64::from(bytes[(1 << 20) - 1]);
    }

    #[ask]
    fn swap(&mut self, page: Page) -> Page {
        Page(page.0 + self.sum)
    }
}

#[test]
fn d4_values_aligned_to_a_page_arrive_whole() {
    everywhere(|world| {
        let tally = Tally::default();
        let made = tally.clone();
        let wide = world.spawn(1, Wide::default);
        world.run(0, move || async move {
            for number in 0..50 {
                wide.take(Page(number), made.make());
                wide.take_later(Page(number), made.make());
                wide.take_megabyte(Box::new([1; 1 << 20]), made.make());
            }
            assert_eq!(wide.swap(Page(1)).timeout(LONG).await, Ok(Page(2_501)));
            wide.stop();
            wide.take(Page(0), made.make());
        });
        world.end();
        tally.assert_even();
    });
}

/// A megabyte that travels by value.
#[actor]
#[derive(Default)]
struct Bulk(u64);

#[handlers]
impl Bulk {
    #[ask]
    fn add(&mut self, value: [u64; 131_072]) -> u64 {
        self.0 += value[131_071];
        self.0
    }
}

#[test]
fn d4_a_megabyte_by_value_arrives_whole_on_real_threads() {
    let with_room = || {
        for shards in [1, 2] {
            let system = real(shards);
            let bulk = system.spawn_on(shards - 1, Bulk::default).wait().expect("it starts");
            for number in 1..=10 {
                assert_eq!(bulk.add([1; 131_072]).wait(), Ok(number));
            }
            system.stop(END);
        }
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(with_room);
    thread.expect("a thread").join().expect("the case holds");
}

/// Tells when its thread ends.
struct LastWords(ActorRef<Log>, mpsc::Sender<()>);

impl Drop for LastWords {
    fn drop(&mut self) {
        self.0.note(7);
        drop(self.0.notes().start());
        // Nobody may listen any more.
        let _ = self.1.send(());
    }
}

thread_local! {
    static LAST_WORDS: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

#[test]
fn u10_a_thread_local_of_a_plain_thread_tells_as_it_is_dropped() {
    everywhere(|world| {
        let log = world.spawn(1, Log::default);
        let (said, says) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            LAST_WORDS.set(Some(LastWords(log, said)));
        });
        thread.join().expect("the thread ends well");
        says.recv().expect("the destructor ran");
        assert_eq!(world.ask(log.notes_of(1)), Ok(vec![7]));
        world.end();
    });
}

/// Keeps its last words in a thread-local of its shard.
#[actor]
struct Speaker;

#[handlers]
impl Speaker {
    #[tell]
    fn remember(&mut self, words: LastWords) {
        LAST_WORDS.set(Some(words));
    }
}

#[test]
fn u10_a_thread_local_of_a_shard_that_tells_harms_no_end() {
    for shards in [1, 2] {
        let system = real(shards);
        let log = system.spawn_on(0, Log::default).wait().expect("it starts");
        let speaker = system.spawn_on(shards - 1, || Speaker).wait().expect("it starts");
        let (said, says) = mpsc::channel();
        speaker.remember(LastWords(log, said));
        let report = system.stop(END);
        assert_eq!((report.actors_left, report.stuck_shards), (0, 0), "{report}");
        says.recv().expect("the destructor ran");
    }
}

/// Answers nobody.
#[actor]
#[derive(Default)]
struct Silent(Vec<Reply<u64>>);

#[handlers]
impl Silent {
    #[ask]
    fn keep(&mut self, reply: Reply<u64>) {
        self.0.push(reply);
    }
}

/// Bodies for processes of their own: no tests by themselves.
mod apart {
    use super::{Silent, mpsc, real};

    #[test]
    #[ignore = "it ends its process"]
    fn ends_while_asks_are_pending() {
        for shards in [1, 2] {
            let system = real(shards);
            let silent = system.spawn_on(shards - 1, Silent::default).wait().expect("it starts");
            let (asks, asked) = mpsc::channel();
            std::thread::spawn(move || {
                let pending = silent.keep().start();
                asks.send(()).expect("the test listens");
                pending.wait()
            });
            asked.recv().expect("the thread asks");
            // Neither stopped nor dropped.
            std::mem::forget(system);
        }
        std::process::exit(0);
    }
}

#[test]
fn a1_a_program_may_end_while_asks_are_pending() {
    let output = crate::hostile::in_a_process("strange::apart::ends_while_asks_are_pending");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_simulator_without_shards_is_refused() {
    std::panic::catch_unwind(|| Simulator::new(0)).expect_err("a system has a shard");
}

#[test]
fn g1_a_reference_is_harmless_long_after_its_actor() {
    everywhere(|world| {
        let subject = world.spawn(1, Subject::default);
        subject.stop();
        world.run(1, move || async move {
            for _ in 0..100 {
                subject.work();
                subject.stop();
                subject.stop_now();
                subject.kill();
                assert!(subject.handled().await.is_err());
            }
        });
        let report = world.end();
        assert_eq!(report.dead_letters.total(), 200, "{report}");
        subject.work();
        subject.kill();
        assert_eq!(subject.handled().wait(), Err(AskError::NoProc));
    });
}
