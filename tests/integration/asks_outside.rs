//! Threads that are no shard ask too: they wait, poll or go on, and are always told.

use std::sync::mpsc;
use std::time::Duration;

use callboard::{AskError, System, actor, handlers};

use crate::check::{END, LONG, Log, Subject, on_shards, put, real};

/// A runtime of tokio that is not the system's.
fn foreign() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A subject on the last shard of a system of two.
fn subject() -> (System, callboard::ActorRef<Subject>) {
    let system = real(2);
    let subject = system.spawn_on(1, Subject::default).wait().expect("the subject starts");
    (system, subject)
}

#[test]
fn a1_a_plain_thread_waits_for_an_answer() {
    let (system, subject) = subject();
    subject.work();
    assert_eq!(subject.handled().wait(), Ok(1));
    system.stop(END);
}

/// An actor whose handler holds its shard until it is let go.
#[actor]
struct Holder {
    let_go: mpsc::Receiver<()>,
}

#[handlers]
impl Holder {
    #[ask]
    fn hold(&mut self) {
        // Whoever lets go may also be gone.
        let _ = self.let_go.recv();
    }
}

#[test]
fn a1_a_thread_that_waits_is_told_of_its_deadline_while_a_handler_holds_the_shard() {
    let system = real(1);
    let (let_go, held) = mpsc::channel();
    let holder = system.spawn_on(0, move || Holder { let_go: held }).wait().expect("it starts");
    let first = holder.hold().start();
    assert_eq!(holder.hold().timeout(Duration::from_millis(5)).wait(), Err(AskError::Timeout));
    drop(let_go);
    assert_eq!(first.wait(), Ok(()));
    system.stop(END);
}

#[test]
fn a1_a_plain_thread_is_told_of_each_end() {
    let (system, subject) = subject();
    assert_eq!(subject.lose().wait(), Err(AskError::NoReply));
    assert_eq!(subject.keep().timeout(Duration::from_millis(5)).wait(), Err(AskError::Timeout));
    assert_eq!(subject.fail().wait(), Err(AskError::Crashed));
    assert_eq!(subject.handled().wait(), Err(AskError::Stopped));
    system.stop(END);
    assert!(subject.handled().wait().is_err(), "the system has ended");
}

#[test]
fn a1_an_ask_to_a_system_that_has_gone_ends_at_once() {
    let (system, subject) = subject();
    system.stop(END);
    let answer = subject.handled().wait();
    assert!(matches!(answer, Err(AskError::NoProc | AskError::Stopped)), "{answer:?}");
}

#[test]
fn a3_the_end_of_a_system_ends_the_asks_of_plain_threads() {
    let (system, subject) = subject();
    let kept = subject.keep().timeout(LONG).start();
    assert_eq!(subject.handled().wait(), Ok(0));
    system.stop(END);
    assert_eq!(kept.wait(), Err(AskError::Stopped));
}

#[test]
fn a_plain_thread_starts_an_ask_and_takes_the_answer_later() {
    let (system, subject) = subject();
    let kept = subject.keep().timeout(LONG).start();
    subject.answer_kept(3);
    assert_eq!(kept.wait(), Ok(3));
    system.stop(END);
}

#[test]
fn a_plain_threads_deadline_is_kept_in_virtual_time() {
    on_shards(|simulator| {
        let subject = put(&simulator, 1, Subject::default);
        let kept = subject.keep().start();
        simulator.advance(Duration::from_secs(6));
        assert_eq!(kept.wait(), Err(AskError::Timeout));
    });
}

#[test]
fn many_threads_ask_at_once() {
    let system = real(2);
    let log = system.spawn_on(1, Log::default).wait().expect("the log starts");
    let threads = Vec::from_iter((0..8).map(|number| {
        std::thread::spawn(move || {
            (0..200).for_each(|_| {
                log.note(number);
                let notes = log.notes().wait().expect("an answer");
                assert!(notes.contains(&number), "a thread's own note comes before its ask");
            });
        })
    }));
    threads.into_iter().for_each(|thread| thread.join().expect("the thread ends well"));
    assert_eq!(log.notes().wait().map(|notes| notes.len()), Ok(1_600));
    system.stop(END);
}

#[test]
fn a_foreign_runtime_awaits_an_ask() {
    let (system, subject) = subject();
    let answers = foreign().block_on(async move {
        subject.work();
        let kept = subject.keep().start();
        subject.answer_kept(9);
        (subject.handled().await, kept.await, subject.lose().await)
    });
    assert_eq!(answers, (Ok(1), Ok(9), Err(AskError::NoReply)));
    system.stop(END);
}

#[test]
fn tasks_of_a_foreign_runtime_ask_at_once() {
    let (system, subject) = subject();
    foreign().block_on(async move {
        let tasks = Vec::from_iter((0..100).map(|_| tokio::spawn(subject.handled())));
        for task in tasks {
            assert_eq!(task.await.expect("the task ends"), Ok(0));
        }
    });
    system.stop(END);
}

#[test]
fn a_foreign_runtime_awaits_a_spawn() {
    let system = real(2);
    let subject = foreign().block_on(system.spawn_on(1, Subject::default));
    assert_eq!(subject.expect("the subject starts").handled().wait(), Ok(0));
    system.stop(END);
}

#[test]
fn two_asks_of_a_foreign_runtime_are_selected() {
    let (system, subject) = subject();
    let first = foreign().block_on(async move {
        tokio::select! {
            handled = subject.handled() => handled,
            kept = subject.keep() => kept,
        }
    });
    assert_eq!(first, Ok(0));
    system.stop(END);
}

/// Does in a handler what would hold up its shard.
#[actor]
struct Rude;

#[handlers]
impl Rude {
    #[tell]
    fn wait_in_handler(
        &mut self,
        subject: callboard::ActorRef<Subject>,
        said: mpsc::Sender<String>,
    ) {
        let waits = std::panic::AssertUnwindSafe(|| subject.handled().wait());
        let panic = std::panic::catch_unwind(waits).expect_err("waiting is refused");
        let text = panic.downcast_ref::<&str>().map(ToString::to_string).unwrap_or_default();
        said.send(text).expect("the test listens");
    }
}

#[test]
fn waiting_on_a_shard_panics_and_names_await() {
    let (system, subject) = subject();
    let (said, hear) = mpsc::channel();
    system.spawn_on(0, || Rude).wait().expect("it starts").wait_in_handler(subject, said);
    let text = hear.recv_timeout(LONG).expect("the handler says what happened");
    assert!(text.contains(".await"), "{text}");
    system.stop(END);
}
