use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[ask]
    pub fn finish(self) -> i64 {
        self.n
    }
}

fn main() {}
