pub struct Sim;

#[callboard::test(nodes = 3)]
async fn transfers_add_up(sim: Sim) {
    drop(sim);
}

fn main() {}
