use callboard::{actor, handlers};

/// Its pointer keeps it on one thread.
pub struct Local(*const u8);

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[tell]
    pub fn share(&mut self, with: Local) {
        drop(with);
    }
}

fn main() {}
