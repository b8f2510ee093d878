use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn put<T>(&mut self, value: T) {
        drop(value);
    }
}

fn main() {
    callboard::spawn(Counter { n: 0 }).put("text");
}
