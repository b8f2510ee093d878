use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[every("1s")]
    fn tick() {}

    #[every("1s")]
    fn end(self) {}

    #[after("1s")]
    fn late<T>(&mut self) {}
}

fn main() {}
