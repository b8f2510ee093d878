//! What was read, and what the index holds.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// One shard's part.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "remote", derive(callboard::Wire, serde::Serialize, serde::Deserialize))]
pub(crate) struct Shard {
    pub(crate) files: u64,
    pub(crate) postings: u64,
    pub(crate) binary: u64,
    pub(crate) too_large: u64,
    pub(crate) unreadable: u64,
}

/// What an index holds: of each shard, and all different words.
#[derive(Debug)]
#[cfg_attr(feature = "remote", derive(callboard::Wire, serde::Serialize, serde::Deserialize))]
pub(crate) struct Content {
    pub(crate) shards: Vec<Shard>,
    pub(crate) terms: Vec<Box<str>>,
}

/// Why a file is not in the index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Skips {
    Binary,
    TooLarge,
    Unreadable,
}

/// All shards together.
#[derive(Debug)]
pub(crate) struct Summary {
    shards: Vec<Shard>,
    terms: usize,
    /// What could not be read: files, and directories once the caller adds them.
    pub(crate) unreadable: u64,
    /// Files at which a reader failed.
    pub(crate) failed: Vec<PathBuf>,
    /// How long building the index took.
    pub(crate) took: Duration,
}

impl Summary {
    pub(crate) fn new(content: Content) -> Self {
        let (shards, terms) = (content.shards, content.terms.len());
        let unreadable = shards.iter().map(|shard| shard.unreadable).sum();
        Self { shards, terms, unreadable, failed: Vec::new(), took: Duration::ZERO }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |of: fn(&Shard) -> u64| self.shards.iter().map(of).sum::<u64>();
        let files = sum(|shard| shard.files);
        let seconds = self.took.as_secs_f64();
        let rate = files as f64 / seconds.max(f64::MIN_POSITIVE);
        writeln!(f, "{files} files in {seconds:.3} s, {rate:.0} files/s")?;
        let (binary, too_large) = (sum(|shard| shard.binary), sum(|shard| shard.too_large));
        let unreadable = self.unreadable;
        writeln!(f, "skipped: {binary} binary, {too_large} too large, {unreadable} unreadable")?;
        for path in &self.failed {
            writeln!(f, "a reader failed at {}", path.display())?;
        }
        writeln!(f, "{} postings of {} terms", sum(|shard| shard.postings), self.terms)?;
        for (index, shard) in self.shards.iter().enumerate() {
            writeln!(f, "shard {index}: {} files, {} postings", shard.files, shard.postings)?;
        }
        Ok(())
    }
}
