//! `-> Answers<T>`: an answer that comes in parts, as fast as who asked reads them.

use std::sync::mpsc::{Sender, channel};

use callboard::testing::Simulator;
use callboard::{ActorRef, Answers, AskError, Context, DeadReason, Replies, actor, handlers};

use crate::check::{Counted, END, Tally, ask_from, everywhere, on_shards, put, real};
use crate::streams::{BROKEN, Tap};

/// Answers with what comes out of taps, and with what it is told.
#[actor]
#[derive(Default)]
struct Source {
    readers: Vec<Replies<u64>>,
    refused: Vec<u64>,
}

#[handlers]
impl Source {
    #[ask]
    fn pour(&self, cx: &mut Context<Self>, tap: Tap, credit: usize) -> Answers<u64> {
        cx.answers(credit, tap.outlet())
    }

    #[ask(concurrent = 2)]
    async fn pour_later(&self, cx: &Context<Self>, tap: Tap) -> Answers<u64> {
        tokio::task::yield_now().await;
        cx.answers(4, tap.outlet())
    }

    /// What it is told from then on.
    #[ask]
    fn listen(&mut self, credit: usize) -> Answers<u64> {
        let (replies, answers) = Answers::new(credit);
        self.readers.push(replies);
        answers
    }

    #[tell]
    fn say(&mut self, number: u64) {
        for replies in &self.readers {
            self.refused.extend(replies.try_answer(number).err());
        }
    }

    #[tell]
    async fn say_all(&mut self, numbers: Vec<u64>) {
        for number in numbers {
            for replies in &self.readers {
                self.refused.extend(replies.answer(number).await.err());
            }
        }
    }

    #[tell]
    fn end_answers(&mut self) {
        self.readers.clear();
    }

    #[tell]
    fn panic(&mut self) {
        panic!("as told");
    }

    #[ask]
    fn refused(&self) -> Vec<u64> {
        self.refused.clone()
    }

    #[ask]
    fn readers(&self) -> usize {
        self.readers.iter().filter(|replies| replies.is_read()).count()
    }

    #[ask]
    fn values(&self, values: Vec<Counted>) -> Answers<Counted> {
        let (replies, answers) = Answers::new(values.len());
        for value in values {
            assert!(replies.try_answer(value).is_ok(), "there is credit for each");
        }
        answers
    }
}

/// Reads answers by and by.
#[actor]
#[derive(Default)]
struct Reader {
    answers: Option<Answers<u64>>,
    read: Vec<String>,
}

impl Reader {
    fn note(&mut self, answer: Option<Result<u64, AskError>>) {
        self.read.push(match answer {
            Some(Ok(number)) => number.to_string(),
            Some(Err(error)) => format!("{error:?}"),
            None => "end".to_owned(),
        });
    }

    fn item(&mut self, answer: Result<u64, AskError>) {
        self.note(Some(answer));
    }
}

#[handlers]
impl Reader {
    #[tell]
    async fn pour(
        &mut self,
        source: ActorRef<Source>,
        tap: Tap,
        credit: usize,
    ) -> Result<(), AskError> {
        self.answers = Some(source.pour(tap, credit).await?);
        Ok(())
    }

    #[tell]
    async fn listen(&mut self, source: ActorRef<Source>, credit: usize) -> Result<(), AskError> {
        self.answers = Some(source.listen(credit).await?);
        Ok(())
    }

    /// Reads so many, or to the end.
    #[tell]
    async fn read(&mut self, most: usize) {
        for _ in 0..most {
            let Some(answers) = &mut self.answers else { return };
            let answer = answers.next().await;
            let is_last = answer.is_none();
            self.note(answer);
            if is_last {
                return;
            }
        }
    }

    #[tell]
    fn read_what_is_there(&mut self) {
        while let Some(answer) = self.answers.as_mut().and_then(Answers::try_next) {
            self.note(Some(answer));
        }
    }

    /// Has the rest come as messages.
    #[tell]
    fn attach(&mut self, cx: &mut Context<Self>) {
        if let Some(answers) = self.answers.take() {
            cx.attach(answers, Self::item);
        }
    }

    #[tell]
    fn leave(&mut self) {
        self.answers = None;
    }

    #[ask]
    fn line(&mut self) -> String {
        std::mem::take(&mut self.read).join(" ")
    }
}

/// A source and a reader, on two shards where there are so many.
fn staged(case: impl Fn(&Simulator, ActorRef<Source>, ActorRef<Reader>)) {
    on_shards(|simulator| {
        let source = put(&simulator, 1, Source::default);
        let reader = put(&simulator, 2, Reader::default);
        case(&simulator, source, reader);
        let report = simulator.stop();
        assert_eq!(report.actors_left, 0);
    });
}

fn line(simulator: &Simulator, reader: ActorRef<Reader>) -> String {
    simulator.run();
    ask_from(simulator, 0, reader.line()).expect("it lives")
}

#[test]
fn answers_are_read_in_order_to_their_end() {
    staged(|simulator, source, reader| {
        let tap = Tap::default();
        tap.give(0..10);
        reader.pour(source, tap.clone(), 4);
        reader.read(7);
        assert_eq!(line(simulator, reader), "0 1 2 3 4 5 6");
        tap.end();
        reader.read(100);
        assert_eq!(line(simulator, reader), "7 8 9 end");
        reader.read(1);
        assert_eq!(line(simulator, reader), "end", "it stays so");
        assert_eq!((tap.taken(), tap.drops()), (10, 1));
        // Tells, asks of the source and of the reader's line: what is read is no message.
        assert_eq!(simulator.handled(), 4 + 1 + 3);
        assert_eq!(simulator.asks(), 0);
    });
}

#[test]
fn a_slow_reader_holds_the_writer_back() {
    staged(|simulator, source, reader| {
        let tap = Tap::default();
        tap.give(0..1_000);
        reader.pour(source, tap.clone(), 4);
        simulator.run();
        assert_eq!(tap.taken(), 4);
        reader.read(3);
        simulator.run();
        assert_eq!(tap.taken(), 7);
        reader.read_what_is_there();
        assert_eq!(line(simulator, reader), "0 1 2 3 4 5 6");
        assert_eq!(tap.taken(), 11);
        // The source is free all the while.
        assert_eq!(ask_from(simulator, 0, source.readers()), Ok(0));
    });
}

#[test]
fn a_reader_that_leaves_ends_what_is_written() {
    staged(|simulator, source, reader| {
        let (full, empty) = (Tap::default(), Tap::default());
        full.give(0..1_000);
        for tap in [full, empty] {
            reader.pour(source, tap.clone(), 2);
            simulator.run();
            assert_eq!(tap.drops(), 0);
            reader.leave();
            simulator.run();
            assert_eq!(tap.drops(), 1, "whether it waits for the reader or for the stream");
        }
        assert_eq!(ask_from(simulator, 0, source.readers()), Ok(0), "it lives");
    });
}

#[test]
fn a3_the_end_of_the_actor_is_told_after_what_it_had_written() {
    for (end, told) in [("stop", "Stopped"), ("panic", "Crashed"), ("kill", "Stopped")] {
        on_shards(|simulator| {
            let source = put(&simulator, 1, Source::default);
            let (poured, listened) =
                (put(&simulator, 2, Reader::default), put(&simulator, 3, Reader::default));
            let tap = Tap::default();
            tap.give([1, 2]);
            poured.pour(source, tap.clone(), 4);
            listened.listen(source, 4);
            simulator.run();
            source.say(3);
            simulator.run();
            match end {
                "stop" => source.stop(),
                "panic" => source.panic(),
                _ => source.kill(),
            }
            simulator.run();
            poured.read(9);
            listened.read(9);
            assert_eq!(line(&simulator, poured), format!("1 2 {told} end"));
            assert_eq!(line(&simulator, listened), format!("3 {told} end"));
            assert_eq!(tap.drops(), 1);
        });
    }
}

#[test]
fn a_reader_waits_for_what_comes_later() {
    staged(|simulator, source, reader| {
        reader.listen(source, 2);
        reader.read(3);
        simulator.run();
        source.say(1);
        simulator.run();
        source.say_all(vec![2, 3, 4, 5]);
        assert_eq!(line(simulator, reader), "1 2 3");
        source.end_answers();
        reader.read(9);
        assert_eq!(line(simulator, reader), "4 5 end");
    });
}

#[test]
fn what_finds_no_place_or_no_reader_is_given_back() {
    staged(|simulator, source, reader| {
        reader.listen(source, 2);
        simulator.run();
        for number in 1..=4 {
            source.say(number);
        }
        simulator.run();
        assert_eq!(ask_from(simulator, 0, source.refused()), Ok(vec![3, 4]));
        assert_eq!(ask_from(simulator, 0, source.readers()), Ok(1));
        reader.leave();
        simulator.run();
        source.say_all(vec![5]);
        assert_eq!(ask_from(simulator, 0, source.refused()), Ok(vec![3, 4, 5]));
        assert_eq!(ask_from(simulator, 0, source.readers()), Ok(0));
    });
}

#[test]
fn answers_come_as_messages_to_who_attaches_them() {
    staged(|simulator, source, reader| {
        let tap = Tap::default();
        tap.give(0..5);
        reader.pour(source, tap, 1);
        reader.attach();
        assert_eq!(line(simulator, reader), "0 1 2 3 4");
        source.kill();
        assert_eq!(line(simulator, reader), "Stopped");
    });
}

#[test]
fn a_concurrent_handler_answers_in_parts() {
    staged(|simulator, source, _| {
        let tap = Tap::default();
        tap.give(0..5);
        tap.end();
        let sum = simulator.block_on(0, move || async move {
            let mut answers = source.pour_later(tap).await?;
            let mut sum = 0;
            while let Some(number) = answers.next().await {
                sum += number?;
            }
            Ok::<_, AskError>(sum)
        });
        assert_eq!(sum, Some(Ok(10)));
    });
}

#[test]
fn m6_answers_that_nobody_reads_are_dropped_once() {
    everywhere(|world| {
        let tally = Tally::default();
        let source = world.spawn(1, Source::default);
        let values = (0..5).map(|_| tally.make()).collect();
        let mut answers = world.ask(source.values(values)).expect("it answers");
        assert!(matches!(answers.try_next(), Some(Ok(_))));
        drop(answers);
        let unasked = (0..5).map(|_| tally.make()).collect();
        drop(source.values(unasked).start());
        world.end();
        tally.assert_even();
    });
}

#[test]
fn l5_a_panic_of_what_is_answered_with_ends_the_actor() {
    staged(|simulator, source, reader| {
        let tap = Tap::default();
        tap.give([1, BROKEN]);
        reader.pour(source, tap, 4);
        reader.read(9);
        assert_eq!(line(simulator, reader), "1 Crashed end");
        assert_eq!(simulator.actors(), 1);
        assert_eq!(simulator.report().dead_letters.of(DeadReason::InFlight), 0);
    });
}

#[test]
fn a_plain_thread_reads_and_a_system_that_ends_says_so() {
    let system = real(2);
    let source = system.spawn_on(1, Source::default).wait().expect("it starts");
    let tap = Tap::default();
    tap.give(0..1_000);
    let mut answers = source.pour(tap.clone(), 8).wait().expect("it answers");
    for number in 0..500 {
        assert_eq!(answers.wait_next(), Some(Ok(number)));
    }
    assert!(tap.taken() <= 508, "{} were taken", tap.taken());
    system.stop(END);
    let rest: Vec<_> = std::iter::from_fn(|| answers.wait_next()).collect();
    assert_eq!(rest.last(), Some(&Err(AskError::Stopped)));
    assert!(rest.len() <= 9, "what had been written and why there is no more: {}", rest.len());
    assert_eq!(tap.drops(), 1);
}

#[test]
fn answers_may_be_read_by_any_thread() {
    let system = real(1);
    let source = system.spawn_on(0, Source::default).wait().expect("it starts");
    let (tap, (say, said)): (Tap, (Sender<u64>, _)) = (Tap::default(), channel());
    tap.give(0..10_000);
    tap.end();
    let mut answers = source.pour(tap, 16).wait().expect("it answers");
    let reader = std::thread::spawn(move || {
        while let Some(Ok(number)) = answers.wait_next() {
            say.send(number).expect("the test waits for it");
        }
    });
    let sum: u64 = said.iter().sum();
    reader.join().expect("it reads");
    assert_eq!(sum, (0..10_000).sum());
    assert_eq!(system.stop(END).dead_letters.total(), 0);
}
