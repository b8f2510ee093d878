//! The state of a blocking actor goes to its thread.

use std::rc::Rc;

use callboard::prelude::*;

#[actor(blocking)]
struct Disk(Rc<u64>);

#[handlers]
impl Disk {
    #[ask]
    fn read(&self) -> u64 {
        *self.0
    }
}

fn main() {}
