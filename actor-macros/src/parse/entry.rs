//! The function below `#[callboard::main]` or `#[callboard::test]`.

use proc_macro2::TokenTree;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Signature, Visibility};

/// A function with its body as tokens.
pub(crate) struct EntrySyntax {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenTree,
}

impl Parse for EntrySyntax {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            sig: input.parse()?,
            body: input.parse()?,
        })
    }
}
