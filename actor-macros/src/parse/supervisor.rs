//! The item below `#[supervisor]`: a struct with its fields, those of children and others.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Field, Generics, Token, Type, Visibility};

use super::handlers::{HiddenWord, hidden_word};
use super::skip::{skip_field, without_words};
use crate::names::Role;

/// A struct whose fields have names, or what stands where it should.
pub(crate) struct SupervisorSyntax {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) fields: Vec<FieldSyntax>,
    /// `enum` or `union`, where `struct` should stand.
    pub(crate) not_a_struct: Option<Ident>,
    /// Whether its fields have no names.
    pub(crate) is_tuple: bool,
    /// The struct as the user wrote it, without its children.
    pub(crate) item: TokenStream,
    /// The same with its children, without our attributes.
    pub(crate) whole: TokenStream,
    /// What is wrong with fields that could not be read; each is but one of the struct.
    pub(crate) errors: Vec<syn::Error>,
}

/// A field, of a child or not.
pub(crate) struct FieldSyntax {
    /// Our attributes, in the order of the text.
    pub(crate) ours: Vec<(Role, Attribute)>,
    /// `#[cfg_attr(x, child)]`, which rustc decides on when the macro has run.
    pub(crate) hidden: Option<HiddenWord<Role>>,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

impl Parse for SupervisorSyntax {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let whole = without_words(input.fork().parse()?);
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        if !input.peek(Token![struct]) {
            let keyword = Some(keyword(input)?);
            return Self::without_fields(attrs, vis, keyword, whole, input);
        }
        let ahead = input.fork();
        let struct_token: Token![struct] = ahead.parse()?;
        let (name, mut generics): (Ident, Generics) = (ahead.parse()?, ahead.parse()?);
        generics.where_clause = ahead.parse()?;
        if !ahead.peek(syn::token::Brace) {
            input.parse::<Token![struct]>()?;
            return Self::without_fields(attrs, vis, None, whole, input);
        }
        input.advance_to(&ahead);

        let content;
        let brace = syn::braced!(content in input);
        let (mut fields, mut errors, mut plain) = (Vec::new(), Vec::new(), TokenStream::new());
        while !content.is_empty() {
            let ahead = content.fork();
            match parse_field(&ahead) {
                Ok((field, tokens)) => {
                    content.advance_to(&ahead);
                    fields.push(field);
                    plain.extend(tokens);
                }
                Err(error) => {
                    errors.push(error);
                    skip_field(&content)?;
                }
            }
        }

        let bounds = &generics.where_clause;
        let mut item = quote!(#(#attrs)* #vis #struct_token #name #generics #bounds);
        brace.surround(&mut item, |tokens| tokens.extend(plain));
        let (not_a_struct, is_tuple) = (None, false);
        Ok(Self { attrs, vis, name, generics, fields, not_a_struct, is_tuple, item, whole, errors })
    }
}

impl SupervisorSyntax {
    /// What has no fields with names stays as it is, without our attributes.
    fn without_fields(
        attrs: Vec<Attribute>,
        vis: Visibility,
        not_a_struct: Option<Ident>,
        whole: TokenStream,
        input: ParseStream<'_>,
    ) -> Result<Self> {
        let (name, generics) = (input.parse()?, input.parse()?);
        let is_tuple = input.peek(syn::token::Paren);
        input.parse::<TokenStream>()?;
        let (fields, errors) = (Vec::new(), Vec::new());
        let item = whole.clone();
        Ok(Self { attrs, vis, name, generics, fields, not_a_struct, is_tuple, item, whole, errors })
    }
}

/// `enum` or `union`, as an identifier that errors can point at.
fn keyword(input: ParseStream<'_>) -> Result<Ident> {
    if input.peek(Token![enum]) || input.peek(Token![union]) {
        return input.call(Ident::parse_any);
    }
    let wrong = "`#[supervisor]` goes on a struct\nhelp: its fields are the children";
    Err(input.error(wrong))
}

/// One field with its comma, and the tokens that stay: none of a child.
fn parse_field(input: ParseStream<'_>) -> Result<(FieldSyntax, TokenStream)> {
    let field = Field::parse_named(input)?;
    let comma: Option<Token![,]> = if input.is_empty() { None } else { Some(input.parse()?) };
    let whole = field.to_token_stream();
    let Field { attrs, vis, ident, ty, .. } = field;
    let name = ident.expect("the field was read with its name");

    let (mut ours, mut hidden, mut others) = (Vec::new(), None, Vec::new());
    for attr in attrs {
        if let Some(role) = Role::of(attr.path()) {
            ours.push((role, attr));
        } else if let Some(found) = hidden_word(&attr, Role::of) {
            hidden = Some(found);
        } else {
            others.push(attr);
        }
    }
    let is_plain = ours.is_empty() && hidden.is_none();
    let tokens = if is_plain { quote!(#whole #comma) } else { TokenStream::new() };
    Ok((FieldSyntax { ours, hidden, attrs: others, vis, name, ty }, tokens))
}
