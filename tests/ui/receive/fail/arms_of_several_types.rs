use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>) {
    let size = receive! { cx,
        Chunk { data, .. } => data.len(),
        Pause => "paused",
    };
    drop(size);
}

fn main() {}
