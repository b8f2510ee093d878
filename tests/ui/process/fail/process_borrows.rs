use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>, name: &str, parts: Vec<&[u8]>) {
    receive! { cx, Pause => drop((name, parts)) }
}

fn main() {}
