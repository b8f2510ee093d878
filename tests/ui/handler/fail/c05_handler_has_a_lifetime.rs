use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add<'a>(&mut self, name: &'a str) {
        self.n += name.len() as i64;
    }
}

fn main() {}
