use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add(&mut self, by) {
        self.n += by;
    }

    #[tell]
    pub fn reset(&mut self) {
        self.n = 0;
    }

    #[ask]
    pub fn get(&self) -> i64 {
        self.n
    }
}

fn main() {
    callboard::spawn(Counter { n: 0 }).reset();
}
