use callboard::prelude::*;
use callboard::UnknownMessage;

#[actor]
pub struct Counter;

#[handlers]
impl Counter {
    #[tell]
    pub fn inc(&mut self) {}

    #[unknown]
    fn newer(&mut self, message: UnknownMessage) {
        drop(message);
    }
}

#[actor]
pub struct Store<T: Send + 'static>(T);

#[handlers]
impl<T: Send + 'static> Store<T> {
    #[callboard::unknown]
    async fn newer(&mut self) {}
}

fn main() {}
