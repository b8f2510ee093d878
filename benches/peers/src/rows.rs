//! The rows of the tables: what is run, who is left out and why, and what Callboard aims at.

use crate::frameworks::{self, NAMES};
use crate::workloads::across::{Asleep, ManyToOne};
use crate::workloads::ask::{Ask, AsyncHandler};
use crate::workloads::bank::Bank;
use crate::workloads::big::Big;
use crate::workloads::chameneos::Chameneos;
use crate::workloads::counting::{Counting, ForkJoin};
use crate::workloads::create::{Create, Stop};
use crate::workloads::flood::Flood;
use crate::workloads::memory::Memory;
use crate::workloads::peers::Peers;
use crate::workloads::ping_pong::{PingPong, PingPongAcross, Ring};
use crate::workloads::tell::Tell;
use crate::workloads::{Measured, Workload};

/// What a figure is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Unit {
    /// Operations a second: more is better.
    Rate,
    /// Less is better.
    Micros,
    Bytes,
}

/// What Callboard's figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Aim {
    None,
    /// So many times as good as the best framework, and as the best channel.
    Times(f64),
    /// And at most so many times the time of the limit.
    TimesAndLimit(f64, f64),
    /// At most so many times the time of the limit.
    Limit(f64),
    /// At least as good as tokio, but for the spread.
    AsTokio,
    /// The figure itself.
    AtMost(f64),
    /// At most so many times the time of another row.
    TimesTheTimeOf(&'static str, f64),
}

/// The tables, in order.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Table {
    OneThread,
    TwoShards,
    ManyActors,
    Others,
}

impl Table {
    pub(crate) const ALL: [Self; 4] =
        [Self::OneThread, Self::TwoShards, Self::ManyActors, Self::Others];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::OneThread => "One thread, operations a second",
            Self::TwoShards => "Two threads, each on a core",
            Self::ManyActors => "Actors with random peers, messages a second on one thread",
            Self::Others => "Memory and fairness, less is better",
        }
    }
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) table: Table,
    pub(crate) unit: Unit,
    pub(crate) aim: Aim,
    /// Of the first run.
    operations: u64,
    /// Runs it on a framework.
    measure: fn(&str, u64) -> Measured,
    /// Who runs it.
    only: &'static [&'static str],
}

/// All but those that the row leaves out.
const ALL: &[&str] =
    &["callboard", "tokio", "flume", "kompact", "actix", "ractor", "kameo", "xtra", "coerce"];

/// All, the limit too. crossbeam has no tasks, so it is there only where threads block or one does both.
const WITH_LIMIT: &[&str] = &NAMES;

/// crossbeam would need an actor's loop of its own to hand on what it took.
const LIMIT_WITH_TASKS: &[&str] = &[
    "callboard",
    "limit",
    "tokio",
    "flume",
    "kompact",
    "actix",
    "ractor",
    "kameo",
    "xtra",
    "coerce",
];

/// kompact's pool does not let one say on which thread a component runs.
const PLACED: &[&str] =
    &["callboard", "tokio", "flume", "actix", "ractor", "kameo", "xtra", "coerce"];

const PLACED_WITH_LIMIT: &[&str] = &[
    "callboard",
    "limit",
    "tokio",
    "flume",
    "crossbeam",
    "actix",
    "ractor",
    "kameo",
    "xtra",
    "coerce",
];

/// 10,000,000 of the others need more than 10 GB, or have not finished after two minutes.
const TEN_MILLION: &[&str] = &["callboard", "tokio"];

impl Row {
    fn new<W: Workload>(
        name: &'static str,
        table: Table,
        operations: u64,
        only: &'static [&'static str],
        aim: Aim,
    ) -> Self {
        let unit = Unit::Rate;
        Self { name, table, unit, aim, operations, measure: frameworks::measure::<W>, only }
    }

    fn unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    pub(crate) fn measure(&self, framework: &str) -> Measured {
        match framework {
            "crossbeam" => frameworks::crossbeam::measure(self.name),
            "limit" => frameworks::limit::measure(self.name),
            _ => (self.measure)(framework, self.operations),
        }
    }

    pub(crate) fn frameworks(&self) -> &'static [&'static str] {
        self.only
    }
}

pub(crate) fn rows() -> Vec<Row> {
    let all = one_thread().into_iter().chain(two_threads());
    all.chain(many_actors()).chain(others()).collect()
}

fn one_thread() -> [Row; 12] {
    use Aim::{None, Times, TimesAndLimit};
    let t = Table::OneThread;
    [
        Row::new::<Tell>("tell", t, 200_000, WITH_LIMIT, TimesAndLimit(8.0, 1.5)),
        Row::new::<PingPong>("ping-pong", t, 100_000, LIMIT_WITH_TASKS, TimesAndLimit(15.0, 1.5)),
        Row::new::<Ring>("ring", t, 100_000, ALL, Times(15.0)),
        Row::new::<ForkJoin>("fork-join", t, 600_000, ALL, Times(7.0)),
        Row::new::<Counting>("counting", t, 600_000, ALL, Times(7.0)),
        Row::new::<Big>("big", t, 120_000, ALL, Times(15.0)),
        Row::new::<Chameneos>("chameneos", t, 20_000, ALL, Times(10.0)),
        Row::new::<Ask>("ask", t, 50_000, ALL, Times(8.0)),
        Row::new::<AsyncHandler>("async handler", t, 50_000, ALL, None),
        Row::new::<Bank>("bank", t, 20_000, ALL, Times(6.0)),
        Row::new::<Create>("create", t, 10_000, ALL, Times(8.0)),
        Row::new::<Stop>("stop", t, 10_000, ALL, None),
    ]
}

fn two_threads() -> [Row; 4] {
    use Aim::{AsTokio, Limit, Times};
    let t = Table::TwoShards;
    [
        Row::new::<ManyToOne<2>>("many-to-one 16 B", t, 200_000, PLACED_WITH_LIMIT, Times(40.0)),
        Row::new::<ManyToOne<32>>("many-to-one 256 B", t, 200_000, PLACED_WITH_LIMIT, Times(12.0)),
        Row::new::<PingPongAcross>("ping-pong across", t, 2_000, PLACED_WITH_LIMIT, Limit(1.3)),
        Row::new::<Asleep>("ask asleep", t, 300, PLACED, AsTokio).unit(Unit::Micros),
    ]
}

fn many_actors() -> [Row; 6] {
    use Aim::{None, TimesTheTimeOf};
    let row =
        |name, actors, only, aim| Row::new::<Peers>(name, Table::ManyActors, actors, only, aim);
    [
        row("peers 100", 100, ALL, None),
        row("peers 1,000", 1_000, ALL, None),
        row("peers 10,000", 10_000, ALL, None),
        row("peers 100,000", 100_000, ALL, None),
        row("peers 1,000,000", 1_000_000, ALL, TimesTheTimeOf("peers 100", 3.0)),
        row("peers 10,000,000", 10_000_000, TEN_MILLION, TimesTheTimeOf("peers 100", 5.0)),
    ]
}

fn others() -> [Row; 3] {
    use Aim::{AtMost, None};
    let t = Table::Others;
    [
        Row::new::<Flood<0>>("ask behind a burst", t, 1_000_000, ALL, None).unit(Unit::Micros),
        Row::new::<Flood<200>>("ask beside a flood", t, 10_000, ALL, None).unit(Unit::Micros),
        Row::new::<Memory>("idle actor", t, 1_000_000, ALL, AtMost(96.0)).unit(Unit::Bytes),
    ]
}
