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
        Abort(_) => {}
        Chunk { .. } => {}
        Abort(why) if why.is_empty() => drop(why),
    }
    receive! { cx,
        any => drop(any),
        Pause => {}
    }
    receive! { cx,
        any => drop(any),
        _ => {}
    }
    // What is urgent is looked for first, wherever it stands.
    receive! { cx,
        Pause => {}
        urgent Pause => {}
    }
}

fn main() {}
