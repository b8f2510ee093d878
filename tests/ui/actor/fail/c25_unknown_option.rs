use callboard::{actor, handlers};

#[actor(slise = 3)]
pub struct Counter;

#[handlers]
impl Counter {}

#[actor(mailbx(capacity = 3), slice = 4)]
pub struct Other;

#[handlers(slice = 4)]
impl Other {
    #[start(keep)]
    pub fn a(&mut self) {}
}

fn main() {
    callboard::spawn(Counter);
}
