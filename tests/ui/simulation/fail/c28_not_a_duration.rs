use callboard::testing::Probe;
use callboard::{expect, protocol};

#[protocol]
pub trait Account {
    #[tell]
    fn deposit(&mut self, amount: u64);
}

async fn not_a_duration(bank: Probe<AccountMsg>) {
    expect!(bank: AccountMsg, Deposit { amount } if *amount == 5, within "soon");
}

fn main() {
    drop(not_a_duration);
}
