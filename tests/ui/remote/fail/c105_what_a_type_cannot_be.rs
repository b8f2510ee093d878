use callboard::Wire;

#[derive(Wire)]
pub union Bits {
    a: u32,
}

#[derive(Wire)]
pub struct Name<'a>(&'a str);

#[derive(Wire)]
#[wire(closed)]
pub struct Item {
    sku: String,
}

#[derive(Wire)]
#[wire(opn)]
pub struct Other;

fn main() {}
