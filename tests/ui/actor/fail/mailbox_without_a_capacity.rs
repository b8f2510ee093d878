use callboard::{actor, handlers};

#[actor(mailbox)]
pub struct Counter;

#[handlers]
impl Counter {}

#[actor(mailbox())]
pub struct Second;

#[handlers]
impl Second {}

#[actor(mailbox = 5)]
pub struct Third;

#[handlers]
impl Third {}

#[actor(mailbox(overflow = crash))]
pub struct Fourth;

#[handlers]
impl Fourth {}

#[actor(mailbox(capacity))]
pub struct Fifth;

#[handlers]
impl Fifth {}

fn main() {
    callboard::spawn(Counter);
}
