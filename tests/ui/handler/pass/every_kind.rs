//! Every shape that a handler or hook may have.

#![deny(warnings)]

use callboard::{ActorRef, Answers, Context, ExitReason, Flow, Forward, Reply, Start, actor, handlers};

#[derive(Debug)]
pub struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl std::error::Error for Failed {}

#[actor]
#[derive(Default)]
pub struct Counter {
    n: i64,
    waiting: Vec<Reply<i64>>,
}

#[handlers]
impl Counter {
    pub const FIRST: i64 = 1;

    #[start]
    async fn open(&mut self, cx: &mut Context<Self>) -> Result<Start, Failed> {
        let _: ActorRef<Self> = cx.me();
        self.n = Self::FIRST;
        Ok(Start::Run)
    }

    #[tell]
    pub fn inc(&mut self, mut by: i64) {
        by += 1;
        self.n += by - 1;
        self.answer();
    }

    #[tell]
    fn reset(&mut self) -> Result<(), Failed> {
        self.n = 0;
        Ok(())
    }

    #[tell]
    async fn slowly(&mut self, context: &mut Context<Counter>, by: i64) -> Flow {
        let _: ActorRef<Self> = context.me();
        std::future::ready(()).await;
        self.n += by;
        Flow::go()
    }

    #[ask]
    pub fn of_another(&self, other: ActorRef<Counter>) -> Forward<i64> {
        other.get().forward()
    }

    #[ask]
    pub async fn of_another_later(&mut self, other: ActorRef<Self>) -> callboard::Forward<i64> {
        std::future::ready(other.get().forward()).await
    }

    #[ask]
    fn in_parts(&self) -> Answers<i64> {
        let (replies, answers) = Answers::new(1);
        let _ = replies.try_answer(self.n);
        answers
    }

    #[ask(concurrent = 8)]
    pub async fn get_shared(&self, cx: &Context<Self>) -> i64 {
        let _: ActorRef<Self> = cx.me();
        std::future::ready(self.n).await
    }

    #[tell(concurrent = 2, keep)]
    async fn tell_shared(self: &Self, by: i64) -> Result<(), Failed> {
        if self.n == by { Err(Failed) } else { Ok(()) }
    }

    #[tell(keep)]
    pub fn add_all(&mut self, numbers: Vec<i64>) {
        self.n += numbers.iter().sum::<i64>();
    }

    #[ask(keep)]
    pub async fn multiplied(&mut self, by: i64) -> i64 {
        std::future::ready(self.n * by).await
    }

    #[ask]
    pub fn get(&self) -> i64 {
        self.n
    }

    #[ask]
    fn settled(&mut self) {}

    #[ask]
    async fn checked(
        &self,
        words: [&'static str; Self::SIZE],
        by: Box<dyn Fn(&str) -> bool + Send>,
    ) -> Result<usize, Failed> {
        Ok(words.into_iter().filter(|word| by(word)).count())
    }

    #[ask]
    fn at_next(&mut self, reply: Reply<i64>) {
        self.waiting.push(reply);
    }

    #[ask]
    async fn compare(&mut self, other: ActorRef<Self>, with: callboard::Reply<bool>) {
        let same = other.get().await.is_ok_and(|n| n == self.n);
        with.answer(same);
    }

    #[cfg(any())]
    #[tell]
    fn never(&mut self, there: NoSuchType) {}

    #[stop]
    fn close(&mut self, cx: &mut Context<Self>, why: &ExitReason) -> Result<(), Failed> {
        let _ = (cx, why);
        Ok(())
    }

    fn answer(&mut self) {
        for reply in self.waiting.drain(..) {
            reply.answer(self.n);
        }
    }
}

impl Counter {
    const SIZE: usize = 2;
}

/// Not one of its handlers is in this build.
#[actor]
pub struct Bare;

#[handlers]
impl Bare {
    #[cfg(any())]
    #[tell]
    fn never(&mut self, cx: &mut Context<Self>, there: NoSuchType) {}

    #[cfg(any())]
    #[start]
    fn open(&mut self) {}
}

#[callboard::main(shards = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = callboard::spawn(Counter::default());
    let next = counter.at_next().start();
    counter.inc(2);
    assert_eq!(next.await?, 3);
    counter.slowly(4);
    assert_eq!(counter.get().await?, 7);
    counter.reset();
    counter.settled().await?;
    assert_eq!(counter.checked(["a", ""], Box::new(str::is_empty)).await??, 1);
    let other = callboard::spawn(Counter::default());
    assert!(!counter.compare(other).await?);
    counter.tell(CounterMsg::Inc { by: 1 });
    counter.tell(CounterMsg::Reset);
    assert_eq!(counter.get().await?, 0);
    let _: ActorRef<Bare> = callboard::spawn(Bare);
    Ok(())
}
