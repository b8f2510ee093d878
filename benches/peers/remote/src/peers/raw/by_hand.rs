//! A length before each frame, put into and cut out of one buffer by hand: the least that can be done.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{ASK, BODY, BUFFER, Frames, TELL, values};
use crate::work::{Digest, Values};

const LENGTH: usize = 4;
const FRAME: usize = LENGTH + BODY;

fn frame(kind: u8, values: Values) -> [u8; FRAME] {
    let mut frame = [0; FRAME];
    frame[..LENGTH].copy_from_slice(&(BODY as u32).to_le_bytes());
    frame[LENGTH] = kind;
    for (bytes, value) in frame[LENGTH + 1..].chunks_exact_mut(8).zip(values) {
        bytes.copy_from_slice(&value.to_le_bytes());
    }
    frame
}

pub(in crate::peers) struct ByHand {
    /// Answers come through its buffer; what is larger does not.
    stream: BufReader<TcpStream>,
    /// What is to be written.
    bytes: Vec<u8>,
}

impl Frames for ByHand {
    fn new(stream: TcpStream) -> Self {
        let stream = BufReader::with_capacity(8 << 10, stream);
        Self { stream, bytes: Vec::with_capacity(BUFFER) }
    }

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
        Ok(values(&answer[LENGTH..])[0])
    }

    async fn serve(mut self) -> io::Result<()> {
        let (mut bytes, mut filled) = (vec![0; BUFFER], 0);
        let mut digest = Digest::default();
        loop {
            let read = self.stream.read(&mut bytes[filled..]).await?;
            if read == 0 {
                return Ok(());
            }
            filled += read;
            let mut begin = 0;
            while let Some(length) = bytes[begin..filled].first_chunk() {
                let end = begin + LENGTH + u32::from_le_bytes(*length) as usize;
                if filled < end {
                    break;
                }
                let body = &bytes[begin + LENGTH..end];
                match body[0] {
                    TELL => digest.add(values(body)),
                    _ => self.put(ASK, [digest.0; 8]).await?,
                }
                begin = end;
            }
            bytes.copy_within(begin..filled, 0);
            filled -= begin;
            if !self.bytes.is_empty() {
                self.flush().await?;
            }
        }
    }
}
