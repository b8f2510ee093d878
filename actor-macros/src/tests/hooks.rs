#[handlers]
impl Plain {
    #[start]
    fn open(&mut self) {}

    #[callboard::stop]
    fn close(&mut self) {}
}

#[handlers]
impl Late {
    #[start]
    async fn open(&mut self, cx: &mut Context<Self>) -> Result<Start, OpenError> {
        Ok(Start::Run)
    }

    #[stop]
    async fn close(&mut self, cx: &mut Context<Self>, why: &ExitReason) {}
}

#[handlers]
impl Watching {
    #[down]
    fn gone(&mut self, down: Down) {}

    #[exit]
    async fn left(&mut self, cx: &mut Context<Self>, exit: Exit) -> Flow {
        Flow::stop()
    }
}

#[handlers]
impl Phoenix {
    #[restart]
    fn burn(&mut self, why: &ExitReason) {}
}

#[handlers]
impl Ash {
    #[restart]
    fn burn(&mut self, cx: &mut Context<Self>) {}
}
