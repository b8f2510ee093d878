//! Timers are never early, are cancelled for good, and end with their actor.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use callboard::testing::Simulator;
use callboard::{
    ActorRef, AskError, Context, DeadReason, ExitReason, Flow, Reply, Timer, actor, handlers,
};
use tokio::sync::oneshot;

use crate::check::{Counted, LONG, Tally, ask_from, everywhere, on_shards, put, real};

const SECOND: Duration = Duration::from_secs(1);
const NANO: Duration = Duration::from_nanos(1);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Sets timers as it is told, and keeps the numbers they bring.
#[actor]
#[derive(Default)]
struct Bell {
    heard: Vec<u64>,
    raw: Option<Timer>,
    waiting: Vec<(usize, Reply<Vec<u64>>)>,
}

#[handlers]
impl Bell {
    #[tell]
    fn hear(&mut self, number: u64) {
        self.heard.push(number);
        let have = self.heard.len();
        for (_, reply) in self.waiting.extract_if(.., |(want, _)| *want <= have) {
            reply.answer(self.heard.clone());
        }
    }

    #[ask]
    fn heard(&self) -> Vec<u64> {
        self.heard.clone()
    }

    /// Answers once so many numbers are there.
    #[ask]
    fn heard_so_many(&mut self, many: usize, reply: Reply<Vec<u64>>) {
        self.waiting.push((many, reply));
    }

    /// Each number after its delay.
    #[tell]
    fn set(&mut self, cx: &mut Context<Self>, delays: Vec<(Duration, u64)>) {
        for (delay, number) in delays {
            self.raw = Some(cx.after(delay, BellMsg::Hear { number }));
        }
    }

    #[tell]
    fn set_keyed(&mut self, cx: &mut Context<Self>, key: u64, delay: Duration, number: u64) {
        cx.after_keyed(key, delay, BellMsg::Hear { number });
    }

    /// 1, 2, 3, ..
    #[tell]
    fn count(&mut self, cx: &mut Context<Self>, period: Duration) {
        let mut number = 0;
        self.raw = Some(cx.every(period, move || {
            number += 1;
            BellMsg::Hear { number }
        }));
    }

    #[ask]
    fn cancel(&mut self, cx: &mut Context<Self>) -> bool {
        self.raw.is_some_and(|timer| cx.cancel(timer))
    }

    #[ask]
    fn cancel_keyed(&mut self, cx: &mut Context<Self>, key: u64) -> bool {
        cx.cancel(key)
    }

    /// Is busy until the gate opens, then does as `set_keyed`, and cancels.
    #[tell]
    async fn replace_later(
        &mut self,
        cx: &mut Context<Self>,
        gate: oneshot::Receiver<()>,
        key: u64,
        number: Option<u64>,
    ) {
        let _ = gate.await;
        match number {
            Some(number) => {
                cx.after_keyed(key, Duration::ZERO, BellMsg::Hear { number });
            }
            None => assert!(cx.cancel(key), "what waits can still be cancelled"),
        }
    }

    #[tell]
    async fn hold(&mut self, gate: oneshot::Receiver<()>) {
        let _ = gate.await;
    }

    #[tell]
    fn keep(&mut self, cx: &mut Context<Self>, delay: Duration, value: Counted) {
        cx.after_keyed("value", delay, BellMsg::Drop { value });
    }

    #[tell]
    fn drop(&mut self, value: Counted) {
        drop(value);
    }

    #[tell]
    fn fail(&self) {
        panic!("it does not go on");
    }
}

fn bell(simulator: &Simulator) -> ActorRef<Bell> {
    put(simulator, simulator.shards() - 1, Bell::default)
}

fn heard(simulator: &Simulator, bell: ActorRef<Bell>) -> Vec<u64> {
    ask_from(simulator, 0, bell.heard()).expect("the bell lives")
}

/// Keeps a bell busy until the gate is opened.
fn hold(simulator: &Simulator, bell: ActorRef<Bell>) -> oneshot::Sender<()> {
    let (open, gate) = oneshot::channel();
    bell.hold(gate);
    simulator.run();
    open
}

fn let_go(simulator: &Simulator, open: oneshot::Sender<()>) {
    open.send(()).expect("it waits at the gate");
    simulator.run();
}

/// Numbers that look like chance, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % sides
    }
}

#[test]
fn t1_a_timer_fires_at_its_moment_and_not_before() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        for (number, delay) in [NANO, millis(1), SECOND, 90_000 * SECOND].into_iter().enumerate() {
            bell.set(vec![(delay, number as u64)]);
            simulator.run();
            simulator.advance(delay - NANO);
            assert_eq!(heard(&simulator, bell).len(), number, "early");
            simulator.advance(NANO);
            assert_eq!(heard(&simulator, bell).len(), number + 1, "late");
        }
        simulator.stop();
    });
}

#[test]
fn t1_a_delay_of_zero_is_the_next_turns_and_one_of_centuries_never_comes() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        bell.set(vec![(Duration::MAX, 1), (Duration::ZERO, 2)]);
        simulator.run();
        assert_eq!(heard(&simulator, bell), [2]);
        simulator.advance(1_000_000_000 * SECOND);
        assert_eq!(heard(&simulator, bell), [2]);
        simulator.stop();
    });
}

/// Notes by how much its timers are late, and whether one is early.
#[actor]
#[derive(Default)]
struct Punctual {
    early: usize,
    late: Vec<Duration>,
    many: usize,
    done: Option<Reply<(usize, Vec<Duration>)>>,
}

#[expect(clippy::disallowed_methods, reason = "what is looked at is real time")]
#[handlers]
impl Punctual {
    #[ask]
    fn measure(
        &mut self,
        cx: &mut Context<Self>,
        delays: Vec<Duration>,
        reply: Reply<(usize, Vec<Duration>)>,
    ) {
        self.many = delays.len();
        self.done = Some(reply);
        for delay in delays {
            let due = Instant::now() + delay;
            cx.after(delay, PunctualMsg::Note { due });
        }
    }

    #[tell]
    fn note(&mut self, due: Instant) {
        let now = Instant::now();
        self.early += usize::from(now < due);
        self.late.push(now.saturating_duration_since(due));
        if self.late.len() == self.many
            && let Some(done) = self.done.take()
        {
            done.answer((self.early, std::mem::take(&mut self.late)));
        }
    }
}

#[test]
fn t1_no_timer_of_a_real_system_is_early() {
    let system = real(2);
    let mut dice = Dice(1);
    let delays = (0..2_000).map(|_| Duration::from_micros(dice.roll(200_000))).collect();
    let actor = system.spawn_on(1, Punctual::default).wait().expect("it starts");
    let (early, late) = actor.measure(delays).timeout(LONG).wait().expect("all timers fire");
    assert_eq!((early, late.len()), (0, 2_000));
    system.stop(SECOND);
}

#[test]
fn t2_cancel_says_whether_it_kept_a_message_from_coming() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        let cancel = |simulator: &Simulator| ask_from(simulator, 0, bell.cancel()).expect("alive");
        assert!(!cancel(&simulator), "there is none");
        bell.set(vec![(SECOND, 1)]);
        assert!(cancel(&simulator));
        assert!(!cancel(&simulator), "it was cancelled before");
        bell.set(vec![(SECOND, 2)]);
        simulator.run();
        simulator.advance(SECOND);
        assert!(!cancel(&simulator), "it has fired");
        simulator.advance(SECOND);
        assert_eq!(heard(&simulator, bell), [2]);
        simulator.stop();
    });
}

#[test]
fn t2_a_timer_that_expired_into_the_mailbox_is_cancelled_all_the_same() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        let (open, gate) = oneshot::channel();
        bell.set_keyed(7, SECOND, 1);
        bell.set_keyed(8, SECOND, 2);
        bell.replace_later(gate, 7, None);
        simulator.run();
        simulator.advance(2 * SECOND);
        let len = simulator.mailbox_len(bell);
        assert_eq!(simulator.block_on(0, || len), Some(2));
        let_go(&simulator, open);
        assert_eq!(heard(&simulator, bell), [2]);
        assert!(!ask_from(&simulator, 0, bell.cancel_keyed(7)).expect("alive"));
        let report = simulator.stop();
        assert_eq!(report.dead_letters.total(), 0, "what was taken back was never accepted");
    });
}

#[test]
fn t2_a_timer_of_another_actor_cannot_be_cancelled() {
    /// Cancels what it is given.
    #[actor]
    struct Other;

    #[handlers]
    impl Other {
        #[ask]
        fn try_it(&self, cx: &mut Context<Self>, timer: Timer) -> bool {
            cx.after(SECOND, OtherMsg::Nothing);
            cx.cancel(timer)
        }

        #[tell]
        fn nothing(&self) {}
    }

    /// Gives its timer away.
    #[actor]
    struct Giver(u64);

    #[handlers]
    impl Giver {
        #[ask]
        fn timer(&self, cx: &mut Context<Self>) -> Timer {
            cx.after(SECOND, GiverMsg::Fired)
        }

        #[tell]
        fn fired(&mut self) {
            self.0 += 1;
        }

        #[ask]
        fn count(&self) -> u64 {
            self.0
        }
    }

    on_shards(|simulator| {
        for shard in 0..simulator.shards() {
            let (giver, other) =
                (put(&simulator, 0, || Giver(0)), put(&simulator, shard, || Other));
            let timer = ask_from(&simulator, 0, giver.timer()).expect("alive");
            assert_eq!(ask_from(&simulator, 0, other.try_it(timer)), Ok(false));
            simulator.advance(SECOND);
            assert_eq!(ask_from(&simulator, 0, giver.count()), Ok(1));
        }
        simulator.stop();
    });
}

#[test]
fn p17_a_timer_ends_with_its_actor() {
    on_shards(|simulator| {
        let shard = simulator.shards() - 1;
        for crashes in [true, false] {
            let (bell, drops) = (bell(&simulator), Tally::default());
            bell.keep(SECOND, drops.make());
            bell.count(millis(10));
            simulator.run();
            if crashes {
                bell.fail();
            } else {
                bell.stop();
            }
            simulator.run();
            assert_eq!(drops.dropped(), 1, "the message went with the timer");
            // It has the slot of the one that ended.
            let next = put(&simulator, shard, Bell::default);
            simulator.advance(10 * SECOND);
            assert_eq!(heard(&simulator, next), []);
            next.stop();
            simulator.run();
        }
        let report = simulator.stop();
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1, "the message that failed");
        assert_eq!(report.dead_letters.total(), 1);
    });
}

#[test]
fn t3_what_a_timer_left_in_the_mailbox_goes_with_its_actor() {
    on_shards(|simulator| {
        let (bell, drops) = (bell(&simulator), Tally::default());
        bell.keep(SECOND, drops.make());
        let open = hold(&simulator, bell);
        simulator.advance(SECOND);
        assert_eq!(drops.dropped(), 0);
        bell.kill();
        simulator.run();
        assert_eq!(drops.dropped(), 1);
        drop(open);
        assert_eq!(simulator.stats().total().backlog, 0);
        assert_eq!(simulator.stop().dead_letters.of(DeadReason::Stopped), 0);
    });
}

#[test]
fn t3_no_timer_outlives_its_system() {
    everywhere(|world| {
        let drops = Tally::default();
        let bell = world.spawn(1, Bell::default);
        bell.keep(3_600 * SECOND, drops.make());
        bell.count(Duration::from_micros(1));
        assert!(world.ask(bell.heard()).is_ok());
        let report = world.end();
        assert_eq!((report.actors_left, drops.dropped()), (0, 1));
    });
}

#[test]
fn t4_a_keyed_timer_replaces_the_one_with_its_key() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        bell.set_keyed(1, SECOND, 1);
        bell.set_keyed(2, SECOND, 2);
        bell.set_keyed(1, millis(1_500), 3);
        simulator.run();
        simulator.advance(10 * SECOND);
        assert_eq!(heard(&simulator, bell), [2, 3]);
        simulator.stop();
    });
}

#[test]
fn t4_what_is_replaced_in_the_mailbox_is_never_seen() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        let (open, gate) = oneshot::channel();
        bell.set_keyed(1, SECOND, 1);
        bell.replace_later(gate, 1, Some(2));
        simulator.run();
        simulator.advance(SECOND);
        let_go(&simulator, open);
        assert_eq!(heard(&simulator, bell), [2]);
        simulator.stop();
    });
}

#[test]
fn t4_keys_of_every_kind_name_their_own_timers() {
    /// Sets one of each, replaces some, and cancels one.
    #[actor]
    #[derive(Default)]
    struct Keys(Vec<u64>);

    #[handlers]
    impl Keys {
        #[start]
        fn open(&mut self, cx: &mut Context<Self>) {
            let note = |number| KeysMsg::Note { number };
            cx.after_keyed("a", millis(1), note(1));
            cx.after_keyed("b".to_owned(), millis(2), note(2));
            cx.after_keyed(1, millis(3), note(3));
            cx.after_keyed(("a", 1), millis(4), note(4));
            cx.after_keyed(("a", 2), millis(5), note(5));
            cx.after_keyed("a".to_owned(), millis(6), note(6));
            cx.every_keyed(2, millis(4), move || note(7));
            assert!(cx.cancel(("a", 2)) && !cx.cancel(("a", 2)) && !cx.cancel("c"));
        }

        #[tell]
        fn note(&mut self, cx: &mut Context<Self>, number: u64) {
            self.0.push(number);
            // Twice is enough.
            if number == 7 && self.0.iter().filter(|number| **number == 7).count() == 2 {
                assert!(cx.cancel(2));
            }
        }

        #[ask]
        fn notes(&self) -> Vec<u64> {
            self.0.clone()
        }
    }

    on_shards(|simulator| {
        let keys = put(&simulator, 0, Keys::default);
        simulator.advance(SECOND);
        assert_eq!(ask_from(&simulator, 0, keys.notes()), Ok(vec![2, 3, 4, 7, 6, 7]));
        simulator.stop();
    });
}

#[test]
fn p50_only_the_new_value_of_a_timer_that_is_replaced_as_it_fires_is_seen() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        for number in 0..10_000 {
            let (open, gate) = oneshot::channel();
            bell.set_keyed(1, millis(1), 2 * number);
            bell.replace_later(gate, 1, Some(2 * number + 1));
            simulator.run();
            simulator.advance(millis(1));
            let_go(&simulator, open);
        }
        let odd: Vec<u64> = (0..10_000).map(|number| 2 * number + 1).collect();
        assert_eq!(heard(&simulator, bell), odd);
        simulator.stop();
    });
}

#[test]
fn p50_nothing_is_seen_of_a_timer_that_was_cancelled_as_it_fired() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        for number in 0..10_000 {
            let (open, gate) = oneshot::channel();
            bell.set_keyed(1, millis(1), number);
            bell.replace_later(gate, 1, None);
            simulator.run();
            simulator.advance(millis(1));
            let_go(&simulator, open);
        }
        assert_eq!(heard(&simulator, bell), []);
        simulator.stop();
    });
}

/// Cancels and replaces its timer at about the moment it is due.
#[actor]
#[derive(Default)]
struct Racer {
    round: u64,
    cancelled: bool,
    cancels: u64,
    wrong: u64,
    rounds: u64,
    done: Option<Reply<(u64, u64)>>,
}

#[handlers]
impl Racer {
    #[ask]
    fn race(&mut self, cx: &mut Context<Self>, rounds: u64, reply: Reply<(u64, u64)>) {
        self.rounds = rounds;
        self.done = Some(reply);
        cx.me().begin();
    }

    #[tell]
    fn begin(&mut self, cx: &mut Context<Self>) {
        if self.round == self.rounds {
            if let Some(done) = self.done.take() {
                done.answer((self.cancels, self.wrong));
            }
            return;
        }
        self.round += 1;
        self.cancelled = false;
        let (round, delay) = (self.round, Duration::from_micros(self.round % 40));
        cx.after_keyed("race", delay, RacerMsg::Fired { round });
        cx.me().replace();
    }

    #[tell]
    fn replace(&mut self, cx: &mut Context<Self>) {
        if self.round.is_multiple_of(2) && !self.cancelled {
            // The old value is not to be seen from here on.
            self.cancelled = true;
            cx.after_keyed("race", Duration::ZERO, RacerMsg::Replaced);
            return;
        }
        cx.me().cancel();
    }

    #[tell]
    fn replaced(&mut self, cx: &mut Context<Self>) {
        cx.me().begin();
    }

    #[tell]
    fn cancel(&mut self, cx: &mut Context<Self>) {
        if cx.cancel("race") {
            self.cancelled = true;
            self.cancels += 1;
        }
        cx.me().begin();
    }

    #[tell]
    fn fired(&mut self, round: u64) {
        self.wrong += u64::from(round != self.round || self.cancelled);
    }
}

#[test]
fn p50_timers_that_race_their_cancelling_are_not_seen_on_a_real_system() {
    let system = real(1);
    let racer = system.spawn_on(0, Racer::default).wait().expect("it starts");
    let (cancels, wrong) = racer.race(20_000).timeout(LONG).wait().expect("all rounds end");
    assert!(cancels > 0, "no timer was cancelled");
    assert_eq!(wrong, 0, "a timer was seen after it had been cancelled or replaced");
    system.stop(SECOND);
}

#[test]
fn p51_random_timers_fire_in_exact_order_and_none_early() {
    const TIMERS: u64 = 100_000;
    const SPREAD: u64 = 10_000_000;
    on_shards(|simulator| {
        let mut dice = Dice(51);
        let bells: Vec<_> = (0..4).map(|shard| put(&simulator, shard, Bell::default)).collect();
        let mut due: Vec<Vec<(u64, u64)>> = vec![Vec::new(); bells.len()];
        for number in 0..TIMERS {
            due[number as usize % 4].push((dice.roll(SPREAD), number));
        }
        for (bell, due) in bells.iter().zip(&mut due) {
            let delays =
                due.iter().map(|(micros, number)| (Duration::from_micros(*micros), *number));
            bell.set(delays.collect());
            // Stable: equal deadlines in the order they were set.
            due.sort_by_key(|(micros, _)| *micros);
        }
        simulator.run();
        for step in 1..=100 {
            simulator.advance(Duration::from_micros(SPREAD / 100));
            for (bell, due) in bells.iter().zip(&due) {
                let now = due.partition_point(|(micros, _)| *micros <= step * SPREAD / 100);
                let numbers: Vec<u64> = due[..now].iter().map(|(_, number)| *number).collect();
                assert!(heard(&simulator, *bell) == numbers, "after step {step}");
            }
        }
        simulator.stop();
    });
}

#[test]
fn t5_ticks_come_at_multiples_of_the_period() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        bell.count(millis(10));
        simulator.run();
        for ticks in 0..100 {
            simulator.advance(millis(10) - NANO);
            assert_eq!(heard(&simulator, bell).len(), ticks, "early");
            simulator.advance(NANO);
            assert_eq!(heard(&simulator, bell).len(), ticks + 1, "late");
        }
        assert_eq!(ask_from(&simulator, 0, bell.cancel()), Ok(true));
        simulator.advance(SECOND);
        assert_eq!(heard(&simulator, bell).len(), 100);
        simulator.stop();
    });
}

#[test]
fn t5_after_a_stall_one_tick_comes_and_the_next_at_its_own_time() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        bell.count(millis(10));
        let open = hold(&simulator, bell);
        simulator.advance(millis(1_005));
        let_go(&simulator, open);
        assert_eq!(heard(&simulator, bell), [1], "one tick waits, made when it is taken");
        simulator.advance(millis(5) - NANO);
        assert_eq!(heard(&simulator, bell), [1]);
        simulator.advance(NANO);
        assert_eq!(heard(&simulator, bell), [1, 2], "nothing drifts");
        simulator.stop();
    });
}

#[test]
fn t6_equal_deadlines_fire_in_the_order_they_were_set() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        for is_busy in [false, true] {
            bell.set((0..1_000).map(|number| (SECOND, number)).collect());
            simulator.run();
            simulator.advance(millis(500));
            bell.set((1_000..2_000).map(|number| (millis(500), number)).collect());
            let open = is_busy.then(|| hold(&simulator, bell));
            simulator.advance(millis(500));
            if let Some(open) = open {
                let_go(&simulator, open);
            }
        }
        let twice: Vec<u64> = (0..2_000).chain(0..2_000).collect();
        assert_eq!(heard(&simulator, bell), twice);
        simulator.stop();
    });
}

#[test]
fn t6_a_million_timers_of_a_shard_all_fire_or_are_cancelled() {
    /// Sets many timers.
    #[actor]
    #[derive(Default)]
    struct Many {
        timers: Vec<Timer>,
        fired: u64,
    }

    #[handlers]
    impl Many {
        #[tell]
        fn set(&mut self, cx: &mut Context<Self>, many: u64) {
            for number in 0..many {
                let delay = Duration::from_micros(1 + number * 7919 % 1_000_003);
                self.timers.push(cx.after(delay, ManyMsg::Fire));
            }
        }

        #[ask]
        fn cancel_half(&mut self, cx: &mut Context<Self>) -> usize {
            self.timers.drain(..).step_by(2).filter(|timer| cx.cancel(*timer)).count()
        }

        #[tell]
        fn fire(&mut self) {
            self.fired += 1;
        }

        #[ask]
        fn fired(&self) -> u64 {
            self.fired
        }
    }

    let simulator = Simulator::new(1);
    let many = put(&simulator, 0, Many::default);
    many.set(1_000_000);
    simulator.run();
    assert_eq!(ask_from(&simulator, 0, many.cancel_half()), Ok(500_000));
    simulator.advance(2 * SECOND);
    assert_eq!(ask_from(&simulator, 0, many.fired()), Ok(500_000));
    simulator.stop();
}

#[test]
fn t7_time_is_that_of_the_simulator() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        bell.set(vec![(1_000_000 * SECOND, 1)]);
        bell.count(1_000 * SECOND);
        simulator.run();
        simulator.advance(1_000_000 * SECOND);
        assert_eq!(heard(&simulator, bell).len(), 1_001);
        simulator.stop();
    });
}

#[test]
fn t8_a_timer_comes_before_what_waits() {
    on_shards(|simulator| {
        let bell = bell(&simulator);
        bell.set(vec![(SECOND, 1_000)]);
        let open = hold(&simulator, bell);
        (0..200).for_each(|number| bell.hear(number));
        simulator.run();
        simulator.advance(SECOND);
        let_go(&simulator, open);
        let heard = heard(&simulator, bell);
        assert_eq!((heard[0], heard.len()), (1_000, 201));
        simulator.stop();
    });
}

/// An actor that tells itself two messages for each that it takes.
#[actor(slice = 8)]
#[derive(Default)]
struct Flooded {
    messages: u64,
    ticks: u64,
}

#[handlers]
impl Flooded {
    #[tell]
    fn flood(&mut self, cx: &mut Context<Self>) {
        self.messages += 1;
        if self.messages < 1_000_000 {
            cx.me().flood();
            cx.me().flood();
        }
    }

    #[every("1ms")]
    fn tick(&mut self) -> Flow {
        self.ticks += 1;
        if self.ticks == 20 {
            Flow::stop_with(ExitReason::shutdown_with("20 ticks"))
        } else {
            Flow::go()
        }
    }
}

#[test]
fn t8_a_flood_does_not_starve_a_timer() {
    let simulator = Simulator::new(1);
    // Each look at the clock takes 20 µs, so a turn is some five of them, and 64 messages each.
    simulator.set_look(Duration::from_micros(20));
    let flooded = simulator.spawn_on(0, Flooded::default).expect("it starts");
    let ended = simulator.start(0, move || flooded.wait());
    simulator.enter(0, || flooded.flood());
    simulator.run();
    assert!(matches!(ended.take(), Some(ExitReason::ShutdownWith(_))));
    simulator.stop();
}

macro_rules! small {
    ($($actor:ident $messages:ident $overflow:ident)*) => {$(
        /// An actor with room for two.
        #[actor(mailbox(capacity = 2, overflow = $overflow))]
        #[derive(Default)]
        struct $actor(Vec<u64>);

        #[handlers]
        impl $actor {
            #[tell]
            fn note(&mut self, number: u64) {
                self.0.push(number);
            }

            #[ask]
            fn notes(&self) -> Vec<u64> {
                self.0.clone()
            }

            #[tell]
            async fn hold(
                &mut self,
                cx: &mut Context<Self>,
                delays: Vec<Duration>,
                gate: oneshot::Receiver<()>,
            ) {
                for (number, delay) in delays.into_iter().enumerate() {
                    let number = 100 + number as u64;
                    cx.after(delay, $messages::Note { number });
                }
                let _ = gate.await;
            }
        }

        impl $actor {
            /// Holds it while so many tells and timers come, and answers what it takes then, and how many were
            /// dead letters `overflow`.
            fn with(simulator: &Simulator, tells: u64, timers: usize) -> (Vec<u64>, u64) {
                let (open, gate) = oneshot::channel();
                let actor = put(simulator, 0, Self::default);
                actor.hold(vec![SECOND; timers], gate);
                simulator.run();
                (0..tells).for_each(|number| actor.note(number));
                simulator.run();
                simulator.advance(SECOND);
                let overflows = simulator.report().dead_letters.of(DeadReason::Overflow);
                let_go(simulator, open);
                (ask_from(simulator, 0, actor.notes()).unwrap_or_default(), overflows)
            }
        }
    )*};
}

small! {
    Refusing RefusingMsg reject
    Stubborn StubbornMsg drop_newest
    Forgetful ForgetfulMsg drop_oldest
}

#[test]
fn t8_a_timer_meets_the_bound_of_the_mailbox_and_is_counted() {
    let with = |run: fn(&Simulator, u64, usize) -> (Vec<u64>, u64), tells, timers| {
        let simulator = Simulator::new(1);
        let result = run(&simulator, tells, timers);
        simulator.stop();
        result
    };
    for run in [Refusing::with, Stubborn::with] {
        assert_eq!(with(run, 1, 1), (vec![100, 0], 0));
        assert_eq!(with(run, 2, 1), (vec![0, 1], 1));
        assert_eq!(with(run, 1, 3), (vec![100, 0], 2));
    }
    assert_eq!(with(Forgetful::with, 2, 1), (vec![100, 1], 1), "the oldest message makes room");
    assert_eq!(with(Forgetful::with, 2, 3), (vec![101, 102], 3), "then the oldest timer");
}

#[test]
fn t8_messages_do_not_push_timers_out_of_a_full_mailbox() {
    let simulator = Simulator::new(1);
    let (open, gate) = oneshot::channel();
    let actor = put(&simulator, 0, Forgetful::default);
    actor.hold(vec![SECOND], gate);
    simulator.run();
    simulator.advance(SECOND);
    (0..5).for_each(|number| actor.note(number));
    simulator.run();
    let_go(&simulator, open);
    assert_eq!(ask_from(&simulator, 0, actor.notes()), Ok(vec![100, 4]));
    assert_eq!(simulator.stop().dead_letters.of(DeadReason::Overflow), 4);
}

#[test]
fn t8_a_timer_that_overflows_a_mailbox_may_end_its_actor() {
    /// An actor with room for one, that is held.
    #[actor(mailbox(capacity = 1, overflow = crash))]
    struct Crashing;

    #[handlers]
    impl Crashing {
        #[tell]
        async fn hold(&self) {
            std::future::pending::<()>().await;
        }

        #[every("1s")]
        fn tick(&mut self) {}
    }

    on_shards(|simulator| {
        let actor = put(&simulator, 0, || Crashing);
        let ended = simulator.start(0, move || actor.wait());
        actor.hold();
        actor.hold();
        simulator.run();
        simulator.advance(SECOND);
        assert!(matches!(ended.take(), Some(ExitReason::Overflow)));
        let letters = simulator.stop().dead_letters;
        assert_eq!(letters.of(DeadReason::Overflow), 1, "the tick");
        assert_eq!(letters.of(DeadReason::InFlight), 1, "the message that was being handled");
        assert_eq!(letters.of(DeadReason::Stopped), 1, "what waited");
    });
}

#[test]
fn m4_the_place_of_a_cancelled_timer_goes_to_who_waits_for_one() {
    /// An actor with room for one.
    #[actor(mailbox(capacity = 1))]
    struct Narrow;

    #[handlers]
    impl Narrow {
        #[tell]
        fn note(&self) {}

        #[tell]
        async fn hold(
            &mut self,
            cx: &mut Context<Self>,
            gate: oneshot::Receiver<()>,
            end: oneshot::Receiver<()>,
        ) {
            cx.after_keyed("it", SECOND, NarrowMsg::Note);
            let _ = gate.await;
            assert!(cx.cancel("it"));
            let _ = end.await;
        }
    }

    on_shards(|simulator| {
        let ((open, gate), (let_end, end)) = (oneshot::channel(), oneshot::channel());
        let narrow = put(&simulator, 0, || Narrow);
        narrow.hold(gate, end);
        simulator.run();
        simulator.advance(SECOND);
        let permit = simulator.start(0, move || narrow.reserve().into_future());
        simulator.run();
        assert!(permit.take().is_none(), "the timer has the one place");
        let_go(&simulator, open);
        permit.take().expect("the place is free").expect("the actor lives").send(NarrowMsg::Note);
        let_go(&simulator, let_end);
        simulator.stop();
    });
}

/// Timers by attribute.
#[actor]
#[derive(Default)]
struct Clockwork {
    notes: Vec<&'static str>,
    start: Option<oneshot::Receiver<()>>,
}

#[handlers]
impl Clockwork {
    #[start]
    async fn open(&mut self) {
        if let Some(start) = self.start.take() {
            let _ = start.await;
        }
        self.notes.push("start");
    }

    #[every("1s")]
    fn tick(&mut self) {
        self.notes.push("tick");
    }

    #[after("1500ms", since = start)]
    async fn once(&mut self, cx: &mut Context<Self>) -> Result<(), AskError> {
        tokio::task::yield_now().await;
        self.notes.push("once");
        cx.me().hear();
        Ok(())
    }

    #[after("3s")]
    fn end(&mut self) -> Flow {
        Flow::stop()
    }

    #[tell]
    fn hear(&mut self) {
        self.notes.push("hear");
    }

    #[ask]
    fn notes(&self) -> Vec<&'static str> {
        self.notes.clone()
    }
}

#[test]
fn t1_methods_with_a_time_run_from_the_end_of_the_start_hook_on() {
    on_shards(|simulator| {
        let (open, start) = oneshot::channel();
        let actor = simulator.enter(0, || {
            callboard::spawn(Clockwork { start: Some(start), ..Clockwork::default() })
        });
        simulator.run();
        simulator.advance(2 * SECOND);
        let_go(&simulator, open);
        let notes = || ask_from(&simulator, 0, actor.notes());
        assert_eq!(notes(), Ok(vec!["start"]));
        simulator.advance(2 * SECOND);
        assert_eq!(notes(), Ok(vec!["start", "tick", "once", "hear", "tick"]));
        simulator.advance(SECOND);
        assert_eq!(simulator.actors(), 0, "it has ended itself");
        // Four calls of the clock's, two asks and a tell: the third tick was set after the end it meets.
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total()), (7, 0));
    });
}

/// Ends when nobody says anything for a second.
#[actor]
#[derive(Default)]
struct Patient {
    quiet: Vec<u64>,
    said: u64,
}

#[handlers]
impl Patient {
    #[tell]
    fn say(&mut self) {
        self.said += 1;
    }

    #[tell]
    async fn hold(&mut self, gate: oneshot::Receiver<()>) {
        self.said += 1;
        let _ = gate.await;
    }

    #[after("1s", since = message)]
    async fn silence(&mut self, cx: &mut Context<Self>) {
        let _ = cx.me();
        self.quiet.push(self.said);
    }

    /// A call of the clock is no message.
    #[every("100ms")]
    fn tick(&mut self) {}

    #[ask]
    fn quiet(&self) -> Vec<u64> {
        self.quiet.clone()
    }
}

/// What a patient actor has noted; the ask is a message, too.
fn quiet(simulator: &Simulator, patient: ActorRef<Patient>) -> Vec<u64> {
    ask_from(simulator, 0, patient.quiet()).expect("the patient lives")
}

#[test]
fn t1_silence_counts_from_the_last_message() {
    on_shards(|simulator| {
        let patient = put(&simulator, 1, Patient::default);
        for _ in 0..50 {
            patient.say();
            simulator.run();
            simulator.advance(SECOND - NANO);
        }
        assert_eq!(quiet(&simulator, patient), []);
        simulator.advance(SECOND - NANO);
        assert_eq!(quiet(&simulator, patient), [], "that was a message");
        simulator.advance(SECOND);
        simulator.advance(10 * SECOND);
        assert_eq!(quiet(&simulator, patient), [50], "once until the next message");
        simulator.advance(SECOND);
        assert_eq!(quiet(&simulator, patient), [50, 50]);
        simulator.stop();
    });
}

#[test]
fn t1_an_actor_that_is_busy_is_not_silent() {
    on_shards(|simulator| {
        let patient = put(&simulator, 1, Patient::default);
        let (open, gate) = oneshot::channel();
        patient.hold(gate);
        patient.say();
        simulator.run();
        simulator.advance(millis(10_500));
        let_go(&simulator, open);
        simulator.advance(SECOND - NANO);
        assert_eq!(quiet(&simulator, patient), [], "it took a message a moment ago");
        simulator.advance(SECOND);
        assert_eq!(quiet(&simulator, patient), [2]);
        simulator.stop();
    });
}

#[test]
fn t5_jitter_spreads_actors_and_keeps_to_its_bound() {
    /// Ticks that wait for one another would all come at once.
    #[actor]
    struct Spread(Arc<AtomicUsize>);

    #[handlers]
    impl Spread {
        #[every("1s", jitter = "500ms")]
        fn tick(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    on_shards(|simulator| {
        let ticks = Arc::new(AtomicUsize::new(0));
        for shard in 0..400 {
            let ticks = ticks.clone();
            put(&simulator, shard, || Spread(ticks));
        }
        simulator.advance(SECOND - NANO);
        for second in 1..=20 {
            assert_eq!(ticks.load(Ordering::Relaxed), 400 * (second - 1), "none is early");
            simulator.advance(millis(250) + NANO);
            let half = ticks.load(Ordering::Relaxed) - 400 * (second - 1);
            assert!((100..300).contains(&half), "{half} of 400 in the first half");
            simulator.advance(millis(250));
            assert_eq!(ticks.load(Ordering::Relaxed), 400 * second, "none is late");
            simulator.advance(millis(500) - NANO);
        }
        simulator.stop();
    });
}

#[test]
fn t2_the_code_that_makes_a_tick_may_panic() {
    /// Its tick cannot be made.
    #[actor]
    struct Broken;

    #[handlers]
    impl Broken {
        #[start]
        fn open(&mut self, cx: &mut Context<Self>) {
            cx.every(SECOND, || panic!("there is no message"));
        }

        #[tell]
        fn never(&self) {}
    }

    on_shards(|simulator| {
        let broken = put(&simulator, 0, || Broken);
        let ended = simulator.start(0, move || broken.wait());
        simulator.advance(SECOND);
        assert!(matches!(ended.take(), Some(ExitReason::Panic(_))));
        assert_eq!(simulator.stop().dead_letters.total(), 0);
    });
}

#[test]
fn t1_timers_fire_on_real_systems() {
    everywhere(|world| {
        let bell = world.spawn(1, Bell::default);
        match &world {
            crate::check::World::Simulated(simulator) => {
                bell.set(vec![(millis(5), 1)]);
                bell.count(millis(2));
                simulator.run();
                simulator.advance(millis(9));
                assert_eq!(heard(simulator, bell), [1, 2, 1, 3, 4]);
            }
            crate::check::World::Real(_) => {
                bell.set(vec![(millis(20), 3), (millis(10), 2), (Duration::ZERO, 1)]);
                let all = bell.heard_so_many(3).timeout(LONG).wait();
                assert_eq!(all, Ok(vec![1, 2, 3]));
            }
        }
        world.end();
    });
}
