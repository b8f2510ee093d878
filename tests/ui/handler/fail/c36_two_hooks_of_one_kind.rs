use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[start]
    fn open(&mut self) {}

    #[stop]
    fn close(&mut self) {}

    #[start]
    fn open_again(&mut self) {}

    #[stop]
    fn close_again(&mut self) {}
}

fn main() {}
