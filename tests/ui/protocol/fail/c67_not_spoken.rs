use callboard::{actor, handlers, protocol};

#[protocol]
pub trait Account {
    #[tell]
    fn deposit(&mut self, amount: u64);

    #[ask]
    fn balance(&self) -> u64;
}

#[actor]
pub struct Savings;

#[handlers]
impl Savings {
    #[tell]
    pub fn give(&mut self, to: callboard::ActorRef<dyn Account>) {
        to.deposit(1);
    }
}

fn main() {
    let savings = callboard::spawn(Savings);
    savings.as_dyn::<dyn Account>().deposit(1);
    savings.give(savings);
}
