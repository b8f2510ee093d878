//! Only messages that are `Clone` can go to every worker.

use callboard::prelude::*;

#[actor]
#[derive(Default)]
struct Worker;

#[handlers]
impl Worker {
    #[tell]
    fn job(&mut self, user: u64) {
        let _ = user;
    }
}

#[supervisor]
struct Works {
    #[child(pool = 4, route = broadcast)]
    workers: Pool<Worker>,
}

fn main() {}
