use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor(stratgy = one_for_all)]
pub struct Bank {
    #[child(restrat = transient)]
    house: Savings,
    #[child(pool = 4)]
    workers: Savings,
    #[child(max = 4)]
    few: Savings,
    #[dynamic(significant)]
    many: Dynamic<Savings>,
    #[child(shard = 1, shard = 2)]
    twice: Savings,
}

#[supervisor(intensity(max = 1, whithin = "5s"))]
pub struct Vault {
    #[child]
    house: Savings,
}

fn main() {}
