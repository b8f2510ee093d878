//! Processes and selective receive, by hand: what a receive takes, what it leaves, and in which order.

use std::time::Duration;

use callboard::__private as rt;
use callboard::testing::Simulator;
use callboard::{
    ActorRef, Address, Ask, AskError, DeadReason, ExitReason, Process, Receivable, Reply,
};

use crate::check::{Dice, Journal, on_shards};

/// What the processes here are told.
#[derive(Debug)]
pub(crate) enum Msg {
    A(u64),
    B(u64),
    C(u64),
    Get(Reply<u64>),
    D(#[expect(dead_code, reason = "only its drop is looked at")] Noted),
}

/// Notes that it is dropped.
#[derive(Debug)]
pub(crate) struct Noted(pub(crate) Journal, pub(crate) u64);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.note(format!("D{}", self.1));
    }
}

#[derive(Clone, Copy)]
pub(crate) struct MsgApi(Address);

impl rt::Api for MsgApi {
    type Of = Msg;

    fn at(address: Address) -> Self {
        Self(address)
    }

    fn address(&self) -> Address {
        self.0
    }
}

impl MsgApi {
    pub(crate) fn get(&self) -> Ask<u64> {
        rt::ask::<Msg, _>(self, Msg::Get)
    }
}

impl rt::Message for Msg {
    const NAMES: &'static [&'static str] = &["A", "B", "C", "Get", "D"];

    fn tag(&self) -> usize {
        match self {
            Self::A(_) => 0,
            Self::B(_) => 1,
            Self::C(_) => 2,
            Self::Get(_) => 3,
            Self::D(_) => 4,
        }
    }
}

static PROCESS: rt::ProcessType<Msg> = rt::ProcessType::new();

impl Receivable for Msg {
    const PROCESS: &'static rt::ProcessType<Self> = &PROCESS;
}

impl rt::Protocol for Msg {
    type Msg = Self;
    type Api = MsgApi;
    const DELIVERY: rt::Delivery<Self> = rt::process_delivery::<Self>();
}

impl rt::Child for Msg {
    type Actor = rt::ProcessStart<Self>;
    type Start = rt::ProcessStart<Self>;

    fn into_actor(start: Self::Start) -> Self::Actor {
        start
    }
}

/// The arms of a receive by their names: the plain ones, and the urgent.
macro_rules! arms {
    ($($plain:literal)* $(; $($urgent:literal)*)?) => {{
        struct Arms;
        impl rt::Arms<Msg> for Arms {
            const TABLE: rt::Table = rt::Table::new(
                rt::TagSet::of::<Msg>(&[$($plain),*]),
                rt::TagSet::of::<Msg>(&[$($($urgent),*)?]),
            );
        }
        Arms
    }};
}

pub(crate) use arms;

/// No arm is urgent.
pub(crate) fn none(_: &Msg) -> usize {
    rt::NO_ARM
}

/// Takes the oldest message of any kind.
pub(crate) async fn any(cx: &mut Process<Msg>) -> Msg {
    rt::message(rt::receive(cx, arms!("A" "B" "C" "Get" "D"), none, |_| 0).await.1)
}

/// The arm that was chosen; by the first a message is taken.
pub(crate) fn arm((arm, got): (usize, rt::Got<'_, Msg>)) -> usize {
    if arm == 0 {
        drop(rt::message(got));
    }
    arm
}

/// Takes the oldest `A`.
pub(crate) async fn next_a(cx: &mut Process<Msg>) -> u64 {
    match rt::message(rt::receive(cx, arms!("A"), none, |_| 0).await.1) {
        Msg::A(n) => n,
        other => panic!("{other:?} is no A"),
    }
}

/// Runs a process on the last shard, and gives its reference.
pub(crate) fn run<F>(simulator: &Simulator, body: F) -> ActorRef<Msg>
where
    F: AsyncFnOnce(&mut Process<Msg>) + Send + 'static,
{
    let shard = simulator.shards() - 1;
    simulator.spawn_on(shard, move || rt::process(body)).expect("a process starts")
}

#[test]
fn r1_the_oldest_message_that_matches_any_arm_is_taken() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            next_a(cx).await;
            for _ in 0..5 {
                let got = rt::receive(cx, arms!("B" "C"), none, |message| match message {
                    Msg::C(_) => 0,
                    Msg::B(n) if *n > 10 => 1,
                    _ => rt::NO_ARM,
                });
                let (arm, got) = got.after(2, Duration::ZERO).await;
                match (arm, got) {
                    (2, _) => said.note("nothing"),
                    (arm, got) => said.note(format!("{arm} {:?}", rt::message(got))),
                }
            }
            for _ in 0..2 {
                said.note(format!("{:?}", any(cx).await));
            }
        });
        for message in [Msg::B(1), Msg::B(11), Msg::C(2), Msg::B(3), Msg::B(12), Msg::A(0)] {
            process.tell(message);
        }
        simulator.run();
        let expected = ["1 B(11)", "0 C(2)", "1 B(12)", "nothing", "nothing", "B(1)", "B(3)"];
        assert_eq!(log.take(), expected);
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total(), report.actors_left), (6, 0, 0));
    });
}

#[test]
fn r2_what_does_not_match_stays_in_order_and_waits() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            loop {
                said.note(next_a(cx).await.to_string());
            }
        });
        for n in 0..3 {
            process.tell(Msg::B(n));
            process.tell(Msg::C(n));
            process.tell(Msg::A(n));
        }
        simulator.run();
        assert_eq!(log.take(), ["0", "1", "2"]);
        let len = simulator.mailbox_len(process);
        assert_eq!(simulator.block_on(0, move || len), Some(6));
        let report = simulator.stop();
        assert_eq!((report.handled, report.dead_letters.total()), (3, 6));
        assert_eq!(report.dead_letters.of(DeadReason::Stopped), 6);
    });
}

#[test]
fn asks_are_answered_and_what_waits_for_an_answer_ends_with_the_process() {
    on_shards(|simulator| {
        let process = run(&simulator, async move |cx| {
            let mut sum = 0;
            loop {
                match any(cx).await {
                    Msg::A(n) => sum += n,
                    Msg::Get(reply) => reply.answer(sum),
                    Msg::B(_) => break,
                    Msg::C(_) | Msg::D(_) => panic!("it says so"),
                }
            }
        });
        process.tell(Msg::A(2));
        process.tell(Msg::A(3));
        assert_eq!(simulator.block_on(0, move || process.get().into_future()), Some(Ok(5)));
        let end = simulator.start(0, move || async move {
            let end = process.wait();
            process.tell(Msg::C(0));
            let asked = process.get().await;
            (asked, end.await)
        });
        simulator.run();
        let (asked, end) = end.take().expect("it has ended");
        assert!(matches!(end, ExitReason::Panic(_)), "{end:?}");
        assert_eq!(asked, Err(AskError::Stopped));
        let report = simulator.stop();
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
    });
}

#[test]
fn r3_after_zero_looks_at_all_that_waits_first() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            next_a(cx).await;
            for _ in 0..3 {
                let got = rt::receive(cx, arms!("C"), none, |_| 0).after(1, Duration::ZERO).await;
                said.note(arm(got).to_string());
            }
        });
        for message in [Msg::C(1), Msg::B(2), Msg::C(3), Msg::A(0)] {
            process.tell(message);
        }
        simulator.run();
        assert_eq!(log.take(), ["0", "0", "1"]);
    });
}

#[test]
fn r4_the_timeout_counts_from_the_start_whatever_arrives() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            let time = Duration::from_millis(10);
            let got = rt::receive(cx, arms!("C"), none, |_| rt::NO_ARM).after(7, time).await;
            said.note(got.0.to_string());
            cx.sleep(time).await;
            said.note("slept");
            said.note(format!("{:?}", any(cx).await));
        });
        for _ in 0..3 {
            process.tell(Msg::C(1));
            process.tell(Msg::B(1));
            simulator.advance(Duration::from_millis(3));
        }
        assert!(log.take().is_empty());
        simulator.advance(Duration::from_millis(1));
        assert_eq!(log.take(), ["7"]);
        simulator.advance(Duration::from_micros(9_999));
        assert!(log.take().is_empty());
        simulator.advance(Duration::from_micros(1));
        assert_eq!(log.take(), ["slept", "C(1)"]);
    });
}

#[test]
fn p53_r1_r2_what_was_left_is_taken_later_in_the_order_of_arrival() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            cx.sleep(Duration::from_millis(1)).await;
            for _ in 0..2 {
                let got = rt::receive(cx, arms!("B"), none, |_| 0).await.1;
                said.note(format!("{:?}", rt::message(got)));
            }
            for _ in 0..2 {
                said.note(format!("{:?}", any(cx).await));
            }
        });
        for message in [Msg::A(0), Msg::B(1), Msg::C(0), Msg::B(2)] {
            process.tell(message);
        }
        simulator.run();
        simulator.advance(Duration::from_millis(1));
        assert_eq!(log.take(), ["B(1)", "B(2)", "A(0)", "C(0)"]);
    });
}

#[test]
fn p54_r3_a_receive_that_waits_for_nothing_takes_what_is_there() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            cx.sleep(Duration::from_millis(1)).await;
            let z2 = |message: &Msg| match message {
                Msg::C(2) => 0,
                _ => rt::NO_ARM,
            };
            let got = rt::receive(cx, arms!("C"), none, z2).after(1, Duration::ZERO).await;
            said.note(format!("{} {:?}", got.0, rt::message(got.1)));
            said.note(format!("{:?}", any(cx).await));
        });
        process.tell(Msg::C(1));
        process.tell(Msg::C(2));
        simulator.run();
        simulator.advance(Duration::from_millis(1));
        assert_eq!(log.take(), ["0 C(2)", "C(1)"]);
    });
}

#[test]
fn p55_r4_messages_that_do_not_match_put_no_timeout_off() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            let time = Duration::from_millis(100);
            let got = rt::receive(cx, arms!("C"), none, |_| 0).after(1, time).await;
            said.note(got.0.to_string());
        });
        for _ in 0..10 {
            assert!(log.take().is_empty(), "never early");
            process.tell(Msg::B(0));
            simulator.advance(Duration::from_millis(10));
        }
        assert_eq!(log.take(), ["1"]);
    });
}

#[test]
fn r6_a_refused_message_is_looked_at_once_by_each_receive() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            let looks = std::cell::Cell::new(0);
            let wanted = |message: &Msg| {
                looks.set(looks.get() + 1);
                if matches!(message, Msg::B(n) if *n == 99) { 0 } else { rt::NO_ARM }
            };
            arm(rt::receive(cx, arms!("B"), none, wanted).await);
            said.note(looks.replace(0).to_string());
            arm(rt::receive(cx, arms!("B"), none, wanted).await);
            said.note(looks.get().to_string());
        });
        for n in 0..100 {
            process.tell(Msg::C(n));
            process.tell(Msg::B(n));
            simulator.run();
        }
        assert_eq!(log.take(), ["100"]);
        process.tell(Msg::B(99));
        simulator.run();
        assert_eq!(log.take(), ["100"], "99 that were refused, and the new one");
    });
}

#[test]
fn r9_a_receive_within_a_receive_sees_the_same_messages() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            let outer = any(cx).await;
            let inner = next_a(cx).await;
            said.note(format!("{outer:?} {inner}"));
            said.note(format!("{:?}", any(cx).await));
        });
        for message in [Msg::B(1), Msg::C(2), Msg::A(3)] {
            process.tell(message);
        }
        simulator.run();
        assert_eq!(log.take(), ["B(1) 3", "C(2)"]);
    });
}

/// What a receive of a random program takes: tags, and the remainder a number must have.
#[derive(Clone, Copy, Debug)]
struct Wants {
    tags: u64,
    modulo: u64,
    urgent: Option<u64>,
    waits: u64,
}

impl Wants {
    fn takes(self, message: &Msg) -> bool {
        let (tag, n) = of(message);
        self.tags & (1 << tag) != 0 && n % self.modulo == 0
    }

    fn is_urgent(self, message: &Msg) -> bool {
        self.urgent == Some(of(message).0) && self.takes(message)
    }
}

fn of(message: &Msg) -> (u64, u64) {
    match message {
        Msg::A(n) => (0, *n),
        Msg::B(n) => (1, *n),
        Msg::C(n) => (2, *n),
        Msg::Get(_) | Msg::D(_) => (3, 0),
    }
}

/// A table of three tags, of which one may be urgent: all that a random program needs.
struct Three;

impl rt::Arms<Msg> for Three {
    const TABLE: rt::Table = rt::Table::new(
        rt::TagSet::of::<Msg>(&["A", "B", "C"]),
        rt::TagSet::of::<Msg>(&["A", "B", "C"]),
    );
}

#[test]
fn r1_to_r4_random_programs_take_what_a_naive_scan_takes() {
    for seed in 0..200 {
        on_shards(|simulator| {
            let mut dice = Dice::new(seed);
            let wants: Vec<Wants> = (0..40)
                .map(|_| Wants {
                    tags: 1 + dice.roll(7),
                    modulo: 1 + dice.roll(3),
                    urgent: Some(dice.roll(6)).filter(|tag| *tag < 3),
                    waits: dice.roll(4),
                })
                .collect();
            // The model: what waits, in order, and when a receive began.
            let (log, program) = (Journal::default(), wants.clone());
            let said = log.clone();
            let process = run(&simulator, async move |cx| {
                for want in program {
                    let urgent = |m: &Msg| if want.is_urgent(m) { 0 } else { rt::NO_ARM };
                    let plain = |m: &Msg| if want.takes(m) { 1 } else { rt::NO_ARM };
                    let time = Duration::from_millis(want.waits);
                    let got = rt::receive(cx, Three, urgent, plain).after(2, time).await;
                    said.note(match got.0 {
                        2 => "late".to_owned(),
                        arm => format!("{arm} {:?}", rt::message(got.1)),
                    });
                }
                said.note("end");
            });
            let mut waiting: Vec<Msg> = Vec::new();
            let (mut expected, mut at, mut left) = (Vec::new(), 0, wants[0].waits);
            // A receive takes what it can; one that waits for nothing ends at once.
            let step =
                |waiting: &mut Vec<Msg>, at: &mut usize, left: &mut u64, out: &mut Vec<String>| {
                    while let Some(want) = wants.get(*at) {
                        let urgent = waiting.iter().position(|m| want.is_urgent(m)).map(|i| (0, i));
                        let found = urgent
                            .or_else(|| waiting.iter().position(|m| want.takes(m)).map(|i| (1, i)));
                        match found {
                            Some((arm, index)) => {
                                out.push(format!("{arm} {:?}", waiting.remove(index)));
                            }
                            None if *left == 0 => out.push("late".to_owned()),
                            None => return,
                        }
                        *at += 1;
                        *left = wants.get(*at).map_or(0, |want| want.waits);
                        if *at == wants.len() {
                            out.push("end".to_owned());
                        }
                    }
                };
            step(&mut waiting, &mut at, &mut left, &mut expected);
            for n in 0..60 {
                if dice.roll(3) == 0 {
                    simulator.advance(Duration::from_millis(1));
                    if at < wants.len() {
                        left = left.saturating_sub(1);
                        step(&mut waiting, &mut at, &mut left, &mut expected);
                    }
                } else {
                    let tag = dice.roll(3);
                    let new = || [Msg::A(n), Msg::B(n), Msg::C(n)].into_iter().nth(tag as usize);
                    if at < wants.len() {
                        process.tell(new().expect("one of three"));
                        simulator.run();
                        waiting.extend(new());
                        step(&mut waiting, &mut at, &mut left, &mut expected);
                    }
                }
                assert_eq!(log.take(), std::mem::take(&mut expected), "seed {seed}");
            }
            let saved = waiting.len() as u64;
            let is_over = at == wants.len();
            let report = simulator.stop();
            let told = report.handled + report.dead_letters.total();
            assert!(is_over || report.dead_letters.total() == saved, "seed {seed}: {told}");
        });
    }
}

#[test]
fn urgent_messages_come_first_among_all_that_wait() {
    on_shards(|simulator| {
        let log = Journal::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            next_a(cx).await;
            for _ in 0..4 {
                let urgent = |message: &Msg| match message {
                    Msg::C(n) if *n > 0 => 9,
                    _ => rt::NO_ARM,
                };
                let got = rt::receive(cx, arms!("B" "C"; "C"), urgent, |_| 0).await;
                said.note(format!("{} {:?}", got.0, rt::message(got.1)));
            }
        });
        for message in [Msg::B(1), Msg::C(0), Msg::B(2), Msg::C(3), Msg::A(0)] {
            process.tell(message);
        }
        simulator.run();
        assert_eq!(log.take(), ["9 C(3)", "0 B(1)", "0 C(0)", "0 B(2)"]);
    });
}
