use callboard::{actor, handlers};

pub struct Name;

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn name(&self) -> Name {
        Name
    }
}

fn main() {}
