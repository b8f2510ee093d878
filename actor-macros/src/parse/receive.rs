//! What stands in `receive!`: a process, and arms with patterns and bodies.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::buffer::Cursor;
use syn::ext::IdentExt as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Attribute, Expr, Pat, Path, Token};

/// `cx, ARMS` or `cx: XferMsg, ARMS`, behind `crate = $crate;`, by which the facade's macro says where it is, and
/// `blocking`, where it waits on a thread.
pub(crate) struct ReceiveSyntax {
    pub(crate) root: Option<Path>,
    pub(crate) blocking: bool,
    pub(crate) cx: TokenStream,
    /// The enum whose variants the arms name; else it is the one of the `#[process]` around.
    pub(crate) messages: Option<Path>,
    pub(crate) arms: Vec<ArmSyntax>,
    /// What is wrong with arms that could not be read; each is but one of them.
    pub(crate) errors: Vec<syn::Error>,
}

/// `urgent Pause { until } if until > now => body`
pub(crate) struct ArmSyntax {
    pub(crate) attrs: Vec<Attribute>,
    /// The word that begins it, or where it begins.
    pub(crate) head: TokenStream,
    pub(crate) takes: Takes,
    /// What it does, as the tokens it is.
    pub(crate) body: TokenStream,
}

/// What an arm waits for.
pub(crate) enum Takes {
    Message { urgent: bool, pat: Pat, guard: Option<TokenStream> },
    Reply { pat: Pat, pending: TokenStream },
    Down { pat: Pat, monitor: TokenStream },
    Exit { pat: Pat },
    After { duration: TokenStream },
}

impl Parse for ReceiveSyntax {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let root = root(input)?;
        let mut blocking = false;
        // Not a variable of that name. The `receive!` of a blocking process says it too.
        while input.peek2(Ident::peek_any)
            && input.fork().parse::<Ident>().is_ok_and(|word| word == "blocking")
        {
            input.parse::<Ident>()?;
            blocking = true;
        }
        let cx = tokens_of(input, |input| input.parse::<Expr>())?;
        let colon: Option<Token![:]> = input.parse()?;
        let messages = colon.map(|_| input.call(Path::parse_mod_style)).transpose()?;
        let (mut arms, mut errors) = (Vec::new(), Vec::new());
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        while !input.is_empty() {
            let ahead = input.fork();
            match ahead.parse() {
                Ok(arm) => {
                    input.advance_to(&ahead);
                    arms.push(arm);
                }
                Err(error) => {
                    errors.push(error);
                    skip_arm(input)?;
                }
            }
        }
        Ok(Self { root, blocking, cx, messages, arms, errors })
    }
}

fn root(input: ParseStream<'_>) -> Result<Option<Path>> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        return Ok(None);
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let root = input.call(Path::parse_mod_style)?;
    input.parse::<Token![;]>()?;
    Ok(Some(root))
}

impl Parse for ArmSyntax {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let head = input.fork().parse::<TokenTree>()?.into_token_stream();
        let takes = takes(input)?;
        input.parse::<Token![=>]>()?;
        let body = body(input)?;
        Ok(Self { attrs, head, takes, body })
    }
}

fn takes(input: ParseStream<'_>) -> Result<Takes> {
    let word = word(input);
    if word.is_some() {
        input.call(Ident::parse_any)?;
    }
    Ok(match word {
        Some("after") => {
            Takes::After { duration: tokens_of(input, |input| input.parse::<Expr>())? }
        }
        Some("down") => {
            let pat = Pat::parse_multi_with_leading_vert(input)?;
            input.parse::<Token![=]>()?;
            Takes::Down { pat, monitor: tokens_of(input, |input| input.parse::<Expr>())? }
        }
        Some("exit") => Takes::Exit { pat: Pat::parse_multi_with_leading_vert(input)? },
        Some("reply") => {
            let pat = Pat::parse_multi_with_leading_vert(input)?;
            input.parse::<Token![=]>()?;
            Takes::Reply { pat, pending: tokens_of(input, |input| input.parse::<Expr>())? }
        }
        urgent => {
            let pat = Pat::parse_multi_with_leading_vert(input)?;
            let guard = match input.parse::<Option<Token![if]>>()? {
                Some(_) => Some(tokens_of(input, |input| input.parse::<Expr>())?),
                None => None,
            };
            Takes::Message { urgent: urgent.is_some(), pat, guard }
        }
    })
}

/// The word that says what kind of arm it is. Where a pattern ends behind it, it is a name that the pattern
/// binds.
fn word(input: ParseStream<'_>) -> Option<&'static str> {
    let ident = input.fork().call(Ident::parse_any).ok()?;
    let word =
        ["after", "down", "exit", "reply", "urgent"].into_iter().find(|word| ident == word)?;
    let is_name = input.peek2(Token![=>])
        || input.peek2(Token![if])
        || input.peek2(Token![@])
        || input.peek2(Token![::])
        || (input.peek2(Token![|]) && word != "urgent");
    (!is_name).then_some(word)
}

/// The body of an arm and its comma, as in a `match`. What is half typed ends at a comma, so that rustc and
/// editors see it as it is.
fn body(input: ParseStream<'_>) -> Result<TokenStream> {
    let ahead = input.fork();
    if let Ok(expr) = Expr::parse_with_earlier_boundary_rule(&ahead)
        && (ahead.is_empty() || ahead.peek(Token![,]) || ends_itself(&expr))
    {
        let body = between(input.cursor(), ahead.cursor());
        input.advance_to(&ahead);
        input.parse::<Option<Token![,]>>()?;
        return Ok(body);
    }
    let mut body = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        body.extend([input.parse::<TokenTree>()?]);
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(body)
}

/// Whether a comma may be left out behind it.
fn ends_itself(body: &Expr) -> bool {
    matches!(
        body,
        Expr::Block(_)
            | Expr::Const(_)
            | Expr::ForLoop(_)
            | Expr::If(_)
            | Expr::Loop(_)
            | Expr::Match(_)
            | Expr::TryBlock(_)
            | Expr::Unsafe(_)
            | Expr::While(_)
    )
}

/// The tokens of an arm that is half typed: up to its comma or the braces of its body.
fn skip_arm(input: ParseStream<'_>) -> Result<()> {
    let mut in_body = false;
    while !input.is_empty() {
        if input.parse::<Option<Token![,]>>()?.is_some() {
            break;
        }
        let arrow = input.parse::<Option<Token![=>]>>()?.is_some();
        in_body |= arrow;
        if !arrow
            && matches!(input.parse()?, TokenTree::Group(group) if in_body && group.delimiter() == Delimiter::Brace)
        {
            break;
        }
    }
    Ok(())
}

/// The tokens that a parser takes.
fn tokens_of<T>(
    input: ParseStream<'_>,
    parse: impl FnOnce(ParseStream<'_>) -> Result<T>,
) -> Result<TokenStream> {
    let begin = input.cursor();
    parse(input)?;
    Ok(between(begin, input.cursor()))
}

fn between(mut begin: Cursor<'_>, end: Cursor<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while begin != end {
        let Some((tree, next)) = begin.token_tree() else { break };
        tokens.extend([tree]);
        begin = next;
    }
    tokens
}
