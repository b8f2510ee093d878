use callboard::handlers;

pub struct Foo;

#[handlers]
impl Foo {
    #[tell]
    pub fn a(&mut self) {}

    #[ask]
    pub fn b(&self) -> u8 {
        1
    }
}

fn main() {}
