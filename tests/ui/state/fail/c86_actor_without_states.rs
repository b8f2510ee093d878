use callboard::prelude::*;

#[actor]
struct Link;

#[handlers]
impl Link {
    #[tell(when(Ready))]
    fn send(&mut self, line: String) {
        drop(line);
    }
}

fn main() {}
