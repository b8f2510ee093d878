use callboard::{Context, actor, handlers};

#[actor]
pub struct Other;

#[handlers]
impl Other {}

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add(&mut self, cx: &mut Context<Other>, by: i64) {
        let _ = cx;
        self.n += by;
    }
}

fn main() {}
