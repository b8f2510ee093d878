#[handlers]
impl Loader {
    #[ask]
    pub async fn load(&mut self, path: PathBuf) -> Result<u64, LoadError> {
        self.read(path).await
    }

    #[tell]
    pub(crate) async fn flush(&mut self, context: &mut callboard::Context<Self>) -> Result<(), FlushError> {
        Ok(())
    }

    #[tell]
    fn forget(&mut self, _cx: &mut Context<Loader>, mut cx: u8, msg: u8) -> Flow {
        Flow::stop()
    }

    async fn read(&self, path: PathBuf) -> Result<u64, LoadError> {
        Ok(1)
    }
}
