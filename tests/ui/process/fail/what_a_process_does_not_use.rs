//! Lints see the process and its arms as they were written, and no more.
#![deny(unused)]

use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>, size: u64, mut count: u64) {
    receive! { cx,
        // Only the guard uses `seq`: that is no mistake.
        Chunk { seq, data } if *seq == 3 => {}
        Abort(why) => { see(&count) }
        exit e => {}
    }
}

fn main() {
    spawn(transfer(1, 2)).stop();
}

fn see(_: &u64) {}
