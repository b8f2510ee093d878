//! The actor that spreads the files over the indexers, and asks them all.

use std::collections::HashSet;
use std::path::PathBuf;

use callboard::prelude::*;

use crate::index::Weighted;
use crate::indexer::{Hit, Indexer};
use crate::progress::Progress;
use crate::summary::Summary;
use crate::tokens;

/// The whole index: an [`Indexer`] on each shard, and what is known of all of them together.
#[actor(ask_timeout = "1h")]
pub(crate) struct Engine {
    shards: usize,
    progress: ActorRef<Progress>,
    indexers: Vec<ActorRef<Indexer>>,
    added: usize,
}

impl Engine {
    pub(crate) fn new(shards: usize, progress: ActorRef<Progress>) -> Self {
        Self { shards, progress, indexers: Vec::new(), added: 0 }
    }
}

#[handlers]
impl Engine {
    #[start]
    async fn start_indexers(&mut self) -> Result<(), StartError> {
        for shard in 0..self.shards {
            let progress = self.progress;
            self.indexers.push(spawn_on(shard, move || Indexer::new(progress)).await?);
        }
        Ok(())
    }

    /// Has the next indexer, in turn, read a file.
    #[tell]
    pub(crate) fn add(&mut self, path: PathBuf) {
        let next = self.added % self.indexers.len();
        self.added += 1;
        self.indexers[next].add(path);
    }

    /// Answers when all that was added before is in the index.
    #[ask]
    pub(crate) async fn built(&self) -> Result<(), AskError> {
        self.ask_all(|indexer| indexer.counts()).await?;
        Ok(())
    }

    /// The files that say most about the words of a query, the best first.
    #[ask]
    pub(crate) async fn search(&self, query: String, top: usize) -> Result<Vec<Hit>, AskError> {
        let words = tokens::distinct(&query);
        let known = self.ask_all(|indexer| indexer.frequencies(words.clone())).await?;
        let files = known.iter().map(|known| known.files).sum();
        let weigh = |(at, word): (usize, String)| {
            let containing = known.iter().map(|known| known.containing[at]).sum();
            Weighted::new(word, files, containing)
        };
        let query: Vec<_> = words.into_iter().enumerate().map(weigh).collect();

        let found = self.ask_all(|indexer| indexer.search(query.clone(), top)).await?;
        let mut hits: Vec<Hit> = found.into_iter().flatten().collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.path.cmp(&b.path)));
        hits.truncate(top);
        Ok(hits)
    }

    /// What the whole index holds.
    #[ask]
    pub(crate) async fn summary(&self) -> Result<Summary, AskError> {
        let shards = self.ask_all(|indexer| indexer.counts()).await?;
        let terms = self.ask_all(|indexer| indexer.terms()).await?;
        let terms: HashSet<_> = terms.into_iter().flatten().collect();
        Ok(Summary::new(shards, terms.len()))
    }

    /// Asks every indexer at once, then waits for the answers: `start` sends an ask without waiting.
    async fn ask_all<T: Send + 'static>(
        &self,
        ask: impl Fn(ActorRef<Indexer>) -> Ask<T>,
    ) -> Result<Vec<T>, AskError> {
        let sent: Vec<_> = self.indexers.iter().map(|indexer| ask(*indexer).start()).collect();
        let mut answers = Vec::with_capacity(sent.len());
        for answer in sent {
            answers.push(answer.await?);
        }
        Ok(answers)
    }
}
