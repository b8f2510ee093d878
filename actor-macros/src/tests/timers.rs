#[handlers]
impl Watch {
    #[every("1s", jitter = "100ms")]
    fn tick(&mut self) {}

    #[after("250us")]
    async fn once(&mut self, cx: &mut Context<Self>) -> Result<(), OnceError> {
        Ok(())
    }

    #[cfg(feature = "idle")]
    #[callboard::after("5m", since = message)]
    fn idle(&self, cx: &mut Context<Self>) -> Flow {
        Flow::stop()
    }

    #[health(every = "1s", restart_after = 3)]
    async fn check(&self) -> Result<(), CheckError> {
        Ok(())
    }
}
