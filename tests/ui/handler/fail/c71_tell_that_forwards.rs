use callboard::prelude::*;

#[actor]
pub struct Front {
    store: ActorRef<Store>,
}

#[handlers]
impl Front {
    #[tell]
    pub fn find(&mut self, key: u64) -> Forward<u64> {
        self.store.get(key).forward()
    }
}

#[actor]
pub struct Store;

#[handlers]
impl Store {
    #[ask]
    pub fn get(&self, key: u64) -> u64 {
        key
    }
}

fn main() {}
