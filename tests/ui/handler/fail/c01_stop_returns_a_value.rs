use callboard::{actor, handlers};

#[actor]
pub struct Counter;

#[handlers]
impl Counter {
    #[stop]
    fn close(&mut self) -> Option<u8> {
        None
    }
}

fn main() {}
