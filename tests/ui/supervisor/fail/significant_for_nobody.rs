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
    #[child(restart = transient, significant)]
    house: Savings,
}

#[supervisor(auto_shutdown = all)]
pub struct Vault {
    #[child(restart = transient)]
    house: Savings,
}

fn main() {}
