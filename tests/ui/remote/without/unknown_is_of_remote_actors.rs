use callboard::{actor, handlers};

#[actor]
pub struct Cart;

#[handlers]
impl Cart {
    #[unknown]
    fn newer(&mut self) {}
}

fn main() {}
