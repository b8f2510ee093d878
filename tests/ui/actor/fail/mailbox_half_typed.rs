use callboard::{actor, handlers};

#[actor(mailbox(1024))]
pub struct Counter;

#[handlers]
impl Counter {}

#[actor(mailbox(capacity = 3 overflow = crash))]
pub struct Second;

#[handlers]
impl Second {}

fn main() {
    callboard::spawn(Counter);
}
