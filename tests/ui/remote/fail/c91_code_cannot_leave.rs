use callboard::prelude::*;

#[actor(remote = "shop.cart")]
pub struct Cart;

#[handlers]
impl Cart {
    #[tell]
    pub fn call(&mut self, f: Box<dyn Fn() + Send>) {
        f();
    }

    #[tell]
    pub fn later(&mut self, f: fn(u8) -> u8) {
        f(1);
    }
}

fn main() {}
