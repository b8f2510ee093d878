//! What a selective receive costs with many messages waiting that it does not take; and a hundred thousand processes
//! that wait in a receive with a timeout.
//!
//! A thousand messages that wait behind so many of another tag are received, one after the other; then an actor is told
//! to answer, and the answer received, which is two tells and a receive. Beside it the same by hand: a queue that is
//! looked through from its front.

#![allow(missing_docs, reason = "a bench is no library")]
#![allow(clippy::print_stdout, reason = "a bench reports to a person")]

mod harness;

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callboard::__private as rt;
use callboard::prelude::{
    ActorRef, Ask, AskError, Context, Process, Reply, System, actor, handlers,
};
use callboard::{Address, Receivable};
use harness::{Bench, Bound, argument, count, pin, time};

const LONG: Duration = Duration::from_secs(600);

/// Processes that wait, unless `--count` says otherwise, and messages that are told among them. They are spawned in runs,
/// so that the messages of their starts take no memory to speak of.
const WAITING: u64 = 100_000;
const SPAWNED: u64 = 1_000;
const AMONG: u64 = 1_000_000;

/// The most bytes that one may take beside its future.
const BYTES_EACH: f64 = 400.0;

/// The size of that future, in bytes.
static FUTURE: AtomicUsize = AtomicUsize::new(0);

/// Messages that are received at a stretch.
const TAKEN: u32 = 1_000;

/// What the processes here are told.
enum Msg {
    Answer(u32),
    #[allow(dead_code, reason = "nobody takes it")]
    Other(u32),
    Ready,
    /// Answer by one more.
    Ask(u32, Reply<u32>),
    /// Have so many others wait.
    Fill(u32, Reply<()>),
    /// Have so many answers wait behind them, and receive those; answered by the time that took.
    Take(u32, Reply<Duration>),
    /// Ask and receive so often; answered by the time it took.
    Run(u32, Reply<Duration>),
}

#[derive(Clone, Copy)]
struct MsgApi(Address);

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
    fn ask(&self, n: u32) -> Ask<u32> {
        rt::ask::<Msg, _>(self, move |reply| Msg::Ask(n, reply))
    }

    fn fill(&self, others: u32) -> Ask<()> {
        rt::ask::<Msg, _>(self, move |reply| Msg::Fill(others, reply))
    }

    fn take(&self, times: u32) -> Ask<Duration> {
        rt::ask::<Msg, _>(self, move |reply| Msg::Take(times, reply))
    }

    fn run(&self, times: u32) -> Ask<Duration> {
        rt::ask::<Msg, _>(self, move |reply| Msg::Run(times, reply))
    }
}

impl rt::Message for Msg {
    const NAMES: &'static [&'static str] =
        &["Answer", "Other", "Ready", "Fill", "Take", "Run", "Ask"];

    fn tag(&self) -> usize {
        match self {
            Self::Answer(_) => 0,
            Self::Other(_) => 1,
            Self::Ready => 2,
            Self::Fill(..) => 3,
            Self::Take(..) => 4,
            Self::Run(..) => 5,
            Self::Ask(..) => 6,
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

struct Answers;

impl rt::Arms<Msg> for Answers {
    const TABLE: rt::Table = rt::Table::new(rt::TagSet::of::<Msg>(&["Answer"]), rt::TagSet::none());
}

struct Asks;

impl rt::Arms<Msg> for Asks {
    const TABLE: rt::Table = rt::Table::new(rt::TagSet::of::<Msg>(&["Ask"]), rt::TagSet::none());
}

struct Ready;

impl rt::Arms<Msg> for Ready {
    const TABLE: rt::Table = rt::Table::new(rt::TagSet::of::<Msg>(&["Ready"]), rt::TagSet::none());
}

struct Orders;

impl rt::Arms<Msg> for Orders {
    const TABLE: rt::Table =
        rt::Table::new(rt::TagSet::of::<Msg>(&["Fill", "Take", "Run"]), rt::TagSet::none());
}

fn none(_: &Msg) -> usize {
    rt::NO_ARM
}

/// Asks and receives, again and again, as it is told.
async fn asks(cx: &mut Process<Msg>, echo: ActorRef<Echo>) {
    loop {
        let (_, got) = rt::receive(cx, Orders, none, |_| 0).await;
        match rt::message(got) {
            Msg::Fill(others, reply) => {
                for n in 0..others {
                    cx.me().tell(Msg::Other(n));
                }
                // Behind them.
                cx.me().tell(Msg::Answer(0));
                drop(rt::message(rt::receive(cx, Answers, none, |_| 0).await.1));
                reply.answer(());
            }
            Msg::Take(times, reply) => {
                let mut time = Duration::ZERO;
                for left in (0..times).step_by(TAKEN as usize) {
                    time += take(cx, TAKEN.min(times - left)).await;
                }
                reply.answer(time);
            }
            Msg::Run(times, reply) => {
                reply.answer(run(cx, times, echo).await);
            }
            Msg::Answer(_) | Msg::Ask(..) | Msg::Other(_) | Msg::Ready => {
                unreachable!("it is not taken")
            }
        }
    }
}

/// Has so many answers wait, and receives them: the time that takes.
#[allow(clippy::disallowed_methods, reason = "a bench measures the machine's time")]
async fn take(cx: &mut Process<Msg>, times: u32) -> Duration {
    for n in 0..times {
        cx.me().tell(Msg::Answer(n));
    }
    // Behind them.
    cx.me().tell(Msg::Ready);
    drop(rt::message(rt::receive(cx, Ready, none, |_| 0).await.1));
    let began = std::time::Instant::now();
    let mut sum = 0;
    for _ in 0..times {
        let (_, got) = rt::receive(cx, Answers, none, |_| 0).await;
        let Msg::Answer(n) = rt::message(got) else { rt::not_taken() };
        sum += u64::from(n);
    }
    black_box(sum);
    began.elapsed()
}

#[allow(clippy::disallowed_methods, reason = "a bench measures the machine's time")]
async fn run(cx: &mut Process<Msg>, times: u32, echo: ActorRef<Echo>) -> Duration {
    let (me, began) = (cx.me(), std::time::Instant::now());
    let mut sum = 0;
    for n in 0..times {
        echo.answer_to(n, me);
        let (_, got) = rt::receive(cx, Answers, none, |_| 0).await;
        let Msg::Answer(n) = rt::message(got) else { rt::not_taken() };
        sum += u64::from(n);
    }
    black_box(sum);
    began.elapsed()
}

/// Answers processes, and is told things.
#[actor]
#[derive(Default)]
struct Echo {
    told: u64,
}

#[handlers]
impl Echo {
    #[tell]
    fn answer_to(&mut self, n: u32, to: ActorRef<Msg>) {
        to.tell(Msg::Answer(n));
    }

    #[tell]
    fn note(&mut self, n: u64) {
        self.told += n;
    }

    #[ask]
    fn told(&self) -> u64 {
        self.told
    }
}

/// Tells another, in runs that the queue holds.
#[actor]
struct Teller {
    to: ActorRef<Echo>,
}

#[handlers]
impl Teller {
    #[ask]
    async fn tell_all(&mut self, times: u64) -> Result<u64, AskError> {
        for n in 0..times / 256 {
            for _ in 0..256 {
                self.to.note(n);
            }
            self.to.told().await?;
        }
        self.to.told().await
    }
}

/// The same by hand: what waits is looked through from the front.
fn scan(waiting: &mut VecDeque<Msg>, times: u64) -> Duration {
    time(|| {
        let mut sum = 0;
        for _ in 0..times {
            waiting.push_back(Msg::Answer(1));
            let at = waiting.iter().position(|message| matches!(message, Msg::Answer(_)));
            if let Some(Msg::Answer(n)) = at.and_then(|at| waiting.remove(at)) {
                sum += u64::from(n);
            }
        }
        black_box(sum);
    })
}

/// With so many others waiting: its name, its times, and those of the scan by hand.
const WITH: [(&str, &str, &str, u32, u64); 4] = [
    ("receive, 0 others", "ask and receive, 0 others", "scan, 0 others", 0, 1_000_000),
    ("receive, 1,000 others", "ask and receive, 1,000", "scan, 1,000", 1_000, 50_000),
    ("receive, 100,000 others", "ask and receive, 100,000", "scan, 100,000", 100_000, 500),
    ("receive, 1,000,000 others", "ask and receive, 1,000,000", "scan, 1,000,000", 1_000_000, 30),
];

fn receives() {
    pin();
    let system = System::builder().shards(1).start().expect("a shard starts");
    let echo = system.spawn_on(0, Echo::default).wait().expect("no start hook");
    let teller = system.spawn_on(0, move || Teller { to: echo }).wait().expect("no start hook");

    let mut bench = Bench::default();
    let told = bench.baseline("tell", 2_000_000, |times| {
        time(|| {
            let told = teller.tell_all(times).timeout(LONG).wait();
            told.expect("it answers").expect("no ask fails");
        })
    });
    let (mut first, mut first_asked) = (told, told);
    for (index, (name, asked, by_hand, others, scans)) in WITH.into_iter().enumerate() {
        let others = if count().is_some() { others.min(1_000) } else { others };
        let begin = move || rt::process(async move |cx: &mut Process<Msg>| asks(cx, echo).await);
        let process = system.spawn_on(0, begin).wait().expect("it starts");
        process.fill(others).timeout(LONG).wait().expect("they wait");
        let take =
            move |times: u64| process.take(times as u32).timeout(LONG).wait().expect("it answers");
        let run =
            move |times: u64| process.run(times as u32).timeout(LONG).wait().expect("it answers");
        if index == 0 {
            first = bench.candidate(name, 1_000_000, told, Bound::AtMost(5.0), take);
            // The receive, and the two tells that bring what it takes.
            let bound = Bound::AtMost(5.0 + 2.0);
            first_asked = bench.candidate(asked, 1_000_000, told, bound, run);
        } else {
            bench.candidate(name, 1_000_000, first, Bound::AtMost(1.5), take);
            bench.candidate(asked, 1_000_000, first_asked, Bound::AtMost(1.5), run);
        }
        let mut waiting: VecDeque<_> = (0..others).map(Msg::Other).collect();
        bench.baseline(by_hand, scans, move |times| scan(&mut waiting, times));
    }
    bench.run("receive");
    system.stop(Duration::from_secs(5));
}

/// Waits with a timeout, and answers what it takes by one more.
async fn waits(cx: &mut Process<Msg>) {
    loop {
        let (arm, got) = rt::receive(cx, Asks, none, |_| 0).after(1, LONG).await;
        if arm == 1 {
            break;
        }
        if let Msg::Ask(n, reply) = rt::message(got) {
            reply.answer(n + 1);
        }
    }
}

/// Spawns processes that wait, and asks them.
#[actor]
#[derive(Default)]
struct Asker {
    waiting: Vec<ActorRef<Msg>>,
}

#[handlers]
impl Asker {
    #[ask]
    fn spawn(&mut self, cx: &mut Context<Self>, processes: u64) {
        // One says how large the future is, in another around it.
        cx.spawn(rt::process(async |cx: &mut Process<Msg>| {
            FUTURE.store(size_of_val(&waits(cx)), Ordering::Relaxed);
        }));
        let begin = |_| cx.spawn(rt::process(waits));
        self.waiting.extend((0..processes).map(begin));
    }

    /// Asks one after the other: how long each took to answer, in nanoseconds.
    #[ask]
    #[allow(clippy::disallowed_methods, reason = "a bench measures the machine's time")]
    async fn ask_each(&mut self, times: u64) -> Vec<f64> {
        let (mut took, mut at) = (Vec::new(), 0);
        for _ in 0..times {
            // A step that meets them all, and no neighbours.
            at = (at + 38_711) % self.waiting.len();
            let began = std::time::Instant::now();
            let answer = self.waiting[at].ask(1).await;
            took.push(began.elapsed().as_nanos() as f64);
            assert_eq!(answer, Ok(2));
        }
        took
    }

    /// Tells them so many messages, in runs.
    #[ask]
    async fn tell_all(&mut self, times: u64) {
        let mut at = 0;
        for _ in 0..times / 256 {
            for _ in 0..256 {
                at = (at + 38_711) % self.waiting.len();
                self.waiting[at].tell(Msg::Other(0));
            }
            let _ = self.waiting[at].ask(1).await;
        }
    }
}

/// Bytes of memory that the process has in use; none where the system does not say.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

/// Processes that wait with a timeout: what each takes, how soon it answers, and messages told among them.
fn waiting() {
    let processes = count().unwrap_or(WAITING);
    println!("{processes} processes wait in a receive with a timeout");
    let system = System::builder().shards(1).start().expect("a shard starts");
    let asker = system.spawn_on(0, Asker::default).wait().expect("no start hook");
    let before = resident();
    for spawned in (0..processes).step_by(SPAWNED as usize) {
        let run = SPAWNED.min(processes - spawned);
        asker.spawn(run).timeout(LONG).wait().expect("all are spawned");
    }
    // Behind their starts.
    asker.ask_each(1).timeout(LONG).wait().expect("the shard runs");
    if let Some((before, after)) = before.zip(resident()) {
        let future = FUTURE.load(Ordering::Relaxed) as f64;
        let each = (after - before) / processes as f64 - future;
        let verdict = if each <= BYTES_EACH { "ok  " } else { "MISS" };
        println!(
            "  {verdict} resident bytes each: {each:.0} (at most {BYTES_EACH}), and {future} its future"
        );
    }
    let mut took = asker.ask_each(10_000).timeout(LONG).wait().expect("they answer");
    took.sort_by(f64::total_cmp);
    let at = |share: usize| took[(took.len() * share / 1_000).min(took.len() - 1)];
    println!("  a wake and an answer: p50 {:.0} ns, p99 {:.0} ns", at(500), at(990));
    let messages = count().unwrap_or(AMONG);
    let time = time(|| asker.tell_all(messages).timeout(LONG).wait().expect("they are told"));
    let each = time.as_nanos() as f64 / messages as f64;
    println!("  a message to one of them, not taken: {each:.1} ns");
    system.stop(Duration::from_secs(5));
}

fn main() {
    if argument("--only").is_none_or(|only| only != "waiting") {
        receives();
    }
    if argument("--only").is_none_or(|only| only == "waiting") {
        waiting();
    }
}
