use callboard::prelude::*;

#[actor(remote = "")]
pub struct Cart;

#[handlers]
impl Cart {}

#[actor(remote = "shop::Cart")]
pub struct Other;

#[handlers]
impl Other {}

fn main() {}
