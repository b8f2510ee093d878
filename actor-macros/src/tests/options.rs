#[actor(
    mailbox(capacity = 1_024, overflow = drop_oldest),
    slice = 32,
    ask_timeout = "250ms",
    start_timeout = "2m",
    crate = shop::cb
)]
struct Cart;

#[actor(mailbox(capacity = 1, on_restart = drop))]
struct Till;

#[actor(mailbox(on_restart = drop))]
struct Belt;

#[handlers(crate = shop::cb)]
impl Cart {
    #[ask]
    fn total(&self) -> u64 {
        0
    }
}

#[shop::cb::main(shards = 4, crate = shop::cb)]
async fn main() {}

#[shop::cb::test(shards = 1, timeout = "7us", crate = shop::cb)]
async fn sums() {}

#[actor(blocking)]
struct Disk;
