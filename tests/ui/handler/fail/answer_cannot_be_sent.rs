use callboard::{actor, handlers};

use std::fmt::Display;

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[ask]
    pub fn name(&self) -> &str {
        "name"
    }

    #[ask]
    pub fn shown(&self) -> impl Display {
        self.n
    }
}

fn main() {}
