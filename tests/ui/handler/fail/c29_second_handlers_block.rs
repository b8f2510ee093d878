use callboard::{actor, handlers};

#[actor]
pub struct Savings;

#[handlers]
impl Savings {}

#[handlers]
impl Savings {}

fn main() {}
