use callboard::prelude::*;

#[derive(Message)]
pub enum XferMsg {
    Chunk { seq: u64, data: Vec<u8> },
    Abort(String),
    Pause,
}

#[process(msg = XferMsg)]
async fn transfer(cx: &mut Process<XferMsg>, patience: u64) {
    receive! { cx, Pause => {}, after "5 parsecs" => {} }
    receive! { cx, Pause => {}, after 5 => {} }
    receive! { cx, Pause => {}, after patience => {} }
}

fn main() {}
