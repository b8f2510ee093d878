use callboard::prelude::*;

#[actor(remote = "shop.cart", version = 3)]
pub struct Cart;

#[handlers]
impl Cart {
    #[tell]
    pub fn add(&mut self, #[since(3)] qty: u32) {
        let _ = qty;
    }
}

fn main() {}
