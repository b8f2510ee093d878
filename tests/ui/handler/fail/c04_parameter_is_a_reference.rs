use std::borrow::Cow;

use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add(&mut self, name: &str, rest: Vec<&[u8]>) {
        self.n += (name.len() + rest.len()) as i64;
    }

    #[ask]
    pub fn find(&self, name: Cow<'_, str>) -> bool {
        name.is_empty()
    }
}

fn main() {
    let counter: callboard::ActorRef<Counter> = callboard::spawn(Counter { n: 0 });
    counter.add("a", Vec::new());
}
