use callboard::{ExitReason, actor, handlers};

#[actor]
pub struct Watcher {
    n: i64,
}

#[handlers]
impl Watcher {
    #[down]
    fn gone(&mut self, who: u8) {
        drop(who);
    }

    #[exit]
    fn left(&mut self, why: &ExitReason) {
        drop(why);
    }
}

fn main() {}
