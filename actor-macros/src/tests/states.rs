#[actor(states(Connecting, Ready))]
pub(crate) struct Link<T: Send + 'static> {
    sent: Vec<T>,
}

#[handlers]
impl<T: Send + 'static> Link<T> {
    #[tell(when(Connecting))]
    fn connected(&mut self, cx: &mut Context<Self>) {
        cx.become_state(LinkState::Ready);
    }

    #[tell]
    fn reset(&mut self) {}

    #[ask(keep, when(Connecting, Ready))]
    fn send(&mut self, value: T) -> usize {
        0
    }
}
