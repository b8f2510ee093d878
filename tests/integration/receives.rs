//! Processes and selective receive, by hand: what a receive takes, what it leaves, and in which order.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use callboard::__private as rt;
use callboard::testing::Simulator;
use callboard::{
    ActorRef, Address, Ask, AskError, DeadReason, ExitReason, Process, Receivable, Reply, spawn,
};

use crate::check::on_shards;

/// What the processes here are told.
#[derive(Debug)]
pub(crate) enum Msg {
    A(u64),
    B(u64),
    C(u64),
    Get(Reply<u64>),
}

#[derive(Clone, Copy)]
pub(crate) struct MsgApi(Address);

impl rt::Api for MsgApi {
    fn at(address: Address) -> Self {
        Self(address)
    }

    fn address(&self) -> Address {
        self.0
    }
}

impl MsgApi {
    pub(crate) fn get(&self) -> Ask<u64> {
        rt::ask::<Msg, _>(self.0, Msg::Get)
    }
}

impl rt::Message for Msg {
    const NAMES: &'static [&'static str] = &["A", "B", "C", "Get"];

    fn tag(&self) -> usize {
        match self {
            Self::A(_) => 0,
            Self::B(_) => 1,
            Self::C(_) => 2,
            Self::Get(_) => 3,
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

/// No arm is urgent.
pub(crate) fn none(_: &Msg) -> usize {
    rt::NO_ARM
}

/// Takes the oldest message of any kind.
async fn any(cx: &mut Process<Msg>) -> Msg {
    rt::message(rt::receive(cx, arms!("A" "B" "C" "Get"), none, |_| 0).await.1)
}

/// Takes the oldest `A`.
async fn next_a(cx: &mut Process<Msg>) -> u64 {
    match rt::message(rt::receive(cx, arms!("A"), none, |_| 0).await.1) {
        Msg::A(n) => n,
        other => panic!("{other:?} is no A"),
    }
}

/// What a process wrote down.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn say(&self, text: impl ToString) {
        self.0.lock().expect("nobody panics with it").push(text.to_string());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics with it"))
    }
}

/// Runs a process on the last shard, and gives its reference.
fn run<F>(simulator: &Simulator, body: F) -> ActorRef<Msg>
where
    F: AsyncFnOnce(&mut Process<Msg>) + Send + 'static,
{
    let shard = simulator.shards() - 1;
    simulator.spawn_on(shard, move || rt::process(body)).expect("a process starts")
}

#[test]
fn r1_the_oldest_message_that_matches_any_arm_is_taken() {
    on_shards(|simulator| {
        let log = Log::default();
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
                    (2, _) => said.say("nothing"),
                    (arm, got) => said.say(format!("{arm} {:?}", rt::message(got))),
                }
            }
            for _ in 0..2 {
                said.say(format!("{:?}", any(cx).await));
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
        let log = Log::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            loop {
                said.say(next_a(cx).await);
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
                    Msg::C(_) => panic!("it says so"),
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
        let log = Log::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            next_a(cx).await;
            for _ in 0..3 {
                let got = rt::receive(cx, arms!("C"), none, |_| 0).after(1, Duration::ZERO).await;
                said.say(got.0);
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
        let log = Log::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            let time = Duration::from_millis(10);
            let got = rt::receive(cx, arms!("C"), none, |_| rt::NO_ARM).after(7, time).await;
            said.say(got.0);
            cx.sleep(time).await;
            said.say("slept");
            said.say(format!("{:?}", any(cx).await));
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
fn urgent_messages_come_first_among_all_that_wait() {
    on_shards(|simulator| {
        let log = Log::default();
        let said = log.clone();
        let process = run(&simulator, async move |cx| {
            next_a(cx).await;
            for _ in 0..4 {
                let urgent = |message: &Msg| match message {
                    Msg::C(n) if *n > 0 => 9,
                    _ => rt::NO_ARM,
                };
                let got = rt::receive(cx, arms!("B" "C"; "C"), urgent, |_| 0).await;
                said.say(format!("{} {:?}", got.0, rt::message(got.1)));
            }
        });
        for message in [Msg::B(1), Msg::C(0), Msg::B(2), Msg::C(3), Msg::A(0)] {
            process.tell(message);
        }
        simulator.run();
        assert_eq!(log.take(), ["9 C(3)", "0 B(1)", "0 C(0)", "0 B(2)"]);
        let _ = spawn::<rt::ProcessStart<Msg>>;
    });
}
