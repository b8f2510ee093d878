//! What `#[derive(Message)]` sees of an enum.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Attribute;

use super::generics::{Parameters, plain};
use super::types::{self, Flaw};
use super::{notes, options};
use crate::diag::Diag;
use crate::names::{self, Root};
use crate::parse::{Args, MessageSyntax};

/// An enum whose variants are messages.
pub(crate) struct Message {
    pub(crate) ty: TokenStream,
    pub(crate) parameters: Parameters,
    pub(crate) variants: Vec<Variant>,
    pub(crate) parts: Vec<Part>,
    pub(crate) root: Root,
}

/// A message: its name, and what keeps it out of a build.
pub(crate) struct Variant {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
}

/// A type that messages are made of, with what keeps it out of a build. Of a reply it is the answer.
pub(crate) struct Part {
    pub(crate) ty: TokenStream,
    pub(crate) cfgs: Vec<Attribute>,
}

impl Message {
    pub(crate) fn read(syntax: &MessageSyntax, diag: &mut Diag) -> Self {
        let name = &syntax.name;
        if let Some(keyword) = &syntax.not_an_enum {
            diag.error(keyword, "messages are an enum: each variant is one")
                .help(format_args!("`enum {name}Msg {{ {name} {{ .. }} }}`"));
        }
        let (mut variants, mut parts) = (Vec::new(), Vec::new());
        for variant in &syntax.variants {
            check_name(&variant.ident, diag);
            let cfgs = notes::cfgs(&variant.attrs);
            for field in &variant.fields {
                let cfgs = [&cfgs[..], &notes::cfgs(&field.attrs)].concat();
                parts.push(Part { ty: sendable(&field.ty, diag), cfgs });
            }
            variants.push(Variant { name: variant.ident.clone(), cfgs });
        }

        let ty = types::applied(name, &syntax.generics);
        Self {
            parameters: Parameters::of(&plain(&syntax.generics, &ty), &parts),
            ty,
            variants,
            parts,
            root: root(&syntax.attrs, diag),
        }
    }
}

fn check_name(name: &Ident, diag: &mut Diag) {
    let method = names::snake_case(&name.to_string());
    if names::instead_of_reserved(&method).is_some() {
        diag.error(name, format_args!("every reference already has a method `{method}`"))
            .help("rename the variant");
    }
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
