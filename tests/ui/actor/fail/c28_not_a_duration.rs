use callboard::{actor, handlers};

#[actor(ask_timeout = "5 parsecs")]
pub struct Counter;

#[handlers]
impl Counter {}

#[actor(start_timeout = 5)]
pub struct Other;

#[handlers]
impl Other {}

fn main() {}
