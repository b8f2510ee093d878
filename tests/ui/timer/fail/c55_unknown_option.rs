use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[every("1s", jiter = "100ms")]
    fn tick(&mut self) {}

    #[after("1s", jitter = "100ms")]
    fn late(&mut self) {}
}

fn main() {}
