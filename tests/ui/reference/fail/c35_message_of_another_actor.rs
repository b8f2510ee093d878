use callboard::{actor, handlers};

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn inc(&mut self, by: i64) {
        self.n += by;
    }
}

pub enum OtherMsg {
    X,
}

fn main() {
    let counter = callboard::spawn(Counter { n: 0 });
    let _ = counter.try_tell(OtherMsg::X);
}
