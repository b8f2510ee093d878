use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

use std::rc::Rc;

#[supervisor]
pub struct Bank {
    amount: Rc<u64>,
    #[child(start = Savings { amount: *amount })]
    house: Savings,
}

fn main() {}
