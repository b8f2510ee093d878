//! The item below `#[protocol]`: a trait, its methods with their signatures, all else as tokens.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Generics, Token, TraitItem, Visibility};

use super::handlers::{MethodSyntax, parse_method, take_terms};
use super::skip::{skip_item, without_words};
use crate::names::Term;

/// A trait.
pub(crate) struct ProtocolSyntax {
    pub(crate) attrs: Vec<Attribute>,
    /// What the trait says for other nodes.
    pub(crate) terms: Vec<(Term, Attribute)>,
    pub(crate) vis: Visibility,
    /// `unsafe`, where nothing should stand.
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) trait_token: Token![trait],
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// The colon and what follows it, where nothing should stand.
    pub(crate) supertraits: TokenStream,
    pub(crate) brace: syn::token::Brace,
    /// Attributes inside the braces.
    pub(crate) inner: Vec<Attribute>,
    pub(crate) items: Vec<ProtocolItem>,
    /// What is wrong with items that could not be read; each is but one of the trait.
    pub(crate) errors: Vec<syn::Error>,
}

/// One item of it.
pub(crate) enum ProtocolItem {
    Method(Box<MethodSyntax>),
    /// What could not be read, without our attributes.
    Lost(TokenStream),
    /// An associated type or constant, or a macro.
    Other(TokenStream),
}

impl Parse for ProtocolSyntax {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let terms = take_terms(&mut attrs);
        let vis = input.parse()?;
        let unsafety = input.parse()?;
        let trait_token = input.parse()?;
        let name = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let mut supertraits = TokenStream::new();
        while !input.peek(Token![where]) && !input.peek(syn::token::Brace) {
            supertraits.extend([input.parse::<proc_macro2::TokenTree>()?]);
        }
        generics.where_clause = input.parse()?;
        let content;
        let brace = syn::braced!(content in input);
        let inner = content.call(Attribute::parse_inner)?;
        let (mut items, mut errors) = (Vec::new(), Vec::new());
        while !content.is_empty() {
            let ahead = content.fork();
            match parse_item(&ahead) {
                Ok(item) => {
                    content.advance_to(&ahead);
                    items.push(item);
                }
                Err(error) => {
                    errors.push(error);
                    items.push(ProtocolItem::Lost(without_words(skip_item(&content)?)));
                }
            }
        }
        Ok(Self {
            attrs,
            terms,
            vis,
            unsafety,
            trait_token,
            name,
            generics,
            supertraits,
            brace,
            inner,
            items,
            errors,
        })
    }
}

fn parse_item(input: ParseStream<'_>) -> Result<ProtocolItem> {
    match parse_method(input)? {
        Some(method) => Ok(ProtocolItem::Method(Box::new(method))),
        None => Ok(ProtocolItem::Other(input.parse::<TraitItem>()?.into_token_stream())),
    }
}
