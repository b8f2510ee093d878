use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor(
    strategy = "one_for_all",
    intensity = 5,
    auto_shutdown = never,
    path = "/svc//payment",
    abort_ok = true,
)]
pub struct Bank {
    #[child(start, significant = true, restart = transient)]
    first: Savings,
    #[child(shutdown = 5)]
    second: Savings,
    #[child(shutdown = gentle)]
    third: Savings,
    #[child(shutdown = "5 parsecs")]
    fourth: Savings,
    #[child(shard = "first")]
    fifth: Savings,
    #[child = 3]
    sixth: Savings,
    #[dynamic(max = 0)]
    seventh: Dynamic<Savings>,
    #[dynamic(intensity(max = 3))]
    eighth: Dynamic<Savings>,
}

fn main() {}
