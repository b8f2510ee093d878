use callboard::Actor;
use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor]
pub struct Bank<T: Actor + Default> {
    #[child]
    house: T,
}

#[supervisor]
pub struct Vault<'a> {
    amount: &'a u64,
    #[child]
    house: Savings,
}

fn main() {}
