use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn count(&self) -> u32 {
        self.n as u32
    }
}

fn main() {}
