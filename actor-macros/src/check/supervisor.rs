//! The children of one supervisor, compared with one another and with it.

use proc_macro2::Ident;
use syn::Attribute;

use crate::diag::Diag;
use crate::model::Supervisor;
use crate::names;

/// Tells of children with one name, of one that takes another before it is there, and of `significant` and
/// `auto_shutdown` where one lacks the other.
pub(crate) fn supervisor(model: &Supervisor, diag: &mut Diag) {
    names_are_distinct(model, diag);
    children_see_those_above(model, diag);
    significance_is_asked_for(model, diag);
}

fn names_are_distinct(model: &Supervisor, diag: &mut Diag) {
    let plain = model.plain.iter().map(|plain| (plain.place, &plain.name, &plain.cfgs, false));
    let children = &model.children;
    let children = children.iter().map(|child| (child.place, &child.name, &child.notes.cfgs, true));
    let mut fields: Vec<(usize, &Ident, &Vec<Attribute>, bool)> = plain.chain(children).collect();
    fields.sort_by_key(|(place, ..)| *place);
    for (index, (_, second, cfgs, is_child)) in fields.iter().enumerate() {
        let first = fields[..index].iter().find(|(_, first, others, was_child)| {
            // Of two that are both under a `#[cfg]` only one may be there; rustc knows. It also knows of
            // plain fields, which are still there for it.
            let either = cfgs.is_empty() || others.is_empty();
            first == second && either && (*is_child || *was_child)
        });
        if let Some((_, first, ..)) = first {
            diag.error(second, format_args!("two fields are called `{second}`")).help("rename one");
            diag.error(first, "first here");
        }
    }
}

fn children_see_those_above(model: &Supervisor, diag: &mut Diag) {
    for (index, child) in model.children.iter().enumerate() {
        let Some(start) = child.start_tokens() else { continue };
        for later in &model.children[index..] {
            let other = |name: &Ident| *name == later.name;
            // A field of the same name is what it means.
            let is_other = child.is_parameter(&later.name)
                || model.plain.iter().any(|plain| other(&plain.name))
                || model.children[..index].iter().any(|above| other(&above.name));
            let Some(at) = names::use_of(start, &later.name).filter(|_| !is_other) else {
                continue;
            };
            let (name, later) = (&child.name, &later.name);
            if name == later {
                diag.error(at, format_args!("`{name}` is not there before it starts"))
                    .help("its own reference is `cx.me()`, in its handlers and hooks");
            } else {
                diag.error(at, format_args!("`{name}` starts before `{later}`"))
                    .help(format_args!("move `{later}` up; a child sees only those above it"));
            }
        }
    }
}

fn significance_is_asked_for(model: &Supervisor, diag: &mut Diag) {
    let mut significant = model.children.iter().filter_map(|child| child.significant.as_ref());
    match (&model.auto_shutdown, significant.next()) {
        (None, Some(word)) => {
            diag.error(word, "a significant child needs a supervisor that stops with it")
                .help("`#[supervisor(auto_shutdown = any)]`, or `all`");
        }
        (Some((option, _)), None) if !model.children.is_empty() => {
            diag.error(option, "`auto_shutdown` needs a significant child")
                .help("write `significant` on one");
        }
        _ => {}
    }
}
