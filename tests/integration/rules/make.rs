//! Makes supervision trees at random, as data: what the runtime and the model are both given.

use std::sync::Arc;

use callboard::{AutoShutdown, Restart, Strategy};

use crate::check::Dice;

/// Children of groups have numbers from here on.
pub(super) const GROUPED: u32 = 1_000;

/// A child. Times are nanoseconds: delays so short have no jitter, so each moment is known.
#[derive(Clone, Debug)]
pub(super) struct Child {
    /// Different in the whole tree; its text is the child's id.
    pub(super) number: u32,
    pub(super) restart: Restart,
    pub(super) stops: Stops,
    /// The least and the most delay of its restarts.
    pub(super) backoff: Option<(u64, u64)>,
    pub(super) significant: bool,
    /// Counted round.
    pub(super) shard: usize,
    pub(super) kind: Kind,
}

impl Child {
    pub(super) fn id(&self) -> String {
        self.number.to_string()
    }

    /// Whether it is a worker that is not told of exits.
    pub(super) fn is_plain(&self) -> bool {
        matches!(&self.kind, Kind::Worker(worker) if worker.manner == Manner::Plain)
    }
}

/// How its supervisor stops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stops {
    Brutal,
    Infinite,
    Within(u64),
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Children that come and go, with all that theirs have in common.
    Group(Arc<Keeps>, Arc<Child>),
    Supervisor(Arc<Keeps>),
    Worker(Worker),
}

/// How a supervisor keeps its children.
#[derive(Clone, Debug)]
pub(super) struct Keeps {
    pub(super) strategy: Strategy,
    pub(super) max: usize,
    pub(super) within: u64,
    pub(super) auto_shutdown: AutoShutdown,
    pub(super) children: Vec<Child>,
}

#[derive(Clone, Debug)]
pub(super) struct Worker {
    pub(super) manner: Manner,
    /// What becomes of its first starts; later ones go well.
    pub(super) fates: Vec<Fate>,
}

/// What a worker does about an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It ends.
    Plain,
    /// It is told, and ends.
    Polite,
    /// It is told, and goes on.
    Stubborn,
}

/// What becomes of a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Ignores,
    /// The start hook says so.
    Fails,
    /// There is no state.
    MakeFails,
    MakePanics,
    Panics,
    Runs,
}

impl Worker {
    /// What becomes of its start with this number, counted from 1.
    pub(super) fn fate(&self, start: u32) -> Fate {
        self.fates.get(start as usize - 1).copied().unwrap_or(Fate::Runs)
    }
}

/// Makes trees and their children.
#[derive(Clone)]
pub(super) struct Maker {
    pub(super) dice: Dice,
    next: u32,
    next_grouped: u32,
}

impl Maker {
    pub(super) fn new(seed: u64) -> Self {
        // Neighbouring seeds begin far from each other.
        let dice = Dice::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self { dice, next: 0, next_grouped: GROUPED }
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.dice.roll(100) < percent
    }

    pub(super) fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.dice.roll(among.len() as u64) as usize]
    }

    /// A supervisor's children, with at most so many levels of supervisors below.
    pub(super) fn keeps(&mut self, deep: u32) -> Keeps {
        let strategies = [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne];
        let autos =
            [AutoShutdown::Never, AutoShutdown::Never, AutoShutdown::Any, AutoShutdown::All];
        // Its first child tells the others' groups to whoever starts children in them.
        let first = Child { significant: false, ..self.worker() };
        let mut children = vec![first];
        for _ in 0..self.dice.roll(4) {
            let child = match self.dice.roll(10) {
                0 => self.group(),
                1..4 if deep > 0 => self.supervisor(deep - 1),
                _ => self.worker(),
            };
            children.push(child);
        }
        Keeps {
            strategy: self.pick(&strategies),
            max: self.pick(&[0, 1, 1, 2, 2, 3, 5]),
            within: self.pick(&[2, 5, 10, 1_000]),
            auto_shutdown: self.pick(&autos),
            children,
        }
    }

    pub(super) fn worker(&mut self) -> Child {
        self.next += 1;
        let number = self.next;
        let manner = self.pick(&[Manner::Plain, Manner::Plain, Manner::Polite, Manner::Stubborn]);
        let restart = self.restart();
        Child {
            number,
            restart,
            stops: self.stops(manner),
            backoff: self.backoff(),
            significant: restart != Restart::Permanent && self.chance(40),
            shard: self.dice.roll(4) as usize,
            kind: Kind::Worker(Worker { manner, fates: self.fates(1) }),
        }
    }

    /// A child of a group: what they have in common is the template's.
    pub(super) fn grouped(&mut self, template: &Child) -> Child {
        self.next_grouped += 1;
        let Kind::Worker(worker) = &template.kind else { panic!("groups have workers") };
        let worker = Worker { manner: worker.manner, fates: self.fates(10) };
        Child { number: self.next_grouped, kind: Kind::Worker(worker), ..template.clone() }
    }

    fn group(&mut self) -> Child {
        let template = Child { significant: false, ..self.worker() };
        self.next += 1;
        let keeps = Keeps {
            strategy: Strategy::OneForOne,
            max: self.pick(&[0, 1, 3]),
            within: self.pick(&[5, 1_000]),
            auto_shutdown: AutoShutdown::Never,
            children: Vec::new(),
        };
        Child {
            number: self.next,
            restart: Restart::Permanent,
            stops: Stops::Infinite,
            backoff: None,
            significant: false,
            shard: 0,
            kind: Kind::Group(Arc::new(keeps), Arc::new(template)),
        }
    }

    fn supervisor(&mut self, deep: u32) -> Child {
        self.next += 1;
        let number = self.next;
        let restart = self.restart();
        Child {
            number,
            restart,
            // Enough for all below to stop.
            stops: self.pick(&[
                Stops::Infinite,
                Stops::Infinite,
                Stops::Within(1_000),
                Stops::Brutal,
            ]),
            backoff: self.backoff(),
            significant: restart != Restart::Permanent && self.chance(40),
            shard: self.dice.roll(4) as usize,
            kind: Kind::Supervisor(Arc::new(self.keeps(deep))),
        }
    }

    fn restart(&mut self) -> Restart {
        self.pick(&[
            Restart::Permanent,
            Restart::Permanent,
            Restart::Permanent,
            Restart::Transient,
            Restart::Transient,
            Restart::Temporary,
        ])
    }

    fn stops(&mut self, manner: Manner) -> Stops {
        match self.dice.roll(5) {
            0 => Stops::Brutal,
            // Nothing would end it.
            1 if manner != Manner::Stubborn => Stops::Infinite,
            _ => Stops::Within(1 + self.dice.roll(5)),
        }
    }

    fn backoff(&mut self) -> Option<(u64, u64)> {
        let least = 1 + self.dice.roll(4);
        self.chance(25).then(|| (least, least + self.dice.roll(5 - least)))
    }

    /// What becomes of the first starts; the first of all fails with this chance, in percent.
    fn fates(&mut self, first: u64) -> Vec<Fate> {
        let bad = [Fate::Ignores, Fate::Fails, Fate::MakeFails, Fate::MakePanics, Fate::Panics];
        let fate = |maker: &mut Self, percent| {
            if maker.chance(percent) { maker.pick(&bad) } else { Fate::Runs }
        };
        let mut fates = vec![fate(self, first)];
        fates.extend((0..self.dice.roll(5)).map(|_| fate(self, 35)));
        fates
    }
}
