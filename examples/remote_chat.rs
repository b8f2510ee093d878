//! A chat over several nodes: a room that keeps references to whoever joined, wherever they are.
//!
//! Run it with `cargo run --features remote --example remote_chat`: three nodes in one process talk over loopback, and it
//! prints what ann and bob see:
//!
//! ```text
//! ann sees  here: nobody
//! bob sees  here: ann
//! bob sees  ann: hello, bob
//! ann sees  bob is here
//! ann sees  ann: hello, bob
//! ann sees  bob: hello, ann
//! ann sees  bob is gone
//! ```
//!
//! For several processes say `-- --listen 127.0.0.1:7000` in one, and in the others
//! `-- --connect 127.0.0.1:7000 --name ann`, and type; the end of the input leaves the chat. Beyond loopback each needs
//! `--certificates FOLDER` too, with `ann.pem`, `ann.key` and `root.pem`: see `Tls::from_pem`. End the first process and
//! start it again: the others find the room by its name, and say what may be lost.
#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use callboard::LocalRef;
use callboard::prelude::*;
use callboard::remote::{Limits, Named, Node, NodeBuilder, NodeEvent, Tls};

type Error = Box<dyn std::error::Error>;

/// Who is here, and tells everybody what each says.
#[actor(remote = "chat.room")]
#[derive(Default)]
struct Room {
    guests: Vec<(String, ActorRef<Guest>)>,
}

#[handlers]
impl Room {
    /// Who joins is told who else is here, and leaves when its node does.
    #[ask]
    fn join(
        &mut self,
        cx: &mut Context<Self>,
        name: String,
        guest: ActorRef<Guest>,
    ) -> Vec<String> {
        cx.monitor(guest);
        self.tell_all(format!("{name} is here"));
        let here = self.guests.iter().map(|(name, _)| name.clone()).collect();
        self.guests.push((name, guest));
        here
    }

    #[tell]
    fn say(&mut self, name: String, text: String) {
        self.tell_all(format!("{name}: {text}"));
    }

    #[down]
    fn left(&mut self, down: Down) {
        let at = self.guests.iter().position(|(_, guest)| guest.address() == down.actor);
        if let Some(at) = at {
            let (name, _) = self.guests.remove(at);
            self.tell_all(format!("{name} is gone"));
        }
    }
}

impl Room {
    fn tell_all(&self, line: String) {
        for (_, guest) in &self.guests {
            guest.hear(line.clone());
        }
    }
}

/// Sees what is said, and says what is typed.
#[actor(remote = "chat.guest")]
struct Guest {
    name: String,
    /// By its name, so it is found again whenever its node returns.
    room: Named<Room>,
    sees: mpsc::Sender<String>,
}

#[handlers]
impl Guest {
    #[tell]
    fn hear(&mut self, line: String) -> Flow {
        // Without a reader it leaves.
        if self.sees.send(line).is_ok() { Flow::go() } else { Flow::stop() }
    }

    /// Each time the node of the room is there: the room may be another.
    #[tell]
    #[local]
    async fn enter(&mut self, cx: &mut Context<Self>) -> Flow {
        let Ok(room) = self.room.get().await else { return Flow::go() };
        let Ok(here) = room.join(self.name.clone(), cx.me()).await else { return Flow::go() };
        let here = if here.is_empty() { "nobody".to_owned() } else { here.join(", ") };
        self.hear(format!("here: {here}"))
    }

    /// Waits while the room is away.
    #[tell]
    #[local]
    async fn say(&mut self, text: String) {
        if let Ok(room) = self.room.get().await {
            room.say(self.name.clone(), text);
        }
    }
}

/// A node of this name, with a certificate if there is a folder of them.
fn node(name: &str, certificates: Option<&Path>) -> Result<NodeBuilder, Error> {
    // All are near: it need not wait for long before it dials again.
    let limits = Limits { backoff: (millis(50), millis(100)), ..Limits::default() };
    let node = Node::builder(name).register::<Room>().register::<Guest>().limits(limits);
    let Some(folder) = certificates else { return Ok(node) };
    let read = |file: &str| std::fs::read(folder.join(file));
    let (certificate, key) = (read(&format!("{name}.pem"))?, read(&format!("{name}.key"))?);
    Ok(node.tls(Tls::from_pem(&certificate, &key, &read("root.pem")?)?))
}

/// Opens a room that other nodes find.
fn host(system: &System, address: &str, certificates: Option<&Path>) -> Result<Node, Error> {
    let room = system.spawn_on(0, Room::default).wait()?;
    system.register("/chat/room", room).wait()?;
    Ok(node("host", certificates)?.export("/chat").listen(address).start(system)?)
}

/// The guest, for what only this process may say to it.
fn near(guest: ActorRef<Guest>) -> Result<LocalRef<Guest>, Error> {
    Ok(guest.local().ok_or("it is of this node")?)
}

/// A guest, and what it sees.
struct Joined {
    _node: Node,
    guest: ActorRef<Guest>,
    seen: mpsc::Receiver<String>,
}

fn join(
    system: &System,
    name: &str,
    address: &str,
    certificates: Option<&Path>,
) -> Result<Joined, Error> {
    let node = node(name, certificates)?.start(system)?;
    let mut events = system.subscribe::<NodeEvent>("nodes/host");
    let (sees, seen) = mpsc::channel();
    let (name, room) = (name.to_owned(), node.named::<Room>("host", "/chat/room"));
    let says = sees.clone();
    let guest = system.spawn_on(0, move || Guest { name, room, sees }).wait()?;
    let here = near(guest)?;
    std::thread::spawn(move || {
        while let Some(event) = events.wait_next() {
            match event {
                Ok(NodeEvent::Up(_)) => here.enter(),
                Ok(NodeEvent::Down { lost_most, .. }) => {
                    let line = format!("the room is away, with {lost_most} messages at most");
                    // Whoever read it has left.
                    drop(says.send(line));
                }
                _ => {}
            }
        }
    });
    node.connect(address).wait()?;
    Ok(Joined { _node: node, guest, seen })
}

/// Three nodes in this process.
fn demo() -> Result<(), Error> {
    let system = || System::builder().shards(1).pin(false).start();
    let systems = [system()?, system()?, system()?];
    let host = host(&systems[0], "127.0.0.1:0", None)?;
    let address = host.address().ok_or("it listens")?.to_string();

    let ann = join(&systems[1], "ann", &address, None)?;
    println!("ann sees  {}", ann.seen.recv()?);
    let bob = join(&systems[2], "bob", &address, None)?;
    println!("bob sees  {}", bob.seen.recv()?);
    near(ann.guest)?.say("hello, bob".to_owned());
    println!("bob sees  {}", bob.seen.recv()?);
    near(bob.guest)?.say("hello, ann".to_owned());
    for _ in 0..3 {
        println!("ann sees  {}", ann.seen.recv()?);
    }
    bob.guest.stop();
    println!("ann sees  {}", ann.seen.recv()?);
    Ok(())
}

/// Joins from a process of its own: says what is typed, prints what is said.
fn talk(name: &str, address: &str, certificates: Option<&Path>) -> Result<(), Error> {
    let system = System::builder().shards(1).start()?;
    let Joined { _node, guest, seen } = join(&system, name, address, certificates)?;
    std::thread::spawn(move || seen.iter().for_each(|line| println!("{line}")));
    let near = near(guest)?;
    for line in std::io::stdin().lock().lines() {
        near.say(line?);
    }
    guest.drain(secs(1)).wait();
    Ok(())
}

fn main() -> Result<(), Error> {
    let (mut listen, mut connect, mut certificates) = (None, None, None);
    let mut name = "guest".to_owned();
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or("each option has a value")?;
        match &*option {
            "--listen" => listen = Some(value),
            "--connect" => connect = Some(value),
            "--certificates" => certificates = Some(PathBuf::from(value)),
            "--name" => name = value,
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    let certificates = certificates.as_deref();
    match (listen, connect) {
        (Some(address), _) => {
            let system = System::builder().shards(1).drain_on_signals(secs(1)).start()?;
            let node = host(&system, &address, certificates)?;
            println!("listening on {}", node.address().ok_or("it listens")?);
            system.wait();
            Ok(())
        }
        (None, Some(address)) => talk(&name, &address, certificates),
        (None, None) => demo(),
    }
}
