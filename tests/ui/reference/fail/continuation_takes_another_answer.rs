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
    pub fn ask_one(&mut self, cx: &mut Context<Self>) {
        self.0.get().on(cx, Self::got_the_bare_answer);
    }

    #[tell]
    pub fn ask_two(&mut self, cx: &mut Context<Self>) {
        self.0.get().on(cx, Self::got_another);
    }

    fn got_the_bare_answer(&mut self, _n: i64) {}

    async fn got_another(&mut self, _n: Result<String, AskError>) {}
}

fn main() {
    callboard::spawn(Asker(callboard::spawn(Counter)));
}
