//! Every shape that a method with `#[stream]` may have.

#![deny(warnings)]

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use callboard::{Context, Flow, actor, handlers};
use futures_core::Stream;

/// What a stream without items is.
pub struct Nothing<T>(fn() -> T);

impl<T> Stream for Nothing<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<T>> {
        Poll::Ready(None)
    }
}

#[actor]
pub struct Reader<T: Send + 'static> {
    lines: Option<Nothing<String>>,
    items: Option<Nothing<T>>,
    boxed: Option<Pin<Box<dyn Stream<Item = (u8, u8)>>>>,
    others: Option<Nothing<u8>>,
    bytes: usize,
}

#[handlers]
impl<T: Send + 'static> Reader<T> {
    #[stream(lines)]
    fn line(&mut self, line: String) {
        self.bytes += line.len();
    }

    #[stream(items, credit = 1)]
    async fn item(&mut self, cx: &mut Context<Self>, item: T) -> Result<(), std::fmt::Error> {
        let _ = (cx.me(), item);
        std::future::ready(Ok(())).await
    }

    #[stream(boxed, end = stop, credit = 8)]
    pub(crate) fn pair(&self, cx: &mut Context<Self>, (first, second): (u8, u8)) -> Flow {
        let _ = (cx, first, second);
        Flow::go()
    }

    #[cfg(windows)]
    #[stream(others, end = ignore)]
    async fn other(&self, other: u8) {
        let _ = other;
    }

    #[cfg(not(windows))]
    #[stream(others, end = ignore)]
    async fn other(&self, other: u8) -> Result<(), String> {
        Err(other.to_string())
    }
}

fn main() {
    let nothing = Nothing(|| 0);
    let mut reader = Reader::<u64> {
        lines: None,
        items: None,
        boxed: None,
        others: Some(nothing),
        bytes: 0,
    };
    reader.line("a line".to_owned());
    assert_eq!((reader.bytes, reader.others.is_some()), (6, true));
}
