use callboard::prelude::*;

#[actor(remote = "shop.cart", schema_lock = required)]
pub struct Cart;

#[handlers]
impl Cart {}

#[actor(schema_lock = required)]
pub struct Other;

#[handlers]
impl Other {}

#[actor(remote = "shop.till", version = 2)]
pub struct Till;

#[handlers]
impl Till {
    #[tell]
    #[since(3)]
    pub fn open(&mut self) {}
}

fn main() {}
