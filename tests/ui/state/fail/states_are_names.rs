use callboard::prelude::*;

#[actor(states)]
struct None;

#[handlers]
impl None {}

#[actor(states())]
struct Empty;

#[handlers]
impl Empty {
    #[tell(when)]
    fn send(&mut self) {}
}

#[actor(states(Ready, Connecting, Ready))]
struct Twice;

#[handlers]
impl Twice {
    #[ask(when(Ready, Ready))]
    fn get(&self) {}
}

fn main() {}
