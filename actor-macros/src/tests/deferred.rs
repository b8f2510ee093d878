#[handlers]
impl Counter {
    #[ask]
    fn wait_for(&mut self, at_least: i64, reply: Reply<i64>) {
        self.waiting.push((at_least, reply));
    }

    #[ask]
    async fn compare(&mut self, answer: callboard::Reply<bool>, other: ActorRef<Self>) {
        answer.answer(true);
    }

    #[ask]
    fn settle(&mut self) {}
}
