//! The item below `#[actor]`: its head; the fields are nobody's business here.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Generics, Token, Visibility};

/// The head of a struct, enum or union.
pub(crate) struct ActorSyntax {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// `enum` or `union`, where `struct` should stand.
    pub(crate) not_a_struct: Option<Ident>,
}

impl Parse for ActorSyntax {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let not_a_struct = if input.peek(Token![struct]) {
            input.parse::<Token![struct]>()?;
            None
        } else {
            Some(keyword(input)?)
        };
        let name = input.parse()?;
        let mut generics: Generics = input.parse()?;
        if input.peek(syn::token::Paren) {
            // The where clause of a tuple struct follows its fields.
            input.parse::<proc_macro2::Group>()?;
        }
        generics.where_clause = input.parse()?;
        input.parse::<TokenStream>()?;
        Ok(Self { attrs, vis, name, generics, not_a_struct })
    }
}

/// `enum` or `union`, as an identifier that errors can point at.
fn keyword(input: ParseStream<'_>) -> Result<Ident> {
    if input.peek(Token![enum]) || input.peek(Token![union]) {
        return input.call(Ident::parse_any);
    }
    let wrong =
        "an actor is a struct\nhelp: `#[actor]` goes on the struct, `#[handlers]` on its impl";
    Err(input.error(wrong))
}
