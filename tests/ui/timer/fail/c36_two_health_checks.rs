use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[health(every = "1s")]
    fn check(&self) -> bool {
        true
    }

    #[health(every = "2s")]
    fn look(&self) -> bool {
        true
    }
}

fn main() {}
