//! What the benches share: rounds that interleave what is compared, and medians as ratios.
//!
//! Every candidate is measured in every round, one after the other, so that a slow spell of the machine hits
//! all alike; a figure is the median of the rounds, a ratio the median of the rounds' ratios.

#![allow(dead_code, reason = "each bench uses its part")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench reports to a person")]

pub(crate) mod asks;

use std::time::{Duration, Instant};

/// Rounds of each bench; an odd number, so that there is a median.
pub(crate) const ROUNDS: usize = 7;

/// One of the things compared.
pub(crate) struct Candidate<'b> {
    name: &'static str,
    /// Runs it once, with this many operations.
    run: Box<dyn FnMut(u64) -> Duration + 'b>,
    operations: u64,
    /// The candidate it is held against, by index, and the most the ratio should be.
    against: Option<(usize, Bound)>,
    nanos: Vec<f64>,
}

/// What a ratio is to be.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    /// Its time at least so many times the other's: it is by hand what the other does.
    AtLeast(f64),
    /// Its time at most so many times the baseline's.
    AtMost(f64),
    /// At least so many times as fast as the baseline.
    TimesFaster(f64),
}

/// A table of candidates.
#[derive(Default)]
pub(crate) struct Bench<'b> {
    candidates: Vec<Candidate<'b>>,
}

impl<'b> Bench<'b> {
    /// Adds a baseline, and answers its index.
    pub(crate) fn baseline(
        &mut self,
        name: &'static str,
        operations: u64,
        run: impl FnMut(u64) -> Duration + 'b,
    ) -> usize {
        self.add(name, operations, None, run)
    }

    /// Adds a candidate that is held against another.
    pub(crate) fn candidate(
        &mut self,
        name: &'static str,
        operations: u64,
        against: usize,
        bound: Bound,
        run: impl FnMut(u64) -> Duration + 'b,
    ) -> usize {
        self.add(name, operations, Some((against, bound)), run)
    }

    fn add(
        &mut self,
        name: &'static str,
        operations: u64,
        against: Option<(usize, Bound)>,
        run: impl FnMut(u64) -> Duration + 'b,
    ) -> usize {
        let nanos = Vec::new();
        self.candidates.push(Candidate { name, run: Box::new(run), operations, against, nanos });
        self.candidates.len() - 1
    }

    /// Runs all rounds and prints the table.
    pub(crate) fn run(mut self, title: &str) {
        let count = count();
        let only = argument("--only");
        let rounds = if count.is_some() { 1 } else { ROUNDS };
        println!("{title}: {rounds} rounds, medians, nanoseconds an operation");
        for round in 0..rounds {
            for candidate in &mut self.candidates {
                if only.as_deref().is_some_and(|only| only != candidate.name) {
                    continue;
                }
                let operations = count.unwrap_or(candidate.operations);
                progress(&format!("round {} of {rounds}: {}", round + 1, candidate.name));
                let time = (candidate.run)(operations);
                candidate.nanos.push(time.as_nanos() as f64 / operations as f64);
            }
        }
        progress_ends();
        for candidate in self.candidates.iter().filter(|candidate| !candidate.nanos.is_empty()) {
            let line = format!("  {:<44} {:>9.2}", candidate.name, median(&candidate.nanos));
            println!("{line}{}", self.verdict(candidate));
        }
        println!();
    }

    fn verdict(&self, candidate: &Candidate<'_>) -> String {
        let Some((against, bound)) = candidate.against else { return String::new() };
        let baseline = &self.candidates[against];
        if baseline.nanos.is_empty() {
            return String::new();
        }
        let pairs = candidate.nanos.iter().zip(&baseline.nanos);
        let (ratio, text) = match bound {
            Bound::AtMost(most) => {
                let ratio = median(&pairs.map(|(own, base)| own / base).collect::<Vec<_>>());
                (ratio <= most, format!("{ratio:.2} x its time (at most {most})"))
            }
            Bound::AtLeast(least) => {
                let ratio = median(&pairs.map(|(own, base)| own / base).collect::<Vec<_>>());
                (ratio >= least, format!("{ratio:.2} x its time (at least {least})"))
            }
            Bound::TimesFaster(least) => {
                let ratio = median(&pairs.map(|(own, base)| base / own).collect::<Vec<_>>());
                (ratio >= least, format!("{ratio:.2} times as fast (at least {least})"))
            }
        };
        let mark = if ratio { "ok  " } else { "MISS" };
        format!("  {mark} against {}: {text}", baseline.name)
    }
}

/// One round of so many operations, unless all are to be run: `--count N` is for a tool that counts
/// instructions; without `--bench`, which `cargo bench` gives, the question is only whether it runs.
pub(crate) fn count() -> Option<u64> {
    match argument("--count").and_then(|count| count.parse().ok()) {
        Some(count) => Some(count),
        None if std::env::args().any(|argument| argument == "--bench") => None,
        None => Some(1_000),
    }
}

/// What stands behind this word on the command line. `--only NAME` runs one candidate.
pub(crate) fn argument(word: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != word).nth(1)
}

pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Says in one line, which the next replaces, how far a long run is.
pub(crate) fn progress(text: &str) {
    eprint!("\r  {text:<70}");
}

/// Clears that line.
pub(crate) fn progress_ends() {
    eprint!("\r{:72}\r", "");
}

/// The time a call takes.
#[allow(clippy::disallowed_methods, reason = "a bench measures the machine's time")]
pub(crate) fn time(call: impl FnOnce()) -> Duration {
    let began = Instant::now();
    call();
    began.elapsed()
}

/// Binds the present thread to the core that a system's first shard is bound to.
pub(crate) fn pin() {
    if let Some(core) = core_affinity::get_core_ids().unwrap_or_default().first() {
        core_affinity::set_for_current(*core);
    }
}
