#[handlers]
impl Reader {
    #[stream(lines, credit = 8, end = stop)]
    async fn line(&mut self, line: String) -> Result<(), ParseError> {
        self.parse(&line).await
    }

    #[cfg(unix)]
    #[stream(1)]
    fn tick(&self, cx: &mut Context<Self>, at: Instant) {}

    #[start]
    fn open(&mut self) {}
}
