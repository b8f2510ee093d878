//! The smallest actor: one message to tell it, one to ask it.
//!
//! Run it with `cargo run --example counter`. It prints `42`.
#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use callboard::prelude::*;

#[actor]
struct Counter(i64);

#[rustfmt::skip] // so that a handler is a line
#[handlers]
impl Counter {
    #[tell] fn add(&mut self, n: i64) { self.0 += n; }
    #[ask] fn total(&self) -> i64 { self.0 }
}

#[callboard::main]
async fn main() -> Result<(), AskError> {
    let counter = spawn(Counter(40));
    counter.add(2);
    counter.total().await.map(|total| println!("{total}"))
}
