use callboard::prelude::*;

#[actor(remote = "shop.cart", version = 2)]
pub struct Cart;

#[handlers]
#[reserved("remove", id = 4)]
impl Cart {
    #[tell]
    pub fn remove(&mut self) {}

    #[tell]
    #[wire(id = 4)]
    pub fn put(&mut self) {}

    #[tell]
    #[renamed_from("remove")]
    pub fn take(&mut self) {}
}

fn main() {}
