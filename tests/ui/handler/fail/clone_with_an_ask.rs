//! The messages of an actor with asks cannot be copied.

use callboard::prelude::*;

#[actor]
struct Counter(u64);

#[handlers(clone)]
impl Counter {
    #[tell]
    fn inc(&mut self, by: u64) {
        self.0 += by;
    }

    #[ask]
    fn get(&self) -> u64 {
        self.0
    }
}

fn main() {}
