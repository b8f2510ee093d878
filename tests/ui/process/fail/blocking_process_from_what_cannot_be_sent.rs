use std::rc::Rc;

use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg, blocking)]
fn transfer(cx: &mut BlockingProcess<XferMsg>, name: Rc<String>) {
    receive! { cx, Pause => drop(name) }
}

fn main() {}
