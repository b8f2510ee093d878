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
    amount: u64,
    #[child(start = Savings { amount: })]
    house: Savings,
    #[child]
    desk
}

async fn run() -> Result<(), StartError> {
    let bank = Bank::start(3).await?;
    bank.house().stop();
    Ok(())
}

fn main() {}
