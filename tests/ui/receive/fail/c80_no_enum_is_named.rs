use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

async fn transfer(cx: &mut Process<XferMsg>) {
    receive! { cx,
        Pause => {}
        Abort(_) => {}
    }
}

async fn paused(cx: &mut Process<XferMsg>) {
    receive! { cx: XfrMsg,
        Pause => {}
        Abort(_) => {}
    }
}

fn main() {}
