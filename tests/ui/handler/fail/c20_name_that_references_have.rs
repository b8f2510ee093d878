use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn stop(&mut self) {
        self.n = 0;
    }

    #[ask]
    pub fn clone(&self) -> i64 {
        self.n
    }
}

fn main() {}
