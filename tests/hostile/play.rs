//! Plays a script over a real socket.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tokio::time::Instant;

use crate::script::{Script, Step, Way, frame};

/// Longer than a node waits for anything; a script that takes it has failed.
const LONG: Duration = Duration::from_secs(60);

/// Where the nodes are, and who a peer with a certificate is.
pub(crate) struct Target {
    open: SocketAddr,
    closed: SocketAddr,
    tls: Arc<ClientConfig>,
}

impl Target {
    /// Of a node without certificates and one with, and the certificate, the key and the root of a peer.
    pub(crate) fn new([open, closed]: [SocketAddr; 2], pem: [String; 3]) -> Self {
        let [certificate, key, root] = pem.map(String::into_bytes);
        let read = |pem: &[u8]| CertificateDer::from_pem_slice(pem).expect("a certificate");
        let mut roots = RootCertStore::empty();
        roots.add(read(&root)).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("it is there")
            .with_root_certificates(roots)
            .with_client_auth_cert(
                vec![read(&certificate)],
                PrivateKeyDer::from_pem_slice(&key).expect("a key"),
            );
        Self { open, closed, tls: Arc::new(tls.expect("they fit")) }
    }
}

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// One connection. What fails in it is its end.
struct Line {
    socket: TcpStream,
    stream: Box<dyn Stream>,
    heard: Vec<u8>,
    last: Vec<u8>,
    /// Signals so far.
    signals: u64,
    is_closed: bool,
}

impl Line {
    fn open(target: &Target, way: Way) -> io::Result<Self> {
        let at = if way == Way::Plain { target.open } else { target.closed };
        let socket = TcpStream::connect(at)?;
        let copy = socket.try_clone()?;
        let stream: Box<dyn Stream> = match way {
            Way::AtTls | Way::Plain => Box::new(copy),
            Way::Tls => {
                let name = ServerName::try_from("closed").expect("a name");
                let client = ClientConnection::new(target.tls.clone(), name).expect("a client");
                Box::new(StreamOwned::new(client, copy))
            }
        };
        let (heard, last) = (Vec::new(), Vec::new());
        Ok(Self { socket, stream, heard, last, signals: 0, is_closed: false })
    }

    fn say(&mut self, bytes: &[u8]) {
        let said = self.stream.write_all(bytes).and_then(|()| self.stream.flush());
        self.is_closed |= said.is_err();
    }

    /// Listens until this is so, or the time is over, or the connection is closed.
    fn hear(&mut self, most: Duration, is_so: impl Fn(&[u8]) -> bool) {
        let until = Instant::now() + most;
        let mut bytes = [0; 4_096];
        while !self.is_closed && !is_so(&self.heard) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.socket.set_read_timeout(Some(left)).is_err() {
                return;
            }
            match self.stream.read(&mut bytes) {
                Ok(0) => self.is_closed = true,
                Ok(count) => self.heard.extend_from_slice(&bytes[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::TimedOut => return,
                Err(_) => self.is_closed = true,
            }
        }
    }
}

/// The frames that were heard: their kinds and what they have.
fn frames(mut heard: &[u8]) -> Vec<(u8, &[u8])> {
    let mut frames = Vec::new();
    while let Some((length, rest)) = heard.split_first_chunk() {
        let Some(frame) = rest.get(..u32::from_le_bytes(*length) as usize) else { break };
        heard = &rest[frame.len()..];
        frames.extend(frame.split_first().map(|(kind, body)| (*kind, body)));
    }
    frames
}

/// The code that the node has closed the connection with; a reset may lose it.
fn code(heard: &[u8]) -> Option<u16> {
    let body = frames(heard).into_iter().find(|(kind, _)| *kind == 3)?.1;
    Some(u16::from_le_bytes(*body.first_chunk()?))
}

/// A good hello, of a node of this connection's own.
fn hello(number: usize) -> Vec<u8> {
    let mut body = b"CLBD\x01\0\x01\0".to_vec();
    body.extend_from_slice(&[0; 8]);
    body.push(1);
    body.extend_from_slice(&(1_u32 << 20).to_le_bytes());
    body.extend_from_slice(&1_000_u32.to_le_bytes());
    body.extend_from_slice(&(u128::MAX - number as u128).to_le_bytes());
    let name = format!("evil-{number}");
    body.extend_from_slice(&(name.len() as u16).to_le_bytes());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(&[0, 0]);
    frame(1, &body)
}

/// Bytes by chance, the same for the same number.
fn random(number: usize, count: usize) -> Vec<u8> {
    let mut state = number as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(byte).take(count).collect()
}

/// Plays a script as the connection of this number.
///
/// # Panics
///
/// If the connection cannot be opened, or the node does not close it where the script expects it, or with another code.
pub(crate) fn play(script: &Script, target: &Target, number: usize) {
    let opened = Line::open(target, script.way);
    let mut line = opened.unwrap_or_else(|error| panic!("{}: {error}", script.name));
    for step in &script.steps {
        match step {
            Step::Close => break,
            Step::Closed(expected) => {
                line.hear(LONG, |_| false);
                let Script { name, .. } = script;
                assert!(line.is_closed, "{name}: it was not closed");
                if let (Some(expected), Some(code)) = (expected, code(&line.heard)) {
                    assert_eq!(code, *expected, "{name}: the code");
                }
            }
            Step::Flood(times) => {
                let last = line.last.clone();
                for _ in 0..*times {
                    if line.is_closed {
                        break;
                    }
                    line.say(&last);
                }
            }
            Step::Greet | Step::Hello => {
                line.say(&hello(number));
                line.hear(LONG, |heard| frames(heard).len() >= 2);
                if matches!(step, Step::Hello) {
                    line.say(&frame(2, &[0, 0]));
                }
            }
            Step::Random(count) => line.say(&random(number, *count)),
            Step::Send(bytes) => {
                line.say(bytes);
                line.last.clone_from(bytes);
            }
            Step::Signals(count, signal) => {
                for _ in 0..*count {
                    line.signals += 1;
                    let body = [&line.signals.to_le_bytes(), &**signal].concat();
                    line.say(&frame(20, &body));
                }
            }
            Step::Wait(millis) => line.hear(Duration::from_millis(*millis), |_| false),
        }
    }
}
