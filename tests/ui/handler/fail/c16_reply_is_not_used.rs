use callboard::{Reply, actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[ask]
    pub fn first(&mut self, _reply: Reply<i64>) {}

    #[ask]
    pub fn second(&mut self, _: Reply<i64>) {}
}

fn main() {}
