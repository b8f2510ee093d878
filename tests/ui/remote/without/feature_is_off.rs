use callboard::{actor, handlers};

#[actor(remote = "shop.cart")]
pub struct Cart;

#[handlers]
impl Cart {
    #[tell]
    pub fn add(&mut self, item: String) {
        drop(item);
    }
}

fn main() {}
