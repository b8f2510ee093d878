use callboard::prelude::*;

#[actor(remote = "shop.cart", version = 3)]
pub struct Cart;

#[handlers]
#[reserved(remove)]
#[reserved = "take"]
#[since(2)]
impl Cart {
    #[tell]
    #[since("2")]
    #[widen]
    pub fn a(&mut self) {}

    #[tell]
    #[since(2)]
    #[since(3)]
    pub fn b(&mut self, #[default(1)] x: u32, #[local] y: u32) {
        let _ = (x, y);
    }

    #[tell]
    #[renamed_from(old)]
    #[wire]
    pub fn c(&mut self) {}

    #[tell]
    #[local(true)]
    #[wire(number = 3)]
    pub fn d(&mut self) {}

    #[tell]
    #[reserved("e")]
    pub fn e(&mut self) {}
}

fn main() {}
