use callboard::Message;

/// Its pointer keeps it on one thread.
pub struct Local(*const u8);

#[derive(Message)]
pub enum Transfer {
    Chunk(Local),
}

fn main() {}
