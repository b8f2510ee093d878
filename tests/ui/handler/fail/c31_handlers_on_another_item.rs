use callboard::handlers;

#[handlers]
pub async fn count() {}

#[handlers]
pub mod counters {}

#[handlers]
pub trait Counts {}

#[handlers]
pub struct Counter;

fn main() {}
