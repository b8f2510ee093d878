use callboard::{ActorRef, AskError, Context, actor, handlers};

#[actor]
pub struct Counter;

#[handlers]
impl Counter {
    #[ask]
    pub fn get(&self) -> i64 {
        5
    }
}

#[actor]
pub struct Asker(ActorRef<Counter>);

#[handlers]
impl Asker {
    #[tell]
    pub fn ask(&mut self, cx: &mut Context<Self>) {
        self.0.get().on(cx, Self::got);
    }

    fn got(&mut self, n: Result<i64, AskError>) -> i64 {
        n.unwrap_or(0)
    }
}

fn main() {
    callboard::spawn(Asker(callboard::spawn(Counter)));
}
