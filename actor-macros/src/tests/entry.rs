/// Runs the shop.
#[callboard::main]
async fn main() -> Result<(), Error> {
    open().await
}

#[callboard::test]
#[ignore = "slow"]
async fn sums_are_right() {
    assert_eq!(sum().await, 4);
}

#[should_panic(expected = "four")]
#[callboard::test(timeout = "1s")]
#[traced]
async fn sums_are_wrong() {
    panic!("four");
}
