//! A build that aborts on panic contains none: it is told so when a system starts, and has no supervisors
//! unless they say that they know.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a test is its failure")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A program of its own: how panics end is decided for a whole build.
const PROGRAM: &str = r#"
fn main() -> Result<(), actor_runtime::StartError> {
    let system = actor_runtime::System::builder().shards(1).start()?;
    system.stop(std::time::Duration::from_secs(10));
    Ok(())
}
"#;

/// The same with a supervisor, in whose parentheses stands `OPTIONS`.
const TREE: &str = r#"
use callboard::prelude::*;

#[actor]
#[derive(Default)]
struct House {}

#[handlers]
impl House {}

#[supervisor(OPTIONS)]
struct Bank {
    #[child]
    house: House,
}

#[callboard::main(shards = 1)]
async fn main() -> Result<(), StartError> {
    Bank::start().await?.house().stop();
    Ok(())
}
"#;

/// Builds a program in a folder of its own and runs it.
fn run(folder: &str, program: &str) -> Output {
    let (root, own) =
        (Path::new(env!("CARGO_MANIFEST_DIR")), Path::new(env!("CARGO_TARGET_TMPDIR")));
    let (own, runtime) = (own.join(folder), root.join("actor-runtime"));
    fs::create_dir_all(own.join("src")).unwrap();
    fs::write(own.join("src/main.rs"), program).unwrap();
    // The versions that this build has, so nothing is looked up.
    fs::copy(root.join("Cargo.lock"), own.join("Cargo.lock")).unwrap();
    let manifest = format!(
        "[package]\nname = \"aborts\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         actor-runtime.path = {runtime:?}\ncallboard.path = {root:?}\n[profile.dev]\ndebug = 0\npanic = \"abort\"\n"
    );
    fs::write(own.join("Cargo.toml"), manifest).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--offline", "--target-dir", "target"]).current_dir(&own);
    // What is said to this build's cargo is not for that one.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.output().unwrap()
}

#[test]
fn l11_a_build_that_aborts_is_told_so_at_the_start_of_a_system() {
    let output = run("abort", PROGRAM);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("callboard: this build has panic = \"abort\""), "{said}");
    assert!(said.contains("ends the whole process. Build with panic = \"unwind\""), "{said}");
}

#[test]
fn l11_c58_a_supervisor_does_not_compile_in_a_build_that_aborts() {
    let output = run("abort-tree", &TREE.replace("OPTIONS", ""));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{said}");
    let what = "error: supervision needs unwinding, and this build aborts on panic";
    assert!(said.contains(what), "{said}");
    assert!(said.contains("help: remove `panic = \"abort\"` from the profile"), "{said}");
    assert!(said.contains("#[supervisor()]\n   | ^^^^^^^^^^^^^^^"), "{said}");
    assert_eq!(said.matches("\nerror").count(), 1, "{said}");
}

#[test]
fn l11_c58_a_supervisor_that_knows_does_compile_in_a_build_that_aborts() {
    let output = run("abort-ok", &TREE.replace("OPTIONS", "abort_ok"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
}
