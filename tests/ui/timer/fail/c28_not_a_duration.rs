use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[every("1 fortnight")]
    fn rarely(&mut self) {}

    #[every(secs(1))]
    fn tick(&mut self) {}

    #[after(30)]
    fn late(&mut self) {}

    #[every("1s", jitter = 0.1)]
    fn about(&mut self) {}
}

fn main() {}
