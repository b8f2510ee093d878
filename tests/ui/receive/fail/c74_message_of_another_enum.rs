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
    Y(u8),
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>) {
    receive! { cx,
        OtherMsg::X => {}
        OtherMsg::Y(n) if *n == 1 => {}
        Pause => {}
    }
}

fn main() {}
