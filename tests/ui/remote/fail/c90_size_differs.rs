use callboard::prelude::*;

#[actor(remote = "shop.cart")]
pub struct Cart;

#[handlers]
impl Cart {
    #[tell]
    pub fn put(&mut self, at: usize, by: Option<isize>) {
        let _ = (at, by);
    }
}

fn main() {}
