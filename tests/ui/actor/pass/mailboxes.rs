//! Every form of a bound, at its edges.

#![deny(warnings, clippy::all, clippy::pedantic)]

use callboard::{actor, handlers};

macro_rules! bounded {
    ($actor:ident, $capacity:expr, $overflow:ident) => {
        #[actor(mailbox(capacity = $capacity, overflow = $overflow))]
        pub struct $actor;

        #[handlers]
        impl $actor {}
    };
}

bounded!(InMacro, 3, drop_oldest);

#[actor(mailbox(capacity = 1))]
pub struct Smallest;

#[handlers]
impl Smallest {}

#[actor(mailbox(capacity = 4_294_967_295u32, overflow = crash,))]
pub struct Largest;

#[handlers]
impl Largest {}

#[actor(mailbox(overflow = drop_newest, capacity = 0x10))]
pub struct Dropping;

#[handlers]
impl Dropping {}

#[actor(mailbox(capacity = 3, overflow = reject), slice = 1_048_575)]
pub struct Store<T: Send + 'static>(Vec<T>);

#[handlers]
impl<T: Send + 'static> Store<T> {
    #[tell]
    pub fn put(&mut self, value: T) {
        self.0.push(value);
    }
}

#[callboard::main(shards = 1)]
async fn main() {
    callboard::spawn(Smallest);
    callboard::spawn(Largest);
    callboard::spawn(Dropping);
    callboard::spawn(InMacro);
    callboard::spawn(Store(vec![1])).put(2);
}
