//! Peers that do not keep to the format: each is closed with its code, and harms nobody else.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use callboard::remote::{CloseCode, Limits, Node};

use crate::check::{LONG, Pair, node, real};

/// A client that says what it likes.
struct Client(TcpStream);

fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = (body.len() as u32 + 1).to_le_bytes().to_vec();
    bytes.push(kind);
    bytes.extend_from_slice(body);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u16).to_le_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// A hello as a node would say it, which leaves it to the other to decide.
fn hello(versions: [u16; 2], id: u128, name: &str, cluster: &str) -> Vec<u8> {
    let mut body = b"CLBD".to_vec();
    body.extend(versions.iter().flat_map(|version| version.to_le_bytes()));
    body.extend_from_slice(&[0; 8]);
    body.push(1);
    body.extend_from_slice(&(1_u32 << 20).to_le_bytes());
    body.extend_from_slice(&1_000_u32.to_le_bytes());
    body.extend_from_slice(&id.to_le_bytes());
    body.extend([text(name), text(cluster)].concat());
    frame(1, &body)
}

fn place(shard: u32, slot: u32, generation: u32) -> Vec<u8> {
    [shard, slot, generation].iter().flat_map(|part| part.to_le_bytes()).collect()
}

impl Client {
    fn open(at: SocketAddr) -> Self {
        let stream = TcpStream::connect(at).expect("it listens");
        stream.set_read_timeout(Some(LONG)).expect("a socket has one");
        Self(stream)
    }

    /// One whose handshake is over.
    fn connected(at: SocketAddr, name: &str) -> Self {
        let mut client = Self::open(at);
        client.say(&hello([1, 1], u128::MAX, name, ""));
        assert_eq!(client.hear().map(|(kind, _)| kind), Some(1));
        assert_eq!(client.hear().map(|(kind, _)| kind), Some(2));
        client.say(&frame(2, &[0, 0]));
        client
    }

    fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("it is connected");
    }

    /// The next frame; none at the end.
    fn hear(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length).ok()?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        self.0.read_exact(&mut bytes).ok()?;
        let body = bytes.split_off(1);
        Some((bytes[0], body))
    }

    /// Why the connection was closed.
    fn closed(mut self) -> Option<CloseCode> {
        loop {
            let (kind, body) = self.hear()?;
            if kind == 3 {
                return Some(CloseCode::of_number(u16::from_le_bytes([body[0], body[1]])));
            }
        }
    }
}

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
    });
}
