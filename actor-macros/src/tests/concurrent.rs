#[handlers]
impl Gallery {
    #[ask(concurrent = 8)]
    pub async fn render(&self, template: String) -> Html {
        self.engine.run(template).await
    }

    #[tell]
    fn set(&mut self, engine: Engine) {
        self.engine = engine;
    }

    #[cfg(unix)]
    #[tell(concurrent = 2, keep)]
    async fn store(&self, cx: &Context<Self>, page: u64) -> Result<(), StoreError> {
        self.disk.write(cx.me(), page).await
    }

    #[ask(concurrent = 1)]
    async fn wait_for(&self, reply: Reply<u64>) {
        self.waiting.borrow_mut().push(reply);
    }

    #[ask(concurrent = 16)]
    async fn forward(&self, page: u64) -> Forward<Html> {
        self.other.render(page).forward()
    }
}
