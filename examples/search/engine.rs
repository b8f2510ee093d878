//! The actor that spreads the files over the indexers, and asks them all.

use std::collections::HashSet;
use std::path::PathBuf;

use callboard::prelude::*;
use callboard::{Actor, ChildSpec, SupervisorSpec, Tree};

use crate::index::Weighted;
use crate::indexer::{Frequencies, Hit, Indexer};
use crate::part::Part;
use crate::progress::Progress;
use crate::reader::Reader;
use crate::summary::{Content, Summary};
use crate::tokens;

/// The whole index: a [`Reader`] and an [`Indexer`] on each shard, and what is known of all of them together.
#[actor(ask_timeout = "1h")]
pub(crate) struct Engine {
    readers: Vec<ActorRef<Reader>>,
    indexers: Vec<ActorRef<Indexer>>,
    /// Other processes, each with as many of the files as this one.
    parts: Vec<ActorRef<Part>>,
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
        async { Ok(Engine { readers, indexers, parts: Vec::new(), added: 0 }) }
    }))
}

/// The engine of such a tree.
pub(crate) fn of(tree: &Tree, shards: usize) -> ActorRef<Engine> {
    tree.child(2 * shards)
}

#[handlers]
impl Engine {
    /// Another process takes its part of what is added from now on.
    #[tell]
    pub(crate) fn join(&mut self, part: ActorRef<Part>) {
        self.parts.push(part);
    }

    /// Has the next process, in turn, and there the next reader, read a file.
    #[tell]
    pub(crate) fn add(&mut self, path: PathBuf) {
        let (round, turn) =
            (self.added / (self.parts.len() + 1), self.added % (self.parts.len() + 1));
        self.added += 1;
        match (self.parts.get(turn), path.to_str()) {
            (Some(part), Some(path)) => part.add(path.to_owned()),
            _ => self.readers[round % self.readers.len()].read(path),
        }
    }

    /// Answers when all that was added before is in the index.
    #[ask]
    pub(crate) async fn built(&self) -> Result<(), AskError> {
        let parts = ask_all(&self.parts, |part| part.built()).await?;
        let here = ask_all(&self.readers, |reader| reader.settled()).await?;
        parts.into_iter().try_for_each(in_part)?;
        here.into_iter().collect()
    }

    /// The files that say most about the words of a query, the best first.
    #[ask]
    pub(crate) async fn search(&self, query: String, top: usize) -> Result<Vec<Hit>, AskError> {
        let words = tokens::distinct(&query);
        let Frequencies { files, containing } = self.frequencies(words.clone()).await?;
        let weigh = |(word, containing)| Weighted::new(word, files, containing);
        let query = words.into_iter().zip(containing).map(weigh).collect();
        self.find(query, top).await
    }

    /// How common the words are.
    #[ask]
    pub(crate) async fn frequencies(&self, words: Vec<String>) -> Result<Frequencies, AskError> {
        let parts = ask_all(&self.parts, |part| part.frequencies(words.clone())).await?;
        let here = ask_all(&self.indexers, |indexer| indexer.frequencies(words.clone())).await?;
        let mut all = here;
        for part in parts {
            all.push(in_part(part)?);
        }
        Ok(Frequencies::of_all(&all, words.len()))
    }

    /// The best hits for words whose weights are known.
    #[ask]
    pub(crate) async fn find(
        &self,
        query: Vec<Weighted>,
        top: usize,
    ) -> Result<Vec<Hit>, AskError> {
        let parts = ask_all(&self.parts, |part| part.find(query.clone(), top as u64)).await?;
        let here = ask_all(&self.indexers, |indexer| indexer.search(query.clone(), top)).await?;
        let mut hits: Vec<Hit> = here.into_iter().flatten().collect();
        for part in parts {
            hits.extend(in_part(part)?);
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.path().cmp(b.path())));
        hits.truncate(top);
        Ok(hits)
    }

    /// What each shard has, and all different words.
    #[ask]
    pub(crate) async fn content(&self) -> Result<Content, AskError> {
        let parts = ask_all(&self.parts, |part| part.content()).await?;
        let mut shards = ask_all(&self.indexers, |indexer| indexer.counts()).await?;
        let terms = ask_all(&self.indexers, |indexer| indexer.terms()).await?;
        let mut terms: HashSet<_> = terms.into_iter().flatten().collect();
        for part in parts {
            let part = in_part(part)?;
            shards.extend(part.shards);
            terms.extend(part.terms);
        }
        Ok(Content { shards, terms: terms.into_iter().collect() })
    }

    /// What the whole index holds.
    #[ask]
    pub(crate) async fn summary(&self) -> Result<Summary, AskError> {
        Ok(Summary::new(self.content().await?))
    }
}

/// What another process has answered; it could not ask its own actors only if they are gone.
fn in_part<T>(answer: Result<T, String>) -> Result<T, AskError> {
    answer.map_err(|_| AskError::Crashed)
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
