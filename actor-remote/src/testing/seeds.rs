//! Which seeds an exploration tries, and how far it has come.

use std::ops::Range;
use std::path::PathBuf;

/// The variable that says which seeds: how many, or from where to where.
const SEEDS: &str = "CALLBOARD_SEEDS";

/// The variable that names the file which says how many are done.
const DONE: &str = "CALLBOARD_SEEDS_DONE";

/// The seeds that are left, one after the other; each is done when the next is asked for.
pub(super) struct Seeds {
    left: Range<u64>,
    all: Range<u64>,
    done: Option<PathBuf>,
}

impl Seeds {
    /// Those that the environment says; else these.
    ///
    /// # Panics
    ///
    /// If it says nothing that can be read.
    pub(super) fn new(seeds: Range<u64>) -> Self {
        let all = match std::env::var(SEEDS) {
            Ok(said) => read(&said, seeds.start)
                .unwrap_or_else(|| panic!("{SEEDS} is a number or a range `5..10`, not `{said}`")),
            Err(_) => seeds,
        };
        let done = std::env::var_os(DONE).map(PathBuf::from);
        let next = done.as_ref().and_then(|done| std::fs::read_to_string(done).ok());
        let next = next.map_or(all.start, |next| {
            let said = next.trim();
            said.parse().unwrap_or_else(|_| panic!("the file of {DONE} says `{said}`, no number"))
        });
        Self { left: all.start.max(next)..all.end, all, done }
    }

    /// Says how far it has come, now and then.
    #[allow(clippy::print_stderr, reason = "who waits wants to know for what")]
    fn tell(&self, next: u64) {
        let count = self.all.end - self.all.start;
        let step = (count / 20).clamp(50, 1_000);
        let done = next - self.all.start;
        if done > 0 && done.is_multiple_of(step) {
            eprintln!("{done} of {count} seeds");
        }
    }
}

impl Iterator for Seeds {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let next = self.left.start;
        self.tell(next);
        if let Some(done) = &self.done {
            // Never half written, whenever it is stopped.
            let new = done.with_extension("new");
            let said = std::fs::write(&new, next.to_string());
            let said = said.and_then(|()| std::fs::rename(&new, done));
            said.unwrap_or_else(|error| panic!("{DONE}: {error}"));
        }
        self.left.next()
    }
}

/// `10` or `5..10`.
fn read(said: &str, first: u64) -> Option<Range<u64>> {
    let seeds = match said.split_once("..") {
        Some((from, to)) => from.parse().ok()?..to.parse().ok()?,
        None => first..first.checked_add(said.parse().ok()?)?,
    };
    // A run of no seeds would show nothing.
    Some(seeds).filter(|seeds| !seeds.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_number_or_a_range() {
        assert_eq!(read("2000", 5), Some(5..2_005));
        assert_eq!(read("7..9", 5), Some(7..9));
        assert!(
            ["", "7..", "many", "0", "9..7"].map(|said| read(said, 0)).iter().all(Option::is_none)
        );
    }
}
