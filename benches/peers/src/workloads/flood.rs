//! How long an ask takes while another actor of the same thread has more messages than it can handle.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::harness::Clock;
use crate::workloads::ask::Doubler;
use crate::workloads::{Framework, Measured, Told, Workload};

/// Counts messages, and tells itself each so often.
struct Flooded<F: Framework> {
    me: Option<F::Told<Self>>,
    left: u64,
    done: Option<oneshot::Sender<()>>,
}

enum FloodedMessage<F: Framework> {
    Meet(F::Told<Flooded<F>>),
    Again(u64),
}

impl<F: Framework> Told for Flooded<F> {
    type Message = FloodedMessage<F>;

    fn told(&mut self, message: FloodedMessage<F>) {
        match message {
            FloodedMessage::Meet(me) => self.me = Some(me),
            FloodedMessage::Again(0) => {
                self.left -= 1;
                if self.left == 0 {
                    self.me = None;
                    let done = self.done.take().expect("it ends once");
                    done.send(()).expect("the workload waits");
                }
            }
            FloodedMessage::Again(times) => {
                let me = self.me.as_ref().expect("it met itself");
                F::tell(me, FloodedMessage::Again(times - 1));
            }
        }
    }
}

/// Microseconds of an ask after so many messages were sent at once to another actor, which tells itself each
/// message `AGAIN` so often: the mean of all asks until the flood is over. Where the flood starves the asks,
/// there is one, which takes as long as the flood.
pub(crate) struct Flood<const AGAIN: u64>;

impl<const AGAIN: u64> Workload for Flood<AGAIN> {
    const ONCE: bool = true;

    async fn run<F: Framework>(on: F, messages: u64) -> Measured {
        let (done, mut end) = oneshot::channel();
        let flooded = Flooded::<F> { me: None, left: messages, done: Some(done) };
        let flooded = on.spawn(0, flooded).await;
        let doubler = on.spawn_asked(0, Doubler).await;
        assert_eq!(F::ask(&doubler, 1).await, 2, "the answer is right");
        F::tell(&flooded, FloodedMessage::Meet(flooded.clone()));
        for _ in 0..messages {
            F::tell(&flooded, FloodedMessage::Again(AGAIN));
        }
        let mut time = Duration::ZERO;
        let mut asks = 0_u64;
        while asks == 0 || end.try_recv().is_err() {
            let clock = Clock::start();
            let answer = F::ask(&doubler, asks).await;
            time += clock.time();
            assert_eq!(answer, 2 * asks, "the answer is right");
            asks += 1;
        }
        Measured::value(time.as_secs_f64() * 1e6 / asks as f64)
    }
}
