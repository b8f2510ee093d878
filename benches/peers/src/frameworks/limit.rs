//! What the machine can do at most: one queue by hand on one thread, a ring or a spun word between two.

use std::collections::VecDeque;
use std::hint::{black_box, spin_loop};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rtrb::RingBuffer;

use crate::harness::{Clock, pin};
use crate::workloads::tell::RUN;
use crate::workloads::{Measured, sum_below};

/// Operations of a run: some hundred milliseconds.
const OPERATIONS: u64 = 20_000_000;
const HOPS: u64 = 1_000_000;

/// Slots of the ring.
const SLOTS: usize = 4_096;

/// Measures a workload that has such a limit.
pub(crate) fn measure(workload: &str) -> Measured {
    match workload {
        "tell" => tell(),
        "ping-pong" => ping_pong(),
        "many-to-one 16 B" => ring::<2>(),
        "many-to-one 256 B" => ring::<32>(),
        "ping-pong across" => spin(),
        _ => panic!("{workload} has no limit by hand"),
    }
}

/// 24 bytes: for whom it is, and a message of 16.
enum Item {
    Add { to: u32, value: u64 },
    Take { to: u32, left: u64 },
}

trait Actor {
    fn told(&mut self, item: Item, queue: &mut VecDeque<Item>);

    /// What it has counted.
    fn total(&self) -> u64;
}

#[derive(Default)]
struct Sink(u64);

impl Actor for Sink {
    fn told(&mut self, item: Item, _: &mut VecDeque<Item>) {
        if let Item::Add { value, .. } = item {
            self.0 = self.0.wrapping_add(value);
        }
    }

    fn total(&self) -> u64 {
        self.0
    }
}

struct Player {
    other: u32,
    taken: u64,
}

impl Actor for Player {
    fn told(&mut self, item: Item, queue: &mut VecDeque<Item>) {
        if let Item::Take { left, .. } = item {
            self.taken += 1;
            if left > 1 {
                queue.push_back(Item::Take { to: self.other, left: left - 1 });
            }
        }
    }

    fn total(&self) -> u64 {
        self.taken
    }
}

/// Takes each item and calls its actor, until there is none.
fn turn(actors: &mut [Box<dyn Actor>], queue: &mut VecDeque<Item>) {
    while let Some(item) = queue.pop_front() {
        let (Item::Add { to, .. } | Item::Take { to, .. }) = item;
        actors[to as usize].told(item, queue);
    }
}

/// Puts a run into the queue, then takes it, and so on.
fn tell() -> Measured {
    pin(0);
    let mut actors: Vec<Box<dyn Actor>> = vec![Box::new(Sink::default())];
    let mut queue = VecDeque::new();
    let operations = OPERATIONS / RUN * RUN;
    let clock = Clock::start();
    for begin in (0..operations).step_by(RUN as usize) {
        for value in begin..begin + RUN {
            queue.push_back(Item::Add { to: black_box(0), value });
        }
        turn(&mut actors, &mut queue);
    }
    let time = clock.time();
    assert_eq!(actors[0].total(), sum_below(operations), "every item was taken once");
    Measured::new(time, operations)
}

/// One item, which each of two actors puts back for the other.
fn ping_pong() -> Measured {
    pin(0);
    let player = |other| Box::new(Player { other, taken: 0 });
    let mut actors: Vec<Box<dyn Actor>> = vec![player(1), player(0)];
    let mut queue = VecDeque::from([Item::Take { to: black_box(0), left: OPERATIONS }]);
    let clock = Clock::start();
    turn(&mut actors, &mut queue);
    let time = clock.time();
    assert_eq!(actors[0].total() + actors[1].total(), OPERATIONS, "the item went all the way");
    Measured::new(time, OPERATIONS)
}

/// One item at a time through a ring with one sender and one receiver, each on a core of its own.
fn ring<const WORDS: usize>() -> Measured {
    let (mut send, mut receive) = RingBuffer::<[u64; WORDS]>::new(SLOTS);
    let clock = Clock::start();
    let sender = std::thread::spawn(move || {
        pin(0);
        for value in 0..OPERATIONS {
            let mut item = [value; WORDS];
            while let Err(rtrb::PushError::Full(back)) = send.push(item) {
                item = back;
                spin_loop();
            }
        }
    });
    pin(1);
    let mut sum = 0_u64;
    for _ in 0..OPERATIONS {
        loop {
            match receive.pop() {
                Ok(item) => break sum = sum.wrapping_add(item[0]),
                Err(_) => spin_loop(),
            }
        }
    }
    let time = clock.time();
    sender.join().expect("no panic");
    assert_eq!(sum, sum_below(OPERATIONS), "every item arrived once");
    Measured::new(time, OPERATIONS)
}

/// A number that two threads, each on a core of its own, count up in turn.
fn spin() -> Measured {
    let number = Arc::new(AtomicU64::new(0));
    let other = Arc::clone(&number);
    let odd = std::thread::spawn(move || {
        pin(1);
        count(&other, 1);
    });
    pin(0);
    let clock = Clock::start();
    count(&number, 0);
    odd.join().expect("no panic");
    Measured::new(clock.time(), HOPS)
}

/// Counts on from each number of this parity.
fn count(number: &AtomicU64, parity: u64) {
    for next in (parity..HOPS).step_by(2) {
        // Ordering: acquire sees what the other wrote before its release, as with a message.
        while number.load(Ordering::Acquire) != next {
            spin_loop();
        }
        number.store(next + 1, Ordering::Release);
    }
}
