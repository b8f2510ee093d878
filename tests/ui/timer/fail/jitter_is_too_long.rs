use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[every("1s", jitter = "1s")]
    fn tick(&mut self) {}
}

fn main() {}
