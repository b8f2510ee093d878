//! The actor by which another process has a part of the index, and how two processes find each other.

use callboard::prelude::*;

use crate::engine::Engine;
use crate::index::Weighted;
use crate::indexer::{Frequencies, Hit};
use crate::summary::Content;

/// Stands for the engine of its process, where that of another adds files and asks.
#[cfg_attr(feature = "remote", actor(remote = "search.part", ask_timeout = "1h"))]
#[cfg_attr(not(feature = "remote"), actor(ask_timeout = "1h"))]
pub(crate) struct Part(ActorRef<Engine>);

#[handlers]
impl Part {
    /// Adds a file.
    #[tell]
    pub(crate) fn add(&self, path: String) {
        self.0.add(path.into());
    }

    /// Answers when all that was added before is in the index.
    #[ask]
    pub(crate) async fn built(&self) -> Result<(), String> {
        answered(self.0.built().await)
    }

    /// How common the words are.
    #[ask]
    pub(crate) async fn frequencies(&self, words: Vec<String>) -> Result<Frequencies, String> {
        answered(self.0.frequencies(words).await)
    }

    /// The best hits here.
    #[ask]
    pub(crate) async fn find(&self, query: Vec<Weighted>, top: u64) -> Result<Vec<Hit>, String> {
        answered(self.0.find(query, top as usize).await)
    }

    /// What each shard has, and all different words.
    #[ask]
    pub(crate) async fn content(&self) -> Result<Content, String> {
        answered(self.0.content().await)
    }
}

/// An answer, and why there is none, as another process can read it.
fn answered<T>(answer: Result<Result<T, AskError>, AskError>) -> Result<T, String> {
    answer.and_then(|answer| answer).map_err(|error| error.to_string())
}

pub(crate) use self::nodes::{lend, wait_for};

#[cfg(feature = "remote")]
mod nodes {
    //! Two processes: one that lends itself, and one that waits for it.

    use std::error::Error;

    use callboard::remote::{Limits, Node, NodeBuilder, NodeEvent};
    use callboard::{ActorRef, System};

    use super::Part;
    use crate::engine::Engine;

    fn node(name: &str) -> NodeBuilder {
        // All words of an index go in one message.
        let limits = Limits { frame_bytes: 64 << 20, ..Limits::default() };
        Node::builder(name).register::<Part>().limits(limits)
    }

    /// Listens until another process has joined: its part of the index.
    pub(crate) fn wait_for(
        system: &System,
        address: &str,
    ) -> Result<(Node, ActorRef<Part>), Box<dyn Error>> {
        let mut events = system.subscribe::<NodeEvent>("nodes/part");
        let node = node("search").listen(address).start(system)?;
        eprintln!("listening on {}", node.address().ok_or("it listens")?);
        while !matches!(events.wait_next(), Some(Ok(NodeEvent::Up(_)))) {}
        let part = node.lookup("part", "/part").wait()?;
        Ok((node, part))
    }

    /// Has another process use this one's engine, until it ends.
    pub(crate) fn lend(
        system: &System,
        address: &str,
        engine: ActorRef<Engine>,
    ) -> Result<(), Box<dyn Error>> {
        let part = system.spawn_on(0, move || Part(engine)).wait()?;
        system.register("/part", part).wait()?;
        let mut events = system.subscribe::<NodeEvent>("nodes/search");
        let node = node("part").export("/part").start(system)?;
        node.connect(address).wait()?;
        while !matches!(events.wait_next(), Some(Ok(NodeEvent::Down { .. }))) {}
        Ok(())
    }
}

#[cfg(not(feature = "remote"))]
mod nodes {
    //! Without the feature there is one process.

    use std::error::Error;

    use callboard::{ActorRef, System};

    use super::Part;
    use crate::engine::Engine;

    const WHY: &str = "two processes need a build with `--features remote`";

    pub(crate) fn wait_for(_: &System, _: &str) -> Result<((), ActorRef<Part>), Box<dyn Error>> {
        Err(WHY.into())
    }

    pub(crate) fn lend(_: &System, _: &str, _: ActorRef<Engine>) -> Result<(), Box<dyn Error>> {
        Err(WHY.into())
    }
}
