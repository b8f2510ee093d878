use callboard::Wire;
use serde::{Deserialize, Serialize};

#[derive(Wire)]
pub union Bits {
    a: u32,
}

#[derive(Serialize, Deserialize, Wire)]
#[wire(closed)]
pub struct Item {
    sku: String,
}

#[derive(Serialize, Deserialize, Wire)]
#[wire(opn)]
pub struct Other;

#[derive(Wire)]
pub struct Name<'a>(&'a str);

fn main() {}
