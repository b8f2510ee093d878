//! A client that says what it likes, byte by byte, and what frames are made of.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use callboard::remote::{CloseCode, Node};
use callboard::{ActorRef, Address};

use crate::check::LONG;
use crate::counter::Counter;

/// A client that says what it likes.
pub(crate) struct Client(TcpStream);

pub(crate) fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = (body.len() as u32 + 1).to_le_bytes().to_vec();
    bytes.push(kind);
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u16).to_le_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// A hello as a node would say it, with a heartbeat a second, which leaves it to the other to decide.
pub(crate) fn hello(versions: [u16; 2], id: u128, name: &str, cluster: &str) -> Vec<u8> {
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

/// A high id that only the node of this name has.
pub(crate) fn id_of(name: &str) -> u128 {
    u128::MAX - name.bytes().fold(0, |id, byte| id << 8 | u128::from(byte))
}

pub(crate) fn place(shard: u32, slot: u32, generation: u32) -> Vec<u8> {
    [shard, slot, generation].iter().flat_map(|part| part.to_le_bytes()).collect()
}

/// The place of an actor at its own node: an address shows node, shard, slot and generation.
pub(crate) fn place_of(actor: Address) -> Vec<u8> {
    let shown = actor.to_string();
    let parts: Vec<u32> = shown.split(['/', '.']).filter_map(|part| part.parse().ok()).collect();
    place(parts[1], parts[2], parts[3])
}

/// The signal of this number, to an actor: `what` is which it is, and what it has.
pub(crate) fn signal(number: u64, to: &[u8], what: &[u8]) -> Vec<u8> {
    frame(20, &[&number.to_le_bytes(), to, what].concat())
}

/// Has a client become the node `receiver`, of which a node finds a counter.
pub(crate) fn counter_of(client: &mut Client, node: &Node) -> ActorRef<Counter> {
    let protocols = client.greet(&hello([1, 1], u128::MAX - 1, "receiver", ""));
    client.say(&frame(2, &protocols));
    // It is said after the node counts as connected.
    client.is_through();
    let lookup = node.lookup::<Counter>("receiver", "/counter");
    let number = client.hear_next(21)[..8].to_vec();
    client.say(&frame(18, &[number, place(0, 1, 1)].concat()));
    lookup.wait().expect("it was found")
}

impl Client {
    pub(crate) fn open(at: SocketAddr) -> Self {
        let stream = TcpStream::connect(at).expect("it listens");
        stream.set_read_timeout(Some(LONG)).expect("a socket has one");
        Self(stream)
    }

    /// One whose handshake is over, and that takes no messages.
    pub(crate) fn connected(at: SocketAddr, name: &str) -> Self {
        let mut client = Self::open(at);
        client.greet(&hello([1, 1], id_of(name), name, ""));
        client.say(&frame(2, &[0, 0]));
        client
    }

    /// Says hello; the protocols that the node then says it takes.
    pub(crate) fn greet(&mut self, hello: &[u8]) -> Vec<u8> {
        self.say(hello);
        assert_eq!(self.hear().map(|(kind, _)| kind), Some(1));
        let (kind, protocols) = self.hear().expect("it is connected");
        assert_eq!(kind, 2);
        protocols
    }

    pub(crate) fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("it is connected");
    }

    /// The next frame; none at the end.
    pub(crate) fn hear(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length).ok()?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        self.0.read_exact(&mut bytes).ok()?;
        let body = bytes.split_off(1);
        Some((bytes[0], body))
    }

    /// The next frame of this kind; the others are passed over.
    pub(crate) fn hear_next(&mut self, kind: u8) -> Vec<u8> {
        loop {
            let (heard, body) = self.hear().expect("it is connected");
            if heard == kind {
                return body;
            }
        }
    }

    /// All that was said before has been taken: a lookup is answered.
    pub(crate) fn is_through(&mut self) {
        self.say(&frame(21, &[&[7; 8][..], &[0; 8], &text("/nothing")].concat()));
        self.hear_next(19);
    }

    /// All that comes until the end.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).expect("it is closed in order");
        bytes
    }

    /// Why the connection was closed.
    pub(crate) fn closed(mut self) -> Option<CloseCode> {
        loop {
            let (kind, body) = self.hear()?;
            if kind == 3 {
                return Some(CloseCode::of_number(u16::from_le_bytes([body[0], body[1]])));
            }
        }
    }
}
