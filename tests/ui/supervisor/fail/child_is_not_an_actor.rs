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
    #[child(start = Config { amount: 3 })]
    config: Config,
}

fn main() {}
