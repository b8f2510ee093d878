use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
fn plain(cx: &mut Process<XferMsg>) {
    drop(cx);
}

#[process(msg = XferMsg)]
async fn alone(size: u64) {
    drop(size);
}

struct Store;

impl Store {
    #[process]
    async fn run(&self) {}
}

fn callers_see_none_of_it() {
    spawn(plain());
    spawn(alone(3));
}

fn main() {}
