use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add_one(&mut self) {
        self.n += 1;
    }

    #[allow(non_snake_case)]
    #[tell]
    pub fn addOne(&mut self) {
        self.n += 1;
    }
}

fn main() {
    let counter = callboard::spawn(Counter { n: 0 });
    counter.add_one();
    counter.addOne();
}
