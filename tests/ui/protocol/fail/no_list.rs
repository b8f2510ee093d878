use callboard::{actor, handlers, protocol};

#[protocol]
pub struct Account;

#[actor(speaks = Account, wrap)]
pub struct Savings;

#[handlers]
impl Savings {}

#[actor(speaks(Scales, Scales))]
pub struct Weighed;

#[handlers]
impl Weighed {}

#[handlers]
impl Scales for Weighed {
    fn weigh(&self) -> u64 {
        0
    }
}

#[protocol]
pub trait Scales {
    #[ask]
    fn weigh(&self) -> u64;
}

fn main() {}
