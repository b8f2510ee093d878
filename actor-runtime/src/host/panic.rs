//! What a panic of user code says, and calls that end from within.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use super::Host;
use super::here::{here, with};
use crate::error::AskError;
use crate::exit::Panic;
use crate::record::forget_payload;

thread_local! {
    /// What a call of [`noting_panic`] on this thread has panicked with; the outer none while there is no such call.
    static NOTED: RefCell<Option<Option<Panic>>> = const { RefCell::new(None) };
}

/// Installs, once for the process, a panic hook that is silent in user code on a shard, whose panic it
/// notes, and leaves all others to the hook before it (L5).
pub(crate) fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let noted = with(|host| match host {
                Some(host) => host.note_panic(info),
                None => note_aside(info),
            });
            if !noted {
                before(info);
            }
        }));
    });
}

/// What a panic says.
fn said(info: &std::panic::PanicHookInfo<'_>) -> Panic {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    Panic { text, location }
}

impl Host {
    fn note_panic(&self, info: &std::panic::PanicHookInfo<'_>) -> bool {
        let Ok(mut panic) = self.panic.try_borrow_mut() else { return false };
        *panic = Some(said(info));
        true
    }
}

/// Notes a panic for [`noting_panic`], if it runs on this thread.
fn note_aside(info: &std::panic::PanicHookInfo<'_>) -> bool {
    let note = |noted: &RefCell<Option<Option<Panic>>>| {
        let mut noted = noted.try_borrow_mut().ok()?;
        *noted.as_mut()? = Some(said(info));
        Some(())
    };
    NOTED.try_with(note).ok().flatten().is_some()
}

/// Runs code of an actor's on a thread that is no shard. Its panic is silent there: the actor tells of it.
pub(crate) fn noting_panic<R>(call: impl FnOnce() -> R) -> Result<R, Panic> {
    NOTED.set(Some(None));
    let called = catch_unwind(AssertUnwindSafe(call));
    let noted = NOTED.take().flatten();
    called.map_err(|payload| {
        forget_payload(payload);
        noted.unwrap_or_default()
    })
}

/// Goes on here, in an actor's code, with a panic of its code elsewhere.
pub(crate) fn panic_as(panic: Panic) -> ! {
    with(|host| host.map(|host| host.panic.replace(Some(panic))));
    std::panic::resume_unwind(Box::new(()))
}

/// What unwinds the function of a blocking process that is to end. It is no panic: no hook hears of it.
struct Leaving;

/// Ends the call that [`leaving`] made, from within.
pub(crate) fn leave() -> ! {
    let here = here();
    here.leaves.set(true);
    here.dropped_ask.set(AskError::Stopped);
    std::panic::resume_unwind(Box::new(Leaving))
}

/// Makes a call that [`leave`] may end: then there is no output. What the call held is dropped as of an actor that has
/// stopped.
pub(crate) fn leaving<R>(call: impl FnOnce() -> R) -> Option<R> {
    let called = catch_unwind(AssertUnwindSafe(call));
    if here().leaves.take() {
        here().dropped_ask.set(AskError::NoReply);
    }
    match called {
        Ok(output) => Some(output),
        Err(payload) if payload.is::<Leaving>() => None,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}
