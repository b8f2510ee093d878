use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor(auto_shutdown = any)]
pub struct Bank {
    #[child(significant)]
    house: Savings,
    #[child(restart = permanent, significant)]
    other: Savings,
    #[child(restart = forever, significant)]
    third: Savings,
}

fn main() {}
