//! What several arms of a receive must agree on.

use proc_macro2::Ident;

use crate::diag::Diag;
use crate::model::{Arm, Receive, Taken};

pub(crate) fn receive(model: &Receive, diag: &mut Diag) {
    last_is_after(model, diag);
    every_arm_runs(model, diag);
}

/// There is one `after`, and nothing behind it.
fn last_is_after(model: &Receive, diag: &mut Diag) {
    let mut afters = model.arms.iter().filter(|arm| matches!(arm.takes, Taken::After(_)));
    let (Some(first), second) = (afters.next(), afters.next()) else { return };
    let is_last = model.arms.last().is_some_and(|last| matches!(last.takes, Taken::After(_)));
    if let Some(second) = second {
        diag.error(&second.head, "a receive has one `after` arm, as the last");
        diag.error(&first.head, "first here");
    } else if !is_last {
        diag.error(&first.head, "a receive has one `after` arm, as the last")
            .help("move it behind the other arms");
    }
}

/// No arm takes only what one that is tried before it has taken: first the urgent ones, then the others.
fn every_arm_runs(model: &Receive, diag: &mut Diag) {
    let mut taken: Vec<(Option<&Ident>, &Arm)> = Vec::new();
    for urgent in [true, false] {
        for arm in &model.arms {
            let Some(pattern) = arm.pattern().filter(|pattern| pattern.urgent == urgent) else {
                continue;
            };
            let earlier = |variant: Option<&Ident>| {
                let mut taken = taken.iter();
                taken.find(|(by, _)| by.is_none() || *by == variant).map(|(_, first)| *first)
            };
            let cases = pattern.cases.iter();
            let firsts: Option<Vec<&Arm>> =
                cases.map(|case| earlier(case.variant.as_ref())).collect();
            if let Some(&[first, ..]) = firsts.as_deref() {
                let what = pattern.cases[0].variant.as_ref();
                let what =
                    what.map_or_else(|| "every message".to_owned(), |name| format!("`{name}`"));
                diag.error(
                    &arm.head,
                    format_args!("this arm never runs: {what} is taken by an earlier arm"),
                );
                diag.error(&first.head, "taken here");
            }
            // What only some builds have, or a guard may refuse, leaves messages for others.
            if pattern.guard.is_none() && arm.cfgs.is_empty() {
                let whole = pattern.cases.iter().filter(|case| case.takes_all);
                taken.extend(whole.map(|case| (case.variant.as_ref(), arm)));
            }
        }
    }
}
