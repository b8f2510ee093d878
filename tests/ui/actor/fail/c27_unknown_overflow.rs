use callboard::{actor, handlers};

#[actor(mailbox(capacity = 3, overflow = block))]
pub struct Counter;

#[handlers]
impl Counter {}

#[actor(mailbox(capacity = 3, overflow = drop_new))]
pub struct Other;

#[handlers]
impl Other {}

// Two mistakes, two errors.
#[actor(mailbox(capacity = 0, overflow = refuse))]
pub struct Third;

#[handlers]
impl Third {}

fn main() {
    callboard::spawn(Counter);
}
