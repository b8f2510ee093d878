#![deny(unused_must_use)]

use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[ask]
    pub fn get(&self) -> i64 {
        self.n
    }
}

fn main() {
    let counter = callboard::spawn(Counter { n: 0 });
    counter.get();
}
