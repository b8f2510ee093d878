//! What `#[derive(Wire)]` sees of a type.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::{Attribute, Fields, Generics, Variant};

use super::generics::plain;
use super::{notes, options, types};
use crate::diag::Diag;
use crate::names::{self, Root};
use crate::parse::{Args, WireShape, WireSyntax};

/// A struct or an enum that may stand in a message to another node.
pub(crate) struct WireType {
    pub(crate) name: Ident,
    /// The type, with its own parameters as arguments.
    pub(crate) ty: TokenStream,
    pub(crate) generics: Generics,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) shape: Shape,
    pub(crate) root: Root,
}

/// What it is made of.
pub(crate) enum Shape {
    Enum {
        variants: Vec<WireVariant>,
        /// The variant that keeps what this version does not know.
        other: Option<Ident>,
    },
    Struct(Vec<WireField>),
    /// Nothing that could be sent.
    Wrong,
}

/// A variant that peers may send.
pub(crate) struct WireVariant {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<WireField>,
    /// Whether its fields have no names.
    pub(crate) is_tuple: bool,
}

/// A field of it.
pub(crate) struct WireField {
    /// Its name, or its number where it has none.
    pub(crate) name: String,
    pub(crate) ident: Option<Ident>,
    pub(crate) ty: TokenStream,
}

impl WireType {
    pub(crate) fn read(syntax: &WireSyntax, diag: &mut Diag) -> Self {
        let WireSyntax { attrs, name, generics, shape } = syntax;
        let said = Said::read(attrs, &["closed", "crate"], diag);
        let shape = match shape {
            WireShape::Enum(variants) => variants_of(name, variants, &said, diag),
            WireShape::Other(keyword) => {
                diag.error(keyword, "what leaves this node is a struct or an enum")
                    .help(format_args!("a {keyword} has no type of its own on the wire"));
                Shape::Wrong
            }
            WireShape::Struct(fields) => {
                if let Some(closed) = &said.closed {
                    diag.error(closed, "only an enum is open or closed").help("remove it");
                }
                Shape::Struct(fields_of(fields))
            }
        };
        let mut shape = shape;
        for param in generics.lifetimes() {
            diag.error(&param.lifetime, "what leaves this node must own its data")
                .help("`String`, `Vec`, or another type that owns it");
            shape = Shape::Wrong;
        }
        let ty = types::applied(name, generics);
        Self {
            name: name.clone(),
            generics: plain(generics, &ty),
            ty,
            cfgs: notes::cfgs(attrs),
            shape,
            root: said.root,
        }
    }
}

/// What the attributes `#[wire(..)]` of one item say.
#[derive(Default)]
struct Said {
    closed: Option<Ident>,
    other: Option<Ident>,
    root: Root,
}

impl Said {
    fn read(attrs: &[Attribute], known: &[&str], diag: &mut Diag) -> Self {
        let mut said = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("wire")) {
            match attr.parse_args::<Args>() {
                Err(error) => diag.syntax(&error),
                Ok(args) => {
                    for arg in options::known(&args, known, diag) {
                        match arg.name.to_string().as_str() {
                            "closed" => said.closed = Some(options::flag(arg, diag)),
                            "crate" => said.root = options::root(arg, diag).unwrap_or_default(),
                            _ => said.other = Some(options::flag(arg, diag)),
                        }
                    }
                }
            }
        }
        said
    }
}

fn variants_of(name: &Ident, variants: &[Variant], said: &Said, diag: &mut Diag) -> Shape {
    let (mut known, mut other) = (Vec::new(), None::<(Ident, Ident)>);
    for variant in variants {
        let of_it = Said::read(&variant.attrs, &["other"], diag);
        let Some(word) = of_it.other else {
            known.push(WireVariant {
                name: variant.ident.clone(),
                fields: fields_of(&variant.fields),
                is_tuple: matches!(variant.fields, Fields::Unnamed(_)),
            });
            continue;
        };
        if let Some((first, _)) = &other {
            diag.error(&word, "one variant keeps what is not known");
            diag.error(first, "first here");
        } else {
            let keeps = match &variant.fields {
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                    let ty = &fields.unnamed[0].ty;
                    types::last_segment(ty).is_some_and(|last| last.ident == "UnknownVariant")
                }
                _ => false,
            };
            if !keeps {
                let name = &variant.ident;
                diag.error(name, format_args!("`{name}` must keep what came"))
                    .help(format_args!("`{name}(UnknownVariant)`"));
            }
            other = Some((word, variant.ident.clone()));
        }
    }
    match (&said.closed, &other) {
        (None, None) => {
            diag.error(name, format_args!("`{name}` does not say what becomes of a newer variant"))
                .help(
                    "`#[wire(other)] Other(UnknownVariant)` keeps it; `#[wire(closed)]` on the enum has none",
                );
        }
        (Some(closed), Some((word, _))) => {
            diag.error(word, "a closed enum keeps nothing that is not known").help("remove one");
            diag.error(closed, "closed here");
        }
        _ => {}
    }
    Shape::Enum { variants: known, other: other.map(|(_, variant)| variant) }
}

/// The fields that are sent.
fn fields_of(fields: &Fields) -> Vec<WireField> {
    let sent = fields.iter().filter(|field| !is_skipped(&field.attrs));
    let read = sent.enumerate().map(|(number, field)| WireField {
        name: field.ident.as_ref().map_or_else(|| number.to_string(), |it| it.unraw().to_string()),
        ident: field.ident.clone(),
        ty: field.ty.to_token_stream(),
    });
    read.collect()
}

/// Whether serde leaves it out.
fn is_skipped(attrs: &[Attribute]) -> bool {
    attrs.iter().filter(|attr| attr.path().is_ident("serde")).any(|attr| {
        let said = attr.parse_args::<TokenStream>().unwrap_or_else(|_| quote!());
        names::mentions(&said, "skip")
    })
}
