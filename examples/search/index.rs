//! An inverted index: for each word, the files that have it. Plain data, of which each indexer has one.
//!
//! Ranking is tf-idf: a word counts for more the more often a file has it (but less and less so), and the
//! fewer files have it at all. How rare a word is depends on all files, so whoever asks several indexes
//! first sums up how many files contain it: the hits are then the same however the files are spread.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::tokens;

/// The words of some files.
#[derive(Debug, Default)]
pub(crate) struct Index {
    files: Vec<File>,
    postings: HashMap<Box<str>, Vec<Posting>>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    words: usize,
}

/// The words of one file, and how often it has each.
#[derive(Debug, Default)]
pub(crate) struct Words {
    total: usize,
    counts: HashMap<Box<str>, u32>,
}

impl Words {
    /// The words of this text.
    pub(crate) fn of(text: &str) -> Self {
        let mut words = Self::default();
        tokens::each_word(text, |word| {
            words.total += 1;
            match words.counts.get_mut(word) {
                Some(count) => *count += 1,
                None => {
                    words.counts.insert(word.into(), 1);
                }
            }
        });
        words
    }

    /// Whether this word, in small letters, is one of them.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.counts.contains_key(word)
    }
}

/// How often a file has a word.
#[derive(Debug)]
struct Posting {
    file: usize,
    count: u32,
}

/// A word of a query, and how much it counts.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "remote", derive(callboard::Wire, serde::Serialize, serde::Deserialize))]
pub(crate) struct Weighted {
    pub(crate) word: String,
    pub(crate) weight: f64,
}

impl Weighted {
    /// A word that `containing` of all `files` have: the rarer, the heavier.
    pub(crate) fn new(word: String, files: u64, containing: u64) -> Self {
        Self { word, weight: (1.0 + files as f64 / containing.max(1) as f64).ln() }
    }
}

impl Index {
    /// Adds a file that has these words.
    pub(crate) fn add(&mut self, path: PathBuf, words: Words) {
        let file = self.files.len();
        for (word, count) in words.counts {
            self.postings.entry(word).or_default().push(Posting { file, count });
        }
        self.files.push(File { path, words: words.total });
    }

    /// How many files there are.
    pub(crate) fn files(&self) -> usize {
        self.files.len()
    }

    /// How many files have this word.
    pub(crate) fn containing(&self, word: &str) -> usize {
        self.postings.get(word).map_or(0, Vec::len)
    }

    /// How many pairs of a word and a file there are.
    pub(crate) fn postings(&self) -> usize {
        self.postings.values().map(Vec::len).sum()
    }

    /// All different words.
    pub(crate) fn terms(&self) -> impl Iterator<Item = &str> {
        self.postings.keys().map(AsRef::as_ref)
    }

    /// The files that have any of the words and their scores: the best first, `top` at most.
    pub(crate) fn search(&self, query: &[Weighted], top: usize) -> Vec<(f64, &Path)> {
        let mut scores = HashMap::new();
        for Weighted { word, weight } in query {
            for posting in self.postings.get(&**word).into_iter().flatten() {
                let words = self.files[posting.file].words as f64;
                // Half as often in half as long a file is no less.
                let often = (1.0 + f64::from(posting.count).ln()) / (1.0 + words.ln());
                *scores.entry(posting.file).or_default() += weight * often;
            }
        }
        let path = |(file, score): (usize, f64)| (score, &*self.files[file].path);
        best(scores.into_iter().map(path).collect(), top)
    }
}

/// The `top` best: by score, and by path where scores are the same.
pub(crate) fn best<P: Ord>(mut found: Vec<(f64, P)>, top: usize) -> Vec<(f64, P)> {
    found.sort_unstable_by(|(a, at), (b, bt)| b.total_cmp(a).then_with(|| at.cmp(bt)));
    found.truncate(top);
    found
}

/// The line of a text that says most about a query, the first of them if there are several, with its number
/// from 1.
pub(crate) fn best_line<'a>(text: &'a str, query: &[Weighted]) -> Option<(usize, &'a str)> {
    let mut best = None;
    let mut most = 0.0;
    for (number, line) in (1..).zip(text.lines()) {
        let words = tokens::distinct(line);
        let known = query.iter().filter(|weighted| words.contains(&weighted.word));
        let weight = known.map(|weighted| weighted.weight).sum();
        if weight > most {
            most = weight;
            best = Some((number, line));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let mut index = Index::default();
        index.add("both".into(), Words::of("an actor has a message in its mailbox for now"));
        index.add("often".into(), Words::of("actor actor actor actor and so on and so forth"));
        index.add("once".into(), Words::of("an actor is here and nothing else of any note"));
        index.add(
            "none".into(),
            Words::of("something different altogether stands in this file here"),
        );
        index
    }

    fn weighted(index: &Index, words: &[&str]) -> Vec<Weighted> {
        let files = index.files() as u64;
        let weigh =
            |word: &&str| Weighted::new((*word).to_owned(), files, index.containing(word) as u64);
        words.iter().map(weigh).collect()
    }

    fn paths(index: &Index, words: &[&str], top: usize) -> Vec<String> {
        let found = index.search(&weighted(index, words), top);
        found.into_iter().map(|(_, path)| path.display().to_string()).collect()
    }

    #[test]
    fn a_word_counts_more_where_it_is_more_often() {
        assert_eq!(paths(&index(), &["actor"], 10), ["often", "both", "once"]);
    }

    #[test]
    fn a_rare_word_counts_more_than_a_common_one() {
        assert_eq!(paths(&index(), &["actor", "message"], 1), ["both"]);
    }

    #[test]
    fn a_text_has_its_words_in_small_letters() {
        let words = Words::of("One word, and one more word");
        assert!(words.has("one") && words.has("word") && !words.has("two"));
        assert_eq!((words.total, words.counts["one"]), (6, 2));
    }

    #[test]
    fn any_word_may_match() {
        assert_eq!(paths(&index(), &["nowhere", "different"], 10), ["none"]);
        assert!(paths(&index(), &["nowhere"], 10).is_empty());
    }

    #[test]
    fn equal_scores_are_ordered_by_path() {
        let mut index = Index::default();
        for path in ["b", "c", "a"] {
            index.add(path.into(), Words::of("the same"));
        }
        assert_eq!(paths(&index, &["same"], 2), ["a", "b"]);
    }

    #[test]
    fn what_is_counted_is_right() {
        let mut index = Index::default();
        index.add("one".into(), Words::of("a b a"));
        index.add("two".into(), Words::of("b c"));
        assert_eq!((index.files(), index.postings(), index.terms().count()), (2, 4, 3));
        assert_eq!((index.containing("b"), index.containing("d")), (2, 0));
    }

    #[test]
    fn the_best_line_has_the_most_and_rarest_words() {
        let index = index();
        let query = weighted(&index, &["actor", "message"]);
        let text = "an actor\na message\nmessage to actor\nactor, message\n";
        assert_eq!(best_line(text, &query), Some((3, "message to actor")));
        assert_eq!(best_line("an actor\na message", &query), Some((2, "a message")));
        assert_eq!(best_line("nothing", &query), None);
    }
}
