use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(mgs = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>) {
    receive! { cx, Pause => {} }
}

#[process(msg = 3)]
async fn numbers(cx: &mut Process<XferMsg>) {
    receive! { cx, Pause => {} }
}

fn main() {}
