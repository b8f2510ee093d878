//! A chat over several nodes: a room that keeps references to whoever joined, wherever they are.
//!
//! Run it with `cargo run --features remote --example remote_chat`: three nodes in one process talk over loopback, and it
//! prints what ann and bob see:
//!
//! ```text
//! bob finds ann
//! bob sees  ann: hello, bob
//! ann sees  bob is here
//! ann sees  ann: hello, bob
//! ann sees  bob: hello, ann
//! ann sees  bob is gone
//! ```
//!
//! For several processes say `-- --listen 127.0.0.1:7000` in one, and in the others
//! `-- --connect 127.0.0.1:7000 --name ann`, and type; the end of the input leaves the chat.
#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::io::BufRead;
use std::sync::mpsc;

use callboard::prelude::*;
use callboard::remote::Node;

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

/// Sees what is said.
#[actor(remote = "chat.guest")]
struct Guest(mpsc::Sender<String>);

#[handlers]
impl Guest {
    #[tell]
    fn hear(&mut self, line: String) -> Flow {
        // Without a reader it leaves.
        if self.0.send(line).is_ok() { Flow::go() } else { Flow::stop() }
    }
}

/// Opens a room that other nodes find.
fn host(system: &System, address: &str) -> Result<Node, Error> {
    let room = system.spawn_on(0, Room::default).wait()?;
    system.register("/chat/room", room).wait()?;
    let node = Node::builder("host").register::<Room>().register::<Guest>().export("/chat");
    Ok(node.listen(address).start(system)?)
}

/// A guest's node, its room, and what it sees.
struct Joined {
    _node: Node,
    guest: ActorRef<Guest>,
    room: ActorRef<Room>,
    seen: mpsc::Receiver<String>,
    others: Vec<String>,
}

fn join(system: &System, name: &str, address: &str) -> Result<Joined, Error> {
    let node = Node::builder(name).register::<Room>().register::<Guest>().start(system)?;
    let host = node.connect(address).wait()?;
    let room = node.lookup::<Room>(&host.name, "/chat/room").wait()?;
    let (sees, seen) = mpsc::channel();
    let guest = system.spawn_on(0, move || Guest(sees)).wait()?;
    let others = room.join(name.to_owned(), guest).wait()?;
    Ok(Joined { _node: node, guest, room, seen, others })
}

/// Three nodes in this process.
fn demo() -> Result<(), Error> {
    let system = || System::builder().shards(1).pin(false).start();
    let systems = [system()?, system()?, system()?];
    let host = host(&systems[0], "127.0.0.1:0")?;
    let address = host.address().ok_or("it listens")?.to_string();

    let ann = join(&systems[1], "ann", &address)?;
    let bob = join(&systems[2], "bob", &address)?;
    println!("bob finds {}", bob.others.join(", "));
    ann.room.say("ann".to_owned(), "hello, bob".to_owned());
    println!("bob sees  {}", bob.seen.recv()?);
    bob.room.say("bob".to_owned(), "hello, ann".to_owned());
    for _ in 0..3 {
        println!("ann sees  {}", ann.seen.recv()?);
    }
    bob.guest.stop();
    println!("ann sees  {}", ann.seen.recv()?);
    Ok(())
}

/// Joins from a process of its own: says what is typed, prints what is said.
fn talk(address: &str, name: &str) -> Result<(), Error> {
    let system = System::builder().shards(1).start()?;
    let Joined { _node, room, seen, others, .. } = join(&system, name, address)?;
    println!("here: {}", others.join(", "));
    std::thread::spawn(move || seen.iter().for_each(|line| println!("{line}")));
    for line in std::io::stdin().lock().lines() {
        room.say(name.to_owned(), line?);
    }
    Ok(())
}

fn main() -> Result<(), Error> {
    let (mut listen, mut connect, mut name) = (None, None, "guest".to_owned());
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or("each option has a value")?;
        match &*option {
            "--listen" => listen = Some(value),
            "--connect" => connect = Some(value),
            "--name" => name = value,
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    match (listen, connect) {
        (Some(address), _) => {
            let system = System::builder().shards(1).drain_on_signals(secs(1)).start()?;
            let _node = host(&system, &address)?;
            system.wait();
            Ok(())
        }
        (None, Some(address)) => talk(&address, &name),
        (None, None) => demo(),
    }
}
