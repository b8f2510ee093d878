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
    #[dynamic(start = |amount: u64| Savings { amount })]
    more: Savings,
    #[dynamic(start = |amount: u64| Savings { amount })]
    most: Dynamic<Savings, (u64,)>,
    #[child]
    some: Dynamic<Savings>,
    #[child]
    house: ActorRef<Savings>,
}

async fn run(bank: BankTree) {
    let _ = bank.more().start(1).await;
    let _ = bank.house().is_alive().await;
}

fn main() {}
