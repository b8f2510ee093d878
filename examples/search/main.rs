//! A small search engine built of actors.
//!
//! It reads every text file below a directory, spread over all cores, then finds the files that say most
//! about some words. What it shows:
//!
//! - `Reader`, one on each shard: when a file makes it panic, its supervisor starts another in its place, nothing
//!   that waits is lost, and the summary names the file (`--bug WORD` shows it);
//! - `Indexer`, one on each shard, with the words of its own files, shared with nobody;
//! - `Engine`, an actor that spreads files over the readers and asks all indexers at once;
//! - `Progress`, an actor that owns the progress bar: whoever has news tells it;
//! - `Part`, by which another process has half of the index (`--listen` and `--join`, with the feature `remote`);
//! - `main`, a plain thread outside the system, which tells and asks like everyone else.
//!
//! There is no `Arc` and no `Mutex`: each piece of state belongs to one actor, and messages bring others
//! what they need of it.
//!
//! Run it with `cargo run --release --example search -- --query actor message`, or without `--query` to type
//! queries at a prompt; `--help` lists the options. It prints a line for each hit, the best first, and a
//! summary at the end:
//!
//! ```text
//! 1.149  actor-runtime/src/actor/mod.rs:54  /// Runs after the last message, unless the actor crashed.
//! ```
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "an example talks to its user")]

mod engine;
mod index;
mod indexer;
mod options;
mod part;
mod progress;
mod reader;
mod summary;
mod tokens;
mod walk;

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use callboard::{ActorRef, Event, Events, System, Topic};
use tokio::time::Instant;

use crate::engine::Engine;
use crate::options::{Command, Options};
use crate::progress::Progress;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    match Command::parse(lexopt::Parser::from_env()) {
        Ok(Command::Help) => println!("{}", options::USAGE),
        Ok(Command::Join(address, shards)) => join(&address, shards)?,
        Ok(Command::Search(options)) => search(&options)?,
        Err(error) => {
            eprintln!("search: {error}\n\n{}", options::USAGE);
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A system and what is in it.
struct Running {
    system: System,
    engine: ActorRef<Engine>,
    progress: ActorRef<Progress>,
}

fn start(shards: Option<usize>, bug: Option<String>) -> Result<Running, Box<dyn Error>> {
    let builder = System::builder();
    let builder = match shards {
        Some(shards) => builder.shards(shards),
        None => builder,
    };
    let system = builder.start()?;
    let shards = system.shards();
    let progress = system.spawn_on(0, Progress::default).wait()?;
    let tree = system.supervise(0, engine::tree(shards, progress, bug)).wait()?;
    Ok(Running { system, engine: engine::of(&tree, shards), progress })
}

/// Lends this process to another one.
fn join(address: &str, shards: Option<usize>) -> Result<(), Box<dyn Error>> {
    let Running { system, engine, .. } = start(shards, None)?;
    part::lend(&system, address, engine)
}

/// Builds the index, answers, and says what there was.
fn search(options: &Options) -> Result<(), Box<dyn Error>> {
    let Running { system, engine, progress } = start(options.shards, options.bug.clone())?;
    let _other = match &options.listen {
        Some(address) => {
            let (node, part) = part::wait_for(&system, address)?;
            engine.join(part);
            Some(node)
        }
        None => None,
    };
    let mut dead_letters = system.events().only(Topic::DeadLetter);

    let begin = Instant::now();
    // Another process may be elsewhere.
    let directory = std::path::absolute(&options.directory)?;
    let unreadable = walk::files(&directory, |path| {
        progress.found();
        engine.add(path);
    });
    // What one sender sends keeps its order: this is answered when every file is in the index.
    engine.built().wait()??;
    let took = begin.elapsed();
    progress.finish().wait()?;

    match &options.query {
        Some(query) => answer(engine, query, options.top)?,
        None => prompt(engine, options.top)?,
    }
    let mut summary = engine.summary().wait()??;
    summary.unreadable += unreadable as u64;
    summary.failed = failed(&mut dead_letters);
    summary.took = took;
    eprint!("\n{summary}");
    Ok(())
}

/// The files at which a reader failed: what it was at is a dead letter, with its parameters.
fn failed(dead_letters: &mut Events) -> Vec<PathBuf> {
    let of = |event: Event| event.value::<(PathBuf,)>().map(|(path,)| path);
    std::iter::from_fn(|| dead_letters.try_next()).filter_map(of).collect()
}

/// Answers one query: a line for each hit.
fn answer(engine: ActorRef<Engine>, query: &str, top: usize) -> Result<(), Box<dyn Error>> {
    let hits = engine.search(query.to_owned(), top).wait()??;
    if hits.is_empty() {
        eprintln!("no file has any of these words: {query}");
    }
    let here = std::env::current_dir()?;
    let mut out = io::stdout().lock();
    for hit in hits {
        let path = hit.path().strip_prefix(&here).unwrap_or_else(|_| hit.path()).display();
        writeln!(out, "{:.3}  {path}:{}  {}", hit.score, hit.line, hit.text)?;
    }
    Ok(())
}

/// Answers a query a line until the input ends, which Ctrl-D does at a terminal.
fn prompt(engine: ActorRef<Engine>, top: usize) -> Result<(), Box<dyn Error>> {
    let is_typed = io::stdin().is_terminal();
    let mut line = String::new();
    loop {
        if is_typed {
            eprint!("search> ");
        }
        line.clear();
        if io::stdin().read_line(&mut line)? == 0 {
            return Ok(());
        }
        if !line.trim().is_empty() {
            answer(engine, line.trim(), top)?;
        }
    }
}
