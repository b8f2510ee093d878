use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell(keep)]
    fn add(&mut self, by: Amount) {
        self.n += by.0;
    }
}

pub struct Amount(i64);

fn main() {}
