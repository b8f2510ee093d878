//! From the model to tokens. Nothing here can fail, and nothing here reads an attribute.
//!
//! One file per item that is made. What a handler returns, and what becomes of it, is decided by traits
//! in `__private`; the generator states facts. All that users do not name stands in one `const _`.

mod actor;
mod api;
mod dispatch;
mod entry;
mod message;
mod process;
mod protocol;
mod receive;
mod supervisor;
mod tree;
mod wire;
mod wire_type;

pub(crate) use actor::actor;
pub(crate) use entry::entry;
pub(crate) use message::message;
pub(crate) use process::process;
pub(crate) use protocol::{protocol, spoken};
pub(crate) use receive::receive;
pub(crate) use wire_type::{wire_stub, wire_type};

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::Attribute;

use crate::model::{Arg, Field, Handler, Handlers, Supervisor};
use crate::names;

/// Whether functions do their work, or only have their signature, after an error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bodies {
    Real,
    Stub,
}

/// What `#[handlers]` makes.
///
/// ```text
/// pub enum CounterMsg { .. }
/// pub struct CounterApi<__N>(__N);
/// const _: () = {
///     use ::callboard::__private as __rt;
///     impl __rt::Message for CounterMsg { .. }
///     __rt::layer!(CounterApi);
///     impl<__N: __rt::Api> CounterApi<__N> { .. }
///     impl __rt::Protocol for Counter { .. }
///     impl __rt::Handle<CounterMsg> for Counter { .. }
///     impl __rt::Handlers for Counter { .. }
///     __rt::when_remote! { .. }
/// };
/// ```
pub(crate) fn handlers(model: &Handlers, bodies: Bodies) -> TokenStream {
    let variants = variants(model, bodies);
    let messages = message::declaration(model, &variants);
    let api = api::declaration(model, &model.vis);
    let cfgs = &model.cfgs;
    let deprecated = deprecated(&variants);
    let import = model.root.import();
    let message = message::implementation(model, &variants, bodies);
    let methods = api::implementation(model, bodies);
    let dispatch = dispatch::implementation(model, &variants, bodies);
    let travels = wire::of_actor(model, &variants, bodies);
    quote! {
        #messages
        #api
        #(#cfgs)*
        #deprecated
        const _: () = {
            #import
            #message
            #methods
            #dispatch
            #travels
        };
    }
}

/// What `#[supervisor]` makes.
///
/// ```text
/// pub struct BankTree(::callboard::__private::Tree<Bank>);
/// const _: () = {
///     use ::callboard::__private as __rt;
///     impl __rt::Protocol for Bank { .. }
///     impl __rt::Child for Bank { .. }
///     impl Bank { .. }
///     impl ::core::ops::Deref for BankTree { .. }
///     impl ::core::convert::From<__rt::Tree<Bank>> for BankTree { .. }
///     impl BankTree { .. }
/// };
/// ```
pub(crate) fn supervisor(model: &Supervisor, bodies: Bodies) -> TokenStream {
    let Supervisor { cfgs, root, .. } = model;
    let aborts = (!model.abort_ok && bodies == Bodies::Real).then(|| aborts(cfgs));
    let declaration = tree::declaration(model);
    let import = root.import();
    let supervisor = supervisor::implementation(model, bodies);
    let tree = tree::implementation(model, bodies);
    quote! {
        #aborts
        #declaration
        #(#cfgs)*
        const _: () = {
            #import
            #supervisor
            #tree
        };
    }
}

/// A build that contains no panic restarts no child.
fn aborts(cfgs: &[Attribute]) -> TokenStream {
    let text = "supervision needs unwinding, and this build aborts on panic\n\
        help: remove `panic = \"abort\"` from the profile, or write `#[supervisor(abort_ok)]`";
    quote! {
        #(#cfgs)*
        #[cfg(panic = "abort")]
        ::core::compile_error!(#text);
    }
}

/// The handlers that have a variant: all, or, after an error, the first of each name.
fn variants(model: &Handlers, bodies: Bodies) -> Vec<&Handler> {
    let all = model.handlers.iter().enumerate();
    let distinct = all.filter(|(index, handler)| {
        let earlier = &model.handlers[..*index];
        bodies == Bodies::Real || earlier.iter().all(|first| first.variant != handler.variant)
    });
    distinct.map(|(_, handler)| handler).collect()
}

/// `CounterMsg::WaitFor { at_least, reply }`, which makes a message and takes it apart alike. The reply is
/// a local variable `reply` on both sides, whatever its field is called.
fn message_of(messages: &Ident, handler: &Handler) -> TokenStream {
    if handler.is_tuple {
        return tuple_of(messages, handler);
    }
    let mut fields: Vec<TokenStream> = handler.fields().map(named).collect();
    if let Some(answer) = &handler.answer {
        let (field, reply) = (&answer.field, names::local("reply"));
        fields.push(if field == "reply" { quote!(#reply) } else { quote!(#field: #reply) });
    }
    let fields = (!fields.is_empty()).then(|| quote!({ #(#fields),* }));
    let variant = &handler.variant;
    quote!(#messages::#variant #fields)
}

/// The same of a variant whose fields have no names: `XferMsg::Abort(value)`
fn tuple_of(messages: &Ident, handler: &Handler) -> TokenStream {
    let (variant, reply) = (&handler.variant, names::local("reply"));
    let values = handler.args.iter().map(|arg| match arg {
        Arg::Field(field) => named(field),
        Arg::Reply => quote!(#reply),
    });
    quote!(#messages::#variant(#(#values),*))
}

/// A field by its name alone.
fn named(field: &Field) -> TokenStream {
    let Field { name, cfgs, .. } = field;
    quote!(#(#cfgs)* #name)
}

/// The dispatch names what its callers should leave.
fn deprecated(variants: &[&Handler]) -> Option<TokenStream> {
    let any = variants.iter().any(|handler| !handler.notes.deprecated.is_empty());
    any.then(|| quote!(#[allow(deprecated, reason = "a deprecated message is still handled")]))
}

/// Tokens in delimiters that stand at a place of the user's text.
fn group(delimiter: Delimiter, tokens: TokenStream, at: Span) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(at);
    group
}

/// What stands in the braces of a block, or the tokens as they are: to stand in a block with more.
fn unbraced(body: TokenStream) -> TokenStream {
    let mut trees = body.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(block)), None) if block.delimiter() == Delimiter::Brace => {
            block.stream()
        }
        _ => body,
    }
}

/// The ends of a type at which errors of what is made from it are told: its place, but no text of the user's to
/// lints.
fn places_of(ty: &TokenStream) -> (Span, Span) {
    let (first, last) = ends(ty);
    (first.resolved_at(Span::call_site()), last.resolved_at(Span::call_site()))
}

/// The spans of the first and the last token: between them rustc draws its line.
fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut spans = tokens.clone().into_iter().map(|tree| tree.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
