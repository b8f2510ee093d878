//! What happened in a world, as its actors have seen it, and what of that must not be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A clone is the same book.
#[derive(Clone, Default)]
pub(crate) struct Book(Arc<Mutex<Pages>>);

#[derive(Default)]
pub(crate) struct Pages {
    numbers: u64,
    /// Messages that were sent to workers, and those whose handlers have ended well.
    pub(crate) sent: u64,
    pub(crate) handled: u64,
    /// Asks that were begun, and those that have ended or were given up.
    asks: [u64; 2],
    /// By lane, which is all that one life of one worker sends to one other: the last that was heard.
    lanes: BTreeMap<u64, u64>,
    /// By lane, whose life it leads to where that is one.
    readers: BTreeMap<u64, u64>,
    alive: BTreeSet<u64>,
    /// Who has a name, by node and name; 0 if a child may keep it for its next life.
    holders: BTreeMap<String, u64>,
    links: BTreeSet<[u64; 2]>,
    monitors: BTreeMap<u64, Watch>,
    wrong: Vec<String>,
}

/// A monitor.
struct Watch {
    watcher: u64,
    watched: u64,
    /// How often it was told, and whether once because the connection was lost.
    told: u32,
    lost: bool,
    is_cancelled: bool,
}

impl Book {
    pub(crate) fn open(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A life of a worker begins, of one that a supervisor keeps or of another.
    pub(crate) fn begin(&self, is_kept: bool) -> Life {
        let number = self.open().number();
        self.open().alive.insert(number);
        Life { number, is_kept, book: self.clone() }
    }

    /// An ask begins.
    pub(crate) fn ask(&self) -> Asking {
        let mut pages = self.open();
        pages.sent += 1;
        pages.asks[0] += 1;
        Asking(self.clone())
    }

    /// Messages that were sent to workers, and those that were handled.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let pages = self.open();
        (pages.sent, pages.handled)
    }

    /// Says what is wrong.
    pub(crate) fn check(&self) {
        let pages = self.open();
        assert!(pages.wrong.is_empty(), "{}", pages.wrong.join("\n"));
        assert_eq!(pages.asks[0], pages.asks[1], "each ask has ended");
    }

    /// Says what is wrong with links and monitors, once all is told. Where words of the runtime are lost with their
    /// connections, who was to be linked may not know of it.
    pub(crate) fn check_bonds(&self, lossless: bool) {
        let pages = self.open();
        for [one, other] in &pages.links {
            let alive = [one, other].map(|end| pages.alive.contains(end));
            let is_wrong = if lossless { alive[0] != alive[1] } else { alive == [true, false] };
            assert!(!is_wrong, "of the link of {one} to {other} one end is left: {alive:?}");
        }
        for (number, watch) in &pages.monitors {
            let Watch { watcher, watched, told, lost, is_cancelled } = *watch;
            if is_cancelled {
                continue;
            }
            if pages.alive.contains(&watcher) && !pages.alive.contains(&watched) {
                assert_eq!(told, 1, "monitor {number} of {watcher} was told once of {watched}");
            }
            if pages.alive.contains(&watched) {
                assert!(
                    told == 0 || lost,
                    "monitor {number} was told of {watched}, which is alive"
                );
            }
        }
    }

    /// Says which states were not dropped.
    pub(crate) fn check_ends(&self) {
        let alive = self.open().alive.clone();
        assert!(alive.is_empty(), "the states of {alive:?} are still there");
        assert!(self.open().holders.values().all(|who| *who == 0), "nobody has a name");
    }
}

impl Pages {
    pub(crate) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// A new lane, to this life; to any if that is 0.
    pub(crate) fn lane(&mut self, to: u64) -> u64 {
        let lane = self.number();
        if to > 0 {
            self.readers.insert(lane, to);
        }
        lane
    }

    /// A message was heard by a lane: after those that were sent before, once, and by whom it was sent to.
    pub(crate) fn hear(&mut self, lane: u64, number: u64, who: u64) {
        if self.readers.get(&lane).is_some_and(|reader| *reader != who) {
            self.wrong.push(format!("lane {lane} was heard by {who}, to whom it does not lead"));
        }
        let last = self.lanes.entry(lane).or_default();
        if number <= *last {
            self.wrong.push(format!("on lane {lane} message {number} came after {last}"));
        }
        *last = number;
    }

    /// An answer came.
    pub(crate) fn expect(&mut self, what: &str, answer: u64, expected: u64) {
        if answer != expected {
            self.wrong.push(format!("{what} gave {answer}, not {expected}"));
        }
    }

    /// Somebody has got a name.
    pub(crate) fn hold(&mut self, name: String, who: u64) {
        if let Some(before) = self.holders.insert(name.clone(), who).filter(|before| *before > 0) {
            self.wrong.push(format!("{who} has got {name}, which {before} has"));
        }
    }

    /// Somebody gives a name back.
    pub(crate) fn give_back(&mut self, name: &str, who: u64) {
        if self.holders.remove(name) != Some(who) {
            self.wrong.push(format!("{who} gave {name} back and did not have it"));
        }
    }

    /// Somebody is told that a name is another's.
    pub(crate) fn refused(&mut self, name: &str) {
        if !self.holders.contains_key(name) {
            self.wrong.push(format!("nobody has {name}, and it is not free"));
        }
    }

    pub(crate) fn link(&mut self, one: u64, other: u64) {
        self.links.insert([one, other]);
    }

    /// A link is taken off, whichever of the two made it.
    pub(crate) fn unlink(&mut self, one: u64, other: u64) {
        self.links.remove(&[one, other]);
        self.links.remove(&[other, one]);
    }

    pub(crate) fn demonitor(&mut self, number: u64) {
        if let Some(watch) = self.monitors.get_mut(&number) {
            watch.is_cancelled = true;
        }
    }

    pub(crate) fn monitor(&mut self, watcher: u64, watched: u64) -> u64 {
        let number = self.number();
        let watch = Watch { watcher, watched, told: 0, lost: false, is_cancelled: false };
        self.monitors.insert(number, watch);
        number
    }

    /// A monitor was told.
    pub(crate) fn tell(&mut self, number: u64, lost: bool) {
        let Some(watch) = self.monitors.get_mut(&number) else { return };
        watch.told += 1;
        watch.lost |= lost;
        if watch.told > 1 || watch.is_cancelled {
            let Watch { told, is_cancelled, .. } = *watch;
            let wrong = format!("monitor {number} was told {told} times");
            self.wrong.push(format!("{wrong}, cancelled: {is_cancelled}"));
        }
    }
}

/// A life of a worker: as long as its state is there.
pub(crate) struct Life {
    pub(crate) number: u64,
    /// Whether it may have another after it, which keeps its names.
    is_kept: bool,
    pub(crate) book: Book,
}

impl Drop for Life {
    fn drop(&mut self) {
        let mut pages = self.book.open();
        pages.alive.remove(&self.number);
        if self.is_kept {
            let own = pages.holders.values_mut().filter(|holder| **holder == self.number);
            own.for_each(|holder| *holder = 0);
        } else {
            pages.holders.retain(|_, holder| *holder != self.number);
        }
    }
}

/// An ask that has not ended.
pub(crate) struct Asking(Book);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.open().asks[1] += 1;
    }
}
