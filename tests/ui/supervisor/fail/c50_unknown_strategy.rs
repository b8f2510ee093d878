use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor(strategy = all_for_one)]
pub struct Bank {
    #[child]
    house: Savings,
}

#[supervisor(strategy = one)]
pub struct Vault {
    #[child]
    house: Savings,
}

fn main() {}
