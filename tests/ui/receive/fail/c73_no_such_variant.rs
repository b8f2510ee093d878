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
        Chunck { seq, .. } if *seq == 1 => {}
        Abrot(why) => drop(why),
        Chunk { sec, .. } => drop(sec),
        Puase => {}
    }
}

fn main() {}
