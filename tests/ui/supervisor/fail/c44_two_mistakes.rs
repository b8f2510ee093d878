use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub struct Savings {
    amount: u64,
}

#[handlers]
impl Savings {}

#[supervisor(strategy = all)]
pub struct Bank {
    amount: u64,
    /// Where it lies.
    #[child(start = Savings { amount }, restart = forever)]
    pub house: Savings,
    #[dynamic(start = |amount| Savings { amount })]
    more: Dynamic<Savings>,
}

#[supervisor]
pub struct Town {
    #[child(start = Bank::start_spec(7))]
    bank: Bank,
}

async fn run() -> Result<(), StartError> {
    let bank: BankTree = Bank::start(3).await?;
    bank.house().stop();
    bank.count().await.ok();
    bank.more().count().await.ok();
    Bank::start_spec(3).start().await.map(BankTree::from)?;
    Town::start().await?.bank().stop();
    Ok(())
}

fn main() {}
