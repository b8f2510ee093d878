use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[health]
    fn check(&self) -> bool {
        true
    }
}

#[actor]
pub struct Other;

#[handlers]
impl Other {
    #[health(restart_after = 3)]
    fn check(&self) -> bool {
        true
    }
}

#[actor]
pub struct Third;

#[handlers]
impl Third {
    #[health = "1s"]
    fn check(&self) -> bool {
        true
    }
}

fn main() {}
