use callboard::protocol;

#[protocol]
pub trait Currency {
    type Unit;

    const DIGITS: u32;

    #[tell]
    fn deposit(&mut self, amount: u64);
}

#[protocol]
pub trait Account: Clone {
    #[tell]
    fn deposit(&mut self, amount: u64);
}

#[protocol]
pub trait Store<T> {
    #[tell]
    fn put(&mut self, value: u64);
}

#[protocol]
pub unsafe trait Vault {
    #[tell]
    fn lock(&mut self);
}

#[protocol]
pub trait Box
where
    Self: Clone,
{
    #[tell]
    fn grow(&mut self);
}

fn main() {}
