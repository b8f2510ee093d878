use callboard::{Context, actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[every("1s")]
    fn tick(&mut self, by: i64) {
        self.n += by;
    }

    #[after("1s")]
    fn late(&mut self, by: i64, cx: &mut Context<Self>) {
        self.n += by;
        cx.stop();
    }
}

fn main() {}
