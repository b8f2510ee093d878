use callboard::actor;

#[actor]
pub struct Foo;

fn main() {}
