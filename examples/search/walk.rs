//! Finds the files to index.

use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

/// Calls `found` with every file below a directory, in the order of their names, and answers how many
/// entries could not be read.
///
/// Left out: what git ignores, hidden files, links, and what cargo builds.
pub(crate) fn files(directory: &Path, mut found: impl FnMut(PathBuf)) -> usize {
    let mut walk = WalkBuilder::new(directory);
    // The rules of `.gitignore` hold in a tree without `.git` too, such as an unpacked archive.
    walk.require_git(false);
    walk.sort_by_file_name(Ord::cmp);
    walk.filter_entry(|entry| !is_built(entry));

    let mut unreadable = 0;
    for entry in walk.build() {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                found(entry.into_path());
            }
            Ok(_) => {}
            Err(_) => unreadable += 1,
        }
    }
    unreadable
}

/// Whether this is a directory that cargo builds in, such as `target`: cargo leaves a mark there.
fn is_built(entry: &DirEntry) -> bool {
    let is_below = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
    is_below && entry.path().join("CACHEDIR.TAG").is_file()
}
