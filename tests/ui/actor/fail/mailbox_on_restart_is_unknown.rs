use callboard::prelude::*;

#[actor(mailbox(on_restart = lose))]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {}

#[actor(mailbox(on_restart = drop, overflow = crash))]
pub struct Other {
    n: i64,
}

#[handlers]
impl Other {}

fn main() {}
