use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[every]
    fn tick(&mut self) {}

    #[every(jitter = "100ms")]
    fn about(&mut self) {}

    #[after(since = message)]
    fn late(&mut self) {}

    #[every = "1s"]
    fn tock(&mut self) {}
}

fn main() {}
