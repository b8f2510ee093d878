//! What a supervisor is made of, as a value.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::child::{Begin, Child, ChildSpec, DynamicSpec, Keep, Template};
use super::intensity::Intensity;
use super::plan::{AutoShutdown, Keeping};
use super::strategy::Strategy;
use super::tree::{Slots, Tree};
use super::workers::Workers;
use super::{Supervisor, SupervisorMsg};
use crate::actor::{SpawnOn, start};
use crate::cell::keeper::How;
use crate::config;
use crate::error::StartError;
use crate::message::Protocol;
use crate::name::is_name;
use crate::registry::Claim;

/// What a supervisor is made of: its children in the order of their start, and what it does when one fails.
///
/// ```
/// # use actor_runtime::{Actor, ChildSpec, StartError, Strategy, SupervisorSpec, Tree};
/// use std::time::Duration;
///
/// async fn start<A: Actor + Default, B: Actor + Default>() -> Result<Tree, StartError> {
///     SupervisorSpec::new("pair")
///         .strategy(Strategy::RestForOne)
///         .intensity(5, Duration::from_secs(10))
///         .child(ChildSpec::<A>::new("first", |_| async { Ok(A::default()) }))
///         .child(ChildSpec::<B>::new("second", |_| async { Ok(B::default()) }))
///         .start()
///         .await
/// }
/// ```
#[must_use = "a spec does nothing until it is started, or a child of another"]
pub struct SupervisorSpec<S = Supervisor> {
    pub(crate) name: Cow<'static, str>,
    pub(crate) strategy: Strategy,
    pub(crate) intensity: (u32, Duration),
    pub(crate) auto_shutdown: AutoShutdown,
    /// The name of its own, if it has a path.
    pub(crate) path: Option<Claim>,
    pub(crate) children: Vec<(Keep, Begin)>,
    pub(crate) group: Option<Group>,
    /// If the group is the workers of a pool.
    pub(crate) workers: Option<Workers>,
    pub(crate) slots: Arc<Slots>,
    kind: PhantomData<fn(S)>,
}

/// Children that come and go, of which all of the supervisor's are.
#[derive(Clone)]
pub(crate) struct Group {
    pub(crate) keep: Keep,
    pub(crate) template: Template,
    pub(crate) most: usize,
    /// What their starts see: the children of the supervisor in which the group is declared.
    pub(crate) siblings: super::Siblings,
}

impl SupervisorSpec {
    /// A supervisor without children: one for one, at most 3 restarts in 5 s.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self::of(name)
    }
}

impl<S> SupervisorSpec<S> {
    /// The same for a struct with `#[supervisor]`, whose macro says this.
    pub fn of(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            strategy: Strategy::default(),
            intensity: (config::INTENSITY_MAX, config::INTENSITY_WITHIN),
            auto_shutdown: AutoShutdown::default(),
            path: None,
            children: Vec::new(),
            group: None,
            workers: None,
            slots: Arc::default(),
            kind: PhantomData,
        }
    }

    /// Whom the failure of a child concerns besides itself.
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// How many restarts there may be within a time, that slides: one more ends the supervisor with `Shutdown`, and
    /// all its children. What a strategy makes of one failure is one restart.
    pub fn intensity(mut self, max: u32, within: Duration) -> Self {
        self.intensity = (max, within);
        self
    }

    /// Whether the supervisor ends when significant children have ended by themselves.
    pub fn auto_shutdown(mut self, auto_shutdown: AutoShutdown) -> Self {
        self.auto_shutdown = auto_shutdown;
        self
    }

    /// The supervisor has this name, and each child one below it: `/svc/bank/log` is the child `log` of a supervisor
    /// with the path `/svc/bank`. The children of a child that is a supervisor are below that one, unless it has a path
    /// of its own; those that come and go are told apart by number, as in `/svc/bank/tellers/7`. An actor has its name
    /// before its state is made, and keeps it over restarts.
    ///
    /// A supervisor or a child whose name another actor has does not start; a
    /// [`RegisterError`](crate::RegisterError) says so.
    ///
    /// # Panics
    ///
    /// If it is no name, see [`Name`](crate::Name).
    pub fn path(mut self, path: impl AsRef<str>) -> Self
    where
        S: Protocol,
    {
        let path = path.as_ref();
        assert!(is_name(path), "`{path}` is no name");
        self.path = Some(Claim::name::<S>(path));
        self
    }

    /// Another child, started after those before it.
    ///
    /// # Panics
    ///
    /// If it is permanent and significant, for it never ends for good; or if there is a child with this id.
    pub fn child<C: Child>(mut self, child: ChildSpec<C>) -> Self {
        let rules = &child.keep.rules;
        assert!(
            !(rules.significant && rules.restart == super::Restart::Permanent),
            "a permanent child never ends for good, so it cannot be significant"
        );
        let is_known = self.children.iter().any(|(keep, _)| keep.rules.id == rules.id);
        assert!(!is_known, "there is a child `{}` already", rules.id);
        self.children.push((child.keep, child.begin));
        self
    }

    /// A group of children that come and go, started after the children before it and without any.
    ///
    /// It is a supervisor of its own, one for one. When too many of them fail it ends as any does, and is begun
    /// again empty.
    pub fn dynamic<C: Child, Args: Send + 'static>(self, spec: DynamicSpec<C, Args>) -> Self {
        let DynamicSpec { keep, template, most, intensity, .. } = spec;
        let id = keep.rules.id.clone();
        self.child(ChildSpec::<Supervisor>::new(id.clone(), move |siblings| {
            let (keep, template) = (keep.clone(), template.clone());
            let siblings = siblings.clone();
            let mut group = SupervisorSpec::new(id.clone()).intensity(intensity.0, intensity.1);
            group.group = Some(Group { keep, template, most, siblings });
            async move { Ok(Supervisor::new(group)) }
        }))
    }

    pub(crate) fn keeping(&self) -> Keeping {
        let (max, within) = self.intensity;
        Keeping {
            strategy: self.strategy,
            intensity: Intensity::new(max as usize, config::nanos(within)),
            auto_shutdown: self.auto_shutdown,
            together: self.group.is_some(),
            how: if self.workers.is_some() { How::Drain } else { How::Exit },
        }
    }

    /// The same, as any supervisor is.
    pub(crate) fn erased(self) -> SupervisorSpec {
        let Self {
            name,
            strategy,
            intensity,
            auto_shutdown,
            path,
            children,
            group,
            workers,
            slots,
            ..
        } = self;
        let kind = PhantomData;
        SupervisorSpec {
            name,
            strategy,
            intensity,
            auto_shutdown,
            path,
            children,
            group,
            workers,
            slots,
            kind,
        }
    }
}

impl<S: Protocol<Msg = SupervisorMsg>> SupervisorSpec<S> {
    /// Starts the supervisor on this shard, and waits until its last child has started. Nothing ties it to who
    /// starts it.
    ///
    /// # Errors
    ///
    /// [`StartError::Failed`], with a [`ChildFailed`](crate::ChildFailed) as its detail, if a child did not start:
    /// those before it are stopped by then.
    ///
    /// # Panics
    ///
    /// Outside a system: there use `System::supervise`.
    pub async fn start(self) -> Result<Tree<S>, StartError> {
        let slots = self.slots.clone();
        let supervisor = start(Supervisor::new(self)).await?;
        Ok(Tree::new(supervisor, slots))
    }

    /// The same by `spawn`, which runs an actor on a shard.
    pub(crate) fn start_by(
        self,
        spawn: impl FnOnce(Box<dyn FnOnce() -> Supervisor + Send>) -> SpawnOn<Supervisor>,
    ) -> StartTree<S> {
        let (slots, spec) = (self.slots.clone(), self.erased());
        let started = spawn(Box::new(move || Supervisor::new(spec)));
        StartTree { started, slots, kind: PhantomData }
    }
}

impl<S> fmt::Debug for SupervisorSpec<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupervisorSpec")
            .field("name", &self.name)
            .field("strategy", &self.strategy)
            .field("children", &self.children.iter().map(|(keep, _)| keep).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// A supervisor that begins on another shard: await it, or wait for it on a thread that may block.
#[must_use = "it tells whether the supervisor began"]
#[derive(Debug)]
pub struct StartTree<S> {
    started: SpawnOn<Supervisor>,
    slots: Arc<Slots>,
    kind: PhantomData<fn(S)>,
}

impl<S: Protocol<Msg = SupervisorMsg>> StartTree<S> {
    /// Waits until the last child has started, on a thread that may block.
    ///
    /// # Errors
    ///
    /// As [`SupervisorSpec::start`].
    ///
    /// # Panics
    ///
    /// On a shard's thread, which it would hold up: await it there.
    pub fn wait(self) -> Result<Tree<S>, StartError> {
        Ok(Tree::new(self.started.wait()?, self.slots))
    }
}

impl<S: Protocol<Msg = SupervisorMsg>> Future for StartTree<S> {
    type Output = Result<Tree<S>, StartError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let started = Pin::new(&mut self.started).poll(cx);
        started.map(|started| Ok(Tree::new(started?, self.slots.clone())))
    }
}

// Nothing in it is pinned.
impl<S> Unpin for StartTree<S> {}
