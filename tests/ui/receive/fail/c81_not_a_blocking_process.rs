use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
async fn awaits(cx: &mut Process<XferMsg>) {
    receive! { blocking cx, Pause => {} }
}

async fn helps(cx: &mut BlockingProcess<XferMsg>) {
    receive! { cx: XferMsg, Pause => {} }
}

fn main() {}
