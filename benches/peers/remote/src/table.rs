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

    /// The median, and the most that a round was off it.
    fn median(&self, row: &'static str, peer: &str) -> Option<(f64, f64)> {
        let mut nanos = self.0.get(&(row, peer.to_owned()))?.clone();
        nanos.sort_by(f64::total_cmp);
        let median = *nanos.get(nanos.len() / 2)?;
        let off = nanos.iter().map(|nanos| (nanos - median).abs() / median);
        Some((median, off.fold(0.0, f64::max)))
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

    /// Callboard's time against the others', each by its median.
    fn compare(&self, row: &Row) {
        let median = |peer| self.median(row.name, peer).map(|(nanos, _)| nanos);
        let Some(ours) = median("callboard") else { return };
        let peers = ["elfo", "ractor_cluster"].into_iter().filter_map(median);
        let said = |what: &str, ratio: f64, aim: f64, is_kept: bool| {
            let verdict = if is_kept { "ok" } else { "MISSED" };
            println!("{}: {what} {ratio:.2} (aim {aim}) {verdict}", row.name);
        };
        if let Some(fastest) = peers.min_by(f64::total_cmp) {
            let (ratio, aim) = (fastest / ours, row.work.times_the_fastest());
            said("times as fast as the fastest peer", ratio, aim, ratio >= aim);
        }
        if let Some(raw) = median("raw") {
            match row.work {
                Work::Ask => said("times the time of raw", ours / raw, 1.5, ours / raw <= 1.5),
                Work::Tell => said("of raw's speed", raw / ours, 0.6, raw / ours >= 0.6),
                Work::Asks => {}
            }
        }
        if let Some(tls) = median("callboard-tls") {
            said("times the time of plain with TLS", tls / ours, 1.5, tls / ours <= 1.5);
        }
    }
}
