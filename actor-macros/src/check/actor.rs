//! Handlers and hooks of one actor, compared with one another.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::LitInt;

use crate::diag::Diag;
use crate::model::{Handler, Handlers, Hook, Reserved, Stream};
use crate::names::Word;

/// Tells of two handlers that make one message, of two hooks or health checks of one kind, and of two methods that
/// take one stream.
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
    if let Some(clone) = &model.clone
        && let Some(ask) = model.handlers.iter().find(|handler| handler.answer.is_some())
    {
        diag.error(clone, "an ask cannot be copied: it has one `Reply`")
            .help("remove `clone`, or have the actor be told only");
        diag.error(&ask.name, "an ask");
    }
    let checks: Vec<_> = model.timers.iter().filter(|timer| timer.check.is_some()).collect();
    for (index, second) in checks.iter().enumerate() {
        let earlier = &checks[..index];
        let first = earlier.iter().find(|first| first.cfgs.is_empty() || second.cfgs.is_empty());
        if let (Some(first), Some(check)) =
            (first.and_then(|first| first.check.as_ref()), &second.check)
        {
            only_one(Word::Health, [&first.attribute, &check.attribute], diag);
        }
    }
    streams_are_taken_once(model, diag);
    wire(model, diag);
    for (index, second) in model.hooks.iter().enumerate() {
        let earlier = &model.hooks[..index];
        if let Some(first) = earlier.iter().find(|first| repeats(first, second)) {
            only_one(second.kind.word(), [&first.attribute, &second.attribute], diag);
        }
    }
}

fn streams_are_taken_once(model: &Handlers, diag: &mut Diag) {
    for (index, second) in model.streams.iter().enumerate() {
        let either = |first: &&Stream| first.cfgs.is_empty() || second.cfgs.is_empty();
        let mut earlier = model.streams[..index].iter().filter(either);
        if let Some(first) = earlier.find(|first| first.field == second.field) {
            diag.error(&second.field, "a stream is taken by one method").help("remove one");
            diag.error(&first.field, "first here");
        }
    }
}

fn only_one(word: Word, [first, second]: [&TokenStream; 2], diag: &mut Diag) {
    diag.error(second, format_args!("only one `#[{}]` per actor", word.text()));
    diag.error(first, "first here");
}

/// Of two that are both under a `#[cfg]` only one may be there; rustc knows.
fn clashes(first: &Handler, second: &Handler) -> bool {
    let either = first.notes.cfgs.is_empty() || second.notes.cfgs.is_empty();
    first.variant == second.variant && either
}

fn repeats(first: &Hook, second: &Hook) -> bool {
    first.kind == second.kind && (first.cfgs.is_empty() || second.cfgs.is_empty())
}

/// Tells of two handlers that peers could not tell apart, and of one that has the name of another of old.
fn wire(model: &Handlers, diag: &mut Diag) {
    let of = &model.name;
    for (index, second) in model.handlers.iter().enumerate() {
        let (name, id) = (second.wire_name(), number(second.terms.id.as_ref()));
        let either = |first: &&Handler| first.notes.cfgs.is_empty() || second.notes.cfgs.is_empty();
        let mut earlier = model.handlers[..index].iter().filter(either);
        let same = |first: &&Handler| match (number(first.terms.id.as_ref()), id) {
            (None, None) => first.wire_name() == name,
            (one, other) => one == other,
        };
        if let Some(first) = earlier.find(same).filter(|first| first.variant != second.variant) {
            let (one, other) = (&first.name, &second.name);
            diag.error(
                &second.name,
                format_args!("`{one}` and `{other}` of `{of}` have the same wire id"),
            )
            .help("`#[wire(id = ..)]` on one");
            diag.error(&first.name, "first here");
        }
        let is_back = |reserved: &&Reserved| {
            reserved.name.value() == name || id.is_some() && number(reserved.id.as_ref()) == id
        };
        if let Some(reserved) = model.reserved.iter().find(is_back) {
            let what = reserved.name.value();
            let what = if what == name { what } else { id.unwrap_or_default().to_string() };
            let at = match &second.terms.renamed_from {
                Some(old) if old.value() == name => old.to_token_stream(),
                _ => second.name.to_token_stream(),
            };
            diag.error(at, format_args!("`{what}` is reserved and cannot mean something new"))
                .help("another name; peers of older versions mean the old one");
        }
    }
}

fn number(id: Option<&LitInt>) -> Option<u32> {
    id.and_then(|id| id.base10_parse().ok())
}
