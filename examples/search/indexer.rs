//! The actor that knows the words of files.

use std::path::{Path, PathBuf};

use callboard::prelude::*;

use crate::index::{self, Index, Weighted, Words};
use crate::reader::read;
use crate::summary::{Shard, Skips};

/// The longest part of a line that is shown, in letters.
const SHOWN: usize = 120;

/// A file that a query found.
#[derive(Debug)]
#[cfg_attr(feature = "remote", derive(callboard::Wire, serde::Serialize, serde::Deserialize))]
pub(crate) struct Hit {
    pub(crate) score: f64,
    path: String,
    pub(crate) line: u64,
    pub(crate) text: String,
}

impl Hit {
    /// The file, or what could be read of its name.
    pub(crate) fn path(&self) -> &Path {
        Path::new(&self.path)
    }
}

/// How many files there are, and how many of them have each word of a query.
#[derive(Debug)]
#[cfg_attr(feature = "remote", derive(callboard::Wire, serde::Serialize, serde::Deserialize))]
pub(crate) struct Frequencies {
    pub(crate) files: u64,
    pub(crate) containing: Vec<u64>,
}

impl Frequencies {
    /// Of several parts of an index, for so many words.
    pub(crate) fn of_all(parts: &[Self], words: usize) -> Self {
        let containing = |at| parts.iter().map(|part| part.containing[at]).sum();
        Self {
            files: parts.iter().map(|part| part.files).sum(),
            containing: (0..words).map(containing).collect(),
        }
    }
}

/// Has the words of the files that were read on its shard, and answers queries about them.
#[actor(ask_timeout = "1h")]
#[derive(Default)]
pub(crate) struct Indexer {
    index: Index,
    counts: Shard,
}

#[handlers]
impl Indexer {
    /// Adds a file that was read.
    #[tell]
    pub(crate) fn add(&mut self, path: PathBuf, words: Words) {
        self.index.add(path, words);
    }

    /// Counts a file that was not.
    #[tell]
    pub(crate) fn skip(&mut self, why: Skips) {
        match why {
            Skips::Binary => self.counts.binary += 1,
            Skips::TooLarge => self.counts.too_large += 1,
            Skips::Unreadable => self.counts.unreadable += 1,
        }
    }

    /// How common the words are.
    #[ask]
    pub(crate) fn frequencies(&self, words: Vec<String>) -> Frequencies {
        let containing = words.iter().map(|word| self.index.containing(word) as u64).collect();
        Frequencies { files: self.index.files() as u64, containing }
    }

    /// The best hits here, with their lines: as the files are now.
    #[ask]
    pub(crate) fn search(&self, query: Vec<Weighted>, top: usize) -> Vec<Hit> {
        let hit = |(score, path): (f64, &Path)| {
            let text = read(path).ok()?;
            let (line, text) = index::best_line(&text, &query)?;
            let text = text.trim().chars().take(SHOWN).collect();
            Some(Hit { score, path: path.to_string_lossy().into_owned(), line: line as u64, text })
        };
        self.index.search(&query, top).into_iter().filter_map(hit).collect()
    }

    /// What there is here.
    #[ask]
    pub(crate) fn counts(&self) -> Shard {
        let (files, postings) = (self.index.files() as u64, self.index.postings() as u64);
        Shard { files, postings, ..self.counts }
    }

    /// All different words.
    #[ask]
    pub(crate) fn terms(&self) -> Vec<Box<str>> {
        self.index.terms().map(Into::into).collect()
    }
}
