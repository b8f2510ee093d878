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
    house: u64,
    #[child]
    vault: Savings,
    #[child]
    house: Savings,
    #[child]
    vault: Savings,
    #[cfg(unix)]
    #[child]
    desk: Savings,
    #[cfg(not(unix))]
    #[child]
    desk: Savings,
}

fn main() {}
