use callboard::{actor, handlers};

#[actor(mailbox(capcity = 3))]
pub struct Counter;

#[handlers]
impl Counter {}

#[actor(mailbox(capacity = 3, patience = 9))]
pub struct Second;

#[handlers]
impl Second {}

#[actor(mailbox(capacity = 3, overflw = crash))]
pub struct Third;

#[handlers]
impl Third {}

fn main() {
    callboard::spawn(Counter);
}
