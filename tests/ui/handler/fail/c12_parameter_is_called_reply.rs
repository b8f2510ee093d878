use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[ask]
    pub fn check(&self, reply: u32) -> bool {
        self.n == i64::from(reply)
    }
}

fn main() {}
