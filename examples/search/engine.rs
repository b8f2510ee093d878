//! The actor that spreads the files over the indexers, and asks them all.

use std::collections::HashSet;
use std::path::PathBuf;

use callboard::prelude::*;
use callboard::{Actor, ChildSpec, SupervisorSpec, Tree};

use crate::index::Weighted;
use crate::indexer::{Hit, Indexer};
use crate::progress::Progress;
use crate::reader::Reader;
use crate::summary::Summary;
use crate::tokens;

/// The whole index: a [`Reader`] and an [`Indexer`] on each shard, and what is known of all of them together.
#[actor(ask_timeout = "1h")]
pub(crate) struct Engine {
    readers: Vec<ActorRef<Reader>>,
    indexers: Vec<ActorRef<Indexer>>,
    added: usize,
}

/// The engine and all it works with, as a tree: readers that fail are started again, and the rest goes on.
///
/// How many children there are is known only when it runs, so this is a spec by hand and no struct with
/// `#[supervisor]`.
pub(crate) fn tree(
    shards: usize,
    progress: ActorRef<Progress>,
    bug: Option<String>,
) -> SupervisorSpec {
    // A thousand bad files in a second are no accident.
    let mut spec = SupervisorSpec::new("search").intensity(1_000, secs(1));
    for shard in 0..shards {
        let indexer = ChildSpec::<Indexer>::new(format!("indexer {shard}"), |_| async {
            Ok(Indexer::default())
        });
        let bug = bug.clone();
        let reader = ChildSpec::<Reader>::new(format!("reader {shard}"), move |siblings| {
            let reader = Reader::new(siblings.child(2 * shard), progress, bug.clone());
            async { Ok(reader) }
        });
        spec = spec.child(indexer.shard(shard)).child(reader.shard(shard));
    }
    spec.child(ChildSpec::<Engine>::new("engine", move |siblings| {
        let indexers = (0..shards).map(|shard| siblings.child(2 * shard)).collect();
        let readers = (0..shards).map(|shard| siblings.child(2 * shard + 1)).collect();
        async { Ok(Engine { readers, indexers, added: 0 }) }
    }))
}

/// The engine of such a tree.
pub(crate) fn of(tree: &Tree, shards: usize) -> ActorRef<Engine> {
    tree.child(2 * shards)
}

#[handlers]
impl Engine {
    /// Has the next reader, in turn, read a file.
    #[tell]
    pub(crate) fn add(&mut self, path: PathBuf) {
        let next = self.added % self.readers.len();
        self.added += 1;
        self.readers[next].read(path);
    }

    /// Answers when all that was added before is in the index.
    #[ask]
    pub(crate) async fn built(&self) -> Result<(), AskError> {
        for settled in ask_all(&self.readers, |reader| reader.settled()).await? {
            settled?;
        }
        Ok(())
    }

    /// The files that say most about the words of a query, the best first.
    #[ask]
    pub(crate) async fn search(&self, query: String, top: usize) -> Result<Vec<Hit>, AskError> {
        let words = tokens::distinct(&query);
        let known = ask_all(&self.indexers, |indexer| indexer.frequencies(words.clone())).await?;
        let files = known.iter().map(|known| known.files).sum();
        let weigh = |(at, word): (usize, String)| {
            let containing = known.iter().map(|known| known.containing[at]).sum();
            Weighted::new(word, files, containing)
        };
        let query: Vec<_> = words.into_iter().enumerate().map(weigh).collect();

        let found = ask_all(&self.indexers, |indexer| indexer.search(query.clone(), top)).await?;
        let mut hits: Vec<Hit> = found.into_iter().flatten().collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.path.cmp(&b.path)));
        hits.truncate(top);
        Ok(hits)
    }

    /// What the whole index holds.
    #[ask]
    pub(crate) async fn summary(&self) -> Result<Summary, AskError> {
        let shards = ask_all(&self.indexers, |indexer| indexer.counts()).await?;
        let terms = ask_all(&self.indexers, |indexer| indexer.terms()).await?;
        let terms: HashSet<_> = terms.into_iter().flatten().collect();
        Ok(Summary::new(shards, terms.len()))
    }
}

/// Asks all of these at once, then waits for the answers: `start` sends an ask without waiting.
async fn ask_all<A: Actor, T: Send + 'static>(
    actors: &[ActorRef<A>],
    ask: impl Fn(ActorRef<A>) -> Ask<T>,
) -> Result<Vec<T>, AskError> {
    let sent: Vec<_> = actors.iter().map(|actor| ask(*actor).start()).collect();
    let mut answers = Vec::with_capacity(sent.len());
    for answer in sent {
        answers.push(answer.await?);
    }
    Ok(answers)
}
