//! Frames on a bare socket of tokio: a length, a kind, 64 bytes. As many go at once as fit a buffer.

use std::cell::RefCell;
use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Done, end_with_input, runtime};
use crate::work::{self, Digest, Values, Work};

const TELL: u8 = 0;
const ASK: u8 = 1;

const FRAME: usize = 4 + 1 + 64;
const BUFFER: usize = 64 << 10;

fn frame(kind: u8, values: Values) -> [u8; FRAME] {
    let mut frame = [0; FRAME];
    frame[..4].copy_from_slice(&(FRAME as u32 - 4).to_le_bytes());
    frame[4] = kind;
    for (bytes, value) in frame[5..].chunks_exact_mut(8).zip(values) {
        bytes.copy_from_slice(&value.to_le_bytes());
    }
    frame
}

fn values(frame: &[u8]) -> Values {
    let mut values = [0; 8];
    for (value, bytes) in values.iter_mut().zip(frame[5..].chunks_exact(8)) {
        *value = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    }
    values
}

pub(super) fn serve(port: u16) -> Done {
    end_with_input();
    runtime()?.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let (mut stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (mut bytes, mut filled) = (vec![0; BUFFER], 0);
        let (mut digest, mut answers) = (Digest::default(), Vec::new());
        loop {
            let read = stream.read(&mut bytes[filled..]).await?;
            if read == 0 {
                return Ok(());
            }
            filled += read;
            let mut begin = 0;
            while let Some(length) = bytes[begin..filled].first_chunk() {
                let length = 4 + u32::from_le_bytes(*length) as usize;
                if filled - begin < length {
                    break;
                }
                let there = &bytes[begin..begin + length];
                match there[4] {
                    TELL => digest.add(values(there)),
                    _ => answers.extend_from_slice(&frame(ASK, [digest.0; 8])),
                }
                begin += length;
            }
            bytes.copy_within(begin..filled, 0);
            filled -= begin;
            if !answers.is_empty() {
                stream.write_all(&answers).await?;
                answers.clear();
            }
        }
    })
}

/// A socket, and what is to be written to it.
struct Raw {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Raw {
    async fn put(&mut self, kind: u8, values: Values) -> io::Result<()> {
        if self.bytes.len() + FRAME > BUFFER {
            self.flush().await?;
        }
        self.bytes.extend_from_slice(&frame(kind, values));
        Ok(())
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.bytes).await?;
        self.bytes.clear();
        Ok(())
    }

    async fn answer(&mut self) -> io::Result<u64> {
        let mut answer = [0; FRAME];
        self.stream.read_exact(&mut answer).await?;
        Ok(values(&answer)[0])
    }
}

// One future at a time has it.
impl work::Sink for RefCell<Raw> {
    #[allow(clippy::await_holding_refcell_ref, reason = "nobody else has it")]
    async fn put(&self, values: Values) {
        self.borrow_mut().put(TELL, values).await.expect("the connection lives");
    }

    #[allow(clippy::await_holding_refcell_ref, reason = "nobody else has it")]
    async fn digest(&self) -> u64 {
        let asked = async |raw: &mut Raw| {
            raw.put(ASK, [0; 8]).await?;
            raw.flush().await?;
            raw.answer().await
        };
        asked(&mut self.borrow_mut()).await.expect("the connection lives")
    }

    /// A run of asks goes at once, and the next when all are answered.
    #[allow(clippy::await_holding_refcell_ref, reason = "nobody else has it")]
    async fn digests(&self, asks: u64, at_once: u64) {
        let asked = async |raw: &mut Raw| {
            for _ in 0..asks / at_once {
                for _ in 0..at_once {
                    raw.put(ASK, [0; 8]).await?;
                }
                raw.flush().await?;
                for _ in 0..at_once {
                    raw.answer().await?;
                }
            }
            Ok::<_, io::Error>(())
        };
        asked(&mut self.borrow_mut()).await.expect("the connection lives");
    }
}

pub(super) fn run(port: u16, work: Work) -> Done<f64> {
    runtime()?.block_on(async {
        let stream = loop {
            match TcpStream::connect(("127.0.0.1", port)).await {
                Ok(stream) => break stream,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        };
        stream.set_nodelay(true)?;
        let raw = RefCell::new(Raw { stream, bytes: Vec::with_capacity(BUFFER) });
        Ok(work::run(&raw, work).await)
    })
}
