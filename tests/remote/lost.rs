//! A lost connection: what both ends counted, and what the node says may be lost.

use callboard::DeadReason;
use callboard::remote::{Limits, MemoryNetwork, NodeEvent};

use crate::check::{LONG, Pair, node, real};
use crate::client::{Client, frame, hello, place};
use crate::counter::Counter;

#[test]
fn w9_what_was_not_acknowledged_may_be_lost_exactly() {
    let system = real(1);
    let node = node(None, "sender").start(&system).expect("a node");
    let at = node.address().expect("it listens");
    let mut events = system.subscribe::<NodeEvent>("nodes/receiver");
    for acknowledged in [0_u64, 4, 10] {
        let mut client = Client::open(at);
        let protocols = client.greet(&hello([1, 1], u128::MAX - 1, "receiver", ""));
        client.say(&frame(2, &protocols));
        // It is said after the node counts as connected.
        client.is_through();
        let lookup = node.lookup::<Counter>("receiver", "/counter");
        let number = client.hear_next(21)[..8].to_vec();
        client.say(&frame(18, &[number, place(0, 1, 1)].concat()));
        let far = lookup.wait().expect("it was found");
        (0..10).for_each(|_| far.add(1));
        (0..10).for_each(|_| drop(client.hear_next(16)));
        let counted = [0_u64.to_le_bytes(), acknowledged.to_le_bytes()].concat();
        client.say(&frame(6, &counted));
        drop(client);
        let lost = loop {
            if let Some(Ok(NodeEvent::Down { lost_most, .. })) = events.wait_next() {
                break lost_most;
            }
        };
        assert_eq!(lost, 10 - acknowledged);
    }
}

#[test]
fn w9_both_ends_count_and_what_is_missing_is_in_the_lost_range() {
    const TOLD: u64 = 60_000;
    let network = MemoryNetwork::default();
    let limits = Limits { outbound_messages: 1 << 20, ..Limits::default() };
    Pair::new(Some(&network), 1, |node| node.limits(limits.clone())).run(|here, there| {
        let [own, far] = there.counter(0, &here);
        let [near, _] = here.counter(0, &there);
        let mut events = here.system.subscribe::<NodeEvent>("nodes/b");
        let teller = std::thread::spawn(move || (1..=TOLD).for_each(|number| far.next(number)));
        while own.get().wait().expect("it lives") < TOLD / 20 {}
        network.cut("a", "b");
        teller.join().expect("it told all");
        let lost_most = loop {
            if let Some(Ok(NodeEvent::Down { lost_most, .. })) = events.wait_next() {
                break lost_most;
            }
        };
        // Behind what was delivered, and behind what was counted as dead.
        let handled = settled(|| own.get().timeout(LONG).wait().expect("it lives"));
        let dead = settled(|| {
            assert_eq!(near.get().timeout(LONG).wait(), Ok(0));
            here.system.stats().total().dead_letters.of(DeadReason::NodeDown)
        });
        assert!(handled <= TOLD, "in order, and none twice: {handled}");
        let missing = TOLD - handled - dead;
        assert!(missing <= lost_most, "{missing} are missing, {lost_most} may be");
        assert!(lost_most <= TOLD - dead, "{lost_most} of {TOLD}, {dead} were refused");
    });
}

/// What a count comes to when it changes no more, for nothing is on its way.
fn settled(count: impl Fn() -> u64) -> u64 {
    loop {
        let (first, second) = (count(), count());
        if first == second {
            return second;
        }
    }
}
