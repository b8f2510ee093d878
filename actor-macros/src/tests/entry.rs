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

#[callboard::test(seed = 7, nodes = 3, time = virtual, timeout = "1h", explore = 100, faults(partition, drop = 0.01, delay = "0ms..20ms", all))]
async fn transfers_add_up(sim: Sim) -> Result<(), Error> {
    transfer(&sim).await
}
