use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[health(every = "1s")]
    fn check(&self) {}
}

#[actor]
pub struct Other;

#[handlers]
impl Other {
    #[health(every = "1s")]
    fn check(&self) -> u8 {
        1
    }
}

fn main() {}
