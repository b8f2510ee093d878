use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {}

#[handlers]
impl Clone for Counter {
    fn clone(&self) -> Self {
        Self { n: self.n }
    }
}

fn main() {}
