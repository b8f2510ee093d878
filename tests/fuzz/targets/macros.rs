//! Arbitrary tokens through the macros: each answers with Rust, and none panics or meets a defect of its own.
//!
//! No proc-macro crate can be linked, so this one is built of the sources of `actor-macros`, which are over `proc_macro2`.
#![no_main]
#![allow(dead_code, reason = "a macro may be the only one to use what is not reached from here")]

#[path = "../../../actor-macros/src/check/mod.rs"]
mod check;
#[path = "../../../actor-macros/src/diag.rs"]
mod diag;
#[path = "../../../actor-macros/src/expand/mod.rs"]
mod expand;
#[path = "../../../actor-macros/src/model/mod.rs"]
mod model;
#[path = "../../../actor-macros/src/names.rs"]
mod names;
#[path = "../../../actor-macros/src/parse/mod.rs"]
mod parse;
#[path = "../../../actor-macros/src/pipeline.rs"]
mod pipeline;
#[path = "../../../actor-macros/src/recover.rs"]
mod recover;
#[path = "../../../actor-macros/src/show.rs"]
mod show;

use libfuzzer_sys::{Corpus, fuzz_target};
use proc_macro2::TokenStream;

/// More of what nests may end the compiler itself, before any macro sees it.
const DEPTH_MOST: usize = 250;

fuzz_target!(|text: &str| -> Corpus {
    // `NUMBER ARGUMENTS ; ITEM`
    let Some((macro_of, rest)) = text.split_at_checked(1) else { return Corpus::Reject };
    let (args, item) = rest.split_once(";;").unwrap_or(("", rest));
    if text.bytes().filter(|byte| b"([{<&*!-|".contains(byte)).count() > DEPTH_MOST {
        return Corpus::Reject;
    }
    let (Ok(args), Ok(item)) = (args.parse(), item.parse::<TokenStream>()) else {
        return Corpus::Reject;
    };
    // The compiler parses an item before it is given to an attribute.
    let is_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
    let made = match macro_of {
        "8" => pipeline::receive(item),
        _ if !is_item => return Corpus::Reject,
        "0" => pipeline::actor(args, item),
        "1" => pipeline::handlers(args, item),
        "2" => pipeline::protocol(args, item),
        "3" => pipeline::supervisor(args, item),
        "4" => pipeline::message(item),
        "5" => pipeline::wire(item),
        "6" => pipeline::process(args, item),
        "7" => pipeline::main(args, item),
        _ => pipeline::test(args, item),
    };
    assert!(!made.to_string().contains("internal error"), "{made}");
    // What stands in an arm is the user's, so the whole need not be Rust.
    if macro_of != "8" {
        syn::parse2::<syn::File>(made).expect("it is Rust");
    }
    Corpus::Keep
});
