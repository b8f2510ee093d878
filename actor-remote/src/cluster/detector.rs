//! When a silent node counts as lost: the phi accrual failure detector of Hayashibara and others, "The φ Accrual
//! Failure Detector" (2004).
//!
//! It learns how far apart signs of life come, and says how unlikely the present silence is: φ is minus the logarithm
//! of the chance that one that long is still an ordinary one. A pause of some length is taken off before, for
//! machines that are busy make one now and then.

use std::collections::VecDeque;
use std::time::Duration;

/// Intervals that are remembered.
const WINDOW: usize = 100;

/// What the spread of intervals is at least, as a part of their mean: a line that was even so far may be less so.
const LEAST_SPREAD: f64 = 0.25;

/// The signs of life of one node. Times are those of the connection.
#[derive(Debug)]
pub(crate) struct Detector {
    last: Duration,
    /// In seconds, oldest first.
    intervals: VecDeque<f64>,
    pause: Duration,
}

impl Detector {
    /// One that expects a sign of life each `interval`, and forgives a pause of that length.
    pub(crate) fn new(interval: Duration, pause: Duration, now: Duration) -> Self {
        Self { last: now, intervals: VecDeque::from([interval.as_secs_f64()]), pause }
    }

    /// A sign of life.
    pub(crate) fn hear(&mut self, now: Duration) {
        let interval = now.saturating_sub(self.last).as_secs_f64();
        self.last = now;
        if self.intervals.len() == WINDOW {
            self.intervals.pop_front();
        }
        self.intervals.push_back(interval);
    }

    /// Counts the silence from now: nobody listened before.
    pub(crate) fn forgive(&mut self, now: Duration) {
        self.last = now;
    }

    /// How unlikely the silence is: at 1 one in ten such silences ends by itself, at 8 one in a hundred million.
    pub(crate) fn phi(&self, now: Duration) -> f64 {
        let silence = now.saturating_sub(self.last).saturating_sub(self.pause).as_secs_f64();
        let count = self.intervals.len() as f64;
        let mean = self.intervals.iter().sum::<f64>() / count;
        let variance =
            self.intervals.iter().map(|interval| (interval - mean).powi(2)).sum::<f64>() / count;
        let spread = variance.sqrt().max(mean * LEAST_SPREAD).max(0.001);
        // The tail of the normal distribution, by a logistic curve that is off by less than a thousandth.
        let y = (silence - mean) / spread;
        let e = (-y * (1.5976 + 0.070_566 * y * y)).exp();
        let chance = if y > 0.0 { e / (1.0 + e) } else { 1.0 - 1.0 / (1.0 + e) };
        -chance.max(f64::MIN_POSITIVE).log10()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn heard(intervals: impl IntoIterator<Item = Duration>) -> (Detector, Duration) {
        let mut now = Duration::ZERO;
        let mut detector = Detector::new(SECOND, Duration::ZERO, now);
        for interval in intervals {
            now += interval;
            detector.hear(now);
        }
        (detector, now)
    }

    #[test]
    fn k2_a_longer_silence_is_less_likely() {
        let (detector, now) = heard([SECOND; 50]);
        let phis: Vec<f64> =
            (0..40).map(|tenths| detector.phi(now + SECOND * tenths / 10)).collect();
        assert!(phis.windows(2).all(|pair| pair[0] <= pair[1]), "{phis:?}");
        assert!(
            detector.phi(now + SECOND) < 1.0 && detector.phi(now + SECOND * 3) > 8.0,
            "{phis:?}"
        );
    }

    #[test]
    fn a_line_that_is_uneven_gets_more_patience() {
        let uneven = (0..50).map(|number| SECOND * (1 + number % 3) / 2);
        let ((even, at), (uneven, when)) = (heard([SECOND; 50]), heard(uneven));
        assert!(uneven.phi(when + SECOND * 2) < even.phi(at + SECOND * 2));
    }

    #[test]
    fn a_pause_is_forgiven() {
        let mut detector = Detector::new(SECOND, SECOND * 3, Duration::ZERO);
        detector.hear(SECOND);
        assert!(detector.phi(SECOND * 4) < 1.0 && detector.phi(SECOND * 8) > 8.0);
    }
}
