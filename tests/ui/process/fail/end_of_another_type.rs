use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
async fn forgets(cx: &mut Process<XferMsg>) -> Result<(), String> {
    receive! { cx, Pause => {} }
}

#[process(msg = XferMsg)]
async fn returns(cx: &mut Process<XferMsg>) {
    receive! { cx, Chunk { seq, .. } => seq }
}

fn main() {}
