//! What `#[derive(Message)]` sees of an enum.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::{Attribute, Fields, Generics, Variant, Visibility};

use super::generics::{Parameters, plain};
use super::handler::{Answer, Arg, By, Field, Handler};
use super::handlers::Handlers;
use super::notes::Notes;
use super::types::{self, Flaw};
use super::wire::{FieldTerms, HandlerTerms};
use super::{notes, options};
use crate::diag::Diag;
use crate::names::{self, Root};
use crate::parse::{Args, MessageSyntax};

/// A type that messages are made of, with what keeps it out of a build. Of a reply it is the answer.
pub(crate) struct Part {
    pub(crate) ty: TokenStream,
    pub(crate) cfgs: Vec<Attribute>,
}

/// Reads an enum whose variants are messages: each is a handler that somebody else has.
pub(crate) fn message(syntax: &MessageSyntax, diag: &mut Diag) -> Handlers {
    let MessageSyntax { attrs, vis, name, generics, variants, not_an_enum } = syntax;
    if let Some(keyword) = not_an_enum {
        diag.error(keyword, "messages are an enum: each variant is one")
            .help(format_args!("`enum {name}Msg {{ {name} {{ .. }} }}`"));
    }
    let mut handlers: Vec<Handler> = Vec::new();
    for variant in variants {
        let handler = handler(variant, vis, name, diag);
        let method = &handler.name;
        if let Some(first) = handlers.iter().find(|first| first.name == *method) {
            diag.error(&handler.variant, format_args!("two messages make the method `{method}`"))
                .help("rename one");
            diag.error(&first.variant, "first here");
        } else {
            handlers.push(handler);
        }
    }

    let ty = types::applied(name, generics);
    let parts: Vec<Part> = handlers.iter().flat_map(Handler::parts).collect();
    Handlers {
        parameters: Parameters::of(&plain(generics, &ty), &parts),
        messages: name.clone(),
        api: names::api_of_messages(name),
        cfgs: notes::cfgs(attrs),
        name: name.clone(),
        ty,
        vis: vis.clone(),
        by_hand: true,
        handlers,
        hooks: Vec::new(),
        timers: Vec::new(),
        streams: Vec::new(),
        parts,
        clone: None,
        reserved: Vec::new(),
        root: root(attrs, diag),
    }
}

/// A variant, as the method that sends it.
fn handler(variant: &Variant, vis: &Visibility, of: &Ident, diag: &mut Diag) -> Handler {
    let name = names::method_of(&variant.ident);
    if names::instead_of_reserved(&name.to_string()).is_some() {
        diag.error(&variant.ident, format_args!("every reference already has a method `{name}`"))
            .help("rename the variant");
    }
    let replies = variant.fields.iter().filter(|field| is_reply(&field.ty)).count();
    let (mut args, mut answer) = (Vec::new(), None);
    for (index, field) in variant.fields.iter().enumerate() {
        let ty = sendable(&field.ty, diag);
        let name = field.ident.clone().unwrap_or_else(|| match variant.fields.len() {
            1 => names::value(),
            _ => names::nameless(index),
        });
        if replies == 1 && is_reply(&field.ty) {
            answer = Some(Answer { ty, field: name, by: By::Reply });
            args.push(Arg::Reply);
        } else {
            args.push(Arg::Field(Box::new(Field {
                name,
                stored: ty.clone(),
                ty,
                speaks: types::protocol_of(&field.ty).map(|protocol| protocol.to_token_stream()),
                cfgs: notes::cfgs(&field.attrs),
                terms: FieldTerms::default(),
                is_code: false,
            })));
        }
    }
    let does = if answer.is_some() { "Asks for" } else { "Tells" };
    let otherwise = format!(" {does} `{}`.", variant.ident.unraw());
    Handler {
        name,
        variant: variant.ident.clone(),
        is_tuple: matches!(variant.fields, Fields::Unnamed(_)),
        vis: vis.clone(),
        notes: Notes::of(&variant.attrs, of, &otherwise),
        generics: Generics::default(),
        is_async: false,
        takes_context: false,
        args,
        answer,
        returns_at: variant.ident.to_token_stream(),
        keeps: false,
        concurrent: None,
        taken_in: None,
        terms: HandlerTerms::default(),
    }
}

fn is_reply(ty: &syn::Type) -> bool {
    types::argument_of(ty, "Reply").is_some()
}

/// The type of a field that must be sendable: its own, and of a reply the answer's.
fn sendable(ty: &syn::Type, diag: &mut Diag) -> TokenStream {
    let ty = types::argument_of(ty, "Reply").unwrap_or(ty);
    if let Some(Flaw::Borrow { at, instead }) = types::flaw(ty) {
        diag.error(at, "a message must own its data").help(instead);
        return types::healed(ty.to_token_stream(), &[]);
    }
    ty.to_token_stream()
}

/// `#[message(crate = path)]`
fn root(attrs: &[Attribute], diag: &mut Diag) -> Root {
    let mut root = Root::default();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("message")) {
        match attr.parse_args::<Args>() {
            Err(error) => diag.syntax(&error),
            Ok(args) => {
                for arg in options::known(&args, &["crate"], diag) {
                    root = options::root(arg, diag).unwrap_or_default();
                }
            }
        }
    }
    root
}
