use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

pub struct Bank {
    #[child]
    house: Savings,
}

fn main() {}
