use callboard::Message;

#[derive(Message)]
pub enum Transfer {
    Chunk(u64),
    Stop,
    TryTell { seq: u64 },
}

fn main() {}
