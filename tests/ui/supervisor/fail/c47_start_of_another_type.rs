use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor]
pub struct Vault {
    #[child]
    house: Savings,
}

#[supervisor]
pub struct Bank {
    #[child(start = "10 coins")]
    house: Savings,
    #[child(start = Savings::default())]
    vault: Vault,
    #[dynamic(start = |amount: u64| Some(Savings { amount }))]
    more: Dynamic<Savings>,
}

fn main() {}
