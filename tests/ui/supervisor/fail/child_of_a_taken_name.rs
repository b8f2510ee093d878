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
    #[child]
    stop: Savings,
    #[child]
    count: Savings,
}

fn main() {}
