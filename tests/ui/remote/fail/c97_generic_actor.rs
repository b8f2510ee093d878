use callboard::prelude::*;

#[actor(remote = "store")]
pub struct Store<T: Send + 'static>(Option<T>);

#[handlers]
impl<T: Send + 'static> Store<T> {
    #[tell]
    pub fn clear(&mut self) {
        self.0 = None;
    }
}

fn main() {}
