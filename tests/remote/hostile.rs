//! Peers that do not keep to the format: each is closed with its code, and harms nobody else.

use std::time::Duration;

use callboard::remote::{CloseCode, Limits, Node, Rights};
use callboard::{ActorRef, Context, Down, Monitor, actor, handlers};

use crate::check::{LONG, Pair, node, real};
use crate::client::{Client, frame, hello, id_of, place, place_of, signal};
use crate::counter::Counter;

#[test]
fn p59_each_malformed_frame_closes_with_its_code_and_harms_nobody_else() {
    let before_hello: [(Vec<u8>, CloseCode); 9] = [
        (b"GET / HTTP/1.1\r\n".to_vec(), CloseCode::BadLength),
        (vec![0; 4], CloseCode::BadLength),
        (vec![0xff; 4], CloseCode::BadLength),
        (frame(1, b"HELO and more"), CloseCode::BadMagic),
        (frame(1, b"CLBD"), CloseCode::Malformed),
        (hello([2, 9], 7, "evil", ""), CloseCode::VersionMismatch),
        (hello([1, 1], 7, "evil", "elsewhere"), CloseCode::ClusterMismatch),
        (hello([1, 1], 7, "b", ""), CloseCode::Own),
        (frame(16, &[0; 40]), CloseCode::OutOfPlace),
    ];
    let after_it: [(Vec<u8>, CloseCode); 14] = [
        (frame(99, &[]), CloseCode::UnknownKind),
        (frame(16, &[1, 2, 3]), CloseCode::Malformed),
        (frame(17, &[0; 30]), CloseCode::Malformed),
        (frame(4, &[0; 9]), CloseCode::Malformed),
        (((1_u32 << 20) + 1).to_le_bytes().to_vec(), CloseCode::BadLength),
        (u32::MAX.to_le_bytes().to_vec(), CloseCode::BadLength),
        (frame(20, &[&[2; 8], &*place(0, 0, 1), &[8]].concat()), CloseCode::BadSequence),
        (
            frame(20, &[&[1, 0, 0, 0, 0, 0, 0, 0], &*place(0, 0, 1), &[77]].concat()),
            CloseCode::Malformed,
        ),
        (frame(6, &[9; 16]), CloseCode::BadSequence),
        (frame(22, &[1]), CloseCode::BadFragment),
        ([frame(22, &[0, 16]), frame(16, &[0; 40])].concat(), CloseCode::BadFragment),
        (frame(22, &[1, 20, 0]), CloseCode::BadFragment),
        (hello([1, 1], 7, "evil", ""), CloseCode::OutOfPlace),
        (frame(21, &[0; 17]), CloseCode::Malformed),
    ];
    Pair::new(None, 1, |node| node).run(|here, there| {
        let [_, far] = there.counter(0, &here);
        let held = far.hold().timeout(LONG).start();
        let at = there.node.address().expect("it listens");
        for (number, (bytes, code)) in before_hello.iter().enumerate() {
            let mut client = Client::open(at);
            client.say(bytes);
            assert_eq!(client.closed(), Some(*code), "before the hello, {number}");
        }
        for (number, (bytes, code)) in after_it.iter().enumerate() {
            let mut client = Client::connected(at, &format!("evil-{number}"));
            client.say(bytes);
            assert_eq!(client.closed(), Some(*code), "after it, {number}");
            assert_eq!(far.echo(vec![1; 10]).wait(), Ok(vec![1; 10]));
        }
        // The ask that was there before all of it still is.
        drop(held);
        assert_eq!(far.get().wait(), Ok(0));
    });
}

#[test]
fn w14_what_is_not_registered_or_not_there_is_refused_and_the_connection_lives() {
    Pair::new(None, 1, |node| node).run(|_, there| {
        let at = there.node.address().expect("it listens");
        let mut client = Client::connected(at, "evil");
        let ask = |to: Vec<u8>, protocol: u64, number: u64| {
            let (protocol, number) = (protocol.to_le_bytes(), number.to_le_bytes());
            let second = 1_000_000_000_u64.to_le_bytes();
            frame(17, &[&*to, &protocol, &[1, 0], &number, &second].concat())
        };
        // A protocol that nobody registered.
        client.say(&ask(place(0, 0, 1), 7, 1));
        assert_eq!(client.hear(), Some((19, vec![1, 0, 0, 0, 0, 0, 0, 0, 8])));
        // Payloads that are none: the dead letters have a budget.
        for _ in 0..101 {
            client.say(&ask(place(0, 0, 1), 7, 2));
        }
        assert_eq!(client.closed(), Some(CloseCode::TooManyErrors));
    });
}

#[test]
fn w13_handshakes_are_bounded_in_number_and_in_time() {
    let limits = Limits { handshake: Duration::from_millis(50), ..Limits::default() };
    let system = real(1);
    let at = node(None, "slow").limits(limits).start(&system).expect("a node");
    let client = Client::open(at.address().expect("it listens"));
    assert_eq!(client.closed(), Some(CloseCode::Timeout), "it says nothing");

    let limits = Limits { handshakes_per_address: 3, ..Limits::default() };
    let (first, second) = (real(1), real(1));
    let at = node(None, "full").limits(limits).start(&first).expect("a node");
    let address = at.address().expect("it listens");
    let mut idle: Vec<Client> = (0..3).map(|_| Client::open(address)).collect();
    // Each was taken, for it is told a hello.
    assert!(idle.iter_mut().all(|client| client.hear().is_some()));
    assert_eq!(Client::open(address).hear(), None, "one too many");
    drop(idle);
    // There is room again.
    let other = Node::builder("other").start(&second).expect("a node");
    assert!(other.connect(address.to_string()).wait().is_ok());
}

#[test]
fn peers_are_bounded_in_number() {
    let limits = Limits { peers: 1, ..Limits::default() };
    Pair::new(None, 1, |node| node.limits(limits.clone())).run(|_, there| {
        let at = there.node.address().expect("it listens");
        let mut second = Client::open(at);
        second.say(&hello([1, 1], u128::MAX, "second", ""));
        assert_eq!(second.closed(), Some(CloseCode::TooManyPeers));
        // A node that returns has the place of the life before.
        let mut again = Client::open(at);
        again.say(&[hello([1, 1], u128::MAX, "a", ""), frame(2, &[0, 0])].concat());
        again.is_through();
    });
    // Who is about to be one counts.
    let system = real(1);
    let node = node(None, "full").limits(limits).start(&system).expect("a node");
    let at = node.address().expect("it listens");
    let mut first = Client::open(at);
    first.greet(&hello([1, 1], u128::MAX - 1, "first", ""));
    let mut second = Client::open(at);
    second.say(&hello([1, 1], u128::MAX, "second", ""));
    assert_eq!(second.closed(), Some(CloseCode::TooManyPeers));
}

/// An actor that other nodes do not see.
#[actor]
#[derive(Default)]
struct Hidden {
    downs: Vec<String>,
}

#[handlers]
impl Hidden {
    #[ask]
    fn watch(&mut self, cx: &mut Context<Self>, actor: ActorRef<Counter>) {
        let _: Monitor = cx.monitor(actor);
    }

    #[ask]
    fn heard(&self) -> Vec<String> {
        self.downs.clone()
    }

    #[down]
    fn down(&mut self, down: Down) {
        self.downs.push(down.reason.to_string());
    }
}

/// An end, as a reason on the wire: an error.
const WORN: [u8; 7] = [1, 4, 0, b'w', b'o', b'r', b'n'];

/// What a peer may say that would end an actor, from an actor of its own.
fn ends(from: &[u8]) -> Vec<Vec<u8>> {
    let exit = [&[3, 1], from, &WORN].concat();
    let linked = [&[5], from].concat();
    let link_down = [&[6], from, &WORN].concat();
    vec![linked, link_down, exit, vec![4], vec![9], vec![8]]
}

#[test]
fn w15_a_peer_that_guesses_places_ends_only_what_it_may() {
    for rights in [Rights::default(), Rights { exit: true, kill: true, ..Rights::default() }] {
        Pair::new(None, 1, |node| node.rights(rights)).run(|here, there| {
            let hidden = there.system.spawn_on(0, Hidden::default).wait().expect("it starts");
            let [own, far] = there.counter(0, &here);
            let mut client = Client::connected(there.node.address().expect("it listens"), "evil");
            let (from, mut number) = (place(0, 1, 1), 0);
            let mut say = |client: &mut Client, to: &[u8], what: &[u8]| {
                number += 1;
                client.say(&signal(number, to, what));
            };
            // All that may be there, connections and what else the runtime has among it.
            for (slot, generation) in (0..100).flat_map(|slot| [(slot, 1), (slot, 2)]) {
                let to = place(0, slot, generation);
                say(&mut client, &to, &[&[7], &*from, &[1; 8]].concat());
                if to != place_of(own.address()) {
                    ends(&from).iter().for_each(|end| say(&mut client, &to, end));
                }
            }
            client.is_through();
            assert_eq!((hidden.heard().wait(), hidden.heard().wait()), (Ok(vec![]), Ok(vec![])));
            assert_eq!(far.get().wait(), Ok(0), "the other connection lives");
            // The same to one that it sees.
            let to = place_of(own.address());
            for end in ends(&from) {
                say(&mut client, &to, &end);
                client.is_through();
                if rights == Rights::default() {
                    assert_eq!((own.get().wait(), own.get().wait()), (Ok(0), Ok(0)), "{end:?}");
                }
            }
            if rights != Rights::default() {
                assert_eq!(own.wait().wait().to_string(), "no such actor", "it has ended");
            }
        });
    }
}

#[test]
fn w15_to_a_peer_an_actor_that_it_does_not_see_is_nobody() {
    Pair::new(None, 1, |node| node).run(|here, there| {
        let hidden = there.system.spawn_on(0, Hidden::default).wait().expect("it starts");
        let [own, _] = there.counter(0, &here);
        let mut client = Client::connected(there.node.address().expect("it listens"), "evil");
        let from = place(0, 1, 1);
        let monitor = |number: u8| [&[7], &*from, &[number, 0, 0, 0, 0, 0, 0, 0]].concat();
        client.say(&signal(1, &place_of(hidden.address()), &monitor(1)));
        let heard = client.hear_next(20);
        assert_eq!(heard[8 + 12..][..9], [2, 1, 0, 0, 0, 0, 0, 0, 0], "the monitor fires");
        assert_eq!(heard.last(), Some(&5), "no such actor");
        client.say(&signal(2, &place_of(hidden.address()), &[&[5], &*from].concat()));
        let heard = client.hear_next(20);
        assert_eq!((heard[8 + 12], heard.last()), (6, Some(&5)), "the link does");
        // One that it sees lives, and tells of its end.
        client.say(&signal(3, &place_of(own.address()), &monitor(2)));
        client.say(&signal(4, &place_of(own.address()), &[&[5], &*from].concat()));
        client.is_through();
        own.stop();
        assert_eq!(client.hear_next(20).last(), Some(&6), "normal");
        assert_eq!(client.hear_next(20).last(), Some(&6), "normal");
    });
}

#[test]
fn w10_a_life_that_is_over_does_not_return() {
    Pair::new(None, 1, |node| node).run(|_, there| {
        let at = there.node.address().expect("it listens");
        let life = |id: u128| {
            let mut client = Client::open(at);
            client.say(&[hello([1, 1], id, "again", ""), frame(2, &[0, 0])].concat());
            client
        };
        let (first, second) = (u128::MAX - 1, u128::MAX);
        let mut one = life(first);
        one.is_through();
        let mut other = life(second);
        other.is_through();
        assert_eq!(one.closed(), Some(CloseCode::Restarted));
        assert_eq!(life(first).closed(), Some(CloseCode::Restarted), "it is over");
        other.is_through();
        drop(other);
        assert_eq!(life(first).closed(), Some(CloseCode::Restarted), "and stays so");
    });
}

/// All that a node says for its part in a handshake.
fn handshake(id: u128) -> [Vec<u8>; 2] {
    [hello([1, 1], id, "again", ""), frame(2, &[0, 0])]
}

#[test]
fn w10_what_an_earlier_life_said_and_comes_late_ends_no_later_one() {
    // As the node that decides which connection stays, and as the other.
    for [first, second] in [[1, 2], [u128::MAX - 1, u128::MAX]] {
        Pair::new(None, 1, |node| node).run(|_, there| {
            let at = there.node.address().expect("it listens");
            let [mut late, mut later] = [Client::open(at), Client::open(at)];
            drop(late.hear_next(1));
            later.say(&handshake(second).concat());
            later.is_through();
            late.say(&handshake(first).concat());
            assert_eq!(late.closed(), Some(CloseCode::Restarted));
            later.is_through();
        });
    }
}

#[test]
fn w10_a_life_ends_when_the_next_has_answered_and_not_when_it_says_hello() {
    Pair::new(None, 1, |node| node).run(|_, there| {
        let at = there.node.address().expect("it listens");
        let mut present = Client::open(at);
        present.say(&handshake(u128::MAX - 1).concat());
        present.is_through();
        let [hello, answer] = handshake(u128::MAX);
        let mut next = Client::open(at);
        drop(next.greet(&hello));
        present.is_through();
        next.say(&answer);
        next.is_through();
        assert_eq!(present.closed(), Some(CloseCode::Restarted));
    });
}

#[test]
fn w12_the_id_of_a_node_belongs_to_one_name() {
    Pair::new(None, 1, |node| node).run(|here, there| {
        let at = there.node.address().expect("it listens");
        let mut first = Client::connected(at, "first");
        first.is_through();
        let mut second = Client::open(at);
        second.say(&hello([1, 1], id_of("first"), "second", ""));
        assert_eq!(second.closed(), Some(CloseCode::Unauthenticated));
        // Nor that of a node, which every reference to its actors tells.
        let id = u128::from_str_radix(&here.node.info().id.to_string(), 16).expect("its digits");
        let mut third = Client::open(at);
        third.say(&[hello([1, 1], id, "third", ""), frame(2, &[0, 0])].concat());
        assert_eq!(third.closed(), Some(CloseCode::Unauthenticated));
        first.is_through();
        let [_, far] = there.counter(0, &here);
        assert_eq!(far.get().wait(), Ok(0));
    });
}

#[test]
fn w12_a_peer_says_nothing_in_the_name_of_others() {
    Pair::new(None, 1, |node| node).run(|here, there| {
        let hidden = there.system.spawn_on(0, Hidden::default).wait().expect("it starts");
        let [own, far] = there.counter(0, &here);
        hidden.watch(own).wait().expect("it monitors");
        hidden.watch(own).wait().expect("it monitors");
        let mut client = Client::connected(there.node.address().expect("it listens"), "evil");
        // The monitors have small numbers, and the address is that of their target, but at the wrong node.
        for number in 1..9_u64 {
            let down =
                [&[2], &number.to_le_bytes()[..], &place_of(own.address()), &[1; 8], &[0], &WORN];
            client.say(&signal(number, &place_of(hidden.address()), &down.concat()));
        }
        client.is_through();
        assert_eq!(far.get().wait(), Ok(0));
        assert_eq!((hidden.heard().wait(), hidden.heard().wait()), (Ok(vec![]), Ok(vec![])));
        own.stop();
        drop(own.wait().wait());
        while hidden.heard().wait().expect("it lives").len() < 2 {}
        let normal = vec!["normal".to_owned(); 2];
        assert_eq!(hidden.heard().wait(), Ok(normal));
    });
}
