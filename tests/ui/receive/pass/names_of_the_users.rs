//! No name of the user's meets one that the macros use.

#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

mod callboard {
    //! Not the crate.
}

use ::callboard::{Message, Process, Reply, process, receive, spawn};

struct Option;
struct Duration;
fn message() {}
fn unreachable() {}


#[derive(Message)]
enum WordMsg {
    Some(u8),
    None,
    Loop { r#type: u8, self_: u8 },
    Crate,
    Done(Reply<u8>),
}

/// A constant is no binding.
const SEVEN: u8 = 7;

#[process(msg = WordMsg)]
async fn words(context: &mut Process<WordMsg>, arm: u8, got: u8, receive: u8, end: u8) {
    let (message, urgent, reply, down, exit, after) = (1, 2, 3, 4, 5, 6);
    let sum = receive! { context,
        Some(SEVEN) => 0,
        Some(value) if *value == message => arm + got + receive + end + message,
        Loop { r#type, self_: answer_0 @ 1..=3 } if *r#type == urgent => answer_0,
        None | Crate => reply + down + exit + after,
        after "1h" => 0,
    };

    // Words of arms are names, too, where a pattern ends behind them.
    receive! { context, urgent @ Some(_) => drop(urgent) }
    receive! { context, reply if matches!(reply, WordMsg::None) => drop(reply) }
    receive! { context, exit => drop(exit) }
    receive! { context, Done(reply) => reply.answer(sum) }
    let _ = unreachable;
    let _ = self::message;
}

#[::callboard::main(shards = 1)]
async fn main() {
    let words = spawn(words(1, 2, 3, 4));
    words.some(1);
    words.some(2);
    words.none();
    words.r#loop(1, 2);
    words.crate_();
    assert!(matches!(words.done().await, Ok(11)));
}
