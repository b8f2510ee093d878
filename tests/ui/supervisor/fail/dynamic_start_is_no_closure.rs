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
    #[dynamic(start = Savings::default())]
    none: Dynamic<Savings>,
    #[dynamic(start = async |amount: u64| Savings { amount })]
    waits: Dynamic<Savings>,
    #[dynamic(start = |amount: u64| -> Savings { Savings { amount } })]
    returns: Dynamic<Savings>,
    #[dynamic(start = |amount| Savings { amount })]
    untyped: Dynamic<Savings>,
    #[dynamic(start = |a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8| Savings::default())]
    many: Dynamic<Savings>,
    #[dynamic]
    good: Dynamic<Savings>,
}

fn main() {}
