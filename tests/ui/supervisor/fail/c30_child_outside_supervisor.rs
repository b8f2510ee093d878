use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[child]
pub struct Bank {
    house: Savings,
}

#[dynamic]
pub struct Vault {
    house: Savings,
}

fn main() {}
