use callboard::{actor, handlers};

#[actor(mailbox(capacity = -1))]
pub struct Counter;

#[handlers]
impl Counter {}

#[actor(mailbox(capacity = 4_294_967_296))]
pub struct Second;

#[handlers]
impl Second {}

#[actor(mailbox(capacity = LIMIT))]
pub struct Third;

#[handlers]
impl Third {}

#[actor(mailbox(capacity = "3"))]
pub struct Fourth;

#[handlers]
impl Fourth {}

#[actor(mailbox(capacity(3)))]
pub struct Fifth;

#[handlers]
impl Fifth {}

#[actor(mailbox(capacity = 1.5))]
pub struct Sixth;

#[handlers]
impl Sixth {}

fn main() {
    callboard::spawn(Counter);
}
