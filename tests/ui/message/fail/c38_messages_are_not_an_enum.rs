use callboard::Message;

#[derive(Message)]
pub struct Transfer {
    seq: u64,
}

#[derive(Message)]
pub union Either {
    a: u8,
    b: i8,
}

fn main() {}
