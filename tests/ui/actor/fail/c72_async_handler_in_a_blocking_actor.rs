//! A blocking actor's handlers are plain.

use callboard::prelude::*;

#[actor(blocking)]
struct Disk;

#[handlers]
impl Disk {
    #[ask]
    async fn read(&mut self) -> u64 {
        5
    }
}

fn main() {}
