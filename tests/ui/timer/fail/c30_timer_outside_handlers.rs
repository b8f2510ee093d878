use callboard::{after, every};

pub struct Counter;

impl Counter {
    #[every("1s")]
    pub fn tick(&mut self) {}

    #[after("1s")]
    pub fn late(&mut self) {}
}

fn main() {
    Counter.tick();
}
