//! Messages and states of any size and alignment arrive whole.

use callboard::{Message, actor, handlers};

use crate::check::{Counted, Tally, World, ask_from, everywhere, on_shards, put};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(256))]
struct Aligned(u64);

impl Aligned {
    fn is_aligned(&self) -> bool {
        std::ptr::from_ref(self).addr().is_multiple_of(256)
    }
}

/// Is over-aligned itself, and takes values of all sizes.
#[actor]
struct Odd {
    aligned: Aligned,
    right: u64,
    wrong: u64,
}

impl Odd {
    fn new() -> Self {
        Self { aligned: Aligned(1), right: 0, wrong: 0 }
    }

    fn check(&mut self, right: bool) {
        let right = right && self.aligned.is_aligned() && self.aligned == Aligned(1);
        if right { self.right += 1 } else { self.wrong += 1 }
    }
}

#[handlers]
impl Odd {
    #[tell]
    fn nothing(&mut self) {
        self.check(true);
    }

    #[tell]
    fn unit(&mut self, _unit: ()) {
        self.check(true);
    }

    #[tell]
    fn aligned(&mut self, value: Aligned) {
        self.check(value == Aligned(7) && value.is_aligned());
    }

    #[tell]
    fn bytes(&mut self, first: [u8; 200], second: [u8; 56]) {
        self.check(first == [1; 200] && second == [2; 56]);
    }

    #[tell]
    fn wide(&mut self, value: u128) {
        self.check(value == u128::MAX - 5);
    }

    #[tell]
    fn text(&mut self, text: String, list: Vec<String>) {
        self.check(text == "text" && list == ["a", "b"]);
    }

    #[ask]
    fn swap(&mut self, value: Aligned) -> Aligned {
        Aligned(value.0 + 1)
    }

    #[ask]
    fn counts(&self) -> (u64, u64) {
        (self.right, self.wrong)
    }
}

#[test]
fn d4_values_of_odd_sizes_and_alignments_arrive_whole() {
    everywhere(|world: World| {
        let odd = world.spawn(1, Odd::new);
        world.run(0, move || async move {
            for _ in 0..300 {
                odd.nothing();
                odd.aligned(Aligned(7));
                odd.unit(());
                odd.bytes([1; 200], [2; 56]);
                odd.wide(u128::MAX - 5);
                odd.text("text".to_owned(), vec!["a".to_owned(), "b".to_owned()]);
            }
            assert_eq!(odd.swap(Aligned(4)).await, Ok(Aligned(5)));
        });
        assert_eq!(world.ask(odd.counts()), Ok((1_800, 0)));
        world.end();
    });
}

/// A megabyte.
type Large = [u64; 131_072];

/// Takes and gives a megabyte at a time.
#[actor]
#[derive(Default)]
struct Bulk(u64);

#[handlers]
impl Bulk {
    #[tell]
    fn take(&mut self, value: Large, _counted: Counted) {
        self.0 += value[131_071];
    }

    #[ask]
    fn sum(&self) -> u64 {
        self.0
    }
}

/// Runs a case on a thread with room for large values on its stack.
fn with_room(case: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(case);
    thread.expect("a thread").join().expect("the case holds");
}

#[test]
fn d4_a_megabyte_in_a_message_arrives_whole() {
    with_room(|| {
        on_shards(|simulator| {
            let tally = Tally::default();
            let bulk = put(&simulator, 1, Bulk::default);
            for number in 0..20 {
                simulator.enter(0, || bulk.take([number; 131_072], tally.make()));
            }
            simulator.run();
            assert_eq!(ask_from(&simulator, 0, bulk.sum()), Ok(190));
            bulk.stop();
            simulator.enter(0, || bulk.take([1; 131_072], tally.make()));
            simulator.run();
            tally.assert_even();
        });
    });
}

/// State of a megabyte.
#[actor]
struct Heavy(Box<Large>, [u8; 10_000], #[expect(dead_code, reason = "it is dropped")] Counted);

#[handlers]
impl Heavy {
    #[ask]
    fn sum(&self) -> u64 {
        self.0.iter().sum::<u64>() + self.1.iter().map(|byte| u64::from(*byte)).sum::<u64>()
    }
}

#[test]
fn states_of_any_size_live_and_are_dropped_once() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let counted = tally.make();
        let heavy = put(&simulator, 1, || Heavy(Box::new([1; 131_072]), [1; 10_000], counted));
        assert_eq!(ask_from(&simulator, 0, heavy.sum()), Ok(141_072));
        heavy.stop();
        simulator.run();
        tally.assert_even();
    });
}

/// Nothing at all.
#[actor]
struct Empty;

#[handlers]
impl Empty {}

#[test]
fn an_actor_without_messages_lives_and_stops() {
    on_shards(|simulator| {
        let actors = Vec::from_iter((0..1_000).map(|at| put(&simulator, at, || Empty)));
        assert_eq!(simulator.actors(), 1_000);
        actors.iter().for_each(|empty| empty.stop());
        simulator.run();
        assert_eq!(simulator.actors(), 0);
    });
}

/// Of one message that holds nothing.
#[actor]
#[derive(Default)]
struct Tick(u64);

#[handlers]
impl Tick {
    #[tell]
    fn tick(&mut self) {
        self.0 += 1;
        if self.0 == 100_000 {
            panic!("all ticks came");
        }
    }
}

#[test]
fn d2_messages_without_size_are_counted_exactly() {
    on_shards(|simulator| {
        assert_eq!(size_of::<TickMsg>(), 0);
        assert_eq!(TickMsg::NAMES, ["Tick"]);
        let tick = put(&simulator, 1, Tick::default);
        simulator.enter(0, || (0..100_000).for_each(|_| tick.tick()));
        simulator.run();
        let report = simulator.report();
        assert_eq!((report.handled, report.dead_letters.total()), (99_999, 1));
    });
}

/// Holds large and aligned values across an await.
#[actor]
struct Holding;

#[handlers]
impl Holding {
    #[ask]
    async fn large(&mut self) -> u64 {
        let values = std::hint::black_box([1_u64; 20_000]);
        tokio::task::yield_now().await;
        values.iter().sum()
    }

    #[ask]
    async fn aligned(&mut self) -> bool {
        let value = std::hint::black_box(Aligned(9));
        tokio::task::yield_now().await;
        value == Aligned(9) && value.is_aligned()
    }

    #[ask]
    async fn small(&mut self) -> u64 {
        tokio::task::yield_now().await;
        1
    }

    #[ask]
    fn many(&self) -> [u64; 1_000] {
        [3; 1_000]
    }
}

#[test]
fn futures_and_answers_of_any_size_and_alignment_work() {
    with_room(|| {
        everywhere(|world| {
            let holding = world.spawn(1, || Holding);
            for _ in 0..10 {
                assert_eq!(world.ask(holding.large()), Ok(20_000));
                assert_eq!(world.ask(holding.aligned()), Ok(true));
                assert_eq!(world.ask(holding.small()), Ok(1));
                assert_eq!(world.ask(holding.many()), Ok([3; 1_000]));
            }
            world.end();
        });
    });
}

#[test]
fn futures_of_all_sizes_wait_at_once() {
    on_shards(|simulator| {
        let asks = Vec::from_iter((0..300).map(|at| {
            let holding = put(&simulator, at, || Holding);
            match at % 3 {
                0 => simulator.start(0, move || async move { holding.large().await.is_ok() }),
                1 => simulator.start(0, move || async move { holding.aligned().await == Ok(true) }),
                _ => simulator.start(0, move || async move { holding.small().await.is_ok() }),
            }
        }));
        simulator.run();
        assert!(asks.iter().all(|ask| ask.take() == Some(true)));
    });
}
