#[handlers]
impl Front {
    #[ask]
    fn find(&mut self, key: String) -> Forward<Option<u64>> {
        self.store.get(key).forward()
    }

    #[ask]
    async fn find_checked(&self, cx: &mut Context<Self>, key: String) -> callboard::Forward<Self> {
        self.store.clone_of(cx.me()).forward()
    }
}
