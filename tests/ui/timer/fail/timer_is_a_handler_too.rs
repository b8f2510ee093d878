use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[every("1s")]
    #[tell]
    pub fn tick(&mut self) {}

    #[every("1s")]
    #[after("30s")]
    fn tock(&mut self) {}
}

fn main() {}
