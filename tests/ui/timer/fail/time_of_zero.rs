use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[every("0s")]
    fn always(&mut self) {}

    #[after("0s", since = message)]
    fn never(&mut self) {}
}

fn main() {}
