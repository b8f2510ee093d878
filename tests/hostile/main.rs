//! Two thousand connections of peers that mean no good, and one good peer that is asked all the while.
//!
//! What the hostile ones say stands in `scripts`, a file for each; the README there has their words. It is a program of
//! its own, so that its memory is that of this case alone.

#![allow(missing_docs, reason = "the actors of a test have no readers")]
#![expect(clippy::print_stdout, reason = "what was measured is shown with the test")]

mod play;
mod script;

use std::panic;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use callboard::prelude::*;
use callboard::remote::{Limits, Node, NodeBuilder, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::time::Instant;

use crate::play::{Target, play};
use crate::script::scripts;

const CONNECTIONS: usize = 2_000;

/// As many connections at a time.
const PLAYERS: usize = 24;

/// What the process may grow by, at its peak, in KiB.
const GROWTH_KIB: u64 = 64 << 10;

/// Answers whoever may ask.
#[actor(remote = "test.victim")]
struct Victim;

#[handlers]
impl Victim {
    #[ask]
    fn echo(&self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }
}

/// Signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("it signs itself"))
    }

    /// A certificate and its key, as PEM.
    fn sign(&self, name: &str) -> [String; 2] {
        let params = CertificateParams::new([name.to_owned()]).expect("a name");
        let key = KeyPair::generate().expect("a key");
        [params.signed_by(&key, &self.0).expect("it signs").pem(), key.serialize_pem()]
    }

    fn node(&self, name: &str) -> Tls {
        let [certificate, key] = self.sign(name);
        let root = self.0.pem();
        Tls::from_pem(certificate.as_bytes(), key.as_bytes(), root.as_bytes()).expect("they fit")
    }
}

fn system() -> System {
    System::builder().shards(1).pin(false).start().expect("a system starts")
}

/// A node with a victim, that lets as many speak at a time as there are.
fn victim(name: &str, system: &System, how: impl FnOnce(NodeBuilder) -> NodeBuilder) -> Node {
    let limits = Limits {
        handshake: Duration::from_millis(250),
        handshakes: 2 * PLAYERS,
        handshakes_per_address: 2 * PLAYERS,
        ..Limits::default()
    };
    let victim = system.spawn_on(0, || Victim).wait().expect("it starts");
    system.register("/test/victim", victim).wait().expect("the name is free");
    let node = Node::builder(name).register::<Victim>().export("/test").listen("127.0.0.1:0");
    how(node.limits(limits)).start(system).expect("a node")
}

/// The victim of a node, as another sees it.
fn seen(from: &Node, node: &Node) -> ActorRef<Victim> {
    let address = node.address().expect("it listens").to_string();
    let peer = from.connect(address).wait().expect("they connect");
    from.lookup(&peer.name, "/test/victim").wait().expect("it is exported")
}

/// Memory of this process in KiB: what the system calls it.
fn memory(what: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(what))?;
    line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
}

#[test]
fn w4_two_thousand_hostile_connections_harm_nobody() {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    let shown = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        shown(info);
    }));
    let authority = Authority::new();
    let systems = [system(), system(), system(), system()];
    let open = victim("open", &systems[0], |node| node);
    let closed = victim("closed", &systems[1], |node| node.tls(authority.node("closed")));
    let good = Node::builder("good").register::<Victim>();
    let good = [
        good.start(&systems[2]).expect("a node"),
        Node::builder("good").tls(authority.node("good")).start(&systems[3]).expect("a node"),
    ];
    let victims = [seen(&good[0], &open), seen(&good[1], &closed)];
    let [certificate, key] = authority.sign("evil");
    let target = Target::new(
        [&open, &closed].map(|node| node.address().expect("it listens")),
        [certificate, key, authority.0.pem()],
    );
    let scripts = scripts();
    assert!(scripts.len() >= 30, "they are found");

    let (begun, before) = (Instant::now(), memory("VmRSS"));
    let (next, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (played, asked) = std::thread::scope(|scope| {
        let asker = scope.spawn(|| {
            let mut asked = 0;
            while !done.load(Ordering::SeqCst) {
                let bytes = vec![7; if asked % 10 == 0 { 100_000 } else { 100 }];
                for victim in victims {
                    // On a busy machine an answer may come late, but it comes.
                    let echo = victim.echo(bytes.clone()).timeout(Duration::from_secs(60));
                    assert_eq!(echo.wait(), Ok(bytes.clone()));
                }
                asked += victims.len();
            }
            asked
        });
        let players: Vec<_> = (0..PLAYERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut played = 0;
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if number >= CONNECTIONS {
                            return played;
                        }
                        let script = &scripts[number % scripts.len()];
                        play(script, &target, number);
                        played += 1;
                    }
                })
            })
            .collect();
        let played = players.into_iter().map(|player| player.join());
        let played: Result<Vec<usize>, _> = played.collect();
        done.store(true, Ordering::SeqCst);
        (played.map(|played| played.iter().sum::<usize>()), asker.join())
    });
    let took = begun.elapsed();
    assert_eq!(played.expect("each script went as it says"), CONNECTIONS);
    let asked = asked.expect("each ask was answered");
    assert!(asked > 0);
    assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    println!("{CONNECTIONS} connections and {asked} asks took {took:?}");
    if let (Some(before), Some(most)) = (before, memory("VmHWM")) {
        let grown = most.saturating_sub(before);
        println!("memory grew by {grown} KiB");
        assert!(grown < GROWTH_KIB, "by {grown} KiB");
    }
    // And there is room for the next.
    let late = system();
    let later = Node::builder("later").start(&late).expect("a node");
    assert_eq!(seen(&later, &open).echo(vec![1]).wait(), Ok(vec![1]));
    drop((open, closed, good, later));
    for system in systems.into_iter().chain([late]) {
        let report = system.stop(Duration::from_secs(10));
        assert_eq!((report.actors_left, report.stuck_shards), (0, 0), "{report}");
    }
}
