use callboard::{actor, handlers};

use std::rc::Rc;

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn share(&mut self, with: Rc<u8>) {
        drop(with);
    }

    #[ask]
    pub fn shared(&self) -> Option<Rc<u8>> {
        None
    }
}

fn main() {}
