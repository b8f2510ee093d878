//! What a supervisor knows of a child: how to start, restart and stop it, as values.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::backoff::Backoff;
use super::plan::{Rules, Shutdown};
use super::tree::{Dynamic, Slots};
use super::{Supervisor, SupervisorSpec};
use crate::actor::{Actor, Spawn, started_later};
use crate::actor_ref::ActorRef;
use crate::address::{Address, Target};
use crate::cell::Handled;
use crate::cell::keeper::{ChildKey, Keeper, Make, Restart};
use crate::config;
use crate::host::{self, Host};
use crate::message::Protocol;
use crate::process::{ProcessStart, Receivable};
use crate::registry::Claim;

/// Why a start failed: any error, or a text.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What a supervisor can keep: an actor, or a supervisor.
///
/// Every actor is one; `#[supervisor]` makes its struct one.
#[diagnostic::on_unimplemented(
    message = "a supervisor cannot keep a `{Self}`",
    label = "not an actor, nor a supervisor",
    note = "put `#[actor]` or `#[supervisor]` on `struct {Self}`"
)]
pub trait Child: Protocol {
    /// The actor that is kept.
    type Actor: Spawn;
    /// What a start gives: the state of an actor, or what a supervisor is made of.
    type Start: 'static;

    /// The state of the actor.
    fn into_actor(start: Self::Start) -> Self::Actor;
}

#[diagnostic::do_not_recommend]
impl<A: Actor> Child for A {
    type Actor = A;
    type Start = A;

    fn into_actor(start: A) -> A {
        start
    }
}

/// What the start of a child `C` may give.
#[diagnostic::on_unimplemented(
    message = "`start` gives `{Self}`, but the child is `{C}`",
    label = "this is not a `{C}`"
)]
pub trait Starts<C: Child> {
    /// The same.
    fn start(self) -> C::Start;
}

#[diagnostic::do_not_recommend]
impl<A: Actor> Starts<A> for A {
    fn start(self) -> A {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<S> Starts<S> for SupervisorSpec<S>
where
    S: Child<Actor = Supervisor, Start = Self>,
{
    fn start(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<M> Starts<M> for ProcessStart<M>
where
    M: Receivable + Child<Start = Self>,
{
    fn start(self) -> Self {
        self
    }
}

/// What `value` is for a child `C`: what `start = ..` gives, checked where it stands.
pub fn start_of<C: Child>(value: impl Starts<C>) -> Result<C::Start, BoxError> {
    Ok(value.start())
}

/// What a supervisor can make without being told how.
#[diagnostic::on_unimplemented(
    message = "the supervisor cannot make a `{Self}`",
    label = "no `start = ..`, and no `Default`",
    note = "write `start = ..`, or derive `Default` for it"
)]
pub trait ByDefault: Child {
    /// A state to begin with.
    fn by_default() -> Self::Start;
}

#[diagnostic::do_not_recommend]
impl<A: Actor + Default> ByDefault for A {
    fn by_default() -> A {
        Self::default()
    }
}

/// The start of a child that says nothing of it.
pub fn by_default<C: ByDefault>() -> Result<C::Start, BoxError> {
    Ok(C::by_default())
}

/// What children can be made from: each start has its own, on the shard of the child.
#[diagnostic::on_unimplemented(
    message = "each start gets its own `{Self}`",
    label = "this is not `Clone + Send + Sync + 'static`",
    note = "derive `Clone`; what cannot be cloned or sent, share it by `Arc`"
)]
pub trait Given: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> Given for T {}

/// A start's own copy of a plain field.
pub fn plain<T: Given>(field: &T) -> T {
    field.clone()
}

/// What a start sees of the supervisor's other children: references that stay right when these are restarted.
#[derive(Clone, Debug)]
pub struct Siblings {
    pub(crate) slots: Arc<Slots>,
}

impl Siblings {
    /// The child with this index, in the order in which they were declared. One that has not begun, or will
    /// not run again, is nobody: what is told to it is a dead letter.
    #[must_use]
    pub fn child<C: Child>(&self, index: usize) -> ActorRef<C> {
        self.slots.child(index)
    }

    /// The group of children with this index.
    #[must_use]
    pub fn dynamic<C: Child, Args>(&self, index: usize) -> Dynamic<C, Args> {
        Dynamic::new(self.slots.clone(), index)
    }
}

/// What there is to know for a cell of a child.
pub(crate) struct Seat {
    pub(crate) by: Address,
    /// The supervisor's incarnation.
    pub(crate) life: u64,
    pub(crate) child: ChildKey,
    pub(crate) restart: Restart,
    pub(crate) siblings: Siblings,
    /// Its name, if its supervisor has a path.
    pub(crate) name: Option<Arc<str>>,
}

/// Makes a child begin on this shard, whatever its type.
pub(crate) type Begin = Arc<dyn Fn(Seat) -> Address + Send + Sync>;

/// The options that children have, whether they are declared or come and go.
#[derive(Clone, Debug)]
pub(crate) struct Keep {
    pub(crate) rules: Rules,
    pub(crate) shard: Option<usize>,
    pub(crate) is_supervisor: bool,
    pub(crate) kind: &'static str,
}

impl Keep {
    pub(super) fn new<C: Child>(id: Cow<'static, str>) -> Self {
        let is_supervisor = <C::Actor as Spawn>::SUPERVISES;
        let shutdown = if is_supervisor {
            Shutdown::Infinite
        } else {
            Shutdown::Timeout(config::CHILD_SHUTDOWN)
        };
        let restart = Restart::Permanent;
        let rules = Rules { id, restart, shutdown, backoff: None, significant: false };
        Self { rules, shard: None, is_supervisor, kind: std::any::type_name::<C>() }
    }
}

/// A child of a supervisor: how to start it, when to restart it, how to stop it.
///
/// ```
/// # use actor_runtime::{Actor, ChildSpec, Restart};
/// use std::time::Duration;
///
/// fn patient<A: Actor + Default>() -> ChildSpec<A> {
///     ChildSpec::new("worker", |_| async { Ok(A::default()) })
///         .restart(Restart::Transient)
///         .backoff(Duration::from_millis(50)..=Duration::from_secs(5))
/// }
/// ```
#[must_use = "a child is one of the supervisor's whose spec it is given to"]
pub struct ChildSpec<C: Child> {
    pub(crate) keep: Keep,
    pub(crate) begin: Begin,
    child: PhantomData<fn(C)>,
}

impl<C: Child> ChildSpec<C> {
    /// A permanent child. `make` is called on the child's shard for each start, and what it gives is awaited there;
    /// it sees the other children of the supervisor. Its error is that of the start.
    ///
    /// It and the actor's start hook have the actor's start deadline each.
    pub fn new<F, Fut>(id: impl Into<Cow<'static, str>>, make: F) -> Self
    where
        F: Fn(&Siblings) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C::Start, BoxError>> + 'static,
    {
        Self { keep: Keep::new::<C>(id.into()), begin: begin::<C, _, _>(make), child: PhantomData }
    }

    /// After which ends the child is restarted: after each, unless said here.
    pub fn restart(mut self, restart: Restart) -> Self {
        self.keep.rules.restart = restart;
        self
    }

    /// How the child is stopped: an actor gets 5 s, a supervisor all the time it needs, unless said here.
    pub fn shutdown(mut self, shutdown: Shutdown) -> Self {
        self.keep.rules.shutdown = shutdown;
        self
    }

    /// Restarts wait: first for the least of these times, then twice as long each time up to the most, give or take
    /// a fifth. A child that has run for the most begins anew. Without it they do not wait.
    ///
    /// # Panics
    ///
    /// If the first is longer than the last.
    pub fn backoff(mut self, delays: RangeInclusive<Duration>) -> Self {
        self.keep.rules.backoff = Some(backoff_of(&delays));
        self
    }

    /// The shard on which the child runs: the supervisor's, unless said here.
    pub fn shard(mut self, shard: usize) -> Self {
        self.keep.shard = Some(shard);
        self
    }

    /// The child's own end may end the supervisor, see [`SupervisorSpec::auto_shutdown`].
    ///
    /// # Panics
    ///
    /// A supervisor panics that is given a permanent child of this kind: such a child never ends for good.
    pub fn significant(mut self) -> Self {
        self.keep.rules.significant = true;
        self
    }
}

pub(super) fn backoff_of(delays: &RangeInclusive<Duration>) -> Backoff {
    assert!(delays.start() <= delays.end(), "the first delay is longer than the last");
    Backoff::new(config::nanos(*delays.start()), config::nanos(*delays.end()))
}

impl<C: Child> fmt::Debug for ChildSpec<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.keep.fmt(f)
    }
}

/// How a child of this type begins whose states `make` makes.
pub(super) fn begin<C, F, Fut>(make: F) -> Begin
where
    C: Child,
    F: Fn(&Siblings) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<C::Start, BoxError>> + 'static,
{
    let make = Arc::new(make);
    Arc::new(move |seat| {
        let (make, siblings, name) = (make.clone(), seat.siblings, seat.name);
        let make = Rc::new(move |me: Target| make_state::<C>(me, name.clone(), make(&siblings)));
        let made = (make as Make, std::any::type_name::<C>());
        let keeper = Keeper::new((seat.by, seat.life), seat.child, seat.restart, made);
        C::Actor::begin_child(keeper)
    })
}

/// Puts the state into the child's cell, once it is there. The child has its name before; at each start, for somebody
/// may have taken it off.
fn make_state<C: Child>(
    me: Target,
    name: Option<Arc<str>>,
    made: impl Future<Output = Result<C::Start, BoxError>> + 'static,
) -> Handled<'static> {
    started_later(async move {
        if let Some(name) = &name {
            here(|host| host.claim(&Claim::name::<C>(name), me))?;
        }
        let mut state = C::into_actor(made.await?);
        state.is_below(name);
        state.fill(here(|host| host.address(me)));
        Ok::<(), BoxError>(())
    })
}

fn here<R>(call: impl FnOnce(&Host) -> R) -> R {
    host::with(|host| call(host.expect("a child is made on its shard")))
}

/// A template of children that come and go, each with arguments of its own.
#[must_use = "the children are the supervisor's whose spec it is given to"]
pub struct DynamicSpec<C: Child, Args> {
    pub(crate) keep: Keep,
    pub(crate) template: Template,
    pub(crate) most: usize,
    pub(crate) intensity: (u32, Duration),
    child: PhantomData<fn(C, Args)>,
}

/// How a child with these arguments begins.
pub(crate) type Template = Arc<dyn Fn(Box<dyn Any + Send>) -> Begin + Send + Sync>;

impl<C: Child, Args: Send + 'static> DynamicSpec<C, Args> {
    /// Children that `make` makes of the arguments with which each is started; these are kept for its restarts.
    pub fn new<F, Fut>(id: impl Into<Cow<'static, str>>, make: F) -> Self
    where
        Args: Clone,
        F: Fn(&Siblings, Args) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C::Start, BoxError>> + 'static,
    {
        let make = Arc::new(make);
        Self::of(id.into(), move |args: Args| {
            let (make, args) = (make.clone(), Mutex::new(args));
            begin::<C, _, _>(move |siblings| {
                let args = args.lock().unwrap_or_else(PoisonError::into_inner).clone();
                make(siblings, args)
            })
        })
    }

    /// Children that are never restarted: their arguments need not be `Clone`.
    pub fn temporary<F, Fut>(id: impl Into<Cow<'static, str>>, make: F) -> Self
    where
        F: Fn(&Siblings, Args) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<C::Start, BoxError>> + 'static,
    {
        let make = Arc::new(make);
        let spec = Self::of(id.into(), move |args: Args| {
            let (make, args) = (make.clone(), Mutex::new(Some(args)));
            begin::<C, _, _>(move |siblings| {
                let args = args.lock().unwrap_or_else(PoisonError::into_inner).take();
                let made = args.map(|args| make(siblings, args));
                async move {
                    match made {
                        Some(made) => made.await,
                        None => Err("a temporary child is started once".into()),
                    }
                }
            })
        });
        spec.restart(Restart::Temporary)
    }

    fn of(id: Cow<'static, str>, begin: impl Fn(Args) -> Begin + Send + Sync + 'static) -> Self {
        let template = move |args: Box<dyn Any + Send>| {
            begin(*args.downcast::<Args>().expect("`Dynamic::start` gives the spec's arguments"))
        };
        Self {
            keep: Keep::new::<C>(id),
            template: Arc::new(template),
            most: usize::MAX,
            intensity: (config::INTENSITY_MAX, config::INTENSITY_WITHIN),
            child: PhantomData,
        }
    }

    /// How many there may be at a time: any number, unless said here.
    pub fn max(mut self, children: usize) -> Self {
        self.most = children;
        self
    }

    /// How many restarts there may be among them in this time, see [`SupervisorSpec::intensity`].
    pub fn intensity(mut self, max: u32, within: Duration) -> Self {
        self.intensity = (max, within);
        self
    }

    /// As [`ChildSpec::restart`].
    pub fn restart(mut self, restart: Restart) -> Self {
        self.keep.rules.restart = restart;
        self
    }

    /// As [`ChildSpec::shutdown`]. They stop together, not one after the other.
    pub fn shutdown(mut self, shutdown: Shutdown) -> Self {
        self.keep.rules.shutdown = shutdown;
        self
    }

    /// As [`ChildSpec::backoff`].
    ///
    /// # Panics
    ///
    /// If the first is longer than the last.
    pub fn backoff(mut self, delays: RangeInclusive<Duration>) -> Self {
        self.keep.rules.backoff = Some(backoff_of(&delays));
        self
    }

    /// The shard on which the children run: the supervisor's, unless said here.
    pub fn shard(mut self, shard: usize) -> Self {
        self.keep.shard = Some(shard);
        self
    }
}

impl<C: Child, Args> fmt::Debug for DynamicSpec<C, Args> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.keep.fmt(f)
    }
}
