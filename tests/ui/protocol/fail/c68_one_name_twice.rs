use callboard::{actor, handlers, protocol};

#[protocol]
pub trait Account {
    #[tell]
    fn deposit(&mut self, amount: u64);

    #[ask]
    fn balance(&self) -> u64;
}

#[protocol]
pub trait Scales {
    #[ask]
    fn balance(&self) -> u64;
}

#[actor(speaks(Account))]
pub struct Savings;

#[handlers]
impl Savings {
    #[ask]
    pub fn balance(&self) -> u64 {
        0
    }
}

#[handlers]
impl Account for Savings {
    fn deposit(&mut self, _amount: u64) {}

    fn balance(&self) -> u64 {
        0
    }
}

#[actor(speaks(Account, Scales))]
pub struct Weighed;

#[handlers]
impl Weighed {}

#[handlers]
impl Account for Weighed {
    fn deposit(&mut self, _amount: u64) {}

    fn balance(&self) -> u64 {
        0
    }
}

#[handlers]
impl Scales for Weighed {
    fn balance(&self) -> u64 {
        0
    }
}

fn main() {}
