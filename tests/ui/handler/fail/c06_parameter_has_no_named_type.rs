use callboard::{actor, handlers};

use std::fmt::Display;

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn show(&mut self, what: impl Display) {
        self.n += what.to_string().len() as i64;
    }
}

fn main() {}
