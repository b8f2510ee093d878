use callboard::handlers;

pub trait Shape {}

#[handlers]
impl dyn Shape {
    #[tell]
    pub fn draw(&mut self) {}
}

fn main() {}
