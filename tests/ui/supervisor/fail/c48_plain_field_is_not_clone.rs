use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

pub struct Config {
    amount: u64,
}

#[supervisor]
pub struct Bank {
    config: Config,
    #[child(start = Savings { amount: config.amount })]
    house: Savings,
}

fn main() {}
