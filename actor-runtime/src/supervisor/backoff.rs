//! How long a child waits before it is started again. Pure: time and chance are passed in.

/// A delay that doubles from `min` to `max`, give or take a fifth, and begins anew once a child has run for
/// `max` (S15).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    min_nanos: u64,
    max_nanos: u64,
    /// The next delay; 0 before the first.
    next_nanos: u64,
}

impl Backoff {
    pub(crate) const fn new(min_nanos: u64, max_nanos: u64) -> Self {
        Self { min_nanos, max_nanos, next_nanos: 0 }
    }

    /// The delay after a life of `ran_nanos`. `chance` is any number: its bits decide the jitter.
    pub(crate) fn next(&mut self, ran_nanos: u64, chance: u64) -> u64 {
        if self.next_nanos == 0 || ran_nanos >= self.max_nanos {
            self.next_nanos = self.min_nanos;
        }
        let delay = self.next_nanos;
        self.next_nanos = delay.saturating_mul(2).min(self.max_nanos);
        let fifth = delay / 5;
        delay - fifth + mix(chance) % (2 * fifth + 1)
    }
}

/// Spreads the bits of a number (the finalizer of splitmix64, Steele, Lea and Flood, 2014).
const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s15_the_delay_doubles_to_its_most_and_begins_anew_after_a_long_life() {
        let mut backoff = Backoff::new(1_000, 8_000);
        let within = |delay: u64, of: u64| delay.abs_diff(of) <= of / 5;
        for (round, expected) in [1_000, 2_000, 4_000, 8_000, 8_000].into_iter().enumerate() {
            let delay = backoff.next(0, round as u64);
            assert!(within(delay, expected), "{delay} for {expected}");
        }
        assert!(within(backoff.next(8_000, 7), 1_000));
        let all: std::collections::BTreeSet<_> =
            (0..1_000).map(|chance| Backoff::new(100, 100).next(0, chance)).collect();
        assert_eq!((all.first(), all.last(), all.len()), (Some(&80), Some(&120), 41));
    }
}
