#[actor(remote = "shop.cart", speaks(Account))]
pub struct Cart {
    missed: Vec<String>,
}

#[handlers]
impl Cart {
    #[unknown]
    fn newer(&mut self, message: UnknownMessage) {
        self.missed.push(message.handler().to_owned());
    }
}

#[handlers]
impl<T: Wire> Store<T> {
    #[unknown]
    #[cfg(unix)]
    async fn newer(&mut self, cx: &mut Context<Self>, message: UnknownMessage) -> Result<(), Why> {
        Err(Why)
    }
}

#[handlers]
impl Till {
    #[unknown]
    fn newer(&mut self) -> Flow {
        Flow::stop()
    }
}
