use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor(intensity(max = 3, within = "0s"))]
pub struct Bank {
    #[child]
    house: Savings,
}

fn main() {}
