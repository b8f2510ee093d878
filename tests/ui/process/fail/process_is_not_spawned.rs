#![deny(unused_must_use)]

use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Pause,
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>) {
    receive! { cx, Pause => {} }
}

fn main() {
    transfer();
}
