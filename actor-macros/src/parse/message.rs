//! The item below `#[derive(Message)]`.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Generics, ItemEnum, Token, Variant, Visibility};

/// An enum, or what stands where one should.
pub(crate) struct MessageSyntax {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) variants: Vec<Variant>,
    /// `struct` or `union`, where `enum` should stand.
    pub(crate) not_an_enum: Option<Ident>,
}

impl Parse for MessageSyntax {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let ahead = input.fork();
        let attrs = ahead.call(Attribute::parse_outer)?;
        let vis = ahead.parse()?;
        if ahead.peek(Token![enum]) {
            let item: ItemEnum = input.parse()?;
            let variants = item.variants.into_iter().collect();
            let (name, generics) = (item.ident, item.generics);
            return Ok(Self { attrs, vis, name, generics, variants, not_an_enum: None });
        }
        let keyword = ahead.call(Ident::parse_any)?;
        let (name, generics) = (ahead.parse()?, ahead.parse()?);
        // The rest is the fields, in which nothing is looked for.
        input.parse::<proc_macro2::TokenStream>()?;
        Ok(Self { attrs, vis, name, generics, variants: Vec::new(), not_an_enum: Some(keyword) })
    }
}
