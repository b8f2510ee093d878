//! One actor that asks another, which several benches measure.

use callboard::prelude::*;

#[actor]
#[derive(Default)]
pub(crate) struct Doubler {
    asked: u64,
}

#[handlers]
impl Doubler {
    #[ask]
    pub(crate) fn double(&mut self, value: u64) -> u64 {
        self.asked += 1;
        value * 2
    }

    #[ask]
    pub(crate) async fn double_later(&mut self, value: u64) -> u64 {
        self.asked += 1;
        value * 2
    }
}

#[actor]
pub(crate) struct Asker {
    pub(crate) of: ActorRef<Doubler>,
}

#[handlers]
impl Asker {
    /// Asks so many times, one after the other.
    #[ask]
    pub(crate) async fn round_trips(&mut self, asks: u64) -> Result<u64, AskError> {
        let mut sum = 0;
        for value in 0..asks {
            sum += self.of.double(value).await?;
        }
        Ok(sum)
    }

    /// The same of an `async` handler.
    #[ask]
    pub(crate) async fn async_round_trips(&mut self, asks: u64) -> Result<u64, AskError> {
        let mut sum = 0;
        for value in 0..asks {
            sum += self.of.double_later(value).await?;
        }
        Ok(sum)
    }

    /// How long each took, in microseconds.
    #[ask]
    #[allow(clippy::disallowed_methods, reason = "a bench measures the machine's time")]
    pub(crate) async fn times(&mut self, asks: u64) -> Vec<f64> {
        let mut times = Vec::new();
        for value in 0..asks {
            let began = std::time::Instant::now();
            let answer = self.of.double(value).await;
            times.push(began.elapsed().as_secs_f64() * 1e6);
            assert_eq!(answer, Ok(2 * value));
        }
        times
    }
}
