//! A bank behind HTTP: an axum service on tokio's own multi-thread runtime, and a supervised tree of actors.
//!
//! It shows a system embedded in another program: HTTP handlers ask actors from outside, by references that they
//! hold. The house panics when it is told to, and its supervisor restarts it at the same address; its new state
//! comes from the ledger. What was asked meanwhile waits, and is answered.
//!
//! Run it with `cargo run --example web`. It takes a free port, sends itself 200 deposits by 4 clients while
//! another has the house crash 5 times, prints what came of it, and ends:
//!
//! ```text
//! listening on 127.0.0.1:45123
//! 200 deposits by 4 clients, 5 crashes
//! alice has 200 cents
//! ```
//!
//! With `cargo run --example web -- --listen 127.0.0.1:7000` it serves until Ctrl-C, which drains it:
//!
//! ```text
//! $ curl -X POST http://127.0.0.1:7000/accounts/alice/500
//! $ curl http://127.0.0.1:7000/accounts/alice
//! $ curl -X POST http://127.0.0.1:7000/crash
//! $ curl http://127.0.0.1:7000/tree
//! ```
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "an example talks to its user")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use callboard::prelude::*;
use callboard::{BoxError, ChildSpec, Strategy, SupervisorSpec, Topic, Tree};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Remembers what was paid in. It never crashes.
#[actor]
#[derive(Default)]
struct Ledger {
    balances: BTreeMap<String, u64>,
}

#[handlers]
impl Ledger {
    #[tell]
    fn book(&mut self, name: String, cents: u64) {
        *self.balances.entry(name).or_default() += cents;
    }

    #[ask]
    fn balances(&self) -> BTreeMap<String, u64> {
        self.balances.clone()
    }
}

/// Deals with customers.
#[actor]
struct House {
    ledger: ActorRef<Ledger>,
    balances: BTreeMap<String, u64>,
}

impl House {
    /// A house that knows all that was booked: what an earlier one told the ledger comes before its ask.
    async fn open(ledger: ActorRef<Ledger>) -> Result<Self, BoxError> {
        Ok(Self { ledger, balances: ledger.balances().await? })
    }
}

#[handlers]
impl House {
    #[ask]
    fn deposit(&mut self, name: String, cents: u64) -> u64 {
        self.ledger.book(name.clone(), cents);
        let balance = self.balances.entry(name).or_default();
        *balance += cents;
        *balance
    }

    #[ask]
    fn balance(&self, name: String) -> Option<u64> {
        self.balances.get(&name).copied()
    }

    #[tell]
    fn crash(&mut self) {
        panic!("somebody wants to see it");
    }
}

/// The ledger, then the house; if the ledger failed, the house would be restarted with it.
fn bank() -> SupervisorSpec {
    SupervisorSpec::new("bank")
        .strategy(Strategy::RestForOne)
        .intensity(100, secs(1))
        .child(ChildSpec::<Ledger>::new("ledger", |_| async { Ok(Ledger::default()) }))
        .child(ChildSpec::<House>::new("house", |siblings| {
            House::open(siblings.child::<Ledger>(0))
        }))
}

/// What HTTP handlers ask: an `ActorRef` is where an actor is, so each has a copy.
fn routes(tree: Tree) -> Router {
    Router::new()
        .route("/accounts/{name}", get(balance))
        .route("/accounts/{name}/{cents}", post(deposit))
        .route("/crash", post(crash))
        .with_state(tree.child::<House>(1))
        .route("/tree", get(show).with_state(tree))
}

async fn balance(
    State(house): State<ActorRef<House>>,
    Path(name): Path<String>,
) -> Result<String, StatusCode> {
    let balance = house.balance(name).await.map_err(unavailable)?;
    balance.map(|cents| cents.to_string()).ok_or(StatusCode::NOT_FOUND)
}

async fn deposit(
    State(house): State<ActorRef<House>>,
    Path((name, cents)): Path<(String, u64)>,
) -> Result<String, StatusCode> {
    house.deposit(name, cents).await.map(|cents| cents.to_string()).map_err(unavailable)
}

async fn crash(State(house): State<ActorRef<House>>) -> StatusCode {
    house.crash();
    StatusCode::ACCEPTED
}

async fn show(State(tree): State<Tree>) -> Result<String, StatusCode> {
    tree.supervisor().tree().await.map(|tree| tree.to_string()).map_err(unavailable)
}

/// An ask that found nobody, or waited too long.
fn unavailable(_: AskError) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let listen = match words[..] {
        [] => None,
        ["--listen", address] => Some(address.to_owned()),
        _ => {
            eprintln!("web: unknown arguments\n\nusage: web [--listen ADDRESS]");
            return Ok(ExitCode::from(2));
        }
    };
    let builder = System::builder().shards(2);
    #[cfg(unix)]
    let builder = if listen.is_some() { builder.drain_on_signals(secs(5)) } else { builder };
    let system = builder.start()?;
    let tree = system.supervise(0, bank()).wait()?;
    let web = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match listen {
        None => web.block_on(serve_itself(&system, tree))?,
        Some(address) => {
            let socket = web.block_on(TcpListener::bind(address))?;
            println!("listening on {}", socket.local_addr()?);
            let house = tree.child::<House>(1);
            web.block_on(async {
                tokio::select! {
                    served = axum::serve(socket, routes(tree)) => served,
                    // The system has ended.
                    _ = house.wait() => Ok(()),
                }
            })?;
        }
    }
    let report = system.stop(secs(5));
    Ok(if report.actors_left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const CLIENTS: u64 = 4;
const DEPOSITS: u64 = 50;
const CRASHES: u64 = 5;

/// Serves, and is the other side of all connections.
async fn serve_itself(system: &System, tree: Tree) -> Result<(), Box<dyn Error>> {
    let mut panics = system.events().only(Topic::Panic);
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?;
    println!("listening on {address}");
    let server = tokio::spawn(async { axum::serve(socket, routes(tree)).await });

    let clients = Vec::from_iter((0..CLIENTS).map(|_| tokio::spawn(client(address))));
    for _ in 0..CRASHES {
        request(address, "POST", "/crash").await?;
        panics.next().await.ok_or("the system runs")?;
    }
    let mut deposits = 0;
    for client in clients {
        deposits += client.await??;
    }
    println!("{deposits} deposits by {CLIENTS} clients, {CRASHES} crashes");
    let answer = request(address, "GET", "/accounts/alice").await?;
    let balance = answer.lines().last().unwrap_or_default();
    println!("alice has {balance} cents");
    server.abort();
    Ok(())
}

/// Pays in, and counts what was accepted.
async fn client(address: SocketAddr) -> io::Result<u64> {
    let mut accepted = 0;
    for _ in 0..DEPOSITS {
        let answer = request(address, "POST", "/accounts/alice/1").await?;
        accepted += u64::from(answer.starts_with("HTTP/1.1 200"));
    }
    Ok(accepted)
}

/// One request on a connection of its own; the whole answer.
async fn request(address: SocketAddr, method: &str, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!("{method} {path} HTTP/1.1\r\nhost: bank\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
