use callboard::prelude::*;

#[actor(states(Connecting, Ready))]
struct Link;

#[handlers]
impl Link {
    #[tell(when(Redy))]
    fn send(&mut self, line: String) {
        drop(line);
    }
}

fn main() {}
