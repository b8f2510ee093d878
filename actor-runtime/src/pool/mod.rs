//! Pools: several workers of one type behind one reference, which chooses among them.
//!
//! A pool is an actor whose cell takes its worker's own messages, under the worker's letter: so a reference to it is
//! one to a worker. It passes each message on as it is, with its `Reply`, and nothing comes back by it. Its only child
//! is a supervisor, on its own shard, which keeps the workers and says who there is ([`Members`]). What the pool sends
//! to a worker and what that supervisor orders it come the same way, so no message is overtaken by the worker's end.
//!
//! Before me: the turn, to which a pool's messages always come off the fast path. After me: a worker's cell.

mod routing;

use std::any::type_name;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

pub use self::routing::{Broadcast, Routing};
use self::routing::{Chooser, Way};
use crate::actor::{Actor, ActorType, Context, Handle, Handlers, told};
use crate::actor_ref::ActorRef;
use crate::address::{Address, short_name};
use crate::bonds::Exit;
use crate::cell::keeper::{ChildNews, How, Order, Report, Restart};
use crate::cell::status::NEWS;
use crate::cell::{Handled, Options};
use crate::error::{AskError, StartError};
use crate::exit::ExitReason;
use crate::flow::{End, Flow};
use crate::host::{self, Host, Signal};
use crate::message::{At, Protocol};
use crate::query::workers_of;
use crate::record::Delivery;
use crate::route;
use crate::stats::DeadReason;
use crate::supervisor::{BoxError, ChildError, Crew, Members, Shutdown, SupervisorApi, begin_crew};

/// Several workers of one type, reached as one: an actor to spawn, or a child of a supervisor, whose reference has the
/// worker's methods and sends each message on to a worker.
///
/// The workers are spread over the shards of the system, from the pool's own on. One that fails is restarted in its
/// place, and what waits for it stays; when too many fail, as [`intensity`](Self::intensity) says, the pool ends, and
/// is restarted by its own supervisor, if it has one. When the pool is stopped or drained, so are its workers.
///
/// An ask goes through with its `Reply`: the worker answers the asker. A pool without workers makes dead letters of
/// what is sent to it, with the reason [`NoProc`](crate::DeadReason::NoProc). What finds no place in the bounded
/// mailbox of its worker meets that mailbox's policy there: `try_tell` to a pool knows only whether the pool has
/// ended.
///
/// ```
/// # use actor_runtime::{Actor, ActorRef, ChildError, Pool, Routing, StartError, start};
/// async fn four<W: Actor + Default>() -> Result<ActorRef<W>, StartError> {
///     let pool = start(Pool::new(4, W::default).routing(Routing::least_loaded())).await?;
///     Ok(pool.workers())
/// }
/// ```
#[must_use = "a pool does nothing until it is spawned"]
pub struct Pool<W: Actor> {
    crew: Crew,
    routing: Routing<W::Msg>,
    /// The pool's name, if its supervisor has a path.
    name: Option<Arc<str>>,
    run: Option<Run<W::Msg>>,
}

/// A pool that has begun.
struct Run<M> {
    me: Address,
    supervisor: Address,
    members: Arc<Members>,
    /// The changes of the members that the chooser knows.
    seen: u64,
    chooser: Chooser,
    /// What came before the workers had started; none once they have.
    early: Option<VecDeque<M>>,
    /// Why the pool will end once its workers have.
    ending: Option<ExitReason>,
}

impl<W: Actor> Pool<W> {
    /// So many workers, each made by `make` on its shard. They are permanent, and get messages in turn.
    pub fn new(size: usize, make: impl Fn() -> W + Send + Sync + 'static) -> Self {
        Self::with(size, move || std::future::ready(Ok(make())))
    }

    /// The same where making one may wait, or fail; a pool whose workers do not start does not either.
    pub fn with<F, Fut>(size: usize, make: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<W, BoxError>> + 'static,
    {
        let crew = Crew::new::<W, _, _>(size, make);
        Self { crew, routing: Routing::default(), name: None, run: None }
    }

    /// How it chooses a worker for a message: each in turn, unless said here.
    pub fn routing(mut self, routing: Routing<W::Msg>) -> Self {
        self.routing = routing;
        self
    }

    /// How many restarts there may be among the workers in this time, see
    /// [`SupervisorSpec::intensity`](crate::SupervisorSpec::intensity).
    pub fn intensity(mut self, max: u32, within: Duration) -> Self {
        self.crew.intensity(max, within);
        self
    }

    /// After which ends a worker is restarted: after each, unless said here. One that is not is a member no more, as soon
    /// as the pool hears of its end: what it was sent until then is lost with it, asks end with
    /// [`Stopped`](crate::AskError::Stopped).
    pub fn restart(mut self, restart: Restart) -> Self {
        self.crew.restart(restart);
        self
    }

    /// How a worker is stopped, as [`ChildSpec::shutdown`](crate::ChildSpec::shutdown) has it: it gets 5 s.
    pub fn shutdown(mut self, shutdown: Shutdown) -> Self {
        self.crew.shutdown(shutdown);
        self
    }

    /// Restarts of workers wait, as those of [`ChildSpec::backoff`](crate::ChildSpec::backoff).
    ///
    /// # Panics
    ///
    /// If the first is longer than the last.
    pub fn backoff(mut self, delays: RangeInclusive<Duration>) -> Self {
        self.crew.backoff(&delays);
        self
    }

    /// The workers run on the pool's own shard, all of them.
    pub fn local(mut self) -> Self {
        self.crew.local();
        self
    }

    /// A pool by the reference that one has of it as of a worker. If it is none, what it is asked fails.
    #[must_use]
    pub fn of(workers: ActorRef<W>) -> ActorRef<Self> {
        ActorRef::from_address(workers.address())
    }

    /// The pool ends once its workers have.
    fn end(&mut self, reason: ExitReason, how: How) {
        if let Some(run) = self.run.as_mut().filter(|run| run.ending.is_none()) {
            run.ending = Some(reason);
            order(run.supervisor, Order::Close { how, rests: false });
        }
    }

    /// Sends a message on.
    fn route(&mut self, host: &Host, message: W::Msg) {
        let Some(run) = &mut self.run else { return };
        if run.ending.is_some() {
            return refuse::<W>(host, run.me, message, DeadReason::Stopped, AskError::Stopped);
        }
        if let Some(early) = &mut run.early {
            return early.push_back(message);
        }
        if run.members.changes() != run.seen {
            run.seen = run.members.changes();
            run.chooser.set(run.members.list());
        }
        let chooser = &mut run.chooser;
        let worker = match &self.routing.0 {
            Way::Broadcast(copy) => return broadcast::<W>(host, run, *copy, message),
            Way::Hash(key) => match host.guard(|| key(&message)) {
                Ok(key) => chooser.by_key(key),
                Err(_) => return lose::<W>(host, run.me, message),
            },
            Way::LeastLoaded => chooser.least_loaded(),
            Way::Random => chooser.by_chance(),
            Way::RoundRobin => chooser.in_turn(),
        };
        let Some(worker) = worker else {
            return refuse::<W>(host, run.me, message, DeadReason::NoProc, AskError::NoProc);
        };
        host::send(W::DELIVERY, worker, message);
        if let Way::LeastLoaded = self.routing.0 {
            run.chooser.ask_loads();
        }
    }
}

/// Sends a message to every worker.
fn broadcast<W: Actor>(
    host: &Host,
    run: &Run<W::Msg>,
    copy: fn(&W::Msg) -> W::Msg,
    message: W::Msg,
) {
    let Some((last, others)) = run.chooser.workers.split_last() else {
        return refuse::<W>(host, run.me, message, DeadReason::NoProc, AskError::NoProc);
    };
    for worker in others {
        match host.guard(|| copy(&message)) {
            Ok(copy) => host::send(W::DELIVERY, worker.actor, copy),
            Err(_) => return lose::<W>(host, run.me, message),
        }
    }
    host::send(W::DELIVERY, last.actor, message);
}

/// Makes a dead letter of a message that goes to nobody.
fn refuse<W: Actor>(host: &Host, me: Address, message: W::Msg, why: DeadReason, error: AskError) {
    host.dead_letter(why, me, W::DELIVERY.letter());
    host::dropping_asks(error, || host.let_go(message));
}

/// The same where code that looked at it has panicked.
fn lose<W: Actor>(host: &Host, me: Address, message: W::Msg) {
    refuse::<W>(host, me, message, DeadReason::InFlight, AskError::Crashed);
}

fn order(supervisor: Address, order: Order) {
    host::send(host::signals(), supervisor, Signal::Order(order));
}

#[diagnostic::do_not_recommend]
impl<W: Actor> Protocol for Pool<W> {
    type Msg = W::Msg;
    type Api = W::Api;
    const DELIVERY: Delivery<W::Msg> = W::DELIVERY;
}

impl<W: Actor> Handle<W::Msg> for Pool<W> {
    fn handle<'a>(&'a mut self, message: W::Msg, cx: &'a mut Context<Self>) -> Handled<'a> {
        let me = cx.me().address().target();
        here(|host| {
            self.route(host, message);
            // Whoever gets it handles it, and counts it.
            if let Some(cell) = host.cell(me) {
                cell.word.set(NEWS);
            }
        });
        told(())
    }
}

fn here<R>(call: impl FnOnce(&Host) -> R) -> R {
    host::with(|host| call(host.expect("a pool runs on a shard")))
}

#[diagnostic::do_not_recommend]
impl<W: Actor> Handlers for Pool<W> {
    const STARTS: bool = true;
    const TRAPS: bool = true;
    const SUPERVISES: bool = true;

    fn is_below(&mut self, name: Option<Arc<str>>) {
        self.name = name;
    }

    fn start<'a>(&'a mut self, cx: &'a mut Context<Self>) -> Handled<'a> {
        let me = cx.me().address();
        let shards = route::find(me.shard_id().node()).map_or(1, |route| route.shards());
        self.run = here(|host| {
            let by = (me, host.life(me.target()));
            let crew = self.crew.clone();
            let (supervisor, members) = begin_crew(by, crew, shards, self.name.clone());
            host.cell(me.target())?.with_extras(|extras| extras.workers = Some(supervisor));
            let chooser = Chooser::new(u64::from(me.target().slot()));
            let early = Some(VecDeque::new());
            Some(Run { me, supervisor, members, seen: 0, chooser, early, ending: None })
        });
        told(())
    }

    fn exit<'a>(&'a mut self, exit: Exit, cx: &'a mut Context<Self>) -> Handled<'a> {
        // `Normal` of another ends nobody (X10).
        if !matches!(exit.reason, ExitReason::Normal) || exit.from == Some(cx.me().address()) {
            self.end(exit.reason, How::Exit);
        }
        told(())
    }

    fn report(&mut self, report: &Report, _cx: &mut Context<Self>) -> Flow {
        let Report { actor, news, .. } = report;
        if let ChildNews::Stop(reason) = news {
            self.end(reason.clone(), How::Drain);
            return Flow::go();
        }
        // What another supervisor says, of a life before, is nothing to this one.
        let Some(run) = self.run.as_mut().filter(|run| run.supervisor == *actor) else {
            return Flow::go();
        };
        let reason = match news {
            ChildNews::Started => {
                let early = run.early.take().unwrap_or_default();
                here(|host| early.into_iter().for_each(|message| self.route(host, message)));
                return Flow::end(End::Ready);
            }
            ChildNews::Begun | ChildNews::Starting { .. } | ChildNews::Stop(_) => {
                return Flow::go();
            }
            ChildNews::Ended { reason, .. } => reason.clone(),
            ChildNews::NotStarted { error: StartError::Failed(reason), .. } => reason.clone(),
            ChildNews::NotStarted { error, .. } => ExitReason::error(error.clone()),
        };
        Flow::stop_with(run.ending.take().unwrap_or(reason))
    }
}

#[diagnostic::do_not_recommend]
impl<W: Actor> Actor for Pool<W> {
    const OPTIONS: Options = Options::new().ask_timeout(W::OPTIONS.ask_timeout);
    const TYPE: &'static ActorType<Self> = &ActorType::standing_for::<W>();
    type Below = At<Self>;
    type Wraps = ();
}

impl<W: Actor> Drop for Pool<W> {
    /// Its workers end with it, however it ends; and nothing that came before they had started goes to them.
    fn drop(&mut self) {
        let Some(run) = &mut self.run else { return };
        order(run.supervisor, Order::Orphan);
        let early = run.early.take().unwrap_or_default();
        host::with(|host| {
            let Some(host) = host else { return };
            for message in early {
                refuse::<W>(host, run.me, message, DeadReason::Stopped, AskError::Stopped);
            }
        });
    }
}

impl<W: Actor> fmt::Debug for Pool<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worker = short_name(type_name::<W>());
        write!(f, "Pool<{worker}>({}, {:?})", self.crew.size, self.routing)
    }
}

/// What one may ask of a pool itself. These hide methods of the worker's of the same name; `workers()` has those.
impl<W: Actor> ActorRef<Pool<W>> {
    /// The pool, as its workers are reached: one reference for all.
    #[must_use]
    pub fn workers(&self) -> ActorRef<W> {
        ActorRef::from_address(self.address())
    }

    /// Has the pool have so many workers, and waits until the new ones have started, or the last ones have ended:
    /// nothing more is sent to these, and they handle what was sent to them before, within the time that
    /// [`Pool::shutdown`] gives them. A pool that is restarted begins with as many as at first.
    ///
    /// # Errors
    ///
    /// If a worker does not start, or if there is no such pool.
    pub async fn resize(&self, workers: usize) -> Result<(), ChildError> {
        let resized = match workers_of(self.address()).await {
            Some(supervisor) => SupervisorApi::of(supervisor).resize(workers).await,
            None => Err(AskError::NoProc),
        };
        resized.unwrap_or_else(|error| Err(ChildError::Unreachable(error)))
    }

    /// How many workers there are, those that are restarted among them.
    ///
    /// # Errors
    ///
    /// If there is no such pool, or it is about to end.
    pub async fn size(&self) -> Result<usize, AskError> {
        Ok(self.members().await?.len())
    }

    /// The workers themselves.
    ///
    /// # Errors
    ///
    /// As [`size`](Self::size).
    pub async fn members(&self) -> Result<Vec<ActorRef<W>>, AskError> {
        let supervisor = workers_of(self.address()).await.ok_or(AskError::NoProc)?;
        let children = SupervisorApi::of(supervisor).children().await?;
        let members = children.into_iter().filter_map(|child| child.actor);
        Ok(members.map(ActorRef::from_address).collect())
    }
}
