//! `#[process]` and `receive!`: a process takes the messages it wants, in the order it wants them, and the rest stays.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use callboard::testing::{Output, Simulator};
use callboard::{
    ActorRef, AskError, ExitReason, Message, Monitor, Pending, Process, ProcessStart, Receivable,
    Reply, actor, handlers, process, receive, spawn, supervisor,
};

use tokio::sync::oneshot;

use crate::check::{Counted, Journal, Log, Subject, Tally, on_shards};

const MS: Duration = Duration::from_millis(1);

/// Messages of every shape.
#[derive(Message)]
enum LetterMsg {
    A,
    B(u32),
    C { text: String, more: Vec<u8> },
    Value(Counted),
    Count { reply: Reply<usize> },
    Next,
}

/// A process on the first shard.
fn put<M: Receivable>(simulator: &Simulator, start: ProcessStart<M>) -> ActorRef<M> {
    simulator.enter(0, || spawn(start))
}

/// Waits for the end of a process from now on: later its place may be another's.
fn watch(simulator: &Simulator, letters: ActorRef<LetterMsg>) -> Output<ExitReason> {
    let end = simulator.start(0, move || letters.wait());
    simulator.run();
    end
}

/// Why it ended, if it has.
fn ended(end: &Output<ExitReason>) -> String {
    end.take().map_or_else(|| "goes on".to_owned(), |reason| reason.to_string())
}

fn name(message: &LetterMsg) -> String {
    match message {
        LetterMsg::B(number) => format!("B{number}"),
        other => other.name().to_owned(),
    }
}

#[process(msg = LetterMsg)]
async fn b_first(cx: &mut Process<LetterMsg>, journal: Journal) {
    receive! { cx, Next => {} }
    for _ in 0..2 {
        receive! { cx, B(number) => journal.note(format!("B{number}")) }
    }
    for _ in 0..2 {
        receive! { cx, any => journal.note(name(&any)) }
    }
}

#[test]
fn p53_r1_r2_the_oldest_that_matches_is_taken_and_the_rest_keeps_its_order() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let letters = put(&simulator, b_first(journal.clone()));
        let end = watch(&simulator, letters);
        letters.a();
        letters.b(1);
        letters.c(String::new(), Vec::new());
        letters.b(2);
        letters.next();
        simulator.run();
        assert_eq!(journal.line(), "B1 B2 A C");
        assert_eq!(ended(&end), "normal");
        assert_eq!(simulator.report().dead_letters.total(), 0);
    });
}

#[process(msg = LetterMsg)]
async fn at_once(cx: &mut Process<LetterMsg>, journal: Journal) {
    receive! { cx, Next => {} }
    for _ in 0..2 {
        receive! { cx,
            B(2) => journal.note("B2"),
            after 0 => journal.note("nothing"),
        }
    }
    receive! { cx,
        B(number) => journal.note(format!("B{number}")),
        after 0 => journal.note("nothing"),
    }
}

#[test]
fn p54_r3_after_0_looks_at_all_that_waits() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let letters = put(&simulator, at_once(journal.clone()));
        letters.next();
        letters.b(1);
        letters.b(2);
        simulator.run();
        assert_eq!(journal.line(), "B2 nothing B1");
    });
}

#[process(msg = LetterMsg)]
async fn patient(cx: &mut Process<LetterMsg>, journal: Journal, patience: Duration) {
    let what = receive! { cx,
        A => "A",
        after patience => "nothing",
    };
    journal.note(what);
}

#[test]
fn p55_r4_the_timeout_counts_from_the_start_of_the_receive() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let letters = put(&simulator, patient(journal.clone(), 100 * MS));
        simulator.run();
        for number in 1..10 {
            simulator.advance(10 * MS);
            letters.b(number);
        }
        simulator.advance(9 * MS);
        assert_eq!(journal.line(), "");
        simulator.advance(MS);
        assert_eq!(journal.line(), "nothing");
        // What nobody took is a dead letter.
        assert_eq!(simulator.report().dead_letters.total(), 9);
    });
}

#[process(msg = LetterMsg)]
async fn in_text_order(cx: &mut Process<LetterMsg>, journal: Journal) {
    const SEVEN: u32 = 7;
    receive! { cx, Next => {} }
    for _ in 0..7 {
        let what = receive! { cx,
            B(number @ (1 | 2)) if number % 2 == 0 => format!("two {number}"),
            B(1..=3) => "few".to_owned(),
            B(SEVEN) => "seven".to_owned(),
            A | B(9) => "or".to_owned(),
            other @ B(_) => name(&other),
            C { text, .. } if text.starts_with("no") => text,
            C { text, more } => format!("{text}{}", more.len()),
        };
        journal.note(what);
    }
}

#[test]
fn r1_arms_are_tried_in_text_order_with_every_kind_of_pattern() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let letters = put(&simulator, in_text_order(journal.clone()));
        for number in [2, 3, 7, 9, 10] {
            letters.b(number);
        }
        letters.c("note".to_owned(), vec![1]);
        letters.c("c".to_owned(), vec![1]);
        letters.next();
        simulator.run();
        assert_eq!(journal.line(), "two 2 few seven or B10 note c1");
    });
}

#[process(msg = LetterMsg)]
async fn urgent_first(cx: &mut Process<LetterMsg>, journal: Journal) {
    receive! { cx, Next => {} }
    for _ in 0..5 {
        receive! { cx,
            any => journal.note(name(&any)),
            urgent B(number) if *number > 5 => journal.note(format!("urgent{number}")),
            urgent C { .. } => journal.note("urgentC"),
        }
    }
}

#[test]
fn urgent_arms_are_looked_for_among_all_that_waits() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let letters = put(&simulator, urgent_first(journal.clone()));
        letters.a();
        letters.b(1);
        letters.b(8);
        letters.c(String::new(), Vec::new());
        letters.b(9);
        letters.next();
        simulator.run();
        assert_eq!(journal.line(), "urgent8 urgentC urgent9 A B1");
    });
}

#[derive(Debug)]
struct Refused(u32);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused {}", self.0)
    }
}

impl std::error::Error for Refused {}

fn accept(number: u32) -> Result<u32, Refused> {
    if number < 10 { Ok(number) } else { Err(Refused(number)) }
}

/// Adds numbers until `Next`, which may be asked for, and refuses what is too much.
#[process(msg = LetterMsg)]
async fn adds(
    cx: &mut Process<LetterMsg>,
    journal: Journal,
    (mut sum, times): (u32, u32),
) -> Result<(), Refused> {
    'rounds: for round in 0..times {
        let taken = loop {
            receive! { cx,
                A => continue 'rounds,
                B(0) => break 'rounds,
                B(number) => break accept(number)?,
                C { .. } => {
                    journal.note("returned");
                    return Ok(());
                }
                Count { reply } => reply.answer(round as usize),
                Next => cx.sleep(MS).await,
            }
        };
        sum += taken;
    }
    journal.note(format!("sum {sum}"));
    Ok(())
}

#[test]
fn bodies_break_continue_return_await_and_fail_in_the_function_around() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let begin = |times| put(&simulator, adds(journal.clone(), (1, times)));

        let letters = begin(4);
        let end = watch(&simulator, letters);
        letters.b(2);
        letters.a();
        letters.next();
        letters.b(3);
        let round = letters.count();
        let round = simulator.start(0, || round);
        simulator.run();
        assert!(round.take().is_none(), "it sleeps");
        simulator.advance(MS);
        assert_eq!(round.take().map(Result::ok), Some(Some(3)));
        letters.b(0);
        simulator.run();
        assert_eq!(journal.line(), "sum 6");
        assert_eq!(ended(&end), "normal");

        let letters = begin(1);
        letters.c(String::new(), Vec::new());
        simulator.run();
        assert_eq!(journal.line(), "returned");

        let letters = begin(1);
        let end = watch(&simulator, letters);
        letters.b(11);
        simulator.run();
        let reason = end.take().expect("it has ended");
        assert_eq!(reason.detail::<Refused>().map(|refused| refused.0), Some(11));
    });
}

#[process(msg = LetterMsg)]
async fn holds(cx: &mut Process<LetterMsg>, count: usize) {
    let mut held = Vec::new();
    for _ in 0..count {
        receive! { cx, Value(value) => held.push(value) }
    }
    receive! { cx, Next => {} }
}

#[test]
fn what_an_arm_takes_is_moved_and_every_value_dropped_once() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let letters = put(&simulator, holds(2));
        let end = watch(&simulator, letters);
        for _ in 0..5 {
            letters.value(tally.make());
        }
        simulator.run();
        assert_eq!(tally.dropped(), 0);
        letters.next();
        simulator.run();
        assert_eq!(ended(&end), "normal");
        tally.assert_even();
        assert_eq!(simulator.report().dead_letters.total(), 3);
        assert_eq!(simulator.handled(), 3);
    });
}

#[process(msg = LetterMsg)]
async fn trips(cx: &mut Process<LetterMsg>) {
    receive! { cx,
        Value(_) if cx_trips() => {}
    }
}

fn cx_trips() -> bool {
    panic!("a guard that trips")
}

#[test]
fn r8_a_panic_in_a_guard_leaves_the_message_where_it_is() {
    on_shards(|simulator| {
        let tally = Tally::default();
        let letters = put(&simulator, trips());
        let end = watch(&simulator, letters);
        letters.a();
        letters.value(tally.make());
        simulator.run();
        assert!(ended(&end).contains("a guard that trips"));
        // Neither was taken.
        assert_eq!((simulator.handled(), simulator.report().dead_letters.total()), (0, 2));
        tally.assert_even();
    });
}

/// Asks its peer twice, and takes the answers among its messages.
#[process(msg = LetterMsg)]
async fn asks(cx: &mut Process<LetterMsg>, journal: Journal, peer: ActorRef<Log>) {
    let mut first = peer.notes_of(1).start();
    let mut second: Option<Pending<Vec<u64>>> = None;
    for _ in 0..5 {
        receive! { cx,
            reply answer = first => {
                journal.note(format!("first {:?}", answer.ok()));
                second = Some(peer.notes_of(2).start());
            }
            reply answer = second => match answer {
                Ok(notes) => journal.note(format!("second {notes:?}")),
                Err(error) => journal.note(error.to_string()),
            },
            B(number) => journal.note(format!("B{number}")),
        }
    }
}

#[test]
fn a_reply_arm_takes_its_answer_once_among_messages() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let log = simulator.spawn_on(simulator.shards() - 1, Log::default).expect("it starts");
        let letters = put(&simulator, asks(journal.clone(), log));
        let end = watch(&simulator, letters);
        letters.b(1);
        simulator.run();
        assert_eq!(journal.line(), "B1");
        log.note(7);
        simulator.run();
        assert_eq!(journal.line(), "first Some([7])");
        letters.b(2);
        simulator.run();
        log.note(8);
        simulator.run();
        letters.b(3);
        simulator.run();
        assert_eq!(journal.line(), "B2 second [7, 8] B3");
        assert_eq!(ended(&end), "normal");
        assert_eq!(simulator.asks(), 0);
    });
}

/// Watches two peers.
#[process(msg = LetterMsg)]
async fn watches(
    cx: &mut Process<LetterMsg>,
    journal: Journal,
    (one, other): (ActorRef<LetterMsg>, ActorRef<Subject>),
) {
    let one = cx.monitor(one);
    let mut other: Option<Monitor> = Some(cx.monitor(other));
    for _ in 0..3 {
        receive! { cx,
            down down = other => {
                journal.note(format!("other {}", down.reason));
                other = None;
            }
            down down = one => journal.note(format!("one {}", down.reason)),
            B(number) => journal.note(format!("B{number}")),
        }
    }
}

/// Says its last words.
#[process(msg = LetterMsg)]
async fn last_words(cx: &mut Process<LetterMsg>) {
    receive! { cx, Next => {} }
}

#[test]
fn down_arms_take_what_their_monitor_says() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let one = put(&simulator, last_words());
        let other = simulator.spawn_on(1 % simulator.shards(), Subject::default);
        let other = other.expect("it starts");
        let letters = put(&simulator, watches(journal.clone(), (one, other)));
        simulator.run();
        other.end_with("broken".to_owned());
        simulator.run();
        letters.b(1);
        one.next();
        simulator.run();
        assert_eq!(journal.line(), "other error: broken B1 one normal");
    });
}

#[process(msg = LetterMsg)]
async fn traps(cx: &mut Process<LetterMsg>, journal: Journal) {
    cx.trap_exits(true);
    loop {
        receive! { cx,
            exit exit => journal.note(exit.reason.to_string()),
            Next => cx.trap_exits(false),
        }
    }
}

#[test]
fn exit_arms_take_exits_of_a_process_that_traps_them() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let letters = put(&simulator, traps(journal.clone()));
        let end = watch(&simulator, letters);
        simulator.run();
        letters.exit(ExitReason::error("first"));
        simulator.run();
        assert_eq!(journal.line(), "error: first");
        letters.next();
        simulator.run();
        letters.exit(ExitReason::error("second"));
        simulator.run();
        assert_eq!(journal.line(), "");
        assert_eq!(ended(&end), "error: second");
    });
}

#[process(msg = LetterMsg)]
async fn nests(cx: &mut Process<LetterMsg>, journal: Journal) {
    loop {
        let line = receive! { cx,
            B(outer) => receive! { cx,
                B(inner) if *inner > outer => format!("{outer}<{inner}"),
                Next => break,
            },
            A => helper(cx).await,
        };
        journal.note(line);
    }
}

async fn helper(cx: &mut Process<LetterMsg>) -> String {
    receive! { cx: LetterMsg,
        C { text, .. } => text,
        LetterMsg::B(number) if *number > 100 => number.to_string(),
        after "1ms" => "nothing".to_owned(),
    }
}

#[test]
fn r9_receives_nest_and_stand_in_functions_of_their_own() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let letters = put(&simulator, nests(journal.clone()));
        let end = watch(&simulator, letters);
        for number in [3, 1, 5, 2] {
            letters.b(number);
        }
        simulator.run();
        // The 3 was matched with the 5; the 1 stayed, and was the next.
        assert_eq!(journal.line(), "3<5 1<2");
        letters.a();
        letters.b(1);
        letters.b(101);
        simulator.run();
        assert_eq!(journal.line(), "101");
        letters.next();
        simulator.run();
        assert_eq!(ended(&end), "normal");
    });
}

#[derive(Message)]
enum BoxMsg<T: Send + 'static> {
    Put(T),
    Take { reply: Reply<T> },
}

struct Shelf;

impl Shelf {
    /// Keeps values until somebody takes them, oldest first: its mailbox is the shelf.
    #[process(msg = BoxMsg<T>)]
    async fn run<T: Send + 'static>(cx: &mut Process<BoxMsg<T>>) {
        loop {
            receive! { cx,
                Take { reply } => receive! { cx, Put(value) => reply.answer(value) },
            }
        }
    }
}

#[test]
fn a_process_may_be_generic_and_stand_in_an_impl() {
    on_shards(|simulator| {
        let shelf = put(&simulator, Shelf::run::<String>());
        shelf.put("a".to_owned());
        shelf.put("b".to_owned());
        for expected in ["a", "b"] {
            let taken = simulator.block_on(0, move || shelf.take());
            assert_eq!(taken.and_then(Result::ok).as_deref(), Some(expected));
        }
    });
}

#[test]
fn a_variant_with_a_reply_is_an_ask() {
    on_shards(|simulator| {
        let letters = put(&simulator, holds(1));
        let asked = simulator.start(0, move || letters.count());
        simulator.run();
        letters.stop();
        simulator.run();
        assert_eq!(asked.take(), Some(Err(AskError::Stopped)));
    });
}

#[actor]
#[derive(Default)]
struct House {
    money: u64,
}

#[handlers]
impl House {
    #[tell]
    fn deposit(&mut self, amount: u64) {
        self.money += amount;
    }

    #[ask]
    fn money(&self) -> u64 {
        self.money
    }
}

#[derive(Message)]
enum ReconcileMsg {
    Move(u64),
    Break,
    Found { reply: Reply<u64> },
}

/// Moves what it is told, and says how much it found when it started.
#[process(msg = ReconcileMsg)]
async fn reconcile(cx: &mut Process<ReconcileMsg>, house: ActorRef<House>) -> Result<(), AskError> {
    let found = house.money().await?;
    loop {
        receive! { cx,
            Move(amount) => house.deposit(amount),
            Found { reply } => reply.answer(found),
            Break => panic!("broken"),
        }
    }
}

#[supervisor]
struct Bank {
    #[child]
    house: House,
    #[child(start = reconcile(house))]
    mover: ReconcileMsg,
}

#[test]
fn a_supervisor_starts_a_process_anew() {
    on_shards(|simulator| {
        let bank = simulator.block_on(0, Bank::start).expect("it starts").expect("it starts");
        let ask = |ask| simulator.block_on(0, move || ask).and_then(Result::ok);
        let mover = bank.mover();
        assert_eq!(ask(mover.found()), Some(0));
        mover.r#move(5);
        mover.r#break();
        // What waits for it is not lost: the same process takes it in its next life.
        mover.r#move(7);
        assert_eq!(ask(mover.found()), Some(5));
        assert_eq!(ask(bank.house().money()), Some(12));
    });
}

/// Begins to receive, looks away until it is called, and then goes on.
#[process(msg = LetterMsg)]
async fn looks_away(cx: &mut Process<LetterMsg>, called: oneshot::Receiver<()>, journal: Journal) {
    {
        let mut received = pin!(async {
            receive! { cx, B(number) => number }
        });
        let is_pending = poll_fn(|task| Poll::Ready(received.as_mut().poll(task).is_pending()));
        assert!(is_pending.await);
        called.await.expect("it is called");
        journal.note(format!("B{}", received.await));
    }
    receive! { cx, B(number) => journal.note(format!("B{number}")) }
}

#[test]
fn r2_a_receive_that_is_not_polled_loses_nothing() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let (call, called) = oneshot::channel();
        let letters = put(&simulator, looks_away(called, journal.clone()));
        simulator.run();
        for number in 1..=3 {
            letters.b(number);
            simulator.run();
        }
        assert!(call.send(()).is_ok());
        simulator.run();
        assert_eq!(journal.take(), ["B1", "B2"]);
        assert_eq!(simulator.stop().dead_letters.total(), 1);
    });
}
