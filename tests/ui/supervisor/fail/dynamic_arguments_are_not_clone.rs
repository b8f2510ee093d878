use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

pub struct Order(u64);

#[supervisor]
pub struct Bank {
    #[dynamic(start = |order: Order| Savings { amount: order.0 })]
    more: Dynamic<Savings>,
}

fn main() {}
