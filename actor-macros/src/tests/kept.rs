#[handlers]
impl Till {
    #[tell(keep)]
    fn pay(&mut self, cents: u64, note: String) {}

    #[ask(keep)]
    fn sum(&self) -> u64 {
        0
    }

    #[ask(keep)]
    async fn book(&mut self, cx: &mut Context<Self>, cents: u64) -> Result<(), BookError> {
        Ok(())
    }
}
