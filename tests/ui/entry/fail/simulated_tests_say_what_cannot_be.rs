struct Sim;

#[callboard::test(nodes = 3)]
async fn without_a_sim() {}

#[callboard::test(nodes = 0, time = real, explore = "many")]
async fn numbers(_sim: Sim) {}

#[callboard::test(faults(drop = 3, delay = "20ms..0ms", partitions, pause = 3))]
async fn faults(_sim: Sim) {}

#[callboard::test(faults(drop, delay = "now", slow, slow))]
async fn more_faults(_sim: Sim) {}

#[callboard::test(seed = 1)]
async fn two(_sim: Sim, _other: Sim) {}

fn main() {}
