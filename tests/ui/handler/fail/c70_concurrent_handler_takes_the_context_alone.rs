use callboard::{Context, actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[ask(concurrent = 8)]
    pub async fn get(&self, cx: &mut Context<Self>) -> i64 {
        cx.stop();
        self.n
    }
}

fn main() {}
