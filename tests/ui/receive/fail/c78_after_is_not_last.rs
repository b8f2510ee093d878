use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>) {
    receive! { cx,
        after "1s" => {}
        Pause => {}
        after 0 => {}
    }
    receive! { cx,
        after "1s" => {}
        Pause => {}
    }
}

fn main() {}
