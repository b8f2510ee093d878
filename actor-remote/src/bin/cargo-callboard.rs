//! `cargo callboard schema check` and `cargo callboard schema accept`.
//!
//! Both run, by `cargo test`, the tests that the macros make for each remote actor and protocol of a package. Such a test
//! compares the schema lock with what the protocol is; asked to accept, it writes the lock anew. What peers could not read
//! does not compile against a lock: who means it removes the file first.

#![forbid(unsafe_code)]

use std::env;
use std::process::{Command, ExitCode};

const USAGE: &str = "\
usage: cargo callboard schema check [ARGUMENTS]
       cargo callboard schema accept [ARGUMENTS]

check   fails if a schema lock is not what its protocol is
accept  writes `schema/NAME.lock` anew for each remote actor and protocol

ARGUMENTS go to `cargo test`, such as `--package shop` or `--features remote`.";

fn main() -> ExitCode {
    // As a subcommand of cargo it is given its own name first.
    let mut arguments = env::args().skip(1).skip_while(|argument| argument == "callboard");
    let accepts = match (arguments.next().as_deref(), arguments.next().as_deref()) {
        (Some("schema"), Some("accept")) => true,
        (Some("schema"), Some("check")) => false,
        _ => return told(USAGE),
    };
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg("test").args(arguments).args(["--", "__schema_"]);
    if accepts {
        cargo.env("CALLBOARD_SCHEMA", "accept");
    }
    match cargo.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => told(&format!("cargo cannot be run: {error}")),
    }
}

#[expect(clippy::print_stderr, reason = "a command says what is wrong with how it was called")]
fn told(what: &str) -> ExitCode {
    eprintln!("{what}");
    ExitCode::FAILURE
}
