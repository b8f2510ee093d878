//! The first SIGTERM or SIGINT drains a system that asks for it, the second ends the process.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};

use callboard::{System, actor, handlers};

/// A test of `apart` in a process of its own.
struct Process {
    child: Child,
    says: BufReader<ChildStdout>,
}

impl Process {
    fn of(test: &str) -> Self {
        let mut tests = Command::new(std::env::current_exe().expect("a test has a file"));
        tests.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
        let mut child = tests.stdout(Stdio::piped()).spawn().expect("it starts");
        let says = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, says }
    }

    /// Waits until it says a word.
    fn hear(&mut self, word: &str) {
        let mut line = String::new();
        // The harness writes before it, on the same line.
        while !line.trim_end().ends_with(word) {
            line.clear();
            let bytes = self.says.read_line(&mut line).expect("it writes text");
            assert!(bytes > 0, "it ended and did not say `{word}`");
        }
    }

    fn send(&self, signal: &str) {
        let (signal, id) = (format!("-{signal}"), self.child.id().to_string());
        let sent = Command::new("kill").args([signal, id]).status().expect("there is `kill`");
        assert!(sent.success(), "it runs");
    }

    /// Its exit code, or the signal that ended it.
    fn end(mut self) -> Result<i32, i32> {
        let status = self.child.wait().expect("it runs");
        status.code().ok_or_else(|| status.signal().expect("a signal ended it"))
    }
}

/// Says when it stops; one that lingers does not end by itself.
#[actor]
struct Last {
    lingers: bool,
}

#[handlers]
impl Last {
    #[stop]
    async fn stop(&mut self) {
        say("stopping");
        if self.lingers {
            std::future::pending::<()>().await;
        }
    }
}

/// Says a word to the process that listens.
#[expect(clippy::print_stdout, reason = "another process reads it")]
fn say(word: &str) {
    println!("{word}");
}

/// Bodies for processes of their own: no tests by themselves.
mod apart {
    use super::{Last, System, say};
    use crate::check::LONG;

    fn waits_for_a_signal(lingers: bool) {
        let system = System::builder().shards(2).pin(false).drain_on_signals(LONG);
        let system = system.start().expect("it starts");
        system.spawn_on(1, move || Last { lingers }).wait().expect("it starts");
        say("ready");
        let report = system.wait();
        assert_eq!((report.actors_left, report.stuck_shards), (0, 0), "{report}");
        say("drained");
        say("still here");
        // Nobody listens any more.
        std::thread::park();
    }

    #[test]
    #[ignore = "it waits for a signal"]
    fn drains() {
        waits_for_a_signal(false);
    }

    #[test]
    #[ignore = "it waits for a signal"]
    fn lingers() {
        waits_for_a_signal(true);
    }

    #[callboard::main(shards = 2)]
    async fn body() {
        callboard::spawn(Last { lingers: false });
        say("ready");
        std::future::pending::<()>().await;
    }

    #[test]
    #[ignore = "it waits for a signal"]
    fn runs_a_body() {
        say(&format!("{:?}", body()));
    }

    #[test]
    #[ignore = "it waits for a signal"]
    fn listens_to_none() {
        let system = System::builder().shards(1).pin(false).start().expect("it starts");
        system.spawn_on(0, || Last { lingers: false }).wait().expect("it starts");
        say("ready");
        std::thread::park();
    }
}

const TERM: i32 = 15;
const INT: i32 = 2;

#[test]
fn g6_the_first_signal_drains_and_later_ones_end_the_process() {
    let mut process = Process::of("signals::apart::drains");
    process.hear("ready");
    process.send("TERM");
    process.hear("stopping");
    process.hear("drained");
    process.hear("still here");
    process.send("INT");
    assert_eq!(process.end(), Err(INT));
}

#[test]
fn g6_the_second_signal_ends_the_process_at_once() {
    for (first, second, ended_by) in [("TERM", "TERM", TERM), ("INT", "INT", INT)] {
        let mut process = Process::of("signals::apart::lingers");
        process.hear("ready");
        process.send(first);
        process.hear("stopping");
        process.send(second);
        assert_eq!(process.end(), Err(ended_by));
    }
}

#[test]
fn g6_a_signal_drains_the_system_of_main_and_ends_its_body() {
    let mut process = Process::of("signals::apart::runs_a_body");
    process.hear("ready");
    process.send("INT");
    process.hear("stopping");
    process.hear(&format!("{:?}", std::process::ExitCode::SUCCESS));
    assert_eq!(process.end(), Ok(0));
}

#[test]
fn g6_a_system_installs_no_signal_handler_by_itself() {
    let mut process = Process::of("signals::apart::listens_to_none");
    process.hear("ready");
    process.send("TERM");
    assert_eq!(process.end(), Err(TERM));
}
