//! The rules of supervision (S1 to S16 of docs/semantics.md) once more, as functions over a tree of plain data: what
//! happens is done at once, and time is a number. It knows nothing of how the runtime does it.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard::{AutoShutdown, Restart, Strategy};

use super::make::{Child, Fate, GROUPED, Keeps, Kind, Manner, Stops, Worker};

/// Why something ended, as far as the rules tell ends apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    Error,
    Killed,
    NoProc,
    Normal,
    Panic,
    Shutdown,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format!("{self:?}").to_lowercase())
    }
}

/// Something that happens to the actor at the end of a path, or is asked of it.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// The supervisor's child with this index is deleted.
    Delete(usize),
    /// It returns this from a handler; the messages are told to it afterwards.
    EndWith(Why, Vec<u32>),
    Exit(Why),
    /// It panics; the messages are told to it before and after.
    Fail(Vec<u32>, Vec<u32>),
    Kill,
    /// The supervisor's child with this index is restarted by hand.
    Restart(usize),
    /// Another child for the supervisor.
    Start(Child),
    /// Another child for the supervisor's group with this index.
    StartIn(usize, Child),
    Stop,
    Tell(Vec<u32>),
    /// The supervisor's child with this index is stopped; in a group, by its address.
    Terminate(usize),
}

/// How children are told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Once they have handled all.
    Drain,
    Exit,
}

/// A wrong rule: the comparison must tell it from the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    BackoffIsNotDoubled,
    BackoffNeverBeginsAnew,
    DelayedRestartsCountAtOnce,
    FailedStartsAreFree,
    GivesUpWithAnError,
    OneForAllLeavesThoseBefore,
    OneMoreRestart,
    QueueIsLost,
    RestForOneRestartsAll,
    SignificantEndsNobody,
    StopsInOrder,
    TemporarySiblingsComeBack,
    TransientComesBackAfterNormal,
    WhoHadEndedStaysAway,
    WindowNeverSlides,
}

impl Mistake {
    pub(super) const ALL: [Self; 15] = [
        Self::BackoffIsNotDoubled,
        Self::BackoffNeverBeginsAnew,
        Self::DelayedRestartsCountAtOnce,
        Self::FailedStartsAreFree,
        Self::GivesUpWithAnError,
        Self::OneForAllLeavesThoseBefore,
        Self::OneMoreRestart,
        Self::QueueIsLost,
        Self::RestForOneRestartsAll,
        Self::SignificantEndsNobody,
        Self::StopsInOrder,
        Self::TemporarySiblingsComeBack,
        Self::TransientComesBackAfterNormal,
        Self::WhoHadEndedStaysAway,
        Self::WindowNeverSlides,
    ];
}

/// How many children a group may have.
pub(super) const GROUP_MOST: usize = 4;

/// What is the same in the whole tree.
pub(super) struct World {
    /// Nanoseconds since the tree began.
    pub(super) now: u64,
    /// What workers noted, and when.
    pub(super) notes: Vec<(u64, String)>,
    /// What a watcher of all heard.
    pub(super) downs: Vec<String>,
    /// Messages that nobody handled.
    pub(super) lost: u64,
    /// How often each worker was started.
    starts: BTreeMap<u32, u32>,
    places: u32,
    /// No restart that waits is due before.
    next_due: u64,
    /// Two things happen at a time: the rules do not say which is first.
    pub(super) is_unsure: bool,
    mistake: Option<Mistake>,
}

impl World {
    fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn note(&mut self, note: String) {
        self.notes.push((self.now, note));
    }

    /// Waits for a child that takes its time to stop.
    fn wait(&mut self, took: u64) {
        self.now += took;
        self.is_unsure |= took > 0 && self.next_due <= self.now;
    }

    fn handled(&mut self, number: u32, messages: &[u32]) {
        for message in messages {
            self.note(format!("*{number}:{message}"));
        }
    }
}

/// A child and what it is at.
pub(super) struct Kept {
    pub(super) spec: Child,
    pub(super) life: Life,
    /// The place it lives or waits in: a number of its own, and the number of its incarnation there.
    pub(super) place: Option<(u32, u64)>,
    /// Whether the watcher has a monitor on it.
    pub(super) is_watched: bool,
    /// The end of an incarnation that the watcher is still to hear of.
    untold: Option<Why>,
    /// What waits in its mailbox.
    mail: Vec<u32>,
    /// When it last began with mail: who stops it at that moment may be faster (X11).
    read: Option<u64>,
    /// Its next delay, if there was one before.
    delay: u64,
    /// Whether its next start counts.
    counts: bool,
}

/// What a child is at.
pub(super) enum Life {
    Absent,
    /// It will be started at this time.
    Due(u64),
    Runs {
        since: u64,
        below: Option<Supervisor>,
    },
}

/// What came of a start.
enum Started {
    Failed(Why),
    Ignored,
    Well,
}

impl Kept {
    fn new(spec: Child) -> Self {
        Self {
            spec,
            life: Life::Absent,
            place: None,
            is_watched: false,
            untold: None,
            mail: Vec::new(),
            read: None,
            delay: 0,
            counts: false,
        }
    }

    pub(super) fn below(&self) -> Option<&Supervisor> {
        match &self.life {
            Life::Runs { below, .. } => below.as_ref(),
            _ => None,
        }
    }

    pub(super) fn worker(&self) -> Option<&Worker> {
        match &self.spec.kind {
            Kind::Worker(worker) => Some(worker),
            _ => None,
        }
    }

    fn is_temporary(&self) -> bool {
        self.spec.restart == Restart::Temporary
    }

    fn start(&mut self, w: &mut World) -> Started {
        match &mut self.place {
            Some(_) => {
                self.tell(true, w);
                self.place = self.place.map(|(place, life)| (place, life + 1));
            }
            None => {
                w.places += 1;
                self.place = Some((w.places, 1));
            }
        }
        let started = match &self.spec.kind {
            Kind::Worker(worker) => Self::start_worker(self.spec.number, worker, w).map(|()| None),
            Kind::Supervisor(keeps) => Supervisor::start(keeps, false, w).map(Some),
            Kind::Group(keeps, _) => Supervisor::start(keeps, true, w).map(Some),
        };
        match started {
            Ok(below) => {
                self.life = Life::Runs { since: w.now, below };
                self.read = (!self.mail.is_empty()).then_some(w.now);
                w.handled(self.spec.number, &std::mem::take(&mut self.mail));
                Started::Well
            }
            Err(None) => {
                self.ends(Why::Normal, w);
                self.discard(w);
                Started::Ignored
            }
            Err(Some(why)) => {
                self.ends(why, w);
                // A place where nobody has run is not kept.
                if let Some((_, 1)) = self.place {
                    self.discard(w);
                    self.life = Life::Due(w.now);
                }
                Started::Failed(why)
            }
        }
    }

    /// An error without a reason is none: the worker wants not to run.
    fn start_worker(number: u32, worker: &Worker, w: &mut World) -> Result<(), Option<Why>> {
        let start = w.starts.entry(number).or_default();
        *start += 1;
        let start = *start;
        let (sign, started) = match worker.fate(start) {
            Fate::Ignores => ('?', Err(None)),
            Fate::Fails | Fate::MakeFails => ('!', Err(Some(Why::Error))),
            Fate::Panics | Fate::MakePanics => ('!', Err(Some(Why::Panic))),
            Fate::Runs => ('+', Ok(())),
        };
        w.note(format!("{sign}{number}#{start}"));
        started
    }

    /// An incarnation has ended; the place stays for another.
    fn ends(&mut self, why: Why, w: &World) {
        self.life = Life::Due(w.now);
        if self.is_watched && self.untold.is_none() {
            self.untold = Some(why);
        }
    }

    /// The watcher hears of the incarnation that ended last.
    fn tell(&mut self, restarting: bool, w: &mut World) {
        if let (Some(why), Some((place, life))) = (self.untold.take(), self.place) {
            w.downs.push(format!("{place} life {life} {why} restarting {restarting}"));
            self.is_watched = false;
        }
    }

    /// There will be no other incarnation in this place.
    fn discard(&mut self, w: &mut World) {
        self.tell(false, w);
        if std::mem::take(&mut self.is_watched) {
            self.untold = Some(Why::NoProc);
            self.tell(false, w);
        }
        w.lost += std::mem::take(&mut self.mail).len() as u64;
        (self.life, self.place, self.counts) = (Life::Absent, None, false);
    }

    /// Its supervisor stops it. Answers how long it still takes.
    fn stop(&mut self, how: How, rests: bool, w: &mut World) -> u64 {
        let number = self.spec.number;
        w.is_unsure |= self.read == Some(w.now);
        let is_brutal = self.spec.stops == Stops::Brutal;
        let (why, took) = match (&mut self.life, &self.spec.kind) {
            (Life::Absent, _) => return 0,
            (Life::Due(_), _) => {
                if !rests {
                    self.discard(w);
                }
                return 0;
            }
            (Life::Runs { below: Some(below), .. }, _) if is_brutal => {
                below.orphan(w);
                (Why::Killed, 0)
            }
            (Life::Runs { below: Some(below), .. }, _) => {
                below.stop_all(how, w);
                (Why::Shutdown, 0)
            }
            (Life::Runs { .. }, _) if is_brutal => (Why::Killed, 0),
            (Life::Runs { .. }, Kind::Worker(worker)) => {
                let manner = if how == How::Drain { Manner::Plain } else { worker.manner };
                if manner != Manner::Plain {
                    w.note(format!("x{number}:shutdown"));
                }
                match (manner, self.spec.stops) {
                    (Manner::Stubborn, Stops::Within(time)) => (Why::Killed, time),
                    _ => {
                        w.note(format!("-{number}:shutdown"));
                        (Why::Shutdown, 0)
                    }
                }
            }
            (Life::Runs { .. }, _) => unreachable!("what is no worker is a supervisor"),
        };
        self.ends(why, w);
        if !rests {
            self.discard(w);
        }
        took
    }

    /// Something happens to a worker. Answers why it ends, if it does.
    fn suffers(&mut self, event: &Event, w: &mut World) -> Option<Why> {
        let number = self.spec.number;
        let manner = self.worker()?.manner;
        if let Life::Due(_) = self.life {
            if let Event::Tell(messages) = event {
                self.mail.extend(messages);
            }
            return None;
        }
        match event {
            Event::Fail(before, after) => {
                w.handled(number, before);
                // The message that it failed at.
                w.lost += 1;
                self.mail.extend(after);
                Some(Why::Panic)
            }
            Event::EndWith(why, after) => {
                w.note(format!("-{number}:{why}"));
                self.mail.extend(after);
                Some(*why)
            }
            Event::Kill => Some(Why::Killed),
            Event::Exit(Why::Normal) if manner == Manner::Plain => None,
            Event::Exit(why) => {
                if manner != Manner::Plain {
                    w.note(format!("x{number}:{why}"));
                }
                if manner == Manner::Stubborn {
                    return None;
                }
                w.note(format!("-{number}:{why}"));
                Some(*why)
            }
            Event::Stop => {
                w.note(format!("-{number}:normal"));
                Some(Why::Normal)
            }
            Event::Tell(messages) => {
                w.handled(number, messages);
                None
            }
            _ => unreachable!("that is asked of supervisors"),
        }
    }

    /// How long it waits before its next start.
    fn next_delay(&mut self, ran: u64, w: &World) -> u64 {
        let Some((least, most)) = self.spec.backoff else { return 0 };
        if self.delay == 0 || (ran >= most && !w.makes(Mistake::BackoffNeverBeginsAnew)) {
            self.delay = least;
        }
        let delay = self.delay;
        if !w.makes(Mistake::BackoffIsNotDoubled) {
            self.delay = (2 * delay).min(most);
        }
        delay
    }
}

/// A supervisor that runs.
pub(super) struct Supervisor {
    keeps: Arc<Keeps>,
    pub(super) is_group: bool,
    pub(super) children: Vec<Kept>,
    /// When it restarted a child.
    restarts: Vec<u64>,
}

impl Supervisor {
    /// S1 and S2.
    fn start(keeps: &Arc<Keeps>, is_group: bool, w: &mut World) -> Result<Self, Option<Why>> {
        let mut me =
            Self { keeps: keeps.clone(), is_group, children: Vec::new(), restarts: Vec::new() };
        for spec in &keeps.children {
            let mut child = Kept::new(spec.clone());
            match child.start(w) {
                Started::Failed(_) => {
                    child.discard(w);
                    me.stop_all(How::Exit, w);
                    return Err(Some(Why::Error));
                }
                Started::Ignored if child.is_temporary() => {}
                Started::Ignored | Started::Well => me.children.push(child),
            }
        }
        Ok(me)
    }

    /// S3, and S5 for a group.
    fn stop_all(&mut self, how: How, w: &mut World) {
        let mut longest = 0;
        let mut children: Vec<_> = self.children.iter_mut().collect();
        if !w.makes(Mistake::StopsInOrder) {
            children.reverse();
        }
        for child in children {
            let took = child.stop(how, false, w);
            if self.is_group {
                longest = longest.max(took);
            } else {
                w.wait(took);
            }
        }
        w.wait(longest);
    }

    /// S16: it was killed.
    fn orphan(&mut self, w: &mut World) {
        for child in &mut self.children {
            w.is_unsure |= child.read == Some(w.now);
            match &mut child.life {
                Life::Runs { below: Some(below), .. } => below.orphan(w),
                Life::Runs { .. } => {
                    let number = child.spec.number;
                    if child.worker().is_some_and(|worker| worker.manner != Manner::Plain) {
                        w.note(format!("-{number}:killed"));
                    }
                }
                Life::Absent | Life::Due(_) => {
                    child.discard(w);
                    continue;
                }
            }
            child.ends(Why::Killed, w);
            child.discard(w);
        }
    }

    /// S6, S12 and S13: a child has ended by itself. Answers why the supervisor ends, if it does.
    fn ended(&mut self, at: usize, why: Why, w: &mut World) -> Option<Why> {
        let child = &mut self.children[at];
        let Life::Runs { since, .. } = child.life else { panic!("what ends has run") };
        child.ends(why, w);
        let is_normal = matches!(why, Why::Normal | Why::Shutdown)
            && !(why == Why::Normal && w.makes(Mistake::TransientComesBackAfterNormal));
        let again = match child.spec.restart {
            Restart::Permanent => true,
            Restart::Temporary => false,
            Restart::Transient => !is_normal,
        };
        if again {
            return self.failed(at, w.now - since, w);
        }
        let is_significant = child.spec.significant;
        child.discard(w);
        self.forget(at);
        let runs = |child: &Kept| !matches!(child.life, Life::Absent);
        let ends = is_significant
            && !w.makes(Mistake::SignificantEndsNobody)
            && match self.keeps.auto_shutdown {
                AutoShutdown::All => {
                    !self.children.iter().any(|child| child.spec.significant && runs(child))
                }
                AutoShutdown::Any => true,
                AutoShutdown::Never => false,
            };
        if ends {
            self.stop_all(How::Exit, w);
            return Some(Why::Shutdown);
        }
        self.start_due(w)
    }

    /// Forgets a child that does not run any more, if it is one that is forgotten.
    fn forget(&mut self, at: usize) -> bool {
        let forgets = self.is_group || self.children[at].is_temporary();
        if forgets {
            self.children.remove(at);
        }
        forgets
    }

    /// S4, S7 and S15: a child that is to run again does not.
    fn failed(&mut self, at: usize, ran: u64, w: &mut World) -> Option<Why> {
        let delay = self.children[at].next_delay(ran, w);
        let child = &mut self.children[at];
        if delay > 0 {
            child.tell(true, w);
            child.life = Life::Due(w.now + delay);
            child.counts = !w.makes(Mistake::DelayedRestartsCountAtOnce);
            w.next_due = w.next_due.min(w.now + delay);
        }
        let counts = delay == 0 || w.makes(Mistake::DelayedRestartsCountAtOnce);
        if counts && !self.may_restart(w) {
            return Some(self.give_up(w));
        }
        let strategy = self.keeps.strategy;
        for other in (0..self.children.len()).rev() {
            let concerned = match strategy {
                Strategy::OneForAll if w.makes(Mistake::OneForAllLeavesThoseBefore) => other > at,
                Strategy::OneForAll => other != at,
                Strategy::OneForOne => false,
                Strategy::RestForOne if w.makes(Mistake::RestForOneRestartsAll) => other != at,
                Strategy::RestForOne => other > at,
            };
            if !concerned {
                continue;
            }
            let comes_back =
                !self.children[other].is_temporary() || w.makes(Mistake::TemporarySiblingsComeBack);
            if matches!(self.children[other].life, Life::Absent) {
                if comes_back && !w.makes(Mistake::WhoHadEndedStaysAway) {
                    self.children[other].life = Life::Due(w.now);
                }
                continue;
            }
            let took = self.children[other].stop(How::Exit, comes_back, w);
            w.wait(took);
            if !comes_back {
                self.forget(other);
            }
        }
        self.start_due(w)
    }

    /// Starts again what may be started now, in order; one that waits holds up those behind it, unless each is on
    /// its own.
    fn start_due(&mut self, w: &mut World) -> Option<Why> {
        while let Some(at) = self.next_due(w.now) {
            if std::mem::take(&mut self.children[at].counts) && !self.may_restart(w) {
                return Some(self.give_up(w));
            }
            if w.makes(Mistake::QueueIsLost) {
                w.lost += std::mem::take(&mut self.children[at].mail).len() as u64;
            }
            match self.children[at].start(w) {
                Started::Well => {}
                Started::Ignored => {
                    self.forget(at);
                }
                // S9
                Started::Failed(_) => return self.failed_again(at, w),
            }
        }
        None
    }

    fn failed_again(&mut self, at: usize, w: &mut World) -> Option<Why> {
        if w.makes(Mistake::FailedStartsAreFree) {
            self.restarts.pop();
        }
        self.failed(at, 0, w)
    }

    fn next_due(&self, now: u64) -> Option<usize> {
        let in_order = self.keeps.strategy != Strategy::OneForOne;
        let is_due = |child: &Kept| match child.life {
            Life::Due(at) => Some(at <= now),
            _ => None,
        };
        let mut due = self.children.iter().enumerate();
        if in_order {
            let (first, is_due) = due.find_map(|(at, child)| Some((at, is_due(child)?)))?;
            return is_due.then_some(first);
        }
        due.find(|(_, child)| is_due(child) == Some(true)).map(|(at, _)| at)
    }

    /// S7 and S8: counts a restart, unless it is one too many.
    fn may_restart(&mut self, w: &World) -> bool {
        let within = if w.makes(Mistake::WindowNeverSlides) { u64::MAX } else { self.keeps.within };
        let max = self.keeps.max + usize::from(w.makes(Mistake::OneMoreRestart));
        let recent = self.restarts.iter().filter(|at| w.now - **at < within).count();
        if recent < max {
            self.restarts.push(w.now);
        }
        recent < max
    }

    fn give_up(&mut self, w: &mut World) -> Why {
        self.stop_all(How::Exit, w);
        if w.makes(Mistake::GivesUpWithAnError) { Why::Error } else { Why::Shutdown }
    }

    /// Something happens at the end of a path. Answers why this supervisor ends, if it does, and says what was
    /// answered to whoever asked.
    fn happens(
        &mut self,
        path: &[usize],
        event: &Event,
        w: &mut World,
        answer: &mut String,
    ) -> Option<Why> {
        let [at, rest @ ..] = path else { return self.suffers(event, w, answer) };
        let child = &mut self.children[*at];
        let why = match &mut child.life {
            Life::Runs { below: Some(below), .. } => below.happens(rest, event, w, answer)?,
            _ => child.suffers(event, w)?,
        };
        self.ended(*at, why, w)
    }

    /// The same to the supervisor itself.
    fn suffers(&mut self, event: &Event, w: &mut World, answer: &mut String) -> Option<Why> {
        match event {
            Event::Exit(Why::Normal) => None,
            Event::Exit(why) => {
                self.stop_all(How::Exit, w);
                Some(*why)
            }
            Event::Kill => {
                self.orphan(w);
                Some(Why::Killed)
            }
            Event::Stop => {
                self.stop_all(How::Drain, w);
                Some(Why::Normal)
            }
            Event::Delete(at) => {
                *answer = self.runs_or(*at, |me| {
                    me.children.remove(*at);
                    "ok".to_owned()
                });
                None
            }
            Event::Restart(at) => {
                *answer = self.runs_or(*at, |me| me.start_by_hand(*at, w));
                None
            }
            Event::Start(spec) => {
                *answer = self.start_another(spec, w);
                None
            }
            Event::StartIn(at, spec) => {
                *answer = match &mut self.children[*at].life {
                    Life::Runs { below: Some(group), .. } => group.start_another(spec, w),
                    _ => {
                        w.lost += 1;
                        "nobody".to_owned()
                    }
                };
                None
            }
            Event::Terminate(at) => {
                let took = self.children[*at].stop(How::Exit, false, w);
                w.wait(took);
                self.forget(*at);
                *answer = "ok".to_owned();
                self.start_due(w)
            }
            Event::EndWith(..) | Event::Fail(..) | Event::Tell(_) => {
                unreachable!("that is told to workers")
            }
        }
    }

    /// S14: a child that runs, or will, is not touched.
    fn runs_or(&mut self, at: usize, otherwise: impl FnOnce(&mut Self) -> String) -> String {
        match self.children[at].life {
            Life::Absent => otherwise(self),
            Life::Due(_) => "restarting".to_owned(),
            Life::Runs { .. } => "running".to_owned(),
        }
    }

    fn start_by_hand(&mut self, at: usize, w: &mut World) -> String {
        match self.children[at].start(w) {
            Started::Failed(why) => {
                self.children[at].discard(w);
                format!("failed {why}")
            }
            Started::Ignored => "ignored".to_owned(),
            Started::Well => "ok".to_owned(),
        }
    }

    fn start_another(&mut self, spec: &Child, w: &mut World) -> String {
        if let Some(known) = self.children.iter().find(|child| child.spec.number == spec.number) {
            return match known.life {
                Life::Absent => "present".to_owned(),
                _ => "started".to_owned(),
            };
        }
        if self.is_group && self.children.len() >= GROUP_MOST {
            return "full".to_owned();
        }
        self.children.push(Kept::new(spec.clone()));
        let answer = self.start_by_hand(self.children.len() - 1, w);
        if answer != "ok" {
            self.children.pop();
        }
        answer
    }

    /// Starts what is due now. Answers as `ended`.
    fn pass(&mut self, w: &mut World) -> Option<Why> {
        for at in 0..self.children.len() {
            let Life::Runs { below: Some(below), .. } = &mut self.children[at].life else {
                continue;
            };
            if let Some(why) = below.pass(w) {
                return self.ended(at, why, w);
            }
        }
        self.start_due(w)
    }

    /// How many children below may be started now.
    fn ready(&self, now: u64) -> usize {
        let below = self.children.iter().filter_map(Kept::below).map(|below| below.ready(now));
        let is_due = |child: &&Kept| matches!(child.life, Life::Due(at) if at <= now);
        let mine = match (self.next_due(now), self.keeps.strategy) {
            (None, _) => 0,
            (Some(_), Strategy::OneForOne) => self.children.iter().filter(is_due).count(),
            (Some(_), _) => 1,
        };
        mine + below.sum::<usize>()
    }

    /// When the first of those that wait is due.
    fn first_due(&self) -> u64 {
        let due = |child: &Kept| match &child.life {
            Life::Due(at) => *at,
            Life::Runs { below: Some(below), .. } => below.first_due(),
            _ => u64::MAX,
        };
        self.children.iter().map(due).min().unwrap_or(u64::MAX)
    }

    /// Whether a start by hand has to wait for another child's.
    pub(super) fn has_a_line(&self) -> bool {
        self.keeps.strategy != Strategy::OneForOne
            && self.children.iter().any(|child| matches!(child.life, Life::Due(_)))
    }

    /// The supervisor at the end of a path.
    pub(super) fn at(&self, path: &[usize]) -> &Self {
        path.iter().fold(self, |me, at| me.children[*at].below().expect("a supervisor runs here"))
    }

    /// Every child below, with its path.
    pub(super) fn each(&self, path: &[usize], see: &mut impl FnMut(&[usize], &Kept)) {
        for (at, child) in self.children.iter().enumerate() {
            let path = [path, &[at]].concat();
            see(&path, child);
            if let Some(below) = child.below() {
                below.each(&path, see);
            }
        }
    }

    /// A watcher has a monitor on every child that has a place.
    fn watch(&mut self) {
        for child in &mut self.children {
            child.is_watched = child.place.is_some();
            if let Life::Runs { below: Some(below), .. } = &mut child.life {
                below.watch();
            }
        }
    }
}

/// A tree, by the rules.
pub(super) struct Model {
    pub(super) world: World,
    /// None once it has ended, or if it did not start.
    pub(super) root: Option<Supervisor>,
    /// Why it ended.
    pub(super) ended: Option<Why>,
}

impl Model {
    pub(super) fn new(keeps: &Arc<Keeps>, mistake: Option<Mistake>) -> Self {
        let mut world = World {
            now: 0,
            notes: Vec::new(),
            downs: Vec::new(),
            lost: 0,
            starts: BTreeMap::new(),
            places: 0,
            next_due: u64::MAX,
            is_unsure: false,
            mistake,
        };
        let root = Supervisor::start(keeps, false, &mut world).ok();
        Self { world, root, ended: None }
    }

    /// The watcher has looked at the tree.
    pub(super) fn watch(&mut self) {
        self.root.iter_mut().for_each(Supervisor::watch);
    }

    /// Something happens at the end of a path. Answers what whoever asked was answered.
    pub(super) fn happens(&mut self, path: &[usize], event: &Event) -> String {
        let mut answer = String::new();
        self.with_root(|root, w| root.happens(path, event, w, &mut answer));
        answer
    }

    /// So much time passes, and what takes longer ends.
    pub(super) fn pass(&mut self, nanos: u64) {
        let end = self.world.now + nanos;
        while self.world.now < end && self.root.is_some() {
            self.world.now += 1;
            self.with_root(|root, w| {
                w.is_unsure |= root.ready(w.now) > 1;
                root.pass(w)
            });
        }
        self.world.now = self.world.now.max(end);
    }

    /// All ends with its system.
    pub(super) fn shut(&mut self) {
        self.with_root(|root, w| {
            root.stop_all(How::Drain, w);
            Some(Why::Shutdown)
        });
    }

    fn with_root(&mut self, call: impl FnOnce(&mut Supervisor, &mut World) -> Option<Why>) {
        let Some(root) = &mut self.root else { return };
        self.world.next_due = root.first_due();
        if let Some(why) = call(root, &mut self.world) {
            self.ended = Some(why);
            self.root = None;
        }
    }
}

/// Of whom a note is, and whether it has a place among all others' notes: a group's children stop together, and
/// what was killed from above ends anywhere.
pub(super) fn about(note: &str) -> (u32, bool) {
    let number = note[1..].split([':', '#']).next().and_then(|number| number.parse().ok());
    let number = number.expect("a note has a number");
    (number, !(number >= GROUPED || note.starts_with('*') || note.ends_with(":killed")))
}
