use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use callboard::{actor, handlers};
use futures_core::Stream;

pub struct Bytes;

impl Stream for Bytes {
    type Item = Vec<u8>;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Vec<u8>>> {
        Poll::Ready(None)
    }
}

#[actor]
pub struct Reader {
    lines: Bytes,
    number: Option<u8>,
}

#[handlers]
impl Reader {
    #[stream(lines)]
    fn line(&mut self, line: Vec<u8>) {
        drop(line);
    }

    #[stream(number)]
    fn number(&mut self, number: u8) {
        drop(number);
    }

    #[stream(other)]
    fn other(&mut self, number: u8) {
        drop(number);
    }
}

fn main() {}
