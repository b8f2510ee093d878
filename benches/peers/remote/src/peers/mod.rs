//! Who is measured: for each how it carries a [`Sink`](crate::work::Sink) in a process and reaches it from another.

mod callboard;
mod elfo;
mod ractor;
mod raw;

use std::error::Error;
use std::io::Read;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::Server;
use crate::work::Work;

/// In the order of the table.
pub(crate) const PEERS: [&str; 6] =
    ["callboard", "callboard-tls", "elfo", "ractor_cluster", "raw", "raw-codec"];

/// The port that the server is to have, and who it is; by the environment of its process.
pub(crate) const PORT: &str = "REMOTE_PEERS_PORT";
pub(crate) const PEM: &str = "REMOTE_PEERS_PEM";

type Done<T = ()> = Result<T, Box<dyn Error>>;

/// Is the server until the input of the process ends.
pub(crate) fn serve(peer: &str) -> Done {
    let port = std::env::var(PORT)?.parse()?;
    match peer {
        "callboard" => callboard::serve(port, None),
        "callboard-tls" => callboard::serve(port, Some(&std::env::var(PEM)?)),
        "elfo" => elfo::serve(port),
        "ractor_cluster" => ractor::serve(port),
        "raw" => raw::serve::<raw::by_hand::ByHand>(port),
        "raw-codec" => raw::serve::<raw::codec::Codec>(port),
        _ => Err("no such peer".into()),
    }
}

/// Does some work with the server: nanoseconds an operation.
pub(crate) fn run(peer: &str, server: &Server, work: Work) -> Done<f64> {
    match peer {
        "callboard" => callboard::run(server.port, None, work),
        "callboard-tls" => callboard::run(server.port, Some(&server.pem.of_client()), work),
        "elfo" => elfo::run(server.port, work),
        "ractor_cluster" => ractor::run(server.port, work),
        "raw" => raw::run::<raw::by_hand::ByHand>(server.port, work),
        "raw-codec" => raw::run::<raw::codec::Codec>(server.port, work),
        _ => Err("no such peer".into()),
    }
}

pub(crate) use self::callboard::flood;

/// Returns when the input of the process has ended: the client is gone.
fn wait_for_end() {
    // An error is an end.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// A runtime of tokio on this thread, that of all peers but Callboard; the process ends with its input.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Ends the process with its input, beside whatever it does.
fn end_with_input() {
    std::thread::spawn(|| {
        wait_for_end();
        std::process::exit(0);
    });
}

/// Certificates of both processes, and of who has signed them.
pub(crate) struct Pem {
    root: String,
    nodes: [String; 2],
}

impl Pem {
    pub(crate) fn new() -> Done<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let node = |name: &str| -> Done<String> {
            let key = KeyPair::generate()?;
            let params = CertificateParams::new([name.to_owned()])?;
            Ok(params.signed_by(&key, &root)?.pem() + &key.serialize_pem())
        };
        Ok(Self { root: root.pem(), nodes: [node("client")?, node("server")?] })
    }

    fn of_client(&self) -> String {
        [&*self.nodes[0], SEPARATOR, &self.root].concat()
    }

    pub(crate) fn of_server(&self) -> String {
        [&*self.nodes[1], SEPARATOR, &self.root].concat()
    }
}

/// Between who one is and whom one trusts.
const SEPARATOR: &str = "\n--\n";
