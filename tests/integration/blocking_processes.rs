//! A blocking process is a plain `fn` on a thread of its own, which pulls its messages; all else is as with any process.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::ThreadId;

use callboard::prelude::*;
use callboard::{DeadReason, ProcessStart, Receivable, supervisor};

use crate::check::{Counted, END, Journal, LONG, Log, Tally, World, everywhere, on_shards, real};

/// Messages of every shape.
#[derive(Message)]
enum ToolMsg {
    Cut(u64),
    Paint { colour: String, coats: u64 },
    Pause,
    Keep { value: Counted },
    WaitAt { gate: Receiver<()> },
    Crash(String),
    Thread { reply: Reply<ThreadId> },
    Count { reply: Reply<u64> },
    Finish,
}

/// A process on a shard, counted round.
fn put<M: Receivable>(
    world: &World,
    shard: usize,
    make: impl FnOnce() -> ProcessStart<M> + Send + 'static,
) -> ActorRef<M> {
    world.run(shard, move || async move { spawn(make()) })
}

/// Why it ends, once what `before` does has been done.
fn end_of(
    world: &World,
    tool: ActorRef<ToolMsg>,
    before: impl FnOnce() + Send + 'static,
) -> ExitReason {
    world.run(0, move || async move {
        let end = tool.wait();
        before();
        end.await
    })
}

/// Answers what it is asked, until it is told to finish.
#[process(msg = ToolMsg, blocking)]
fn answers(cx: &mut BlockingProcess<ToolMsg>) {
    let mut taken = 0;
    while let Some(message) = cx.recv() {
        taken += 1;
        match message {
            ToolMsg::Thread { reply } => reply.answer(std::thread::current().id()),
            ToolMsg::Count { reply } => reply.answer(taken),
            ToolMsg::Crash(text) => panic!("{text}"),
            ToolMsg::Finish => return,
            ToolMsg::Keep { value } => drop(value),
            _ => {}
        }
    }
}

#[test]
fn it_runs_on_one_thread_of_its_own() {
    everywhere(|world| {
        let (one, two) = (put(&world, 0, answers), put(&world, 1, answers));
        let runs_on = world.ask(one.thread()).expect("it answers");
        assert_eq!(world.ask(one.thread()), Ok(runs_on));
        assert_ne!(world.ask(two.thread()), Ok(runs_on));
        assert_ne!(runs_on, std::thread::current().id());
        one.cut(1);
        assert_eq!(world.ask(one.count()), Ok(4));
        assert!(end_of(&world, one, move || one.finish()).is_normal());
        let report = world.end();
        assert_eq!((report.actors_left, report.messages_left, report.stuck_threads), (0, 0, 0));
        assert_eq!(report.dead_letters.total(), 0);
    });
}

/// Takes what it wants, in the order it wants it.
#[process(msg = ToolMsg, blocking)]
fn picks(cx: &mut BlockingProcess<ToolMsg>, journal: Journal) -> Result<(), String> {
    let mut next = 1;
    // All has come.
    receive! { cx, Finish => {} }
    while next < 4 {
        receive! { cx,
            Cut(number) if *number == next => {
                journal.note(format!("cut {number}"));
                next += 1;
            }
            urgent Pause => journal.note("pause"),
            Paint { colour, .. } if colour == "red" => journal.note(colour),
        }
    }
    rest(cx, &journal);
    Err("done".to_owned())
}

fn rest(cx: &mut BlockingProcess<ToolMsg>, journal: &Journal) {
    loop {
        receive! { blocking cx: ToolMsg,
            Paint { colour, coats } => journal.note(format!("{colour} {coats}")),
            Cut(9) => receive! { blocking cx: ToolMsg, Cut(number) => journal.note(format!("cut {number}")) },
            after 0 => return,
        }
    }
}

#[test]
fn r1_r2_r9_it_takes_what_it_wants_and_the_rest_stays_in_order() {
    everywhere(|world| {
        let journal = Journal::default();
        let given = journal.clone();
        let tool = put(&world, 1, move || picks(given));
        let end = end_of(&world, tool, move || {
            for (number, colour) in [(3, "blue"), (9, "red"), (2, "green"), (5, "red"), (1, "blue")]
            {
                tool.cut(number);
                tool.paint(colour.to_owned(), number);
            }
            tool.pause();
            tool.finish();
        });
        assert_eq!(end.to_string(), "error: done");
        let expected = [
            "pause", "red", "red", "cut 1", "cut 2", "cut 3", "blue 3", "cut 5", "green 2",
            "blue 1",
        ];
        assert_eq!(journal.take(), expected);
        let report = world.end();
        assert_eq!((report.actors_left, report.messages_left), (0, 0));
        assert_eq!(report.dead_letters.total(), 0);
    });
}

/// Waits with timeouts.
#[process(msg = ToolMsg, blocking)]
fn times(cx: &mut BlockingProcess<ToolMsg>, journal: Journal) {
    loop {
        receive! { cx,
            Cut(number) if *number > 5 => journal.note(format!("cut {number}")),
            Finish => break,
            after "50ms" => journal.note("nothing"),
        }
    }
    loop {
        match cx.recv_timeout(millis(10)) {
            Ok(ToolMsg::Cut(number)) => journal.note(format!("then {number}")),
            Ok(_) => {}
            Err(RecvError::Timeout) => journal.note("timeout"),
            Err(_) => break,
        }
    }
    journal.note("end");
}

#[test]
fn r3_r4_timeouts_count_from_the_start_of_the_receive() {
    on_shards(|simulator| {
        let journal = Journal::default();
        let given = journal.clone();
        let world = World::Simulated(simulator);
        let tool = put(&world, 1, move || times(given));
        let World::Simulated(simulator) = &world else { return };
        simulator.advance(millis(30));
        tool.cut(1);
        simulator.advance(millis(19));
        assert_eq!(journal.take(), [""; 0]);
        // What a guard has refused puts nothing off.
        simulator.advance(millis(2));
        assert_eq!(journal.take(), ["nothing"]);
        tool.cut(7);
        simulator.run();
        assert_eq!(journal.take(), ["cut 7"]);
        simulator.advance(millis(49));
        tool.finish();
        simulator.advance(millis(25));
        assert_eq!(journal.take(), ["then 1", "timeout", "timeout"]);
        tool.stop();
        simulator.run();
        assert_eq!(journal.take(), ["end"]);
        assert_eq!(world.end().actors_left, 0);
    });
}

/// Awaits an answer, or something else that comes first.
#[process(msg = ToolMsg, blocking)]
fn awaits(cx: &mut BlockingProcess<ToolMsg>, journal: Journal, log: ActorRef<Log>) {
    let mut pending = log.notes_of(1).timeout(LONG).start();
    let monitor = cx.monitor(log);
    for _ in 0..5 {
        receive! { cx,
            reply notes = pending => journal.note(format!("notes {:?}", notes.unwrap_or_default())),
            down down = monitor => journal.note(format!("down: {}", down.reason)),
            Cut(number) => journal.note(format!("cut {number}")),
            urgent Pause => journal.note("pause"),
            exit exit => journal.note(format!("exit: {}", exit.reason)),
        }
        cx.trap_exits(true);
        log.note(0);
    }
}

#[test]
fn r1_r5_answers_monitors_and_exits_are_arms() {
    everywhere(|world| {
        let journal = Journal::default();
        let given = journal.clone();
        let log = world.spawn(0, Log::default);
        let tool = put(&world, 1, move || awaits(given, log));
        let end = world.run(0, move || async move {
            let end = tool.wait();
            tool.cut(1);
            // Its own note is answered.
            drop(log.notes_of(2).await);
            log.stop();
            log.wait().await;
            tool.pause();
            tool.exit(ExitReason::error("enough"));
            end.await
        });
        assert!(end.is_normal(), "{end}");
        let lines = journal.take();
        let mut sorted = lines.clone();
        sorted.sort();
        let expected = ["cut 1", "down: normal", "exit: error: enough", "notes [0]", "pause"];
        assert_eq!(sorted, expected);
        assert_eq!(lines[..2], ["cut 1", "notes [0]"], "{lines:?}");
        assert_eq!(world.end().actors_left, 0);
    });
}

/// Awaits an answer, and refuses whatever else comes.
#[process(msg = ToolMsg, blocking)]
fn refuses(cx: &mut BlockingProcess<ToolMsg>, log: ActorRef<Log>) {
    let mut pending = log.notes_of(1).timeout(LONG).start();
    receive! { cx,
        reply _notes = pending => {}
        Cut(number) if *number > 9 => {}
    }
}

#[test]
fn r1_r5_an_answer_is_not_missed_while_a_guard_refuses_a_message() {
    everywhere(|world| {
        for _ in 0..20 {
            let log = world.spawn(0, Log::default);
            let tool = put(&world, 1, move || refuses(log));
            let end = end_of(&world, tool, move || {
                tool.cut(1);
                log.note(7);
                tool.cut(2);
            });
            assert!(end.is_normal(), "{end}");
        }
        assert_eq!(world.end().actors_left, 0);
    });
}

/// Says that it is dropped.
struct Local(Journal);

impl Drop for Local {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

/// Keeps all that it is asked, and never returns by itself.
#[process(msg = ToolMsg, blocking)]
fn keeps(cx: &mut BlockingProcess<ToolMsg>, journal: Journal) {
    let _local = Local(journal.clone());
    let mut kept = Vec::new();
    loop {
        receive! { cx,
            Count { reply } => kept.push(reply),
            Cut(number) => journal.note(format!("cut {number}")),
        }
    }
}

#[test]
fn r5_told_to_stop_it_takes_what_was_sent_before_and_is_unwound() {
    everywhere(|world| {
        let journal = Journal::default();
        let given = journal.clone();
        let tool = put(&world, 1, move || keeps(given));
        let count = world.run(0, move || async move {
            let count = tool.count().start();
            let end = tool.wait();
            tool.cut(1);
            tool.pause();
            tool.cut(2);
            tool.stop();
            tool.cut(3);
            (count.await, end.await.is_normal())
        });
        // It is no crash for those whom it has not answered.
        assert_eq!(count, (Err(AskError::Stopped), true));
        assert_eq!(journal.take(), ["cut 1", "cut 2", "dropped"]);
        let report = world.end();
        assert_eq!(report.dead_letters.of(DeadReason::Stopped), 2);
        assert_eq!((report.panics_in_drop, report.stuck_threads), (0, 0));
    });
}

#[test]
fn x4_exits_and_kills_end_one_that_waits() {
    everywhere(|world| {
        for kills in [false, true] {
            let journal = Journal::default();
            let given = journal.clone();
            let tool = put(&world, 1, move || keeps(given));
            let (count, end) = world.run(0, move || async move {
                let (count, end) = (tool.count().start(), tool.wait());
                // A kill overtakes what was said before.
                tool.is_alive().await;
                match kills {
                    true => tool.kill(),
                    false => tool.exit(ExitReason::error("enough")),
                }
                (count.await, end.await)
            });
            assert_eq!(count, Err(AskError::Stopped));
            assert_eq!(end.to_string(), if kills { "killed" } else { "error: enough" });
        }
        let report = world.end();
        assert_eq!((report.actors_left, report.stuck_threads), (0, 0));
    });
}

/// Works without receiving, and says what it would like to.
#[process(msg = ToolMsg, blocking)]
fn works(cx: &mut BlockingProcess<ToolMsg>, log: ActorRef<Log>, journal: Journal, kept: Counted) {
    let _local = Local(journal.clone());
    receive! { cx, WaitAt { gate } => {
        journal.note("waits");
        let _ = gate.recv();
        journal.note("went on");
    }}
    log.note(1);
    receive! { cx, Pause => log.note(2) }
    drop(kept);
}

/// A process that works, and what lets it go on.
fn at_work(
    world: &World,
    journal: &Journal,
    tally: &Tally,
) -> (ActorRef<ToolMsg>, Sender<()>, ActorRef<Log>) {
    let log = world.spawn(0, Log::default);
    let (given, kept) = (journal.clone(), tally.make());
    let tool = put(world, 1, move || works(log, given, kept));
    let (open, gate) = channel();
    tool.wait_at(gate);
    while !journal.line().contains("waits") {
        std::thread::yield_now();
    }
    (tool, open, log)
}

#[test]
fn r5_one_that_works_hears_of_the_stop_in_its_next_receive() {
    for shards in [1, 2] {
        let (world, journal, tally) =
            (World::Real(real(shards)), Journal::default(), Tally::default());
        let (tool, open, log) = at_work(&world, &journal, &tally);
        let end = tool.wait();
        tool.stop();
        open.send(()).expect("it waits");
        assert!(matches!(end.wait(), ExitReason::Normal));
        // Its last words were said before.
        assert_eq!(world.ask(log.notes_of(1)), Ok(vec![1]));
        assert_eq!(journal.take(), ["went on", "dropped"]);
        tally.assert_even();
        assert_eq!(world.end().dead_letters.total(), 0);
    }
}

#[test]
fn x9_one_that_works_and_is_killed_is_gone_and_what_it_says_then_is_discarded() {
    for shards in [1, 2] {
        let (world, journal, tally) =
            (World::Real(real(shards)), Journal::default(), Tally::default());
        let (tool, open, log) = at_work(&world, &journal, &tally);
        let end = tool.wait();
        tool.kill();
        assert!(matches!(end.wait(), ExitReason::Killed));
        assert_eq!(world.ask(tool.count()), Err(AskError::Stopped));
        open.send(()).expect("it waits");
        let mut noted = journal.take();
        // It has said all that it says once its local is dropped.
        while noted.len() < 2 {
            std::thread::yield_now();
            noted.extend(journal.take());
        }
        assert_eq!(world.ask(log.notes()), Ok(vec![]));
        let report = world.end();
        assert_eq!((report.stuck_threads, report.actors_left), (0, 0));
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
        assert_eq!(noted, ["went on", "dropped"]);
        tally.assert_even();
    }
}

#[test]
fn g7_one_that_does_not_receive_is_left_and_counted() {
    let (world, journal, tally) = (World::Real(real(1)), Journal::default(), Tally::default());
    let (_, open, _) = at_work(&world, &journal, &tally);
    let report = world.end_within(millis(50));
    assert_eq!((report.stuck_threads, report.stuck_shards, report.actors_left), (1, 0, 1));
    drop(open);
}

#[test]
fn l5_a_panic_on_its_thread_ends_it_with_text_and_place() {
    everywhere(|world| {
        let tool = put(&world, 1, answers);
        let end = end_of(&world, tool, move || {
            tool.crash("a bad saw".to_owned());
            tool.cut(1);
        });
        let ExitReason::Panic(panic) = end else { panic!("{end}") };
        assert_eq!(panic.text, "a bad saw");
        assert!(panic.location.contains("blocking_processes.rs"), "{panic}");
        let report = world.end();
        assert_eq!(report.dead_letters.of(DeadReason::InFlight), 1);
        assert_eq!(report.dead_letters.of(DeadReason::Stopped), 1);
    });
}

/// Has a guard that panics in its first life.
#[process(msg = ToolMsg, blocking)]
fn guards(cx: &mut BlockingProcess<ToolMsg>, journal: Journal, is_second: bool) {
    let sound = |number: u64| if is_second { number > 0 } else { panic!("a bad guard") };
    receive! { cx, Pause => {} }
    loop {
        receive! { cx,
            Cut(number) if sound(*number) => journal.note(format!("cut {number}")),
            Count { reply } => reply.answer(2),
        }
    }
}

#[supervisor]
struct Shop {
    journal: Journal,
    #[child(start = guards(journal.clone(), !journal.take().is_empty()), restart = transient)]
    tool: ToolMsg,
}

#[test]
fn r8_l8_a_guard_that_panics_leaves_its_message_for_the_next_life() {
    everywhere(|world| {
        let journal = Journal::default();
        let given = journal.clone();
        let tree = world.run(1, move || async move { Shop::start(given).await });
        let tool = tree.expect("it starts").tool();
        journal.note("begins anew");
        for number in 1..=3 {
            tool.cut(number);
        }
        tool.pause();
        tool.pause();
        assert_eq!(world.ask(tool.count()), Ok(2));
        assert_eq!(journal.take(), ["cut 1", "cut 2", "cut 3"]);
        let report = world.end();
        assert_eq!((report.actors_left, report.stuck_threads, report.messages_left), (0, 0, 0));
        assert_eq!(report.dead_letters.total(), 0);
    });
}

/// Says what it does with others.
#[process(msg = ToolMsg, blocking)]
fn speaks(cx: &mut BlockingProcess<ToolMsg>, log: ActorRef<Log>) -> Result<(), AskError> {
    for number in 0..100 {
        log.note(number);
    }
    let notes = log.notes_of(100).timeout(LONG).wait()?;
    cx.after(millis(1), ToolMsg::Cut(notes.len() as u64));
    receive! { cx, Cut(count) => log.note(count) }
    receive! { cx, Count { reply } => reply.answer(1) }
    Ok(())
}

#[test]
fn d3_what_it_sends_keeps_its_order_and_it_may_ask_and_set_timers() {
    for shards in [1, 2] {
        let world = World::Real(real(shards));
        let log = world.spawn(0, Log::default);
        let tool = put(&world, 1, move || speaks(log));
        assert_eq!(world.ask(tool.count()), Ok(1));
        let notes = world.ask(log.notes_of(101)).expect("it answers");
        assert_eq!(notes, (0..=100).collect::<Vec<_>>());
    }
}

#[test]
fn there_are_as_many_as_the_builder_says() {
    let system = System::builder().shards(1).pin(false).blocking_threads(1).start();
    let world = World::Real(system.expect("a system starts"));
    let start = || world.run(0, || async { start(answers()).await });
    let one = start().expect("one");
    let error = start().expect_err("there is none left");
    assert!(matches!(error, StartError::NoThread(1)), "{error}");
    assert_eq!(world.ask(one.count()), Ok(1));
    assert!(end_of(&world, one, move || one.stop()).is_normal());
    // Its thread ends a moment after it.
    let third = std::iter::repeat_with(start).find_map(Result::ok).expect("one is free again");
    assert_eq!(world.ask(third.count()), Ok(1));
    let World::Real(system) = world else { return };
    let report = system.stop(END);
    assert_eq!((report.actors_left, report.stuck_threads), (0, 0));
}

#[test]
fn m13_messages_that_wait_for_it_are_counted_and_dropped_with_it() {
    everywhere(|world| {
        let tally = Tally::default();
        let tool = put(&world, 1, || keeps(Journal::default()));
        for _ in 0..10 {
            tool.keep(tally.make());
        }
        let end = end_of(&world, tool, move || tool.stop());
        assert!(end.is_normal());
        assert_eq!(tally.dropped(), 10);
        assert_eq!(world.end().dead_letters.of(DeadReason::Stopped), 10);
    });
}

#[supervisor(intensity(max = 100, within = "1h"))]
struct OneTool {
    #[child(start = answers())]
    tool: ToolMsg,
}

#[test]
fn l8_one_that_crashes_leaves_its_thread_to_the_next_life() {
    let system = System::builder().shards(1).pin(false).blocking_threads(1).start();
    let world = World::Real(system.expect("a system starts"));
    let tree = world.run(0, || async { OneTool::start().await });
    let tool = tree.expect("it starts").tool();
    for _ in 0..50 {
        tool.crash("a bad saw".to_owned());
        assert_eq!(world.ask(tool.count()), Ok(1));
    }
    let report = world.end();
    assert_eq!((report.actors_left, report.stuck_threads), (0, 0));
}
