use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>, peer: ActorRef<XferMsg>) {
    receive! { cx,
        down d = peer => drop(d),
    }
}

fn main() {}
