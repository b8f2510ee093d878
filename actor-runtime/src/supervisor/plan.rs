//! What a supervisor does next: the rules of supervision, without an actor, a clock or a thread.
//!
//! What happens goes in by methods, each with the time; what is to be done comes out as [`Act`]s, in order.
//! The supervisor's actor does them and reports what came of it.
//!
//! | state of a child | lives | left by |
//! |---|---|---|
//! | `Absent` | no | `Begin` |
//! | `Starting` | yes | started, not started, ended |
//! | `Running` | yes | ended, `Close` |
//! | `Stopping` | yes | ended, not started; else killed after its time, and given up after the grace |
//! | `Resting` | no, but its place, name and messages stay | `Begin`, `Discard` |
//!
//! Three sets say what is still to be done: who is to be stopped (the last first), who is being stopped, who is to be
//! started (the first first). Starting waits for stopping, but where each child is on its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::backoff::Backoff;
use super::intensity::{Intensity, Verdict};
use super::strategy::Strategy;
use crate::cell::keeper::{ChildKey, How, Restart};
use crate::config;
use crate::error::{AskError, StartError};
use crate::exit::ExitReason;

/// How a child is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// It is killed at once.
    Brutal,
    /// It gets the exit `Shutdown`, and all the time it needs: what supervisors have unless they say otherwise.
    Infinite,
    /// It gets the exit `Shutdown`, and is killed if it still lives after so long: 5 s unless said otherwise.
    Timeout(std::time::Duration),
}

/// Whether a supervisor ends when significant children have ended by themselves (S13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoShutdown {
    /// When all of them have.
    All,
    /// When one of them has.
    Any,
    /// It does not.
    #[default]
    Never,
}

/// What a supervisor has to know of a child to keep it.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) id: Cow<'static, str>,
    pub(crate) restart: Restart,
    pub(crate) shutdown: Shutdown,
    pub(crate) backoff: Option<Backoff>,
    pub(crate) significant: bool,
}

/// Whom to tell what came of something that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token(pub(crate) u64);

/// Something to be done.
#[derive(Debug)]
pub(crate) enum Act {
    /// Say `alarm` with this number after so many nanoseconds.
    Alarm { child: ChildKey, number: u32, nanos: u64 },
    /// Tell whoever asked.
    Answer(Token, Result<ChildKey, ChildError>),
    /// Make the child run: in its place if it rests, else in a new one.
    Begin(ChildKey),
    /// Make the child run in its place. It is taken to run by then, if it can begin at once: else say that
    /// [it has yet to start](Plan::starts_still).
    BeginAtOnce(ChildKey),
    /// Have the child stop.
    Close { child: ChildKey, how: How, rests: bool },
    /// The child rests and will not run again.
    Discard(ChildKey),
    /// End, for this reason. No child lives.
    End(ExitReason),
    /// The child is no child any more.
    Forget(ChildKey),
    /// This child failed once too often.
    GaveUp(ChildKey),
    /// All children run for the first time.
    Ready,
    /// The child rests for a while: who watches it may be told.
    Settle(ChildKey),
}

/// Why a supervisor did not do what it was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ChildError {
    /// There is a child with this id, which does not run: restart it, or delete it first.
    AlreadyPresent,
    /// There is a child with this id, and it runs.
    AlreadyStarted,
    /// There are as many children as there may be; this many.
    Full(usize),
    /// There is no child with this id, or none at this address.
    NotFound,
    /// The start failed.
    NotStarted(StartError),
    /// The child is between two lives.
    Restarting,
    /// The child runs.
    Running,
    /// The supervisor did not answer.
    Unreachable(AskError),
}

impl std::fmt::Display for ChildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AlreadyPresent => f.write_str("there is such a child, which does not run"),
            Self::AlreadyStarted => f.write_str("there is such a child, and it runs"),
            Self::Full(most) => write!(f, "there are {most} children, as many as there may be"),
            Self::NotFound => f.write_str("there is no such child"),
            Self::NotStarted(error) => error.fmt(f),
            Self::Restarting => f.write_str("the child is being restarted"),
            Self::Running => f.write_str("the child runs"),
            Self::Unreachable(error) => write!(f, "the supervisor did not answer: {error}"),
        }
    }
}

impl std::error::Error for ChildError {}

/// A child that failed to start, in the [`ExitReason`] with which its supervisor did not start either.
#[derive(Clone, Debug)]
pub struct ChildFailed {
    /// The child's id.
    pub child: Cow<'static, str>,
    /// Why it did not start.
    pub error: StartError,
}

impl std::fmt::Display for ChildFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the child `{}` did not start: {}", self.child, self.error)
    }
}

impl std::error::Error for ChildFailed {}

/// What a child is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Absent,
    Resting,
    Running { since: u64 },
    Starting,
    Stopping { is_killed: bool, rests: bool },
}

#[derive(Debug)]
struct Child {
    rules: Rules,
    state: State,
    /// Whether its first start is not over.
    is_new: bool,
    /// Whether its next start is a restart that is still to be counted.
    counts: bool,
    /// It is not started before.
    due: u64,
    /// The last alarm that was set for it; another's is an old one.
    alarm: u32,
    /// Who waits for its start, and who for its end.
    starter: Option<Token>,
    stoppers: Vec<Token>,
}

impl Child {
    fn lives(&self) -> bool {
        matches!(self.state, State::Running { .. } | State::Starting | State::Stopping { .. })
    }
}

/// How a supervisor keeps its children.
#[derive(Clone, Debug)]
pub(crate) struct Keeping {
    pub(crate) strategy: Strategy,
    pub(crate) intensity: Intensity,
    pub(crate) auto_shutdown: AutoShutdown,
    /// Whether children stop together, and not one after the other.
    pub(crate) together: bool,
    /// How a child stops that is terminated.
    pub(crate) how: How,
}

/// The children of a supervisor, and what is to be done about them.
#[derive(Debug)]
pub(crate) struct Plan {
    keeping: Keeping,
    /// In the order of their start.
    children: BTreeMap<ChildKey, Child>,
    next: u64,
    /// Whether all have run once.
    is_ready: bool,
    ending: Option<ExitReason>,
    /// Those that live and are to be stopped, and whether they will be started again.
    to_stop: BTreeMap<ChildKey, bool>,
    how: How,
    stopping: BTreeSet<ChildKey>,
    to_start: BTreeSet<ChildKey>,
    /// Those that have begun and not started, where that holds up others.
    starting: BTreeSet<ChildKey>,
    acts: VecDeque<Act>,
}

impl Plan {
    pub(crate) fn new(keeping: Keeping) -> Self {
        Self {
            how: keeping.how,
            keeping,
            children: BTreeMap::new(),
            next: 0,
            is_ready: false,
            ending: None,
            to_stop: BTreeMap::new(),
            stopping: BTreeSet::new(),
            to_start: BTreeSet::new(),
            starting: BTreeSet::new(),
            acts: VecDeque::new(),
        }
    }

    /// Whether something is to be done.
    #[inline]
    pub(crate) fn has_acts(&self) -> bool {
        !self.acts.is_empty()
    }

    /// What is to be done next.
    #[inline]
    pub(crate) fn act(&mut self) -> Option<Act> {
        self.acts.pop_front()
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.ending.is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.children.len()
    }

    /// The children in order: key, rules and state.
    pub(crate) fn children(&self) -> impl Iterator<Item = (ChildKey, &Rules, State)> {
        self.children.iter().map(|(key, child)| (*key, &child.rules, child.state))
    }

    /// Whether a child that has run is to run again.
    pub(crate) fn comes_back(&self, key: ChildKey) -> bool {
        let child = &self.children[&key];
        let is_due = !child.is_new && (child.due > 0 || self.to_start.contains(&key));
        child.state == State::Resting || (child.state == State::Absent && is_due)
    }

    pub(crate) fn state(&self, key: ChildKey) -> State {
        self.children[&key].state
    }

    pub(crate) fn find(&self, id: &str) -> Option<ChildKey> {
        self.children.iter().find(|(_, child)| child.rules.id == id).map(|(key, _)| *key)
    }

    /// Another child, the last in order; it does not run yet.
    pub(crate) fn add(&mut self, rules: Rules) -> ChildKey {
        let key = ChildKey(self.next);
        self.next += 1;
        let child = Child {
            rules,
            state: State::Absent,
            is_new: true,
            counts: false,
            due: 0,
            alarm: 0,
            starter: None,
            stoppers: Vec::new(),
        };
        self.children.insert(key, child);
        key
    }

    /// Starts all children.
    pub(crate) fn begin(&mut self, now: u64) {
        self.to_start = self.children.keys().copied().collect();
        self.go_on(now);
    }

    /// Starts a child that was added; `token` is told of it.
    pub(crate) fn start(&mut self, key: ChildKey, token: Token, now: u64) {
        self.child(key).starter = Some(token);
        self.to_start.insert(key);
        self.go_on(now);
    }

    /// Starts a child that was stopped.
    pub(crate) fn restart(&mut self, key: ChildKey, token: Token, now: u64) {
        match self.state(key) {
            _ if self.comes_back(key) => self.answer(token, Err(ChildError::Restarting)),
            State::Absent => self.start(key, token, now),
            _ => self.answer(token, Err(ChildError::Running)),
        }
    }

    /// Stops a child, which stays one.
    pub(crate) fn terminate(&mut self, key: ChildKey, token: Token, now: u64) {
        self.to_start.remove(&key);
        let child = self.child(key);
        match child.state {
            State::Absent | State::Resting => {
                self.retire(key);
                self.answer(token, Ok(key));
            }
            State::Running { .. } | State::Starting => {
                child.stoppers.push(token);
                self.to_stop.insert(key, false);
            }
            State::Stopping { is_killed, .. } => {
                child.stoppers.push(token);
                child.state = State::Stopping { is_killed, rests: false };
            }
        }
        self.go_on(now);
    }

    /// Takes a child that does not run away.
    pub(crate) fn delete(&mut self, key: ChildKey, token: Token) {
        match self.state(key) {
            _ if self.comes_back(key) => self.answer(token, Err(ChildError::Restarting)),
            State::Absent => {
                self.forget(key);
                self.answer(token, Ok(key));
            }
            _ => self.answer(token, Err(ChildError::Running)),
        }
    }

    /// Stops all children in reverse order, and then ends.
    pub(crate) fn end(&mut self, reason: ExitReason, how: How, now: u64) {
        if self.ending.is_some() {
            return;
        }
        self.ending = Some(reason);
        self.how = how;
        self.to_start.clear();
        let keys: Vec<_> = self.children.keys().copied().collect();
        for key in keys {
            self.doom(key, false);
        }
        self.go_on(now);
    }

    /// A child runs.
    pub(crate) fn started(&mut self, key: ChildKey, now: u64) {
        let Some(child) = self.children.get_mut(&key) else { return };
        if child.state != State::Starting {
            return;
        }
        child.state = State::Running { since: now };
        child.is_new = false;
        let starter = child.starter.take();
        self.starts_no_more(key);
        if let Some(token) = starter {
            self.answer(token, Ok(key));
        }
        if self.is_in_order() {
            self.go_on(now);
        }
    }

    /// A child that was taken to run has not started yet.
    pub(crate) fn starts_still(&mut self, key: ChildKey) {
        if let Some(child) = self.children.get_mut(&key)
            && matches!(child.state, State::Running { .. })
        {
            child.state = State::Starting;
        }
    }

    /// A child did not start. `rests` says whether its place waits for another try.
    pub(crate) fn not_started(
        &mut self,
        key: ChildKey,
        error: StartError,
        rests: bool,
        now: u64,
        chance: u64,
    ) {
        let Some(child) = self.children.get_mut(&key) else { return };
        if let Some(rests) = self.to_stop.remove(&key) {
            // It would have been stopped next.
            child.state = State::Stopping { is_killed: false, rests };
        }
        if matches!(child.state, State::Stopping { .. }) {
            return self.stopped(key, rests, now);
        }
        self.starting.remove(&key);
        child.state = if rests { State::Resting } else { State::Absent };
        let (starter, is_new) = (child.starter.take(), std::mem::take(&mut child.is_new));
        if let Some(token) = starter {
            self.retire(key);
            if is_new && self.children.contains_key(&key) {
                self.forget(key);
            }
            self.answer(token, Err(ChildError::NotStarted(error)));
        } else if matches!(error, StartError::Ignored) {
            self.retire(key);
        } else if self.is_ready {
            return self.failed(key, 0, now, chance);
        } else {
            let child = self.child(key).rules.id.clone();
            let failed = ChildFailed { child, error };
            self.end(ExitReason::error(failed), How::Exit, now);
        }
        self.go_on(now);
    }

    /// A child has ended. `rests` says whether its place waits for its next life.
    pub(crate) fn ended(
        &mut self,
        key: ChildKey,
        reason: &ExitReason,
        rests: bool,
        now: u64,
        chance: u64,
    ) {
        let Some(child) = self.children.get_mut(&key) else { return };
        let ran = match child.state {
            State::Stopping { .. } => return self.stopped(key, rests, now),
            State::Running { since } => now - since,
            State::Starting => 0,
            State::Absent | State::Resting => return,
        };
        child.state = if rests { State::Resting } else { State::Absent };
        let (again, is_significant) = (child.rules.restart.again(reason), child.rules.significant);
        self.starts_no_more(key);
        if again {
            return self.failed(key, ran, now, chance);
        }
        self.to_stop.remove(&key);
        self.to_start.remove(&key);
        self.answer_stoppers(key);
        self.retire(key);
        let ends = is_significant
            && match self.keeping.auto_shutdown {
                AutoShutdown::Any => true,
                AutoShutdown::All => !self.children.values().any(|child| {
                    child.rules.significant && (child.lives() || child.state == State::Resting)
                }),
                AutoShutdown::Never => false,
            };
        if ends {
            self.end(ExitReason::Shutdown, How::Exit, now);
        }
        self.go_on(now);
    }

    /// Time is up for what was set with this number.
    pub(crate) fn alarm(&mut self, key: ChildKey, number: u32, now: u64) {
        let Some(child) = self.children.get_mut(&key).filter(|child| child.alarm == number) else {
            return;
        };
        match child.state {
            State::Stopping { is_killed: false, rests } => {
                child.state = State::Stopping { is_killed: true, rests };
                self.acts.push_back(Act::Close { child: key, how: How::Kill, rests });
                self.set_alarm(key, config::nanos(config::KILL_GRACE));
            }
            // It is stuck where nothing reaches it: it has ended for its supervisor.
            State::Stopping { is_killed: true, .. } => self.stopped(key, false, now),
            State::Absent | State::Resting => {
                child.due = 0;
                self.to_start.insert(key);
                self.go_on(now);
            }
            State::Running { .. } | State::Starting => {}
        }
    }

    /// A child that was to stop has.
    fn stopped(&mut self, key: ChildKey, has_place: bool, now: u64) {
        self.stopping.remove(&key);
        self.starting.remove(&key);
        let child = self.child(key);
        let State::Stopping { rests, .. } = child.state else { return };
        child.alarm += 1;
        child.state = if has_place { State::Resting } else { State::Absent };
        if let Some(token) = child.starter.take() {
            self.answer(token, Err(ChildError::NotStarted(StartError::Stopped)));
        }
        self.answer_stoppers(key);
        if !rests {
            self.retire(key);
        }
        self.go_on(now);
    }

    /// A child that is to run has failed.
    fn failed(&mut self, key: ChildKey, ran: u64, now: u64, chance: u64) {
        // It would have been stopped now: that is no failure any more.
        match self.to_stop.remove(&key) {
            Some(true) => return self.go_on(now),
            Some(false) => {
                self.answer_stoppers(key);
                self.discard(key);
                return self.go_on(now);
            }
            None => {}
        }
        let child = self.child(key);
        let delay = child.rules.backoff.as_mut().map_or(0, |backoff| backoff.next(ran, chance));
        child.counts = delay > 0;
        child.due = now.saturating_add(delay);
        if delay > 0 {
            self.acts.push_back(Act::Settle(key));
            self.set_alarm(key, delay);
        } else if self.keeping.intensity.record(now) == Verdict::GiveUp {
            return self.give_up(key, now);
        }
        if !self.is_in_order() {
            // One of very many may fail: nothing is looked at but that.
            if delay == 0 {
                self.run(key, now);
            }
            return;
        }
        let strategy = self.keeping.strategy;
        let others: Vec<_> = match strategy {
            Strategy::OneForOne => Vec::new(),
            _ => self.children.keys().copied().collect(),
        };
        for other in others.into_iter().filter(|other| strategy.concerns(key, *other)) {
            // As Erlang does, also one that had ended, and need not, comes back.
            let comes_back = self.child(other).rules.restart != Restart::Temporary;
            if comes_back {
                self.to_start.insert(other);
            }
            self.doom(other, comes_back);
        }
        if delay == 0 || strategy != Strategy::OneForOne {
            self.to_start.insert(key);
        }
        self.go_on(now);
    }

    fn give_up(&mut self, key: ChildKey, now: u64) {
        crate::sometimes!(GaveUp);
        self.acts.push_back(Act::GaveUp(key));
        self.end(ExitReason::Shutdown, How::Exit, now);
    }

    /// A child is to be stopped, or not to be started again.
    fn doom(&mut self, key: ChildKey, rests: bool) {
        let child = self.child(key);
        match child.state {
            State::Running { .. } | State::Starting => {
                self.to_stop.insert(key, rests);
            }
            State::Stopping { is_killed, .. } => {
                child.state = State::Stopping { is_killed, rests };
            }
            State::Resting if !rests => self.discard(key),
            State::Absent | State::Resting => {}
        }
    }

    /// Does what can be done now.
    fn go_on(&mut self, now: u64) {
        while self.keeping.together || self.stopping.is_empty() {
            let Some((key, rests)) = self.to_stop.pop_last() else { break };
            self.close(key, rests);
        }
        let stops = !(self.to_stop.is_empty() && self.stopping.is_empty());
        if let Some(reason) = &self.ending {
            if !stops {
                let reason = reason.clone();
                self.acts.push_back(Act::End(reason));
            }
            return;
        }
        let in_order = self.is_in_order();
        if in_order && stops {
            return;
        }
        while let Some(key) = self.to_start.first().copied() {
            if in_order && (!self.starting.is_empty() || self.child(key).due > now) {
                return;
            }
            self.to_start.remove(&key);
            if self.child(key).lives() {
                continue;
            }
            let counts = std::mem::take(&mut self.child(key).counts);
            if counts && self.keeping.intensity.record(now) == Verdict::GiveUp {
                return self.give_up(key, now);
            }
            self.run(key, now);
        }
        if !self.is_ready && self.starting.is_empty() {
            self.is_ready = true;
            self.acts.push_back(Act::Ready);
        }
    }

    /// Whether one child starts after the other, and after those that stop.
    fn is_in_order(&self) -> bool {
        !self.is_ready || self.keeping.strategy != Strategy::OneForOne
    }

    fn run(&mut self, key: ChildKey, now: u64) {
        let in_order = self.is_in_order();
        let child = self.child(key);
        if !in_order && child.state == State::Resting && child.starter.is_none() {
            // Nobody waits for its start.
            child.state = State::Running { since: now };
            return self.acts.push_back(Act::BeginAtOnce(key));
        }
        child.state = State::Starting;
        if in_order {
            self.starting.insert(key);
        }
        self.acts.push_back(Act::Begin(key));
    }

    /// Nobody is held up by this child.
    #[inline]
    fn starts_no_more(&mut self, key: ChildKey) {
        // Where each child is on its own it never is.
        if !self.starting.is_empty() {
            self.starting.remove(&key);
        }
    }

    fn close(&mut self, key: ChildKey, rests: bool) {
        let how = self.how;
        let (how, wait) = match self.child(key).rules.shutdown {
            Shutdown::Brutal => (How::Kill, Some(config::KILL_GRACE)),
            Shutdown::Infinite => (how, None),
            Shutdown::Timeout(time) => (how, Some(time)),
        };
        self.child(key).state = State::Stopping { is_killed: how == How::Kill, rests };
        self.stopping.insert(key);
        self.acts.push_back(Act::Close { child: key, how, rests });
        if let Some(wait) = wait {
            self.set_alarm(key, config::nanos(wait));
        }
    }

    fn set_alarm(&mut self, key: ChildKey, nanos: u64) {
        let child = self.child(key);
        child.alarm += 1;
        let number = child.alarm;
        self.acts.push_back(Act::Alarm { child: key, number, nanos });
    }

    /// A child that rests will not run again, unless it is started by hand; nothing happens to one that is not there.
    fn discard(&mut self, key: ChildKey) {
        let child = self.child(key);
        child.alarm += 1;
        (child.due, child.counts) = (0, false);
        if std::mem::replace(&mut child.state, State::Absent) == State::Resting {
            self.acts.push_back(Act::Discard(key));
        }
    }

    /// As [`discard`](Self::discard); and a child that comes and goes is forgotten.
    fn retire(&mut self, key: ChildKey) {
        self.discard(key);
        let is_temporary = self.child(key).rules.restart == Restart::Temporary;
        if self.keeping.together || is_temporary {
            self.forget(key);
        }
    }

    fn forget(&mut self, key: ChildKey) {
        self.children.remove(&key);
        self.to_start.remove(&key);
        self.acts.push_back(Act::Forget(key));
    }

    fn answer_stoppers(&mut self, key: ChildKey) {
        for token in std::mem::take(&mut self.child(key).stoppers) {
            self.answer(token, Ok(key));
        }
    }

    fn answer(&mut self, token: Token, answer: Result<ChildKey, ChildError>) {
        self.acts.push_back(Act::Answer(token, answer));
    }

    fn child(&mut self, key: ChildKey) -> &mut Child {
        self.children.get_mut(&key).expect("a key of the plan's names a child")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANCE: u64 = 0;
    const TOKEN: Token = Token(1);

    /// A supervisor that begins, with a child for each of these rules.
    fn beginning(restarts: &[Restart], backoff: Option<Backoff>) -> Plan {
        let keeping = Keeping {
            how: How::Exit,
            strategy: Strategy::OneForOne,
            intensity: Intensity::new(1, 100),
            auto_shutdown: AutoShutdown::Never,
            together: false,
        };
        let mut plan = Plan::new(keeping);
        for restart in restarts {
            let (id, restart, shutdown) = ("child".into(), *restart, Shutdown::Infinite);
            plan.add(Rules { id, restart, shutdown, backoff, significant: false });
        }
        plan.begin(0);
        plan
    }

    /// The same, whose children run.
    fn running(restarts: &[Restart], backoff: Option<Backoff>) -> Plan {
        let mut plan = beginning(restarts, backoff);
        let keys: Vec<_> = plan.children.keys().copied().collect();
        keys.iter().for_each(|key| plan.started(*key, 0));
        plan.acts.clear();
        plan
    }

    fn fails(plan: &mut Plan, key: ChildKey, now: u64) {
        plan.ended(key, &ExitReason::error("bad"), true, now, CHANCE);
    }

    #[test]
    fn s3_a_child_whose_start_ends_before_it_is_stopped_is_not_waited_for() {
        let mut plan = running(&[Restart::Permanent; 2], None);
        let (first, second) = (ChildKey(0), ChildKey(1));
        fails(&mut plan, first, 1);
        plan.end(ExitReason::Shutdown, How::Exit, 2);
        assert_eq!(plan.stopping.first(), Some(&second), "the last is stopped first");
        plan.not_started(first, StartError::Ignored, false, 3, CHANCE);
        plan.ended(second, &ExitReason::Shutdown, false, 4, CHANCE);
        assert!(matches!(plan.acts.back(), Some(Act::End(ExitReason::Shutdown))), "{plan:?}");
    }

    #[test]
    fn s4_a_child_that_fails_while_another_starts_is_restarted_after_it() {
        let mut plan = beginning(&[Restart::Permanent; 2], None);
        let (first, second) = (ChildKey(0), ChildKey(1));
        plan.started(first, 0);
        plan.acts.clear();
        fails(&mut plan, first, 1);
        assert!(plan.acts.is_empty(), "the second has not started: {plan:?}");
        plan.started(second, 2);
        assert!(matches!(plan.act(), Some(Act::Begin(key)) if key == first), "{plan:?}");
    }

    #[test]
    fn s14_a_child_that_waited_and_was_terminated_is_restarted_by_hand_at_once() {
        let mut plan = running(&[Restart::Permanent], Some(Backoff::new(10, 10)));
        let key = ChildKey(0);
        fails(&mut plan, key, 1);
        plan.terminate(key, TOKEN, 2);
        plan.acts.clear();
        plan.keeping.strategy = Strategy::OneForAll;
        plan.restart(key, TOKEN, 3);
        assert!(matches!(plan.act(), Some(Act::Begin(_))), "{plan:?}");
        plan.started(key, 3);
        fails(&mut plan, key, 4);
        plan.alarm(key, plan.children[&key].alarm, 14);
        assert_eq!(plan.state(key), State::Starting, "what was done by hand did not count (S7)");
    }

    #[test]
    fn s14_a_child_that_ignored_its_start_stays_when_another_by_hand_fails() {
        let mut plan = running(&[Restart::Permanent], None);
        let key = plan.add(plan.children[&ChildKey(0)].rules.clone());
        plan.to_start.insert(key);
        plan.go_on(1);
        plan.not_started(key, StartError::Ignored, false, 1, CHANCE);
        plan.restart(key, TOKEN, 2);
        plan.not_started(key, StartError::Timeout, false, 3, CHANCE);
        assert_eq!((plan.len(), plan.state(key)), (2, State::Absent));
    }

    #[test]
    fn s4_a_child_on_its_own_runs_when_it_begins_again_unless_that_takes_its_time() {
        let mut plan = running(&[Restart::Permanent], None);
        let key = ChildKey(0);
        fails(&mut plan, key, 5);
        assert!(matches!(plan.act(), Some(Act::BeginAtOnce(_))), "{plan:?}");
        assert_eq!(plan.state(key), State::Running { since: 5 });
        plan.starts_still(key);
        assert_eq!(plan.state(key), State::Starting);
        plan.started(key, 7);
        assert_eq!(plan.state(key), State::Running { since: 7 });
        plan.keeping.strategy = Strategy::OneForAll;
        fails(&mut plan, key, 200);
        assert!(matches!(plan.act(), Some(Act::Begin(_))), "others wait for it: {plan:?}");
        assert_eq!(plan.state(key), State::Starting);
    }

    #[test]
    fn s5_a_child_of_a_group_that_waits_and_is_stopped_is_forgotten() {
        let mut plan = running(&[Restart::Permanent], Some(Backoff::new(10, 10)));
        plan.keeping.together = true;
        fails(&mut plan, ChildKey(0), 1);
        plan.terminate(ChildKey(0), TOKEN, 2);
        assert_eq!(plan.len(), 0);
    }
}
