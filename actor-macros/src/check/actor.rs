//! Handlers and hooks of one actor, compared with one another.

use crate::diag::Diag;
use crate::model::{Handler, Handlers, Hook};

/// Tells of two handlers that make one message, and of two hooks of one kind.
pub(crate) fn handlers(model: &Handlers, diag: &mut Diag) {
    for (index, second) in model.handlers.iter().enumerate() {
        let earlier = &model.handlers[..index];
        if let Some(first) = earlier.iter().find(|first| clashes(first, second)) {
            let variant = &second.variant;
            diag.error(&second.name, format_args!("two handlers make the message `{variant}`"))
                .help("rename one");
            diag.error(&first.name, "first here");
        }
    }
    for (index, second) in model.hooks.iter().enumerate() {
        let earlier = &model.hooks[..index];
        if let Some(first) = earlier.iter().find(|first| repeats(first, second)) {
            let word = second.kind.word().text();
            diag.error(&second.attribute, format_args!("only one `#[{word}]` per actor"));
            diag.error(&first.attribute, "first here");
        }
    }
}

/// Of two that are both under a `#[cfg]` only one may be there; rustc knows.
fn clashes(first: &Handler, second: &Handler) -> bool {
    let either = first.notes.cfgs.is_empty() || second.notes.cfgs.is_empty();
    first.variant == second.variant && either
}

fn repeats(first: &Hook, second: &Hook) -> bool {
    first.kind == second.kind && (first.cfgs.is_empty() || second.cfgs.is_empty())
}
