//! How many restarts are too many. Pure: time is passed in.

use std::collections::VecDeque;

/// A window that slides: at most `max` restarts within `within` (Erlang/OTP's restart intensity, S7 and S8).
#[derive(Clone, Debug)]
pub(crate) struct Intensity {
    max: usize,
    within_nanos: u64,
    /// When the restarts in the window were, oldest first; never more than `max`.
    restarts: VecDeque<u64>,
}

/// What a restart means for who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it says whether to restart"]
pub(crate) enum Verdict {
    GiveUp,
    Restart,
}

impl Intensity {
    pub(crate) const fn new(max: usize, within_nanos: u64) -> Self {
        Self { max, within_nanos, restarts: VecDeque::new() }
    }

    /// Counts a restart at this moment, unless it is one too many.
    pub(crate) fn record(&mut self, now: u64) -> Verdict {
        while self.restarts.front().is_some_and(|at| now - at >= self.within_nanos) {
            self.restarts.pop_front();
        }
        if self.restarts.len() >= self.max {
            return Verdict::GiveUp;
        }
        self.restarts.push_back(now);
        Verdict::Restart
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn s7_with_zero_the_first_failure_escalates_and_with_two_the_third() {
        assert_eq!(Intensity::new(0, 100).record(5), Verdict::GiveUp);
        let mut two = Intensity::new(2, 100);
        let verdicts = [1, 2, 3].map(|now| two.record(now));
        assert_eq!(verdicts, [Verdict::Restart, Verdict::Restart, Verdict::GiveUp]);
    }

    #[test]
    fn s8_older_restarts_are_forgotten() {
        let mut one = Intensity::new(1, 100);
        assert_eq!(
            [0, 100, 199].map(|now| one.record(now) == Verdict::Restart),
            [true, true, false]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 8 } else { 256 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn s7_it_is_what_a_recount_of_all_restarts_says(
            max in 0..5_usize,
            within in 1..50_u64,
            steps in prop::collection::vec(0..20_u64, 0..60),
        ) {
            let (mut intensity, mut all, mut now) = (Intensity::new(max, within), Vec::new(), 0);
            for step in steps {
                now += step;
                let recent = all.iter().filter(|at| now - **at < within).count();
                let expected = if recent < max { Verdict::Restart } else { Verdict::GiveUp };
                prop_assert_eq!(intensity.record(now), expected);
                if expected == Verdict::Restart {
                    all.push(now);
                }
            }
        }
    }
}
