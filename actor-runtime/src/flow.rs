//! What a handler's result means for its actor: go on, or end.

use std::cell::Cell;
use std::error::Error;
use std::fmt;

use crate::error::StartError;
use crate::exit::ExitReason;

/// What a handler tells its actor's loop: go on or stop.
///
/// ```
/// # use actor_runtime::Flow;
/// fn handler(done: bool) -> Flow {
///     if done { Flow::stop() } else { Flow::go() }
/// }
/// assert!(format!("{:?}", handler(true)).contains("Normal"));
/// ```
#[must_use = "a flow does something only when the handler returns it"]
pub struct Flow(Option<Box<End>>);

/// How the flow of an actor ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The actor ends with this reason.
    Exit(ExitReason),
    /// The start hook wants no actor.
    Ignore,
    /// There is no thread for a blocking actor.
    NotStarted(StartError),
    /// The supervisor has started, with all its children.
    Ready,
}

thread_local! {
    /// The box of an end that was told, for the next: who crashes all the time allocates none.
    static SPARE: Cell<Option<Box<End>>> = const { Cell::new(None) };
}

impl Flow {
    /// The actor goes on with its next message.
    pub const fn go() -> Self {
        Self(None)
    }

    /// The actor ends, normally; messages that wait become dead letters.
    pub fn stop() -> Self {
        Self::end(End::Exit(ExitReason::Normal))
    }

    /// The actor ends with this reason.
    pub fn stop_with(reason: ExitReason) -> Self {
        Self::end(End::Exit(reason))
    }

    pub(crate) fn end(end: End) -> Self {
        let spare = SPARE.try_with(Cell::take).ok().flatten();
        Self(Some(match spare {
            Some(mut spare) => {
                *spare = end;
                spare
            }
            None => Box::new(end),
        }))
    }

    #[inline]
    pub(crate) fn goes_on(&self) -> bool {
        self.0.is_none()
    }

    #[inline]
    pub(crate) fn ends(self) -> Option<End> {
        self.0.map(take_end)
    }
}

/// Takes an end out of its box, which is kept for the next.
fn take_end(mut boxed: Box<End>) -> End {
    let end = std::mem::replace(&mut *boxed, End::Ready);
    // Where the thread ends there is no place for it.
    let _ = SPARE.try_with(|spare| spare.set(Some(boxed)));
    end
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("Go"),
            Some(end) => fmt::Debug::fmt(end, f),
        }
    }
}

/// What a `#[tell]` handler may return: `()`, [`Flow`], or `Result<(), E>` whose `Err` ends the actor.
#[diagnostic::on_unimplemented(
    message = "nobody waits for a `{Self}` from a `#[tell]` handler or a hook",
    label = "not `()`, `Result<(), E>` or `Flow`",
    note = "make it an `#[ask]`, or return `()`, `Result<(), E>` or `Flow`"
)]
pub trait IntoFlow {
    /// The flow it means.
    fn into_flow(self) -> Flow;
}

impl IntoFlow for () {
    #[inline]
    fn into_flow(self) -> Flow {
        Flow::go()
    }
}

impl IntoFlow for Flow {
    #[inline]
    fn into_flow(self) -> Flow {
        self
    }
}

impl<E> IntoFlow for Result<(), E>
where
    E: Into<Box<dyn Error + Send + Sync>> + 'static,
{
    #[inline]
    fn into_flow(self) -> Flow {
        self.map_or_else(failed, |()| Flow::go())
    }
}

#[cold]
fn failed<E: Into<Box<dyn Error + Send + Sync>> + 'static>(error: E) -> Flow {
    Flow::stop_with(ExitReason::returned(error))
}

/// What a `#[health]` method may answer: `bool`, or `Result<(), E>` whose `Err` says what is wrong.
#[diagnostic::on_unimplemented(
    message = "a `#[health]` method cannot answer `{Self}`",
    label = "not `bool` or `Result<(), E>`",
    note = "return `bool` or `Result<(), E>`"
)]
pub trait IntoHealth {
    /// Nothing if all is well, else what is wrong.
    fn into_health(self) -> Option<String>;
}

impl IntoHealth for bool {
    fn into_health(self) -> Option<String> {
        (!self).then(|| "it says so".to_owned())
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> IntoHealth for Result<(), E> {
    fn into_health(self) -> Option<String> {
        self.err().map(|error| error.into().to_string())
    }
}

/// What a start hook decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// No actor is wanted: `start` answers `Ignored`, and nothing counts as a failure.
    Ignore,
    /// The actor runs.
    Run,
}

/// What a `#[start]` hook may return: `()`, `Result<(), E>` or `Result<Start, E>`.
#[diagnostic::on_unimplemented(
    message = "a `#[start]` hook cannot return `{Self}`",
    label = "not `()`, `Result<(), E>` or `Result<Start, E>`",
    note = "return `()`, `Result<(), E>` or `Result<Start, E>`"
)]
pub trait IntoStart {
    /// The flow it means.
    fn into_start(self) -> Flow;
}

impl IntoStart for () {
    fn into_start(self) -> Flow {
        Flow::go()
    }
}

impl<T, E> IntoStart for Result<T, E>
where
    T: IntoStartOk,
    E: Into<Box<dyn Error + Send + Sync>> + 'static,
{
    fn into_start(self) -> Flow {
        self.map_or_else(failed, IntoStartOk::into_start_ok)
    }
}

/// What a start hook that can fail may say when it did not: `()` or [`Start`].
pub trait IntoStartOk {
    /// The flow it means.
    fn into_start_ok(self) -> Flow;
}

impl IntoStartOk for () {
    fn into_start_ok(self) -> Flow {
        Flow::go()
    }
}

impl IntoStartOk for Start {
    fn into_start_ok(self) -> Flow {
        match self {
            Self::Ignore => Flow::end(End::Ignore),
            Self::Run => Flow::go(),
        }
    }
}
