use callboard::{actor, handlers};

#[actor]
pub struct Store<T> {
    value: Option<T>,
}

#[handlers]
impl<T> Store<T> {
    #[tell]
    pub fn put(&mut self, value: T) {
        self.value = Some(value);
    }

    #[ask]
    pub fn take(&mut self) -> Option<T> {
        self.value.take()
    }
}

fn main() {
    callboard::spawn(Store { value: None }).put(1);
}
