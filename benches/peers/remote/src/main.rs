//! Messages to another process over loopback, on Callboard and on others: a table of what each does.
//!
//! ```console
//! $ cargo run --release --manifest-path benches/peers/remote/Cargo.toml
//! ```

mod peers;
mod table;
mod work;

use std::error::Error;
use std::process::{Child, Command, Stdio};
use std::{env, io};

use lexopt::prelude::*;

use crate::peers::PEERS;
use crate::table::Table;
use crate::work::{ROWS, Row};

/// Rounds of each row; an odd number, so that there is a median.
const ROUNDS: usize = 5;

/// The core of the server's process.
const SERVER_CORE: &str = "REMOTE_PEERS_CORE";

const HELP: &str = "\
Sends messages from one process to another, on Callboard and on other frameworks, and prints a table.

Usage: cargo run --release --manifest-path benches/peers/remote/Cargo.toml -- [OPTIONS]

  --only ROW    run this row, or those whose name begins with it; may be given again
  --peer NAME   run this one; may be given again
  --rounds N    so many rounds; 5 unless said
  --flood       run no row: tell Callboard far more than it takes, and count at both ends
  --help        this text";

struct Arguments {
    rows: Vec<String>,
    peers: Vec<String>,
    rounds: usize,
    flood: bool,
    /// What this process is to do for another: the client of a row, or the server.
    part: Option<Part>,
}

enum Part {
    Run { row: String, peer: String },
    Serve { peer: String },
}

fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    let (rows, peers) = (Vec::new(), Vec::new());
    let mut arguments = Arguments { rows, peers, rounds: ROUNDS, flood: false, part: None };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("only") => arguments.rows.push(parser.value()?.string()?),
            Long("peer") => arguments.peers.push(parser.value()?.string()?),
            Long("rounds") => arguments.rounds = parser.value()?.parse()?,
            Long("flood") => arguments.flood = true,
            Long("run") => {
                let (row, peer) = (parser.value()?.string()?, parser.value()?.string()?);
                arguments.part = Some(Part::Run { row, peer });
            }
            Long("serve") => {
                arguments.part = Some(Part::Serve { peer: parser.value()?.string()? });
            }
            Long("help") => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(arguments))
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(arguments) = arguments()? else {
        println!("{HELP}");
        return Ok(());
    };
    match &arguments.part {
        Some(Part::Serve { peer }) => {
            pin(env::var(SERVER_CORE)?.parse()?);
            peers::serve(peer)
        }
        Some(Part::Run { row, peer }) => {
            let row = ROWS.iter().find(|known| known.name == row).ok_or("no such row")?;
            pin(0);
            let server = Server::start(peer, row.cores - 1)?;
            println!("{}", peers::run(peer, &server, row.work)?);
            Ok(())
        }
        None if arguments.flood => {
            pin(0);
            peers::flood(&Server::start("callboard", 0)?)
        }
        None => compare(&arguments),
    }
}

/// Runs all rounds, each of which has every peer after the other, and prints what came out.
fn compare(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let is_wanted = |row: &&Row| {
        arguments.rows.is_empty() || arguments.rows.iter().any(|only| row.name.starts_with(only))
    };
    let peers = PEERS.into_iter().filter(|peer| {
        arguments.peers.is_empty() || arguments.peers.iter().any(|only| only == peer)
    });
    let (rows, peers): (Vec<&Row>, Vec<&str>) =
        (ROWS.iter().filter(is_wanted).collect(), peers.collect());
    let mut table = Table::default();
    for row in &rows {
        for round in 0..arguments.rounds {
            for peer in &peers {
                eprintln!("{}, round {}: {peer}", row.name, round + 1);
                table.add(row.name, peer, measure_apart(row, peer)?);
            }
        }
    }
    table.print(&rows, &peers);
    Ok(())
}

/// Runs a row in processes of its own: nanoseconds an operation.
fn measure_apart(row: &Row, peer: &str) -> Result<f64, Box<dyn Error>> {
    let ran = Command::new(env::current_exe()?)
        .args(["--run", row.name, peer])
        .stderr(Stdio::inherit())
        .output()?;
    if !ran.status.success() {
        return Err(format!("{} on {peer} failed", row.name).into());
    }
    Ok(String::from_utf8(ran.stdout)?.trim().parse()?)
}

/// Keeps this thread, and all threads that begin from here on, on a core.
fn pin(core: usize) {
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    // Where there are not as many, both are on one.
    if let Some(core) = cores.get(core).or(cores.first()) {
        core_affinity::set_for_current(*core);
    }
}

/// The other process. It ends when this is dropped.
struct Server {
    child: Child,
    port: u16,
    /// The certificates of both, for who uses them.
    pem: peers::Pem,
}

impl Server {
    fn start(peer: &str, core: usize) -> Result<Self, Box<dyn Error>> {
        let port = free_port()?;
        let pem = peers::Pem::new()?;
        let mut server = Command::new(env::current_exe()?);
        server.args(["--serve", peer]).env(SERVER_CORE, core.to_string());
        server.env(peers::PORT, port.to_string()).env(peers::PEM, pem.of_server());
        let child = server.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        Ok(Self { child, port, pem })
    }
}

/// A port that was free a moment ago: not every framework says which one it has taken.
fn free_port() -> io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

impl Drop for Server {
    fn drop(&mut self) {
        // It reads until there is nothing more.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
