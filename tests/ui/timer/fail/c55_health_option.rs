use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[health(evry = "1s")]
    fn check(&self) -> bool {
        true
    }
}

#[actor]
pub struct Other;

#[handlers]
impl Other {
    #[health(every = "0s", restart_after = 0)]
    fn check(&self, number: u8) -> bool {
        number > 0
    }
}

fn main() {}
