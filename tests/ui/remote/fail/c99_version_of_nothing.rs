use callboard::prelude::*;

#[actor(version = 2)]
pub struct Cart;

#[handlers]
impl Cart {}

#[protocol(version = 2)]
pub trait Account {}

fn main() {}
