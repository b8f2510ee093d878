use callboard::prelude::*;

pub struct Counter {
    n: i64,
}

impl Counter {
    #[restart]
    fn burn(&mut self) {}
}

fn main() {}
