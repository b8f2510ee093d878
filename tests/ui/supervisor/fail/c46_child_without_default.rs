use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[actor]
pub struct Cache {
    size: usize,
}

#[handlers]
impl Cache {}

#[supervisor]
pub struct Bank {
    #[child]
    house: Savings,
    #[child]
    cache: Cache,
    #[dynamic]
    caches: Dynamic<Cache>,
}

fn main() {}
