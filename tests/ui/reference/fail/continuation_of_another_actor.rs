use callboard::{ActorRef, AskError, Context, actor, handlers};

#[actor]
pub struct Counter;

#[handlers]
impl Counter {
    #[ask]
    pub fn get(&self) -> i64 {
        5
    }

    fn got(&mut self, _n: Result<i64, AskError>) {}
}

#[actor]
pub struct Asker(ActorRef<Counter>);

#[handlers]
impl Asker {
    #[tell]
    pub fn ask(&mut self, cx: &mut Context<Self>) {
        self.0.get().on(cx, Counter::got);
    }
}

fn main() {
    callboard::spawn(Asker(callboard::spawn(Counter)));
}
