use callboard::prelude::*;
use callboard::UnknownMessage;

#[actor(remote = "shop.cart")]
pub struct Cart;

#[handlers]
impl Cart {
    #[unknown]
    fn newer(&mut self, name: String) {
        drop(name);
    }
}

#[actor(remote = "shop.till")]
pub struct Till;

#[handlers]
impl Till {
    #[unknown]
    fn newer(&mut self, _message: &UnknownMessage) {}

    #[unknown]
    fn other(&mut self, _message: UnknownMessage) -> u32 {
        0
    }
}

#[protocol(remote = "shop.account")]
pub trait Account {
    #[unknown]
    fn newer(&mut self, _message: UnknownMessage);
}

#[actor(speaks(Account))]
pub struct Savings;

#[handlers]
impl Savings {
    #[unknown(all)]
    fn newer(&mut self, _message: UnknownMessage) {}
}

#[handlers]
impl Account for Savings {
    #[unknown]
    fn newer(&mut self, _message: UnknownMessage) {}
}

fn main() {}
