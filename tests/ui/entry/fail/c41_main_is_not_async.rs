#[callboard::main]
fn main() {}

#[callboard::test]
fn sums() {}
