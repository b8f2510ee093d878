use callboard::{Reply, actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[ask]
    pub fn wait_for(&mut self, reply: Reply<i64>, other: Reply<bool>) {
        drop((reply, other));
    }
}

fn main() {}
