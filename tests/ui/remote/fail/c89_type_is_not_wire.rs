use callboard::prelude::*;

pub struct Handle(u8);

#[actor(remote = "shop.cart")]
pub struct Cart;

#[handlers]
impl Cart {
    #[tell]
    pub fn open(&mut self, by: Vec<Handle>) {
        drop(by);
    }

    #[ask]
    pub fn opened(&self) -> Handle {
        Handle(0)
    }
}

fn main() {}
