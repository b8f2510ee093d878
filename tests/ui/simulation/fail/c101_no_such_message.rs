use callboard::testing::Probe;
use callboard::{expect, protocol};

#[protocol]
pub trait Account {
    #[tell]
    fn deposit(&mut self, amount: u64);
}

async fn no_such_message(bank: Probe<AccountMsg>) {
    expect!(bank: AccountMsg, Deposits { amount });
}

async fn no_such_field(bank: Probe<AccountMsg>) {
    expect!(bank: AccountMsg, Deposit { amounts });
}

fn main() {
    drop((no_such_message, no_such_field));
}
