//! A receive: what is looked for, and the arms.

use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::actor::duration;
use super::{ends, group, unbraced};
use crate::model::{Arm, Case, Pattern, Receive, Taken, Wait};
use crate::names::{self, local};

/// ```text
/// {
///     use ::callboard::__private as __rt;
///     use __Msg as __Variant;
///     struct __Arms;
///     impl<M: __rt::Message> __rt::Arms<M> for __Arms {
///         const TABLE: __rt::Table =
///             __rt::Table::new(__rt::TagSet::of::<M>(&["Chunk", "Abort"]), __rt::TagSet::of::<M>(&["Pause"]));
///     }
///     let mut answer_3 = ::core::option::Option::None;
///     let receive = __rt::receive(
///         __rt::Receives::process(&mut *cx),
///         __Arms,
///         |message| match *message {
///             __Variant::Pause { .. } => 2,
///             _ => __rt::NO_ARM,
///         },
///         |message| match *message {
///             __Variant::Chunk { ref seq, data: _ } if *seq == next => 0,
///             __Variant::Abort { .. } => 1,
///             _ => __rt::NO_ARM,
///         },
///     );
///     let receive = receive.reply(3, &mut window, &mut answer_3);
///     let receive = receive.down(4, &mon);
///     let receive = receive.exit(5);
///     let receive = receive.after(6, ::core::time::Duration::from_secs(30));
///     let (arm, got) = receive.await;
///     match arm {
///         0 => {
///             let __Variant::Chunk { seq, data } = __rt::message(got) else { __rt::not_taken() };
///             let _ = &seq;
///             ..
///         }
///         3 => { let r = __rt::answer(answer_3); .. }
///         4 => { let d = __rt::down(got); .. }
///         5 => { let e = __rt::exit(got); .. }
///         6 => ..,
///         _ => __rt::not_taken(),
///     }
/// }
/// ```
///
/// On a thread the names are those of `__private::blocking`, and it waits by `receive.wait()`.
pub(crate) fn receive(model: &Receive, errors: Option<&TokenStream>) -> TokenStream {
    let Receive { cx, arms, root, .. } = model;
    let private = root.private();
    let (import, wait) = match model.blocking {
        true => (quote!(use #private::blocking as __rt;), quote!(wait())),
        false => (root.import(), quote!(await)),
    };
    let variants = variants(model);
    let (urgent, plain) = (looks(model, true), looks(model, false));
    let (urgent_tags, plain_tags) = (tags(arms, true), tags(arms, false));
    let (receive, arm, got) = (local("receive"), local("arm"), local("got"));
    let slots = arms.iter().enumerate().filter_map(|(index, arm)| slot(index, arm));
    let waits = arms.iter().enumerate().filter_map(|(index, arm)| waits(index, arm));
    let bodies = arms.iter().enumerate().map(|(index, arm)| body(model, index, arm));
    let (first, last) = ends(cx);
    let (first, last) =
        (first.resolved_at(Span::mixed_site()), last.resolved_at(Span::mixed_site()));
    let borrow = quote_spanned!(first=> &mut *);
    let process = quote_spanned!(last=> __rt::Receives::process);
    quote!({
        #errors
        #import
        #variants
        struct __Arms;
        impl<M: __rt::Message> __rt::Arms<M> for __Arms {
            const TABLE: __rt::Table = __rt::Table::new(#plain_tags, #urgent_tags);
        }
        #(#slots)*
        let #receive = __rt::receive(#process(#borrow #cx), __Arms, #urgent, #plain);
        #(#waits)*
        let (#arm, #got) = #receive.#wait;
        match #arm {
            #(#bodies)*
            _ => __rt::not_taken(),
        }
    })
}

/// What the variants are called in the patterns, if any arm names one alone. Where there is no such enum, that is an
/// error once, at the context.
fn variants(model: &Receive) -> Option<TokenStream> {
    let messages = match &model.messages {
        Some(path) => path.to_token_stream(),
        None => {
            let at = ends(&model.cx).0.resolved_at(Span::call_site());
            Ident::new(names::MESSAGES, at).to_token_stream()
        }
    };
    let last = ends(&messages).1;
    let variants = names::variants_of_messages(last.resolved_at(Span::call_site()));
    let names_one = model.arms.iter().filter_map(Arm::pattern).any(|pattern| pattern.names_alone);
    names_one.then(|| quote_spanned!(last=> use #messages as #variants;))
}

/// The variants that arms take: those of urgent arms, or of the others.
fn tags(arms: &[Arm], urgent: bool) -> TokenStream {
    let patterns = arms.iter().filter_map(Arm::pattern).filter(|pattern| pattern.urgent == urgent);
    let cases: Vec<&Case> = patterns.flat_map(|pattern| &pattern.cases).collect();
    let named: Option<Vec<&Ident>> = cases.iter().map(|case| case.variant.as_ref()).collect();
    let Some(named) = named else { return quote!(__rt::TagSet::all()) };
    let mut names: Vec<String> = Vec::new();
    for name in named {
        let name = name.unraw().to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    quote!(__rt::TagSet::of::<M>(&[#(#names),*]))
}

/// What looks at a message, to say which arm takes it.
fn looks(model: &Receive, urgent: bool) -> TokenStream {
    let of_kind = |(index, arm)| {
        let arm: &Arm = arm;
        let pattern = arm.pattern().filter(|pattern| pattern.urgent == urgent)?;
        let (number, cfgs) = (Literal::usize_unsuffixed(index), &arm.cfgs);
        let Pattern { look, guard, .. } = pattern;
        let guard = guard.as_ref().map(|guard| quote!(if #guard));
        Some(quote!(#(#cfgs)* #look #guard => #number,))
    };
    let arms: Vec<TokenStream> = model.arms.iter().enumerate().filter_map(of_kind).collect();
    if arms.is_empty() {
        return quote!(|_| __rt::NO_ARM);
    }
    let message = local("message");
    let looked_at = at_context(model, quote!(*#message));
    quote! {
        |#message| match #looked_at {
            #(#arms)*
            #[allow(unreachable_patterns, reason = "an arm may take every message")]
            _ => __rt::NO_ARM,
        }
    }
}

/// Where the answer of an ask is put.
fn slot(index: usize, arm: &Arm) -> Option<TokenStream> {
    let Taken::Reply { .. } = &arm.takes else { return None };
    let (answer, cfgs) = (answer(index), &arm.cfgs);
    Some(quote!(#(#cfgs)* let mut #answer = ::core::option::Option::None;))
}

/// What is waited for beside messages.
fn waits(index: usize, arm: &Arm) -> Option<TokenStream> {
    let (receive, number, cfgs) = (local("receive"), Literal::usize_unsuffixed(index), &arm.cfgs);
    let waits = match &arm.takes {
        Taken::After(Wait::Literal(time)) => {
            let time = duration(*time);
            quote!(after(#number, #time))
        }
        Taken::After(Wait::Value(time)) => quote!(after(#number, #time)),
        Taken::Down { monitor, .. } => {
            let (first, last) = ends(monitor);
            let borrow = quote_spanned!(first.resolved_at(Span::mixed_site())=> &);
            let call = quote_spanned!(last.resolved_at(Span::mixed_site())=> down);
            quote!(#call(#number, #borrow #monitor))
        }
        Taken::Exit { .. } => quote!(exit(#number)),
        Taken::Message(_) => return None,
        Taken::Reply { pending, .. } => {
            let answer = answer(index);
            let (first, last) = ends(pending);
            let borrow = quote_spanned!(first.resolved_at(Span::mixed_site())=> &mut);
            let call = quote_spanned!(last.resolved_at(Span::mixed_site())=> reply);
            quote!(#call(#number, #borrow #pending, &mut #answer))
        }
    };
    Some(quote!(#(#cfgs)* let #receive = #receive.#waits;))
}

/// One arm of the match that runs what the user wrote.
fn body(model: &Receive, index: usize, arm: &Arm) -> TokenStream {
    let Arm { attrs, takes, body, .. } = arm;
    let (number, got) = (Literal::usize_unsuffixed(index), local("got"));
    let bound = match takes {
        Taken::After(_) => None,
        Taken::Down { pat, .. } => Some(quote!(let #pat = __rt::down(#got);)),
        Taken::Exit { pat } => Some(quote!(let #pat = __rt::exit(#got);)),
        Taken::Message(pattern) => Some(taken(model, pattern)),
        Taken::Reply { pat, .. } => {
            let answer = answer(index);
            Some(quote!(let #pat = __rt::answer(#answer);))
        }
    };
    if bound.is_none() {
        return quote!(#(#attrs)* #number => #body,);
    }
    // At the place of the body, but no text of the user's to lints: the braces may be ours.
    let at = ends(body).0.resolved_at(Span::call_site());
    let body = unbraced(body.clone());
    let block = group(Delimiter::Brace, quote!(#bound #body), at);
    quote!(#(#attrs)* #number => #block)
}

fn taken(model: &Receive, pattern: &Pattern) -> TokenStream {
    let Pattern { take, looked_at, cases, .. } = pattern;
    let message = at_context(model, quote!(__rt::message(got)));
    // A binding that only the guard uses is no mistake.
    let used = looked_at.iter().map(|name| quote!(let _ = &#name;));
    let alternatives = cases.len() > 1;
    let take = if alternatives { quote!((#take)) } else { quote!(#take) };
    let otherwise = (!pattern.binds_whole()).then(|| quote!(else { __rt::not_taken() }));
    quote! {
        #[allow(irrefutable_let_patterns, reason = "an enum may have one variant")]
        let #take = #message #otherwise;
        #(#used)*
    }
}

/// The variable in which an answer comes.
fn answer(index: usize) -> Ident {
    let answer = local("answer");
    format_ident!("{answer}_{index}", span = answer.span())
}

/// Tokens that all stand at the place of the context. A pattern of another type is told with what it is matched
/// with, once where that looks and once where it takes: alike, the two are one error.
fn at_context(model: &Receive, tokens: TokenStream) -> TokenStream {
    let at = Span::mixed_site().located_at(ends(&model.cx).0);
    names::spanned(tokens, at)
}
