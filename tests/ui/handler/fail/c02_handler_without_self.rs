use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn reset(n: i64) {
        drop(n);
    }
}

fn main() {}
