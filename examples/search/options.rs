//! What the command line asks for.

use std::path::{Path, PathBuf};

use lexopt::ValueExt;
use lexopt::prelude::{Long, Short, Value};

pub(crate) const USAGE: &str = "\
usage: search [DIRECTORY] [--query WORD...] [--top N] [--shards N] [--bug WORD] [--listen ADDRESS]
       search --join ADDRESS [--shards N]

  DIRECTORY        what to search: this project unless said otherwise
  --query WORD...  find files with any of the words, and end; without it, type queries at a prompt
  --top N          the most hits of a query: 10 unless said otherwise
  --shards N       threads that read files and answer: one for each core unless said otherwise
  --bug WORD       have readers panic at files that have this word, to see that the rest is searched
  --listen ADDRESS wait for another process, which then has half of the index
  --join ADDRESS   be that process, and end when the other does
  -h, --help       this text

`--listen` and `--join` need a build with `--features remote`. Files that git ignores, hidden ones and what cargo builds are left out.";

#[derive(Debug)]
pub(crate) enum Command {
    Help,
    /// Has the process at an address use this one.
    Join(String, Option<usize>),
    Search(Options),
}

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) directory: PathBuf,
    pub(crate) query: Option<String>,
    pub(crate) top: usize,
    pub(crate) shards: Option<usize>,
    pub(crate) bug: Option<String>,
    pub(crate) listen: Option<String>,
}

impl Command {
    pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut directory = None;
        let mut query = None;
        let mut top = 10;
        let mut shards = None;
        let mut bug = None;
        let (mut listen, mut join) = (None, None);
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(Self::Help),
                Long("query") => {
                    let words = arguments.values()?.map(|word| word.string());
                    query = Some(words.collect::<Result<Vec<_>, _>>()?.join(" "));
                }
                Long("top") => top = at_least_one("--top", &mut arguments)?,
                Long("bug") => bug = Some(arguments.value()?.string()?.to_lowercase()),
                Long("listen") => listen = Some(address(&mut arguments)?),
                Long("join") => join = Some(address(&mut arguments)?),
                Long("shards") => shards = Some(at_least_one("--shards", &mut arguments)?),
                Value(path) if directory.is_none() => directory = Some(PathBuf::from(path)),
                _ => return Err(argument.unexpected()),
            }
        }
        if let Some(address) = join {
            return Ok(Self::Join(address, shards));
        }
        let directory = directory.map_or_else(project, Ok)?;
        check_directory(&directory)?;
        Ok(Self::Search(Options { directory, query, top, shards, bug, listen }))
    }
}

fn address(arguments: &mut lexopt::Parser) -> Result<String, lexopt::Error> {
    arguments.value()?.string()
}

fn at_least_one(name: &str, arguments: &mut lexopt::Parser) -> Result<usize, lexopt::Error> {
    let value = arguments.value()?;
    match value.parse() {
        Ok(0) | Err(_) => {
            Err(format!("{name} needs a number from 1, not `{}`", value.display()).into())
        }
        Ok(number) => Ok(number),
    }
}

fn check_directory(path: &Path) -> Result<(), lexopt::Error> {
    match path.metadata() {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(format!("not a directory: {}", path.display()).into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(format!("no such directory: {}", path.display()).into())
        }
        Err(error) => Err(format!("{}: {error}", path.display()).into()),
    }
}

/// The project's own tree, where cargo runs this; else the current directory.
fn project() -> Result<PathBuf, lexopt::Error> {
    match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(path) => Ok(path.into()),
        None => {
            std::env::current_dir().map_err(|error| format!("no current directory: {error}").into())
        }
    }
}
