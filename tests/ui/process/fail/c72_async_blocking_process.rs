use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg, blocking)]
async fn transfer(cx: &mut BlockingProcess<XferMsg>) {
    receive! { cx, Pause => {} }
}

fn callers_see_none_of_it() {
    spawn(transfer());
}

fn main() {}
