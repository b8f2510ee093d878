//! One-way tell: a source tells a sink in runs of 256, and itself to go on.

use tokio::sync::oneshot;

use crate::harness::Clock;
use crate::workloads::{Framework, Measured, Told, Workload, sum_below};

/// Messages before the source lets others run.
pub(crate) const RUN: u64 = 256;

/// Adds up as many numbers as it was told to expect.
struct Sink {
    left: u64,
    sum: u64,
    done: Option<oneshot::Sender<u64>>,
}

enum SinkMessage {
    Expect(u64),
    Add(u64),
}

impl Told for Sink {
    type Message = SinkMessage;

    fn told(&mut self, message: SinkMessage) {
        match message {
            SinkMessage::Expect(messages) => self.left = messages,
            SinkMessage::Add(value) => {
                self.sum = self.sum.wrapping_add(value);
                self.left -= 1;
                if self.left == 0 {
                    let done = self.done.take().expect("it ends once");
                    done.send(self.sum).expect("the workload waits");
                }
            }
        }
    }
}

struct Source<F: Framework> {
    sink: F::Told<Sink>,
    me: Option<F::Told<Self>>,
}

enum SourceMessage<F: Framework> {
    Meet(F::Told<Source<F>>),
    Send(u64),
}

impl<F: Framework> Told for Source<F> {
    type Message = SourceMessage<F>;

    fn told(&mut self, message: SourceMessage<F>) {
        match message {
            SourceMessage::Meet(me) => self.me = Some(me),
            SourceMessage::Send(left) => {
                let run = left.min(RUN);
                for value in left - run..left {
                    F::tell(&self.sink, SinkMessage::Add(value));
                }
                if left > run {
                    let me = self.me.as_ref().expect("it met itself");
                    F::tell(me, SourceMessage::Send(left - run));
                }
            }
        }
    }
}

pub(crate) struct Tell;

impl Workload for Tell {
    async fn run<F: Framework>(on: F, operations: u64) -> Measured {
        let (done, all) = oneshot::channel();
        let sink = on.spawn(0, Sink { left: 0, sum: 0, done: Some(done) }).await;
        F::tell(&sink, SinkMessage::Expect(operations));
        let source = on.spawn(0, Source::<F> { sink, me: None }).await;
        F::tell(&source, SourceMessage::Meet(source.clone()));
        let clock = Clock::start();
        F::tell(&source, SourceMessage::Send(operations));
        let sum = all.await.expect("the sink ends");
        let time = clock.time();
        assert_eq!(sum, sum_below(operations), "every message arrived once");
        Measured::new(time, operations)
    }
}
