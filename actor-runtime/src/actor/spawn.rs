//! How an actor begins: on this shard, or on another.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use tokio::sync::oneshot;

use super::blocking::{HandOver, OnThread};
use super::{Actor, Context, Handlers, Plain, Suspending, begin_timers, suspends};
use crate::actor_ref::ActorRef;
use crate::address::{Address, Target};
use crate::cell::TypeOf;
use crate::cell::keeper::Keeper;
use crate::cell::status::STARTING;
use crate::error::{RegisterError, StartError};
use crate::host::{self, Host, Signal};
use crate::message::Protocol;
use crate::registry::Claim;
use crate::route::{self, Route, Word};

/// Where an actor is to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// On the next shard, in turn.
    #[default]
    Any,
    /// On the shard with this index.
    Shard(usize),
}

impl From<usize> for Place {
    fn from(shard: usize) -> Self {
        Self::Shard(shard)
    }
}

/// What can be spawned: the state of an actor, or a process that was not begun.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor, nor a process",
    label = "not an actor",
    note = "put `#[actor]` on `struct {Self}`, or call a `fn` with `#[process]`"
)]
#[must_use = "a process runs when it is spawned"]
pub trait Spawn: Sized + 'static {
    /// What references to it speak.
    type Protocol: Protocol;
    /// Whether it keeps children.
    #[doc(hidden)]
    const SUPERVISES: bool = false;

    /// Its supervisor has given it this name, if it has one, before it starts.
    #[doc(hidden)]
    fn is_below(&mut self, name: Option<Arc<str>>) {
        let _ = name;
    }

    /// Begins on the present shard.
    #[doc(hidden)]
    fn begin(self) -> Address;

    /// Begins as a supervisor's child on the present shard: the keeper makes the state.
    #[doc(hidden)]
    fn begin_child(keeper: Keeper) -> Address;

    /// Puts the state that was made into the child's cell.
    #[doc(hidden)]
    fn fill(self, me: Address);
}

#[diagnostic::do_not_recommend]
impl<A: Actor> Spawn for A {
    type Protocol = A;
    const SUPERVISES: bool = <A as Handlers>::SUPERVISES;

    fn is_below(&mut self, name: Option<Arc<str>>) {
        Handlers::is_below(self, name);
    }

    fn begin(self) -> Address {
        here(|host| begin(host, self))
    }

    fn begin_child(keeper: Keeper) -> Address {
        here(|host| begin_child::<A>(host, keeper))
    }

    fn fill(self, me: Address) {
        here(|host| fill(host, me.target(), self));
    }
}

fn here<R>(call: impl FnOnce(&Host) -> R) -> R {
    host::with(|host| call(host.expect("an actor begins on a shard")))
}

/// Makes an actor run on this shard, at once; its start hook runs in its turn, before any message.
///
/// Costs little more than a tell. Nothing ties the actor to its spawner.
///
/// # Panics
///
/// Outside a system, that is on a thread that is no shard: there use `System::spawn_on`.
#[track_caller]
pub fn spawn<S: Spawn>(actor: S) -> ActorRef<S::Protocol> {
    let on_shard = host::with(|host| host.is_some());
    assert!(
        on_shard,
        "`spawn` runs an actor on the present shard, and this thread is none: use `System::spawn_on`"
    );
    ActorRef::from_address(actor.begin())
}

/// As [`spawn`], and waits until the start hook has ended.
///
/// # Errors
///
/// [`StartError::Failed`] with the reason, [`StartError::Ignored`] or [`StartError::Timeout`]; then there is
/// no actor and nothing of it is left.
///
/// # Panics
///
/// Outside a system, as [`spawn`].
pub async fn start<S: Spawn>(actor: S) -> Result<ActorRef<S::Protocol>, StartError> {
    let actor = spawn(actor).address();
    let started = host::with(|host| wait_for(host.expect("`spawn` found the host"), actor));
    receive_start(started).await.map(ActorRef::from_address)
}

/// The type of a blocking actor's cells; known to be none where the compiler looks at any other actor's.
#[inline(always)]
fn on_thread<A: Actor>() -> Option<&'static (TypeOf<OnThread<A>>, HandOver<A>)> {
    if A::BLOCKS { A::TYPE.on_thread.as_ref() } else { None }
}

/// Makes an actor live in a cell of this host.
fn begin<A: Actor>(host: &Host, state: A) -> Address {
    let starts = A::STARTS || A::BLOCKS;
    let status = if starts { STARTING } else { 0 };
    let (me, cell) = if let Some((kind, _)) = on_thread::<A>() {
        host.settle(kind, status, OnThread::new(state))
    } else if const { suspends::<A>() } {
        let body = Suspending { cx: Context::new(Target::NOBODY), state };
        host.settle(&A::TYPE.suspending, status, body)
    } else {
        host.settle(&A::TYPE.plain, status, Plain(state))
    };
    if starts {
        host::send(host::signals(), me, Signal::Start);
    } else {
        if let Some(kind) = cell.kind() {
            host.tell_started(me.target(), kind);
        }
        if !A::TIMERS.is_empty() {
            begin_timers(host, cell, me.target());
        }
    }
    tracing::trace!(target: "callboard", actor = %me, kind = std::any::type_name::<A>(), "start");
    me
}

/// Has a supervisor's child begin in a cell of this host: its keeper makes the state there.
fn begin_child<A: Actor>(host: &Host, keeper: Keeper) -> Address {
    let (me, cell) = if let Some((kind, _)) = on_thread::<A>() {
        host.settle_empty(kind, STARTING)
    } else if const { suspends::<A>() } {
        host.settle_empty(&A::TYPE.suspending, STARTING)
    } else {
        host.settle_empty(&A::TYPE.plain, STARTING)
    };
    cell.with_extras(|extras| extras.keeper = Some(Box::new(keeper)));
    host::send(host::signals(), me, Signal::Start);
    tracing::trace!(target: "callboard", actor = %me, kind = std::any::type_name::<A>(), "start");
    me
}

/// Puts the state that was made into its cell.
fn fill<A: Actor>(host: &Host, me: Target, state: A) {
    let Some(cell) = host.cell(me) else { return host.let_go(state) };
    if let Some((kind, _)) = on_thread::<A>() {
        host.let_go(cell.fill(kind.erased(), OnThread::new(state)));
    } else if const { suspends::<A>() } {
        let body = Suspending { cx: Context::new(Target::NOBODY), state };
        host.let_go(cell.fill(A::TYPE.suspending.erased(), body));
    } else {
        host.let_go(cell.fill(A::TYPE.plain.erased(), Plain(state)));
    }
}

/// As [`begin`], with a name before anything of the actor runs. If it cannot have the name nothing of it ever does
/// but its destructor. A restart in place keeps the name.
pub(crate) fn begin_named<S: Spawn>(
    host: &Host,
    name: &str,
    actor: S,
) -> Result<Address, RegisterError> {
    let me = actor.begin();
    let claimed = host.claim(&Claim::name::<S::Protocol>(name), me.target());
    if claimed.is_err() {
        host.kill(me.target());
    }
    claimed.map(|()| me)
}

type Started = oneshot::Receiver<Result<Address, StartError>>;

fn wait_for(host: &Host, actor: Address) -> Started {
    let (tell, told) = oneshot::channel();
    // Whoever waited may be gone; the actor runs on all the same.
    host.on_started(actor, Box::new(move |result| drop(tell.send(result))));
    told
}

/// Waits for the end of a start; a system that ended meanwhile is an error.
pub(crate) async fn receive_start(started: Started) -> Result<Address, StartError> {
    started.await.unwrap_or(Err(StartError::Stopped))
}

/// An actor that begins on another shard: await it, or wait for it on a thread that may block.
///
/// The actor begins whether or not anybody waits.
#[must_use = "it tells whether the actor began, and where"]
pub struct SpawnOn<S: Spawn> {
    started: Started,
    actor: PhantomData<fn(S)>,
}

impl<S: Spawn> SpawnOn<S> {
    /// Waits until the start hook has ended, on a thread that may block.
    ///
    /// # Errors
    ///
    /// As [`start`]; and [`StartError::NoShard`], or [`StartError::Stopped`] if the system ended.
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up: await it there.
    pub fn wait(self) -> Result<ActorRef<S::Protocol>, StartError> {
        let on_shard = host::with(|host| host.is_some());
        assert!(!on_shard, "`wait` would hold up the shard: use `.await` in a handler");
        let started = self.started.blocking_recv().unwrap_or(Err(StartError::Stopped));
        started.map(ActorRef::from_address)
    }
}

#[cfg(any(test, feature = "testing"))]
impl<S: Spawn> SpawnOn<S> {
    /// How the start went, if it is known by now.
    pub(crate) fn now(&mut self) -> Option<Result<ActorRef<S::Protocol>, StartError>> {
        self.started.try_recv().ok().map(|started| started.map(ActorRef::from_address))
    }
}

impl<S: Spawn> Future for SpawnOn<S> {
    type Output = Result<ActorRef<S::Protocol>, StartError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let started = Pin::new(&mut self.started).poll(cx);
        started.map(|s| s.unwrap_or(Err(StartError::Stopped)).map(ActorRef::from_address))
    }
}

impl<S: Spawn> fmt::Debug for SpawnOn<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpawnOn<{}>", crate::address::short_name(std::any::type_name::<S>()))
    }
}

/// Makes an actor run on another shard of this system: `make` runs there, so the state need not be `Send`.
///
/// # Panics
///
/// Outside a system: there use `System::spawn_on`.
#[track_caller]
pub fn spawn_on<S: Spawn>(
    place: impl Into<Place>,
    make: impl FnOnce() -> S + Send + 'static,
) -> SpawnOn<S> {
    let node = host::with(|host| host.map(|host| host.shard_id.node()));
    let node = node.or_else(|| Some(host::home()?.me.shard_id().node()));
    let node =
        node.expect("`spawn_on` needs a shard's thread, and this is none: use `System::spawn_on`");
    spawn_by(route::find(node), place.into(), make)
}

/// Has `make` called on a shard, and the actor it makes begin there.
pub(crate) fn spawn_by<S: Spawn>(
    route: Option<Arc<dyn Route>>,
    place: Place,
    make: impl FnOnce() -> S + Send + 'static,
) -> SpawnOn<S> {
    let (tell, started) = oneshot::channel();
    let shard = route.as_ref().ok_or(StartError::Stopped).and_then(|route| match place {
        Place::Any => Ok(route.next_shard()),
        Place::Shard(shard) if shard < route.shards() => Ok(shard as u32),
        Place::Shard(_) => Err(StartError::NoShard(route.shards())),
    });
    match (route, shard) {
        (Some(route), Ok(shard)) => {
            let call = || {
                host::with(|host| {
                    let host = host.expect("a shard runs its calls in its turn");
                    // Whoever waited may be gone; the actor runs on all the same.
                    let tell = move |result| drop(tell.send(result));
                    match host.guard(make) {
                        Ok(actor) => host.on_started(actor.begin(), Box::new(tell)),
                        Err(panic) => tell(Err(StartError::Failed(panic))),
                    }
                });
            };
            route.say(shard, Word::Call(Box::new(call)));
        }
        (_, Err(error)) => drop(tell.send(Err(error))),
        (None, Ok(_)) => unreachable!("no route, no shard"),
    }
    SpawnOn { started, actor: PhantomData }
}
