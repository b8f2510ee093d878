//! What stands in the parentheses of an attribute: `slice = 3, mailbox(capacity = 8)`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Expr, Token};

/// Options in the order of the text, known or not.
#[derive(Default)]
pub(crate) struct Args(pub(crate) Vec<Arg>);

/// One option.
pub(crate) struct Arg {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// Options that something without a name leads: `"1s", jitter = "100ms"`.
#[derive(Default)]
pub(crate) struct LedArgs {
    pub(crate) first: Option<TokenStream>,
    pub(crate) options: Args,
}

/// What stands in the parentheses of a child: as `Args`, but what `start` says is an expression, commas
/// and all.
#[derive(Default)]
pub(crate) struct ChildArgs(pub(crate) Args);

/// What an option says after its name.
pub(crate) enum Value {
    /// `name = tokens`
    Is(TokenStream),
    /// `name(tokens)`
    List(TokenStream),
    /// `name`, or `name =` without a value
    None,
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        args(input, |_| input.parse())
    }
}

impl Parse for ChildArgs {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let value = |name: &Ident| if name == "start" { expression(input) } else { input.parse() };
        args(input, value).map(Self)
    }
}

/// Options, each with what `value` reads behind its name.
fn args(input: ParseStream<'_>, value: impl Fn(&Ident) -> Result<Value>) -> Result<Args> {
    let mut args = Vec::new();
    while !input.is_empty() {
        let name = input.call(Ident::parse_any).map_err(nameless)?;
        let value = value(&name)?;
        args.push(Arg { name, value });
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(Args(args))
}

/// `= Teller::new(desk, log)`
fn expression(input: ParseStream<'_>) -> Result<Value> {
    let equals: Option<Token![=]> = input.parse()?;
    if equals.is_none() || input.is_empty() || input.peek(Token![,]) {
        return Ok(Value::None);
    }
    Ok(Value::Is(input.parse::<Expr>()?.into_token_stream()))
}

impl Parse for LedArgs {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.is_empty() || input.peek2(Token![=]) {
            return Ok(Self { first: None, options: input.parse()? });
        }
        let first = until_comma(input)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok(Self { first: Some(first), options: input.parse()? })
    }
}

fn until_comma(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}

/// `mailbox(1024)`
fn nameless(error: syn::Error) -> syn::Error {
    let wrong = "a value stands behind its name\nhelp: `name = value`";
    syn::Error::new(error.span(), wrong)
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(syn::token::Paren) {
            let list = input.parse::<proc_macro2::Group>()?;
            return Ok(Self::List(list.stream()));
        }
        if !input.peek(Token![=]) {
            return Ok(Self::None);
        }
        input.parse::<Token![=]>()?;
        let value = until_comma(input)?;
        Ok(if value.is_empty() { Self::None } else { Self::Is(value) })
    }
}
