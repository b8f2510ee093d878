use callboard::{Context, actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn add(&mut self, by: i64, cx: &mut Context<Self>) {
        let _ = cx;
        self.n += by;
    }

    #[tell]
    pub fn twice(&mut self, cx: &mut Context<Self>, again: &mut Context<Self>) {
        let _ = (cx, again);
    }
}

fn main() {}
