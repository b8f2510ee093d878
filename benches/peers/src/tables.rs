//! Tables in Markdown: ratios and whether Callboard does what it aims at, then all medians and spreads.

use crate::frameworks::{CHANNELS, FRAMEWORKS, NAMES};
use crate::harness::median;
use crate::results::Results;
use crate::rows::{Aim, Row, Table, Unit};

/// Prints the tables that have one of these rows, and what they come to.
pub(crate) fn print(rows: &[&Row], results: &Results) {
    short(rows, results);
    for table in Table::ALL {
        let rows: Vec<&Row> = rows.iter().copied().filter(|row| row.table == table).collect();
        if rows.is_empty() {
            continue;
        }
        let used = |name: &&&str| rows.iter().any(|row| results.rounds(row.name, name).is_some());
        let names: Vec<&str> = NAMES.iter().filter(used).copied().collect();
        println!("\n### {}\n", table.title());
        println!("| | {} |", names.join(" | "));
        println!("|---|{}", "---|".repeat(names.len()));
        for row in rows {
            let cells: Vec<String> = names.iter().map(|name| cell(row, results, name)).collect();
            println!("| {} | {} |", row.name, cells.join(" | "));
        }
    }
    println!();
}

/// The table of ratios: how many times as good Callboard is as the best framework and the best channel.
fn short(rows: &[&Row], results: &Results) {
    println!("\n### Ratios of the medians\n");
    println!("| | Callboard | best framework | ratio | best channel | ratio | aim |");
    println!("|---|---|---|---|---|---|---|");
    for row in rows {
        let Some(own) = results.rounds(row.name, "callboard") else { continue };
        let shown = |best: Option<(&str, f64)>| match best {
            Some((name, ratio)) => format!("{name} | {}", times(ratio)),
            None => " | ".to_owned(),
        };
        println!(
            "| {} | {} | {} | {} | {} |",
            row.name,
            figure(median(own), row.unit),
            shown(best(row, results, &FRAMEWORKS)),
            shown(best(row, results, &CHANNELS)),
            verdict(row, results),
        );
    }
}

/// The median, and how far the rounds are from it at most.
fn cell(row: &Row, results: &Results, framework: &str) -> String {
    let Some(rounds) = results.rounds(row.name, framework) else { return String::new() };
    format!("{} ±{:.0} %", figure(median(rounds), row.unit), 100.0 * spread(rounds))
}

/// How far a round is from the median at most, as a part of it.
fn spread(rounds: &[f64]) -> f64 {
    let middle = median(rounds);
    rounds.iter().map(|value| (value / middle - 1.0).abs()).fold(0.0, f64::max)
}

/// Three digits with their unit.
fn figure(value: f64, unit: Unit) -> String {
    let (value, suffix) = match (unit, value) {
        (Unit::Bytes, _) => return format!("{value:.0} B"),
        (Unit::Micros, 10_000.0..) => (value / 1e3, " ms"),
        (Unit::Micros, _) => (value, " µs"),
        (Unit::Rate, 1e6..) => (value / 1e6, "M"),
        (Unit::Rate, 1e3..) => (value / 1e3, "k"),
        (Unit::Rate, _) => (value, ""),
    };
    match value {
        100.0.. => format!("{value:.0}{suffix}"),
        10.0.. => format!("{value:.1}{suffix}"),
        _ => format!("{value:.2}{suffix}"),
    }
}

/// How many times as good the one is as the other, by their medians.
fn ratio(row: &Row, results: &Results, one: &str, other: &str) -> Option<f64> {
    let one = median(results.rounds(row.name, one)?);
    let other = median(results.rounds(row.name, other)?);
    Some(if row.unit == Unit::Rate { one / other } else { other / one })
}

/// The best of these, and how many times as good Callboard is.
fn best<'n>(row: &Row, results: &Results, peers: &[&'n str]) -> Option<(&'n str, f64)> {
    let ratio = |name: &&'n str| Some((*name, ratio(row, results, "callboard", name)?));
    peers.iter().filter_map(ratio).min_by(|one, other| one.1.total_cmp(&other.1))
}

fn times(ratio: f64) -> String {
    match ratio {
        10.0.. => format!("{ratio:.0} ×"),
        0.1.. => format!("{ratio:.1} ×"),
        _ => format!("1/{:.0}", 1.0 / ratio),
    }
}

fn mark(is_kept: bool) -> &'static str {
    if is_kept { "ok" } else { "**missed**" }
}

/// Whether Callboard does what it aims at; empty where the figures for that are not there.
fn verdict(row: &Row, results: &Results) -> String {
    let least = |aim: f64| {
        let against = |what, peers| {
            let (_, ratio) = best(row, results, peers)?;
            Some(format!("{what} {}", mark(ratio >= aim)))
        };
        let both = [against("framework", &FRAMEWORKS), against("channel", &CHANNELS)];
        Some(format!("≥ {aim}: {}", both.into_iter().flatten().collect::<Vec<_>>().join(", ")))
    };
    let limit = |most: f64| {
        let ratio = ratio(row, results, "limit", "callboard")?;
        Some(format!("≤ {most} × the limit's time: {ratio:.2}, {}", mark(ratio <= most)))
    };
    let text = match row.aim {
        Aim::None => None,
        Aim::Times(aim) => least(aim),
        Aim::TimesAndLimit(aim, most) => {
            let parts = [least(aim), limit(most)];
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
        }
        Aim::Limit(most) => limit(most),
        Aim::AsTokio => as_tokio(row, results),
        Aim::AtMost(most) => own(row, results)
            .map(|own| format!("≤ {}: {}", figure(most, row.unit), mark(own <= most))),
        Aim::TimesTheTimeOf(other, most) => own(row, results).and_then(|own| {
            let ratio = median(results.rounds(other, "callboard")?) / own;
            Some(format!("≤ {most} × the time of {other}: {ratio:.2}, {}", mark(ratio <= most)))
        }),
    };
    text.unwrap_or_default()
}

fn own(row: &Row, results: &Results) -> Option<f64> {
    results.rounds(row.name, "callboard").map(median)
}

/// At least as good as tokio, but for how far tokio's own rounds are apart.
fn as_tokio(row: &Row, results: &Results) -> Option<String> {
    let ratio = ratio(row, results, "callboard", "tokio")?;
    let spread = spread(results.rounds(row.name, "tokio")?);
    let spread_percent = 100.0 * spread;
    let mark = mark(ratio >= 1.0 - spread);
    Some(format!("as good as tokio, ±{spread_percent:.0} %: {}, {mark}", times(ratio)))
}
