//! The same workloads on Callboard and on others: tables and charts of what each does.
//!
//! ```console
//! $ cargo run --release --manifest-path benches/peers/Cargo.toml
//! ```

mod charts;
mod frameworks;
mod harness;
mod results;
mod rows;
mod tables;
mod workloads;

use std::error::Error;
use std::io;

use indicatif::{ProgressBar, ProgressStyle};
use lexopt::prelude::*;

use crate::results::Results;
use crate::rows::{Row, rows};

/// Rounds of each workload; an odd number, so that there is a median.
const ROUNDS: usize = 5;

const HELP: &str = "\
Runs the same workloads on Callboard and on other frameworks, prints tables and draws charts.

Usage: cargo run --release --manifest-path benches/peers/Cargo.toml -- [OPTIONS]

  --only WORKLOAD   run this workload, or those whose name begins with it; may be given again
  --quick           one short round; nothing is kept, and no chart is drawn
  --rounds N        so many rounds; 5 unless said
  --tables          run nothing: tables and charts of what was kept
  --help            this text

What is measured is kept in benches/peers/results.tsv, so one may measure one workload at a time.";

struct Arguments {
    only: Vec<String>,
    quick: bool,
    rounds: usize,
    tables: bool,
    /// The workload and the framework of the process that is to run one.
    run: Option<(String, String)>,
}

fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    let mut arguments =
        Arguments { only: Vec::new(), quick: false, rounds: ROUNDS, tables: false, run: None };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("only") => arguments.only.push(parser.value()?.string()?),
            Long("quick") => arguments.quick = true,
            Long("rounds") => arguments.rounds = parser.value()?.parse()?,
            Long("tables") => arguments.tables = true,
            Long("run") => {
                let workload = parser.value()?.string()?;
                arguments.run = Some((workload, parser.value()?.string()?));
            }
            Long("help") => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(arguments))
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(arguments) = arguments()? else {
        println!("{HELP}");
        return Ok(());
    };
    let rows = rows();
    if let Some((workload, framework)) = &arguments.run {
        let row = rows.iter().find(|row| row.name == workload).ok_or("no such workload")?;
        println!("{}", harness::report(row.measure(framework)));
        return Ok(());
    }
    let wanted: Vec<&Row> = rows.iter().filter(|row| is_wanted(row, &arguments.only)).collect();
    if wanted.is_empty() {
        return Err("no such workload".into());
    }
    let mut results = if arguments.quick { Results::default() } else { Results::load()? };
    let mut failures = Vec::new();
    if !arguments.tables {
        let rounds = if arguments.quick { 1 } else { arguments.rounds };
        failures = run(&wanted, rounds, arguments.quick, &mut results)?;
    }
    if !arguments.quick {
        charts::draw(&rows, &results)?;
    }
    tables::print(&wanted, &results);
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

fn is_wanted(row: &Row, only: &[String]) -> bool {
    // A whole name means that one workload, though others may begin with it.
    let names = |only: &String| match rows().iter().any(|other| other.name == only) {
        true => row.name == only,
        false => row.name.starts_with(only.as_str()),
    };
    only.is_empty() || only.iter().any(names)
}

/// Runs the rounds of these workloads, keeps each when it is done, and answers what failed.
fn run(
    rows: &[&Row],
    rounds: usize,
    quick: bool,
    results: &mut Results,
) -> io::Result<Vec<String>> {
    let runs: usize = rows.iter().map(|row| row.frameworks().len() * rounds).sum();
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {wide_msg}");
    let progress = ProgressBar::new(runs as u64).with_style(style.expect("a known template"));
    let mut failures = Vec::new();
    for row in rows {
        results.forget(row.name);
        for round in 0..rounds {
            for framework in row.frameworks() {
                progress.set_message(format!("{}, round {}: {framework}", row.name, round + 1));
                match harness::measure_apart(row.name, framework, quick) {
                    Ok(value) => results.add(row.name, framework, value),
                    Err(error) => failures.push(format!("{} on {framework}: {error}", row.name)),
                }
                progress.inc(1);
            }
        }
        if !quick {
            results.save()?;
        }
    }
    progress.finish_and_clear();
    Ok(failures)
}
