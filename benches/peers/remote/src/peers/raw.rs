//! Frames on a socket of tokio, and nothing else: by hand, and by the codec of tokio-util that most programs take.

pub(super) mod by_hand;
pub(super) mod codec;

use std::cell::RefCell;
use std::io;

use tokio::net::{TcpListener, TcpStream};

use super::{Done, end_with_input, runtime};
use crate::work::{self, Values, Work};

const TELL: u8 = 0;
const ASK: u8 = 1;

/// What a frame holds: its kind, 64 bytes.
const BODY: usize = 1 + 64;

/// As much goes to the socket at once, and comes from it.
const BUFFER: usize = 64 << 10;

/// The values of what a frame holds.
fn values(body: &[u8]) -> Values {
    let mut values = [0; 8];
    for (value, bytes) in values.iter_mut().zip(body[1..].chunks_exact(8)) {
        *value = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    }
    values
}

/// Who frames what goes through a socket.
pub(super) trait Frames: Sized {
    fn new(stream: TcpStream) -> Self;

    /// Writes a frame behind the others. They go when enough are there, or are flushed.
    async fn put(&mut self, kind: u8, values: Values) -> io::Result<()>;

    async fn flush(&mut self) -> io::Result<()>;

    /// The first value of the next frame.
    async fn answer(&mut self) -> io::Result<u64>;

    /// Takes what comes, and answers what asks, until nothing more comes.
    async fn serve(self) -> io::Result<()>;

    /// A run of asks goes at once, and the next when all are answered.
    async fn ask(&mut self, asks: u64, at_once: u64) -> io::Result<u64> {
        let mut answer = 0;
        for _ in 0..asks / at_once {
            for _ in 0..at_once {
                self.put(ASK, [0; 8]).await?;
            }
            self.flush().await?;
            for _ in 0..at_once {
                answer = self.answer().await?;
            }
        }
        Ok(answer)
    }
}

// One future at a time has it.
impl<F: Frames> work::Sink for RefCell<F> {
    #[allow(clippy::await_holding_refcell_ref, reason = "nobody else has it")]
    async fn put(&self, values: Values) {
        self.borrow_mut().put(TELL, values).await.expect("the connection lives");
    }

    #[allow(clippy::await_holding_refcell_ref, reason = "nobody else has it")]
    async fn digest(&self) -> u64 {
        self.borrow_mut().ask(1, 1).await.expect("the connection lives")
    }

    #[allow(clippy::await_holding_refcell_ref, reason = "nobody else has it")]
    async fn digests(&self, asks: u64, at_once: u64) {
        self.borrow_mut().ask(asks, at_once).await.expect("the connection lives");
    }
}

pub(super) fn serve<F: Frames>(port: u16) -> Done {
    end_with_input();
    runtime()?.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        Ok(F::new(stream).serve().await?)
    })
}

pub(super) fn run<F: Frames>(port: u16, work: Work) -> Done<f64> {
    runtime()?.block_on(async {
        let stream = loop {
            match TcpStream::connect(("127.0.0.1", port)).await {
                Ok(stream) => break stream,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        };
        stream.set_nodelay(true)?;
        Ok(work::run(&RefCell::new(F::new(stream)), work).await)
    })
}
