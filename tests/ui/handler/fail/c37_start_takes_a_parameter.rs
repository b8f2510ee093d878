use callboard::{ExitReason, actor, handlers};

use std::path::PathBuf;

#[actor]
pub struct Counter {
    n: i64,
}

#[handlers]
impl Counter {
    #[start]
    fn open(&mut self, path: PathBuf) {
        drop(path);
    }

    #[stop]
    fn close(&mut self, why: &ExitReason, path: PathBuf) {
        drop((why, path));
    }
}

fn main() {}
