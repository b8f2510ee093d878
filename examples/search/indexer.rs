//! The actor that reads files and knows their words.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use callboard::prelude::*;

use crate::index::{self, Index, Weighted};
use crate::progress::Progress;
use crate::summary::Shard;

/// Larger files, in bytes, are data more often than text.
const LARGEST: u64 = 1 << 20;

/// Where a zero byte says that a file is no text, in bytes from its beginning.
const LOOKED_AT: u64 = 8 << 10;

/// The longest part of a line that is shown, in letters.
const SHOWN: usize = 120;

/// A file that a query found.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) score: f64,
    pub(crate) path: PathBuf,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// How many files there are, and how many of them have each word of a query.
#[derive(Debug)]
pub(crate) struct Frequencies {
    pub(crate) files: usize,
    pub(crate) containing: Vec<usize>,
}

/// Reads the files it is told of, and answers queries about them. An ask waits behind the files that were
/// added before it, which may take a while.
#[actor(ask_timeout = "1h")]
pub(crate) struct Indexer {
    index: Index,
    counts: Shard,
    progress: ActorRef<Progress>,
}

impl Indexer {
    pub(crate) fn new(progress: ActorRef<Progress>) -> Self {
        Self { index: Index::default(), counts: Shard::default(), progress }
    }
}

#[handlers]
impl Indexer {
    /// Reads a file into the index.
    ///
    /// It reads by `std::fs`, which holds up the shard, but for microseconds where the system has the file in
    /// memory. An `async` handler with `tokio::fs` hands each call to another thread and back: that cost twice
    /// the processor time over all. It is the better choice where a slow disk or a network makes one wait.
    #[tell]
    pub(crate) fn add(&mut self, path: PathBuf) {
        match read(&path) {
            Ok(text) => self.index.add(path, &text),
            Err(Skipped::Binary) => self.counts.binary += 1,
            Err(Skipped::TooLarge) => self.counts.too_large += 1,
            Err(Skipped::Unreadable) => self.counts.unreadable += 1,
        }
        self.progress.done();
    }

    /// How common the words are.
    #[ask]
    pub(crate) fn frequencies(&self, words: Vec<String>) -> Frequencies {
        let containing = words.iter().map(|word| self.index.containing(word)).collect();
        Frequencies { files: self.index.files(), containing }
    }

    /// The best hits here, with their lines: as the files are now.
    #[ask]
    pub(crate) fn search(&self, query: Vec<Weighted>, top: usize) -> Vec<Hit> {
        let hit = |(score, path): (f64, &Path)| {
            let text = read(path).ok()?;
            let (line, text) = index::best_line(&text, &query)?;
            let text = text.trim().chars().take(SHOWN).collect();
            Some(Hit { score, path: path.to_owned(), line, text })
        };
        self.index.search(&query, top).into_iter().filter_map(hit).collect()
    }

    /// What there is here.
    #[ask]
    pub(crate) fn counts(&self) -> Shard {
        Shard { files: self.index.files(), postings: self.index.postings(), ..self.counts }
    }

    /// All different words.
    #[ask]
    pub(crate) fn terms(&self) -> Vec<Box<str>> {
        self.index.terms().map(Into::into).collect()
    }
}

/// Why a file is not in the index.
#[derive(Debug, PartialEq)]
enum Skipped {
    Binary,
    TooLarge,
    Unreadable,
}

impl From<io::Error> for Skipped {
    fn from(_: io::Error) -> Self {
        Self::Unreadable
    }
}

/// Reads a text file.
fn read(path: &Path) -> Result<String, Skipped> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() > LARGEST {
        return Err(Skipped::TooLarge);
    }
    let mut bytes = Vec::new();
    (&file).take(LOOKED_AT).read_to_end(&mut bytes)?;
    if bytes.contains(&0) {
        return Err(Skipped::Binary);
    }
    file.read_to_end(&mut bytes)?;
    String::from_utf8(bytes).map_err(|_| Skipped::Binary)
}
