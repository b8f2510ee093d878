use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor]
pub struct Bank {
    amount: u64,
}

#[supervisor]
pub struct Vault;

fn main() {}
