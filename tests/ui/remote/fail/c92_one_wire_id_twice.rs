use callboard::prelude::*;

#[actor(remote = "shop.cart")]
pub struct Cart;

#[handlers]
impl Cart {
    #[tell]
    #[wire(id = 7)]
    pub fn add(&mut self) {}

    #[tell]
    #[wire(id = 7)]
    pub fn add2(&mut self) {}

    #[tell]
    #[renamed_from("add3")]
    pub fn plus(&mut self) {}

    #[tell]
    pub fn add3(&mut self) {}
}

fn main() {}
