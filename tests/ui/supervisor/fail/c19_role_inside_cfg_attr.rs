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
    #[cfg_attr(unix, child)]
    house: Savings,
    #[cfg_attr(unix, dynamic(max = 3))]
    more: Dynamic<Savings>,
}

fn main() {}
