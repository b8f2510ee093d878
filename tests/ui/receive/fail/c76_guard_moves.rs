use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

fn is_whole(data: Vec<u8>) -> bool {
    data.is_empty()
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>) {
    receive! { cx,
        Chunk { data, .. } if is_whole(*data) => drop(data),
    }
}

fn main() {}
