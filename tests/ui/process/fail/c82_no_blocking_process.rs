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
}

#[process(msg = XferMsg, blocking)]
fn alone(size: u64) {
    drop(size);
}

#[process(msg = XferMsg, blocking)]
fn with_the_other(cx: &mut Process<XferMsg>) {
    drop(cx);
}

#[process(msg = XferMsg)]
fn plain(cx: &mut BlockingProcess<XferMsg>) {
    drop(cx);
}

#[process(msg = XferMsg, blocking = 3)]
fn with_a_value(cx: &mut BlockingProcess<XferMsg>) {
    drop(cx);
}

#[process(msg = OtherMsg, blocking)]
fn of_another_enum(cx: &mut BlockingProcess<XferMsg>) {
    drop(cx);
}

fn main() {}
