use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[ask(concurrent = 8)]
    pub async fn get(&mut self) -> i64 {
        self.n
    }

    #[tell(concurrent = 8)]
    pub async fn inc(self: &mut Self, by: i64) {
        self.n += by;
    }
}

fn main() {}
