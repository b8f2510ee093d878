//! The actor that reads files, and may fail at one.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use callboard::prelude::*;

use crate::index::Words;
use crate::indexer::Indexer;
use crate::progress::Progress;
use crate::summary::Skips;

/// Larger files, in bytes, are data more often than text.
const LARGEST: u64 = 1 << 20;

/// Where a zero byte says that a file is no text, in bytes from its beginning.
const LOOKED_AT: u64 = 8 << 10;

/// Reads the files it is told of, and tells the indexer of its shard what they say. It has no state that is worth
/// keeping: when a file makes it panic, its supervisor starts another in its place, which goes on with the next file.
#[actor(ask_timeout = "1h")]
pub(crate) struct Reader {
    indexer: ActorRef<Indexer>,
    progress: ActorRef<Progress>,
    /// It panics at files that have this word, to show what happens then.
    bug: Option<String>,
}

impl Reader {
    pub(crate) fn new(
        indexer: ActorRef<Indexer>,
        progress: ActorRef<Progress>,
        bug: Option<String>,
    ) -> Self {
        Self { indexer, progress, bug }
    }
}

#[handlers]
impl Reader {
    /// Reads a file.
    ///
    /// It reads by `std::fs`, which holds up the shard, but for microseconds where the system has the file in
    /// memory. An `async` handler with `tokio::fs` hands each call to another thread and back: that cost twice
    /// the processor time over all. It is the better choice where a slow disk or a network makes one wait.
    ///
    /// `keep` has the dead letter of a crash say which file it was.
    #[tell(keep)]
    pub(crate) fn read(&mut self, path: PathBuf) {
        // Told also when this panics.
        let _done = Done(self.progress);
        match read(&path) {
            Ok(text) => {
                let words = Words::of(&text);
                if let Some(bug) = self.bug.as_deref().filter(|bug| words.has(bug)) {
                    panic!("a reader cannot stand the word {bug}");
                }
                self.indexer.add(path, words);
            }
            Err(skipped) => self.indexer.skip(skipped),
        }
    }

    /// Answers when the indexer has all that was read before.
    #[ask]
    pub(crate) async fn settled(&self) -> Result<(), AskError> {
        // What this actor tells the indexer comes before what it asks it.
        self.indexer.counts().await?;
        Ok(())
    }
}

/// Tells of a file when it is dropped.
struct Done(ActorRef<Progress>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.done();
    }
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String, Skips> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() > LARGEST {
        return Err(Skips::TooLarge);
    }
    let mut bytes = Vec::new();
    (&file).take(LOOKED_AT).read_to_end(&mut bytes)?;
    if bytes.contains(&0) {
        return Err(Skips::Binary);
    }
    file.read_to_end(&mut bytes)?;
    String::from_utf8(bytes).map_err(|_| Skips::Binary)
}

impl From<io::Error> for Skips {
    fn from(_: io::Error) -> Self {
        Self::Unreadable
    }
}
