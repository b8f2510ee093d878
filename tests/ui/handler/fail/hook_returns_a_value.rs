use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[start]
    fn open(&mut self) -> u8 {
        1
    }
}

fn main() {}
