//! Between two cores: many to one with small and large messages, and an ask that finds the other side asleep.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::harness::{Clock, median};
use crate::workloads::ask::Doubler;
use crate::workloads::tell::RUN;
use crate::workloads::{Framework, Measured, Told, Workload, sum_below};

/// How many tell the one.
const SOURCES: u64 = 8;

/// Adds up the first words of messages of so many words.
struct Sink<const WORDS: usize> {
    left: u64,
    sum: u64,
    done: Option<oneshot::Sender<u64>>,
}

impl<const WORDS: usize> Told for Sink<WORDS> {
    type Message = [u64; WORDS];

    fn told(&mut self, message: [u64; WORDS]) {
        self.sum = self.sum.wrapping_add(message[0]);
        self.left -= 1;
        if self.left == 0 {
            let done = self.done.take().expect("it ends once");
            done.send(self.sum).expect("the workload waits");
        }
    }
}

struct Source<F: Framework, const WORDS: usize> {
    sink: F::Told<Sink<WORDS>>,
    me: Option<F::Told<Self>>,
}

enum SourceMessage<F: Framework, const WORDS: usize> {
    Meet(F::Told<Source<F, WORDS>>),
    Send(u64),
}

impl<F: Framework, const WORDS: usize> Told for Source<F, WORDS> {
    type Message = SourceMessage<F, WORDS>;

    fn told(&mut self, message: SourceMessage<F, WORDS>) {
        match message {
            SourceMessage::Meet(me) => self.me = Some(me),
            SourceMessage::Send(left) => {
                let run = left.min(RUN);
                for value in left - run..left {
                    F::tell(&self.sink, [value; WORDS]);
                }
                if left > run {
                    let me = self.me.as_ref().expect("it met itself");
                    F::tell(me, SourceMessage::Send(left - run));
                }
            }
        }
    }
}

/// Messages of `WORDS` times 8 bytes, from sources on one core to a sink on the other.
pub(crate) struct ManyToOne<const WORDS: usize>;

impl<const WORDS: usize> Workload for ManyToOne<WORDS> {
    const CORES: usize = 2;

    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let each = operations / SOURCES;
        let (done, all) = oneshot::channel();
        let sink = Sink::<WORDS> { left: SOURCES * each, sum: 0, done: Some(done) };
        let sink = on.spawn(1, sink).await;
        let mut sources = Vec::new();
        for _ in 0..SOURCES {
            let source = Source::<F, WORDS> { sink: sink.clone(), me: None };
            let source = on.spawn(0, source).await;
            F::tell(&source, SourceMessage::Meet(source.clone()));
            sources.push(source);
        }
        let clock = Clock::start();
        for source in &sources {
            F::tell(source, SourceMessage::Send(each));
        }
        let sum = all.await.expect("the sink ends");
        let time = clock.time();
        assert_eq!(sum, SOURCES.wrapping_mul(sum_below(each)), "every message arrived once");
        Measured::new(time, SOURCES * each)
    }
}

/// How long an ask takes whose other side has slept for a while: the median, in microseconds.
pub(crate) struct Asleep;

impl Workload for Asleep {
    const CORES: usize = 2;
    const ONCE: bool = true;

    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let far = on.spawn_asked(1, Doubler).await;
        let mut micros = Vec::new();
        for value in 0..operations {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let clock = Clock::start();
            let answer = F::ask(&far, value).await;
            micros.push(clock.time().as_secs_f64() * 1e6);
            assert_eq!(answer, 2 * value, "the answer is right");
        }
        Measured::value(median(&micros))
    }
}
