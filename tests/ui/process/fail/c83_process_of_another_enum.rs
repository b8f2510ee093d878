use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[derive(Message)]
pub enum OtherMsg {
    X,
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<OtherMsg>) {
    receive! { cx, X => {} }
}

fn main() {}
