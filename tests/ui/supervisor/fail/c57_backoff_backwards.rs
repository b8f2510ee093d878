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
    #[child(backoff("5s"..="50ms"))]
    house: Savings,
    #[child(backoff("0s"..="5s"))]
    zero: Savings,
    #[child(backoff("1s".."5s"))]
    open: Savings,
    #[child(backoff("1s"))]
    one: Savings,
    #[child(backoff = "1s"..="5s")]
    is: Savings,
    #[child(backoff("1s"..="5 parsecs"))]
    far: Savings,
}

fn main() {}
