use callboard::prelude::*;

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[restart]
    async fn burn(&mut self, path: String) -> u8 {
        drop(path);
        3
    }
}

fn main() {}
