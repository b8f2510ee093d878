//! How long to wait before a node is dialled again.

use std::time::Duration;

/// Delays that double from the first to the longest, each up to a fifth more or less, so that nodes that lost each
/// other at one moment do not all dial at one moment.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
    random: fastrand::Rng,
}

impl Backoff {
    pub(crate) fn new((first, longest): (Duration, Duration), seed: u64) -> Self {
        Self { first, longest, next: first, random: fastrand::Rng::with_seed(seed) }
    }

    /// The delay before the next attempt.
    pub(crate) fn next(&mut self) -> Duration {
        let delay = self.next;
        self.next = (delay * 2).min(self.longest);
        delay.mul_f64(0.8 + 0.4 * self.random.f64())
    }

    /// An attempt went well.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }

    pub(crate) const fn longest(&self) -> Duration {
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w2_delays_double_up_to_the_longest_and_begin_anew() {
        let ms = Duration::from_millis;
        let mut backoff = Backoff::new((ms(100), ms(500)), 7);
        for expected in [100, 200, 400, 500, 500] {
            let delay = backoff.next();
            assert!(delay >= ms(expected * 8 / 10) && delay <= ms(expected * 12 / 10), "{delay:?}");
        }
        backoff.reset();
        assert!(backoff.next() <= ms(120));
    }
}
