//! The item below `#[derive(Wire)]`.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Fields, Generics, ItemEnum, ItemStruct, Token, Variant, Visibility};

/// A struct or an enum, or what stands where one of them should.
pub(crate) struct WireSyntax {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) shape: WireShape,
}

/// What it is made of.
pub(crate) enum WireShape {
    Enum(Vec<Variant>),
    /// The keyword.
    Other(Ident),
    Struct(Fields),
}

impl Parse for WireSyntax {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let ahead = input.fork();
        let attrs = ahead.call(Attribute::parse_outer)?;
        ahead.parse::<Visibility>()?;
        if ahead.peek(Token![enum]) {
            let item: ItemEnum = input.parse()?;
            let shape = WireShape::Enum(item.variants.into_iter().collect());
            return Ok(Self { attrs, name: item.ident, generics: item.generics, shape });
        }
        if ahead.peek(Token![struct]) {
            let item: ItemStruct = input.parse()?;
            let shape = WireShape::Struct(item.fields);
            return Ok(Self { attrs, name: item.ident, generics: item.generics, shape });
        }
        let keyword = ahead.call(Ident::parse_any)?;
        let (name, generics) = (ahead.parse()?, ahead.parse()?);
        // The rest is the fields, in which nothing is looked for.
        input.parse::<TokenStream>()?;
        Ok(Self { attrs, name, generics, shape: WireShape::Other(keyword) })
    }
}
