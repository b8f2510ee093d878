//! One file a framework: its actors that carry ours, and how it starts, spawns, tells and asks.

pub(crate) mod actix;
pub(crate) mod callboard;
pub(crate) mod coerce;
pub(crate) mod crossbeam;
pub(crate) mod flume;
pub(crate) mod kameo;
pub(crate) mod kompact;
pub(crate) mod limit;
pub(crate) mod ractor;
pub(crate) mod runtimes;
pub(crate) mod tokio;
pub(crate) mod xtra;

use crate::workloads::{Framework, Measured, Workload};

/// All, in the order of the tables.
pub(crate) const NAMES: [&str; 11] = [
    "callboard",
    "limit",
    "tokio",
    "flume",
    "crossbeam",
    "kompact",
    "actix",
    "ractor",
    "kameo",
    "xtra",
    "coerce",
];

/// Callboard is held against the best of these,
pub(crate) const FRAMEWORKS: [&str; 6] = ["kompact", "actix", "ractor", "kameo", "xtra", "coerce"];

/// and against the best of these, which are no actor frameworks.
pub(crate) const CHANNELS: [&str; 3] = ["tokio", "flume", "crossbeam"];

/// Measures a workload on one of the frameworks.
pub(crate) fn measure<W: Workload>(framework: &str, operations: u64) -> Measured {
    match framework {
        "actix" => actix::Actix::measure::<W>(operations),
        "callboard" => callboard::Callboard::measure::<W>(operations),
        "coerce" => coerce::Coerce::measure::<W>(operations),
        "flume" => flume::Flume::measure::<W>(operations),
        "kameo" => kameo::Kameo::measure::<W>(operations),
        "kompact" => kompact::Kompact::measure::<W>(operations),
        "ractor" => ractor::Ractor::measure::<W>(operations),
        "tokio" => tokio::Tokio::measure::<W>(operations),
        "xtra" => xtra::Xtra::measure::<W>(operations),
        _ => panic!("{framework} is no framework"),
    }
}
