use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell(keep = true)]
    fn add(&mut self, by: i64) {
        self.n += by;
    }

    #[ask(kep)]
    fn get(&self) -> i64 {
        self.n
    }

    #[tell(keep)]
    fn set(&mut self, #[cfg(all())] to: i64) {
        self.n = to;
    }
}

fn main() {}
