//! Runs a tree of [`make`](super::make)'s in the simulator, and says what of it can be seen from outside.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callboard::testing::{Output, Simulator};
use callboard::{
    ActorRef, Address, AskError, ChildError, ChildSpec, Context, Down, Dynamic, DynamicSpec, Exit,
    ExitReason, Flow, Shutdown, Siblings, Start, StartError, Supervisor, SupervisorSpec, Tree,
    TreeView, actor, handlers,
};

use super::make::{Child, Fate, Keeps, Kind, Manner, Stops, Worker};
use super::model::{Event, GROUP_MOST, Why};
use crate::check::put;

/// What all workers of a tree share.
#[derive(Default)]
pub(super) struct Stage(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    notes: Vec<String>,
    starts: HashMap<u32, u32>,
    groups: HashMap<u32, Group>,
}

/// Where children of a group are started.
#[derive(Clone)]
enum Group {
    Plain(Dynamic<Plain, Args>),
    Trapper(Dynamic<Trapper, Args>),
}

/// With what a child of a group is started: its number, and what becomes of its starts.
type Args = (u32, Worker);

impl Stage {
    fn open(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, note: String) {
        self.open().notes.push(note);
    }

    fn notes(&self) -> Vec<String> {
        std::mem::take(&mut self.open().notes)
    }

    fn group(&self, number: u32) -> Group {
        let group = self.open().groups.get(&number).cloned();
        group.expect("the first worker beside a group has seen it")
    }
}

/// A worker that has been made.
struct Part {
    number: u32,
    start: u32,
    fate: Fate,
    manner: Manner,
    stage: Arc<Stage>,
}

impl Part {
    /// Makes the worker's next state, if it can be made.
    fn make(number: u32, worker: &Worker, stage: &Arc<Stage>) -> Result<Self, String> {
        let start = {
            let mut pages = stage.open();
            let start = pages.starts.entry(number).or_default();
            *start += 1;
            *start
        };
        let (fate, manner, stage) = (worker.fate(start), worker.manner, stage.clone());
        let part = Self { number, start, fate, manner, stage };
        if matches!(fate, Fate::MakeFails | Fate::MakePanics) {
            part.note_start('!');
            assert_eq!(fate, Fate::MakeFails, "it cannot be made");
            return Err("it cannot be made".to_owned());
        }
        Ok(part)
    }

    fn note_start(&self, sign: char) {
        self.stage.note(format!("{sign}{}#{}", self.number, self.start));
    }

    fn note_end(&self, sign: char, reason: &ExitReason) {
        self.stage.note(format!("{sign}{}:{}", self.number, why(reason)));
    }

    fn begin(&self) -> Result<Start, String> {
        match self.fate {
            Fate::Ignores => {
                self.note_start('?');
                Ok(Start::Ignore)
            }
            Fate::Runs => {
                self.note_start('+');
                Ok(Start::Run)
            }
            fate => {
                self.note_start('!');
                assert_eq!(fate, Fate::Fails, "the hook panics");
                Err("the hook fails".to_owned())
            }
        }
    }
}

/// An actor of this name, which may have one hook more.
macro_rules! worker {
    ($name:ident $($hook:tt)*) => {
        #[actor]
        struct $name(Part);

        impl From<Part> for $name {
            fn from(part: Part) -> Self {
                Self(part)
            }
        }

        impl $name {
            /// Has something happen to a worker.
            fn happens(worker: ActorRef<Self>, event: &Event) {
                let note = |messages: &[u32]| messages.iter().for_each(|n| worker.note(*n));
                match event {
                    Event::EndWith(why, after) => {
                        worker.end_with(reason(*why));
                        note(after);
                    }
                    Event::Fail(before, after) => {
                        note(before);
                        worker.fail();
                        note(after);
                    }
                    Event::Tell(messages) => note(messages),
                    event => panic!("{event:?} happens to supervisors"),
                }
            }
        }

        #[handlers]
        impl $name {
            #[start]
            fn begin(&mut self) -> Result<Start, String> {
                self.0.begin()
            }

            #[stop]
            fn end(&mut self, why: &ExitReason) {
                self.0.note_end('-', why);
            }

            #[tell]
            fn note(&mut self, message: u32) {
                self.0.stage.note(format!("*{}:{message}", self.0.number));
            }

            #[tell]
            fn fail(&mut self) {
                panic!("it fails");
            }

            #[tell]
            fn end_with(&mut self, reason: ExitReason) -> Flow {
                Flow::stop_with(reason)
            }

            $($hook)*
        }
    };
}

worker!(Plain);

worker!(Trapper
    #[exit]
    fn exits(&mut self, exit: Exit) -> Flow {
        self.0.note_end('x', &exit.reason);
        match self.0.manner {
            Manner::Polite => Flow::stop_with(exit.reason),
            Manner::Plain | Manner::Stubborn => Flow::go(),
        }
    }
);

pub(super) fn why(reason: &ExitReason) -> Why {
    match reason {
        ExitReason::Error(_) => Why::Error,
        ExitReason::Killed => Why::Killed,
        ExitReason::NoProc => Why::NoProc,
        ExitReason::Normal => Why::Normal,
        ExitReason::Panic(_) => Why::Panic,
        ExitReason::Shutdown => Why::Shutdown,
        reason => panic!("nobody ends with {reason}"),
    }
}

fn reason(why: Why) -> ExitReason {
    match why {
        Why::Error => ExitReason::error("bad"),
        Why::Normal => ExitReason::Normal,
        Why::Shutdown => ExitReason::Shutdown,
        why => panic!("nobody is told to end with {why}"),
    }
}

/// A worker's actor.
trait Made: callboard::Child<Start = Self> + From<Part> {
    const GROUP: fn(Dynamic<Self, Args>) -> Group;
}

impl Made for Plain {
    const GROUP: fn(Dynamic<Self, Args>) -> Group = Group::Plain;
}

impl Made for Trapper {
    const GROUP: fn(Dynamic<Self, Args>) -> Group = Group::Trapper;
}

/// Where a tree is built.
#[derive(Clone)]
struct Site {
    stage: Arc<Stage>,
    shards: usize,
}

/// Shows a worker's stage a group among its siblings.
type SeeGroup = Arc<dyn Fn(&Stage, &Siblings) + Send + Sync>;

fn see_group<C: Made>(number: u32, index: usize) -> SeeGroup {
    Arc::new(move |stage, siblings| {
        stage.open().groups.insert(number, C::GROUP(siblings.dynamic(index)));
    })
}

impl Site {
    fn supervisor(&self, keeps: &Keeps, name: &str) -> SupervisorSpec {
        let groups = keeps.children.iter().enumerate();
        let groups = groups.filter_map(|(index, child)| match &child.kind {
            Kind::Group(_, template) if template.is_plain() => {
                Some(see_group::<Plain>(child.number, index))
            }
            Kind::Group(..) => Some(see_group::<Trapper>(child.number, index)),
            _ => None,
        });
        let groups: Vec<_> = groups.collect();
        let mut spec = SupervisorSpec::new(name.to_owned())
            .strategy(keeps.strategy)
            .intensity(keeps.max as u32, Duration::from_nanos(keeps.within))
            .auto_shutdown(keeps.auto_shutdown);
        for child in &keeps.children {
            spec = match &child.kind {
                Kind::Group(keeps, template) if template.is_plain() => {
                    spec.dynamic(self.group::<Plain>(child, keeps, template))
                }
                Kind::Group(keeps, template) => {
                    spec.dynamic(self.group::<Trapper>(child, keeps, template))
                }
                Kind::Supervisor(keeps) => {
                    let (site, keeps, name) = (self.clone(), keeps.clone(), child.id());
                    let below = ChildSpec::<Supervisor>::new(child.id(), move |_| {
                        let spec = site.supervisor(&keeps, &name);
                        async move { Ok(Supervisor::new(spec)) }
                    });
                    spec.child(self.options(below, child))
                }
                Kind::Worker(_) if child.is_plain() => {
                    spec.child(self.worker::<Plain>(child, &groups))
                }
                Kind::Worker(_) => spec.child(self.worker::<Trapper>(child, &groups)),
            };
        }
        spec
    }

    fn worker<C: Made>(&self, child: &Child, groups: &[SeeGroup]) -> ChildSpec<C> {
        let Kind::Worker(worker) = &child.kind else { panic!("{child:?} is no worker") };
        let (worker, number, groups) = (worker.clone(), child.number, groups.to_vec());
        let stage = self.stage.clone();
        let made = ChildSpec::new(child.id(), move |siblings| {
            groups.iter().for_each(|see| see(&stage, siblings));
            let part = Part::make(number, &worker, &stage);
            async move { Ok(C::from(part?)) }
        });
        self.options(made, child)
    }

    fn options<C: callboard::Child>(&self, spec: ChildSpec<C>, child: &Child) -> ChildSpec<C> {
        let mut spec = spec
            .restart(child.restart)
            .shutdown(shutdown(child.stops))
            .shard(child.shard % self.shards);
        if let Some((least, most)) = child.backoff {
            spec = spec.backoff(Duration::from_nanos(least)..=Duration::from_nanos(most));
        }
        if child.significant { spec.significant() } else { spec }
    }

    fn group<C: Made>(&self, child: &Child, keeps: &Keeps, of: &Child) -> DynamicSpec<C, Args> {
        let stage = self.stage.clone();
        let spec = DynamicSpec::new(child.id(), move |_: &Siblings, (number, worker): Args| {
            let part = Part::make(number, &worker, &stage);
            async move { Ok(C::from(part?)) }
        });
        let mut spec = spec
            .max(GROUP_MOST)
            .intensity(keeps.max as u32, Duration::from_nanos(keeps.within))
            .restart(of.restart)
            .shutdown(shutdown(of.stops))
            .shard(of.shard % self.shards);
        if let Some((least, most)) = of.backoff {
            spec = spec.backoff(Duration::from_nanos(least)..=Duration::from_nanos(most));
        }
        spec
    }
}

fn shutdown(stops: Stops) -> Shutdown {
    match stops {
        Stops::Brutal => Shutdown::Brutal,
        Stops::Infinite => Shutdown::Infinite,
        Stops::Within(nanos) => Shutdown::Timeout(Duration::from_nanos(nanos)),
    }
}

/// Hears of the end of everybody.
#[actor]
#[derive(Default)]
struct Watcher {
    watched: HashSet<Address>,
    heard: Vec<Heard>,
}

/// Who has ended, in which incarnation, why, and whether it is restarted.
pub(super) type Heard = (Address, u64, ExitReason, bool);

#[handlers]
impl Watcher {
    /// Monitors those of whose end it would not hear.
    #[ask]
    fn watch(&mut self, cx: &mut Context<Self>, actors: Vec<Address>) {
        for actor in actors {
            if self.watched.insert(actor) {
                cx.monitor(ActorRef::<Plain>::from_address(actor));
            }
        }
    }

    #[ask]
    fn heard(&mut self) -> Vec<Heard> {
        std::mem::take(&mut self.heard)
    }

    #[down]
    fn down(&mut self, down: Down) {
        self.watched.remove(&down.actor);
        self.heard.push((down.actor, down.incarnation, down.reason, down.restarting));
    }
}

/// A tree that runs.
pub(super) struct Play {
    simulator: Simulator,
    stage: Arc<Stage>,
    watcher: ActorRef<Watcher>,
    pub(super) root: Option<ActorRef<Supervisor>>,
    ended: Option<Output<ExitReason>>,
    /// Nanoseconds since the tree began.
    now: u64,
    notes: Vec<(u64, String)>,
}

/// What somebody who asked was answered, some time.
type Answer = Output<String>;

/// How a start went, once it is over.
pub(super) type Started = Output<Result<Tree, StartError>>;

impl Play {
    /// Begins a tree, and says whether its start is over.
    pub(super) fn begin(keeps: &Keeps, shards: usize) -> (Self, Started) {
        let simulator = Simulator::new(shards);
        let stage = Arc::new(Stage::default());
        let watcher = put(&simulator, 0, Watcher::default);
        let spec = Site { stage: stage.clone(), shards }.supervisor(keeps, "root");
        let started = simulator.start(0, || spec.start());
        let (root, ended, notes) = (None, None, Vec::new());
        (Self { simulator, stage, watcher, root, ended, now: 0, notes }, started)
    }

    /// The root runs.
    pub(super) fn has_begun(&mut self, tree: &Tree) {
        let root = *tree.supervisor();
        self.root = Some(root);
        self.ended = Some(self.simulator.start(0, move || root.wait()));
        self.simulator.run();
    }

    /// Why the root has ended, if it has since this was last asked.
    pub(super) fn ended(&mut self) -> Option<Why> {
        let ended = self.ended.as_ref()?.take()?;
        (self.root, self.ended) = (None, None);
        Some(why(&ended))
    }

    /// Lets it be this time, and notes when what happened.
    pub(super) fn until(&mut self, now: u64) {
        self.simulator.run();
        self.write_down();
        while self.now < now {
            self.now += 1;
            self.simulator.advance(Duration::from_nanos(1));
            self.write_down();
        }
    }

    /// Lets everybody have the time that is still needed.
    pub(super) fn settle(&mut self) {
        self.simulator.advance(Duration::from_micros(10));
    }

    fn write_down(&mut self) {
        let now = self.now;
        self.notes.extend(self.stage.notes().into_iter().map(|note| (now, note)));
    }

    /// What workers noted since this was last asked.
    pub(super) fn notes(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut self.notes)
    }

    /// The tree below the root.
    pub(super) fn look(&self) -> Option<TreeView> {
        let root = self.root?;
        let view = self.simulator.block_on(0, move || async move { root.tree().await });
        Some(view.expect("it answers at once").expect("the root lives"))
    }

    pub(super) fn watch(&self, actors: Vec<Address>) {
        let watcher = self.watcher;
        self.simulator
            .block_on(0, move || watcher.watch(actors))
            .expect("at once")
            .expect("it lives");
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        let watcher = self.watcher;
        self.simulator.block_on(0, move || watcher.heard()).expect("at once").expect("it lives")
    }

    /// Actors alive beside the watcher and whoever waits for the root's end.
    pub(super) fn actors(&self) -> usize {
        self.simulator.actors() - 1 - usize::from(self.ended.is_some())
    }

    /// Messages that nobody handled.
    pub(super) fn lost(&self) -> u64 {
        self.simulator.report().dead_letters.total()
    }

    /// Has this happen at a spot, done from this shard. Answers what will be answered to whoever asks.
    pub(super) fn happens(&self, from: usize, spot: &Spot, event: &Event) -> Option<Answer> {
        let from = from % self.simulator.shards();
        let actor = ActorRef::<Supervisor>::from_address(spot.actor);
        match event {
            Event::Exit(why) => self.simulator.enter(from, || actor.exit(reason(*why))),
            Event::Kill => self.simulator.enter(from, || actor.kill()),
            Event::Stop => self.simulator.enter(from, || actor.stop()),
            Event::EndWith(..) | Event::Fail(..) | Event::Tell(_) if spot.is_plain => {
                let plain = ActorRef::from_address(spot.actor);
                self.simulator.enter(from, || Plain::happens(plain, event));
            }
            Event::EndWith(..) | Event::Fail(..) | Event::Tell(_) => {
                let trapper = ActorRef::from_address(spot.actor);
                self.simulator.enter(from, || Trapper::happens(trapper, event));
            }
            Event::Delete(at) => {
                let id = spot.below[*at].0.to_string();
                return Some(
                    self.simulator.start(from, move || async move { said(actor.delete(id).await) }),
                );
            }
            Event::Restart(at) => {
                let id = spot.below[*at].0.to_string();
                return Some(
                    self.simulator
                        .start(from, move || async move { said(actor.restart(id).await) }),
                );
            }
            Event::Start(child) if child.is_plain() => {
                let spec = self.site().worker::<Plain>(child, &[]);
                return Some(
                    self.simulator.start(from, move || async move {
                        said(Ok(actor.start_child(spec).await))
                    }),
                );
            }
            Event::Start(child) => {
                let spec = self.site().worker::<Trapper>(child, &[]);
                return Some(
                    self.simulator.start(from, move || async move {
                        said(Ok(actor.start_child(spec).await))
                    }),
                );
            }
            Event::StartIn(at, child) => {
                let group = self.stage.group(spot.below[*at].0);
                let Kind::Worker(worker) = &child.kind else { panic!("groups have workers") };
                let (number, worker) = (child.number, worker.clone());
                return Some(self.simulator.start(from, move || async move {
                    match group {
                        Group::Plain(group) => said(Ok(group.start(number, worker).await)),
                        Group::Trapper(group) => said(Ok(group.start(number, worker).await)),
                    }
                }));
            }
            Event::Terminate(at) => {
                let (number, child) = spot.below[*at];
                let group = spot.group.map(|number| self.stage.group(number));
                return Some(self.simulator.start(from, move || async move {
                    let place = || child.expect("a group's children have places");
                    match group {
                        None => said(actor.terminate(number.to_string()).await),
                        Some(Group::Plain(group)) => {
                            said(group.stop(ActorRef::from_address(place())).await)
                        }
                        Some(Group::Trapper(group)) => {
                            said(group.stop(ActorRef::from_address(place())).await)
                        }
                    }
                }));
            }
        }
        None
    }

    fn site(&self) -> Site {
        Site { stage: self.stage.clone(), shards: self.simulator.shards() }
    }

    /// Ends the system, and says what was left, or what else workers noted.
    pub(super) fn end(self) -> Result<Vec<String>, String> {
        let Self { simulator, stage, watcher, .. } = self;
        simulator.enter(0, || watcher.stop());
        let report = simulator.stop();
        if (report.actors_left, report.messages_left) != (0, 0) {
            return Err(format!("something is left: {report}"));
        }
        Ok(stage.notes())
    }

    /// Says whether anything goes on though the tree has ended.
    pub(super) fn is_quiet(&self) -> Result<(), String> {
        let stats = self.simulator.stats();
        let total = stats.total();
        if (total.actors, total.asks, total.queue, total.backlog) != (1, 0, 0, 0) {
            return Err(format!("something is left beside the watcher:\n{stats}"));
        }
        Ok(())
    }
}

/// An actor to which something happens, and what is below it.
pub(super) struct Spot {
    pub(super) actor: Address,
    pub(super) is_plain: bool,
    /// The number of the group that it keeps.
    pub(super) group: Option<u32>,
    /// The numbers of its children, and where they are.
    pub(super) below: Vec<(u32, Option<Address>)>,
}

/// What a supervisor answered, as the model says it.
fn said<T>(answer: Result<Result<T, ChildError>, AskError>) -> String {
    let error = match answer {
        Ok(Ok(_)) => return "ok".to_owned(),
        Ok(Err(error)) => error,
        Err(error) => ChildError::Unreachable(error),
    };
    match error {
        ChildError::AlreadyPresent => "present".to_owned(),
        ChildError::AlreadyStarted => "started".to_owned(),
        ChildError::Full(_) => "full".to_owned(),
        ChildError::NotStarted(StartError::Failed(reason)) => format!("failed {}", why(&reason)),
        ChildError::NotStarted(StartError::Ignored) => "ignored".to_owned(),
        ChildError::Restarting => "restarting".to_owned(),
        ChildError::Running => "running".to_owned(),
        ChildError::Unreachable(AskError::NoProc) => "nobody".to_owned(),
        error => format!("{error:?}"),
    }
}
