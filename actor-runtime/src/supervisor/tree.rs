//! A supervision tree, as whoever started it sees it: references that follow its children, and its picture.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::child::Child;
use super::plan::ChildError;
use super::{ChildInfo, ChildState, Supervisor, SupervisorApi, SupervisorMsg};
use crate::actor_ref::ActorRef;
use crate::address::{Address, ShardId, Target, short_name};
use crate::ask::Ask;
use crate::error::AskError;
use crate::message::Protocol;
use crate::query::workers_of;

/// Where the children of a supervisor are now, in the order in which they were declared.
#[derive(Debug, Default)]
pub(crate) struct Slots(Mutex<Vec<Address>>);

/// Where nobody is.
const NOBODY: Address = Address::new(ShardId::OUTSIDE, Target::NOBODY);

impl Slots {
    fn slots(&self) -> MutexGuard<'_, Vec<Address>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, index: usize, actor: Option<Address>) {
        let mut slots = self.slots();
        let least = index + 1;
        if slots.len() < least {
            slots.resize(least, NOBODY);
        }
        slots[index] = actor.unwrap_or(NOBODY);
    }

    pub(crate) fn child<C: Protocol>(&self, index: usize) -> ActorRef<C> {
        ActorRef::from_address(self.slots().get(index).copied().unwrap_or(NOBODY))
    }
}

/// A supervisor that was started, and its children.
///
/// `S` is the struct with `#[supervisor]`, or [`Supervisor`] for one made by hand. It owns nothing: dropping it
/// stops nobody.
pub struct Tree<S: Protocol = Supervisor> {
    supervisor: ActorRef<S>,
    slots: Arc<Slots>,
}

impl<S: Protocol<Msg = SupervisorMsg>> Tree<S> {
    pub(crate) fn new(supervisor: ActorRef<Supervisor>, slots: Arc<Slots>) -> Self {
        Self { supervisor: ActorRef::from_address(supervisor.address()), slots }
    }

    /// The supervisor.
    #[must_use]
    pub fn supervisor(&self) -> &ActorRef<S> {
        &self.supervisor
    }

    /// The child with this index, in the order in which they were declared. It stays right when the child is
    /// restarted; a child that was terminated and restarted by hand is another actor, and has to be asked for again.
    /// One that does not run any more is nobody: what is told to it is a dead letter.
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

impl<S: Protocol> Clone for Tree<S> {
    fn clone(&self) -> Self {
        Self { supervisor: self.supervisor, slots: self.slots.clone() }
    }
}

impl<S: Protocol> fmt::Debug for Tree<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tree({:?})", self.supervisor)
    }
}

/// A group of children that come and go, as its supervisor keeps it. `Args` is a tuple of what each is started
/// with.
///
/// In a struct with `#[supervisor]` a field of type `Dynamic<Teller>` declares such a group.
pub struct Dynamic<C, Args = ()> {
    slots: Arc<Slots>,
    index: usize,
    kind: PhantomData<fn(C, Args)>,
}

impl<C: Child, Args> Dynamic<C, Args> {
    pub(crate) fn new(slots: Arc<Slots>, index: usize) -> Self {
        Self { slots, index, kind: PhantomData }
    }

    /// The supervisor of the group.
    #[must_use]
    pub fn supervisor(&self) -> ActorRef<Supervisor> {
        self.slots.child(self.index)
    }

    /// Stops one of them, and waits until it has ended.
    pub fn stop(&self, child: ActorRef<C>) -> Ask<Result<(), ChildError>> {
        self.supervisor().stop_child(child.address())
    }

    /// How many there are.
    pub async fn count(&self) -> Result<usize, AskError> {
        Ok(self.supervisor().count().await?.specs)
    }
}

impl<C: Child, Args: Send + 'static> Dynamic<C, Args> {
    async fn start_with(&self, args: Args) -> Result<ActorRef<C>, ChildError> {
        let started = self.supervisor().start_dynamic(Box::new(args)).await;
        started
            .unwrap_or_else(|error| Err(ChildError::Unreachable(error)))
            .map(ActorRef::from_address)
    }
}

macro_rules! starts {
    ($($arg:ident: $Arg:ident),*) => {
        impl<C: Child, $($Arg: Send + 'static),*> Dynamic<C, ($($Arg,)*)> {
            /// Starts one more with these arguments, and waits until its start hook has ended.
            ///
            /// # Errors
            ///
            /// If it did not start, if there are as many as there may be, or if the supervisor does not answer.
            pub async fn start(&self, $($arg: $Arg),*) -> Result<ActorRef<C>, ChildError> {
                self.start_with(($($arg,)*)).await
            }
        }
    };
}

starts!();
starts!(a: A);
starts!(a: A, b: B);
starts!(a: A, b: B, c: T);
starts!(a: A, b: B, c: T, d: D);
starts!(a: A, b: B, c: T, d: D, e: E);
starts!(a: A, b: B, c: T, d: D, e: E, f: F);

impl<C, Args> Clone for Dynamic<C, Args> {
    fn clone(&self) -> Self {
        Self { slots: self.slots.clone(), index: self.index, kind: PhantomData }
    }
}

impl<C, Args> fmt::Debug for Dynamic<C, Args> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dynamic<{}>({})", short_name(std::any::type_name::<C>()), self.index)
    }
}

/// A supervision tree at one moment, as data. Its `Display` is a text of one line an actor, see
/// [`mermaid`](Self::mermaid) for a picture.
///
/// ```text
/// bank (one for one)
/// ├─ log: AuditLog, running
/// └─ tellers (one for one)
///    └─ 0: Teller, restarting
/// ```
#[derive(Clone, Debug)]
pub struct TreeView {
    /// The supervisor's name.
    pub name: String,
    /// What it does when a child fails.
    pub strategy: super::Strategy,
    /// Its children in the order of their start, with what is below those that are supervisors.
    pub children: Vec<(ChildInfo, Option<Self>)>,
}

impl TreeView {
    /// How many supervisors deep a picture goes.
    const DEEPEST: usize = 64;

    /// Asks a supervisor, and those below it, for their children.
    pub(crate) async fn of(supervisor: SupervisorApi) -> Result<Self, AskError> {
        Self::below(supervisor, Self::DEEPEST).await
    }

    async fn below(supervisor: SupervisorApi, deep: usize) -> Result<Self, AskError> {
        let (name, strategy, infos) = supervisor.look().await?;
        let mut children = Vec::with_capacity(infos.len());
        for info in infos {
            let below = match info.actor {
                // One that waits for its restart would not answer before; one that ends meanwhile shows no children.
                Some(actor)
                    if info.is_supervisor && info.state == ChildState::Running && deep > 0 =>
                {
                    // That of a pool is another actor.
                    let keeper = workers_of(actor).await.unwrap_or(actor);
                    Box::pin(Self::below(SupervisorApi::of(keeper), deep - 1)).await.ok()
                }
                _ => None,
            };
            children.push((info, below));
        }
        Ok(Self { name, strategy, children })
    }

    /// A flow chart in the language of Mermaid, which many renderers of Markdown draw.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text = String::from("flowchart TD\n");
        let mut next = 0;
        self.chart(&mut text, &mut next);
        text
    }

    /// Writes this supervisor and what is below it; answers its number.
    fn chart(&self, text: &mut String, next: &mut usize) -> usize {
        let me = *next;
        *next += 1;
        text.push_str(&format!("    n{me}[\"{} ({})\"]\n", quoted(&self.name), self.strategy));
        for (info, below) in &self.children {
            let child = match below {
                Some(below) => below.chart(text, next),
                None => {
                    let child = *next;
                    *next += 1;
                    let shape = quoted(&info.to_string());
                    text.push_str(&format!("    n{child}([\"{shape}\"])\n"));
                    child
                }
            };
            text.push_str(&format!("    n{me} --> n{child}\n"));
        }
        me
    }

    fn lines(&self, f: &mut fmt::Formatter<'_>, indent: &str) -> fmt::Result {
        for (index, (info, below)) in self.children.iter().enumerate() {
            let is_last = index + 1 == self.children.len();
            let (branch, trunk) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            write!(f, "\n{indent}{branch}")?;
            match below {
                Some(below) => {
                    write!(f, "{} ({})", info.id, below.strategy)?;
                    below.lines(f, &format!("{indent}{trunk}"))?;
                }
                None => write!(f, "{info}")?,
            }
        }
        Ok(())
    }
}

/// Without what ends a text of Mermaid's.
fn quoted(text: &str) -> String {
    text.replace('"', "#quot;")
}

impl fmt::Display for TreeView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.strategy)?;
        self.lines(f, "")
    }
}

/// `house: Savings, running`.
impl fmt::Display for ChildInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, {}", self.id, short_name(self.kind), self.state)
    }
}

impl fmt::Display for ChildState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "absent",
            Self::Restarting => "restarting",
            Self::Running => "running",
            Self::Starting => "starting",
            Self::Stopping => "stopping",
        })
    }
}
