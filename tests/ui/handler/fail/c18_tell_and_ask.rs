use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    #[ask]
    pub fn get(&self) -> i64 {
        self.n
    }

    #[start]
    #[tell]
    fn open(&mut self) {}
}

fn main() {}
