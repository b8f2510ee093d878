use callboard::{stop, tell};

pub struct Counter;

impl Counter {
    #[tell]
    pub fn a(&mut self) {}

    #[callboard::ask]
    pub fn b(&mut self) {}

    #[callboard::start]
    pub fn c(&mut self) {}

    #[stop]
    pub fn d(&mut self) {}
}

fn main() {
    Counter.a();
}
