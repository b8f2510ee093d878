//! What came out, as a table.

use std::collections::BTreeMap;

use crate::work::{Row, Work};

/// Nanoseconds an operation, by row and peer.
#[derive(Default)]
pub(crate) struct Table(BTreeMap<(&'static str, String), Vec<f64>>);

impl Table {
    pub(crate) fn add(&mut self, row: &'static str, peer: &str, nanos: f64) {
        self.0.entry((row, peer.to_owned())).or_default().push(nanos);
    }

    /// Those of all rounds, in their order.
    fn rounds(&self, row: &'static str, peer: &str) -> Option<&[f64]> {
        self.0.get(&(row, peer.to_owned())).map(Vec::as_slice)
    }

    /// The median, and the most that a round was off it.
    fn median(&self, row: &'static str, peer: &str) -> Option<(f64, f64)> {
        let nanos = self.rounds(row, peer)?;
        let median = median(nanos.iter().copied())?;
        let off = nanos.iter().map(|nanos| (nanos - median).abs() / median);
        Some((median, off.fold(0.0, f64::max)))
    }

    /// How many times Callboard's time another takes: the median of what it is in each round, whose runs are neighbours in
    /// time.
    fn times(&self, row: &'static str, peer: &str) -> Option<f64> {
        let (ours, theirs) = (self.rounds(row, "callboard")?, self.rounds(row, peer)?);
        median(ours.iter().zip(theirs).map(|(ours, theirs)| theirs / ours))
    }

    pub(crate) fn print(&self, rows: &[&Row], peers: &[&str]) {
        println!("| | {} |", peers.join(" | "));
        println!("|---|{}", "---|".repeat(peers.len()));
        for row in rows {
            let cells = peers.iter().map(|peer| self.cell(row, peer));
            println!("| {} | {} |", row.name, cells.collect::<Vec<_>>().join(" | "));
        }
        println!();
        rows.iter().for_each(|row| self.compare(row));
    }

    fn cell(&self, row: &Row, peer: &str) -> String {
        let Some((nanos, off)) = self.median(row.name, peer) else { return String::new() };
        let off = (off * 100.0).round();
        match row.work {
            Work::Ask => format!("{:.2} µs ±{off} %", nanos / 1e3),
            Work::Tell | Work::Asks => format!("{:.3}M ±{off} %", 1e3 / nanos),
        }
    }

    /// Callboard's time against the others'.
    fn compare(&self, row: &Row) {
        let said = |what: &str, ratio: f64, aim: f64, is_kept: bool| {
            let verdict = if is_kept { "ok" } else { "MISSED" };
            println!("{}: {what} {ratio:.2} (aim {aim}) {verdict}", row.name);
        };
        let times = |peer| self.times(row.name, peer);
        let fastest =
            ["elfo", "ractor_cluster"].into_iter().filter_map(times).min_by(f64::total_cmp);
        if let (Some(ratio), Some(aim)) = (fastest, row.work.times_the_fastest()) {
            said("times as fast as the fastest peer", ratio, aim, ratio >= aim);
        }
        for peer in ["raw", "raw-codec"] {
            let Some(speed) = times(peer) else { continue };
            match row.work {
                Work::Tell => said(&format!("of the speed of {peer}"), speed, 0.6, speed >= 0.6),
                Work::Ask => {
                    let time = 1.0 / speed;
                    said(&format!("times the time of {peer}"), time, 1.5, time <= 1.5);
                }
                Work::Asks => {}
            }
        }
        if let Some(ratio) = times("callboard-tls") {
            said("times the time of plain with TLS", ratio, 1.5, ratio <= 1.5);
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
