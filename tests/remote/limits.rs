//! Each limit of a node is set, and its effect is seen: those that no other module sets.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use callboard::DeadReason;
use callboard::remote::{CloseCode, Limits, MemoryNetwork, Node};

use crate::check::{Pair, node, real};
use crate::client::{Client, counter_of, frame, hello, place, place_of, signal, text};

const HOUR: Duration = Duration::from_secs(3_600);
const SOON: Duration = Duration::from_millis(20);

/// Words of actors to one another, by their numbers on the wire.
const DEMONITOR: u8 = 1;
const LINK: u8 = 5;
const MONITOR: u8 = 7;
const UNLINK: u8 = 10;

/// Limits at which nothing is ever too slow.
fn patient() -> Limits {
    Limits { handshake: HOUR, silence: HOUR, suspicion: u32::MAX, ..Limits::default() }
}

/// Runs a case with a node of these limits.
fn with(limits: &Limits, case: impl FnOnce(SocketAddr)) {
    let system = real(1);
    let node = node(None, "limited").limits(limits.clone()).start(&system).expect("a node");
    case(node.address().expect("it listens"));
}

#[test]
fn q3_bytes_that_wait_are_bounded() {
    let (network, limits) =
        (MemoryNetwork::default(), Limits { outbound_bytes: 100, ..Limits::default() });
    Pair::new(Some(&network), 1, |node| node.limits(limits.clone())).run(|here, there| {
        let [_, far] = there.counter(0, &here);
        let [near, _] = here.counter(0, &there);
        near.befriend(far);
        // In one handler, on the shard of the connection, which sends nothing meanwhile. Each is some 35 bytes.
        let flooded = near.flood(20).wait();
        assert_eq!(flooded.map(|(taken, back)| taken + back), Ok(20));
        assert_eq!(far.get().wait(), Ok(2));
        let lost = here.system.stats().total().dead_letters.of(DeadReason::Overflow);
        assert_eq!(lost, 18, "there was room for some bytes, and not for so many");
    });
}

#[test]
fn q3_signals_that_are_not_acknowledged_are_bounded() {
    with(&Limits { unacknowledged_signals: 4, ..Limits::default() }, |at| {
        let mut client = Client::connected(at, "evil");
        // Each is told at once that there is nobody.
        for number in 1..=5_u64 {
            let monitor = [&[7], &*place(0, 1, 1), &number.to_le_bytes()].concat();
            client.say(&signal(number, &place(0, 9_999, 1), &monitor));
        }
        assert_eq!(client.closed(), Some(CloseCode::SignalsOverflow));
    });
}

#[test]
fn q3_links_and_monitors_of_a_peer_are_bounded() {
    let limits = Limits { bonds: 4, ..Limits::default() };
    Pair::new(None, 1, |node| node.limits(limits.clone())).run(|here, there| {
        let [own, _] = there.counter(0, &here);
        let [ends, _] = there.counter(0, &here);
        let mut client = Client::connected(there.node.address().expect("it listens"), "evil");
        let (from, mut number) = (place(0, 1, 1), 0);
        let mut say = |client: &mut Client, to: &[u8], kind: u8, monitor: Option<u64>| {
            number += 1;
            let monitor = monitor.map_or(vec![], |number| number.to_le_bytes().to_vec());
            client.say(&signal(number, to, &[&[kind], &*from, &*monitor].concat()));
        };
        let (to, ending) = (place_of(own.address()), place_of(ends.address()));
        // Three for good, one of them twice.
        say(&mut client, &to, LINK, None);
        say(&mut client, &to, LINK, None);
        say(&mut client, &to, MONITOR, Some(1));
        say(&mut client, &to, MONITOR, Some(2));
        for round in 10..30 {
            // What is taken back, and what fires, leaves its place.
            say(&mut client, &to, MONITOR, Some(round));
            say(&mut client, &to, DEMONITOR, Some(round));
            say(&mut client, &ending, LINK, None);
            say(&mut client, &ending, UNLINK, Some(round));
            say(&mut client, &place(0, 9_999, 1), MONITOR, Some(round));
            // The unlink is acknowledged, and nobody's monitor fires.
            (0..2).for_each(|_| drop(client.hear_next(20)));
        }
        say(&mut client, &ending, LINK, None);
        client.is_through();
        ends.stop();
        assert_eq!(client.hear_next(20)[20], 6, "the link does not last");
        say(&mut client, &to, MONITOR, Some(3));
        client.is_through();
        // What is not there is not taken back.
        say(&mut client, &to, DEMONITOR, Some(99));
        say(&mut client, &to, MONITOR, Some(4));
        assert_eq!(client.closed(), Some(CloseCode::TooManyBonds));
    });
}

#[test]
fn q3_a_question_that_is_given_up_leaves_its_place() {
    let limits = Limits { pending_asks: 4, ..Limits::default() };
    Pair::new(None, 1, |node| node.limits(limits.clone())).run(|here, there| {
        let [own, _] = there.counter(0, &here);
        let mut client = Client::connected(there.node.address().expect("it listens"), "asker");
        let wait = |number: u64| {
            frame(23, &[&number.to_le_bytes(), &*place_of(own.address()), &[3]].concat())
        };
        let full = |number: u64| [&number.to_le_bytes()[..], &[6]].concat();
        client.say(&(0..5).flat_map(wait).collect::<Vec<u8>>());
        assert_eq!(client.hear_next(19), full(4));
        client.say(&[frame(128, &2_u64.to_le_bytes()), wait(5), wait(6)].concat());
        assert_eq!(client.hear_next(19), full(6), "there was room for one");
        own.stop();
        let mut told: Vec<u8> = (0..4).map(|_| client.hear_next(18)[0]).collect();
        told.sort_unstable();
        assert_eq!(told, [0, 1, 3, 5]);
    });
}

#[test]
fn a_question_that_is_given_up_is_taken_back() {
    let system = real(1);
    let node = node(None, "sender").start(&system).expect("a node");
    let mut client = Client::open(node.address().expect("it listens"));
    let far = counter_of(&mut client, &node);
    let (given_up, kept) = (far.wait(), far.wait());
    let [first, _] = [(); 2].map(|()| client.hear_next(23)[..8].to_vec());
    drop(given_up);
    assert_eq!(client.hear_next(128), first);
    drop(client);
    assert!(matches!(kept.wait(), callboard::ExitReason::NoConnection));
}

#[test]
fn q3_handshakes_are_bounded_from_all_addresses() {
    with(&Limits { handshakes: 2, handshakes_per_address: 8, ..patient() }, |at| {
        let mut idle = [Client::open(at), Client::open(at)];
        assert!(idle.iter_mut().all(|client| client.hear().is_some()));
        assert_eq!(Client::open(at).hear(), None, "one too many");
    });
}

#[test]
fn w13_a_handshake_that_comes_too_slowly_is_closed() {
    with(&patient(), |at| {
        let mut client = Client::open(at);
        client.say(&hello([1, 1], 7, "slow", "")[..20]);
        assert_eq!(client.closed(), Some(CloseCode::Timeout));
    });
    // Who begins no frame has the time of the handshake.
    with(&Limits { least_rate: u32::MAX, ..patient() }, |at| {
        let mut client = Client::connected(at, "quick");
        client.is_through();
    });
}

#[test]
fn w13_a_frame_that_comes_too_slowly_is_closed() {
    with(&patient(), |at| {
        let mut client = Client::connected(at, "slow");
        client.say(&frame(16, &[0; 1_000])[..100]);
        assert_eq!(client.closed(), Some(CloseCode::Timeout));
    });
}

#[test]
fn what_comes_with_the_end_of_the_handshake_is_read_at_once() {
    with(&Limits { heartbeat: HOUR, ..patient() }, |at| {
        let mut client = Client::open(at);
        client.greet(&hello([1, 1], u128::MAX, "eager", ""));
        let lookup = frame(21, &[&[7; 16][..], &text("/nothing")].concat());
        client.say(&[frame(2, &[0, 0]), lookup].concat());
        // No heartbeat comes to wake the node.
        client.hear_next(19);
    });
}

/// A hello that says another time between heartbeats.
fn hello_each(heartbeat: Duration, name: &str) -> Vec<u8> {
    let mut hello = hello([1, 1], u128::MAX, name, "");
    hello[26..30].copy_from_slice(&(heartbeat.as_millis() as u32).to_le_bytes());
    hello
}

/// A client that will say nothing more.
fn silent(at: SocketAddr) -> Client {
    let mut client = Client::open(at);
    client.greet(&hello_each(SOON, "silent"));
    client.say(&frame(2, &[0, 0]));
    client
}

#[test]
fn q3_heartbeats_come_as_often_as_said() {
    with(&Limits { heartbeat: SOON, ..patient() }, |at| {
        let mut client = Client::open(at);
        let (_, hello) = client.hear().expect("it says hello");
        assert_eq!(hello[21..25], 20_u32.to_le_bytes());
        let mut client = silent(at);
        (0..3).for_each(|_| drop(client.hear_next(4)));
    });
}

#[test]
fn q3_a_silence_is_bounded_whatever_came_before() {
    with(&Limits { heartbeat: SOON, silence: SOON, ..patient() }, |at| {
        assert_eq!(silent(at).closed(), Some(CloseCode::Silent));
    });
}

#[test]
fn q3_a_silence_that_is_unlikely_is_the_end_unless_a_pause_is_forgiven() {
    let limits = Limits { heartbeat: SOON, suspicion: 8, pause: Duration::ZERO, ..patient() };
    with(&limits, |at| assert_eq!(silent(at).closed(), Some(CloseCode::Silent)));
    with(&Limits { pause: HOUR, ..limits }, |at| {
        let mut client = silent(at);
        // As long as the other was silent, and more.
        (0..30).for_each(|_| drop(client.hear_next(4)));
    });
}

#[test]
fn q3_a_node_is_dialled_again_after_the_delay() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("it listens");
    let at = listener.local_addr().expect("it has an address");
    let limits = Limits { backoff: (SOON, SOON), ..Limits::default() };
    let system = real(1);
    let node = Node::builder("again").limits(limits).start(&system).expect("a node");
    let _connecting = node.connect(at.to_string());
    // With the delays of the default these would take a minute and more.
    (0..12).for_each(|_| drop(listener.accept().expect("it dials")));
}
