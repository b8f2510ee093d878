use callboard::{actor, handlers};

#[actor(mailbox(capacity = 3, overflow = "reject"))]
pub struct Counter;

#[handlers]
impl Counter {}

#[actor(mailbox(capacity = 3, overflow))]
pub struct Second;

#[handlers]
impl Second {}

#[actor(mailbox(capacity = 3, overflow = Overflow::Reject))]
pub struct Third;

#[handlers]
impl Third {}

#[actor(mailbox(capacity = 3, overflow(reject)))]
pub struct Fourth;

#[handlers]
impl Fourth {}

fn main() {
    callboard::spawn(Counter);
}
