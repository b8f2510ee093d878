use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>) -> u64 {
    receive! { cx, Pause => 3 }
}

struct Sum(u64);

#[process(msg = XferMsg)]
async fn sum(cx: &mut Process<XferMsg>) -> Sum {
    receive! { cx, Pause => Sum(3) }
}

fn main() {}
