use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[cfg_attr(debug_assertions, tell)]
    pub fn reset(&mut self) {
        self.n = 0;
    }
}

fn main() {
    callboard::spawn(Counter { n: 0 }).reset();
}
