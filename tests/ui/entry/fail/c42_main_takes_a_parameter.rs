#[callboard::main]
async fn main(x: u8) {
    drop(x);
}

#[callboard::test]
async fn sums(y: u8, z: u8) {
    drop((y, z));
}
