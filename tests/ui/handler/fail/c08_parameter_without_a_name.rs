use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add(&mut self, (a, b): (u8, u8)) {
        self.n += i64::from(a + b);
    }

    #[tell]
    pub fn forget(&mut self, _: String) {}
}

fn main() {}
