//! What each macro does, stage by stage: parse → model → check → expand.
//!
//! A stage adds its errors to one [`Diag`] and carries on; after `check` it is asked once. Without errors
//! the model is expanded, with errors [`recover`] makes stubs of it. All of this is over `proc_macro2`,
//! so that tests run it without a compiler.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::diag::Diag;
use crate::expand::{self, Bodies};
use crate::model::{
    Actor, Entry, Handlers, Process, Protocol, Receive, Spoken, Supervisor, WireType,
};
use crate::names::{Role, Word};
use crate::parse::{
    ActorSyntax, Args, EntrySyntax, HandlersSyntax, ItemKind, MessageSyntax, ProtocolSyntax,
    ReceiveSyntax, SupervisorSyntax, WireSyntax, without_words,
};
use crate::{check, model, recover, show};

/// `#[actor(..)]`
pub(crate) fn actor(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diag::new();
    let args = options(args, &mut diag);
    let Some(syntax) = parsed::<ActorSyntax>(item.clone(), &mut diag) else {
        return with_errors(item, diag);
    };
    let model = Actor::read(&args, &syntax, &mut diag);
    // From here on the model does not change.
    let expansion = match diag.finish() {
        Ok(()) => {
            let made = expand::actor(&model);
            quote!(#item #made)
        }
        Err(errors) => recover::actor(&item, &model, &errors),
    };
    show::expansion(&model.name, "actor", expansion)
}

/// `#[handlers]`
pub(crate) fn handlers(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diag::new();
    let args = options(args, &mut diag);
    if let Ok(kind) = syn::parse2::<ItemKind>(item.clone())
        && kind.keyword != "impl"
    {
        not_an_impl(&kind, &mut diag);
        return with_errors(item, diag);
    }
    let Some(syntax) = parsed::<HandlersSyntax>(item.clone(), &mut diag) else {
        return with_errors(without_words(item), diag);
    };
    for error in &syntax.errors {
        diag.syntax(error);
    }
    if let Some(protocol) = &syntax.of_trait {
        let model = Spoken::read(&args, &syntax, protocol, &mut diag);
        return spoken(model, syntax.item, diag);
    }
    let model = Handlers::read(&args, &syntax, &mut diag);
    if let Some(model) = &model {
        check::handlers(model, &mut diag);
    }
    // From here on the model does not change.
    let (finished, item) = (diag.finish(), syntax.item);
    let Some(model) = model else {
        let errors = finished.err();
        return quote!(#item #errors);
    };
    let expansion = match finished {
        Ok(()) => {
            let made = expand::handlers(&model, Bodies::Real);
            quote!(#item #made)
        }
        Err(errors) => recover::handlers(&item, &model, &errors),
    };
    show::expansion(&model.name, "handlers", expansion)
}

/// `#[handlers]` on the impl of a protocol.
fn spoken(model: Option<Spoken>, item: TokenStream, diag: Diag) -> TokenStream {
    let finished = diag.finish();
    let Some(model) = model else {
        let errors = finished.err();
        return quote!(#item #errors);
    };
    let expansion = match finished {
        Ok(()) => {
            let made = expand::spoken(&model);
            quote!(#item #made)
        }
        Err(errors) => recover::spoken(&item, &model, &errors),
    };
    show::expansion(&model.name, "handlers", expansion)
}

/// `#[protocol]`
pub(crate) fn protocol(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diag::new();
    let args = options(args, &mut diag);
    if let Ok(kind) = syn::parse2::<ItemKind>(item.clone())
        && kind.keyword != "trait"
    {
        let wrong = "`#[protocol]` goes on a trait";
        diag.error(&kind.keyword, wrong).help("write its messages as methods of a trait");
        return with_errors(item, diag);
    }
    let Some(syntax) = parsed::<ProtocolSyntax>(item.clone(), &mut diag) else {
        return with_errors(without_words(item), diag);
    };
    for error in &syntax.errors {
        diag.syntax(error);
    }
    let model = Protocol::read(&args, &syntax, &mut diag);
    check::handlers(&model.handlers, &mut diag);
    // From here on the model does not change.
    let expansion = match diag.finish() {
        Ok(()) => {
            let (item, made) = (&model.item, expand::protocol(&model, Bodies::Real));
            quote!(#item #made)
        }
        Err(errors) => recover::protocol(&model, &errors),
    };
    show::expansion(&syntax.name, "protocol", expansion)
}

fn not_an_impl(kind: &ItemKind, diag: &mut Diag) {
    let ItemKind { keyword, name } = kind;
    let is_type = ["enum", "struct", "union"].iter().any(|word| keyword == word);
    diag.error(keyword, "`#[handlers]` goes on an impl block").help(match name {
        Some(name) if is_type => format!("write `#[handlers] impl {name} {{ .. }}`"),
        _ => "write it on the impl of an actor".to_owned(),
    });
}

/// `#[supervisor(..)]`
pub(crate) fn supervisor(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diag::new();
    let args = options(args, &mut diag);
    let Some(syntax) = parsed::<SupervisorSyntax>(item.clone(), &mut diag) else {
        return with_errors(without_words(item), diag);
    };
    for error in &syntax.errors {
        diag.syntax(error);
    }
    let model = Supervisor::read(&args, &syntax, &mut diag);
    check::supervisor(&model, &mut diag);
    // From here on the model does not change.
    // Without its children a struct might not use all its parameters.
    let item = if model.is_generic { syntax.whole } else { syntax.item };
    let expansion = match diag.finish() {
        Ok(()) => {
            let made = expand::supervisor(&model, Bodies::Real);
            quote!(#item #made)
        }
        Err(errors) => recover::supervisor(&item, &model, &errors),
    };
    show::expansion(&model.name, "supervisor", expansion)
}

/// `#[derive(Message)]`
pub(crate) fn message(item: TokenStream) -> TokenStream {
    let mut diag = Diag::new();
    let Some(syntax) = parsed::<MessageSyntax>(item, &mut diag) else {
        return with_errors(TokenStream::new(), diag);
    };
    let model = model::message(&syntax, &mut diag);
    // From here on the model does not change.
    let expansion = match diag.finish() {
        Ok(()) => expand::message(&model, Bodies::Real),
        Err(errors) => recover::message(&model, &errors),
    };
    show::expansion(&syntax.name, "derive(Message)", expansion)
}

/// `#[derive(Wire)]`
pub(crate) fn wire(item: TokenStream) -> TokenStream {
    let mut diag = Diag::new();
    let Some(syntax) = parsed::<WireSyntax>(item, &mut diag) else {
        return with_errors(TokenStream::new(), diag);
    };
    let model = WireType::read(&syntax, &mut diag);
    // From here on the model does not change.
    let expansion = match diag.finish() {
        Ok(()) => expand::wire_type(&model),
        Err(errors) => recover::wire(&model, &errors),
    };
    show::expansion(&model.name, "derive(Wire)", expansion)
}

/// `#[process(..)]`
pub(crate) fn process(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diag::new();
    let args = options(args, &mut diag);
    let Some(syntax) = parsed::<EntrySyntax>(item.clone(), &mut diag) else {
        return with_errors(item, diag);
    };
    let model = Process::read(&args, syntax, &mut diag);
    // From here on the model does not change.
    let expansion = match diag.finish() {
        Ok(()) => expand::process(&model, Bodies::Real).unwrap_or(item),
        Err(errors) => recover::process(&item, &model, &errors),
    };
    show::expansion(&model.sig.ident, "process", expansion)
}

/// `receive!`
pub(crate) fn receive(input: TokenStream) -> TokenStream {
    let mut diag = Diag::new();
    let Some(syntax) = parsed::<ReceiveSyntax>(input, &mut diag) else {
        let errors = diag.finish().err();
        return quote!({ #errors ::core::unreachable!() });
    };
    let model = Receive::read(syntax, &mut diag);
    check::receive(&model, &mut diag);
    // From here on the model does not change. What is wrong with one arm leaves the others to rustc.
    expand::receive(&model, diag.finish().err().as_ref())
}

/// `#[callboard::main]`
pub(crate) fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    entry(args, item, Entry::main)
}

/// `#[callboard::test]`
pub(crate) fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    entry(args, item, Entry::test)
}

fn entry(
    args: TokenStream,
    item: TokenStream,
    read: impl FnOnce(&Args, EntrySyntax, &mut Diag) -> Entry,
) -> TokenStream {
    let mut diag = Diag::new();
    let args = options(args, &mut diag);
    let Some(syntax) = parsed(item.clone(), &mut diag) else {
        return with_errors(item, diag);
    };
    let model = read(&args, syntax, &mut diag);
    // From here on the model does not change.
    let expansion = match diag.finish() {
        Ok(()) => expand::entry(&model),
        Err(errors) => recover::entry(&model, &errors),
    };
    show::expansion(&model.sig.ident, "entry", expansion)
}

/// `#[tell]` and its like, where no `#[handlers]` has taken them.
pub(crate) fn stray(word: Word, item: TokenStream) -> TokenStream {
    let word = word.text();
    let mut diag = Diag::new();
    diag.error(here(), format_args!("`#[{word}]` stands in an impl with `#[handlers]`"))
        .help("put `#[handlers]` on this impl");
    with_errors(item, diag)
}

/// `#[child]` and `#[dynamic]`, where no `#[supervisor]` has taken them.
pub(crate) fn orphan(role: Role, item: TokenStream) -> TokenStream {
    let role = role.text();
    let mut diag = Diag::new();
    diag.error(
        here(),
        format_args!("`#[{role}]` stands on a field of a struct with `#[supervisor]`"),
    )
    .help("put `#[supervisor]` on the struct");
    with_errors(item, diag)
}

/// The attribute itself.
fn here() -> Ident {
    Ident::new("_", Span::call_site())
}

fn options(args: TokenStream, diag: &mut Diag) -> Args {
    parsed(args, diag).unwrap_or_default()
}

/// What the parse stage makes of it; its error is told.
fn parsed<T: syn::parse::Parse>(tokens: TokenStream, diag: &mut Diag) -> Option<T> {
    syn::parse2(tokens).map_err(|error| diag.syntax(&error)).ok()
}

/// The item as it was, and what was found so far.
fn with_errors(item: TokenStream, diag: Diag) -> TokenStream {
    let errors = diag.finish().err();
    let mut out = item;
    errors.to_tokens(&mut out);
    out
}
