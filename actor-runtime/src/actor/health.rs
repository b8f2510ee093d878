//! Health checks: what `#[health]` makes of an actor's own answer whether it is well.
//!
//! Before me: the clock, which calls the method as it calls those with `#[every]`. After me: an event, and in the
//! end the actor's flow.

use std::future::Future;

use super::later;
use crate::address::Address;
use crate::cell::{Handled, Outcome};
use crate::event::{Event, Topic};
use crate::exit::ExitReason;
use crate::flow::{Flow, IntoHealth};
use crate::host::{self, Host};

/// A health check answered. So many bad answers in a row end the actor; 0 is never.
pub fn checked<'a>(restart_after: u32, answer: impl IntoHealth) -> Handled<'a> {
    Handled(Outcome::Flow(judge(restart_after, answer)))
}

/// An `async` health check.
pub fn checked_later<'a>(
    restart_after: u32,
    answer: impl Future<Output: IntoHealth> + 'a,
) -> Handled<'a> {
    later(answer, move |answer| judge(restart_after, answer))
}

fn judge(restart_after: u32, answer: impl IntoHealth) -> Flow {
    let why = answer.into_health();
    let (actor, said) = (host::running(), why.clone());
    let bad =
        actor.map_or(0, |actor| host::at_home(move |host| note(host, actor, said.as_deref())));
    match why {
        Some(why) if restart_after > 0 && bad >= restart_after => {
            let why = format!("not healthy {bad} times in a row: {why}");
            Flow::stop_with(ExitReason::error(why))
        }
        _ => Flow::go(),
    }
}

/// Notes an answer of the actor that runs, and tells of a change. Answers how many were bad up to now.
fn note(host: &Host, actor: Address, why: Option<&str>) -> u32 {
    let Some(cell) = host.cell(actor.target()) else { return 0 };
    let (before, now) = cell.with_extras(|extras| {
        let before = extras.bad_health;
        extras.bad_health = if why.is_some() { before.saturating_add(1) } else { 0 };
        (before, extras.bad_health)
    });
    let healthy = now == 0;
    if healthy != (before == 0) {
        let kind = cell.kind().map_or("", |kind| kind.name());
        let why = why.unwrap_or_default();
        tracing::info!(target: "callboard", %actor, kind, healthy, why, "health");
        host.emit(Topic::Health, || Event::Health { actor, kind, healthy, why: why.into() });
    }
    now
}
