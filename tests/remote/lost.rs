//! A lost connection: what both ends counted, and what the node says may be lost.

use std::time::Duration;

use callboard::remote::{CloseCode, Limits, MemoryNetwork, NodeEvent};
use callboard::{AskError, DeadReason};

use crate::check::{LONG, Pair, node, real};
use crate::client::{Client, counter_of, frame, hello};
use crate::counter::CounterMsg;

#[test]
fn w9_what_was_not_acknowledged_may_be_lost_exactly() {
    let system = real(1);
    let node = node(None, "sender").start(&system).expect("a node");
    let at = node.address().expect("it listens");
    let mut events = system.subscribe::<NodeEvent>("nodes/receiver");
    for acknowledged in [0_u64, 4, 10] {
        let mut client = Client::open(at);
        let far = counter_of(&mut client, &node);
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
fn w9_a_peer_that_reads_nothing_is_lost_at_once_and_hears_no_goodbye_within_a_message() {
    const HOUR: Duration = Duration::from_secs(3_600);
    let system = real(1);
    let limits =
        Limits { heartbeat: HOUR, silence: HOUR, suspicion: u32::MAX, ..Limits::default() };
    let node = node(None, "sender").limits(limits).start(&system).expect("a node");
    let mut client = Client::open(node.address().expect("it listens"));
    let far = counter_of(&mut client, &node);
    let held = far.hold().timeout(LONG).start();
    // Until the socket takes nothing more, and what waits for it neither.
    let mut refused = 0;
    while refused < 1_000_000 {
        refused = match far.try_tell(CounterMsg::Add { by: 1 }) {
            Ok(()) => 0,
            Err(_) => refused + 1,
        };
    }
    node.disconnect("receiver");
    assert_eq!(held.wait(), Err(AskError::NoConnection));
    // Its last message is cut, and nothing else stands where the rest of it would.
    drop(client.hear_next(17));
    let tell = frame(16, &client.hear_next(16));
    let rest = client.rest();
    let whole = rest.chunks(tell.len()).all(|said| tell.starts_with(said));
    assert!(whole, "{:?}", &rest[rest.len() - 2 * tell.len()..]);
}

#[test]
fn w9_the_end_of_a_life_is_told_though_the_next_is_there() {
    let system = real(1);
    let node = node(None, "b").start(&system).expect("a node");
    let mut events = system.subscribe::<NodeEvent>("nodes/again");
    let life = |id: u128| {
        let mut client = Client::open(node.address().expect("it listens"));
        client.say(&[hello([1, 1], id, "again", ""), frame(2, &[0, 0])].concat());
        client.is_through();
        client
    };
    let (first, second) = (life(u128::MAX - 1), life(u128::MAX));
    let up = events.wait_next();
    let Some(Ok(NodeEvent::Up(one))) = up else { panic!("{up:?}") };
    assert_eq!(first.closed(), Some(CloseCode::Restarted));
    drop(second);
    let down = loop {
        if let Some(Ok(NodeEvent::Down { peer, code, .. })) = events.wait_next() {
            break (peer, code);
        }
    };
    assert_eq!(down, (one, CloseCode::Restarted));
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
