//! A schema lock is written by a test of the package, and an edit that peers could not read does not compile against it.

#![cfg(feature = "remote")]
#![expect(clippy::unwrap_used, reason = "what goes wrong in a test is its failure")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A package of its own: a lock lies beside a manifest.
const PACKAGE: &str = r#"
#![allow(unused_variables)]
use callboard::prelude::*;

#[actor(remote = "shop.cart", version = VERSION)]
#[derive(Default)]
pub struct Cart {}

#[handlers]
RESERVED
impl Cart {
    #[tell]
    pub fn add(&mut self, item: String, PARAMETER) {
        drop((item, qty));
    }
    HANDLER
}
"#;

const REMOVE: &str = "#[tell] pub fn remove(&mut self, item: String) { drop(item); }";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema-lock")
}

/// Says something to cargo about the package, with these in their places.
fn cargo(say: &[&str], accept: bool, places: [&str; 4]) -> Output {
    let (root, own) = (Path::new(env!("CARGO_MANIFEST_DIR")), folder());
    let names = ["VERSION", "PARAMETER", "HANDLER", "RESERVED"];
    let package = names
        .iter()
        .zip(places)
        .fold(PACKAGE.to_owned(), |text, (name, place)| text.replace(name, place));
    fs::create_dir_all(own.join("src")).unwrap();
    fs::write(own.join("src/lib.rs"), package).unwrap();
    // The versions that this build has, so nothing is looked up.
    fs::copy(root.join("Cargo.lock"), own.join("Cargo.lock")).unwrap();
    let manifest = format!(
        "[package]\nname = \"locked\"\nedition = \"2024\"\n[workspace]\n[dependencies.callboard]\n\
         path = {root:?}\ndefault-features = false\nfeatures = [\"remote\"]\n[profile.dev]\ndebug = 0\n"
    );
    fs::write(own.join("Cargo.toml"), manifest).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(say).args(["--quiet", "--offline", "--target-dir", "target"]).current_dir(&own);
    if accept {
        cargo.env("CALLBOARD_SCHEMA", "accept");
    }
    // What is said to this build's cargo is not for that one.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.output().unwrap()
}

/// What the compiler says of an edit.
fn told(places: [&str; 4]) -> String {
    let output = cargo(&["check"], false, places);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.success(), !said.contains("error"), "{said}");
    said
}

#[test]
fn c93_to_c96_an_edit_that_peers_could_not_read_is_told_of() {
    let first = ["2", "qty: u32", REMOVE, ""];
    let accepted = cargo(&["test", "--lib"], true, first);
    assert!(accepted.status.success(), "{}", String::from_utf8_lossy(&accepted.stderr));
    let lock = fs::read_to_string(folder().join("schema/shop.cart.lock")).unwrap();
    assert!(lock.contains("protocol shop.cart\nversion 2\ntell add "), "{lock}");
    assert_eq!(told(first), "");

    let new = told(["3", "qty: u32, why: u8", REMOVE, ""]);
    assert!(new.contains("version 2 peers send no `why`"), "{new}");
    assert!(new.contains("help: `#[since(3)] #[default]`"), "{new}");
    let at = "| ^^^ evaluation of";
    assert!(new.contains(at) || new.contains("^^^ evaluation"), "{new}");
    assert_eq!(told(["3", "qty: u32, #[since(3)] #[default] why: u8", REMOVE, ""]), "");

    let gone = told(["3", "qty: u32", "", ""]);
    assert!(gone.contains("`remove` is gone, but version 2 peers call it"), "{gone}");
    assert!(gone.contains("help: keep it, or `#[reserved(\"remove\")]`"), "{gone}");
    assert_eq!(told(["3", "qty: u32", "", "#[reserved(\"remove\")]"]), "");

    let back = told(["3", "qty: u32", REMOVE, "#[reserved(\"remove\")]"]);
    assert!(back.contains("`remove` is reserved and cannot mean something new"), "{back}");

    let wider = told(["3", "qty: u64", REMOVE, ""]);
    assert!(wider.contains("`qty` was `u32` in version 2"), "{wider}");
    assert!(wider.contains("help: a new parameter, or `#[widen]`"), "{wider}");
    assert_eq!(told(["3", "#[widen] qty: u64", REMOVE, ""]), "");

    // What peers can read, but the lock does not say, the test of the package tells of.
    let drift = cargo(&["test", "--lib"], false, ["3", "#[widen] qty: u64", REMOVE, ""]);
    let said = String::from_utf8_lossy(&drift.stdout).into_owned();
    assert!(!drift.status.success(), "{said}");
    assert!(said.contains("`shop.cart` is not what its schema lock says"), "{said}");
}
