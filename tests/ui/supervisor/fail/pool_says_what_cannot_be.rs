//! What a pool says has to fit: the type of its field, its route, and that it is a pool.

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
    #[child(pool = 4)]
    one: Worker,
    #[child(pool = 4, route = hash)]
    two: Pool<Worker>,
    #[child(pool = 4, route = least_loadde)]
    three: Pool<Worker>,
    #[child(route = random)]
    four: Worker,
    #[child(intensity(max = 1, within = "1s"))]
    five: Worker,
}

fn main() {}
