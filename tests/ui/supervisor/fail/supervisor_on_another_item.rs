use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor]
pub enum Bank {
    House(Savings),
}

#[supervisor]
fn bank() {}

fn main() {}
