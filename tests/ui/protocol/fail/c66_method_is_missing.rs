use callboard::{actor, handlers, protocol};

#[protocol]
pub trait Account {
    #[tell]
    fn deposit(&mut self, amount: u64);

    #[ask]
    fn balance(&self) -> u64;
}

#[actor(speaks(Account))]
pub struct Savings;

#[handlers]
impl Savings {}

#[handlers]
impl Account for Savings {
    fn deposit(&mut self, _amount: u64) {}
}

fn main() {}
