use callboard::{actor, handlers};

#[actor(mailbox(capacity = 3, capacity = 4))]
pub struct Counter;

#[handlers]
impl Counter {}

#[actor(mailbox(capacity = 3, overflow = reject, overflow = crash))]
pub struct Second;

#[handlers]
impl Second {}

#[actor(mailbox(capacity = 3), mailbox(capacity = 4))]
pub struct Third;

#[handlers]
impl Third {}

fn main() {
    callboard::spawn(Counter);
}
