//! What is done, the same on all: messages of 64 bytes, and asks.

use std::hint::black_box;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

/// A message: 64 bytes, none of which a codec could leave out.
pub(crate) type Values = [u64; 8];

/// Messages between two asks whether all have arrived, so that no framework keeps more than these.
const IN_FLIGHT: u64 = 65_536;

/// Messages after which a sender lets others have their turn.
const RUN: u64 = 512;

/// How long a run takes that counts.
const LENGTH: Duration = Duration::from_millis(800);

/// What is measured.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Work {
    /// Messages are told until the other process has handled them: a message.
    Tell,
    /// A hundred asks are under way: an ask.
    Asks,
    /// One ask after the other: the median of them.
    Ask,
}

impl Work {
    /// How many times as fast as the fastest peer Callboard should be, if that is an aim.
    pub(crate) const fn times_the_fastest(self) -> Option<f64> {
        match self {
            Self::Tell => Some(3.0),
            Self::Asks => Some(1.5),
            Self::Ask => None,
        }
    }
}

/// A row of the table.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) work: Work,
    /// On how many cores the two processes are.
    pub(crate) cores: usize,
}

pub(crate) const ROWS: [Row; 4] = [
    Row { name: "tell", work: Work::Tell, cores: 1 },
    Row { name: "100 asks under way", work: Work::Asks, cores: 1 },
    Row { name: "ask", work: Work::Ask, cores: 1 },
    Row { name: "two cores: tell", work: Work::Tell, cores: 2 },
];

/// Who is told and asked.
pub(crate) trait Sink {
    /// Tells it something.
    async fn put(&self, values: Values);

    /// Asks for the digest of what it was told.
    async fn digest(&self) -> u64;

    /// Asks so often, with so many under way.
    async fn digests(&self, asks: u64, at_once: u64) {
        let mut pending: FuturesUnordered<_> = (0..at_once).map(|_| self.digest()).collect();
        for _ in at_once..asks {
            black_box(pending.next().await);
            pending.push(self.digest());
        }
        while let Some(digest) = pending.next().await {
            black_box(digest);
        }
    }
}

/// What was sent or taken: which messages and in which order.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) struct Digest(pub(crate) u64);

impl Digest {
    #[inline]
    pub(crate) fn add(&mut self, values: Values) {
        let all = values.into_iter().fold(0, |all, value| all ^ value);
        self.0 = (self.0.rotate_left(5) ^ all).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

/// The message of this number.
#[inline]
pub(crate) fn values(number: u64) -> Values {
    let first = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 << 63 | 1;
    std::array::from_fn(|at| first.rotate_left(8 * at as u32) | 1 << 63)
}

/// Does some work: nanoseconds an operation.
pub(crate) async fn run(sink: &impl Sink, work: Work) -> f64 {
    let mut sent = Sent::default();
    // The first is shorter and warms up; it says how long the second is to be.
    let first = 20_000;
    let nanos = sent.run(sink, work, first).await;
    let second = (LENGTH.as_nanos() as f64 / nanos) as u64;
    sent.run(sink, work, second.max(first)).await
}

#[derive(Default)]
struct Sent {
    messages: u64,
    digest: Digest,
}

impl Sent {
    async fn run(&mut self, sink: &impl Sink, work: Work, count: u64) -> f64 {
        match work {
            Work::Tell => self.tell(sink, count).await,
            Work::Asks => {
                let began = Instant::now();
                sink.digests(count, 100).await;
                began.elapsed().as_nanos() as f64 / count as f64
            }
            Work::Ask => {
                let mut nanos = Vec::with_capacity(count as usize);
                for _ in 0..count {
                    let began = Instant::now();
                    black_box(sink.digest().await);
                    nanos.push(began.elapsed().as_nanos() as u64);
                }
                nanos.sort_unstable();
                nanos[nanos.len() / 2] as f64
            }
        }
    }

    async fn tell(&mut self, sink: &impl Sink, count: u64) -> f64 {
        let began = Instant::now();
        for number in 1..=count {
            let values = values(self.messages);
            self.messages += 1;
            self.digest.add(values);
            sink.put(values).await;
            if number % RUN == 0 {
                tokio::task::yield_now().await;
            }
            if number % IN_FLIGHT == 0 {
                self.check(sink).await;
            }
        }
        self.check(sink).await;
        began.elapsed().as_nanos() as f64 / count as f64
    }

    /// The ask comes behind the messages, so all have been taken, in their order.
    async fn check(&self, sink: &impl Sink) {
        assert_eq!(sink.digest().await, self.digest.0, "what was taken is what was sent");
    }
}
