use callboard::{Context, actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add(&mut self, cx: Context<Self>, by: i64) {
        drop(cx);
        self.n += by;
    }
}

fn main() {}
