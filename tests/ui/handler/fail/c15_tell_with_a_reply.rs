use callboard::{Reply, actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn wait_for(&mut self, reply: Reply<i64>) {
        drop(reply);
    }
}

fn main() {}
