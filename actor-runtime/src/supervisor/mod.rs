//! Supervisors: actors that keep others running, by the rules of Erlang/OTP.
//!
//! A supervisor is an ordinary actor whose handlers are all plain, so it answers while a child restarts. What it does
//! is decided by the [`plan`], which is pure; here it is done. Each child has a cell with a keeper, the child's half
//! (`cell/keeper.rs`), and begins again in that same cell, so that its address, its names and what waits for it stay.
//!
//! Before me: `#[supervisor]`, or a [`SupervisorSpec`] by hand. After me: orders to the children's shards, and
//! their reports.

mod backoff;
mod child;
mod intensity;
mod plan;
mod spec;
mod strategy;
mod tree;
mod workers;

use std::any::Any;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use self::child::{Begin, Keep, Seat};
pub use self::child::{
    BoxError, ByDefault, Child, ChildSpec, DynamicSpec, Given, Siblings, Starts, by_default, plain,
    start_of,
};
use self::plan::{Act, Plan, State, Token};
pub use self::plan::{AutoShutdown, ChildError, ChildFailed, Shutdown};
use self::spec::Group;
pub use self::spec::{StartTree, SupervisorSpec};
pub use self::strategy::Strategy;
use self::tree::Slots;
pub use self::tree::{Dynamic, Tree, TreeView};
use self::workers::{Batch, Workers};
pub(crate) use self::workers::{Crew, Members, begin_crew};
use crate::actor::{Actor, ActorType, Context, Handle, Handlers, told};
use crate::actor_ref::ActorRef;
use crate::address::Address;
use crate::ask::{Ask, Reply, ask};
use crate::bonds::Exit;
pub use crate::cell::keeper::Restart;
use crate::cell::keeper::{ChildKey, ChildNews, How, Order, Report};
use crate::cell::{Handled, Options};
use crate::config;
use crate::error::{AskError, StartError};
use crate::event::{Event, Topic};
use crate::exit::ExitReason;
use crate::flow::{End, Flow};
use crate::host::{self, Host, Signal};
use crate::message::{Api, At, Message, Protocol};
use crate::record::Delivery;
use crate::registry::Claim;
use crate::route::{self, Word};

/// An actor that starts, restarts and stops its children.
///
/// Made of a [`SupervisorSpec`]; start it as any actor, or by
/// [`SupervisorSpec::start`], which gives the references to its children too.
pub struct Supervisor {
    name: Cow<'static, str>,
    strategy: Strategy,
    /// The name of its own that it takes as it starts, if its spec has a path.
    claim: Option<Claim>,
    /// What its children's names lie below.
    path: Option<Arc<str>>,
    plan: Plan,
    seats: BTreeMap<ChildKey, Seated>,
    /// The number of this incarnation of the supervisor.
    life: u64,
    by_actor: HashMap<Address, ChildKey>,
    /// If all children come and go.
    group: Option<Group>,
    /// If they are the workers of a pool.
    workers: Option<Workers>,
    siblings: Siblings,
    slots: Arc<Slots>,
    waiting: BTreeMap<Token, Waiting>,
    batches: BTreeMap<Token, Batch>,
    tokens: u64,
}

/// A child, as its supervisor sees it.
struct Seated {
    keep: Keep,
    begin: Begin,
    /// None while it has no cell, or none that is known.
    actor: Option<Address>,
    /// What it is told once it has said where it is.
    order: Option<Order>,
    /// Why it ended last, until it has started again.
    ended: Option<ExitReason>,
}

impl Seated {
    fn new(keep: Keep, begin: Begin) -> Self {
        Self { keep, begin, actor: None, order: None, ended: None }
    }
}

/// Who is to be told what came of something.
enum Waiting {
    Done(Reply<Result<(), ChildError>>),
    /// One of several that are started or stopped together: the number of those.
    One(Token),
    Where(Reply<Result<Address, ChildError>>),
}

/// A child of a supervisor, as [`SupervisorApi::children`] tells of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChildInfo {
    /// Its id; that of one of a group is a number.
    pub id: String,
    /// Where it is; none while it has no place.
    pub actor: Option<Address>,
    /// The type of the child, as [`std::any::type_name`] gives it.
    pub kind: &'static str,
    /// Whether it is a supervisor.
    pub is_supervisor: bool,
    /// After which ends it is restarted.
    pub restart: Restart,
    /// What it is at.
    pub state: ChildState,
}

/// What a child is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildState {
    /// It does not run: it was stopped, wants not to run, or has ended and is not restarted.
    Absent,
    /// It has ended and will begin again.
    Restarting,
    /// It runs.
    Running,
    /// Its start hook has not ended.
    Starting,
    /// It was told to stop.
    Stopping,
}

impl From<State> for ChildState {
    fn from(state: State) -> Self {
        match state {
            State::Absent => Self::Absent,
            State::Resting => Self::Restarting,
            State::Running { .. } => Self::Running,
            State::Starting => Self::Starting,
            State::Stopping { .. } => Self::Stopping,
        }
    }
}

/// How many children a supervisor has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChildCounts {
    /// All, whether or not they run.
    pub specs: usize,
    /// Those that run or start.
    pub active: usize,
    /// Those that are supervisors.
    pub supervisors: usize,
    /// Those that are not.
    pub workers: usize,
}

/// What a supervisor is told and asked. The methods of [`SupervisorApi`] send it.
pub struct SupervisorMsg(Say);

enum Say {
    Alarm { child: ChildKey, number: u32 },
    Children(Reply<(String, Strategy, Vec<ChildInfo>)>),
    Count(Reply<ChildCounts>),
    Delete(String, Reply<Result<(), ChildError>>),
    Resize(usize, Reply<Result<(), ChildError>>),
    Restart(String, Reply<Result<Address, ChildError>>),
    Start(Box<(Keep, Begin)>, Reply<Result<Address, ChildError>>),
    StartDynamic(Box<dyn Any + Send>, Reply<Result<Address, ChildError>>),
    StopChild(Address, Reply<Result<(), ChildError>>),
    Terminate(String, Reply<Result<(), ChildError>>),
}

impl Message for SupervisorMsg {
    const NAMES: &'static [&'static str] = &[
        "Alarm",
        "Children",
        "Count",
        "Delete",
        "Resize",
        "Restart",
        "Start",
        "StartDynamic",
        "StopChild",
        "Terminate",
    ];

    fn tag(&self) -> usize {
        match &self.0 {
            Say::Alarm { .. } => 0,
            Say::Children(_) => 1,
            Say::Count(_) => 2,
            Say::Delete(..) => 3,
            Say::Resize(..) => 4,
            Say::Restart(..) => 5,
            Say::Start(..) => 6,
            Say::StartDynamic(..) => 7,
            Say::StopChild(..) => 8,
            Say::Terminate(..) => 9,
        }
    }
}

impl fmt::Debug for SupervisorMsg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SupervisorMsg::{}", self.name())
    }
}

/// What one may ask of a supervisor: the methods of its reference. All answer while children restart; once the
/// supervisor is about to end they end with [`AskError::Stopping`]. They have a deadline of 60 s, for a child may take
/// its time to stop.
#[derive(Clone, Copy)]
pub struct SupervisorApi(Address);

impl Api for SupervisorApi {
    type Of = Supervisor;

    fn at(address: Address) -> Self {
        Self(address)
    }

    fn address(&self) -> Address {
        self.0
    }
}

impl SupervisorApi {
    pub(crate) const fn of(address: Address) -> Self {
        Self(address)
    }

    /// The children, in the order of their start.
    pub async fn children(&self) -> Result<Vec<ChildInfo>, AskError> {
        Ok(self.look().await?.2)
    }

    /// How many children there are.
    pub fn count(&self) -> Ask<ChildCounts> {
        self.ask(Say::Count)
    }

    /// Takes a child that does not run from the supervisor's list. Its error says if it runs.
    pub fn delete(&self, id: impl Into<String>) -> Ask<Result<(), ChildError>> {
        let id = id.into();
        self.ask(|reply| Say::Delete(id, reply))
    }

    /// Starts a child that was terminated, or has ended and was not restarted. It is another actor than before.
    pub fn restart(&self, id: impl Into<String>) -> Ask<Result<Address, ChildError>> {
        let id = id.into();
        self.ask(|reply| Say::Restart(id, reply))
    }

    /// Starts another child, after all others, and waits until its start hook has ended.
    ///
    /// # Errors
    ///
    /// If there is a child with this id, if it does not start, or if the supervisor does not answer.
    pub async fn start_child<C: Child>(
        &self,
        child: ChildSpec<C>,
    ) -> Result<ActorRef<C>, ChildError> {
        let child = Box::new((child.keep, child.begin));
        let started = self.ask(|reply| Say::Start(child, reply)).await;
        let started = started.unwrap_or_else(|error| Err(ChildError::Unreachable(error)));
        started.map(ActorRef::from_address)
    }

    /// Stops a child, as its shutdown says, and waits until it has ended. It is not restarted; it stays in the list
    /// unless it is temporary.
    pub fn terminate(&self, id: impl Into<String>) -> Ask<Result<(), ChildError>> {
        let id = id.into();
        self.ask(|reply| Say::Terminate(id, reply))
    }

    /// The supervision tree from here down, as data.
    pub async fn tree(&self) -> Result<TreeView, AskError> {
        TreeView::of(*self).await
    }

    pub(crate) fn look(&self) -> Ask<(String, Strategy, Vec<ChildInfo>)> {
        self.ask(Say::Children)
    }

    /// Has a pool have so many workers, once they have started or ended.
    pub(crate) fn resize(&self, workers: usize) -> Ask<Result<(), ChildError>> {
        self.ask(move |reply| Say::Resize(workers, reply))
    }

    pub(crate) fn start_dynamic(
        &self,
        args: Box<dyn Any + Send>,
    ) -> Ask<Result<Address, ChildError>> {
        self.ask(|reply| Say::StartDynamic(args, reply))
    }

    pub(crate) fn stop_child(&self, child: Address) -> Ask<Result<(), ChildError>> {
        self.ask(move |reply| Say::StopChild(child, reply))
    }

    fn ask<T: Send + 'static>(&self, say: impl FnOnce(Reply<T>) -> Say + Send + 'static) -> Ask<T> {
        ask::<Supervisor, _, T>(self, |reply| SupervisorMsg(say(reply)))
    }
}

impl fmt::Debug for SupervisorApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SupervisorApi({})", self.0)
    }
}

impl Supervisor {
    /// The supervisor that this spec describes; it begins its children when it is started.
    pub fn new<S>(spec: SupervisorSpec<S>) -> Self {
        let mut plan = Plan::new(spec.keeping());
        let SupervisorSpec { name, strategy, path: claim, children, group, workers, slots, .. } =
            spec;
        let mut seats = BTreeMap::new();
        for (keep, begin) in children {
            let key = plan.add(keep.rules.clone());
            seats.insert(key, Seated::new(keep, begin));
        }
        let siblings = match &group {
            Some(group) => group.siblings.clone(),
            None => Siblings { slots: slots.clone() },
        };
        let size = workers.as_ref().map_or(0, |workers| workers.size);
        let mut supervisor = Self {
            name,
            strategy,
            path: claim.as_ref().map(|claim| claim.name.clone()),
            claim,
            plan,
            seats,
            by_actor: HashMap::new(),
            group,
            workers,
            siblings,
            slots,
            life: 1,
            waiting: BTreeMap::new(),
            batches: BTreeMap::new(),
            tokens: 0,
        };
        for _ in 0..size {
            supervisor.add_to_group(Box::new(()));
        }
        supervisor
    }

    /// Another child, which does not run yet.
    fn add(&mut self, keep: Keep, begin: Begin) -> ChildKey {
        let key = self.plan.add(keep.rules.clone());
        self.seats.insert(key, Seated::new(keep, begin));
        key
    }

    fn await_answer(&mut self, waiting: Waiting) -> Token {
        self.tokens += 1;
        let token = Token(self.tokens);
        self.waiting.insert(token, waiting);
        token
    }

    fn hear(&mut self, say: Say, now: u64) {
        match say {
            Say::Alarm { child, number } => self.plan.alarm(child, number, now),
            Say::Children(reply) => {
                reply.answer((self.name.to_string(), self.strategy, self.infos()));
            }
            Say::Count(reply) => reply.answer(self.counts()),
            Say::Delete(id, reply) => {
                let (key, waiting) = (self.find(&id), Waiting::Done(reply));
                self.administer(key, waiting, Plan::delete);
            }
            Say::Resize(size, reply) => self.resize(size, reply, now),
            Say::Restart(id, reply) => {
                let (key, waiting) = (self.find(&id), Waiting::Where(reply));
                self.administer(key, waiting, |plan, key, token| plan.restart(key, token, now));
            }
            Say::Start(child, reply) => self.start_child(*child, reply, now),
            Say::StartDynamic(args, reply) => self.start_dynamic(args, reply, now),
            Say::StopChild(actor, reply) => {
                let (key, waiting) = (self.by_actor.get(&actor).copied(), Waiting::Done(reply));
                self.administer(key, waiting, |plan, key, token| plan.terminate(key, token, now));
            }
            Say::Terminate(id, reply) => {
                let (key, waiting) = (self.find(&id), Waiting::Done(reply));
                self.administer(key, waiting, |plan, key, token| plan.terminate(key, token, now));
            }
        }
    }

    /// Does what was asked for a child, if there is one; `waiting` is told what comes of it.
    fn administer(
        &mut self,
        key: Option<ChildKey>,
        waiting: Waiting,
        does: impl FnOnce(&mut Plan, ChildKey, Token),
    ) {
        let token = self.await_answer(waiting);
        match key {
            Some(key) => does(&mut self.plan, key, token),
            None => self.answer(token, Err(ChildError::NotFound)),
        }
    }

    /// The child with this id, as [`ChildInfo`] has it.
    fn find(&self, id: &str) -> Option<ChildKey> {
        match &self.group {
            Some(_) => id.parse().ok().map(ChildKey).filter(|key| self.seats.contains_key(key)),
            None => self.plan.find(id),
        }
    }

    fn start_child(
        &mut self,
        (keep, begin): (Keep, Begin),
        reply: Reply<Result<Address, ChildError>>,
        now: u64,
    ) {
        if let Some(key) = self.plan.find(&keep.rules.id) {
            let is_gone = self.plan.state(key) == State::Absent && !self.plan.comes_back(key);
            let error =
                if is_gone { ChildError::AlreadyPresent } else { ChildError::AlreadyStarted };
            return reply.answer(Err(error));
        }
        let key = self.add(keep, begin);
        let token = self.await_answer(Waiting::Where(reply));
        self.plan.start(key, token, now);
    }

    fn start_dynamic(
        &mut self,
        args: Box<dyn Any + Send>,
        reply: Reply<Result<Address, ChildError>>,
        now: u64,
    ) {
        let Some(group) = &self.group else { return reply.answer(Err(ChildError::NotFound)) };
        if self.plan.len() >= group.most {
            return reply.answer(Err(ChildError::Full(group.most)));
        }
        let Some(key) = self.add_to_group(args) else { return };
        let token = self.await_answer(Waiting::Where(reply));
        self.plan.start(key, token, now);
    }

    /// Another child of the group, if there is one.
    fn add_to_group(&mut self, args: Box<dyn Any + Send>) -> Option<ChildKey> {
        let group = self.group.as_ref()?;
        let (mut keep, begin) = (group.keep.clone(), (group.template)(args));
        if let Some(workers) = &self.workers {
            keep.shard = workers.next_shard(self.seats.values().filter_map(|seat| seat.keep.shard));
        }
        Some(self.add(keep, begin))
    }

    /// What a child is called: one of a group by its number.
    fn id(&self, key: ChildKey, keep: &Keep) -> String {
        if self.group.is_some() { key.0.to_string() } else { keep.rules.id.to_string() }
    }

    fn infos(&self) -> Vec<ChildInfo> {
        let info = |(key, _, state): (ChildKey, &plan::Rules, State)| {
            let seat = &self.seats[&key];
            let rules = &seat.keep.rules;
            let comes_back = self.plan.comes_back(key);
            ChildInfo {
                id: self.id(key, &seat.keep),
                actor: seat.actor,
                kind: seat.keep.kind,
                is_supervisor: seat.keep.is_supervisor,
                restart: rules.restart,
                state: if comes_back { ChildState::Restarting } else { state.into() },
            }
        };
        self.plan.children().map(info).collect()
    }

    fn counts(&self) -> ChildCounts {
        let mut counts = ChildCounts { specs: self.plan.len(), ..ChildCounts::default() };
        for (key, _, state) in self.plan.children() {
            counts.active += usize::from(!matches!(state, State::Absent | State::Resting));
            counts.supervisors += usize::from(self.seats[&key].keep.is_supervisor);
        }
        counts.workers = counts.specs - counts.supervisors;
        counts
    }

    /// Does what the plan says, after a child has ended if one has.
    fn act(&mut self, cx: &mut Context<Self>, mut ended: Option<(ChildKey, &ExitReason)>) -> Flow {
        let mut flow = Flow::go();
        while let Some(act) = self.plan.act() {
            if let Act::BeginAtOnce(key) = act
                && self.begins_at_once(key)
            {
                ended = None;
                continue;
            }
            self.note(ended.take());
            match act {
                Act::Alarm { child, number, nanos } => {
                    let alarm = SupervisorMsg(Say::Alarm { child, number });
                    cx.after(Duration::from_nanos(nanos), alarm);
                }
                Act::Answer(token, answer) => self.answer(token, answer),
                Act::Begin(key) => self.begin(key, cx),
                Act::BeginAtOnce(key) => {
                    self.plan.starts_still(key);
                    self.begin(key, cx);
                }
                Act::Close { child, how, rests } => self.close(child, how, rests),
                Act::Discard(key) => {
                    self.order(key, Order::Discard);
                    self.lose(key);
                }
                Act::End(reason) => flow = Flow::stop_with(reason),
                Act::Forget(key) => {
                    self.lose(key);
                    // It has values of a user's, whose destructors are no matter of the other children.
                    let seat = self.seats.remove(&key);
                    with_host(|host| host.let_go(seat));
                }
                Act::GaveUp(key) => self.gave_up(key, cx),
                Act::Ready => flow = Flow::end(End::Ready),
                Act::Settle(key) => self.order(key, Order::Settle),
            }
        }
        self.note(ended);
        flow
    }

    /// Keeps the reason for which a child has ended, until it has started again.
    fn note(&mut self, ended: Option<(ChildKey, &ExitReason)>) {
        if let Some((key, reason)) = ended
            && let Some(seat) = self.seats.get_mut(&key)
            && let Some(before) = seat.ended.replace(reason.clone())
        {
            with_host(|host| host.let_go_reason(before));
        }
    }

    /// Whether a child begins again as soon as this is over, without an order.
    fn begins_at_once(&self, key: ChildKey) -> bool {
        let actor = self.seats.get(&key).and_then(|seat| seat.actor);
        actor.is_some_and(|actor| with_host(|host| host.begins_at_once(actor, true)))
    }

    /// Says that a child failed once too often.
    fn gave_up(&mut self, key: ChildKey, cx: &Context<Self>) {
        let (supervisor, seat) = (cx.me().address(), &self.seats[&key]);
        let child: Arc<str> = seat.keep.rules.id.as_ref().into();
        tracing::warn!(target: "callboard", supervisor = %self.name, %child, "gave up");
        let reason = seat.ended.clone().unwrap_or(ExitReason::Shutdown);
        with_host(|host| {
            host.emit(Topic::ChildGaveUp, || {
                let reason = host.plain(&reason);
                Event::ChildGaveUp { supervisor, child, reason }
            });
        });
    }

    fn answer(&mut self, token: Token, answer: Result<ChildKey, ChildError>) {
        match self.waiting.remove(&token) {
            None => {}
            Some(Waiting::Done(reply)) => reply.answer(answer.map(drop)),
            Some(Waiting::One(batch)) => self.one_of(batch, answer.err()),
            Some(Waiting::Where(reply)) => {
                let place = |key| self.seats.get(&key).and_then(|seat: &Seated| seat.actor);
                reply.answer(answer.and_then(|key| place(key).ok_or(ChildError::NotFound)));
            }
        }
    }

    /// Has a child begin: again in its place, or in a new one.
    fn begin(&mut self, key: ChildKey, cx: &Context<Self>) {
        let seat = self.seats.get(&key).expect("the plan's children have seats");
        if let Some(actor) = seat.actor {
            return begin_again(actor);
        }
        let by = cx.me().address();
        let (child, restart) = (key, seat.keep.rules.restart);
        let name = |path| Arc::from(format!("{path}/{}", self.id(key, &seat.keep)));
        let name = self.path.as_ref().map(name);
        let life = self.life;
        let place = Seat { by, life, child, restart, siblings: self.siblings.clone(), name };
        let begin = seat.begin.clone();
        match seat.keep.shard {
            Some(shard) if shard != by.shard() => self.begin_on(shard, begin, place),
            _ => {
                let actor = begin(place);
                self.has_begun(key, actor);
            }
        }
    }

    /// The same on another shard, which will say where the child is.
    fn begin_on(&mut self, shard: usize, begin: Begin, place: Seat) {
        let (by, life, child) = (place.by, place.life, place.child);
        let route = route::find(by.shard_id().node());
        let shards = route.as_ref().map_or(0, |route| route.shards());
        match route.filter(|_| shard < shards) {
            Some(route) => {
                let call = move || {
                    let actor = begin(place);
                    let report = Report { child, life, actor, news: ChildNews::Begun };
                    host::send(host::signals(), by, Signal::Report(report));
                };
                route.say(shard as u32, Word::Call(Box::new(call)));
            }
            None => {
                let news =
                    ChildNews::NotStarted { error: StartError::NoShard(shards), rests: false };
                let report = Report { child, life, actor: by, news };
                host::send(host::signals(), by, Signal::Report(report));
            }
        }
    }

    fn has_begun(&mut self, key: ChildKey, actor: Address) {
        let Some(seat) = self.seats.get_mut(&key) else { return };
        seat.actor = Some(actor);
        let order = seat.order.take();
        self.by_actor.insert(actor, key);
        self.place(key, Some(actor));
        if let Some(order) = order {
            self.order(key, order);
        }
    }

    /// A child has no cell any more.
    fn lose(&mut self, key: ChildKey) {
        let Some(actor) = self.seats.get_mut(&key).and_then(|seat| seat.actor.take()) else {
            return;
        };
        self.by_actor.remove(&actor);
        self.place(key, None);
    }

    /// Says where a child that was declared is.
    fn place(&self, key: ChildKey, actor: Option<Address>) {
        if let Some(workers) = &self.workers {
            let ends = matches!(self.plan.state(key), State::Stopping { rests: false, .. });
            workers.members.set(key.0, actor.filter(|_| !ends));
        }
        if self.group.is_none() {
            self.slots.set(key.0 as usize, actor);
        }
    }

    fn close(&mut self, key: ChildKey, how: How, rests: bool) {
        let order = Order::Close { how, rests };
        let seat = self.seats.get_mut(&key).expect("the plan's children have seats");
        match seat.actor {
            Some(actor) => {
                send(actor, order);
                if how == How::Kill {
                    // What overtakes also cuts off a child that holds its shard.
                    ActorRef::<Self>::from_address(actor).kill();
                }
            }
            None => seat.order = Some(order),
        }
    }

    fn order(&self, key: ChildKey, order: Order) {
        if let Some(actor) = self.seats.get(&key).and_then(|seat| seat.actor) {
            send(actor, order);
        }
    }

    /// A child's shard tells of it. Answers which child has ended, if one has, and why.
    fn heed<'r>(&mut self, report: &'r Report, now: u64) -> Option<(ChildKey, &'r ExitReason)> {
        let Report { child, life, actor, ref news } = *report;
        if let ChildNews::Stop(reason) = news {
            self.plan.end(reason.clone(), How::Drain, now);
            return None;
        }
        let is_its = |seat: &&mut Seated| match (news, seat.actor) {
            (_, Some(own)) => own == actor,
            (ChildNews::Begun | ChildNews::NotStarted { .. }, None) => true,
            (_, None) => false,
        };
        let seat = self.seats.get_mut(&child).filter(is_its);
        let Some(seat) = seat.filter(|_| life == self.life) else {
            // It was given up, or began for the incarnation before, and may live or wait for another life all the same.
            let is_gone = matches!(
                news,
                ChildNews::Ended { rests: false, .. } | ChildNews::NotStarted { rests: false, .. }
            );
            if !is_gone {
                send(actor, Order::Orphan);
            }
            return None;
        };
        let chance = now ^ child.0.rotate_left(32) ^ u64::from(actor.target().slot());
        match news {
            ChildNews::Begun => self.has_begun(child, actor),
            ChildNews::Started => {
                seat.has_restarted();
                self.plan.started(child, now);
            }
            ChildNews::Starting { after } => {
                self.plan.starts_still(child);
                return Some((child, after));
            }
            ChildNews::NotStarted { error, rests } => {
                if !rests {
                    self.lose(child);
                }
                self.plan.not_started(child, error.clone(), *rests, now, chance);
                if let StartError::Failed(reason) = error {
                    return Some((child, reason));
                }
            }
            ChildNews::Ended { reason, rests } => {
                if !rests {
                    self.lose(child);
                }
                self.plan.ended(child, reason, *rests, now, chance);
                return Some((child, reason));
            }
            ChildNews::Stop(_) => unreachable!("heard before"),
        }
        None
    }
}

impl Seated {
    /// Says that a child runs again, if it does.
    fn has_restarted(&mut self) {
        if let (Some(actor), Some(reason)) = (self.actor, self.ended.take()) {
            with_host(|host| host.tell_restarted(actor, self.keep.kind, reason));
        }
    }
}

fn with_host<R>(with: impl FnOnce(&Host) -> R) -> R {
    host::with(|host| with(host.expect("a supervisor runs on a shard")))
}

/// Has a child begin again in its place.
fn begin_again(actor: Address) {
    if !with_host(|host| host.begins_at_once(actor, false)) {
        send(actor, Order::Restart);
    }
}

fn send(actor: Address, order: Order) {
    host::send(host::signals(), actor, Signal::Order(order));
}

/// The time of the shard's turn, in nanoseconds: a turn is short, and restarts need no finer time.
fn now() -> u64 {
    with_host(|host| host.now.get())
}

impl Drop for Supervisor {
    /// Whoever it kept and has not stopped ends: it crashed, or was killed.
    fn drop(&mut self) {
        for actor in self.by_actor.keys() {
            send(*actor, Order::Orphan);
        }
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor")
            .field("name", &self.name)
            .field("strategy", &self.strategy)
            .field("children", &self.infos())
            .finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl Protocol for Supervisor {
    type Msg = SupervisorMsg;
    type Api = SupervisorApi;
    const DELIVERY: Delivery<SupervisorMsg> = Self::REACHED_BY;
}

impl Handle<SupervisorMsg> for Supervisor {
    fn handle<'a>(&'a mut self, message: SupervisorMsg, cx: &'a mut Context<Self>) -> Handled<'a> {
        if self.plan.is_ending() && !matches!(message.0, Say::Alarm { .. }) {
            host::dropping_asks(AskError::Stopping, || drop(message));
            return told(());
        }
        self.hear(message.0, now());
        told(self.act(cx, None))
    }
}

#[diagnostic::do_not_recommend]
impl Handlers for Supervisor {
    const STARTS: bool = true;
    const TRAPS: bool = true;
    const SUPERVISES: bool = true;

    fn is_below(&mut self, name: Option<Arc<str>>) {
        self.path = self.path.take().or(name);
    }

    fn start<'a>(&'a mut self, cx: &'a mut Context<Self>) -> Handled<'a> {
        let me = cx.me().address().target();
        self.life = with_host(|host| host.life(me));
        if let Some(claim) = &self.claim
            && let Err(error) = cx.claim(claim)
        {
            return told(Flow::stop_with(ExitReason::error(error)));
        }
        self.plan.begin(now());
        told(self.act(cx, None))
    }

    fn exit<'a>(&'a mut self, exit: Exit, cx: &'a mut Context<Self>) -> Handled<'a> {
        // `Normal` of another ends nobody (X10).
        if !matches!(exit.reason, ExitReason::Normal) || exit.from == Some(cx.me().address()) {
            self.plan.end(exit.reason, How::Exit, now());
        }
        told(self.act(cx, None))
    }

    fn report(&mut self, report: &Report, cx: &mut Context<Self>) -> Flow {
        let ended = self.heed(report, now());
        if ended.is_some() || self.plan.has_acts() { self.act(cx, ended) } else { Flow::go() }
    }
}

static TYPE: ActorType<Supervisor> = ActorType::new();

#[diagnostic::do_not_recommend]
impl Actor for Supervisor {
    const OPTIONS: Options = Options::new().ask_timeout(config::SUPERVISOR_ASK_TIMEOUT);
    const TYPE: &'static ActorType<Self> = &TYPE;
    type Below = At<Self>;
    type Wraps = ();
}
