//! No framework, and no tasks: `crossbeam-channel` between threads that block, or sent and taken by one thread.

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::harness::{Clock, pin};
use crate::workloads::tell::RUN;
use crate::workloads::{Measured, sum_below};

/// Operations of a run: some hundred milliseconds.
const OPERATIONS: u64 = 4_000_000;
const HOPS: u64 = 10_000;

/// Measures a workload that channels alone can do.
pub(crate) fn measure(workload: &str) -> Measured {
    match workload {
        "tell" => one_thread(),
        "many-to-one 16 B" => two_threads::<2>(),
        "many-to-one 256 B" => two_threads::<32>(),
        "ping-pong across" => ping_pong(),
        _ => panic!("{workload} needs tasks"),
    }
}

/// Sends a run, then takes it.
fn one_thread() -> Measured {
    pin(0);
    let (send, receive) = unbounded();
    let operations = OPERATIONS / RUN * RUN;
    let mut sum = 0_u64;
    let clock = Clock::start();
    for begin in (0..operations).step_by(RUN as usize) {
        for value in begin..begin + RUN {
            send.send(value).expect("the receiver is there");
        }
        for _ in 0..RUN {
            sum = sum.wrapping_add(receive.recv().expect("a whole run was sent"));
        }
    }
    let time = clock.time();
    assert_eq!(sum, sum_below(operations), "every message arrived once");
    Measured::new(time, operations)
}

fn two_threads<const WORDS: usize>() -> Measured {
    let (send, receive) = unbounded::<[u64; WORDS]>();
    let clock = Clock::start();
    let sender = std::thread::spawn(move || {
        pin(0);
        for value in 0..OPERATIONS {
            send.send([value; WORDS]).expect("the receiver is there");
        }
    });
    pin(1);
    let sum = receive.iter().fold(0_u64, |sum, item| sum.wrapping_add(item[0]));
    let time = clock.time();
    sender.join().expect("no panic");
    assert_eq!(sum, sum_below(OPERATIONS), "every message arrived once");
    Measured::new(time, OPERATIONS)
}

fn ping_pong() -> Measured {
    let (there, far) = unbounded();
    let (back, near) = unbounded();
    let other = std::thread::spawn(move || {
        pin(1);
        hand_on(&far, &back);
    });
    pin(0);
    let clock = Clock::start();
    there.send(0_u64).expect("the other side is there");
    let mut gone = 0;
    for hops in near.iter() {
        gone = hops + 1;
        if gone >= HOPS || there.send(gone).is_err() {
            break;
        }
    }
    let time = clock.time();
    drop(there);
    other.join().expect("no panic");
    assert_eq!(gone, HOPS, "the token went all the way");
    Measured::new(time, HOPS)
}

/// Hands a token on until nobody sends it any more.
fn hand_on(from: &Receiver<u64>, to: &Sender<u64>) {
    for hops in from.iter() {
        if to.send(hops + 1).is_err() {
            return;
        }
    }
}
