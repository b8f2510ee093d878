use callboard::protocol;

#[protocol]
pub trait Account {
    #[tell]
    fn deposit(&mut self, amount: u64);

    fn balance(&self) -> u64;

    #[start]
    fn open(&mut self);
}

fn main() {}
