//! The framing of tokio: [`LengthDelimitedCodec`] of tokio-util at both ends.

use std::io;

use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_util::bytes::{BufMut, Bytes, BytesMut};
use tokio_util::codec::{Framed, LengthDelimitedCodec};

use super::{ASK, BODY, BUFFER, Frames, TELL, values};
use crate::work::{Digest, Values};

pub(in crate::peers) struct Codec {
    framed: Framed<TcpStream, LengthDelimitedCodec>,
    /// Where frames are put together: a part of it goes with each, so that none is allocated alone.
    bytes: BytesMut,
}

impl Frames for Codec {
    fn new(stream: TcpStream) -> Self {
        let mut framed = Framed::with_capacity(stream, LengthDelimitedCodec::new(), BUFFER);
        framed.set_backpressure_boundary(BUFFER);
        Self { framed, bytes: BytesMut::with_capacity(BUFFER) }
    }

    async fn put(&mut self, kind: u8, values: Values) -> io::Result<()> {
        self.bytes.reserve(BODY);
        self.bytes.put_u8(kind);
        values.into_iter().for_each(|value| self.bytes.put_u64_le(value));
        self.framed.feed(self.bytes.split().freeze()).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        SinkExt::<Bytes>::flush(&mut self.framed).await
    }

    async fn answer(&mut self) -> io::Result<u64> {
        let answer = self.framed.next().await.ok_or(io::ErrorKind::UnexpectedEof)??;
        Ok(values(&answer)[0])
    }

    async fn serve(mut self) -> io::Result<()> {
        let mut digest = Digest::default();
        loop {
            // What has come is answered at once.
            let next = match self.framed.next().now_or_never() {
                Some(next) => next,
                None => {
                    self.flush().await?;
                    self.framed.next().await
                }
            };
            let Some(body) = next.transpose()? else { return Ok(()) };
            match body[0] {
                TELL => digest.add(values(&body)),
                _ => self.put(ASK, [digest.0; 8]).await?,
            }
        }
    }
}
