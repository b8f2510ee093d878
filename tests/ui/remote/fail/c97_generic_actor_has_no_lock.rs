use callboard::Wire;
use callboard::prelude::*;

#[actor(remote = "store", schema_lock = required)]
pub struct Store<T: Wire>(Option<T>);

#[handlers]
impl<T: Wire> Store<T> {
    #[tell]
    pub fn put(&mut self, value: T) {
        self.0 = Some(value);
    }
}

fn main() {}
