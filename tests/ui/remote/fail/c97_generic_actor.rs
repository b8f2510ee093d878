use callboard::prelude::*;

#[actor(remote = "store")]
pub struct Store<T: Send + 'static>(Option<T>);

#[handlers]
impl<T: Send + 'static> Store<T> {
    #[tell]
    pub fn put(&mut self, value: T) {
        self.0 = Some(value);
    }
}

fn main() {}
