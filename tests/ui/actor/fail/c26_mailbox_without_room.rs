use callboard::{actor, handlers};

#[actor(mailbox(capacity = 0, overflow = drop_oldest))]
pub struct Counter;

#[handlers]
impl Counter {}

fn main() {
    callboard::spawn(Counter);
}
